"""Two circles and three starts: gradients against autograd, and row 26 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch

from concepts import circles
from concepts.circles import STARTS, accuracy, cost, data, gradients, start, train


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(circles)

    assert result.attempted > 0
    assert result.failed == 0


def test_another_start_is_refused():
    with pytest.raises(ValueError, match="kind must be one of zeros, large, he, got 'xavier'"):
        start("xavier")


@pytest.mark.parametrize("kind", ["zeros", "he"])
def test_cost_and_gradients_equal_autograds(kind):
    x, y, *_ = data()
    layers = [
        tuple(torch.tensor(part, requires_grad=True) for part in (W, b + 0.1 * (kind == "he")))
        for W, b in start(kind)
    ]
    a = torch.tensor(x)
    for number, (W, b) in enumerate(layers):
        a = torch.nn.functional.linear(a, W, b)
        a = a.relu() if number < 2 else a.sigmoid()
    theirs = torch.nn.functional.binary_cross_entropy(a[:, 0], torch.tensor(y))
    theirs.backward()
    ours = [tuple(part.detach().numpy() for part in layer) for layer in layers]

    assert cost(ours, x, y) == pytest.approx(theirs.item(), rel=1e-12)
    for found, expected in zip(gradients(ours, x, y), layers, strict=True):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other.grad.numpy(), rtol=1e-9, atol=1e-15)


def test_evidence_row_26_costs_before_training():
    """Row 26: ln 2 from zeros, 0.883053746 from He's weights."""
    x, y, *_ = data()

    assert cost(start("zeros"), x, y) == pytest.approx(math.log(2), abs=1e-15)
    assert cost(start("he"), x, y) == pytest.approx(0.883053746, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "right", "right_test"), [("zeros", 0.50, 0.50), ("large", 0.83, 0.86), ("he", 0.9933, 0.96)]
)
def test_evidence_row_26_what_each_start_learns(kind, right, right_test):
    """Row 26: the share of right answers after 15,000 steps, within one point."""
    x, y, x_test, y_test = data()
    layers = train(kind)

    assert kind in STARTS
    assert accuracy(layers, x, y) == pytest.approx(right, abs=0.0101)
    assert accuracy(layers, x_test, y_test) == pytest.approx(right_test, abs=0.0101)
