r"""Training one deep network with and without shortcuts: the degradation of plain networks, on small data.

All networks have as many weight layers, of one width.
A plain one is :math:`a \leftarrow \operatorname{relu}(a W^\top)` with He's variance 2/n; a residual one pairs
the layers, :math:`a \leftarrow a + s\,\operatorname{relu}(a V^\top) W^\top` with variances 2/n and 1/n.
Both end in a linear layer and the mean cross-entropy.
Numbers are float32, as in practice, and the inputs have as many features as the layers have units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Labels = NDArray[np.int64]


def draw(layers: int, width: int, classes: int, plain: bool, rng: np.random.Generator) -> list[Array]:
    r"""Return the weights at the start: `layers` square matrices, and the last one, `(classes, width)`.

    Args:
        layers: An even number.
        width: n.
        classes: Outputs.
        plain: Whether every layer has a ReLU behind it, and so the variance 2/n; else every second has 1/n.
        rng: Source of the draws.

    >>> [W.shape for W in draw(2, 5, 3, True, np.random.default_rng(0))]
    [(5, 5), (5, 5), (3, 5)]
    """
    variances = [2.0 / width, (2.0 if plain else 1.0) / width] * (layers // 2)
    shapes = [(width, width)] * layers + [(classes, width)]
    stds = [math.sqrt(v) for v in [*variances, 1.0 / width]]
    return [
        (s * rng.standard_normal(shape)).astype(np.float32) for s, shape in zip(stds, shapes, strict=True)
    ]


def forward(
    weights: Sequence[Array], x: Array, scale: float | None
) -> tuple[list[tuple[Array, Array]], Array]:
    r"""Return the input and the hidden layer of each pair of layers, and the signal behind the last.

    Args:
        weights: Of `draw`; the last matrix is not used.
        x: Inputs, `(n, width)`.
        scale: s with shortcuts, None without.

    >>> W = np.eye(1, dtype=np.float32)
    >>> forward([W, W, W], 3 * W, scale=0.5)[1]
    array([[4.5]], dtype=float32)
    """
    a, pairs = x, []
    for V, W in zip(weights[:-1:2], weights[1:-1:2], strict=True):
        hidden = np.maximum(a @ V.T, 0)
        pairs.append((a, hidden))
        a = np.maximum(hidden @ W.T, 0) if scale is None else a + np.float32(scale) * (hidden @ W.T)
    return pairs, a


def gradients(weights: Sequence[Array], x: Array, labels: Labels, scale: float | None) -> list[Array]:
    r"""Return the gradients of the mean cross-entropy with respect to all weights.

    With shortcuts the gradient on its way back is added, :math:`g \leftarrow g + s\,((g W) \odot r') V`.

    Args:
        weights: Of `draw`.
        x: Inputs, `(n, width)`.
        labels: Classes, `(n,)`.
        scale: s with shortcuts, None without.

    >>> W = np.eye(2, dtype=np.float32)
    >>> gradients([W, W, W], 0 * W, np.array([0, 1]), None)[2].tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    pairs, a = forward(weights, x, scale)
    logits = a @ weights[-1].T
    delta = np.exp(logits - logits.max(axis=1, keepdims=True))
    delta /= delta.sum(axis=1, keepdims=True)
    delta[np.arange(len(x)), labels] -= 1
    delta /= len(x)
    grads, g, above = [delta.T @ a], delta @ weights[-1], a
    s = np.float32(1.0 if scale is None else scale)
    for (below, hidden), V, W in zip(reversed(pairs), weights[-3::-2], weights[-2::-2], strict=True):
        at_branch = g * (above > 0) if scale is None else s * g
        at_hidden = (at_branch @ W) * (hidden > 0)
        grads += [at_branch.T @ hidden, at_hidden.T @ below]
        g = at_hidden @ V if scale is None else g + at_hidden @ V
        above = below
    return grads[::-1]


def accuracy(weights: Sequence[Array], x: Array, labels: Labels, scale: float | None) -> float:
    """Return the share of inputs whose largest logit is the right one.

    Args:
        weights: Of `draw`.
        x: Inputs, `(n, width)`.
        labels: Classes, `(n,)`.
        scale: s with shortcuts, None without.
    """
    logits = forward(weights, x, scale)[1] @ weights[-1].T
    return float(np.mean(logits.argmax(axis=1) == labels))


def train(
    layers: int,
    scale: float | None,
    x: Array,
    labels: Labels,
    seed: int,
    *,
    epochs: int = 6,
    lr: float = 0.01,
    momentum: float = 0.9,
    batch: int = 64,
) -> list[Array]:
    r"""Train a network by gradient descent with momentum, :math:`v \leftarrow \mu v + g,\ w \leftarrow w - \eta v`.

    Args:
        layers: Weight layers but the last, an even number.
        scale: s with shortcuts, None without.
        x: Inputs, `(n, width)`, float32.
        labels: Classes from 0, `(n,)`.
        seed: Decides weights and batches.
        epochs: Passes through the data.
        lr: η.
        momentum: μ.
        batch: Examples of one step.

    Returns:
        The weights; training ends early when one of them is no longer finite.

    >>> x, labels = np.eye(4, dtype=np.float32), np.arange(4)
    >>> accuracy(train(2, 1.0, x, labels, 0, epochs=200), x, labels, 1.0)
    1.0
    """
    rng = np.random.default_rng(seed)
    weights = draw(layers, x.shape[1], int(labels.max()) + 1, scale is None, rng)
    velocity = [np.zeros_like(W) for W in weights]
    eta, mu = np.float32(lr), np.float32(momentum)
    with np.errstate(over="ignore", invalid="ignore"):  # an explosion is a result here
        for _ in range(epochs):
            for chosen in np.split(rng.permutation(len(x)), range(batch, len(x), batch)):
                grads = gradients(weights, x[chosen], labels[chosen], scale)
                velocity = [mu * v + g for v, g in zip(velocity, grads, strict=True)]
                weights = [W - eta * v for W, v in zip(weights, velocity, strict=True)]
            if not all(np.isfinite(W).all() for W in weights):
                break
    return weights
