"""The rescue: what is measured on a network is what its construction says, and the rescued one learns."""

from __future__ import annotations

import doctest
import math
from copy import deepcopy

import pytest
import torch
from torch import nn

from concepts import real_depth, rescue
from concepts.real_depth import (
    examine_layers,
    executed_layers,
    gradient_ratio,
    longest_chain,
    weight_gradient_norms,
    weight_moves,
)
from concepts.rescue import (
    DEPTH,
    WIDTH,
    Failing,
    build_rescued,
    configure_optimizer,
    digits,
    train,
    training_step,
)


@pytest.mark.parametrize("module", [rescue, real_depth])
def test_every_example_in_a_docstring_runs(module):
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.fixture(scope="module")
def trained() -> tuple[nn.Module, nn.Module]:
    """The rescued network before and after its 300 steps."""
    torch.manual_seed(0)
    model = build_rescued(DEPTH, WIDTH, 64, 10)
    before = deepcopy(model)
    train(model, configure_optimizer(model), digits())
    return before, model


class Joined(nn.Module):
    """Two layers one behind the other or side by side, with or without a bend between them."""

    def __init__(self, *, parallel: bool, f: nn.Module | None = None) -> None:
        super().__init__()
        self.a, self.b, self.head = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)
        self.parallel, self.f = parallel, f or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.f(self.a(x))
        return self.head(a + self.b(x) if self.parallel else self.b(a))


class TestMeasurements:
    def test_layers_come_in_the_order_of_the_pass(self):
        model = Joined(parallel=False)

        assert executed_layers(model, torch.zeros(1, 4)) == [model.a, model.b, model.head]

    def test_gradient_norms_are_those_of_a_backward_pass(self):
        data, model = digits(), Failing(3, 8, 64, 10)
        x, y = data.x_train[:50], data.y_train[:50]
        nn.functional.cross_entropy(model(x), y).backward()
        expected = [float(model[i].weight.grad.norm()) for i in (0, 2, 4)]

        assert weight_gradient_norms(model, x, y) == pytest.approx(expected)
        assert gradient_ratio(model, x, y) == pytest.approx(expected[0] / expected[-1])

    def test_a_layer_without_a_gradient(self):
        model = Failing(2, 8, 64, 10)
        nn.init.zeros_(model[4].weight)
        data = digits()

        assert gradient_ratio(model, data.x_train[:9], data.y_train[:9]) == math.inf

    @pytest.mark.parametrize(("parallel", "chain"), [(True, 1), (False, 2)])
    def test_a_chain_is_told_from_layers_side_by_side(self, parallel, chain):
        layers = examine_layers(Joined(parallel=parallel), torch.randn(20, 4))

        assert longest_chain(layers) == chain

    @pytest.mark.parametrize(
        ("f", "bent"), [(nn.ReLU(), True), (nn.Identity(), False), (nn.LeakyReLU(1.0), False)]
    )
    def test_a_bend_is_seen_by_what_it_does(self, f, bent):
        torch.manual_seed(0)
        first = examine_layers(Joined(parallel=False, f=f), torch.randn(50, 4))[0]

        assert (first.bend > 0.1) is bent
        assert (first.bend < 1e-3) is not bent

    def test_a_layer_that_nobody_listens_to(self):
        model = Joined(parallel=False)
        nn.init.zeros_(model.head.weight)
        nn.init.zeros_(model.b.weight)
        layers = examine_layers(model, torch.randn(20, 4))

        assert layers[0].importance == 0
        assert layers[0].reaches == (1,)

    def test_a_layer_that_raises_all_classes_alike(self):
        model = Joined(parallel=True)
        nn.init.ones_(model.head.weight)

        assert max(layer.importance for layer in examine_layers(model, torch.randn(20, 4))) < 1e-5

    def test_measuring_leaves_the_model_as_it_was(self, trained):
        model, data = deepcopy(trained[1]).train(), digits()
        before = deepcopy(model.state_dict())
        examine_layers(model, data.x_test[:20])
        weight_gradient_norms(model, data.x_test[:20], data.y_test[:20])

        assert model.training and all(module.training for module in model.modules())
        assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
        assert not any(module._forward_hooks for module in model.modules())


class TestRescue:
    def test_the_patient_gets_no_gradient_and_does_not_learn(self):
        torch.manual_seed(0)
        data, model = digits(), Failing(DEPTH, WIDTH, 64, 10)

        assert gradient_ratio(model, data.x_train[:256], data.y_train[:256]) < 1e-12
        train(model, configure_optimizer(model), data, steps=60)
        assert rescue.accuracy(model, data.x_test, data.y_test) < 0.2

    def test_the_rescued_one_learns(self, trained):
        data = digits()

        assert rescue.accuracy(trained[1], data.x_test, data.y_test) > 0.95

    def test_a_gradient_reaches_its_first_layer(self, trained):
        data = digits()

        assert 3 < gradient_ratio(trained[0], data.x_train[:256], data.y_train[:256]) < 20

    def test_its_depth_is_real(self, trained):
        x = digits().x_test[:256]
        layers = examine_layers(trained[1], x)

        assert len(layers) == longest_chain(layers) == DEPTH + 1
        assert min(layer.importance for layer in layers) > 0.05
        assert min(weight_moves(*trained, x[:2])) > 0.1
        assert sum(layer.bend > 0.1 for layer in layers) >= DEPTH // 2


def test_a_step_is_clipped():
    torch.manual_seed(0)
    data, model = digits(), Failing(2, 8, 64, 10)
    before = deepcopy(model)
    training_step(
        model, 300 * data.x_train[:64], data.y_train[:64], torch.optim.SGD(model.parameters(), lr=0.5)
    )
    moved = sum(
        float(((p - q) ** 2).sum().detach())
        for p, q in zip(model.parameters(), before.parameters(), strict=True)
    )

    assert moved**0.5 <= 0.5 * 1.0001
