"""Clipping and penalties against torch and autograd, and rows 21, 30 and 31 of the evidence."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from concepts import clipping, remembering
from concepts.clipping import (
    clip_by_global_norm,
    clip_by_value,
    clip_weights,
    cosine,
    global_norm,
    l1_penalty,
    l2_penalty,
    regularized_gradient,
    sgd_step,
)

SHAPES = [(3, 4), (4,), (2, 3, 1, 2), (1,)]


@pytest.fixture
def rng():
    return np.random.default_rng(20260106)


@pytest.fixture
def grads(rng):
    return [rng.normal(0, 2, size=shape) for shape in SHAPES]


def parameters(arrays, grads=None):
    """Return torch parameters of these values, with these gradients."""
    made = [torch.nn.Parameter(torch.tensor(array)) for array in arrays]
    for parameter, gradient in zip(made, grads or [], strict=False):
        parameter.grad = torch.tensor(gradient)
    return made


@pytest.mark.parametrize("module", [clipping, remembering])
def test_every_example_in_a_docstring_runs(module):
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0


class TestClipping:
    @pytest.mark.parametrize("max_norm", [1e-3, 1.0, 5.0, 1e3])
    def test_by_norm_matches_torch(self, grads, max_norm):
        """Torch adds 1e-6 to the norm, a relative difference of 1e-7 here."""
        theirs = parameters(grads, grads)
        norm = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
        clipped, before = clip_by_global_norm(grads, max_norm)

        assert before == pytest.approx(norm.item(), rel=1e-12)
        for ours, parameter in zip(clipped, theirs, strict=True):
            np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=1e-6)

    def test_by_value_matches_torch(self, grads):
        theirs = parameters(grads, grads)
        torch.nn.utils.clip_grad_value_(theirs, 1.5)

        for ours, weights, parameter in zip(
            clip_by_value(grads, 1.5), clip_weights(grads, 1.5), theirs, strict=True
        ):
            np.testing.assert_array_equal(ours, parameter.grad.numpy())
            np.testing.assert_array_equal(weights, ours)

    def test_by_norm_keeps_the_direction_and_nothing_else_does(self, grads):
        by_norm, _ = clip_by_global_norm(grads, 1.0)
        by_piece = [clip_by_global_norm([gradient], 1.0)[0][0] for gradient in grads]

        assert cosine(grads, by_norm) == pytest.approx(1, abs=1e-12)
        assert cosine(grads, clip_by_value(grads, 0.5)) < 0.99
        assert cosine(grads, by_piece) < 0.99
        assert global_norm(by_norm) == pytest.approx(1, rel=1e-12)
        assert 1 < global_norm(by_piece) <= math.sqrt(len(grads))

    def test_says_what_torch_says_about_three_and_four(self):
        """Evidence, row 30: the norm before is returned, and the one after is 1 but for torch's 1e-6."""
        pieces = [np.array([3.0, 0.0]), np.array([0.0, 4.0])]
        theirs = parameters(pieces, pieces)
        total = torch.nn.utils.clip_grad_norm_(theirs, 1.0).item()
        after = math.hypot(*(parameter.grad.norm().item() for parameter in theirs))
        clipped, before = clip_by_global_norm(pieces, 1.0)

        assert total == before == 5.0
        assert after == pytest.approx(1 - 1e-6 / 5, abs=1e-7)
        np.testing.assert_allclose(clipped, [[0.6, 0.0], [0.0, 0.8]], rtol=1e-15)

    def test_evidence_row_30_what_three_ways_do_to_the_direction(self):
        """One large piece and one small: cosine 1 by the global norm, 0.74 piece by piece, 0.64 by value."""
        pieces = [np.array([80.0, 6.0]), np.array([0.6, -0.72])]
        by_piece = [clip_by_global_norm([piece], 1.0)[0][0] for piece in pieces]

        assert cosine(pieces, clip_by_global_norm(pieces, 1.0)[0]) == pytest.approx(1, abs=1e-12)
        assert cosine(pieces, by_piece) == pytest.approx(0.74, abs=0.005)
        assert cosine(pieces, clip_by_value(pieces, 1.0)) == pytest.approx(0.64, abs=0.005)
        assert global_norm(by_piece) == pytest.approx(1.37, abs=0.005)

    def test_by_value_can_turn_a_gradient_almost_at_a_right_angle(self):
        """The cosine tends to 1/√n, here 0.01."""
        spike = [np.concatenate([[1e9], np.ones(9999)])]

        assert cosine(spike, clip_by_value(spike, 1.0)) == pytest.approx(0.01, rel=1e-4)

    def test_leaves_small_and_zero_gradients_alone(self, grads):
        for given in (grads, [np.zeros(3), np.zeros((2, 2))]):
            clipped, norm = clip_by_global_norm(given, global_norm(given) + 1)

            assert norm == global_norm(given)
            for ours, gradient in zip(clipped, given, strict=True):
                np.testing.assert_array_equal(ours, gradient)

    @pytest.mark.parametrize("max_norm", [0.0, -1.0, -math.inf])
    def test_refuses_a_threshold_that_is_not_positive(self, grads, max_norm):
        with pytest.raises(ValueError, match="positive"):
            clip_by_global_norm(grads, max_norm)

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    def test_refuses_what_no_scaling_mends(self, grads, bad):
        grads[2].flat[1] = bad

        with pytest.raises(ValueError, match="NaN or infinity"):
            clip_by_global_norm(grads, 1.0)


class TestPenalties:
    def test_and_their_gradient_match_autograd(self, rng):
        weights = [rng.normal(size=shape) for shape in SHAPES]
        theirs = parameters(weights)
        l1 = sum(parameter.abs().sum() for parameter in theirs)
        l2 = sum(parameter.square().sum() for parameter in theirs)
        (0.3 * l1 + 0.7 * l2).backward()

        assert l1_penalty(weights, 0.3) == pytest.approx(0.3 * l1.item(), rel=1e-12)
        assert l2_penalty(weights, 0.7) == pytest.approx(0.7 * l2.item(), rel=1e-12)
        for W, parameter in zip(weights, theirs, strict=True):
            ours = regularized_gradient(np.ones_like(W), W, l1=0.3, l2=0.7)
            np.testing.assert_allclose(ours, 1 + parameter.grad.numpy(), rtol=1e-12)

    def test_a_weight_of_zero_is_not_pushed(self):
        found = regularized_gradient(np.zeros(3), np.array([0.0, -0.0, 1e-300]), l1=1.0, l2=1.0)

        np.testing.assert_array_equal(found, [0.0, 0.0, 1.0])

    @pytest.mark.parametrize("decay", [0.0, 0.1, 2.0])
    def test_a_step_with_decay_matches_torch(self, rng, grads, decay):
        weights = [rng.normal(size=shape) for shape in SHAPES]
        theirs = parameters(weights, grads)
        torch.optim.SGD(theirs, lr=0.2, weight_decay=decay).step()

        for ours, parameter in zip(sgd_step(weights, grads, 0.2, decay), theirs, strict=True):
            np.testing.assert_allclose(ours, parameter.detach().numpy(), rtol=1e-12, atol=1e-15)


class TestRemembering:
    def test_gradients_through_time_match_autograd(self, rng):
        params = remembering.start(5, 1.3, rng)
        x, y = remembering.sequences(7, 6, rng)
        loss, grads = remembering.loss_and_gradients(params, x, y)
        W, u, b, v, d = theirs = parameters(params)
        h = torch.zeros(7, 5, dtype=torch.float64)
        for t in range(6):
            h = torch.tanh(h @ W.T + torch.outer(torch.tensor(x[:, t]), u) + b)
        expected = torch.nn.functional.binary_cross_entropy_with_logits(h @ v + d, torch.tensor(y))
        expected.backward()

        assert loss == pytest.approx(expected.item(), rel=1e-12)
        for ours, parameter in zip(grads, theirs, strict=True):
            np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=1e-9, atol=1e-14)

    def test_starts_from_a_rotation(self, rng):
        W = remembering.start(8, 1.6, rng)[0]

        np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 1.6, rtol=1e-12)

    def test_evidence_row_21_clipping_rescues_what_explosions_spoil(self):
        """Row 21: solved means 95 % right on fresh sequences; measured 5 of 5 against 1 of 5."""
        clipped = [remembering.train(seed, 1.0, steps=200) for seed in range(5)]
        free = [remembering.train(seed, steps=200) for seed in range(5)]

        assert sum(run.accuracy > 0.95 for run in clipped) >= 4
        assert sum(run.accuracy > 0.95 for run in free) <= 3
        assert max(run.norms.max() for run in free) > 50


def train_on_digits(std, max_norm=math.inf, *, normalised=False, seed=0):
    """Return accuracy and norms of twenty ReLU layers of 64 units, as the chapter trains them.

    Weights N(0, std²), momentum 0.9, learning rate 0.05, eight epochs.
    """
    torch.manual_seed(seed)
    digits, labels = load_digits(return_X_y=True)
    x, y = torch.tensor((digits - digits.mean()) / digits.std()).float(), torch.tensor(labels)
    parts = []
    for _ in range(20):
        layer = nn.Linear(64, 64)
        nn.init.normal_(layer.weight, std=std)
        nn.init.zeros_(layer.bias)
        parts += [layer, *([nn.BatchNorm1d(64)] if normalised else []), nn.ReLU()]
    net, norms = nn.Sequential(*parts, nn.Linear(64, 10)), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    for _ in range(8):
        for batch in torch.randperm(len(x)).split(128):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            norms.append(nn.utils.clip_grad_norm_(net.parameters(), max_norm).item())
            if not math.isfinite(norms[-1]):
                return math.nan, np.array(norms)
            optimizer.step()
    return (net.eval()(x).argmax(1) == y).float().mean().item(), np.array(norms)


class TestEvidenceRow31:
    """Clipping is no cure for a bad initialisation, and a threshold may be too tight.

    Row 31 has single runs of another budget: diverges at step 2, clip 1 alone 8.6 %, batch norm with clip 1 61.5 %
    where typical norms are 15 to 20, and with He's weights 37 % unclipped, 89 % clipped.
    Batch norm alone did not come near its 94.5 % here, with momentum 0 or 0.9, batches of 64 or 128, 8 to 30 epochs,
    the last layer drawn like the others or as PyTorch does: 25 to 59 %, at norms of 1 to 4.
    With momentum 0.9, batches of 64 and 20 epochs the median norm is 1, and clipping there gives 96 %: whether a
    threshold is tight depends on the norms, which is what the last test says.
    """

    def test_a_bad_start_diverges_at_once_and_clipping_only_keeps_it_finite(self):
        accuracy, norms = train_on_digits(0.3)

        assert math.isnan(accuracy)
        assert len(norms) < 5
        assert norms[0] > 1e4
        for seed in range(3):
            assert train_on_digits(0.3, 1.0, seed=seed)[0] < 0.3

    def test_from_he_clipping_lifts_a_plain_net(self):
        for seed in range(3):
            free, clipped = (train_on_digits(math.sqrt(2 / 64), c, seed=seed)[0] for c in (math.inf, 1.0))

            assert math.isnan(free) or free < 0.6
            assert clipped > 0.7

    def test_a_percentile_of_the_measured_norms_beats_a_tight_threshold(self):
        for seed in range(2):
            _, norms = train_on_digits(0.3, normalised=True, seed=seed)
            tight, fitting = (
                train_on_digits(0.3, c, normalised=True, seed=seed)[0]
                for c in (1.0, float(np.percentile(norms, 90)))
            )

            assert fitting > 0.7
            assert tight < fitting - 0.2
