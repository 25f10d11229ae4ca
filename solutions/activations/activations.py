# %% [markdown]
# # ReLU and its children
#
# **Goal.** You write the activations that replaced the sigmoid, with their slopes, train a slope, and count the units that a batch can no longer reach.
#
# **Time** about 90 minutes. **Points** 17 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “ReLU and its children” (`book/activations.md`).
#
# **How it works.** Each step has one or two functions to write, three hints of growing frankness for each, cells that check them, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Functions of `x` work element by element: they get a float array of any shape (one dimension or more) and return an array of numbers of the same shape. A slope is a number, 0.0 or 1.0, not `False` or `True`.
# - Nothing may give a NumPy warning (such as “overflow encountered in exp”) for $|x| \le 10^4$.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of the largest entry of the expected array).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a pair may be a tuple or a list.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def signed(rng, shape, low=0.05, high=3.0):
    """Return sizes between `low` and `high`, and where they shall be positive."""
    return rng.uniform(low, high, size=shape), rng.random(shape) < 0.5


def logit(p):
    """Return the x whose sigmoid is p, for 0 < p < 1."""
    return np.log(p / (1 - p))


# %% [markdown]
# ## Step 1. ReLU
#
# The *rectified linear unit* keeps what is positive and cuts off the rest:
#
# $$\operatorname{relu}(x) = \max(0, x).$$
#
# **Worked example.** $\operatorname{relu}(-2) = 0$, $\operatorname{relu}(0) = 0$, $\operatorname{relu}(3) = 3$.


# %% relu tags=["solution"]
def relu(x: np.ndarray) -> np.ndarray:
    """Return max(0, x) for every entry.

    Args:
        x: A float array of any shape.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    return np.where(x > 0, x, 0.0)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Python's `max` compares two things; which NumPy function compares an array with a number, entry by entry?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `np.maximum(a, b)` takes the larger of two entries. (`np.max` is another thing: the largest entry of one array.) `np.where(condition, A, B)` does it, too.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return np.maximum(…, …)`, with a zero.
# </details>

# %% check_relu tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 3, 5)]:
    size, positive = signed(rng, shape)
    x = size * (2.0 * positive - 1.0)
    x.flat[0], size.flat[0] = 0.0, 0.0
    x.flat[1], positive.flat[1] = -size.flat[1], False
    checks.close(
        checks.leaves_unchanged(relu, x),
        size * positive,
        what=f"the ReLU of an array of shape {shape}",
        see="activations#relu",
        mistaken_for={
            "Negative entries pass unchanged: they become 0.": x,
            "This is the absolute value; negative entries become 0.": size,
            "You kept the negative entries and cut off the positive ones.": x - size * positive,
            "This is the slope; the value is asked for.": 1.0 * (positive & (size > 0)),
            "This is a leaky ReLU: nothing passes on the left.": size * np.where(positive, 1.0, -0.01),
            "ReLU has no upper limit: 1 is not the largest value.": np.clip(x, 0, 1),
        },
    )
for x in (-np.array([1e-8, 5.0, 1e4]), np.array([1e4, 3e3])):
    expected = np.abs(x) if x[0] > 0 else np.zeros(3)
    checks.close(checks.silent(relu, x), expected, what="the ReLU of large numbers", see="activations#relu")
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape, spread in [((1,), 1.0), ((1, 1), 8.0), ((50, 40), 1e-6), ((3, 2, 2, 2), 3e3)]:
    x = np.clip(rng.normal(0, spread, size=shape), -1e4, 1e4)
    for side in (x, -x):
        found = checks.silent(relu, side)
        checks.close(found, reference.relu(side), what=f"the ReLU of shape {shape}", see="activations#relu")
x = np.arange(-6.0, 7.0)
checks.close(checks.call(relu, x), reference.relu(x), what="the ReLU of −6, …, 6")
### END HIDDEN TESTS

# %% [markdown]
# ### Its slope
#
# The slope is 1 for $x > 0$, however small or large $x$ is, and 0 for $x < 0$.
# At $x = 0$ there is a corner; by convention, PyTorch's too, the slope there is 0.
#
# **Worked example.** For $x = (-2, 0, 3)$ the slopes are $(0, 0, 1)$.


# %% relu_grad tags=["solution"]
def relu_grad(x: np.ndarray) -> np.ndarray:
    """Return the slope of ReLU at every entry; at 0 it is 0.

    Args:
        x: A float array of any shape: pre-activations.

    Returns:
        An array of numbers, 0.0 or 1.0, of the same shape.
    """
    ### BEGIN SOLUTION
    return (x > 0).astype(float)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which question with a yes or no decides whether the slope is 1?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# A comparison gives an array of True and False. Turn it into numbers with `.astype(float)`, or choose between 1.0 and 0.0 by `np.where`. Think of what happens at exactly 0.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return (x … 0).astype(…)`
# </details>

# %% check_relu_grad tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 3, 5)]:
    size, positive = signed(rng, shape)
    x = size * (2.0 * positive - 1.0)
    x.flat[0], positive.flat[0] = 0.0, False
    x.flat[1], positive.flat[1] = 1e-9 * size.flat[1], True
    x.flat[2], positive.flat[2] = -1e-9 * size.flat[2], False
    slope = 1.0 * positive
    checks.close(
        checks.leaves_unchanged(relu_grad, x),
        slope,
        what=f"the slope of ReLU for an array of shape {shape}",
        see="activations#relu",
        mistaken_for={
            "At exactly 0 the slope is 0 by convention.": np.where(x == 0, 1.0, slope),
            "At exactly 0 the slope is 0 by convention, not one half.": np.where(x == 0, 0.5, slope),
            "This is ReLU itself: on the right its slope is 1.": size * positive,
            "The two sides are swapped.": 1 - slope,
            "On the left nothing passes: the slope is 0, not −1.": np.sign(x),
            "The slope is 1 for every positive x, not only from 1 on.": 1.0 * (x > 1),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape, spread in [((1,), 1.0), ((1, 1), 8.0), ((50, 40), 1e-6), ((3, 2, 2, 2), 3e3)]:
    x = np.clip(rng.normal(0, spread, size=shape), -1e4, 1e4)
    for side in (x, -x, 0 * x):
        found = checks.silent(relu_grad, side)
        checks.close(found, reference.relu_grad(side), what=f"the slope for shape {shape}")
x = np.arange(-6.0, 7.0)
checks.close(checks.call(relu_grad, x), reference.relu_grad(x), what="the slope of ReLU at −6, …, 6")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. A leak on the left
#
# A ReLU that is negative for every sample gets no gradient and never recovers.
# The *leaky* ReLU lets a little through:
#
# $$f(x) = \begin{cases} x & x > 0 \\ a\,x & x \le 0 \end{cases} \qquad \text{with } 0 < a < 1 .$$
#
# **Worked example.** With $a = 0.01$: $f(-2) = -0.02$ and $f(3) = 3$.


# %% leaky_relu tags=["solution"]
def leaky_relu(x: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Return x where it is positive and slope·x elsewhere.

    Args:
        x: A float array of any shape.
        slope: The slope on the left, between 0 and 1.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    return np.where(x > 0, x, slope * x)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# For $0 < a < 1$ one of $x$ and $a x$ is always the larger one. Which, on which side?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Choose entry by entry between `x` and `slope * x`, with `np.where` and a condition.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.where(x > 0, …, …)`; use the argument `slope`, not 0.01.
# </details>

# %% check_leaky_relu tags=["check", "points=1"]
rng = checks.rng()
for slopes, shape in [((), (9,)), ((float(rng.uniform(0.05, 0.4)),), (4, 3)), ((0.9,), (2, 3, 5))]:
    size, positive = signed(rng, shape)
    slope = slopes[0] if slopes else 0.01
    size.flat[0], positive.flat[0] = 2.0, False
    x = size * (2.0 * positive - 1.0)
    expected = size * (positive - slope * ~positive)
    checks.close(
        checks.leaves_unchanged(leaky_relu, x, *slopes),
        expected,
        what=f"the leaky ReLU with slope {slope:.4g}",
        see="activations#leaky-relu-and-prelu",
        mistaken_for={
            "This is the plain ReLU: the left side has the slope `slope`.": size * positive,
            "The sign on the left is wrong: a negative x stays negative.": size
            * (positive + slope * ~positive),
            "Use the argument `slope`; 0.01 is only what it is when nothing else is said.": size
            * (positive - 0.01 * ~positive),
            "The two sides are swapped.": size * (slope * positive - ~positive),
            "On the left the value is slope·x, not the constant `slope`.": np.where(positive, size, slope),
            "On the left the value is slope·x, not −slope.": np.where(positive, size, -slope),
            "These are the slopes.": np.where(positive, 1.0, slope),
        },
    )
checks.close(
    checks.silent(leaky_relu, -np.array([1e4, 0.0])),
    -np.array([100.0, 0.0]),
    what="the leaky ReLU of −10 000",
    see="activations#leaky-relu-and-prelu",
)
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape, spread in [((1,), 1.0), ((1, 1), 8.0), ((50, 40), 1e-6), ((3, 2, 2, 2), 3e3)]:
    x = np.clip(rng.normal(0, spread, size=shape), -1e4, 1e4)
    for side in (np.abs(x), -np.abs(x), x):
        slope = float(rng.uniform(0.02, 0.98))
        found = checks.silent(leaky_relu, side, slope=slope)
        checks.close(found, reference.leaky_relu(side, slope), what=f"the leaky ReLU with slope {slope:.4g}")
### END HIDDEN TESTS

# %% [markdown]
# ### Its slope
#
# 1 on the right, $a$ on the left; at $x = 0$ take $a$.
#
# **Worked example.** For $x = (-2, 0, 3)$ and $a = 0.25$ the slopes are $(0.25, 0.25, 1)$.


# %% leaky_relu_grad tags=["solution"]
def leaky_relu_grad(x: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Return the slope of the leaky ReLU at every entry; at 0 it is `slope`.

    Args:
        x: A float array of any shape: pre-activations.
        slope: The slope on the left, between 0 and 1.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    return np.where(x > 0, 1.0, slope)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many different numbers can the result have?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `np.where` chooses between two numbers as well as between two arrays.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.where(…, 1.0, …)`, with a condition that is false at 0.
# </details>

# %% check_leaky_relu_grad tags=["check", "points=1"]
rng = checks.rng()
for slopes, shape in [((), (9,)), ((float(rng.uniform(0.05, 0.4)),), (4, 3)), ((0.9,), (2, 3, 5))]:
    size, positive = signed(rng, shape)
    slope = slopes[0] if slopes else 0.01
    x = size * (2.0 * positive - 1.0)
    x.flat[0], positive.flat[0] = 0.0, False
    x.flat[1], positive.flat[1] = 1e-9, True
    x.flat[2], positive.flat[2] = -1e-9, False
    expected = slope ** (1.0 * ~positive)
    checks.close(
        checks.leaves_unchanged(leaky_relu_grad, x, *slopes),
        expected,
        what=f"the slope of the leaky ReLU with slope {slope:.4g}",
        see="activations#leaky-relu-and-prelu",
        mistaken_for={
            "At exactly 0 the slope is `slope`.": np.where(x == 0, 1.0, expected),
            "At exactly 0 the slope is `slope`, not 0.": np.where(x == 0, 0.0, expected),
            "This is the slope of the plain ReLU.": 1.0 * positive,
            "The slope on the left is `slope`, not −slope: the function rises there, too.": np.where(
                positive, 1.0, -slope
            ),
            "Use the argument `slope`, not 0.01.": np.where(positive, 1.0, 0.01),
            "The two sides are swapped.": np.where(positive, slope, 1.0),
            "This is the value; the slope is asked for.": np.where(positive, x, slope * x),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape, spread in [((1,), 1.0), ((1, 1), 8.0), ((50, 40), 1e-6), ((3, 2, 2, 2), 3e3)]:
    x = np.clip(rng.normal(0, spread, size=shape), -1e4, 1e4)
    for side in (np.abs(x), -np.abs(x), x, 0 * x):
        slope = float(rng.uniform(0.02, 0.98))
        found = checks.silent(leaky_relu_grad, side, slope=slope)
        checks.close(found, reference.leaky_relu_grad(side, slope), what="the slope of the leaky ReLU")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 3. ELU
#
# The *exponential linear unit* bends smoothly to the left and ends at $-\alpha$:
#
# $$f(x) = \begin{cases} x & x > 0 \\ \alpha\,(e^x - 1) & x \le 0 \end{cases} \qquad \text{with any } \alpha > 0 .$$
#
# Mind that $e^x$ overflows for $x > 710$, even where its value is not needed in the end; no warning is allowed up to $|x| = 10^4$.
#
# **Worked example.** With $\alpha = 2$: $f(3) = 3$, $f(-\ln 2) = 2\,(\tfrac12 - 1) = -1$ and $f(-10^4) = -2$.


# %% elu tags=["solution"]
def elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Return x where it is positive and alpha·(exp(x) − 1) elsewhere, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape.
        alpha: A positive number.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    left = np.minimum(x, 0)
    return np.where(x > 0, x, alpha * np.expm1(left))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `np.where(x > 0, A, B)` computes B for *all* entries and throws some of them away. What is B at $x = 10^4$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Give the exponential an argument that is never positive: the smaller one of $x$ and 0. What it says for positive $x$ is thrown away anyway.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# With `left = np.minimum(x, …)` choose by `np.where` between `x` and `alpha * (np.exp(left) - 1)`.
# </details>

# %% check_elu tags=["check", "points=1"]
rng = checks.rng()
for alphas, shape in [((), (9,)), ((float(rng.uniform(0.2, 0.8)),), (4, 3)), ((2.5,), (2, 3, 5))]:
    alpha = alphas[0] if alphas else 1.0
    size, positive = signed(rng, shape)
    p = rng.uniform(0.02, 0.9, size=shape)  # on the left e to the power x is p
    positive.flat[0] = False
    x = np.where(positive, size, np.log(p))
    expected = np.where(positive, size, -alpha * (1 - p))
    checks.close(
        checks.leaves_unchanged(elu, x, *alphas),
        expected,
        what=f"the ELU with alpha = {alpha:.4g}",
        see="activations#elu",
        mistaken_for={
            "The −1 is missing: at 0 the two pieces must meet.": np.where(positive, size, alpha * p),
            "The −1 belongs inside the brackets: α(eˣ − 1).": np.where(positive, size, alpha * p - 1),
            "alpha is missing on the left.": np.where(positive, size, p - 1),
            "alpha multiplies the left side only.": np.where(positive, alpha * size, alpha * (p - 1)),
            "The sign on the left is wrong: the values there are negative.": np.abs(expected),
            "alpha belongs in front of the bracket, not into the exponent.": np.where(
                positive, size, p**alpha - 1
            ),
            "The exponent is x itself, which is negative on the left, not −x.": np.where(
                positive, size, alpha * (1 / p - 1)
            ),
            "This is the slope.": np.where(positive, 1.0, alpha * p),
            "This is the plain ReLU.": size * positive,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 2, size=shape)
    for side in (np.abs(x), -np.abs(x), x):
        alpha = float(np.exp(rng.normal()))
        found = checks.leaves_unchanged(elu, side, alpha=alpha)
        checks.close(found, reference.elu(side, alpha), what=f"the ELU with alpha = {alpha:.4g}")
x = np.arange(-6.0, 7.0)
checks.close(checks.call(elu, x), reference.elu(x), what="the ELU of −6, …, 6")
### END HIDDEN TESTS

# %% check_elu__far_out tags=["check", "points=1"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(40), np.log(1e4), size=10))])
for alpha in (1.0, float(rng.uniform(0.2, 3.0))):
    checks.close(
        checks.silent(elu, -size, alpha),
        np.full(12, -alpha),
        what="the ELU far to the left",
        see="activations#elu",
    )
    checks.close(
        checks.silent(elu, size, alpha), size, what="the ELU far to the right", see="activations#elu"
    )
checks.leaves_unchanged(elu, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for spread in (30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    for side in (x, np.minimum(x, 0.0)):
        checks.close(checks.silent(elu, side), reference.elu(side), what="the ELU of numbers of mixed size")
### END HIDDEN TESTS

# %% [markdown]
# ### Its slope
#
# $$f'(x) = \begin{cases} 1 & x > 0 \\ \alpha\,e^x & x < 0 \end{cases}$$
#
# For $\alpha = 1$ the two meet at 0 with the value 1; for another $\alpha$ the checks leave $x = 0$ out.
#
# **Worked example.** With $\alpha = 2$: $f'(3) = 1$, $f'(-\ln 4) = 2 \cdot \tfrac14 = \tfrac12$.


# %% elu_grad tags=["solution"]
def elu_grad(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Return the slope of ELU at every entry, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape: pre-activations.
        alpha: A positive number.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    left = np.minimum(x, 0)
    return np.where(x > 0, 1.0, alpha * np.exp(left))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Differentiate $\alpha\,(e^x - 1)$. What becomes of the $-1$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# As for ELU itself: an exponent that is never positive, and a choice by `np.where`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.where(x > 0, 1.0, alpha * np.exp(…))`, with the smaller one of `x` and 0 in the exponent.
# </details>

# %% check_elu_grad tags=["check", "points=1"]
rng = checks.rng()
for alphas, shape in [((), (9,)), ((float(rng.uniform(0.2, 0.8)),), (4, 3)), ((2.5,), (2, 3, 5))]:
    alpha = alphas[0] if alphas else 1.0
    size, positive = signed(rng, shape)
    p = rng.uniform(0.02, 0.9, size=shape)
    positive.flat[0], positive.flat[1] = False, True
    x = np.where(positive, size, np.log(p))
    # On the left, read from the other side: x = log p changes by dx/dp, the value −α(1 − p) by α.
    slope = np.where(positive, 1.0, alpha / checks.numerical_gradient(np.log, p))
    checks.close(
        checks.leaves_unchanged(elu_grad, x, *alphas),
        slope,
        what=f"the slope of ELU with alpha = {alpha:.4g}",
        see="activations#elu",
        mistaken_for={
            "alpha is missing on the left.": np.where(positive, 1.0, p),
            "A constant has no slope: the −1 is gone.": np.where(positive, 1.0, alpha * (p - 1)),
            "alpha multiplies the left side only.": np.where(positive, alpha, alpha * p),
            "This is the slope of the plain ReLU.": 1.0 * positive,
            "The sign on the left is wrong: ELU rises everywhere.": np.where(positive, 1.0, -alpha * p),
            "This is ELU itself.": np.where(positive, size, alpha * (p - 1)),
            "You took x for the output of ELU: the slope is f + α there, but x is the input.": np.where(
                positive, 1.0, x + alpha
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 2, size=shape)
    for side in (np.abs(x), -np.abs(x), x):
        alpha = float(np.exp(rng.normal()))
        found = checks.leaves_unchanged(elu_grad, side, alpha=alpha)
        checks.close(
            found, reference.elu_grad(side, alpha), what=f"the slope of ELU with alpha = {alpha:.4g}"
        )
x = np.arange(-6.0, 7.0)
checks.close(checks.call(elu_grad, x), reference.elu_grad(x), what="the slope of ELU at −6, …, 6")
### END HIDDEN TESTS

# %% check_elu_grad__far_out tags=["check", "points=1"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(40), np.log(1e4), size=10))])
for alpha in (1.0, float(rng.uniform(0.2, 3.0))):
    for x, slope in ((-size, 0.0), (size, 1.0)):
        found = checks.silent(elu_grad, np.append(x, 1.0), alpha)
        checks.close(
            found,
            np.append(np.full(12, slope), 1.0),
            what="the slope of ELU far out (the last entry is at x = 1)",
            see="activations#elu",
        )
checks.leaves_unchanged(elu_grad, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for spread in (30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    x[0, 0] = -1.0
    for side in (x, np.minimum(x, -1.0)):
        checks.close(checks.silent(elu_grad, side), reference.elu_grad(side), what="the slope of ELU")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 4. Swish
#
# $$f(x) = x\,\sigma(x) = \frac{x}{1 + e^{-x}}$$
#
# is smooth, nearly ReLU on both sides, and dips below 0 in between. PyTorch calls it SiLU.
# Again nothing may overflow up to $|x| = 10^4$.
#
# **Worked example.** $f(0) = 0$ and $f(\ln 3) = \tfrac34 \ln 3 = 0.824$; $f(-10^4) = 0$ to all digits.


# %% swish tags=["solution"]
def swish(x: np.ndarray) -> np.ndarray:
    """Return x·sigmoid(x) for every entry, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    return x * (1 + np.tanh(x / 2)) / 2
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which form of the sigmoid never overflows? The one with tanh is short: $\sigma(x) = \tfrac12\,(1 + \tanh \tfrac x2)$.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compute a safe sigmoid in a line of its own, then multiply it by `x`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `gate = (1 + np.tanh(…)) / 2` and `return x * …`.
# </details>

# %% check_swish tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 3, 5)]:
    p = rng.uniform(0.02, 0.98, size=shape)
    x = logit(p)  # so that the sigmoid of x is p
    checks.close(
        checks.leaves_unchanged(swish, x),
        p * x,
        what=f"the Swish of an array of shape {shape}",
        see="activations#swish",
        mistaken_for={
            "This is the sigmoid: multiply it by x.": p,
            "The sign of the exponent is wrong: the sigmoid's is −x.": x * (1 - p),
            "This is x·tanh(x).": x * np.tanh(x),
            "This is the plain ReLU.": np.where(x > 0, x, 0),
            "This is x·σ'(x): the sigmoid itself, not its slope.": x * p * (1 - p),
            "This is the slope.": p + x * p * (1 - p),
            "The tanh has to be taken at x/2.": x * (1 + np.tanh(x)) / 2,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 3, size=shape)
    for side in (np.abs(x), -np.abs(x), x):
        found = checks.leaves_unchanged(swish, side)
        # σ may have an absolute error of float32's rounding, which is large beside a tiny σ
        checks.close(found, reference.swish(side), what=f"the Swish of shape {shape}", scale=0.1)
x = np.arange(-6.0, 7.0)
checks.close(checks.call(swish, x), reference.swish(x), what="the Swish of −6, …, 6")
### END HIDDEN TESTS

# %% check_swish__far_out tags=["check", "points=1"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(50), np.log(1e4), size=10))])
checks.close(
    checks.silent(swish, -size),
    np.zeros(12),
    what="the Swish far to the left",
    see="activations#swish",
    scale=0.1,
)
checks.close(checks.silent(swish, size), size, what="the Swish far to the right", see="activations#swish")
checks.leaves_unchanged(swish, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for spread in (30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    for side in (x, np.minimum(x, -1.0)):
        checks.close(checks.silent(swish, side), reference.swish(side), what="the Swish", scale=0.1)
### END HIDDEN TESTS

# %% [markdown]
# ### Its slope
#
# By the product rule, with $\sigma' = \sigma\,(1 - \sigma)$,
#
# $$f'(x) = \sigma(x) + x\,\sigma(x)\,\bigl(1 - \sigma(x)\bigr).$$
#
# **Worked example.** $f'(0) = \tfrac12$; $f'(\ln 3) = \tfrac34 + \ln 3 \cdot \tfrac{3}{16} = 0.956$.


# %% swish_grad tags=["solution"]
def swish_grad(x: np.ndarray) -> np.ndarray:
    """Return the slope of Swish at every entry, without a warning for |x| up to 1e4.

    Args:
        x: A float array of any shape: pre-activations.

    Returns:
        An array of the same shape.
    """
    ### BEGIN SOLUTION
    gate = (1 + np.tanh(x / 2)) / 2
    return gate + x * gate * (1 - gate)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Two factors, two terms: which of them has the derivative 1?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compute a safe sigmoid once, by the form with tanh; then the formula above as it stands.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `gate = …` as for Swish, and `return gate + x * … * (1 - …)`.
# </details>

# %% check_swish_grad tags=["check", "points=1"]
rng = checks.rng()
for shape in [(9,), (4, 3), (2, 3, 5)]:
    p = rng.uniform(0.02, 0.98, size=shape)
    x = logit(p)
    # Swish is p · logit(p) as a function of p; dividing by dx/dp makes its slope one with respect to x.
    slope = checks.numerical_gradient(lambda q: q * logit(q), p) / checks.numerical_gradient(logit, p)
    checks.close(
        checks.leaves_unchanged(swish_grad, x),
        slope,
        what=f"the slope of Swish for an array of shape {shape}",
        see="activations#swish",
        mistaken_for={
            "Only the first term of the product rule is here.": p,
            "Only the second term of the product rule is here.": x * p * (1 - p),
            "This is σ'(x): Swish is x·σ(x), and the product rule gives two terms.": p * (1 - p),
            "In the second term x is missing.": p + p * (1 - p),
            "This is Swish itself.": x * p,
            "The second term has to be added.": p - x * p * (1 - p),
            "1 − σ is missing in the second term.": p + x * p,
            "σ is missing in the second term.": p + x * (1 - p),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape in [(1,), (1, 1), (50, 40), (3, 2, 2, 2)]:
    x = rng.normal(0, 3, size=shape)
    for side in (np.abs(x), -np.abs(x), x):
        found = checks.leaves_unchanged(swish_grad, side)
        checks.close(
            found, reference.swish_grad(side), what=f"the slope of Swish for shape {shape}", scale=1.0
        )
x = np.arange(-6.0, 7.0)
checks.close(checks.call(swish_grad, x), reference.swish_grad(x), what="the slope of Swish at −6, …, 6")
### END HIDDEN TESTS

# %% check_swish_grad__far_out tags=["check", "points=1"]
rng = checks.rng()
size = np.concatenate([[800.0, 1e4], np.exp(rng.uniform(np.log(50), np.log(1e4), size=10))])
for x, slope in ((-size, 0.0), (size, 1.0)):
    found = checks.silent(swish_grad, np.append(x, 0.0))
    expected = np.append(np.full(12, slope), 0.5)
    # x multiplies the rounding error of a float32 sigmoid
    checks.close(
        found,
        expected,
        what="the slope of Swish far out (the last entry is at x = 0)",
        see="activations#swish",
        scale=1.0,
    )
checks.leaves_unchanged(swish_grad, np.append(size, -size))
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for spread in (30, 300, 3000):
    x = np.clip(rng.normal(0, spread, size=(5, 8)), -1e4, 1e4)
    found = checks.silent(swish_grad, x)
    checks.close(found, reference.swish_grad(x), what="the slope of Swish", scale=1.0)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: the family
#
# Predict first: which of the four has a slope above 1 somewhere? Which of them are negative somewhere, and which of their slopes are?

# %% figure_family
import matplotlib.pyplot as plt

x = np.linspace(-5, 5, 401)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
family = {
    "ReLU": (relu(x), relu_grad(x)),
    "leaky ReLU, slope 0.1": (leaky_relu(x, 0.1), leaky_relu_grad(x, 0.1)),
    "ELU": (elu(x), elu_grad(x)),
    "Swish": (swish(x), swish_grad(x)),
}
for (name, (value, slope)), style in zip(family.items(), ("-", "--", "-.", ":")):
    left.plot(x, value, style, label=name)
    right.plot(x, slope, style, label=name)
left.set(xlabel="pre-activation $x$", ylabel="$f(x)$", ylim=(-1.3, 4), title="Values")
right.set(xlabel="pre-activation $x$", ylabel="$f'(x)$", title="Slopes")
left.legend()
plt.show()

# %% [markdown]
# ## Step 5. A slope that is learned
#
# PReLU is the leaky ReLU with a *learned* slope $a$, here one number shared by all units. It may become any number, also negative or larger than 1.
# Going backwards, a layer gets $g = \partial C/\partial f(x)$ (the argument `grad_out`) and has to pass on two things:
#
# $$\frac{\partial C}{\partial x} = g \odot f'(x), \qquad \frac{\partial C}{\partial a} = \sum_{\text{entries with } x < 0} g\,x .$$
#
# The second follows from $\partial f/\partial a = x$ on the left and 0 on the right; it is one number, the *sum* over all entries of the batch (if a mean is wanted, `grad_out` already holds the $1/n$).
# The checks avoid $x = 0$.
#
# **Worked example.** $x = (-2, 3)$, $a = 0.25$, $g = (1, 10)$: $\partial C/\partial x = (0.25, 10)$ and $\partial C/\partial a = 1 \cdot (-2) = -2$.


# %% prelu_backward tags=["solution"]
def prelu_backward(x: np.ndarray, slope: float, grad_out: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the gradients of the cost with respect to the inputs and to the slope of a PReLU layer.

    Args:
        x: The layer's inputs, a float array of any shape.
        slope: The slope on the left, any number.
        grad_out: ∂C/∂f(x), of the shape of x.

    Returns:
        ∂C/∂x, of the shape of x, and ∂C/∂slope, one number.
    """
    ### BEGIN SOLUTION
    left = x < 0
    grad_x = np.where(left, slope * grad_out, grad_out)
    return grad_x, float(np.sum(grad_out[left] * x[left]))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which entries notice when $a$ changes a little, and by how much does $f$ change there?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# For the inputs multiply `grad_out` by 1 on the right and by `slope` on the left. For the slope multiply `grad_out` by `x`, keep the entries with negative `x` only, and sum up all of them.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `grad_slope = np.sum(grad_out * np.where(x < 0, …, 0))`.
# </details>

# %% check_prelu_backward tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "activations#leaky-relu-and-prelu"}
for shape, slope in [((6,), 0.25), ((4, 3), float(rng.uniform(0.02, 0.9))), ((2, 3, 5), -0.3), ((5, 2), 1.7)]:
    size, positive = signed(rng, shape)
    positive.flat[0], positive.flat[1] = False, True
    x = size * (2.0 * positive - 1.0)
    grad_out = rng.normal(size=shape)

    def layer(values, a):
        """Return the PReLU of values that keep their signs, as two straight pieces."""
        return positive * values + a * (~positive * values)

    grad_x = checks.numerical_gradient(lambda v: float(np.sum(grad_out * layer(v, slope))), x)
    grad_slope = float(checks.numerical_gradient(lambda a: float(np.sum(grad_out * layer(x, a))), slope))
    pair = checks.items(
        checks.leaves_unchanged(prelu_backward, x, slope, grad_out), 2, "the pair of gradients", **about
    )
    checks.close(
        pair[0],
        grad_x,
        what=f"∂C/∂x for shape {shape}",
        **about,
        mistaken_for={
            "This is f'(x): multiply it by grad_out.": np.where(positive, 1.0, slope),
            "On the left the slope is missing: nothing is scaled there.": grad_out,
            "On the left nothing comes through; the slope is `slope` there.": grad_out * positive,
            "On the left the slope has the wrong sign.": np.where(positive, 1.0, -slope) * grad_out,
            "The two sides are swapped.": np.where(positive, slope, 1.0) * grad_out,
            "This is f(x)·grad_out: the slope is asked for, not the value.": layer(x, slope) * grad_out,
        },
    )
    checks.close(
        pair[1],
        grad_slope,
        what=f"∂C/∂slope for shape {shape}",
        scale=float(np.sum(np.abs(grad_out * x))),
        **about,
        mistaken_for={
            "This is the mean; the sum is asked for.": grad_slope / x.size,
            "This is the mean over the first axis: sum over all entries.": grad_slope / shape[0],
            "The positive inputs are in the sum; they do not depend on the slope.": float(
                np.sum(grad_out * x)
            ),
            "x is missing: f changes by x when the slope changes by 1.": float(np.sum(grad_out[~positive])),
            "grad_out is missing.": float(np.sum(x[~positive])),
            "A factor `slope` is too much: the derivative of slope·x by slope is x.": slope * grad_slope,
            "The sign is wrong: x is negative there.": -grad_slope,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for shape, spread in [((1,), 1.0), ((1, 1), 1.0), ((50, 40), 1e-3), ((3, 2, 2, 2), 30.0), ((64, 7), 1.0)]:
    x, grad_out = rng.normal(0, spread, size=shape), rng.normal(size=shape)
    for side in (x, np.abs(x), -np.abs(x)):
        slope = float(rng.normal(0.25, 1))
        found = checks.items(checks.leaves_unchanged(prelu_backward, side, slope, grad_out), 2)
        grad_x, grad_slope = reference.prelu_backward(side, slope, grad_out)
        checks.close(found[0], grad_x, what=f"∂C/∂x for shape {shape}", **about)
        cancelled = float(np.sum(np.abs(grad_out * side)))
        checks.close(found[1], grad_slope, what=f"∂C/∂slope for shape {shape}", scale=cancelled, **about)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: let the slope learn
#
# The targets come from a leaky ReLU of slope 0.3, the layer starts at 0.25 for one run and at 1 for the other. Gradient descent on the mean of $\tfrac12 (f(x) - y)^2$ changes the slope alone, by your gradient.
# Predict first: does it find 0.3 from both sides, and does the error shrink by the same factor in each step?

# %% figure_learned_slope
import matplotlib.pyplot as plt

draws = np.random.default_rng()
x = draws.normal(size=500)
y = leaky_relu(x, 0.3)
figure, axes = plt.subplots(figsize=(7, 4))
for start, style in ((0.25, "o-"), (1.0, "s--")):
    slopes = [start]
    for _ in range(15):
        grad_out = (leaky_relu(x, slopes[-1]) - y) / len(x)
        slopes.append(slopes[-1] - 0.5 * prelu_backward(x, slopes[-1], grad_out)[1])
    axes.plot(slopes, style, label=f"from {start}")
axes.axhline(0.3, color="gray", linestyle=":")
axes.set(xlabel="step", ylabel="slope $a$", title="A slope that learns")
axes.legend()
plt.show()

# %% [markdown]
# ## Step 6. Dead units
#
# A ReLU unit whose pre-activation is not positive for *any* sample of the batch is dead on this batch: its output is 0, its slope is 0, no gradient reaches its weights.
# Given the pre-activations $z$ of a layer, one row a sample and one column a unit, say for each unit whether $z \le 0$ in all its rows.
#
# **Worked example.** $z = \begin{pmatrix} -1 & 2 \\ 0 & -3 \end{pmatrix}$: the first unit is dead, the second is not.


# %% dead_units tags=["solution"]
def dead_units(preactivations: np.ndarray) -> np.ndarray:
    """Return which units are inactive on the whole batch.

    Args:
        preactivations: z, of shape (n, units).

    Returns:
        A boolean array of shape (units,): True for a dead unit.
    """
    ### BEGIN SOLUTION
    return np.all(preactivations <= 0, axis=0)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# For one unit: which numbers do you look at, and must all of them be not positive, or is one enough?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compare the whole array with 0, then ask `np.all` along the axis of the samples.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.all(preactivations <= …, axis=…)`; the axis named is the one that disappears.
# </details>

# %% check_dead_units tags=["check", "points=2"]
rng = checks.rng()
for n, units in [(1, 5), (7, 4), (6, 6), (30, 11)]:
    dead = rng.permutation(np.arange(units) % 2 == 0)
    z = -rng.uniform(0.1, 2, size=(n, units))
    z[rng.random(size=z.shape) < 0.2] = 0.0
    z[rng.integers(n), 0] = 0.0
    active = rng.integers(n, size=units)  # one positive sample keeps a unit alive, whatever its mean
    z[active, np.arange(units)] = np.where(
        dead, z[active, np.arange(units)], rng.uniform(0.01, 1, size=units)
    )
    checks.close(
        checks.leaves_unchanged(dead_units, z),
        dead,
        what=f"the dead ones of {checks.counted(units, 'unit')}, n = {n},",
        see="activations#dead-units",
        mistaken_for={
            "This marks the units that are alive.": ~dead,
            "Looked at row by row: a unit is a column.": ~np.any(z > 0, axis=1),
            "One sample where a unit is inactive does not make it dead: it has to be all of them.": np.min(
                z, axis=0
            )
            <= 0,
            "A unit that is exactly 0 is inactive, too: z ≤ 0 counts.": np.max(z, axis=0) < 0,
            "Only units that are 0 everywhere were found: z is before ReLU, inactive units have z ≤ 0.": np.max(
                np.abs(z), axis=0
            )
            == 0,
            "You judged by the mean; one positive sample keeps a unit alive.": np.mean(z, axis=0) <= 0,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import activations as reference

for n, units in [(1, 1), (2, 40), (3, 3), (100, 5)]:
    z = rng.normal(-1.5, 1, size=(n, units))
    z[:, 0] = 0.0
    for part in (z, np.abs(z) + 1e-9, -np.abs(z), 1e-12 * z):
        found = checks.leaves_unchanged(dead_units, part)
        checks.close(
            found,
            reference.dead_units(part),
            what=f"the dead ones of {checks.counted(units, 'unit')}, n = {n},",
        )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: who dies at birth?
#
# Predict first: ten layers of 100 ReLU units, no training at all. The weights are uniform, once with PyTorch's default variance $1/(3n)$ and biases of the same spread, once with He's variance $2/n$ and no biases. How many units of layer 10 are dead on 500 samples?

# %% figure_dead
import matplotlib.pyplot as plt

draws = np.random.default_rng()
x = draws.normal(size=(500, 64)) * draws.uniform(0, 2, size=64)
figure, axes = plt.subplots(figsize=(7, 4))
for name, weight_gain, bias_gain in (("PyTorch's default", 1, 1), ("He", 6**0.5, 0)):
    a, shares = x, []
    for _ in range(10):
        bound = a.shape[1] ** -0.5
        W = draws.uniform(-weight_gain * bound, weight_gain * bound, size=(100, a.shape[1]))
        z = a @ W.T + bias_gain * draws.uniform(-bound, bound, size=100)
        shares.append(np.mean(dead_units(z)))
        a = relu(z)
    axes.plot(range(1, 11), shares, "o-", label=name)
axes.set(xlabel="layer", ylabel="share of dead units", ylim=(0, 1), title="Dead units before training")
axes.legend()
plt.show()

# %% explain_one [markdown] tags=["manual", "points=2"]
# ### Question: the slope is 1, so nothing vanishes?
#
# An overview says: “The derivative of ReLU is 1 for positive inputs, so with ReLU the gradient does not vanish.”
# In a network of twenty layers with weights of variance $1/n$, the mean square of the gradient still shrinks by a factor of about 2 a layer.
# Where does the factor come from, and along which paths is the sentence true? What changes with a leaky ReLU of slope $a$?
#
# *Marked:* one point for the factor, one for the paths and the leaky form.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: a gradient entry is multiplied by 1 where the unit is active and by 0 elsewhere; with symmetric pre-activations half of the units are active, so the mean square is halved per layer, $\mathbb E[f'^2] = \tfrac12$; the variance $2/n$ (He) makes up for it.
# One point: the sentence is true along a path all of whose units are active; a path of $L$ units is so with probability about $2^{-L}$; with a leak the mean square is multiplied by $(1 + a^2)/2$ instead, and no path is cut off entirely.
# ### END SOLUTION

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# A published tutorial counts dead units in a deep ReLU network that was initialised by its framework's default, finds more than half of the units of the last layers dead, and concludes that ReLU is at fault and Swish should be used.
# Repeat the count with the figure above and say what is wrong with the conclusion. Which experiment would separate the two explanations? (To try things, set `bias_gain` or `weight_gain` in the figure to other values.)
#
# *Marked:* one point for the cause, one for the experiment with numbers.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: the default of PyTorch's linear layer has the variance $1/(3n)$; the signal's second moment shrinks by 6 a layer until the biases decide, the same for every sample, so that a unit with a negative bias is inactive on all of them. It is the initialisation, not ReLU: without the biases the same small weights leave no more units dead than He's, since a ReLU network without biases is homogeneous.
# One point: keep ReLU, change the initialisation to He's (variance $2/n$, no biases): the count falls from about a half to a few per cent up to a fifth (numbers of the student's own figure); the other way round, change the activation alone and look whether the accuracy changes.
# ### END SOLUTION
