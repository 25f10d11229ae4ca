r"""Shattered gradients: how alike the gradients of neighbouring inputs are (Balduzzi et al. 2017).

A network of ReLU layers maps one number x to one number y.  Its gradient dy/dx is computed on a grid of inputs;
where it is like white noise, a step that helps one input says nothing about the next.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRID = np.arange(-2.0, 2.0, 4.0 / 256.0)
"""The inputs, 256 from -2 to 2, as in Balduzzi et al. (2017) and in notebook 11.1 of Prince (2023)."""


def input_gradients(
    depth: int,
    width: int,
    rng: np.random.Generator,
    *,
    variance: float = 2.0,
    biases: bool = True,
    scale: float | None = None,
    layers_per_block: int = 2,
) -> Array:
    r"""Return dy/dx on the grid for one random network.

    .. math:: a_1 = \operatorname{relu}(x w_1 + b_1), \qquad a_l = \operatorname{relu}(a_{l-1} W_l^\top + b_l), \qquad
              y = a_K v

    All weights and biases have the variance c/N, those of the first layer too.
    With `scale` s the layers behind the first form branches with shortcuts around them:
    :math:`a + s \operatorname{relu}(a V^\top + b)\,W^\top` with 1/N for W, or, with one layer per block,
    :math:`a + s \operatorname{relu}(a V^\top + b)`.

    Args:
        depth: K, the number of hidden layers.
        width: N.
        rng: Source of the draws.
        variance: c.
        biases: Whether there are any.
        scale: s with shortcuts, None without.
        layers_per_block: 1 or 2; for 2, an even number of layers follows the first.

    Returns:
        dy/dx, `(256,)`.

    >>> input_gradients(3, 10, np.random.default_rng(0)).shape
    (256,)
    """
    std, size = math.sqrt(variance / width), len(GRID)

    def normal(*shape: int, std: float = std) -> NDArray[np.float32]:
        return (std * rng.standard_normal(shape)).astype(np.float32)

    def layer(rows: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
        # Signals in the upper half of the rows, their derivatives with respect to x in the lower.
        z = rows @ weights.T
        z[:size] += normal(width) * biases
        return np.asarray(z * np.tile(z[:size] > 0, (2, 1)))

    inputs = np.stack([GRID, np.ones(size)]).reshape(-1, 1).astype(np.float32)
    rows = layer(inputs, normal(width, 1))
    for _ in range((depth - 1) // (1 if scale is None else layers_per_block)):
        branch = layer(rows, normal(width, width))
        if scale is not None and layers_per_block == 2:
            branch = branch @ normal(width, width, std=width**-0.5).T
        rows = branch if scale is None else rows + np.float32(scale) * branch
    return (rows[size:] @ normal(width)).astype(np.float64)


def autocorrelation(gradients: Array) -> Array:
    r"""Return the autocorrelation of a sequence of gradients at all lags.

    .. math:: r_k = \frac{\sum_i (g_i - \bar g)(g_{i+k} - \bar g)}{\sum_i (g_i - \bar g)^2}

    1 at lag 0; near 0 for white noise; for a slowly changing function it falls slowly.

    Args:
        gradients: g, `(n,)`.

    >>> autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]))
    array([ 1.  , -0.75,  0.5 , -0.25])
    """
    centred = gradients - gradients.mean()
    full = np.correlate(centred, centred, mode="full")[len(gradients) - 1 :]
    return np.asarray(full / full[0])
