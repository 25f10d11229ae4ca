"""Gates and their gradients against torch, and rows 22 and 23 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch

from concepts import lstm
from concepts.lstm import (
    cell_gradient,
    forget_bias_for,
    lstm_step,
    lstm_walk,
    remembered,
    rnn_state_gradient,
    rnn_states,
    with_forget_bias,
)


@pytest.fixture
def rng():
    return np.random.default_rng(20260108)


def draw(rng, D, H, scale=1.0):
    return (
        rng.normal(0, scale, size=(4 * H, D)),
        rng.normal(0, scale, size=(4 * H, H)),
        rng.normal(0, scale, size=4 * H),
    )


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(lstm)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("n", "D", "H"), [(1, 1, 1), (5, 3, 2), (2, 2, 6)])
@pytest.mark.parametrize("scale", [0.5, 30.0])
def test_a_step_is_torch_s(rng, n, D, H, scale):
    W_ih, W_hh, b = draw(rng, D, H, scale)
    x, h, c = rng.normal(size=(n, D)), rng.normal(size=(n, H)), rng.normal(size=(n, H))
    cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    with torch.no_grad():
        for parameter, value in zip(cell.parameters(), (W_ih, W_hh, b, 0 * b), strict=True):
            parameter.copy_(torch.tensor(value))
        expected = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))

    for ours, theirs in zip(lstm_step(x, h, c, W_ih, W_hh, b), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-9, atol=1e-14)


def test_the_gradient_of_the_cell_is_autograd_s_along_the_direct_path(rng):
    gates = torch.tensor(rng.random((6, 3)))
    start = torch.ones(3, dtype=torch.float64, requires_grad=True)
    cells = [start]
    for f in gates:
        cells.append(f * cells[-1] + torch.randn(3, dtype=torch.float64))
    expected = torch.autograd.grad(cells[-1].sum(), cells[:-1])

    np.testing.assert_allclose(cell_gradient(gates.numpy()), torch.stack(expected).numpy(), rtol=1e-12)


def test_a_closed_gate_cuts_off_all_that_was_before():
    gates = np.full((5, 2), 0.9)
    gates[2, 1] = 0.0

    assert cell_gradient(gates)[:, 1] == pytest.approx([0, 0, 0, 0.81, 0.9])


class TestForgetBias:
    @pytest.mark.parametrize("half_life", [1e-6, 0.01, 1.0, 7.3, 100.0, 1e6, 1e12])
    def test_halves_the_memory_in_the_time_asked_for(self, half_life):
        b = forget_bias_for(half_life)

        assert half_life * np.logaddexp(0, -b) == pytest.approx(math.log(2), rel=1e-9)

    @pytest.mark.parametrize("half_life", [0.0, -1.0, -math.inf, math.nan])
    def test_other_times_are_refused(self, half_life):
        with pytest.raises(ValueError, match="positive"):
            forget_bias_for(half_life)

    def test_sets_the_second_quarter_of_a_copy(self, rng):
        b = rng.normal(size=12)
        before = b.copy()

        assert with_forget_bias(b, -2.5).tolist() == [*b[:3], -2.5, -2.5, -2.5, *b[6:]]
        np.testing.assert_array_equal(b, before)


@pytest.mark.parametrize(("T", "H"), [(1, 1), (4, 3), (7, 5)])
def test_the_gradient_of_a_plain_state_is_autograd_s(rng, T, H):
    W = rng.normal(0, 1.5 * H**-0.5, size=(H, H))
    inputs = rng.normal(size=(T, H))
    expected = []
    hidden = rnn_states(W, inputs)
    for t in range(T):
        start = torch.tensor(hidden[t - 1] if t else np.zeros(H))

        def run(h, t=t):
            for u in inputs[t:]:
                h = torch.tanh(torch.tensor(W) @ h + torch.tensor(u))
            return h

        jacobian = torch.autograd.functional.jacobian(run, start)
        expected.append(torch.linalg.matrix_norm(jacobian, 2).item())

    np.testing.assert_allclose(rnn_state_gradient(W, hidden), expected, rtol=1e-10)


class TestEvidence:
    def test_what_a_cell_keeps_of_a_hundred_steps(self):
        """Row 22: σ(b)¹⁰⁰ for b = 0, 1, 2, and 1/e for f = 1 − 1/T."""
        kept = [remembered(b, 100) for b in (0.0, 1.0, 2.0, math.log(99))]

        assert kept == pytest.approx([7.9e-31, 2.5e-14, 3.1e-6, 0.366], rel=0.02)
        assert kept[3] == pytest.approx(math.exp(-1), rel=0.01)

    def test_a_large_forget_bias_keeps_the_gradient_over_a_hundred_steps(self, rng):
        """Row 23 in kind, along the direct path: torch's default loses it, bias 1 nearly, bias 5 keeps it."""
        H, bound = 32, 32**-0.5
        W_ih, W_hh = rng.uniform(-bound, bound, size=(4 * H, 1)), rng.uniform(-bound, bound, size=(4 * H, H))
        b = rng.uniform(-bound, bound, size=4 * H)
        x = rng.normal(size=(100, 1))
        medians = [
            float(np.median(cell_gradient(lstm_walk(x, W_ih, W_hh, biases)[0])[0]))
            for biases in (b, with_forget_bias(b, 1.0), with_forget_bias(b, 5.0))
        ]

        assert medians[0] < 1e-20
        assert 1e-18 < medians[1] < 1e-8
        assert medians[2] > 0.3

    @pytest.mark.parametrize(("gain", "low", "high"), [(1.0, 1e-6, 0.3), (1.5, 1.0, math.inf)])
    def test_a_plain_network_loses_or_explodes(self, rng, gain, low, high):
        """Row 23 in kind: orthogonal weights lose some, orthogonal × 1.5 explode (small inputs)."""
        rotation = np.linalg.qr(rng.normal(size=(32, 32)))[0]
        inputs = 0.2 * rng.normal(size=(100, 32)) if gain == 1.0 else np.zeros((100, 32))
        first = rnn_state_gradient(gain * rotation, rnn_states(gain * rotation, inputs))[0]

        assert low < first < high
