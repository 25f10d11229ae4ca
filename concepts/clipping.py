r"""Clipping gradients, and the penalties on weights that are often named beside it.

A gradient of a network is a list of arrays, one for each parameter; its *global* norm is that of all their entries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def global_norm(grads: Sequence[Array]) -> float:
    r"""Return the Euclidean norm of all entries of all gradients together.

    .. math:: \lVert g \rVert = \sqrt{\textstyle\sum_k \lVert g_k \rVert^2}

    Args:
        grads: Arrays of any shapes.

    >>> global_norm([np.array([3.0, 0.0]), np.array([[0.0], [4.0]])])
    5.0
    """
    return math.hypot(*(float(np.linalg.norm(gradient)) for gradient in grads))


def clip_by_value(grads: Sequence[Array], limit: float) -> list[Array]:
    r"""Return the gradients with every entry cut off at ±limit, which changes their direction.

    .. math:: g_i \mapsto \max(-c, \min(c, g_i))

    Mikolov (2012), as quoted by Pascanu, Mikolov and Bengio (2013), section 3.1.

    Args:
        grads: Arrays of any shapes.
        limit: c > 0.

    >>> clip_by_value([np.array([3.0, -0.5])], 1.0)
    [array([ 1. , -0.5])]
    """
    return [np.sign(gradient) * np.minimum(np.abs(gradient), limit) for gradient in grads]


def clip_by_global_norm(grads: Sequence[Array], max_norm: float) -> tuple[list[Array], float]:
    r"""Return the gradients, scaled by one factor if they are too long together, and the norm that they had.

    .. math:: g \mapsto g \min\Bigl(1, \frac{c}{\lVert g \rVert}\Bigr)

    Pascanu, Mikolov and Bengio (2013), algorithm 1.

    Args:
        grads: Arrays of any shapes.
        max_norm: The largest norm c > 0 that stays as it is.

    Returns:
        The clipped gradients, and the global norm before clipping.

    Raises:
        ValueError: For c ≤ 0, and if a gradient holds NaN or infinity, which no scaling mends.

    >>> clip_by_global_norm([np.array([3.0, 0.0]), np.array([0.0, 4.0])], 1.0)
    ([array([0.6, 0. ]), array([0. , 0.8])], 5.0)
    """
    if max_norm <= 0:
        raise ValueError(f"max_norm must be positive, not {max_norm}")
    if not all(np.isfinite(gradient).all() for gradient in grads):
        raise ValueError("a gradient holds NaN or infinity")
    norm = global_norm(grads)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * gradient for gradient in grads], norm


def l2_penalty(weights: Sequence[Array], strength: float) -> float:
    r"""Return the squared penalty of the weights, as in ridge regression.

    .. math:: \lambda \sum_k \lVert W_k \rVert^2

    Goodfellow, Bengio and Courville (2016), section 7.1.1, who put ½ in front; the course does not.

    Args:
        weights: Arrays of any shapes.
        strength: λ.

    >>> l2_penalty([np.array([[1.0, -2.0]]), np.array([3.0])], 0.5)
    7.0
    """
    return strength * sum(float(np.vdot(W, W)) for W in weights)


def l1_penalty(weights: Sequence[Array], strength: float) -> float:
    r"""Return the absolute penalty of the weights, as in the lasso.

    .. math:: \lambda \sum_k \sum_i |w_{ki}|

    Goodfellow, Bengio and Courville (2016), section 7.1.2.

    Args:
        weights: Arrays of any shapes.
        strength: λ.

    >>> l1_penalty([np.array([[1.0, -2.0]]), np.array([3.0])], 0.5)
    3.0
    """
    return strength * sum(float(np.abs(W).sum()) for W in weights)


def regularized_gradient(grad: Array, W: Array, l1: float = 0.0, l2: float = 0.0) -> Array:
    r"""Return the gradient of a cost with both penalties added.

    .. math:: \frac{\partial}{\partial W}\bigl(C + \lambda_1 \lVert W \rVert_1 + \lambda_2 \lVert W \rVert^2\bigr)
              = \frac{\partial C}{\partial W} + \lambda_1 \operatorname{sign}(W) + 2 \lambda_2 W

    At w = 0 the subgradient 0 of |w| is taken.

    Args:
        grad: :math:`\partial C/\partial W`.
        W: The weights, of the same shape.
        l1: :math:`\lambda_1`.
        l2: :math:`\lambda_2`.

    >>> regularized_gradient(np.zeros(3), np.array([-2.0, 0.0, 1.0]), l1=0.5, l2=0.25)
    array([-1.5,  0. ,  1. ])
    """
    return np.asarray(grad + l1 * np.sign(W) + 2.0 * l2 * W)


def sgd_step(
    params: Sequence[Array], grads: Sequence[Array], lr: float, weight_decay: float = 0.0
) -> list[Array]:
    r"""Return the parameters after one step of gradient descent with weight decay.

    .. math:: w \mapsto w - \eta\,(g + \lambda w) = (1 - \eta\lambda)\,w - \eta\,g

    PyTorch's `torch.optim.SGD` with `weight_decay`; decay λ is the penalty :math:`\tfrac\lambda2 \lVert w \rVert^2`.

    Args:
        params: The parameters, arrays of any shapes.
        grads: Their gradients, in the same shapes.
        lr: The learning rate η.
        weight_decay: λ.

    >>> sgd_step([np.array([1.0, -1.0])], [np.array([2.0, 0.0])], lr=0.5, weight_decay=0.5)
    [array([-0.25, -0.75])]
    """
    return [(1.0 - lr * weight_decay) * w - lr * g for w, g in zip(params, grads, strict=True)]


def clip_weights(weights: Sequence[Array], c: float) -> list[Array]:
    r"""Return the weights cut off at ±c, as the critic of a Wasserstein GAN has it after each step.

    .. math:: w \mapsto \max(-c, \min(c, w))

    Arjovsky, Chintala and Bottou (2017), algorithm 1: it bounds the critic's Lipschitz constant.
    It clips *weights*, not gradients, and has nothing to do with explosion.

    Args:
        weights: Arrays of any shapes.
        c: The bound, c > 0.

    >>> clip_weights([np.array([0.5, -3.0])], 1.0)
    [array([ 0.5, -1. ])]
    """
    return clip_by_value(weights, c)


def cosine(one: Sequence[Array], other: Sequence[Array]) -> float:
    r"""Return the cosine of the angle between two gradients: 1 if clipping kept the direction.

    .. math:: \cos\angle(g, h) = \frac{\sum_k \langle g_k, h_k\rangle}{\lVert g \rVert\,\lVert h \rVert}

    Args:
        one: Arrays of any shapes.
        other: Arrays of the same shapes, neither list all zero.

    >>> g = [np.array([3.0, 0.0]), np.array([0.0, 4.0])]
    >>> round(cosine(g, clip_by_global_norm(g, 1.0)[0]), 6), round(cosine(g, clip_by_value(g, 1.0)), 3)
    (1.0, 0.99)
    """
    products = sum(float(np.vdot(g, h)) for g, h in zip(one, other, strict=True))
    return products / (global_norm(one) * global_norm(other))
