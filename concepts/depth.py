r"""Gradients in deep and recurrent networks: why early layers, and early times, learn slowly.

A layer is ``z = a @ W.T + b``, ``a = f(z)``; one time step of a recurrent network is ``h = f(W_hh h + …)``.
`concepts.mean_field` predicts in closed form what is measured here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from concepts.chain_rule import backpropagate_deltas
from concepts.early_layers import random_network
from concepts.mean_field import fixed_point, gradient_factor, next_variance
from concepts.saturation import sigmoid, sigmoid_grad

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


def forward(
    weights: Sequence[Array], biases: Sequence[Array], x: Array, f: Function
) -> tuple[list[Array], list[Array]]:
    r"""Return all pre-activations and activations of a network.

    .. math:: z_l = a_{l-1} W_l^\top + b_l, \qquad a_l = f(z_l), \qquad a_0 = x

    Args:
        weights: :math:`W_1, …, W_L`, each `(fan_out, fan_in)`.
        biases: :math:`b_1, …, b_L`, each `(fan_out,)`.
        x: Inputs, `(n, features)`.
        f: The activation, element by element.

    Returns:
        The lists :math:`[z_1, …, z_L]` and :math:`[a_1, …, a_L]`, each entry `(n, fan_out)`.

    >>> forward([np.array([[2.0, 1.0]])], [np.array([1.0])], np.array([[3.0, 4.0]]), np.negative)
    ([array([[11.]])], [array([[-11.]])])
    """
    preactivations: list[Array] = []
    activations: list[Array] = []
    a = x
    for W, b in zip(weights, biases, strict=True):
        preactivations.append(a @ W.T + b)
        a = f(preactivations[-1])
        activations.append(a)
    return preactivations, activations


def backward(
    weights: Sequence[Array],
    preactivations: Sequence[Array],
    activations: Sequence[Array],
    x: Array,
    df: Function,
    grad_out: Array,
) -> tuple[list[Array], list[Array]]:
    r"""Return the gradients of the cost with respect to all weights and biases.

    .. math:: \delta_L = \frac{\partial C}{\partial a_L} \odot f'(z_L), \qquad
              \frac{\partial C}{\partial W_l} = \delta_l^\top a_{l-1}, \qquad
              \frac{\partial C}{\partial b_l} = \sum_{\text{batch}} \delta_l

    Nielsen (2015), chapter 2, equations BP1 to BP4, for a batch.

    Args:
        weights: :math:`W_1, …, W_L`, each `(fan_out, fan_in)`.
        preactivations: :math:`z_1, …, z_L`, each `(n, fan_out)`.
        activations: :math:`a_1, …, a_L`, each `(n, fan_out)`.
        x: Inputs, `(n, features)`.
        df: The activation's derivative, as a function of z.
        grad_out: :math:`\partial C / \partial a_L`, of the shape of :math:`a_L`.

    Returns:
        The gradients with respect to weights and biases, in the shapes of these, summed over the batch.

    >>> one = np.array([[1.0]])
    >>> backward([2 * one], [6 * one], [6 * one], 3 * one, np.ones_like, one)
    ([array([[3.]])], [array([1.])])
    """
    deltas = backpropagate_deltas(weights, preactivations, df, grad_out * df(preactivations[-1]))
    inputs = [x, *activations[:-1]]
    grad_weights = [np.einsum("ni,nj->ij", delta, a) for delta, a in zip(deltas, inputs, strict=True)]
    return grad_weights, [delta.sum(axis=0) for delta in deltas]


def learning_speeds(grad_biases: Sequence[Array]) -> Array:
    r"""Return the speed at which each layer learns, as Nielsen measures it.

    .. math:: \left\lVert \frac{\partial C}{\partial b_l} \right\rVert_2, \qquad l = 1, \dots, L

    Nielsen (2015), chapter 5.

    Args:
        grad_biases: :math:`\partial C / \partial b_1, …`, each `(fan_out,)`.

    Returns:
        The L lengths, first layer first.

    >>> learning_speeds([np.array([3.0, 4.0]), np.array([-2.0])])
    array([5., 2.])
    """
    return np.array([math.sqrt(float(np.sum(np.square(gradient)))) for gradient in grad_biases])


def gradient_ratio(speeds: Array) -> float:
    r"""Return the first layer's speed relative to the last one's.

    .. math:: \frac{\lVert \partial C/\partial b_1 \rVert}{\lVert \partial C/\partial b_L \rVert}

    Args:
        speeds: The speeds of the layers, first layer first.

    Raises:
        ValueError: If the last layer's speed is 0, where no ratio says anything.

    >>> gradient_ratio(np.array([0.003, 0.017, 0.3]))
    0.01
    """
    first, last = float(speeds[0]), float(speeds[-1])
    if last == 0.0:
        raise ValueError("the last layer's gradient is 0: there is no ratio")
    return first / last


def rnn_gradient_norms(W_hh: Array, preactivations: Array, df: Function, grad_last: Array) -> Array:
    r"""Return how large the gradient is at each time of a recurrent network.

    .. math:: h_t = f(z_t), \quad z_t = W_{hh} h_{t-1} + \dots, \qquad
              \frac{\partial C}{\partial h_{t-1}} = W_{hh}^\top \Bigl( f'(z_t) \odot
              \frac{\partial C}{\partial h_t} \Bigr)

    Bengio, Simard and Frasconi (1994); Pascanu, Mikolov and Bengio (2013), section 2.

    Args:
        W_hh: The recurrent weights, `(hidden, hidden)`.
        preactivations: :math:`z_1, …, z_T`, `(T, hidden)`.
        df: The activation's derivative, as a function of z.
        grad_last: :math:`\partial C/\partial h_T`, `(hidden,)`; the cost depends on :math:`h_T` only.

    Returns:
        The norms :math:`\lVert \partial C/\partial h_t \rVert_2` for t = 1, …, T.

    >>> rnn_gradient_norms(0.5 * np.eye(2), np.zeros((3, 2)), np.ones_like, np.array([3.0, 4.0]))
    array([1.25, 2.5 , 5.  ])
    """
    gradient, norms = grad_last, [float(np.linalg.norm(grad_last))]
    for z in preactivations[:0:-1]:
        gradient = (df(z) * gradient) @ W_hh
        norms.append(float(np.linalg.norm(gradient)))
    return np.array(norms[::-1])


def initial_speeds(
    hidden: Sequence[int], x: Array, labels: NDArray[np.int64], rng: np.random.Generator
) -> Array:
    r"""Measure the speeds of the hidden layers of a sigmoid network before training.

    Weights from N(0, 1/n_in), biases from N(0, 1), ten sigmoid outputs, one for each class, and the mean
    cross-entropy, whose error at the output is a − y: the experiment of Nielsen (2015), chapter 5, on
    whatever data is given.

    Args:
        hidden: The widths of the hidden layers.
        x: Inputs, `(n, features)`.
        labels: Classes from 0 to 9, `(n,)`.
        rng: Source of weights and biases.

    Returns:
        One speed for each hidden layer, the first one first.

    >>> x, labels = np.eye(4), np.arange(4)
    >>> initial_speeds([5, 3], x, labels, np.random.default_rng(0)).shape
    (2,)
    """
    weights, biases = random_network([x.shape[1], *hidden, 10], rng)
    preactivations, activations = forward(weights, biases, x, sigmoid)
    delta_out = (activations[-1] - np.eye(10)[labels]) / len(x)
    deltas = backpropagate_deltas(weights, preactivations, sigmoid_grad, delta_out)
    return learning_speeds([delta.sum(axis=0) for delta in deltas[:-1]])


def predicted_speed_ratio(sigma_w2: float = 1.0, sigma_b2: float = 1.0) -> float:
    r"""Predict how much faster each sigmoid layer learns than the one before it, in wide networks.

    .. math:: \frac{1}{\sqrt\chi}, \qquad \chi = \sigma_w^2\,\operatorname E[\sigma'(\sqrt{q^*}\,u)^2], \quad
              q^* = \sigma_w^2\,\operatorname E[\sigma(\sqrt{q^*}\,u)^2] + \sigma_b^2

    Schoenholz et al. (2017); with the variances of Nielsen's experiment it explains his factor of about 5.

    Args:
        sigma_w2: :math:`n_\text{in}\operatorname{Var}(w)`.
        sigma_b2: :math:`\operatorname{Var}(b)`.

    >>> round(predicted_speed_ratio(), 2)
    4.88
    """
    q = fixed_point(sigmoid, sigma_w2, sigma_b2)
    return 1.0 / math.sqrt(gradient_factor(sigmoid_grad, q, sigma_w2))


def speed_profile(f: Function, df: Function, hidden: int, sigma_w2: float, sigma_b2: float) -> Array:
    r"""Predict the speeds of hidden layers of equal, great width relative to the last, for one input.

    .. math:: \frac{\lVert\delta_l\rVert}{\lVert\delta_H\rVert} = \prod_{k=l}^{H-1} \sqrt{\chi_k}, \qquad
              \chi_k = \sigma_w^2\,\operatorname E[f'(\sqrt{q_k}\,u)^2]

    with :math:`q_1 = \sigma_w^2 + \sigma_b^2`: an input whose entries have mean square 1.
    Schoenholz et al. (2017).

    Args:
        f: The activation.
        df: Its derivative.
        hidden: :math:`H`.
        sigma_w2: :math:`n_\text{in}\operatorname{Var}(w)`.
        sigma_b2: :math:`\operatorname{Var}(b)`.

    >>> speed_profile(lambda z: z, np.ones_like, hidden=3, sigma_w2=0.25, sigma_b2=0.0).round(9)
    array([0.25, 0.5 , 1.  ])
    """
    q, factors = sigma_w2 + sigma_b2, [1.0]
    for _ in range(hidden - 1):
        factors.append(math.sqrt(gradient_factor(df, q, sigma_w2)))
        q = next_variance(f, q, sigma_w2, sigma_b2)
    return np.array([math.prod(factors[l:]) for l in range(1, hidden + 1)])


def recurrent_preactivations(W_hh: Array, drive: Array, f: Function) -> Array:
    r"""Run a recurrent network from :math:`h_0 = 0` and return its pre-activations.

    .. math:: z_t = W_{hh}\,h_{t-1} + u_t, \qquad h_t = f(z_t)

    Args:
        W_hh: The recurrent weights, `(hidden, hidden)`.
        drive: What the inputs contribute, :math:`u_1, …, u_T`, `(T, hidden)`.
        f: The activation.

    Returns:
        :math:`z_1, …, z_T`, `(T, hidden)`.

    >>> recurrent_preactivations(np.array([[2.0]]), np.ones((3, 1)), lambda z: z)
    array([[1.],
           [3.],
           [7.]])
    """
    h, zs = np.zeros(len(W_hh)), []
    for u in drive:
        zs.append(W_hh @ h + u)
        h = f(zs[-1])
    return np.array(zs)
