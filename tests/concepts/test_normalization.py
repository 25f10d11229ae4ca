"""Batch and layer norm against torch and autograd, and rows 17 and 29 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from concepts import normalization
from concepts.activations import relu, relu_grad
from concepts.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    batchnorm_inference,
    gradient_growth,
    layernorm_backward,
    layernorm_forward,
    relu_gradient_growth,
    scale_invariance_gap,
    update_running,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260107)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(normalization)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("n", "features"), [(2, 3), (5, 4), (6, 6), (64, 1)])
@pytest.mark.parametrize("eps", [1e-5, 0.3])
class TestBatchNorm:
    def test_matches_torch_forward_and_backward(self, rng, n, features, eps):
        x, gamma, beta = (
            torch.tensor(values, requires_grad=True)
            for values in (rng.normal(3, 2, size=(n, features)), *rng.normal(size=(2, features)))
        )
        grad_y = rng.normal(size=(n, features))
        expected = functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
        expected.backward(torch.tensor(grad_y))
        y, cache = batchnorm_forward(*(v.detach().numpy() for v in (x, gamma, beta)), eps)

        np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-9, atol=1e-12)
        for ours, theirs in zip(batchnorm_backward(grad_y, cache), (x, gamma, beta), strict=True):
            np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-7, atol=1e-11)

    def test_matches_torch_in_training_and_use(self, rng, n, features, eps):
        layer = torch.nn.BatchNorm1d(features, eps=eps, momentum=0.3, dtype=torch.float64)
        mean, variance = np.zeros(features), np.ones(features)
        for _ in range(3):
            x = rng.normal(1, 2, size=(n, features))
            layer(torch.tensor(x))
            mean, variance = update_running(mean, variance, x, momentum=0.3)
        expected = layer.eval()(torch.tensor(x)).detach().numpy()
        y = batchnorm_inference(x, mean, variance, np.ones(features), np.zeros(features), eps)

        np.testing.assert_allclose(mean, layer.running_mean.numpy(), rtol=1e-12)
        np.testing.assert_allclose(variance, layer.running_var.numpy(), rtol=1e-12)
        np.testing.assert_allclose(y, expected, rtol=1e-9, atol=1e-12)

    def test_layer_norm_matches_torch(self, rng, n, features, eps):
        x, gamma, beta = rng.normal(1, 2, size=(features, n)), *rng.normal(size=(2, n))
        leaves = [torch.tensor(values, requires_grad=True) for values in (x, gamma, beta)]
        grad_y = rng.normal(size=(features, n))
        expected = functional.layer_norm(leaves[0], (n,), *leaves[1:], eps)
        expected.backward(torch.tensor(grad_y))

        np.testing.assert_allclose(
            layernorm_forward(x, gamma, beta, eps), expected.detach().numpy(), rtol=1e-9, atol=1e-12
        )
        for ours, theirs in zip(layernorm_backward(grad_y, x, gamma, eps), leaves, strict=True):
            np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-7, atol=1e-11)


class TestMicroFacts:
    """Evidence, row 29."""

    def test_evidence_row_29_a_batch_of_two_comes_out_as_plus_and_minus_one(self, rng):
        y, _ = batchnorm_forward(rng.normal(size=(2, 50)), np.ones(50), np.zeros(50), eps=0.0)

        np.testing.assert_allclose(np.abs(y), 1, rtol=1e-12)

    def test_evidence_row_29_the_running_variance_is_unbiased(self):
        _, variance = update_running(np.zeros(1), np.ones(1), np.array([[1.0], [5.0]]))

        assert variance[0] == pytest.approx(1.7, rel=1e-12)

    @pytest.mark.parametrize(("m", "factor"), [(2, 2.0), (4, 1.33), (8, 1.14), (16, 1.07), (32, 1.03)])
    def test_evidence_row_29_the_bias_factor(self, rng, m, factor):
        x = rng.normal(size=(m, 3))
        _, unbiased = update_running(np.zeros(3), np.zeros(3), x, momentum=1.0)

        np.testing.assert_allclose(unbiased / x.var(axis=0), factor, atol=0.005)


class TestScaleInvariance:
    @pytest.mark.parametrize("scale", [1e-6, 0.3, 5.0, 1e6])
    def test_positive_scales_are_forgotten(self, rng, scale):
        assert scale_invariance_gap(rng.normal(size=(6, 4)), rng.normal(size=(9, 4)), scale) < 1e-12

    @pytest.mark.parametrize("scale", [-1e-6, -1.0, -40.0])
    def test_the_sign_is_not(self, rng, scale):
        W, x = rng.normal(size=(6, 4)), rng.normal(size=(9, 4))
        y, _ = batchnorm_forward(x @ W.T, np.ones(6), np.zeros(6), eps=0.0)

        assert scale_invariance_gap(W, x, scale) == pytest.approx(2 * np.abs(y).max(), rel=1e-12)

    def test_layer_norm_turns_the_sign_as_well(self, rng):
        """A textbook says that any factor but 0 is forgotten; evidence, section 3."""
        x, ones, zeros = rng.normal(size=(3, 7)), np.ones(7), np.zeros(7)
        y = layernorm_forward(x, ones, zeros, eps=0.0)

        np.testing.assert_allclose(layernorm_forward(4 * x, ones, zeros, eps=0.0), y, rtol=1e-12)
        np.testing.assert_allclose(layernorm_forward(-4 * x, ones, zeros, eps=0.0), -y, rtol=1e-12)

    def test_larger_weights_get_smaller_gradients(self, rng):
        """Ioffe and Szegedy (2015), section 3.3: the gradient by sW is that by W over s."""
        W, x, g = rng.normal(size=(3, 4)), rng.normal(size=(9, 4)), rng.normal(size=(9, 3))
        by_weights = []
        for scaled in (W, 5 * W):
            _, cache = batchnorm_forward(x @ scaled.T, np.ones(3), np.zeros(3), eps=0.0)
            by_weights.append(batchnorm_backward(g, cache)[0].T @ x)

        np.testing.assert_allclose(by_weights[0], 5 * by_weights[1], rtol=1e-9)


class TestGradientsExplode:
    """Evidence, row 17."""

    def test_evidence_row_17_by_the_predicted_factor_in_large_batches(self):
        growths = [
            gradient_growth(20, 512, 256, relu, relu_grad, np.random.default_rng(seed)) for seed in range(3)
        ]

        assert relu_gradient_growth() == pytest.approx(1.4669, abs=5e-5)
        assert math.sqrt(relu_gradient_growth()) == pytest.approx(1.2112, abs=5e-5)
        assert all(1.42 < growth < 1.52 for growth in growths)

    @pytest.mark.parametrize(("n", "measured"), [(4, 2.9), (8, 1.78), (16, 1.587), (64, 1.487)])
    def test_evidence_row_17_by_more_in_small_ones(self, n, measured):
        growth = gradient_growth(20, 512, n, relu, relu_grad, np.random.default_rng(0))

        assert growth == pytest.approx(measured, rel=0.06)

    def test_evidence_row_17_by_less_without_the_corner(self):
        tanh = gradient_growth(20, 256, 256, np.tanh, lambda z: 1 - np.tanh(z) ** 2, np.random.default_rng(0))
        linear = gradient_growth(20, 256, 256, lambda z: z, np.ones_like, np.random.default_rng(0))

        assert tanh == pytest.approx(1.186, abs=0.04)
        assert linear == pytest.approx(1.004, abs=0.03)

    def test_the_variance_behind_relu_is_what_the_derivation_says(self, rng):
        """Five standard errors of 1e6 draws are below 0.003."""
        a = relu(rng.normal(size=1_000_000))

        assert a.var() == pytest.approx(0.5 - 1 / (2 * math.pi), abs=0.003)
