"""Dropout and second moments, against torch's gradients and simulation."""

from __future__ import annotations

import doctest
import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from concepts import dropout_layers, relu_networks
from concepts.dropout_layers import dropout_variance, measured_profiles, moment_factor
from concepts.training import dropout


@pytest.fixture
def rng():
    return np.random.default_rng(20260109)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(dropout_layers)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.8])
def test_variance_of_one_entry(rng, p):
    y = dropout(np.full(200_000, -3.0), p, rng)

    assert y.mean() == pytest.approx(-3.0, abs=0.07)
    assert y.var() == pytest.approx(dropout_variance(-3.0, p), rel=0.02, abs=1e-12)


def test_without_dropping_it_is_a_relu_network(rng):
    weights = [rng.normal(size=shape) for shape in ((5, 4), (3, 5), (6, 3))]
    x, delta_out = rng.normal(size=(7, 4)), rng.normal(size=(7, 6))
    up, down = measured_profiles(weights, x, delta_out, 0.0, rng)
    expected_up, relative_down = relu_networks.measured_profiles(weights, x, delta_out)

    np.testing.assert_allclose(up, expected_up, rtol=1e-12)
    np.testing.assert_allclose(down / down[-1], relative_down, rtol=1e-12)


def test_the_mask_of_the_way_up_stands_in_the_way_back(rng):
    """Against autograd, with the masks drawn again from the same seed."""
    p, sizes = 0.4, [4, 6, 5]
    weights = [rng.normal(size=(n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    x, delta_out = rng.normal(size=(3, 4)), rng.normal(size=(3, 5))
    _, found = measured_profiles(weights, x, delta_out, p, np.random.default_rng(5))

    masks = np.random.default_rng(5)
    z = (torch.tensor(x) @ torch.tensor(weights[0]).T).requires_grad_()
    a = z.relu() * torch.tensor(dropout(np.ones((3, 6)), p, masks))
    (delta,) = torch.autograd.grad(a @ torch.tensor(weights[1]).T, z, torch.tensor(delta_out))

    assert found[0] == pytest.approx(delta.square().mean().item(), rel=1e-12)


@pytest.mark.parametrize(("p", "scale"), [(0.2, 2.0), (0.5, 2.0), (0.5, 1.0)])
def test_signals_and_gradients_are_multiplied_as_predicted(rng, p, scale):
    weights = [rng.normal(0, math.sqrt(scale / 400), (400, 400)) for _ in range(12)]
    up, down = measured_profiles(weights, *rng.normal(size=(2, 50, 400)), p, rng)
    factor = moment_factor(scale / 400, 400, p)

    assert up[-1] ** (1 / 12) == pytest.approx(factor, rel=0.08)
    assert (down[0] / down[-1]) ** (1 / 11) == pytest.approx(factor, rel=0.08)


def test_no_variance_is_right_in_training_and_in_use():
    assert moment_factor(2 * 0.5 / 300, 300, 0.5) == pytest.approx(1)
    assert moment_factor(2 * 0.5 / 300, 300, 0.5, training=False) == pytest.approx(0.5)
