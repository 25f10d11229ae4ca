r"""Around the gradient: steps that adapt their size, schedules, early stopping, dropout, and a search for a strength.

None of these changes what back-propagation delivers; they decide what is done with it, and for how long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rmsprop_step(
    w: Array, g: Array, s: Array, lr: float = 1e-3, decay: float = 0.9, eps: float = 1e-8
) -> tuple[Array, Array]:
    r"""Return weights and mean square after one step of RMSProp.

    .. math:: s' = \rho\,s + (1 - \rho)\,g^2, \qquad w' = w - \eta\,\frac{g}{\sqrt{s'} + \varepsilon}

    Tieleman and Hinton (2012), lecture 6.5; eps outside the root, as in PyTorch.

    Args:
        w: Weights, any shape.
        g: Their gradient, of the shape of w.
        s: The moving mean of squared gradients, of the shape of w; zeros at first.
        lr: The learning rate η.
        decay: ρ, the share of the old mean.
        eps: ε > 0.

    Returns:
        w' and s'.

    >>> rmsprop_step(np.array([1.0]), np.array([4.0]), np.array([16.0]), lr=0.5, eps=4.0)
    (array([0.75]), array([16.]))
    """
    s = s + (1.0 - decay) * (np.square(g) - s)
    return w - lr * (g / (np.sqrt(s) + eps)), s


def adam_step(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Array, Array, Array]:
    r"""Return weights and both moments after step t of Adam.

    .. math::
        m' = \beta_1 m + (1 - \beta_1)\,g, \qquad v' = \beta_2 v + (1 - \beta_2)\,g^2, \qquad
        \hat m = \frac{m'}{1 - \beta_1^t}, \quad \hat v = \frac{v'}{1 - \beta_2^t}, \qquad
        w' = w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}

    Kingma and Ba (2015), algorithm 1.

    Args:
        w: Weights, any shape.
        g: Their gradient, of the shape of w.
        m: The moving mean of gradients, zeros at first.
        v: The moving mean of squared gradients, zeros at first.
        t: The number of this step; the first is 1.
        lr: The learning rate η.
        beta1: β₁, the share of the old mean.
        beta2: β₂, the share of the old mean of squares.
        eps: ε > 0.

    Returns:
        w', m' and v'.

    >>> w, m, v = adam_step(np.array([0.0]), np.array([4.0]), np.zeros(1), np.zeros(1), 1, lr=0.5, eps=4.0)
    >>> w.round(12), m.round(12), v.round(12)
    (array([-0.25]), array([0.4]), array([0.016]))
    """
    m = m + (1.0 - beta1) * (g - m)
    v = v + (1.0 - beta2) * (np.square(g) - v)
    root = math.sqrt(1.0 - beta2**t)
    # Both sides of the fraction are multiplied by the root of v's correction.
    return w - (lr * root / (1.0 - beta1**t)) * m / (np.sqrt(v) + eps * root), m, v


def uncorrected_first_step(beta1: float = 0.9, beta2: float = 0.999) -> float:
    r"""Return by what factor Adam's first step is wrong without the bias correction.

    With m = v = 0 the step is :math:`\eta\,(1 - \beta_1) g / (\sqrt{1 - \beta_2}\,|g|)` instead of η·sign(g).

    Args:
        beta1: β₁.
        beta2: β₂.

    >>> round(uncorrected_first_step(), 4)
    3.1623
    """
    return (1.0 - beta1) / math.sqrt(1.0 - beta2)


def step_decay(base_lr: float, step: int, drop_every: int, factor: float = 0.1) -> float:
    r"""Return the learning rate of a staircase.

    .. math:: \eta(t) = \eta_0\,c^{\lfloor t/k \rfloor}

    Args:
        base_lr: :math:`\eta_0`.
        step: t, from 0 on.
        drop_every: k ≥ 1, the length of a stair.
        factor: c, by which each stair is lower.

    >>> [step_decay(8.0, step, 3, factor=0.5) for step in (0, 2, 3, 6)]
    [8.0, 8.0, 4.0, 2.0]
    """
    return float(base_lr * factor ** math.floor(step / drop_every))


def warmup_cosine(base_lr: float, step: int, warmup_steps: int, total_steps: int) -> float:
    r"""Return the learning rate that rises on a line, then falls on half a cosine.

    .. math::
        \eta(t) = \eta_0\,\frac tT_w \ (t \le T_w), \qquad
        \eta(t) = \frac{\eta_0}2 \Bigl(1 + \cos \pi\frac{t - T_w}{T - T_w}\Bigr) \ (T_w \le t \le T), \qquad
        0 \ (t > T)

    Loshchilov and Hutter (2017), equation 5 without restarts; the warm-up after Goyal et al. (2017), section 2.2.

    Args:
        base_lr: :math:`\eta_0`, reached at the end of the warm-up.
        step: t, from 0 on.
        warmup_steps: :math:`T_w`; 0 for no warm-up.
        total_steps: T.

    >>> [round(warmup_cosine(8.0, step, 4, 10), 12) for step in (0, 1, 4, 6, 7, 10, 11)]
    [0.0, 2.0, 8.0, 6.0, 4.0, 0.0, 0.0]
    """
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step == warmup_steps:
        return float(base_lr)
    if step >= total_steps:
        return 0.0
    # (1 + cos 2a)/2 = cos² a
    return float(
        base_lr * math.cos(0.5 * math.pi * (step - warmup_steps) / (total_steps - warmup_steps)) ** 2
    )


def early_stopping(losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    r"""Return the epoch at which training stops, and the epoch whose weights are kept.

    An epoch improves if its loss is below best − min_delta, best being the loss of the last one that did.

    Prechelt (1998) compares such rules.

    Args:
        losses: The validation loss of each epoch; at least one. NaN never improves.
        patience: So many epochs in a row without an improvement stop the training; at least 1.
        min_delta: How much better is better.

    Returns:
        The last epoch that runs, and the last one that improved (0 if none did); both count from 0.

    >>> early_stopping([3.0, 2.0, 2.5, 2.0, 1.0], patience=2)
    (3, 1)
    """
    best, best_epoch, failures = math.inf, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, best_epoch, failures = loss, epoch, 0
        else:
            failures += 1
        if failures == patience:
            return epoch, best_epoch
    return len(losses) - 1, best_epoch


def dropout(x: Array, p: float, rng: np.random.Generator) -> Array:
    r"""Return x with each entry dropped with probability p, and the others scaled up.

    .. math:: y_i = \frac{k_i x_i}{1 - p}, \qquad k_i \sim \operatorname{Bernoulli}(1 - p)
              \qquad \Rightarrow \qquad \operatorname E[y_i] = x_i

    Srivastava et al. (2014); the "inverted" form, which leaves the network as it is when it is used.

    Args:
        x: Numbers of any shape.
        p: The probability that an entry is dropped, 0 ≤ p < 1.
        rng: Source of the draws.

    Raises:
        ValueError: p outside 0 ≤ p < 1.

    >>> sorted(set(dropout(np.ones(100), 0.75, np.random.default_rng(0)).tolist()))
    [0.0, 4.0]
    """
    if not 0.0 <= p < 1.0:
        raise ValueError(f"p must be in [0, 1), got {p}")
    kept = rng.binomial(1, 1.0 - p, size=np.shape(x))
    return np.asarray(x * kept / (1.0 - p))


def random_search(
    objective: Callable[[float], float], low: float, high: float, trials: int, rng: np.random.Generator
) -> tuple[float, float]:
    r"""Return the best of some strengths drawn at random, each order of magnitude equally likely.

    .. math:: \log \lambda \sim U(\log a, \log b)

    Bergstra and Bengio (2012).

    Args:
        objective: Gives the value to minimise for one strength.
        low: a > 0.
        high: b ≥ a.
        trials: How many strengths are tried, at least 1.
        rng: Source of the draws.

    Returns:
        The strength with the smallest value, and this value.

    >>> strength, value = random_search(lambda s: abs(np.log10(s) + 2), 1e-4, 1.0, 200, np.random.default_rng(0))
    >>> 0.008 < strength < 0.0125, value < 0.1
    (True, True)
    """
    strengths = low * np.power(high / low, rng.random(trials))
    values = [float(objective(float(strength))) for strength in strengths]
    best = int(np.argmin(values))
    return float(strengths[best]), values[best]
