r"""Infinitely wide random networks: what becomes of variances and gradients beyond the linear regime.

In a wide layer with independent weights the pre-activations :math:`z_l` are Gaussian with mean 0, variance
:math:`q_l`: one number a layer describes the forward pass, and one factor a layer the backward pass (Poole
et al. 2016; Schoenholz et al. 2017):

.. math:: q_{l+1} = \sigma_w^2\,\mathbb E[f(\sqrt{q_l}\,u)^2] + \sigma_b^2, \qquad
          \chi_l = \sigma_w^2\,\mathbb E[f'(\sqrt{q_l}\,u)^2], \qquad u \sim \mathcal N(0, 1),

with :math:`\sigma_w^2 = n_\text{in}\operatorname{Var}(w)` and :math:`\sigma_b^2 = \operatorname{Var}(b)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

# Gauss-Legendre on each half of the line, not Gauss-Hermite on the whole: the half-lines keep the kinks of
# ReLU and its relatives at the end of an interval, where they cost no accuracy.  Beyond 12 standard
# deviations the normal law holds less than 1e-32.
_HALF_NODES, _HALF_WEIGHTS = np.polynomial.legendre.leggauss(96)
_POSITIVE = 6.0 * (_HALF_NODES + 1.0)
_DENSITY = 6.0 * _HALF_WEIGHTS * np.exp(-(_POSITIVE**2) / 2.0) / math.sqrt(2.0 * math.pi)
NODES: Array = np.concatenate([-_POSITIVE[::-1], _POSITIVE])
WEIGHTS: Array = np.concatenate([_DENSITY[::-1], _DENSITY])


def gaussian_mean(g: Function, variance: float = 1.0) -> float:
    r"""Return :math:`\mathbb E[g(\sqrt v\,u)]` for :math:`u \sim \mathcal N(0, 1)`, by quadrature.

    Args:
        g: A function, element by element; it may have a kink or a jump at 0.
        variance: :math:`v \ge 0`.

    >>> round(gaussian_mean(lambda z: z**4, variance=2.0), 9)
    12.0
    """
    return float(WEIGHTS @ g(math.sqrt(variance) * NODES))


def next_variance(f: Function, q: float, sigma_w2: float = 1.0, sigma_b2: float = 0.0) -> float:
    r"""Return the next layer's pre-activation variance.

    .. math:: q_{l+1} = \sigma_w^2\,\mathbb E[f(\sqrt{q_l}\,u)^2] + \sigma_b^2

    Poole et al. (2016), section 2.

    Args:
        f: The activation.
        q: :math:`q_l`.
        sigma_w2: :math:`\sigma_w^2 = n_\text{in}\operatorname{Var}(w)`.
        sigma_b2: :math:`\sigma_b^2 = \operatorname{Var}(b)`.

    >>> round(next_variance(lambda z: np.maximum(z, 0.0), q=3.0, sigma_w2=2.0), 9)
    3.0
    """
    return sigma_w2 * gaussian_mean(lambda z: f(z) ** 2, q) + sigma_b2


def gradient_factor(df: Function, q: float, sigma_w2: float = 1.0) -> float:
    r"""Return :math:`\chi`, the factor of the mean-square gradient from one layer to the one below.

    .. math:: \chi = \sigma_w^2\,\mathbb E[f'(\sqrt q\,u)^2]

    Gradients vanish for :math:`\chi < 1` and explode for :math:`\chi > 1`; Schoenholz et al. (2017).

    Args:
        df: The activation's derivative, as a function of the pre-activation.
        q: Pre-activation variance.
        sigma_w2: :math:`\sigma_w^2`; on the way back it is :math:`n_\text{out}\operatorname{Var}(w)`.

    >>> round(gradient_factor(lambda z: (z > 0.0) * 1.0, q=3.0, sigma_w2=2.0), 9)
    1.0
    """
    return sigma_w2 * gaussian_mean(lambda z: df(z) ** 2, q)


def forward_profile(
    f: Function, widths: Sequence[int], weight_variances: Sequence[float], input_moment: float = 1.0
) -> Array:
    r"""Predict the pre-activation variances :math:`q_1, …, q_L` of a network without biases.

    .. math:: q_1 = n_0\operatorname{Var}(W_1)\,\mathbb E[x^2], \qquad
              q_{l+1} = n_l\operatorname{Var}(W_{l+1})\,\mathbb E[f(\sqrt{q_l}\,u)^2]

    Args:
        f: The activation.
        widths: :math:`n_0, …, n_L`.
        weight_variances: :math:`\operatorname{Var}(W_1), …, \operatorname{Var}(W_L)`.
        input_moment: :math:`\mathbb E[x^2]`.

    >>> forward_profile(lambda z: z, widths=[4, 4, 4], weight_variances=[0.5, 0.5]).round(9)
    array([2., 4.])
    """
    moment, profile = input_moment, []
    for fan_in, weight_variance in zip(widths[:-1], weight_variances, strict=True):
        profile.append(fan_in * weight_variance * moment)
        moment = next_variance(f, profile[-1])
    return np.array(profile)


def backward_profile(
    df: Function, widths: Sequence[int], weight_variances: Sequence[float], q: Sequence[float] | Array
) -> Array:
    r"""Predict the mean squares of :math:`\delta_1, …, \delta_L`, relative to the last.

    .. math:: \mathbb E[\delta_l^2] = n_{l+1}\operatorname{Var}(W_{l+1})\,
              \mathbb E[f'(\sqrt{q_l}\,u)^2]\;\mathbb E[\delta_{l+1}^2]

    Args:
        df: The activation's derivative, as a function of the pre-activation.
        widths: :math:`n_0, …, n_L`.
        weight_variances: :math:`\operatorname{Var}(W_1), …, \operatorname{Var}(W_L)`.
        q: The pre-activation variances :math:`q_1, …, q_L` of `forward_profile`.

    >>> backward_profile(np.ones_like, [4, 4, 4], [0.5, 0.5], q=[2.0, 4.0]).round(9)
    array([2., 1.])
    """
    profile = [1.0]
    for l in range(len(q) - 1, 0, -1):
        profile.append(profile[-1] * gradient_factor(df, q[l - 1], widths[l + 1] * weight_variances[l]))
    return np.array(profile[::-1])


def square_profiles(f: Function, df: Function, sigma_w2: float, depth: int) -> tuple[Array, Array]:
    r"""Predict both profiles of a network of equal widths: :math:`q_l`, and the mean square of :math:`\delta_l`.

    Args:
        f: The activation.
        df: Its derivative.
        sigma_w2: :math:`\sigma_w^2`, the same in every layer.
        depth: :math:`L`.

    >>> forward, backward = square_profiles(lambda z: z, np.ones_like, sigma_w2=0.5, depth=3)
    >>> forward.round(9), backward.round(9)
    (array([0.5  , 0.25 , 0.125]), array([0.25, 0.5 , 1.  ]))
    """
    widths, weight_variances = [1] * (depth + 1), [sigma_w2] * depth
    q = forward_profile(f, widths, weight_variances)
    return q, backward_profile(df, widths, weight_variances, q)


def fixed_point(f: Function, sigma_w2: float, sigma_b2: float = 0.0, tol: float = 1e-12) -> float:
    r"""Return the variance :math:`q^*` to which deep layers settle, :math:`q^* = V(q^*)`, starting at 1.

    Args:
        f: The activation.
        sigma_w2: :math:`\sigma_w^2`.
        sigma_b2: :math:`\sigma_b^2`.
        tol: The change at which the iteration stops.

    Raises:
        ValueError: If a thousand layers do not settle (tanh with :math:`\sigma_w^2 = 1` never does).

    >>> round(fixed_point(np.tanh, sigma_w2=25 / 9), 3)
    1.178
    """
    q = 1.0
    for _ in range(1000):
        q, before = next_variance(f, q, sigma_w2, sigma_b2), q
        if abs(q - before) < tol:
            return q
    raise ValueError(f"no fixed point within 1000 layers for sigma_w2={sigma_w2}, sigma_b2={sigma_b2}")


def critical_weight_variance(
    f: Function, df: Function, sigma_b2: float, low: float = 1.0, high: float = 4.0
) -> float:
    r"""Return the :math:`\sigma_w^2` at the edge of chaos, where :math:`\chi(q^*) = 1`, by bisection.

    Schoenholz et al. (2017).

    Args:
        f: The activation.
        df: Its derivative.
        sigma_b2: :math:`\sigma_b^2 > 0`.
        low: A :math:`\sigma_w^2` in the ordered phase, :math:`\chi < 1`.
        high: A :math:`\sigma_w^2` in the chaotic phase, :math:`\chi > 1`.

    >>> round(critical_weight_variance(np.tanh, lambda z: 1.0 - np.tanh(z) ** 2, sigma_b2=0.05), 4)
    1.761
    """
    while high - low > 1e-10:
        middle = (low + high) / 2.0
        chaotic = gradient_factor(df, fixed_point(f, middle, sigma_b2), middle) > 1.0
        low, high = (low, middle) if chaotic else (middle, high)
    return (low + high) / 2.0


def correlation_length(chi: float) -> float:
    r"""Return the number of layers over which the mean-square gradient falls to 1/e.

    .. math:: \xi = -\frac{1}{\ln\chi}, \qquad 0 < \chi < 1

    Schoenholz et al. (2017).

    Raises:
        ValueError: Outside the ordered phase.

    >>> round(correlation_length(0.5), 3)
    1.443
    """
    if not 0.0 < chi < 1.0:
        raise ValueError(f"the length is defined in the ordered phase, 0 < chi < 1, not for chi={chi}")
    return -1.0 / math.log(chi)


def tanh_decay(layer: int, q_0: float = math.inf) -> float:
    r"""Approximate the activation variance of tanh under :math:`\sigma_w^2 = 1`.

    .. math:: q_l \approx \frac{1}{2l + 1/q_0}

    From :math:`\mathbb E[\tanh^2(\sqrt q\,u)] = q - 2q^2 + O(q^3)`: each layer adds 2 to :math:`1/q`.

    Args:
        layer: :math:`l \ge 1`.
        q_0: The variance before the first layer; the default forgets it.

    >>> tanh_decay(100)
    0.005
    """
    return 1.0 / (2.0 * layer + 1.0 / q_0)


def forward_gain(f: Function) -> float:
    r"""Return the gain that keeps unit pre-activation variance, :math:`1/\sqrt{\mathbb E[f(u)^2]}`.

    >>> round(forward_gain(lambda z: np.maximum(z, 0.0)) ** 2, 9)
    2.0
    """
    return 1.0 / math.sqrt(gaussian_mean(lambda z: f(z) ** 2))


def backward_gain(df: Function) -> float:
    r"""Return the gain that keeps the gradient there, :math:`1/\sqrt{\mathbb E[f'(u)^2]}`.

    >>> round(backward_gain(lambda z: (z > 0.0) * 1.0) ** 2, 9)
    2.0
    """
    return 1.0 / math.sqrt(gaussian_mean(lambda z: df(z) ** 2))
