"""Symmetry, and the Glorot derivation: how large random weights have to be.

A layer is ``z = x @ W.T``, ``a = f(z)``, with `W` of shape ``(fan_out, fan_in)``.
What happens to the variances beyond the linear regime is in `concepts.mean_field`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from concepts.chain_rule import backpropagate_deltas

Array = NDArray[np.float64]
Function = Callable[[Array], Array]


def constant_init(fan_in: int, fan_out: int, value: float) -> Array:
    r"""Return a weight matrix whose entries are all equal: the initialisation that never trains apart.

    .. math:: W = c\,\mathbf 1\mathbf 1^\top, \qquad \operatorname{rank} W \le 1

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        value: The entry :math:`c`.

    Returns:
        Weights of shape ``(fan_out, fan_in)``.

    >>> constant_init(fan_in=3, fan_out=2, value=0.5)
    array([[0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5]])
    """
    return np.full((fan_out, fan_in), value, dtype=np.float64)


def distinct_units(W: Array, tol: float = 1e-12) -> int:
    """Count the units of a layer that compute different things: the distinct rows of its weights.

    Args:
        W: Weights of shape ``(fan_out, fan_in)``, one row a unit.
        tol: Two rows are the same when no entry differs by more than this.

    >>> distinct_units(np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 1.0]]))
    2
    """
    representatives: list[Array] = []
    for row in W:
        if not any(np.all(np.abs(row - other) <= tol) for other in representatives):
            representatives.append(row)
    return len(representatives)


def preactivation_variance(fan_in: int, weight_variance: float, input_second_moment: float) -> float:
    r"""Return the variance of one pre-activation :math:`z = \sum_j w_j x_j`.

    .. math:: \operatorname{Var} z = n_\text{in}\,\operatorname{Var}(w)\,\mathbb E[x^2]

    The weights are independent, of mean zero, and independent of the inputs.
    It is the second moment of the inputs that counts, not their variance.
    Glorot and Bengio (2010), equation 5, for one layer; they assume a mean of zero, where the two agree.

    Args:
        fan_in: Inputs of the unit, :math:`n_\text{in}`.
        weight_variance: :math:`\operatorname{Var}(w)`.
        input_second_moment: :math:`\mathbb E[x^2]`, the mean over inputs.

    >>> preactivation_variance(fan_in=100, weight_variance=0.01, input_second_moment=4.0)
    4.0
    """
    return fan_in * weight_variance * input_second_moment


def forward_variance(fan_in: int) -> float:
    r"""Return the weight variance that keeps the variance of the activations.

    .. math:: \operatorname{Var}(w) = \frac{1}{n_\text{in}}

    Glorot and Bengio (2010), equation 10; already LeCun et al. (1998), section 4.6.

    >>> forward_variance(50)
    0.02
    """
    return 1.0 / fan_in


def backward_variance(fan_out: int) -> float:
    r"""Return the weight variance that keeps the variance of the gradients.

    .. math:: \operatorname{Var}(w) = \frac{1}{n_\text{out}}

    Glorot and Bengio (2010), equation 11.

    >>> backward_variance(20)
    0.05
    """
    return 1.0 / fan_out


def xavier_variance(fan_in: int, fan_out: int) -> float:
    r"""Return the harmonic mean of the forward and the backward variance.

    .. math:: \operatorname{Var}(w) = \frac{2}{n_\text{in} + n_\text{out}}

    Glorot and Bengio (2010), equation 12.

    >>> xavier_variance(fan_in=50, fan_out=30)
    0.025
    """
    return 2.0 / (fan_in + fan_out)


def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    r"""Draw Gaussian weights of Xavier's variance.

    .. math:: w_{ij} \sim \mathcal N\!\left(0, \tfrac{2}{n_\text{in} + n_\text{out}}\right)

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        rng: Source of the draws; its state decides them.

    Returns:
        Weights of shape ``(fan_out, fan_in)``.

    >>> xavier_normal(3, 2, np.random.default_rng(0)).shape
    (2, 3)
    """
    return rng.normal(0.0, math.sqrt(xavier_variance(fan_in, fan_out)), size=(fan_out, fan_in))


def xavier_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    r"""Draw uniform weights of Xavier's variance.

    .. math:: w_{ij} \sim U\!\left(-r, r\right), \qquad r = \sqrt{\frac{6}{n_\text{in} + n_\text{out}}}

    :math:`U(-r, r)` has the variance :math:`r^2/3`, hence the 6 where the normal law has a 2.
    Glorot and Bengio (2010), equation 16.

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        rng: Source of the draws; its state decides them.

    Returns:
        Weights of shape ``(fan_out, fan_in)``.

    >>> bool(np.abs(xavier_uniform(3, 3, np.random.default_rng(0))).max() <= 1.0)
    True
    """
    bound = math.sqrt(3.0 * xavier_variance(fan_in, fan_out))
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))


def standard_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    r"""Draw the weights that were the standard before Xavier, and are `torch.nn.Linear`'s default today.

    .. math:: w_{ij} \sim U\!\left(-\tfrac{1}{\sqrt{n_\text{in}}}, \tfrac{1}{\sqrt{n_\text{in}}}\right),
              \qquad n_\text{in}\operatorname{Var}(w) = \tfrac13

    Glorot and Bengio (2010), equations 1 and 15.

    Args:
        fan_in: Inputs of one unit.
        fan_out: Units of the layer.
        rng: Source of the draws; its state decides them.

    Returns:
        Weights of shape ``(fan_out, fan_in)``.

    >>> bool(np.abs(standard_uniform(4, 3, np.random.default_rng(0))).max() <= 0.5)
    True
    """
    bound = 1.0 / math.sqrt(fan_in)
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))


def variance_by_layer(weights: Sequence[Array], x: Array, f: Function) -> Array:
    """Measure the variance of the activations, over batch and units, layer by layer.

    Args:
        weights: :math:`W_1, …, W_L`, each ``(fan_out, fan_in)``; there are no biases.
        x: Inputs of shape ``(n, features)``.
        f: The activation, element by element.

    Returns:
        The L variances (``ddof=0``), first layer first.

    >>> x = np.array([[1.0, -1.0], [-1.0, 1.0]])
    >>> variance_by_layer([2.0 * np.eye(2), 0.5 * np.eye(2)], x, lambda z: z)
    array([4., 1.])
    """
    variances, a = [], x
    for W in weights:
        a = f(a @ W.T)
        variances.append(a.var())
    return np.array(variances, dtype=np.float64)


def gradient_moment_by_layer(
    weights: Sequence[Array], x: Array, f: Function, df: Function, delta_out: Array
) -> Array:
    r"""Measure the mean square of the errors :math:`\delta_l = \partial C/\partial z_l`, layer by layer.

    .. math:: \delta_l = (\delta_{l+1} W_{l+1}) \odot f'(z_l)

    Args:
        weights: :math:`W_1, …, W_L`, each ``(fan_out, fan_in)``; there are no biases.
        x: Inputs of shape ``(n, features)``.
        f: The activation, element by element.
        df: Its derivative, as a function of the pre-activation.
        delta_out: :math:`\delta_L`, of shape ``(n, fan_out_L)``.

    Returns:
        The L means of :math:`\delta_l^2` over batch and units, first layer first.

    >>> identity, one = (lambda z: z), np.ones_like
    >>> gradient_moment_by_layer([np.eye(2), 3.0 * np.eye(2)], np.eye(2), identity, one, np.ones((2, 2)))
    array([9., 1.])
    """
    preactivations, a = [], x
    for W in weights:
        preactivations.append(a @ W.T)
        a = f(preactivations[-1])
    deltas = backpropagate_deltas(weights, preactivations, df, delta_out)
    return np.array([np.mean(delta**2) for delta in deltas])
