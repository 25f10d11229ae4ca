"""Networks of ReLU layers: closed forms against quadrature, autograd and thousands of random networks."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from concepts import mean_field
from concepts.relu_networks import (
    expected_profiles,
    kept_share,
    log_scatter,
    measured_profiles,
    next_cosine,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260105)


def leaky(slope):
    return lambda z: np.where(z > 0, z, slope * z)


def draw(widths, variances, rng):
    pairs = zip(itertools.pairwise(widths), variances, strict=True)
    return [rng.normal(0, math.sqrt(v), size=(n_out, n_in)) for (n_in, n_out), v in pairs]


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.25, 1.0])
def test_the_kept_share_is_that_of_a_normal_signal_and_of_its_gradient(slope):
    square = mean_field.gaussian_mean(lambda z: leaky(slope)(z) ** 2)
    slope_square = mean_field.gaussian_mean(lambda z: np.where(z > 0, 1, slope) ** 2)

    assert kept_share(slope) == pytest.approx(square, rel=1e-10)
    assert kept_share(slope) == pytest.approx(slope_square, rel=1e-10)


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_expected_profiles_are_those_of_the_mean_field(slope):
    widths, variances = [7, 4, 9, 3, 5], [0.3, 0.1, 0.7, 0.2]
    q = mean_field.forward_profile(leaky(slope), widths, variances)
    backward = mean_field.backward_profile(lambda z: np.where(z > 0, 1, slope), widths, variances, q)

    forward, back = expected_profiles(widths, variances, slope)

    np.testing.assert_allclose(forward, kept_share(slope) * q, rtol=1e-10)
    np.testing.assert_allclose(back, backward, rtol=1e-10)


@pytest.mark.parametrize("law", ["normal", "uniform", "laplace"])
def test_expected_profiles_hold_at_width_three_for_any_symmetric_law(rng, law):
    """Not only for wide layers and normal weights: the mean over 20,000 tiny networks is the closed form.

    A slope of 0.2, since a ReLU layer of three units is off altogether in one of eight networks.
    """
    draws = {
        "normal": lambda: rng.normal(size=(3, 3)),
        "uniform": lambda: rng.uniform(-math.sqrt(3), math.sqrt(3), size=(3, 3)),
        "laplace": lambda: rng.laplace(scale=math.sqrt(0.5), size=(3, 3)),
    }
    x, deltas = np.array([[0.9, -1.3, 0.6]]), rng.normal(size=(20_000, 1, 3))
    sums = np.zeros((2, 3))
    for delta in deltas:
        weights = [draws[law]() for _ in range(3)]
        forward, backward = measured_profiles(weights, x, delta, 0.2)
        sums += forward / np.mean(x**2), backward * np.mean(delta**2)

    np.testing.assert_allclose(sums / len(deltas), expected_profiles([3] * 4, [1.0] * 3, 0.2), rtol=0.1)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_measured_profiles_match_autograd(rng, slope):
    weights = draw([6, 5, 7, 4], [0.4, 0.4, 0.4], rng)
    x, delta_out = rng.normal(size=(8, 6)), rng.normal(size=(8, 4))
    a, zs, forward = torch.tensor(x, requires_grad=True), [], []
    for W in weights:
        zs.append(a @ torch.tensor(W).T)
        a = torch.nn.functional.leaky_relu(zs[-1], slope)
        forward.append(a.square().mean().item())
    gradients = torch.autograd.grad(zs[-1], zs, torch.tensor(delta_out))
    backward = [gradient.square().mean().item() / np.mean(delta_out**2) for gradient in gradients]

    found = measured_profiles(weights, x, delta_out, slope)

    np.testing.assert_allclose(found, [forward, backward], rtol=1e-10)


def test_logarithms_scatter_as_predicted(rng):
    """500 networks, 10 layers of 100 units: the standard error of a standard deviation is 3 %."""
    widths = [100] * 11
    logs = [
        np.log(
            measured_profiles(
                draw(widths, [0.02] * 10, rng), rng.normal(size=(1, 100)), rng.normal(size=(1, 100))
            )[0][-1]
        )
        for _ in range(500)
    ]

    # the input's own mean square scatters by √(2/100) besides
    assert np.std(logs) == pytest.approx(math.hypot(log_scatter(widths[1:]), math.sqrt(0.02)), rel=0.12)


@pytest.mark.parametrize("cosine", [-0.8, 0.0, 0.5, 0.99])
def test_the_next_cosine_is_that_of_one_wide_layer(rng, cosine):
    x = np.array([[1.0, 0.0], [cosine, math.sqrt(1 - cosine**2)]])
    one, two = np.maximum(x @ rng.normal(size=(2, 400_000)), 0)
    found = one @ two / math.sqrt((one @ one) * (two @ two))

    assert found == pytest.approx(next_cosine(cosine), abs=0.005)


def test_cosines_approach_one_like_the_inverse_square_of_the_depth():
    """1 − c → 9π²/(2 l²): the chapter derives it."""
    cosine, depth = 0.0, 10_000
    for _ in range(depth):
        cosine = next_cosine(cosine)

    assert (1 - cosine) * depth**2 == pytest.approx(4.5 * math.pi**2, rel=0.01)
