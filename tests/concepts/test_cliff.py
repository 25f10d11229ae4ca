"""The unit of the cliff against autograd, its geometric series, and what one step on the wall does."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch

from concepts import cliff
from concepts.cliff import contour, descend, loss_and_gradient, sigmoid, states, wall, wall_sensitivity


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(cliff)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("w", "b", "length"), [(0.3, -1.0, 1), (4.4, -2.1, 20), (5.5, -2.9, 50), (-3.0, 1.0, 7)]
)
def test_loss_and_gradient_match_autograd(w: float, b: float, length: int):
    theirs = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    x = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(length):
        x = theirs[0] * torch.sigmoid(x) + theirs[1]
    expected = (torch.sigmoid(x) - 0.7) ** 2
    expected.backward()
    loss, gradient = loss_and_gradient(w, b, length)

    assert loss == pytest.approx(expected.item(), rel=1e-9)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-8, atol=1e-15)


class TestWall:
    @pytest.mark.parametrize("w", [1.0, 1 / (sigmoid(0.5) * (1 - sigmoid(0.5))), 5.0, 5.5])
    def test_the_gradient_there_is_the_geometric_series(self, w: float):
        _, gradient = loss_and_gradient(w, wall(w), 40)
        y = sigmoid(0.5)
        by_state = gradient[1] / (2 * (y - 0.7) * y * (1 - y))

        assert by_state == pytest.approx(wall_sensitivity(w, 40), rel=1e-8)

    @pytest.mark.parametrize("w", [4.5, 5.0, 6.0])
    def test_the_gradient_is_at_a_right_angle_to_it(self, w: float):
        _, gradient = loss_and_gradient(w, wall(w), 50)
        along = np.array([1.0, (wall(w + 1e-3) - wall(w - 1e-3)) / 2e-3])

        assert abs(gradient @ along) < 1e-6 * np.linalg.norm(gradient)

    def test_parts_the_two_states_in_which_the_unit_settles(self):
        low, high = (sigmoid(states(5.5, wall(5.5) + side, 50)[-1]) for side in (-0.01, 0.01))

        assert low < 0.1
        assert high > 0.8


class TestContour:
    @pytest.mark.parametrize("level", [0.1, 0.7, 0.95])
    @pytest.mark.parametrize("w", [3.5, 4.2])
    def test_has_the_value_that_it_promises(self, w: float, level: float):
        assert sigmoid(states(w, contour(w, level, 30), 30)[-1]) == pytest.approx(level, abs=1e-6)

    def test_the_lines_run_together_on_the_wall(self):
        found = [contour(5.5, level, 50) for level in (0.2, 0.7)]

        assert found == pytest.approx([wall(5.5)] * 2, abs=1e-4)


class TestDescent:
    def test_an_update_is_the_learning_rate_times_the_gradient_or_the_threshold(self):
        path = descend((5.0, -2.4), 0.2, lr=0.5, updates=20)
        moves = np.linalg.norm(np.diff(path.points, axis=0), axis=1)

        assert path.losses.shape == (21,)
        np.testing.assert_allclose(moves, 0.5 * np.minimum(path.norms, 0.2), rtol=1e-9)
        assert (path.norms > 0.2).any()

    def test_one_step_on_the_wall_ends_in_no_gradient_and_clipping_saves_it(self):
        """The chapter's opening: 47 short gradients, one of 329, then 0; clipped at 1 the loss comes to nearly 0."""
        free, clipped = (descend((5.5, -2.8), threshold) for threshold in (math.inf, 1.0))

        assert free.norms[:47].max() < 0.3
        assert free.norms[47] == pytest.approx(329, abs=1)
        assert (free.norms[48:] == 0).all()
        assert free.losses[-1] == pytest.approx(0.09)
        assert clipped.losses[-30:].max() < 0.03
