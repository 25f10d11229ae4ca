# %% [markdown]
# # Products of derivatives
#
# **Goal.** You write the chain rule as a product, run it backwards through a network, and find out when the product leaves the range of floating-point numbers, and how logarithms save it.
#
# **Time** about 90 minutes. **Points** 14 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “The chain rule: products of derivatives” (`book/chain_rule.md`).
#
# **How it works.** Each step has one function to write, a cell that checks it, three hints of growing frankness, and an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the check below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed: put the line `checks.use_seed(…)` that it shows into a cell above, and the same numbers come again.
#
# **Conventions of the whole course**
# - Batches come first: `x` has shape `(n, features)`.
# - Weights have shape `(fan_out, fan_in)`; a layer computes `z = a @ W.T + b` and then `a = f(z)`.
# - `f` is the activation and `df` its derivative, both element by element, both as functions of the pre-activation `z`.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of its largest entry).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a list may be a tuple.

# %% setup tags=["locked"]
from collections.abc import Callable

import numpy as np

from autograder import checks

Elementwise = Callable[[np.ndarray], np.ndarray]


def sigmoid(z):
    """An activation with two flat ends; its derivative is at most 1/4."""
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    """The derivative of `sigmoid`."""
    return sigmoid(z) * sigmoid(-z)


# %% [markdown]
# ## Step 1. The gradient of a chain of single neurons
#
# Take a network one neuron wide: $a_0 = x$ and, for $l = 1, \dots, L$,
#
# $$z_l = w_l\,a_{l-1} + b_l, \qquad a_l = f(z_l).$$
#
# A small change of $a_{l-1}$ changes $z_l$ by $w_l$ times as much, and $a_l$ by $f'(z_l)$ times that.
# So the whole chain has the derivative
#
# $$\frac{da_L}{dx} = \prod_{l=1}^{L} f'(z_l)\,w_l .$$
#
# **Worked example.** $f(z) = z^2$, $f'(z) = 2z$, $w = (2, 3)$, $b = (0, 1)$, $x = 0.5$:
# $z_1 = 1$ and $a_1 = 1$, then $z_2 = 3 \cdot 1 + 1 = 4$.
# The factors are $f'(z_1)\,w_1 = 2 \cdot 2 = 4$ and $f'(z_2)\,w_2 = 8 \cdot 3 = 24$; the gradient is $96$.


# %% scalar_chain_gradient tags=["solution"]
def scalar_chain_gradient(
    weights: np.ndarray, biases: np.ndarray, x: float, f: Elementwise, df: Elementwise
) -> float:
    """Return da_L/dx for the chain a_0 = x, a_l = f(w_l a_{l-1} + b_l).

    Args:
        weights: w_1, …, w_L, shape (L,).
        biases: b_1, …, b_L, shape (L,).
        x: The input a_0.
        f: The activation.
        df: Its derivative, as a function of z.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    a = x
    gradient = 1.0
    for w, b in zip(weights, biases, strict=True):
        z = w * a + b
        gradient = gradient * df(z) * w
        a = f(z)
    return gradient
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Each factor needs the pre-activation of its own layer. Which values must you know before you can compute $z_2$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Walk through the chain once, from the input to the output, with two variables: the activation so far and the product of the factors so far. In each layer compute $z_l$ first, then update both.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# Inside the loop over `zip(weights, biases)` there are three lines: `z = …`, `gradient = gradient * … * …`, `a = …`. The derivative is taken at `z`, not at `a`.
# </details>

# %% check_scalar_chain_gradient tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
# First of all, since it knows the misconceptions that would give the answer away in the visible part.
# It has a generator of its own, so that a seed gives the visible part the same numbers with and without it.
rng = checks.rng()
from concepts import chain_rule as reference


def slopes_at(choose, weights, biases, x, f, df):
    """Return the product of w f'(·) with the slope taken at another place."""
    product = 1.0
    for w, b in zip(weights, biases):
        z = w * x + b
        product *= w * df(choose(x, z, f(z), w))
        x = f(z)
    return product


# Weights that sinh, which grows, can take: no z of its chains leaves [−1, 1].
for depth, f, df, size in (
    (3, sigmoid, sigmoid_slope, 7),
    (1, np.sinh, np.cosh, 1),
    (30, np.sinh, np.cosh, 1),
):
    weights = size * rng.uniform(0.1, 0.4, depth) * rng.choice([-1, 1], depth)
    biases, x = rng.uniform(-0.5, 0.5, depth), size * float(rng.uniform(-1, 1))
    chain = (weights, biases, x, f, df)
    gradient = reference.scalar_chain_gradient(*chain)
    checks.close(
        checks.leaves_unchanged(scalar_chain_gradient, *chain),
        gradient,
        what=f"the gradient of a chain of depth {depth}",
        see="chain_rule#one-neuron-a-layer",
        mistaken_for=lambda: {
            "You took f' at the activations a_l; it belongs at the pre-activations z_l.": slopes_at(
                lambda x, z, a, w: a, *chain
            ),
            "You took f' at the inputs a_(l-1); it belongs at the pre-activations z_l.": slopes_at(
                lambda x, z, a, w: x, *chain
            ),
            "The biases are missing: z_l = w_l a_(l-1) + b_l.": reference.scalar_chain_gradient(
                weights, np.zeros(depth), x, f, df
            ),
            "The weights are missing: each layer multiplies by f'(z) and by w.": gradient / np.prod(weights),
            "The first layer's weight is missing: x itself goes through w_1.": gradient / weights[0],
            "The last layer's weight is missing.": gradient / weights[-1],
            "The sign is wrong.": -gradient,
        },
    )
weights = np.array([1.5, 0.0, -2.0])
found = checks.call(scalar_chain_gradient, weights, np.ones(3), 0.3, np.sin, np.cos)
checks.close(found, 0.0, what="the gradient of a chain with a weight of 0")
### END HIDDEN TESTS
rng = checks.rng()


def end_of_chain(x, weights, biases, f):
    """Return a_L, so that your derivative can be compared with finite differences."""
    for w, b in zip(weights, biases):
        x = f(w * x + b)
    return x


for f, df, depths in [(np.sin, np.cos, (3, 1, 2)), (sigmoid, sigmoid_slope, (2,))]:
    for depth in depths:
        weights = rng.uniform(0.5, 2.0, depth) * rng.choice([-1, 1], depth)
        biases, x = rng.uniform(-1, 1, depth), float(rng.uniform(-2, 2))
        found = checks.leaves_unchanged(scalar_chain_gradient, weights, biases, x, f, df)
        slope = float(checks.numerical_gradient(lambda x: end_of_chain(x, weights, biases, f), x))
        checks.close(
            found,
            slope,
            what=f"the gradient of a chain of depth {depth}",
            scale=0.1,  # finite differences of a flat chain are not more precise than that
            see="chain_rule#one-neuron-a-layer",
            mistaken_for=lambda: {
                "The weights are missing: each layer multiplies by f'(z) and by w.": slope / np.prod(weights),
                "The first layer's weight is missing: x itself goes through w_1.": slope / weights[0],
                "The last layer's weight is missing.": slope / weights[-1],
                "These are the weights alone: each layer multiplies by f'(z), too.": np.prod(weights),
                "This is the output a_L, not its derivative.": end_of_chain(x, weights, biases, f),
                "The sign is wrong.": -slope,
            },
        )


def minus_sine(z):
    """Return the derivative of the cosine."""
    return -np.sin(z)


# Between 0 and π the cosine falls; a weight of 3 makes more of it than 1.
for w in (float(rng.uniform(3, 4)), -float(rng.uniform(3, 4))):
    x, z = float(rng.uniform(-2, 2)), float(rng.uniform(0.5, 2.5))
    chain = (np.array([w]), np.array([z - w * x]))
    slope = float(checks.numerical_gradient(lambda x: end_of_chain(x, *chain, np.cos), x))
    checks.close(
        checks.leaves_unchanged(scalar_chain_gradient, *chain, x, np.cos, minus_sine),
        slope,
        what="the gradient of a chain of one falling layer",
        see="chain_rule#one-neuron-a-layer",
        mistaken_for={"A slope may be negative, and so may the gradient: keep the sign.": -slope},
    )

# %% [markdown]
# ### Experiment: how deep can the chain be?
#
# Predict first: with the sigmoid, whose derivative is at most ¼, and all weights equal to $w$, by what factor does each layer multiply the gradient for $w = 1$? From which $w$ on could it grow?

# %% figure_chain_depth
import matplotlib.pyplot as plt

depths = np.arange(1, 31)
figure, axes = plt.subplots(figsize=(7, 4))
for w in (1, 2, 4, 6):
    # The bias -w/2 puts z = 0 at a = 1/2, where the sigmoid is steepest.
    gradients = [
        scalar_chain_gradient(np.full(L, w), np.full(L, -w / 2), 0.5, sigmoid, sigmoid_slope) for L in depths
    ]
    axes.semilogy(depths, gradients, marker="o", markersize=3, label=f"$w = {w}$")
axes.set(xlabel="depth $L$", ylabel=r"gradient $da_L/dx$", title="Only $w = 4$ keeps the gradient: 4 · ¼ = 1")
axes.legend()
plt.show()

# %% [markdown]
# ## Step 2. The errors of all layers
#
# In a real layer $z_l$ is a vector for each sample of the batch.
# Call $\delta_l = \partial C / \partial z_l$ the *error* of layer $l$, of the shape of $z_l$: `(n, fan_out)`.
# The cost sees $z_l$ only through $a_l = f(z_l)$ and $z_{l+1} = a_l W_{l+1}^\top + b_{l+1}$.
# So the error travels back through $W_{l+1}$ and then through $f'$:
#
# $$\delta_l = (\delta_{l+1} W_{l+1}) \odot f'(z_l), \qquad l = L-1, \dots, 1,$$
#
# where $\odot$ multiplies entry by entry.
# The last error $\delta_L$ is given: `delta_out` **is** $\partial C/\partial z_L$.
#
# **Worked example.** One sample, two units a layer, $f'(z) = 2z$, $W_2 = \begin{pmatrix} 5 & 0 \\ 0 & 5 \end{pmatrix}$, $z_1 = (1, 3)$, $\delta_2 = (1, 1)$:
# $\delta_2 W_2 = (5, 5)$ and $f'(z_1) = (2, 6)$, so $\delta_1 = (10, 30)$.


# %% backpropagate_deltas tags=["solution"]
def backpropagate_deltas(
    weights: list[np.ndarray], preactivations: list[np.ndarray], df: Elementwise, delta_out: np.ndarray
) -> list[np.ndarray]:
    """Return the errors [δ_1, …, δ_L], the first layer's first.

    Args:
        weights: [W_1, …, W_L], each of shape (fan_out, fan_in).
        preactivations: [z_1, …, z_L], each of shape (n, fan_out).
        df: The derivative of the activation, as a function of z.
        delta_out: δ_L, of the shape of z_L.

    Returns:
        A list of L arrays, each of the shape of its z_l.
    """
    ### BEGIN SOLUTION
    deltas = [delta_out]
    for W, z in zip(reversed(weights[1:]), reversed(preactivations[:-1]), strict=True):
        deltas.append((deltas[-1] @ W) * df(z))
    return deltas[::-1]
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You know $\delta_L$ and want $\delta_{L-1}$ next. Write down the shapes in $\delta_{l+1} W_{l+1}$: no transpose is needed.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Start a list with `delta_out`. Go through the layers from the last but one to the first; each new error needs the newest error in the list, the weights of the layer *above* and the pre-activation of the layer itself. At the end turn the list round.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# Loop with `for l in range(L - 2, -1, -1)` (counting from 0); the new error is `(newest @ weights[…]) * df(preactivations[…])`, with two different indices.
# </details>

# %% check_backpropagate_deltas tags=["check", "points=4"]
### BEGIN HIDDEN TESTS
# First of all, since it knows the misconceptions that would give the answer away in the visible part.
# It has a generator of its own, so that a seed gives the visible part the same numbers with and without it.
rng = checks.rng()
from concepts import chain_rule as reference

for n, widths in [(7, (6,) * 9), (1, (4, 3)), (2, (5, 3, 1, 4, 2))]:
    weights = [rng.normal(size=shape) for shape in zip(widths[1:], widths)]
    z = [rng.normal(size=(n, width)) for width in widths[1:]]
    delta_out = rng.normal(size=z[-1].shape)
    given = (weights, z, np.cosh, delta_out)
    expected = reference.backpropagate_deltas(*given)

    def mistaken_for():
        """Return the lists of errors that the known misconceptions lead to."""
        twice = reference.backpropagate_deltas(weights, z, np.cosh, delta_out * np.cosh(z[-1]))
        found = {
            "delta_out is δ_L already: do not multiply it by f'(z_L).": twice,
            "f'(z_l) is missing: the error passes the activation, too.": reference.backpropagate_deltas(
                weights, z, np.ones_like, delta_out
            ),
            "These are the derivatives by the activations a_l: multiply by f'(z_l).": [
                *(delta @ W for delta, W in zip(expected[1:], weights[1:])),
                delta_out,
            ],
            "You took the slope of the layer above: δ_l needs f' at z_l.": [
                *(delta @ W for delta, W in zip(twice[1:], weights[1:])),
                delta_out,
            ],
            "The errors of the samples stay apart: do not divide by the batch size.": [
                delta / n ** (len(weights) - 1 - l) for l, delta in enumerate(expected)
            ],
            "The list is the wrong way round: the first layer's error comes first.": expected[::-1],
            "The last entry is missing: it is delta_out itself.": expected[:-1],
        }
        if len(set(widths)) == 1:
            found["W is transposed: backwards the error is multiplied by W itself."] = (
                reference.backpropagate_deltas([W.T for W in weights], z, np.cosh, delta_out)
            )
        return found

    checks.close(
        checks.leaves_unchanged(backpropagate_deltas, *given),
        expected,
        what=f"the list of errors for {checks.counted(len(weights), 'layer')} and a batch of {n}",
        see="chain_rule#layers-of-many-neurons",
        mistaken_for=mistaken_for,
    )
### END HIDDEN TESTS
rng = checks.rng()
for n, widths in [(1, (3, 2)), (2, (3, 4, 3, 5)), (2, (4, 3, 3))]:
    shapes = list(zip(widths[1:], widths))
    weights = [rng.normal(size=shape) for shape in shapes]
    preactivations = [rng.normal(size=(n, widths[0])) @ weights[0].T]
    for W in weights[1:]:
        preactivations.append(np.sin(preactivations[-1]) @ W.T)
    delta_out = rng.normal(size=preactivations[-1].shape)

    def cost_of_z(z, l):
        """Return a cost whose derivative at z_L is delta_out, as a function of z_l alone."""
        for W in weights[l + 1 :]:
            z = np.sin(z) @ W.T
        return float(np.sum(delta_out * z))

    def cost_of_a(a, l):
        """Return the same cost as a function of the activation a_l."""
        return cost_of_z(a @ weights[l + 1].T, l + 1)

    L = len(weights)
    expected = [checks.numerical_gradient(lambda z: cost_of_z(z, l), preactivations[l]) for l in range(L)]
    found = checks.leaves_unchanged(backpropagate_deltas, weights, preactivations, np.cos, delta_out)
    checks.close(
        found,
        expected,
        what=f"the list of errors for the widths {widths[1:]} and a batch of {n}",
        scale=0.1,
        see="chain_rule#layers-of-many-neurons",
        mistaken_for=lambda: {
            "The list is the wrong way round: the first layer's error comes first.": expected[::-1],
            "The last entry is missing: it is delta_out itself.": expected[:-1],
            "These are the derivatives by the activations a_l: multiply by f'(z_l).": [
                *(
                    checks.numerical_gradient(lambda a: cost_of_a(a, l), np.sin(preactivations[l]))
                    for l in range(L - 1)
                ),
                delta_out,
            ],
            "All errors are delta_out: they must travel back through the weights.": [delta_out] * L,
        },
    )

# %% [markdown]
# ### Experiment: the errors of thirty layers
#
# Predict first: a network of thirty sigmoid layers, its weights drawn with the standard deviation $1/\sqrt{n}$. How large is the first layer's error, if the last one's is about 1?

# %% figure_thirty_layers
import matplotlib.pyplot as plt

draws = np.random.default_rng()
L, width, n = 30, 100, 50
figure, axes = plt.subplots(figsize=(7, 4))
for scale in (1, 4, 12):
    weights = [draws.normal(0, scale / np.sqrt(width), size=(width, width)) for _ in range(L)]
    a, preactivations = draws.random((n, width)), []
    for W in weights:
        preactivations.append((a - 0.5) @ W.T)
        a = sigmoid(preactivations[-1])
    deltas = backpropagate_deltas(weights, preactivations, sigmoid_slope, draws.normal(size=(n, width)))
    sizes = [np.sqrt(np.mean(delta**2)) for delta in deltas]
    axes.semilogy(range(1, L + 1), sizes, marker="o", markersize=3, label=rf"$\sigma_w = {scale}/\sqrt{{n}}$")
axes.set(
    xlabel="layer $l$", ylabel=r"size of $\delta_l$ (root mean square)", title="The error on its way back"
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 3. When does the product underflow?
#
# Floating-point numbers end: the smallest *normal* positive number of a type is `np.finfo(dtype).tiny`, about $1.2 \cdot 10^{-38}$ for float32.
# Below it precision is lost bit by bit.
# If every layer multiplies the gradient by the same factor $0 < q < 1$, how many layers does it take until $q^n$ is below `tiny`?
#
# Think of the real number $q^n$ here.
# Multiplying in `dtype` until the product is 0 is no way to count: for $q > ½$ rounding keeps the smallest number alive, and the loop never ends (the chapter shows it).
# The depth may be large: for $q = 0.9999$ it is over 870 000.
#
# **Worked example.** $q = 0.1$ and float32: $0.1^{37} = 10^{-37}$ is above $1.2 \cdot 10^{-38}$, and $0.1^{38} = 10^{-38}$ is below; the answer is 38.


# %% layers_until_underflow tags=["solution"]
def layers_until_underflow(factor: float, dtype: type = np.float32) -> int:
    """Return the smallest n for which factor**n is below the smallest normal number of dtype.

    Args:
        factor: What each layer multiplies by, strictly between 0 and 1.
        dtype: A floating-point type, such as np.float16, np.float32 or np.float64.

    Returns:
        The number of layers, an integer.

    Raises:
        ValueError: When factor is not strictly between 0 and 1.
    """
    ### BEGIN SOLUTION
    if not 0 < factor < 1:
        raise ValueError(f"factor must lie strictly between 0 and 1, not {factor}")
    return int(np.floor(np.log2(float(np.finfo(dtype).tiny)) / np.log2(factor))) + 1
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which function turns the power $q^n$ into a product, and so the question into a division?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Take logarithms on both sides of $q^n < \text{tiny}$ and solve for $n$. Mind that $\ln q$ is negative: dividing by it turns the inequality round. Then take the smallest integer that satisfies it. Test the argument first of all.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# $n > \ln(\text{tiny}) / \ln(q)$: the answer is one more than the quotient rounded down. Take the logarithm of `float(np.finfo(dtype).tiny)`, and `raise ValueError("…")` for a bad factor.
# </details>

# %% check_layers_until_underflow tags=["check", "points=2"]
from decimal import Decimal

rng = checks.rng()


def verdict(n, factor, limit):
    """Say whether n is the smallest depth with factor**n < limit, in decimal arithmetic of 28 digits."""
    if n < 1 or Decimal(factor) ** n >= Decimal(limit) * Decimal("1.00000001"):
        return "too small"
    return "too large" if Decimal(factor) ** (n - 1) < Decimal(limit) * Decimal("0.99999999") else "right"


def check_depth(n, factor, dtype):
    """Fail unless n is right; say what it would be right for."""
    found = verdict(n, factor, float(np.finfo(dtype).tiny))
    if found == "right":
        return
    message = f"{n} layers for factor = {factor:.6g} and {dtype.__name__}: this n is {found}."
    if verdict(n, factor, float(np.finfo(dtype).smallest_subnormal)) == "right":
        message += " You counted down to the smallest subnormal number; `tiny` is the smallest normal one."
    if verdict(n, factor, float(np.finfo(dtype).eps)) == "right":
        message += (
            " You counted down to `eps`, the spacing of the numbers at 1; the question is about `tiny`."
        )
    if any(
        verdict(n, factor, float(np.finfo(other).tiny)) == "right"
        for other in (np.float16, np.float32, np.float64)
    ):
        message += " It is right for another type: use `dtype`."
    if verdict(n + 1, factor, float(np.finfo(dtype).tiny)) == "right":
        message += " One more is needed: factor**n must be *below* `tiny`."
    if verdict(n - 1, factor, float(np.finfo(dtype).tiny)) == "right":
        message += " One less is enough."
    checks.that(False, message, see="chain_rule#when-floating-point-gives-up")


for factor in (
    float(rng.uniform(0.05, 0.5)),
    float(rng.uniform(0.5, 0.99)),
    1 - 10 ** -float(rng.uniform(2, 4)),
):
    check_depth(checks.integer(checks.call(layers_until_underflow, factor)), factor, np.float32)
    for dtype in (np.float16, np.float32, np.float64):
        n = checks.integer(checks.call(layers_until_underflow, factor, dtype))
        check_depth(n, factor, dtype)
for factor in (1e-20, 1e-30, 0.9999):
    check_depth(checks.integer(checks.call(layers_until_underflow, factor)), factor, np.float32)
### BEGIN HIDDEN TESTS
for factor in (0.1, 0.99, 1e-39, 1e-300, *rng.uniform(0.001, 0.999, 4).tolist()):
    n = checks.integer(checks.call(layers_until_underflow, factor, dtype=np.float64))
    check_depth(n, factor, np.float64)
    n = checks.integer(checks.call(layers_until_underflow, factor))
    check_depth(n, factor, np.float32)
### END HIDDEN TESTS

# %% check_layers_until_underflow__errors tags=["check", "points=1"]
rng = checks.rng()
checks.call(layers_until_underflow, float(rng.uniform(0.1, 0.4)))
for factor in (0.0, 1.0, -0.5, 1 + float(rng.uniform(0.01, 1)), -float(rng.uniform(2, 9)), 1):
    checks.raises(ValueError, layers_until_underflow, factor)
for factor in (0.0, 1 + float(rng.uniform(0.01, 1))):
    checks.raises(ValueError, layers_until_underflow, factor, np.float64)

# %% [markdown]
# ### Experiment: depth against factor
#
# Predict first: for which factor does float32 give out after a hundred layers? Does float64 last twice as long, or longer?

# %% figure_underflow
import matplotlib.pyplot as plt

factors = np.linspace(0.05, 0.99, 95)
figure, axes = plt.subplots(figsize=(7, 4))
for dtype in (np.float16, np.float32, np.float64):
    axes.semilogy(factors, [layers_until_underflow(float(q), dtype) for q in factors], label=dtype.__name__)
axes.axvline(0.25, color="grey", linestyle=":", label="the sigmoid's best, ¼")
axes.set(xlabel="factor per layer $q$", ylabel="layers until underflow", title="How deep a product can be")
axes.legend()
plt.show()

# %% explain_plateau [markdown] tags=["manual", "points=2"]
# ### Question: the product that stops falling
#
# The line `np.multiply.accumulate(np.full(12000, 0.99, np.float32))` multiplies by 0.99 again and again in float32.
# From the 9876th product on, the result no longer changes: it stays at $7.0 \cdot 10^{-44}$, fifty times the smallest float32 number, for ever.
# Explain why it does not go to 0, and what would happen for the factor 0.4.
#
# *Marked:* one point for why it stops, one for the factor 0.4.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: below `tiny` the numbers are spaced evenly, by the smallest subnormal number η, and 0.99 · 50 η = 49.5 η (a hair more, since float32 rounds 0.99 up) is rounded back to 50 η.
# One point: for a factor of at most ½ the product of η itself is rounded to 0, so 0.4 does reach 0.
#
# Below `tiny` every float32 number is an integer multiple $k\eta$ of the smallest subnormal number $\eta = 2^{-149}$.
# One more factor gives $0.99\,k\,\eta$, which is rounded to the nearest multiple.
# For $k \le 50$ the loss $0.01\,k\,\eta$ is at most half a spacing, so the product is rounded back to $k\eta$: it stays at 50 η.
# With 0.4 the loss is always more than half a spacing, until $0.4\,\eta$ is rounded to 0.
# ### END SOLUTION

# %% [markdown]
# ## Step 4. The growth of a product of matrices
#
# A deep network multiplies not by numbers but by matrices.
# What one layer does on average to the size of the product is its *growth per layer*,
#
# $$g = \frac1L \ln \lVert W_L \cdots W_2 W_1 \rVert_2,$$
#
# where $\lVert A \rVert_2$ is the spectral norm, the largest singular value (`np.linalg.norm(A, 2)`).
# The product vanishes for $g < 0$ and explodes for $g > 0$, by the factor $e^{g}$ a layer.
# For thousands of layers the product itself leaves the range of the numbers, although $g$ is a harmless number of size 1: carry the size along as a logarithm.
#
# **Worked example.** $W_1 = W_2 = \begin{pmatrix} 2 & 0 \\ 0 & 3 \end{pmatrix}$: the product is $\begin{pmatrix} 4 & 0 \\ 0 & 9 \end{pmatrix}$, its norm 9, and $g = \tfrac12 \ln 9 = \ln 3 \approx 1.0986$.


# %% log_growth_per_layer tags=["solution"]
def log_growth_per_layer(matrices: list[np.ndarray]) -> float:
    """Return (1/L) ln ‖W_L ⋯ W_1‖₂, also for thousands of layers.

    Args:
        matrices: [W_1, …, W_L] in the order of the layers, each of shape (fan_out, fan_in), where the fan_in
            of each is the fan_out of the one before. They need not be square. Their product is not zero.

    Returns:
        One number.

    Raises:
        ValueError: When the list is empty.
    """
    ### BEGIN SOLUTION
    if len(matrices) == 0:
        raise ValueError("the product of no matrices has no growth per layer")
    product, log_size = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        product = W @ product
        size = np.linalg.norm(product, 2)
        product, log_size = product / size, log_size + np.log(size)
    return log_size / len(matrices)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# If you divide a matrix by its norm, what has to be remembered so that nothing is lost?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Multiply the matrices one after the other. After each step divide the product by its norm and add the logarithm of that norm to a running sum. At the end the product has norm 1, and the sum is the logarithm of the true norm. Adding up the logarithms of the norms of the single matrices is something else: it is only an upper bound.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# In the loop: `product = W @ product`, `size = np.linalg.norm(…, 2)`, `product = product / …`, `log_size += …`. Start from the identity matrix with as many columns as $W_1$ has.
# </details>

# %% check_log_growth_per_layer tags=["check", "points=3"]
rng = checks.rng()


def known_product(scales, widths):
    """Return matrices whose product has the singular values scales.prod(axis=0), and no other but 0.

    Each is an orthogonal frame, times a row of `scales`, times the frame before turned round.
    """
    frames = np.zeros((len(widths), widths.max(), scales.shape[1]))
    for width in set(widths.tolist()):
        pool = np.linalg.qr(rng.normal(size=(20, width, width)))[0][:, :, : scales.shape[1]]
        frames[widths == width, :width] = pool[rng.integers(20, size=np.sum(widths == width))]
    products = (frames[1:] * scales[:, None]) @ frames[:-1].transpose(0, 2, 1)
    return [W[:rows, :columns] for W, rows, columns in zip(products, widths[1:], widths)]


for depth, centre in ((1, 0.3), (2, 0.3), (5, 0.3), (5, -3.0)):  # the last product shrinks
    # Every direction has its own sizes in each layer.
    scales = np.exp(rng.normal(centre, 1.0, size=(depth, 3))) * rng.choice([-1, 1], size=(depth, 3))
    matrices = known_product(scales, rng.integers(3, 7, size=depth + 1))
    growth = float(np.log(np.abs(scales)).sum(axis=0).max()) / depth
    found = checks.leaves_unchanged(log_growth_per_layer, matrices)
    checks.close(
        found,
        growth,
        what=f"the growth per layer for L = {depth}",
        scale=0.1,
        see="chain_rule#when-floating-point-gives-up",
        mistaken_for={
            "This is the logarithm of the whole product's norm: divide by the number of layers.": growth
            * depth,
            "This is the norm itself: take its logarithm, and divide by L.": float(np.exp(growth * depth)),
            "This is the mean of the single norms' logarithms: only an upper bound.": float(
                np.log(np.abs(scales)).max(axis=1).mean()
            ),
            "This is the logarithm to base 10; the natural one is asked for.": growth / np.log(10),
        },
    )
# A thousand layers, of which the first shrink the product until it underflows and the others let it overflow.
# Neighbouring layers undo each other's directions: the norms' logarithms say more growth than there is.
size = np.repeat([0.05, 20.0], [300, 700]) * np.exp(rng.normal(0, 0.3, size=1000))
scales = size[:, None] * np.array([[1.0, 0.4], [0.4, 0.9]] * 500)
growth = float(np.log(scales).sum(axis=0).max()) / 1000
checks.close(
    checks.call(log_growth_per_layer, known_product(scales, rng.integers(2, 5, size=1001))),
    growth,
    what="the growth per layer of 1000 matrices",
    see="chain_rule#when-floating-point-gives-up",
    mistaken_for={
        "The product has underflowed: divide it by its size after each layer.": -np.inf,
        "The product has overflowed: divide it by its size after each layer.": np.inf,
        "This is the mean of the single norms' logarithms: only an upper bound.": float(
            np.log(scales).max(axis=1).mean()
        ),
    },
)
### BEGIN HIDDEN TESTS
from concepts import chain_rule as reference

for depth in (1, 3, 12):
    widths = rng.integers(1, 8, size=depth + 1)
    matrices = [rng.normal(0, 2, size=shape) for shape in zip(widths[1:], widths)]
    found = checks.leaves_unchanged(log_growth_per_layer, matrices)
    expected = reference.log_growth_per_layer(matrices)
    checks.close(found, expected, what=f"the growth per layer for L = {depth}", scale=0.1)
### END HIDDEN TESTS

# %% check_log_growth_per_layer__errors tags=["check", "points=1"]
rng = checks.rng()
checks.call(log_growth_per_layer, [rng.normal(size=(3, 2))])
checks.raises(ValueError, log_growth_per_layer, [])

# %% [markdown]
# ### Experiment: width against depth
#
# Predict first: 500 random matrices with entries of variance $1/n$ keep the *mean square* of a vector exactly. What do they do to the typical product, for $n = 4$ and for $n = 64$?

# %% figure_growth
import matplotlib.pyplot as plt

draws = np.random.default_rng()
figure, axes = plt.subplots(figsize=(7, 4))
for width in (4, 16, 64):
    growths = [
        log_growth_per_layer([draws.normal(0, width**-0.5, size=(width, width)) for _ in range(500)])
        for _ in range(12)
    ]
    axes.plot([str(width)] * len(growths), np.exp(growths), "o", alpha=0.6)
axes.axhline(1, color="grey", linestyle=":")
axes.set(
    xlabel="width $n$",
    ylabel="factor per layer $e^g$",
    title="Width cures the typical shrinking",
)
plt.show()

# %% explain_small_gradient [markdown] tags=["manual", "points=2"]
# ### Question: is a small gradient good news?
#
# A colleague trains a deep network and writes: “The gradient of the first layer is $10^{-9}$, so the first layer is already close to its best values.”
# What is wrong with this conclusion? Use the product of step 1, and name one measurement that would show who is right.
#
# *Marked:* one point for what is wrong, one for a measurement that decides.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: the first layer's gradient is small because many factors multiply it, whatever the layer's weights are; it says nothing about how far they are from good ones.
# One point: a measurement that decides, such as training the first layer alone with a larger learning rate, comparing the loss after replacing its weights, or comparing the gradients of the last layers.
#
# The first layer's gradient is the last layer's error times a product of many factors $f'(z_l)\,w_l$.
# With factors below 1 that product is tiny at random initial weights, too, where nothing has been learnt.
# A small gradient means a minimum only if the cost is flat in *every* direction and the error at the output is small.
# Measure: scale the first layer's learning rate up by the inverse of the product and watch whether the loss falls; or look at the error of the last layer, which is still large.
# ### END SOLUTION
