r"""An experiment: what the first layers are worth, although hardly any gradient reaches them.

A sigmoid network with a softmax output is trained in some of its layers only.  Every trained layer moves by a
step of the same length along its own gradient, so that a small gradient is no excuse for standing still.
`book/chain_rule.md` discusses the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from concepts.chain_rule import backpropagate_deltas

Array = npt.NDArray[np.float64]
Parameters = tuple[list[Array], list[Array]]


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _sigmoid_slope(z: Array) -> Array:
    a = _sigmoid(z)
    return a * (1 - a)


def random_network(sizes: Sequence[int], rng: np.random.Generator) -> Parameters:
    r"""Draw weights from N(0, 1/n_in) and biases from N(0, 1), as Nielsen (2015) does in chapter 5.

    Args:
        sizes: The width of the input, of every hidden layer and of the output.
        rng: Where they are drawn from.

    >>> [W.shape for W in random_network([64, 30, 10], np.random.default_rng(0))[0]]
    [(30, 64), (10, 30)]
    """
    pairs = list(pairwise(sizes))
    weights = [rng.normal(0, 1 / math.sqrt(n_in), size=(n_out, n_in)) for n_in, n_out in pairs]
    return weights, [rng.normal(size=n_out) for _, n_out in pairs]


def preactivations(parameters: Parameters, x: Array) -> list[Array]:
    r"""Return :math:`z_1, \dots, z_L` of a batch; the last are the logits.

    Args:
        parameters: Weights and biases.
        x: Inputs, `(n, features)`.

    >>> preactivations(([np.eye(2)], [np.ones(2)]), np.array([[1.0, 2.0]]))
    [array([[2., 3.]])]
    """
    zs: list[Array] = []
    a = x
    for W, b in zip(*parameters, strict=True):
        zs.append(a @ W.T + b)
        a = _sigmoid(zs[-1])
    return zs


def gradients(parameters: Parameters, x: Array, labels: npt.NDArray[np.int64]) -> Parameters:
    r"""Return the gradients of the mean cross-entropy with respect to weights and biases.

    .. math:: \frac{\partial C}{\partial W_l} = \delta_l^\top a_{l-1}, \qquad
              \frac{\partial C}{\partial b_l} = \sum_{\text{batch}} \delta_l

    Args:
        parameters: Weights and biases.
        x: Inputs, `(n, features)`.
        labels: The classes, `(n,)`.

    >>> gradients(([np.zeros((2, 1))], [np.zeros(2)]), np.array([[1.0]]), np.array([0]))[1]
    [array([-0.5,  0.5])]
    """
    weights, _ = parameters
    zs = preactivations(parameters, x)
    delta_out = np.exp(zs[-1] - zs[-1].max(axis=1, keepdims=True))
    delta_out /= delta_out.sum(axis=1, keepdims=True)
    delta_out[np.arange(len(x)), labels] -= 1
    deltas = backpropagate_deltas(weights, zs, _sigmoid_slope, delta_out / len(x))
    inputs = [x, *(_sigmoid(z) for z in zs[:-1])]
    return [d.T @ a for d, a in zip(deltas, inputs, strict=True)], [d.sum(axis=0) for d in deltas]


def train_with_equal_steps(
    parameters: Parameters,
    x: Array,
    labels: npt.NDArray[np.int64],
    layers: Collection[int],
    steps: int,
    length: float,
) -> Parameters:
    r"""Return the parameters after steps of equal length in the given layers; the other layers stay.

    .. math:: \theta_l \leftarrow \theta_l - h\,\frac{g_l}{\lVert g_l \rVert}, \qquad \theta_l = (W_l, b_l)

    The length h falls linearly to 0.

    Args:
        parameters: Weights and biases at the start.
        x: Inputs, `(n, features)`.
        labels: The classes, `(n,)`.
        layers: Which layers are trained, counted from 1.
        steps: The number of steps, each on all inputs.
        length: The first step's length.

    >>> start = random_network([2, 3, 2], np.random.default_rng(0))
    >>> end = train_with_equal_steps(start, np.eye(2), np.array([0, 1]), {2}, steps=1, length=0.5)
    >>> float(np.linalg.norm(end[0][0] - start[0][0]))
    0.0
    """
    weights, biases = list(parameters[0]), list(parameters[1])
    for step in range(steps):
        h = length * (1 - step / steps)
        grad_weights, grad_biases = gradients((weights, biases), x, labels)
        for l in (layer - 1 for layer in layers):
            norm = math.hypot(np.linalg.norm(grad_weights[l]), np.linalg.norm(grad_biases[l]))
            weights[l] = weights[l] - h * grad_weights[l] / norm
            biases[l] = biases[l] - h * grad_biases[l] / norm
    return weights, biases


def accuracy(parameters: Parameters, x: Array, labels: npt.NDArray[np.int64]) -> float:
    """Return the share of inputs whose largest logit is that of their class.

    Args:
        parameters: Weights and biases.
        x: Inputs, `(n, features)`.
        labels: The classes, `(n,)`.

    >>> accuracy(([np.eye(2)], [np.zeros(2)]), np.eye(2), np.array([0, 0]))
    0.5
    """
    return float(np.mean(preactivations(parameters, x)[-1].argmax(axis=1) == labels))
