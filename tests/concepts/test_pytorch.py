"""The training step and its companions against a computation by hand."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from concepts import pytorch
from concepts.pytorch import (
    SimpleNN,
    evaluate,
    gradient_norms,
    threshold_from,
    train_step,
    train_with_history,
    watched,
)


@pytest.fixture
def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(12, 5, generator=generator), torch.arange(12) % 3


@pytest.fixture
def model() -> SimpleNN:
    torch.manual_seed(0)
    return SimpleNN(5, 7, 3)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(pytorch)

    assert result.attempted > 0
    assert result.failed == 0


class TestStep:
    @pytest.mark.parametrize("share", [0.2, 5.0])
    def test_a_step_is_what_autograd_and_arithmetic_give(self, model, batch, share):
        x, y = batch
        loss = nn.functional.cross_entropy(model(x), y)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in grads))
        expected = [
            p.detach() - 0.1 * min(1, share) * g for p, g in zip(model.parameters(), grads, strict=True)
        ]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        found = train_step(model, x, y, nn.CrossEntropyLoss(), optimizer, share * norm)

        assert found == pytest.approx((loss.item(), norm), rel=1e-5)
        for p, e in zip(model.parameters(), expected, strict=True):
            torch.testing.assert_close(p.detach(), e, rtol=1e-4, atol=1e-6)

    def test_old_gradients_do_not_matter(self, model, batch):
        for parameter in model.parameters():
            parameter.grad = torch.full_like(parameter, 1e3)
        _, norm = train_step(
            model, *batch, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters()), math.inf
        )

        assert norm < 10

    def test_the_bias_before_batch_norm_has_no_gradient(self, model, batch):
        """The mean that it adds is taken away again."""
        nn.functional.cross_entropy(model(batch[0]), batch[1]).backward()
        norms = gradient_norms(model)

        assert norms["fc1.bias"] < 1e-6 * norms["fc1.weight"]


class TestEvaluate:
    @pytest.mark.parametrize("mode", [True, False])
    def test_leaves_mode_and_statistics(self, model, batch, mode):
        model.train(mode)
        before = model.bn1.running_mean.clone()
        evaluate(model, *batch)

        assert model.training is mode
        assert torch.equal(model.bn1.running_mean, before)

    def test_a_sample_does_not_depend_on_its_neighbours(self, model, batch):
        x, y = batch
        model(x)
        one_by_one = np.mean([evaluate(model, x[i : i + 1], y[i : i + 1]) for i in range(len(x))])

        assert evaluate(model, x, y) == pytest.approx(one_by_one)


class TestTraining:
    @pytest.mark.parametrize(("n", "steps"), [(12, 3), (13, 3), (14, 4)])
    def test_the_last_batch_is_used_unless_it_is_one_sample(self, model, n, steps):
        x, y = torch.randn(n, 5), torch.arange(n) % 3
        history = train_with_history(model, x, y, 2, 4, lr=0.1, max_norm=1.0, seed=0)

        assert len(history.norms) == 2 * steps

    def test_the_seed_decides(self, batch):
        def losses(seed):
            torch.manual_seed(1)
            return train_with_history(SimpleNN(5, 7, 3), *batch, 3, 4, 0.1, 1.0, seed).losses

        assert losses(0) == losses(0) != losses(1)


def test_hooks_measure_what_autograd_gives_and_are_gone_afterwards(model, batch):
    x, y = batch
    with watched(model) as sizes:
        nn.functional.cross_entropy(model(x), y).backward()
    logits = model(x)
    (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(logits, y), logits)

    assert set(sizes) == {"fc1", "bn1", "relu", "fc2"}
    assert sizes["fc2"] == pytest.approx([gradient.square().mean().sqrt().item()], rel=1e-5)
    assert all(not module._forward_hooks for module in model.modules())


def test_a_threshold_is_a_percentile_of_finite_norms():
    norms = np.random.default_rng(0).exponential(size=1000)

    assert np.mean(norms > threshold_from(list(norms), 90)) == pytest.approx(0.1, abs=0.001)
    with pytest.raises(ValueError, match="not finite"):
        threshold_from([1.0, math.nan], 90)
