"""He's initialisation against torch, quadrature, simulation, and rows 4, 5 and 6 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from torch import nn

from concepts import he
from concepts.he import (
    VGG_SHAPES,
    fans,
    gradient_scale,
    he_normal,
    he_std,
    leaky_relu_gain,
    leaky_relu_mean,
    moment_factors,
    relu_second_moment,
    second_moment_by_layer,
)
from concepts.mean_field import gaussian_mean

SHAPES = [(7, 3), (1, 1), (64, 3, 5), (16, 4, 3, 3), (2, 8, 3, 1, 5)]


@pytest.fixture
def rng():
    return np.random.default_rng(20260104)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(he)

    assert result.attempted > 0
    assert result.failed == 0


class TestMoments:
    @pytest.mark.parametrize("variance", [0.0, 0.3, 1.0, 50.0])
    def test_relu_keeps_half_of_the_second_moment(self, variance):
        expected = gaussian_mean(lambda z: np.maximum(z, 0) ** 2, variance)

        assert relu_second_moment(variance) == pytest.approx(expected, rel=1e-10)

    @pytest.mark.parametrize("slope", [0.0, 0.01, 0.25, 1.0])
    def test_gain_restores_the_second_moment(self, slope):
        kept = gaussian_mean(lambda z: np.where(z > 0, z, slope * z) ** 2)

        assert leaky_relu_gain(slope) ** 2 * kept == pytest.approx(1, rel=1e-10)
        assert leaky_relu_gain(slope) == pytest.approx(nn.init.calculate_gain("leaky_relu", slope), rel=1e-12)

    @pytest.mark.parametrize("slope", [0.0, 0.01, 0.25, 1.0])
    def test_mean_of_a_leaky_relu_is_not_zero(self, slope):
        """A published notebook says that it is."""
        expected = gaussian_mean(lambda z: np.where(z > 0, z, slope * z), variance=4.0)

        assert leaky_relu_mean(2.0, slope) == pytest.approx(expected, rel=1e-10, abs=1e-12)


class TestFans:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_match_torch(self, shape):
        assert fans(shape) == nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))

    def test_match_the_layers_of_torch(self):
        conv = nn.Conv2d(3, 64, kernel_size=(5, 7))

        assert fans(tuple(conv.weight.shape)) == (3 * 35, 64 * 35)

    @pytest.mark.parametrize("shape", [(), (5,)])
    def test_need_two_dimensions(self, shape):
        for refuse in (fans, he_std):
            with pytest.raises(ValueError, match="two dimensions"):
                refuse(shape)


class TestStandardDeviation:
    @pytest.mark.parametrize("shape", [(500, 300), (300, 100, 5), (128, 64, 3, 3)])
    @pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
    @pytest.mark.parametrize("slope", [0.0, 0.5])
    def test_matches_torch_and_the_draws(self, rng, shape, mode, slope):
        weight = torch.empty(shape, dtype=torch.float64)
        nn.init.kaiming_normal_(weight, a=slope, mode=mode, generator=torch.Generator().manual_seed(1))
        draws = he_normal(shape, rng, mode, slope)

        assert draws.shape == shape
        # at least 70,000 draws: a standard error of 0.27 %
        assert draws.std() == pytest.approx(he_std(shape, mode, slope), rel=0.015)
        assert weight.std().item() == pytest.approx(he_std(shape, mode, slope), rel=0.015)

    @pytest.mark.parametrize("mode", ["fan", "FAN_IN", "fan_avg", "", None])
    def test_knows_two_modes(self, rng, mode):
        with pytest.raises(ValueError, match="mode must be"):
            he_std((3, 2), mode)
        with pytest.raises(ValueError, match="mode must be"):
            he_normal((3, 2), rng, mode)

    def test_evidence_row_4_he_has_the_values_of_the_paper(self):
        """Row 4: the VGG layers, 3 × 3 with 64 to 512 channels."""
        stds = [round(he_std((d, 1, 3, 3), "fan_out"), 3) for d in (64, 128, 256, 512)]

        assert stds == [0.059, 0.042, 0.029, 0.021]

    def test_evidence_row_6_default_of_torch_is_smaller_by_the_root_of_six(self):
        """Row 6: nn.Linear draws with a standard deviation of 1/√(3n)."""
        torch.manual_seed(0)
        std = nn.Linear(1000, 1000).weight.std().item()

        assert std * math.sqrt(1000) == pytest.approx(1 / math.sqrt(3), rel=0.01)
        assert he_std((1000, 1000)) / std == pytest.approx(math.sqrt(6), rel=0.01)


class TestSignals:
    def test_moments_follow_the_closed_form(self, rng):
        moments = second_moment_by_layer(4, 1000, 0.07, n=50, rng=rng)

        # log-moments scatter by at most √(5 l / width): 0.14 at l = 4
        np.testing.assert_allclose(
            np.log(moments), np.arange(1, 5) * math.log(0.5 * 1000 * 0.07**2), atol=0.6
        )

    def test_moments_scale_exactly_with_the_weights(self):
        one, two = (second_moment_by_layer(3, 20, s, n=7, rng=np.random.default_rng(5)) for s in (0.3, 0.6))

        np.testing.assert_allclose(two / one, [4, 16, 64], rtol=1e-12)

    @pytest.mark.parametrize(
        ("scale", "low", "high"), [(2.0, 0.95, 1.08), (1.0, 0.47, 0.54), (1 / 3, 0.155, 0.18)]
    )
    def test_evidence_row_5_thirty_layers_multiply_as_predicted(self, rng, scale, low, high):
        """Row 5: He's variance, 1/n and torch's default; 30 layers of 512 units, 256 inputs."""
        forth, back = moment_factors(30, 512, scale / 512, n=256, rng=rng)

        assert low < forth < high
        assert low < back < high


class TestGradientScale:
    def test_evidence_row_4_factor_of_the_paper(self):
        """Row 4: with 0.01 everywhere 1/17 000 of the gradient arrives; the paper multiplies rounded factors."""
        by_hand = 1 / (5.9 * 4.2**2 * 2.9**2 * 2.1**4)

        assert 1 / by_hand == pytest.approx(17_022, abs=1)
        assert 1 / gradient_scale([0.01] * 9, VGG_SHAPES) == pytest.approx(16_729, abs=1)

    def test_is_what_a_gradient_feels(self, rng):
        """Measured on ten layers of 400 units whose weights are half of He's."""
        _, back = moment_factors(10, 400, 0.25 * 2 / 400, n=100, rng=rng)
        predicted = gradient_scale([0.5 * he_std((400, 400))] * 9, [(400, 400)] * 9)

        assert math.sqrt(back) == pytest.approx(predicted ** (1 / 9), rel=0.1)

    def test_refuses_lists_of_different_length(self):
        with pytest.raises(ValueError):
            gradient_scale([0.1], [(3, 2), (4, 3)])
