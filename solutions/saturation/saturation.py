# %% [markdown]
# # The sigmoid's flat ends
#
# **Goal.** You compute the sigmoid and its slope without a single overflow, measure how much of a layer is stuck on the flat ends, and find out how narrow the window is in which a sigmoid neuron can pass a gradient on without shrinking it.
#
# **Time** about 75 minutes. **Points** 13 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “The sigmoid's flat ends” (`book/saturation.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Functions of `x` or `a` work element by element: they get a float array of any shape (one dimension or more) and return an array of the same shape.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of the largest entry of the expected array).
# - *Without a warning* means: NumPy, left as it is after `import numpy`, gives no `RuntimeWarning` such as “overflow encountered in exp”.
# - Where one number is asked for, return a number, not an array of shape `(1,)`.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def logit(p):
    """Return the x with sigmoid(x) = p, for 0 < p < 1: the sigmoid read from the other side."""
    return np.log(p / (1 - p))


# %% [markdown]
# ## Step 1. The sigmoid
#
# The logistic function, called *sigmoid* in neural networks, squeezes every number into the interval from 0 to 1:
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}.$$
#
# On paper that is all.
# On a computer $e^{-x}$ overflows for $x < -710$, and networks with large weights do get there.
# Your function must be right, and give no warning, for all $|x| \le 10^4$.
#
# **Worked example.** $\sigma(0) = \tfrac12$; $\sigma(\ln 3) = \dfrac{1}{1 + \frac13} = \tfrac34$; $\sigma(-\ln 3) = \tfrac14$; $\sigma(-10\,000)$ is 0 and $\sigma(10\,000)$ is 1 to all digits that float64 has.


# %% sigmoid tags=["solution"]
def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return the logistic function of every entry, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape.

    Returns:
        An array of the same shape, entries in [0, 1].
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# For which sign of $x$ is $e^{-x}$ harmless? Multiply numerator and denominator of $\sigma(x)$ by $e^{x}$: what do you get for the other sign?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Use $\frac{1}{1 + e^{-x}}$ for $x \ge 0$ and $\frac{e^x}{1 + e^x}$ for $x < 0$. Mind that `np.where(x >= 0, A, B)` computes both A and B for *all* entries, so each of them must be harmless everywhere: let the exponential be that of $-|x|$. Another way: $\sigma(x) = \tfrac12\,(1 + \tanh\tfrac x2)$, and NumPy's tanh never overflows.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# With `small = np.exp(-np.abs(x))`, which lies between 0 and 1, the denominator is `1 + small` for both signs, and the numerator is 1 or `small`: `np.where(x >= 0, …, …)`.
# </details>

# %% check_sigmoid tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 1, 5)]:
    p = rng.uniform(0.02, 0.98, size=shape)
    x = logit(p)  # so that the sigmoid of x is p
    checks.close(
        checks.leaves_unchanged(sigmoid, x),
        p,
        what=f"the sigmoid of an array of shape {shape}",
        see="saturation#computing-without-overflow",
        mistaken_for={
            "The sign of the exponent is wrong: it is e to the power −x.": 1 - p,
            "This is 1 + e^(−x): take its reciprocal.": 1 / p,
            "This is the hyperbolic tangent, whose values lie between −1 and 1.": np.tanh(x),
            "This is the sigmoid of 2x.": (1 + np.tanh(x)) / 2,
            "This is the derivative, σ(x)(1 − σ(x)).": p * (1 - p),
            "This is a piecewise straight line, a “hard” sigmoid.": np.clip(0.2 * x + 0.5, 0, 1),
            "The entries were normalised to the sum 1, as softmax does; each has a sigmoid of its own.": np.exp(
                x
            )
            / np.exp(x).sum(),
        },
    )
checks.close(checks.call(sigmoid, np.zeros(3)), np.full(3, 0.5), what="the sigmoid of three zeros")
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 3, size=shape)
    checks.close(
        checks.leaves_unchanged(sigmoid, x), reference.sigmoid(x), what=f"the sigmoid of shape {shape}"
    )
x = np.arange(-6.0, 7.0)
checks.close(checks.call(sigmoid, x), reference.sigmoid(x), what="the sigmoid of −6, …, 6")
### END HIDDEN TESTS

# %% check_sigmoid__flat_ends tags=["check", "points=2"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(40), np.log(1e4), size=20))])
for x, p in [(size, 1.0), (-size, 0.0)]:
    mixed, expected = np.append(x, 0.0), np.append(np.full(size.shape, p), 0.5)
    found = checks.silent(sigmoid, mixed)
    checks.close(
        found,
        expected,
        what=f"the sigmoid far out {'right' if p else 'left'} (the last entry is at x = 0)",
        see="saturation#computing-without-overflow",
        mistaken_for={"Left and right are swapped.": 1 - expected, "This is tanh.": np.sign(mixed)},
    )
    checks.that(np.all((found >= 0) & (found <= 1)), "A sigmoid lies between 0 and 1, never outside.")
checks.leaves_unchanged(sigmoid, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for spread in (3, 30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    x[0, 0] = 0.0
    found = checks.silent(sigmoid, x)
    checks.close(found, reference.sigmoid(x), what="the sigmoid of numbers of mixed size")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. Its slope
#
# The derivative of the sigmoid is
#
# $$\sigma'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr),$$
#
# a function of $x$, the *pre-activation*.
# It is largest at 0 and dies on both ends.
# It is never negative; your function must not give NaN or a warning for $|x| \le 10^4$.
# Far out, where the true slope is below $10^{-16}$, a plain 0 is right.
#
# **Worked example.** $\sigma'(0) = \tfrac12 \cdot \tfrac12 = \tfrac14$ and $\sigma'(\pm\ln 3) = \tfrac34 \cdot \tfrac14 = \tfrac{3}{16}$.


# %% sigmoid_grad tags=["solution"]
def sigmoid_grad(x: np.ndarray) -> np.ndarray:
    """Return the slope of the logistic function at every entry, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape: pre-activations, not outputs of the sigmoid.

    Returns:
        An array of the same shape, entries in [0, 1/4].
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    return small / (1 + small) ** 2
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The slope is the same at $x$ and at $-x$. So which sign of $x$ may you choose for the computation?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Either compute a safe sigmoid inside the function, as in step 1, and multiply it by one minus itself. Or write the product of $\frac{1}{1 + e^{-x}}$ and $\frac{e^{-x}}{1 + e^{-x}}$ as one fraction and replace $x$ by $|x|$.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# With `small = np.exp(-np.abs(x))` the fraction is `small / (…) ** 2`.
# </details>

# %% check_sigmoid_grad tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 1, 5)]:
    p = rng.uniform(0.02, 0.98, size=shape)
    x = logit(p)
    # Read from the other side, x changes by dx/dp where p changes by 1; the slope of p is the reciprocal.
    slope = 1 / checks.numerical_gradient(logit, p)
    checks.close(
        checks.leaves_unchanged(sigmoid_grad, x),
        slope,
        what=f"the slope of the sigmoid for an array of shape {shape}",
        see="saturation#the-slope-and-its-ends",
        mistaken_for={
            "This is the sigmoid itself.": p,
            "You took x for the sigmoid's output: x(1 − x). The argument is the pre-activation.": x * (1 - x),
            "This is 1 − σ², the rule for tanh with a sigmoid in it.": 1 - p**2,
            "This is the derivative of tanh.": 1 - np.tanh(x) ** 2,
            "This is 1 − σ; multiply by σ, too.": 1 - p,
            "This is σ².": p**2,
            "The sign is wrong: the sigmoid rises everywhere.": -slope,
        },
    )
checks.close(checks.call(sigmoid_grad, np.zeros(2)), np.full(2, 0.25), what="the slope of the sigmoid at 0")
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 3, size=shape)
    x.flat[0] = rng.uniform(-1, 1)
    found = checks.leaves_unchanged(sigmoid_grad, x)
    checks.close(found, reference.sigmoid_grad(x), what=f"the slope of the sigmoid for shape {shape}")
x = np.arange(-6.0, 7.0)
checks.close(checks.call(sigmoid_grad, x), reference.sigmoid_grad(x), what="the slope at −6, …, 6")
### END HIDDEN TESTS

# %% check_sigmoid_grad__flat_ends tags=["check", "points=1"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(40), np.log(1e4), size=20))])
for x in (np.append(size, 0.0), np.append(-size, 0.0)):
    found = checks.silent(sigmoid_grad, x)
    expected = np.append(np.zeros(size.shape), 0.25)
    checks.close(
        found,
        expected,
        what="the slope far out (the last entry is at x = 0)",
        see="saturation#the-slope-and-its-ends",
    )
    checks.that(np.all(found >= 0), "The sigmoid never falls: no slope may be negative.")
checks.leaves_unchanged(sigmoid_grad, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for spread in (3, 30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    x[0, 0] = rng.uniform(-1, 1)
    found = checks.silent(sigmoid_grad, x)
    checks.close(found, reference.sigmoid_grad(x), what="the slope of the sigmoid for numbers of mixed size")
    checks.that(np.all(found >= 0), "The sigmoid never falls: no slope may be negative.")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 3. The slope of tanh
#
# The hyperbolic tangent is a sigmoid, too, stretched to the interval from −1 to 1: $\tanh x = 2\sigma(2x) - 1$.
# Its derivative is
#
# $$\tanh'(x) = 1 - \tanh^2 x .$$
#
# At 0 it is 1, four times the sigmoid's, which is why tanh networks train better; on the ends it dies even earlier.
# Never negative, no NaN and no warning for $|x| \le 10^4$; far out a plain 0 is right.
#
# **Worked example.** $\tanh'(0) = 1$; with $\tanh(\ln 3) = \frac{3 - 1/3}{3 + 1/3} = 0.8$ the slope at $\ln 3$ is $1 - 0.64 = 0.36$.


# %% tanh_grad tags=["solution"]
def tanh_grad(x: np.ndarray) -> np.ndarray:
    """Return the slope of the hyperbolic tangent at every entry, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape: pre-activations, not outputs of tanh.

    Returns:
        An array of the same shape, entries in [0, 1].
    """
    ### BEGIN SOLUTION
    return 1 - np.tanh(x) ** 2
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which of NumPy's functions stays calm for $x = 10^4$: `np.cosh`, `np.exp` or `np.tanh`?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# The formula above, as it stands, is safe. Formulas with $\cosh$ or with $e^{x}$ are right on paper, but overflow from $x \approx 710$ on.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return 1 - np.tanh(…) ** …`.
# </details>

# %% check_tanh_grad tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 1, 5)]:
    t = rng.uniform(-0.97, 0.97, size=shape)
    x = np.arctanh(t)
    slope = 1 / checks.numerical_gradient(np.arctanh, t)
    checks.close(
        checks.leaves_unchanged(tanh_grad, x),
        slope,
        what=f"the slope of tanh for an array of shape {shape}",
        see="saturation#tanh-steeper-and-sooner-flat",
        mistaken_for={
            "This is tanh itself.": t,
            "You took x for the output of tanh: 1 − x². The argument is the pre-activation.": 1 - x**2,
            "The square is missing: 1 − tanh².": 1 - t,
            "This is 1/cosh; it has to be squared.": np.sqrt(slope),
            "This is the slope of the sigmoid at x.": 1 / (2 + 2 * np.cosh(x)),
            "This is the slope of the sigmoid at 2x; tanh is 2σ(2x) − 1, four times as steep.": slope / 4,
            "A factor 2 is missing: once from 2σ, once from the inner derivative of σ(2x).": slope / 2,
            "This is tanh(1 − tanh): the sigmoid's rule with tanh in it.": t * (1 - t),
            "The sign is wrong: tanh rises everywhere.": -slope,
        },
    )
checks.close(checks.call(tanh_grad, np.zeros(2)), np.ones(2), what="the slope of tanh at 0")
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 2, size=shape)
    x.flat[0] = rng.uniform(-0.5, 0.5)
    found = checks.leaves_unchanged(tanh_grad, x)
    checks.close(found, reference.tanh_grad(x), what=f"the slope of tanh for shape {shape}")
x = np.arange(-4.0, 5.0)
checks.close(checks.call(tanh_grad, x), reference.tanh_grad(x), what="the slope of tanh at −4, …, 4")
### END HIDDEN TESTS

# %% check_tanh_grad__flat_ends tags=["check", "points=1"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(20), np.log(1e4), size=20))])
for x in (np.append(size, 0.0), np.append(-size, 0.0)):
    found = checks.silent(tanh_grad, x)
    checks.close(
        found,
        np.append(np.zeros(size.shape), 1.0),
        what="the slope of tanh far out (the last entry is at x = 0)",
        see="saturation#tanh-steeper-and-sooner-flat",
    )
    checks.that(np.all(found >= 0), "Tanh never falls: no slope may be negative.")
checks.leaves_unchanged(tanh_grad, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for spread in (3, 30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    x[0, 0] = rng.uniform(-0.5, 0.5)
    found = checks.silent(tanh_grad, x)
    checks.close(found, reference.tanh_grad(x), what="the slope of tanh for numbers of mixed size")
    checks.that(np.all(found >= 0), "Tanh never falls: no slope may be negative.")
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: where do the slopes die?
#
# Predict first: at $x = 0$ tanh is four times as steep as the sigmoid. Is it so everywhere? From which $x$ on is the sigmoid the steeper one?

# %% figure_slopes
import matplotlib.pyplot as plt

x = np.linspace(-10, 10, 401)
figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for panel, scale in zip(axes, ("linear", "log")):
    panel.plot(x, sigmoid_grad(x), label=r"sigmoid, $\sigma'(x)$")
    panel.plot(x, tanh_grad(x), label=r"$\tanh'(x)$")
    panel.set(xlabel="pre-activation $x$", ylabel="slope", yscale=scale, title=f"{scale} scale")
axes[0].legend()
plt.show()

# %% [markdown]
# ## Step 4. How much of a layer is saturated?
#
# A unit whose output is close to 0 or 1 sits on a flat end: hardly any gradient passes it.
# Count the outputs `a` that are strictly below `low` or strictly above `high`, and return their share of *all* entries, a number from 0 to 1.
# An output that is equal to `low` or `high` does not count.
#
# **Worked example.** Of $a = (0.01,\ 0.05,\ 0.5,\ 0.99)$, with the limits 0.05 and 0.95, two are saturated: the share is 0.5.


# %% saturated_fraction tags=["solution"]
def saturated_fraction(a: np.ndarray, low: float = 0.05, high: float = 0.95) -> float:
    """Return the share of sigmoid outputs on one of the flat ends.

    Args:
        a: Outputs of a sigmoid, an array of any shape with at least one entry.
        low: Outputs strictly below this are saturated,
        high: and so are outputs strictly above this.

    Returns:
        One number in [0, 1].
    """
    ### BEGIN SOLUTION
    return float(np.mean((a < low) | (a > high)))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is the mean of an array of True and False?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Make one boolean array for each end, join them with “or” for arrays, which is `|`, and take the mean over all entries. Brackets are needed around each comparison.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.mean((a < …) | (a > …))`, without an `axis`.
# </details>

# %% check_saturated_fraction tags=["check", "points=2"]
rng = checks.rng()
for limits, shape in [((), (40,)), ((0.2, 0.7), (8, 5)), ((0.3, 0.99), (2, 4, 5))]:
    low, high = limits or (0.05, 0.95)
    below, above, border = int(rng.integers(1, 6)), int(rng.integers(7, 13)), int(rng.integers(1, 4))
    a = np.concatenate(
        [
            rng.uniform(0, 0.99 * low, size=below),
            rng.uniform(high + 0.2 * (1 - high), 1, size=above),
            np.full(border, low),
            np.full(border, high),
            rng.uniform(low + 0.01, high - 0.01, size=40 - below - above - 2 * border),
        ]
    )
    a = rng.permutation(a).reshape(shape)
    checks.close(
        checks.leaves_unchanged(saturated_fraction, a, *limits),
        (below + above) / 40,
        what=f"the saturated share with low = {low}, high = {high}",
        see="saturation#how-much-of-a-layer-is-saturated",
        mistaken_for={
            "Only the low end was counted.": below / 40,
            "Only the high end was counted.": above / 40,
            "Outputs equal to a limit were counted: the comparison is strict.": (below + above + 2 * border)
            / 40,
            "Outputs equal to `low` were counted.": (below + above + border) / 40,
            "This is the share that is *not* saturated.": 1 - (below + above) / 40,
            "This is the number of saturated outputs: divide by the number of entries.": float(below + above),
            "This is a percentage: the share lies between 0 and 1.": 100 * (below + above) / 40,
            "The limits were ignored: use `low` and `high`.": float(np.mean(np.abs(a - 0.5) > 0.45)),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for shape in [(1,), (300,), (30, 7), (7, 30), (2, 3, 4, 5)]:
    a = rng.random(shape) ** rng.choice([0.2, 1, 5])
    low, high = sorted(rng.uniform(0.02, 0.98, size=2).tolist())
    found = checks.leaves_unchanged(saturated_fraction, a, low=low, high=high)
    checks.close(
        found, reference.saturated_fraction(a, low, high), what=f"the saturated share for shape {shape}"
    )
    checks.close(
        checks.call(saturated_fraction, a), reference.saturated_fraction(a), what="the saturated share"
    )
for value, share in [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)]:
    checks.close(
        checks.call(saturated_fraction, np.full((3, 4), value)), share, what=f"the share for outputs {value}"
    )
a = np.array([[0.0, 0.0, 1.0], [0.5, 1.0, 0.25]])
checks.close(checks.call(saturated_fraction, a, 0.0, 1.0), 0.0, what="the share beyond 0 and 1")
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: weights that are too large
#
# Predict first: three sigmoid layers of 100 units, weights of standard deviation $s$. For which $s$ is half of the third layer saturated: 0.1, 0.3 or 1?

# %% figure_saturation
import matplotlib.pyplot as plt

draws = np.random.default_rng()
stds = np.geomspace(0.03, 3, 12)
shares = np.zeros((3, len(stds)))
for column, std in enumerate(stds):
    a = draws.normal(size=(200, 100))
    for layer in range(3):
        a = sigmoid(a @ draws.normal(0, std, size=(100, 100)).T)
        shares[layer, column] = saturated_fraction(a)
figure, axes = plt.subplots(figsize=(7, 4))
for layer in range(3):
    axes.semilogx(stds, shares[layer], marker="o", markersize=3, label=f"layer {layer + 1}")
axes.set(
    xlabel="standard deviation of the weights",
    ylabel="saturated share",
    ylim=(0, 1),
    title="Large weights push units to the ends",
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 5. The most that a neuron can pass on
#
# One sigmoid neuron, $z = wa + b$, multiplies the gradient on its way back by $w\,\sigma'(z)$.
# If weight and pre-activation could be chosen freely: how large is $|w\,\sigma'(z)|$ at most, over all $z$, for a given $w$?
# A weight may be negative or 0.
#
# **Worked example.** For $w = -6$ it is 1.5: one such neuron at its best lets the gradient grow by half.


# %% max_layer_factor tags=["solution"]
def max_layer_factor(w: float) -> float:
    """Return the largest |w σ'(z)| over all z.

    Args:
        w: The weight, a number of any sign.

    Returns:
        One number, not negative.
    """
    ### BEGIN SOLUTION
    return abs(w) / 4
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Only $\sigma'(z)$ depends on $z$. Where is it largest?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Take the largest slope of the sigmoid, from step 2, times the size of the weight.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `abs(w)` divided by four.
# </details>

# %% check_max_layer_factor tags=["check", "points=1"]
rng = checks.rng()
p = np.linspace(0, 1, 1001)  # all outputs that a sigmoid can have; its slope is p(1 − p)
for w in (
    1.0,
    -6.0,
    0.0,
    float(rng.uniform(0.1, 3)),
    -float(rng.uniform(0.1, 3)),
    float(rng.uniform(5, 500)),
):
    checks.close(
        checks.call(max_layer_factor, w),
        float(np.max(np.abs(w * p * (1 - p)))),
        what=f"`max_layer_factor({w:.6g})`",
        see="saturation#the-largest-factor",
        mistaken_for={
            "The size is asked for: it is not negative.": w / 4,
            "This is |w|: the slope of the sigmoid is at most ¼.": abs(w),
            "The largest slope of the sigmoid is ¼, not ½.": abs(w) / 2,
            "This is w²/4.": w**2 / 4,
            "This is w²/16: neither factor is squared.": w**2 / 16,
            "This is the largest slope alone: multiply by |w|.": 0.25,
            "This is σ'(w): the pre-activation is free, w only multiplies.": 1
            / (2 + 2 * np.cosh(min(abs(w), 700))),
        },
    )
### BEGIN HIDDEN TESTS
for w in (4.0, -4.0, -1e-6, 1e6, *rng.normal(0, 50, size=5).tolist()):
    checks.close(checks.call(max_layer_factor, w), abs(w) / 4, what=f"`max_layer_factor({w:.6g})`")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 6. The narrow window
#
# So with $|w| > 4$ a neuron *can* keep the gradient.
# But the same large weight that multiplies the slope also drives $z = wa + b$ out to the flat ends: only for some inputs $a$ is
#
# $$|w\,\sigma'(wa + b)| \ge 1 .$$
#
# These inputs form an interval. How long is it?
# The bias only shifts it, so the answer depends on $w$ alone; for $|w| \le 4$ the length is 0.
#
# Write $p = \sigma(z)$. The condition is $p(1 - p) \ge 1/|w|$: it holds between the two roots $p_- < p_+$ of a quadratic equation.
# The sigmoid turns each root into a pre-activation, $z = \ln\frac{p}{1 - p}$; and $a = (z - b)/w$.
#
# **Worked example.** $w = 8$: $p(1 - p) = \tfrac18$ has the roots $p_\pm = \tfrac12(1 \pm \sqrt{0.5})$, that is 0.8536 and 0.1464.
# They belong to $z = \pm 1.7627$, an interval of length 3.5255 in $z$, and in $a$ of length $3.5255/8 = 0.4407$.


# %% unit_gain_width tags=["solution"]
def unit_gain_width(w: float) -> float:
    """Return the length of the set of inputs a with |w σ'(w a + b)| ≥ 1, which is the same for every b.

    Args:
        w: The weight, a number of any sign.

    Returns:
        One number; 0 for |w| ≤ 4.
    """
    ### BEGIN SOLUTION
    size = abs(w)
    if size <= 4:
        return 0.0
    p = (1 + np.sqrt(1 - 4 / size)) / 2
    return 2 * np.log(p / (1 - p)) / size
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Follow the worked example with letters instead of numbers. What changes if $w$ is negative?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# First deal with $|w| \le 4$. Otherwise the larger root is $p_+ = \tfrac12\bigl(1 + \sqrt{1 - 4/|w|}\bigr)$. By symmetry the window in $z$ reaches from $-\ln\frac{p_+}{1 - p_+}$ to $+\ln\frac{p_+}{1 - p_+}$. Its length in $a$ is $|w|$ times smaller.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `2 * np.log(p / (1 - p)) / …` with `p = (1 + np.sqrt(…)) / 2`.
# </details>

# %% check_unit_gain_width tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "saturation#the-narrow-window"}


def factor(distance, w):
    """Return |w σ'(wa + b)| for an input at this distance from the middle of the window, where wa + b = 0."""
    p = 1 / (1 + np.exp(-abs(w) * distance))
    return abs(w) * p * (1 - p)


def is_edge(distance, w):
    """Say whether the factor passes through 1 at this distance, give or take a ten-thousandth."""
    return factor(0.9999 * distance, w) > 1 > factor(1.0001 * distance, w)


for size in (8.0, *(float(rng.uniform(*ends)) for ends in [(4.2, 5), (5, 10), (10, 40), (40, 400)])):
    for w in (size, -size):
        name = f"`unit_gain_width({w:.6g})`"
        width = checks.number(checks.call(unit_gain_width, w), name, **about)
        checks.that(
            width > 0,
            f"{name} is {width:.6g}. For |w| > 4 there is a window: its length is positive.",
            **about,
        )
        message = f"{name} is {width:.6g}: at the end of such a window, {width / 2:.6g} from its middle, "
        message += f"the factor |w σ'(wa + b)| is {factor(width / 2, w):.6g}, expected 1."
        if is_edge(width, w):
            message += " Your number is half of the length: the window reaches to both sides."
        if is_edge(width / 4, w):
            message += " Your number is twice the length."
        if is_edge(width / size / 2, w) or is_edge(width / size, w):
            message += " Your number is a length in z; in a it is |w| times smaller."
        if is_edge(width * np.log(10) / 2, w):
            message += " Use the natural logarithm, `np.log`."
        checks.that(is_edge(width / 2, w), message, **about)
### BEGIN HIDDEN TESTS
from concepts import saturation as reference

for w in (4.5, -6.9, *np.exp(rng.uniform(np.log(4.3), np.log(500), size=12)).tolist()):
    expected = reference.unit_gain_width(w)
    checks.close(checks.call(unit_gain_width, w), expected, what=f"`unit_gain_width({w:.6g})`", **about)
    checks.close(checks.call(unit_gain_width, -w), expected, what=f"`unit_gain_width({-w:.6g})`", **about)
### END HIDDEN TESTS

# %% check_unit_gain_width__closed tags=["check", "points=1"]
rng = checks.rng()
for w in (0.0, 1.0, 4.0, -4.0, 3.999, -float(rng.uniform(0.1, 4)), float(rng.uniform(0.1, 4))):
    checks.close(
        checks.silent(unit_gain_width, w),
        0.0,
        what=f"`unit_gain_width({w:.6g})`",
        see="saturation#the-narrow-window",
    )
width = checks.number(
    checks.call(unit_gain_width, float(rng.uniform(5, 9))), "the width for w between 5 and 9"
)
checks.that(
    width > 0, "For |w| > 4 there is a window: its length is not 0.", see="saturation#the-narrow-window"
)

# %% [markdown]
# ### Experiment: the widest window
#
# Predict first: does the window get wider and wider as $|w|$ grows beyond 4?

# %% figure_window
import matplotlib.pyplot as plt

w = np.linspace(0, 60, 601)
width = np.array([unit_gain_width(float(v)) for v in w])
figure, axes = plt.subplots(figsize=(7, 4))
axes.plot(w, width)
axes.plot(
    w[width.argmax()], width.max(), "o", label=f"widest: {width.max():.3f} at $w$ = {w[width.argmax()]:.1f}"
)
axes.set(
    xlabel="weight $|w|$",
    ylabel="length of the window of inputs $a$",
    title="Where a sigmoid neuron keeps the gradient",
)
axes.legend()
plt.show()

# %% explain_window [markdown] tags=["manual", "points=2"]
# ### Question: why not choose larger weights?
#
# “Sigmoid layers shrink the gradient because $\sigma' \le \tfrac14$. So take weights of 20: then each layer can multiply it by 5.”
# Use the last figure. Why does the curve rise and then fall, and what does its height mean for a chain of 30 such neurons whose activations lie anywhere between 0 and 1?
#
# Two points: one for the shape of the curve, one for what follows for a deep chain.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: a larger $w$ lifts the factor at the middle of the window, but narrows the window, since $z = wa + b$ reaches the flat ends $w$ times sooner; so the width, about $2\ln|w|/|w|$ for large $w$, has a largest value (0.45 near $w = 6.9$).
# One point: an activation between 0 and 1 lies in the window with a chance of about its width, below one half at best; all 30 layers at once almost never do ($0.45^{30} \approx 10^{-11}$), and outside the window the factor is below 1, for $w = 20$ often very much so. The gradient vanishes all the same (and where many layers do hit, it explodes: unstable either way).
# ### END SOLUTION

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# A popular summary of activation functions says: “The sigmoid saturates: when its input is near 0 the gradient quickly goes to zero, so the weights are hardly updated. Tanh has a larger derivative and therefore does not have this problem.”
# Two statements in these lines are wrong. Correct both with numbers from your functions.
#
# Two points: one for each slip.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: near 0 the sigmoid's slope is at its *largest*, ¼; it dies at the ends, for example to 0.0066 at $x = \pm5$ and to $4.5 \cdot 10^{-5}$ at $\pm10$. (Perhaps *output* near 0 was meant.)
# One point: tanh saturates as well, and sooner: its slope is $1.8 \cdot 10^{-4}$ at $x = 5$, below the sigmoid's. The two curves cross at $|x| \approx 1.66$; only nearer to 0 tanh is the steeper one.
# ### END SOLUTION
