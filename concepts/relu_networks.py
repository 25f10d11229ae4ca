r"""Deep networks of (leaky) ReLU layers: their closed forms, exact at any width, and what is measured.

A layer is ``z = a @ W.T``, ``a = f(z)`` with the slope 1 for z > 0 and `negative_slope` for z < 0; no biases.
Weights are independent and symmetric about 0: that is all that the second moments need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concepts.chain_rule import backpropagate_deltas

Array = NDArray[np.float64]


def kept_share(negative_slope: float = 0.0) -> float:
    r"""Return the share of a symmetric signal's second moment that a leaky ReLU keeps.

    .. math:: \operatorname E[f(z)^2] = \tfrac12(1 + a^2)\,\operatorname E[z^2]

    He et al. (2015), section 2.2. The same share of a gradient passes on its way back.

    Args:
        negative_slope: The slope a for z < 0; 0 is ReLU.

    >>> kept_share(), kept_share(1.0)
    (0.5, 1.0)
    """
    return 0.5 * (1.0 + negative_slope * negative_slope)


def expected_profiles(
    widths: Sequence[int], weight_variances: Sequence[float], negative_slope: float = 0.0
) -> tuple[Array, Array]:
    r"""Return the expected second moments of activations and errors, layer by layer.

    .. math:: \frac{\operatorname E[a_l^2]}{\operatorname E[x^2]} =
              \prod_{k=1}^{l} \tfrac{1 + a^2}{2}\,n_{k-1}\operatorname{Var}(W_k), \qquad
              \frac{\operatorname E[\delta_l^2]}{\operatorname E[\delta_L^2]} =
              \prod_{k=l+1}^{L} \tfrac{1 + a^2}{2}\,n_k\operatorname{Var}(W_k)

    He et al. (2015), equations 9 and 13. The means are over weights, and over errors of the last layer that are
    drawn independently of them. For ReLU a layer may be off altogether (:math:`z_{l+1} = 0`, with the probability
    :math:`2^{-n_l}` or so): narrow layers lose as much more.

    Args:
        widths: :math:`n_0, …, n_L`.
        weight_variances: :math:`\operatorname{Var}(W_1), …, \operatorname{Var}(W_L)`.
        negative_slope: The slope a for z < 0.

    Returns:
        Both profiles, `(L,)`, first layer first.

    >>> forward, backward = expected_profiles([8, 4, 8], [2 / 8, 2 / 4])
    >>> forward, backward
    (array([1., 1.]), array([2., 1.]))
    """
    share, variances = kept_share(negative_slope), np.asarray(weight_variances, dtype=np.float64)
    n = np.asarray(widths, dtype=np.float64)
    forward = np.cumprod(share * n[:-1] * variances, dtype=np.float64)
    behind = np.cumprod((share * n[2:] * variances[1:])[::-1], dtype=np.float64)
    return forward, np.append(behind[::-1], 1.0)


def measured_profiles(
    weights: Sequence[Array], x: Array, delta_out: Array, negative_slope: float = 0.0
) -> tuple[Array, Array]:
    r"""Measure the second moments of activations and errors in one network, over batch and units.

    Args:
        weights: :math:`W_1, …, W_L`, each `(fan_out, fan_in)`.
        x: Inputs, `(n, features)`.
        delta_out: :math:`\delta_L = \partial C/\partial z_L`, `(n, fan_out_L)`.
        negative_slope: The slope a for z < 0.

    Returns:
        The means of :math:`a_l^2`, and those of :math:`\delta_l^2` relative to the last layer; both `(L,)`.

    >>> measured_profiles([np.eye(2), 3 * np.eye(2)], np.array([[2.0, -2.0]]), np.ones((1, 2)))
    (array([ 2., 18.]), array([4.5, 1. ]))
    """
    a, preactivations, forward = x, [], []
    for W in weights:
        preactivations.append(a @ W.T)
        a = np.where(preactivations[-1] > 0.0, 1.0, negative_slope) * preactivations[-1]
        forward.append(float(np.mean(a**2)))
    deltas = backpropagate_deltas(
        weights, preactivations, lambda z: np.where(z > 0.0, 1.0, negative_slope), delta_out
    )
    backward = np.array([np.mean(delta**2) for delta in deltas])
    return np.array(forward), backward / backward[-1]


def log_scatter(widths: Sequence[int]) -> float:
    r"""Return how far the logarithm of a ReLU network's second moment scatters from draw to draw.

    .. math:: \operatorname{Std}\bigl[\ln \overline{a_L^2}\bigr] \approx \sqrt{\sum_{l=1}^{L} \frac{5}{n_l}}

    One layer multiplies the mean square by :math:`\tfrac1n\sum_i 2\,g_i^2 1_{g_i > 0}` with normal :math:`g_i`:
    mean 1, variance :math:`(2 \cdot 3 - 1)/n`. Hanin and Nica (2020).

    Args:
        widths: :math:`n_1, …, n_L`.

    >>> log_scatter([20] * 4)
    1.0
    """
    return math.sqrt(sum(5.0 / n for n in widths))


def next_cosine(cosine: float) -> float:
    r"""Return the cosine between two activations of a wide ReLU layer, from that between its inputs.

    .. math:: c \mapsto \tfrac1\pi\left(\sqrt{1 - c^2} + c\,(\pi - \arccos c)\right)

    Cho and Saul (2009), section 2, the arc-cosine kernel of degree 1. It grows towards 1 for every c < 1.

    Args:
        cosine: c, from -1 to 1.

    >>> next_cosine(-1.0), next_cosine(1.0), round(next_cosine(0.0), 6)
    (0.0, 1.0, 0.31831)
    """
    return (math.sqrt(1.0 - cosine * cosine) + cosine * (math.pi - math.acos(cosine))) / math.pi
