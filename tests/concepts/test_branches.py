"""Deep residual networks at their start: closed forms against random networks, autograd and sums over paths."""

from __future__ import annotations

import doctest
import math
from functools import reduce
from itertools import product

import numpy as np
import pytest
import torch

from concepts import branches
from concepts.branches import (
    KINDS,
    draw,
    expected_profiles,
    gradients_by_path_length,
    measured_profiles,
    next_residual_cosine,
    path_shares,
    rectified_branch_moments,
)
from concepts.residual import branch_scale, he_branch, second_moment_by_block


@pytest.fixture
def rng():
    return np.random.default_rng(20260311)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(branches)

    assert result.attempted > 0
    assert result.failed == 0


def autograd(kind, blocks, scale, x, grad_out):
    """Return torch's mean squares of signals and gradients, the input's first."""
    levels = [torch.tensor(x, requires_grad=True)]
    for V, W in blocks:
        a = levels[-1]
        inner = (
            torch.nn.functional.batch_norm(a, None, None, training=True, eps=1e-30)
            if kind == "normalized"
            else a
        )
        branch = scale * torch.relu(inner @ torch.tensor(V).T) @ torch.tensor(W).T
        levels.append(branch if kind == "plain" else a + branch)
    gradients = torch.autograd.grad((levels[-1] * torch.tensor(grad_out)).sum(), levels)
    return [[t.detach().square().mean().item() for t in tensors] for tensors in (levels, gradients)]


class TestProfiles:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("scale", [1.0, 0.3])
    def test_what_is_measured_is_what_autograd_says(self, rng, kind, scale):
        blocks, (x, grad_out) = draw(4, 6, rng), rng.normal(size=(2, 9, 6))
        signals, gradients = autograd(kind, blocks, scale, x, grad_out)
        forward, backward = measured_profiles(kind, blocks, scale, x, grad_out)

        np.testing.assert_allclose(forward, np.divide(signals, signals[0]), rtol=1e-9)
        np.testing.assert_allclose(backward, np.divide(gradients, gradients[-1]), rtol=1e-9)

    def test_the_mean_over_narrow_networks_is_exact(self, rng):
        """Three units only: nothing in the derivation asked for wide layers."""
        sums, n = np.zeros((2, 4)), 3000
        for _ in range(n):
            x, grad_out = rng.normal(size=(2, 1, 3))
            forward, backward = measured_profiles("shortcut", draw(3, 3, rng), 1.0, x, grad_out)
            sums += forward, backward * np.mean(grad_out**2)

        # the last entry scatters most: its standard error is about 5 %
        np.testing.assert_allclose(sums / n, expected_profiles("shortcut", 3, 1.0), rtol=0.2)

    @pytest.mark.parametrize("scale", [1.0, 0.5, branch_scale(20)])
    def test_batch_norm_in_front_of_the_branch_turns_the_exponential_into_a_power(self, rng, scale):
        forward, backward = measured_profiles(
            "normalized", draw(20, 256, rng), scale, *rng.normal(size=(2, 256, 256))
        )

        expected = expected_profiles("normalized", 20, scale)
        np.testing.assert_allclose(forward, expected[0], rtol=0.12)
        np.testing.assert_allclose(backward, expected[1], rtol=0.12)

    def test_that_power_is_the_growth_of_batch_norm_without_shortcuts(self):
        """Squared gradients grow like L^(π/(π − 1)) instead of (π/(π − 1))^L."""
        ends = [expected_profiles("normalized", depth, 1.0)[1][0] for depth in (10_000, 20_000)]

        assert math.log2(ends[1] / ends[0]) == pytest.approx(math.pi / (math.pi - 1), rel=1e-3)

    @pytest.mark.parametrize(
        ("kind", "scale", "low", "high"),
        [
            ("shortcut", 1.0, 3e5, 3e6),
            ("normalized", 1.0, 18, 24),
            ("shortcut", branch_scale(20), 2.2, 3.1),
            ("shortcut", 0.0, 1.0, 1.0),
        ],
    )
    def test_evidence_row_18_backward_as_forward(self, kind, scale, low, high):
        """Row 18; the gradient grows as the signal does, but for batch norm, where it grows to 43."""
        runs = []
        for seed in range(3):
            rng = np.random.default_rng(seed)
            profiles = measured_profiles(kind, draw(20, 256, rng), scale, *rng.normal(size=(2, 256, 256)))
            runs.append((profiles[0][-1], profiles[1][0]))
        forward, backward = np.median(runs, axis=0)

        assert low <= forward <= high
        if kind == "normalized":
            assert backward == pytest.approx(42.9, rel=0.1)
        else:
            assert low <= backward <= high

    def test_knows_three_kinds(self):
        with pytest.raises(ValueError, match="kind must be"):
            expected_profiles("dense", 3, 1.0)


class TestPaths:
    def test_parts_are_the_sums_over_the_paths_of_each_length(self, rng):
        """Linear branches of one unit: a path multiplies what it crosses."""
        blocks = [(abs(V), W) for V, W in draw(5, 1, rng)]
        x, grad_out, scale = np.ones((1, 1)), np.full((1, 1), 2.0), 0.3
        parts = gradients_by_path_length([(V, abs(W)) for V, W in blocks], scale, x, grad_out)
        factors = [scale * (V * abs(W)).item() for V, W in blocks]
        sums = np.zeros(6)
        for taken in product((0, 1), repeat=5):
            sums[sum(taken)] += reduce(lambda g, f: g * f, np.compress(taken, factors), 2.0)

        np.testing.assert_allclose([part.item() for part in parts], sums, rtol=1e-12)

    def test_all_parts_together_are_the_gradient(self, rng):
        blocks, (x, grad_out) = draw(6, 5, rng), rng.normal(size=(2, 7, 5))
        parts = gradients_by_path_length(blocks, 0.7, x, grad_out)
        _, backward = measured_profiles("shortcut", blocks, 0.7, x, grad_out)

        found = np.mean(np.sum(parts, axis=0) ** 2) / np.mean(grad_out**2)
        assert found == pytest.approx(backward[0], rel=1e-10)

    @pytest.mark.parametrize("scale", [1.0, branch_scale(20)])
    def test_shares_are_binomial(self, rng, scale):
        parts = gradients_by_path_length(draw(20, 128, rng), scale, *rng.normal(size=(2, 32, 128)))
        squares = np.array([np.mean(part**2) for part in parts])

        np.testing.assert_allclose(squares / squares.sum(), path_shares(20, scale), atol=0.03)

    def test_shares_are_poissons_for_the_root_of_the_depth(self):
        poisson = [math.exp(-1) / math.factorial(k) for k in range(6)]

        np.testing.assert_allclose(path_shares(500, branch_scale(500))[:6], poisson, atol=1e-3)
        assert path_shares(30, 1.0) @ np.arange(31) == pytest.approx(15)


class TestCosines:
    @pytest.mark.parametrize("depth", [20, 80])
    def test_of_two_signals_in_one_network(self, rng, depth):
        scale, a, cosine = branch_scale(depth), np.linalg.qr(rng.normal(size=(400, 2)))[0].T, 0.0
        for V, W in draw(depth, 400, rng):
            a = a + scale * np.maximum(a @ V.T, 0) @ W.T
            cosine = next_residual_cosine(cosine, scale)
        found = a[0] @ a[1] / math.prod(np.linalg.norm(a, axis=1))

        assert found == pytest.approx(cosine, abs=0.12)
        assert cosine < 0.3

    def test_hardly_depend_on_the_depth(self):
        ends = []
        for depth in (10, 1000):
            cosine = 0.0
            for _ in range(depth):
                cosine = next_residual_cosine(cosine, branch_scale(depth))
            ends.append(cosine)

        assert ends[0] == pytest.approx(ends[1], abs=0.02)


class TestRectifiedBranch:
    @pytest.mark.parametrize("depth", [10, 40])
    @pytest.mark.parametrize("power", [-0.5, -1.0])
    def test_moments_follow_the_recursion(self, depth, power):
        scale = depth**power
        ends = [
            second_moment_by_block(he_branch, depth, 256, 64, scale, np.random.default_rng(seed))[-1]
            for seed in range(3)
        ]

        assert np.median(ends) == pytest.approx(rectified_branch_moments(depth, scale)[-1], rel=0.2)

    def test_the_root_of_the_depth_is_too_much_for_it_and_the_depth_enough(self):
        assert rectified_branch_moments(160, branch_scale(160))[-1] > 1e5
        assert rectified_branch_moments(160, 1 / 160)[-1] < 1.5
