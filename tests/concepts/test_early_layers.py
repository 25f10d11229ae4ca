"""The gradients against autograd, and the experiment of the chapter on its five seeds."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from concepts import early_layers
from concepts.early_layers import accuracy, gradients, random_network, train_with_equal_steps

SIZES = [64, 30, 30, 30, 10]


@pytest.fixture(scope="module")
def digits():
    """Return 1,000 standardised digits to train on, and 797 to judge by."""
    x, labels = load_digits(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std()
    order = np.random.default_rng(0).permutation(len(x))
    x, labels = x[order], labels[order]
    return x[:1000], labels[:1000], x[1000:], labels[1000:]


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(early_layers)

    assert result.attempted > 0
    assert result.failed == 0


def test_gradients_match_autograd():
    rng = np.random.default_rng(3)
    weights, biases = random_network([5, 4, 6, 3], rng)
    x, labels = rng.normal(size=(8, 5)), rng.integers(0, 3, size=8)
    leaves = [torch.tensor(p, requires_grad=True) for p in [*weights, *biases]]
    a = torch.tensor(x)
    for l in range(3):
        z = a @ leaves[l].T + leaves[3 + l]
        a = torch.sigmoid(z)
    torch.nn.functional.cross_entropy(z, torch.tensor(labels)).backward()

    grad_weights, grad_biases = gradients((weights, biases), x, labels)
    for found, leaf in zip([*grad_weights, *grad_biases], leaves, strict=True):
        np.testing.assert_allclose(found, leaf.grad.numpy(), rtol=1e-9, atol=1e-14)


def test_a_step_has_the_stated_length_in_the_trained_layers_alone(digits):
    x, labels, _, _ = digits
    start = random_network(SIZES, np.random.default_rng(0))
    end = train_with_equal_steps(start, x, labels, {1, 3}, steps=1, length=0.5)

    moves = [
        np.hypot(np.linalg.norm(V - W), np.linalg.norm(c - b))
        for W, V, b, c in zip(start[0], end[0], start[1], end[1], strict=True)
    ]
    np.testing.assert_allclose(moves, [0.5, 0, 0.5, 0], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_layer_with_the_smallest_gradient_is_worth_training(digits, seed):
    """A small gradient does not mean "already learnt": all three claims of the chapter, on each seed."""
    x, labels, x_new, labels_new = digits
    start = random_network(SIZES, np.random.default_rng(seed))
    norms = [np.linalg.norm(g) for g in gradients(start, x, labels)[0]]
    without_first = train_with_equal_steps(start, x, labels, {2, 3, 4}, steps=100, length=0.6)
    with_first = train_with_equal_steps(start, x, labels, {1, 2, 3, 4}, steps=100, length=0.6)

    assert norms[-1] / norms[0] > 30
    assert accuracy(with_first, x_new, labels_new) > 0.88
    assert accuracy(with_first, x_new, labels_new) > accuracy(without_first, x_new, labels_new) + 0.2
