r"""Shortcuts: networks whose layers add to what they got, and why gradients reach their beginning.

A residual block is :math:`a_l = a_{l-1} + f(a_{l-1} W_l^\top)` with a square weight matrix;
a plain layer is the same without the first term.  Batches come first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Array], Array]
Branch = Callable[[Array, np.random.Generator], Array]


def residual_forward(weights: Sequence[Array], x: Array, f: Function) -> list[Array]:
    r"""Return the outputs of all blocks.

    .. math:: a_l = a_{l-1} + f(a_{l-1} W_l^\top), \qquad a_0 = x

    He et al. (2016a), equation 1, with one layer in the branch and no activation after the addition,
    as in the identity mappings of He et al. (2016b).

    Args:
        weights: :math:`W_1, …, W_L`, each `(width, width)`.
        x: Inputs, `(n, width)`.
        f: The activation.

    Returns:
        :math:`[a_1, …, a_L]`, each `(n, width)`.

    >>> residual_forward([np.array([[2.0]]), np.array([[-1.0]])], np.array([[3.0]]), lambda z: z)
    [array([[9.]]), array([[0.]])]
    """
    outputs: list[Array] = []
    a = x
    for W in weights:
        a = a + f(np.einsum("nj,ij->ni", a, W))
        outputs.append(a)
    return outputs


def _gradients(
    weights: Sequence[Array], x: Array, f: Function, df: Function, grad_out: Array, shortcut: float
) -> list[Array]:
    """Return ∂C/∂a_l for l = 0, …, L; `shortcut` is 1 with shortcuts and 0 without."""
    a, slopes = x, []
    for W in weights:
        z = a @ W.T
        slopes.append(df(z))
        a = shortcut * a + f(z)
    gradients = [grad_out]
    for W, slope in zip(reversed(weights), reversed(slopes), strict=True):
        g = gradients[-1]
        gradients.append(shortcut * g + (g * slope) @ W)
    return gradients[::-1]


def residual_input_gradient(
    weights: Sequence[Array], x: Array, f: Function, df: Function, grad_out: Array
) -> Array:
    r"""Return how the cost depends on the input of a residual network.

    .. math:: \frac{\partial C}{\partial a_{l-1}} = \frac{\partial C}{\partial a_l}
              + \Bigl(\frac{\partial C}{\partial a_l} \odot f'(z_l)\Bigr) W_l, \qquad z_l = a_{l-1} W_l^\top

    Each Jacobian is :math:`I + J_l`: He et al. (2016b), equation 5.

    Args:
        weights: :math:`W_1, …, W_L`, each `(width, width)`.
        x: Inputs, `(n, width)`.
        f: The activation.
        df: Its derivative, as a function of the pre-activation.
        grad_out: :math:`\partial C/\partial a_L`, `(n, width)`.

    >>> W, one = [np.array([[2.0]]), np.array([[-0.5]])], np.array([[1.0]])
    >>> residual_input_gradient(W, one, lambda z: z, np.ones_like, one)
    array([[1.5]])
    """
    return _gradients(weights, x, f, df, grad_out, shortcut=1.0)[0]


def plain_input_gradient(
    weights: Sequence[Array], x: Array, f: Function, df: Function, grad_out: Array
) -> Array:
    r"""Return the same for a network without shortcuts: a product of Jacobians alone.

    .. math:: a_l = f(z_l), \qquad \frac{\partial C}{\partial a_{l-1}} =
              \Bigl(\frac{\partial C}{\partial a_l} \odot f'(z_l)\Bigr) W_l

    Args:
        weights: :math:`W_1, …, W_L`.
        x: Inputs, `(n, fan_in)`.
        f: The activation.
        df: Its derivative, as a function of the pre-activation.
        grad_out: :math:`\partial C/\partial a_L`.

    >>> W, one = [np.array([[2.0]]), np.array([[-0.5]])], np.array([[1.0]])
    >>> plain_input_gradient(W, one, lambda z: z, np.ones_like, one)
    array([[-1.]])
    """
    return _gradients(weights, x, f, df, grad_out, shortcut=0.0)[0]


def gradient_norm_by_block(
    weights: Sequence[Array], x: Array, f: Function, df: Function, grad_out: Array
) -> Array:
    r"""Return how large the gradient is in front of and behind every block of a residual network.

    .. math:: \left\lVert \frac{\partial C}{\partial a_l} \right\rVert_F, \qquad l = 0, \dots, L

    Args:
        weights: :math:`W_1, …, W_L`, each `(width, width)`.
        x: Inputs, `(n, width)`.
        f: The activation.
        df: Its derivative, as a function of the pre-activation.
        grad_out: :math:`\partial C/\partial a_L`, `(n, width)`.

    Returns:
        The norms, `(L + 1,)`, the input's first.

    >>> W, one = [np.array([[2.0]]), np.array([[-0.5]])], np.array([[1.0]])
    >>> gradient_norm_by_block(W, one, lambda z: z, np.ones_like, one)
    array([1.5, 0.5, 1. ])
    """
    return np.array([np.linalg.norm(g) for g in _gradients(weights, x, f, df, grad_out, shortcut=1.0)])


def branch_scale(depth: int) -> float:
    r"""Return the factor on every branch that keeps a deep residual network's variance bounded.

    .. math:: \frac{1}{\sqrt L}, \qquad \text{since} \quad \Bigl(1 + \frac1L\Bigr)^L < e

    A branch that keeps the second moment adds, times 1/√L, an uncorrelated 1/L of it.
    De and Smith (2020) find that batch norm on the branch has this effect.

    Args:
        depth: L, the number of blocks.

    >>> branch_scale(16)
    0.25
    """
    return 1.0 / math.sqrt(depth)


def he_branch(a: Array, rng: np.random.Generator) -> Array:
    r"""Return a random branch that keeps the second moment: ReLU of weights from N(0, 2/n)."""
    width = a.shape[1]
    return np.maximum(a @ rng.normal(0.0, math.sqrt(2.0 / width), size=(width, width)), 0.0)


def normalized_branch(a: Array, rng: np.random.Generator) -> Array:
    r"""Return a random branch of second moment 1: batch norm, ReLU, then weights from N(0, 2/n)."""
    width = a.shape[1]
    z = np.maximum((a - a.mean(axis=0)) / a.std(axis=0), 0.0)
    return np.asarray(z @ rng.normal(0.0, math.sqrt(2.0 / width), size=(width, width)))


def centred_he_branch(a: Array, rng: np.random.Generator) -> Array:
    r"""Return a random branch that keeps the second moment and has mean 0: weights behind the ReLU.

    .. math:: B(a) = \operatorname{relu}(a V^\top)\,W^\top, \qquad v \sim \mathcal N(0, 2/n),\ w \sim \mathcal N(0, 1/n)
    """
    width = a.shape[1]
    return np.asarray(he_branch(a, rng) @ rng.normal(0.0, width**-0.5, size=(width, width)))


def second_moment_by_block(
    branch: Branch, depth: int, width: int, n: int, scale: float, rng: np.random.Generator
) -> Array:
    r"""Measure the second moment of the activations of :math:`a_l = a_{l-1} + s\,B_l(a_{l-1})` on random inputs.

    .. math:: \operatorname E[a_l^2] = (1 + s^2)\operatorname E[a_{l-1}^2]

    if the branch keeps the second moment and is uncorrelated with its input;
    :math:`1 + l s^2` if its own second moment is 1, as behind batch norm.

    Args:
        branch: Computes B with fresh random weights at every call.
        depth: Blocks.
        width: Units.
        n: Inputs from N(0, 1).
        scale: s.
        rng: Source of the draws.

    Returns:
        The second moments relative to the input's, `(depth,)`.

    >>> second_moment_by_block(centred_he_branch, 3, 20, 10, 0.0, np.random.default_rng(0))
    array([1., 1., 1.])
    """
    a = rng.normal(size=(n, width))
    start, moments = float(np.mean(a**2)), []
    for _ in range(depth):
        a = a + scale * branch(a, rng)
        moments.append(float(np.mean(a**2)))
    return np.array(moments) / start


def path_lengths(depth: int) -> Array:
    r"""Return how many of the paths through a residual network cross 0, 1, …, L branches.

    .. math:: \prod_{l=1}^L (I + J_l) = \sum_{S \subseteq \{1, \dots, L\}} \prod_{l \in S} J_l, \qquad
              \#\{S : |S| = k\} = \binom Lk

    Veit, Wilber and Belongie (2016): the gradient is a sum over :math:`2^L` paths, most of them about L/2 long.

    Args:
        depth: L.

    Returns:
        The L + 1 binomial coefficients.

    >>> path_lengths(4)
    array([1., 4., 6., 4., 1.])
    """
    return np.array([float(math.comb(depth, k)) for k in range(depth + 1)])
