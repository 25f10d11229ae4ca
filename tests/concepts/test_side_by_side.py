"""Networks that train side by side, against PyTorch's own modules, one network at a time."""

from __future__ import annotations

import doctest
import math

import pytest
import torch
from torch import Tensor, nn

from concepts import side_by_side
from concepts.side_by_side import Architecture, Statistics, clip, costs, forward, weight_gradient_norms

SMALL = {"depth": 3, "width": 6, "classes": 4, "scale": 0.5}
KINDS = [("relu", "none", "none"), ("sigmoid", "batch", "none"), ("tanh", "layer", "shortcut"),
         ("elu", "none", "gates"), ("silu", "batch", "gates"), ("leaky_relu", "batch", "shortcut")]  # fmt: skip
MODULES = {
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(0.01),
    "elu": nn.ELU(),
    "silu": nn.SiLU(),
}


class Layer(nn.Module):
    """One layer as PyTorch's modules write it; signals are (n, units)."""

    def __init__(self, architecture: Architecture, parts: list[Tensor]) -> None:
        super().__init__()
        n, self.architecture = architecture.width, architecture
        self.linear = nn.Linear(n, n)
        self.norm = {
            "none": nn.Identity,
            "batch": lambda: nn.BatchNorm1d(n),
            "layer": lambda: nn.LayerNorm(n),
        }[architecture.norm]()
        self.gate = nn.Linear(n, n) if architecture.path == "gates" else None
        with torch.no_grad():
            for own, given in zip(self.parameters(), parts, strict=True):
                own.copy_(given)

    def forward(self, a: Tensor) -> Tensor:
        branch = MODULES[self.architecture.activation](self.norm(self.linear(a)))
        if self.gate is not None:
            t = torch.sigmoid(self.gate(a))
            return t * branch + (1 - t) * a
        return a + self.architecture.scale * branch if self.architecture.path == "shortcut" else branch


def module(architecture: Architecture, theta: Tensor) -> nn.Sequential:
    """One network of a stack, made of PyTorch's modules."""
    *layers, (top, bias) = architecture.parts(theta[None])
    last = nn.Linear(architecture.width, architecture.classes)
    with torch.no_grad():
        last.weight.copy_(top[0])
        last.bias.copy_(bias[0])
    return nn.Sequential(*(Layer(architecture, [part[0] for part in layer]) for layer in layers), last)


def drawn(architecture: Architecture, networks: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """Random parameters, inputs and labels."""
    generator = torch.Generator().manual_seed(0)
    theta = 0.5 * torch.randn(networks, architecture.parameters, generator=generator)
    x = torch.randn(networks, architecture.width, 9, generator=generator)
    return theta, x, torch.randint(architecture.classes, (networks, 9), generator=generator)


def test_every_example_in_a_docstring_runs():
    result = doctest.testmod(side_by_side)

    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("activation", "norm", "path"), KINDS)
def test_each_network_of_a_stack_is_what_pytorchs_modules_make_of_it(activation: str, norm: str, path: str):
    architecture = Architecture(activation, norm, path, **SMALL)
    theta, x, y = drawn(architecture)
    statistics = Statistics(architecture, len(theta))
    trained = forward(architecture, theta, x, statistics)[-1]
    used = forward(architecture, theta, x, statistics, training=False)[-1]
    norms = weight_gradient_norms(architecture, theta, x, y)

    for k in range(len(theta)):
        one = module(architecture, theta[k])
        logits = one(x[k].T)
        nn.functional.cross_entropy(logits, y[k]).backward()
        expected = [float(layer.linear.weight.grad.norm()) for layer in one[:-1]]

        torch.testing.assert_close(trained[k].T, logits, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(used[k].T, one.eval()(x[k].T), rtol=1e-4, atol=1e-5)
        assert norms[k].tolist() == pytest.approx(expected, rel=1e-3)


def test_clipping_treats_every_network_by_itself():
    gradients = torch.tensor([[3.0, 4.0], [30.0, 40.0], [0.3, 0.4], [0.0, 0.0]])
    before = gradients.clone()
    norms = clip(gradients, torch.tensor([math.inf, 5.0, 1.0, 1.0]))

    assert norms.tolist() == pytest.approx([5.0, 50.0, 0.5, 0.0])
    torch.testing.assert_close(gradients, before * torch.tensor([[1.0], [0.1], [1.0], [1.0]]))


def test_costs_are_means_over_each_networks_examples():
    logits, y = (
        torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(1)),
        torch.tensor([[0, 1, 2, 3, 0]] * 3),
    )

    expected = [nn.functional.cross_entropy(one.T, labels) for one, labels in zip(logits, y, strict=True)]
    torch.testing.assert_close(costs(logits, y), torch.stack(expected))


@pytest.mark.parametrize("wrong", [{"activation": "relu6"}, {"norm": "group"}, {"path": "skip"}])
def test_a_name_that_is_not_known_is_refused(wrong: dict[str, str]):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be one of"):
        Architecture(**wrong)
