r"""Two circles, three layers, three ways to begin: a well-known exercise on initialisation, run as it is set.

A classifier 2 → 10 → 5 → 1, ReLU and a sigmoid at the end, learns by plain gradient descent which of two noisy circles
a point belongs to.  Weights are 0, or from N(0, 10²), or from He's law; biases are 0.
`book/measurements.md` shows what comes of each.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_circles  # type: ignore[import-untyped] # it ships no types

from concepts.saturation import sigmoid

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]

SIZES = (2, 10, 5, 1)
STARTS = ("zeros", "large", "he")


def data() -> tuple[Array, Array, Array, Array]:
    """Return the 300 points and labels to learn from, and the 100 of the test.

    >>> [part.shape for part in data()]
    [(300, 2), (300,), (100, 2), (100,)]
    """
    x, y = make_circles(n_samples=300, noise=0.05, random_state=1)
    x_test, y_test = make_circles(n_samples=100, noise=0.05, random_state=2)
    return x, y.astype(np.float64), x_test, y_test.astype(np.float64)


def start(kind: str) -> Layers:
    r"""Return weights and biases of the three layers before training.

    NumPy's old generator with the seed 3, as the exercise has it, so that its numbers come out.

    Args:
        kind: "zeros"; "large", with :math:`\operatorname{Var}(w) = 100`;
            or "he", with :math:`\operatorname{Var}(w) = 2/n_\text{in}`.

    Raises:
        ValueError: Another kind.

    >>> [W.shape for W, _ in start("he")]
    [(10, 2), (5, 10), (1, 5)]
    """
    if kind not in STARTS:
        raise ValueError(f"kind must be one of {', '.join(STARTS)}, got {kind!r}")
    old = np.random.RandomState(3)  # the published numbers need this generator
    layers = []
    for n_in, n_out in itertools.pairwise(SIZES):
        scale = {"zeros": 0.0, "large": 10.0, "he": np.sqrt(2.0 / n_in)}[kind]
        layers.append((scale * old.randn(n_out, n_in), np.zeros(n_out)))
    return layers


def activations(layers: Layers, x: Array) -> list[Array]:
    """Return the input and what each layer passes on.

    Args:
        layers: As from `start`.
        x: Points, `(n, 2)`.

    >>> float(activations(start("zeros"), np.ones((1, 2)))[-1][0, 0])
    0.5
    """
    passed = [x]
    for number, (W, b) in enumerate(layers, 1):
        z = passed[-1] @ W.T + b
        passed.append(np.maximum(z, 0.0) if number < len(layers) else sigmoid(z))
    return passed


def cost(layers: Layers, x: Array, y: Array) -> float:
    r"""Return the mean cross-entropy, :math:`-\frac1n \sum_i \bigl(y_i \ln p_i + (1 - y_i)\ln(1 - p_i)\bigr)`.

    Args:
        layers: As from `start`.
        x: Points, `(n, 2)`.
        y: Labels 0 and 1, `(n,)`.

    >>> round(cost(start("zeros"), *data()[:2]), 4)
    0.6931
    """
    p = activations(layers, x)[-1][:, 0]
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))


def gradients(layers: Layers, x: Array, y: Array) -> Layers:
    """Return the derivatives of the cost by weights and biases, layer by layer.

    Args:
        layers: As from `start`.
        x: Points, `(n, 2)`.
        y: Labels, `(n,)`.

    >>> [W.shape for W, _ in gradients(start("he"), *data()[:2])]
    [(10, 2), (5, 10), (1, 5)]
    """
    passed = activations(layers, x)
    delta = (passed[-1] - y[:, None]) / len(x)  # cross-entropy behind a sigmoid
    found: Layers = []
    for (W, _), a in zip(layers[::-1], passed[-2::-1], strict=True):
        found.append((delta.T @ a, delta.sum(axis=0)))
        delta = (delta @ W) * (a > 0.0)  # below the first layer nobody asks for it
    return found[::-1]


def train(kind: str, steps: int = 15_000, lr: float = 0.01) -> Layers:
    """Return the layers after so many steps of gradient descent on all 300 points.

    Args:
        kind: How to begin, as for `start`.
        steps: Steps.
        lr: The learning rate.

    >>> accuracy(train("zeros", steps=10), *data()[:2])
    0.5
    """
    x, y, *_ = data()
    layers = start(kind)
    for _ in range(steps):
        layers = [
            (W - lr * g_W, b - lr * g_b)
            for (W, b), (g_W, g_b) in zip(layers, gradients(layers, x, y), strict=True)
        ]
    return layers


def accuracy(layers: Layers, x: Array, y: Array) -> float:
    """Return the share of points on the right side of one half.

    Args:
        layers: As from `start`.
        x: Points, `(n, 2)`.
        y: Labels, `(n,)`.

    >>> accuracy(start("zeros"), *data()[:2])
    0.5
    """
    p = activations(layers, x)[-1][:, 0]
    return float(np.mean((p > 0.5) == (y > 0.5)))
