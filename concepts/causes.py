r"""One deep classifier, and the causes of its failure one at a time: depth, activation, weights, learning rate.

`book/depth.md` discusses the outcome.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from concepts.chain_rule import backpropagate_deltas
from concepts.nonlinearities import NONLINEARITIES

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Setting:
    r"""A network and how it is trained.

    Args:
        hidden: Hidden layers.
        activation: A name of `concepts.nonlinearities.NONLINEARITIES`.
        gain: The standard deviation of a weight is :math:`\text{gain}/\sqrt{n_\text{in}}`; biases start at 0.
        learning_rate: :math:`\eta`.
        width: Units of a hidden layer.
    """

    hidden: int = 6
    activation: str = "tanh"
    gain: float = 1.0
    learning_rate: float = 0.1
    width: int = 64


@dataclass(frozen=True)
class Outcome:
    r"""What a run showed.

    Args:
        ratio: :math:`\lVert\partial C/\partial b_1\rVert / \lVert\partial C/\partial b_H\rVert` before the
            first step, from the first hidden layer to the last.
        flat: Share of hidden units and inputs whose slope is below a hundredth, after training.
        accuracy: Share of inputs that are right after training.
    """

    ratio: float
    flat: float
    accuracy: float


Parameters = tuple[list[Array], list[Array]]


def draw(setting: Setting, n_in: int, n_classes: int, rng: np.random.Generator) -> Parameters:
    """Return weights and biases at the start.

    Args:
        setting: The network.
        n_in: Features of an input.
        n_classes: Outputs.
        rng: Where the weights are drawn from.

    >>> [W.shape for W in draw(Setting(hidden=2, width=5), 3, 4, np.random.default_rng(0))[0]]
    [(5, 3), (5, 5), (4, 5)]
    """
    pairs = list(pairwise([n_in, *[setting.width] * setting.hidden, n_classes]))
    weights = [rng.normal(0, setting.gain / math.sqrt(i), size=(o, i)) for i, o in pairs]
    return weights, [np.zeros(n_out) for _, n_out in pairs]


def preactivations(parameters: Parameters, x: Array, activation: str) -> list[Array]:
    r"""Return :math:`z_1, \dots, z_L` of a batch; the last are the logits.

    Args:
        parameters: Weights and biases.
        x: Inputs, `(n, features)`.
        activation: The name of the activation between the layers.

    >>> preactivations(([np.eye(1), 2 * np.eye(1)], [np.ones(1)] * 2), -3 * np.eye(1), "relu")
    [array([[-2.]]), array([[1.]])]
    """
    a, zs = x, []
    for W, b in zip(*parameters, strict=True):
        zs.append(a @ W.T + b)
        a = NONLINEARITIES[activation].f(zs[-1])
    return zs


def errors(
    parameters: Parameters, x: Array, labels: Labels, activation: str
) -> tuple[list[Array], list[Array]]:
    r"""Return the pre-activations, and the errors :math:`\delta_l` of the mean cross-entropy after a softmax.

    .. math:: \delta_L = \frac{\operatorname{softmax}(z_L) - y}{n}

    Args:
        parameters: Weights and biases.
        x: Inputs, `(n, features)`.
        labels: Classes, `(n,)`.
        activation: The name of the activation between the layers.

    >>> errors(([np.zeros((2, 1))], [np.zeros(2)]), np.ones((1, 1)), np.array([0]), "tanh")[1]
    [array([[-0.5,  0.5]])]
    """
    zs = preactivations(parameters, x, activation)
    delta_out = np.exp(zs[-1] - zs[-1].max(axis=1, keepdims=True))
    delta_out /= delta_out.sum(axis=1, keepdims=True)
    delta_out[np.arange(len(x)), labels] -= 1
    return zs, backpropagate_deltas(parameters[0], zs, NONLINEARITIES[activation].df, delta_out / len(x))


def step(parameters: Parameters, x: Array, labels: Labels, setting: Setting) -> Parameters:
    r"""Return the parameters after one step of gradient descent, :math:`\theta - \eta\,\partial C/\partial\theta`.

    Args:
        parameters: Weights and biases.
        x: Inputs, `(n, features)`.
        labels: Classes, `(n,)`.
        setting: Activation and learning rate.

    >>> start = [np.zeros((2, 1))], [np.zeros(2)]
    >>> step(start, np.ones((1, 1)), np.array([0]), Setting(learning_rate=0.1))[1]
    [array([ 0.05, -0.05])]
    """
    zs, deltas = errors(parameters, x, labels, setting.activation)
    inputs = [x, *(NONLINEARITIES[setting.activation].f(z) for z in zs[:-1])]
    eta = setting.learning_rate
    weights = [W - eta * d.T @ a for W, d, a in zip(parameters[0], deltas, inputs, strict=True)]
    return weights, [b - eta * d.sum(axis=0) for b, d in zip(parameters[1], deltas, strict=True)]


def run(
    setting: Setting, x: Array, labels: Labels, rng: np.random.Generator, epochs: int = 15, batch: int = 50
) -> Outcome:
    """Draw a network, train it and say how it went.

    Args:
        setting: The network and its learning rate.
        x: Inputs, `(n, features)`.
        labels: Classes from 0, `(n,)`.
        rng: Source of weights and batches.
        epochs: Passes through the data.
        batch: Examples of one step.

    >>> x, labels = np.eye(4), np.arange(4)
    >>> run(Setting(hidden=1), x, labels, np.random.default_rng(0), epochs=200).accuracy
    1.0
    """
    parameters = draw(setting, x.shape[1], int(labels.max()) + 1, rng)
    deltas = errors(parameters, x, labels, setting.activation)[1]
    first, last = (float(np.linalg.norm(deltas[l].sum(axis=0))) for l in (0, -2))
    for _ in range(epochs):
        for chosen in np.split(rng.permutation(len(x)), range(batch, len(x), batch)):
            parameters = step(parameters, x[chosen], labels[chosen], setting)
    zs = preactivations(parameters, x, setting.activation)
    flat = np.mean([np.abs(NONLINEARITIES[setting.activation].df(z)) < 0.01 for z in zs[:-1]])
    return Outcome(first / last, float(flat), float(np.mean(zs[-1].argmax(axis=1) == labels)))
