r"""A restricted Boltzmann machine small enough to be summed exactly: energy, likelihood, and what CD-k leaves out.

Visible units v and hidden units h are 0 or 1; weights W are `(H, D)`, biases b `(H,)` and c `(D,)`.  Sums run over
all :math:`2^D` visible states, the hidden ones being summed in closed form, so D should not exceed 12 or so.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np
from numpy.typing import NDArray

from concepts.saturation import sigmoid

Array = NDArray[np.float64]
Gradients = tuple[Array, Array, Array]


def energy(v: Array, h: Array, W: Array, b: Array, c: Array) -> Array:
    r"""Return the energy of pairs of states.

    .. math:: E(v, h) = -h^\top W v - b^\top h - c^\top v, \qquad P(v, h) = e^{-E(v, h)} / Z

    Smolensky (1986); Hinton (2002).

    Args:
        v: Visible states, `(n, D)`.
        h: Hidden states, `(n, H)`.
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.
        c: Biases of the visible units, `(D,)`.

    Returns:
        One energy a row, `(n,)`.

    >>> energy(np.ones((1, 2)), np.ones((1, 1)), np.array([[1.0, 2.0]]), np.array([10.0]), np.zeros(2))
    array([-13.])
    """
    energies: Array = -np.einsum("nh,hd,nd->n", h, W, v) - h @ b - v @ c
    return energies


def free_energy(v: Array, W: Array, b: Array, c: Array) -> Array:
    r"""Return the energy of visible states when all hidden states are summed over.

    .. math:: F(v) = -\ln \sum_h e^{-E(v, h)} = -c^\top v - \sum_i \ln\bigl(1 + e^{(W v + b)_i}\bigr)

    Args:
        v: Visible states, `(n, D)`.
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.
        c: Biases of the visible units, `(D,)`.

    Returns:
        One free energy a row, `(n,)`.

    >>> free_energy(np.ones((1, 2)), np.zeros((3, 2)), np.zeros(3), np.array([1.0, 2.0])).round(4)
    array([-5.0794])
    """
    energies: Array = -v @ c - np.logaddexp(0.0, v @ W.T + b).sum(axis=1)
    return energies


@functools.cache
def states(units: int) -> Array:
    """Return all states of so many binary units, `(2**units, units)`; read-only.

    >>> states(2).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    table = np.array(list(itertools.product((0.0, 1.0), repeat=units)))
    table.flags.writeable = False
    return table


def model_probabilities(W: Array, b: Array, c: Array) -> Array:
    r"""Return the probability of each visible state, in the order of `states`.

    .. math:: P(v) = e^{-F(v)} \Big/ \sum_{v'} e^{-F(v')}

    >>> model_probabilities(np.zeros((1, 1)), np.zeros(1), np.array([np.log(3.0)])).round(6)
    array([0.25, 0.75])
    """
    logs = -free_energy(states(W.shape[1]), W, b, c)
    weights = np.exp(logs - logs.max())
    probabilities: Array = weights / weights.sum()
    return probabilities


def log_likelihood(v: Array, W: Array, b: Array, c: Array) -> float:
    r"""Return the mean log-likelihood of visible states, exactly.

    .. math:: \mathcal L = \frac1n \sum_{k=1}^n \ln P(v_k) = -\frac1n \sum_k F(v_k) - \ln Z

    Args:
        v: Visible states, `(n, D)`.
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.
        c: Biases of the visible units, `(D,)`.

    >>> round(log_likelihood(np.ones((5, 3)), np.zeros((2, 3)), np.zeros(2), np.zeros(3)), 4)  # −3 ln 2
    -2.0794
    """
    log_z = np.logaddexp.reduce(-free_energy(states(W.shape[1]), W, b, c))
    return float(-free_energy(v, W, b, c).mean() - log_z)


def expectations(weights: Array, W: Array, b: Array) -> Gradients:
    r"""Return the means of :math:`h v^\top`, h and v when the visible states have these probabilities.

    .. math:: \langle h v^\top \rangle = \sum_v p(v)\,\sigma(W v + b)\,v^\top

    Args:
        weights: Probabilities of the visible states, in the order of `states`, `(2**D,)`.
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.

    >>> expectations(np.array([0.25, 0.75]), np.zeros((1, 1)), np.zeros(1))
    (array([[0.375]]), array([0.5]), array([0.75]))
    """
    v = states(W.shape[1])
    on = sigmoid(v @ W.T + b)
    return (weights[:, None] * on).T @ v, weights @ on, weights @ v


def frequencies(v: Array) -> Array:
    """Return how often each visible state occurs in data, in the order of `states`.

    Args:
        v: Visible states, `(n, D)`, entries 0 or 1.

    >>> frequencies(np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]))
    array([0.  , 0.25, 0.  , 0.75])
    """
    numbers = v.astype(np.int64) @ (1 << np.arange(v.shape[1])[::-1])
    return np.bincount(numbers, minlength=2 ** v.shape[1]) / len(v)


def likelihood_gradients(v: Array, W: Array, b: Array, c: Array) -> Gradients:
    r"""Return the gradients of `log_likelihood` with respect to W, b and c: data minus model.

    .. math:: \frac{\partial \mathcal L}{\partial W} = \langle h v^\top \rangle_\text{data}
              - \langle h v^\top \rangle_\text{model}

    Args:
        v: Visible states, `(n, D)`, entries 0 or 1.
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.
        c: Biases of the visible units, `(D,)`.

    >>> likelihood_gradients(np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1), np.zeros(1))
    (array([[0.25]]), array([0.]), array([0.5]))
    """
    return _difference(frequencies(v), model_probabilities(W, b, c), W, b)


def gibbs_step(W: Array, b: Array, c: Array) -> Array:
    r"""Return the probabilities of going from visible state v to v' by one step of Gibbs sampling.

    .. math:: T(v, v') = \sum_h P(h \mid v)\,P(v' \mid h)

    Returns:
        Rows v, columns v', in the order of `states`, `(2**D, 2**D)`; rows sum to 1.

    >>> gibbs_step(np.zeros((2, 1)), np.zeros(2), np.array([np.log(3.0)])).round(6)
    array([[0.25, 0.75],
           [0.25, 0.75]])
    """
    v, h = states(W.shape[1]), states(W.shape[0])
    return _bernoulli(sigmoid(v @ W.T + b), h) @ _bernoulli(sigmoid(h @ W + c), v)


def expected_cd(v: Array, W: Array, b: Array, c: Array, steps: int) -> Gradients:
    r"""Return the mean of CD-k: data minus what the data have become after k steps of Gibbs sampling.

    .. math:: \langle h v^\top \rangle_\text{data} - \langle h v^\top \rangle_{p_\text{data} T^k}

    Hinton (2002).  For k → ∞ it is `likelihood_gradients`; before, it is not.

    Args:
        v: Visible states, `(n, D)`, entries 0 or 1.
        W: Weights, `(H, D)`.
        b: Biases of the hidden units, `(H,)`.
        c: Biases of the visible units, `(D,)`.
        steps: k.

    >>> expected_cd(np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1), np.zeros(1), steps=1)
    (array([[0.25]]), array([0.]), array([0.5]))
    """
    data = frequencies(v)
    return _difference(data, data @ np.linalg.matrix_power(gibbs_step(W, b, c), steps), W, b)


def _bernoulli(p: Array, outcomes: Array) -> Array:
    """Return the probability of each row of outcomes under each row of independent probabilities."""
    return np.exp(np.log(p) @ outcomes.T + np.log1p(-p) @ (1.0 - outcomes).T)


def _difference(one: Array, other: Array, W: Array, b: Array) -> Gradients:
    """Return the expectations under one distribution of the visible states less those under another."""
    dW, db, dc = (x - y for x, y in zip(expectations(one, W, b), expectations(other, W, b), strict=True))
    return dW, db, dc
