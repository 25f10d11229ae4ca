r"""Layer by layer, then together: autoencoders with tied weights, contrastive divergence, and fine-tuning.

All layers are sigmoids; gradients are of means over the batch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from concepts.saturation import sigmoid

Array = NDArray[np.float64]
Layer = tuple[Array, Array]
"""Weights `(fan_out, fan_in)` and biases `(fan_out,)`."""


def autoencoder_loss(x: Array, W: Array, b: Array, c: Array) -> float:
    r"""Return the reconstruction error of an autoencoder with tied weights.

    .. math:: C = \frac1n \sum_i \tfrac12 \lVert x_i - \hat x_i \rVert^2, \qquad
              h = \sigma(x W^\top + b), \quad \hat x = h W + c

    Bengio, Lamblin, Popovici and Larochelle (2007), here with a linear decoder.

    Args:
        x: Inputs, `(n, D)`.
        W: Weights, `(H, D)`.
        b: Biases of the code, `(H,)`.
        c: Biases of the reconstruction, `(D,)`.

    >>> autoencoder_loss(np.array([[3.0, 4.0]]), np.zeros((1, 2)), np.zeros(1), np.zeros(2))
    12.5
    """
    error = sigmoid(x @ W.T + b) @ W + c - x
    return float(0.5 * np.sum(error**2) / len(x))


def autoencoder_gradients(x: Array, W: Array, b: Array, c: Array) -> tuple[Array, Array, Array]:
    r"""Return the gradients of `autoencoder_loss` with respect to W, b and c.

    With :math:`e = (\hat x - x)/n` and :math:`\delta = (e W^\top) \odot h \odot (1 - h)`:

    .. math:: \partial C/\partial W = h^\top e + \delta^\top x, \qquad
              \partial C/\partial b = \textstyle\sum_i \delta_i, \qquad \partial C/\partial c = \sum_i e_i

    W stands twice in the network, so its gradient is a sum: of the decoder's and of the encoder's.

    Args:
        x: Inputs, `(n, D)`.
        W: Weights, `(H, D)`.
        b: Biases of the code, `(H,)`.
        c: Biases of the reconstruction, `(D,)`.

    >>> dW, db, dc = autoencoder_gradients(np.array([[2.0]]), np.zeros((1, 1)), np.zeros(1), np.zeros(1))
    >>> dW, db + 0.0, dc
    (array([[-1.]]), array([0.]), array([-2.]))
    """
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1.0 - h)
    return h.T @ e + delta.T @ x, delta.sum(axis=0), e.sum(axis=0)


def cd1_gradients(
    v0: Array, W: Array, b: Array, c: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    r"""Return one step of contrastive divergence for a binary restricted Boltzmann machine.

    .. math::
        p_0 = \sigma(v_0 W^\top + b), \quad h_0 \sim \operatorname{Bernoulli}(p_0), \quad
        v_1 = \sigma(h_0 W + c), \quad p_1 = \sigma(v_1 W^\top + b), \\
        \Delta W = (p_0^\top v_0 - p_1^\top v_1)/n, \qquad \Delta b = \overline{p_0 - p_1}, \qquad
        \Delta c = \overline{v_0 - v_1}

    Hinton (2002); Hinton, Osindero and Teh (2006).  The direction is that of ascent of the likelihood.

    Args:
        v0: Visible units, `(n, D)`, entries in [0, 1].
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.
        c: Biases of the visible units, `(D,)`.
        rng: Source of the draws.

    >>> zero = np.zeros((1, 1))
    >>> cd1_gradients(np.ones((1, 1)), zero, np.zeros(1), np.zeros(1), np.random.default_rng(0))
    (array([[0.25]]), array([0.]), array([0.5]))
    """
    p0 = sigmoid(v0 @ W.T + b)
    h0 = rng.binomial(1, p0).astype(np.float64)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    return (p0.T @ v0 - p1.T @ v1) / len(v0), np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)


def pretrain_layer(
    x: Array, n_hidden: int, epochs: int, lr: float, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    r"""Return an autoencoder trained by full-batch gradient descent, one update an epoch.

    Args:
        x: Inputs, `(n, D)`.
        n_hidden: H.
        epochs: Updates.
        lr: Learning rate.
        rng: Source of the start: W from N(0, 0.1²); b = c = 0.

    Returns:
        W, b, c.

    >>> [p.shape for p in pretrain_layer(np.ones((4, 3)), 2, 1, 0.1, np.random.default_rng(0))]
    [(2, 3), (2,), (3,)]
    """
    params = [rng.normal(0.0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])]
    for _ in range(epochs):
        gradients = autoencoder_gradients(x, *params)
        params = [p - lr * g for p, g in zip(params, gradients, strict=True)]
    W, b, c = params
    return W, b, c


def pretrain_stack(
    x: Array, sizes: list[int], epochs: int, lr: float, rng: np.random.Generator
) -> list[Layer]:
    r"""Return a stack of layers, each trained as an autoencoder of the codes of the one below.

    Bengio et al. (2007), greedy layer-wise training.

    Args:
        x: Inputs, `(n, D)`.
        sizes: The hidden widths, the input's excluded.
        epochs: Updates of each layer.
        lr: Learning rate.
        rng: Source of the starts.

    >>> [W.shape for W, b in pretrain_stack(np.ones((4, 3)), [2, 5], 1, 0.1, np.random.default_rng(0))]
    [(2, 3), (5, 2)]
    """
    stack: list[Layer] = []
    for size in sizes:
        W, b, _ = pretrain_layer(x, size, epochs, lr, rng)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack


def cross_entropy_gradients(
    stack: list[Layer], V: Array, d: Array, x: Array, y: NDArray[np.int64]
) -> tuple[float, list[Layer], Array, Array]:
    r"""Return the mean cross-entropy of a sigmoid stack with a softmax on top, and its gradients.

    .. math:: C = -\frac1n \sum_i \ln \operatorname{softmax}(h_i V^\top + d)_{y_i}, \qquad
              \partial C/\partial \text{logits} = (\operatorname{softmax} - \text{onehot})/n

    Args:
        stack: Layers, first to last.
        V: Weights of the softmax layer, `(classes, H)`.
        d: Its biases, `(classes,)`.
        x: Inputs, `(n, D)`.
        y: Labels 0, 1, …, `(n,)`.

    Returns:
        The loss, the gradients of the stack in its form, of V, and of d.

    >>> cross_entropy_gradients([], np.zeros((2, 1)), np.zeros(2), np.ones((1, 1)), np.array([0]))[3]
    array([-0.5,  0.5])
    """
    codes = [x]
    for W, b in stack:
        codes.append(sigmoid(codes[-1] @ W.T + b))
    logits = codes[-1] @ V.T + d
    logits = logits - logits.max(axis=1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    delta = (np.exp(logs) - np.eye(len(d))[y]) / len(x)
    loss = float(-np.mean(logs[np.arange(len(x)), y]))
    dV, dd, grads = delta.T @ codes[-1], delta.sum(axis=0), []
    delta = delta @ V
    for (W, _), below, h in zip(stack[::-1], codes[-2::-1], codes[:0:-1], strict=True):
        delta = delta * h * (1.0 - h)
        grads.append((delta.T @ below, delta.sum(axis=0)))
        delta = delta @ W
    return loss, grads[::-1], dV, dd


def fine_tune(
    stack: list[Layer], V: Array, d: Array, x: Array, y: NDArray[np.int64], epochs: int, lr: float
) -> tuple[list[Layer], Array, Array, list[float]]:
    r"""Return stack, softmax layer and losses after full-batch gradient descent through all layers.

    Hinton and Salakhutdinov (2006) call it fine-tuning.

    Args:
        stack: Layers, first to last.
        V: Weights of the softmax layer, `(classes, H)`.
        d: Its biases, `(classes,)`.
        x: Inputs, `(n, D)`.
        y: Labels 0, 1, …, `(n,)`.
        epochs: Updates.
        lr: Learning rate.

    Returns:
        The new stack, V and d, and the loss of each epoch before its update.

    >>> fine_tune([], np.zeros((2, 1)), np.zeros(2), np.ones((1, 1)), np.array([0]), 1, 2.0)[2]
    array([ 1., -1.])
    """
    losses = []
    for _ in range(epochs):
        loss, grads, dV, dd = cross_entropy_gradients(stack, V, d, x, y)
        losses.append(loss)
        stack = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(stack, grads, strict=True)]
        V, d = V - lr * dV, d - lr * dd
    return stack, V, d, losses
