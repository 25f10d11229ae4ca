# %% [markdown]
# # How large should random weights be?
#
# **Goal.** You see why equal weights never learn apart, derive the variance that keeps signals and gradients alive, draw Xavier's weights in both of their forms, and measure what they do to a network of fifty layers.
#
# **Time** about 90 minutes. **Points** 18 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Xavier initialisation” (`book/xavier.md`).
#
# **How it works.** Each step has one function to write, a cell that checks it, three hints of growing frankness, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the check below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed: put the line `checks.use_seed(…)` that it shows into a cell above, and the same numbers come again.
#
# **Conventions of the whole course**
# - Batches come first: `x` has shape `(n, features)`.
# - Weights have shape `(fan_out, fan_in)`, one row for each unit; a layer computes `z = x @ W.T` and then `a = f(z)` (no biases here).
# - `fan_in` is the number of a unit's inputs, `fan_out` the number of units in the layer.
# - `rng` is a `numpy.random.Generator`. Draw from it (`rng.normal(...)`, `rng.uniform(...)`); never use `np.random.…` directly, which is a hidden global state.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of its largest entry).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; where an array is asked for, not a list.

# %% setup tags=["locked"]
from collections.abc import Callable

import numpy as np

from autograder import checks

Elementwise = Callable[[np.ndarray], np.ndarray]


def measured_growth(weight_variance, terms, rng, mean=0.0):
    """Measure E[z²] / E[x²] on 50 000 sums z = w_1 x_1 + … of so many terms, each with weights of its own."""
    w = rng.normal(0, np.sqrt(weight_variance), size=(50_000, terms))
    x = rng.normal(mean, 1, size=(50_000, terms))
    return float(np.mean(np.sum(w * x, axis=1) ** 2) / np.mean(x**2))


# %% [markdown]
# ## Step 1. All weights equal
#
# The plainest way to start: every weight has the same value $c$.
#
# **Worked example.** `constant_init(fan_in=3, fan_out=2, value=0.5)` is $\begin{pmatrix} 0.5 & 0.5 & 0.5 \\ 0.5 & 0.5 & 0.5 \end{pmatrix}$: two units with three inputs each.


# %% constant_init tags=["solution"]
def constant_init(fan_in: int, fan_out: int, value: float) -> np.ndarray:
    """Return weights that are all equal to `value`.

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        value: The value of every weight.

    Returns:
        A float array of shape (fan_out, fan_in).
    """
    ### BEGIN SOLUTION
    return np.full((fan_out, fan_in), float(value))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the two fans is the number of rows?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# NumPy has a function that makes an array of a given shape filled with one value; `np.ones` times the value does it, too.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.full((…, …), value)` with the number of units first.
# </details>

# %% check_constant_init tags=["check", "points=1"]
rng = checks.rng()
for value in (0.0, 1.0, *rng.normal(0, 3, size=3).tolist()):
    fan_in, fan_out = (int(k) for k in rng.choice(np.arange(1, 9), size=2, replace=False))
    W = checks.call(constant_init, fan_in, fan_out, value)
    W = checks.shape(W, (fan_out, fan_in), what="the weight matrix", see="xavier#why-random-at-all")
    checks.that(
        np.all(np.abs(W - value) <= 2e-5 * abs(value)),
        f"Every weight must be {value:.6g}, got {W[0, 0]:.6g}.",
    )
### BEGIN HIDDEN TESTS
for fan_in, fan_out, value in ((1, 40, -1e6), (40, 1, 1e-9), (7, 7, -0.25)):
    checks.close(
        checks.call(constant_init, fan_in, fan_out, value),
        np.full((fan_out, fan_in), value),
        what="the weight matrix",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. How many different units are there?
#
# Two units with the same incoming weights compute the same thing, get the same gradient, and stay the same for ever.
# Count the units that differ: the number of distinct rows of `W`.
# Two rows are *the same* when no entry of one differs from its partner in the other by more than `tol`; a difference of exactly `tol` still counts as the same.
# You need not worry about chains (a row like a second, that one like a third, but the third unlike the first): the checks have none.
#
# **Worked example.** The rows $(1, 2)$, $(1, 2)$, $(2, 1)$ make two distinct units: order within a row matters.


# %% distinct_units tags=["solution"]
def distinct_units(W: np.ndarray, tol: float = 1e-12) -> int:
    """Return the number of distinct rows of W.

    Args:
        W: Weights of shape (fan_out, fan_in), one row a unit.
        tol: Two rows are the same when no entry differs by more than this.

    Returns:
        The number of distinct rows, an integer.
    """
    ### BEGIN SOLUTION
    seen = []
    for row in W:
        if not any(np.max(np.abs(row - other)) <= tol for other in seen):
            seen.append(row)
    return len(seen)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How would you count different coins, if you may lay them out one by one?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Keep a list of the rows that you have met so far. Compare each new row with all of them; if it is the same as none, add it. The answer is the length of the list. `np.unique` alone does not know about `tol`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# Two rows are the same if `np.abs(row - other).max()` is at most …; use `any(... for other in seen)`.
# </details>

# %% check_distinct_units tags=["check", "points=2"]
rng = checks.rng()
for fan_out, kinds, fan_in in [(1, 1, 3), (6, 1, 4), (9, 4, 2), (5, 5, 7), (30, 11, 40)]:
    different = np.arange(kinds)[:, None] + rng.uniform(-0.3, 0.3, size=(kinds, fan_in))
    which = rng.permutation(np.concatenate([np.arange(kinds), rng.integers(0, kinds, size=fan_out - kinds)]))
    W = different[which]
    count = checks.integer(checks.leaves_unchanged(distinct_units, W), "the number of units")
    checks.close(
        count,
        kinds,
        what=f"the number of distinct rows of a {W.shape} matrix",
        see="xavier#why-random-at-all",
        mistaken_for={
            "This is the number of rows, equal ones included.": fan_out,
            "This is the number of columns; a unit is a row.": fan_in,
            "This is the rank: rows may depend on each other and still differ.": int(
                np.linalg.matrix_rank(W)
            ),
        },
    )
    nearly = W + rng.uniform(-1, 1, size=W.shape) * 0.04
    count = checks.call(distinct_units, nearly, 0.1)
    checks.close(
        count,
        kinds,
        what="the number of distinct rows with tol=0.1",
        see="xavier#why-random-at-all",
        mistaken_for={"Rows are the same when no entry differs by more than `tol`.": fan_out},
    )
row = rng.normal(size=5)
W = np.stack([row, row, row])
W[1, 3] += 1e-9  # one entry is enough
checks.close(checks.call(distinct_units, W), 2, what="the number of rows when one entry differs by 1e-9")
### BEGIN HIDDEN TESTS
for gap, count in ((4e-13, 1), (1.5e-12, 2)):  # on either side of the default
    W = np.array([[0.0, 0.5], [gap, 0.5]])
    checks.close(checks.call(distinct_units, W), count, what=f"the number of rows that differ by {gap:g}")
W = np.zeros((4, 50))
W[1] = 0.09  # every entry within tol, although the rows are far apart as vectors
checks.close(
    checks.call(distinct_units, W, tol=0.1), 1, what="the number of rows that differ by 0.09, tol=0.1"
)
W = np.array([[1e4, 0.0], [1e4 + 0.05, 0.0], [0.0, 1e4]])
checks.close(
    checks.call(distinct_units, W, tol=0.01), 3, what="the number of rows when large entries differ by 0.05"
)
W = np.array([[1.0, 2.0], [2.0, 1.0], [-1.0, -2.0], [1.0, 2.0]])
checks.close(
    checks.call(distinct_units, W), 3, what="the number of rows of the same entries in another order or sign"
)
W = np.array([[0.0, 1.0], [0.25, 1.0], [0.75, 1.0]])
checks.close(
    checks.call(distinct_units, W, 0.25), 2, what="the number of rows, two of them exactly tol apart"
)
W = np.array([[0.049, 1.0], [0.051, 1.0], [0.0, -1.0], [-0.0, -1.0]])
checks.close(checks.call(distinct_units, W, 0.01), 2, what="the number of rows around a rounding edge")
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: equal weights stay equal
#
# Predict first: a layer of eight units is trained by gradient descent, from equal weights and from random ones. How many different units has it after 500 steps, and which of the two learns better?

# %% figure_symmetry
import matplotlib.pyplot as plt

draws = np.random.default_rng()
x = draws.normal(size=(200, 5))
y = np.sin(x[:, :1]) + 0.5 * x[:, 1:2] * x[:, 2:3]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
starts = {"equal weights": constant_init(5, 8, 0.1), "random weights": draws.normal(0, 0.4, size=(8, 5))}
for name, W in starts.items():
    v = np.full((1, 8), 0.1)
    counts, losses = [], []
    for _ in range(500):
        a = np.tanh(x @ W.T)
        error = (a @ v.T - y) / len(x)
        losses.append(0.5 * len(x) * np.sum(error**2))
        W, v = W - 0.3 * ((error @ v) * (1 - a**2)).T @ x, v - 0.3 * error.T @ a
        counts.append(distinct_units(W))
    left.plot(counts, label=name)
    right.plot(losses, label=name)
left.set(
    xlabel="step of gradient descent",
    ylabel="distinct units",
    ylim=(0, 8.5),
    title="Symmetry never breaks by itself",
)
right.set(xlabel="step of gradient descent", ylabel="loss", title="Eight equal units learn like one")
right.legend()
plt.show()

# %% [markdown]
# ## Step 3. The variance of a pre-activation
#
# Now draw the weights at random: independent, with mean 0 and variance $\operatorname{Var}(w)$, and independent of the inputs.
# A pre-activation is the sum $z = w_1 x_1 + \dots + w_{n_\text{in}} x_{n_\text{in}}$.
# Each term has mean 0 and variance $\operatorname{Var}(w)\,\mathbb E[x^2]$; the terms are uncorrelated, so their variances add up:
#
# $$\operatorname{Var}(z) = n_\text{in}\,\operatorname{Var}(w)\,\mathbb E[x^2].$$
#
# It is the second moment $\mathbb E[x^2]$ that counts, not the variance of $x$.
#
# **Worked example.** 100 inputs with $\mathbb E[x^2] = 4$ and weights of variance 0.01 give $\operatorname{Var}(z) = 4$.


# %% preactivation_variance tags=["solution"]
def preactivation_variance(fan_in: int, weight_variance: float, input_second_moment: float) -> float:
    """Return the variance of z = w_1 x_1 + … + w_n x_n, n = fan_in.

    Args:
        fan_in: Inputs of the unit.
        weight_variance: Var(w).
        input_second_moment: E[x²].

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return fan_in * weight_variance * input_second_moment
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What happens to the variance of a sum if it gets twice as many independent terms?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# The formula above has three factors, and the function has three arguments.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return fan_in * … * …`, without a square and without a root.
# </details>

# %% check_preactivation_variance tags=["check", "points=1"]
rng = checks.rng()
for _ in range(2):
    fan_in, weight_variance, mean = (
        int(rng.integers(12, 17)),
        float(rng.uniform(1.5, 1.9)),
        float(rng.uniform(1.45, 1.9)),
    )
    second_moment = 1 + mean**2  # of x ~ N(mean, 1)
    growth = measured_growth(weight_variance, fan_in, rng, mean)
    measured = growth * second_moment
    found = checks.call(preactivation_variance, fan_in, weight_variance, second_moment)
    checks.close(
        found,
        measured,
        what=f"`preactivation_variance({fan_in}, {weight_variance:.4g}, {second_moment:.4g})` (against 50 000 sums)",
        tolerance=0.06,  # more than seven standard errors of the measurement
        see="xavier#the-forward-half",
        mistaken_for={
            "This is the standard deviation; the variance is its square.": measured**0.5,
            "The variances of the terms add up: the number of inputs is missing.": measured / fan_in,
            "Do not square the variance of the weights.": measured * weight_variance,
            "The input is given as E[x²]: do not square it.": measured * second_moment,
            "The second moment of the inputs is missing.": growth,
        },
    )
### BEGIN HIDDEN TESTS
for fan_in in (1, 2, 300, 100_000):
    weight_variance, second_moment = (float(v) for v in np.exp(rng.normal(0, 3, size=2)))
    checks.close(
        checks.call(preactivation_variance, fan_in, weight_variance, second_moment),
        fan_in * weight_variance * second_moment,
        what=f"`preactivation_variance({fan_in}, {weight_variance:.4g}, {second_moment:.4g})`",
    )
checks.close(
    checks.call(preactivation_variance, 10, 0.5, 0.0), 0.0, what="the variance for inputs that are all 0"
)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 4. Keep the signal
#
# Suppose that the activation is nearly the identity around 0, as tanh is, so that $\mathbb E[a^2] \approx \operatorname{Var}(z)$.
# Then a layer keeps the size of the signal when $\operatorname{Var}(z) = \mathbb E[x^2]$.
# Which variance must the weights have?
#
# **Worked example.** With 50 inputs the variance 0.02 keeps the signal: each of the 50 terms carries one fiftieth.


# %% forward_variance tags=["solution"]
def forward_variance(fan_in: int) -> float:
    """Return the variance of the weights that keeps the size of the activations.

    Args:
        fan_in: Inputs of one unit.

    Returns:
        One number: the variance, not the standard deviation.
    """
    ### BEGIN SOLUTION
    return 1 / fan_in
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Put $\operatorname{Var}(z) = \mathbb E[x^2]$ into the formula of step 3. What cancels?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# $n_\text{in} \operatorname{Var}(w) = 1$ remains; solve it for the variance.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return … / fan_in`: no root, since the variance is asked for.
# </details>

# %% check_forward_variance tags=["check", "points=1"]
rng = checks.rng()
for fan_in in rng.choice(np.arange(8, 17), size=2, replace=False).tolist():
    variance = checks.number(checks.call(forward_variance, fan_in), f"`forward_variance({fan_in})`")
    checks.that(
        variance > 0,
        f"`forward_variance({fan_in})` is {variance:.6g}; a variance of random weights is positive.",
    )
    checks.close(
        measured_growth(variance, fan_in, rng),
        1.0,
        what=f"with your variance for {fan_in} inputs, the factor by which a layer multiplies E[x²] (measured)",
        tolerance=0.06,  # more than seven standard errors of the measurement
        see="xavier#the-forward-half",
        mistaken_for={
            "Your number is the standard deviation; square it.": fan_in**0.5,
            "Your number is the square of the variance.": 1 / fan_in,
            "That is He's variance, made for ReLU, which throws half of the signal away.": 2.0,
            "That is too small by a factor of three: PyTorch's default for a linear layer.": 1 / 3,
            "Divide by the number of inputs, not by one more or less.": fan_in / (fan_in + 1),
        },
    )
### BEGIN HIDDEN TESTS
for fan_in in (1, 2, 3, 784, 1_000_000):
    checks.close(checks.call(forward_variance, fan_in), 1 / fan_in, what=f"`forward_variance({fan_in})`")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 5. Keep the gradient
#
# On the way back the roles change.
# The error of an input unit is a sum over the units that it feeds, $\partial C/\partial x_j = \sum_{i=1}^{n_\text{out}} w_{ij}\,\delta_i$: now there are $n_\text{out}$ terms.
# Which variance of the weights keeps the size of the gradient?
#
# **Worked example.** A layer of 20 units keeps the gradient with the variance 0.05.


# %% backward_variance tags=["solution"]
def backward_variance(fan_out: int) -> float:
    """Return the variance of the weights that keeps the size of the gradients.

    Args:
        fan_out: Units of the layer.

    Returns:
        One number: the variance, not the standard deviation.
    """
    ### BEGIN SOLUTION
    return 1 / fan_out
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# It is step 4 with another number of terms.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# The second moment of the gradient is multiplied by $n_\text{out} \operatorname{Var}(w)$; set this to 1.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return … / fan_out`.
# </details>

# %% check_backward_variance tags=["check", "points=1"]
rng = checks.rng()
for fan_out in rng.choice(np.arange(8, 17), size=2, replace=False).tolist():
    variance = checks.number(checks.call(backward_variance, fan_out), f"`backward_variance({fan_out})`")
    checks.that(
        variance > 0,
        f"`backward_variance({fan_out})` is {variance:.6g}; a variance of random weights is positive.",
    )
    checks.close(
        measured_growth(variance, fan_out, rng),
        1.0,
        what=f"with your variance for {fan_out} units, the factor by which a layer multiplies the gradient's E[δ²] (measured)",
        tolerance=0.06,  # more than seven standard errors of the measurement
        see="xavier#the-backward-half",
        mistaken_for={
            "Your number is the standard deviation; square it.": fan_out**0.5,
            "Your number is the square of the variance.": 1 / fan_out,
            "That is He's variance, made for ReLU.": 2.0,
            "That is too small by a factor of three.": 1 / 3,
        },
    )
### BEGIN HIDDEN TESTS
for fan_out in (1, 2, 3, 512, 1_000_000):
    checks.close(checks.call(backward_variance, fan_out), 1 / fan_out, what=f"`backward_variance({fan_out})`")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 6. The compromise
#
# A layer with as many inputs as units can keep both; any other cannot.
# Glorot and Bengio (2010, equation 12) take the harmonic mean of the two variances $u = 1/n_\text{in}$ and $v = 1/n_\text{out}$,
#
# $$\operatorname{Var}(w) = \frac{2}{1/u + 1/v}.$$
#
# The name *Xavier initialisation* comes from the first author's first name.
#
# **Worked example.** 50 inputs and 30 units: $u = 0.02$, $v = 1/30$, and $2/(50 + 30) = 0.025$.


# %% xavier_variance tags=["solution"]
def xavier_variance(fan_in: int, fan_out: int) -> float:
    """Return Xavier's compromise between keeping the signal and keeping the gradient.

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.

    Returns:
        One number: the variance, not the standard deviation.
    """
    ### BEGIN SOLUTION
    return 2 / (fan_in + fan_out)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What are $1/u$ and $1/v$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Replace $1/u$ and $1/v$ by the two fans. The result lies between the two variances.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return 2 / (… + …)`; mind the brackets.
# </details>

# %% check_xavier_variance tags=["check", "points=1"]
rng = checks.rng()
for _ in range(2):
    few = int(rng.integers(8, 13))  # with 2.35 times as many, no two of the mistakes below look alike
    fan_in, fan_out = (int(k) for k in rng.permutation([few, round(2.35 * few)]))
    name = f"`xavier_variance({fan_in}, {fan_out})`"
    variance = checks.number(checks.call(xavier_variance, fan_in, fan_out), name)
    checks.that(variance > 0, f"{name} is {variance:.6g}; a variance of random weights is positive.")
    signal, gradient = (measured_growth(variance, terms, rng) for terms in (fan_in, fan_out))
    ratio = fan_in / fan_out
    checks.close(
        (signal + gradient) / 2,
        1.0,
        what=f"with {name}, the mean of the factors for signal ({signal:.3g}) and gradient ({gradient:.3g}), measured,",
        tolerance=0.06,  # more than seven standard errors of the measurement
        see="xavier#two-conditions-one-variance",
        mistaken_for={
            "That is 2/n_in, He's: made for ReLU, and for the signal alone.": 1 + 1 / ratio,
            "That is 1/n_in (LeCun's): it looks at the signal alone.": (1 + 1 / ratio) / 2,
            "That is 1/n_out: it looks at the gradient alone.": (1 + ratio) / 2,
            "That is 1/(n_in + n_out), half of the harmonic mean.": 0.5,
            "That is the arithmetic mean of the two variances; take the harmonic one.": (
                2 + ratio + 1 / ratio
            )
            / 4,
            "That is the geometric mean of the two variances; take the harmonic one.": (
                ratio**0.5 + ratio**-0.5
            )
            / 2,
            "That is the bound's square, 6/(n_in + n_out), of the uniform form; the variance is a third of it.": 3.0,
            "Your number is the standard deviation; square it.": ((fan_in + fan_out) / 2) ** 0.5,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import xavier as reference

for fan_in, fan_out in ((1, 1), (784, 30), (30, 784), (1, 100_000), (512, 512)):
    checks.close(
        checks.call(xavier_variance, fan_in, fan_out),
        reference.xavier_variance(fan_in, fan_out),
        what=f"`xavier_variance({fan_in}, {fan_out})`",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 7. Gaussian weights
#
# Draw $w_{ij} \sim \mathcal N(0, \sigma^2)$, each independently, with Xavier's variance $\sigma^2 = \dfrac{2}{n_\text{in} + n_\text{out}}$.
# The draws are Gaussian and not truncated, in any order and of any floating-point type.
# They come from `rng`: the same state of `rng` gives the same weights, and drawing moves it on, so that the next layer gets others.
#
# **Worked example.** For 50 inputs and 30 units $\sigma^2 = 0.025$, so $\sigma \approx 0.158$: NumPy's `rng.normal` asks for this standard deviation, not for the variance.


# %% xavier_normal tags=["solution"]
def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw Gaussian weights of Xavier's variance.

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        rng: The generator to draw from.

    Returns:
        An array of shape (fan_out, fan_in).
    """
    ### BEGIN SOLUTION
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0.0, sigma, size=(fan_out, fan_in))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What does the second argument of `rng.normal` mean? Which shape should the result have?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compute the variance, take its root, and draw all entries at once with `size=`, units first.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `rng.normal(0, sigma, size=(…, …))`, where `sigma` is the root of the variance.
# </details>

# %% check_xavier_normal tags=["check", "points=4"]
rng = checks.rng()
about = {"see": "xavier#two-conditions-one-variance"}
for fan_in, fan_out in [
    (rng.integers(530, 551), rng.integers(212, 221)),
    (rng.integers(212, 221), rng.integers(530, 551)),
]:
    fan_in, fan_out = int(fan_in), int(fan_out)
    sigma = np.mean([fan_in, fan_out]) ** -0.5
    W = checks.call(xavier_normal, fan_in, fan_out, checks.generator(rng))
    checks.shape(W, (fan_out, fan_in), what="the weight matrix", **about)
    checks.independent(W, **about)
    checks.mean(W, 0.0, what="the mean of the weights", **about)
    checks.std(
        W,
        sigma,
        what=f"the standard deviation of the weights ({fan_in} inputs, {fan_out} units)",
        **about,
        mistaken_for={
            "That is the variance 2/(n_in + n_out) itself; draw with its root.": sigma**2,
            "That is 1/√n_in (LeCun's): the other fan is missing.": fan_in**-0.5,
            "That is 1/√n_out: the other fan is missing.": fan_out**-0.5,
            "That is √(2/n_in), He's, made for ReLU.": (2 / fan_in) ** 0.5,
            "That is √(2/n_out), He's in the backward form.": (2 / fan_out) ** 0.5,
            "That is √(1/(n_in + n_out)): the 2 is missing.": sigma / 2**0.5,
            "That is 2/√(n_in + n_out): the root belongs over the 2, too.": sigma * 2**0.5,
            "That is √(6/(n_in + n_out)), the bound of the uniform form.": sigma * 3**0.5,
            "That is PyTorch's default for a linear layer, 1/√(3 n_in).": (3 * fan_in) ** -0.5,
            "That is 1: the draws are not scaled yet.": 1.0,
            "The draws seem to be truncated at two standard deviations.": 0.87962566 * sigma,
        },
    )
    checks.gaussian(W, sigma, what="the weights", **about)
checks.decided_by_generator(xavier_normal, 30, 20, checks.generator(rng), **about)
### BEGIN HIDDEN TESTS
for fan_in, fan_out in ((1, 1), (5, 1), (1, 7), (2, 3)):
    W = checks.call(xavier_normal, fan_in, fan_out, checks.generator(rng))
    checks.shape(W, (fan_out, fan_in), what="the weight matrix")
W = checks.call(xavier_normal, 800, 150, checks.generator(rng))
checks.shape(W, (150, 800), what="the weight matrix", **about)
checks.independent(W, **about)
checks.std(W, (2 / 950) ** 0.5, **about)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 8. Uniform weights
#
# The same variance with another distribution: uniform between $-r$ and $r$.
# A uniform variable on $[-r, r]$ has the variance $r^2/3$.
# So Xavier's variance asks for
#
# $$r = \sqrt{\frac{6}{n_\text{in} + n_\text{out}}}.$$
#
# The rules for `rng` are those of step 7.
#
# **Worked example.** For 3 inputs and 3 units $r = 1$.


# %% xavier_uniform tags=["solution"]
def xavier_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Draw uniform weights of Xavier's variance.

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        rng: The generator to draw from.

    Returns:
        An array of shape (fan_out, fan_in).
    """
    ### BEGIN SOLUTION
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `rng.uniform` takes the two ends of the interval. Is 0 in the middle?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compute $r$ and draw all entries at once between $-r$ and $r$, units first.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `rng.uniform(-r, r, size=(…, …))`, where `r` is the root of six over the sum of the fans.
# </details>

# %% check_xavier_uniform tags=["check", "points=4"]
rng = checks.rng()
about = {"see": "xavier#two-conditions-one-variance"}
for fan_in, fan_out in [
    (rng.integers(530, 551), rng.integers(212, 221)),
    (rng.integers(212, 221), rng.integers(530, 551)),
]:
    fan_in, fan_out = int(fan_in), int(fan_out)
    bound = (3 / np.mean([fan_in, fan_out])) ** 0.5
    W = checks.call(xavier_uniform, fan_in, fan_out, checks.generator(rng))
    checks.shape(W, (fan_out, fan_in), what="the weight matrix", **about)
    checks.independent(W, **about)
    checks.mean(W, 0.0, what="the mean of the weights", **about)
    checks.uniform(
        W,
        bound,
        what=f"the weights ({fan_in} inputs, {fan_out} units)",
        **about,
        mistaken_for={
            "That is the standard deviation; the bound is √3 times as large.": bound / 3**0.5,
            "That is the variance; the bound is the root of three times it.": bound**2 / 3,
            "That is 6/(n_in + n_out): take its root.": bound**2,
            "That is √(3/(n_in + n_out)): a 2 is missing.": bound / 2**0.5,
            "That is √(6/n_in), He's uniform form.": (6 / fan_in) ** 0.5,
            "That is √(3/n_in), LeCun's uniform form: the other fan is missing.": (3 / fan_in) ** 0.5,
            "That is √(3/n_out): the other fan is missing.": (3 / fan_out) ** 0.5,
            "That is √(6/n_out): the other fan is missing.": (6 / fan_out) ** 0.5,
            "That is 1/√n_in, PyTorch's default for a linear layer.": fan_in**-0.5,
            "That is 1: the draws are not scaled yet.": 1.0,
        },
    )
checks.decided_by_generator(xavier_uniform, 30, 20, checks.generator(rng), **about)
### BEGIN HIDDEN TESTS
for fan_in, fan_out in ((1, 1), (5, 1), (1, 7), (2, 3)):
    W = checks.call(xavier_uniform, fan_in, fan_out, checks.generator(rng))
    checks.shape(W, (fan_out, fan_in), what="the weight matrix")
W = checks.call(xavier_uniform, 800, 150, checks.generator(rng))
checks.shape(W, (150, 800), what="the weight matrix", **about)
checks.independent(W, **about)
checks.uniform(W, (6 / 950) ** 0.5, **about)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 9. Measure it
#
# To see what an initialisation does, send a batch through the network and measure the variance of each layer's activations $a_l = f(a_{l-1} W_l^\top)$, $a_0 = x$.
# Take the variance over *all* entries of $a_l$, batch and units together, with the mean subtracted and divided by their number (`ddof=0`, NumPy's default).
# The input itself is not in the result.
#
# **Worked example.** $x = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix}$, $W_1 = 2I$, $W_2 = \tfrac12 I$ and $f(z) = z$: the variances are 4 and 1.


# %% variance_by_layer tags=["solution"]
def variance_by_layer(weights: list[np.ndarray], x: np.ndarray, f: Elementwise) -> np.ndarray:
    """Return the variance of each layer's activations, over batch and units together.

    Args:
        weights: [W_1, …, W_L], each of shape (fan_out, fan_in); there are no biases.
        x: Inputs of shape (n, features).
        f: The activation, element by element.

    Returns:
        An array of shape (L,), the first layer first.
    """
    ### BEGIN SOLUTION
    variances = []
    a = x
    for W in weights:
        a = f(a @ W.T)
        variances.append(a.var())
    return np.array(variances)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You need every layer's activation once, one after the other. What is the input of layer 2?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Loop over the weights with a variable for the activation so far. In each round compute the new activation and append its variance to a list; turn the list into an array at the end.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# In the loop: `a = f(a @ …)`, then append `np.var(…)`, without an `axis`.
# </details>

# %% check_variance_by_layer tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "xavier#beyond-the-linear-part"}
for n, features in [(1, 3), (4, 2), (30, 7)]:
    # The first layer computes c_1 x and -c_1 x, every further one shuffles its inputs and multiplies by c_l.
    x = rng.normal(0, 2, size=(n, features))
    c = rng.uniform(0.5, 2.0, size=4)
    first = c[0] * np.vstack([np.eye(features), -np.eye(features)])
    shuffles = [factor * np.eye(2 * features)[rng.permutation(2 * features)] for factor in c[1:]]
    expected = np.cumprod(c**2) * np.mean(x**2)
    means = np.zeros(4)
    for shift in (0.0, float(rng.uniform(1, 3))):  # a shift does not change the variance
        found = checks.leaves_unchanged(
            variance_by_layer, [first, *shuffles], x, lambda z, shift=shift: z + shift
        )
        mean = 0.0
        for l in range(4):
            mean = (mean * c[l] if l else 0.0) + shift
            means[l] = mean
        entries = 2 * n * features
        checks.close(
            found,
            expected,
            what=f"the variances of four layers, batch of {n},",
            **about,
            mistaken_for={
                "These are standard deviations; square them.": np.sqrt(expected),
                "You divide by one less than the number of entries (ddof=1).": expected
                * entries
                / (entries - 1),
                "This is the mean of the squares: subtract the mean.": expected + means**2,
                "The input's variance is in the list; start with the first layer.": np.concatenate(
                    [[x.var()], expected]
                ),
                "The order is wrong: the first layer comes first.": expected[::-1],
                "Only the last layer's variance is here.": expected[-1:],
            },
        )
x = rng.normal(size=(20, 3))
found = checks.call(variance_by_layer, [np.vstack([np.eye(3), -np.eye(3)])], x, np.sign)
checks.close(
    found,
    np.ones(1),
    what="the variance of the signs",
    **about,
    mistaken_for={
        "This is the variance of the pre-activation z: apply f first.": np.array([np.mean(x**2)]),
    },
)
# A layer whose units pick an input each, some of them the same, and a layer whose units all add the inputs up.
x = rng.normal(1, 2, size=(6, 5))
picked = np.array([4, 0, 0, 2, 2])
found = checks.call(variance_by_layer, [np.eye(5)[picked], np.ones((3, 5))], x, lambda z: 3 * z)
checks.close(
    found,
    np.array([9 * np.var(x[:, picked]), 81 * np.var(x[:, picked].sum(axis=1))]),
    what="the variances of two layers that pick and add",
    **about,
    mistaken_for={
        "The weights are not transposed: a layer computes f(a @ W.T).": np.array(
            [9 * np.var(x @ np.eye(5)[picked]), 81 * np.var((x @ np.eye(5)[picked]).sum(axis=1))]
        ),
        "This is the mean over the batch of each sample's variance: take all entries together.": np.array(
            [9 * np.mean(np.var(x[:, picked], axis=1)), 0.0]
        ),
        "This is the mean over the units of each unit's variance: take all entries together.": np.array(
            [9 * np.mean(np.var(x[:, picked], axis=0)), 81 * np.var(x[:, picked].sum(axis=1))]
        ),
    },
)
### BEGIN HIDDEN TESTS
from concepts import xavier as reference

for n, widths in [(1, (4, 3)), (9, (5, 8, 2, 6)), (16, (12,) * 26), (2, (3, 1, 4))]:
    x = rng.normal(rng.normal(), 2, size=(n, widths[0]))
    weights = [rng.normal(0, 1.5 * shape[1] ** -0.5, size=shape) for shape in zip(widths[1:], widths)]
    for f in (np.tanh, np.cos, np.exp if len(weights) < 2 else np.sin):
        found = checks.leaves_unchanged(variance_by_layer, weights, x, f)
        expected = reference.variance_by_layer(weights, x, f)
        checks.close(
            found,
            expected,
            what=f"the variances of {checks.counted(len(weights), 'layer')}, batch of {n},",
            **about,
        )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: your Xavier in fifty layers
#
# Predict first: the standard deviation is ½, 1 and 2 times Xavier's. What is left of the signal's variance after fifty layers, without an activation ($f(z) = z$) and with tanh?

# %% figure_fifty_layers
import matplotlib.pyplot as plt

draws = np.random.default_rng()
width, x = 200, draws.normal(size=(100, 200))
figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
for panel, (name, f) in zip(axes, {"$f(z) = z$": lambda z: z, "$f(z) = \\tanh z$": np.tanh}.items()):
    for scale in (0.5, 1.0, 2.0):
        weights = [scale * xavier_normal(width, width, draws) for _ in range(50)]
        panel.semilogy(range(1, 51), variance_by_layer(weights, x, f), label=f"{scale:g} × Xavier")
    panel.set(xlabel="layer $l$", title=name, ylim=(1e-6, 1e6))
axes[0].set_ylabel("variance of the activations")
axes[1].legend()
plt.show()

# %% explain_slow_decay [markdown] tags=["manual", "points=2"]
# ### Question: Xavier keeps the variance. Does it?
#
# In the right panel above, the curve for 1 × Xavier falls slowly although Xavier's variance was derived to keep the signal; a published tutorial says that it settles near 0.25.
# Print the variances of layers 5 and 100 of a tanh network of width 1000 or less, and explain what you see: does it settle, and which assumption of the derivation fails?
#
# *Marked:* one point for what you see, one for the assumption and why the decay is slow.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: it does not settle; the variance is about 0.10 at layer 5 and about 0.005 at layer 100 (roughly 1/(2l)).
# One point: the derivation takes tanh for the identity, but |tanh z| < |z|, so every layer loses a little; the smaller the signal, the smaller the loss, hence the slow decay instead of an exponential one.
#
# The variance falls like $1/(2l)$: about 0.10 at layer 5, about 0.005 at layer 100; it does not settle.
# The derivation uses $f(z) \approx z$. In fact $\tanh z = z - z^3/3 + \dots$, so $\mathbb E[\tanh^2 z] \approx q - 2q^2$ for $z \sim \mathcal N(0, q)$.
# From $q_{l+1} = q_l - 2 q_l^2$ follows $1/q_{l+1} \approx 1/q_l + 2$, hence $q_l \approx 1/(2l)$: Xavier with tanh is exactly critical, and decays by a power of the depth, not exponentially.
# ### END SOLUTION

# %% find_the_bug [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# Several courses print this under the heading “Xavier initialization”:
#
# ```python
# W = np.random.randn(n_out, n_in) * np.sqrt(1.0 / n_in)
# ```
#
# Whose initialisation is it, what does Glorot and Bengio's paper ask for instead, and for which layers does the difference matter? What else in this line breaks a convention of this course?
#
# *Marked:* one point for whose it is, what is asked for and where it matters; one for the convention.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: it is LeCun's, it keeps the signal forward only; Xavier's is √(2/(n_in + n_out)); they agree for n_in = n_out, and for n_out = 4 n_in the gradient's second moment is multiplied by 4 a layer instead of 1.6.
# One point: `np.random.randn` draws from NumPy's global state, so the weights depend on whatever ran before; draw from a generator that is passed in.
#
# $1/n_\text{in}$ is LeCun's variance (1998): it keeps the activations and ignores the gradient. Glorot and Bengio (2010, equation 12) ask for $2/(n_\text{in} + n_\text{out})$.
# The two agree for square layers. For a layer with $n_\text{out} = 4 n_\text{in}$ LeCun's variance multiplies the gradient's second moment by $n_\text{out}/n_\text{in} = 4$, Xavier's by $2 \cdot 4/5 = 1.6$.
# `np.random.randn` uses the global random state; pass a generator in and draw from it.
# ### END SOLUTION
