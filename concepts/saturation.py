r"""The sigmoid's flat ends: where its slope dies, and how narrow the window is in which a gradient can grow.

Everything is written with :math:`e^{-|x|}`, which lies between 0 and 1 for every x: nothing overflows, and no
digits cancel, so the results are right to the last digits even where they are as small as :math:`10^{-300}`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(x: Array) -> Array:
    r"""Return the logistic function.

    .. math:: \sigma(x) = \frac{1}{1 + e^{-x}} = \frac{e^{x}}{1 + e^{x}}

    The first form is used for :math:`x \ge 0` and the second one below, so that the exponent is never positive.

    Args:
        x: Numbers of any shape.

    Returns:
        Numbers in [0, 1] of the same shape.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    decay = np.exp(-np.abs(x))
    return np.asarray(np.where(np.asarray(x) >= 0, 1.0, decay) / (1.0 + decay))


def sigmoid_grad(x: Array) -> Array:
    r"""Return the slope of the logistic function.

    .. math:: \sigma'(x) = \sigma(x)\,(1 - \sigma(x)) = \frac{e^{-|x|}}{(1 + e^{-|x|})^2} \le \frac14

    The product would do, too, but for x > 37 the difference :math:`1 - \sigma(x)` is 0 in float64.

    Args:
        x: Numbers of any shape.

    Returns:
        Numbers in [0, ¼] of the same shape.

    >>> sigmoid_grad(np.array([0.0, 1e4]))
    array([0.25, 0.  ])
    """
    decay = np.exp(-np.abs(x))
    return np.asarray(decay / (1.0 + decay) ** 2)


def tanh_grad(x: Array) -> Array:
    r"""Return the slope of the hyperbolic tangent.

    .. math:: \tanh'(x) = 1 - \tanh^2 x = \frac{4\,e^{-2|x|}}{(1 + e^{-2|x|})^2} = 4\,\sigma'(2x) \le 1

    Args:
        x: Numbers of any shape.

    Returns:
        Numbers in [0, 1] of the same shape.

    >>> tanh_grad(np.array([0.0, -1e4]))
    array([1., 0.])
    """
    decay = np.exp(-2.0 * np.abs(x))
    return np.asarray(4.0 * decay / (1.0 + decay) ** 2)


def saturated_fraction(a: Array, low: float = 0.05, high: float = 0.95) -> float:
    r"""Return the share of sigmoid outputs that lie on one of the flat ends.

    .. math:: \frac{1}{N}\,\#\{i : a_i < \text{low} \text{ or } a_i > \text{high}\}

    At a = 0.05 and a = 0.95 the slope :math:`a(1 - a)` is 0.0475, a fifth of its largest value.

    Args:
        a: Outputs of a sigmoid, any shape.
        low: The lower end is strictly below this.
        high: The upper end is strictly above this.

    >>> saturated_fraction(np.array([[0.01, 0.05], [0.5, 0.99]]))
    0.5
    """
    return int(np.count_nonzero((a < low) | (a > high))) / a.size


def gaussian_saturated_share(q: float, low: float = 0.05, high: float = 0.95) -> float:
    r"""Predict the saturated fraction of a wide layer whose pre-activations are normal.

    .. math:: P(a < \text{low}) + P(a > \text{high})
              = \Phi\!\left(\frac{\operatorname{logit}\,\text{low}}{\sqrt q}\right)
              + \Phi\!\left(-\frac{\operatorname{logit}\,\text{high}}{\sqrt q}\right),
              \qquad z \sim \mathcal N(0, q)

    With :math:`\operatorname{logit}\,p = \ln\frac{p}{1 - p}`, the inverse of the sigmoid, and
    :math:`\Phi` the normal distribution function.

    Args:
        q: :math:`q = \operatorname E[z^2] > 0`.
        low: The lower end lies below this output.
        high: The upper end lies above this output.

    >>> round(gaussian_saturated_share(math.log(19.0) ** 2), 4)
    0.3173
    """
    tails = (math.log(low / (1.0 - low)), -math.log(high / (1.0 - high)))
    return sum(0.5 * math.erfc(-end / math.sqrt(2.0 * q)) for end in tails)


def max_layer_factor(w: float) -> float:
    r"""Return the most by which one sigmoid neuron of weight w can multiply a gradient.

    .. math:: \max_z |w\,\sigma'(z)| = \frac{|w|}{4}, \quad \text{at } z = 0

    Nielsen (2015), chapter 5: with :math:`|w| < 4` every layer of a chain of sigmoid neurons shrinks the gradient.

    Args:
        w: The weight.

    >>> max_layer_factor(-6.0)
    1.5
    """
    return abs(w) / 4.0


def unit_gain_width(w: float) -> float:
    r"""Return how wide the window of inputs is in which a sigmoid neuron does not shrink the gradient.

    .. math:: \bigl|\{a : |w\,\sigma'(wa + b)| \ge 1\}\bigr|
              = \frac{2}{|w|} \ln\!\left(\frac{|w|\,(1 + \sqrt{1 - 4/|w|})}{2} - 1\right), \qquad |w| > 4

    It is 0 for :math:`|w| \le 4`, and does not depend on b, which only shifts the window.
    Nielsen (2015), chapter 5, a problem of the section on the vanishing gradient.
    Computed here from the inverse hyperbolic cosine: :math:`\sigma'(z) = 1 / (2 + 2\cosh z)`, so the window
    ends where :math:`\cosh z = |w|/2 - 1`.

    Args:
        w: The weight.

    >>> round(unit_gain_width(6.9), 3)
    0.448
    """
    size = abs(w)
    return 2.0 * math.acosh(size / 2.0 - 1.0) / size if size > 4.0 else 0.0


def tanh_unit_gain_width(w: float) -> float:
    r"""Return how wide the window of inputs is in which a tanh neuron does not shrink the gradient.

    .. math:: \bigl|\{a : |w\,\tanh'(wa + b)| \ge 1\}\bigr| = \frac{2}{|w|} \operatorname{arcosh}\sqrt{|w|},
              \qquad |w| > 1

    It is 0 for :math:`|w| \le 1`, and always twice the window of a sigmoid neuron of weight 4w.

    Args:
        w: The weight.

    >>> tanh_unit_gain_width(2.0) == 2.0 * unit_gain_width(8.0)
    True
    """
    return 2.0 * unit_gain_width(4.0 * w)


def slopes_cross() -> float:
    r"""Return the positive x at which sigmoid and tanh are equally steep; nearer to 0 tanh is the steeper one.

    .. math:: \frac{1}{4\cosh^2(x/2)} = \frac{1}{\cosh^2 x} \iff \cosh x = 2\cosh\tfrac x2
              \iff x = 2 \operatorname{arcosh}\frac{1 + \sqrt 3}{2}

    >>> round(slopes_cross(), 4)
    1.6629
    """
    return 2.0 * math.acosh((1.0 + math.sqrt(3.0)) / 2.0)


def widest_unit_gain(tol: float = 1e-9) -> tuple[float, float]:
    r"""Return the weight whose window is the widest, and that width: about 6.89 and 0.448.

    With :math:`u` the half-width in z the window's width is :math:`2u/|w|` with :math:`|w| = 2 + 2\cosh u`;
    it is largest where :math:`1 + \cosh u = u \sinh u`, which bisection solves.

    Args:
        tol: The error of u.

    >>> w, width = widest_unit_gain()
    >>> round(w, 2), round(width, 3)
    (6.89, 0.448)
    """
    low, high = 1.0, 3.0
    while high - low > tol:
        u = (low + high) / 2.0
        low, high = (u, high) if 1.0 + math.cosh(u) > u * math.sinh(u) else (low, u)
    w = 2.0 + 2.0 * math.cosh(low)
    return w, unit_gain_width(w)


def chain_bound(w: float, depth: int) -> float:
    r"""Return the most that a chain of sigmoid neurons of equal weights can do to a gradient.

    .. math:: \left|\frac{da_L}{dx}\right| \le \left(\frac{|w|}{4}\right)^L

    Args:
        w: The weight of every layer.
        depth: :math:`L`.

    >>> chain_bound(1.0, 5)
    0.0009765625
    """
    return max_layer_factor(w) ** depth


def saturation_by_layer(
    depth: int, width: int, weight_std: float, n: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    r"""Measure, layer by layer, how saturated a random sigmoid network is, and how steep it is on average.

    .. math:: a_l = \sigma(a_{l-1} W_l^\top), \qquad w_{ij} \sim \mathcal N(0, s^2), \qquad x \sim \mathcal N(0, 1)

    Args:
        depth: Layers.
        width: Units of each layer, and inputs.
        weight_std: The standard deviation s.
        n: Inputs.
        rng: Source of the draws.

    Returns:
        The saturated fraction and the mean of :math:`\sigma'(z_l)` of the layers, each of shape `(depth,)`.

    >>> fractions, slopes = saturation_by_layer(3, 50, weight_std=1e-3, n=20, rng=np.random.default_rng(0))
    >>> fractions, slopes.round(4)
    (array([0., 0., 0.]), array([0.25, 0.25, 0.25]))
    """
    a, fractions, slopes = rng.normal(size=(n, width)), [], []
    for _ in range(depth):
        z = a @ rng.normal(0.0, weight_std, size=(width, width)).T
        a = sigmoid(z)
        fractions.append(saturated_fraction(a))
        slopes.append(float(sigmoid_grad(z).mean()))
    return np.array(fractions), np.array(slopes)
