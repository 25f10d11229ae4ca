"""What activations keep: against torch, closed forms and simulation; rows 12, 13 and 14 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from torch import nn

from concepts import kept_shares, mean_field
from concepts.kept_shares import (
    expected_profiles,
    gelu_minimum,
    gradient_share,
    measured_profiles,
    random_network,
    repulsion,
    selu_constants,
    signal_share,
    swish_steepest,
)
from concepts.nonlinearities import NONLINEARITIES

RECTIFIERS = {"relu", "leaky_relu", "prelu", "identity"}
FALLING, RISING = {"elu", "selu", "tanh"}, {"silu", "gelu"}
VARIANCES = np.geomspace(0.01, 50.0, 25)


@pytest.fixture
def rng():
    return np.random.default_rng(20260112)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(kept_shares)

    assert result.attempted > 0
    assert result.failed == 0


class TestShares:
    @pytest.mark.parametrize("name", NONLINEARITIES)
    def test_are_those_of_a_sample(self, rng, name):
        """200,000 draws leave a relative standard error below 0.6 %; 3 % is allowed."""
        z = math.sqrt(2.0) * rng.standard_normal(200_000)
        f, df = NONLINEARITIES[name].f, NONLINEARITIES[name].df

        assert signal_share(f, 2.0) == pytest.approx(np.mean(f(z) ** 2) / 2.0, rel=0.03)
        assert gradient_share(df, 2.0) == pytest.approx(np.mean(df(z) ** 2), rel=0.03)

    def test_elu_in_closed_form(self):
        """E[ELU²] = ½ + ½(1 − 2·2e^½Φ(−1) + 2e²Φ(−2)), from E[e^{tu} 1_{u<0}] = e^{t²/2}Φ(−t)."""
        one, two = (0.5 * math.erfc(t / math.sqrt(2.0)) for t in (1.0, 2.0))  # Φ(−1), Φ(−2)
        expected = 1.0 - 2.0 * math.exp(0.5) * one + math.exp(2.0) * two

        assert signal_share(NONLINEARITIES["elu"].f) == pytest.approx(expected, rel=1e-10)
        assert signal_share(NONLINEARITIES["elu"].f) == pytest.approx(0.6449, abs=6e-5)

    @pytest.mark.parametrize("name", [name for name in NONLINEARITIES if name != "sigmoid"])
    def test_evidence_row_12_only_rectifiers_keep_both_at_any_variance(self, name):
        """With f(0) = 0 the gradient's share is never below the signal's, and equal for straight lines only."""
        f, df = NONLINEARITIES[name].f, NONLINEARITIES[name].df
        ratio = np.array([gradient_share(df, q) / signal_share(f, q) for q in VARIANCES])

        assert (np.abs(ratio - 1).max() < 1e-9) == (name in RECTIFIERS)
        assert ratio.min() > 1 - 1e-12

    def test_the_theorem_holds_for_random_activations_through_zero(self, rng):
        for _ in range(200):
            c, w = rng.normal(size=(2, 5))
            q = float(np.exp(rng.normal()))
            signal = signal_share(lambda z, c=c, w=w: np.sin(np.multiply.outer(z, w)) @ c, q)
            gradient = gradient_share(lambda z, c=c, w=w: np.cos(np.multiply.outer(z, w)) @ (c * w), q)

            assert gradient >= signal * (1 - 1e-9)

    def test_a_constant_can_make_them_equal_at_one_variance_but_not_at_another(self):
        tanh = NONLINEARITIES["tanh"]
        c = math.sqrt(gradient_share(tanh.df) - signal_share(tanh.f))
        one, small = (signal_share(lambda z: np.tanh(z) + c, q) for q in (1.0, 0.1))

        assert one == pytest.approx(gradient_share(tanh.df), rel=1e-9)
        assert small > 1.5 * gradient_share(tanh.df, 0.1)

    @pytest.mark.parametrize("name", sorted(FALLING | RISING))
    def test_shares_fall_or_rise_and_the_variance_attracts_or_repels(self, name):
        f = NONLINEARITIES[name].f
        steps = np.diff([signal_share(f, q) for q in VARIANCES])

        assert np.all(steps < 0) if name in FALLING else np.all(steps > 0)
        assert (repulsion(f) < 1) == (name in FALLING)

    @pytest.mark.parametrize("name", sorted(RISING))
    def test_a_gate_keeps_between_a_quarter_and_a_half(self, name):
        f = NONLINEARITIES[name].f

        assert signal_share(f, 1e-6) == pytest.approx(0.25, abs=1e-5)
        assert signal_share(f, 1e6) == pytest.approx(0.5, abs=2e-3)

    @pytest.mark.parametrize("name", ["tanh", "elu", "silu"])
    def test_repulsion_is_what_an_error_feels(self, name):
        f, df = NONLINEARITIES[name].f, NONLINEARITIES[name].df
        q, _ = expected_profiles(f, df, mean_field.forward_gain(f), math.exp(1e-4), depth=4)

        np.testing.assert_allclose(np.log(q) / 1e-4, repulsion(f) ** np.arange(4), rtol=1e-3)


class TestProfiles:
    @pytest.mark.parametrize("name", ["relu", "selu", "tanh"])
    def test_wide_networks_follow_the_theory(self, rng, name):
        """Eight layers of 400 units; products of eight scatter by about 10 %, 40 % is allowed."""
        f, df = NONLINEARITIES[name].f, NONLINEARITIES[name].df
        weights = random_network(8, 400, 1.3, 0.7, rng)
        x, delta_out = rng.standard_normal((2, 100, 400))
        measured = measured_profiles(f, df, weights, x, delta_out)

        for found, expected in zip(measured, expected_profiles(f, df, 1.3, 0.7, 8), strict=True):
            np.testing.assert_allclose(found, expected, rtol=0.4)

    def test_a_gate_explodes_from_a_fifth_too_much_and_vanishes_from_a_fifth_too_little(self):
        f, df = NONLINEARITIES["silu"].f, NONLINEARITIES["silu"].df
        last = [expected_profiles(f, df, mean_field.forward_gain(f), q, 30)[0][-1] for q in (0.8, 1.0, 1.2)]

        assert last == pytest.approx([0.00119, 1.0, 537.8], rel=0.005)

    def test_errors_are_those_of_autograd(self, rng):
        weights = [rng.normal(size=shape) for shape in [(4, 3), (5, 4), (2, 5)]]
        x, delta_out = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
        a, zs = torch.tensor(x), []
        for W in weights:
            zs.append((a @ torch.tensor(W).T).requires_grad_())
            a = nn.functional.silu(zs[-1])
        gradients = torch.autograd.grad(zs[-1], zs, torch.tensor(delta_out))
        squares = np.array([g.square().mean().item() for g in gradients])
        silu = NONLINEARITIES["silu"]

        q, back = measured_profiles(silu.f, silu.df, weights, x, delta_out)

        np.testing.assert_allclose(q, [z.square().mean().item() for z in zs])
        np.testing.assert_allclose(back, squares / squares[-1])


class TestSelu:
    def test_evidence_row_13_constants_are_torchs(self):
        scale, alpha = selu_constants()
        one, far = nn.functional.selu(torch.tensor([1.0, -1e3], dtype=torch.float64)).tolist()

        assert scale == pytest.approx(one, rel=1e-12)
        assert -scale * alpha == pytest.approx(far, rel=1e-12)

    def test_evidence_row_13_the_gain_of_torch_gives_up_the_fixed_point(self):
        """With 1 the variance rests at 1 and χ = 1.0716; with 3/4 it rests at 0.023 and χ is nearly 1."""
        f, df = NONLINEARITIES["selu"].f, NONLINEARITIES["selu"].df
        gain = nn.init.calculate_gain("selu")
        rest, small = (mean_field.fixed_point(f, g * g) for g in (1.0, gain))

        assert gain == 0.75
        assert rest == pytest.approx(1, abs=1e-9)
        assert gradient_share(df, rest) == pytest.approx(1.0716, abs=6e-5)
        assert small == pytest.approx(0.0230, abs=1e-4)
        assert gain**2 * gradient_share(df, small) == pytest.approx(1.0037, abs=1e-4)


class TestSmooth:
    def test_evidence_row_14_swish_is_steepest_where_the_closed_form_says(self):
        z = torch.linspace(2.3, 2.5, 20_001, dtype=torch.float64, requires_grad=True)
        (slopes,) = torch.autograd.grad(nn.functional.silu(z).sum(), z)
        df = NONLINEARITIES["silu"].df

        assert swish_steepest() == pytest.approx(z[slopes.argmax()].item(), abs=1e-4)
        assert df(np.array(swish_steepest())) == pytest.approx(1.09984, abs=5e-6)
        assert df(np.array(-swish_steepest())) == pytest.approx(-0.09984, abs=5e-6)

    def test_gelu_is_lowest_and_steepest_where_the_chapter_says(self):
        z = torch.linspace(-4, 4, 80_001, dtype=torch.float64, requires_grad=True)
        values = nn.functional.gelu(z)
        (slopes,) = torch.autograd.grad(values.sum(), z)

        assert gelu_minimum() == pytest.approx(z[values.argmin()].item(), abs=1e-4)
        assert values.min().item() == pytest.approx(-0.1700, abs=5e-5)
        assert z[slopes.argmax()].item() == pytest.approx(math.sqrt(2), abs=1e-4)
        assert slopes.max().item() == pytest.approx(1.1289, abs=5e-5)
