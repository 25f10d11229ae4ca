r"""What flows through a deep residual network at its start, forward and backward, in theory and in one network.

Block l adds its branch to what it got, :math:`a_l = a_{l-1} + s\,B_l(a_{l-1})`; the branch has two layers,
:math:`B(a) = \operatorname{relu}(a V^\top)\,W^\top`, with variances 2/n for V and 1/n for W.
Three kinds of network are built from the same branches: "plain" has no shortcuts, "shortcut" has them,
and "normalized" has them and batch norm in front of each branch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concepts.normalization import Cache, batchnorm_backward, batchnorm_forward
from concepts.relu_networks import next_cosine

Array = NDArray[np.float64]
Block = tuple[Array, Array]

KINDS = ("plain", "shortcut", "normalized")


def draw(depth: int, width: int, rng: np.random.Generator) -> list[Block]:
    r"""Draw the weights of all branches: :math:`v \sim \mathcal N(0, 2/n)` and :math:`w \sim \mathcal N(0, 1/n)`.

    Args:
        depth: L, the number of blocks.
        width: n.
        rng: Source of the draws.

    Returns:
        :math:`(V_1, W_1), …, (V_L, W_L)`, each matrix `(width, width)`.

    >>> [V.shape for V, _ in draw(2, 5, np.random.default_rng(0))]
    [(5, 5), (5, 5)]
    """
    stds = (math.sqrt(2.0 / width), math.sqrt(1.0 / width))
    return [
        (rng.normal(0, stds[0], (width, width)), rng.normal(0, stds[1], (width, width))) for _ in range(depth)
    ]


def expected_profiles(kind: str, depth: int, scale: float) -> tuple[Array, Array]:
    r"""Return the expected second moments of signals and gradients, at the input and behind every block.

    .. math:: \frac{\operatorname E[a_l^2]}{\operatorname E[x^2]} = (1 + s^2)^l, \qquad
              \frac{\operatorname E[g_l^2]}{\operatorname E[g_L^2]} = (1 + s^2)^{L - l}

    with shortcuts, exact at any width; :math:`s^{2l}` and :math:`s^{2(L-l)}` without.
    With batch norm in front of the branch, for inputs of variance 1, wide layers and large batches,

    .. math:: \operatorname E[a_l^2] = 1 + l s^2, \qquad
              \frac{\operatorname E[g_{l-1}^2]}{\operatorname E[g_l^2]} = 1 + \frac{s^2}{1 + (l - 1)\,s^2\,(1 - 1/\pi)}

    where the denominator is the variance over the batch by which batch norm divides.
    De and Smith (2020) have the forward half.

    Args:
        kind: One of `KINDS`.
        depth: L, the number of blocks.
        scale: s.

    Returns:
        Both profiles for l = 0, …, L, each `(L + 1,)`.

    Raises:
        ValueError: For another kind.

    >>> expected_profiles("shortcut", 2, 1.0)
    (array([1., 2., 4.]), array([4., 2., 1.]))
    >>> expected_profiles("normalized", 2, 1.0)[0]
    array([1., 2., 3.])
    """
    l, square = np.arange(depth + 1.0), scale * scale
    if kind == "normalized":
        factors = 1.0 + square / (1.0 + l[:-1] * square * (1.0 - 1.0 / math.pi))
        backward = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
        return 1.0 + l * square, backward
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    growth = (1.0 + square if kind == "shortcut" else square) ** l
    return growth, growth[::-1]


def _ahead(kind: str, block: Block, a: Array) -> tuple[Array, Array, Cache | None]:
    """Return a branch's output, the slopes of its ReLU, and what the way back needs of batch norm."""
    V, W = block
    cache: Cache | None = None
    if kind == "normalized":
        n = a.shape[1]
        a, cache = batchnorm_forward(a, np.ones(n), np.zeros(n), eps=0.0)
    z = a @ V.T
    return np.asarray(np.maximum(z, 0.0) @ W.T), np.where(z > 0.0, 1.0, 0.0), cache


def _back(block: Block, slopes: Array, cache: Cache | None, g: Array) -> Array:
    """Return the gradient at a branch's input, from that at its output."""
    V, W = block
    below = np.asarray(((g @ W) * slopes) @ V)
    return below if cache is None else batchnorm_backward(below, cache)[0]


def measured_profiles(
    kind: str, blocks: Sequence[Block], scale: float, x: Array, grad_out: Array
) -> tuple[Array, Array]:
    r"""Measure the same two profiles in one network, over batch and units.

    Args:
        kind: One of `KINDS`.
        blocks: :math:`(V_1, W_1), …`, as `draw` gives them.
        scale: s.
        x: Inputs, `(n, width)`.
        grad_out: :math:`\partial C/\partial a_L`, `(n, width)`.

    Returns:
        Mean squares of :math:`a_0, …, a_L` relative to the input's, and of
        :math:`\partial C/\partial a_0, …, \partial C/\partial a_L` relative to the last; both `(L + 1,)`.

    >>> block, one = (np.array([[2.0]]), np.array([[0.5]])), np.array([[1.0]])
    >>> measured_profiles("shortcut", [block], 1.0, one, one)
    (array([1., 4.]), array([4., 1.]))
    """
    keep = 0.0 if kind == "plain" else 1.0
    a, passes, forward = x, [], [float(np.mean(x**2))]
    for block in blocks:
        branch, slopes, cache = _ahead(kind, block, a)
        passes.append((block, slopes, cache))
        a = keep * a + scale * branch
        forward.append(float(np.mean(a**2)))
    g, backward = grad_out, [float(np.mean(grad_out**2))]
    for block, slopes, cache in reversed(passes):
        g = keep * g + scale * _back(block, slopes, cache, g)
        backward.append(float(np.mean(g**2)))
    return np.array(forward) / forward[0], np.array(backward[::-1]) / backward[0]


def gradients_by_path_length(blocks: Sequence[Block], scale: float, x: Array, grad_out: Array) -> list[Array]:
    r"""Split the gradient at the input by the number of branches that its paths cross.

    .. math:: \prod_{l=1}^L (I + t\,s J_l)^\top\, g_L = \sum_{k=0}^{L} t^k\,G_k

    :math:`G_k` is the sum over the :math:`\binom Lk` paths through k branches; the gradient is
    :math:`\sum_k G_k`. Veit, Wilber and Belongie (2016).

    Args:
        blocks: :math:`(V_1, W_1), …, (V_L, W_L)`.
        scale: s.
        x: Inputs, `(n, width)`.
        grad_out: :math:`g_L`, `(n, width)`.

    Returns:
        :math:`G_0, …, G_L`, each `(n, width)`.

    >>> block, one = (np.array([[2.0]]), np.array([[0.5]])), np.array([[1.0]])
    >>> gradients_by_path_length([block] * 2, 1.0, one, one)
    [array([[1.]]), array([[2.]]), array([[1.]])]
    """
    a, passes = x, []
    for block in blocks:
        branch, slopes, _ = _ahead("shortcut", block, a)
        passes.append((block, slopes))
        a = a + scale * branch
    parts = [grad_out]
    for block, slopes in reversed(passes):
        # What crosses this branch has one more behind it; what takes the shortcut has as many as before.
        crossed = [scale * _back(block, slopes, None, part) for part in parts]
        through = [*parts, np.zeros_like(grad_out)]
        parts = [through[0], *(old + new for old, new in zip(through[1:], crossed, strict=True))]
    return parts


def path_shares(depth: int, scale: float) -> Array:
    r"""Return which share of the squared gradient comes through k branches, k = 0, …, L.

    .. math:: \binom Lk \frac{s^{2k}}{(1 + s^2)^L}

    The contributions of different paths are uncorrelated, and each branch multiplies the square by s²:
    a binomial law with the mean :math:`L s^2/(1 + s^2)`, nearly Poisson's law of mean 1 for s = 1/√L.

    Args:
        depth: L.
        scale: s.

    >>> path_shares(2, 1.0)
    array([0.25, 0.5 , 0.25])
    """
    square = scale * scale
    return np.array([math.comb(depth, k) * square**k for k in range(depth + 1)]) / (1.0 + square) ** depth


def next_residual_cosine(cosine: float, scale: float) -> float:
    r"""Return the cosine between two signals behind a block with a shortcut, from that in front of it.

    .. math:: c \mapsto \frac{c + s^2 \tau(c)}{1 + s^2}

    with ReLU's map τ, `concepts.relu_networks.next_cosine`, in wide layers: the parts from shortcut and branch
    are uncorrelated, and carry 1 and s² of the second moment.

    Args:
        cosine: c.
        scale: s.

    >>> next_residual_cosine(0.5, 0.0), next_residual_cosine(1.0, 0.3)
    (0.5, 1.0)
    """
    square = scale * scale
    return (cosine + square * next_cosine(cosine)) / (1.0 + square)


def rectified_branch_moments(depth: int, scale: float) -> Array:
    r"""Return the second moments when a ReLU *ends* the branch, :math:`B(a) = \operatorname{relu}(a V^\top)`.

    .. math:: m_l = m_{l-1} + s\sqrt{q_{l-1}/\pi}, \qquad
              q_l = (1 + s^2)\,q_{l-1} + 2 s\,m_{l-1} \sqrt{q_{l-1}/\pi}

    with the mean m and the second moment q over the units of a wide layer, m = 0 and q = 1 at the input:
    such a branch only ever adds, so it is correlated with what the branches before it have added.

    Args:
        depth: L.
        scale: s.

    Returns:
        :math:`q_1, …, q_L`.

    >>> rectified_branch_moments(2, 1.0).round(4)
    array([2.    , 4.9003])
    """
    mean, moment, moments = 0.0, 1.0, []
    for _ in range(depth):
        added = math.sqrt(moment / math.pi)
        mean, moment = mean + scale * added, (1 + scale * scale) * moment + 2 * scale * mean * added
        moments.append(moment)
    return np.array(moments)
