r"""Dropout in a deep ReLU network: what it does to the second moments of signals and gradients.

`book/training.md` discusses the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concepts.training import dropout

Array = NDArray[np.float64]


def dropout_variance(x: float, p: float) -> float:
    r"""Return the variance of one entry after inverted dropout.

    .. math:: \operatorname{Var}(y) = \frac{p}{1 - p}\,x^2

    Srivastava et al. (2014) describe dropout; this is the variance of their mask, scaled.

    Args:
        x: The entry.
        p: The probability that it is dropped, 0 ≤ p < 1.

    >>> dropout_variance(3.0, 0.5)
    9.0
    """
    return p / (1.0 - p) * x**2


def moment_factor(weight_variance: float, fan: int, p: float, training: bool = True) -> float:
    r"""Return what a ReLU layer with dropout multiplies the second moment by, of signals or of gradients.

    .. math:: \tfrac12\,n \operatorname{Var}(w) \cdot \frac1{1 - p}

    in training; in use, without dropout, the last factor is 1.

    Args:
        weight_variance: Var(w).
        fan: n, the fan-in for signals, the fan-out for gradients.
        p: The probability that an entry is dropped.
        training: Whether dropout is on.

    >>> moment_factor(2 / 100, 100, 0.5)
    2.0
    """
    return 0.5 * fan * weight_variance / (1.0 - p if training else 1.0)


def measured_profiles(
    weights: Sequence[Array], x: Array, delta_out: Array, p: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    r"""Return the mean squares of activations and of errors in a ReLU network with dropout after each layer.

    .. math:: a_\ell = k_\ell \odot \operatorname{ReLU}(a_{\ell-1} W_\ell^\top), \qquad
              \delta_{\ell-1} = (\delta_\ell W_\ell) \odot k_{\ell-1} \odot 1_{z_{\ell-1} > 0}, \qquad
              k \in \{0, \tfrac1{1-p}\}

    Args:
        weights: :math:`W_1, \dots, W_L`, each `(fan_out, fan_in)`.
        x: Inputs, `(n, fan_in)`.
        delta_out: :math:`\delta_L`, `(n, fan_out)`.
        p: The probability that an entry is dropped; 0 for a network in use.
        rng: Source of the masks.

    Returns:
        The mean squares of :math:`a_1, \dots, a_L` and of :math:`\delta_1, \dots, \delta_L`, `(L,)` each.

    >>> up, down = measured_profiles([np.eye(2)], np.ones((1, 2)), np.full((1, 2), 3.0), 0.0, np.random.default_rng(0))
    >>> up, down
    (array([1.]), array([9.]))
    """
    a, slopes, forward = x, [], []
    for W in weights:
        z = a @ W.T
        slopes.append(dropout(np.where(z > 0.0, 1.0, 0.0), p, rng))
        a = z * slopes[-1]
        forward.append(float(np.mean(a**2)))
    delta, backward = delta_out, [float(np.mean(delta_out**2))]
    for W, slope in zip(reversed(weights[1:]), reversed(slopes[:-1]), strict=True):
        delta = (delta @ W) * slope
        backward.append(float(np.mean(delta**2)))
    return np.array(forward), np.array(backward[::-1])
