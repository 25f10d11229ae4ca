"""The chain rule against autograd, finite differences, exact fractions and what the hardware does."""

from __future__ import annotations

import doctest
import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch

from concepts import chain_rule
from concepts.chain_rule import (
    backpropagate_deltas,
    input_jacobian,
    layers_until_underflow,
    log_growth_per_layer,
    rounding_floor,
    running_product,
    scalar_chain_gradient,
)


def dtanh(z):
    return 1 - np.tanh(z) ** 2


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def dsigmoid(z):
    return sigmoid(z) * (1 - sigmoid(z))


@pytest.fixture
def rng():
    return np.random.default_rng(20260101)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(chain_rule)

    assert result.attempted > 0
    assert result.failed == 0


class TestScalarChain:
    def test_matches_autograd(self, rng):
        w, b, x = rng.normal(size=7), rng.normal(size=7), rng.normal()
        leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        a = leaf
        for w_l, b_l in zip(w, b, strict=True):
            a = torch.tanh(w_l * a + b_l)
        a.backward()

        assert scalar_chain_gradient(w, b, x, np.tanh, dtanh) == pytest.approx(leaf.grad.item(), rel=1e-12)

    def test_matches_a_central_difference(self, rng):
        w, b, x, h = rng.normal(size=4), rng.normal(size=4), 0.3, 1e-5

        def output(a):
            for w_l, b_l in zip(w, b, strict=True):
                a = sigmoid(w_l * a + b_l)
            return a

        # The error of a central difference is of order h², about 1e-10 of the value here.
        expected = (output(x + h) - output(x - h)) / (2 * h)
        assert scalar_chain_gradient(w, b, x, sigmoid, dsigmoid) == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize(("layers", "expected"), [(5, 9.765625e-4), (10, 9.5367431640625e-7)])
    def test_sigmoids_at_their_steepest_point_multiply_by_a_quarter(self, layers, expected):
        """Evidence, row 1: with w = 1, b = −½ after the first layer, every pre-activation is 0."""
        b = np.full(layers, -0.5)
        b[0] = 0.0

        assert scalar_chain_gradient(np.ones(layers), b, 0.0, sigmoid, dsigmoid) == expected

    def test_is_one_for_an_empty_chain(self):
        assert scalar_chain_gradient([], [], 3.0, np.tanh, dtanh) == 1.0

    def test_refuses_weights_and_biases_of_different_length(self):
        with pytest.raises(ValueError):
            scalar_chain_gradient([1.0, 2.0], [0.0], 0.0, np.tanh, dtanh)


class TestMaximalSlope:
    """Evidence, row 1."""

    def test_of_the_sigmoid_is_a_quarter_at_zero(self):
        z = torch.linspace(-10, 10, 20_001, dtype=torch.float64, requires_grad=True)
        torch.sigmoid(z).sum().backward()

        assert z.grad.max().item() == 0.25
        assert z[z.grad.argmax()].item() == pytest.approx(0, abs=1e-12)

    @pytest.mark.parametrize(("layers", "printed"), [(5, "9.77e-04"), (10, "9.54e-07"), (20, "9.09e-13")])
    def test_has_the_printed_powers(self, layers, printed):
        assert f"{0.25**layers:.2e}" == printed


class TestDeltas:
    sizes = (5, 7, 3, 4)

    def network(self, rng, n=6):
        """Return rectangular weights and the pre-activations that they give to n random inputs."""
        weights = [rng.normal(size=(out, into)) for into, out in pairwise(self.sizes)]
        x = rng.normal(size=(n, self.sizes[0]))
        preactivations, a = [], x
        for W in weights:
            preactivations.append(a @ W.T)
            a = np.tanh(preactivations[-1])
        return weights, preactivations, x

    def test_match_autograd_layer_by_layer(self, rng):
        weights, zs, x = self.network(rng)
        delta_out = rng.normal(size=zs[-1].shape)
        tensors, a = [], torch.tensor(x)
        for W in weights:
            z = (a @ torch.tensor(W).T).requires_grad_()
            z.retain_grad()
            tensors.append(z)
            a = torch.tanh(z)
        tensors[-1].backward(torch.tensor(delta_out))

        for delta, z in zip(backpropagate_deltas(weights, zs, dtanh, delta_out), tensors, strict=True):
            np.testing.assert_allclose(delta, z.grad.numpy(), rtol=1e-12, atol=1e-15)

    def test_of_one_sample_are_its_rows_of_the_batch(self, rng):
        weights, zs, _ = self.network(rng)
        delta_out = rng.normal(size=zs[-1].shape)

        whole = backpropagate_deltas(weights, zs, dtanh, delta_out)
        one = backpropagate_deltas(weights, [z[2:3] for z in zs], dtanh, delta_out[2:3])

        for a, b in zip(whole, one, strict=True):
            np.testing.assert_allclose(a[2:3], b, rtol=1e-13)

    def test_end_with_a_copy_of_the_one_given(self, rng):
        weights, zs, _ = self.network(rng)
        delta_out = rng.normal(size=zs[-1].shape)
        before = delta_out.copy()

        backpropagate_deltas(weights, zs, dtanh, delta_out)[-1][:] = 0

        np.testing.assert_array_equal(delta_out, before)

    def test_reach_the_input_as_the_jacobian_says(self, rng):
        """Forward and backward accumulation multiply the same matrices in opposite orders."""
        weights, zs, _ = self.network(rng, n=1)
        gradient = rng.normal(size=(1, self.sizes[-1]))

        backward = backpropagate_deltas(weights, zs, dtanh, gradient * dtanh(zs[-1]))[0] @ weights[0]
        forward = gradient @ input_jacobian(weights, [z[0] for z in zs], dtanh)

        np.testing.assert_allclose(backward, forward, rtol=1e-12)

    def test_jacobian_matches_autograd(self, rng):
        weights, zs, x = self.network(rng, n=1)

        def output(a):
            for W in weights:
                a = torch.tanh(torch.tensor(W) @ a)
            return a

        expected = torch.autograd.functional.jacobian(output, torch.tensor(x[0])).numpy()
        np.testing.assert_allclose(input_jacobian(weights, [z[0] for z in zs], dtanh), expected, rtol=1e-12)


class TestUnderflow:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    @pytest.mark.parametrize("factor", [0.5, 0.25, 2.0**-126, 2.0**-40, 0.1, 0.75, 0.97, 1e-30])
    def test_depth_is_the_smallest_one_in_exact_fractions(self, factor, dtype):
        n = layers_until_underflow(factor, dtype)
        tiny = Fraction(2) ** int(np.finfo(dtype).minexp)

        assert Fraction(factor) ** n < tiny <= Fraction(factor) ** (n - 1)

    def test_depth_is_right_far_out(self):
        """At 0.9999 the fractions are too long: the logarithm decides, with a margin far above its error."""
        n = layers_until_underflow(0.9999)
        margin = math.log(np.finfo(np.float32).tiny)

        assert n == 873322
        assert n * math.log1p(-1e-4) < margin - 1e-6 < margin + 1e-6 < (n - 1) * math.log1p(-1e-4)

    @pytest.mark.parametrize("factor", [0, 1, -0.5, 1.5, math.nan, math.inf])
    def test_refuses_what_is_no_factor_below_one(self, factor):
        with pytest.raises(ValueError, match="strictly between 0 and 1"):
            layers_until_underflow(factor)
        with pytest.raises(ValueError, match="strictly between 0 and 1"):
            rounding_floor(factor)

    def test_accepts_a_type_by_name(self):
        assert layers_until_underflow(0.5, "float64") == layers_until_underflow(0.5, np.float64) == 1023

    def test_refuses_a_factor_that_its_type_rounds_to_one(self):
        with pytest.raises(ValueError, match="strictly between 0 and 1"):
            rounding_floor(1 - 1e-9, np.float32)


class TestRoundingFloor:
    @pytest.mark.parametrize("factor", [0.01, 0.3, 0.5, 0.5001, 0.51, 0.6, 0.7, 0.75, 0.9, 0.95, 0.98, 0.99])
    @pytest.mark.parametrize("dtype", [np.float16, np.float32])
    def test_is_where_the_hardware_ends(self, factor, dtype):
        product = running_product(factor, 12_000, dtype)

        assert product[-1] == product[-2] == rounding_floor(factor, dtype)

    @pytest.mark.parametrize("k", [2, 3, 4, 5, 10, 11])
    def test_breaks_ties_to_even(self, k):
        """Factor 1 − 1/(2k) is a tie at k: it stays when k is even and falls to k − 1 when k is odd."""
        factor = float(np.float32(1 - 1 / (2 * k)))
        product = running_product(factor, 5_000, np.float32)

        assert product[-1] == rounding_floor(factor)

    def test_is_positive_exactly_above_a_half(self):
        assert rounding_floor(0.5) == 0
        assert rounding_floor(float(np.nextafter(np.float32(0.5), np.float32(1)))) == 2.0**-149

    def test_running_product_agrees_with_powers_while_they_are_normal(self):
        n = layers_until_underflow(0.9, np.float64) - 1
        product = running_product(0.9, n, np.float64)

        # One rounding a layer: a relative error of at most n·2⁻⁵³.
        np.testing.assert_allclose(product, 0.9 ** np.arange(1, n + 1), rtol=2 * n * 2.0**-53)


class TestLogGrowth:
    def test_is_the_logarithm_of_the_norm_of_a_short_rectangular_product(self, rng):
        A, B, C = rng.normal(size=(3, 6)), rng.normal(size=(6, 2)), rng.normal(size=(2, 5))
        expected = math.log(np.linalg.norm(A @ B @ C, 2)) / 3

        assert log_growth_per_layer([C, B, A]) == pytest.approx(expected, rel=1e-12)

    def test_is_spectral_and_not_frobenius(self):
        assert log_growth_per_layer([np.eye(50)]) == pytest.approx(0, abs=1e-12)

    @pytest.mark.parametrize("scale", [1e-200, 1e-3, 1e3, 1e200])
    def test_neither_overflows_nor_underflows(self, rng, scale):
        matrices = list(rng.normal(size=(3000, 4, 4)))
        expected = log_growth_per_layer(matrices) + math.log(scale)

        assert log_growth_per_layer([scale * W for W in matrices]) == pytest.approx(expected, rel=1e-10)

    def test_is_exact_for_orthogonal_layers(self, rng):
        Q, _ = np.linalg.qr(rng.normal(size=(8, 8)))

        assert log_growth_per_layer([1.1 * Q] * 5000) == pytest.approx(math.log(1.1), rel=1e-10)

    def test_remembers_a_direction_that_was_small_for_a_thousand_layers(self):
        """The second axis shrinks by 2⁻²⁰⁰⁰ against the first before it recovers and wins."""
        matrices = [np.diag([2.0, 0.5])] * 1000 + [np.diag([0.1, 2.0])] * 1000

        assert log_growth_per_layer(matrices) == pytest.approx(0, abs=1e-12)

    def test_survives_a_dead_input(self):
        assert log_growth_per_layer([np.array([[0.0, 3.0]])]) == pytest.approx(math.log(3))

    def test_of_a_product_that_is_zero_is_minus_infinity(self):
        assert log_growth_per_layer([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])]) == -math.inf

    def test_refuses_an_empty_product(self):
        with pytest.raises(ValueError, match="no matrices"):
            log_growth_per_layer([])
