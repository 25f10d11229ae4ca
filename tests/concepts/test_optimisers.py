"""What optimisers make of a gradient: against torch, closed forms, simulation, and rows 20 and 24 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from concepts import optimisers
from concepts.optimisers import (
    RULES,
    mean_squares,
    momentum_step,
    noise_floor,
    noisy_step,
    step_lengths,
    steps_to_forget,
    stretch_without_correction,
    train_sigmoids,
    walk,
)
from concepts.training import adam_step, uncorrected_first_step

CURVATURES = 5.0 ** np.arange(-4, 1)


@pytest.fixture
def rng():
    return np.random.default_rng(20260108)


@pytest.fixture(scope="module")
def digits():
    digits, labels = load_digits(return_X_y=True)
    return (digits - digits.mean()) / digits.std(), labels


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(optimisers)

    assert result.attempted > 0
    assert result.failed == 0


class TestRules:
    @pytest.mark.parametrize(("lr", "mu"), [(0.1, 0.9), (0.5, 0.0), (1.0, 0.3)])
    def test_momentum_walks_as_torch_does(self, rng, lr, mu):
        w, u = rng.normal(size=(3, 4)), np.zeros((3, 4))
        theirs = torch.nn.Parameter(torch.tensor(w))
        optimiser = torch.optim.SGD([theirs], lr=lr, momentum=mu)
        for _ in range(5):
            g = rng.normal(size=w.shape)
            theirs.grad = torch.tensor(g)
            optimiser.step()
            w, u = momentum_step(w, g, u, lr, mu)

        np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-12)

    def test_momentum_lengthens_the_steps_of_all_layers_alike(self):
        g, u = np.array([1.0, 1e-6]), np.zeros(2)
        for _ in range(300):
            w, u = momentum_step(np.zeros(2), g, u, lr=1.0)

        np.testing.assert_allclose(-w / g, 10.0, rtol=1e-10)

    @pytest.mark.parametrize("rule", RULES)
    def test_a_rule_leaves_its_arguments_as_they_are(self, rng, rule):
        given = [rng.normal(size=3) ** 2 for _ in range(4)]
        before = [value.copy() for value in given]
        RULES[rule](*given, 2, 0.1)

        np.testing.assert_array_equal(given, before)


class TestValley:
    def test_gradient_descent_shrinks_each_direction_by_its_own_factor(self):
        path = walk("gradient descent", CURVATURES, 1.5, 50)

        expected = (1 - 1.5 * CURVATURES) ** np.arange(51)[:, None]
        np.testing.assert_allclose(path, expected, rtol=1e-10, atol=1e-14)

    @pytest.mark.parametrize("rule", ["RMSprop", "Adam", "Adam without correction"])
    def test_rules_that_divide_by_the_size_move_all_layers_together(self, rule):
        path = walk(rule, CURVATURES, 0.02, 30)

        np.testing.assert_allclose(path, path[:, [-1]].repeat(5, axis=1), atol=1e-3)

    def test_below_epsilon_the_size_comes_back(self):
        path = walk("Adam", np.array([1e-12, 1.0]), 0.02, 1)

        assert 1 - path[1, 0] == pytest.approx(0.02 * 1e-12 / (1e-12 + 1e-8), rel=1e-3)
        assert 1 - path[1, 1] == pytest.approx(0.02, rel=1e-6)


class TestCorrection:
    def test_evidence_row_24_the_first_step_without_the_correction(self):
        """Row 24: (1 − β₁)/√(1 − β₂) = 3.1623."""
        assert stretch_without_correction(1) == pytest.approx(3.1623, abs=5e-5)
        assert stretch_without_correction(1) == uncorrected_first_step()

    def test_all_later_steps_are_as_long_as_predicted(self):
        lengths = step_lengths(RULES["Adam without correction"], 3000)
        predicted = [stretch_without_correction(t) for t in range(1, 3001)]

        np.testing.assert_allclose(lengths, predicted, rtol=1e-6)
        assert lengths.argmax() == 11
        assert lengths.max() == pytest.approx(6.5685, abs=1e-3)

    def test_the_corrected_steps_all_have_the_same_length(self):
        np.testing.assert_allclose(step_lengths(adam_step, 3000), 1.0, rtol=1e-7)


class TestNoise:
    @pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.1, 1.0), (2.0, 1.0), (3.0, 0.0)])
    def test_late_steps_of_adam_are_drift_and_scatter(self, rng, mean, std):
        m, v = np.zeros((2, 1000))
        for t in range(1, 3001):
            w, m, v = adam_step(np.zeros(1000), mean + std * rng.normal(size=1000), m, v, t, lr=1.0)
        drift, scatter = noisy_step(mean, std)

        # 1000 steps: a standard error of 0.007 for the mean, 2 % for the scatter
        assert -w.mean() == pytest.approx(drift, abs=0.035)
        assert w.std() == pytest.approx(scatter, rel=0.12, abs=1e-6)

    @pytest.mark.parametrize("spike", [100.0, 1000.0])
    def test_a_spike_is_forgotten_when_predicted(self, spike):
        m, v = np.zeros(1), np.ones(1)
        for t in range(round(steps_to_forget(spike)) + 1):
            w, m, v = adam_step(np.zeros(1), np.array([1.0 if t else spike]), m, v, t + 10**6, lr=1.0)

        # v is then the usual 1 and as much again
        assert -w[0] == pytest.approx(1 / math.sqrt(2), rel=0.01)

    def test_the_floor_is_where_the_recursion_stays(self):
        squares = mean_squares([0.3] * 200, 0.7, 2.0, 5.0)

        assert squares[-1] == pytest.approx(noise_floor(0.3, 0.7, 2.0), rel=1e-10)

    def test_the_recursion_is_what_noisy_descent_does(self, rng):
        rates, w = [0.5, 0.5, 0.1, 0.0, 0.9], np.full(20_000, 3.0)
        for lr in rates:
            w = w - lr * (0.8 * w + 1.5 * rng.normal(size=w.size))

        assert np.mean(w**2) == pytest.approx(mean_squares(rates, 0.8, 1.5, 3.0)[-1], rel=0.05)


class TestVanishingByLayer:
    def test_the_first_step_is_the_rule_s(self, digits):
        sizes, steps, _ = train_sigmoids("gradient descent", 3, *digits, np.random.default_rng(0), 0.1, 1)

        np.testing.assert_allclose(steps, 0.1 * sizes, rtol=1e-6)
        assert sizes[0] < 0.05 * sizes[-1]

    def test_evidence_row_20_gradient_descent_guesses_and_adam_learns(self, digits):
        """Row 20, in two of its lines: five sigmoid layers of 64 units, below 0.20 and above 0.5."""
        for seed in range(2):
            *_, plain = train_sigmoids("gradient descent", 5, *digits, np.random.default_rng(seed), 0.1, 10)
            _, steps, adam = train_sigmoids("Adam", 5, *digits, np.random.default_rng(seed), 0.01, 10)

            assert plain < 0.20
            assert adam > 0.5
            np.testing.assert_allclose(steps, 0.01, rtol=0.05)

    def test_ten_layers_stay_at_chance_whatever_epsilon_is(self, digits, monkeypatch):
        monkeypatch.setitem(
            RULES, "no epsilon", lambda w, g, m, v, t, lr: adam_step(w, g, m, v, t, lr, eps=1e-30)
        )
        for rule in ("Adam", "no epsilon"):
            *_, right = train_sigmoids(rule, 10, *digits, np.random.default_rng(1), 0.01, 6)

            assert right < 0.35
