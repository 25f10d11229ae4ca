r"""Batch normalization and layer normalization, forward and backward, and what they do to gradients.

A batch is `(n, features)`.  Batch norm standardises each column, layer norm each row.
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
class Cache:
    """What the way back needs: the standardised batch, one over the standard deviations, and gamma."""

    standardised: Array
    inverse_std: Array
    gamma: Array


def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, Cache]:
    r"""Return the batch with every feature standardised, scaled and shifted.

    .. math:: \hat x = \frac{x - \mu}{\sqrt{v + \epsilon}}, \quad
              \mu = \tfrac1n \textstyle\sum_i x_i, \quad v = \tfrac1n \sum_i (x_i - \mu)^2, \qquad
              y = \gamma \hat x + \beta

    Ioffe and Szegedy (2015), algorithm 1.  The variance is biased (÷n), as in PyTorch's output.

    Args:
        x: Inputs, `(n, features)`.
        gamma: Scales, `(features,)`.
        beta: Shifts, `(features,)`.
        eps: ε, inside the root.

    Returns:
        The outputs, `(n, features)`, and what `batchnorm_backward` needs.

    >>> y, _ = batchnorm_forward(np.array([[1.0], [5.0]]), np.ones(1), np.zeros(1), eps=0.0)
    >>> y
    array([[-1.],
           [ 1.]])
    """
    centred = x - x.mean(axis=0)
    inverse_std = 1.0 / np.sqrt(np.mean(centred**2, axis=0) + eps)
    cache = Cache(centred * inverse_std, inverse_std, np.asarray(gamma))
    return gamma * cache.standardised + beta, cache


def batchnorm_backward(grad_y: Array, cache: Cache) -> tuple[Array, Array, Array]:
    r"""Return the gradients with respect to inputs, scales and shifts.

    .. math:: \frac{\partial C}{\partial x} = \frac{\gamma}{\sqrt{v + \epsilon}}
              \Bigl(g - \bar g - \hat x\,\overline{g \hat x}\Bigr), \qquad
              \frac{\partial C}{\partial \gamma} = \sum_i g_i \hat x_i, \qquad
              \frac{\partial C}{\partial \beta} = \sum_i g_i

    with :math:`g = \partial C/\partial y` and bars for means over the batch.
    Ioffe and Szegedy (2015), section 3, with their sums put together.

    Args:
        grad_y: g, `(n, features)`.
        cache: From `batchnorm_forward`.

    Returns:
        The gradients, of the shapes of x, gamma and beta.

    >>> _, cache = batchnorm_forward(np.array([[1.0], [5.0]]), np.ones(1), np.zeros(1), eps=0.0)
    >>> batchnorm_backward(np.array([[1.0], [3.0]]), cache)
    (array([[0.],
           [0.]]), array([2.]), array([4.]))
    """
    x_hat = cache.standardised
    projected = grad_y - grad_y.mean(axis=0) - x_hat * np.mean(grad_y * x_hat, axis=0)
    grad_x = cache.gamma * cache.inverse_std * projected
    return grad_x, np.sum(grad_y * x_hat, axis=0), grad_y.sum(axis=0)


def update_running(
    running_mean: Array, running_var: Array, x: Array, momentum: float = 0.1
) -> tuple[Array, Array]:
    r"""Return the running statistics after one more batch, by PyTorch's rule.

    .. math:: m \leftarrow (1 - \mu)\,m + \mu\,\bar x, \qquad
              v \leftarrow (1 - \mu)\,v + \mu\,\frac{1}{n - 1} \sum_i (x_i - \bar x)^2

    The variance is unbiased here, although the output is computed with the biased one;
    PyTorch's momentum μ is the weight of the *new* batch.

    Args:
        running_mean: `(features,)`.
        running_var: `(features,)`.
        x: The batch, `(n, features)`, n ≥ 2.
        momentum: μ.

    >>> update_running(np.zeros(1), np.ones(1), np.array([[1.0], [5.0]]))
    (array([0.3]), array([1.7]))
    """
    n, mean = len(x), x.mean(axis=0)
    variance = np.sum((x - mean) ** 2, axis=0) / (n - 1)
    return (
        running_mean + momentum * (mean - running_mean),
        running_var + momentum * (variance - running_var),
    )


def batchnorm_inference(
    x: Array, running_mean: Array, running_var: Array, gamma: Array, beta: Array, eps: float = 1e-5
) -> Array:
    r"""Return what batch norm computes when it no longer looks at the batch.

    .. math:: y = \gamma\,\frac{x - m}{\sqrt{v + \epsilon}} + \beta

    Ioffe and Szegedy (2015), algorithm 2: an affine map, which can be folded into the layer before.

    Args:
        x: Inputs, `(n, features)`; n may be 1.
        running_mean: m, `(features,)`.
        running_var: v, `(features,)`.
        gamma: Scales, `(features,)`.
        beta: Shifts, `(features,)`.
        eps: ε, inside the root.

    >>> batchnorm_inference(np.array([[5.0]]), np.ones(1), np.full(1, 4.0), np.ones(1), np.ones(1), eps=0.0)
    array([[3.]])
    """
    slope = gamma / np.sqrt(running_var + eps)
    return np.asarray(x * slope + (beta - running_mean * slope))


def layernorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    r"""Return the batch with every *row* standardised, then scaled and shifted feature by feature.

    .. math:: y_i = \gamma \odot \frac{x_i - \mu_i}{\sqrt{v_i + \epsilon}} + \beta

    with mean and biased variance of the row.  Ba, Kiros and Hinton (2016), equation 4.
    No sample sees another one, so it is the same in training and inference, and fits recurrent networks.

    Args:
        x: Inputs, `(n, features)`.
        gamma: Scales, `(features,)`.
        beta: Shifts, `(features,)`.
        eps: ε, inside the root.

    >>> layernorm_forward(np.array([[1.0, 5.0]]), np.ones(2), np.zeros(2), eps=0.0)
    array([[-1.,  1.]])
    """
    turned, _ = batchnorm_forward(x.T, np.ones(len(x)), np.zeros(len(x)), eps)
    return np.asarray(gamma * turned.T + beta)


def layernorm_backward(
    grad_y: Array, x: Array, gamma: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    r"""Return the gradients with respect to inputs, scales and shifts of layer norm.

    .. math:: \frac{\partial C}{\partial x_i} = \frac{1}{\sqrt{v_i + \epsilon}}
              \Bigl(h_i - \bar h_i - \hat x_i\,\overline{h_i \hat x_i}\Bigr), \qquad h_i = \gamma \odot g_i

    with bars for means over the features of a row; γ stands inside, since it differs from feature to feature.
    The gradients of γ and β are sums over the batch, as in `batchnorm_backward`.

    Args:
        grad_y: :math:`g = \partial C/\partial y`, `(n, features)`.
        x: The inputs of `layernorm_forward`, `(n, features)`.
        gamma: Scales, `(features,)`.
        eps: ε, inside the root.

    Returns:
        The gradients, of the shapes of x, gamma and beta.

    >>> layernorm_backward(np.array([[1.0, 3.0]]), np.array([[1.0, 5.0]]), np.ones(2), eps=0.0)
    (array([[0., 0.]]), array([-1.,  3.]), array([1., 3.]))
    """
    turned, cache = batchnorm_forward(x.T, np.ones(len(x)), np.zeros(len(x)), eps)
    grad_x, _, _ = batchnorm_backward((gamma * grad_y).T, cache)
    return grad_x.T, np.sum(grad_y * turned.T, axis=0), grad_y.sum(axis=0)


def scale_invariance_gap(W: Array, x: Array, scale: float) -> float:
    r"""Return how much batch norm behind a layer notices when all weights are multiplied by a number.

    .. math:: \max\left|\operatorname{BN}(x W^\top) - \operatorname{BN}(x\,(sW)^\top)\right|, \qquad \epsilon = 0

    It is 0 for s > 0 (Ioffe and Szegedy 2015, section 3.3), and twice the largest entry for s < 0,
    since :math:`\operatorname{BN}(-z) = -\operatorname{BN}(z)`.

    Args:
        W: Weights, `(fan_out, fan_in)`.
        x: Inputs, `(n, fan_in)`.
        scale: s ≠ 0.

    >>> W, x = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 3.0]])
    >>> scale_invariance_gap(W, x, 8.0), scale_invariance_gap(W, x, -8.0)
    (0.0, 2.0)
    """
    ones, zeros = np.ones(len(W)), np.zeros(len(W))
    before, _ = batchnorm_forward(x @ W.T, ones, zeros, eps=0.0)
    after, _ = batchnorm_forward(x @ (scale * W).T, ones, zeros, eps=0.0)
    return float(np.abs(before - after).max())


def relu_gradient_growth() -> float:
    r"""Return the factor by which batch norm before ReLU multiplies the squared gradient of each layer, going back.

    .. math:: \frac{\pi}{\pi - 1} = 1.467

    Yang et al. (2019).  In a wide network and a large batch, with He's weights or any others:
    behind ReLU the squared slope is ½ on average; the next pre-activation :math:`z = W a` has, over the *batch*,
    the variance :math:`n \operatorname{Var}(w) \operatorname{Var}(\operatorname{relu}(u))`,
    :math:`\operatorname{Var}(\operatorname{relu}(u)) = \frac12 - \frac1{2\pi}` for u ~ N(0, 1).
    Batch norm divides by its root, so the squared gradient is multiplied by
    :math:`\frac{n \operatorname{Var}(w) \cdot 1/2}{n \operatorname{Var}(w) (1/2 - 1/(2\pi))}`.

    >>> round(relu_gradient_growth(), 4), round(math.sqrt(relu_gradient_growth()), 4)
    (1.4669, 1.2112)
    """
    return math.pi / (math.pi - 1.0)


def gradient_growth(
    depth: int, width: int, n: int, f: Function, df: Function, rng: np.random.Generator
) -> float:
    r"""Measure that factor: layers f(BN(W a)) at initialisation, a random gradient sent back.

    Weights from N(0, 1/width); their variance does not matter.
    The two layers at either end are left out.

    Args:
        depth: Layers, at least 6.
        width: Units of each layer, and inputs.
        n: Batch size.
        f: The activation.
        df: Its derivative, as a function of the normalised pre-activation.
        rng: Source of inputs, weights and the gradient at the end.

    Returns:
        The geometric mean over layers of the growth of the squared norm, from a layer's output to its input.

    >>> growth = gradient_growth(8, 100, 64, np.tanh, lambda z: 1 - np.tanh(z) ** 2, np.random.default_rng(0))
    >>> 1.05 < growth < 1.35
    True
    """
    ones, zeros, a, layers = np.ones(width), np.zeros(width), rng.normal(size=(n, width)), []
    for _ in range(depth):
        W = rng.normal(0.0, width**-0.5, size=(width, width))
        z, cache = batchnorm_forward(a @ W.T, ones, zeros)
        layers.append((W, z, cache))
        a = f(z)
    grad, logs = rng.normal(size=(n, width)), []
    for W, z, cache in reversed(layers):
        grad = batchnorm_backward(grad * df(z), cache)[0] @ W
        logs.append(math.log(float(np.sum(grad**2))))
    return math.exp((logs[-3] - logs[1]) / (depth - 4))
