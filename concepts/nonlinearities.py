"""The activation functions of the course with their derivatives, by name, for tables and figures.

`concepts.activations` derives them one by one; here they stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


@dataclass(frozen=True)
class Nonlinearity:
    """An activation `f` and its derivative `df`, both of the pre-activation, element by element."""

    f: Function
    df: Function


def sigmoid(z: Array) -> Array:
    r"""Return the logistic function in the form that cannot overflow.

    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}} = \tfrac12\left(1 + \tanh\tfrac z2\right)

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def _tanh_grad(z: Array) -> Array:
    return np.asarray(1.0 - np.tanh(z) ** 2)


def _sigmoid_grad(z: Array) -> Array:
    return np.asarray(0.25 * _tanh_grad(0.5 * z))


def _leaky(slope: float) -> Nonlinearity:
    return Nonlinearity(lambda z: np.where(z > 0, z, slope * z), lambda z: np.where(z > 0, 1.0, slope))


def _elu(alpha: float, scale: float) -> Nonlinearity:
    # np.minimum keeps the unused branch from overflowing
    def f(z: Array) -> Array:
        return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0)))

    def df(z: Array) -> Array:
        return scale * np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0.0)))

    return Nonlinearity(f, df)


def _silu_grad(z: Array) -> Array:
    return np.asarray(sigmoid(z) + z * _sigmoid_grad(z))


_erf = np.vectorize(math.erf, otypes=[np.float64])


def _normal_cdf(z: Array) -> Array:
    return np.asarray(0.5 * (1.0 + _erf(z / math.sqrt(2.0))))


def _gelu_grad(z: Array) -> Array:
    return np.asarray(_normal_cdf(z) + z * np.exp(-(z**2) / 2.0) / math.sqrt(2.0 * math.pi))


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. (2017)

NONLINEARITIES: dict[str, Nonlinearity] = {
    "identity": Nonlinearity(lambda z: z, np.ones_like),
    "tanh": Nonlinearity(np.tanh, _tanh_grad),
    "sigmoid": Nonlinearity(sigmoid, _sigmoid_grad),
    "relu": _leaky(0.0),
    "leaky_relu": _leaky(0.01),
    "prelu": _leaky(0.25),
    "elu": _elu(alpha=1.0, scale=1.0),
    "selu": _elu(alpha=SELU_ALPHA, scale=SELU_SCALE),
    "silu": Nonlinearity(lambda z: z * sigmoid(z), _silu_grad),
    "gelu": Nonlinearity(lambda z: z * _normal_cdf(z), _gelu_grad),
}
