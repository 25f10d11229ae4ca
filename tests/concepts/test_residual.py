"""Shortcuts against autograd, sums over paths, and row 18 of the evidence."""

from __future__ import annotations

import doctest
import math
from functools import reduce
from itertools import product

import numpy as np
import pytest
import torch

from concepts import residual
from concepts.residual import (
    branch_scale,
    centred_he_branch,
    gradient_norm_by_block,
    normalized_branch,
    path_lengths,
    plain_input_gradient,
    residual_forward,
    residual_input_gradient,
    second_moment_by_block,
)

CASES = [(1, 1, 1), (4, 3, 2), (2, 5, 9)]


def tanh_grad(z):
    return 1 - np.tanh(z) ** 2


@pytest.fixture
def rng():
    return np.random.default_rng(20260108)


def drawn(rng, n, width, depth):
    """Return weights, inputs and a gradient at the output."""
    weights = [rng.normal(0, width**-0.5, size=(width, width)) for _ in range(depth)]
    return weights, rng.normal(size=(n, width)), rng.normal(size=(n, width))


def autograd(weights, x, grad_out, shortcut):
    """Return torch's activations and gradients, the input's first."""
    levels = [torch.tensor(x, requires_grad=True)]
    for W in weights:
        branch = torch.tanh(levels[-1] @ torch.tensor(W).T)
        levels.append(levels[-1] + branch if shortcut else branch)
    cost = (levels[-1] * torch.tensor(grad_out)).sum()
    return levels, torch.autograd.grad(cost, levels)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(residual)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("n", "width", "depth"), CASES)
class TestAgainstAutograd:
    def test_forward_and_all_gradients_with_shortcuts(self, rng, n, width, depth):
        weights, x, grad_out = drawn(rng, n, width, depth)
        levels, gradients = autograd(weights, x, grad_out, shortcut=True)
        found = residual_input_gradient(weights, x, np.tanh, tanh_grad, grad_out)
        norms = gradient_norm_by_block(weights, x, np.tanh, tanh_grad, grad_out)

        np.testing.assert_allclose(found, gradients[0].numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(norms, [g.norm().item() for g in gradients], rtol=1e-9)
        for ours, theirs in zip(residual_forward(weights, x, np.tanh), levels[1:], strict=True):
            np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-9, atol=1e-12)

    def test_the_gradient_without_shortcuts(self, rng, n, width, depth):
        weights, x, grad_out = drawn(rng, n, width, depth)
        _, gradients = autograd(weights, x, grad_out, shortcut=False)
        found = plain_input_gradient(weights, x, np.tanh, tanh_grad, grad_out)

        np.testing.assert_allclose(found, gradients[0].numpy(), rtol=1e-9, atol=1e-15)


class TestPaths:
    def test_the_gradient_is_the_sum_over_all_of_them(self, rng):
        """Linear branches: the product of I + W equals the sum over the 2^L subsets of blocks."""
        weights, x, grad_out = drawn(rng, 3, 4, 5)
        paths = [
            reduce(
                lambda g, W: g @ W,
                [W for W, used in zip(weights, taken, strict=True) if used][::-1],
                grad_out,
            )
            for taken in product((False, True), repeat=5)
        ]
        found = residual_input_gradient(weights, x, lambda z: z, np.ones_like, grad_out)

        np.testing.assert_allclose(found, np.sum(paths, axis=0), rtol=1e-10)

    def test_are_counted_by_the_binomial_coefficients(self):
        lengths = [sum(taken) for taken in product((0, 1), repeat=7)]

        np.testing.assert_array_equal(path_lengths(7), np.bincount(lengths))

    def test_a_branch_may_cancel_the_shortcut(self):
        one = np.ones((1, 1))

        assert residual_input_gradient([-one], one, lambda z: z, np.ones_like, one).item() == 0


class TestBranchScale:
    @pytest.mark.parametrize("depth", [1, 2, 10, 1000, 10**6])
    def test_keeps_the_growth_below_e(self, depth):
        assert 2 <= (1 + branch_scale(depth) ** 2) ** depth < math.e

    @pytest.mark.parametrize(
        ("branch", "scale", "low", "high"),
        [
            (centred_he_branch, 1.0, 3e5, 3e6),
            (normalized_branch, 1.0, 18, 24),
            (centred_he_branch, 20**-0.5, 2.2, 3.1),
            (centred_he_branch, 0.0, 1.0, 1.0),
        ],
    )
    def test_of_twenty_blocks(self, branch, scale, low, high):
        """Evidence, row 18: 2²⁰, about 21, about e, and 1."""
        moments = [
            second_moment_by_block(branch, 20, 256, 256, scale, np.random.default_rng(seed))[-1]
            for seed in range(3)
        ]

        assert low <= np.median(moments) <= high

    def test_a_plain_network_loses_its_gradient_where_a_residual_one_keeps_it(self, rng):
        weights, x, grad_out = drawn(rng, 10, 50, 60)
        half = [W / math.sqrt(2) for W in weights]
        scale = branch_scale(60)
        plain = plain_input_gradient(half, x, np.tanh, tanh_grad, grad_out)
        kept = residual_input_gradient(
            weights, x, lambda z: scale * np.tanh(z), lambda z: scale * tanh_grad(z), grad_out
        )

        assert np.linalg.norm(plain) < 1e-6 * np.linalg.norm(grad_out)
        assert 0.9 < np.linalg.norm(kept) / np.linalg.norm(grad_out) < math.sqrt(math.e)
