r"""An experiment: the last hidden layer of a deep sigmoid network saturates, and holds up learning, before it recovers.

Glorot and Bengio (2010), section 3.1, saw it in networks with four hidden layers; here it is on small data.
`book/saturation.md` discusses the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from concepts.early_layers import Parameters, gradients, preactivations
from concepts.saturation import saturated_fraction, sigmoid

Array = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """What was seen before each epoch: by hidden layer, `(epochs, layers)`, and of the whole, `(epochs,)`."""

    means: Array
    saturated: Array
    accuracies: Array


def old_standard(sizes: Sequence[int], rng: np.random.Generator) -> Parameters:
    r"""Draw weights uniformly from :math:`\pm 1/\sqrt{n_\text{in}}`; biases are 0.

    Glorot and Bengio (2010), equation 1.

    Args:
        sizes: The width of the input, of every hidden layer and of the output.
        rng: Source of the draws.

    >>> [W.shape for W in old_standard([64, 30, 10], np.random.default_rng(0))[0]]
    [(30, 64), (10, 30)]
    """
    pairs = list(pairwise(sizes))
    weights = [rng.uniform(-1.0, 1.0, size=(n_out, n_in)) / math.sqrt(n_in) for n_in, n_out in pairs]
    return weights, [np.zeros(n_out) for _, n_out in pairs]


def train_and_watch(
    x: Array,
    labels: NDArray[np.int64],
    hidden: Sequence[int],
    epochs: int,
    lr: float,
    rng: np.random.Generator,
    batch: int = 50,
) -> History:
    r"""Train a sigmoid network with a softmax output by stochastic gradient descent, and watch its layers.

    Args:
        x: Inputs, `(n, features)`.
        labels: Classes from 0 to 9, `(n,)`.
        hidden: The widths of the hidden layers.
        epochs: Passes through the data.
        lr: The learning rate.
        rng: Source of weights and batches.
        batch: Examples of one step.

    Returns:
        For every epoch, before it: mean and saturated fraction of the hidden layers' activations, and the
        share of examples that are classified rightly.

    >>> history = train_and_watch(np.eye(4), np.arange(4), [5, 3], 2, 0.1, np.random.default_rng(0))
    >>> history.means.shape, history.accuracies.shape
    ((2, 2), (2,))
    """
    weights, biases = old_standard([x.shape[1], *hidden, 10], rng)
    seen = []
    for _ in range(epochs):
        seen.append(_look((weights, biases), x, labels))
        for chosen in np.array_split(rng.permutation(len(x)), max(1, len(x) // batch)):
            grad_weights, grad_biases = gradients((weights, biases), x[chosen], labels[chosen])
            weights = [W - lr * g for W, g in zip(weights, grad_weights, strict=True)]
            biases = [b - lr * g for b, g in zip(biases, grad_biases, strict=True)]
    return History(*(np.array(column) for column in zip(*seen, strict=True)))


def _look(
    parameters: Parameters, x: Array, labels: NDArray[np.int64]
) -> tuple[list[float], list[float], float]:
    """Return the means and the saturated fractions of the hidden layers, and the accuracy."""
    *zs, logits = preactivations(parameters, x)
    layers = [sigmoid(z) for z in zs]
    right = float(np.mean(logits.argmax(axis=1) == labels))
    return [float(a.mean()) for a in layers], [saturated_fraction(a) for a in layers], right
