"""Back-propagation against autograd, and rows 2 and 3 of the evidence: Nielsen's speeds and why they are so."""

from __future__ import annotations

import doctest
from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from concepts import depth
from concepts.chain_rule import backpropagate_deltas
from concepts.depth import (
    backward,
    forward,
    gradient_ratio,
    initial_speeds,
    learning_speeds,
    predicted_speed_ratio,
    recurrent_preactivations,
    rnn_gradient_norms,
    speed_profile,
)
from concepts.mean_field import critical_weight_variance, fixed_point, gradient_factor
from concepts.saturation import sigmoid, sigmoid_grad


def dtanh(z):
    return 1 - np.tanh(z) ** 2


@pytest.fixture
def rng():
    return np.random.default_rng(20260103)


def network(rng, widths):
    weights = [rng.normal(size=(out, into)) for into, out in pairwise(widths)]
    return weights, [rng.normal(size=out) for out in widths[1:]]


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(depth)

    assert result.attempted > 0
    assert result.failed == 0


class TestForwardAndBackward:
    @pytest.mark.parametrize(
        ("n", "widths"), [(1, (3, 2)), (6, (5, 7, 3, 4)), (4, (2, 1, 6)), (3, (4, 4, 4, 4))]
    )
    def test_match_autograd(self, rng, n, widths):
        weights, biases = network(rng, widths)
        x, grad_out = rng.normal(size=(n, widths[0])), rng.normal(size=(n, widths[-1]))
        leaves = [torch.tensor(p, requires_grad=True) for p in [*weights, *biases]]
        a = torch.tensor(x)
        for l in range(len(weights)):
            a = torch.tanh(torch.nn.functional.linear(a, leaves[l], leaves[len(weights) + l]))
        a.backward(torch.tensor(grad_out))

        zs, activations = forward(weights, biases, x, np.tanh)
        found = backward(weights, zs, activations, x, dtanh, grad_out)

        np.testing.assert_allclose(activations[-1], a.detach().numpy(), rtol=1e-12)
        for gradient, leaf in zip([*found[0], *found[1]], leaves, strict=True):
            np.testing.assert_allclose(gradient, leaf.grad.numpy(), rtol=1e-9, atol=1e-13)

    def test_activations_belong_to_the_preactivations_and_the_input_is_not_among_them(self, rng):
        weights, biases = network(rng, (5, 7, 3))
        zs, activations = forward(weights, biases, rng.normal(size=(2, 5)), np.sin)

        assert [z.shape for z in zs] == [a.shape for a in activations] == [(2, 7), (2, 3)]
        for z, a in zip(zs, activations, strict=True):
            np.testing.assert_array_equal(a, np.sin(z))

    def test_gradients_are_summed_over_the_batch(self, rng):
        weights, biases = network(rng, (3, 4, 2))
        x, grad_out = rng.normal(size=(1, 3)), rng.normal(size=(1, 2))
        once = backward(weights, *forward(weights, biases, x, np.tanh), x, dtanh, grad_out)
        five = np.repeat(x, 5, axis=0)
        many = backward(
            weights, *forward(weights, biases, five, np.tanh), five, dtanh, np.repeat(grad_out, 5, 0)
        )

        for one, all_five in zip([*once[0], *once[1]], [*many[0], *many[1]], strict=True):
            np.testing.assert_allclose(all_five, 5 * one, rtol=1e-12)

    def test_refuse_lists_of_different_length(self, rng):
        weights, biases = network(rng, (3, 4, 2))

        with pytest.raises(ValueError):
            forward(weights, biases[:1], np.ones((1, 3)), np.tanh)


class TestSpeeds:
    def test_are_euclidean_norms(self, rng):
        gradients = [rng.normal(size=k) for k in (1, 5, 30)]

        np.testing.assert_allclose(
            learning_speeds(gradients), [np.linalg.norm(g) for g in gradients], rtol=1e-14
        )

    def test_ratio_is_first_over_last(self):
        assert gradient_ratio(np.array([2.0, 100.0, 8.0])) == 0.25
        assert gradient_ratio(np.array([3.0])) == 1.0
        assert gradient_ratio(np.array([0.0, 1e-300])) == 0.0

    def test_ratio_to_nothing_is_refused(self):
        with pytest.raises(ValueError, match="last layer's gradient is 0"):
            gradient_ratio(np.array([1.0, 0.0]))

    @pytest.mark.parametrize("layers", [2, 3, 4])
    def test_evidence_row_2_speeds_grow_about_fivefold_from_layer_to_layer(self, layers):
        """Rows 2 and 3: medians over 200 networks on a thousand digits."""
        x, labels = load_digits(return_X_y=True)
        x, labels = x[:1000] / 16, labels[:1000]
        seeds = range(200)
        speeds = np.array(
            [initial_speeds([30] * layers, x, labels, np.random.default_rng(seed)) for seed in seeds]
        )
        ratio = float(np.median((speeds[:, -1] / speeds[:, 0]) ** (1 / (layers - 1))))

        assert 4.2 < ratio < 5.8
        assert abs(ratio - predicted_speed_ratio()) < 0.5
        assert np.median(speeds[:, -1]) == pytest.approx(0.285, rel=0.1)

    def test_evidence_row_3_the_mean_field_gives_the_factor(self):
        """Row 3: 4.88 with Nielsen's biases, 4.24 without any."""
        assert predicted_speed_ratio(1.0, 1.0) == pytest.approx(4.88, abs=0.005)
        assert predicted_speed_ratio(1.0, 0.0) == pytest.approx(4.24, abs=0.005)


class TestRecurrentNetworks:
    @pytest.mark.parametrize(("steps", "hidden"), [(1, 4), (2, 1), (9, 5)])
    def test_match_autograd(self, rng, steps, hidden):
        W, drive = rng.normal(size=(hidden, hidden)), rng.normal(size=(steps, hidden))
        grad_last = rng.normal(size=hidden)
        states, h = [], torch.zeros(hidden, dtype=torch.float64)
        for u in drive:
            h = torch.tanh(torch.tensor(W) @ h + torch.tensor(u)).requires_grad_()
            h.retain_grad()
            states.append(h)
        states[-1].backward(torch.tensor(grad_last))

        found = rnn_gradient_norms(W, recurrent_preactivations(W, drive, np.tanh), dtanh, grad_last)

        np.testing.assert_allclose(found, [s.grad.norm().item() for s in states], rtol=1e-10)

    def test_orthogonal_weights_without_an_activation_keep_the_norm(self, rng):
        Q, _ = np.linalg.qr(rng.normal(size=(6, 6)))
        norms = rnn_gradient_norms(Q, rng.normal(size=(500, 6)), np.ones_like, np.full(6, 0.5))

        np.testing.assert_allclose(norms, np.linalg.norm(np.full(6, 0.5)), rtol=1e-12)

    def test_the_first_preactivation_does_not_matter(self, rng):
        """The gradient at h_1 has not passed f at time 1."""
        W, zs = rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
        other = zs.copy()
        other[0] = 100.0

        np.testing.assert_array_equal(
            rnn_gradient_norms(W, zs, dtanh, np.ones(3)), rnn_gradient_norms(W, other, dtanh, np.ones(3))
        )

    def test_evidence_row_23_the_size_of_the_weights_decides_as_the_mean_field_says(self):
        """A hundred steps of 64 tanh units: uniform weights, a rotation, one and a half rotations."""
        logs: dict[float, list[float]] = {1 / 3: [], 1.0: [], 2.25: []}
        for seed in range(8):
            rng = np.random.default_rng(seed)
            Q, uniform = np.linalg.qr(rng.normal(size=(64, 64)))[0], rng.uniform(-1 / 8, 1 / 8, size=(64, 64))
            drive, grad_last = rng.normal(0, 0.1, size=(100, 64)), rng.normal(size=64)
            for sigma_w2, W in zip(logs, (uniform, Q, 1.5 * Q), strict=True):
                zs = recurrent_preactivations(W, drive, np.tanh)
                norms = rnn_gradient_norms(W, zs, dtanh, grad_last)
                logs[sigma_w2].append(np.log10(norms[0] / norms[-1]))
        vanishing, lasting, exploding = (float(np.median(values)) for values in logs.values())

        assert vanishing < -18
        assert -4 < lasting < -1.5
        assert 1 < exploding < 5
        for sigma_w2, values in logs.items():
            chi = gradient_factor(dtanh, fixed_point(np.tanh, sigma_w2, 0.01), sigma_w2)
            assert abs(np.median(values) - 99 / 2 * np.log10(chi)) < 4


class TestSpeedProfile:
    def test_climbs_by_the_factor_of_the_fixed_point_once_the_variance_has_settled(self):
        speeds = speed_profile(sigmoid, sigmoid_grad, hidden=12, sigma_w2=1.0, sigma_b2=1.0)

        np.testing.assert_allclose((speeds[1:] / speeds[:-1])[5:], predicted_speed_ratio(), rtol=1e-6)

    def test_is_what_wide_networks_measure(self, rng):
        """Width 1000: the mean of a thousand squares scatters by a few percent a layer."""
        widths = [1000] * 5
        weights = [rng.normal(0, np.sqrt(2.0 / 1000), size=(1000, 1000)) for _ in widths[1:]]
        biases = [rng.normal(0, np.sqrt(0.5), size=1000) for _ in widths[1:]]
        zs, _ = forward(weights, biases, rng.normal(size=(1, 1000)), np.tanh)
        deltas = backpropagate_deltas(weights, zs, dtanh, rng.normal(size=(1, 1000)) * dtanh(zs[-1]))
        speeds = learning_speeds([delta[0] for delta in deltas])

        np.testing.assert_allclose(
            speeds / speeds[-1], speed_profile(np.tanh, dtanh, 4, sigma_w2=2.0, sigma_b2=0.5), rtol=0.15
        )

    def test_sigmoid_layers_are_balanced_near_a_hundred_times_the_variance(self):
        """Where χ = 1, and on both sides of it the first layer is slower or faster."""
        balanced = critical_weight_variance(sigmoid, sigmoid_grad, sigma_b2=1.0, low=1.0, high=200.0)
        first = [speed_profile(sigmoid, sigmoid_grad, 10, s * balanced, 1.0)[0] for s in (0.8, 1.0, 1.25)]

        assert balanced == pytest.approx(105.4, abs=0.05)
        assert first[0] < 0.7
        assert 0.7 < first[1] < 1.0  # below 1: the variance has not settled in layer 1
        assert first[2] > 1.2
