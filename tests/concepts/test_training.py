"""Steps, schedules, stopping, dropout and search against torch, closed forms, and row 24 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch

from concepts import training
from concepts.training import (
    adam_step,
    dropout,
    early_stopping,
    random_search,
    rmsprop_step,
    step_decay,
    uncorrected_first_step,
    warmup_cosine,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260107)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(training)

    assert result.attempted > 0
    assert result.failed == 0


class TestSteps:
    @pytest.mark.parametrize(("lr", "decay", "eps"), [(1e-3, 0.9, 1e-8), (0.3, 0.5, 0.2), (1.0, 0.0, 1e-3)])
    def test_rmsprop_walks_as_torch_does(self, rng, lr, decay, eps):
        w, s = rng.normal(size=(3, 4)), np.zeros((3, 4))
        theirs = torch.nn.Parameter(torch.tensor(w))
        optimiser = torch.optim.RMSprop([theirs], lr=lr, alpha=decay, eps=eps)
        for _ in range(5):
            g = rng.normal(size=w.shape)
            theirs.grad = torch.tensor(g)
            optimiser.step()
            w, s = rmsprop_step(w, g, s, lr, decay, eps)

        np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-12)

    @pytest.mark.parametrize(
        ("lr", "beta1", "beta2", "eps"),
        [(1e-3, 0.9, 0.999, 1e-8), (0.3, 0.5, 0.7, 0.2), (0.1, 0.0, 0.9, 1e-3)],
    )
    def test_adam_walks_as_torch_does(self, rng, lr, beta1, beta2, eps):
        w, m, v = rng.normal(size=(3, 4)), np.zeros((3, 4)), np.zeros((3, 4))
        theirs = torch.nn.Parameter(torch.tensor(w))
        optimiser = torch.optim.Adam([theirs], lr=lr, betas=(beta1, beta2), eps=eps)
        for t in range(1, 6):
            g = rng.normal(size=w.shape)
            theirs.grad = torch.tensor(g)
            optimiser.step()
            w, m, v = adam_step(w, g, m, v, t, lr, beta1, beta2, eps)

        np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-10)

    @pytest.mark.parametrize(("g", "expected"), [(1e-6, -9.90e-4), (1.0, -1e-3), (-1e6, 1e-3)])
    def test_the_first_step_of_adam_has_the_size_of_the_learning_rate(self, g, expected):
        """Row 24: |step| within 1.1 % of lr for |g| ≥ 1e-6."""
        w, _, _ = adam_step(np.zeros(1), np.array([g]), np.zeros(1), np.zeros(1), 1)

        assert w[0] == pytest.approx(expected, rel=1e-3)
        assert abs(w[0]) == pytest.approx(1e-3, rel=0.011)

    def test_without_the_correction_the_first_step_is_root_ten_times_too_long(self):
        """Row 24: 3.1623, here from the moments that the first step leaves."""
        _, m, v = adam_step(np.zeros(1), np.array([7.0]), np.zeros(1), np.zeros(1), 1)

        assert uncorrected_first_step() == pytest.approx(math.sqrt(10), rel=1e-12)
        assert (m / np.sqrt(v))[0] == pytest.approx(math.sqrt(10), rel=1e-12)

    def test_the_arguments_stay_as_they_are(self, rng):
        given = [rng.normal(size=3) ** 2 for _ in range(4)]
        before = [value.copy() for value in given]
        rmsprop_step(*given[:3])
        adam_step(*given, 3)

        np.testing.assert_array_equal(given, before)


class TestSchedules:
    def test_step_decay_is_torch_s(self):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.8)
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=7, gamma=0.3)
        for step in range(30):
            assert step_decay(0.8, step, 7, 0.3) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-12)
            optimiser.step()
            schedule.step()

    @pytest.mark.parametrize(("warmup", "total"), [(0, 9), (1, 9), (5, 20), (8, 9)])
    def test_warmup_cosine_is_its_definition(self, warmup, total):
        for step in range(total + 1):
            cosine = 0.3 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))
            expected = 0.6 * step / warmup if step < warmup else 2 * cosine

            assert warmup_cosine(0.6, step, warmup, total) == pytest.approx(expected, abs=1e-15)

    def test_after_the_end_nothing_is_learned(self):
        assert [warmup_cosine(1.0, step, 3, 8) for step in (8, 9, 13, 1000)] == [0.0] * 4

    def test_a_warm_up_that_lasts_to_the_end_reaches_the_base(self):
        assert [warmup_cosine(1.0, step, 4, 4) for step in (0, 2, 4, 5)] == [0.0, 0.5, 1.0, 0.0]


class TestEarlyStopping:
    @pytest.mark.parametrize(
        ("losses", "patience", "min_delta", "expected"),
        [
            ([5, 4, 3, 2, 1], 1, 0.0, (4, 4)),
            ([5, 4, 4, 3], 1, 0.0, (2, 1)),
            ([5, 4, 4.5, 3, 3, 3, 1], 2, 0.0, (5, 3)),
            ([5, 4, 3], 9, 0.0, (2, 2)),
            ([1.0], 1, 0.0, (0, 0)),
            ([math.nan] * 4, 3, 0.0, (2, 0)),
            ([math.inf, 1.0], 2, 0.0, (1, 1)),
            ([2.0, math.nan, 1.0, math.nan, math.nan], 2, 0.0, (4, 2)),
            ([4.0, 3.75, 3.5, 3.25, 3.0, 2.75], 5, 0.75, (5, 4)),
            ([4.0, 3.0, 2.0], 2, 1.0, (2, 2)),
        ],
    )
    def test_known_cases(self, losses, patience, min_delta, expected):
        assert early_stopping(losses, patience, min_delta) == expected


class TestDropout:
    def test_keeps_the_mean_and_drops_the_share_asked_for(self, rng):
        x = rng.normal(3, 1, size=(400, 300))
        y = dropout(x, 0.3, rng)
        kept = y != 0

        assert np.mean(kept) == pytest.approx(0.7, abs=0.01)
        np.testing.assert_allclose(y[kept], x[kept] / 0.7, rtol=1e-12)
        assert y.mean() == pytest.approx(x.mean(), rel=0.01)

    def test_without_dropping_everything_stays(self, rng):
        x = rng.normal(size=(3, 4, 2))

        np.testing.assert_array_equal(dropout(x, 0.0, rng), x)

    @pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, math.nan])
    def test_other_probabilities_are_refused(self, rng, p):
        with pytest.raises(ValueError, match="p must be"):
            dropout(np.ones(3), p, rng)


class TestRandomSearch:
    def test_draws_every_order_of_magnitude_equally_often(self, rng):
        seen = []
        random_search(lambda s: seen.append(s) or 0.0, 1e-4, 1e1, 4000, rng)
        decades, _ = np.histogram(np.log10(seen), bins=np.arange(-4, 2))

        assert len(seen) == 4000
        assert np.abs(decades - 800).max() < 150

    def test_gives_the_smallest_value_and_where_it_was(self, rng):
        tried = {}
        best = random_search(lambda s: tried.setdefault(s, 1e9 + np.sin(99 * s)), 0.1, 7.0, 50, rng)

        assert best[1] == min(tried.values())
        assert tried[best[0]] == best[1]

    def test_one_point_is_an_interval_too(self, rng):
        assert random_search(lambda s: s, 0.25, 0.25, 3, rng) == (0.25, 0.25)
