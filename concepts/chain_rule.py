r"""Products of derivatives: the chain rule, and what is left of a long product in floating point.

The chapter `book/chain_rule.md` derives every formula here; `random_products` holds those of random matrices.
Batches come first, weights are `(fan_out, fan_in)`, and a layer is `z = a @ W.T + b`, `a = f(z)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Elementwise = Callable[[Any], Any]


def scalar_chain_gradient(
    weights: npt.ArrayLike, biases: npt.ArrayLike, x: float, f: Elementwise, df: Elementwise
) -> float:
    r"""Return the derivative of a chain of single neurons with respect to its input.

    .. math:: \frac{da_L}{dx} = \prod_{l=1}^{L} f'(z_l)\, w_l, \qquad z_l = w_l a_{l-1} + b_l,\; a_l = f(z_l)

    Nielsen (2015), chapter 5, "What's causing the vanishing gradient problem?".

    Args:
        weights: :math:`w_1, \dots, w_L`.
        biases: :math:`b_1, \dots, b_L`.
        x: The input :math:`a_0`.
        f: The activation.
        df: Its derivative, as a function of :math:`z`.

    >>> scalar_chain_gradient([2.0, 3.0], [0.0, 1.0], 0.5, f=lambda z: z**2, df=lambda z: 2 * z)
    96.0
    """
    a = np.float64(x)
    gradient = np.float64(1.0)
    for w, b in zip(np.asarray(weights, float), np.asarray(biases, float), strict=True):
        z = w * a + b
        gradient = gradient * df(z) * w
        a = f(z)
    return float(gradient)


def backpropagate_deltas(
    weights: Sequence[npt.ArrayLike],
    preactivations: Sequence[npt.ArrayLike],
    df: Elementwise,
    delta_out: npt.ArrayLike,
) -> list[Array]:
    r"""Return the errors of all layers, from that of the last one.

    .. math:: \delta_l = \frac{\partial C}{\partial z_l} = (\delta_{l+1} W_{l+1}) \odot f'(z_l)

    Rumelhart, Hinton and Williams (1986), equations 5 and 7; Nielsen (2015), equation BP2.

    Args:
        weights: :math:`W_1, \dots, W_L`, each `(fan_out, fan_in)`; :math:`W_1` is not needed.
        preactivations: :math:`z_1, \dots, z_L`, each `(n, fan_out)`; :math:`z_L` is not needed.
        df: The derivative of the activation, as a function of :math:`z`.
        delta_out: :math:`\delta_L`, `(n, fan_out)` of the last layer.

    Returns:
        :math:`[\delta_1, \dots, \delta_L]`, each of the shape of its :math:`z_l`.

    >>> W, z = np.eye(2), np.array([[1.0, 3.0]])
    >>> backpropagate_deltas([W, 5 * W], [z, z], lambda z: 2 * z, np.ones((1, 2)))[0]
    array([[10., 30.]])
    """
    deltas = [np.array(delta_out, dtype=float)]
    for W, z in zip(reversed(weights[1:]), reversed(preactivations[:-1]), strict=True):
        deltas.append(deltas[-1] @ np.asarray(W, float) * df(np.asarray(z, float)))
    return deltas[::-1]


def input_jacobian(weights: Sequence[Array], preactivations: Sequence[Array], df: Elementwise) -> Array:
    r"""Return the Jacobian of the last activation with respect to the input, for one sample.

    .. math:: J = D_L W_L \cdots D_1 W_1, \qquad D_l = \operatorname{diag} f'(z_l)

    Args:
        weights: :math:`W_1, \dots, W_L`, each `(fan_out, fan_in)`.
        preactivations: :math:`z_1, \dots, z_L` of this sample, each `(fan_out,)`.
        df: The derivative of the activation, as a function of :math:`z`.

    >>> input_jacobian([np.eye(2), 5 * np.eye(2)], [np.ones(2), np.ones(2)], lambda z: 2 * z)
    array([[20.,  0.],
           [ 0., 20.]])
    """
    J = np.eye(weights[0].shape[1])
    for W, z in zip(weights, preactivations, strict=True):
        J = df(z)[:, None] * (W @ J)
    return J


def layers_until_underflow(factor: float, dtype: npt.DTypeLike = np.float32) -> int:
    r"""Return the smallest depth at which a product of equal factors leaves the normal numbers.

    .. math:: n = \min\{n : \text{factor}^n < \text{tiny}\}
                = \left\lfloor \frac{\ln \text{tiny}}{\ln \text{factor}} \right\rfloor + 1

    The arithmetic is real: multiplying in `dtype` until 0 never ends for a factor above ½ (`rounding_floor`).

    Args:
        factor: What every layer multiplies by, :math:`0 < \text{factor} < 1`.
        dtype: The floating-point type whose smallest normal number is `tiny`.

    Raises:
        ValueError: When `factor` is not between 0 and 1.

    >>> layers_until_underflow(0.5), layers_until_underflow(0.99), layers_until_underflow(0.25, np.float64)
    (127, 8690, 512)
    """
    if not 0 < factor < 1:
        raise ValueError(f"factor must lie strictly between 0 and 1, not {factor}")
    with localcontext(prec=60):
        tiny = Decimal(2) ** int(np.finfo(np.dtype(dtype)).minexp)
        # A power of two meets `tiny` exactly: rounding the last digits away keeps its quotient an integer.
        quotient = round(tiny.ln() / Decimal(float(factor)).ln(), 30)
    return math.floor(quotient) + 1


def rounding_floor(factor: float, dtype: npt.DTypeLike = np.float32) -> float:
    r"""Return where a product ends that is multiplied by `factor` and rounded to `dtype` for ever.

    It ends at :math:`k\,\eta`, with the smallest subnormal number :math:`\eta` and the largest integer
    :math:`k` that rounding sends back to itself, :math:`\operatorname{round}(k \cdot \text{factor}) = k`:

    .. math:: k = \left\lfloor \frac{1}{2(1 - \text{factor})} \right\rfloor

    (one less when the quotient is an odd integer, since ties go to the even neighbour).
    It is 0 exactly when factor ≤ ½.  IEEE 754-2019, section 4.3.1, rounding to nearest, gradual underflow.

    Args:
        factor: What every step multiplies by, :math:`0 < \text{factor} < 1`, taken as `dtype` rounds it.
        dtype: The floating-point type of the product.

    Raises:
        ValueError: When `factor`, so rounded, is not between 0 and 1.

    >>> rounding_floor(0.5), rounding_floor(0.51), round(rounding_floor(0.99) / 2**-149)
    (0.0, 1.401298464324817e-45, 50)
    """
    rounded = float(np.array(factor, dtype))
    if not 0 < rounded < 1:
        raise ValueError(f"factor must lie strictly between 0 and 1, not {factor}")
    quotient = 1 / (2 * (1 - Fraction(rounded)))
    k = math.floor(quotient)
    if quotient == k and k % 2 == 1:
        k -= 1
    return k * float(np.finfo(np.dtype(dtype)).smallest_subnormal)


def running_product(factor: float, layers: int, dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    """Return factor¹, …, factorⁿ as `dtype` computes them, one rounded product after the other.

    Args:
        factor: What every layer multiplies by.
        layers: The number n of layers.
        dtype: The floating-point type of factor and products.

    >>> running_product(0.5, 4, np.float16)
    array([0.5   , 0.25  , 0.125 , 0.0625], dtype=float16)
    """
    return np.multiply.accumulate(np.full(layers, factor, dtype))


def log_growth_per_layer(matrices: Sequence[npt.ArrayLike]) -> float:
    r"""Return the growth rate of the spectral norm of a product of matrices.

    .. math:: \frac1L \ln \lVert W_L \cdots W_1 \rVert_2

    The product is never formed: each of its columns is kept at size 1 beside the logarithm of its true size,
    so thousands of layers neither overflow nor underflow.

    Args:
        matrices: :math:`W_1, \dots, W_L` in the order of the layers, each `(fan_out, fan_in)`.

    Raises:
        ValueError: When there is no matrix.

    >>> round(log_growth_per_layer([np.diag([0.5, 2.0])] * 5000), 12) == round(math.log(2), 12)
    True
    """
    if len(matrices) == 0:
        raise ValueError("the product of no matrices has no growth per layer")
    columns = np.eye(np.asarray(matrices[0]).shape[1])
    log_sizes = np.zeros(columns.shape[1])
    for W in matrices:
        W = np.asarray(W, dtype=float)
        largest = np.abs(W).max() or 1.0
        columns = (W / largest) @ columns
        sizes = np.abs(columns).max(axis=0)
        alive = sizes > 0
        log_sizes = np.where(
            alive, log_sizes + np.log(largest) + np.log(np.where(alive, sizes, 1.0)), -np.inf
        )
        columns = columns / np.where(alive, sizes, 1.0)
    top = log_sizes.max()
    if top == -np.inf:
        return -math.inf
    return float(top + np.log(np.linalg.norm(columns * np.exp(log_sizes - top), 2))) / len(matrices)
