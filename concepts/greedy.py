r"""An experiment: a deep sigmoid network that will not learn, and layers that were prepared one at a time.

Three ways to prepare a layer without labels: an autoencoder with a linear decoder, one whose decoder is a sigmoid
like the encoder, and a restricted Boltzmann machine.  `book/pretraining.md` discusses the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from concepts.pretraining import Layer, autoencoder_gradients, cd1_gradients, cross_entropy_gradients
from concepts.saturation import sigmoid

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Classifier = tuple[list[Layer], Array, Array]
"""A stack, weights V `(classes, H)` and biases d `(classes,)` of the softmax layer."""

METHODS = ("linear", "sigmoid", "rbm")


def sigmoid_decoder_gradients(x: Array, W: Array, b: Array, c: Array) -> tuple[Array, Array, Array]:
    r"""Return the gradients of an autoencoder whose decoder is a sigmoid, under the cross-entropy.

    .. math:: \hat x = \sigma(h W + c), \qquad
              C = -\frac1n \sum_{k,j} \bigl[x_{kj} \ln \hat x_{kj} + (1 - x_{kj}) \ln(1 - \hat x_{kj})\bigr]

    Behind sigmoid and cross-entropy the error is again :math:`e = (\hat x - x)/n`; all else is as in
    `autoencoder_gradients`.  Bengio, Lamblin, Popovici and Larochelle (2007).

    Args:
        x: Inputs between 0 and 1, `(n, D)`.
        W: Weights, `(H, D)`.
        b: Biases of the code, `(H,)`.
        c: Biases of the reconstruction, `(D,)`.

    >>> sigmoid_decoder_gradients(np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1), np.zeros(1))[0]
    array([[-0.25]])
    """
    h = sigmoid(x @ W.T + b)
    e = (sigmoid(h @ W + c) - x) / len(x)
    delta = (e @ W.T) * h * (1.0 - h)
    return h.T @ e + delta.T @ x, delta.sum(axis=0), e.sum(axis=0)


def encoder_gain(code_slope: float, decoder_slope: float) -> float:
    r"""Return by what a layer multiplies the directions that it reconstructs.

    .. math:: \hat D\,W^\top D\,W\,u = u, \quad D = \tau I, \ \hat D = \hat\tau I
              \quad\Longrightarrow\quad \lVert D W u \rVert = \sqrt{\tau/\hat\tau}\;\lVert u \rVert

    Args:
        code_slope: :math:`\tau`, the slope of the code's units.
        decoder_slope: :math:`\hat\tau`, that of the reconstruction's; 1 if it is linear.

    >>> encoder_gain(0.25, 1.0), encoder_gain(0.2, 0.2)
    (0.5, 1.0)
    """
    return math.sqrt(code_slope / decoder_slope)


def measured_gains(layer: Layer, x: Array, directions: Array) -> Array:
    r"""Measure by what a layer multiplies a small step along some directions.

    .. math:: \sqrt{\operatorname E \lVert D(x)\,W\,u \rVert^2}, \qquad
              D = \operatorname{diag}\bigl(\sigma'(W x + b)\bigr)

    Args:
        layer: W and b.
        x: Inputs, over which the mean is taken, `(n, D)`.
        directions: Unit vectors u, one a row, `(m, D)`.

    Returns:
        One gain a direction, `(m,)`.

    >>> measured_gains((np.eye(2), np.zeros(2)), np.zeros((1, 2)), np.eye(2))
    array([0.25, 0.25])
    """
    W, b = layer
    h = sigmoid(x @ W.T + b)
    squared_slopes = np.mean((h * (1.0 - h)) ** 2, axis=0)
    gains: Array = np.sqrt((directions @ W.T) ** 2 @ squared_slopes)
    return gains


def random_stack(sizes: Sequence[int], gain: float, rng: np.random.Generator) -> list[Layer]:
    r"""Draw layers from N(0, gain²/n_in), with biases that map the middle of the codes to z = 0.

    .. math:: b_i = -\tfrac12 \sum_j W_{ij}

    Args:
        sizes: The widths, the input's first.
        gain: Standard deviation of a weight in units of :math:`1/\sqrt{n_\text{in}}`; 4 makes up for σ' = ¼.
        rng: Source of the draws.

    >>> [W.shape for W, b in random_stack([3, 2, 5], 1.0, np.random.default_rng(0))]
    [(2, 3), (5, 2)]
    """
    draws = [rng.normal(0.0, gain / math.sqrt(i), size=(o, i)) for i, o in pairwise(sizes)]
    return [(W, -0.5 * W.sum(axis=1)) for W in draws]


def batches(n: int, size: int, rng: np.random.Generator) -> Iterator[Labels]:
    """Yield the numbers 0 … n − 1 in random order, so many at a time.

    >>> [len(batch) for batch in batches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    order = rng.permutation(n)
    for start in range(0, n, size):
        yield order[start : start + size]


def pretrain(
    x: Array,
    sizes: Sequence[int],
    method: str,
    rng: np.random.Generator,
    epochs: int = 10,
    lr: float = 0.05,
    stretch: float = 1.0,
) -> list[Layer]:
    r"""Return a stack whose layers were prepared one after the other, without labels.

    Gradient descent with momentum 0.9 on batches of 64, from W of N(0, 0.1²) and zero biases; a stack of k layers
    is the beginning of the stack of k + 1 layers that the same seed gives.

    Args:
        x: Inputs between 0 and 1, `(n, D)`.
        sizes: The hidden widths.
        method: One of `METHODS`.
        rng: Source of starts, batches and samples.
        epochs: Passes through the data, for each layer.
        lr: Learning rate.
        stretch: Factor on W and b of each layer once it is trained, before the next one sees its codes.

    >>> stack = pretrain(np.full((8, 3), 0.5), [2, 4], "sigmoid", np.random.default_rng(0), epochs=1)
    >>> [W.shape for W, b in stack]
    [(2, 3), (4, 2)]
    """
    stack: list[Layer] = []
    for size in sizes:
        n_in = x.shape[1]
        params = [rng.normal(0.0, 0.1, size=(size, n_in)), np.zeros(size), np.zeros(n_in)]
        speeds = [np.zeros_like(p) for p in params]
        for _ in range(epochs):
            for batch in batches(len(x), 64, rng):
                gradients = descent(method, x[batch], params, rng)
                speeds = [0.9 * s + g for s, g in zip(speeds, gradients, strict=True)]
                params = [p - lr * s for p, s in zip(params, speeds, strict=True)]
        W, b = stretch * params[0], stretch * params[1]
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack


def descent(method: str, x: Array, params: Sequence[Array], rng: np.random.Generator) -> Sequence[Array]:
    """Return the direction against which a layer's W, b and c move.

    Args:
        method: One of `METHODS`.
        x: A batch, `(n, D)`.
        params: W, b and c.
        rng: Source of the samples of contrastive divergence.

    >>> zero = [np.zeros((1, 1)), np.zeros(1), np.zeros(1)]
    >>> descent("rbm", np.ones((1, 1)), zero, np.random.default_rng(0))[0]
    array([[-0.25]])
    """
    W, b, c = params
    if method == "rbm":
        return [-g for g in cd1_gradients(x, W, b, c, rng)]  # contrastive divergence ascends
    gradients = {"linear": autoencoder_gradients, "sigmoid": sigmoid_decoder_gradients}[method]
    return gradients(x, W, b, c)


def train(
    stack: Sequence[Layer], x: Array, y: Labels, rng: np.random.Generator, epochs: int = 30, lr: float = 0.1
) -> Classifier:
    r"""Put a random softmax layer on a stack and train the whole: plain gradient descent on batches of 64.

    Args:
        stack: Layers, first to last; random or pre-trained.
        x: Inputs, `(n, D)`.
        y: Labels 0, 1, …, `(n,)`.
        rng: Source of the softmax layer, N(0, 1/n_in), and of the batches.
        epochs: Passes through the data.
        lr: Learning rate.

    >>> y = np.array([0, 1])
    >>> accuracy(train([], np.eye(2), y, np.random.default_rng(0), lr=1.0), np.eye(2), y)
    1.0
    """
    stack, width = list(stack), stack[-1][0].shape[0] if stack else x.shape[1]
    V = rng.normal(0.0, 1.0 / math.sqrt(width), size=(int(y.max()) + 1, width))
    d = np.zeros(len(V))
    for _ in range(epochs):
        for batch in batches(len(x), 64, rng):
            _, grads, dV, dd = cross_entropy_gradients(stack, V, d, x[batch], y[batch])
            stack = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(stack, grads, strict=True)]
            V, d = V - lr * dV, d - lr * dd
    return stack, V, d


def codes(stack: Sequence[Layer], x: Array) -> list[Array]:
    """Return the activations of all layers of a stack, the input left out.

    >>> codes([(np.zeros((1, 2)), np.zeros(1))], np.ones((1, 2)))
    [array([[0.5]])]
    """
    found = []
    for W, b in stack:
        x = sigmoid(x @ W.T + b)
        found.append(x)
    return found


def accuracy(classifier: Classifier, x: Array, y: Labels) -> float:
    """Return the share of inputs whose largest logit is that of their class.

    >>> accuracy(([], np.eye(2), np.zeros(2)), np.eye(2), np.array([0, 0]))
    0.5
    """
    stack, V, d = classifier
    top = codes(stack, x)[-1] if stack else x
    return float(np.mean((top @ V.T + d).argmax(axis=1) == y))


def spreads(stack: Sequence[Layer], x: Array) -> Array:
    r"""Return how much the activations of each layer differ from input to input.

    The root mean square, over units, of the standard deviation over inputs.

    Args:
        stack: Layers, first to last.
        x: Inputs, `(n, D)`.

    Returns:
        One spread a layer, `(L,)`.

    >>> spreads([(np.zeros((2, 1)), np.zeros(2))], np.array([[0.0], [1.0]]))
    array([0.])
    """
    return np.array([math.sqrt(np.mean(a.var(axis=0))) for a in codes(stack, x)])


def gradient_sizes(classifier: Classifier, x: Array, y: Labels) -> Array:
    r"""Return the root mean square, over inputs, of :math:`\lVert\partial C/\partial a_l\rVert` for each layer.

    Args:
        classifier: Stack and softmax layer.
        x: Inputs, `(n, D)`.
        y: Labels, `(n,)`.

    Returns:
        One length for each layer of the stack, first layer first, `(L,)`; C is the cost of one input.

    >>> gradient_sizes(([(np.eye(2), np.zeros(2))], np.eye(2), np.zeros(2)), np.zeros((1, 2)), np.array([0])).round(4)
    array([0.7071])
    """
    stack, V, d = classifier
    activations = codes(stack, x)
    logits = activations[-1] @ V.T + d
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    g = (p / p.sum(axis=1, keepdims=True) - np.eye(len(d))[y]) @ V
    sizes = []
    for (W, _), a in zip(stack[::-1], activations[::-1], strict=True):
        sizes.append(math.sqrt(np.mean(np.sum(g**2, axis=1))))
        g = (g * a * (1.0 - a)) @ W
    return np.array(sizes[::-1])
