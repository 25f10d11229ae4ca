r"""What an activation keeps: of the signal on its way up, and of the gradient on its way back.

In a wide layer of gain g, that is :math:`\operatorname{Var}(w) = g^2/n`, the pre-activations are normal with
variance q (see `concepts.mean_field`), and two shares decide:

.. math:: k(q) = \frac{\operatorname E[f(\sqrt q\,u)^2]}{q}, \qquad s(q) = \operatorname E[f'(\sqrt q\,u)^2], \qquad
          q_{l+1} = g^2 k(q_l)\,q_l, \qquad \chi_l = g^2 s(q_l)

One gain keeps both for every q exactly when f is linear on each side of 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from concepts.chain_rule import backpropagate_deltas
from concepts.mean_field import backward_profile, forward_profile, gaussian_mean

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


def signal_share(f: Function, q: float = 1.0) -> float:
    r"""Return the share of a pre-activation's second moment that an activation keeps.

    .. math:: k(q) = \operatorname E[f(z)^2]/q, \qquad z \sim \mathcal N(0, q)

    Args:
        f: The activation.
        q: The pre-activation's variance, positive.

    >>> round(signal_share(lambda z: np.maximum(z, 0.0), q=7.0), 9)
    0.5
    """
    return gaussian_mean(lambda z: f(z) ** 2, q) / q


def gradient_share(df: Function, q: float = 1.0) -> float:
    r"""Return the share of a squared gradient that an activation lets through.

    .. math:: s(q) = \operatorname E[f'(z)^2], \qquad z \sim \mathcal N(0, q)

    Args:
        df: The activation's derivative, as a function of the pre-activation.
        q: The pre-activation's variance.

    >>> round(gradient_share(lambda z: (z > 0.0) * 1.0, q=7.0), 9)
    0.5
    """
    return gaussian_mean(lambda z: df(z) ** 2, q)


def repulsion(f: Function, q: float = 1.0) -> float:
    r"""Return by what one layer multiplies a small relative error of the variance.

    .. math:: \frac{d\ln q_{l+1}}{d\ln q_l} = 1 + \frac{d\ln k}{d\ln q}

    Above 1 the variance that the gain was made for repels, below 1 it attracts, at 1 (ReLU) nothing happens.

    Args:
        f: The activation.
        q: The variance.

    >>> round(repulsion(lambda z: np.maximum(z, 0.0)), 6)
    1.0
    """
    step = 1e-4
    up, down = (math.log(signal_share(f, q * math.exp(side))) for side in (step, -step))
    return 1.0 + (up - down) / (2.0 * step)


def expected_profiles(
    f: Function, df: Function, gain: float, first: float, depth: int
) -> tuple[Array, Array]:
    r"""Return the second moments of pre-activations and errors of a wide network, layer by layer.

    Args:
        f: The activation.
        df: Its derivative.
        gain: g, for all layers after the first.
        first: :math:`q_1`, the variance of the first layer's pre-activations.
        depth: L.

    Returns:
        :math:`q_1, …, q_L`, and the means of :math:`\delta_l^2` relative to the last layer.

    >>> q, back = expected_profiles(lambda z: z, np.ones_like, gain=0.5, first=8.0, depth=3)
    >>> q.round(9), back.round(9)
    (array([8. , 2. , 0.5]), array([0.0625, 0.25  , 1.    ]))
    """
    widths, variances = [1] * (depth + 1), [first] + [gain * gain] * (depth - 1)
    q = forward_profile(f, widths, variances)
    return q, backward_profile(df, widths, variances, q)


def measured_profiles(
    f: Function, df: Function, weights: list[Array], x: Array, delta_out: Array
) -> tuple[Array, Array]:
    r"""Measure the same second moments in one network, over batch and units.

    Args:
        f: The activation.
        df: Its derivative.
        weights: :math:`W_1, …, W_L`, each `(fan_out, fan_in)`.
        x: Inputs, `(n, features)`.
        delta_out: :math:`\delta_L = \partial C/\partial z_L`, `(n, fan_out_L)`.

    Returns:
        The means of :math:`z_l^2`, and those of :math:`\delta_l^2` relative to the last layer; both `(L,)`.

    >>> weights, x = [np.eye(2), 3 * np.eye(2)], np.array([[2.0, -2.0]])
    >>> q, back = measured_profiles(np.abs, np.sign, weights, x, np.ones((1, 2)))
    >>> q, back
    (array([ 4., 36.]), array([9., 1.]))
    """
    a, zs = x, []
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    deltas = backpropagate_deltas(weights, zs, df, delta_out)
    backward = np.array([np.mean(delta**2) for delta in deltas])
    return np.array([np.mean(z**2) for z in zs]), backward / backward[-1]


def random_network(
    depth: int, width: int, gain: float, first: float, rng: np.random.Generator
) -> list[Array]:
    r"""Draw normal weights of the variance :math:`g^2/n`; the first layer's is :math:`q_1/n`.

    Args:
        depth: L.
        width: Units of each layer, and inputs.
        gain: g.
        first: :math:`q_1`, reached with inputs of second moment 1.
        rng: Source of the draws.

    >>> [W.shape for W in random_network(2, 3, gain=1.0, first=1.0, rng=np.random.default_rng(0))]
    [(3, 3), (3, 3)]
    """
    stds = [math.sqrt(first / width)] + [gain / math.sqrt(width)] * (depth - 1)
    return [std * rng.standard_normal((width, width)) for std in stds]


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _root(increasing: Callable[[float], float], low: float, high: float, tol: float = 1e-13) -> float:
    """Return where an increasing function crosses 0, by bisection."""
    while high - low > tol:
        x = (low + high) / 2.0
        low, high = (x, high) if increasing(x) < 0.0 else (low, x)
    return (low + high) / 2.0


def selu_constants() -> tuple[float, float]:
    r"""Return the scale and the α for which SELU keeps the mean 0 and the variance 1 of a normal variable.

    .. math:: \alpha = \frac{1/\sqrt{2\pi}}{\tfrac12 - e^{1/2}\Phi(-1)}, \qquad
              \lambda^{-2} = \tfrac12 + \alpha^2\left(e^2\Phi(-2) - 2e^{1/2}\Phi(-1) + \tfrac12\right)

    From :math:`\operatorname E[e^{tu} 1_{u<0}] = e^{t^2/2}\Phi(-t)`. Klambauer et al. (2017).

    >>> scale, alpha = selu_constants()
    >>> round(scale, 8), round(alpha, 8)
    (1.05070099, 1.67326324)
    """
    once, twice = math.exp(0.5) * _normal_cdf(-1.0), math.exp(2.0) * _normal_cdf(-2.0)
    alpha = 1.0 / (math.sqrt(2.0 * math.pi) * (0.5 - once))
    return (0.5 + alpha * alpha * (twice - 2.0 * once + 0.5)) ** -0.5, alpha


def swish_steepest() -> float:
    r"""Return where the slope of Swish is largest, 1.0998: at 2.3994.

    .. math:: f''(x) = \sigma'(x)\,\bigl(2 - x\tanh\tfrac x2\bigr) = 0

    >>> round(swish_steepest(), 4)
    2.3994
    """
    return _root(lambda x: x * math.tanh(x / 2.0) - 2.0, 1.0, 4.0)


def gelu_minimum() -> float:
    r"""Return where GELU is lowest: at −0.7518.

    .. math:: f'(x) = \Phi(x) + x\,\varphi(x) = 0

    >>> round(gelu_minimum(), 4)
    -0.7518
    """

    def slope(x: float) -> float:
        return _normal_cdf(x) + x * math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)

    return _root(slope, -math.sqrt(2.0), 0.0)
