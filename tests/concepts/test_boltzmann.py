"""A small Boltzmann machine against sums over all states, finite differences and the limit of a long chain."""

from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest

from concepts import boltzmann
from concepts.boltzmann import (
    energy,
    expected_cd,
    free_energy,
    frequencies,
    gibbs_step,
    likelihood_gradients,
    log_likelihood,
    model_probabilities,
    states,
)
from concepts.pretraining import cd1_gradients


@pytest.fixture
def rng():
    return np.random.default_rng(20260202)


@pytest.fixture
def machine(rng):
    """Three hidden and four visible units."""
    return rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=4)


@pytest.fixture
def data(rng):
    return (rng.random((40, 4)) < [0.9, 0.2, 0.5, 0.7]).astype(float)


def joint(W, b, c):
    """Return the probabilities of all pairs of states, from the energy, `(2**D, 2**H)`."""
    pairs = list(itertools.product(states(len(c)), states(len(b))))
    v, h = (np.array(part) for part in zip(*pairs, strict=True))
    weights = np.exp(-energy(v, h, W, b, c)).reshape(2 ** len(c), 2 ** len(b))
    return weights / weights.sum()


def flat(parts):
    return np.concatenate([part.ravel() for part in parts])


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(boltzmann)

    assert result.attempted > 0
    assert result.failed == 0


def test_the_free_energy_sums_out_the_hidden_units(machine):
    expected = joint(*machine).sum(axis=1)

    np.testing.assert_allclose(model_probabilities(*machine), expected, rtol=1e-12)
    v = states(4)
    ratio = np.exp(free_energy(v, *machine)[0] - free_energy(v, *machine)[5])
    assert expected[5] / expected[0] == pytest.approx(ratio, rel=1e-12)


def test_the_log_likelihood_is_that_of_the_frequencies(machine, data):
    expected = frequencies(data) @ np.log(model_probabilities(*machine))

    assert log_likelihood(data, *machine) == pytest.approx(expected, rel=1e-12)
    assert frequencies(data).sum() == pytest.approx(1)


def test_the_gradient_is_data_minus_model_and_a_finite_difference(rng, machine, data):
    gradients = likelihood_gradients(data, *machine)
    for k, gradient in enumerate(gradients):
        step = 1e-6 * rng.normal(size=gradient.shape)
        up, down = ([*machine[:k], machine[k] + s * step, *machine[k + 1 :]] for s in (1, -1))
        change = (log_likelihood(data, *up) - log_likelihood(data, *down)) / 2

        assert change == pytest.approx(np.sum(gradient * step), rel=1e-5)


def test_a_step_of_the_chain_is_made_of_the_conditionals_of_the_joint_law(machine):
    p = joint(*machine)
    hidden_given_visible = p / p.sum(axis=1, keepdims=True)
    visible_given_hidden = p / p.sum(axis=0, keepdims=True)

    T = gibbs_step(*machine)
    np.testing.assert_allclose(T, hidden_given_visible @ visible_given_hidden.T, rtol=1e-10)
    np.testing.assert_allclose(p.sum(axis=1) @ T, p.sum(axis=1), rtol=1e-10)


def test_a_long_chain_has_no_bias_and_a_short_one_has(machine, data):
    exact = flat(likelihood_gradients(data, *machine))
    errors = [np.linalg.norm(flat(expected_cd(data, *machine, k)) - exact) for k in (1, 3, 10, 300)]

    assert errors[0] > 0.01 * np.linalg.norm(exact)
    assert errors[0] > errors[1] > errors[2]
    assert errors[3] < 1e-9


def test_cd_is_exact_where_the_machine_is_the_law_of_the_data():
    """Independent units with the frequencies of the data: both expectations are equal."""
    data = states(3)
    nothing = expected_cd(data, np.zeros((2, 3)), np.zeros(2), np.zeros(3), steps=1)

    np.testing.assert_allclose(flat(nothing), 0, atol=1e-12)


def test_the_assignment_s_code_samples_h_only_and_stays_close_to_cd_1(rng, machine, data):
    """Its v1 and p1 are probabilities, so its mean is not quite that of CD-1."""
    drawn = flat(cd1_gradients(np.repeat(data, 2000, axis=0), *machine, rng))
    expected = flat(expected_cd(data, *machine, steps=1))

    difference = np.linalg.norm(drawn - expected) / np.linalg.norm(expected)
    assert 0.03 < difference < 0.3  # 80,000 draws leave a hundredth of noise


def test_states_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        states(2)[0, 0] = 1.0
