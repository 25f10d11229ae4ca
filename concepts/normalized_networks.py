r"""Deep networks with a normalization before each activation: how gradients grow at initialisation.

A layer is ``z = a @ W.T``, ``u = norm(z)``, ``a = f(u)`` with the slope 1 for u > 0 and `negative_slope` for u < 0.
The closed forms are for wide layers, whose pre-activations are normal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from concepts.mean_field import gaussian_mean
from concepts.normalization import Cache, batchnorm_backward, batchnorm_forward
from concepts.relu_networks import kept_share

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

NORMS = ("batch", "layer", "none")


def _known(norm: str) -> None:
    if norm not in NORMS:
        raise ValueError(f"norm must be one of {NORMS}, not {norm!r}")


def growth(f: Function, df: Function, norm: str = "batch") -> float:
    r"""Return by what a layer f(norm(W a)) multiplies the mean squared gradient, going back.

    .. math:: \frac{\operatorname E[f'(u)^2]}{\operatorname{Var}(f(u))} \text{ behind batch norm}, \qquad
              \frac{\operatorname E[f'(u)^2]}{\operatorname E[f(u)^2]} \text{ behind layer norm}, \qquad
              u \sim \mathcal N(0, 1)

    For wide layers and large batches.  Batch norm divides by the spread over the batch, from which each unit's mean
    is taken; layer norm by the spread over the units, whose mean is 0 in a random layer.
    The first is 1 for linear f and above 1 for any other, by Poincaré's inequality for the normal law.
    Without a norm the factor depends on the weights; with the variance that keeps the signal, it is the second.
    Yang et al. (2019) for batch norm.

    Args:
        f: The activation.
        df: Its derivative.
        norm: `"batch"`, `"layer"` or `"none"`.

    Raises:
        ValueError: For another norm.

    >>> round(growth(lambda z: 2 * z, lambda z: 2 + 0 * z), 9)
    1.0
    """
    _known(norm)
    mean = gaussian_mean(f) if norm == "batch" else 0.0
    return gaussian_mean(lambda z: df(z) ** 2) / (gaussian_mean(lambda z: f(z) ** 2) - mean**2)


def pair_means(cosine: float, negative_slope: float = 0.0) -> tuple[float, float]:
    r"""Return the means of f'(u) f'(v) and of f(u) f(v) for standard normal u and v of correlation c.

    .. math:: P = \frac14 + \frac{\arcsin c}{2\pi}, \qquad
              \kappa(c) = \frac{\sqrt{1 - c^2} + c\,(\pi - \arccos c)}{2\pi}

    are both means for ReLU; for a leaky one of slope a they are :math:`a + (1 - a)^2 P` and
    :math:`(1 + a^2)\,\kappa(c) - 2a\,\kappa(-c)`.  Cho and Saul (2009), section 2.

    Args:
        cosine: The correlation c, from -1 to 1.
        negative_slope: The slope a for u < 0.

    >>> pair_means(1.0), pair_means(0.0, negative_slope=1.0)
    ((0.5, 0.5), (1.0, 0.0))
    """

    def kappa(c: float) -> float:
        return (math.sqrt(1.0 - c * c) + c * (math.pi - math.acos(c))) / (2.0 * math.pi)

    a, both = negative_slope, 0.25 + math.asin(cosine) / (2.0 * math.pi)
    slopes = a + (1.0 - a) ** 2 * both
    return slopes, (1.0 + a * a) * kappa(cosine) - 2.0 * a * kappa(-cosine)


def growth_in_batches(n: int, negative_slope: float = 0.0) -> float:
    r"""Return that factor for batch norm and a leaky ReLU in batches of n, exactly for wide layers.

    .. math:: \frac{n}{(n - 3)(h - k)} \cdot \frac{1}{n - 1}
              \Bigl( h\,(n - 3) + \frac{2h + (n - 1)(p + k)}{n} \Bigr), \qquad
              h = \frac{1 + a^2}{2}

    with p and k the two `pair_means` for the correlation :math:`-\frac1{n - 1}` that centring leaves between the
    samples of a batch; it is :math:`\frac{n - 2}{n - 3}` for the identity.  Going forward, a unit's batch variance is
    :math:`h - k` times a chi-square number over n, with n - 1 degrees of freedom, whose inverse has the mean
    :math:`\frac{n}{n - 3}`.  Going back, the slopes D and the projection P of batch norm leave of a centred gradient
    the part :math:`\operatorname E[\operatorname{tr} P D G D]/(n - 1)`, with G for centring.
    Yang et al. (2019) have the theory for any activation.

    Args:
        n: The batch size, at least 4.
        negative_slope: The slope a for u < 0.

    Raises:
        ValueError: Below 4, where the mean is infinite (3) or no gradient passes (2).

    >>> round(growth_in_batches(4, negative_slope=1.0), 3), round(growth_in_batches(8), 3)
    (2.0, 1.788)
    """
    if n < 4:
        raise ValueError(f"the mean growth is finite from batches of 4 on, not for {n}")
    h, (p, k) = kept_share(negative_slope), pair_means(-1.0 / (n - 1), negative_slope)
    passed = h * (n - 3) + (2.0 * h + (n - 1) * (p + k)) / n
    return n / ((n - 3) * (h - k)) * passed / (n - 1)


def expected_profile(depth: int, n: int, norm: str = "batch", negative_slope: float = 0.0) -> Array:
    r"""Return the expected mean squares of ∂C/∂a_l, relative to the last layer, for weights with He's variance.

    Without a norm and with layer norm they are 1 in a wide network.  With batch norm each layer multiplies by
    `growth_in_batches`; the last one by :math:`\frac{h\,(n - 2)}{(n - 3)(h - k)}`, since the gradient that enters it
    is not centred yet.

    Args:
        depth: Layers L.
        n: The batch size, at least 4.
        norm: `"batch"`, `"layer"` or `"none"`.
        negative_slope: The slope a for u < 0.

    Returns:
        The profile, `(L,)`, first layer first.

    Raises:
        ValueError: For another norm, and for batch norm with n < 4.

    >>> expected_profile(3, 4, negative_slope=1.0)
    array([3. , 1.5, 1. ])
    """
    _known(norm)
    if norm != "batch" or depth == 1:
        return np.ones(depth)
    each = growth_in_batches(n, negative_slope)
    h, (_, k) = kept_share(negative_slope), pair_means(-1.0 / (n - 1), negative_slope)
    factors = np.full(depth - 1, each)
    factors[0] = h * (n - 2) / ((n - 3) * (h - k))
    return np.append(np.cumprod(factors)[::-1], 1.0)


def measured_profile(
    weights: Sequence[Array], x: Array, grad_out: Array, norm: str = "batch", negative_slope: float = 0.0
) -> Array:
    r"""Measure the mean squares of ∂C/∂a_l in one network, relative to the last layer; ε = 0.

    Args:
        weights: :math:`W_1, …, W_L`, each `(fan_out, fan_in)`.
        x: Inputs, `(n, features)`.
        grad_out: :math:`\partial C/\partial a_L`, `(n, fan_out_L)`.
        norm: `"batch"`, `"layer"` or `"none"`.
        negative_slope: The slope a for u < 0.

    Returns:
        The profile, `(L,)`, first layer first.

    Raises:
        ValueError: For another norm.

    >>> measured_profile([np.eye(2), 3 * np.eye(2)], np.array([[2.0, -2.0]]), np.ones((1, 2)), norm="none")
    array([4.5, 1. ])
    """
    a, passed = x, []
    for W in weights:
        u, cache = _normalised(a @ W.T, norm)
        slopes = np.where(u > 0.0, 1.0, negative_slope)
        passed.append((slopes, cache))
        a = slopes * u
    grad, squares = grad_out, [float(np.mean(grad_out**2))]
    for W, (slopes, cache) in zip(reversed(weights[1:]), reversed(passed), strict=False):
        grad = _back(grad * slopes, cache, norm) @ W
        squares.append(float(np.mean(grad**2)))
    return np.array(squares[::-1]) / squares[0]


def _normalised(z: Array, norm: str) -> tuple[Array, Cache | None]:
    """Return what the norm makes of pre-activations, and what its way back needs."""
    _known(norm)
    if norm == "none":
        return z, None
    columns = z if norm == "batch" else z.T
    u, cache = batchnorm_forward(columns, np.ones(columns.shape[1]), np.zeros(columns.shape[1]), eps=0.0)
    return (u if norm == "batch" else u.T), cache


def _back(grad: Array, cache: Cache | None, norm: str) -> Array:
    """Return the gradient behind the norm, from that in front of it."""
    if cache is None:
        return grad
    return batchnorm_backward(grad, cache)[0] if norm == "batch" else batchnorm_backward(grad.T, cache)[0].T
