r"""A recurrent network that must remember: where gradients explode, and clipping rescues (Pascanu et al. 2013).

The task: a sequence of T numbers, the first one 1 or −1, the others noise; say at the end which the first one was.
The network: :math:`h_t = \tanh(W h_{t-1} + u x_t + b)`, :math:`\hat y = \sigma(v^\top h_T + d)`, cross-entropy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from concepts.clipping import clip_by_global_norm

Array = NDArray[np.float64]

HOPELESS = 1e6
"""A gradient norm at which `train` gives up: a step of that length throws all weights out of reach."""


@dataclass(frozen=True)
class Run:
    """What one training run showed: global norms before clipping, losses, and accuracy on fresh sequences."""

    norms: Array
    losses: Array
    accuracy: float


def start(hidden: int, scale: float, rng: np.random.Generator) -> list[Array]:
    r"""Return [W, u, b, v, d]: W a random rotation times `scale`, the others Gaussian of variance 1/hidden or 0.

    Args:
        hidden: Units.
        scale: All singular values of W.
        rng: Source of the draws.

    >>> [p.shape for p in start(3, 1.3, np.random.default_rng(0))]
    [(3, 3), (3,), (3,), (3,), (1,)]
    """
    rotation, triangle = np.linalg.qr(rng.normal(size=(hidden, hidden)))
    W = scale * rotation * np.sign(np.diag(triangle))
    u, v = rng.normal(0.0, hidden**-0.5, size=(2, hidden))
    return [W, u, np.zeros(hidden), v, np.zeros(1)]


def states(params: list[Array], x: Array) -> list[Array]:
    r"""Return :math:`h_0 = 0, h_1, …, h_T`, each `(n, hidden)`, for sequences x of shape `(n, T)`.

    >>> len(states(start(3, 1.0, np.random.default_rng(0)), np.zeros((2, 5))))
    6
    """
    W, u, b, *_ = params
    h = [np.zeros((len(x), len(W)))]
    for t in range(x.shape[1]):
        h.append(np.tanh(h[-1] @ W.T + np.outer(x[:, t], u) + b))
    return h


def loss_and_gradients(params: list[Array], x: Array, y: Array) -> tuple[float, list[Array]]:
    r"""Return the mean cross-entropy and its gradients by back-propagation through time.

    Args:
        params: [W, u, b, v, d] as `start` gives them.
        x: Sequences, `(n, T)`.
        y: 0 or 1 for each, `(n,)`.

    Returns:
        The loss, and the gradients in the order and the shapes of `params`.
    """
    W, _, _, v, d = params
    h = states(params, x)
    margin = (h[-1] @ v + d) * np.where(y > 0, -1.0, 1.0)  # the loss is ln(1 + e^margin)
    error = (0.5 * (1.0 + np.tanh(0.5 * margin))) * np.where(y > 0, -1.0, 1.0) / len(x)
    grad_W, grad_u, grad_b = np.zeros_like(W), np.zeros(len(W)), np.zeros(len(W))
    grad_h = np.outer(error, v)
    for t in range(x.shape[1], 0, -1):
        delta = grad_h * (1.0 - h[t] ** 2)
        grad_W += delta.T @ h[t - 1]
        grad_u += delta.T @ x[:, t - 1]
        grad_b += delta.sum(axis=0)
        grad_h = delta @ W
    loss = float(np.mean(np.logaddexp(0.0, margin)))
    return loss, [grad_W, grad_u, grad_b, h[-1].T @ error, np.array([error.sum()])]


def sequences(n: int, length: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return n sequences, `(n, length)`, noise N(0, 0.3²) after a 1 or −1; and whether it was 1, `(n,)`."""
    x, y = rng.normal(0.0, 0.3, size=(n, length)), rng.integers(2, size=n).astype(np.float64)
    x[:, 0] = 2.0 * y - 1.0
    return x, y


def train(
    seed: int,
    max_norm: float = math.inf,
    *,
    scale: float = 1.6,
    hidden: int = 32,
    length: int = 60,
    lr: float = 0.1,
    steps: int = 300,
    batch: int = 64,
) -> Run:
    r"""Train the network by plain gradient descent, clipping the global norm at `max_norm`.

    Args:
        seed: Decides weights and sequences.
        max_norm: The threshold; infinity for no clipping.
        scale: Singular values of W at the start.
        hidden: Units.
        length: T.
        lr: Learning rate.
        steps: Updates, each on fresh sequences.
        batch: Sequences in each.

    Returns:
        Norms and losses of every step (fewer than `steps` if a norm was hopeless),
        and the accuracy on 500 fresh sequences.

    >>> train(0, 1.0, hidden=4, length=3, steps=2).norms.shape
    (2,)
    """
    rng = np.random.default_rng(seed)
    params, norms, losses = start(hidden, scale, rng), [], []
    for _ in range(steps):
        loss, grads = loss_and_gradients(params, *sequences(batch, length, rng))
        grads, norm = clip_by_global_norm(grads, max_norm)
        norms.append(norm)
        losses.append(loss)
        if norm > HOPELESS:
            break
        params = [p - lr * g for p, g in zip(params, grads, strict=True)]
    x, y = sequences(500, length, rng)
    answer = states(params, x)[-1] @ params[3] + params[4] > 0
    return Run(np.array(norms), np.array(losses), float(np.mean(answer == (y > 0))))
