"""Stopping against penalties, and searches for a strength, on a polynomial."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from numpy.polynomial import chebyshev as numpys

from concepts import polynomial_fits
from concepts.polynomial_fits import (
    HIGH,
    LOW,
    Fit,
    chebyshev,
    kept_share,
    learned_share,
    log_grid,
    log_uniform,
)


@pytest.fixture
def fit():
    return Fit.draw(np.random.default_rng(20260110))


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(polynomial_fits)

    assert result.attempted > 0
    assert result.failed == 0


def test_the_features_are_numpys():
    x = np.linspace(-1, 1, 9)

    np.testing.assert_allclose(chebyshev(x, 6), numpys.chebvander(x, 5), atol=1e-12)


def test_descent_learns_each_direction_by_its_share(fit):
    curvatures, directions = np.linalg.eigh(fit.hessian)
    bottom = directions.T @ np.linalg.lstsq(fit.features, fit.y, rcond=None)[0]
    path = fit.descend(0.3, 70)

    for steps in (0, 1, 70):
        expected = learned_share(curvatures, 0.3, steps) * bottom
        np.testing.assert_allclose(directions.T @ path[steps], expected, atol=1e-6)


def test_a_penalty_keeps_its_share_of_each_direction(fit):
    curvatures, directions = np.linalg.eigh(fit.hessian)
    bottom = directions.T @ np.linalg.lstsq(fit.features, fit.y, rcond=None)[0]

    expected = kept_share(curvatures, 0.05) * bottom
    np.testing.assert_allclose(directions.T @ fit.penalised(0.05), expected, atol=1e-6)


def test_a_penalty_of_one_weight_shrinks_that_weight(fit):
    strengths = np.zeros(16) + 0.01
    strengths[3] = 1e6

    assert abs(fit.penalised(strengths)[3]) < 1e-5
    assert abs(fit.penalised(0.01)[3]) > 1e-3


@pytest.mark.parametrize("steps", [1, 10, 100, 10_000])
def test_shares_of_steps_and_of_the_penalty_that_corresponds_are_alike(steps):
    """At most 0.204 apart: the largest difference of 1 − e^−u and u/(1 + u)."""
    curvatures = np.geomspace(1e-9, 1.0, 400)
    apart = learned_share(curvatures, 0.01, steps) - kept_share(curvatures, 1 / (0.01 * steps))

    assert np.abs(apart).max() < 0.21


@pytest.mark.parametrize("seed", range(5))
def test_stopping_does_about_as_well_as_a_penalty_and_both_better_than_neither(seed):
    fit = Fit.draw(np.random.default_rng(seed))
    shown = np.unique(np.geomspace(1, 5000, 40).astype(int))
    path = fit.descend(0.3, 5000)
    stopped = min(fit.error(path[t]) for t in shown)
    penalised = min(fit.error(fit.penalised(1 / (0.3 * t))) for t in shown)

    assert 0.5 < stopped / penalised < 2
    assert stopped < 0.7 * fit.error(path[-1])


def test_searches_stay_in_their_range_and_cover_it():
    rng = np.random.default_rng(3)
    for draw in (log_uniform, log_grid):
        tried = np.concatenate([draw(16, rng) for _ in range(200)])

        assert LOW <= tried.min() < 10 * LOW
        assert 0.1 * HIGH < tried.max() <= HIGH
        assert np.mean(tried < np.sqrt(LOW * HIGH)) == pytest.approx(0.5, abs=0.05)


def test_a_search_on_the_wrong_scale_loses_and_a_grid_of_two_does_too():
    medians = {
        name: float(np.median(found))
        for name, found in Fit.draw(np.random.default_rng(0))
        .search_regrets(np.random.default_rng(1), 60)
        .items()
    }

    assert min(medians.values()) >= 1 - 1e-3
    assert medians["one strength, uniform"] > 1.5 * medians["one strength, log-uniform"]
    assert medians["two strengths, log grid of 4 × 4"] > 1.1 * medians["two strengths, log-uniform"]
    assert medians["one strength, log grid of 16"] < 1.1 * medians["one strength, log-uniform"]
