"""One cause of failure at a time: the pieces against autograd, and what each change does."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from concepts import causes
from concepts.causes import Setting, draw, errors, run, step

BASE = Setting()


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(causes)

    assert result.attempted > 0
    assert result.failed == 0


def test_weights_have_the_variance_that_the_setting_asks_for():
    weights, biases = draw(replace(BASE, hidden=2, gain=3.0, width=400), 400, 10, np.random.default_rng(0))

    assert weights[1].std() == pytest.approx(3.0 / 20.0, rel=0.02)  # 160 000 draws: eleven standard errors
    assert [b.tolist() for b in biases] == [[0.0] * 400, [0.0] * 400, [0.0] * 10]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_a_step_is_autograd_s_step(activation):
    setting, rng = (
        Setting(hidden=3, activation=activation, learning_rate=0.7, width=6),
        np.random.default_rng(1),
    )
    weights, biases = draw(setting, 5, 4, rng)
    x, labels = rng.normal(size=(8, 5)), rng.integers(0, 4, size=8)
    leaves = [torch.tensor(p, requires_grad=True) for p in [*weights, *biases]]
    a = torch.tensor(x)
    for l in range(4):
        z = torch.nn.functional.linear(a, leaves[l], leaves[4 + l])
        a = getattr(torch, activation)(z)
    torch.nn.functional.cross_entropy(z, torch.tensor(labels)).backward()

    found = step((weights, biases), x, labels, setting)

    for new, leaf in zip([*found[0], *found[1]], leaves, strict=True):
        np.testing.assert_allclose(new, (leaf - 0.7 * leaf.grad).detach().numpy(), rtol=1e-9, atol=1e-12)


def test_logits_of_thousands_do_not_overflow():
    _, deltas = errors(([1e4 * np.eye(2)], [np.zeros(2)]), np.eye(2), np.array([0, 0]), "tanh")

    np.testing.assert_array_equal(deltas[0], [[0.0, 0.0], [-0.5, 0.5]])


@pytest.fixture(scope="module")
def outcomes():
    """What each change does, on one seed."""
    x, labels = (part[:1000] for part in load_digits(return_X_y=True))
    x = x - x.mean(axis=0)
    settings = {
        "nothing": BASE,
        "deep": replace(BASE, hidden=40),
        "sigmoid": replace(BASE, activation="sigmoid"),
        "small": replace(BASE, gain=0.1),
        "large": replace(BASE, gain=10.0),
        "fast": replace(BASE, learning_rate=10.0),
    }
    rng = np.random.default_rng
    return {name: run(s, x / x.std(), labels, rng(0), epochs=10) for name, s in settings.items()}


def test_the_base_learns_and_every_change_alone_breaks_it(outcomes):
    accuracies = {name: outcome.accuracy for name, outcome in outcomes.items()}

    assert accuracies.pop("nothing") > 0.95
    assert max(accuracies.values()) < 0.7


def test_the_ratio_at_the_start_warns_of_activation_and_weights_only(outcomes):
    assert max(outcomes["sigmoid"].ratio, outcomes["small"].ratio) < 0.01
    assert outcomes["large"].ratio > 10
    assert all(0.2 < outcomes[name].ratio < 5 for name in ("deep", "fast"))


def test_large_weights_and_long_steps_leave_flat_units(outcomes):
    assert min(outcomes["large"].flat, outcomes["fast"].flat) > 0.7
    assert max(outcomes["deep"].flat, outcomes["small"].flat, outcomes["sigmoid"].flat) < 0.1
