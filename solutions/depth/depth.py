# %% [markdown]
# # Gradients in deep and recurrent networks
#
# **Goal.** You write the forward and the backward pass of a deep network, measure how fast each of its layers learns, and follow a gradient back through time in a recurrent network.
#
# **Time** about 100 minutes. **Points** 15 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Gradients in deep and recurrent networks” (`book/depth.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions of the whole course**
# - Batches come first: `x` has shape `(n, features)`.
# - Weights have shape `(fan_out, fan_in)`, biases `(fan_out,)`; a layer computes `z = a @ W.T + b` and then `a = f(z)`.
# - `f` is the activation and `df` its derivative, both element by element, both as functions of the pre-activation `z`.
# - Lists begin with layer 1: `weights[0]` is $W_1$.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of the largest entry of each array).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a list or pair may be a list or a tuple; where an array is asked for, not a list.

# %% setup tags=["locked"]
from collections.abc import Callable

import numpy as np

from autograder import checks

Elementwise = Callable[[np.ndarray], np.ndarray]


def logistic(z):
    """The sigmoid, for experiments with small numbers."""
    return 1 / (1 + np.exp(-z))


def logistic_slope(z):
    """Its derivative."""
    return logistic(z) * logistic(-z)


# %% [markdown]
# ## Step 1. Forward
#
# A network of $L$ layers starts from $a_0 = x$ and computes
#
# $$z_l = a_{l-1} W_l^\top + b_l, \qquad a_l = f(z_l), \qquad l = 1, \dots, L.$$
#
# The way back will need all the $z_l$ and $a_l$, so keep them: return the list of pre-activations and the list of activations, each of length $L$.
# The input is not in the second list; its last entry is the network's output.
#
# **Worked example.** One sample $x = (3, 4)$, $W_1 = (2, 1)$, $b_1 = 1$, $f(z) = -z$: $z_1 = 2 \cdot 3 + 1 \cdot 4 + 1 = 11$ and $a_1 = -11$.


# %% forward tags=["solution"]
def forward(
    weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, f: Elementwise
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the pre-activations and the activations of all layers.

    Args:
        weights: [W_1, …, W_L], each of shape (fan_out, fan_in).
        biases: [b_1, …, b_L], each of shape (fan_out,).
        x: Inputs, of shape (n, features).
        f: The activation.

    Returns:
        Two lists of length L: [z_1, …, z_L] and [a_1, …, a_L], each entry of shape (n, fan_out).
    """
    ### BEGIN SOLUTION
    zs, outputs = [], []
    signal = x
    for W, b in zip(weights, biases, strict=True):
        zs.append(signal @ W.T + b)
        signal = f(zs[-1])
        outputs.append(signal)
    return zs, outputs
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is the input of layer 1, and what is the input of layer 2?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Keep the signal so far in one variable, which starts as `x`. Loop over weights and biases together; in each round compute $z$, append it to one list, apply $f$, append the result to the other list.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# In the loop: `z = signal @ W.T + …`, `signal = …`, and two times `append`. `return zs, outputs`.
# </details>

# %% check_forward tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "depth#forward"}
for n, widths in [(1, (3, 2)), (4, (3, 5, 2, 4)), (6, (4, 4, 4))]:
    weights = [rng.normal(size=shape) for shape in zip(widths[1:], widths)]
    biases = [rng.normal(size=width) for width in widths[1:]]
    x, f = rng.normal(size=(n, widths[0])), np.sin
    pair = checks.items(checks.leaves_unchanged(forward, weights, biases, x, f), 2, "the result", **about)
    lists = [
        checks.items(values, None, name, **about)
        for values, name in zip(pair, ("the first list", "the second list"))
    ]
    for values, name in zip(lists, ("pre-activations", "activations")):
        message = f"Your list of {name} has the length {len(values)}, expected one entry a layer: {len(widths) - 1}."
        if len(values) == len(widths):
            message += " The input x does not belong in it."
        checks.that(len(values) == len(widths) - 1, message, **about)
    inputs = [x]
    for l, (W, b) in enumerate(zip(weights, biases)):
        sums = np.array([[sum(W[i] * row) + b[i] for i in range(len(W))] for row in inputs[l]])
        checks.close(
            lists[0][l],
            sums,
            what=f"z_{l + 1}, given the layer's input,",
            scale=1.0,
            **about,
            mistaken_for={
                "The biases are missing.": sums - b,
                "This is the activation f(z): the pre-activations come first.": np.sin(sums),
                "The biases were subtracted.": sums - 2 * b,
                "W is transposed: it is a @ W.T.": inputs[l] @ W + b if W.shape[0] == W.shape[1] else None,
            },
        )
        checks.close(
            lists[1][l],
            np.sin(sums),
            what=f"a_{l + 1}",
            scale=1.0,
            **about,
            mistaken_for={
                "This is the pre-activation: apply f.": sums,
                "This is f(f(z)).": np.sin(np.sin(sums)),
            },
        )
        inputs.append(np.sin(sums))
### BEGIN HIDDEN TESTS
from concepts import depth as reference

for n, widths in [(1, (1, 1)), (7, (5, 1, 6)), (3, (4,) * 13), (20, (2, 30, 3))]:
    weights = [rng.normal(0, shape[1] ** -0.5, size=shape) for shape in zip(widths[1:], widths)]
    biases = [rng.normal(size=width) for width in widths[1:]]
    x = rng.normal(0, 2, size=(n, widths[0]))
    for f in (np.tanh, np.cos, lambda z: np.where(z > 0, z, 0.1 * z)):
        found = checks.leaves_unchanged(forward, weights, biases, x, f)
        expected = reference.forward(weights, biases, x, f)
        checks.close(
            found,
            expected,
            what=f"the lists for {checks.counted(len(weights), 'layer')} and {checks.counted(n, 'sample')}",
            scale=1.0,
            **about,
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. Backward
#
# Given is $\partial C/\partial a_L$, the argument `grad_out`, of the shape of $a_L$.
# The cost sees $z_L$ through $a_L = f(z_L)$ alone, so the last error $\delta_L = \partial C/\partial z_L$ is
#
# $$\delta_L = \frac{\partial C}{\partial a_L} \odot f'(z_L), \qquad \text{and further} \qquad \delta_{l} = (\delta_{l+1} W_{l+1}) \odot f'(z_{l}).$$
#
# From the errors follow the gradients of the parameters,
#
# $$\frac{\partial C}{\partial W_l} = \delta_l^\top a_{l-1}, \qquad \frac{\partial C}{\partial b_l} = \sum_{\text{samples}} \delta_l ,$$
#
# with $a_0 = x$.
# Both are *sums* over the batch: if a mean is wanted, `grad_out` already holds the $1/n$.
# Each gradient has the shape of its parameter.
#
# **Worked example.** One layer, one sample: $W_1 = 2$, $x = 3$, $z_1 = a_1 = 6$ with $f(z) = z$, and $\partial C/\partial a_1 = 1$.
# Then $\delta_1 = 1 \cdot 1$, $\partial C/\partial W_1 = 1 \cdot 3 = 3$ and $\partial C/\partial b_1 = 1$.


# %% backward tags=["solution"]
def backward(
    weights: list[np.ndarray],
    preactivations: list[np.ndarray],
    activations: list[np.ndarray],
    x: np.ndarray,
    df: Elementwise,
    grad_out: np.ndarray,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the gradients of the cost with respect to all weights and biases, summed over the batch.

    Args:
        weights: [W_1, …, W_L], each of shape (fan_out, fan_in).
        preactivations: [z_1, …, z_L], each of shape (n, fan_out).
        activations: [a_1, …, a_L], each of shape (n, fan_out).
        x: Inputs, of shape (n, features).
        df: The derivative of the activation, as a function of z.
        grad_out: ∂C/∂a_L, of the shape of a_L.

    Returns:
        Two lists of length L, first layer first: ∂C/∂W_l of shape (fan_out, fan_in), ∂C/∂b_l of shape (fan_out,).
    """
    ### BEGIN SOLUTION
    grad_weights, grad_biases = [], []
    inputs = [x, *activations[:-1]]
    grad_a = grad_out
    for W, z, a in zip(reversed(weights), reversed(preactivations), reversed(inputs), strict=True):
        error = grad_a * df(z)
        grad_weights.append(error.T @ a)
        grad_biases.append(error.sum(axis=0))
        grad_a = error @ W
    return grad_weights[::-1], grad_biases[::-1]
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shapes under each formula: $\delta_l$ is `(n, fan_out)`, the input of the layer `(n, fan_in)`. Which product gives `(fan_out, fan_in)`?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Go through the layers from the last to the first with one variable, the gradient with respect to the layer's *output*, which starts as `grad_out`. In each layer: multiply by `df(z)` to get the error; take both gradients from it; multiply the error by the layer's weights to get the gradient with respect to the output of the layer below. The layer's input is the activation of the layer below, and `x` for the first layer. Turn both lists round at the end.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `error = grad_a * df(…)`; weights: `error.T @ (the layer's input)`; biases: `error.sum(axis=…)`; then `grad_a = error @ …`.
# </details>

# %% check_backward tags=["check", "points=5"]
rng = checks.rng()
about = {"see": "depth#backward"}
f, df = np.sin, np.cos


def cost(change, l, zs, weights, grad_out):
    """Return what a change of z_l does to a cost with ∂C/∂a_L = grad_out."""
    for k in range(l, len(zs)):
        change = f(zs[k] + change) - f(zs[k])
        if k + 1 < len(zs):
            change = change @ weights[k + 1].T
    return float(np.sum(grad_out * change))


def differences(zs, inputs, weights, grad_out):
    """Return the gradients of this cost by weights and by biases, from finite differences."""
    by_weights, by_biases = [], []
    for l, W in enumerate(weights):
        by_weights.append(
            checks.numerical_gradient(
                lambda V: cost(inputs[l] @ V.T, l, zs, weights, grad_out), np.zeros(W.shape)
            )
        )
        by_biases.append(
            checks.numerical_gradient(lambda c: cost(c, l, zs, weights, grad_out), np.zeros(len(W)))
        )
    return by_weights, by_biases


for n, widths in [(1, (3, 2)), (4, (3, 5, 2, 4)), (3, (4, 4, 4)), (5, (2, 3, 3, 3))]:
    weights = [rng.normal(size=shape) for shape in zip(widths[1:], widths)]
    x = rng.normal(size=(n, widths[0]))
    preactivations = [
        rng.normal(size=(n, width)) for width in widths[1:]
    ]  # as if samples had biases of their own
    activations = [f(z) for z in preactivations]
    inputs = [x, *activations[:-1]]
    grad_out = rng.normal(size=activations[-1].shape)
    expected = differences(preactivations, inputs, weights, grad_out)
    last = df(preactivations[-1])
    no_slope = differences(preactivations, inputs, weights, grad_out / np.where(np.abs(last) > 1e-3, last, 1))
    shifted = differences(activations, inputs, weights, grad_out)
    outputs = turned = None, None
    if len(set(widths[1:])) == 1:  # only then these slips give the right shapes
        outputs = differences(preactivations, [x, *activations[1:]], weights, grad_out)
        transposed = [weights[0], *(W.T for W in weights[1:])]
        turned = differences(preactivations, inputs, transposed, grad_out)
    size = float(max(np.abs(g).max() for g in expected[0]))
    found = checks.items(
        checks.leaves_unchanged(backward, weights, preactivations, activations, x, df, grad_out), 2, **about
    )
    for i, name in enumerate(("weight", "bias")):
        checks.close(
            found[i],
            expected[i],
            what=f"the list of {name} gradients for the widths {widths} and {checks.counted(n, 'sample')}",
            scale=size,
            **about,
            mistaken_for={
                "The list is the wrong way round: the first layer comes first.": expected[i][::-1],
                "You took the mean over the batch; the sum is asked for.": [g / n for g in expected[i]],
                "The two lists are swapped: weights come first.": expected[1 - i],
                "Each gradient is transposed: it has the shape of its weights.": [g.T for g in expected[i]],
                "The gradient of a bias has the shape (fan_out,), not (1, fan_out).": [
                    g[None, :] for g in expected[i]
                ],
                "f' of the last layer is missing: grad_out is ∂C/∂a_L, behind the activation.": no_slope[i],
                "You took f' at the activations; it belongs at the pre-activations z.": shifted[i],
                "You used a layer's output where its input belongs.": outputs[i],
                "W is transposed: backwards the error is multiplied by W itself.": turned[i],
                "The sign is wrong.": [-g for g in expected[i]],
            },
        )
### BEGIN HIDDEN TESTS
from concepts import depth as reference


def slope(z):
    """Return the derivative of tanh, as precise in single precision where tanh is flat."""
    return np.cosh(z) ** -2.0


for n, widths in [(1, (4, 3)), (9, (6, 6, 6, 6)), (2, (5, 3, 1, 4, 2)), (5, (8,) * 11), (30, (2, 12, 3))]:
    weights = [rng.normal(0, 1.5 * shape[1] ** -0.5, size=shape) for shape in zip(widths[1:], widths)]
    biases = [rng.normal(0, 0.5, size=width) for width in widths[1:]]
    x = rng.normal(size=(n, widths[0]))
    zs, outputs = reference.forward(weights, biases, x, np.tanh)
    grad_out = rng.normal(size=outputs[-1].shape)
    found = checks.items(
        checks.leaves_unchanged(backward, weights, zs, outputs, x, slope, grad_out), 2, **about
    )
    expected = reference.backward(weights, zs, outputs, x, slope, grad_out)
    for values, right, name in zip(found, expected, ("weight", "bias")):
        for l, gradient in enumerate(
            checks.items(values, len(weights), f"the list of {name} gradients", **about)
        ):
            checks.close(
                gradient,
                right[l],
                what=f"the {name} gradient of layer {l + 1} of {len(weights)}",
                scale=float(np.sqrt(n) * max(np.abs(g).max() for g in (expected[0][l], expected[1][l]))),
                **about,
            )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 3. How fast does each layer learn?
#
# One step of gradient descent moves the biases of layer $l$ by the learning rate times $\partial C/\partial b_l$.
# Nielsen (2015, chapter 5) takes the length of this vector for the layer's *speed of learning*:
#
# $$s_l = \left\lVert \frac{\partial C}{\partial b_l} \right\rVert_2 ,$$
#
# the Euclidean norm, the root of the sum of squares.
#
# **Worked example.** Two layers with the bias gradients $(3, 4)$ and $(-2)$ have the speeds 5 and 2.


# %% learning_speeds tags=["solution"]
def learning_speeds(grad_biases: list[np.ndarray]) -> np.ndarray:
    """Return the Euclidean norm of each layer's bias gradient.

    Args:
        grad_biases: [∂C/∂b_1, …, ∂C/∂b_L], each of shape (fan_out,); the widths may differ.

    Returns:
        An array of shape (L,), the first layer first.
    """
    ### BEGIN SOLUTION
    return np.array([np.linalg.norm(gradient) for gradient in grad_biases])
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Does a layer with more units get a larger number here? (Yes: it is a length, not a mean.)
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `np.linalg.norm` gives the length of one vector. Collect the lengths in a list and make an array of it.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.array([np.linalg.norm(…) for … in grad_biases])`.
# </details>

# %% check_learning_speeds tags=["check", "points=1"]
rng = checks.rng()
for widths in [(3,), (2, 7, 1, 4), (5, 5)]:
    lengths = np.exp(rng.normal(0, 0.5, size=len(widths)))
    directions = [np.linalg.qr(rng.normal(size=(width, width)))[0][0] for width in widths]  # each of length 1
    gradients = [length * direction for length, direction in zip(lengths, directions)]
    checks.close(
        checks.leaves_unchanged(learning_speeds, gradients),
        lengths,
        what=f"the speeds of layers of the widths {widths}",
        see="depth#learning-speeds",
        mistaken_for={
            "These are the squares of the speeds: take the root.": lengths**2,
            "These are root mean squares; the length is asked for, not divided by the width.": lengths
            / np.sqrt(widths),
            "These are sums of absolute values.": np.array([np.abs(g).sum() for g in gradients]),
            "These are means of absolute values.": np.array([np.abs(g).mean() for g in gradients]),
            "These are the largest entries.": np.array([np.abs(g).max() for g in gradients]),
            "These are sums: squares come first.": np.array([g.sum() for g in gradients]),
            "The order is wrong: the first layer comes first.": lengths[::-1],
        },
    )
### BEGIN HIDDEN TESTS
from concepts import depth as reference

for widths in [(1,), (1, 1, 1), (30, 30, 30, 10), (100, 3)]:
    for scale in (1e-6, 1.0, 1e6):
        gradients = [rng.normal(0, scale, size=width) for width in widths]
        found = checks.leaves_unchanged(learning_speeds, gradients)
        checks.close(found, reference.learning_speeds(gradients), what=f"the speeds of the widths {widths}")
checks.close(checks.call(learning_speeds, [np.zeros(3), np.ones(4)]), np.array([0.0, 2.0]), what="the speeds")
### END HIDDEN TESTS

# %% [markdown]
# ## Step 4. One number for the imbalance
#
# How much slower is the first layer than the last one?
# Return the ratio $s_1 / s_L$, and raise `ValueError` when $s_L$ is 0, where the ratio has no meaning.
# However small $s_L$ is, if it is not 0 it is divided by: vanishing gradients are small.
#
# **Worked example.** The speeds $(0.003, 0.017, 0.3)$ have the ratio 0.01.


# %% gradient_ratio tags=["solution"]
def gradient_ratio(speeds: np.ndarray) -> float:
    """Return the first layer's speed over the last layer's.

    Args:
        speeds: An array of shape (L,), entries not negative.

    Returns:
        One number.

    Raises:
        ValueError: When the last layer's speed is 0.
    """
    ### BEGIN SOLUTION
    if speeds[-1] == 0:
        raise ValueError("the last layer does not learn: there is no ratio")
    return float(speeds[0] / speeds[-1])
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which Python index has the last entry, whatever the length? What does NumPy do when it divides by zero: does it raise an error?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Test the last entry first; `raise ValueError("…")` if it is 0. Then divide.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `if speeds[-1] == 0:` … and `return speeds[…] / speeds[…]`.
# </details>

# %% check_gradient_ratio tags=["check", "points=1"]
rng = checks.rng()
for L in (1, 2, 3, 8):
    ratio = float(np.exp(rng.normal(0, 2))) if L > 1 else 1.0
    speeds = np.exp(rng.normal(0, 1, size=L))
    speeds[0] = ratio * speeds[-1]
    checks.close(
        checks.leaves_unchanged(gradient_ratio, speeds),
        ratio,
        what=f"the ratio of {checks.counted(L, 'speed')}",
        see="depth#the-ratio-of-first-to-last",
        mistaken_for={
            "This is the last over the first.": 1 / ratio,
            "This is the ratio of the first two layers.": float(speeds[0] / speeds[min(1, L - 1)]),
            "This is the smallest over the largest; the first and the last are asked for.": float(
                speeds.min() / speeds.max()
            ),
            "This is the mean ratio per layer; the whole ratio is asked for.": ratio ** (1 / max(L - 1, 1)),
            "This is a logarithm of the ratio.": float(np.log(ratio)),
            "This is the difference.": float(speeds[0] - speeds[-1]),
        },
    )
tiny = np.array([float(rng.uniform(1, 9)), 3.0, 2.0]) * 1e-30
checks.close(
    checks.call(gradient_ratio, tiny), float(tiny[0] / tiny[2]), what="the ratio of three very small speeds"
)
checks.close(
    checks.call(gradient_ratio, np.array([0.0, 2.0])), 0.0, what="the ratio when the first layer stands still"
)
### BEGIN HIDDEN TESTS
from concepts import depth as reference

for L in (2, 5, 40):
    speeds = np.exp(rng.normal(0, 4, size=L))
    checks.close(
        checks.call(gradient_ratio, speeds), reference.gradient_ratio(speeds), what=f"the ratio of {L} speeds"
    )
### END HIDDEN TESTS

# %% check_gradient_ratio__errors tags=["check", "points=1"]
rng = checks.rng()
checks.call(gradient_ratio, rng.uniform(0.1, 1, size=3))  # no error here
for L in (1, 2, 5):
    speeds = rng.uniform(0.1, 1, size=L)
    speeds[-1] = 0.0
    checks.raises(ValueError, gradient_ratio, speeds)
checks.raises(ValueError, gradient_ratio, np.zeros(3))

# %% [markdown]
# ### Experiment: four layers in training
#
# Predict first: a sigmoid network with four hidden layers of 30 units, weights of variance $1/n_\text{in}$. By what factor does each hidden layer learn faster than the one before it? What becomes of the speeds within 150 steps?

# %% figure_speeds
import matplotlib.pyplot as plt

draws = np.random.default_rng()
widths = [20, 30, 30, 30, 30, 5]
weights = [draws.normal(0, shape[1] ** -0.5, size=shape) for shape in zip(widths[1:], widths)]
biases = [draws.normal(size=width) for width in widths[1:]]
x = draws.normal(size=(300, widths[0]))
y = np.eye(5)[np.argmax(x[:, :5], axis=1)]  # the class is the largest of the first five inputs
history = []
for _ in range(150):
    zs, activations = forward(weights, biases, x, logistic)
    grads = backward(weights, zs, activations, x, logistic_slope, (activations[-1] - y) / len(x))
    weights = [W - 0.5 * g for W, g in zip(weights, grads[0])]
    biases = [b - 0.5 * g for b, g in zip(biases, grads[1])]
    history.append(learning_speeds(grads[1])[:-1])
figure, axes = plt.subplots(figsize=(7, 4))
for l, curve in enumerate(np.array(history).T):
    axes.semilogy(curve, label=f"hidden layer {l + 1}")
axes.set(
    xlabel="step of gradient descent",
    ylabel=r"speed $\|\partial C/\partial b_l\|$",
    title=f"At the start the first hidden layer has {gradient_ratio(history[0]):.4f} of the last one's speed",
)
axes.legend()
plt.show()

# %% explain_five [markdown] tags=["manual", "points=2"]
# ### Question: where does the factor come from?
#
# In the figure each hidden layer starts about five times as slow as the one above it; Nielsen (2015) finds the same on handwritten digits.
# The weights have the variance $1/n_\text{in}$, so that multiplying by $W_l$ alone keeps the size of a gradient.
# Explain where the factor of about five comes from, and check your explanation by a measurement with your function `forward`. Would it be 4 for the steepest sigmoid?
#
# Two points: one for the explanation, one for the measurement and the comparison with 4.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: per layer the error is multiplied by $W$ (square layers of variance $1/n$ keep its length on average) and by $\sigma'(z)$, entry by entry; so its length shrinks by the root mean square of $\sigma'(z_l)$ in the layer.
# One point: measured, `np.sqrt(np.mean(logistic_slope(z)**2))` is about 0.2 in every hidden layer, since biases of variance 1 push $z$ away from 0; $1/0.2 = 5$ (in wide networks exactly $1/\sqrt\chi = 4.88$). With all $z = 0$ it would be ¼, a factor of 4: the most favourable case for a sigmoid with these weights.
# ### END SOLUTION

# %% [markdown]
# ## Step 5. Back through time
#
# A recurrent network uses the same weights at every time:
#
# $$h_t = f(z_t), \qquad z_t = W_{hh}\,h_{t-1} + \dots, \qquad t = 1, \dots, T,$$
#
# where the dots stand for inputs and biases, and $h_t$ is a *column* of `hidden` numbers (one sample, no batch).
# The cost depends on the last state $h_T$ only, and $\partial C/\partial h_T$ is given.
# State $h_{t-1}$ reaches the cost through $z_t$ alone, so
#
# $$\frac{\partial C}{\partial h_{t-1}} = W_{hh}^\top \left( f'(z_t) \odot \frac{\partial C}{\partial h_t} \right).$$
#
# Return the norms $\lVert \partial C/\partial h_t \rVert_2$ for $t = 1, \dots, T$; the last one is the norm of `grad_last` itself.
# The array `preactivations` holds $z_t$ in its row $t - 1$.
#
# **Worked example.** $W_{hh} = \tfrac12 I$, $f(z) = z$, $T = 3$ and $\partial C/\partial h_3 = (3, 4)$: the norms are 1.25, 2.5 and 5.


# %% rnn_gradient_norms tags=["solution"]
def rnn_gradient_norms(
    W_hh: np.ndarray, preactivations: np.ndarray, df: Elementwise, grad_last: np.ndarray
) -> np.ndarray:
    """Return the norms of ∂C/∂h_1, …, ∂C/∂h_T of a recurrent network.

    Args:
        W_hh: The recurrent weights, of shape (hidden, hidden).
        preactivations: z_1, …, z_T, of shape (T, hidden).
        df: The derivative of the activation, as a function of z.
        grad_last: ∂C/∂h_T, of shape (hidden,).

    Returns:
        An array of shape (T,), time 1 first.
    """
    ### BEGIN SOLUTION
    T = len(preactivations)
    norms = np.empty(T)
    grad_h = grad_last
    for t in range(T - 1, -1, -1):
        norms[t] = np.linalg.norm(grad_h)
        grad_h = W_hh.T @ (df(preactivations[t]) * grad_h)
    return norms
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How many times is the rule applied to get from $h_T$ to $h_1$? Which of the $z_t$ is never used?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Keep the gradient with respect to the current state in one variable, which starts as `grad_last`. Go from the last row of `preactivations` to the first; in each round store the norm, then take the gradient one step back with the $z$ of that row. Mind the transpose: here the states are columns.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `for t in range(T - 1, -1, -1):` with the two lines `norms[t] = np.linalg.norm(…)` and `grad_h = W_hh.T @ (df(…) * …)`.
# </details>

# %% check_rnn_gradient_norms tags=["check", "points=4"]
rng = checks.rng()
about = {"see": "depth#back-through-time"}
df = np.cos


def state_gradients(W_hh, z, grad_last, f=np.sin):
    """Return ∂C/∂h_t of a cost with ∂C/∂h_T = grad_last for each t, from finite differences."""

    def cost_of_state(change, t):
        """Return what a change of h_t does to the cost."""
        for later in z[t:]:
            change = f(later + W_hh @ change) - f(later)
        return float(grad_last @ change)

    rows = [
        checks.numerical_gradient(lambda h: cost_of_state(h, t), np.zeros(len(W_hh)))
        for t in range(1, len(z) + 1)
    ]
    return np.array(rows)


for T, hidden in [(1, 3), (2, 4), (3, 1), (5, 3), (4, 6)]:
    W_hh = rng.normal(0, 1.3 * hidden**-0.5, size=(hidden, hidden))
    z = rng.normal(0, 0.8, size=(T, hidden))
    z[:, 0] += np.pi  # where the slope is negative
    grad_last = rng.normal(size=hidden)
    gradients = state_gradients(W_hh, z, grad_last)
    norms = np.linalg.norm(gradients, axis=1)
    found = checks.leaves_unchanged(rnn_gradient_norms, W_hh, z, df, grad_last)
    before = np.linalg.norm(df(z) * gradients @ W_hh, axis=1)
    checks.close(
        found,
        norms,
        what=f"the norms for T = {T} and {checks.counted(hidden, 'hidden unit')}",
        scale=float(np.linalg.norm(grad_last)),
        **about,
        mistaken_for={
            "The order is wrong: time 1 comes first.": norms[::-1],
            "These are the squares of the norms.": norms**2,
            "This is one step too far back: the last entry is the norm of grad_last itself.": before,
            "h_0 is in the list, too; the first entry belongs to h_1.": np.append(before[0], norms),
            "These are the norms of ∂C/∂z_t; the states h_t are asked for.": np.linalg.norm(
                df(z) * gradients, axis=1
            ),
            "This is the first norm only.": norms[:1],
            "The norms are relative to the last one; they are asked for as they are.": norms / norms[-1],
            "W_hh is not transposed: the states are columns.": np.linalg.norm(
                state_gradients(W_hh.T, z, grad_last), axis=1
            ),
            "f' is missing on the way.": np.linalg.norm(
                state_gradients(W_hh, z, grad_last, lambda v: v), axis=1
            ),
            "f' is taken at the wrong time: from h_t to h_(t−1) it is f'(z_t).": np.linalg.norm(
                state_gradients(W_hh, np.roll(z, 1, axis=0), grad_last), axis=1
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import depth as reference

for T, hidden in [(1, 1), (2, 5), (6, 8), (7, 2)]:
    W_hh, z = rng.normal(0, 1.3 * hidden**-0.5, size=(hidden, hidden)), rng.normal(0, 0.7, size=(T, hidden))
    grad_last, slope = rng.normal(size=hidden), lambda v: np.cosh(v) ** -2.0
    checks.close(
        checks.leaves_unchanged(rnn_gradient_norms, W_hh, z, slope, grad_last),
        reference.rnn_gradient_norms(W_hh, z, slope, grad_last),
        what=f"the norms for T = {T} and {checks.counted(hidden, 'hidden unit')} and tanh",
        scale=float(np.linalg.norm(grad_last)),
        **about,
    )
# A rotation keeps the length, so only the factor c is left, forty times: every entry by itself.
rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
for c in (0.6, 1.0, 1.5):
    found = checks.call(
        rnn_gradient_norms, c * rotation, rng.normal(size=(40, 5)), np.ones_like, np.full(5, 2.0)
    )
    found = checks.shape(found, (40,), what="the norms", **about)
    relative = found / (2 * np.sqrt(5) * c ** np.arange(39.0, -1, -1))
    checks.close(
        relative, np.ones(40), what="the norms over those of a rotation times c, forty times", **about
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: remembering a hundred steps
#
# Predict first: tanh units, recurrent weights that are a rotation times 0.8, 1.0 and 1.5. Tanh has slopes of at most 1. Can the gradient grow on its way back?

# %% figure_time
import matplotlib.pyplot as plt

draws = np.random.default_rng()
T, hidden = 100, 64
rotation = np.linalg.qr(draws.normal(size=(hidden, hidden)))[0]
figure, axes = plt.subplots(figsize=(7, 4))
for scale in (0.8, 1.0, 1.5):
    h, z = np.zeros(hidden), np.empty((T, hidden))
    for t in range(T):
        z[t] = scale * rotation @ h + draws.normal(0, 0.1, size=hidden)
        h = np.tanh(z[t])
    norms = rnn_gradient_norms(scale * rotation, z, lambda v: 1 - np.tanh(v) ** 2, draws.normal(size=hidden))
    axes.semilogy(range(1, T + 1), norms / norms[-1], label=f"{scale:g} × rotation")
axes.set(
    xlabel="time $t$",
    ylabel=r"$\|\partial C/\partial h_t\|$ relative to $t = 100$",
    title="A gradient on its way back through time",
)
axes.legend()
plt.show()

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# A blog post on recurrent networks says: “The slope of tanh is at most 1. So in a tanh network the gradient can only get smaller from step to step; explosion is possible only with ReLU.”
# Where is the slip? Say under which condition on $W_{hh}$ the conclusion *is* right, and give a network, with numbers from your function, whose gradient explodes although all activations are tanh.
#
# Two points: one for the slip and the condition, one for the example.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: each step multiplies by $W_{hh}^\top \operatorname{diag}(f'(z_t))$, not by $f'(z_t)$ alone; the weights can make up for the slope. If the largest singular value of $W_{hh}$ is below 1, each step shrinks the norm, since $\lVert W^\top D g\rVert \le s_1 \cdot 1 \cdot \lVert g \rVert$ (Pascanu, Mikolov and Bengio 2013, section 2.1): then it must vanish.
# One point: any working example, such as $W_{hh} = 1.5\,I$ (or the rotation above) with states near 0, where the slopes are near 1: the norm grows by nearly 1.5 a step, the curve for 1.5 in the figure rises by orders of magnitude towards early times.
# ### END SOLUTION
