# %% [markdown]
# # Shortcuts
#
# **Goal.** You write a network whose layers *add* to what they got, follow the gradient through it and through the same network without shortcuts, and see why a hundred layers can be trained — and why the branches then have to be made smaller.
#
# **Time** about 80 minutes. **Points** 14 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Residual networks” (`book/residual.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, a cell that checks it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the check below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Batches come first: `x` has shape `(n, width)`, and so has every $a_l$.
# - All weights are square, `(width, width)`, and there are no biases; `weights[0]` is $W_1$.
# - `f` is the activation and `df` its derivative, both element by element, both as functions of the pre-activation $z$.
# - `grad_out` is $\partial C/\partial a_L$, of the shape of $a_L$; gradients are not averaged over the batch.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of the largest entry).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a list may be a tuple; where an array is asked for, not a list.

# %% setup tags=["locked"]
from collections.abc import Callable

import numpy as np

from autograder import checks

Elementwise = Callable[[np.ndarray], np.ndarray]


def shuffling_weights(rng, depth, width, low=0.4, high=1.5):
    """Return weights that shuffle their inputs and multiply them: a @ W.T is c · a[:, order]."""
    orders = [rng.permutation(width) for _ in range(depth)]
    factors = rng.uniform(low, high, size=depth) * rng.choice([-1.0, 1.0], size=depth)
    return [c * np.eye(width)[order] for c, order in zip(factors, orders)], orders, factors


# %% [markdown]
# ## Step 1. Forward
#
# A residual network starts from $a_0 = x$, and each block adds its *branch* $f(a_{l-1} W_l^\top)$ to what it got:
#
# $$a_l = a_{l-1} + f(a_{l-1} W_l^\top), \qquad l = 1, \dots, L.$$
#
# Return the list $[a_1, \dots, a_L]$; the input itself is not in it.
#
# **Worked example.** One unit, $x = 3$, $W_1 = 2$, $W_2 = -1$, $f(z) = z$: $a_1 = 3 + 6 = 9$ and $a_2 = 9 - 9 = 0$.


# %% residual_forward tags=["solution"]
def residual_forward(weights: list[np.ndarray], x: np.ndarray, f: Elementwise) -> list[np.ndarray]:
    """Return the outputs of all residual blocks.

    Args:
        weights: [W_1, …, W_L], each of shape (width, width).
        x: Inputs, of shape (n, width).
        f: The activation.

    Returns:
        [a_1, …, a_L], each of shape (n, width).
    """
    ### BEGIN SOLUTION
    outputs = [x]
    for W in weights:
        outputs.append(outputs[-1] + f(outputs[-1] @ W.T))
    return outputs[1:]
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# In how many places does $a_{l-1}$ stand in the formula?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Keep the signal so far in one variable, which starts as `x`. In each round compute the branch from it, add the two into a *new* array, and append that to the list. (`signal += …` would change an array that is already in the list, or the caller's `x`.)
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# In the loop: `signal = signal + f(signal @ …)` and an `append`.
# </details>

# %% check_residual_forward tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "residual#the-residual-block"}
for n, width, depth in [(1, 3, 1), (4, 2, 3), (5, 5, 4)]:
    weights = [rng.normal(0, width**-0.5, size=(width, width)) for _ in range(depth)]
    x = rng.normal(size=(n, width))
    found = checks.items(
        checks.leaves_unchanged(residual_forward, weights, x, np.sin), None, "the result", **about
    )
    message = f"Your list has the length {len(found)}, expected one entry a block: {depth}."
    if len(found) == depth + 1:
        message += " The input x does not belong in it."
    checks.that(len(found) == depth, message, **about)
    before = x
    for l, W in enumerate(weights):
        output = checks.shape(found[l], (n, width), what=f"a_{l + 1}", **about)
        z = np.array([[sum(W[i] * row) for i in range(width)] for row in before])
        turned = np.array([[sum(W[:, i] * row) for i in range(width)] for row in before])
        checks.close(
            output - before,
            np.sin(z),
            what=f"a_{l + 1} − a_{l}, what block {l + 1} added,",
            scale=float(max(1.0, np.abs(before).max())),
            **about,
            mistaken_for={
                "The shortcut is missing: add the block's input.": np.sin(z) - before,
                "f acts on the branch alone, not on the sum.": np.sin(before + z) - before,
                "f acts on the branch alone; the shortcut stays as it is.": np.sin(before)
                + np.sin(z)
                - before,
                "The activation is missing on the branch.": z,
                "W is transposed: it is a @ W.T.": np.sin(turned),
                "The shortcut was subtracted.": np.sin(z) - 2 * before,
                "The branch was subtracted.": -np.sin(z),
                "The shortcut starts at the input x each time; it is the block's own input.": np.sin(z)
                + x
                - before,
                "The mean of both was taken; it is their sum.": (np.sin(z) - before) / 2,
            },
        )
        before = output
### BEGIN HIDDEN TESTS
from concepts import residual as reference

for n, width, depth in [(1, 1, 1), (7, 4, 2), (3, 6, 20), (20, 5, 5)]:
    weights = [rng.normal(0, 0.5 * width**-0.5, size=(width, width)) for _ in range(depth)]
    x = rng.normal(0, 2, size=(n, width))
    for f in (np.tanh, np.cos, lambda z: np.where(z > 0, z, 0.1 * z)):
        found = checks.leaves_unchanged(residual_forward, weights, x, f)
        expected = reference.residual_forward(weights, x, f)
        checks.close(
            found,
            expected,
            what=f"the outputs of {checks.counted(depth, 'block')} for {checks.counted(n, 'sample')}",
            scale=3.0,
            **about,
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. The gradient, with shortcuts
#
# What reaches the input of a block from behind? With $z_l = a_{l-1} W_l^\top$ the block is $a_l = a_{l-1} + f(z_l)$, and $a_{l-1}$ acts in two ways, so
#
# $$\frac{\partial C}{\partial a_{l-1}} = \frac{\partial C}{\partial a_l} + \left( \frac{\partial C}{\partial a_l} \odot f'(z_l) \right) W_l .$$
#
# The first term is the shortcut's: it passes the gradient on untouched. As matrices: each block multiplies by $I + J_l$, a plain layer by $J_l$ alone.
# Return $\partial C/\partial x$, with $x = a_0$. You need the $z_l$, so run forward first.
#
# **Worked example.** One unit, $W_1 = 2$, $W_2 = -\tfrac12$, $f(z) = z$ and `grad_out` = 1: $(1 - \tfrac12)(1 + 2) = 1.5$.


# %% residual_input_gradient tags=["solution"]
def residual_input_gradient(
    weights: list[np.ndarray], x: np.ndarray, f: Elementwise, df: Elementwise, grad_out: np.ndarray
) -> np.ndarray:
    """Return ∂C/∂x of a residual network.

    Args:
        weights: [W_1, …, W_L], each of shape (width, width).
        x: Inputs, of shape (n, width).
        f: The activation.
        df: Its derivative, as a function of z.
        grad_out: ∂C/∂a_L, of shape (n, width).

    Returns:
        An array of shape (n, width).
    """
    ### BEGIN SOLUTION
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    grad = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        grad = grad + (grad * df(z)) @ W
    return grad
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which numbers of the way forward does the way back need?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Forward: as in step 1, but keep the $z_l$. Backward: one variable for the gradient, which starts as `grad_out`; go through blocks from the last to the first and add the branch's share to it, again as a new array.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# Backwards: `grad = grad + (grad * df(z)) @ …`
# </details>

# %% check_residual_input_gradient tags=["check", "points=4"]
### BEGIN HIDDEN TESTS
from concepts import residual as reference

rng = checks.rng()
about = {"see": "residual#the-gradient-of-a-sum"}


def slipped(weights, x, grad_out, keep=1.0, before=1.0, df=np.cos, turned=False, back=slice(None, None, -1)):
    """Return what one slip on the way back leads to."""
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = before * a + np.sin(zs[-1])
    grad = grad_out
    for W, z in zip(weights[back], zs[back]):
        grad = keep * grad + (grad * df(z)) @ (W.T if turned else W)
    return grad


for n, width, depth in [(3, 4, 2), (1, 3, 3), (5, 5, 5)]:
    weights = [rng.normal(0, width**-0.5, size=(width, width)) for _ in range(depth)]
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    given = weights, x, grad_out
    checks.close(
        checks.leaves_unchanged(residual_input_gradient, weights, x, np.sin, np.cos, grad_out),
        reference.residual_input_gradient(weights, x, np.sin, np.cos, grad_out),
        what=f"∂C/∂x for L = {depth}",
        scale=float(np.abs(grad_out).max()),
        **about,
        mistaken_for={
            "The identity term is missing: each block multiplies by I + J, not by J.": slipped(
                *given, keep=0.0
            ),
            "This is grad_out itself: the branches pass a gradient on, too.": grad_out,
            "W is transposed: backwards the gradient is multiplied by W itself.": slipped(
                *given, turned=True
            ),
            "The pre-activations are those of a plain network: the shortcut belongs to the way forward, too.": slipped(
                *given, before=0.0
            ),
            "This is the gradient of a plain network.": slipped(*given, before=0.0, keep=0.0),
            "f' is missing on the branches.": slipped(*given, df=np.ones_like),
            "You took f where f' belongs.": slipped(*given, df=np.sin),
            "The blocks have to be passed from the last to the first.": slipped(*given, back=slice(None)),
            "The sign of the branches is wrong.": slipped(*given, df=lambda z: -np.cos(z)),
            "The gradient of the mean over the batch was taken; do not divide by n.": slipped(*given) / n,
        },
    )
for n, width, depth in [(1, 1, 1), (9, 2, 12), (4, 20, 3)]:
    weights = [rng.normal(0, 0.5 * width**-0.5, size=(width, width)) for _ in range(depth)]
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    for f, slope in (
        (np.tanh, lambda z: np.cosh(z) ** -2.0),  # precise in single precision, too
        (lambda z: np.maximum(z, 0.0), lambda z: 1.0 * (z > 0)),
    ):
        found = checks.leaves_unchanged(residual_input_gradient, weights, x, f, slope, grad_out)
        expected = reference.residual_input_gradient(weights, x, f, slope, grad_out)
        checks.close(
            found, expected, what=f"∂C/∂x for L = {depth}", scale=float(np.abs(grad_out).max()), **about
        )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "residual#the-gradient-of-a-sum"}
for n, width, depth in [(1, 3, 1), (3, 2, 2), (2, 4, 4)]:
    weights, orders, factors = shuffling_weights(rng, depth, width)
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))

    def cost(v):
        """Return a cost with ∂C/∂a_L = grad_out; units are shuffled instead of multiplied by W."""
        for c, order in zip(factors, orders):
            v = v + np.sin(c * v[:, order])
        return float(np.sum(grad_out * v))

    checks.close(
        checks.leaves_unchanged(residual_input_gradient, weights, x, np.sin, np.cos, grad_out),
        checks.numerical_gradient(cost, x),
        what=f"∂C/∂x for L = {depth} (against finite differences)",
        scale=float(np.abs(grad_out).max()),
        **about,
        mistaken_for={"This is grad_out itself: the branches pass a gradient on, too.": grad_out},
    )

# %% [markdown]
# ## Step 3. The same without shortcuts
#
# A plain network is $a_l = f(z_l)$, $z_l = a_{l-1} W_l^\top$. Its gradient is the pure product that the first chapter warned of:
#
# $$\frac{\partial C}{\partial a_{l-1}} = \left( \frac{\partial C}{\partial a_l} \odot f'(z_l) \right) W_l .$$
#
# Return $\partial C/\partial x$ again.
#
# **Worked example.** One unit, $W_1 = 2$, $W_2 = -\tfrac12$, $f(z) = z$ and `grad_out` = 1: $-\tfrac12 \cdot 2 = -1$.


# %% plain_input_gradient tags=["solution"]
def plain_input_gradient(
    weights: list[np.ndarray], x: np.ndarray, f: Elementwise, df: Elementwise, grad_out: np.ndarray
) -> np.ndarray:
    """Return ∂C/∂x of a network without shortcuts.

    Args:
        weights: [W_1, …, W_L], each of shape (width, width).
        x: Inputs, of shape (n, width).
        f: The activation.
        df: Its derivative, as a function of z.
        grad_out: ∂C/∂a_L, of shape (n, width).

    Returns:
        An array of shape (n, width).
    """
    ### BEGIN SOLUTION
    slopes, a = [], x
    for W in weights:
        z = a @ W.T
        slopes.append(df(z))
        a = f(z)
    grad = grad_out
    for W, slope in zip(reversed(weights), reversed(slopes)):
        grad = (grad * slope) @ W
    return grad
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is left of step 2 when nothing is added any more, neither forward nor backward?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Forward: replace the signal by `f(z)` and keep the $z_l$. Backward: replace the gradient by the branch's term.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# Backwards: `grad = (grad * df(z)) @ …`
# </details>

# %% check_plain_input_gradient tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
from concepts import residual as reference

rng = checks.rng()
about = {"see": "residual#the-gradient-of-a-sum"}


def slipped(weights, x, grad_out, keep=0.0, before=0.0, df=np.cos, turned=False, back=slice(None, None, -1)):
    """Return what one slip on the way back leads to."""
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = before * a + np.sin(zs[-1])
    grad = grad_out
    for W, z in zip(weights[back], zs[back]):
        grad = keep * grad + (grad * df(z)) @ (W.T if turned else W)
    return grad


for n, width, depth in [(3, 4, 2), (1, 3, 3), (5, 5, 4)]:
    weights = [rng.normal(0, width**-0.5, size=(width, width)) for _ in range(depth)]
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    given = weights, x, grad_out
    checks.close(
        checks.leaves_unchanged(plain_input_gradient, weights, x, np.sin, np.cos, grad_out),
        reference.plain_input_gradient(weights, x, np.sin, np.cos, grad_out),
        what=f"∂C/∂x for L = {depth} without shortcuts",
        scale=0.01,  # cosines may come out near 0
        **about,
        mistaken_for={
            "This is the gradient with shortcuts; here are none.": slipped(*given, keep=1.0, before=1.0),
            "There is no identity term on the way back without shortcuts.": slipped(*given, keep=1.0),
            "There is no shortcut on the way forward.": slipped(*given, before=1.0),
            "W is transposed: backwards the gradient is multiplied by W itself.": slipped(
                *given, turned=True
            ),
            "f' is missing.": slipped(*given, df=np.ones_like),
            "You took f where f' belongs.": slipped(*given, df=np.sin),
            "The layers have to be passed from the last to the first.": slipped(*given, back=slice(None)),
            "The gradient of the mean over the batch was taken; do not divide by n.": slipped(*given) / n,
        },
    )
for n, width, depth in [(1, 1, 1), (9, 2, 4), (4, 20, 8)]:
    weights = [rng.normal(0, 0.8 * width**-0.5, size=(width, width)) for _ in range(depth)]
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    for f, slope in (
        (np.tanh, lambda z: np.cosh(z) ** -2.0),  # precise in single precision, too
        (lambda z: z + np.sin(z), lambda z: 1 + np.cos(z)),
    ):
        found = checks.leaves_unchanged(plain_input_gradient, weights, x, f, slope, grad_out)
        expected = reference.plain_input_gradient(weights, x, f, slope, grad_out)
        checks.close(found, expected, what=f"∂C/∂x for L = {depth} without shortcuts", scale=1e-3, **about)
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "residual#the-gradient-of-a-sum"}
for n, width, depth in [(1, 3, 1), (3, 2, 2), (2, 4, 4)]:
    weights, orders, factors = shuffling_weights(rng, depth, width)
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))

    def cost(v):
        """Return a cost with ∂C/∂a_L = grad_out; units are shuffled instead of multiplied by W."""
        for c, order in zip(factors, orders):
            v = np.sin(c * v[:, order])
        return float(np.sum(grad_out * v))

    checks.close(
        checks.leaves_unchanged(plain_input_gradient, weights, x, np.sin, np.cos, grad_out),
        checks.numerical_gradient(cost, x),
        what=f"∂C/∂x for L = {depth} without shortcuts (against finite differences)",
        scale=0.01,
        **about,
        mistaken_for={"This is grad_out itself.": grad_out},
    )

# %% [markdown]
# ### Experiment: how deep does a gradient reach?
#
# Predict first: tanh layers of 50 units with weights of variance $1/(2n)$, a random gradient at the output. How large is it at the input of 1, 2, …, 60 layers, with and without shortcuts?

# %% figure_depths
import matplotlib.pyplot as plt

draws = np.random.default_rng()
width, f, df = 50, np.tanh, lambda z: 1 - np.tanh(z) ** 2
weights = [draws.normal(0, (2 * width) ** -0.5, size=(width, width)) for _ in range(60)]
x, grad_out = draws.normal(size=(20, width)), draws.normal(size=(20, width))
depths = [1, 2, 4, 8, 15, 30, 45, 60]
figure, axes = plt.subplots(figsize=(7, 4))
for name, gradient in (("with shortcuts", residual_input_gradient), ("without", plain_input_gradient)):
    norms = [np.linalg.norm(gradient(weights[:L], x, f, df, grad_out)) for L in depths]
    axes.semilogy(depths, np.array(norms) / np.linalg.norm(grad_out), "o-", label=name)
axes.set(
    xlabel="depth $L$",
    ylabel="gradient at the input / at the output",
    title="A sum does not die out as a product does",
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 4. Block by block
#
# Return the Frobenius norms (the root of the sum of the squares of all entries of the batch) of $\partial C/\partial a_l$ for $l = 0, 1, \dots, L$ in the network *with* shortcuts: $L + 1$ numbers, the input's first, that of `grad_out` last.
#
# **Worked example.** One unit, $W_1 = 2$, $W_2 = -\tfrac12$, $f(z) = z$ and `grad_out` = 1: the norms are $(1.5, 0.5, 1)$.


# %% gradient_norm_by_block tags=["solution"]
def gradient_norm_by_block(
    weights: list[np.ndarray], x: np.ndarray, f: Elementwise, df: Elementwise, grad_out: np.ndarray
) -> np.ndarray:
    """Return the norms of ∂C/∂a_0, …, ∂C/∂a_L of a residual network.

    Args:
        weights: [W_1, …, W_L], each of shape (width, width).
        x: Inputs, of shape (n, width).
        f: The activation.
        df: Its derivative, as a function of z.
        grad_out: ∂C/∂a_L, of shape (n, width).

    Returns:
        An array of shape (L + 1,).
    """
    ### BEGIN SOLUTION
    zs, signal = [], x
    for W in weights:
        zs.append(signal @ W.T)
        signal = signal + f(zs[-1])
    grads = [grad_out]
    for W, z in zip(weights[::-1], zs[::-1]):
        grads.insert(0, grads[0] + (grads[0] * df(z)) @ W)
    return np.array([np.linalg.norm(g) for g in grads])
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# On the way back of step 2 you meet every one of these gradients once.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# The way back of step 2, with a list that collects the norm before the first and after each round; turn it round at the end. `np.linalg.norm` of a matrix, without further arguments, is the Frobenius norm.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# Start with `norms = [np.linalg.norm(grad_out)]`, append in the loop, `return np.array(norms[::-1])`.
# </details>

# %% check_gradient_norm_by_block tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
from concepts import residual as reference

rng = checks.rng()
about = {"see": "residual#the-gradient-of-a-sum"}
for n, width, depth in [(3, 4, 2), (1, 3, 3), (5, 5, 5), (1, 1, 1), (9, 2, 12)]:
    weights = [rng.normal(0, 0.8 * width**-0.5, size=(width, width)) for _ in range(depth)]
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    for f, slope in ((np.sin, np.cos), (np.tanh, lambda z: np.cosh(z) ** -2.0)):
        found = checks.leaves_unchanged(gradient_norm_by_block, weights, x, f, slope, grad_out)
        expected = reference.gradient_norm_by_block(weights, x, f, slope, grad_out)
        levels = [x, *reference.residual_forward(weights, x, f)]
        grad, alone = grad_out, [np.linalg.norm(grad_out)]
        for W, level in zip(weights[::-1], levels[-2::-1]):
            grad = (grad * slope(level @ W.T)) @ W
            alone.insert(0, np.linalg.norm(grad))
        plain = [
            np.linalg.norm(reference.plain_input_gradient(weights[l:], level, f, slope, grad_out))
            for l, level in enumerate(levels)
        ]
        checks.close(
            found,
            expected,
            what=f"the norms for L = {depth}",
            **about,
            mistaken_for={
                "The identity term is missing: each block multiplies by I + J, not by J.": np.array(alone),
                "These are the norms of a network without shortcuts.": np.array(plain),
                "The order is wrong: the input's norm comes first.": expected[::-1],
                "These are the squares of the norms: take the root.": expected**2,
                "The input's norm is missing: l counts from 0.": expected[1:],
                "The norm of grad_out is missing: l counts to L.": expected[:-1],
                "The norms are divided by the last one; they are asked for as they are.": expected
                / expected[-1],
                "These are means over the batch: do not divide.": expected / n,
            },
        )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "residual#the-gradient-of-a-sum"}
for n, width, depth in [(1, 3, 1), (3, 2, 2), (2, 3, 4)]:
    weights, orders, factors = shuffling_weights(rng, depth, width)
    x, grad_out = rng.normal(size=(n, width)), rng.normal(size=(n, width))
    gradients, level = [], x
    for l in range(depth + 1):

        def cost(v):
            """Return a cost with ∂C/∂a_L = grad_out as a function of a_l."""
            for c, order in zip(factors[l:], orders[l:]):
                v = v + np.sin(c * v[:, order])
            return float(np.sum(grad_out * v))

        gradients.append(checks.numerical_gradient(cost, level))
        if l < depth:
            level = level + np.sin(factors[l] * level[:, orders[l]])
    norms = np.array([np.sqrt(np.sum(np.square(g))) for g in gradients])
    checks.close(
        checks.leaves_unchanged(gradient_norm_by_block, weights, x, np.sin, np.cos, grad_out),
        norms,
        what=f"the norms for L = {depth} and n = {n}",
        **about,
        mistaken_for={
            "The order is wrong: the input's norm comes first.": norms[::-1],
            "These are the squares of the norms: take the root.": norms**2,
            "The input's norm is missing: l counts from 0.": norms[1:],
            "The norm of grad_out is missing: l counts to L.": norms[:-1],
            "The norms are divided by the last one; they are asked for as they are.": norms / norms[-1],
            "These are spectral norms (the largest singular value); all entries count here.": np.array(
                [np.linalg.norm(g, 2) for g in gradients]
            ),
            "These are means over the batch: do not divide.": norms / n,
            "These are root mean squares: do not divide by the number of entries.": norms
            / (n * width) ** 0.5,
        },
    )

# %% [markdown]
# ## Step 5. How large should a branch be?
#
# A shortcut keeps the signal, and the branch comes on top. If the branch keeps the second moment and is uncorrelated with its input, every block doubles the second moment: $2^L$ after $L$ blocks.
# With a factor $s$ on each branch it is $(1 + s^2)^L$ instead.
# Choose
#
# $$s = \frac{1}{\sqrt L}, \qquad \text{so that} \qquad \left(1 + \frac1L\right)^L < e$$
#
# however deep the network is.
#
# **Worked example.** For 16 blocks $s = 0.25$ and $(1 + \tfrac1{16})^{16} = 2.64$.


# %% branch_scale tags=["solution"]
def branch_scale(depth: int) -> float:
    """Return the factor on each branch of a residual network of so many blocks.

    Args:
        depth: The number of blocks L ≥ 1.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return float(depth) ** -0.5
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# The factor acts on the signal, but it is the *square* that adds up to a constant over the blocks.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# One over the root of the depth; `np.sqrt` or `** 0.5`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return 1 / …`
# </details>

# %% check_branch_scale tags=["check", "points=1"]
rng = checks.rng()
for depth in (3, *rng.integers(4, 2000, size=4).tolist(), 2, 1):
    s = checks.number(
        checks.call(branch_scale, depth), f"`branch_scale({depth})`", see="residual#the-size-of-a-branch"
    )
    checks.close(
        depth * s * s,
        1.0,
        what=f"{depth} times the square of `branch_scale({depth})`",
        tolerance=5e-5,  # the square doubles the relative error
        see="residual#the-size-of-a-branch",
        mistaken_for={
            "That is 1/L: the branches add up by their squares, so the root is needed.": 1.0 / depth,
            "That is √L: the deeper the network, the smaller the branch.": float(depth) ** 2,
            "That is 1: no scale at all.": float(depth),
            "That is 1/√(2L).": 0.5,
            "That is 1/√(L + 1).": depth / (depth + 1.0),
            "That is √(2/L), as in He's initialisation.": 2.0,
        },
    )
    checks.that(s > 0, "The factor is positive.", see="residual#the-size-of-a-branch")
### BEGIN HIDDEN TESTS
from concepts import residual as reference

for depth in (3, 7, 10**4, 10**6):
    checks.close(
        checks.call(branch_scale, depth), reference.branch_scale(depth), what=f"`branch_scale({depth})`"
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: shortcuts alone explode
#
# Predict first: fifty blocks of tanh units with weights of variance $1/n$. The branches are multiplied by 1, by your `branch_scale(50)`, and by 0.01. How does the gradient change from block to block?
# (A tanh branch is never larger than 1, so unscaled it makes the signal grow by a sum and not by doubling; the gradient shows the trouble more clearly. Put ReLU and its slope, with weights of variance $2/n$, in its place to see both.)

# %% figure_scales
import matplotlib.pyplot as plt

draws = np.random.default_rng()
depth, width = 50, 50
weights = [draws.normal(0, width**-0.5, size=(width, width)) for _ in range(depth)]
x, grad_out = draws.normal(size=(20, width)), draws.normal(size=(20, width))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for name, s in (("1", 1.0), ("1/√50", branch_scale(depth)), ("0.01", 0.01)):

    def f(z, s=s):
        return s * np.tanh(z)

    def df(z, s=s):
        return s * (1 - np.tanh(z) ** 2)

    norms = gradient_norm_by_block(weights, x, f, df, grad_out)
    left.semilogy(range(depth + 1), norms / norms[-1], label=f"branches times {name}")
    right.plot(range(1, depth + 1), [np.mean(a**2) for a in residual_forward(weights, x, f)], label=name)
left.set(xlabel="block $l$", ylabel=r"$\|\partial C/\partial a_l\|$ relative to the last", title="Gradient")
right.set(xlabel="block $l$", ylabel="$E[a_l^2]$", yscale="log", title="Signal")
left.legend()
plt.show()

# %% explain_paths [markdown] tags=["manual", "points=2"]
# ### Question: is it really no product any more?
#
# An overview says that the shortcut helps because “the gradient is no longer a pure product”, and adds in brackets: “(to be verified)”. Verify it.
# Expand $(I + J_2)(I + J_1)$; how many terms has the product of $L$ such factors, and how many of them contain exactly $k$ of the $J$? What remains when all the $J$ are tiny, and what remains of a plain network then?
#
# *Marked:* one point for the expansion and the counts, one for what remains.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: $(I + J_2)(I + J_1) = I + J_1 + J_2 + J_2 J_1$; $L$ factors give $2^L$ terms, one for each set of blocks that a path passes through; $\binom Lk$ of them contain $k$ Jacobians. It *is* still a product of matrices, but of $I + J$, and written out it is a sum of paths of all lengths.
# One point: with tiny $J$ the product is about $I + \sum_l J_l$: the gradient arrives whole, each block adds a little. A plain network has the single longest path $J_L \cdots J_1$, which then is as good as zero.
# ### END SOLUTION

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slip
#
# “With shortcuts the gradient at the input is always at least as large as at the output, because of the 1 in $1 + f'(z) w$; so it can neither vanish nor explode.”
# Give a one-unit example, checked with your function, in which the gradient behind one block is exactly 0, and one of a network whose gradient explodes. What do real networks do about the second?
#
# *Marked:* one point for each example, with the number and the reason.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: the branch may cancel the shortcut: $w = -1$, $f(z) = z$ gives $1 + 1 \cdot (-1) = 0$ (`residual_input_gradient([np.array([[-1.0]])], …)` is 0); such exact opposition is rare in random networks, so vanishing is unlikely, not impossible.
# One point: unscaled branches. One unit with $w = 1$, $f(z) = z$ doubles the gradient in every block, $2^L$; in the curve “times 1” above each block multiplies the squared norm by about $1 + \mathbb E[f'^2]\,n\operatorname{Var}(w) > 1$ (for ReLU and linear branches the same factor each time, so exponentially with depth; for tanh a falling one, still without bound). The remedy is a small factor on the branch ($1/\sqrt L$, a learned factor that starts at 0) or batch norm on the branch, which has this effect.
# ### END SOLUTION
