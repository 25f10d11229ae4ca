"""Normalized networks: closed forms against quadrature, sampling, autograd and random networks."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from concepts import normalized_networks
from concepts.mean_field import gaussian_mean
from concepts.nonlinearities import NONLINEARITIES
from concepts.normalization import relu_gradient_growth
from concepts.normalized_networks import (
    NORMS,
    expected_profile,
    growth,
    growth_in_batches,
    measured_profile,
    pair_means,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260108)


def he_weights(depth, width, slope, rng):
    return rng.normal(0, math.sqrt(2 / (1 + slope**2) / width), size=(depth, width, width))


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(normalized_networks)

    assert result.attempted > 0
    assert result.failed == 0


class TestGrowth:
    def test_of_relu_is_that_of_the_closed_form(self):
        relu = NONLINEARITIES["relu"]

        assert growth(relu.f, relu.df) == pytest.approx(relu_gradient_growth(), rel=1e-9)
        assert growth(relu.f, relu.df, "layer") == pytest.approx(1, rel=1e-9)

    @pytest.mark.parametrize("name", NONLINEARITIES)
    def test_is_above_one_behind_batch_norm_whatever_the_activation(self, name):
        """Poincaré's inequality: Var(f) ≤ E[f'²]."""
        one = NONLINEARITIES[name]

        assert growth(one.f, one.df) > 1 - 1e-9
        assert growth(one.f, one.df) >= growth(one.f, one.df, "layer")

    def test_evidence_row_17_tanh_and_the_identity(self):
        """Row 17: measured 1.186 and 1.004 in batches of 256; the theory of large batches is a little below."""
        tanh = NONLINEARITIES["tanh"]

        assert growth(tanh.f, tanh.df) == pytest.approx(0.4644 / 0.3943, abs=5e-4)
        assert growth_in_batches(256, 1.0) == pytest.approx(1.004, abs=5e-4)


@pytest.mark.parametrize("cosine", [-1.0, -0.5, 0.0, 0.7, 1.0])
@pytest.mark.parametrize("slope", [0.0, 0.25, 1.0])
def test_pair_means_are_those_of_samples(rng, cosine, slope):
    """A million pairs: five standard errors are below 0.006."""
    u, v = rng.normal(size=(2, 1_000_000))
    v = cosine * u + math.sqrt(1 - cosine**2) * v
    slopes = (np.where(w > 0, 1.0, slope) for w in (u, v))
    values = (np.where(w > 0, w, slope * w) for w in (u, v))
    found = np.mean(math.prod(slopes)), np.mean(math.prod(values))

    np.testing.assert_allclose(found, pair_means(cosine, slope), atol=0.006)


class TestGrowthInBatches:
    @pytest.mark.parametrize("slope", [0.0, 0.25, 1.0])
    def test_tends_to_that_of_large_batches(self, slope):
        large = growth(lambda z: np.where(z > 0, z, slope * z), lambda z: np.where(z > 0, 1.0, slope))

        assert growth_in_batches(1_000_000, slope) == pytest.approx(large, rel=1e-5)

    @pytest.mark.parametrize("n", [4, 5, 8, 64, 256])
    def test_of_the_identity_is_a_ratio_of_integers(self, n):
        assert growth_in_batches(n, 1.0) == pytest.approx((n - 2) / (n - 3), rel=1e-12)

    def test_falls_with_the_batch_and_stays_above_the_limit(self):
        factors = [growth_in_batches(n) for n in range(4, 300)]

        assert np.all(np.diff(factors) < 0)
        assert factors[-1] > relu_gradient_growth()

    @pytest.mark.parametrize(("n", "measured"), [(8, 1.78), (16, 1.587), (64, 1.487), (256, 1.4656)])
    def test_evidence_row_17_is_within_a_percent_of_what_was_measured(self, n, measured):
        """Row 17, networks of 20 × 512; the batch of 4, whose mean a few networks carry, is 2.91 against 3.08."""
        assert growth_in_batches(n) == pytest.approx(measured, rel=0.01)

    @pytest.mark.parametrize("n", [5, 8, 16])
    @pytest.mark.parametrize("slope", [0.0, 0.5])
    def test_is_the_mean_over_units_of_one_layer(self, rng, n, slope):
        """One very wide layer by itself, without the scatter of deep networks; 200,000 units.

        The batch variance of n = 5 has four degrees of freedom: the mean of its inverse scatters.
        """
        h, (_, k) = 0.5 * (1 + slope**2), pair_means(-1 / (n - 1), slope)
        centring = np.eye(n) - 1 / n
        z = math.sqrt(h - k) * centring @ rng.normal(size=(n, 200_000))
        inverse_std = 1 / z.std(axis=0)
        u = z * inverse_std
        g = np.where(u > 0, 1.0, slope) * (centring @ rng.normal(size=u.shape))
        g = inverse_std * (g - g.mean(axis=0) - u * np.mean(g * u, axis=0))

        assert np.sum(g**2) / (200_000 * (n - 1)) == pytest.approx(growth_in_batches(n, slope), rel=0.04)

    @pytest.mark.parametrize("n", [3, 2, 1, 0])
    def test_is_not_finite_in_batches_below_four(self, n):
        with pytest.raises(ValueError, match="batches of 4 on"):
            growth_in_batches(n)


class TestProfiles:
    @pytest.mark.parametrize("norm", NORMS)
    @pytest.mark.parametrize("slope", [0.0, 0.2])
    def test_measured_ones_match_autograd(self, rng, norm, slope):
        weights = [rng.normal(size=shape) for shape in ((5, 6), (7, 5), (4, 7))]
        x, grad_out = rng.normal(size=(8, 6)), rng.normal(size=(8, 4))
        a, layers = torch.tensor(x), []
        for W in weights:
            z = a @ torch.tensor(W).T
            if norm == "batch":
                z = functional.batch_norm(z, None, None, training=True, eps=1e-15)
            elif norm == "layer":
                z = functional.layer_norm(z, z.shape[1:], eps=1e-15)
            a = functional.leaky_relu(z, slope).requires_grad_()
            layers.append(a)
        gradients = torch.autograd.grad(layers[-1], layers, torch.tensor(grad_out))
        expected = [gradient.square().mean().item() / np.mean(grad_out**2) for gradient in gradients]

        np.testing.assert_allclose(measured_profile(weights, x, grad_out, norm, slope), expected, rtol=1e-9)

    @pytest.mark.parametrize(("norm", "n"), [("batch", 8), ("batch", 64), ("layer", 64)])
    def test_random_networks_follow_the_expected_ones(self, norm, n):
        """The mean of logarithms over five networks of 8 × 400: each scatters by some 10 percent."""
        logs = []
        for seed in range(5):
            rng = np.random.default_rng(seed)
            weights, (x, grad_out) = he_weights(8, 400, 0.0, rng), rng.normal(size=(2, n, 400))
            logs.append(np.log(measured_profile(weights, x, grad_out, norm)))

        np.testing.assert_allclose(np.mean(logs, axis=0), np.log(expected_profile(8, n, norm)), atol=0.25)

    def test_the_last_layer_is_the_only_one_that_meets_a_gradient_with_a_mean(self):
        profile = expected_profile(6, 10)

        np.testing.assert_allclose(profile[:-2] / profile[1:-1], growth_in_batches(10), rtol=1e-12)
        assert profile[-1] == 1

    def test_the_weights_scale_does_not_matter_behind_a_norm(self, rng):
        weights, (x, grad_out) = he_weights(4, 10, 0.0, rng), rng.normal(size=(2, 7, 10))
        for norm in ("batch", "layer"):
            one, other = (measured_profile(s * weights, x, grad_out, norm) for s in (1.0, 50.0))

            np.testing.assert_allclose(one, other, rtol=1e-9)

    @pytest.mark.parametrize("norm", ["Batch", "", None])
    def test_know_three_norms(self, norm):
        with pytest.raises(ValueError, match="norm must be one of"):
            expected_profile(3, 8, norm)
        with pytest.raises(ValueError, match="norm must be one of"):
            measured_profile([np.eye(2)], np.ones((2, 2)), np.ones((2, 2)), norm)
        with pytest.raises(ValueError, match="norm must be one of"):
            growth(np.tanh, np.cos, norm)


def test_poincares_inequality_is_what_makes_the_growth_exceed_one(rng):
    """For a random polynomial, by quadrature: the chapter uses it for any activation."""
    for coefficients in rng.normal(size=(20, 5)):
        p = np.polynomial.Polynomial(coefficients)
        variance = gaussian_mean(lambda z, p=p: p(z) ** 2) - gaussian_mean(p) ** 2

        assert variance <= gaussian_mean(lambda z, p=p: p.deriv()(z) ** 2) * (1 + 1e-9)
