r"""What the theory of the chapters predicts for a plan of `concepts.rescue_experiments`, before any training."""

from __future__ import annotations

import math

from concepts.lstm import forget_bias_for
from concepts.mean_field import gaussian_mean
from concepts.nonlinearities import NONLINEARITIES
from concepts.rescue_experiments import Plan, gain
from concepts.side_by_side import Architecture


def shares(architecture: Architecture) -> tuple[float, float]:
    r"""Return how much of its own path and how much of its branch a layer adds, :math:`a' = k\,a + s\,f(u)`.

    Gates count as open by :math:`s = \sigma(c)`, the same for all units, and :math:`k = 1 - s`.

    Args:
        architecture: Of the network.

    >>> shares(Architecture()), shares(Architecture(path="shortcut", scale=0.5))
    ((0.0, 1.0), (1.0, 0.5))
    """
    if architecture.path == "gates":
        opened = 1.0 / (1.0 + math.exp(forget_bias_for(architecture.depth)))
        return 1.0 - opened, opened
    return (1.0, architecture.scale) if architecture.path == "shortcut" else (0.0, 1.0)


def expected_ratio(plan: Plan) -> float:
    r"""Predict the norm of the first hidden layer's weight gradient over that of the last one.

    Three numbers describe the signal a in front of a layer: its second moment m, its mean μ, its variance v over the
    examples; 1, 0 and 1 at the input.  With :math:`a' = k a + s f(u)`, where u is normal, :math:`f = f(u)` and
    :math:`f' = f'(u)`,

    .. math:: m \leftarrow k^2 m + 2 k s\,\mu \operatorname E f + s^2 \operatorname E f^2, \qquad
              \mu \leftarrow k \mu + s \operatorname E f, \qquad
              v \leftarrow k^2 v + s^2 \operatorname{Var} f

    Its pre-activation z has the variance :math:`q = \sigma_w^2 \operatorname E(a - h)^2`, where h = ½ if the bias
    takes the middle of a sigmoid to z = 0, else 0; under batch norm it is :math:`\sigma_w^2 v`.
    A norm divides by :math:`\sqrt q`, so that u has the variance 1; else u = z and r = 1 takes the place of q in

    .. math:: \operatorname E \delta^2 = \frac{s^2}{r} \operatorname E f'^2 \operatorname E g^2, \qquad
              \operatorname E g_{\text{below}}^2 = k^2 \operatorname E g^2 + \sigma_w^2 \operatorname E \delta^2

    and a weight gradient goes as :math:`\sqrt{m \operatorname E \delta^2}`.
    All is for wide layers; how alike the examples' gradients are is left out, which is worth a factor of a few.
    Layers that were prepared have the gain 1 (`greedy.encoder_gain`), and so the ratio 1.

    Args:
        plan: What is done to the patient.

    >>> round(expected_ratio(Plan(Architecture("relu"), "matched")), 6)
    1.0
    """
    architecture = plan.architecture
    if plan.start == "pretrained":
        return 1.0
    phi, sigma_w2 = NONLINEARITIES[architecture.activation], gain(plan) ** 2
    h = 0.5 if architecture.activation == "sigmoid" and plan.start == "matched" else 0.0
    k, s = shares(architecture)
    m, mean, v = 1.0, 0.0, 1.0
    sizes, logs = [], []  # by layer: m E δ² over E g², and ln of what the layer multiplies E g² by
    for l in range(architecture.depth):
        middle = h if l else 0.0
        q = sigma_w2 * (v if architecture.norm == "batch" else m - 2 * middle * mean + middle**2)
        u, r = (q, 1.0) if architecture.norm == "none" else (1.0, q)
        first, second = gaussian_mean(phi.f, u), gaussian_mean(lambda z: phi.f(z) ** 2, u)
        delta2 = s**2 / r * gaussian_mean(lambda z: phi.df(z) ** 2, u)
        sizes.append(m * delta2)
        logs.append(math.log(k**2 + sigma_w2 * delta2))
        m = k**2 * m + 2 * k * s * mean * first + s**2 * second
        mean = k * mean + s * first
        v = k**2 * v + s**2 * (second - first**2)
    return math.sqrt(sizes[0] / sizes[-1] * math.exp(sum(logs[1:])))
