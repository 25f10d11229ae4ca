# %% [markdown]
# # Layer by layer, then together
#
# **Goal.** You train layers one at a time as autoencoders, take one step of contrastive divergence, stack the layers, and fine-tune the whole by back-propagation: the cure of 2006.
#
# **Time** about 120 minutes. **Points** 15 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Pre-training layer by layer” (`book/pretraining.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and experiments with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next; what a step needs of an earlier one is given.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Batch first: `x` has the shape `(n, D)`. Weights `W` have the shape `(H, D)`, biases of the code `b` have `(H,)`, those of the reconstruction `c` have `(D,)`.
# - $\sigma$ is the function `sigmoid`, given below. Gradients are those of means over the batch and have the shapes of their parameters.
# - Never change an argument in place: return new arrays.
#   A result of float32 precision is precise enough (2e-5 of the largest entry of the expected array).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; several results may be a tuple or a list.
# - `rng` is a `numpy.random.Generator`. Draw from it (`rng.normal(...)`, `rng.random(...)`); never use `np.random.…` directly, which is a hidden global state.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def sigmoid(z):
    """Return 1/(1 + exp(−z)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def rms_error(x, W, b, c):
    """Return the root of the mean of (x̂ − x)² over all entries, for the x̂ of an autoencoder with tied weights."""
    reconstruction = c + sigmoid(b + x @ W.T) @ W
    return float(np.sqrt(np.mean((reconstruction - x) ** 2)))


def untied_gradients(x, U, b, R, c):
    """Return the gradients of mean ½‖x̂ − x‖² for x̂ = σ(xUᵀ + b) Rᵀ + c, with respect to U, b, R, c."""
    code = sigmoid(x @ U.T + b)
    miss = (code @ R.T + c - x) / len(x)
    back = miss @ R * code * (1 - code)
    return back.T @ x, np.sum(back, axis=0), miss.T @ code, np.sum(miss, axis=0)


def class_scores(stack, V, d, x):
    """Return the logits of a stack of sigmoid layers with one more layer (V, d) on top."""
    for W, b in stack:
        x = sigmoid(x @ W.T + b)
    return x @ V.T + d


# %% [markdown]
# ## Step 1. The loss of an autoencoder
#
# An autoencoder squeezes $x$ into a code $h$ and reconstructs $x$ from it. With *tied* weights the same $W$ does both:
#
# $$h = \sigma(x W^\top + b), \qquad \hat x = h W + c, \qquad C = \frac1n \sum_{i=1}^n \tfrac12 \lVert x_i - \hat x_i \rVert^2 .$$
#
# The norm sums over the $D$ features of a sample; the mean is over the $n$ samples.
#
# **Worked example.** $x = (3, 4)$, one sample, and $W$, $b$, $c$ all 0: $\hat x = 0$ and $C = \tfrac12 (9 + 16) = 12.5$.


# %% autoencoder_loss tags=["solution"]
def autoencoder_loss(x: np.ndarray, W: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    """Return the mean over the batch of ½‖x − x̂‖².

    Args:
        x: The inputs, of shape (n, D).
        W: The weights, of shape (H, D).
        b: The biases of the code, of shape (H,).
        c: The biases of the reconstruction, of shape (D,).

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    h = sigmoid(x @ W.T + b)
    return float(np.mean(0.5 * np.sum((x - (h @ W + c)) ** 2, axis=1)))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which axis belongs to the features, which to the samples? Over one you sum, over the other you take the mean.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Compute the code, the reconstruction, the squared differences; sum them for each sample, halve, take the mean.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `np.mean(0.5 * np.sum((x - x_hat) ** 2, axis=…))`
# </details>

# %% check_autoencoder_loss tags=["check", "points=1"]
rng = checks.rng()
about = {"see": "pretraining#the-autoencoder"}
for n, D, H in [(1, 3, 2), (5, 2, 4), (4, 4, 4), (7, 6, 1)]:
    x, W, b, c = (rng.normal(size=shape) for shape in ((n, D), (H, D), (H,), (D,)))
    square = rms_error(x, W, b, c) ** 2
    checks.close(
        checks.leaves_unchanged(autoencoder_loss, x, W, b, c),
        0.5 * D * square,
        what=f"the loss for n, D, H = {n}, {D}, {H}",
        **about,
        mistaken_for={
            "The one half is missing.": D * square,
            "The mean is over the samples only; over the features you sum.": square,
            "The mean is over the samples only; over the features you sum (the half is right).": 0.5 * square,
            "Divide by the number of samples.": 0.5 * D * square * n,
            "The squares are asked for, without a root.": float(np.sqrt(D * square)),
            "The biases c of the reconstruction are missing.": 0.5 * D * rms_error(x, W, b, 0 * c) ** 2,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import pretraining as reference

for n, D, H in [(1, 1, 1), (30, 8, 3), (3, 2, 9), (6, 6, 6)]:
    for scale in (0.05, 2.0, 30.0):
        given = [rng.normal(0, scale, size=shape) for shape in ((n, D), (H, D), (H,), (D,))]
        found = checks.leaves_unchanged(autoencoder_loss, *given)
        expected = reference.autoencoder_loss(*given)
        size = (H * scale) ** 2  # of the square of x̂'s terms, which float32 may have rounded
        checks.close(found, expected, what=f"the loss for n, D, H = {n}, {D}, {H}", scale=size, **about)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. Its gradients
#
# $W$ stands **twice** in the network: in the encoder and in the decoder. Its gradient is the sum of what comes along both ways.
# With $e = (\hat x - x)/n$, go back through the decoder to the code, through the sigmoid, whose slope is $h(1 - h)$, and through the encoder.
#
# **Worked example.** One sample $x = 2$, $D = H = 1$, everything 0: $h = \tfrac12$, $e = -2$. The decoder's part is $h\,e = -1$; the encoder's part is 0, since the way back goes through $W = 0$. So the gradients with respect to $W$, $b$, $c$ are $-1$, $0$ and $-2$.


# %% autoencoder_gradients tags=["solution"]
def autoencoder_gradients(
    x: np.ndarray, W: np.ndarray, b: np.ndarray, c: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of the autoencoder's loss with respect to W, b and c.

    Args:
        x: The inputs, of shape (n, D).
        W: The weights, of shape (H, D).
        b: The biases of the code, of shape (H,).
        c: The biases of the reconstruction, of shape (D,).

    Returns:
        The triple (dW, db, dc), of the shapes of W, b and c.
    """
    ### BEGIN SOLUTION
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    return h.T @ e + delta.T @ x, delta.sum(axis=0), e.sum(axis=0)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# If encoder and decoder had weights of their own, what would the two gradients be? What changes when they are one and the same array?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Keep `h` and `e`. The decoder gives one matrix of shape (H, D) from these two. The error of the code is $e W^\top$ times the slope; with `x` it gives the encoder's matrix. Add both. The biases get the sums of $e$ and of the code's error over the batch.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `delta = (e @ …) * h * (1 - h)`, and `dW = h.T @ … + delta.T @ …`
# </details>

# %% check_autoencoder_gradients tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
from concepts import pretraining as reference

rng = checks.rng()
for n, D, H in [(1, 3, 2), (5, 2, 4), (4, 4, 4), (7, 6, 1), (20, 3, 8)]:
    x, W, b, c = (rng.normal(size=shape) for shape in ((n, D), (H, D), (H,), (D,)))
    dW, db, dc = reference.autoencoder_gradients(x, W, b, c)
    encoder, _, decoder, _ = untied_gradients(x, W, b, W.T, c)
    checks.close(
        checks.leaves_unchanged(autoencoder_gradients, x, W, b, c),
        (dW, db, dc),
        what=f"(dW, db, dc) for n, D, H = {n}, {D}, {H}",
        see="pretraining#the-autoencoder",
        scale=0.1,  # a sum of terms of size 0.1 and more may come out near 0
        mistaken_for={
            "The decoder's part of dW is missing: W stands twice in the network.": (encoder, db, dc),
            "The encoder's part of dW is missing: W stands twice in the network.": (decoder.T, db, dc),
            "The parts of dW are added; you subtracted.": (encoder - decoder.T, db, dc),
            "The order is (dW, db, dc).": (dW, dc, db),
        },
    )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "pretraining#the-autoencoder"}
for n, D, H in [(1, 3, 2), (5, 2, 3), (3, 3, 3)]:
    x, W, b, c = (rng.normal(size=shape) for shape in ((n, D), (H, D), (H,), (D,)))
    slopes = (
        checks.numerical_gradient(lambda p: D / 2 * rms_error(x, p, b, c) ** 2, W),
        checks.numerical_gradient(lambda p: D / 2 * rms_error(x, W, p, c) ** 2, b),
        checks.numerical_gradient(lambda p: D / 2 * rms_error(x, W, b, p) ** 2, c),
    )
    checks.close(
        checks.leaves_unchanged(autoencoder_gradients, x, W, b, c),
        slopes,
        what=f"(dW, db, dc) for n, D, H = {n}, {D}, {H} (against finite differences)",
        tolerance=1e-4,
        scale=0.1,
        **about,
        mistaken_for={
            "The gradient of the mean is asked for: divide by the number of samples.": tuple(
                n * s for s in slopes
            ),
            "The sign is reversed: e is x̂ − x.": tuple(-s for s in slopes),
            "The one half of the loss cancels the 2 of the square.": tuple(2 * s for s in slopes),
            "These are gradients of a mean over the features, too.": tuple(s / D for s in slopes),
            "Divide the whole gradients by n, not only a part: the biases are means, the weights not.": (
                n * slopes[0],
                *slopes[1:],
            ),
        },
    )

# %% [markdown]
# ## Step 3. Contrastive divergence
#
# The deep belief nets of 2006 used *restricted Boltzmann machines* for their layers. Their gradient cannot be computed in one go; contrastive divergence takes one step of sampling instead (Hinton 2002):
#
# $$p_0 = \sigma(v_0 W^\top + b), \qquad h_0 \sim \operatorname{Bernoulli}(p_0), \qquad v_1 = \sigma(h_0 W + c), \qquad p_1 = \sigma(v_1 W^\top + b),$$
#
# $$dW = \frac{p_0^\top v_0 - p_1^\top v_1}{n}, \qquad db = \text{mean of } p_0 - p_1, \qquad dc = \text{mean of } v_0 - v_1,$$
#
# with means over the batch. Each entry of $h_0$ is 1 with the probability in $p_0$ and else 0, independently of all others, and drawn from `rng`.
# **Only $h_0$ is sampled**: $v_1$ and $p_1$ are probabilities, and so is the $p_0$ in $dW$ and $db$.
# This is the direction of *ascent*: the weights are increased by the learning rate times it.
#
# **Worked example.** One unit of each kind, $v_0 = 1$, everything else 0: $p_0 = \tfrac12$, $v_1 = \tfrac12$ whatever $h_0$ is, $p_1 = \tfrac12$. So $dW = \tfrac12 - \tfrac14 = \tfrac14$, $db = 0$, $dc = \tfrac12$.


# %% cd1_gradients tags=["solution"]
def cd1_gradients(
    v0: np.ndarray, W: np.ndarray, b: np.ndarray, c: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the direction of one step of contrastive divergence.

    Args:
        v0: The visible units, of shape (n, D), between 0 and 1.
        W: The weights, of shape (H, D).
        b: The biases of the hidden units, of shape (H,).
        c: The biases of the visible units, of shape (D,).
        rng: The generator to draw h0 from.

    Returns:
        The triple (dW, db, dc), of the shapes of W, b and c.
    """
    ### BEGIN SOLUTION
    p0 = sigmoid(v0 @ W.T + b)
    h0 = (rng.random(p0.shape) < p0).astype(float)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    return (p0.T @ v0 - p1.T @ v1) / len(v0), (p0 - p1).mean(axis=0), (v0 - v1).mean(axis=0)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How do you make something happen with probability $p$ from a number that is uniform between 0 and 1? How many such numbers does $h_0$ need?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Four lines for the four formulas of the first row; the second one compares `rng.random(…)` of the shape of `p0` with `p0`. Then three results; none of them contains $h_0$ directly.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `h0 = (rng.random(p0.shape) < …).astype(float)` and `dW = (p0.T @ v0 - …) / len(v0)`
# </details>

# %% check_cd1_gradients tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
from concepts import pretraining as reference

# Weights for which h0 is certain (to 1e-10) and all else is not, so that the reference's draws do not matter.
rng = checks.rng()
for n, D, H in [(1, 4, 3), (5, 6, 2), (4, 5, 5)]:
    v1, middle = rng.uniform(0.1, 0.3, size=D), rng.uniform(0.7, 0.9, size=D)
    h0 = rng.permutation(np.arange(H) % 2)
    towards = middle - v1
    W = np.outer(2.0 * h0 - 1, 30 * towards / (towards @ towards)) + rng.normal(0, 0.2, size=(H, D))
    b, c = rng.normal(0, 1, size=H) - W @ v1, np.log(v1 / (1 - v1)) - h0 @ W
    v0 = middle + rng.normal(0, 0.01, size=(n, D))
    dW, db, dc = reference.cd1_gradients(v0, W, b, c, checks.generator(rng))
    checks.close(
        checks.leaves_unchanged(cd1_gradients, v0, W, b, c, checks.generator(rng)),
        (dW, db, dc),
        what=f"(dW, db, dc) for n, D, H = {n}, {D}, {H}",
        see="pretraining#contrastive-divergence",
        tolerance=2e-4,
        mistaken_for={
            "This is the direction of descent; that of ascent is asked for.": (-dW, -db, -dc),
            "Divide by the number of samples.": (n * dW, n * db, n * dc),
            "Divide dW by the number of samples, too.": (n * dW, db, dc),
            "The order is (dW, db, dc).": (dW, dc, db),
            "The negative phase is missing.": (h0[:, None] * v0.mean(axis=0), 1.0 * h0, v0.mean(axis=0)),
        },
    )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "pretraining#contrastive-divergence"}
# With W = 0 the sampled h0 has no influence.
for n, D, H in [(1, 3, 2), (6, 2, 5), (4, 4, 4), (3, 2, 1)]:
    v0, b, c = rng.random((n, D)), rng.normal(size=H), rng.normal(size=D)
    change = np.mean(v0, axis=0) - sigmoid(c)
    checks.close(
        checks.leaves_unchanged(cd1_gradients, v0, np.zeros((H, D)), b, c, checks.generator(rng)),
        (np.outer(sigmoid(b), change), np.zeros(H), change),
        what=f"(dW, db, dc) for W = 0 and n, D, H = {n}, {D}, {H}",
        scale=0.1,  # db is a difference of probabilities
        **about,
        mistaken_for={
            "This is the direction of descent; that of ascent is asked for.": (
                -np.outer(sigmoid(b), change),
                np.zeros(H),
                -change,
            ),
            "Divide by the number of samples.": (n * np.outer(sigmoid(b), change), np.zeros(H), n * change),
            "Divide dW by the number of samples, too.": (
                n * np.outer(sigmoid(b), change),
                np.zeros(H),
                change,
            ),
        },
    )
# With W = 60 times the identity, v1 shows h0: −dc counts how often each unit was on.
n, units, p = 600, 40, float(rng.choice([rng.uniform(0.2, 0.4), rng.uniform(0.6, 0.8)]))
found = checks.call(
    cd1_gradients,
    np.zeros((n, units)),
    60.0 * np.eye(units),
    np.full(units, np.log(p / (1 - p))),
    np.full(units, -30.0),
    checks.generator(rng),
)
share = -checks.shape(checks.items(found, 3, "the result", **about)[2], (units,), what="dc", **about)
checks.that(
    bool(np.all(np.abs(n * share - np.round(n * share)) < 0.05)),
    f"each entry of h0 must be 0 or 1: with p0 = {p:.3g}, v1 shows other values.",
    **about,
)
counts = np.round(n * share)
checks.frequency(
    np.arange(n) < counts[:, None],
    p,
    what="the share of ones in h0, each drawn with the probability p0,",
    **about,
)
# About chi-squared with 39 degrees of freedom: outside 5 to 150 less often than once in 1e9.
spread = float(np.sum((counts - counts.mean()) ** 2) / (n * p * (1 - p)))
checks.that(
    spread > 5, "all hidden units of a sample share one draw; draw each entry of h0 on its own.", **about
)
checks.that(spread < 150, "all samples share one draw; draw each entry of h0 on its own.", **about)
few = [rng.random((30, 4)), rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4)]
checks.decided_by_generator(cd1_gradients, *few, checks.generator(rng), **about)

# %% [markdown]
# ## Step 4. Train one layer
#
# Draw a small random $W$ from `rng` (normal numbers of standard deviation 0.1 will do; their root mean square must be below ½), set $b = c = 0$, and descend the gradient of the autoencoder's loss with the *whole* batch:
#
# $$W \leftarrow W - \eta\,\frac{\partial C}{\partial W}, \quad b \leftarrow b - \eta\,\frac{\partial C}{\partial b}, \quad c \leftarrow c - \eta\,\frac{\partial C}{\partial c}, \qquad \text{once in each of the epochs, all three at the same time.}$$
#
# So that this step does not depend on step 2: the function `untied_gradients(x, U, b, R, c)` at the top gives the gradients for *separate* weights $U$ of the encoder, of shape `(H, D)`, and $R$ of the decoder, of shape `(D, H)`. Yours are tied: $U = W$ and $R = W^\top$. Or use your own function of step 2.
#
# **Worked example.** $x = 2$, one hidden unit, $\eta = 1$, one epoch, from $W \approx 0$: by the worked example of step 2 the result is about $W = 1$, $b = 0$, $c = 2$.


# %% pretrain_layer tags=["solution"]
def pretrain_layer(
    x: np.ndarray, n_hidden: int, epochs: int, lr: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the parameters of an autoencoder that was trained on x.

    Args:
        x: The inputs, of shape (n, D).
        n_hidden: The number of hidden units, H.
        epochs: The number of updates.
        lr: The learning rate.
        rng: The generator to draw the first W from.

    Returns:
        The triple (W, b, c), of shapes (H, D), (H,) and (D,).
    """
    ### BEGIN SOLUTION
    W = 0.1 * rng.normal(size=(n_hidden, x.shape[1]))
    b, c = np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
        W, b, c = W - lr * (dU + dR.T), b - lr * db, c - lr * dc
    return W, b, c
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How does the gradient with respect to a weight that stands twice follow from those with respect to its two places? Mind the shapes.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Draw once before the loop. In the loop compute all gradients first, then change all three parameters.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)`, and the gradient of $W$ is `dU + …`
# </details>

# %% check_pretrain_layer tags=["check", "points=2"]
### BEGIN HIDDEN TESTS
from concepts import pretraining as reference


def descended(x, params, epochs, lr, gradients=reference.autoencoder_gradients):
    """Return the parameters after so many updates."""
    for _ in range(epochs):
        params = tuple(p - lr * g for p, g in zip(params, gradients(x, *params)))
    return params


def encoder_only(x, W, b, c):
    """Return gradients without the decoder's part."""
    dU, db, _, dc = untied_gradients(x, W, b, W.T, c)
    return dU, db, dc


def decoder_only(x, W, b, c):
    """Return gradients without the encoder's part."""
    _, db, dR, dc = untied_gradients(x, W, b, W.T, c)
    return dR.T, db, dc


rng = checks.rng()
for n, D, H, epochs in [(6, 3, 5, 1), (5, 4, 2, 4), (4, 3, 3, 9), (1, 2, 3, 3)]:
    x, lr, seed = rng.normal(0.5, 1, size=(n, D)), float(rng.uniform(0.1, 0.3)), int(rng.integers(2**40))
    start = checks.items(checks.call(pretrain_layer, x, H, 1, 0.0, np.random.default_rng(seed)), 3)
    start = tuple(checks.shape(p, s, what="a parameter") for p, s in zip(start, ((H, D), (H,), (D,))))
    end = descended(x, start, epochs, lr)
    checks.close(
        checks.leaves_unchanged(pretrain_layer, x, H, epochs, lr, np.random.default_rng(seed)),
        end,
        what=f"(W, b, c) after {checks.counted(epochs, 'epoch')}, for n, D, H = {n}, {D}, {H}",
        see="pretraining#one-layer",
        tolerance=5e-5,
        mistaken_for={
            "There is one update too few.": descended(x, start, epochs - 1, lr),
            "There is one update too many.": descended(x, start, epochs + 1, lr),
            "The gradient of a mean is asked for; this is that of a sum.": descended(
                x, start, epochs, n * lr
            ),
            "The gradient was climbed, not descended.": descended(x, start, epochs, -lr),
            "The decoder's part of the gradient of W is missing.": descended(
                x, start, epochs, lr, encoder_only
            ),
            "The encoder's part of the gradient of W is missing.": descended(
                x, start, epochs, lr, decoder_only
            ),
            "b and c are trained, too.": (end[0], 0 * end[1], 0 * end[2]),
        },
    )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "pretraining#one-layer"}
for n, D, H in [(6, 3, 4), (4, 4, 2)]:
    x, seed = rng.normal(0.5, 1, size=(n, D)), int(rng.integers(2**40))
    # With a learning rate of 0 the start comes back.
    found = checks.call(pretrain_layer, x, H, 1, 0.0, np.random.default_rng(seed))
    W, b, c = checks.items(found, 3, "the result", **about)
    W = checks.shape(W, (H, D), what="W", **about)
    checks.close((b, c), (np.zeros(H), np.zeros(D)), what="(b, c) at the start", **about)
    checks.that(
        len({row.tobytes() for row in W}) == H, "equal rows stay equal for ever: draw each weight.", **about
    )
    b, c, lr = np.zeros(H), np.zeros(D), 0.3
    slopes = (
        checks.numerical_gradient(lambda p: D / 2 * rms_error(x, p, b, c) ** 2, W),
        checks.numerical_gradient(lambda p: D / 2 * rms_error(x, W, p, c) ** 2, b),
        checks.numerical_gradient(lambda p: D / 2 * rms_error(x, W, b, p) ** 2, c),
    )
    end = tuple(p - lr * s for p, s in zip((W, b, c), slopes))
    checks.close(
        checks.leaves_unchanged(pretrain_layer, x, H, 1, lr, np.random.default_rng(seed)),
        end,
        what=f"(W, b, c) after one epoch, for n, D, H = {n}, {D}, {H}",
        tolerance=1e-4,
        **about,
        mistaken_for={
            "The gradient was climbed, not descended.": tuple(p + lr * s for p, s in zip((W, b, c), slopes)),
            "This is the start: nothing was learned.": (W, b, c),
            "The order is (W, b, c).": (end[0], end[2], end[1]),
        },
    )
checks.decided_by_generator(pretrain_layer, x, 5, 2, 0.1, checks.generator(rng), **about)
# A layer of 1200 weights tells their size; a dozen of them may be large by chance. What is below ½ is far below 0.9.
W, _, _ = checks.items(
    checks.call(pretrain_layer, rng.random((2, 30)), 40, 1, 0.0, checks.generator(rng)), 3, **about
)
size = float(np.sqrt(np.mean(checks.shape(W, (40, 30), what="W", **about) ** 2)))
checks.that(
    0 < size < 0.9,
    f"the root mean square of the first W is {size:.3g}: it must be small, but not 0.",
    **about,
)

# %% [markdown]
# ### Experiment: what the layer does to a small step
#
# Nobody asked the layer to keep the *size* of anything. Predict first: when an input moves by a small $u$, by how much does the code of your trained layer move, compared with $u$? And that of random weights of variance $1/n$?
#
# For small moves the code changes by $D W u$, with the slopes $h(1 - h)$ on the diagonal of $D$. The figure shows the length of $D W u$ for unit vectors $u$ in whose directions the patterns vary most, and the limit that the chapter derives for a linear decoder (the cell takes some seconds).

# %% figure_gain
import matplotlib.pyplot as plt

draws = np.random.default_rng()
patterns, which = draws.random((8, 20)) < 0.5, draws.integers(8, size=200)
x = np.where(draws.random((200, 20)) < 0.1, ~patterns[which], patterns[which]).astype(float)
directions = np.linalg.svd(x - x.mean(axis=0))[2][:15]
figure, axes = plt.subplots(figsize=(7, 4))
for name, (W, b, _) in {
    "random": (draws.normal(0, 20**-0.5, size=(20, 20)), np.zeros(20), None),
    "trained": pretrain_layer(x, 20, 3000, 0.1, draws),
}.items():
    h = sigmoid(x @ W.T + b)
    slopes = np.sqrt(np.mean((h * (1 - h)) ** 2, axis=0))
    axes.plot(range(1, 16), np.linalg.norm(slopes * (directions @ W.T), axis=1), "o-", label=name)
axes.axhline(0.5, color="gray", linestyle=":", label="limit of a linear decoder")
axes.set(xlabel="direction, by variance", ylabel="length of the code's move", ylim=(0, 0.7))
axes.legend()
plt.show()

# %% [markdown]
# ## Step 5. Stack the layers
#
# The first layer is trained on $x$. Its codes $\sigma(x W^\top + b)$, computed with the *trained* $W$ and $b$ and not sampled, are the inputs on which the second one is trained, and so on.
# `sizes` lists the hidden widths; that of the input is not among them.
# Each layer is trained as in step 4: a small $W$ drawn from `rng` when its turn comes, $b = c = 0$, so many `epochs` with the rate `lr`. The biases $c$ of the reconstruction are not kept.
#
# So that this step does not depend on the ones before, `untied_gradients` serves here, too; or call your own functions.
#
# **Worked example.** `sizes = [5, 2]` and `x` of shape `(n, 3)`: the result is a list of two pairs with weights of shapes `(5, 3)` and `(2, 5)`.


# %% pretrain_stack tags=["solution"]
def pretrain_stack(
    x: np.ndarray, sizes: list[int], epochs: int, lr: float, rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return layers that were trained one after the other, each on the codes of the one before.

    Args:
        x: The inputs, of shape (n, D).
        sizes: The hidden widths.
        epochs: The number of updates of each layer.
        lr: The learning rate.
        rng: The generator to draw each layer's first W from.

    Returns:
        A list of pairs (W, b), the layer next to the input first.
    """
    ### BEGIN SOLUTION
    stack = []
    for size in sizes:
        W, b, c = 0.1 * rng.normal(size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            encoder, db, decoder, dc = untied_gradients(x, W, b, W.T, c)
            W, b, c = W - lr * (encoder + decoder.T), b - lr * db, c - lr * dc
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What is the `x` of the second layer? How many features has it?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# A loop over the sizes: train a layer on the present inputs, append its pair, replace the inputs by their codes.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `stack.append((W, b))`, then `x = sigmoid(…)` before the next round.
# </details>

# %% check_pretrain_stack tags=["check", "points=2"]
### BEGIN HIDDEN TESTS
from concepts import pretraining as reference


def trained(x, starts, epochs, lr, codes):
    """Return the stack that grows from these starts."""
    stack = []
    for W in starts:
        params, first = (W, np.zeros(len(W)), np.zeros(x.shape[1])), (W, np.zeros(len(W)))
        for _ in range(epochs):
            params = tuple(p - lr * g for p, g in zip(params, reference.autoencoder_gradients(x, *params)))
        stack.append(params[:2])
        x = codes(x, params[:2], first)
    return stack


rng = checks.rng()
for n, D, sizes, epochs in [(5, 3, [4], 3), (6, 4, [3, 5], 4), (4, 3, [3, 3, 3], 3), (3, 5, [2, 4, 1], 2)]:
    x, lr, seed = rng.normal(0.5, 1, size=(n, D)), float(rng.uniform(0.2, 0.4)), int(rng.integers(2**40))
    starts = [
        checks.array(checks.items(layer, 2, "a layer")[0], "the first W")
        for layer in checks.items(checks.call(pretrain_stack, x, sizes, 1, 0.0, np.random.default_rng(seed)))
    ]
    shapes = list(zip(sizes, [D, *sizes]))
    checks.that([W.shape for W in starts] == shapes, f"the shapes of the weights must be {shapes}.")
    variants = {
        "Each layer is trained on the codes of the one before: the sigmoid is missing.": lambda x, new, old: (
            x @ new[0].T + new[1]
        ),
        "The codes are those of the trained layer, not of its start.": lambda x, new, old: sigmoid(
            x @ old[0].T + old[1]
        ),
        "The codes contain the biases b, too.": lambda x, new, old: sigmoid(x @ new[0].T),
    }
    checks.close(
        checks.leaves_unchanged(pretrain_stack, x, sizes, epochs, lr, np.random.default_rng(seed)),
        trained(x, starts, epochs, lr, lambda x, new, old: sigmoid(x @ new[0].T + new[1])),
        what=f"the stack of the widths {sizes} after {epochs} epochs on {n} samples of {D} features",
        see="pretraining#a-stack",
        tolerance=5e-5,
        mistaken_for={sentence: trained(x, starts, epochs, lr, codes) for sentence, codes in variants.items()}
        | {
            "There is one update too few.": trained(
                x, starts, epochs - 1, lr, lambda x, new, old: sigmoid(x @ new[0].T + new[1])
            )
        },
    )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "pretraining#a-stack"}
for n, D, sizes in [(5, 3, [2]), (4, 5, [3, 2])]:
    x, lr, seed = rng.normal(0.5, 1, size=(n, D)), 0.3, int(rng.integers(2**40))
    starts = checks.call(pretrain_stack, x, sizes, 1, 0.0, np.random.default_rng(seed))
    starts = checks.items(starts, len(sizes), "the stack", **about)
    found = checks.leaves_unchanged(pretrain_stack, x, sizes, 1, lr, np.random.default_rng(seed))
    found = checks.items(found, len(sizes), "the stack", **about)
    inputs = x
    for k, size in enumerate(sizes):
        shape = (size, inputs.shape[1])
        W = checks.shape(
            checks.items(starts[k], 2, "a layer", **about)[0], shape, what="the first W", **about
        )
        checks.that(
            W.size == 1 or bool(np.std(W) > 0), "equal weights stay equal for ever: draw each one.", **about
        )
        b, c, half = np.zeros(size), np.zeros(shape[1]), shape[1] / 2
        learned = (
            W - lr * checks.numerical_gradient(lambda p: half * rms_error(inputs, p, b, c) ** 2, W),
            b - lr * checks.numerical_gradient(lambda p: half * rms_error(inputs, W, p, c) ** 2, b),
        )
        checks.close(
            found[k],
            learned,
            what=f"layer {k + 1} of the widths {sizes} after one epoch",
            tolerance=1e-4,
            **about,
            mistaken_for={"This layer learned nothing.": (W, b)},
        )
        inputs = sigmoid(class_scores([], *learned, inputs))
checks.decided_by_generator(pretrain_stack, x, [4, 3], 2, 0.1, checks.generator(rng), **about)
# Layers of 900 weights tell their size; a dozen of them may be large by chance.
found = checks.call(pretrain_stack, rng.random((2, 30)), [30, 30], 1, 0.0, checks.generator(rng))
starts = []
for k, layer in enumerate(checks.items(found, 2, "the stack", **about)):
    W = checks.shape(checks.items(layer, 2, "a layer", **about)[0], (30, 30), what="the first W", **about)
    starts.append(W)
    size = float(np.sqrt(np.mean(W**2)))
    checks.that(
        0 < size < 0.9,
        f"the root mean square of the first W of layer {k + 1} is {size:.3g}: it must be small, but not 0.",
        **about,
    )
checks.that(
    not np.allclose(starts[0], starts[1]), "Both layers begin with the same W: draw each one anew.", **about
)

# %% [markdown]
# ## Step 6. Fine-tune the whole
#
# A last layer with weights $V$ of shape `(classes, H)` and biases $d$ turns the top code into scores $h V^\top + d$; the softmax turns scores into probabilities. The cost is the mean cross-entropy
#
# $$C = -\frac1n \sum_{i=1}^n \ln \operatorname{softmax}(h_i V^\top + d)_{y_i}, \qquad
# \frac{\partial C}{\partial \text{scores}} = \frac{\operatorname{softmax}(\text{scores}) - \text{onehot}(y)}{n} .$$
#
# Now back-propagation runs through *all* layers: in each epoch compute the gradients of every $W$, $b$, of $V$ and of $d$ at the present parameters, then descend with all of them at once, with the whole batch.
# Note the cost **before** each update.
#
# **Worked example.** No layers, one sample $x = 1$ of class 0, two classes, $V$ and $d$ all 0, $\eta = 2$, one epoch: the probabilities are ½ each, the cost is $\ln 2 = 0.693$, and the new $d$ is $-2 \cdot (\tfrac12 - 1,\ \tfrac12) = (1, -1)$.


# %% fine_tune tags=["solution"]
def fine_tune(
    stack: list[tuple[np.ndarray, np.ndarray]],
    V: np.ndarray,
    d: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    lr: float,
) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray, np.ndarray, list[float]]:
    """Return a stack of sigmoid layers with a softmax layer on top after gradient descent on all of them.

    Args:
        stack: Pairs (W, b), the layer next to the input first.
        V: The weights of the softmax layer, of shape (classes, H).
        d: Its biases, of shape (classes,).
        x: The inputs, of shape (n, D).
        y: The labels, integers from 0 on, of shape (n,).
        epochs: The number of updates.
        lr: The learning rate.

    Returns:
        The new stack, the new V, the new d, and a list of the costs, one for each epoch, before its update.
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        activations = [x]
        for W, b in stack:
            activations.append(sigmoid(activations[-1] @ W.T + b))
        scores = activations[-1] @ V.T + d
        scores = scores - scores.max(axis=1, keepdims=True)
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        losses.append(float(-np.mean(np.log(p[np.arange(len(y)), y]))))
        error = (p - np.eye(len(d))[y]) / len(x)
        dV, dd = error.T @ activations[-1], error.sum(axis=0)
        error, new_stack = error @ V, []
        for l in reversed(range(len(stack))):
            W, b = stack[l]
            error = error * activations[l + 1] * (1 - activations[l + 1])
            new_stack.insert(0, (W - lr * error.T @ activations[l], b - lr * error.sum(axis=0)))
            error = error @ W
        stack, V, d = new_stack, V - lr * dV, d - lr * dd
    return stack, V, d, losses
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# This is the back-propagation of the chapter on depth, with a given first error. Which parameters must the way back use: the old or the new ones?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# In each epoch: all codes forward, in a list; probabilities, cost; the error of the scores; gradients of `V` and `d`; then from the top layer to the first: times the slope $h(1 - h)$, gradients of `W` and `b`, back through the *old* `W`. Update at the end.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `error = (p - np.eye(len(d))[y]) / len(x)`, and per layer `error = error * h * (1 - h)`, `dW = error.T @ …`, `error = error @ …`
# </details>

# %% check_fine_tune tags=["check", "points=4"]
### BEGIN HIDDEN TESTS
from concepts import pretraining as reference


def random_network(rng, n, widths, classes):
    """Return stack, V, d, x and y."""
    stack = [(rng.normal(size=(o, i)), rng.normal(size=o)) for i, o in zip(widths, widths[1:])]
    top = rng.normal(size=(classes, widths[-1])), rng.normal(size=classes)
    return stack, *top, rng.normal(size=(n, widths[0])), rng.integers(classes, size=n)


rng = checks.rng()
for n, widths, classes, epochs in [
    (1, [3, 2], 3, 2),
    (7, [2, 4, 3], 2, 4),
    (5, [4, 4, 4, 4], 4, 3),
    (9, [3], 5, 5),
]:
    given, lr = random_network(rng, n, widths, classes), float(rng.uniform(0.5, 2))
    stack, V, d, x, y = given
    expected = reference.fine_tune(*given, epochs, lr)
    *_, longer = reference.fine_tune(*given, epochs + 1, lr)
    found = checks.leaves_unchanged(fine_tune, *given, epochs, lr)
    found = checks.items(found, 4, "the result", see="pretraining#fine-tuning")
    losses = found[3].tolist() if type(found[3]) is np.ndarray else found[3]
    checks.close(
        losses,
        expected[3],
        what=f"the costs of {epochs} epochs",
        see="pretraining#fine-tuning",
        scale=0.1,  # a cost near 0 is what float32 leaves of the logarithm of a number near 1
        mistaken_for={
            "Note the cost before each update, not after it.": longer[1:],
            "The cost before the first update, too, and nothing after the last one.": longer,
            "The cost is a mean over the batch.": [n * loss for loss in expected[3]],
        },
    )
    checks.close(
        found[:3],
        expected[:3],
        what=f"(stack, V, d) after {epochs} epochs, for the widths {widths} and {classes} classes",
        see="pretraining#fine-tuning",
        tolerance=5e-5,
        mistaken_for={
            "The gradient of the mean cost is asked for; this is that of a sum.": reference.fine_tune(
                *given, epochs, n * lr
            )[:3],
            "There is one update too few.": reference.fine_tune(*given, epochs - 1, lr)[:3],
        },
    )
### END HIDDEN TESTS
rng = checks.rng()
about = {"see": "pretraining#fine-tuning"}


def cost(layers, V, d, x, y):
    """Return the mean of ln(sum of e^scores) − (score of the right class)."""
    scores = class_scores(layers, V, d, x)
    return float(np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y]))


for n, widths, classes in [(1, [2, 3], 2), (5, [3, 2], 4), (6, [2, 3, 4], 3)]:
    stack = [(rng.normal(size=(o, i)), rng.normal(size=o)) for i, o in zip(widths, widths[1:])]
    V, d = rng.normal(size=(classes, widths[-1])), rng.normal(size=classes)
    x, y, lr = rng.normal(size=(n, widths[0])), rng.integers(classes, size=n), float(rng.uniform(1, 3))
    slopes = [
        tuple(
            checks.numerical_gradient(
                lambda p: cost(
                    [*stack[:l], (p, stack[l][1]) if part == 0 else (stack[l][0], p), *stack[l + 1 :]],
                    V,
                    d,
                    x,
                    y,
                ),
                stack[l][part],
            )
            for part in (0, 1)
        )
        for l in range(len(stack))
    ]
    dV = checks.numerical_gradient(lambda p: cost(stack, p, d, x, y), V)
    dd = checks.numerical_gradient(lambda p: cost(stack, V, p, x, y), d)

    def after(rate_of_stack, rate):
        """Return stack, V and d after one update with these rates."""
        moved = [tuple(p - rate_of_stack * s for p, s in zip(*pair)) for pair in zip(stack, slopes)]
        return moved, V - rate * dV, d - rate * dd

    found = checks.leaves_unchanged(fine_tune, stack, V, d, x, y, 1, lr)
    found = checks.items(found, 4, "the result", **about)
    checks.close(
        found[:3],
        after(lr, lr),
        what=f"(stack, V, d) after one epoch, for the widths {widths} and {classes} classes",
        tolerance=1e-4,
        **about,
        mistaken_for={
            "Only the softmax layer was trained; all layers are to be.": after(0, lr),
            "Only the stack was trained; V and d are to be, too.": after(lr, 0),
            "The gradient was climbed, not descended.": after(-lr, -lr),
            "The gradient of the mean cost is asked for; this is that of a sum.": after(n * lr, n * lr),
            "Nothing was learned.": after(0, 0),
        },
    )
    losses = found[3].tolist() if type(found[3]) is np.ndarray else found[3]
    before = cost(stack, V, d, x, y)
    checks.close(
        losses,
        [before],
        what="the costs of one epoch",
        scale=0.1,  # a cost near 0 is what float32 leaves of the logarithm of a number near 1
        **about,
        mistaken_for={
            "Note the cost before the update, not after it.": [cost(*after(lr, lr), x, y)],
            "The cost is a mean over the batch.": [n * before],
            "The cost is minus the logarithm.": [-before],
        },
    )

# %% [markdown]
# ### Experiment: the cure of 2006
#
# Predict first: four sigmoid layers, eight classes of noisy patterns. One network starts from small random weights, the other one from your stack; both are then fine-tuned in the same way (the cell takes some seconds). Which costs fall, and when?

# %% figure_cure
import matplotlib.pyplot as plt

draws = np.random.default_rng()
patterns, labels = draws.random((8, 20)) < 0.5, draws.integers(8, size=200)
x = np.where(draws.random((200, 20)) < 0.1, ~patterns[labels], patterns[labels]).astype(float)
sizes = [20] * 4
random_stack = [(draws.normal(0, i**-0.5, size=(o, i)), np.zeros(o)) for i, o in zip([20, *sizes], sizes)]
V = draws.normal(0, 20**-0.5, size=(8, 20))
figure, axes = plt.subplots(figsize=(7, 4))
for name, start in (
    ("random", random_stack),
    ("layer by layer", pretrain_stack(x, sizes, 1500, 0.25, draws)),
):
    *_, losses = fine_tune(start, V, np.zeros(8), x, labels, 300, 1.0)
    axes.plot(losses, label=f"start: {name}")
axes.axhline(np.log(8), color="gray", linestyle=":", label="guessing: ln 8")
axes.set(xlabel="epoch of fine-tuning", ylabel="cross-entropy", title="Four sigmoid layers")
axes.legend()
plt.show()

# %% explain_cure [markdown] tags=["manual", "points=2"]
# ### Question: why did it help?
#
# Describe both curves of the figure. Pre-training never sees a label, and fine-tuning uses the same vanishing gradients as before. So why does the start matter? Compare, by a measurement of your own, how different the top codes of different patterns are under both starts, and say why pre-training is little used today.
#
# *Marked:* one point for the explanation with a measurement, one for today's place.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: from the random start the top codes hardly depend on the input (their standard deviation over the samples is tiny: each layer squeezes by about 4), so the softmax layer has nothing to work with and the gradient that reaches early layers is small and says little; the pre-trained layers have larger weights that keep what distinguishes inputs. A measured spread of the codes (for example `np.std(codes, axis=0).mean()`) belongs to it. Honest description of the student's own figure counts, also where the effect is partial.
# One point: initialisation that keeps variances, ReLU, normalisation and shortcuts make the purely supervised training of deep networks work; the idea lives on as transfer learning and self-supervised pre-training, whose point is data, not gradients.
# ### END SOLUTION

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slips
#
# Someone trains a restricted Boltzmann machine with this code:
#
# ```python
# p0 = sigmoid(v0 @ W.T + b)
# h0 = (p0 > 0.5).astype(float)
# v1 = sigmoid(h0 @ W + c)
# p1 = sigmoid(v1 @ W.T + b)
# W -= lr * (p0.T @ v0 - p1.T @ v1) / len(v0)
# ```
#
# There are two slips. Name both, say what each does to the training, and which check would show it.
#
# *Marked:* one point for each slip with its effect.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: h0 is thresholded, not sampled; units below ½ are never on, the noise that makes contrastive divergence follow the model's distribution is gone. The share of ones for a given p0 shows it.
# One point: the sign: the direction is that of ascent, so W must be increased; with minus the data become less likely and reconstruction gets worse. The case W = 0, where the result is known, shows it (for the gradient's sign), or the reconstruction error over the steps.
# ### END SOLUTION
