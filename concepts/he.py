r"""What ReLU changes: half of the signal is thrown away, so the weights' variance doubles.

A layer is ``z = a @ W.T``, ``a = relu(z)``, or a convolution whose kernels are written ``(out, in, *kernel)``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from concepts.chain_rule import backpropagate_deltas

Array = NDArray[np.float64]

VGG_CHANNELS = [64, 64, 128, 128, 256, 256, 512, 512, 512, 512]
"""Output channels of the ten 3 × 3 convolutions of VGG's model B (Simonyan and Zisserman 2015, table 1)."""

VGG_SHAPES = [(out, into, 3, 3) for into, out in pairwise(VGG_CHANNELS)]
"""The weights that a gradient passes on its way back to the first of them."""


def relu_second_moment(variance: float) -> float:
    r"""Return what ReLU leaves of a Gaussian pre-activation's second moment.

    .. math:: \operatorname E[\max(0, z)^2] = \tfrac12\,v, \qquad z \sim \mathcal N(0, v)

    By symmetry: half of :math:`\operatorname E[z^2]` comes from z > 0. He et al. (2015), section 2.2.

    Args:
        variance: :math:`v \ge 0`.

    >>> relu_second_moment(3.0)
    1.5
    """
    return 0.5 * variance


def leaky_relu_mean(std: float, negative_slope: float = 0.0) -> float:
    r"""Return the mean of a leaky ReLU's output, which is not 0.

    .. math:: \operatorname E[f(z)] = (1 - a)\,\frac{s}{\sqrt{2\pi}}, \qquad z \sim \mathcal N(0, s^2)

    Args:
        std: The standard deviation s of the pre-activation.
        negative_slope: The slope a for z < 0.

    >>> round(leaky_relu_mean(1.0), 4)
    0.3989
    """
    return (1.0 - negative_slope) * std / math.sqrt(2.0 * math.pi)


def leaky_relu_gain(negative_slope: float = 0.0) -> float:
    r"""Return the gain that makes up for what a leaky ReLU takes from the second moment.

    .. math:: g = \sqrt{\frac{2}{1 + a^2}}

    The two halves keep 1 and a² of their second moment. He et al. (2015), equation 15; `torch.nn.init.calculate_gain`.

    Args:
        negative_slope: The slope a for z < 0; 0 is ReLU.

    >>> leaky_relu_gain(1.0)
    1.0
    """
    return math.sqrt(2.0 / (1.0 + negative_slope * negative_slope))


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    r"""Return how many numbers one output is summed from, and into how many outputs one input goes.

    .. math:: n_\text{in} = c_\text{in} \prod_i k_i, \qquad n_\text{out} = c_\text{out} \prod_i k_i

    He et al. (2015), section 2.2: :math:`k^2 c` and :math:`k^2 d` for a k × k convolution.

    Args:
        shape: `(out, in, *kernel)`; a linear layer has no kernel dimensions.

    Raises:
        ValueError: Below two dimensions.

    >>> fans((64, 3, 5, 5)), fans((10, 300))
    ((75, 1600), (300, 10))
    """
    if len(shape) < 2:
        raise ValueError(f"a weight has at least two dimensions, (out, in, *kernel), not the shape {shape}")
    fan_out, fan_in, *kernel = shape
    taps = math.prod(kernel)
    return fan_in * taps, fan_out * taps


def he_std(shape: tuple[int, ...], mode: str = "fan_in", negative_slope: float = 0.0) -> float:
    r"""Return He's standard deviation.

    .. math:: s = \sqrt{\frac{2}{(1 + a^2)\,n}}, \qquad n = n_\text{in} \text{ or } n_\text{out}

    With n_in the signal keeps its second moment, with n_out the gradient. He et al. (2015), equations 10, 14, 15.

    Args:
        shape: `(out, in, *kernel)`.
        mode: `"fan_in"` or `"fan_out"`.
        negative_slope: The slope a of the leaky ReLU; 0 is ReLU.

    Raises:
        ValueError: For another mode, and for a shape below two dimensions.

    >>> he_std((30, 50))
    0.2
    """
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'mode must be "fan_in" or "fan_out", not {mode!r}')
    return leaky_relu_gain(negative_slope) / math.sqrt(fans(shape)[mode == "fan_out"])


def he_normal(
    shape: tuple[int, ...], rng: np.random.Generator, mode: str = "fan_in", negative_slope: float = 0.0
) -> Array:
    r"""Draw Gaussian weights with He's standard deviation.

    .. math:: w \sim \mathcal N\!\left(0, \tfrac{2}{(1 + a^2)\,n}\right)

    Args:
        shape: `(out, in, *kernel)`.
        rng: Source of the draws; its state decides them.
        mode: `"fan_in"` or `"fan_out"`.
        negative_slope: The slope a of the leaky ReLU; 0 is ReLU.

    Returns:
        Weights of this shape.

    >>> he_normal((4, 3, 2), np.random.default_rng(0)).shape
    (4, 3, 2)
    """
    return rng.normal(0.0, he_std(shape, mode, negative_slope), size=shape)


def second_moment_by_layer(
    depth: int, width: int, weight_std: float, n: int, rng: np.random.Generator
) -> Array:
    r"""Measure the second moment of the activations of a random ReLU network, layer by layer.

    .. math:: a_0 = x \sim \mathcal N(0, 1), \qquad a_l = \max(0, a_{l-1} W_l^\top), \qquad
              \operatorname E[a_l^2] = \left(\tfrac12\,n_\text{in}\,s^2\right)^l

    Args:
        depth: Layers.
        width: Units of each layer, and inputs.
        weight_std: The weights' standard deviation s; every layer has weights of its own, and no biases.
        n: Inputs.
        rng: Source of the draws.

    Returns:
        The mean squares over batch and units, `(depth,)`, first layer first.

    >>> second_moment_by_layer(2, 10, weight_std=0.0, n=5, rng=np.random.default_rng(0))
    array([0., 0.])
    """
    a, moments = rng.normal(size=(n, width)), np.empty(depth)
    for l in range(depth):
        a = np.maximum(a @ rng.normal(0.0, weight_std, size=(width, width)).T, 0.0)
        moments[l] = np.mean(a**2)
    return moments


def gradient_scale(stds: Sequence[float], shapes: Sequence[tuple[int, ...]]) -> float:
    r"""Return the factor on a gradient that weights of other than He's size put on its way back.

    .. math:: \prod_l \frac{s_l}{\sqrt{2 / n_{\text{out},l}}}

    He et al. (2015), section 2.2, compute it for a VGG network whose weights all have s = 0.01.

    Args:
        stds: The weights' standard deviations :math:`s_l`.
        shapes: Their shapes, `(out, in, *kernel)`.

    >>> gradient_scale([0.1, 0.2], [(200, 7), (50, 8)])
    1.0
    """
    return math.prod(s / he_std(shape, "fan_out") for s, shape in zip(stds, shapes, strict=True))


def moment_factors(
    depth: int, width: int, weight_variance: float, n: int, rng: np.random.Generator
) -> tuple[float, float]:
    r"""Measure by what a ReLU layer multiplies the second moments of signal and gradient.

    Theory: both by :math:`\tfrac12\,n\operatorname{Var}(w)` for layers of n units and n inputs.

    Args:
        depth: Layers.
        width: Units of each layer, and inputs.
        weight_variance: :math:`\operatorname{Var}(w)`.
        n: Inputs.
        rng: Source of the draws.

    Returns:
        Geometric means over the layers, for the activations and for the errors :math:`\partial C/\partial z_l`.

    >>> forth, back = moment_factors(5, 100, 2 / 100, n=50, rng=np.random.default_rng(0))
    >>> 0.8 < forth < 1.2 and 0.8 < back < 1.2
    True
    """
    std = math.sqrt(weight_variance)
    weights = [rng.normal(0.0, std, size=(width, width)) for _ in range(depth)]
    a, zs, moments = rng.normal(size=(n, width)), [], [1.0]
    for W in weights:
        zs.append(a @ W.T)
        a = np.maximum(zs[-1], 0.0)
        moments.append(float(np.mean(a**2)))
    deltas = backpropagate_deltas(weights, zs, lambda z: (z > 0.0) * 1.0, rng.normal(size=zs[-1].shape))
    forth = (moments[-1] / moments[0]) ** (1.0 / depth)
    back = float(np.mean(deltas[0] ** 2) / np.mean(deltas[-1] ** 2)) ** (1.0 / (depth - 1))
    return forth, back
