r"""Experiments with the rules of `concepts.training`: what becomes of a gradient's size, of its noise, and of a spike.

`book/training.md` discusses the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from concepts import early_layers
from concepts.training import adam_step, rmsprop_step

Array = NDArray[np.float64]

Rule = Callable[[Array, Array, Array, Array, int, float], tuple[Array, Array, Array]]
"""Takes weights, gradient, two memories of their shape (zeros at first), t from 1 and lr; returns the first, and both
memories, after the step."""


def momentum_step(w: Array, g: Array, u: Array, lr: float, mu: float = 0.9) -> tuple[Array, Array]:
    r"""Return weights and velocity after a step of gradient descent with momentum.

    .. math:: u' = \mu\,u + g, \qquad w' = w - \eta\,u'

    Polyak (1964), in the form that PyTorch has.

    Args:
        w: Weights, any shape.
        g: Their gradient, of the shape of w.
        u: The velocity, of the shape of w; zeros at first.
        lr: The learning rate η.
        mu: μ, the share of the old velocity.

    >>> momentum_step(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.1, mu=0.5)
    (array([0.6]), array([4.]))
    """
    u = mu * u + g
    return w - lr * u, u


def uncorrected_adam_step(
    w: Array, g: Array, m: Array, v: Array, lr: float, beta1: float = 0.9, beta2: float = 0.999
) -> tuple[Array, Array, Array]:
    r"""Return weights and both moments after a step of Adam without the bias correction.

    .. math:: w' = w - \eta\,\frac{m'}{\sqrt{v'} + \varepsilon}, \qquad \varepsilon = 10^{-8}

    Args:
        w: Weights, any shape.
        g: Their gradient, of the shape of w.
        m: The moving mean of gradients, zeros at first.
        v: The moving mean of squared gradients, zeros at first.
        lr: The learning rate η.
        beta1: β₁.
        beta2: β₂.

    >>> uncorrected_adam_step(np.zeros(1), np.ones(1), np.zeros(1), np.zeros(1), lr=0.001)[0].round(6)
    array([-0.003162])
    """
    m = m + (1.0 - beta1) * (g - m)
    v = v + (1.0 - beta2) * (np.square(g) - v)
    return w - lr * m / (np.sqrt(v) + 1e-8), m, v


def _gradient_descent(
    w: Array, g: Array, m: Array, v: Array, t: int, lr: float
) -> tuple[Array, Array, Array]:
    return w - lr * g, m, v


def _momentum(w: Array, g: Array, m: Array, v: Array, t: int, lr: float) -> tuple[Array, Array, Array]:
    return (*momentum_step(w, g, m, lr), v)


def _rmsprop(w: Array, g: Array, m: Array, v: Array, t: int, lr: float) -> tuple[Array, Array, Array]:
    w, v = rmsprop_step(w, g, v, lr)
    return w, m, v


def _uncorrected(w: Array, g: Array, m: Array, v: Array, t: int, lr: float) -> tuple[Array, Array, Array]:
    return uncorrected_adam_step(w, g, m, v, lr)


#: The rules, by the names that the figures give them; all other numbers are the usual ones.
RULES: dict[str, Rule] = {
    "gradient descent": _gradient_descent,
    "momentum": _momentum,
    "RMSprop": _rmsprop,
    "Adam": adam_step,
    "Adam without correction": _uncorrected,
}


def walk(rule: str, curvatures: Array, lr: float, steps: int) -> Array:
    r"""Return the path of a rule through a valley, from 1 in every direction towards the bottom at 0.

    .. math:: C(w) = \tfrac12 \sum_\ell h_\ell w_\ell^2, \qquad g_\ell = h_\ell w_\ell

    Args:
        rule: A name of `RULES`.
        curvatures: :math:`h_\ell`, `(layers,)`.
        lr: The learning rate η.
        steps: How many.

    Returns:
        w before the first step and after each, `(steps + 1, layers)`.

    >>> walk("gradient descent", np.array([0.5, 1.0]), lr=1.0, steps=2)
    array([[1.  , 1.  ],
           [0.5 , 0.  ],
           [0.25, 0.  ]])
    """
    w = np.ones(len(curvatures))
    m, v, path = np.zeros_like(w), np.zeros_like(w), [w]
    for t in range(1, steps + 1):
        w, m, v = RULES[rule](w, curvatures * w, m, v, t, lr)
        path.append(w)
    return np.array(path)


def stretch_without_correction(t: int, beta1: float = 0.9, beta2: float = 0.999) -> float:
    r"""Return by what factor Adam's step t is too long without the correction, for a gradient that does not change.

    .. math:: \frac{1 - \beta_1^t}{\sqrt{1 - \beta_2^t}}

    Args:
        t: The number of the step, from 1 on.
        beta1: β₁.
        beta2: β₂.

    >>> [round(stretch_without_correction(t), 4) for t in (1, 12, 5000)]
    [3.1623, 6.5685, 1.0034]
    """
    return (1.0 - beta1**t) / math.sqrt(1.0 - beta2**t)


def step_lengths(rule: Rule, steps: int) -> Array:
    r"""Return how far each step of a rule goes for a gradient that is always 1, with η = 1.

    Args:
        rule: The rule.
        steps: How many.

    Returns:
        `(steps,)`.

    >>> step_lengths(RULES["Adam"], 3).round(6)
    array([1., 1., 1.])
    """
    m, v, lengths = np.zeros(1), np.zeros(1), []
    for t in range(1, steps + 1):
        w, m, v = rule(np.zeros(1), np.ones(1), m, v, t, 1.0)
        lengths.append(-float(w[0]))
    return np.array(lengths)


def noisy_step(mean: float, std: float, beta1: float = 0.9) -> tuple[float, float]:
    r"""Return mean and standard deviation of Adam's late steps, in units of η, for gradients that scatter.

    .. math:: \frac{\mu}{\sqrt{\mu^2 + \sigma^2}}, \qquad
              \sqrt{\frac{1 - \beta_1}{1 + \beta_1}}\,\frac{\sigma}{\sqrt{\mu^2 + \sigma^2}}

    Independent gradients with mean μ and variance σ²; :math:`\hat v` is taken for its mean, μ² + σ².

    Args:
        mean: μ.
        std: σ.
        beta1: β₁.

    >>> [round(number, 3) for number in noisy_step(0.0, 7.0)]
    [0.0, 0.229]
    """
    size = math.hypot(mean, std)
    return mean / size, math.sqrt((1.0 - beta1) / (1.0 + beta1)) * std / size


def steps_to_forget(spike: float, beta2: float = 0.999) -> float:
    r"""Return after how many steps one large gradient no longer dominates Adam's mean of squares.

    .. math:: (1 - \beta_2)\,G^2 \beta_2^t = 1 \qquad \Rightarrow \qquad
              t = \frac{\ln\bigl((1 - \beta_2)\,G^2\bigr)}{-\ln \beta_2}

    Args:
        spike: G > 1, the large gradient in units of the usual ones.
        beta2: β₂.

    >>> round(steps_to_forget(1000.0))
    6904
    """
    return math.log((1.0 - beta2) * spike**2) / -math.log(beta2)


def noise_floor(lr: float, curvature: float, noise: float) -> float:
    r"""Return the mean square distance at which gradient descent with noisy gradients stays.

    .. math:: \operatorname E[w^2] = \frac{\eta\,\sigma^2}{h\,(2 - \eta h)}, \qquad g = h w + \sigma\xi

    Args:
        lr: η, with 0 < η h < 2.
        curvature: h.
        noise: σ, the standard deviation of the gradient's noise.

    >>> noise_floor(lr=1.0, curvature=1.0, noise=3.0)
    9.0
    """
    return lr * noise**2 / (curvature * (2.0 - lr * curvature))


def mean_squares(rates: Sequence[float], curvature: float, noise: float, start: float) -> Array:
    r"""Return the mean square distance from the bottom under a schedule, with noisy gradients.

    .. math:: \operatorname E[w_{t+1}^2] = (1 - \eta_t h)^2 \operatorname E[w_t^2] + \eta_t^2 \sigma^2

    Args:
        rates: The learning rate of each step, `(steps,)`.
        curvature: h.
        noise: σ.
        start: The distance before the first step.

    Returns:
        Before the first step and after each, `(steps + 1,)`.

    >>> mean_squares([1.0, 0.5], curvature=1.0, noise=2.0, start=10.0)
    array([100.,   4.,   2.])
    """
    squares = [start**2]
    for lr in rates:
        squares.append((1.0 - lr * curvature) ** 2 * squares[-1] + (lr * noise) ** 2)
    return np.array(squares)


def train_sigmoids(
    rule: str,
    hidden: int,
    x: Array,
    labels: NDArray[np.int64],
    rng: np.random.Generator,
    lr: float,
    epochs: int,
    batch: int = 64,
) -> tuple[Array, Array, float]:
    r"""Train a network of sigmoid layers, 64 units each, W ~ N(0, 1/n_in), biases 0, and look at its first step.

    Args:
        rule: A name of `RULES`.
        hidden: The number of hidden layers.
        x: Inputs, `(n, features)`.
        labels: Classes from 0 to 9, `(n,)`.
        rng: Source of weights and batches.
        lr: The learning rate η.
        epochs: Passes through the data.
        batch: Examples of one step.

    Returns:
        By layer, root mean squares of the first gradient of the weights and of the first step, `(hidden + 1,)`
        each, and the share of inputs that are classified rightly at the end.

    >>> sizes, steps, right = train_sigmoids(
    ...     "gradient descent", 2, np.eye(4), np.arange(4), np.random.default_rng(0), lr=0.5, epochs=1)
    >>> bool(np.allclose(steps, 0.5 * sizes)), 0 <= right <= 1
    (True, True)
    """
    weights, biases = early_layers.random_network([x.shape[1], *[64] * hidden, 10], rng)
    layers = len(weights)
    values = [*weights, *(np.zeros_like(b) for b in biases)]
    firsts = [np.zeros_like(w) for w in values]
    seconds = [np.zeros_like(w) for w in values]
    t, sizes, steps = 0, np.zeros(layers), np.zeros(layers)
    for _ in range(epochs):
        for chosen in np.array_split(rng.permutation(len(x)), max(1, len(x) // batch)):
            t += 1
            grad_W, grad_b = early_layers.gradients(
                (values[:layers], values[layers:]), x[chosen], labels[chosen]
            )
            moved = [
                RULES[rule](w, g, m, v, t, lr)
                for w, g, m, v in zip(values, grad_W + grad_b, firsts, seconds, strict=True)
            ]
            if t == 1:
                sizes = np.array([_rms(g) for g in grad_W])
                steps = np.array([_rms(new[0] - w) for new, w in zip(moved, weights, strict=False)])
            values, firsts, seconds = (list(column) for column in zip(*moved, strict=True))
    return sizes, steps, early_layers.accuracy((values[:layers], values[layers:]), x, labels)


def _rms(values: Array) -> float:
    return math.sqrt(float(np.mean(np.square(values))))
