"""Layers prepared one at a time: gradients against autograd, gains against theory, and row 20 of the evidence."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from concepts import greedy
from concepts.chain_rule import backpropagate_deltas
from concepts.depth import forward
from concepts.greedy import (
    METHODS,
    accuracy,
    codes,
    encoder_gain,
    gradient_sizes,
    measured_gains,
    pretrain,
    random_stack,
    sigmoid_decoder_gradients,
    spreads,
    train,
)
from concepts.saturation import sigmoid, sigmoid_grad

SEEDS = range(5)


@pytest.fixture
def rng():
    return np.random.default_rng(20260203)


@pytest.fixture(scope="module")
def digits():
    """1,400 digits to train on and 397 to judge by, pixels from 0 to 1."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order] / 16, y[order]
    return x[:1400], y[:1400], x[1400:], y[1400:]


def fine_tuned(stack, digits, seed):
    """Return the share of unseen digits that are right after thirty epochs."""
    x, y, x_test, y_test = digits
    return accuracy(train(stack, x, y, np.random.default_rng(seed)), x_test, y_test)


def prepared(method, depth, digits, seed, **options):
    return pretrain(digits[0], [64] * depth, method, np.random.default_rng(seed), **options)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(greedy)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("n", "D", "H"), [(1, 3, 2), (6, 2, 5), (4, 4, 4)])
def test_the_gradients_of_a_sigmoid_decoder_are_autograd_s(rng, n, D, H):
    x, params = rng.random((n, D)), [rng.normal(size=shape) for shape in ((H, D), (H,), (D,))]
    W, b, c = (torch.tensor(p, requires_grad=True) for p in params)
    target = torch.tensor(x)
    logits = torch.sigmoid(target @ W.T + b) @ W + c
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="sum") / n
    expected = torch.autograd.grad(loss, (W, b, c))

    for ours, theirs in zip(sigmoid_decoder_gradients(x, *params), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-9, atol=1e-12)


def test_a_gain_is_the_length_of_a_small_step_in_the_code(rng):
    """One input, by a finite difference."""
    layer, x, u = (rng.normal(size=(4, 3)), rng.normal(size=4)), rng.normal(size=(1, 3)), np.eye(3)[:1]
    W, b = layer
    moved = (sigmoid((x + 1e-6 * u) @ W.T + b) - sigmoid((x - 1e-6 * u) @ W.T + b)) / 2e-6

    assert measured_gains(layer, x, u)[0] == pytest.approx(np.linalg.norm(moved), rel=1e-6)


@pytest.mark.parametrize(
    ("method", "decoder_slope", "tolerance"), [("linear", 1.0, 0.15), ("sigmoid", 0.25, 0.25)]
)
def test_a_trained_layer_has_the_gain_of_its_decoder(digits, method, decoder_slope, tolerance):
    """√(τ/τ̂): ½ with a linear decoder and 1 with a sigmoid, along the digits' principal directions."""
    x = digits[0]
    directions = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:30]
    (layer,) = prepared(method, 1, digits, seed=0, epochs=60)

    expected = encoder_gain(0.25, decoder_slope)
    np.testing.assert_allclose(measured_gains(layer, x, directions), expected, rtol=tolerance)


def test_profiles_are_those_of_the_chapter_on_depth(rng):
    """Spread and gradient again, by the functions of that chapter and by autograd's loss."""
    stack, V, d = random_stack([5, 7, 4], 3.0, rng), rng.normal(size=(3, 4)), rng.normal(size=3)
    x, y = rng.random((6, 5)), np.arange(6) % 3
    weights, biases = [W for W, _ in stack], [b for _, b in stack]
    zs, activations = forward(weights, biases, x, sigmoid)
    top = torch.tensor(activations[-1], requires_grad=True)
    loss = torch.nn.functional.cross_entropy(
        top @ torch.tensor(V).T + torch.tensor(d), torch.tensor(y), reduction="sum"
    )
    (g,) = torch.autograd.grad(loss, top)
    deltas = backpropagate_deltas(weights, zs, sigmoid_grad, g.numpy() * sigmoid_grad(zs[-1]))
    lengths = [np.linalg.norm(one, axis=1) for one in (deltas[1] @ weights[1], g.numpy())]

    expected = [np.sqrt(np.mean(one**2)) for one in lengths]
    np.testing.assert_allclose(gradient_sizes((stack, V, d), x, y), expected, rtol=1e-10)
    rms = [np.sqrt(np.mean(a.std(axis=0) ** 2)) for a in activations]
    np.testing.assert_allclose(spreads(stack, x), rms, rtol=1e-12)
    np.testing.assert_array_equal(codes(stack, x)[-1], activations[-1])


@pytest.mark.parametrize("method", METHODS)
def test_a_shorter_stack_is_the_beginning_of_a_longer_one(rng, method):
    x = rng.random((70, 5))
    short, long = (pretrain(x, [4] * k, method, np.random.default_rng(1), epochs=2) for k in (2, 3))

    for one, other in zip(short, long[:2], strict=True):
        np.testing.assert_array_equal(one[0], other[0])


@pytest.mark.slow
def test_evidence_row_20_pretraining_rescues_five_sigmoid_layers(digits):
    """Row 20: SGD below 0.20, with greedy pre-training above 0.90, on every seed; and so does a factor of 4."""
    plain = [fine_tuned(random_stack([64] * 6, 1.0, np.random.default_rng(s)), digits, s) for s in SEEDS]
    rescued = [fine_tuned(prepared("sigmoid", 5, digits, s), digits, s) for s in SEEDS]
    scaled = [fine_tuned(random_stack([64] * 6, 4.0, np.random.default_rng(s)), digits, s) for s in SEEDS]

    assert max(plain) < 0.20
    assert min(rescued) > 0.90
    assert min(scaled) > 0.90


@pytest.mark.slow
def test_evidence_row_20_pretraining_stops_helping_when_layers_lose_the_signal(digits):
    """Linear decoders: some at three layers, nothing at five; doubled, they help again.  CD-1 fades with depth."""
    for seed in range(2):
        halving = prepared("linear", 5, digits, seed)
        assert 0.25 < fine_tuned(halving[:3], digits, seed) < 0.75
        assert fine_tuned(halving, digits, seed) < 0.3
        assert fine_tuned(prepared("linear", 5, digits, seed, stretch=2.0), digits, seed) > 0.7

        machines = prepared("rbm", 12, digits, seed)
        five, twelve = (fine_tuned(machines[:depth], digits, seed) for depth in (5, 12))
        assert five > 0.8
        assert 0.5 < twelve < five - 0.05
