r"""A polynomial through few noisy points: stopped early, or held down by a penalty.

`book/training.md` discusses the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: The strengths of penalties that the searches try.
LOW, HIGH = 1e-6, 1e4


def chebyshev(x: Array, count: int = 16) -> Array:
    r"""Return Chebyshev's polynomials of degree 0 to count − 1, :math:`T_k(x) = \cos(k \arccos x)`.

    Args:
        x: Points in [−1, 1], `(n,)`.
        count: How many polynomials.

    Returns:
        `(n, count)`.

    >>> chebyshev(np.array([0.5]), 3).round(12)
    array([[ 1. ,  0.5, -0.5]])
    """
    return np.asarray(np.cos(np.outer(np.arccos(x), np.arange(count))))


@dataclass(frozen=True)
class Fit:
    """A polynomial of degree 15 for noisy points of sin 3x, and clean points to judge it by.

    Args:
        features: The polynomials at the points, `(n, 16)`.
        y: The noisy values there, `(n,)`.
        fresh_features: The polynomials at other points, `(m, 16)`.
        fresh_y: The curve without noise there, `(m,)`.
    """

    features: Array
    y: Array
    fresh_features: Array
    fresh_y: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, n: int = 25, noise: float = 0.6, fresh: int = 400) -> Fit:
        """Return a new task.

        Args:
            rng: Source of points and noise.
            n: How many points.
            noise: The standard deviation of their noise.
            fresh: How many points to judge by.
        """
        x, others = rng.uniform(-1.0, 1.0, size=n), rng.uniform(-1.0, 1.0, size=fresh)
        y = np.sin(3.0 * x) + noise * rng.normal(size=n)
        return cls(chebyshev(x), y, chebyshev(others), np.sin(3.0 * others))

    @property
    def hessian(self) -> Array:
        r"""The second derivatives of :math:`\frac1{2n}\lVert A w - y\rVert^2`, :math:`H = A^\top A / n`."""
        return self.features.T @ self.features / len(self.y)

    def error(self, w: Array) -> float:
        """Return the mean squared error of the weights at the fresh points."""
        return float(np.mean((self.fresh_features @ w - self.fresh_y) ** 2))

    def descend(self, lr: float, steps: int) -> Array:
        """Return the weights before gradient descent from 0 and after each step, `(steps + 1, 16)`."""
        hessian, pull = self.hessian, self.features.T @ self.y / len(self.y)
        path = [np.zeros(len(pull))]
        for _ in range(steps):
            path.append(path[-1] - lr * (hessian @ path[-1] - pull))
        return np.array(path)

    def penalised(self, strengths: Array | float) -> Array:
        r"""Return the weights that minimise :math:`\frac1{2n}\lVert A w - y\rVert^2 + \frac12 \sum_i \lambda_i w_i^2`.

        Args:
            strengths: λ, one for all weights or one for each, `(16,)`.
        """
        penalty = np.diag(np.broadcast_to(strengths, len(self.hessian)))
        return np.asarray(np.linalg.solve(self.hessian + penalty, self.features.T @ self.y / len(self.y)))

    def search_regrets(self, rng: np.random.Generator, repeats: int = 150) -> dict[str, Array]:
        r"""Return what five searches with 16 trials find, over the lowest error of a fine grid.

        One strength is the penalty of all weights, from 1e-6 to 1e4; of two, the first is that of the constant term.
        The position of a grid is random, too.

        Args:
            rng: Source of the trials.
            repeats: How often each search is made.

        Returns:
            By search, the lowest error among its trials over the lowest possible, `(repeats,)`.
        """
        lowest = min(self.error(self.penalised(strength)) for strength in np.geomspace(LOW, HIGH, 400))

        def regret(strengths: Array, constants: Array) -> float:
            pairs = np.column_stack([constants, np.repeat(strengths[:, None], 15, axis=1)])
            return min(self.error(self.penalised(pair)) for pair in pairs) / lowest

        def once() -> list[float]:
            uniform, drawn, grid = rng.uniform(LOW, HIGH, 16), log_uniform(16, rng), log_grid(16, rng)
            rows, columns = log_grid(4, rng), log_grid(4, rng)
            return [
                regret(uniform, uniform),
                regret(drawn, drawn),
                regret(grid, grid),
                regret(drawn, log_uniform(16, rng)),
                regret(np.repeat(rows, 4), np.tile(columns, 4)),
            ]

        names = (
            "one strength, uniform",
            "one strength, log-uniform",
            "one strength, log grid of 16",
            "two strengths, log-uniform",
            "two strengths, log grid of 4 × 4",
        )
        found = np.array([once() for _ in range(repeats)])
        return dict(zip(names, found.T, strict=True))


def log_uniform(count: int, rng: np.random.Generator) -> Array:
    r"""Return strengths between 1e-6 and 1e4, each order of magnitude equally likely.

    Args:
        count: How many.
        rng: Source of the draws.

    >>> np.all(log_uniform(5, np.random.default_rng(0)) < 1e4).item()
    True
    """
    return np.asarray(LOW * (HIGH / LOW) ** rng.random(count))


def log_grid(count: int, rng: np.random.Generator) -> Array:
    r"""Return strengths between 1e-6 and 1e4 with equal ratios; where the first lies is random.

    Args:
        count: How many.
        rng: Source of its position.

    >>> ratios = np.diff(np.log10(log_grid(5, np.random.default_rng(0))))
    >>> ratios.round(12)
    array([2., 2., 2., 2.])
    """
    return np.asarray(LOW * (HIGH / LOW) ** ((np.arange(count) + rng.random()) / count))


def learned_share(curvature: Array | float, lr: float, steps: float) -> Array:
    r"""Return the share of the way to the minimum that gradient descent from 0 has gone in a direction.

    .. math:: 1 - (1 - \eta h)^t

    Args:
        curvature: h, of one direction or of several.
        lr: η.
        steps: t.

    >>> float(learned_share(0.5, 1.0, 2))
    0.75
    """
    return np.asarray(1.0 - (1.0 - lr * np.asarray(curvature)) ** steps)


def kept_share(curvature: Array | float, strength: float) -> Array:
    r"""Return the share of the way to the minimum that a penalty :math:`\frac\lambda2 \lVert w \rVert^2` leaves.

    .. math:: \frac{h}{h + \lambda}

    Args:
        curvature: h, of one direction or of several.
        strength: λ.

    >>> float(kept_share(3.0, 1.0))
    0.75
    """
    return np.asarray(np.asarray(curvature) / (np.asarray(curvature) + strength))
