"""The statistical checks: right draws pass, their neighbours do not, at n of about 120 000."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from autograder import checks
from autograder.checks import CheckFailed
from autograder.checks.statistics import BAND, DRAWS_NEEDED, FALSE_ALARM, NORMAL_QUANTILE

SHAPE = (300, 400)
SIGMA = 0.05


@pytest.fixture
def rng():
    return np.random.default_rng(20100513)


def message_of(function, *args, **kwargs) -> str:
    with pytest.raises(CheckFailed) as failure:
        function(*args, **kwargs)
    return str(failure.value)


def test_the_bands_keep_the_false_alarms_below_the_stated_rate():
    standard_errors = BAND * math.sqrt(2 * DRAWS_NEEDED)

    assert math.erfc(standard_errors / math.sqrt(2)) <= FALSE_ALARM
    assert math.erfc(NORMAL_QUANTILE / math.sqrt(2)) <= FALSE_ALARM


def test_right_draws_pass_with_every_seed():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        normal = rng.normal(0, SIGMA, SHAPE)
        even = rng.uniform(-SIGMA, SIGMA, SHAPE)

        for draws, std in ((normal, SIGMA), (even, SIGMA / math.sqrt(3))):
            checks.independent(draws)
            checks.mean(draws, 0.0)
            checks.std(draws, std)
        checks.gaussian(normal, SIGMA)
        checks.uniform(even, SIGMA)
        checks.frequency(rng.random(1000) < 0.3, 0.3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
def test_the_type_of_the_draws_is_free(rng, dtype):
    normal = rng.normal(0, SIGMA, SHAPE).astype(dtype)

    checks.independent(normal)
    checks.std(normal, SIGMA)
    checks.gaussian(normal, SIGMA)
    checks.uniform(rng.uniform(-SIGMA, SIGMA, SHAPE).astype(dtype), SIGMA)


@pytest.mark.parametrize("factor", [0.97, 1.03, 0.5, 2.0])
def test_std_tells_three_per_cent(rng, factor):
    draws = rng.normal(0, factor * SIGMA, SHAPE)

    assert "expected 0.05" in message_of(checks.std, draws, SIGMA)


def test_std_names_the_misconception(rng):
    draws = rng.normal(0, SIGMA**2, SHAPE)

    text = message_of(
        checks.std, draws, SIGMA, mistaken_for={"nothing": 1.0, "the variance itself": SIGMA**2}
    )

    assert "the variance itself" in text
    assert "nothing" not in text


def test_too_few_draws_are_the_authors_mistake(rng):
    with pytest.raises(ValueError, match="needs 50000 draws"):
        checks.std(rng.normal(size=100), 1.0)


def test_mean_tells_a_fiftieth_of_a_standard_deviation(rng):
    draws = rng.normal(SIGMA / 50, SIGMA, SHAPE)

    assert "the mean is" in message_of(checks.mean, draws, 0.0)


@pytest.mark.parametrize(
    ("p", "claimed"), [(0.5, 0.55), (0.001, 0.004), (0.0, 0.01), (1.0, 0.99), (0.001, 0.0)]
)
def test_frequency_tells_neighbouring_shares(rng, p, claimed):
    message_of(checks.frequency, rng.random(20_000) < p, claimed)


def test_frequency_is_exact_at_the_ends():
    checks.frequency(np.zeros(10), 0.0)
    checks.frequency(np.ones(10), 1.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.uniform(-math.sqrt(3), math.sqrt(3), SHAPE),
        lambda rng: rng.laplace(0, math.sqrt(0.5), SHAPE),
        lambda rng: rng.logistic(0, math.sqrt(3) / math.pi, SHAPE),
        lambda rng: rng.standard_t(5, SHAPE) / math.sqrt(5 / 3),
        lambda rng: rng.choice([-1.0, 1.0], SHAPE),
        lambda rng: np.clip(rng.normal(size=SHAPE), -2.9, 2.9),
        lambda rng: rng.exponential(size=SHAPE) - 1,
        lambda rng: np.zeros(SHAPE),
    ],
)
def test_gaussian_tells_other_shapes_of_the_same_spread(rng, draw):
    message_of(checks.gaussian, SIGMA * draw(rng), SIGMA)


def test_gaussian_tells_a_truncated_normal_of_the_right_spread(rng):
    draws = rng.normal(size=SHAPE)
    while (far := np.abs(draws) > 2).any():
        draws[far] = rng.normal(size=far.sum())

    message_of(checks.gaussian, draws / draws.std(), 1.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(0, 1 / math.sqrt(3), SHAPE),
        lambda rng: rng.uniform(0, 1, SHAPE),
        lambda rng: rng.uniform(-1.03, 1.03, SHAPE),
        lambda rng: rng.uniform(-0.97, 0.97, SHAPE),
        lambda rng: rng.triangular(-1, 0, 1, SHAPE),
        lambda rng: rng.choice([-1.0, 1.0], SHAPE),
        lambda rng: np.full(SHAPE, 1.0),
    ],
)
def test_uniform_tells_other_bounds_and_shapes(rng, draw):
    message_of(checks.uniform, draw(rng), 1.0)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda W, rng: np.tile(W[0], (300, 1)),
        lambda W, rng: np.repeat(W[:, :1], 400, axis=1),
        lambda W, rng: np.vstack([W[:150], W[:150]]),
        lambda W, rng: np.hstack([W[:, :200], -W[:, :200]]),
        lambda W, rng: np.outer(W[:, 0], W[0]),
        lambda W, rng: np.stack([np.roll(W[0], i) for i in range(300)]),
        lambda W, rng: np.sort(W, axis=None).reshape(SHAPE),
        lambda W, rng: np.sort(W, axis=1),
        lambda W, rng: W - W.mean(axis=1, keepdims=True),
        lambda W, rng: W - W.mean(axis=0, keepdims=True),
        lambda W, rng: W + 0.5 * SIGMA * rng.normal(size=(300, 1)),
        lambda W, rng: W + 0.5 * np.roll(W, 1, axis=1),
        lambda W, rng: np.full(SHAPE, 0.1),
        lambda W, rng: np.linalg.qr(W.T)[0].T,
    ],
)
def test_independent_tells_shared_repeated_sorted_centred_and_orthogonal_draws(rng, spoil):
    W = rng.normal(0, SIGMA, SHAPE)

    message_of(checks.independent, spoil(W, rng))


def test_infinite_and_missing_draws_are_refused(rng):
    W = rng.normal(0, SIGMA, SHAPE)
    W[0, 0] = np.inf

    assert "infinite" in message_of(checks.std, W, SIGMA)
    W[0, 0] = np.nan
    assert "NaN" in message_of(checks.independent, W)


def test_the_generator_decides_for_an_honest_function(rng):
    checks.decided_by_generator(lambda n, rng: rng.normal(size=n), 5, rng)
    checks.decided_by_generator(lambda n, rng=None: (rng.normal(size=n), {"a": rng.random()}), 5, rng=rng)


@pytest.mark.parametrize(
    ("draw", "word"),
    [
        (lambda n, rng: np.random.normal(size=n), "global"),
        (lambda n, rng: (np.random.seed(int(rng.integers(99))), np.random.normal(size=n))[1], "global"),
        (lambda n, rng: np.random.default_rng(0).normal(size=n), "same numbers for two different"),
        (lambda n, rng: np.random.default_rng().normal(size=n), "different numbers for two"),
        (lambda n, rng: copy.deepcopy(rng).normal(size=n), "where it was"),
        (lambda n, rng: np.zeros(n), "same numbers for two different"),
        (lambda n, rng: None, "forget"),
        (lambda n, rng: "text", "str"),
    ],
)
def test_randomness_from_elsewhere_is_told(rng, draw, word):
    assert word in message_of(checks.decided_by_generator, draw, 5, rng)
