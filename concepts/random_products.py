r"""Products of independent random matrices: how their norm typically grows, and how it grows on average.

The chapter `book/chain_rule.md` derives every formula here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def digamma_of_half(n: int) -> float:
    r"""Return :math:`\psi(n/2)`, so that :math:`\mathbb E \ln \chi^2_n = \psi(n/2) + \ln 2`.

    .. math:: \psi(m) = -\gamma + \sum_{k=1}^{m-1} \frac1k, \qquad
              \psi(m + \tfrac12) = -\gamma - 2\ln 2 + \sum_{k=1}^{m} \frac{2}{2k-1}

    DLMF, equations 5.4.14 and 5.4.15.

    Args:
        n: A whole number :math:`\ge 1`.

    >>> digamma_of_half(2) == -np.euler_gamma
    True
    """
    start = -np.euler_gamma if n % 2 == 0 else -np.euler_gamma - 2 * math.log(2)
    # ψ(x + 1) = ψ(x) + 1/x, from x = 1 or ½ upwards.
    return float(start + np.sum(2.0 / np.arange(2 - n % 2, n, 2)))


def trigamma_of_half(n: int) -> float:
    r"""Return :math:`\psi'(n/2)`, the variance of :math:`\ln \chi^2_n`.

    DLMF, section 5.15: :math:`\psi'(1) = \pi^2/6`, :math:`\psi'(\tfrac12) = \pi^2/2`,
    :math:`\psi'(x + 1) = \psi'(x) - 1/x^2`.

    Args:
        n: A whole number :math:`\ge 1`.

    >>> trigamma_of_half(2) == math.pi**2 / 6
    True
    """
    start = math.pi**2 / 6 if n % 2 == 0 else math.pi**2 / 2
    return float(start - np.sum(4.0 / np.arange(2 - n % 2, n, 2) ** 2))


def lyapunov_exponent(width: int, weight_variance: float, k: int = 1) -> float:
    r"""Return the typical growth per layer of the k-th singular value of a Gaussian product.

    .. math:: \mu_k = \tfrac12\left(\ln \sigma^2 + \ln 2 + \psi\!\left(\tfrac{n-k+1}{2}\right)\right)

    For k = 1 it is also the typical growth of the norm of any fixed vector.  Newman (1986).

    Args:
        width: The size n of the square matrices.
        weight_variance: The variance :math:`\sigma^2` of their independent, centred Gaussian entries.
        k: Which singular value, :math:`1 \le k \le n`, the largest first.

    >>> round(100 * lyapunov_exponent(4, 1.0) / math.log(10), 3)
    24.232
    """
    return 0.5 * (math.log(weight_variance) + math.log(2) + digamma_of_half(width - k + 1))


def rms_log_growth(width: int, weight_variance: float) -> float:
    r"""Return the growth per layer of the root-mean-square norm, :math:`\tfrac12 \ln(n\sigma^2)`.

    Args:
        width: The size n of the square matrices.
        weight_variance: The variance :math:`\sigma^2` of their independent, centred entries.

    >>> rms_log_growth(4, 0.25)
    0.0
    """
    return 0.5 * math.log(width * weight_variance)


def log_growth_std(width: int) -> float:
    r"""Return the standard deviation of one layer's :math:`\ln(\lVert Wv\rVert/\lVert v\rVert)`.

    .. math:: \tau = \tfrac12\sqrt{\psi'(n/2)} \approx \frac{1}{\sqrt{2n}}

    After L layers it is :math:`\tau\sqrt L`, whatever the variance of the weights.

    Args:
        width: The size n of the square matrices.

    >>> round(log_growth_std(200) * math.sqrt(2 * 200), 2)
    1.0
    """
    return 0.5 * math.sqrt(trigamma_of_half(width))


def simulate_log_norms(
    width: int, depth: int, weight_variance: float, trials: int, rng: np.random.Generator
) -> Array:
    r"""Draw :math:`\ln \lVert W_l \cdots W_1 v \rVert` for a unit vector v, l = 1…L, in many networks.

    Args:
        width: The size n of the square matrices.
        depth: The number L of matrices.
        weight_variance: The variance of their independent, centred Gaussian entries.
        trials: The number of networks.
        rng: Where the matrices are drawn from.

    Returns:
        One row a network, one column a layer, `(trials, depth)`.

    >>> simulate_log_norms(4, 10, 0.25, trials=3, rng=np.random.default_rng(0)).shape
    (3, 10)
    """
    v = np.zeros((trials, width, 1))
    v[:, 0] = 1.0
    logs = np.empty((trials, depth))
    for l in range(depth):
        W = rng.normal(0.0, math.sqrt(weight_variance), size=(trials, width, width))
        v = W @ v
        norms = np.linalg.norm(v, axis=1, keepdims=True)
        logs[:, l] = np.log(norms[:, 0, 0])
        v /= norms
    return np.cumsum(logs, axis=1)


def spectral_edge(depth: int) -> float:
    r"""Return the limit for wide matrices of the largest singular value of a product with variance 1/n.

    .. math:: s_{\max}^2 \to \frac{(L+1)^{L+1}}{L^L}

    The right end of the Fuss–Catalan distribution.  Penson and Życzkowski (2011).

    Args:
        depth: The number L of independent n × n matrices.

    >>> spectral_edge(1)
    2.0
    """
    return math.sqrt((depth + 1) * (1 + 1 / depth) ** depth)


def random_orthogonal(width: int, rng: np.random.Generator) -> Array:
    r"""Draw an orthogonal matrix, uniformly (by Haar's measure).

    The QR decomposition of a Gaussian matrix, with the signs of R's diagonal moved into Q.
    Mezzadri (2007), "A correct and efficient algorithm".

    Args:
        width: The size n of the matrix.
        rng: Where it is drawn from.

    >>> Q = random_orthogonal(3, np.random.default_rng(0))
    >>> np.allclose(Q @ Q.T, np.eye(3))
    True
    """
    Q, R = np.linalg.qr(rng.normal(size=(width, width)))
    return np.asarray(Q * np.sign(np.diag(R)), dtype=np.float64)


def singular_values_of_product(matrices: Sequence[Array]) -> Array:
    r"""Return the singular values of :math:`W_L \cdots W_1`, the largest first.

    Right to about 1e-16 of the largest one: what lies below is rounding noise.

    Args:
        matrices: :math:`W_1, \dots, W_L`, each `(fan_out, fan_in)`.

    >>> singular_values_of_product([np.diag([1.0, 2.0]), np.diag([3.0, 4.0])])
    array([8., 3.])
    """
    product = np.eye(matrices[0].shape[1])
    for W in matrices:
        product = W @ product
    return np.asarray(np.linalg.svd(product, compute_uv=False), dtype=np.float64)
