"""The diagnostics of the field guide: right numbers, a model left as it was, and the right words."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from concepts.diagnostics import (
    dead_share,
    examine,
    gradient_norms,
    saturated_share,
    snapshot,
    symptoms,
    update_ratios,
)


def deep(activation: type[nn.Module], std: float, depth: int = 12, width: int = 64) -> nn.Sequential:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(depth):
        linear = nn.Linear(width, width)
        nn.init.normal_(linear.weight, 0.0, std)
        nn.init.zeros_(linear.bias)
        layers += [linear, activation()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(128, 64), torch.randint(10, (128,))


def test_saturation_counts_both_ends_strictly():
    a = torch.tensor([[0.05, 0.95], [0.049, 0.951], [0.5, 0.5]])
    assert saturated_share(a, 0.05, 0.95) == pytest.approx(2 / 6)
    assert saturated_share(torch.tensor([-0.96, 0.0, 0.96, 0.2]), -0.95, 0.95) == 0.5


def test_a_unit_is_dead_only_when_the_whole_batch_and_the_whole_map_leave_it_shut():
    assert dead_share(torch.tensor([[0.0, 0.0, 2.0], [0.0, 1.0, 0.0]])) == pytest.approx(1 / 3)
    maps = torch.zeros(2, 3, 4, 4)
    maps[1, 2, 0, 3] = 1.0
    assert dead_share(maps) == pytest.approx(2 / 3)
    assert dead_share(-torch.ones(5, 4)) == 1.0  # of a leaky unit, which is shut too


def test_moments_and_gradients_are_those_of_a_computation_by_hand(batch):
    x, y = batch
    model = deep(nn.Tanh, 0.12, depth=3).double()
    x = x.double()
    layers = examine(model, x, y)

    outputs, a = [], x
    for module in model:
        a = module(a)
        if isinstance(module, nn.Tanh):
            a.retain_grad()
            outputs.append(a)
    nn.functional.cross_entropy(a, y).backward()
    assert [layer.name for layer in layers] == ["1", "3", "5"]
    assert [layer.second_moment for layer in layers] == pytest.approx(
        [float((o.detach() ** 2).mean()) for o in outputs]
    )
    assert [layer.gradient_norm for layer in layers] == pytest.approx([float(o.grad.norm()) for o in outputs])


def test_the_model_is_left_as_it_was(batch):
    x, y = batch
    model = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(inplace=True), nn.Linear(32, 10))
    nn.functional.cross_entropy(model(x), y).backward()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    grads = [p.grad.clone() for p in model.parameters()]
    random = torch.get_rng_state()
    examine(model, x, y)

    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(torch.equal(p.grad, g) for p, g in zip(model.parameters(), grads, strict=True))
    assert model.training and torch.equal(torch.get_rng_state(), random)
    assert not model[2]._forward_hooks


def test_a_function_in_place_of_a_module_is_said(batch):
    with pytest.raises(ValueError, match=r"nn\.ReLU"):
        examine(nn.Linear(64, 10), *batch)


def test_gradient_norms_and_update_ratios_by_matrix(batch):
    x, y = batch
    model = deep(nn.ReLU, math.sqrt(2 / 64), depth=2)
    nn.functional.cross_entropy(model(x), y).backward()
    norms, before = gradient_norms(model), snapshot(model)
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad
    sizes = {name: float(W.norm()) for name, W in before.items()}

    assert list(norms) == ["0.weight", "2.weight", "4.weight"]
    # From the rounded difference of float32 weights.
    expected = {name: pytest.approx(0.1 * norms[name] / sizes[name], rel=1e-3) for name in norms}
    assert update_ratios(before, model) == expected


def test_weights_of_size_zero_have_no_ratio():
    layer = nn.Linear(2, 2)
    nn.init.zeros_(layer.weight)
    before = snapshot(layer)
    assert update_ratios(before, layer) == {"weight": 0.0}
    nn.init.ones_(layer.weight)
    assert update_ratios(before, layer) == {"weight": math.inf}


@pytest.mark.parametrize(
    ("activation", "std", "words"),
    [
        (nn.Sigmoid, 1 / 8, ["vanishes"]),
        (nn.Tanh, 1.0, ["explodes", "saturated"]),
        (nn.ReLU, math.sqrt(1 / (3 * 64)), ["vanishes", "signal"]),
        (nn.ReLU, 0.5, ["explodes", "signal"]),
    ],
)
def test_sick_networks_show_their_symptoms(batch, activation, std, words):
    said = " ".join(symptoms(examine(deep(activation, std), *batch)))
    for word in words:
        assert word in said


@pytest.mark.parametrize(("activation", "std"), [(nn.Tanh, 1 / 8), (nn.ReLU, math.sqrt(2 / 64))])
def test_healthy_networks_show_none(batch, activation, std):
    for seed in range(3):
        torch.manual_seed(seed)
        assert symptoms(examine(deep(activation, std, depth=6), *batch)) == []


def test_dead_units_are_named(batch):
    model = deep(nn.ReLU, math.sqrt(2 / 64), depth=3)
    nn.init.constant_(model[2].bias, -100.0)
    said = symptoms(examine(model, *batch))
    assert any("100% are dead" in sentence for sentence in said)
    assert np.isfinite([layer.gradient_norm for layer in examine(model, *batch)]).all()
