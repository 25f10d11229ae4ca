# %% [markdown]
# # Training: steps, schedules, stopping
#
# **Goal.** You write what stands around back-propagation: optimisers that adapt the size of each step, schedules of the learning rate, the decision to stop, dropout, and a search for the strength of a penalty.
#
# **Time** about 100 minutes. **Points** 16 for code, 4 for two questions that a person marks.
#
# **Read first** the chapter “Training: steps, schedules, stopping” (`book/training.md`).
#
# **How it works.** Each step has one function to write, three hints of growing frankness, cells that check it, and often an experiment with what you wrote.
# Replace `raise NotImplementedError()` by your code and run the cell, then the checks below it.
# A check that says nothing is content; otherwise it tells what it expected.
# The steps do not need each other: if one is stuck, go on with the next.
# The checks draw new numbers each time; a failure prints the seed that repeats them.
#
# **Conventions**
# - Arrays may have any shape (one dimension or more); what belongs together has the same shape.
# - Never change an argument in place: return new arrays.
#   A result of float32 precision is precise enough (2e-5 of the largest entry of the expected array).
# - Where one number is asked for, return a number, not an array of shape `(1,)`; a pair may be a tuple or a list.
# - `rng` is a `numpy.random.Generator`. Draw from it (`rng.random(...)`, `rng.uniform(...)`); never use `np.random.…` directly, which is a hidden global state.

# %% setup tags=["locked"]
import numpy as np

from autograder import checks


def signs(rng, shape):
    """Return −1 or 1 for each entry."""
    return np.where(rng.random(shape) < 0.5, -1.0, 1.0)


# %% [markdown]
# ## Step 1. RMSProp
#
# Where gradients vanish, plain gradient descent takes steps that vanish, too.
# RMSProp (Tieleman and Hinton 2012) divides each gradient by its own usual size, a moving root mean square:
#
# $$s' = \rho\,s + (1 - \rho)\,g^2, \qquad w' = w - \eta\,\frac{g}{\sqrt{s'} + \varepsilon}.$$
#
# Everything is taken entry by entry. $\rho$ is `decay`, $\eta$ is `lr`, and $\varepsilon$ stands *outside* the root.
# The step uses the new $s'$, not the old $s$.
#
# **Worked example.** $w = 1$, $g = 4$, $s = 16$, $\eta = 0.5$, $\varepsilon = 4$: $s' = 16$ whatever $\rho$ is, and $w' = 1 - 0.5 \cdot \frac{4}{4 + 4} = 0.75$.


# %% rmsprop_step tags=["solution"]
def rmsprop_step(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float = 1e-3, decay: float = 0.9, eps: float = 1e-8
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights and the mean square after one step of RMSProp.

    Args:
        w: The weights, any shape.
        g: The gradient, of the shape of w.
        s: The moving mean of squared gradients so far, of the shape of w.
        lr: The learning rate.
        decay: The share of the old mean.
        eps: A small positive number, outside the root.

    Returns:
        The pair (new w, new s).
    """
    ### BEGIN SOLUTION
    s = decay * s + (1 - decay) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Two lines, in the order of the two formulas. Which of $s$ and $s'$ does the second one use?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# First the moving mean: a share `decay` of the old one and the rest of the squared gradient. Then the step: the gradient over (root plus `eps`), times `lr`, taken away from the weights.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `new_s = decay * … + (1 - decay) * …` and `new_w = w - lr * g / (np.sqrt(…) + …)`. Do not write `s *= …`, which changes the caller's array.
# </details>

# %% check_rmsprop_step tags=["check", "points=2"]
### BEGIN HIDDEN TESTS
from concepts import training as reference

rng = checks.rng()
for shape in [(1,), (7,), (3, 4), (2, 3, 4)]:
    lr, decay, eps = (float(v) for v in rng.uniform([0.5, 0.1, 0.2], [2.0, 0.4, 0.6]))
    w, g, s = rng.normal(size=shape), rng.normal(size=shape), rng.uniform(0.2, 3, size=shape)
    new_w, new_s = reference.rmsprop_step(w, g, s, lr, decay, eps)
    reverse = (1 - decay) * s + decay * g**2
    checks.close(
        checks.leaves_unchanged(rmsprop_step, w, g, s, lr, decay, eps),
        (new_w, new_s),
        what=f"(w, s) of shape {shape} after a step of RMSProp",
        see="training#rmsprop",
        mistaken_for={
            "`eps` stands inside the root; here it is added to the root.": (
                w - lr * g / np.sqrt(new_s + eps),
                new_s,
            ),
            "`decay` is the share of the old mean, 1 − `decay` that of the new square.": (
                w - lr * g / (np.sqrt(reverse) + eps),
                reverse,
            ),
            "The step uses the old mean square; update s first.": (w - lr * g / (np.sqrt(s) + eps), new_s),
            "eps belongs into the denominator: brackets around root + eps.": (
                w - (lr * g / np.sqrt(new_s) + eps),
                new_s,
            ),
            "The order is (w, s).": (new_s, new_w),
        },
    )
w, g = 1e-3 * rng.normal(size=(3, 4)), 1e-6 * rng.normal(size=(3, 4))
for s in (np.zeros((3, 4)), g**2 * rng.uniform(0, 3, size=g.shape)):
    checks.close(
        checks.call(rmsprop_step, w, g, s),
        reference.rmsprop_step(w, g, s),
        what="(w, s) with the usual lr, decay and eps",
        see="training#rmsprop",
    )
### END HIDDEN TESTS
# Weights, gradients and s for which the result is known: the new root mean square is `ratio` times |g|.
rng = checks.rng()
about = {"see": "training#rmsprop"}
for shape in [(6,), (3, 4), (2, 3, 2)]:
    lr, decay = (float(v) for v in rng.uniform([0.5, 0.2], [2.0, 0.4]))
    ratio, size, sign = rng.uniform(1.2, 2, size=shape), rng.uniform(0.5, 2, size=shape), signs(rng, shape)
    w, s = rng.normal(size=shape), size**2 * (ratio**2 - 1 + decay) / decay
    known_s = (ratio * size) ** 2
    checks.close(
        checks.leaves_unchanged(rmsprop_step, w, sign * size, s, lr=lr, decay=decay, eps=1e-12),
        (w - lr * sign / ratio, known_s),
        what=f"(w, s) of shape {shape} after a step of RMSProp",
        **about,
        mistaken_for={
            "The step goes uphill: it is taken away from w.": (w + lr * sign / ratio, known_s),
            "The root is missing in the denominator.": (w - lr * sign / (ratio**2 * size), known_s),
            "The step is a plain one; divide by the root.": (w - lr * sign * size, known_s),
            "The learning rate is missing.": (w - sign / ratio, known_s),
        },
    )
c = float(rng.uniform(2, 5))  # g = c, s = c² and eps = c: half of the learning rate
checks.close(
    checks.call(rmsprop_step, np.zeros(3), np.full(3, c), np.full(3, c * c), 1.0, 0.7, c),
    (np.full(3, -0.5), np.full(3, c * c)),
    what="(w, s) for g = eps = c and s = c²",
    **about,
)

# %% [markdown]
# ## Step 2. Adam
#
# Adam (Kingma and Ba 2015) also averages the gradient itself, and corrects both averages, which start at zero and are too small at first:
#
# $$m' = \beta_1 m + (1 - \beta_1)\,g, \qquad v' = \beta_2 v + (1 - \beta_2)\,g^2, \qquad
# \hat m = \frac{m'}{1 - \beta_1^t}, \quad \hat v = \frac{v'}{1 - \beta_2^t}, \qquad
# w' = w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}.$$
#
# The first step has $t = 1$. Hand on $m'$ and $v'$ as they are, uncorrected.
# $\varepsilon$ is added to the root of the *corrected* $\hat v$.
#
# **Worked example.** At $t = 1$ with $m = v = 0$: $\hat m = g$ and $\hat v = g^2$, so the first step is $\eta\,g / (|g| + \varepsilon)$, almost $\eta$ times the sign of $g$. For $\eta = 0.001$ the gradients $1$, $-10^6$ and $10^{-6}$ move the weight by $-0.001$, $0.001$ and $-0.00099$.


# %% adam_step tags=["solution"]
def adam_step(
    w: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights and the two moving means after step t of Adam.

    Args:
        w: The weights, any shape.
        g: The gradient, of the shape of w.
        m: The moving mean of gradients so far, of the shape of w.
        v: The moving mean of squared gradients so far, of the shape of w.
        t: The number of this step; the first is 1.
        lr: The learning rate.
        beta1: The share of the old m, at least 0 and below 1.
        beta2: The share of the old v, at least 0 and below 1.
        eps: A small positive number, added to the root.

    Returns:
        The triple (new w, new m, new v).
    """
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Five formulas, five lines. Which of the four quantities $m'$, $v'$, $\hat m$, $\hat v$ are returned?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Update both means. Make corrected copies under new names. Use the copies for the step, and return the uncorrected means: the next step corrects them anew.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `m_hat = new_m / (1 - beta1 ** …)`, likewise `v_hat`, and `w - lr * … / (np.sqrt(…) + eps)`.
# </details>

# %% check_adam_step tags=["check", "points=3"]
### BEGIN HIDDEN TESTS
from concepts import training as reference

rng = checks.rng()
for t, shape in [(1, (1,)), (2, (7,)), (3, (3, 4)), (5, (2, 3, 4)), (2000, (6,))]:
    lr, beta1, beta2, eps = (float(u) for u in rng.uniform([0.5, 0.5, 0.75, 0.1], [2.0, 0.7, 0.95, 0.5]))
    w, g, m, v = (rng.normal(size=shape) for _ in range(4))
    v = v**2 + 0.2
    new_w, new_m, new_v = reference.adam_step(w, g, m, v, t, lr, beta1, beta2, eps)
    a, b = 1 - beta1**t, 1 - beta2**t
    a_next, b_next = 1 - beta1 ** (t + 1), 1 - beta2 ** (t + 1)
    reverse = (1 - beta1) * m + beta1 * g
    step = lr * new_m / a
    checks.close(
        checks.leaves_unchanged(adam_step, w, g, m, v, t, lr, beta1, beta2, eps),
        (new_w, new_m, new_v),
        what=f"(w, m, v) of shape {shape} after step {t} of Adam",
        see="training#adam",
        mistaken_for={
            "The bias correction is missing: divide m' by 1 − β₁ᵗ and v' by 1 − β₂ᵗ.": (
                w - lr * new_m / (np.sqrt(new_v) + eps),
                new_m,
                new_v,
            ),
            "t counts from 1 already: the correction is 1 − βᵗ, without another + 1.": (
                w - lr * new_m / a_next / (np.sqrt(new_v / b_next) + eps),
                new_m,
                new_v,
            ),
            "Hand on m' and v' as they are; the corrected ones are for this step only.": (
                new_w,
                new_m / a,
                new_v / b,
            ),
            "`eps` stands inside the root; here it is added to the root.": (
                w - step / np.sqrt(new_v / b + eps),
                new_m,
                new_v,
            ),
            "eps belongs into the denominator: brackets around root + eps.": (
                w - step / np.sqrt(new_v / b) + eps,
                new_m,
                new_v,
            ),
            "eps is added to the root of the corrected v.": (
                w - step * np.sqrt(b) / (np.sqrt(new_v) + eps),
                new_m,
                new_v,
            ),
            "`beta1` is the share of the old mean, 1 − `beta1` that of the new gradient.": (
                w - lr * reverse / a / (np.sqrt(new_v / b) + eps),
                reverse,
                new_v,
            ),
            "Only m is corrected; v is to be corrected, too.": (
                w - step / (np.sqrt(new_v) + eps),
                new_m,
                new_v,
            ),
            "The order is (w, m, v).": (new_w, new_v, new_m),
        },
    )
for t, beta1 in [(1, 0.9), (2, 0.9), (40, 0.9), (3, 0.0)]:
    w, g = 1e-3 * rng.normal(size=(3, 4)), 1e-6 * rng.normal(size=(3, 4))
    m, v = g * rng.normal(size=g.shape), g**2 * rng.uniform(0, 2, size=g.shape)
    checks.close(
        checks.call(adam_step, w, g, m, v, t, beta1=beta1),
        reference.adam_step(w, g, m, v, t, beta1=beta1),
        what=f"(w, m, v) at t = {t} with the usual lr, β₂ and eps",
        see="training#adam",
    )
checks.close(
    checks.call(adam_step, w, g, m, v, 7),
    reference.adam_step(w, g, m, v, 7),
    what="(w, m, v) at t = 7 with the usual lr, β₁, β₂ and eps",
    see="training#adam",
)
### END HIDDEN TESTS
# m and v for which the corrected means are known: `share` times the size of g, and `ratio` times its root.
rng = checks.rng()
about = {"see": "training#adam"}
for t, shape in [(1, (6,)), (2, (3, 4)), (4, (2, 3, 2)), (900, (5,))]:
    lr, beta1, beta2 = (float(u) for u in rng.uniform([0.5, 0.5, 0.75], [2.0, 0.7, 0.95]))
    share, ratio = rng.uniform(0.5, 2, size=shape) * signs(rng, shape), rng.uniform(1.2, 2, size=shape)
    g = rng.uniform(0.5, 2, size=shape)
    known_m, known_v = share * g * (1 - beta1**t), (ratio * g) ** 2 * (1 - beta2**t)
    m, v = (known_m - (1 - beta1) * g) / beta1, (known_v - (1 - beta2) * g**2) / beta2
    w = rng.normal(size=shape)
    checks.close(
        checks.leaves_unchanged(adam_step, w, g, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=1e-12),
        (w - lr * share / ratio, known_m, known_v),
        what=f"(w, m, v) of shape {shape} after step {t} of Adam",
        **about,
        mistaken_for={
            "The step goes uphill: it is taken away from w.": (w + lr * share / ratio, known_m, known_v),
            "The root is missing in the denominator.": (w - lr * share / (ratio**2 * g), known_m, known_v),
            "The numerator is the mean m̂, not the gradient itself.": (w - lr / ratio, known_m, known_v),
            "The learning rate is missing.": (w - share / ratio, known_m, known_v),
        },
    )
zero = np.zeros(3)
expected = -1e-3 * np.array([1.0, -1.0, 1 / 1.01])
checks.close(
    checks.items(checks.call(adam_step, zero, np.array([1.0, -1e6, 1e-6]), zero, zero, 1), 3, **about)[0],
    expected,
    what="the weights after the first step, from 0, for the gradients 1, −10⁶ and 10⁻⁶",
    **about,
    mistaken_for={
        "Without the bias correction the first step is √10 times too long.": np.sqrt(10)
        * np.array([-1e-3, 1e-3, -1e-3 / (1 + np.sqrt(0.1))]),
    },
)

# %% [markdown]
# ### Experiment: a valley with vanishing slopes
#
# Predict first: four weights, as in four layers of a sigmoid network; the chapter begins with such a valley. The gradient of each is five times as large as that of the one before. Gradient descent must choose a learning rate that the steepest one survives. How far does it bring the flattest one in 200 steps, and how far do RMSProp and Adam?

# %% figure_valley
import matplotlib.pyplot as plt

steepness = 5.0 ** np.arange(-3, 1)  # the cost is half the sum of steepness·w²
figure, axes = plt.subplots(figsize=(7, 4))
for name in ("gradient descent", "RMSProp", "Adam"):
    w, m, v, path = np.ones(4), np.zeros(4), np.zeros(4), []
    for t in range(1, 201):
        g = steepness * w
        if name == "gradient descent":
            w = w - 0.02 * g
        elif name == "RMSProp":
            w, v = rmsprop_step(w, g, v, lr=0.02)
        else:
            w, m, v = adam_step(w, g, m, v, t, lr=0.02)
        path.append(abs(w[0]))
    axes.plot(range(1, 201), path, label=name)
axes.set(xlabel="step", ylabel="distance of the flattest weight", title="One learning rate for all slopes")
axes.legend()
plt.show()

# %% explain_adam [markdown] tags=["manual", "points=2"]
# ### Question: does Adam cure vanishing gradients?
#
# In the experiment Adam moves the flattest weight as fast as the steepest one.
# On a sigmoid network of five hidden layers whose gradients shrink by 5 per layer, plain gradient descent stays at chance, and Adam does not.
# Explain from the formula why the size of the gradient cancels. Then say what Adam does *not* repair: think of gradients near $\varepsilon$, of what a gradient from a saturated or random network still says, and of noise.
#
# *Marked:* one point for the cancellation, one for a limit.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: multiplying all gradients of a weight by a constant c multiplies $\hat m$ by c and $\sqrt{\hat v}$ by |c|; for $\varepsilon \ll \sqrt{\hat v}$ the step does not change, and is about $\eta$ at most, however small the gradient.
# One point for a limit with its reason: gradients of the size of $\varepsilon$ (1e-8) or below are damped again, or underflow to 0; the chain itself is as bad as before, the signal forward is squeezed too, so that the direction may carry little information; where noise dominates, $\hat m/\sqrt{\hat v}$ is small and the normalised step mostly follows noise. "It repairs everything" earns no point.
# ### END SOLUTION

# %% [markdown]
# ## Step 3. A staircase
#
# A schedule starts with a high learning rate and lowers it. The simplest one multiplies it by `factor` after every `drop_every` steps:
#
# $$\eta(t) = \eta_0\,c^{\lfloor t/k \rfloor}, \qquad t = 0, 1, 2, \dots$$
#
# **Worked example.** $\eta_0 = 8$, $c = \tfrac12$, $k = 3$: the rates are 8, 8, 8, 4, 4, 4, 2, …


# %% step_decay tags=["solution"]
def step_decay(base_lr: float, step: int, drop_every: int, factor: float = 0.1) -> float:
    """Return the learning rate at a step of the staircase.

    Args:
        base_lr: The rate at step 0.
        step: The number of the step, from 0 on.
        drop_every: How many steps have the same rate, at least 1.
        factor: What the rate is multiplied by at each drop.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    return base_lr * factor ** (step // drop_every)
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How often has the rate dropped before step 7, if it drops every 3 steps?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Count the drops by a division that rounds down, in Python `//`; the factor to that power multiplies the base.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `return base_lr * factor ** (… // …)`
# </details>

# %% check_step_decay tags=["check", "points=1"]
rng = checks.rng()
for drop_every in (1, 3, int(rng.integers(4, 8))):
    base_lr, factor = float(rng.uniform(0.01, 5)), float(rng.uniform(0.3, 0.8))
    stairs = base_lr * np.cumprod([1.0] + 3 * [factor])
    for step in range(4 * drop_every):
        drops = int(np.sum(step >= drop_every * np.arange(1, 4)))
        expected = float(stairs[drops])
        checks.close(
            checks.call(step_decay, base_lr, step, drop_every, factor),
            expected,
            what=f"the rate at step {step}, with a drop by {factor:.3g} every {checks.counted(drop_every, 'step')}",
            see="training#schedules",
            mistaken_for={
                "This falls a little at every step; the exponent is rounded down.": base_lr
                * factor ** (step / drop_every),
                "The drop comes one step too early: step `drop_every` is the first one after it.": expected
                * factor ** ((step + 1) % drop_every == 0),
                "The drop comes one step too late: step `drop_every` is the first one after it.": base_lr
                * factor ** (max(step - 1, 0) // drop_every),
                "This is one drop too many.": expected * factor,
                "The exponent counts all steps; it counts the drops.": base_lr * factor**step,
                "The rate is multiplied by factor once for each drop, not by factor times their number.": base_lr
                * factor
                * drops,
            },
        )
checks.close(
    checks.call(step_decay, 3.0, 25, 10), 0.03, what="`step_decay(3.0, 25, 10)`, where factor is 0.1"
)
checks.close(
    checks.call(step_decay, 3.0, 99, 10), 3e-9, what="`step_decay(3.0, 99, 10)`: the rate has no lower end"
)
### BEGIN HIDDEN TESTS
from concepts import training as reference

for _ in range(12):
    base_lr, factor = float(np.exp(rng.normal(0, 3))), float(rng.uniform(0.05, 1.5))
    drop_every = int(rng.integers(1, 30))
    step = int(rng.integers(0, 8 * drop_every))  # more drops would leave too little for a right float32
    checks.close(
        checks.call(step_decay, base_lr, step, drop_every, factor=factor),
        reference.step_decay(base_lr, step, drop_every, factor),
        what=f"the rate at step {step}, with a drop by {factor:.3g} every {checks.counted(drop_every, 'step')}",
        see="training#schedules",
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Step 4. Warm-up and cosine
#
# Adam's first step moves all weights of a unit by the learning rate at once, in the directions in which their effects add up; so many schedules begin softly.
# With $T_w$ = `warmup_steps` and $T$ = `total_steps`, where $T_w < T$:
#
# $$\eta(t) = \begin{cases}
# \eta_0\,t/T_w & 0 \le t \le T_w \\
# \eta_0 \cdot \tfrac12 \left(1 + \cos\left(\pi\,\dfrac{t - T_w}{T - T_w}\right)\right) & T_w \le t \le T \\
# 0 & t > T.
# \end{cases}$$
#
# At $t = T_w$ the rate is $\eta_0$. $T_w$ may be 0: then the cosine begins at once, with $\eta_0$ at step 0.
#
# **Worked example.** $\eta_0 = 8$, $T_w = 4$, $T = 10$: the rate is 0 at step 0, 2 at step 1, 8 at step 4, 6 at step 6 (the cosine of 60° is ½), 4 at step 7, 0 from step 10 on.


# %% warmup_cosine tags=["solution"]
def warmup_cosine(base_lr: float, step: int, warmup_steps: int, total_steps: int) -> float:
    """Return the learning rate that rises on a line and then falls on half a cosine.

    Args:
        base_lr: The rate at the end of the warm-up.
        step: The number of the step, from 0 on.
        warmup_steps: The step at which the warm-up ends; 0 for none.
        total_steps: The step from which on the rate is 0; more than `warmup_steps`.

    Returns:
        One number.
    """
    ### BEGIN SOLUTION
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    progress = (step - warmup_steps) / (total_steps - warmup_steps)
    return base_lr * 0.5 * (1 + np.cos(np.pi * progress))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Three cases, three returns. With `warmup_steps` = 0, in which case is step 0? Where could you divide by zero?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# If the step is *below* the warm-up, the line. If it is past the end, 0. Otherwise compute the progress of the cosine, from 0 at the end of the warm-up to 1 at the end, and put it in the formula.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `progress = (step - …) / (total_steps - …)` and `return base_lr * 0.5 * (1 + np.cos(np.pi * …))`, after the two `if`s.
# </details>

# %% check_warmup_cosine tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "training#warm-up-and-cosine"}
for warmup_steps, sixth in [(0, 2), (4, 1), (int(rng.integers(3, 9)) * 2, int(rng.integers(3, 6)))]:
    base_lr, length = float(rng.uniform(0.01, 5)), 6 * sixth
    total = warmup_steps + length
    known = {  # step: share of the base
        warmup_steps: 1.0,
        warmup_steps + 2 * sixth: 0.75,
        warmup_steps + 3 * sixth: 0.5,
        warmup_steps + 4 * sixth: 0.25,
        total: 0.0,
        total + 1: 0.0,
        total + 2 * sixth: 0.0,
        total + length: 0.0,
        5 * total: 0.0,
    }
    if warmup_steps:
        known |= {0: 0.0, warmup_steps // 2: 0.5, warmup_steps - 1: 1 - 1 / warmup_steps}
    for step, share in known.items():
        progress = (step - warmup_steps) / length
        checks.close(
            checks.call(warmup_cosine, base_lr, step, warmup_steps, total),
            base_lr * share,
            what=f"the rate at step {step}, with a warm-up of {warmup_steps} of {checks.counted(total, 'step')}",
            scale=base_lr,
            **about,
            mistaken_for={
                "The cosine begins when the warm-up ends: subtract the warm-up above and below.": base_lr
                * np.cos(0.5 * np.pi * step / total) ** 2,
                "The warm-up begins one step too late: at step 0 the rate is 0.": base_lr
                * (step + 1)
                / max(warmup_steps, 1),
                "This falls on a line, not on a cosine.": base_lr * (1 - progress),
                "This is cos(π·progress) itself, which becomes negative; add 1 and halve.": base_lr
                * np.cos(np.pi * progress),
                "This is a quarter of a cosine; half of one is asked for.": base_lr
                * np.cos(0.5 * np.pi * progress),
                "The one half in front is missing.": 2 * base_lr * share,
                "After the last step the rate stays 0; the cosine would rise again.": base_lr
                * np.cos(0.5 * np.pi * progress) ** 2,
                "There is no warm-up in this: it is the base itself.": base_lr,
            },
        )
### BEGIN HIDDEN TESTS
from concepts import training as reference

for warmup_steps, length in [(0, 1), (0, 50), (1, 1), (7, 30), (30, 7), (1000, 9000)]:
    total = warmup_steps + length
    for step in [0, warmup_steps, total, *rng.integers(0, total + length, size=6).tolist()]:
        base_lr = float(np.exp(rng.normal(0, 3)))
        checks.close(
            checks.call(warmup_cosine, base_lr, step, warmup_steps, total),
            reference.warmup_cosine(base_lr, step, warmup_steps, total),
            what=f"the rate at step {step}, with a warm-up of {warmup_steps} of {checks.counted(total, 'step')}",
            scale=base_lr,
            **about,
        )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: both schedules
#
# Where does each schedule spend most of its steps: at high rates, or at low ones?

# %% figure_schedules
import matplotlib.pyplot as plt

steps = range(110)
figure, axes = plt.subplots(figsize=(7, 4))
axes.plot(
    steps,
    [step_decay(1.0, step, 30, factor=0.3) for step in steps],
    drawstyle="steps-post",
    label="staircase",
)
axes.plot(steps, [warmup_cosine(1.0, step, 10, 100) for step in steps], label="warm-up and cosine")
axes.set(xlabel="step", ylabel="learning rate over its base", title="Start high, end low")
axes.legend()
plt.show()

# %% [markdown]
# ## Step 5. When to stop
#
# Training longer lowers the training loss and, from some point on, raises the loss on data that were held out. So one watches the latter and stops when it has not improved for a while.
#
# - Epochs count from 0. `losses` is a list of numbers with at least one entry; it is read from its start, epoch by epoch.
# - An epoch *improves* when its loss is **less than** `best` − `min_delta`. There `best` is the loss of the last epoch that improved, and $+\infty$ as long as none has.
# - A loss that is NaN (“not a number”, after an explosion) never improves.
# - Training stops at the epoch that makes `patience` epochs **in a row** without an improvement (`patience` ≥ 1); at the last entry if that never happens.
# - Return the epoch of the stop, and the last epoch that improved up to there (0 if none did).
#
# **Worked example.** `early_stopping([3.0, 2.0, 2.5, 2.0, 1.0], patience=2)` is `(3, 1)`: epochs 2 and 3 do not improve on 2.0, and epoch 4 is never reached.


# %% early_stopping tags=["solution"]
def early_stopping(losses: list[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Return the epoch at which training stops and the best epoch up to there, both counted from 0.

    Args:
        losses: The loss on held-out data for each epoch, at least one; NaN never improves.
        patience: So many epochs in a row without an improvement stop the training; at least 1.
        min_delta: By more than this a loss must be below the best one to improve; not negative.

    Returns:
        The pair (stop_epoch, best_epoch).
    """
    ### BEGIN SOLUTION
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, best_epoch
    return len(losses) - 1, best_epoch
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# What must you remember from one epoch to the next? Three things suffice.
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Remember the best loss, its epoch, and how many epochs you have waited since. On an improvement set all three; otherwise wait one more, and return when that reaches the patience. After the loop, return the last epoch.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `for epoch, loss in enumerate(losses):` with `if loss < best - min_delta:` … `else: waited += 1` and `if waited == patience: return …, …`. A comparison with NaN is False, which is what you want.
# </details>

# %% check_early_stopping tags=["check", "points=2"]
# Curves made of stretches that fall and stretches that do not, so that the answer is known.
rng = checks.rng()
about = {"see": "training#early-stopping"}
for patience in (1, 2, 3, int(rng.integers(4, 9))):
    for ends_early in (True, False):
        level, losses, best_epoch = float(rng.integers(-3, 9)), [], 0
        for waits in [*rng.integers(0, patience, size=4).tolist(), patience if ends_early else patience - 1]:
            for _ in range(int(rng.integers(1, 4))):
                level -= float(rng.uniform(0.1, 2))
                losses.append(level)
            best_epoch = len(losses) - 1
            losses += (level + rng.choice([0.0, 0.5, 3.0], size=waits)).tolist()
        stop = len(losses) - 1
        if ends_early:
            losses += [level - 1, level - 2, level - 3]
        checks.close(
            checks.leaves_unchanged(early_stopping, losses, patience),
            (stop, best_epoch),
            what=f"(stop_epoch, best_epoch) for {len(losses)} losses and patience {patience}",
            **about,
            mistaken_for={
                "You stopped one epoch too late.": (stop + 1, best_epoch),
                "You stopped one epoch too early.": (stop - 1, best_epoch),
                "Epochs count from 0.": (stop + 1, best_epoch + 1),
                "Training had stopped before: epochs after the stop are never seen.": (
                    len(losses) - 1,
                    int(np.argmin(losses)),
                ),
                "The best epoch is the one of the smallest loss before the stop; later ones are never seen.": (
                    stop,
                    int(np.argmin(losses)),
                ),
                "The order is (stop_epoch, best_epoch).": (best_epoch, stop),
                "The second number is the epoch, not its loss.": (stop, losses[best_epoch]),
            },
        )
checks.close(checks.call(early_stopping, [2.5], 1), (0, 0), what="the result for one epoch", **about)
checks.close(
    checks.call(early_stopping, [5.0, 7.0, 4.0, 7.0, 3.0, 7.0, 2.0], 2),
    (6, 6),
    what="the result for a curve that goes up and down, with patience 2",
    **about,
    mistaken_for={"Only epochs *in a row* count: an improvement sets the waiting back to zero.": (3, 2)},
)
small = [0.5 - 1e-6 * epoch for epoch in range(9)]
checks.close(
    checks.call(early_stopping, small, 2),
    (8, 8),
    what=f"(stop_epoch, best_epoch) for the losses {small}, patience 2, and no `min_delta` given",
    **about,
    mistaken_for={"Without `min_delta` every smaller loss is an improvement: its default is 0.": (2, 0)},
)
### BEGIN HIDDEN TESTS
from concepts import training as reference

for _ in range(25):
    losses = (rng.integers(-20, 60, size=int(rng.integers(1, 30))) / 4).tolist()
    patience, min_delta = int(rng.integers(1, 7)), float(rng.integers(0, 5)) / 4
    checks.close(
        checks.call(early_stopping, losses, patience, min_delta=min_delta),
        reference.early_stopping(losses, patience, min_delta),
        what=f"(stop_epoch, best_epoch) for the losses {losses}, patience {patience}, min_delta {min_delta}",
        **about,
    )
### END HIDDEN TESTS

# %% check_early_stopping__edges tags=["check", "points=1"]
rng = checks.rng()
about = {"see": "training#early-stopping"}
nan = float("nan")
shift = float(rng.integers(-8, 9))
for losses, patience, min_delta, expected, sentence, wrong in [
    ([4.0, 4.0, 4.0, 4.0, 4.0, 1.0], 3, 0.0, (3, 0), "An equal loss is no improvement.", (5, 5)),
    ([4.0, 3.0, 2.0, 1.0], 1, 1.0, (1, 0), "Exactly `min_delta` below is no improvement.", (3, 3)),
    (
        [4.0, 3.75, 3.5, 3.25, 3.0, 2.75],
        4,
        0.75,
        (5, 4),
        "Compare with the last epoch that improved, not with the smallest loss so far or the one before.",
        (4, 0),
    ),
    ([4.0, 3.9375, 3.875, 3.8125, 2.0], 3, 0.5, (3, 0), "`min_delta` is not used.", (4, 4)),
    ([4.0, nan, 3.0, nan, nan, 1.0], 2, 0.0, (4, 2), "A NaN is an epoch without an improvement.", (5, 5)),
    ([nan, 4.0, 5.0, 6.0], 2, 0.0, (3, 1), "A NaN at the start must not become the best loss.", (1, 0)),
    ([nan, nan, nan, nan], 3, 0.0, (2, 0), "If nothing improves, the waiting starts with epoch 0.", (3, 0)),
    ([4.0, 3.0, 5.0, 5.0], 9, 0.0, (3, 1), "The patience is longer than the list.", (3, 3)),
]:
    shown = [loss + shift for loss in losses]
    checks.close(
        checks.leaves_unchanged(early_stopping, shown, patience, min_delta),
        expected,
        what=f"(stop_epoch, best_epoch) for the losses {shown}, patience {patience}, min_delta {min_delta}",
        **about,
        mistaken_for={sentence: wrong},
    )
### BEGIN HIDDEN TESTS
from concepts import training as reference

for _ in range(25):
    losses = (rng.integers(-8, 30, size=int(rng.integers(1, 30))) / 4).tolist()
    losses = [nan if rng.random() < 0.3 else loss for loss in losses]
    patience, min_delta = int(rng.integers(1, 5)), float(rng.integers(0, 5)) / 4
    checks.close(
        checks.call(early_stopping, losses, patience, min_delta),
        reference.early_stopping(losses, patience, min_delta),
        what=f"(stop_epoch, best_epoch) for the losses {losses}, patience {patience}, min_delta {min_delta}",
        **about,
    )
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: too long is worse
#
# Predict first: 25 noisy points of a smooth curve, fitted by a polynomial of degree 15 with Adam's or any other steps. The loss on fresh points falls, then rises. With which patience does your function find the bottom, and when does it stop too soon?

# %% figure_stopping
import matplotlib.pyplot as plt

draws = np.random.default_rng()


def features(x):
    """Return Chebyshev's polynomials of degree 0 to 15 at each x."""
    return np.cos(np.outer(np.arccos(x), np.arange(16)))


def target(x):
    """Return a smooth curve with noise."""
    return np.sin(3 * x) + 0.6 * draws.normal(size=x.shape)


x, fresh = draws.uniform(-1, 1, size=25), draws.uniform(-1, 1, size=200)
y, y_fresh, w, held_out = target(x), target(fresh), np.zeros(16), []
for _ in range(3000):
    w = w - 0.03 * features(x).T @ (features(x) @ w - y) / len(x)
    held_out.append(float(np.mean((features(fresh) @ w - y_fresh) ** 2)))
figure, axes = plt.subplots(figsize=(7, 4))
axes.loglog(range(1, 3001), held_out, label="loss on fresh points")
for patience, marker in ((5, "o"), (200, "s")):
    stop, best = early_stopping(held_out, patience)
    axes.plot(stop + 1, held_out[stop], marker, label=f"patience {patience}: stop at {stop}, best {best}")
axes.set(xlabel="epoch + 1", ylabel="mean squared error", title="Stopping early")
axes.legend()
plt.show()

# %% [markdown]
# ## Step 6. Dropout
#
# During training, *dropout* (Srivastava et al. 2014) sets each entry to 0 with probability $p$, **independently of all others**, and scales up what is kept, so that the mean stays:
#
# $$y_i = \frac{k_i\,x_i}{1 - p}, \qquad k_i = \begin{cases} 0 & \text{with probability } p \\ 1 & \text{with probability } 1 - p. \end{cases}$$
#
# $x$ may have any shape and any sign. Raise `ValueError` unless $0 \le p < 1$.
# The draws come from `rng`: the same state gives the same result, and drawing moves it on.
#
# **Worked example.** $p = 0.75$: about three of four entries become 0, the others are multiplied by 4.


# %% dropout tags=["solution"]
def dropout(x: np.ndarray, p: float, rng: np.random.Generator) -> np.ndarray:
    """Return x with each entry dropped with probability p and the others scaled so that the mean stays.

    Args:
        x: An array of any shape.
        p: The probability that an entry is dropped.
        rng: The generator to draw from.

    Returns:
        An array of the shape of x.

    Raises:
        ValueError: When p is not in 0 ≤ p < 1.
    """
    ### BEGIN SOLUTION
    if not 0 <= p < 1:
        raise ValueError("p must be in 0 <= p < 1")
    return np.where(rng.random(x.shape) < p, 0.0, x / (1 - p))
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# How do you make something happen with probability $p$ from a number that is uniform between 0 and 1? How many such numbers do you need?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Refuse a bad `p` first. Draw an array of uniform numbers of the shape of `x`; compare it with `p`; set to 0 where the comparison says “drop”, and divide the rest by the probability of being kept.
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `keep = rng.random(x.shape) >= p`, then `x * … / (1 - …)`.
# </details>

# %% check_dropout tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "training#dropout"}
for shape, p in [((300, 250), float(rng.uniform(0.2, 0.4))), ((250, 300), float(rng.uniform(0.6, 0.75)))]:
    x = rng.uniform(0.5, 2, size=shape) * signs(rng, shape)
    y = checks.shape(
        checks.leaves_unchanged(dropout, x, p, checks.generator(rng)), shape, what="the result", **about
    )
    kept = y != 0
    checks.that(kept.any(), f"with p = {p:.3g} nothing was kept.", **about)
    checks.close(
        y[kept],
        x[kept] / (1 - p),
        what=f"what was kept, with p = {p:.3g}",
        **about,
        mistaken_for={
            "What is kept must be scaled up so that the mean stays.": x[kept],
            "p is the probability of being dropped: divide by the probability of being kept.": x[kept] / p,
            "Divide by the probability of being kept; you multiplied by it.": x[kept] * (1 - p),
            "This keeps the mean square; the mean is asked for.": x[kept] / np.sqrt(1 - p),
        },
    )
    # A little noise, since a matrix of zeros and ones would look like repeated draws.
    checks.independent(kept + 0.1 * rng.random(shape), what="what is kept", **about)
    checks.frequency(
        ~kept, p, what="the share of dropped entries (p is the probability of dropping)", **about
    )
x = rng.normal(size=(3, 4, 2))
checks.close(checks.call(dropout, x, 0.0, checks.generator(rng)), x, what="the result for p = 0", **about)
checks.decided_by_generator(dropout, rng.uniform(1, 2, size=(20, 10)), 0.5, checks.generator(rng), **about)
### BEGIN HIDDEN TESTS
from concepts import training as reference

for shape, p in [((50_000,), 0.5), ((20, 25, 40), 0.02), ((1, 20_000), 0.97), ((50_000, 1), 0.3)]:
    x = rng.normal(size=shape) + np.sign(rng.normal())
    x = np.where(np.abs(x) < 1e-3, 1.0, x)
    y = checks.shape(checks.call(dropout, x, p, checks.generator(rng)), shape, what="the result", **about)
    checks.close(
        y[y != 0], x[y != 0] / (1 - p), what=f"what was kept of shape {shape}, with p = {p:.3g}", **about
    )
    checks.frequency(y == 0, p, what="the share of dropped entries", **about)
    if 0.2 < p < 0.8:  # rare events are too uneven for this check
        lines = (y != 0).reshape(250, -1)
        checks.independent(
            lines + 0.1 * rng.random(lines.shape), what=f"what is kept of shape {shape}", **about
        )
# Among 8 entries the number of dropped ones varies: it is 4 in all of 60 calls with probability 1e-34.
numbers = {int(np.sum(checks.call(dropout, np.ones(8), 0.5, checks.generator(rng)) == 0)) for _ in range(60)}
checks.that(
    len(numbers) > 1,
    f"Each of 60 calls drops exactly {min(numbers)} of 8 entries: decide for each entry on its own, as with a coin.",
    **about,
)
for shape in [(1,), (5,), (2, 3, 4, 5)]:
    x = rng.normal(size=shape)
    nothing_dropped = reference.dropout(x, 0.0, checks.generator(rng))
    found = checks.leaves_unchanged(dropout, x, 0.0, checks.generator(rng))
    checks.close(found, nothing_dropped, what="the result for p = 0", **about)
### END HIDDEN TESTS

# %% check_dropout__errors tags=["check", "points=1"]
rng = checks.rng()
x = rng.normal(size=(4, 3))
for p in (0.0, 0.5, 0.999):
    checks.call(dropout, x, p, checks.generator(rng))  # no error here
for p in (-float(rng.uniform(0.01, 2)), -1e-9, 1.0, 1.0 + float(rng.uniform(0.01, 2))):
    checks.raises(ValueError, dropout, x, p, checks.generator(rng))

# %% [markdown]
# ## Step 7. A search for the strength
#
# How strong should a penalty be? Nobody knows its order of magnitude, so a search should try each order equally often.
# Draw `trials` strengths $\lambda$ between `low` and `high` at random, uniform *in the logarithm* and independent,
#
# $$\log \lambda \sim U(\log a, \log b),$$
#
# call `objective(strength)` once for each, with one number, and return the strength with the **smallest** value, and that value.
# All strengths come from `rng`.
#
# **Worked example.** Between 0.0001 and 1 about half of the strengths are below 0.01.


# %% random_search tags=["solution"]
def random_search(
    objective, low: float, high: float, trials: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the best of some strengths drawn log-uniformly from [low, high], and its value.

    Args:
        objective: A function that gives the value of one strength, to be minimised.
        low: The smallest strength, positive.
        high: The largest strength, above low.
        trials: How many strengths are tried, at least 1.
        rng: The generator to draw from.

    Returns:
        The pair (best_strength, best_value).
    """
    ### BEGIN SOLUTION
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=trials))
    return min(((s, objective(s)) for s in strengths.tolist()), key=lambda pair: pair[1])
    ### END SOLUTION


# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# If the *logarithm* of the strength is uniform, from which interval do you draw, and how do you get the strength back?
# </details>
# <details><summary>Hint 2: a plan</summary>
#
# Draw uniformly between the logarithms of both ends and take the exponential. Call the objective for each, and remember the pair with the smallest value so far. What is a safe value to start from?
# </details>
# <details><summary>Hint 3: almost the line</summary>
#
# `strength = np.exp(rng.uniform(np.log(…), np.log(…)))`; start with the best value `float("inf")`.
# </details>

# %% check_random_search tags=["check", "points=2"]
rng = checks.rng()
about = {"see": "training#random-search"}


def search(low, high, trials, curve):
    """Return the result for an objective of this form, and each strength that it was asked about."""
    asked = []

    def objective(strength):
        """Remember the question and answer it."""
        asked.append(float(strength))
        return float(curve(np.log(asked[-1])))

    found = checks.call(random_search, objective, low, high, trials, checks.generator(rng))
    checks.that(len(asked) > 0, "`random_search` never called `objective`.", **about)
    different = np.array(list(dict.fromkeys(asked)))
    # In single precision two of 400 draws are alike in one run of 200, four pairs in less than one of 1e9;
    # two of three draws hardly ever, so three trials tell whether one is missing.
    least = trials - 3 if trials > 3 else trials
    tried = least <= different.size <= trials <= len(asked)
    checks.that(
        tried,
        f"{trials} trials, but {checks.counted(different.size, 'different strength')}: draw one for each trial.",
        **about,
    )
    return checks.items(found, 2, what="the result", **about), different


low, high = float(10 ** rng.uniform(-6, -4)), float(10 ** rng.uniform(0, 2))
_, asked = search(low, high, 400, np.sin)
checks.that(
    bool(np.all((asked >= low * (1 - 1e-5)) & (asked <= high * (1 + 1e-5)))),
    f"`objective` was asked about strengths outside {low:.3g} to {high:.3g}: the smallest {asked.min():.3g}, "
    f"the largest {asked.max():.3g}.",
    **about,
)
# A draw that is exactly an end is rarer than one in 1e7 even in single precision; two of them are no draws.
at_ends = int(np.sum((asked <= low * (1 + 1e-9)) | (asked >= high * (1 - 1e-9))))
checks.that(
    at_ends < 2,
    f"{at_ends} strengths are the ends of the range themselves: each strength is a draw of its own, the first and the last too.",
    **about,
)
# The share of strengths below any point; 0.18 is Massart's bound for a false alarm below 1e-9 with 400 draws.
level = np.sort(np.log(asked / low) / np.log(high / low))
distance = float(np.abs(level - (np.arange(asked.size) + 0.5) / asked.size).max())
linear = float(np.median((asked - low) / (high - low)))
checks.that(
    distance < 0.18,
    "the strengths are not uniform in their logarithm: "
    + ("they are uniform themselves, so small ones are never tried." if linear > 0.3 else "draw log λ."),
    **about,
)
for tilt in (-1.0, 1.0, 0.0):
    offset, middle = float(rng.normal(0, 50)), float(rng.uniform(-3, 3))

    def curve(u, offset=offset, middle=middle, tilt=tilt):
        """Return a value that falls, rises, or has its lowest point inside."""
        return offset + tilt * u + (1 - abs(tilt)) * np.abs(u - middle)

    found, asked = search(0.01, 100.0, int(rng.integers(5, 30)), curve)
    values = curve(np.log(asked))
    best = int(np.argmin(values))
    checks.close(
        found,
        (float(asked[best]), float(values[best])),
        what="(best_strength, best_value)",
        **about,
        mistaken_for={
            "The order is (best_strength, best_value).": (float(values[best]), float(asked[best])),
            "This is the largest value; the smallest is asked for.": (
                float(asked[np.argmax(values)]),
                float(values.max()),
            ),
            "This is the last trial.": (float(asked[-1]), float(values[-1])),
            "This is the first trial.": (float(asked[0]), float(values[0])),
            "The strength is asked for, not its logarithm.": (
                float(np.log(asked[best])),
                float(values[best]),
            ),
        },
    )
checks.decided_by_generator(random_search, np.cos, 0.1, 9.0, 6, checks.generator(rng), **about)
### BEGIN HIDDEN TESTS
from concepts import training as reference

for offset, trials in [(1e12, 3), (-1e12, 3), (0.0, 1), (0.0, 40)]:
    low = float(10 ** rng.uniform(-3, 3))
    high = low * float(10 ** rng.uniform(1, 3))
    found, asked = search(low, high, trials, lambda u: offset + 1e10 * np.cos(u))
    values = offset + 1e10 * np.cos(np.log(asked))
    best = int(np.argmin(values))
    checks.that(
        asked.min() >= low * (1 - 1e-5) and asked.max() <= high * (1 + 1e-5),
        "a strength lies outside.",
        **about,
    )
    checks.close(found[0], float(asked[best]), what="the best strength", **about)
    checks.close(found[1], float(values[best]), what="the best value", **about)
# Enough trials find a bottom anywhere, and the reference does no better.
for middle in (-5.0, 0.0, 5.0):
    found, _ = search(np.exp(-6.0), np.exp(6.0), 300, lambda u: (u - middle) ** 2)
    _, theirs = reference.random_search(
        lambda s: (np.log(s) - middle) ** 2, np.exp(-6.0), np.exp(6.0), 300, checks.generator(rng)
    )
    value = checks.number(found[1], "the best value", **about)
    checks.that(value < 0.5 and theirs < 0.5, "300 trials must come near the bottom of a parabola.", **about)
### END HIDDEN TESTS

# %% [markdown]
# ### Experiment: how strong a penalty?
#
# Predict first: the polynomial of step 5 again, now fitted exactly with a penalty $\lambda \lVert w \rVert^2$. Where is the best $\lambda$: near $10^{-6}$, near 1, near $10^{4}$? How many trials do you need?

# %% figure_search
import matplotlib.pyplot as plt

draws = np.random.default_rng()
x, fresh = draws.uniform(-1, 1, size=25), draws.uniform(-1, 1, size=200)
A, B = (np.cos(np.outer(np.arccos(points), np.arange(16))) for points in (x, fresh))
y, y_fresh = (np.sin(3 * points) + 0.6 * draws.normal(size=points.shape) for points in (x, fresh))
tried = []


def held_out_error(strength):
    """Return the error on fresh points of a fit with this penalty, and remember it."""
    w = np.linalg.solve(A.T @ A + strength * np.eye(16), A.T @ y)
    tried.append((strength, float(np.mean((B @ w - y_fresh) ** 2))))
    return tried[-1][1]


best_strength, best_value = random_search(held_out_error, 1e-6, 1e4, 60, draws)
figure, axes = plt.subplots(figsize=(7, 4))
axes.loglog(*zip(*tried), "o", alpha=0.6)
axes.loglog(best_strength, best_value, "*", markersize=16, label=f"best: {best_strength:.2g}")
axes.set(xlabel=r"strength $\lambda$", ylabel="error on fresh points", title="Sixty strengths at random")
axes.legend()
plt.show()

# %% find_the_slip [markdown] tags=["manual", "points=2"]
# ### Question: find the slips
#
# A published book gives this step of Adam (abridged; `states` holds m and v, `hyperparams['t']` is 1 at the start):
#
# ```python
# for p, (v, s), grad in zip(params, states, grads):
#     v[:] = beta1 * v + (1 - beta1) * grad
#     s[:] = beta2 * s + (1 - beta2) * square(grad)
#     v_bias_corr = v / (1 - beta1 ** hyperparams['t'])
#     s_bias_corr = s / (1 - beta2 ** hyperparams['t'])
#     p[:] = p - hyperparams['lr'] * v_bias_corr / sqrt(s_bias_corr) + eps
# ```
#
# There are two slips. Name both, say what each does to the weights after many steps, and which of your checks' inputs would show it.
#
# *Marked:* one point for each slip with its effect.
#
# ### BEGIN SOLUTION
# *Rubric.* One point: brackets are missing around `sqrt(s_bias_corr) + eps`; as it stands, eps is added to the weight itself at every step (a slow drift upwards, 1e-6 times the number of steps) and a gradient that was always 0 gives 0/0 = NaN. A zero gradient, or a large eps, shows it.
# One point: t is never increased, so the correction of step 1 is applied for ever: m is divided by 1 − β₁ and the root of v by √(1 − β₂). After many steps, when no correction is due any more, each step is multiplied by √(1 − β₂)/(1 − β₁), for β₁ = 0.9 and β₂ = 0.999 by 0.0316 · 10 = 0.316: about a third of the right length. Any step with t > 1 shows it.
# ### END SOLUTION
