"""Random products against SciPy-free references: torch's polygamma, determinants, and simulation."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch

from concepts import random_products
from concepts.random_products import (
    digamma_of_half,
    log_growth_std,
    lyapunov_exponent,
    random_orthogonal,
    rms_log_growth,
    simulate_log_norms,
    singular_values_of_product,
    spectral_edge,
    trigamma_of_half,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260102)


def gaussian_layers(width, depth, rng):
    return list(rng.normal(0, 1 / math.sqrt(width), size=(depth, width, width)))


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(random_products)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 16, 33, 256, 1001])
def test_digamma_and_trigamma_match_torch(n):
    half = torch.tensor(n / 2, dtype=torch.float64)

    assert digamma_of_half(n) == pytest.approx(torch.digamma(half).item(), rel=1e-12, abs=1e-12)
    assert trigamma_of_half(n) == pytest.approx(torch.polygamma(1, half).item(), rel=1e-8)


@pytest.mark.parametrize("n", [1, 4, 7])
def test_two_more_degrees_of_freedom_raise_digamma_by_two_over_n(n):
    """So the networks that carry the mean square lie L/n above the typical log-length."""
    assert digamma_of_half(n + 2) - digamma_of_half(n) == pytest.approx(2 / n, rel=1e-12)


class TestTypicalGrowth:
    def test_of_a_hundred_4_by_4_matrices_is_row_15(self, rng):
        """Evidence, row 15: 24.23 ± 0.15 with 2,000 trials, whose standard error is 0.038."""
        predicted = 100 * lyapunov_exponent(4, 1.0) / math.log(10)
        measured = simulate_log_norms(4, 100, 1.0, 2000, rng)[:, -1] / math.log(10)

        assert predicted == pytest.approx(24.232, abs=5e-4)
        assert measured.mean() == pytest.approx(24.23, abs=0.15)
        assert measured.std() == pytest.approx(10 * log_growth_std(4) / math.log(10), rel=0.1)
        assert 100 * rms_log_growth(4, 1.0) / math.log(10) == pytest.approx(30.1, abs=0.05)

    @pytest.mark.parametrize(("width", "norm"), [(4, 1.35e-6), (16, 0.041), (64, 0.456), (256, 0.822)])
    def test_is_closer_to_the_mean_in_wide_layers(self, width, norm):
        """Evidence, row 15: at variance 1/n the root mean square stays 1, the typical norm does not."""
        assert rms_log_growth(width, 1 / width) == pytest.approx(0, abs=1e-12)
        assert math.exp(100 * lyapunov_exponent(width, 1 / width)) == pytest.approx(norm, rel=0.03)

    @pytest.mark.parametrize(("width", "trials"), [(4, 2000), (16, 400), (64, 40), (256, 4)])
    def test_is_what_simulation_finds_at_every_width(self, rng, width, trials):
        logs = simulate_log_norms(width, 50, 1 / width, trials, rng)[:, -1]
        standard_error = log_growth_std(width) * math.sqrt(50 / trials)

        # Five standard errors: a false alarm in about two million runs, and the seed is fixed.
        assert logs.mean() == pytest.approx(50 * lyapunov_exponent(width, 1 / width), abs=5 * standard_error)

    def test_lies_below_the_root_mean_square(self):
        for width in (1, 2, 3, 10, 100, 1000):
            assert lyapunov_exponent(width, 1.0) < rms_log_growth(width, 1.0)

    def test_gap_is_about_one_over_two_n(self):
        assert rms_log_growth(500, 1.0) - lyapunov_exponent(500, 1.0) == pytest.approx(1 / 1000, rel=0.01)

    def test_root_mean_square_is_what_simulation_finds_before_rare_events_matter(self, rng):
        squares = np.exp(2 * simulate_log_norms(8, 5, 1 / 8, 20_000, rng)[:, -1])

        assert squares.mean() == pytest.approx(1, abs=5 * squares.std() / math.sqrt(len(squares)))

    def test_exponents_sum_to_the_logarithm_of_the_determinant(self, rng):
        """Volumes multiply exactly: the sum over k of all exponents is E ln|det W|."""
        W = rng.normal(size=(20_000, 3, 3))
        logs = np.linalg.slogdet(W)[1]

        predicted = sum(lyapunov_exponent(3, 1.0, k) for k in (1, 2, 3))
        assert logs.mean() == pytest.approx(predicted, abs=5 * logs.std() / math.sqrt(len(logs)))


class TestSingularValues:
    """Evidence, row 16: 100 × 100 matrices, variance 1/n.  The ranges hold over 40 seeds."""

    @pytest.fixture(scope="class")
    @classmethod
    def spectra(cls):
        rng = np.random.default_rng(20260103)
        return {
            L: [singular_values_of_product(gaussian_layers(100, L, rng)) for _ in range(5)]
            for L in (1, 10, 50)
        }

    @pytest.mark.parametrize(
        ("depth", "largest", "middle"),
        [(1, (1.87, 2.06), (0.77, 0.85)), (10, (4, 5.5), (0.028, 0.036)), (50, (4.5, 10), (1.5e-8, 4e-8))],
    )
    def test_of_gaussian_products_spread_with_depth(self, spectra, depth, largest, middle):
        tops = np.median([s[0] for s in spectra[depth]])
        medians = np.median([np.median(s) for s in spectra[depth]])

        assert largest[0] < tops < largest[1]
        assert middle[0] < medians < middle[1]

    def test_are_mostly_negligible_after_fifty_layers(self, spectra):
        shares = [np.mean(s < 1e-3 * s[0]) for s in spectra[50]]

        assert 0.78 < np.mean(shares) < 0.83

    def test_grow_as_newman_predicts(self, spectra):
        """Fifty layers give ln s_k = L μ_k up to a correction that does not grow with L."""
        predicted = 50 * lyapunov_exponent(100, 1 / 100, k=50)
        measured = np.median([math.log(s[49]) for s in spectra[50]])

        assert measured == pytest.approx(predicted, abs=1)

    def test_start_at_the_edge_of_the_limit(self, spectra):
        assert spectral_edge(1) == 2
        assert spectral_edge(10) == pytest.approx(math.sqrt(11**11 / 10**10), rel=1e-12)
        assert np.mean([s[0] for s in spectra[10]]) == pytest.approx(spectral_edge(10), rel=0.2)

    @pytest.mark.parametrize("depth", [1, 10, 50])
    def test_of_orthogonal_products_are_all_one(self, rng, depth):
        layers = [random_orthogonal(100, rng) for _ in range(depth)]

        np.testing.assert_allclose(singular_values_of_product(layers), 1, rtol=1e-12)

    def test_mean_square_stays_near_one(self, rng):
        """The exact mean is 1; its relative variance over networks is about L/n² · 2, hence the width."""
        squares = [np.mean(singular_values_of_product(gaussian_layers(100, 50, rng)) ** 2) for _ in range(20)]

        assert 0.6 < np.mean(squares) < 1.6


def test_random_orthogonal_matrices_have_no_preferred_sign(rng):
    """Without Mezzadri's correction the diagonal of Q would be mostly of one sign."""
    traces = [np.trace(random_orthogonal(4, rng)) for _ in range(2000)]

    # Haar: mean 0, variance 1.
    assert abs(np.mean(traces)) < 5 / math.sqrt(2000)
    assert np.var(traces) == pytest.approx(1, abs=0.2)
