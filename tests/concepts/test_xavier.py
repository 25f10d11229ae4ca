"""The reference of the xavier exercises, against torch, closed forms, and rows 6, 7, 25 of the evidence."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from concepts import mean_field
from concepts.nonlinearities import NONLINEARITIES
from concepts.xavier import (
    backward_variance,
    constant_init,
    distinct_units,
    forward_variance,
    gradient_moment_by_layer,
    preactivation_variance,
    standard_uniform,
    variance_by_layer,
    xavier_normal,
    xavier_uniform,
    xavier_variance,
)

TANH, SIGMOID, IDENTITY = (NONLINEARITIES[name] for name in ("tanh", "sigmoid", "identity"))


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


class TestSymmetry:
    def test_constant_init_has_pytorchs_layout(self):
        W = constant_init(fan_in=5, fan_out=3, value=-0.25)

        assert W.shape == (3, 5)
        assert np.all(W == -0.25)
        assert W.dtype == np.float64

    def test_constant_weights_are_one_unit(self):
        assert distinct_units(constant_init(5, 40, 0.05)) == 1

    def test_random_weights_are_all_distinct(self):
        assert distinct_units(xavier_normal(5, 40, generator())) == 40

    def test_rows_as_far_apart_as_the_tolerance_are_the_same(self):
        W = np.array([[0.0, 1.0], [0.5, 1.0], [2.0, 1.0]])

        assert distinct_units(W, tol=0.5) == 2
        assert distinct_units(W, tol=0.4999) == 3

    def test_one_entry_is_enough_to_differ_even_when_the_sums_agree(self):
        assert distinct_units(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]])) == 2

    def test_equal_rows_need_not_be_neighbours_and_the_tolerance_may_be_zero(self):
        assert distinct_units(np.array([[1.0], [2.0], [1.0], [2.0], [1.0 + 1e-13]]), tol=0.0) == 3

    def test_training_never_separates_constant_units(self):
        """Row 25: after 200 steps of gradient descent the rows are equal and the rank is one.

        Bit by bit on some processors; on others equal sums are rounded in another order.
        """
        x = torch.tensor(generator(1).normal(size=(64, 3)))
        y = (x[:, :1] * x[:, 1:2] > 0).double()
        net = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)).double()
        for parameter in net.parameters():
            nn.init.constant_(parameter, 0.05)
        for _ in range(200):
            net.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(net(x), y).backward()
            with torch.no_grad():
                for parameter in net.parameters():
                    parameter -= 0.5 * parameter.grad
        W_1, W_2 = net[0].weight.detach().numpy(), net[2].weight.detach().numpy()

        assert np.abs(W_1 - 0.05).max() > 1e-3  # it did train
        assert np.ptp(W_1, axis=0).max() < 1e-13
        assert np.ptp(W_2) < 1e-13
        assert np.linalg.matrix_rank(W_1) == 1

    def test_zero_weights_freeze_the_cost_at_ln_2(self):
        """Row 25: with zeros everywhere and balanced labels, no gradient of a tanh network moves anything."""
        x = torch.tensor(generator(2).normal(size=(10, 3)))
        y = torch.tensor([[0.0], [1.0]] * 5, dtype=torch.float64)
        net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()
        for parameter in net.parameters():
            nn.init.zeros_(parameter)
        cost = nn.functional.binary_cross_entropy_with_logits(net(x), y)
        cost.backward()

        assert cost.item() == pytest.approx(0.6931471805599453, abs=1e-15)
        assert all(np.all(parameter.grad.numpy() == 0.0) for parameter in net.parameters())


class TestVariances:
    def test_the_three_rules(self):
        assert forward_variance(200) == 1 / 200
        assert backward_variance(50) == 1 / 50
        assert xavier_variance(200, 50) == 2 / 250

    def test_xavier_is_the_harmonic_mean_of_the_other_two(self):
        v_in, v_out = forward_variance(300), backward_variance(70)

        assert xavier_variance(300, 70) == pytest.approx(2 * v_in * v_out / (v_in + v_out), rel=1e-15)

    def test_square_layers_satisfy_both_conditions(self):
        assert xavier_variance(64, 64) == forward_variance(64) == backward_variance(64)

    def test_preactivation_variance_counts_the_mean_of_the_inputs(self):
        """Inputs 3 + N(0, 1) have E[x²] = 10; 20 000 units give a relative standard error of 1 %."""
        x = 3.0 + generator(3).normal(size=400)
        z = generator(4).normal(0.0, 0.1, size=(20_000, 400)) @ x

        predicted = preactivation_variance(400, 0.01, float(np.mean(x**2)))

        assert z.var() == pytest.approx(predicted, rel=0.05)
        assert predicted > 8 * preactivation_variance(400, 0.01, float(x.var()))


class TestDraws:
    @pytest.mark.parametrize("draw", [xavier_normal, xavier_uniform])
    def test_shape_mean_and_standard_deviation(self, draw):
        """With 160 000 entries the standard deviation has a standard error of 0.18 %; ±2 % is eleven."""
        W = draw(800, 200, generator(5))

        assert W.shape == (200, 800)
        assert W.std() == pytest.approx(math.sqrt(2 / 1000), rel=0.02)
        assert abs(W.mean()) < 6 * W.std() / math.sqrt(W.size)

    @pytest.mark.parametrize("draw", [xavier_normal, xavier_uniform, standard_uniform])
    def test_the_generator_alone_decides(self, draw):
        W, again, other = draw(7, 3, generator(6)), draw(7, 3, generator(6)), draw(7, 3, generator(7))

        assert np.array_equal(W, again)
        assert not np.array_equal(W, other)

    def test_numpys_global_state_is_left_alone(self):
        before = np.random.get_state()[1].copy()
        xavier_normal(7, 3, generator())
        xavier_uniform(7, 3, generator())

        assert np.array_equal(np.random.get_state()[1], before)

    def test_uniform_fills_its_interval(self):
        bound = math.sqrt(6 / 1000)
        W = xavier_uniform(800, 200, generator(8))

        assert np.abs(W).max() <= bound
        assert np.abs(W).max() > 0.999 * bound

    def test_normal_is_not_truncated(self):
        """Of 160 000 draws, 432 lie beyond three standard deviations; a truncation at two leaves none."""
        W = xavier_normal(800, 200, generator(9))

        assert 300 < np.sum(np.abs(W) > 3 * math.sqrt(2 / 1000)) < 600

    @pytest.mark.parametrize(
        ("draw", "torch_draw"),
        [(xavier_normal, nn.init.xavier_normal_), (xavier_uniform, nn.init.xavier_uniform_)],
    )
    def test_torch_draws_from_the_same_law(self, draw, torch_draw):
        theirs = torch_draw(torch.empty(200, 800), generator=torch.Generator().manual_seed(0)).numpy()
        ours = draw(800, 200, generator(10))

        assert ours.std() == pytest.approx(theirs.std(), rel=0.02)
        assert np.quantile(ours, [0.1, 0.9]) == pytest.approx(np.quantile(theirs, [0.1, 0.9]), rel=0.03)

    def test_linear_layers_of_torch_still_start_with_the_old_standard(self):
        """Row 6: std·√n is 1/√3 = 0.5774, and the bound is 1/√n."""
        torch.manual_seed(0)
        theirs = nn.Linear(1000, 1000).weight.detach().numpy()
        ours = standard_uniform(1000, 1000, generator(11))

        for W in (theirs, ours):
            assert W.std() * math.sqrt(1000) == pytest.approx(1 / math.sqrt(3), rel=0.005)
            assert np.abs(W).max() <= 1 / math.sqrt(1000) + 1e-9


class TestProfiles:
    def test_variance_is_taken_over_batch_and_units_without_bessels_correction(self):
        variance = variance_by_layer([np.eye(2)], np.array([[0.0, 0.0], [0.0, 4.0]]), IDENTITY.f)

        assert variance == pytest.approx([3.0])

    def test_variance_follows_rectangular_layers(self):
        x = generator(12).normal(size=(6, 5))
        W_1, W_2 = generator(13).normal(size=(4, 5)), generator(14).normal(size=(3, 4))
        a_1 = np.tanh(x @ W_1.T)

        assert variance_by_layer([W_1, W_2], x, np.tanh) == pytest.approx(
            [a_1.var(), np.tanh(a_1 @ W_2.T).var()]
        )

    def test_gradient_moments_equal_autograds(self):
        x = generator(15).normal(size=(6, 5))
        weights = [xavier_normal(a, b, generator(a)) for a, b in ((5, 7), (7, 4), (4, 3))]
        delta_out = generator(16).normal(size=(6, 3))
        z, a = [], torch.tensor(x)
        for W in weights:
            z.append(a @ torch.tensor(W).T)
            z[-1].requires_grad_() if z[-1].is_leaf else z[-1].retain_grad()
            a = torch.tanh(z[-1])
        z[-1].backward(torch.tensor(delta_out))

        expected = [float((layer.grad**2).mean()) for layer in z]

        assert gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out) == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("draw", "published"),
        [
            (standard_uniform, [0.0069, 0.031, 0.105, 0.328, 1.0]),
            (xavier_uniform, [0.168, 0.361, 0.566, 0.781, 1.0]),
        ],
    )
    def test_glorots_measurement(self, draw, published):
        """Row 7: five tanh layers of 1000 units; 5 % a layer below the last (finite width) is allowed."""
        rng = generator(17)
        weights = [draw(1000, 1000, rng) for _ in range(5)]
        x, delta_out = rng.normal(size=(300, 1000)), rng.normal(size=(300, 1000))
        measured = gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)
        sigma_w2 = weights[0].var() * 1000
        _, predicted = mean_field.square_profiles(TANH.f, TANH.df, sigma_w2, 5)

        assert measured / measured[-1] == pytest.approx(published, rel=0.1)
        assert measured / measured[-1] == pytest.approx(predicted, rel=0.1)

    def test_a_sigmoid_network_can_be_a_tanh_network(self):
        """With weights 4W and biases −2W1, sigmoid(z) = (1 + tanh(W t))/2 in every layer."""
        rng = generator(18)
        t = rng.normal(size=(20, 30))
        s = (1.0 + t) / 2.0
        for W in (xavier_normal(30, 30, rng) for _ in range(10)):
            t = np.tanh(t @ W.T)
            s = SIGMOID.f(s @ (4.0 * W).T - 2.0 * W.sum(axis=1))

        assert 2.0 * s - 1.0 == pytest.approx(t, abs=1e-12)
