"""Adam's first steps with and without a warm-up, and what early stopping restores."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from sklearn.datasets import load_digits

from concepts import small_classifiers
from concepts.small_classifiers import first_costs, held_out_costs
from concepts.training import early_stopping


@pytest.fixture(scope="module")
def digits():
    digits, labels = load_digits(return_X_y=True)
    return (digits - digits.mean()) / digits.std(), labels


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(small_classifiers)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_warm_up_takes_the_jump_away(digits, seed):
    at_once, warmed = first_costs(*digits, 0, seed), first_costs(*digits, 40, seed)

    assert warmed.max() < 4
    assert at_once.max() > 1.5 * warmed.max()


def test_the_best_epoch_is_better_than_the_last_one(digits):
    gains = []
    for seed in range(2):
        val, test = held_out_costs(*digits, seed)
        stop, best = early_stopping(val.tolist(), patience=15)

        assert best < stop < 59
        gains.append(test[-1] - test[best])
    assert np.mean(gains) > 0.05
