"""How units die, measured on scikit-learn's digits: by steps that are too large, or at birth by initialisation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from sklearn.datasets import load_digits  # type: ignore[import-untyped] # it ships no types
from torch import Tensor, nn

from concepts.activations import dead_units

WIDTH = 64


@cache
def digits() -> tuple[Tensor, Tensor]:
    """Return the 1797 digits, standardised over all pixels, and their labels.

    >>> digits()[0].shape
    torch.Size([1797, 64])
    """
    x, y = load_digits(return_X_y=True)
    return torch.tensor((x - x.mean()) / x.std()).float(), torch.tensor(y)


def network(activation: Callable[[], nn.Module], depth: int, gain: float | None = None) -> nn.Sequential:
    r"""Return a network of equal hidden layers for the digits.

    Args:
        activation: Makes the module of one layer.
        depth: Hidden layers.
        gain: g for hidden weights of the variance g²/n and biases of 0; without it, PyTorch's default.

    >>> len(network(nn.ReLU, depth=3))
    7
    """
    layers = [nn.Linear(WIDTH, WIDTH) for _ in range(depth)]
    if gain is not None:
        for layer in layers:
            nn.init.normal_(layer.weight, std=gain / math.sqrt(WIDTH))
            nn.init.zeros_(layer.bias)
    hidden = (module for layer in layers for module in (layer, activation()))
    return nn.Sequential(*hidden, nn.Linear(WIDTH, 10))


def descend(net: nn.Module, steps: int, lr: float, momentum: float = 0.0) -> None:
    """Train on random batches of 64 digits, by cross-entropy and gradient descent.

    Args:
        net: The network, which is changed.
        steps: Batches.
        lr: Learning rate.
        momentum: Of the gradient descent.
    """
    x, y = digits()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    for _ in range(steps):
        batch = torch.randint(len(x), (64,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call] # torch's own
        optimizer.step()


def accuracy(net: nn.Module) -> float:
    """Return the share of the digits that a network gets right."""
    x, y = digits()
    return float((net(x).argmax(1) == y).float().mean())


@dataclass(frozen=True)
class Injury:
    """What large steps did to the first layer, and whether it healed.

    Attributes:
        off: Units that were positive on no digit after the large steps.
        still_off: Those of them that were so after the small steps, too.
        moved: The largest change of one of their weights during the small steps.
    """

    off: int
    still_off: int
    moved: float


def injure(activation: Callable[[], nn.Module], seed: int, large: int = 20, small: int = 150) -> Injury:
    """Train three layers with a learning rate of 1, then with 0.05, and look at the first one.

    Args:
        activation: Makes the module of one layer.
        seed: For weights and batches.
        large: Steps with the learning rate 1.
        small: Steps with 0.05.

    >>> injure(nn.ReLU, seed=0, large=1, small=1).moved
    0.0
    """
    torch.manual_seed(seed)
    net = network(activation, 3, math.sqrt(2.0))
    first = net[0]
    assert isinstance(first, nn.Linear)
    descend(net, large, lr=1.0)
    off, weight = _off(first), first.weight.detach().clone()
    descend(net, small, lr=0.05)
    moved = (first.weight.detach() - weight)[off].abs()
    return Injury(
        int(off.sum()), int((off & _off(first)).sum()), float(moved.max()) if moved.numel() else 0.0
    )


def _off(layer: nn.Linear) -> Tensor:
    """Return which units of a first layer are positive on no digit."""
    return torch.tensor(dead_units(layer(digits()[0]).detach().double().numpy()))


def accuracy_from(activation: Callable[[], nn.Module], gain: float | None, seed: int) -> float:
    """Train ten layers for four epochs' worth of batches, and return the accuracy.

    Args:
        activation: Makes the module of one layer.
        gain: As for `network`.
        seed: For weights and batches.
    """
    torch.manual_seed(seed)
    net = network(activation, 10, gain)
    descend(net, 112, lr=0.01, momentum=0.9)
    return accuracy(net)
