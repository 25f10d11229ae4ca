"""Deep networks on digits: gradients against autograd, and row 19 of the evidence."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from concepts import degradation
from concepts.degradation import accuracy, draw, gradients, train
from concepts.residual import branch_scale


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(degradation)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("scale", [None, 1.0, 0.3])
def test_gradients_are_autograd_s(scale):
    rng = np.random.default_rng(5)
    weights = [W.astype(np.float64) for W in draw(6, 7, 4, scale is None, rng)]
    x, labels = rng.normal(size=(9, 7)), rng.integers(0, 4, size=9)
    leaves = [torch.tensor(W, requires_grad=True) for W in weights]
    a = torch.tensor(x)
    for V, W in zip(leaves[:-1:2], leaves[1:-1:2], strict=True):
        branch = torch.relu(a @ V.T) @ W.T
        # the scale is a float32 in the network
        a = torch.relu(branch) if scale is None else a + float(np.float32(scale)) * branch
    torch.nn.functional.cross_entropy(a @ leaves[-1].T, torch.tensor(labels)).backward()

    for found, leaf in zip(gradients(weights, x, labels, scale), leaves, strict=True):
        np.testing.assert_allclose(found, leaf.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_weights_have_the_variances_that_their_layers_need():
    plain, residual = (draw(2, 400, 10, kind, np.random.default_rng(0)) for kind in (True, False))

    stds = [W.std() * 20 for W in (*plain[:2], *residual[:2])]
    assert stds == pytest.approx([2**0.5, 2**0.5, 2**0.5, 1.0], rel=0.02)  # 160 000 draws each


@pytest.fixture(scope="module")
def digits():
    """Standardised digits: inputs and labels for training, and for the test."""
    x, labels = load_digits(return_X_y=True)
    x = ((x - x.mean()) / x.std()).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    return x[order[:1437]], labels[order[:1437]], x[order[1437:]], labels[order[1437:]]


class TestEvidenceRow19:
    """Row 19 in kind: plain networks degrade with depth, in training already; scaled branches do not."""

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_deeper_plain_networks_train_worse(self, digits, seed):
        x, labels, *_ = digits
        shallow, deep, deepest = (
            accuracy(train(layers, None, x, labels, seed), x, labels, None) for layers in (4, 20, 40)
        )

        assert shallow > 0.93
        assert deep < 0.9
        assert deepest < 0.4

    @pytest.mark.parametrize(("layers", "seed"), [(20, 0), (20, 1), (40, 0), (40, 1), (80, 0)])
    def test_shortcuts_with_scaled_branches_train_at_every_depth(self, digits, layers, seed):
        x, labels, x_test, labels_test = digits
        scale = branch_scale(layers // 2)
        weights = train(layers, scale, x, labels, seed)

        assert accuracy(weights, x, labels, scale) > 0.95
        assert accuracy(weights, x_test, labels_test, scale) > 0.92

    def test_eighty_plain_layers_learn_nothing(self, digits):
        x, labels, *_ = digits

        assert accuracy(train(80, None, x, labels, 0, epochs=3), x, labels, None) < 0.2

    @pytest.mark.parametrize(("layers", "seed"), [(20, 0), (20, 1), (40, 0), (40, 1), (80, 0)])
    def test_unscaled_branches_explode(self, digits, layers, seed):
        x, labels, *_ = digits
        weights = train(layers, 1.0, x, labels, seed, epochs=1)

        assert not all(np.isfinite(W).all() for W in weights)
