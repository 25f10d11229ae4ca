"""What batch norm and clipping contribute to 784–512–10 on digits: each claim of the chapter, over seeds."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest

from concepts import pytorch_experiments
from concepts.pytorch import threshold_from
from concepts.pytorch_experiments import accident, accuracy, digits_as_images, fresh, healthy_norms, trained

SEEDS = (0, 1, 2)


def accuracies(batch_norm: bool, lr: float, max_norm: float) -> np.ndarray:
    return np.array([accuracy(trained(seed, batch_norm, lr, max_norm)[0]) for seed in SEEDS])


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(pytorch_experiments)

    assert result.attempted > 0
    assert result.failed == 0


def test_held_out_digits_are_none_of_the_training_digits():
    data = digits_as_images()
    seen = {row.numpy().tobytes() for row in data.x_train}

    assert len(data.x_train) + len(data.x_test) == 1797
    assert sum(row.numpy().tobytes() in seen for row in data.x_test) == 0


def test_the_same_seed_gives_the_same_network_with_and_without_batch_norm():
    one, other = fresh(3), fresh(3, batch_norm=False)

    assert one.fc1.weight.equal(other.fc1.weight)
    assert sum(p.numel() for p in one.parameters()) - sum(p.numel() for p in other.parameters()) == 2 * 512


def test_the_usual_threshold_clips_nearly_every_step():
    for batch_norm in (True, False):
        norms = np.array(healthy_norms(batch_norm))

        assert np.mean(norms > 1.0) > 0.9
        assert 2.0 < threshold_from(list(norms), 90) < 5.0


def test_batch_norm_learns_faster_at_a_small_rate():
    plain, normed = accuracies(False, 0.01, math.inf), accuracies(True, 0.01, math.inf)

    assert (normed - plain).min() > 0.01
    assert normed.min() > 0.93


def test_a_threshold_below_all_norms_costs_accuracy_and_one_from_the_data_does_not():
    free, tight = accuracies(True, 0.01, math.inf), accuracies(True, 0.01, 1.0)
    chosen = accuracies(True, 0.01, threshold_from(list(healthy_norms()), 90))

    assert (free - tight).min() > 0.005
    assert np.abs(free - chosen).max() < 0.015


def test_at_a_hundred_times_the_rate_either_part_saves_the_training():
    """Trained numbers move between versions: only the gulf is asserted."""
    nothing = accuracies(False, 1.0, math.inf)
    clipped, normed = accuracies(False, 1.0, 1.0), accuracies(True, 1.0, math.inf)

    assert nothing.max() < 0.3
    assert clipped.min() > 0.6
    assert normed.min() > 0.6


@pytest.mark.parametrize("max_norm", [math.inf, 2.6])
def test_one_bad_batch_destroys_an_unclipped_network_and_hardly_touches_a_clipped_one(max_norm):
    for seed in SEEDS:
        found = accident(seed, batch_norm=False, max_norm=max_norm)

        assert found.before > 0.85
        assert found.after < 0.3 if math.isinf(max_norm) else found.after > found.before - 0.05


def test_clipping_does_not_reach_the_running_statistics():
    """Behind batch norm the weights survive even unclipped; what is lost is measured again without a gradient."""
    for seed in SEEDS:
        for max_norm in (math.inf, 1.0):
            found = accident(seed, batch_norm=True, max_norm=max_norm)

            assert found.after < 0.3
            assert found.remeasured > found.before - 0.05
