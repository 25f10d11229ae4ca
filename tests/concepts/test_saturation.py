"""The flat ends of the sigmoid against torch, exact arithmetic, dense grids, and row 1 of the evidence."""

from __future__ import annotations

import doctest
import math
from decimal import Decimal

import numpy as np
import pytest
import torch

from concepts import mean_field, saturation
from concepts.chain_rule import scalar_chain_gradient
from concepts.saturation import (
    chain_bound,
    gaussian_saturated_share,
    max_layer_factor,
    saturated_fraction,
    saturation_by_layer,
    sigmoid,
    sigmoid_grad,
    slopes_cross,
    tanh_grad,
    tanh_unit_gain_width,
    unit_gain_width,
    widest_unit_gain,
)

FAR = np.array([-1e4, -745.0, -710.0, -88.8, -40.0, 40.0, 88.8, 710.0, 745.0, 1e4])


@pytest.fixture
def rng():
    return np.random.default_rng(20260102)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(saturation)

    assert result.attempted > 0
    assert result.failed == 0


class TestCurves:
    @pytest.mark.parametrize(
        ("ours", "theirs"), [(sigmoid, torch.sigmoid), (sigmoid_grad, torch.sigmoid), (tanh_grad, torch.tanh)]
    )
    def test_match_torch_and_its_derivatives(self, rng, ours, theirs):
        x = torch.tensor(rng.normal(0, 5, size=(7, 3, 2)), requires_grad=True)
        expected = theirs(x)
        if ours is not sigmoid:
            (expected,) = torch.autograd.grad(expected.sum(), x)

        np.testing.assert_allclose(ours(x.detach().numpy()), expected.detach().numpy(), rtol=1e-9, atol=1e-15)

    @pytest.mark.parametrize("x", [0.0, 0.3, -2.0, 17.0, 37.5, -40.0, 300.0, -700.0])
    def test_have_all_their_digits_where_differences_would_cancel(self, x):
        e = Decimal(x).exp()
        s = e / (1 + e)
        slope = s / (1 + e)

        assert float(sigmoid(np.array(x))) == pytest.approx(float(s), rel=1e-14)
        assert float(sigmoid_grad(np.array(x))) == pytest.approx(float(slope), rel=1e-14)

    @pytest.mark.parametrize("f", [sigmoid, sigmoid_grad, tanh_grad])
    def test_are_silent_and_finite_far_out(self, f):
        """Warnings are errors in this suite."""
        values = f(FAR)

        assert np.all((values >= 0) & (values <= 1))
        assert values[0] == 0

    def test_are_symmetric(self, rng):
        x = rng.normal(0, 10, size=100)

        np.testing.assert_array_equal(sigmoid_grad(x), sigmoid_grad(-x))
        np.testing.assert_array_equal(tanh_grad(x), tanh_grad(-x))
        np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1, rtol=1e-15)

    def test_slope_of_tanh_is_four_times_that_of_the_sigmoid_at_twice_the_input(self, rng):
        x = rng.normal(0, 3, size=50)

        np.testing.assert_allclose(tanh_grad(x), 4 * sigmoid_grad(2 * x), rtol=1e-15)

    def test_evidence_row_1_steepest_slopes_are_a_quarter_and_one_at_zero(self):
        """Evidence, row 1."""
        grid = np.linspace(-20, 20, 40_001)

        assert sigmoid_grad(grid).max() == sigmoid_grad(np.zeros(1))[0] == 0.25
        assert tanh_grad(grid).max() == tanh_grad(np.zeros(1))[0] == 1

    def test_tanh_is_the_steeper_one_inside_the_crossing_and_the_flatter_one_outside(self):
        cross = slopes_cross()
        inside, outside = cross * np.array([-0.999, -0.5, 0.0, 0.999]), cross * np.array([-1.001, 1.001, 4.0])

        assert tanh_grad(np.array(cross)) == pytest.approx(sigmoid_grad(np.array(cross)), rel=1e-14)
        assert np.all(tanh_grad(inside) > sigmoid_grad(inside))
        assert np.all(tanh_grad(outside) < sigmoid_grad(outside))

    @pytest.mark.parametrize("f", [sigmoid, sigmoid_grad, tanh_grad])
    @pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3, 4)])
    def test_keep_the_shape_and_leave_a_read_only_input_alone(self, rng, f, shape):
        x = rng.normal(size=shape)
        x = np.asarray(x)
        x.flags.writeable = False

        assert f(x).shape == shape
        assert f(x).dtype == np.float64


class TestSaturatedFraction:
    def test_counts_strictly_beyond_both_limits(self):
        a = np.array([0.0, 0.05, 0.0499, 0.5, 0.95, 0.9501, 1.0, 0.3])

        assert saturated_fraction(a) == 0.5
        assert saturated_fraction(a, low=0.0, high=1.0) == 0.0
        assert saturated_fraction(a, 0.4, 0.6) == 7 / 8

    def test_of_uniform_outputs_is_what_the_limits_leave(self, rng):
        # standard error 0.0003
        assert saturated_fraction(rng.random((1000, 1000)), 0.1, 0.7) == pytest.approx(0.4, abs=0.003)

    @pytest.mark.parametrize("q", [0.5, 4.0, 30.0])
    @pytest.mark.parametrize("limits", [(0.05, 0.95), (0.3, 0.99), (0.2, 0.7)])
    def test_of_normal_preactivations_is_the_closed_form(self, rng, q, limits):
        a = sigmoid(rng.normal(0, math.sqrt(q), size=400_000))

        # standard error at most 0.0008
        assert saturated_fraction(a, *limits) == pytest.approx(
            gaussian_saturated_share(q, *limits), abs=0.004
        )


class TestLargestFactor:
    @pytest.mark.parametrize("w", [-8.0, -1.0, 0.0, 0.3, 4.0, 100.0])
    def test_is_the_maximum_on_a_grid(self, w):
        z = np.linspace(-10, 10, 2001)

        assert max_layer_factor(w) == np.abs(w * sigmoid_grad(z)).max()

    @pytest.mark.parametrize(("layers", "printed"), [(5, "9.77e-04"), (10, "9.54e-07"), (20, "9.09e-13")])
    def test_evidence_row_1_bounds_a_chain(self, rng, layers, printed):
        """Evidence, row 1, and 50 random chains below the bound."""
        assert f"{chain_bound(1.0, layers):.2e}" == printed
        for w in rng.normal(0, 3, size=50):
            found = scalar_chain_gradient(
                np.full(layers, w), rng.normal(size=layers), 0.4, sigmoid, sigmoid_grad
            )

            assert abs(found) <= chain_bound(w, layers) * (1 + 1e-12)


class TestWindow:
    @pytest.mark.parametrize("w", [4.01, -5.0, 6.9, 20.0, -300.0])
    @pytest.mark.parametrize("b", [0.0, -3.0])
    def test_has_the_length_of_the_inputs_that_keep_the_gradient(self, w, b):
        centre, reach = -b / w, 3.0
        a = np.linspace(centre - reach, centre + reach, 3_000_001)
        inside = np.abs(w * sigmoid_grad(w * a + b)) >= 1

        # the grid's spacing is 2e-6, and each end may miss by one
        assert unit_gain_width(w) == pytest.approx(inside.mean() * 2 * reach, abs=5e-6)

    @pytest.mark.parametrize("w", [4.5, 6.9, 50.0, 1e4])
    def test_is_nielsens_formula(self, w):
        expected = 2 / w * math.log(w * (1 + math.sqrt(1 - 4 / w)) / 2 - 1)

        assert unit_gain_width(w) == pytest.approx(expected, rel=1e-12)
        assert unit_gain_width(-w) == unit_gain_width(w)

    @pytest.mark.parametrize("w", [0.0, 1.0, -3.999, 4.0, -4.0])
    def test_is_closed_up_to_four(self, w):
        assert unit_gain_width(w) == 0.0

    @pytest.mark.parametrize("w", [1.2, -1.7, 30.0])
    def test_of_tanh_has_the_length_of_the_inputs_that_keep_the_gradient(self, w):
        a = np.linspace(-3, 3, 3_000_001)
        inside = np.abs(w * tanh_grad(w * a + 0.5 * w)) >= 1

        assert tanh_unit_gain_width(w) == pytest.approx(inside.mean() * 6, abs=5e-6)
        assert tanh_unit_gain_width(w) == pytest.approx(2 * math.acosh(math.sqrt(abs(w))) / abs(w), rel=1e-12)

    def test_of_tanh_is_closed_up_to_one(self):
        assert tanh_unit_gain_width(1.0) == tanh_unit_gain_width(-0.5) == 0.0

    def test_is_never_wider_than_nielsen_says(self):
        """Nielsen: at most 0.45, near |w| = 6.9."""
        w, width = widest_unit_gain()
        grid = [unit_gain_width(v) for v in np.linspace(4, 200, 20_001)]

        assert width == pytest.approx(max(grid), rel=1e-6)
        assert width == pytest.approx(0.4477, abs=1e-4)
        assert w == pytest.approx(6.9, abs=0.05)


class TestRandomNetworks:
    def test_large_weights_saturate_and_small_ones_do_not(self, rng):
        small, steep = saturation_by_layer(4, 100, 0.1, n=50, rng=rng)
        large, flat = saturation_by_layer(4, 100, 3.0, n=50, rng=rng)

        assert small.max() < 0.05 < 0.5 < large.min()
        assert flat.max() < 0.1 < 0.2 < steep.min()

    def test_wide_layers_stop_shrinking_the_gradient_near_a_sigma_of_ten(self):
        critical = mean_field.critical_weight_variance(sigmoid, sigmoid_grad, 0.0, low=16.0, high=400.0)

        assert math.sqrt(critical) == pytest.approx(10.15, abs=0.01)

    def test_the_factor_of_wide_layers_grows_like_sigma_over_six_root_pi(self):
        q = mean_field.fixed_point(sigmoid, 32.0**2)
        found = mean_field.gradient_factor(sigmoid_grad, q, 32.0**2)

        # what is left out falls with the weights: 6 % at 8, 3 % at 16
        assert found == pytest.approx(32.0 / (6 * math.sqrt(math.pi)), rel=0.02)

    @pytest.mark.parametrize("weight_std", [0.1, 0.3, 1.0])
    def test_saturate_as_much_as_the_closed_form_predicts(self, rng, weight_std):
        measured, _ = saturation_by_layer(3, 200, weight_std, n=100, rng=rng)
        profile = mean_field.forward_profile(sigmoid, [200] * 4, [weight_std**2] * 3)

        # 200 units: a standard error of at most 0.035
        assert measured == pytest.approx([gaussian_saturated_share(q) for q in profile], abs=0.1)
