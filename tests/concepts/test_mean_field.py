"""Mean-field theory, against closed forms, Gauss-Hermite quadrature, torch, and simulated networks."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from concepts.mean_field import (
    backward_gain,
    backward_profile,
    correlation_length,
    critical_weight_variance,
    fixed_point,
    forward_gain,
    forward_profile,
    gaussian_mean,
    gradient_factor,
    next_variance,
    square_profiles,
    tanh_decay,
)
from concepts.nonlinearities import NONLINEARITIES
from concepts.xavier import gradient_moment_by_layer, variance_by_layer

TANH, SIGMOID, RELU = (NONLINEARITIES[name] for name in ("tanh", "sigmoid", "relu"))


TORCH = {
    "identity": lambda z: z,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "prelu": lambda z: torch.nn.functional.leaky_relu(z, 0.25),
    "elu": torch.nn.functional.elu,
    "selu": torch.selu,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
}

# row 12: E[f²], E[f'²] and the gain that keeps the forward variance
ROW_12 = {
    "relu": (0.5, 0.5, 1.4142),
    "leaky_relu": (0.50005, 0.50005, 1.4141),
    "prelu": (0.53125, 0.53125, 1.372),
    "elu": (0.6449, 0.6681, 1.245),
    "selu": (1.0, 1.0716, 1.0),
    "silu": (0.3558, 0.3795, 1.677),
    "gelu": (0.4252, 0.4559, 1.534),
    "tanh": (0.3943, 0.4644, 1.593),
    "sigmoid": (0.2934, 0.0448, 1.846),
}


class TestQuadrature:
    @pytest.mark.parametrize(
        ("power", "moment"), [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (6, 15.0), (8, 105.0)]
    )
    def test_moments_of_the_normal_law(self, power, moment):
        assert gaussian_mean(lambda z: z**power) == pytest.approx(moment, abs=1e-10)

    def test_a_kink_at_zero_costs_nothing(self):
        assert gaussian_mean(np.abs, variance=4.0) == pytest.approx(2.0 * math.sqrt(2 / math.pi), rel=1e-13)

    @pytest.mark.parametrize("variance", [0.1, 1.0, 3.0])
    def test_smooth_functions_agree_with_gauss_hermite(self, variance):
        nodes, weights = np.polynomial.hermite_e.hermegauss(150)
        expected = weights @ np.tanh(math.sqrt(variance) * nodes) ** 2 / math.sqrt(2 * math.pi)

        assert gaussian_mean(lambda z: np.tanh(z) ** 2, variance) == pytest.approx(expected, rel=1e-7)

    def test_a_variance_of_zero_is_the_value_at_zero(self):
        assert gaussian_mean(np.cos, variance=0.0) == pytest.approx(1.0, rel=1e-13)


class TestNonlinearities:
    @pytest.mark.parametrize("name", NONLINEARITIES)
    def test_values_and_derivatives_equal_torchs(self, name):
        z = torch.linspace(-9.1, 8.9, 500, dtype=torch.float64, requires_grad=True)
        theirs = TORCH[name](z)
        slopes = torch.autograd.grad(theirs.sum(), z)[0].numpy()
        ours, points = NONLINEARITIES[name], z.detach().numpy()

        assert ours.f(points) == pytest.approx(theirs.detach().numpy(), abs=1e-12)
        assert ours.df(points) == pytest.approx(slopes, abs=1e-12)


class TestGains:
    @pytest.mark.parametrize("name", ROW_12)
    def test_row_12(self, name):
        f, df = NONLINEARITIES[name].f, NONLINEARITIES[name].df
        second_moment, slope_moment, gain = ROW_12[name]

        assert gaussian_mean(lambda z: f(z) ** 2) == pytest.approx(second_moment, abs=6e-5)
        assert gaussian_mean(lambda z: df(z) ** 2) == pytest.approx(slope_moment, abs=6e-5)
        assert forward_gain(f) == pytest.approx(gain, abs=6e-4)

    @pytest.mark.parametrize("name", ROW_12)
    def test_row_12_by_simulation(self, name):
        """Two million draws: the relative standard error is below 0.2 % for all; 1 % is allowed."""
        u = np.random.default_rng(0).standard_normal(2_000_000 if name != "gelu" else 200_000)
        second_moment, slope_moment, _ = ROW_12[name]

        assert np.mean(NONLINEARITIES[name].f(u) ** 2) == pytest.approx(second_moment, rel=0.01)
        assert np.mean(NONLINEARITIES[name].df(u) ** 2) == pytest.approx(slope_moment, rel=0.01)

    def test_only_the_relu_family_meets_both_conditions_with_one_gain(self):
        both = {
            name
            for name in ROW_12
            if forward_gain(NONLINEARITIES[name].f)
            == pytest.approx(backward_gain(NONLINEARITIES[name].df), rel=1e-9)
        }

        assert both == {"relu", "leaky_relu", "prelu"}

    def test_the_relu_gain_is_torchs_and_the_tanh_gain_is_neither_of_ours(self):
        assert forward_gain(RELU.f) == pytest.approx(torch.nn.init.calculate_gain("relu"), rel=1e-9)
        assert torch.nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)
        assert torch.nn.init.calculate_gain("sigmoid") == 1.0


class TestTanh:
    def test_row_9_variances_decay_like_1_over_2l(self):
        q = square_profiles(TANH.f, TANH.df, 1.0, 101)[0]  # q[l] is the activation variance of layer l
        expected = {1: 0.394, 2: 0.236, 4: 0.128, 5: 0.103, 10: 0.0522, 100: 0.0051}

        assert {l: round(float(q[l]), 4 if l > 5 else 3) for l in expected} == expected
        assert q[100] == pytest.approx(tanh_decay(100), rel=0.02)

    def test_the_expansion_behind_the_decay(self):
        """E[tanh²] = q − 2q² + 17q³/3 + O(q⁴): the coefficients follow from E[u⁴] = 3 and E[u⁶] = 15."""
        q = 1e-3

        assert next_variance(TANH.f, q) == pytest.approx(q - 2 * q**2 + 17 * q**3 / 3, abs=40 * q**4)

    def test_row_9_gradient_over_twenty_layers(self):
        _, moments = square_profiles(TANH.f, TANH.df, 1.0, 20)

        assert moments[0] == pytest.approx(0.037, abs=0.002)

    def test_row_9_simulated(self):
        """Twenty layers of 1000 units; the width leaves 2 % in the variances, 10 % in the gradient."""
        rng = np.random.default_rng(1)
        weights = [rng.normal(0.0, math.sqrt(1 / 1000), size=(1000, 1000)) for _ in range(20)]
        x, delta_out = rng.standard_normal((100, 1000)), rng.standard_normal((100, 1000))
        q = square_profiles(TANH.f, TANH.df, 1.0, 21)[0]
        variances = variance_by_layer(weights, x, TANH.f)
        moments = gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)

        assert variances == pytest.approx(q[1:], rel=0.06)
        assert moments[0] / moments[-1] == pytest.approx(0.0379, rel=0.2)

    def test_row_10_gain_five_thirds_is_past_critical(self):
        q_star = fixed_point(TANH.f, sigma_w2=25 / 9)
        chi = gradient_factor(TANH.df, q_star, 25 / 9)

        assert q_star == pytest.approx(1.178, abs=5e-4)
        assert q_star / (25 / 9) == pytest.approx(0.424, abs=5e-4)
        assert chi == pytest.approx(1.2098, abs=5e-5)
        assert chi**10 == pytest.approx(6.7, rel=0.01)
        assert chi**20 == pytest.approx(45, rel=0.01)
        assert chi**50 == pytest.approx(1.4e4, rel=0.05)

    def test_row_10_simulated(self):
        """From layer 20 to layer 1 theory gives 21.0 and evidence 21.5; 25 % is the scatter of width 500."""
        rng = np.random.default_rng(2)
        weights = [rng.normal(0.0, 5 / 3 / math.sqrt(500), size=(500, 500)) for _ in range(20)]
        x, delta_out = rng.standard_normal((200, 500)), rng.standard_normal((200, 500))
        moments = gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)
        _, predicted = square_profiles(TANH.f, TANH.df, 25 / 9, 20)

        assert predicted[0] == pytest.approx(21.0, rel=0.01)
        assert moments[0] / moments[-1] == pytest.approx(21.0, rel=0.25)


class TestRectangularLayers:
    def test_profiles_of_a_narrowing_tanh_network(self):
        """Widths from 2000 to 500; the gradients of ten products scatter by about 10 %, 30 % is allowed."""
        rng = np.random.default_rng(3)
        widths = [2000, 1500, 1000, 700, 500]
        variances = [1.3 / n_in for n_in in widths[:-1]]
        weights = [
            rng.normal(0.0, math.sqrt(v), size=(n_out, n_in))
            for v, n_in, n_out in zip(variances, widths[:-1], widths[1:], strict=True)
        ]
        x, delta_out = rng.standard_normal((100, 2000)), rng.standard_normal((100, 500))
        q = forward_profile(TANH.f, widths, variances)
        measured = gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)
        expected = [gaussian_mean(lambda z: np.tanh(z) ** 2, v) for v in q]

        assert variance_by_layer(weights, x, TANH.f) == pytest.approx(expected, rel=0.05)
        assert measured / measured[-1] == pytest.approx(
            backward_profile(TANH.df, widths, variances, q), rel=0.3
        )


class TestEdgeOfChaos:
    def test_row_11_critical_point(self):
        critical = critical_weight_variance(TANH.f, TANH.df, sigma_b2=0.05)

        assert critical == pytest.approx(1.76095, abs=1e-5)
        assert fixed_point(TANH.f, critical, 0.05) == pytest.approx(0.570, abs=5e-4)

    @pytest.mark.parametrize(("sigma_w2", "chi"), [(1.0, 0.759), (1.5, 0.939), (2.5, 1.134), (4.0, 1.342)])
    def test_row_11_factors_on_both_sides(self, sigma_w2, chi):
        q_star = fixed_point(TANH.f, sigma_w2, 0.05)

        assert gradient_factor(TANH.df, q_star, sigma_w2) == pytest.approx(chi, abs=6e-4)

    @pytest.mark.parametrize(("sigma_w2", "length"), [(1.0, 3.63), (1.5, 15.8)])
    def test_row_11_correlation_lengths(self, sigma_w2, length):
        chi = gradient_factor(TANH.df, fixed_point(TANH.f, sigma_w2, 0.05), sigma_w2)

        assert correlation_length(chi) == pytest.approx(length, rel=2e-3)

    @pytest.mark.parametrize("chi", [0.0, 1.0, 1.2, -0.5])
    def test_no_correlation_length_outside_the_ordered_phase(self, chi):
        with pytest.raises(ValueError, match="ordered phase"):
            correlation_length(chi)

    def test_a_critical_network_never_settles(self):
        with pytest.raises(ValueError, match="no fixed point"):
            fixed_point(TANH.f, sigma_w2=1.0)


class TestSigmoid:
    def test_xavier_weights_divide_the_gradient_by_eighteen_a_layer(self):
        q_star = fixed_point(SIGMOID.f, sigma_w2=1.0)

        assert 1 / gradient_factor(SIGMOID.df, q_star) == pytest.approx(17.9, abs=0.1)

    def test_sixteen_times_xavier_is_still_not_critical_because_of_the_mean(self):
        q_star = fixed_point(SIGMOID.f, sigma_w2=16.0)

        assert gradient_factor(SIGMOID.df, q_star, 16.0) == pytest.approx(0.399, abs=1e-3)
