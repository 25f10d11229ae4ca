# %% [markdown]
# # Gates: the LSTM
#
# **Goal.** You write one step of an LSTM, measure what its cell remembers, choose a forget bias for a memory of a given length, and compare with a plain recurrent network.
#
# **Time** about 90 minutes. **Points** 14 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Gates: the LSTM” (`book/lstm.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Batch first: `x` has the shape `(n, D)`, states and cells `(n, H)`.
# - Gates stand in PyTorch's order $i, f, g, o$: input, forget, candidate, output. Rows `0…H−1` of `W_ih`, `W_hh` and `b` belong to $i$, the next $H$ to $f$, and so on.
# - $\sigma$ is the function `sigmoid`, given below.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of the largest entry of the expected array).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a pair may be a tuple or a list.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def sigmoid(z):
    """Return 1/(1 + exp(−z)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def small_lstm(rng, n, D, H, scale=1.0):
    """Return x, h, c, W_ih, W_hh, b of these sizes."""
    state = rng.normal(size=(n, D)), rng.uniform(-1, 1, size=(n, H)), rng.normal(0, 1.5, size=(n, H))
    return *state, *(rng.normal(0, scale, size=shape) for shape in ((4 * H, D), (4 * H, H), (4 * H,)))


# %% [markdown]
# ## Step 1. One step of an LSTM
#
# Four numbers per unit are computed at once, as one layer with $4H$ rows:
#
# $$z = x\,W_{ih}^\top + h\,W_{hh}^\top + b, \qquad z = (z_i, z_f, z_g, z_o) \text{ in blocks of } H \text{ columns.}$$
#
# The forget gate says how much of the cell stays, the input gate how much of the candidate is written, the output gate how much is shown:
#
# $$c' = \sigma(z_f) \odot c + \sigma(z_i) \odot \tanh(z_g), \qquad h' = \sigma(z_o) \odot \tanh(c').$$
#
# **Worked example.** With all weights and biases 0 the gates are ½ and the candidate is 0: from $c = 2$ you get $c' = 1$ and $h' = \tfrac12 \tanh 1 = 0.381$.


# %% lstm_step tags=["solution"]
def lstm_step(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, W_ih: np.ndarray, W_hh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the new state and the new cell.

    Args:
        x: The inputs, of shape (n, D).
        h: The states so far, of shape (n, H).
        c: The cells so far, of shape (n, H).
        W_ih: The weights of the inputs, of shape (4H, D), in the order i, f, g, o.
        W_hh: The weights of the states, of shape (4H, H), in this order.
        b: The biases, of shape (4H,), in this order.

    Returns:
        The pair (new h, new c), each of shape (n, H).
    """
    ### BEGIN SOLUTION
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which shape has $z$? Which columns of it belong to the forget gate?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compute $z$ once. Cut it into four blocks of columns, by slices or with `np.split(z, 4, axis=1)`. Then write the two formulas; the second one uses the *new* cell.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `new_c = sigmoid(…) * c + sigmoid(…) * np.tanh(…)` and `return sigmoid(…) * np.tanh(new_c), new_c`.
# </details>

# %% check_lstm_step tags=["check", "points=4"]
### BEGIN HIDDEN TESTS
from itertools import permutations

from concepts import lstm as reference


def with_order(x, h, c, W_ih, W_hh, b, order):
    """Return what comes out when the blocks are taken for these gates."""
    blocks = [np.concatenate(np.split(p, 4)[k : k + 1]) for p in (W_ih, W_hh, b) for k in order]
    return reference.lstm_step(x, h, c, *(np.concatenate(blocks[k : k + 4]) for k in (0, 4, 8)))


rng = checks.rng()
for n, D, H in [(1, 3, 2), (5, 2, 4), (4, 4, 4), (3, 5, 1), (8, 1, 3)]:
    x, h, c, W_ih, W_hh, b = small_lstm(rng, n, D, H)
    new_h, new_c = reference.lstm_step(x, h, c, W_ih, W_hh, b)
    z = x @ W_ih.T + h @ W_hh.T + b
    i, f, g, o = (z[:, k * H : (k + 1) * H] for k in range(4))
    mistakes = {
        "The order of the results is (h, c).": (new_c, new_h),
        "The biases are missing.": reference.lstm_step(x, h, c, W_ih, W_hh, 0 * b),
        "The old state is not used: h W_hhᵀ is missing.": reference.lstm_step(x, h, c, W_ih, 0 * W_hh, b),
        "The state shows tanh of the new cell, not of the old one.": (sigmoid(o) * np.tanh(c), new_c),
        "The state shows tanh of the cell; tanh is missing.": (sigmoid(o) * new_c, new_c),
    }
    if H > 1:
        rows = np.arange(4 * H).reshape(H, 4).T.ravel()
        interleaved = reference.lstm_step(x, h, c, W_ih[rows], W_hh[rows], b[rows])
        mistakes["The gates stand in four blocks of H, not one by one in turn."] = interleaved
    for sentence, candidate in {
        "The candidate is tanh(z_g), not σ(z_g).": sigmoid(g),
        "The candidate is tanh(z_g); tanh is missing.": g,
    }.items():
        cell = sigmoid(f) * c + sigmoid(i) * candidate
        mistakes[sentence] = (sigmoid(o) * np.tanh(cell), cell)
    for order in permutations(range(4)):
        if order != (0, 1, 2, 3):
            names = ", ".join("ifgo"[k] for k in np.argsort(order))
            mistakes |= {
                f"The order of the gates is i, f, g, o; you took {names}.": with_order(
                    x, h, c, W_ih, W_hh, b, order
                )
            }
    checks.close(
        checks.leaves_unchanged(lstm_step, x, h, c, W_ih, W_hh, b),
        (new_h, new_c),
        what=f"(h, c) after one step, for n, D, H = {n}, {D}, {H}",
        see="lstm#one-step",
        mistaken_for=mistakes,
    )
for scale in (1e-3, 30.0):
    given = small_lstm(rng, 6, 3, 5, scale)
    found = checks.leaves_unchanged(lstm_step, *given)
    checks.close(found, reference.lstm_step(*given), what="(h, c) for other weights", see="lstm#one-step")
### END HIDDEN TESTS
# Gates that are open or closed for certain, by their biases, so that the new cell and state are known.
rng = checks.rng()
about = {"see": "lstm#one-step"}
for n, D, H in [(1, 3, 2), (5, 2, 4), (4, 3, 3)]:
    x, h, c, W_ih, W_hh, _ = small_lstm(rng, n, D, H, scale=0.5)
    shift = rng.normal(size=H)
    zero = np.zeros((n, H))
    for name, block in (("input", 0), ("forget", 1), ("candidate", 2), ("output", 3)):
        rows = slice(block * H, (block + 1) * H)  # only this block sees x, h and a moderate bias
        one_W_ih, one_W_hh = np.zeros((4 * H, D)), np.zeros((4 * H, H))
        one_W_ih[rows], one_W_hh[rows] = W_ih[rows], W_hh[rows]
        open_gates = {0: (60, -60, 60, 60), 1: (-60, 0, 0, 60), 2: (60, -60, 0, 60), 3: (-60, 60, 0, 0)}[
            block
        ]
        b = np.repeat(np.array(open_gates, dtype=float), H)
        b[rows] = shift
        logits = (
            np.concatenate([x, h, np.ones((n, 1))], axis=1)
            @ np.column_stack([W_ih, W_hh, np.tile(shift, 4)])[rows].T
        )
        gate = np.tanh(logits) if block == 2 else sigmoid(logits)
        cell = {0: gate, 1: gate * c, 2: gate, 3: c}[block]
        state = np.tanh(cell) * (gate if block == 3 else 1.0)
        checks.close(
            checks.leaves_unchanged(lstm_step, x, h, c, one_W_ih, one_W_hh, b),
            (state, cell),
            what=f"(h, c) when only the {name} {'gate' if block != 2 else 'block'} is undecided, block {block + 1} of i, f, g, o,",
            **about,
            mistaken_for={
                "The order of the results is (h, c).": (cell, state),
                "The state shows tanh of the new cell; tanh is missing.": (
                    cell * (gate if block == 3 else 1.0),
                    cell,
                ),
                "The old cell is lost: the forget gate decides how much of it stays.": (zero, zero),
                "This writes into the cell although the input gate is closed.": (zero + np.tanh(1), zero + 1),
            },
        )

# %% [markdown]
# ## Step 2. What the cell remembers
#
# Along the direct path, with the gates held fixed, $c_s = f_s \odot c_{s-1} + \dots$, where the dots do not depend on $c_{s-1}$. So
#
# $$\frac{\partial c_T}{\partial c_t} = \prod_{s=t+1}^{T} f_s, \qquad t = 0, \dots, T - 1,$$
#
# entry by entry: no weights and no slope of an activation stand in it.
#
# The array `forget_gates` has the shape `(T, H)`; its row $s$ (from 0) holds $f_{s+1}$.
# Row $t$ of the result is the product of the gates $f_{t+1} \dots f_T$.
# Gates lie between 0 and 1, and may be exactly 0: then everything before is forgotten, and nothing may become NaN.
#
# **Worked example.** $H = 1$ and $f = (0.5, 1, 0.25)$: the result is $(0.125, 0.25, 0.25)$.


# %% cell_gradient tags=["solution"]
def cell_gradient(forget_gates: np.ndarray) -> np.ndarray:
    """Return ∂c_T/∂c_t along the direct path for t = 0, …, T − 1.

    Args:
        forget_gates: f_1, …, f_T, of shape (T, H), between 0 and 1.

    Returns:
        An array of shape (T, H); row t is the product of f_{t+1}, …, f_T.
    """
    ### BEGIN SOLUTION
    result = np.empty_like(forget_gates)
    product = np.ones(forget_gates.shape[1])
    for t in reversed(range(len(forget_gates))):
        product = product * forget_gates[t]
        result[t] = product
    return result
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which row of the result is the easiest one? How do you get the row before it?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Go from the last row to the first with a running product, which starts at 1. Or turn the rows round, use `np.cumprod(…, axis=0)`, and turn them back.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `product = product * forget_gates[t]` and `result[t] = …` in a loop over `reversed(range(T))`.
# </details>

# %% check_cell_gradient tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "lstm#the-constant-error-carousel"}
for T, H in [(1, 3), (2, 1), (4, 4), (6, 3)]:
    gates = rng.uniform(0.3, 1, size=(T, H))

    def last_cell(c, t, gates=gates):
        """Return c_T after a start with c_t = c."""
        for f in gates[t:]:
            c = f * c + 0.3
        return c

    expected = np.array([last_cell(np.ones(H), t) - last_cell(np.zeros(H), t) for t in range(T)])
    total = np.prod(gates, axis=0)
    checks.close(
        checks.leaves_unchanged(cell_gradient, gates),
        expected,
        what=f"∂c_T/∂c_t for T = {T} and H = {H}",
        **about,
        mistaken_for={
            "Row 0 belongs to t = 0: it is the product of all gates.": expected[::-1],
            "This is the product of the gates up to t; from t + 1 to T is asked for.": total
            / expected
            * gates,
            "f_{t+1} is missing in row t: the product begins with it.": expected / gates,
            "This is the product over all times, for each t.": np.tile(total, (T, 1)),
            "These are the gates themselves; their product is asked for.": gates,
            "This is the product over the units; the gates act on each unit by itself.": np.broadcast_to(
                np.prod(expected, axis=1, keepdims=True), (T, H)
            ),
            "These are sums; products are asked for.": np.cumsum(gates[::-1], axis=0)[::-1],
        },
    )
gates = rng.uniform(0.5, 1, size=(5, 2))
gates[2, 0] = 0.0
found = checks.shape(checks.call(cell_gradient, gates), (5, 2), what="the result", **about)
checks.close(found[:3, 0], np.zeros(3), what="∂c_5/∂c_t for t ≤ 2 when f_3 is exactly 0", **about)
checks.that(bool(np.all(found[3:, 0] > 0)), "a closed gate f_3 does not cut off the later cells.", **about)
### BEGIN HIDDEN TESTS
from concepts import lstm as reference

for T, H in [(1, 1), (3, 7), (50, 2), (7, 7)]:
    gates = rng.uniform(0.2, 1, size=(T, H)) * (rng.random((T, H)) > 0.1)
    expected = reference.cell_gradient(gates)
    found = checks.shape(checks.leaves_unchanged(cell_gradient, gates), (T, H), what="the result", **about)
    checks.close(found, expected, what=f"∂c_T/∂c_t for T = {T} and H = {H}", **about)
    gates = rng.uniform(0.5, 1, size=(T, H))
    expected = reference.cell_gradient(gates)  # every row by itself: the first ones are small
    found = checks.shape(checks.call(cell_gradient, gates), (T, H), what="the result", **about)
    checks.close(found / expected, np.ones((T, H)), what="the result over the right one", **about)
gates = np.ones((200, 2)) * np.array([0.5, 0.99])
found = checks.call(cell_gradient, gates)
checks.close(found, reference.cell_gradient(gates), what="∂c_T/∂c_t for constant gates", **about)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 3. A bias for a half-life
#
# If the forget gate sees nothing but its bias, a cell keeps $\sigma(b)$ of its value per step, and $\sigma(b)^T$ after $T$ steps.
# Return the bias with which half of it is left after `half_life` steps:
#
# $$\sigma(b)^{\text{half\_life}} = \tfrac12 .$$
#
# Solve for $\sigma(b)$ first, then for $b$. The half-life need not be a whole number. Raise `ValueError` when it is 0 or negative.
#
# **Worked example.** A half-life of 1 asks for $\sigma(b) = \tfrac12$, so $b = 0$; one of $\tfrac12$ for $\sigma(b) = \tfrac14$, so $b = -\ln 3 = -1.0986$.


# %% forget_bias_for tags=["solution"]
def forget_bias_for(half_life: float) -> float:
    """Return the bias b with sigmoid(b) ** half_life = 1/2.

    Args:
        half_life: In steps, positive.

    Returns:
        One number.

    Raises:
        ValueError: When half_life is 0 or negative.
    """
    ### BEGIN SOLUTION
    if half_life <= 0:
        raise ValueError("half_life must be positive")
    return -np.log(2 ** (1 / half_life) - 1)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which root of ½ is $\sigma(b)$? And if $\sigma(b) = p$, what is $e^{-b}$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# $p = 2^{-1/T}$ with $T$ the half-life, and from $p = 1/(1 + e^{-b})$ follows $e^{-b} = 1/p - 1$. Take the logarithm. Test the argument before all that.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `p = 0.5 ** (1 / half_life)` and `b = np.log(p / (…))`.
# </details>

# %% check_forget_bias_for tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "lstm#a-bias-for-a-half-life"}
for half_life in (1.0, 0.5, *np.exp(rng.uniform(-1.5, 7, size=4)).tolist(), 3, int(rng.integers(20, 200))):
    b = checks.number(checks.call(forget_bias_for, half_life), f"`forget_bias_for({half_life:.6g})`", **about)
    kept = float(np.exp(-half_life * np.logaddexp(0, -b)))
    checks.close(
        kept,
        0.5,
        what=f"what is left after {checks.counted(half_life, 'step')} with your bias {b + 0.0:.6g}, σ(b) to this power,",
        tolerance=1e-4,  # the power multiplies the error of b
        **about,
        mistaken_for={
            "The sign of b is reversed.": float((1 - 0.5 ** (1 / half_life)) ** half_life),
            "This is the gate σ(b); the bias before the sigmoid is asked for.": float(
                sigmoid(0.5 ** (1 / half_life)) ** half_life
            ),
            "This leaves 1/e; ½ is asked for.": float(np.exp(-1)),
            "This is ln(half_life), a gate of 1 − 1/(half_life + 1): it leaves about 1/e of a long memory.": float(
                (1 - 1 / (1 + half_life)) ** half_life
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import lstm as reference

for half_life in (0.05, 1e4, 1e6, *np.exp(rng.uniform(-2, 10, size=6)).tolist()):
    b = checks.number(checks.call(forget_bias_for, half_life), f"`forget_bias_for({half_life:.6g})`", **about)
    right = reference.forget_bias_for(half_life)
    kept, expected = (float(half_life * np.logaddexp(0, -bias)) for bias in (b, right))
    checks.close(
        kept,
        expected,
        what=f"−ln of what is left after {checks.counted(half_life, 'step')}",
        tolerance=1e-4,
        **about,
    )
### END HIDDEN TESTS

# %% check_forget_bias_for__errors tags=["check", "points=1"]
rng = checks.rng()
for half_life in (0.5, 40.0):
    checks.call(forget_bias_for, half_life)  # no error here
for half_life in (0.0, -1.0, -1e-6, -float(rng.uniform(0.1, 50))):
    checks.raises(ValueError, forget_bias_for, half_life)

# %% [markdown]
# ## Step 4. Put it where it belongs
#
# Return a **copy** of the biases in which those of the forget gate, `b[H:2H]`, are set to `value`. The others stay. `b` itself stays as it was.
#
# **Worked example.** $H = 1$, $b = (1, 2, 3, 4)$ and `value` $= 9$: the result is $(1, 9, 3, 4)$.


# %% with_forget_bias tags=["solution"]
def with_forget_bias(b: np.ndarray, value: float) -> np.ndarray:
    """Return a copy of the biases with those of the forget gate set to a value.

    Args:
        b: The biases in the order i, f, g, o, of shape (4H,).
        value: For the forget gate's biases.

    Returns:
        An array of shape (4H,).
    """
    ### BEGIN SOLUTION
    H = len(b) // 4
    b = b.copy()
    b[H : 2 * H] = value
    return b
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How long is `b`, and what is $H$ then? Does `b2 = b` make a second array?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Copy with `b.copy()`, set a slice of the copy, return the copy. A slice needs whole numbers: divide with `//`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `copy[H : …] = value` with `H = len(b) // 4`.
# </details>

# %% check_with_forget_bias tags=["check", "points=1"]
rng = checks.rng()
# Not named H: an answer that forgets to compute its H must not find one here.
for units in (1, 2, int(rng.integers(3, 8))):
    parts, value = [rng.normal(size=units) for _ in range(4)], float(rng.normal(0, 3))
    b = np.concatenate(parts)
    new = np.full(units, value)
    at = [np.concatenate([*parts[:k], new, *parts[k + 1 :]]) for k in range(4)]
    checks.close(
        checks.leaves_unchanged(with_forget_bias, b, value),
        at[1],
        what=f"the biases for H = {units}",
        see="lstm#the-forget-bias",
        mistaken_for={
            "This is the input gate's block: the order is i, f, g, o.": at[0],
            "This is the candidate's block: the order is i, f, g, o.": at[2],
            "This is the output gate's block: the order is i, f, g, o.": at[3],
            "The value is set, not added.": np.concatenate([parts[0], parts[1] + value, *parts[2:]]),
            "Only the forget gate's biases are set; the others stay.": np.full(4 * units, value),
            "Nothing has changed.": b,
            "The other biases stay as they are.": np.concatenate([0 * new, new, 0 * new, 0 * new]),
            "One bias of the forget gate was set; all H of them are meant.": np.concatenate(
                [parts[0], [value], parts[1][1:], *parts[2:]]
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import lstm as reference

for units in (1, 5, 64):
    b, value = rng.normal(size=4 * units), float(rng.normal(0, 30))
    found = checks.leaves_unchanged(with_forget_bias, b, value)
    checks.close(found, reference.with_forget_bias(b, value), what=f"the biases for H = {units}")
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: a bias decides what is remembered
#
# Predict first: an LSTM with small random weights reads 100 random numbers. How much of ∂c₁₀₀/∂c₀ is left with a forget bias of 0, 1, and the one for a half-life of 100 steps?

# %% figure_remember
import matplotlib.pyplot as plt

draws = np.random.default_rng()
T, H = 100, 32
W_ih, W_hh = (
    draws.uniform(-(H**-0.5), H**-0.5, size=(4 * H, 1)),
    draws.uniform(-(H**-0.5), H**-0.5, size=(4 * H, H)),
)
inputs = draws.normal(size=(T, 1, 1))
figure, axes = plt.subplots(figsize=(7, 4))
for bias in (0.0, 1.0, float(forget_bias_for(100))):
    b = with_forget_bias(np.zeros(4 * H), bias)
    h, c, gates = np.zeros((1, H)), np.zeros((1, H)), []
    for x in inputs:
        z = x @ W_ih.T + h @ W_hh.T + b
        gates.append(sigmoid(z[0, H : 2 * H]))
        h, c = lstm_step(x, h, c, W_ih, W_hh, b)
    axes.semilogy(
        range(T), np.median(cell_gradient(np.array(gates)), axis=1), label=f"forget bias {bias:.2f}"
    )
axes.set(
    xlabel="time $t$", ylabel=r"$\partial c_{100}/\partial c_t$, median unit", title="What the cell remembers"
)
axes.legend()
plt.show()

# %% explain_carousel [markdown] tags=["manual", "points=2"]
# ### Question: does the LSTM cure vanishing gradients?
#
# A summary says: “LSTMs solve the vanishing gradient problem.” In the figure the curve for bias 0 falls below $10^{-20}$.
# Say exactly under which condition the gradient along the cell does not vanish over $T$ steps, why a plain tanh network cannot meet a condition of this kind so easily, and whether the LSTM's gradient can explode.
#
# *Marked:* one point for the condition, one for the comparison and explosion.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: the product of the forget gates from t + 1 to T must not be small; for gates of about f that means $f^T$ of order 1, $1 - f \lesssim 1/T$, i.e. a bias of about $\ln T$ or more; with bias 0, $f = ½$ and $2^{-100} \approx 10^{-30}$.
# One point: in a plain network each step multiplies by the same kind of matrix $\operatorname{diag}(1 - h^2) W$, whose slopes fall below 1 as soon as the units are used, and whose singular values would all have to be near 1; the gates are learned, one per unit and time, and depend on the input. Along the direct path gates ≤ 1 cannot explode, but the paths through $h$ and $W_{hh}$ can: clipping is still used.
# ### END SOLUTION

# %% [markdown]
# ## Step 5. A plain network beside it
#
# In a plain recurrent network $h_s = \tanh(W_{hh}\,h_{s-1} + \dots)$, where the dots stand for inputs and biases, and $h_s$ is a column of $H$ numbers. One step back multiplies by
#
# $$\frac{\partial h_s}{\partial h_{s-1}} = \operatorname{diag}(1 - h_s^2)\,W_{hh}, \qquad
# \frac{\partial h_T}{\partial h_t} = \prod_{s=T}^{t+1} \operatorname{diag}(1 - h_s^2)\,W_{hh},$$
#
# the factor of the latest time on the left. Return the *spectral* norm of this matrix, its largest singular value, for $t = 0, \dots, T - 1$.
# The array `hidden` has the shape `(T, H)`; its row $s$ (from 0) holds $h_{s+1}$, already after tanh.
#
# **Worked example.** $H = 1$, $W_{hh} = 2$ and the states $0$ and $0.5$: the factors are $2 \cdot 1 = 2$ and $2 \cdot 0.75 = 1.5$, so the result is $(3, 1.5)$.


# %% rnn_state_gradient tags=["solution"]
def rnn_state_gradient(W_hh: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return the spectral norms of ∂h_T/∂h_t for t = 0, …, T − 1.

    Args:
        W_hh: The recurrent weights, of shape (H, H).
        hidden: The states h_1, …, h_T of a tanh network, of shape (T, H).

    Returns:
        An array of shape (T,).
    """
    ### BEGIN SOLUTION
    product = np.eye(len(W_hh))
    norms = np.empty(len(hidden))
    for t in reversed(range(len(hidden))):
        product = product @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(product, 2)
    return norms
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which factor is the first one to be multiplied if you start from $t = T - 1$ and go back? On which side does the next one come?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Start with the identity. In a loop from the last row to the first, multiply *from the right* by that step's matrix and store the norm of the product so far. `np.linalg.norm(A, 2)` is the spectral norm; without the 2 it is another one.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `product = product @ np.diag(…) @ W_hh` and `norms[t] = np.linalg.norm(product, …)`; the slope of tanh at its output $h$ is $1 - h^2$.
# </details>

# %% check_rnn_state_gradient tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
from concepts import lstm as reference


def norms_of(factors, norm=lambda A: np.linalg.norm(A, 2), reverse=False):
    """Return the norms of the products of the last factors, the latest on the left."""
    product, found = np.eye(len(factors[0])), []
    for A in factors[::-1]:
        product = A @ product if reverse else product @ A
        found.append(norm(product))
    return np.array(found[::-1])


rng = checks.rng()
for T, H in [(1, 3), (2, 4), (5, 3), (4, 6), (6, 1)]:
    W_hh, hidden = rng.normal(0, 1.3 * H**-0.5, size=(H, H)), rng.uniform(-0.9, 0.9, size=(T, H))
    expected = reference.rnn_state_gradient(W_hh, hidden)
    factors = [np.diag(1 - row**2) @ W_hh for row in hidden]
    checks.close(
        checks.leaves_unchanged(rnn_state_gradient, W_hh, hidden),
        expected,
        what=f"the norms for T = {T} and H = {H}",
        see="lstm#a-plain-network",
        mistaken_for={
            "This is the Frobenius norm; the largest singular value is asked for.": norms_of(
                factors, np.linalg.norm
            ),
            "The latest factor stands on the left.": norms_of(factors, reverse=True),
            "The slopes stand on the left of W_hh, which is not transposed.": norms_of(
                [W_hh @ np.diag(1 - row**2) for row in hidden]
            ),
            "W_hh is not transposed here: the states are columns.": norms_of(
                [np.diag(1 - row**2) @ W_hh.T for row in hidden]
            ),
            "The slope of tanh at its output h is 1 − h², not 1 − tanh(h)²: h is after tanh already.": norms_of(
                [np.diag(1 - np.tanh(row) ** 2) @ W_hh for row in hidden]
            ),
            "The slope of tanh at its output h is 1 − h², with a square.": norms_of(
                [np.diag(1 - row) @ W_hh for row in hidden]
            ),
            "The slopes of tanh are missing.": norms_of([W_hh] * T),
            "The slope is that of the sigmoid.": norms_of(
                [np.diag(row * (1 - row)) @ W_hh for row in hidden]
            ),
            "The product of the norms is only a bound; take the norm of the product.": np.cumprod(
                [np.linalg.norm(A, 2) for A in factors[::-1]]
            )[::-1],
            "The largest eigenvalue is not the largest singular value.": norms_of(
                factors, lambda A: np.max(np.abs(np.linalg.eigvals(A)))
            ),
            "The order is reversed: t = 0 comes first.": expected[::-1],
        },
    )
W_hh = np.linalg.qr(rng.normal(size=(5, 5)))[0]
for gain in (0.5, 1.5):  # rotations keep all lengths, so that every entry is a power
    found = checks.call(rnn_state_gradient, gain * W_hh, np.zeros((30, 5)))
    found = checks.shape(found, (30,), what="the norms", see="lstm#a-plain-network")
    checks.close(found / gain ** np.arange(30.0, 0, -1), np.ones(30), what="the norms over powers")
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "lstm#a-plain-network"}


def jacobians(W_hh, hidden):
    """Return ∂h_T/∂h_t for each t from finite differences of a network that has these states."""
    z = np.arctanh(hidden)

    def last(change, t):
        """Return what a change of h_t does to h_T."""
        for later in z[t:]:
            change = np.tanh(later + W_hh @ change) - np.tanh(later)
        return change

    H = len(W_hh)
    return [
        np.array([checks.numerical_gradient(lambda h: float(last(h, t)[k]), np.zeros(H)) for k in range(H)])
        for t in range(len(z))
    ]


for T, H in [(1, 3), (2, 4), (4, 3), (3, 1)]:
    W_hh, hidden = rng.normal(0, 1.3 * H**-0.5, size=(H, H)), rng.uniform(-0.8, 0.8, size=(T, H))
    matrices = jacobians(W_hh, hidden)
    expected = np.array([np.sqrt(np.max(np.linalg.eigvalsh(J.T @ J))) for J in matrices])
    checks.close(
        checks.leaves_unchanged(rnn_state_gradient, W_hh, hidden),
        expected,
        what=f"the norms for T = {T} and H = {H} (against finite differences)",
        **about,
        tolerance=1e-4,
        mistaken_for={
            "The order is reversed: t = 0 comes first.": expected[::-1],
            "This is the Frobenius norm; the largest singular value is asked for.": np.array(
                [np.sqrt(np.sum(J**2)) for J in matrices]
            ),
            "These are the squares.": expected**2,
            "The norm of the identity, t = T, is not asked for.": np.append(expected, 1.0),
            "You are one step off: the last entry is one factor, not the identity.": np.append(
                expected[1:], 1.0
            ),
        },
    )

# %% [markdown]
# ### Experiment: between vanishing and exploding
#
# Predict first: tanh networks whose weights are a rotation times 0.9, 1, 1.1 and 1.5, with small random inputs. Which of them remembers a hundred steps?

# %% figure_plain
import matplotlib.pyplot as plt

draws = np.random.default_rng()
rotation = np.linalg.qr(draws.normal(size=(32, 32)))[0]
figure, axes = plt.subplots(figsize=(7, 4))
for gain in (0.9, 1.0, 1.1, 1.5):
    h, states = np.zeros(32), []
    for _ in range(100):
        h = np.tanh(gain * rotation @ h + draws.normal(0, 0.1, size=32))
        states.append(h)
    axes.semilogy(
        range(100), rnn_state_gradient(gain * rotation, np.array(states)), label=f"{gain:g} × rotation"
    )
axes.set(
    xlabel="time $t$", ylabel=r"$\|\partial h_{100}/\partial h_t\|_2$", title="A plain recurrent network"
)
axes.legend()
plt.show()

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# Someone wants a forget bias of 1 in PyTorch's `nn.LSTM` and writes:
#
# ```python
# for name, p in lstm.named_parameters():
#     if "bias" in name:
#         n = p.size(0)
#         p.data[n // 4 : n // 2].fill_(1.0)
# ```
#
# `nn.LSTM` has **two** bias vectors per layer, `bias_ih_l0` and `bias_hh_l0`, which are added. Which forget bias results? How much of a cell is left after 20 steps, compared with what was meant? Write the correction.
#
# *Marked:* one point for the bias and the numbers, one for the correction.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: both vectors are set, so the bias is 2, $\sigma(2) = 0.881$ instead of $\sigma(1) = 0.731$; after 20 steps $0.881^{20} = 0.079$ is left, instead of $0.731^{20} = 0.0019$, about 40 times as much.
# One point: set one of them to 1 and the forget block of the other to 0 (test for `"bias_ih"`, and zero `"bias_hh"`), or set each to 0.5. Leaving the other one at its random start is accepted if said.
# ### END SOLUTION
