r"""ReLU and its children: the activations that do not flatten for large inputs, and their slopes.

Every function takes numbers of any shape and works entry by entry.
Exponentials get arguments below 0 only, so that nothing overflows however large the input.
`concepts.nonlinearities` has them by name, `concepts.mean_field` what they do to variances.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def relu(x: Array) -> Array:
    r"""Return the rectified linear unit.

    .. math:: \operatorname{relu}(x) = \max(0, x)

    Nair and Hinton (2010); Glorot, Bordes and Bengio (2011).

    Args:
        x: Numbers of any shape.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.asarray(np.maximum(x, 0.0))


def relu_grad(x: Array) -> Array:
    r"""Return the slope of ReLU: 1 where it is active, 0 elsewhere, at x = 0 too.

    Any number in [0, 1] is a subgradient at 0; PyTorch takes 0 as well.

    Args:
        x: Numbers of any shape.

    >>> relu_grad(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    return np.asarray(np.heaviside(x, 0.0))


def leaky_relu(x: Array, slope: float = 0.01) -> Array:
    r"""Return the leaky ReLU, which lets a little through on the left.

    .. math:: f(x) = \max(x, a x), \qquad 0 < a < 1

    Maas, Hannun and Ng (2013).

    Args:
        x: Numbers of any shape.
        slope: The slope a for x ≤ 0.

    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.02,  3.  ])
    """
    return relu(x) - slope * relu(-x)


def leaky_relu_grad(x: Array, slope: float = 0.01) -> Array:
    r"""Return the slope of the leaky ReLU: 1 for x > 0, a elsewhere.

    Args:
        x: Numbers of any shape.
        slope: The slope a for x ≤ 0.

    >>> leaky_relu_grad(np.array([-2.0, 0.0, 3.0]), slope=0.25)
    array([0.25, 0.25, 1.  ])
    """
    return slope + (1.0 - slope) * relu_grad(x)


def elu(x: Array, alpha: float = 1.0) -> Array:
    r"""Return the exponential linear unit.

    .. math:: f(x) = x \ (x > 0), \qquad f(x) = \alpha\,(e^x - 1) \ (x \le 0)

    Clevert, Unterthiner and Hochreiter (2016).

    Args:
        x: Numbers of any shape.
        alpha: The limit on the left is −α, α > 0.

    >>> elu(np.array([-1e4, 0.0, 3.0]), alpha=2.0)
    array([-2.,  0.,  3.])
    """
    return relu(x) + alpha * np.expm1(-relu(-x))


def elu_grad(x: Array, alpha: float = 1.0) -> Array:
    r"""Return the slope of ELU: 1 for x > 0, α eˣ elsewhere.

    Args:
        x: Numbers of any shape.
        alpha: As for `elu`; with α ≠ 1 the slope jumps at 0.

    >>> elu_grad(np.array([-1e4, 0.0, 3.0]))
    array([0., 1., 1.])
    """
    return np.asarray(np.where(np.asarray(x) > 0, 1.0, alpha * np.exp(-relu(-x))))


def swish(x: Array) -> Array:
    r"""Return Swish, which PyTorch calls SiLU.

    .. math:: f(x) = x\,\sigma(x) = \frac{x}{1 + e^{-x}}

    Elfwing, Uchibe and Doya (2018); Ramachandran, Zoph and Le (2017).

    Args:
        x: Numbers of any shape.

    >>> swish(np.array([-1e4, 0.0, 1e4])) + 0.0
    array([    0.,     0., 10000.])
    """
    decay = np.exp(-np.abs(x))
    return np.asarray(np.where(np.asarray(x) > 0, x, x * decay) / (1.0 + decay))


def swish_grad(x: Array) -> Array:
    r"""Return the slope of Swish.

    .. math:: f'(x) = \sigma(x) + x\,\sigma(x)\,(1 - \sigma(x)) = \sigma(x) + \frac{x e^{-|x|}}{(1 + e^{-|x|})^2}

    Args:
        x: Numbers of any shape.

    >>> swish_grad(np.array([-1e4, 0.0, 1e4])) + 0.0
    array([0. , 0.5, 1. ])
    """
    decay = np.exp(-np.abs(x))
    gate = np.where(np.asarray(x) > 0, 1.0, decay) / (1.0 + decay)
    return np.asarray(gate + x * decay / (1.0 + decay) ** 2)


def swish_minimum(tol: float = 1e-13) -> float:
    r"""Return where Swish is lowest: about −1.27846, and its value there is the same number plus 1.

    The slope is 0 where :math:`1 + x(1 - \sigma(x)) = 0`, that is :math:`1 + e^x = -x`;
    there :math:`f(x) = x\,\sigma(x) = x\,e^x/(1 + e^x) = -e^x = 1 + x`.  Bisection solves it.

    Args:
        tol: The error.

    >>> x = swish_minimum()
    >>> round(x, 5), round(float(swish(np.array(x))), 5)
    (-1.27846, -0.27846)
    """
    low, high = -2.0, -1.0
    while high - low > tol:
        x = (low + high) / 2.0
        low, high = (x, high) if 1.0 + math.exp(x) + x < 0 else (low, x)
    return low


def prelu_backward(x: Array, slope: float, grad_out: Array) -> tuple[Array, float]:
    r"""Return the gradients of a layer of PReLUs that share one learned slope.

    .. math:: \frac{\partial C}{\partial x_i} = g_i\,f'(x_i), \qquad
              \frac{\partial C}{\partial a} = \sum_{i:\ x_i \le 0} g_i\,x_i

    He et al. (2015), section 2.1, the channel-shared form.

    Args:
        x: Inputs of the layer, any shape.
        slope: The slope a for x ≤ 0, any number.
        grad_out: :math:`g = \partial C/\partial f(x)`, of the shape of x.

    Returns:
        The gradient with respect to x, of its shape, and that with respect to the slope, one number.

    >>> prelu_backward(np.array([-2.0, 3.0]), 0.25, np.array([1.0, 10.0]))
    (array([ 0.25, 10.  ]), -2.0)
    """
    return grad_out * leaky_relu_grad(x, slope), float(-np.sum(grad_out * relu(-x)))


def dead_units(preactivations: Array) -> NDArray[np.bool_]:
    r"""Return which units are inactive on a whole batch.

    .. math:: \text{unit } j \text{ is dead} \iff z_{ij} \le 0 \text{ for every sample } i

    Args:
        preactivations: z, `(n, units)`.

    Returns:
        One truth value for each unit, `(units,)`.

    >>> dead_units(np.array([[-1.0, 2.0], [0.0, -3.0]]))
    array([ True, False])
    """
    return np.asarray(np.max(preactivations, axis=0) <= 0.0)


def dead_share_by_layer(
    x: Array, depth: int, width: int, gain: float, rng: np.random.Generator, bias_std: float = 0.0
) -> Array:
    r"""Measure the share of dead units in each layer of a random ReLU network.

    Weights and biases are uniform with :math:`\operatorname{Var}(w) = \text{gain}^2/n_\text{in}`.
    PyTorch's default for a linear layer is gain = 1/√3 with biases of the same spread, He's is gain = √2.

    Args:
        x: Inputs, `(n, features)`.
        depth: Layers.
        width: Units of each.
        gain: The weights' standard deviation times √n_in.
        rng: Source of the draws.
        bias_std: The biases' standard deviation times √n_in.

    Returns:
        The shares, `(depth,)`.

    >>> dead_share_by_layer(np.ones((1, 4)), 2, 50, 1.0, np.random.default_rng(0)).shape
    (2,)
    """
    a, shares = x, []
    for _ in range(depth):
        unit = math.sqrt(3.0 / a.shape[1])  # bound of a uniform variable of variance 1/n_in
        W = rng.uniform(-gain * unit, gain * unit, size=(width, a.shape[1]))
        z = a @ W.T + rng.uniform(-bias_std * unit, bias_std * unit, size=width)
        shares.append(float(np.mean(dead_units(z))))
        a = relu(z)
    return np.array(shares)


def squared_slope_by_layer(df_active: float, df_passive: float, depth: int) -> Array:
    r"""Return the mean squared product of slopes along a random path, for a two-piece activation.

    .. math:: \operatorname E\Bigl[\prod_{k \le l} f'(z_k)^2\Bigr] =
              \Bigl(\tfrac12 (s_+^2 + s_-^2)\Bigr)^l \quad \text{with independent symmetric } z_k

    "The derivative of ReLU is 1" holds along active paths only: of :math:`2^l` sign patterns one is active.

    Args:
        df_active: :math:`s_+`, the slope for z > 0.
        df_passive: :math:`s_-`, the slope for z ≤ 0.
        depth: L.

    Returns:
        The means for l = 1, …, L.

    >>> squared_slope_by_layer(1.0, 0.0, 3)
    array([0.5  , 0.25 , 0.125])
    """
    return np.asarray((0.5 * (df_active**2 + df_passive**2)) ** np.arange(1.0, depth + 1.0))
