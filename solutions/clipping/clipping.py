# %% [markdown]
# # Clipping gradients, penalising weights
#
# **Goal.** You measure a gradient as a whole, clip it in two ways, rescue a recurrent network from its own explosions, and keep apart three things that are easily confused: clipping gradients, penalising weights, clipping weights.
#
# **Time** about 90 minutes. **Points** 14 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Clipping gradients, penalising weights” (`book/clipping.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - `grads`, `weights` and `params` are *lists* of float arrays, one for each parameter of a network, each of any shape (vectors, matrices, kernels with four dimensions), never empty.
# - A function that returns a list returns new arrays in the same order and shapes; a tuple will do, too.
# - Never change an argument in place: neither an array nor the list.
#   A result of float32 precision is precise enough (2e-5 of the largest entry).
# - Where one number is asked for, return a number, not an array of shape `(1,)`.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks

SHAPES = [[(4,)], [(3, 2), (3,)], [(2, 5), (2,), (1, 2), (1,)], [(2, 3, 3, 3), (2,), (4, 8)]]


def unit_gradient(rng, shapes):
    """Return random arrays of these shapes that have the global norm 1."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    frame, _ = np.linalg.qr(rng.normal(size=(sum(sizes), 1)))  # one column, of length 1
    return [part.reshape(shape) for part, shape in zip(np.split(frame[:, 0], np.cumsum(sizes)[:-1]), shapes)]


# %% [markdown]
# ## Step 1. The length of a whole gradient
#
# The gradient of a network is one long vector that happens to be stored in pieces $g_1, g_2, \dots$
# Its *global norm* is the length of that vector:
#
# $$\lVert g \rVert = \sqrt{\sum_k \lVert g_k \rVert^2},$$
#
# the root of the sum of the squares of *all* entries of *all* pieces.
#
# **Worked example.** The pieces $(3, 0)$ and $(0, 4)$ have the global norm 5, not 7.


# %% global_norm tags=["solution"]
def global_norm(grads: list[np.ndarray]) -> float:
    """Return the Euclidean norm of all entries of all arrays together.

    Args:
        grads: Arrays of any shapes.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return float(np.sqrt(sum(np.sum(g**2) for g in grads)))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Lengths do not add up, except along one line. What does, by Pythagoras?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Sum the squares of each array, add up these sums, and take one root at the very end.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.sqrt(sum(np.sum(…) for g in grads))`
# </details>

# %% check_global_norm tags=["check", "points=2"]
rng = checks.rng()
checks.close(
    checks.call(global_norm, [np.array([[2.0, 0.0], [-2.0, 1.0]])]),
    3.0,
    what="the global norm of the matrix ((2, 0), (−2, 1))",
    see="clipping#the-global-norm",
    mistaken_for={
        "np.linalg.norm(W, 2) of a matrix is its largest singular value; here all entries count.": 2.92081,
        "The root is missing.": 9.0,
        "These are absolute values added up: squares, and then a root.": 5.0,
        "This is the largest entry.": 2.0,
        "This is a root mean square: do not divide by the number of entries.": 1.5,
        "Squares have no sign: take the root of a sum that cannot cancel.": 1.0,
    },
)
for shapes in SHAPES:
    norm = float(np.exp(rng.normal(0, 1)))
    grads = [norm * g for g in unit_gradient(rng, shapes)]
    lengths = np.array([np.linalg.norm(g) for g in grads])
    checks.close(
        checks.leaves_unchanged(global_norm, grads),
        norm,
        what=f"the global norm of arrays of the shapes {shapes}",
        see="clipping#the-global-norm",
        mistaken_for={
            "This is the square of the norm: the root is missing.": norm**2,
            "You added up the norms of the pieces; add up their squares, and take one root.": float(
                lengths.sum()
            ),
            "This is the mean of the norms of the pieces.": float(lengths.mean()),
            "This is the norm of one piece, the first; all of them count.": float(lengths[0]),
            "This is the norm of one piece, the last; all of them count.": float(lengths[-1]),
            "This is the norm of one piece, the largest; all of them count.": float(lengths.max()),
            "This is a root mean square: do not divide by the number of entries.": norm
            / sum(g.size for g in grads) ** 0.5,
            "This is the largest entry.": float(max(np.abs(g).max() for g in grads)),
            "This is the sum of absolute values.": float(sum(np.abs(g).sum() for g in grads)),
        },
    )
checks.close(
    checks.call(global_norm, [np.zeros(3), np.zeros((2, 2))]), 0.0, what="the global norm of zero gradients"
)
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(1, 1)] * 30, [(300, 20), (1,)]):
    for size in (1e-6, 1.0, 1e6):
        grads = [size * rng.normal(0, rng.uniform(0.1, 3), size=shape) for shape in shapes]
        found = checks.leaves_unchanged(global_norm, grads)
        checks.close(found, reference.global_norm(grads), what=f"the global norm of the shapes {shapes[:4]}")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. Clipping by value
#
# The crude form cuts off every entry by itself at $\pm c$: larger than $c$ becomes $c$, smaller than $-c$ becomes $-c$, the rest stays.
# It bounds the step, but turns it: entries above the threshold lose their proportions.
#
# **Worked example.** With the limit 1 the gradient $(3, -0.5, -2)$ becomes $(1, -0.5, -1)$.


# %% clip_by_value tags=["solution"]
def clip_by_value(grads: list[np.ndarray], limit: float) -> list[np.ndarray]:
    """Return the gradients with every entry cut off at ±limit.

    Args:
        grads: Arrays of any shapes.
        limit: A positive number.

    Returns:
        New arrays of the same shapes.
    """
    ### BEGIN SOLUTION
    return [np.clip(g, -limit, limit) for g in grads]
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# NumPy has a function with the very name for one array.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `np.clip(array, smallest, largest)` for each array of the list; make a new list of the results.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return [np.clip(g, …, …) for g in grads]`
# </details>

# %% check_clip_by_value tags=["check", "points=1"]
rng = checks.rng()
for shapes in SHAPES:
    limit = float(np.exp(rng.normal(0, 1)))
    signs = [rng.choice([-1.0, 1.0], size=shape) for shape in shapes]
    large = [rng.random(shape) < 0.5 for shape in shapes]
    large[0].flat[:4], signs[0].flat[:4] = [True, True, False, False], [1, -1, 1, -1]
    inside = [limit * rng.uniform(0.05, 0.95, size=shape) for shape in shapes]
    outside = [limit * rng.uniform(1.05, 5, size=shape) for shape in shapes]
    grads = [s * np.where(l, big, small) for s, l, big, small in zip(signs, large, outside, inside)]
    expected = [s * np.where(l, limit, small) for s, l, small in zip(signs, large, inside)]
    largest = max(np.abs(g).max() for g in grads)
    checks.close(
        checks.leaves_unchanged(clip_by_value, grads, limit),
        expected,
        what=f"the gradients, clipped at ±{limit:.4g},",
        see="clipping#by-value",
        mistaken_for={
            "Nothing was clipped.": grads,
            "Negative entries are clipped, too: at −limit.": [np.where(g > limit, limit, g) for g in grads],
            "Positive entries are clipped, too: at limit.": [np.where(g < -limit, -limit, g) for g in grads],
            "A clipped entry keeps its sign.": [np.where(l, limit, g) for l, g in zip(large, grads)],
            "A clipped entry becomes ±limit, not 0.": [np.where(l, 0.0, g) for l, g in zip(large, grads)],
            "Negative entries may stay: the lower bound is −limit, not 0.": [
                np.where(s > 0, e, 0.0) for s, e in zip(signs, expected)
            ],
            "Every entry became ±limit; those inside stay as they are.": [s * limit for s in signs],
            "All entries were scaled; here each is cut off by itself.": [
                g * (limit / largest) for g in grads
            ],
            "The limit is not always 1.": [np.clip(g, -1, 1) for g in grads],
        },
    )
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(7, 7)]):
    for size in (0.05, 1.0, 1e3):
        grads = [size * rng.normal(size=shape) for shape in shapes]
        limit = float(rng.uniform(0.2, 2))
        found = checks.leaves_unchanged(clip_by_value, grads, limit)
        checks.close(
            found, reference.clip_by_value(grads, limit), what=f"the gradients, clipped at {limit:.4g},"
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 3. Clipping by the global norm
#
# The usual form keeps the direction. If the global norm $\lVert g \rVert$ is at most $c$, nothing happens; otherwise *all* pieces are multiplied by the *same* factor, so that the global norm becomes $c$:
#
# $$g \mapsto \begin{cases} g & \lVert g \rVert \le c \\ \dfrac{c}{\lVert g \rVert}\, g & \lVert g \rVert > c \end{cases}$$
#
# Return the list and, as a number, the norm *before* clipping, which is what one wants to plot.
# (PyTorch divides by $\lVert g \rVert + 10^{-6}$; that is accepted.)
# Gradients that are all zero stay zero.
# Raise `ValueError` when `max_norm` is not positive, and when any gradient holds NaN or infinity: scaling cannot mend those, and a silent NaN would spoil all the weights.
#
# **Worked example.** $(3, 0)$ and $(0, 4)$ with $c = 1$ become $(0.6, 0)$ and $(0, 0.8)$, and the norm before is 5.


# %% clip_by_global_norm tags=["solution"]
def clip_by_global_norm(grads: list[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """Return the gradients, scaled down together if they are too long, and the norm that they had before.

    Args:
        grads: Arrays of any shapes.
        max_norm: The largest global norm that is left as it is.

    Returns:
        New arrays of the same shapes, and the global norm before clipping.

    Raises:
        ValueError: When max_norm is not positive, or a gradient holds NaN or infinity.
    """
    ### BEGIN SOLUTION
    if max_norm <= 0:
        raise ValueError("max_norm must be positive")
    if any(not np.all(np.isfinite(g)) for g in grads):
        raise ValueError("a gradient is not finite")
    before = float(np.linalg.norm(np.concatenate([g.ravel() for g in grads])))
    if before <= max_norm:
        return [g.copy() for g in grads], before
    return [g * (max_norm / before) for g in grads], before
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many factors are there: one for each piece, or one for all? What is the factor when the norm is below the threshold?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# First the two errors. Then the global norm as in step 1 (compute it here again, so that the steps stay independent). Then the factor: `max_norm / norm` if the norm is too large, else 1. At last a new list.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `factor = max_norm / norm if norm > max_norm else 1.0` and `return [… for g in grads], norm`. For the errors: `np.isfinite(g).all()`.
# </details>

# %% check_clip_by_global_norm tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "clipping#by-the-global-norm"}
for shapes in SHAPES:
    for norm, max_norm in [
        (float(rng.uniform(2, 30)), 1.0),
        (0.5, 2.0),
        (2.0, 2.0),
        (40.0, float(rng.uniform(3, 9))),
    ]:
        unit = unit_gradient(rng, shapes)
        grads = [norm * u for u in unit]
        clipped = norm > max_norm * 1.001
        expected = [(max_norm if clipped else norm) * u for u in unit]
        lengths = [np.linalg.norm(g) for g in grads]
        pair = checks.items(
            checks.leaves_unchanged(clip_by_global_norm, grads, max_norm), 2, "the pair", **about
        )
        checks.close(
            pair[0],
            expected,
            what=f"the gradients of norm {norm:.4g}, clipped at {max_norm:.4g},",
            **about,
            mistaken_for={
                "Gradients below the threshold stay as they are; they are never scaled up.": [
                    max_norm * u for u in unit
                ],
                "Nothing was clipped.": grads,
                "Each piece was clipped by its own norm; one factor from the global norm serves them all.": [
                    g * min(1.0, max_norm / length) for g, length in zip(grads, lengths)
                ],
                "The norm became 1: multiply by max_norm, too.": unit,
                "Each entry was cut off by itself; here all are scaled.": [
                    np.minimum(np.maximum(g, -max_norm), max_norm) for g in grads
                ],
                "You divided by the norm's square: take the root first.": [
                    max_norm / norm**2 * g for g in grads
                ],
                "The factor is upside down.": [norm / max_norm * g for g in grads],
            },
        )
        checks.close(
            pair[1],
            norm,
            what="the second result, the norm before clipping,",
            **about,
            mistaken_for={
                "This is the norm after clipping; the one before is asked for.": max_norm,
                "This is the square of the norm.": norm**2,
                "This is the factor.": max_norm / norm,
                "This is the sum of the pieces' norms.": float(sum(lengths)),
            },
        )
zeros = [np.zeros((2, 3)), np.zeros(4)]
found = checks.leaves_unchanged(clip_by_global_norm, zeros, 0.5)
checks.close(found, (zeros, 0.0), what="the result for gradients that are all zero", **about)
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(1, 1)] * 12):
    for size, max_norm in ((3e-3, 1.0), (1.0, 0.25), (1.0, 7.0), (1e4, 2e-3), (1e4, 1e5)):
        grads = [size * rng.uniform(0.5, 2) * rng.normal(size=shape) for shape in shapes]
        grads[0].flat[0] = size
        found = checks.leaves_unchanged(clip_by_global_norm, grads, max_norm)
        checks.close(
            found, reference.clip_by_global_norm(grads, max_norm), what="the clipped gradients", **about
        )
### END HIDDEN TESTS

# %% check_clip_by_global_norm__errors tags=["check", "points=2"]
rng = checks.rng()
for shapes in SHAPES:
    grads = unit_gradient(rng, shapes)
    checks.call(clip_by_global_norm, grads, 0.5)  # no error here
    for bad in (0.0, -float(rng.uniform(0.1, 3))):
        checks.raises(ValueError, clip_by_global_norm, grads, bad)
    for bad in (np.nan, np.inf, -np.inf):
        for k in (0, len(shapes) - 1):
            broken = [g.copy() for g in grads]
            broken[k].flat[int(rng.integers(broken[k].size))] = bad
            checks.raises(ValueError, clip_by_global_norm, broken, 0.5)
### BEGIN HIDDEN TESTS
for max_norm in (0.0, -1.0, -np.inf):
    checks.raises(ValueError, clip_by_global_norm, [np.zeros(3)], max_norm)
for bad in ([np.nan, np.nan], [np.inf, -np.inf], [np.inf, 1.0], [0.0, np.nan]):
    checks.raises(ValueError, clip_by_global_norm, [np.array([[1.0]]), np.array(bad), np.array([2.0])], 1e6)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: two ways to clip, one direction
#
# Predict first: a gradient $(4, 1)$ and the threshold 1. Where does each form of clipping send it, and how far is each from the direction of steepest descent?

# %% figure_directions
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6, 4))
g = [np.array([4.0, 1.0])]
arrows = {
    "gradient": g[0],
    "by value": clip_by_value(g, 1.0)[0],
    "by norm": clip_by_global_norm(g, 1.0)[0][0],
}
for (name, tip), colour in zip(arrows.items(), ("0.6", "C1", "C0")):
    angle = np.degrees(np.arctan2(tip[1], tip[0]))
    axes.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "->", "color": colour, "lw": 2})
    axes.plot([], [], color=colour, label=f"{name}: {angle:.0f}°")
axes.set(
    xlim=(0, 4.2),
    ylim=(0, 1.4),
    xlabel="first entry",
    ylabel="second entry",
    title="Only one keeps the direction",
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 4. The squared penalty
#
# Large weights are discouraged by an additional term in the cost. The L2 penalty is
#
# $$\lambda \sum_k \lVert W_k \rVert^2,$$
#
# the strength times the sum of the squares of all entries, without a factor ½ and without a root.
#
# **Worked example.** $W_1 = (2, -1)$, $W_2 = (3)$ and $\lambda = 0.3$: $0.3 \cdot (4 + 1 + 9) = 4.2$.


# %% l2_penalty tags=["solution"]
def l2_penalty(weights: list[np.ndarray], strength: float) -> float:
    """Return strength times the sum of the squares of all weights.

    Args:
        weights: Arrays of any shapes.
        strength: λ.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return strength * float(sum(np.sum(W**2) for W in weights))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Is this the norm, or its square?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Sum the squares within each array, add the sums up, multiply by the strength.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `strength * sum(np.sum(… ** 2) for W in weights)`
# </details>

# %% check_l2_penalty tags=["check", "points=1"]
rng = checks.rng()
checks.close(
    checks.call(l2_penalty, [np.array([[2.0, -1.0]]), np.array([3.0])], 0.3),
    4.2,
    what="the L2 penalty of the worked example",
    see="clipping#penalties-on-weights",
    mistaken_for={
        "This is the L1 penalty: squares are asked for, not absolute values.": 1.8,
        "This is half the penalty: here no ½ stands in front.": 2.1,
        "The strength is missing.": 14.0,
        "The strength was squared.": 0.09 * 14,
        "This is the norm times the strength: the square is asked for.": 0.3 * 14**0.5,
        "This is the mean of the squares: the sum is asked for.": 1.4,
        "A penalty is positive: it is added to the cost.": -4.2,
        "You squared the sum; sum the squares.": 4.8,
        "Only the first array is in the sum.": 1.5,
    },
)
for shapes in SHAPES:
    norm, strength = (float(v) for v in np.exp(rng.normal(0, 0.7, size=2)))
    weights = [norm * W for W in unit_gradient(rng, shapes)]
    checks.close(
        checks.leaves_unchanged(l2_penalty, weights, strength),
        strength * norm**2,
        what=f"the L2 penalty of weights of norm {norm:.4g} with strength {strength:.4g}",
        see="clipping#penalties-on-weights",
        mistaken_for={
            "This is half the penalty: here no ½ stands in front.": strength * norm**2 / 2,
            "This is the norm times the strength: the square is asked for.": strength * norm,
            "The strength is missing.": norm**2,
            "The strength was squared.": (strength * norm) ** 2,
            "This is the mean of the squares: the sum is asked for.": strength
            * norm**2
            / sum(W.size for W in weights),
            "Only the first array is in the sum.": strength * float(np.square(weights[0]).sum()),
            "You added up the norms of the arrays, without squares.": strength
            * float(sum(np.linalg.norm(W) for W in weights)),
        },
    )
checks.close(checks.call(l2_penalty, [np.ones((2, 3))], 0.0), 0.0, what="the L2 penalty of strength 0")
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(50, 40), (1, 1)]):
    weights = [rng.normal(rng.normal(), np.exp(rng.normal()), size=shape) for shape in shapes]
    strength = float(np.exp(rng.normal(-2, 2)))
    found = checks.leaves_unchanged(l2_penalty, weights, strength)
    checks.close(found, reference.l2_penalty(weights, strength), what="the L2 penalty")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 5. The absolute penalty
#
# The L1 penalty is $\lambda \sum_k \sum_i |w_{ki}|$: strength times the sum of the absolute values of all entries.
#
# **Worked example.** $W_1 = (2, -1)$, $W_2 = (3)$ and $\lambda = 0.3$: $0.3 \cdot 6 = 1.8$.


# %% l1_penalty tags=["solution"]
def l1_penalty(weights: list[np.ndarray], strength: float) -> float:
    """Return strength times the sum of the absolute values of all weights.

    Args:
        weights: Arrays of any shapes.
        strength: λ.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return strength * float(sum(np.sum(np.abs(W)) for W in weights))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What would happen to the sum if weights of opposite sign could cancel?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# As in step 4, with absolute values in place of squares. (`np.linalg.norm(W, 1)` of a matrix is something else: the largest column sum.)
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `strength * sum(np.abs(…).sum() for W in weights)`
# </details>

# %% check_l1_penalty tags=["check", "points=1"]
rng = checks.rng()
checks.close(
    checks.call(l1_penalty, [np.array([[2.0, -1.0]]), np.array([3.0])], 0.3),
    1.8,
    what="the L1 penalty of the worked example",
    see="clipping#penalties-on-weights",
    mistaken_for={
        "This is the L2 penalty: absolute values are asked for, not squares.": 4.2,
        "The strength is missing.": 6.0,
        "The strength was squared.": 0.54,
        "Positive and negative weights cancelled: take absolute values.": 1.2,
        "This is the mean of the absolute values: the sum is asked for.": 0.6,
        "A penalty is positive: it is added to the cost.": -1.8,
        "np.linalg.norm(W, 1) of a matrix is its largest column sum; here all entries count.": 1.5,
    },
)
for shapes in SHAPES:
    total, strength = (float(v) for v in np.exp(rng.normal(0, 0.7, size=2)))
    shares = [rng.uniform(0.1, 1, size=shape) for shape in shapes]
    whole = sum(share.sum() for share in shares)
    weights = [total / whole * share * rng.choice([-1.0, 1.0], size=share.shape) for share in shares]
    checks.close(
        checks.leaves_unchanged(l1_penalty, weights, strength),
        strength * total,
        what=f"the L1 penalty of weights with the absolute sum {total:.4g} and strength {strength:.4g}",
        see="clipping#penalties-on-weights",
        mistaken_for={
            "Positive and negative weights cancelled: take absolute values.": strength
            * float(sum(W.sum() for W in weights)),
            "The absolute value belongs to each weight, not to the sum.": strength
            * abs(float(sum(W.sum() for W in weights))),
            "This is the mean: the sum is asked for.": strength * total / sum(W.size for W in weights),
            "The strength is missing.": total,
            "This is half of it.": strength * total / 2,
            "Only the first array is in the sum.": strength * total / whole * float(shares[0].sum()),
        },
    )
checks.close(checks.call(l1_penalty, [-np.ones((2, 3))], 0.0), 0.0, what="the L1 penalty of strength 0")
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(50, 40), (1, 1)]):
    weights = [rng.normal(rng.normal(), np.exp(rng.normal()), size=shape) for shape in shapes]
    strength = float(np.exp(rng.normal(-2, 2)))
    found = checks.leaves_unchanged(l1_penalty, weights, strength)
    checks.close(found, reference.l1_penalty(weights, strength), what="the L1 penalty")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 6. What the penalties do to a gradient
#
# With both penalties in the cost, the gradient with respect to one weight matrix becomes
#
# $$\frac{\partial C}{\partial W} + \lambda_1 \operatorname{sign}(W) + 2 \lambda_2 W .$$
#
# At $w = 0$ the absolute value has a corner; take $\operatorname{sign}(0) = 0$.
# The arguments `l1` and `l2` are $\lambda_1$ and $\lambda_2$; both are 0 unless given.
# `grad` and `W` are single arrays here, of equal shape.
#
# **Worked example.** $\partial C/\partial W = 0$, $W = (-2, 0, 1)$, $\lambda_1 = 0.5$, $\lambda_2 = 0.25$: $(-0.5 - 1,\ 0,\ 0.5 + 0.5) = (-1.5, 0, 1)$.


# %% regularized_gradient tags=["solution"]
def regularized_gradient(grad: np.ndarray, W: np.ndarray, l1: float = 0.0, l2: float = 0.0) -> np.ndarray:
    """Return the gradient of the cost plus l1·Σ|w| plus l2·Σw².

    Args:
        grad: ∂C/∂W.
        W: The weights, of the same shape.
        l1: Strength of the absolute penalty.
        l2: Strength of the squared penalty.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    return grad + l1 * np.sign(W) + 2 * l2 * W
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is the derivative of $w^2$, and what is that of $|w|$ on either side of 0?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Three terms; `np.sign` gives −1, 0 and 1 for whole arrays.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return grad + l1 * np.sign(…) + … * l2 * …`
# </details>

# %% check_regularized_gradient tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "clipping#penalties-on-weights"}
for shape in [(5,), (4, 3), (2, 3, 2, 2)]:
    for l1, l2 in [(0.0, 0.0), (0.4, 0.0), (0.0, 0.7), tuple(float(v) for v in rng.uniform(0.1, 2, size=2))]:
        grad, size = rng.normal(size=shape), rng.uniform(0.1, 2, size=shape)
        sign = rng.choice([-1.0, 1.0], size=shape)
        W = sign * size

        def penalty(V):
            """Return both penalties of weights that keep their signs."""
            return float(np.sum(l1 * sign * V + l2 * V * V))

        slope = checks.numerical_gradient(penalty, W)
        checks.close(
            checks.leaves_unchanged(regularized_gradient, grad, W, l1, l2),
            grad + slope,
            what=f"the gradient with l1 = {l1:.4g}, l2 = {l2:.4g}",
            **about,
            mistaken_for={
                "The penalties' part alone: add `grad`.": slope,
                "Nothing was added.": grad,
                "The derivative of l2·w² is 2·l2·w: a 2 is missing.": grad + slope - l2 * W,
                "The derivative of |w| is sign(w), not |w|.": grad + slope - l1 * (sign - size),
                "The derivative of |w| is sign(w), not 1.": grad + slope - l1 * (sign - 1),
                "The penalties are added, not subtracted: the descent step subtracts all of it later.": grad
                - slope,
                "l1 and l2 are swapped.": grad + l2 * sign + 2 * l1 * W,
                "Add the derivatives of the penalties, not the penalties.": grad + penalty(W),
            },
        )
W = np.array([[-2.0, 0.0], [0.0, 1.0]])
found = checks.call(regularized_gradient, np.zeros((2, 2)), W, l1=0.5)
checks.close(
    found,
    np.array([[-0.5, 0.0], [0.0, 0.5]]),
    what="the gradient where some weights are 0, l1 = 0.5",
    **about,
)
found = checks.call(regularized_gradient, np.ones((2, 2)), W)
checks.close(found, np.ones((2, 2)), what="the gradient without l1 and l2", **about)
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shape in [(1,), (1, 1), (30, 20)]:
    for scale in (1e-4, 1.0, 1e3):
        W = scale * rng.normal(size=shape) * (rng.random(shape) < 0.8)
        grad, strengths = rng.normal(size=shape), {k: float(np.exp(rng.normal(-1, 1))) for k in ("l1", "l2")}
        for some in ({}, strengths, {"l1": 3.0}, {"l2": 3.0}):
            found = checks.leaves_unchanged(regularized_gradient, grad, W, **some)
            checks.close(
                found,
                reference.regularized_gradient(grad, W, **some),
                what="the gradient",
                scale=float(np.abs(grad).max()),  # a penalty may cancel most of it
                **about,
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 7. A step with weight decay
#
# Gradient descent with *weight decay* $\lambda$ pulls every weight towards 0 by a share of itself:
#
# $$w \mapsto w - \eta\,(g + \lambda w).$$
#
# This is PyTorch's `SGD(…, weight_decay=λ)`; compared with step 6, decay $\lambda$ is the L2 penalty of strength $\lambda/2$.
#
# **Worked example.** $w = (1, -1)$, $g = (2, 0)$, $\eta = \lambda = 0.5$: $(1 - 0.5 \cdot 2.5,\ -1 + 0.5 \cdot 0.5) = (-0.25, -0.75)$.


# %% sgd_step tags=["solution"]
def sgd_step(
    params: list[np.ndarray], grads: list[np.ndarray], lr: float, weight_decay: float = 0.0
) -> list[np.ndarray]:
    """Return the parameters after one step of gradient descent with weight decay.

    Args:
        params: Arrays of any shapes.
        grads: Their gradients, in the same shapes.
        lr: The learning rate η.
        weight_decay: λ.

    Returns:
        New arrays of the same shapes.
    """
    ### BEGIN SOLUTION
    return [w - lr * (g + weight_decay * w) for w, g in zip(params, grads)]
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Walk through both lists together. Does the learning rate multiply the decay, too? Look at the bracket.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `zip(params, grads)` gives pairs; compute a new array from each pair. `w -= …` would change the caller's weights: write `w - …`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return [w - lr * (g + …) for w, g in zip(params, grads)]`
# </details>

# %% check_sgd_step tags=["check", "points=1"]
rng = checks.rng()
for shapes in SHAPES:
    for rest in [(), (float(rng.uniform(0.1, 0.9)),), (2.0,)]:
        decay, lr = (rest[0] if rest else 0.0), float(rng.uniform(0.05, 0.6))
        weights, moves = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
        # The gradients are chosen so that the step is this move.
        grads = [-move / lr - decay * W for W, move in zip(weights, moves)]
        expected = [W + move for W, move in zip(weights, moves)]
        checks.close(
            checks.leaves_unchanged(sgd_step, weights, grads, lr, *rest),
            expected,
            what=f"the parameters after a step with lr = {lr:.4g}, weight_decay = {decay:.4g}",
            see="clipping#weight-decay",
            scale=1.0,  # weight and step may cancel
            mistaken_for={
                "The step goes downhill: against the gradient.": [
                    W - move for W, move in zip(weights, moves)
                ],
                "The weight decay is missing.": [W - lr * g for W, g in zip(weights, grads)],
                "The decay pulls towards 0: it is added to the gradient.": [
                    W - lr * (g - decay * W) for W, g in zip(weights, grads)
                ],
                "The learning rate multiplies the decay, too.": [
                    W - lr * g - decay * W for W, g in zip(weights, grads)
                ],
                "Weight decay has no factor 2; that one belongs to the L2 penalty.": [
                    W - lr * (g + 2 * decay * W) for W, g in zip(weights, grads)
                ],
                "These are the steps: subtract them from the parameters.": [-move for move in moves],
                "The learning rate is missing.": [W - g - decay * W for W, g in zip(weights, grads)],
                "The decay multiplies the weight, not the gradient.": [
                    W - lr * (1 + decay) * g for W, g in zip(weights, grads)
                ],
            },
        )
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(6, 6), (6,)]):
    params, grads = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
    for lr, some in ((0.0, {}), (1e-3, {"weight_decay": 0.1}), (1.0, {"weight_decay": 1.0}), (0.3, {})):
        found = checks.leaves_unchanged(sgd_step, params, grads, lr, **some)
        expected = reference.sgd_step(params, grads, lr, **some)
        checks.close(found, expected, what=f"the parameters after a step with lr = {lr:.4g}", scale=1.0)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: your clipping rescues a recurrent network
#
# A recurrent network of 32 tanh units reads 60 numbers and shall say at the end whether the first one was 1 or −1; the others are noise. Its recurrent weights start as a rotation times 1.6, so that it can carry the answer through time, and so that gradients can explode.
#
# Predict first: it is trained twice from the same weights on the same sequences, without clipping and with your `clip_by_global_norm` at 1.0. What will the losses look like, and what the norms before clipping? (The cell takes some seconds. Run it several times: the weights are new each time.)

# %% figure_rescue
import matplotlib.pyplot as plt

hidden, T, batch = 32, 60, 64
seed = int(np.random.default_rng().integers(10**6))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for name, threshold in (("no clipping", 1e30), ("clipped at 1.0", 1.0)):
    draws = np.random.default_rng(seed)
    rotation = np.linalg.qr(draws.normal(size=(hidden, hidden)))[0]
    params = [
        1.6 * rotation,
        draws.normal(0, hidden**-0.5, size=hidden),
        draws.normal(0, hidden**-0.5, size=hidden),
    ]
    losses, norms = [], []
    for _ in range(200):
        W, u, v = params
        y = draws.choice([-1.0, 1.0], size=batch)
        x = draws.normal(0, 0.3, size=(batch, T))
        x[:, 0] = y
        h = [np.zeros((batch, hidden))]
        for t in range(T):
            h.append(np.tanh(h[-1] @ W.T + np.outer(x[:, t], u)))
        margin = y * (h[-1] @ v)
        error = -y * (1 - np.tanh(margin / 2)) / 2 / batch
        grads, back = [np.zeros_like(W), np.zeros_like(u), h[-1].T @ error], np.outer(error, v)
        for t in range(T - 1, -1, -1):
            delta = back * (1 - h[t + 1] ** 2)
            grads[0], grads[1] = grads[0] + delta.T @ h[t], grads[1] + delta.T @ x[:, t]
            back = delta @ W
        grads, norm = clip_by_global_norm(grads, threshold)
        if norm > 1e4:  # one more step would throw the weights out of reach
            break
        params = sgd_step(params, grads, lr=0.1)
        losses.append(np.mean(np.logaddexp(0, -margin)))
        norms.append(norm)
    left.plot(losses, label=name, lw=1)
    right.semilogy(norms, label=name, lw=1)
left.axhline(np.log(2), color="0.6", ls=":", label="guessing, ln 2")
left.set(xlabel="step", ylabel="loss", ylim=(0, 3), title="Remember one sign for 60 steps")
right.axhline(1.0, color="0.6", ls=":")
right.set(xlabel="step", ylabel="global norm before clipping", title="Explosions")
left.legend()
plt.show()

# %% [markdown]
# ## Step 8. Clipping weights is another thing
#
# The critic of a *Wasserstein GAN* has its *weights* cut off at $\pm c$ after each step, so that it cannot become too steep (Arjovsky, Chintala and Bottou 2017).
# The word is the same, the operation is that of step 2, the purpose and the place are others: it limits the function, not the step.
#
# **Worked example.** With $c = 0.01$ the weights $(0.5, -0.003)$ become $(0.01, -0.003)$.


# %% clip_weights tags=["solution"]
def clip_weights(weights: list[np.ndarray], c: float) -> list[np.ndarray]:
    """Return the weights with every entry cut off at ±c.

    Args:
        weights: Arrays of any shapes.
        c: A positive number.

    Returns:
        New arrays of the same shapes.
    """
    ### BEGIN SOLUTION
    return [np.maximum(np.minimum(W, c), -c) for W in weights]
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You have done the very same to gradients.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Cut off each array between $-c$ and $c$; return a list of new arrays, do not write into the old ones.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return [np.clip(W, …, …) for W in weights]`
# </details>

# %% check_clip_weights tags=["check", "points=1"]
rng = checks.rng()
for shapes in SHAPES:
    c = float(np.exp(rng.normal(-2, 1)))
    signs = [rng.choice([-1.0, 1.0], size=shape) for shape in shapes]
    large = [rng.random(shape) < 0.5 for shape in shapes]
    large[0].flat[:4], signs[0].flat[:4] = [True, True, False, False], [1, -1, 1, -1]
    inside = [c * rng.uniform(0.05, 0.95, size=shape) for shape in shapes]
    outside = [c * rng.uniform(1.05, 5, size=shape) for shape in shapes]
    weights = [s * np.where(l, big, small) for s, l, big, small in zip(signs, large, outside, inside)]
    expected = [s * np.where(l, c, small) for s, l, small in zip(signs, large, inside)]
    largest = max(np.abs(W).max() for W in weights)
    checks.close(
        checks.leaves_unchanged(clip_weights, weights, c),
        expected,
        what=f"the weights, clipped at ±{c:.4g},",
        see="clipping#clipping-weights-is-another-thing",
        mistaken_for={
            "Nothing was clipped.": weights,
            "Negative weights are clipped, too: at −c.": [np.minimum(W, c) for W in weights],
            "A clipped weight keeps its sign.": [np.where(l, c, W) for l, W in zip(large, weights)],
            "A clipped weight becomes ±c, not 0.": [np.where(l, 0.0, W) for l, W in zip(large, weights)],
            "Weights inside stay as they are.": [s * c for s in signs],
            "All weights were scaled; here each is cut off by itself.": [W * (c / largest) for W in weights],
            "The bound is c, which is not always 0.01.": [np.clip(W, -0.01, 0.01) for W in weights],
            "Negative weights may stay: the lower bound is −c, not 0.": [
                np.where(s > 0, e, 0.0) for s, e in zip(signs, expected)
            ],
        },
    )
### BEGIN HIDDEN TESTS
from concepts import clipping as reference

for shapes in (*SHAPES, [(1,)], [(7, 7)]):
    for size in (0.05, 1.0, 1e3):
        weights, c = [size * rng.normal(size=shape) for shape in shapes], float(rng.uniform(0.005, 2))
        found = checks.leaves_unchanged(clip_weights, weights, c)
        checks.close(found, reference.clip_weights(weights, c), what=f"the weights, clipped at {c:.4g},")
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: what clipped weights look like
#
# Predict first: the weights of a small critic are N(0, 0.02²); they are clipped at 0.01. Where do most of them end? (It is a known weakness of the method, which led to the gradient penalty.)

# %% figure_weights
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 4))
W = [np.random.default_rng().normal(0, 0.02, size=(100, 100))]
bins = np.linspace(-0.06, 0.06, 61)
axes.hist(W[0].ravel(), bins, alpha=0.5, label="before")
axes.hist(clip_weights(W, 0.01)[0].ravel(), bins, alpha=0.5, label="clipped at 0.01")
axes.set(xlabel="weight", ylabel="count", title="Most of the weights sit on the bounds")
axes.legend()
plt.show()

# %% explain_threshold [markdown] tags=["manual", "points=2"]
# ### Question: where to put the threshold?
#
# Look at the norms in your rescue experiment. A colleague proposes to clip at 0.01 “to be on the safe side”, another at 1000.
# What does each do to the training, which share of the steps is clipped, and how would you choose the threshold from the curve? Does clipping help against *vanishing* gradients?
#
# *Marked:* one point for the two extremes and the choice, one for vanishing.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: at 0.01 every step is clipped, so that only the direction counts and the length is always 0.01 (a much smaller learning rate); at 1000 almost nothing is clipped and single explosions still throw the weights away; choose a high percentile of the norms of the healthy steps, so that few steps are clipped.
# One point: no; clipping multiplies by at most 1 and never enlarges a gradient; all layers get the same factor, so the ratio between early and late layers stays as it was.
# ### END SOLUTION

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slips
#
# A training loop from a forum:
#
# ```python
# for p in model.parameters():
#     torch.nn.utils.clip_grad_norm_(p, max_norm=1.0)
# loss.backward()
# optimizer.step()
# optimizer.zero_grad()
# ```
#
# Two things are wrong with the clipping. Name them, say what each does to the step, and write the loop as it should be.
#
# *Marked:* one point for each.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: it clips before `backward`, so there is nothing to clip yet (the old gradients were cleared) and the step uses unclipped gradients; clip between `backward` and `step`.
# One point: it clips each parameter by its own norm: the pieces get different factors, the direction turns, and the whole may still be as long as the root of the number of parameters; call it once with all parameters.
#
# ```python
# loss.backward()
# torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
# optimizer.step()
# optimizer.zero_grad()
# ```
# ### END SOLUTION
