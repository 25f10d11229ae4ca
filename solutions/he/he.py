# %% [markdown]
# # What ReLU changes
#
# **Goal.** You find out how much of a signal ReLU throws away, make up for it as He et al. (2015) do, for linear layers and for convolutions, send a signal through deep ReLU networks, and compute what badly scaled weights do to a gradient on its way back.
#
# **Time** about 100 minutes. **Points** 22 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “What ReLU changes” (`book/he.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions of the whole course**
# - Batches come first: `x` has shape `(n, features)`.
# - Weights of a linear layer have shape `(fan_out, fan_in)`, those of a convolution `(out, in, *kernel)` with the numbers of output and input channels; a layer computes `z = x @ W.T` and then `a = f(z)` (no biases here).
# - ReLU is $f(z) = \max(0, z)$; a leaky ReLU has the slope `negative_slope` instead of 0 for $z < 0$.
# - `rng` is a `numpy.random.Generator`. Draw from it (`rng.normal(...)`); never use `np.random.…` directly, which is a hidden global state.
# - A result of float32 precision is precise enough (2e-5 of its largest entry).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a pair may be a tuple or a list; where an array is asked for, not a list.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def symmetric_sample(variance, rng):
    """Draw 20 000 numbers with exactly this variance, as many of each sign: each z comes with its −z."""
    z = rng.normal(size=10_000)
    z = np.concatenate([z, -z])
    return z * np.sqrt(variance / np.mean(z**2))


KNOWN = {8: 0.5, 32: 0.25, 200: 0.1, 800: 0.05, 3200: 0.025}  # √(2/fan) for some fans


def random_layer(rng):
    """Return a shape (out, in, *kernel) whose two fans differ and stand in the table above, and these fans."""
    kernel = [(), (2,), (4,), (2, 2), (1, 2), (2, 1, 2)][rng.integers(6)]
    taps = int(np.prod(kernel))
    fan_in, fan_out = (int(fan) for fan in rng.choice(list(KNOWN), size=2, replace=False))
    return (fan_out // taps, fan_in // taps, *kernel), fan_in, fan_out


# %% [markdown]
# ## Step 1. Half of the signal
#
# A pre-activation $z$ is Gaussian with mean 0 and variance $v$.
# The next layer feels the *second moment* $\mathbb E[a^2]$ of the activation $a = \max(0, z)$ (the chapter “Symmetry, and the Glorot derivation” says why).
# How large is it?
#
# **Worked example.** For $v = 3$ the second moment of $z$ itself is 3; negative and positive $z$ have an equal part in it, and ReLU keeps one of the two: 1.5.


# %% relu_second_moment tags=["solution"]
def relu_second_moment(variance: float) -> float:
    """Return E[max(0, z)²] for z ~ N(0, variance).

    Args:
        variance: The variance of z, not negative.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return variance / 2
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Split $\mathbb E[z^2]$ into the part from $z > 0$ and the part from $z < 0$. How do they compare?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# The density is symmetric and so is $z^2$. Both parts are equal, and their sum is the variance.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return variance / …`.
# </details>

# %% check_relu_second_moment tags=["check", "points=1"]
rng = checks.rng()
for variance in (1.0, float(rng.uniform(2.5, 9)), float(rng.uniform(0.05, 0.3))):
    kept = np.maximum(symmetric_sample(variance, rng), 0)
    checks.close(
        checks.call(relu_second_moment, variance),
        float(np.mean(kept**2)),
        what=f"`relu_second_moment({variance:.6g})`",
        see="he#half-of-the-signal",
        mistaken_for={
            "This is the second moment of z itself: ReLU throws a part away.": variance,
            "This is the variance of the activation: its mean is not 0, the second moment is larger.": variance
            * (0.5 - 0.5 / np.pi),
            "This is the mean of the activation; the mean of its square is asked for.": (variance / 2 / np.pi)
            ** 0.5,
            "This is the root of the second moment.": (variance / 2) ** 0.5,
            "The argument is the variance already: do not square it.": variance**2 / 2,
            "This is a quarter; ReLU keeps one half.": variance / 4,
        },
    )
### BEGIN HIDDEN TESTS
for variance in (0.0, 1e-6, 1e6, *np.exp(rng.normal(0, 3, size=5)).tolist()):
    checks.close(
        checks.call(relu_second_moment, variance), variance / 2, what=f"`relu_second_moment({variance:.6g})`"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. Gains
#
# A leaky ReLU is less wasteful: it multiplies negative $z$ by a slope $a$.
# Of the second moment it keeps $\tfrac12 (1 + a^2)$.
# The *gain* is the factor on the standard deviation of the weights that makes up for the loss,
#
# $$g = \sqrt{\frac{2}{1 + a^2}} .$$
#
# **Worked example.** ReLU, $a = 0$: $g = \sqrt 2 \approx 1.414$. The identity, $a = 1$: $g = 1$. For $a = 0.75$: $g = \sqrt{2/1.5625} \approx 1.131$.


# %% leaky_relu_gain tags=["solution"]
def leaky_relu_gain(negative_slope: float = 0.0) -> float:
    """Return the gain for a leaky ReLU.

    Args:
        negative_slope: The slope for z < 0, from 0 (ReLU) to 1 (the identity).

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return np.sqrt(2 / (1 + negative_slope**2))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The formula above is all; mind which part is under the root and which is squared.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Square the slope, add 1, divide 2 by the sum, take the root.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.sqrt(2 / (… + …**2))`.
# </details>

# %% check_leaky_relu_gain tags=["check", "points=2"]
rng = checks.rng()
for a in (None, 0.0, 0.01, 1.0, *rng.uniform(0.1, 0.9, size=3).tolist()):
    args = () if a is None else (a,)
    a = a or 0.0
    z = symmetric_sample(1.0, rng)
    needed = np.mean(np.where(z > 0, z, a * z) ** 2) ** -0.5  # so that the second moment is 1 again
    checks.close(
        checks.call(leaky_relu_gain, *args),
        float(needed),
        what=f"the gain for the slope {a:.6g}{'' if args else ' (no argument)'}",
        see="he#leaky-relu",
        mistaken_for={
            "This is the square of the gain: take the root.": 2 / (1 + a**2),
            "The slope is not squared.": (2 / (1 + a)) ** 0.5,
            "This is √2/(1 + a): the sum of squares belongs under the root.": 2**0.5 / (1 + a),
            "The 2 is missing: with a = 0 the gain is √2.": (1 + a**2) ** -0.5,
            "The slope is ignored.": 2**0.5,
            "This is the inverse, the root of what the layer keeps.": ((1 + a**2) / 2) ** 0.5,
            "This is √(2/(1 − a²)): squares add up.": (2 / (1 - a**2)) ** 0.5 if a < 1 else None,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import he as reference

for a in rng.uniform(0, 1, size=8).tolist():
    checks.close(
        checks.call(leaky_relu_gain, negative_slope=a), reference.leaky_relu_gain(a), what=f"the gain for {a}"
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 3. Fans
#
# The *fan-in* is the number of terms in one output's sum; the *fan-out* is the number of outputs that one input enters.
# For a linear weight of shape `(out, in)` these are `in` and `out`.
# In a convolution every output sums over all input channels and over the whole kernel, so both are multiplied by the size of the kernel:
#
# $$n_\text{in} = \text{in} \cdot \prod_i k_i, \qquad n_\text{out} = \text{out} \cdot \prod_i k_i .$$
#
# A shape has at least two dimensions; kernels may have any number of them. Fewer than two dimensions raise `ValueError`.
#
# **Worked example.** 64 filters of 5 × 5 pixels over 3 colours have the shape `(64, 3, 5, 5)`: $n_\text{in} = 75$ and $n_\text{out} = 1600$.


# %% fans tags=["solution"]
def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight.

    Args:
        shape: (out, in, *kernel), a tuple of integers; a linear weight has no kernel dimensions.

    Returns:
        Two integers, the fan-in first.

    Raises:
        ValueError: When the shape has fewer than two dimensions.
    """
    ### BEGIN SOLUTION
    if len(shape) < 2:
        raise ValueError(f"a shape (out, in, ...) is needed, not {shape}")
    taps = int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is the product of no numbers at all?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Test the length first. The kernel is `shape[2:]`; `np.prod` or `math.prod` of it is 1 when it is empty, so linear layers need no case of their own.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return shape[…] * taps, shape[…] * taps`, where `taps` is the product of the kernel.
# </details>

# %% check_fans tags=["check", "points=2"]
rng = checks.rng()
for dimensions in (0, 1, 2, 3, 2, 0):
    kernel = tuple(int(k) for k in rng.integers(2, 6, size=dimensions))
    inputs, outputs = (int(k) for k in rng.choice(np.arange(2, 12), size=2, replace=False))
    weight = np.ones((outputs, inputs, *kernel))
    expected = (int(weight[0].size), int(weight[:, 0].size))
    checks.close(
        checks.call(fans, weight.shape),
        expected,
        what=f"`fans({weight.shape})`",
        see="he#counting-fans",
        mistaken_for={
            "The two are swapped: fan_in comes first, and it belongs to the second dimension.": expected[
                ::-1
            ],
            "The kernel is missing: each output sums over the whole kernel.": (inputs, outputs),
            "The kernel is missing in the fan-out: an input enters so many outputs at each place, too.": (
                expected[0],
                outputs,
            ),
            "The kernel is missing in the fan-in.": (inputs, expected[1]),
            "The sizes of the kernel are multiplied, not added.": (
                inputs * sum(kernel),
                outputs * sum(kernel),
            ),
            "Only the first dimension of the kernel was used.": (inputs * kernel[0], outputs * kernel[0])
            if kernel
            else None,
            "The channels were multiplied in, too.": (weight.size, weight.size),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import he as reference

for shape in [
    (1, 1),
    (10, 784),
    (64, 3, 7),
    (512, 256, 3, 3),
    (5, 2, 1, 3, 1),
    (4096, 25088),
    (2, 3, 2, 2, 2, 2),
]:
    checks.close(checks.call(fans, shape), reference.fans(shape), what=f"`fans({shape})`")
### END HIDDEN TESTS

# %% check_fans__errors tags=["check", "points=1"]
rng = checks.rng()
checks.call(fans, (3, 2))  # no error here
for shape in [(), (5,), (int(rng.integers(1, 100)),)]:
    checks.raises(ValueError, fans, shape)

# %% [markdown]
# ## Step 4. He's standard deviation
#
# With the gain of step 2 the weights get the standard deviation
#
# $$s = \sqrt{\frac{2}{(1 + a^2)\,n}},$$
#
# where $n$ is $n_\text{in}$ if the signal shall keep its second moment, and $n_\text{out}$ if the gradient shall.
# He et al. (2015) show that either will do; `mode` chooses, and is exactly `"fan_in"` or `"fan_out"`.
# Any other mode raises `ValueError`, and so does a shape with fewer than two dimensions.
# The fans are those of step 3; count them here anew, so that this step stands by itself.
#
# **Worked example.** `he_std((30, 50))` is $\sqrt{2/50} = 0.2$; `he_std((64, 3, 5, 5), mode="fan_out")` is $\sqrt{2/1600} \approx 0.035$.


# %% he_std tags=["solution"]
def he_std(shape: tuple[int, ...], mode: str = "fan_in", negative_slope: float = 0.0) -> float:
    """Return He's standard deviation.

    Args:
        shape: (out, in, *kernel), a tuple of integers.
        mode: "fan_in" or "fan_out".
        negative_slope: The slope of the leaky ReLU for z < 0; 0 is ReLU.

    Returns:
        One number.

    Raises:
        ValueError: For another mode, and for a shape with fewer than two dimensions.
    """
    ### BEGIN SOLUTION
    if len(shape) < 2:
        raise ValueError(f"a shape (out, in, ...) is needed, not {shape}")
    channels = {"fan_in": shape[1], "fan_out": shape[0]}
    if mode not in channels:
        raise ValueError(f"mode is fan_in or fan_out, not {mode}")
    n = channels[mode] * np.prod(shape[2:])
    return float(np.sqrt(2 / ((1 + negative_slope**2) * n)))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Three things have to be decided in order: is the shape allowed, is the mode allowed, which number is $n$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Two `if … raise ValueError(…)` first. Then take `shape[1]` or `shape[0]`, times the product of `shape[2:]`. Then the formula.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `if mode not in ("fan_in", "fan_out"): …`; at the end `np.sqrt(2 / ((1 + …**2) * n))`.
# </details>

# %% check_he_std tags=["check", "points=3"]
rng = checks.rng()
for draw in range(12):
    shape, fan_in, fan_out = random_layer(rng)
    a, shrink = [(0.0, 1.0), (0.75, 1.25), (1.0, 2**0.5)][draw % 3]  # √(1 + a²)
    mode, fan, other = [("fan_in", fan_in, fan_out), ("fan_out", fan_out, fan_in)][draw % 2]
    args = (shape,) if (mode, a) == ("fan_in", 0.0) else (shape, mode) if a == 0 else (shape, mode, a)
    std = KNOWN[fan] / shrink
    taps = int(np.prod(shape[2:]))
    checks.close(
        checks.call(he_std, *args),
        std,
        what=f"`he_std{args}`" if len(args) > 1 else f"`he_std({shape})`",
        see="he#hes-standard-deviation",
        mistaken_for={
            "This is the variance: take the root.": std**2,
            "This is for the other fan.": KNOWN[other] / shrink,
            "The kernel is missing from the fan.": std * taps**0.5,
            "The slope is ignored.": KNOWN[fan],
            "The slope is not squared.": KNOWN[fan] / (1 + a) ** 0.5,
            "The 2 is missing: that is LeCun's.": std / 2**0.5,
            "This is Xavier's: He looks at one of the two fans.": (2 / (fan_in + fan_out)) ** 0.5,
            "The root is over the fan alone: 2/√n.": std * 2**0.5,
            "The gain belongs on top: you multiplied by √(1 + a²).": KNOWN[fan] * shrink,
            "This is the bound of the uniform form, √3 times the standard deviation.": std * 3**0.5,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import he as reference

for shape in [(1, 1), (784, 30), (64, 3, 7), (512, 256, 3, 3), (5, 2, 1, 3, 2), (4096, 25088)]:
    for mode in ("fan_in", "fan_out"):
        a = float(rng.uniform(0, 1))
        found = checks.call(he_std, shape, mode=mode, negative_slope=a)
        expected = reference.he_std(shape, mode, a)
        checks.close(found, expected, what=f"`he_std({shape}, mode={mode!r}, negative_slope={a:.6g})`")
        checks.close(
            checks.call(he_std, shape, mode),
            reference.he_std(shape, mode),
            what=f"`he_std({shape}, {mode!r})`",
        )
### END HIDDEN TESTS

# %% check_he_std__errors tags=["check", "points=1"]
rng = checks.rng()
checks.call(he_std, (3, 2), "fan_out")  # no error here
for mode in ("fan", "fan_avg", "FAN_IN", "in", ""):
    checks.raises(ValueError, he_std, (4, 3), mode)
    checks.raises(ValueError, he_std, (4, 3, 2, 2), mode)
for shape in [(), (5,), (int(rng.integers(1, 100)),)]:
    checks.raises(ValueError, he_std, shape)
    checks.raises(ValueError, he_std, shape, "fan_out")

# %% [markdown]
# ## Step 5. Draw the weights
#
# Draw weights of the given shape from $\mathcal N(0, s^2)$, each independently, with He's $s$ of step 4.
# The draws are Gaussian and not truncated, in any order and of any floating-point type.
# They come from `rng`: the same state of `rng` gives the same weights, and drawing moves it on.
# Mode, slope and errors are as in step 4; compute $s$ here anew, so that this step stands by itself.
#
# **Worked example.** `he_normal((30, 50), rng)` has 1500 entries of standard deviation 0.2.


# %% he_normal tags=["solution"]
def he_normal(
    shape: tuple[int, ...], rng: np.random.Generator, mode: str = "fan_in", negative_slope: float = 0.0
) -> np.ndarray:
    """Draw Gaussian weights with He's standard deviation.

    Args:
        shape: (out, in, *kernel), a tuple of integers.
        rng: The generator to draw from.
        mode: "fan_in" or "fan_out".
        negative_slope: The slope of the leaky ReLU for z < 0; 0 is ReLU.

    Returns:
        An array of this shape.

    Raises:
        ValueError: For another mode, and for a shape with fewer than two dimensions.
    """
    ### BEGIN SOLUTION
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError("two dimensions or more, and fan_in or fan_out")
    n = np.prod(shape[1:]) if mode == "fan_in" else np.prod(shape) / shape[1]
    return np.sqrt(2 / (1 + negative_slope**2) / n) * rng.standard_normal(shape)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# `rng.normal` can draw an array of any shape at once. Which of its arguments is $s$?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Copy the tests and the formula of step 4 (or call your function), then draw with `size=shape`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `rng.normal(0, s, size=…)`, with $s$ and not $s^2$.
# </details>

# %% check_he_normal tags=["check", "points=4"]
rng = checks.rng()
about = {"see": "he#drawing-the-weights"}
for shape, args in [
    ((int(rng.integers(230, 281)), int(rng.integers(450, 551))), ()),
    ((int(rng.integers(230, 281)), int(rng.integers(40, 51)), 3, 3), ("fan_out", 0.75)),
    ((int(rng.integers(230, 281)), int(rng.integers(120, 131)), 4), ("fan_in", 1.0)),
]:
    mode, a = args or ("fan_in", 0.0)
    taps = np.prod(shape[2:])
    fan, other = (
        (shape[1] * taps, shape[0] * taps) if mode == "fan_in" else (shape[0] * taps, shape[1] * taps)
    )
    plain = (fan / 2) ** -0.5
    sigma = plain / np.hypot(1, a)
    W = checks.shape(
        checks.call(he_normal, shape, checks.generator(rng), *args), shape, what="the weights", **about
    )
    checks.independent(W.reshape(len(W), -1), **about)
    checks.mean(W, 0.0, what="the mean of the weights", **about)
    checks.std(
        W,
        sigma,
        what=f"the standard deviation for the shape {shape}, {mode}, slope {a}",
        **about,
        mistaken_for={
            "That is the variance: draw with its root.": sigma**2,
            "That is for the other fan.": (other / 2) ** -0.5 / np.hypot(1, a),
            "The kernel is missing from the fan.": sigma * taps**0.5,
            "The slope is ignored.": plain,
            "The slope is not squared.": plain / (1 + a) ** 0.5,
            "The 2 is missing: that is LeCun's.": sigma / 2**0.5,
            "That is Xavier's.": (2 / (fan + other)) ** 0.5,
            "That is 2/√n: the root belongs over the 2, too.": sigma * 2**0.5,
            "That is √3 times as much, the bound of the uniform form.": sigma * 3**0.5,
            "That is PyTorch's default for a layer, 1/√(3 n_in).": (3 * np.prod(shape[1:])) ** -0.5,
            "That is 1: the draws are not scaled yet.": 1.0,
            "The draws seem to be truncated at two standard deviations.": 0.87962566 * sigma,
        },
    )
    checks.gaussian(W, sigma, what="the weights", **about)
checks.decided_by_generator(he_normal, (20, 30), checks.generator(rng), **about)
### BEGIN HIDDEN TESTS
for shape in [(1, 1), (5, 1), (1, 7), (2, 3, 4), (2, 1, 3, 2), (1, 2, 2, 2, 2)]:
    for mode in ("fan_in", "fan_out"):
        W = checks.call(he_normal, shape, checks.generator(rng), mode=mode, negative_slope=0.2)
        checks.shape(W, shape, what="the weights", **about)
W = checks.shape(
    checks.call(he_normal, (2000, 200), checks.generator(rng)), (2000, 200), what="the weights", **about
)
checks.independent(W, **about)
checks.std(W, 0.1, **about)
W = checks.call(he_normal, (2000, 200), checks.generator(rng), mode="fan_out", negative_slope=0.5)
checks.std(W, (2 / 2000 / 1.25) ** 0.5, **about)
### END HIDDEN TESTS

# %% check_he_normal__errors tags=["check", "points=1"]
rng = checks.rng()
checks.call(he_normal, (3, 2), checks.generator(rng), "fan_out")  # no error here
for mode in ("fan", "fan_avg", "FAN_OUT", "out", ""):
    checks.raises(ValueError, he_normal, (4, 3), checks.generator(rng), mode)
for shape in [(), (5,)]:
    checks.raises(ValueError, he_normal, shape, checks.generator(rng))
    checks.raises(ValueError, he_normal, shape, checks.generator(rng), "fan_out")

# %% [markdown]
# ## Step 6. The signal, layer by layer
#
# Measure what really happens: draw a ReLU network and its inputs, send the inputs through, and return the second moment of the activations of each layer.
#
# - The inputs are `n` samples of `width` independent standard-normal numbers.
# - All `depth` layers have `width` units. *Each* layer draws weights of its own from $\mathcal N(0, s^2)$ with $s$ = `weight_std`; there are no biases.
#   It is one network: all inputs go through the same weights.
# - $a_l = \max(0,\, a_{l-1} W_l^\top)$, and the result holds the means of $a_l^2$ over *all* entries, batch and units, for $l = 1, \dots,$ `depth`. The input is not in it.
# - All draws come from `rng`, in any order, and scale with $s$: twice the $s$ at the same state of `rng` gives $4^l$ times the second moments.
#
# Since each layer multiplies the second moment by $\tfrac12\,n_\text{in}\,s^2$ on average, the results scatter around $(\tfrac12 \cdot \texttt{width} \cdot s^2)^l$.
# The checks leave room for the scatter of a random network; a right answer fails with a chance below $10^{-9}$.
# Their networks have some 400 units: multiply whole matrices with `@`, since Python would need minutes for loops over single weights.
#
# **Worked example.** Width 200 and $s = 0.1$: $\tfrac12 \cdot 200 \cdot 0.01 = 1$, the second moments stay near 1. With $s = 0.05$ they are near ¼, 1/16, 1/64, …


# %% second_moment_by_layer tags=["solution"]
def second_moment_by_layer(
    depth: int, width: int, weight_std: float, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Return E[a_l²] of each layer of a random ReLU network without biases.

    Args:
        depth: The number of layers.
        width: The number of inputs, and of units in each layer.
        weight_std: The standard deviation of all weights.
        n: The number of standard-normal inputs.
        rng: The generator to draw weights and inputs from.

    Returns:
        An array of shape (depth,), the first layer first.
    """
    ### BEGIN SOLUTION
    signal = rng.normal(size=(n, width))
    moments = []
    for _ in range(depth):
        W = rng.normal(0.0, weight_std, size=(width, width))
        signal = np.maximum(0.0, signal @ W.T)
        moments.append(np.mean(np.square(signal)))
    return np.array(moments)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What has to be drawn once, and what `depth` times?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Draw the inputs. In a loop over the layers draw a square matrix, multiply, apply ReLU, and append the mean of the squares to a list. Make an array of the list.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# In the loop: `W = rng.normal(0, …, size=(width, width))`, `signal = np.maximum(0, … @ W.T)`, `moments.append(np.mean(…**2))`.
# </details>

# %% check_second_moment_by_layer tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "he#a-signal-through-many-layers"}
width, n, depth = int(rng.integers(360, 421)), int(rng.integers(180, 221)), 5
for target in (float(rng.uniform(0.4, 0.6)), float(rng.uniform(1.5, 2.2))):
    s = (2 * target / width) ** 0.5
    found = checks.call(second_moment_by_layer, depth, width, s, n, checks.generator(rng))
    found = checks.shape(found, (depth,), what="the array of second moments", **about)
    checks.close(
        float(found[0]),
        target,
        what=f"the second moment of the first layer ({n} inputs, width {width}, s = {s:.4g})",
        tolerance=0.08,  # seven standard deviations of a random layer
        **about,
        mistaken_for={
            "This is the variance: a ReLU has a mean, do not subtract it.": target * (1 - 1 / np.pi),
            "This is the second moment of the pre-activations, or ReLU is missing.": 2 * target,
            "This is the root of the second moment.": target**0.5,
            "This is the mean of the activations, not of their squares.": (target / np.pi) ** 0.5,
            "This is the sum over the units; take the mean.": target * width,
            "weight_std is the standard deviation, not the variance: do not take its root.": width * s / 2,
            "The weights were drawn with the standard deviation squared.": width * s**4 / 2,
            "This is the input's second moment: start with the first layer.": 1.0,
            "The number of inputs is n, their size is `width`: they are swapped.": n * s**2 / 2,
        },
    )
    for l in range(2, depth + 1):
        checks.that(
            abs(np.log(max(found[l - 1], 1e-300) / target**l)) < 0.08 + 0.32 * (l - 1),
            f"The second moment of layer {l} is {found[l - 1]:.4g}, expected about {target**l:.4g} "
            f"({n} inputs, width {width}, s = {s:.4g}): each layer multiplies it by about {target:.4g}.",
            **about,
        )
checks.decided_by_generator(second_moment_by_layer, 2, 10, 0.5, 5, checks.generator(rng), **about)
s, state = float(rng.uniform(0.2, 0.4)), int(rng.integers(2**63))
one, two = (
    checks.shape(
        checks.call(second_moment_by_layer, 3, 20, std, 15, np.random.default_rng(state)),
        (3,),
        what="the result",
        **about,
    )
    for std in (s, 2 * s)
)
checks.close(
    two,
    one * [4, 16, 64],
    what="the second moments for twice the weight_std at the same state of rng",
    **about,
    mistaken_for={"They grow like 2^l: is it the mean of the squares?": one * [2, 4, 8]},
)
### BEGIN HIDDEN TESTS
for depth, width, n in [(1, 3, 2), (4, 1, 7), (2, 6, 1)]:
    found = checks.call(second_moment_by_layer, depth, width, 0.0, n, checks.generator(rng))
    checks.close(found, np.zeros(depth), what="the second moments for weight_std = 0", **about)
width, s = 300, (2 / 300) ** 0.5
found = checks.call(second_moment_by_layer, 20, width, s, 50, checks.generator(rng))
found = checks.shape(found, (20,), what="the array of second moments", **about)
checks.that(
    np.all(np.abs(np.log(np.maximum(found, 1e-300))) < 5),
    "He's variance keeps the signal for 20 layers.",
    **about,
)
### END HIDDEN TESTS

# %% check_second_moment_by_layer__draws tags=["check", "points=1"]
rng = checks.rng()
about = {"see": "he#a-signal-through-many-layers"}


def thin_networks(n, networks, depth=4):
    """Return the second moments of networks of one unit a layer, where every weight shows."""
    rows = []
    for _ in range(networks):
        row = checks.call(second_moment_by_layer, depth, 1, 1.0, n, checks.generator(rng))
        rows.append(checks.shape(row, (depth,), what="the array of second moments", **about))
    return np.array(rows)


moments = thin_networks(4000, networks=200)
checks.that(
    np.all(moments[:, 0] > 0),
    "With n = 4000 and one unit a layer the first layer is never 0: half of the inputs have the sign of the weight. "
    "It is 0 here: use `n` inputs, and no biases.",
    **about,
)
checks.that(
    moments[:, 0].max() > 2 * moments[:, 0].min(),
    "Networks of one unit must differ from each other: draw their weights from `rng`, once for all inputs.",
    **about,
)
# The squares of the weights: exact from layer 2 on, where the signal comes through, and to 4 % in layer 1.
growth = moments[:, 1:] / np.where(moments[:, :-1] > 0, moments[:, :-1], np.inf)
squares = np.append(2 * moments[:, 0], growth)
alive = growth[:, 1] > 0
checks.that(
    not alive.any() or not np.allclose(growth[alive, 0], growth[alive, 1], rtol=1e-5, atol=0),
    "Every layer multiplies by the same weights: draw new ones for each layer.",
    **about,
)
checks.that(
    np.any(moments[:, 1] == 0),
    "With one unit a layer the signal dies at every negative weight from layer 2 on. It never does here: is there a bias, or no ReLU?",
    **about,
)
# Uniform weights end at √3 = 1.73. That none of some 370 normal ones lies beyond 1.91 happens less than once in 1e9.
checks.that(
    squares.max() > 1.91**2,
    "With weight_std = 1 none of some 370 weights lies beyond 1.91, but one in 18 normal ones does: are yours uniform?",
    **about,
)
checks.that(
    np.any(thin_networks(1, networks=32)[:, 0] == 0),
    "With n = 1 and one unit the first layer is 0 half of the time. It never is here: use `n` inputs.",
    **about,
)

# %% [markdown]
# ### Experiment: thirty layers
#
# Predict first: thirty ReLU layers of 256 units, with the variance $2/n$ (He), $1/n$ (LeCun) and $1/(3n)$ (the default of `torch.nn.Linear`). What is left of the signal?

# %% figure_thirty_layers
import matplotlib.pyplot as plt

draws = np.random.default_rng()
figure, axes = plt.subplots(figsize=(7, 4))
for name, scale in {"$2/n$, He": 2, "$1/n$, LeCun": 1, "$1/(3n)$, PyTorch's default": 1 / 3}.items():
    moments = second_moment_by_layer(30, 256, (scale / 256) ** 0.5, 100, draws)
    (line,) = axes.semilogy(range(1, 31), moments, "o", markersize=3, label=name)
    axes.semilogy(range(1, 31), (scale / 2) ** np.arange(1.0, 31), color=line.get_color(), alpha=0.5)
axes.set(
    xlabel="layer $l$", ylabel=r"second moment $E[a_l^2]$", title="Measured (dots) and predicted (lines)"
)
axes.legend()
plt.show()

# %% explain_thirty_layers [markdown] tags=["manual", "points=2"]
# ### Question: dead units, or a dead signal?
#
# A tutorial trains a ReLU network with PyTorch's default initialisation, counts 56 % of dead units in its deeper layers, and concludes: “This is why ReLU should be replaced by Swish.”
# Use the figure: what has become of the signal in layer 10 under the default, and by which factor a layer? Why does a PyTorch layer, which also has biases of a fixed size, then leave many units dead or always on? Is ReLU to blame?
#
# Two points: one for the numbers, one for the explanation and the verdict.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: the default variance $1/(3n)$ multiplies the second moment by $\tfrac12 \cdot \tfrac13 = \tfrac16$ a layer; after ten layers about $6^{-10} \approx 1.7 \cdot 10^{-8}$ of it is left.
# One point: in the deeper layers the part of $z$ that depends on the input is then tiny against the biases (uniform on $\pm 1/\sqrt n$), so the sign of $z$ is that of the bias for all inputs: about half of the units are off for the whole data set. It is an effect of the initialisation, not of ReLU; with He's variance (and zero biases) only 5 to 20 % are dead on the same kind of data.
# ### END SOLUTION

# %% [markdown]
# ## Step 7. The gradient on its way back
#
# Backwards the sum has $n_\text{out}$ terms: a ReLU layer multiplies the second moment of the gradient by $\tfrac12\,n_\text{out}\,s^2$.
# Its standard deviation is multiplied by the root of this, which is $s_l / \sqrt{2/n_{\text{out},l}}$, the actual standard deviation over He's choice in the mode `"fan_out"`.
# Layer by layer these factors multiply:
#
# $$\prod_l \frac{s_l}{\sqrt{2 / n_{\text{out},l}}} .$$
#
# He et al. (2015, section 2.2) compute this for a network whose weights were all drawn with 0.01.
#
# **Worked example.** Two layers of the shapes `(200, 7)` and `(50, 8)` with $s = 0.1$ and $0.2$: He's values are $\sqrt{2/200} = 0.1$ and $\sqrt{2/50} = 0.2$, the product is 1. With $s = 0.05$ and $0.2$ it is 0.5.


# %% gradient_scale tags=["solution"]
def gradient_scale(stds: list[float], shapes: list[tuple[int, ...]]) -> float:
    """Return the factor on a gradient's standard deviation on its way back through these ReLU layers.

    Args:
        stds: The standard deviation of each layer's weights.
        shapes: The shape (out, in, *kernel) of each layer's weights, in the same order.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    scale = 1.0
    for s, shape in zip(stds, shapes, strict=True):
        scale *= s * np.sqrt(np.prod(shape) / shape[1] / 2)
    return float(scale)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the two fans counts on the way back, and does the kernel belong to it?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Start with 1. For each pair of standard deviation and shape multiply by the standard deviation and divide by $\sqrt{2/n_\text{out}}$, where $n_\text{out}$ is `shape[0]` times the product of the kernel.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `for s, shape in zip(stds, shapes): scale *= s / np.sqrt(2 / (shape[…] * np.prod(shape[2:])))`.
# </details>

# %% check_gradient_scale tags=["check", "points=3"]
rng = checks.rng()
for depth in (1, 2, 3, 6):
    layers = [random_layer(rng) for _ in range(depth)]
    shapes = [shape for shape, _, _ in layers]
    factors = np.exp(rng.normal(0, 0.7, size=depth))  # by layer, what the gradient is multiplied by
    stds = [float(factor * KNOWN[fan_out]) for factor, (_, _, fan_out) in zip(factors, layers)]
    scale = float(np.prod(factors))
    forwards = float(np.prod([std / KNOWN[fan_in] for std, (_, fan_in, _) in zip(stds, layers)]))
    taps = float(np.prod([np.prod(shape[2:]) for shape in shapes]))
    checks.close(
        checks.leaves_unchanged(gradient_scale, stds, shapes),
        scale,
        what=f"the scale of a gradient behind {checks.counted(depth, 'layer')} with weights of shape {shapes}",
        see="he#the-gradient-on-its-way-back",
        mistaken_for={
            "This is the factor on the signal: backwards it is the fan-out that counts.": forwards,
            "This is the factor on the gradient's variance: take the root.": scale**2,
            "The kernel is missing from the fan-out.": scale / taps**0.5,
            "This is He's choice over yours: the other way round.": 1 / scale,
            "Divide by He's standard deviations.": float(np.prod(stds)),
            "This is the sum of the factors; they multiply.": float(np.sum(factors)),
            "This is the mean factor a layer; the whole product is asked for.": scale ** (1 / depth),
            "The 2 of ReLU is missing: He's choice is √(2/n_out).": scale * 2 ** (depth / 2),
            "Only the last layer was counted.": float(factors[-1]),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import he as reference

found = checks.call(gradient_scale, [0.01] * 9, reference.VGG_SHAPES)
checks.close(
    found, reference.gradient_scale([0.01] * 9, reference.VGG_SHAPES), what="the scale for He's VGG network"
)
for shapes in ([(1, 1)], [(30, 20), (20, 40)], [(7, 5, 3), (2, 7, 1, 4), (3, 2)], [(100, 50)] * 60):
    stds = [
        float(factor * (2 / shape[0]) ** 0.5) for factor, shape in zip(rng.uniform(0.4, 1.6, size=60), shapes)
    ]
    checks.close(
        checks.call(gradient_scale, stds, shapes),
        reference.gradient_scale(stds, shapes),
        what="the scale of a gradient",
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: 0.01 everywhere
#
# Before He's paper many drew all weights with the standard deviation 0.01.
# Predict first: what is left of a gradient that passes nine 3 × 3 convolutions with 64 to 512 output channels on its way to the first layer?

# %% figure_vgg
import matplotlib.pyplot as plt

channels = [64, 64, 128, 128, 256, 256, 512, 512, 512, 512]  # of the ten convolutions of VGG's model B
shapes = [(out, into, 3, 3) for into, out in zip(channels, channels[1:])]
figure, axes = plt.subplots(figsize=(7, 4))
for std in (0.01, 0.02, 0.04):
    left = [gradient_scale([std] * (9 - l), shapes[l:]) for l in range(10)]
    axes.semilogy(range(1, 11), left, marker="o", label=f"s = {std:g}: {left[0]:.2g}")
axes.set(
    xlabel="convolution that the gradient arrives at",
    ylabel="scale of the gradient",
    title="One standard deviation for all layers",
)
axes.legend()
plt.show()

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# A published notebook on initialisation derives He's variance for a leaky ReLU with the slope $a$ like this:
#
# > Since $z$ is symmetric around 0, $\mathbb E[f(z)] = 0$. So $\mathbb E[f(z)^2] = \operatorname{Var}(f(z))$, and we may work with variances all the way.
#
# Where is the slip? Give the right value of $\mathbb E[f(z)]$ for $z \sim \mathcal N(0, s^2)$, and say why He's result is right nevertheless.
#
# Two points: one for the mean, one for why the result survives.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: $f$ is not odd, so symmetry of $z$ does not make the mean 0: $\mathbb E[f(z)] = (1 - a)\,s/\sqrt{2\pi}$, which is 0 for $a = 1$ only.
# One point: the next pre-activation has the variance $n \operatorname{Var}(w)\,\mathbb E[f(z)^2]$: the *second moment* enters, because the weights have mean 0; no variance of $f(z)$ is needed. $\mathbb E[f(z)^2] = \tfrac12(1 + a^2)s^2$ gives He's formula. With variances one would get a smaller number (for ReLU $\tfrac12(1 - 1/\pi)s^2$) and too large weights.
# ### END SOLUTION
