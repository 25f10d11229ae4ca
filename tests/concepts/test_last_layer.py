"""The last hidden layer of a deep sigmoid network saturates, and recovers: row 8 of the evidence, in kind."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
from sklearn.datasets import load_digits

from concepts import last_layer
from concepts.early_layers import preactivations
from concepts.last_layer import History, old_standard, train_and_watch
from concepts.saturation import sigmoid

HIDDEN = [30] * 4


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    x, labels = load_digits(return_X_y=True)
    x = x - x.mean(axis=0)
    return x[:1000] / x.std(), labels[:1000]


@pytest.fixture(scope="module")
def histories(digits) -> list[History]:
    return [train_and_watch(*digits, HIDDEN, 150, 2.0, np.random.default_rng(seed)) for seed in range(3)]


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(last_layer)

    assert result.attempted > 0
    assert result.failed == 0


def test_weights_are_uniform_with_a_third_of_the_variance_and_biases_are_zero():
    weights, biases = old_standard([400, 300, 200], np.random.default_rng(0))

    for W, n_in in zip(weights, (400, 300), strict=True):
        assert np.abs(W).max() <= 1 / math.sqrt(n_in)
        assert W.var() * n_in == pytest.approx(1 / 3, rel=0.02)
    assert not np.concatenate(biases).any()


def test_the_first_look_is_at_the_untrained_network(digits):
    x, labels = digits
    history = train_and_watch(x, labels, HIDDEN, 1, 2.0, np.random.default_rng(7))
    *zs, logits = preactivations(old_standard([64, *HIDDEN, 10], np.random.default_rng(7)), x)

    np.testing.assert_allclose(history.means[0], [sigmoid(z).mean() for z in zs], rtol=1e-12)
    assert history.accuracies[0] == np.mean(logits.argmax(axis=1) == labels)
    assert history.saturated[0].max() < 0.01


def test_evidence_row_8_last_layer_is_driven_to_the_lower_end_and_lower_layers_are_not(histories):
    for history in histories:
        assert history.means[0] == pytest.approx([0.5] * 4, abs=0.1)
        assert history.means[20, 3] < 0.08
        assert history.means[20, :3].min() > 0.35
        assert history.saturated[:, 3].max() > 0.9


def test_evidence_row_8_nothing_is_learnt_before_the_last_layer_comes_back(histories):
    for history in histories:
        plateau = history.saturated[:, 3] > 0.9

        assert history.accuracies[plateau].max() < 0.3
        assert history.accuracies[-1] > 0.9
        assert history.means[-1, 3] > 2 * history.means[:, 3].min()
