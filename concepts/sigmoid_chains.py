r"""Chains of single sigmoid neurons, seen over all inputs: why their gradient is unstable and never large on average.

`concepts.chain_rule` has the gradient at one input; `book/saturation.md` derives what is computed here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from concepts.saturation import sigmoid, sigmoid_grad

Array = NDArray[np.float64]


def run_chain(weights: Array, biases: Array, x: Array) -> tuple[Array, Array]:
    r"""Return the output of a chain of sigmoid neurons and its derivative, for many inputs at once.

    .. math:: a_l = \sigma(w_l a_{l-1} + b_l), \quad a_0 = x, \qquad
              \frac{da_L}{dx} = \prod_{l=1}^{L} w_l\,\sigma'(z_l)

    Args:
        weights: :math:`w_1, …, w_L`, `(depth,)`.
        biases: :math:`b_1, …, b_L`, `(depth,)`.
        x: Inputs, any shape.

    Returns:
        The outputs and the derivatives, each in the shape of `x`.

    >>> a, gradient = run_chain(np.array([8.0]), np.array([-4.0]), np.array([0.5]))
    >>> a, gradient
    (array([0.5]), array([2.]))
    """
    a, gradient = x, np.ones_like(x)
    for w, b in zip(weights, biases, strict=True):
        z = w * a + b
        gradient = gradient * w * sigmoid_grad(z)
        a = sigmoid(z)
    return a, gradient


def mean_gradient(weights: Array, biases: Array) -> float:
    r"""Return the size of a chain's gradient, averaged over all inputs between 0 and 1; it is below 1.

    .. math:: \int_0^1 \left|\frac{da_L}{dx}\right| dx = \bigl|a_L(1) - a_L(0)\bigr| < 1

    Every layer is monotone, so the chain is, and its derivative never changes sign.

    Args:
        weights: :math:`w_1, …, w_L`, `(depth,)`.
        biases: :math:`b_1, …, b_L`, `(depth,)`.

    >>> round(mean_gradient(np.array([8.0]), np.array([-4.0])), 4)
    0.964
    """
    ends, _ = run_chain(weights, biases, np.array([0.0, 1.0]))
    return float(abs(ends[1] - ends[0]))


def centred_chain(depth: int, weight_std: float, rng: np.random.Generator) -> tuple[Array, Array]:
    r"""Draw a chain that wastes no window: the middle of each lies between 0 and 1, where its inputs are.

    .. math:: w_l \sim \mathcal N(0, s^2), \qquad b_l = -w_l c_l, \qquad c_l \text{ uniform on } (0, 1)

    Args:
        depth: :math:`L`.
        weight_std: :math:`s`.
        rng: Source of the draws.

    Returns:
        Weights and biases, each `(depth,)`.

    >>> weights, biases = centred_chain(3, 1.0, np.random.default_rng(0))
    >>> bool(np.all((-biases / weights > 0) & (-biases / weights < 1)))
    True
    """
    weights = rng.normal(0.0, weight_std, size=depth)
    return weights, -weights * rng.random(depth)
