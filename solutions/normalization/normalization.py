# %% [markdown]
# # Batch norm and layer norm
#
# **Goal.** You write batch normalisation with its full way back, keep its running statistics as PyTorch does, write layer normalisation, prove with numbers that the size of the weights no longer matters, and find out what batch norm does to the gradients of a deep network.
#
# **Time** about 110 minutes. **Points** 16 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Normalization: batch norm and layer norm” (`book/normalization.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other, but for step 2, which takes what *your* step 1 keeps for it.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - A batch `x` has shape `(n, features)`, samples first; `gamma`, `beta` and running statistics have shape `(features,)`.
# - The variance is the mean of the squared deviations (÷n, *biased*) unless a step says otherwise, and $\epsilon$ stands *inside* the root: $\sqrt{v + \epsilon}$.
# - Never change an argument in place.
#   A result of float32 precision is precise enough (2e-5 of the largest entry).
# - Where several results are asked for, return a tuple or a list; where one number is asked for, a number, not an array of shape `(1,)`.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def standard_columns(rng, n, features):
    """Return random columns of length n, each with the mean 0 and the mean square 1."""
    columns = []
    for _ in range(features):
        frame, _ = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=n)]))
        columns.append(n**0.5 * frame[:, 1])
    return np.column_stack(columns)


# %% [markdown]
# ## Step 1. Batch norm, forward
#
# Every feature (column) is brought to mean 0 and variance 1 *over the batch*, then given a learned scale and shift:
#
# $$\mu = \frac1n \sum_i x_i, \qquad v = \frac1n \sum_i (x_i - \mu)^2, \qquad \hat x = \frac{x - \mu}{\sqrt{v + \epsilon}}, \qquad y = \gamma\,\hat x + \beta .$$
#
# Return the pair `(y, cache)`. The cache is yours: put into it whatever your step 2 will need (a tuple of arrays, a dict, …); no check looks into it.
#
# **Worked example.** One feature, $x = (1, 5)$, $\gamma = 1$, $\beta = 0$, $\epsilon = 0$: $\mu = 3$, $v = 4$, $y = (-1, 1)$. (So it is with any batch of two: batch norm of two different numbers is always ±1.)


# %% batchnorm_forward tags=["solution"]
def batchnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, object]:
    """Return the normalised batch, and what `batchnorm_backward` needs.

    Args:
        x: Inputs, of shape (n, features).
        gamma: Scales, of shape (features,).
        beta: Shifts, of shape (features,).
        eps: ε, inside the root.

    Returns:
        y of shape (n, features), and a cache of any kind.
    """
    ### BEGIN SOLUTION
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    return gamma * x_hat + beta, (x_hat, std, gamma)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Along which axis does the mean run, if one mean for each feature is to remain?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Mean and variance with `axis=0` have shape `(features,)`, which fits `x` by broadcasting. `np.var` divides by n unless told otherwise. Keep in the cache what the formula of step 2 uses: $\hat x$, the root, and $\gamma$.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `std = np.sqrt(np.var(x, axis=…) + …)`, then `x_hat`, then `return gamma * … + …, (…)`.
# </details>

# %% check_batchnorm_forward tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "normalization#batch-norm-forward"}
x = np.array([[1.0, 5.0], [3.0, 9.0]])
checks.close(
    checks.items(checks.call(batchnorm_forward, x, np.ones(2), np.zeros(2), 0.0), 2, **about)[0],
    np.array([[-1.0, -1.0], [1.0, 1.0]]),
    what="y for the batch ((1, 5), (3, 9)), gamma = 1, beta = 0, eps = 0,",
    **about,
    mistaken_for={
        "Rows were normalised, as in layer norm; batch norm works on columns.": np.array(
            [[-1.0, 1.0], [-1.0, 1.0]]
        ),
        "One mean and variance for the whole array: each feature has its own.": (x - 4.5) / 8.75**0.5,
    },
)
for n, features, rest in [(2, 3, ()), (5, 4, ()), (7, 2, (0.3,)), (4, 4, (1e-2,)), (3, 6, (0.0,))]:
    eps = rest[0] if rest else 1e-5
    z, std = standard_columns(rng, n, features), np.exp(rng.normal(-0.5, 0.5, size=features))
    std = std if rest else 0.01 * std  # small enough to notice the default of eps
    mean = std * rng.normal(0, 2, size=features)
    gamma, beta = rng.normal(size=features), rng.normal(size=features)
    x = mean + std * z
    shrink = std / np.hypot(std, eps**0.5)
    y = gamma * shrink * z + beta
    pair = checks.leaves_unchanged(batchnorm_forward, x, gamma, beta, *rest)
    checks.close(
        checks.items(pair, 2, "the result (a pair: y and your cache)", **about)[0],
        y,
        what=f"y for a batch of {n} with {features} features, eps = {eps:g},",
        **about,
        mistaken_for={
            "The variance is biased here: divide by n, not by n − 1 (ddof=0).": gamma
            * std
            * z
            / np.sqrt(std**2 * n / (n - 1) + eps)
            + beta,
            "eps belongs inside the root, beside the variance.": gamma * std * z / (std + eps) + beta,
            "eps is missing, or another number than the argument.": gamma * z + beta,
            "beta is missing.": y - beta,
            "gamma is missing.": shrink * z + beta,
            "gamma and beta are swapped.": beta * shrink * z + gamma,
            "The root is missing: you divided by the variance.": gamma * std * z / (std**2 + eps) + beta,
            "The mean was not subtracted.": gamma * x / np.hypot(std, eps**0.5) + beta,
            "This is before scale and shift.": shrink * z,
            "The shift comes after the scale: gamma·x̂ + beta.": gamma * (shrink * z + beta),
        },
    )
x = np.column_stack([np.full(6, 3.0), np.full(6, -2.0)])
found = checks.items(checks.call(batchnorm_forward, x, np.array([2.0, 1.0]), np.array([0.5, -1.0])), 2)[0]
checks.close(
    found,
    np.tile([0.5, -1.0], (6, 1)),
    what="y where both features are constant (it is beta)",
    scale=10.0,
    **about,
)
### BEGIN HIDDEN TESTS
from concepts import normalization as reference

for n, features in [(2, 1), (8, 8), (64, 5), (3, 50)]:
    for size, eps in ((1.0, 1e-5), (0.01, 1e-4), (100.0, 1e-5)):
        z, std = standard_columns(rng, n, features), size * rng.uniform(0.5, 2, size=features)
        x = std * (z + rng.normal(size=features))
        gamma, beta = rng.normal(size=features), rng.normal(size=features)
        found = checks.items(checks.leaves_unchanged(batchnorm_forward, x, gamma, beta, eps=eps), 2)[0]
        expected = reference.batchnorm_forward(x, gamma, beta, eps)[0]
        checks.close(
            found,
            expected,
            what=f"y for a batch of {n} with {checks.counted(features, 'feature')}",
            scale=1.0,
            **about,
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 2. Batch norm, backward
#
# Here is where many implementations go wrong: every $x_i$ reaches the cost in *three* ways: directly, through $\mu$, and through $v$.
# With $g = \partial C/\partial y$ and a bar for the mean over the batch, the chain rule gives
#
# $$\frac{\partial C}{\partial x} = \frac{\gamma}{\sqrt{v + \epsilon}} \left( g - \bar g - \hat x\;\overline{g\,\hat x} \right), \qquad \frac{\partial C}{\partial \gamma} = \sum_i g_i\,\hat x_i, \qquad \frac{\partial C}{\partial \beta} = \sum_i g_i .$$
#
# The second term in the bracket comes from $\mu$, the third from $v$.
# Your function gets $g$ as `grad_y` and the cache that *your* `batchnorm_forward` returned, and nothing else.
#
# **Worked example.** For a batch of two and $\epsilon = 0$ the outputs are ±1 whatever the inputs are; so $\partial C/\partial x = 0$. With $\hat x = (-1, 1)$ and $g = (1, 3)$: $\partial C/\partial\gamma = 2$, $\partial C/\partial\beta = 4$.


# %% batchnorm_backward tags=["solution"]
def batchnorm_backward(grad_y: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients with respect to x, gamma and beta.

    Args:
        grad_y: ∂C/∂y, of shape (n, features).
        cache: What your `batchnorm_forward` returned beside y.

    Returns:
        ∂C/∂x of shape (n, features), ∂C/∂gamma and ∂C/∂beta of shape (features,).
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma = cache
    grad_gamma, grad_beta = (grad_y * x_hat).sum(axis=0), grad_y.sum(axis=0)
    grad_x = gamma / std * (grad_y - (grad_beta + x_hat * grad_gamma) / len(x_hat))
    return grad_x, grad_gamma, grad_beta
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Which three things of the forward pass occur in the formulas? They belong in the cache.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Unpack the cache. Compute the two sums over the batch first: they are the gradients of gamma and beta; divided by n they are the two means in the bracket.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `grad_x = gamma / std * (grad_y - … .mean(axis=0) - x_hat * (…).mean(axis=0))`
# </details>

# %% check_batchnorm_backward tags=["check", "points=4"]
rng = checks.rng()
about = {"see": "normalization#batch-norm-backward"}
for n, features, eps in [(5, 3, 1e-5), (2, 4, 0.5), (8, 2, 0.2), (6, 6, 1e-5)]:
    z, std = standard_columns(rng, n, features), np.exp(rng.normal(-0.5, 0.5, size=features))
    gamma, beta = rng.uniform(0.5, 2, size=features), rng.normal(size=features)
    x, root = std * (z + rng.normal(size=features)), np.hypot(std, eps**0.5)
    grad_y = rng.normal(0, 1, size=(n, features)) + rng.normal(size=features)
    # Column by column as one matrix: what batch norm does to a small change of x, mean and variance included.
    grads, direct, no_mean, no_variance = (np.empty((n, features)) for _ in range(4))
    for j in range(features):
        ones, column = np.full((n, n), 1 / n), np.outer(z[:, j], z[:, j]) * (std[j] / root[j]) ** 2 / n
        outer = gamma[j] / root[j]
        grads[:, j] = outer * (np.eye(n) - ones - column) @ grad_y[:, j]
        direct[:, j] = outer * grad_y[:, j]
        no_mean[:, j] = outer * (np.eye(n) - column) @ grad_y[:, j]
        no_variance[:, j] = outer * (np.eye(n) - ones) @ grad_y[:, j]
    by_gamma = np.array([z[:, j] @ grad_y[:, j] * std[j] / root[j] for j in range(features)])
    by_beta = np.array([np.ones(n) @ grad_y[:, j] for j in range(features)])
    cache = checks.items(checks.call(batchnorm_forward, x, gamma, beta, eps), 2, **about)[1]
    # Another batch in between: only the cache tells which one is meant.
    checks.call(batchnorm_forward, x[::-1] + 1, gamma + 1, beta, eps)
    seen = checks.observe(batchnorm_backward, grad_y, cache)
    found = checks.items(
        checks.call(batchnorm_backward, grad_y, cache) if seen.error else seen.result, 3, **about
    )
    checks.that(
        np.array_equal(seen.args[0], grad_y), "`batchnorm_backward` changed grad_y in place.", **about
    )
    checks.close(
        found[0],
        grads,
        what=f"∂C/∂x for a batch of {n} with {features} features, eps = {eps:g},",
        scale=float(np.abs(direct).max()),
        **about,
        mistaken_for={
            "Only the direct way is here: mean and variance depend on x, too.": direct,
            "The way through the mean is missing.": no_mean,
            "The way through the variance is missing.": no_variance,
            "gamma is missing.": grads / gamma,
            "The root is missing: gamma has to be divided by it.": grads * root,
            "The root was multiplied; divide by it.": grads * root**2,
            "The variance is biased: divide by n.": grads * np.sqrt((n - 1) / n),
        },
    )
    checks.close(
        found[1],
        by_gamma,
        what="∂C/∂gamma",
        scale=float(n),
        **about,
        mistaken_for={
            "This is the mean over the batch; the sum is asked for.": by_gamma / n,
            "gamma and beta are swapped.": by_beta,
            "x itself is in the sum; x̂ belongs there.": np.sum(grad_y * x, axis=0),
        },
    )
    checks.close(
        found[2],
        by_beta,
        what="∂C/∂beta",
        scale=float(n),
        **about,
        mistaken_for={"This is the mean over the batch; the sum is asked for.": by_beta / n},
    )
### BEGIN HIDDEN TESTS
from concepts import normalization as reference

for n, features in [(2, 1), (3, 5), (40, 7), (9, 9)]:
    for size, eps in ((1.0, 1e-5), (0.05, 1e-3), (30.0, 1e-5)):
        z, std = standard_columns(rng, n, features), size * rng.uniform(0.5, 2, size=features)
        x = std * (z + rng.normal(size=features))
        gamma, beta, grad_y = (
            rng.normal(size=features),
            rng.normal(size=features),
            rng.normal(size=(n, features)),
        )
        cache = checks.items(checks.call(batchnorm_forward, x, gamma, beta, eps=eps), 2, **about)[1]
        found = checks.items(checks.call(batchnorm_backward, grad_y, cache), 3, **about)
        expected = reference.batchnorm_backward(grad_y, reference.batchnorm_forward(x, gamma, beta, eps)[1])
        for ours, theirs, name, scale in zip(
            expected, found, ("x", "gamma", "beta"), (np.abs(gamma / std).max(), float(n), float(n))
        ):
            checks.close(theirs, ours, what=f"∂C/∂{name} for a batch of {n}", scale=float(scale), **about)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: does batch norm tame gradients?
#
# Predict first: twenty layers of 100 ReLU units at initialisation, each with batch norm before the ReLU. A random gradient is sent back. Does its size stay, shrink or grow from layer to layer, and does the batch size matter?

# %% figure_growth
import matplotlib.pyplot as plt

draws = np.random.default_rng()
width, depth = 100, 20
figure, axes = plt.subplots(figsize=(7, 4))
for n, style in ((4, ":"), (32, "--"), (256, "-")):
    a, layers = draws.normal(size=(n, width)), []
    for _ in range(depth):
        W = draws.normal(0, (2 / width) ** 0.5, size=(width, width))
        z, cache = batchnorm_forward(a @ W.T, np.ones(width), np.zeros(width))
        layers.append((W, z, cache))
        a = np.maximum(z, 0)
    grad, norms = draws.normal(size=(n, width)), []
    for W, z, cache in reversed(layers):
        norms.append(np.linalg.norm(grad))
        grad = batchnorm_backward(grad * (z > 0), cache)[0] @ W
    axes.semilogy(range(1, depth + 1), np.array(norms[::-1]) / norms[0], style, label=f"batch of {n}")
l = np.arange(1, depth + 1)
axes.semilogy(l, (np.pi / (np.pi - 1)) ** ((depth - l) / 2), color="0.6", label="theory, large batch")
axes.set(
    xlabel="layer $l$", ylabel="gradient norm relative to layer 20", title="Back through batch norm and ReLU"
)
axes.legend()
plt.show()

# %% [markdown]
# ## Step 3. Running statistics
#
# In use, a single sample must not depend on who else is in its batch. So training keeps a *running* mean $m$ and variance $r$ and updates them after every batch. PyTorch's rule:
#
# $$m \leftarrow (1 - \text{momentum})\,m + \text{momentum}\cdot\mu, \qquad r \leftarrow (1 - \text{momentum})\,r + \text{momentum}\cdot\frac{1}{n-1}\sum_i (x_i - \mu)^2 .$$
#
# Two traps: here `momentum` is the weight of the *new* batch, and the variance is the *unbiased* one (÷(n − 1)), unlike in step 1. Batches have at least two rows.
#
# **Worked example.** $m = 0$, $r = 1$, the batch $(1, 5)$ and momentum 0.1: $m = 0.3$, $r = 0.9 \cdot 1 + 0.1 \cdot 8 = 1.7$.


# %% update_running tags=["solution"]
def update_running(
    running_mean: np.ndarray, running_var: np.ndarray, x: np.ndarray, momentum: float = 0.1
) -> tuple[np.ndarray, np.ndarray]:
    """Return the running mean and variance after one more batch.

    Args:
        running_mean: Of shape (features,).
        running_var: Of shape (features,).
        x: The batch, of shape (n, features), n ≥ 2.
        momentum: The weight of the new batch.

    Returns:
        The new mean and the new variance, each of shape (features,).
    """
    ### BEGIN SOLUTION
    keep = 1 - momentum
    mean = keep * running_mean + momentum * x.mean(axis=0)
    return mean, keep * running_var + momentum * x.var(axis=0, ddof=1)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# With momentum 0.1, does one batch change the running mean a little or nearly replace it?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Two weighted means, old against new. `np.var` has an argument `ddof` for the unbiased variance. Return new arrays.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `(1 - momentum) * running_var + momentum * np.var(x, axis=0, ddof=…)`
# </details>

# %% check_update_running tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "normalization#training-and-inference"}
for n, features, rest in [
    (2, 3, ()),
    (5, 5, (0.3,)),
    (9, 2, (float(rng.uniform(0.6, 0.95)),)),
    (4, 1, (1.0,)),
]:
    momentum = rest[0] if rest else 0.1
    z, std = standard_columns(rng, n, features), np.exp(rng.normal(0, 0.5, size=features))
    mean = rng.normal(0, 2, size=features)
    old_mean, old_var = rng.normal(size=features), np.exp(rng.normal(0, 0.5, size=features))
    unbiased = std**2 * n / (n - 1)
    expected = (old_mean + momentum * (mean - old_mean), old_var + momentum * (unbiased - old_var))
    biased = old_var + momentum * (std**2 - old_var)
    found = checks.leaves_unchanged(update_running, old_mean, old_var, mean + std * z, *rest)
    checks.close(
        found,
        expected,
        what=f"the running mean and variance after a batch of {n}, momentum = {momentum:.4g},",
        scale=1.0,  # a mean near 0 is a sum of deviations of size 1
        **about,
        mistaken_for={
            "The running variance takes the unbiased variance, ÷(n − 1).": (expected[0], biased),
            "momentum is the weight of the new batch, not of the old value.": (
                mean + momentum * (old_mean - mean),
                unbiased + momentum * (old_var - unbiased),
            ),
            "momentum is the weight of the new batch, and the variance the unbiased one.": (
                mean + momentum * (old_mean - mean),
                std**2 + momentum * (old_var - std**2),
            ),
            "The two results are swapped: the mean comes first.": expected[::-1],
            "These are standard deviations; variances are kept.": (
                expected[0],
                old_var + momentum * (np.sqrt(unbiased) - old_var),
            ),
            "The old values have to shrink: (1 − momentum) times them.": (
                old_mean + momentum * mean,
                old_var + momentum * unbiased,
            ),
            "These are the batch's own values: mix them with the old ones.": (mean, unbiased),
            "The average is a plain one; momentum says how much is new.": (
                (old_mean + mean) / 2,
                (old_var + unbiased) / 2,
            ),
        },
    )
### BEGIN HIDDEN TESTS
from concepts import normalization as reference

for n, features in [(2, 1), (3, 40), (100, 6), (6, 6)]:
    for momentum in (0.0, 0.01, 0.5, 0.9):
        old = rng.normal(size=features), rng.uniform(0.1, 3, size=features)
        x = rng.normal(0, rng.uniform(0.5, 3), size=(n, features))
        found = checks.leaves_unchanged(update_running, *old, x, momentum=momentum)
        expected = reference.update_running(*old, x, momentum)
        checks.close(found, expected, what="the running mean and variance", scale=1.0, **about)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: where does the running variance settle?
#
# Predict first: a feature has the variance 4, batches hold four samples, and the running variance starts at 1. Where does it settle, where would it settle with the biased variance, and what does a smaller momentum change?

# %% figure_running
import matplotlib.pyplot as plt

draws = np.random.default_rng()
figure, axes = plt.subplots(figsize=(7, 4))
for momentum, style in ((0.1, "-"), (0.01, "--")):
    mean, variance, history = np.zeros(300), np.ones(300), []
    for _ in range(200):
        mean, variance = update_running(mean, variance, draws.normal(0, 2, size=(4, 300)), momentum)
        history.append(np.mean(variance))  # over 300 such features, so that the curve is smooth
    axes.plot(history, style, label=f"momentum {momentum}")
axes.axhline(4, color="0.4", lw=1, label="variance of the data")
axes.axhline(3, color="0.4", lw=1, ls=":", label="where the biased one would settle")
axes.set(xlabel="batch", ylabel="running variance", title="Batches of four")
axes.legend()
plt.show()

# %% [markdown]
# ## Step 4. Batch norm in use
#
# With the running statistics $m$ and $r$ (given, not computed from $x$) it is a fixed affine map:
#
# $$y = \gamma\,\frac{x - m}{\sqrt{r + \epsilon}} + \beta .$$
#
# **Worked example.** $x = 5$, $m = 1$, $r = 4$, $\gamma = \beta = 1$, $\epsilon = 0$: $y = 1 \cdot \tfrac{4}{2} + 1 = 3$, whoever else is in the batch.


# %% batchnorm_inference tags=["solution"]
def batchnorm_inference(
    x: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    eps: float = 1e-5,
) -> np.ndarray:
    """Return the batch, normalised with the running statistics.

    Args:
        x: Inputs, of shape (n, features), n ≥ 1.
        running_mean: Of shape (features,).
        running_var: Of shape (features,).
        gamma: Scales, of shape (features,).
        beta: Shifts, of shape (features,).
        eps: ε, inside the root.

    Returns:
        An array of shape (n, features).
    """
    ### BEGIN SOLUTION
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Does any mean have to be computed here?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# The formula as it stands; broadcasting matches `(n, features)` with `(features,)`.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return gamma * (x - …) / np.sqrt(… + eps) + …`
# </details>

# %% check_batchnorm_inference tags=["check", "points=1"]
rng = checks.rng()
about = {"see": "normalization#training-and-inference"}
for n, features, rest in [(1, 3, ()), (6, 4, (0.3,)), (4, 4, (1e-2,)), (30, 2, ())]:
    eps = rest[0] if rest else 1e-5
    std = (1.0 if rest else 0.01) * np.exp(rng.normal(-0.5, 0.5, size=features))
    mean = std * rng.normal(0, 2, size=features)
    gamma, beta = rng.normal(size=features), rng.normal(size=features)
    z = 1.7 * standard_columns(rng, n, features) if n > 1 else np.zeros((1, features))
    t = z + rng.normal(size=features)
    root = np.hypot(std, eps**0.5)
    x = mean + root * t  # so that t is what remains after normalising
    y = t * gamma + beta
    checks.close(
        checks.leaves_unchanged(batchnorm_inference, x, mean, std**2, gamma, beta, *rest),
        y,
        what=f"y for n = {n} with {features} features, eps = {eps:g},",
        scale=1.0,
        **about,
        mistaken_for={
            "The batch's own statistics were used; in inference the running ones count.": gamma
            * root
            * z
            / np.hypot(1.7 * root, eps**0.5)
            + beta,
            "eps belongs inside the root, beside the variance.": gamma * t * root / (std + eps) + beta,
            "eps is missing, or another number than the argument.": gamma * t * root / std + beta,
            "The root is missing: you divided by the variance.": gamma * t / root + beta,
            "The running mean was not subtracted.": gamma * x / root + beta,
            "gamma is missing.": t + beta,
            "beta is missing.": y - beta,
            "gamma and beta are swapped.": beta * t + gamma,
        },
    )
### BEGIN HIDDEN TESTS
from concepts import normalization as reference

for n, features in [(1, 1), (3, 20), (8, 8)]:
    for size, eps in ((1.0, 1e-5), (1e-3, 1e-3), (50.0, 0.0)):
        old = size * rng.normal(size=features), size**2 * rng.uniform(0.2, 3, size=features)
        x, gamma, beta = (
            size * rng.normal(size=(n, features)),
            rng.normal(size=features),
            rng.normal(size=features),
        )
        found = checks.leaves_unchanged(batchnorm_inference, x, *old, gamma, beta, eps=eps)
        expected = reference.batchnorm_inference(x, *old, gamma, beta, eps)
        checks.close(found, expected, what=f"y for {checks.counted(n, 'sample')}", scale=1.0, **about)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 5. Layer norm
#
# Layer norm standardises every *row*, one sample over its features, with its own mean and biased variance; $\gamma$ and $\beta$ still belong to the features:
#
# $$\mu_i = \frac1d \sum_j x_{ij}, \qquad v_i = \frac1d \sum_j (x_{ij} - \mu_i)^2, \qquad y_{ij} = \gamma_j\,\frac{x_{ij} - \mu_i}{\sqrt{v_i + \epsilon}} + \beta_j .$$
#
# No sample sees another one, so it is the same in training and in use, and works with one sample and in recurrent networks.
#
# **Worked example.** One sample $(1, 5)$ with $\gamma = (1, 1)$, $\beta = (0, 0)$, $\epsilon = 0$ becomes $(-1, 1)$.


# %% layernorm_forward tags=["solution"]
def layernorm_forward(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return the batch with every row standardised, then scaled and shifted feature by feature.

    Args:
        x: Inputs, of shape (n, features), features ≥ 2.
        gamma: Scales, of shape (features,).
        beta: Shifts, of shape (features,).
        eps: ε, inside the root.

    Returns:
        An array of shape (n, features).
    """
    ### BEGIN SOLUTION
    mu, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return (x - mu) / np.sqrt(v + eps) * gamma + beta
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Along which axis does the mean run now? Which shape must it have to be subtracted from `x`?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# `axis=1` with `keepdims=True` gives columns of shape `(n, 1)`. Gamma and beta are used as in batch norm.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `mu = x.mean(axis=…, keepdims=True)`, likewise the variance; then `gamma * (x - mu) / … + beta`.
# </details>

# %% check_layernorm_forward tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "normalization#layer-norm"}
x = np.array([[1.0, 5.0], [3.0, 9.0]])
checks.close(
    checks.call(layernorm_forward, x, np.ones(2), np.zeros(2), 0.0),
    np.array([[-1.0, 1.0], [-1.0, 1.0]]),
    what="y for the samples (1, 5) and (3, 9), gamma = 1, beta = 0, eps = 0,",
    **about,
    mistaken_for={
        "Columns were normalised, as in batch norm; layer norm works on rows.": np.array(
            [[-1.0, -1.0], [1.0, 1.0]]
        ),
        "One mean and variance for the whole array: each row has its own.": (x - 4.5) / 8.75**0.5,
    },
)
for n, features, rest in [(1, 3, ()), (4, 2, ()), (5, 7, (0.3,)), (4, 4, (1e-2,))]:
    eps = rest[0] if rest else 1e-5
    z, std = standard_columns(rng, features, n).T, np.exp(rng.normal(-0.5, 0.5, size=(n, 1)))
    std = std if rest else 0.01 * std  # small enough to notice the default of eps
    x = std * (z + rng.normal(size=(n, 1)))
    gamma, beta = rng.normal(size=features), rng.normal(size=features)
    root = np.hypot(std, eps**0.5)
    y = gamma * (std / root * z) + beta
    checks.close(
        checks.leaves_unchanged(layernorm_forward, x, gamma, beta, *rest),
        y,
        what=f"y for n = {n} with {features} features, eps = {eps:g},",
        **about,
        mistaken_for={
            "The variance is biased here: divide by the number of features.": gamma
            * std
            * z
            / np.sqrt(std**2 * features / (features - 1) + eps)
            + beta,
            "eps belongs inside the root, beside the variance.": gamma * std * z / (std + eps) + beta,
            "eps is missing, or another number than the argument.": gamma * z + beta,
            "The root is missing: you divided by the variance.": gamma * std * z / root**2 + beta,
            "beta is missing.": y - beta,
            "gamma is missing.": std / root * z + beta,
            "gamma and beta are swapped.": beta * (std / root * z) + gamma,
            "The mean was not subtracted (that is nearly RMS norm).": gamma * x / root + beta,
        },
    )
x = np.array([[3.0, 3.0, 3.0], [-2.0, -2.0, -2.0]])
found = checks.call(layernorm_forward, x, np.ones(3), np.array([0.5, 1.0, -1.0]))
checks.close(
    found,
    np.tile([0.5, 1.0, -1.0], (2, 1)),
    what="y where rows are constant (it is beta)",
    scale=10.0,
    **about,
)
### BEGIN HIDDEN TESTS
from concepts import normalization as reference

for n, features in [(1, 2), (8, 8), (5, 64), (50, 3)]:
    for size, eps in ((1.0, 1e-5), (0.01, 1e-4), (100.0, 1e-5)):
        z, std = standard_columns(rng, features, n).T, size * rng.uniform(0.5, 2, size=(n, 1))
        x = std * (z + rng.normal(size=(n, 1)))
        gamma, beta = rng.normal(size=features), rng.normal(size=features)
        found = checks.leaves_unchanged(layernorm_forward, x, gamma, beta, eps=eps)
        expected = reference.layernorm_forward(x, gamma, beta, eps)
        checks.close(found, expected, what=f"y for n = {n} with {features} features", scale=1.0, **about)
### END HIDDEN TESTS

# %% [markdown]
# ## Step 6. The size of the weights no longer matters
#
# Multiply all weights of a layer by $s$: the pre-activations are multiplied by $s$, their mean and standard deviation as well (by $|s|$), and batch norm cancels it.
# Measure it: return
#
# $$\max \bigl|\operatorname{BN}(x W^\top) - \operatorname{BN}(x\,(sW)^\top)\bigr|,$$
#
# the largest entry of the difference in absolute value, with $\gamma = 1$, $\beta = 0$ and $\epsilon = 0$.
# For $s > 0$ it is 0 up to rounding (an answer of rounding size is right). For $s < 0$ it is *not*: the sign stays, $\operatorname{BN}(-z) = -\operatorname{BN}(z)$.
# Write the normalisation into this function itself, so that it needs no other step.
#
# **Worked example.** $W = (1, 2)$ (one unit) and the samples $(1, 0)$, $(0, 3)$: $z = (1, 6)$, normalised $(-1, 1)$. For $s = 8$ the gap is 0, for $s = -8$ it is 2.


# %% scale_invariance_gap tags=["solution"]
def scale_invariance_gap(W: np.ndarray, x: np.ndarray, scale: float) -> float:
    """Return the largest change of BN(x Wᵀ) when W is multiplied by `scale`.

    Args:
        W: Weights, of shape (fan_out, fan_in).
        x: Inputs, of shape (n, fan_in); no pre-activation is constant over the batch.
        scale: Any number but 0.

    Returns:
        One number.
    """

    ### BEGIN SOLUTION
    def normalised(V):
        z = x @ V.T
        return (z - z.mean(axis=0)) / z.std(axis=0)

    return float(np.max(np.abs(normalised(W) - normalised(scale * W))))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# You need the same small computation twice, with $W$ and with $sW$.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Define an inner function that takes weights, computes the pre-activations, and standardises their columns without eps. Call it twice, subtract, take absolute values, take the largest.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return np.max(np.abs(normalised(W) - normalised(…)))`
# </details>

# %% check_scale_invariance_gap tags=["check", "points=3"]
rng = checks.rng()
about = {"see": "normalization#scale-invariance"}
for n, fan_in, fan_out in [(3, 4, 2), (6, 3, 3), (9, 5, 1), (4, 7, 5)]:
    z = standard_columns(rng, n, fan_out)
    std = rng.uniform(0.02, 0.06, size=fan_out)
    frame, _ = np.linalg.qr(rng.normal(size=(fan_in, fan_out)))
    size = float(rng.uniform(0.5, 2))
    W = size * frame.T  # orthogonal rows, so that x is easily chosen such that x @ W.T is std · (z + shift)
    x = std * (z + rng.normal(size=fan_out)) @ frame.T / size
    largest = float(np.abs(z).max())
    for scale in (float(rng.uniform(0.05, 0.2)), 300.0, -1.0, -float(np.exp(rng.normal()))):
        expected = 0.0 if scale > 0 else 2 * largest
        checks.close(
            checks.leaves_unchanged(scale_invariance_gap, W, x, scale),
            expected,
            what=f"the gap for scale = {scale:.4g} with n = {n} and {checks.counted(fan_out, 'unit')}",
            scale=2.0,
            **about,
            mistaken_for={
                "For a negative scale the sign of every output changes: the gap is not 0.": 0.0,
                "This is the largest entry, not the largest change.": largest,
                "eps has to be 0 here; with 1e-5 small weights make a difference.": float(
                    np.abs(
                        z * std * (1 / np.sqrt(std**2 + 1e-5) - scale / np.sqrt((scale * std) ** 2 + 1e-5))
                    ).max()
                ),
                "Nothing was normalised.": float(np.abs(x @ W.T * (1 - scale)).max()),
                "The mean was taken instead of the largest entry.": float(np.abs(2 * z).mean()),
                "The variance is biased: divide by n.": expected * ((n - 1) / n) ** 0.5,
            },
        )
### BEGIN HIDDEN TESTS
from concepts import normalization as reference

for n, fan_in, fan_out in [(2, 1, 1), (20, 6, 6), (5, 2, 9), (50, 3, 4)]:
    W, x = rng.normal(size=(fan_out, fan_in)), rng.normal(size=(n, fan_in))
    z = x @ W.T
    if np.std(z, axis=0).min() < 0.1 * np.abs(z).max():
        W, x = np.ones((fan_out, fan_in)), np.arange(n)[:, None] * np.ones(fan_in) / n
    for scale in (1e-4, 0.3, 1.0, 40.0, -1e-4, -3.0):
        found = checks.leaves_unchanged(scale_invariance_gap, W, x, scale)
        expected = reference.scale_invariance_gap(W, x, scale)
        checks.close(found, expected, what=f"the gap for scale = {scale:g}", scale=5.0, **about)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: two ways to forget the scale
#
# Predict first: the same layer, all weights multiplied by $s$ from −3 to 3. How large is the gap behind batch norm? What would layer norm behind the layer do?

# %% figure_scales
import matplotlib.pyplot as plt

draws = np.random.default_rng()
W, x = draws.normal(size=(8, 5)), draws.normal(size=(16, 5))
ones, zeros = np.ones(8), np.zeros(8)
scales = np.concatenate([np.linspace(-3, -0.1, 30), np.linspace(0.1, 3, 30)])
before = layernorm_forward(x @ W.T, ones, zeros)
layer_gaps = [np.abs(layernorm_forward(s * x @ W.T, ones, zeros) - before).max() for s in scales]
figure, axes = plt.subplots(figsize=(7, 4))
axes.plot(scales, [scale_invariance_gap(W, x, s) for s in scales], "o", ms=5, label="batch norm")
axes.plot(scales, layer_gaps, ".", label="layer norm")
axes.set(
    xlabel="scale $s$ of the weights",
    ylabel="largest change of the output",
    title="Size is forgotten, sign is not",
)
axes.legend()
plt.show()

# %% explain_growth [markdown] tags=["manual", "points=2"]
# ### Question: batch norm and exploding gradients
#
# “Batch norm prevents exploding gradients.” In your experiment with twenty layers the gradient *grows* on its way back.
# By which factor per layer for the batch of 256, and where does it come from? Hint: what is the variance of $\operatorname{relu}(u)$ for $u \sim \mathcal N(0, 1)$ over the batch, and by what does the next batch norm divide?
#
# *Marked:* one point for the measured factor and the comparison with theory, one for the reason.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: about 1.2 per layer in the norm (1.47 in its square), that is a factor of about 40 over twenty layers; the theory says $\sqrt{\pi/(\pi - 1)} = 1.211$; small batches grow more.
# One point: $\mathbb E[\operatorname{relu}(u)^2] = \tfrac12$ but $\operatorname{Var}(\operatorname{relu}(u)) = \tfrac12 - \tfrac1{2\pi}$: batch norm removes the mean, divides by the root of the smaller variance and so multiplies the gradient by more than ReLU's slopes (mean square ½) take away. What batch norm does keep steady is the size of the signals and the insensitivity to the weights' scale.
# ### END SOLUTION

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slips
#
# Two sentences of a well-known textbook and a line from a popular course:
#
# 1. “Layer normalization does not depend on the scale: $\operatorname{LN}(x) \approx \operatorname{LN}(\alpha x)$ for any choice of $\alpha \ne 0$.”
# 2. A batch-norm layer that decides between batch and running statistics by asking whether gradients are being recorded.
# 3. `xvar = x.var(0, unbiased=True)` in the forward pass of a layer that shall match PyTorch's output.
#
# What is wrong with each, and what is right?
#
# *Marked:* one point for 1, one for 2 and 3 together.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: only for α > 0; for α < 0 the sign turns, $\operatorname{LN}(-x) = -\operatorname{LN}(x)$ (before scale and shift); the figure above shows it.
# One point: 2. recording gradients and being in training are two different switches (`torch.no_grad()` against `model.eval()`); one may evaluate with gradients, or train a frozen part without; 3. PyTorch normalises with the biased variance and keeps the unbiased one in `running_var`.
# ### END SOLUTION
