"""Shattered gradients: derivatives against autograd, and row 28 of the evidence."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch

from concepts import shattering
from concepts.shattering import GRID, autocorrelation, input_gradients


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(shattering)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("scale", "layers_per_block"), [(None, 2), (0.4, 2), (0.4, 1)])
def test_the_derivative_is_autograd_s(scale, layers_per_block):
    """The same draws, in the order in which the function takes them."""
    rng, width, std = np.random.default_rng(3), 12, (2 / 12) ** 0.5

    def normal(*shape, std=std):
        return torch.tensor((std * rng.standard_normal(shape)).astype(np.float32), dtype=torch.float64)

    x = torch.tensor(GRID).reshape(-1, 1).requires_grad_()
    W = normal(width, 1)
    a = torch.relu(x @ W.T + normal(width))
    for _ in range(4 if scale is None or layers_per_block == 1 else 2):
        W = normal(width, width)
        branch = torch.relu(a @ W.T + normal(width))
        if scale is not None and layers_per_block == 2:
            branch = branch @ normal(width, width, std=width**-0.5).T
        a = branch if scale is None else a + scale * branch
    (expected,) = torch.autograd.grad((a @ normal(width)).sum(), x)

    found = input_gradients(
        5, width, np.random.default_rng(3), scale=scale, layers_per_block=layers_per_block
    )
    np.testing.assert_allclose(found, expected.numpy()[:, 0], rtol=1e-4, atol=1e-4)


def test_autocorrelation_of_noise_and_of_a_slow_curve():
    rng = np.random.default_rng(0)

    assert abs(autocorrelation(rng.normal(size=5000))[10]) < 0.05
    assert autocorrelation(np.sin(np.linspace(0, 3, 256)))[10] > 0.8


class TestEvidenceRow28:
    """Row 28: autocorrelation at lag 10, mean of 12 networks of 200 units (standard error below 0.05)."""

    @pytest.mark.parametrize(
        ("depth", "options", "low", "high"),
        [
            (1, {}, 0.72, 0.90),
            (24, {}, 0.32, 0.60),
            (50, {}, 0.14, 0.42),
            (1, {"variance": 1.0}, 0.72, 0.90),
            (24, {"variance": 1.0}, 0.58, 0.84),
            (50, {"variance": 1.0}, 0.55, 0.82),
            (1, {"biases": False}, 0.75, 0.95),
            (24, {"biases": False}, 0.80, 0.95),
            (50, {"biases": False}, 0.80, 0.95),
            (51, {"scale": 25**-0.5}, 0.58, 0.86),
            (24, {"scale": 0.1, "layers_per_block": 1}, 0.78, 0.94),
            (50, {"scale": 0.1, "layers_per_block": 1}, 0.84, 0.97),
        ],
    )
    def test_at_lag_ten(self, depth, options, low, high):
        runs = [
            autocorrelation(input_gradients(depth, 200, np.random.default_rng(seed), **options))[10]
            for seed in range(12)
        ]

        assert low < np.mean(runs) < high
