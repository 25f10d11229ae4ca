"""Chains of sigmoid neurons over all inputs, against `concepts.chain_rule`, quadrature, and the bound by 1."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from concepts import sigmoid_chains
from concepts.chain_rule import scalar_chain_gradient
from concepts.saturation import chain_bound, sigmoid, sigmoid_grad, unit_gain_width
from concepts.sigmoid_chains import centred_chain, mean_gradient, run_chain


@pytest.fixture
def rng():
    return np.random.default_rng(20260103)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(sigmoid_chains)

    assert result.attempted > 0
    assert result.failed == 0


def test_gradient_is_that_of_the_chain_rule_at_every_input(rng):
    weights, biases, x = rng.normal(0, 3, size=6), rng.normal(size=6), rng.random(20)
    expected = [scalar_chain_gradient(weights, biases, v, sigmoid, sigmoid_grad) for v in x]

    np.testing.assert_allclose(run_chain(weights, biases, x)[1], expected, rtol=1e-12)


def test_gradient_is_the_slope_of_the_output(rng):
    weights, biases, x, h = rng.normal(0, 3, size=3), rng.normal(size=3), rng.random((4, 5)), 1e-5
    difference = (run_chain(weights, biases, x + h)[0] - run_chain(weights, biases, x - h)[0]) / (2 * h)

    # the third derivative of three such layers is below 1e3, so the error is below 1e-7
    np.testing.assert_allclose(run_chain(weights, biases, x)[1], difference, atol=1e-7)


@pytest.mark.parametrize("weight_std", [1.0, 8.0])
@pytest.mark.parametrize("depth", [1, 4, 8])
def test_mean_gradient_is_the_integral_over_all_inputs(rng, depth, weight_std):
    x = np.linspace(0, 1, 400_001)
    weights, biases = centred_chain(depth, weight_std, rng)
    integral = np.trapezoid(np.abs(run_chain(weights, biases, x)[1]), x)

    assert mean_gradient(weights, biases) == pytest.approx(integral, rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("weight_std", [1.0, 6.0, 20.0])
def test_mean_gradient_stays_below_one_although_single_ones_do_not(rng, weight_std):
    x = np.linspace(0, 1, 1001)
    chains = [centred_chain(3, weight_std, rng) for _ in range(200)]
    sizes = np.abs([run_chain(w, b, x)[1] for w, b in chains])

    assert max(mean_gradient(w, b) for w, b in chains) < 1
    assert (sizes.max() > 1) == (weight_std > 4)


@pytest.mark.parametrize("level", [1.5, 10.0, 100.0])
def test_a_gradient_of_g_is_found_for_less_than_one_input_in_g(rng, level):
    x = np.linspace(0, 1, 100_001)
    for _ in range(20):
        sizes = np.abs(run_chain(*centred_chain(4, 30.0, rng), x)[1])

        assert np.mean(sizes >= level) < 1 / level


@pytest.mark.parametrize("w", [5.0, 6.9, 20.0])
def test_one_neuron_keeps_the_gradient_in_its_window_and_a_chain_reaches_the_bound_in_its_middle(w):
    x = np.linspace(0, 1, 200_001)
    one = run_chain(np.array([w]), np.array([-w / 2]), x)[1]
    ten = run_chain(np.full(10, w), np.full(10, -w / 2), x)[1]

    assert np.mean(one >= 1) == pytest.approx(unit_gain_width(w), abs=2e-5)
    assert ten.max() == pytest.approx(chain_bound(w, 10), rel=1e-12)
    assert np.mean(ten >= 1) < np.mean(one >= 1) / 2


def test_windows_of_random_chains_lie_where_the_inputs_are(rng):
    weights, biases = centred_chain(2000, 5.0, rng)
    middles = -biases / weights

    assert middles.min() > 0
    assert middles.max() < 1
    # standard error of the standard deviation: 5/√4000
    assert weights.std() == pytest.approx(5.0, abs=0.4)
