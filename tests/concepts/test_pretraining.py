"""Autoencoders, contrastive divergence and fine-tuning against torch and exact expectations."""

from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest
import torch

from concepts import pretraining
from concepts.pretraining import (
    autoencoder_gradients,
    autoencoder_loss,
    cd1_gradients,
    cross_entropy_gradients,
    fine_tune,
    pretrain_layer,
    pretrain_stack,
)
from concepts.saturation import sigmoid


@pytest.fixture
def rng():
    return np.random.default_rng(20260109)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(pretraining)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("n", "D", "H"), [(1, 3, 2), (6, 2, 5), (4, 4, 4)])
def test_loss_and_gradients_of_the_autoencoder_are_autograd_s(rng, n, D, H):
    x, params = rng.normal(size=(n, D)), [rng.normal(size=shape) for shape in ((H, D), (H,), (D,))]
    W, b, c = (torch.tensor(p, requires_grad=True) for p in params)
    target = torch.tensor(x)
    loss = 0.5 * ((torch.sigmoid(target @ W.T + b) @ W + c - target) ** 2).sum(dim=1).mean()
    expected = torch.autograd.grad(loss, (W, b, c))

    assert autoencoder_loss(x, *params) == pytest.approx(loss.item(), rel=1e-12)
    for ours, theirs in zip(autoencoder_gradients(x, *params), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-13)


def test_contrastive_divergence_has_the_mean_over_all_hidden_states(rng):
    """The mean of many draws, against the sum over all states of three hidden units."""
    v0, W, b, c = rng.random((1, 2)), rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    p0 = sigmoid(v0 @ W.T + b)
    expected = np.zeros((3, 2))
    for state in itertools.product((0.0, 1.0), repeat=3):
        h = np.array([state])
        v1 = sigmoid(h @ W + c)
        weight = np.prod(np.where(h == 1, p0, 1 - p0))
        expected += weight * (p0.T @ v0 - sigmoid(v1 @ W.T + b).T @ v1)
    dW, _, _ = cd1_gradients(np.repeat(v0, 200_000, axis=0), W, b, c, rng)

    np.testing.assert_allclose(dW, expected, atol=0.005)


def test_a_layer_learns_to_reconstruct_and_starts_small(rng):
    x = sigmoid(rng.normal(size=(60, 3)) @ rng.normal(size=(3, 8)))
    start = pretrain_layer(x, 5, 0, 0.5, np.random.default_rng(0))
    end = pretrain_layer(x, 5, 200, 0.2, np.random.default_rng(0))

    assert 0.05 < np.std(start[0]) < 0.2
    assert autoencoder_loss(x, *end) < 0.2 * autoencoder_loss(x, *start)


def test_a_stack_learns_from_the_codes_below(rng):
    x = rng.random((10, 4))
    draws = np.random.default_rng(5)
    W, b, _ = pretrain_layer(x, 3, 7, 0.3, draws)
    second, bias, _ = pretrain_layer(sigmoid(x @ W.T + b), 2, 7, 0.3, draws)
    stack = pretrain_stack(x, [3, 2], 7, 0.3, np.random.default_rng(5))

    for ours, expected in zip(itertools.chain(*stack), (W, b, second, bias), strict=True):
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("sizes", [[], [3], [4, 2, 5]])
def test_the_gradients_through_a_stack_are_autograd_s(rng, sizes):
    widths = [3, *sizes]
    stack = [(rng.normal(size=(o, i)), rng.normal(size=o)) for i, o in itertools.pairwise(widths)]
    V, d, x, y = (
        rng.normal(size=(4, widths[-1])),
        rng.normal(size=4),
        rng.normal(size=(6, 3)),
        np.arange(6) % 4,
    )
    params = [torch.tensor(p, requires_grad=True) for p in (*itertools.chain(*stack), V, d)]
    h = torch.tensor(x)
    for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        h = torch.sigmoid(h @ W.T + b)
    loss = torch.nn.functional.cross_entropy(h @ params[-2].T + params[-1], torch.tensor(y))
    expected = torch.autograd.grad(loss, params)
    found, grads, dV, dd = cross_entropy_gradients(stack, V, d, x, y)

    assert found == pytest.approx(loss.item(), rel=1e-12)
    for ours, theirs in zip((*itertools.chain(*grads), dV, dd), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-9, atol=1e-13)


def test_fine_tuning_lowers_the_loss_that_it_notes_before_each_update(rng):
    x = rng.normal(size=(40, 3))
    y = (x[:, 0] > 0).astype(int)
    stack = [(rng.normal(size=(5, 3)), np.zeros(5))]
    V, d = rng.normal(size=(2, 5)), np.zeros(2)
    *end, losses = fine_tune(stack, V, d, x, y, 300, 1.0)

    assert losses[0] == cross_entropy_gradients(stack, V, d, x, y)[0]
    assert len(losses) == 300
    assert losses[-1] < 0.3 * losses[0]
    assert cross_entropy_gradients(*end, x, y)[0] < losses[-1]
