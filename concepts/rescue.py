r"""Thirty sigmoid layers that do not learn, and a network of the same depth and width that does.

The patient: 30 hidden layers of 64 sigmoid units between 64 pixels and 10 digits.
Its gradient loses a factor of about four in each layer, so that nothing of it reaches the first.
The rescue has three parts, none of which is enough alone:

- every pair of layers has a shortcut around it, :math:`h \leftarrow h + s\,W_2 f(W_1 \operatorname{norm}(h))`
  with :math:`s = 1/\sqrt{B}` for B pairs, so that the sum grows by a constant factor, whatever the depth;
- Adam, whose step does not depend on the size of a gradient;
- clipping, against the single batch that would throw the weights away.

Whether its depth is real, `concepts.real_depth` measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch
from sklearn.datasets import load_digits  # type: ignore[import-untyped] # it ships none
from torch import Tensor, nn

from concepts.real_depth import logits

DEPTH, WIDTH, PIXELS, CLASSES = 30, 64, 64, 10
STEPS, BATCH, HELD_OUT = 300, 128, 497
MAX_NORM = 1.0


class Failing(nn.Sequential):
    """The patient: `depth` sigmoid layers with weights of variance 1/n, and a linear layer at the end.

    Args:
        depth: Hidden layers.
        width: Units of each.
        n_in: Inputs.
        n_out: Classes.

    >>> len([layer for layer in Failing(30, 64, 64, 10) if isinstance(layer, nn.Linear)])
    31
    """

    def __init__(self, depth: int, width: int, n_in: int, n_out: int) -> None:
        sizes = [n_in] + [width] * depth
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(sizes):
            layer = nn.Linear(fan_in, fan_out)
            nn.init.normal_(layer.weight, std=1 / math.sqrt(fan_in))
            nn.init.zeros_(layer.bias)
            layers += [layer, nn.Sigmoid()]
        super().__init__(*layers, nn.Linear(width, n_out))


class Block(nn.Module):
    r"""Two layers with a shortcut around them, normalised first: h + s·W₂ relu(W₁ norm(h)).

    He et al. (2016b), "Identity mappings in deep residual networks", with layer norm.

    Args:
        width: Units.
        scale: s, the weight of the branch.
    """

    def __init__(self, width: int, scale: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.scale = scale
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.normal_(self.second.weight, std=1 / math.sqrt(width))

    def forward(self, h: Tensor) -> Tensor:
        """Return the next signal, `(n, width)`."""
        branch: Tensor = self.second(torch.relu(self.first(self.norm(h))))
        return h + self.scale * branch


class Rescued(nn.Module):
    """A stem, blocks of two layers with shortcuts, a norm, and a linear layer at the end.

    Args:
        depth: Least number of hidden layers; there is one more if it is even.
        width: Units of each.
        n_in: Inputs.
        n_out: Classes.
    """

    def __init__(self, depth: int, width: int, n_in: int, n_out: int) -> None:
        super().__init__()
        blocks = math.ceil((depth - 1) / 2)
        self.stem = nn.Linear(n_in, width)
        self.blocks = nn.Sequential(*(Block(width, 1 / math.sqrt(blocks)) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, `(n, n_out)`."""
        logits: Tensor = self.head(self.norm(self.blocks(self.stem(x))))
        return logits


def build_rescued(depth: int, width: int, n_in: int, n_out: int) -> nn.Module:
    """Return a network with at least `depth` hidden linear layers of `width` units that can be trained.

    Args:
        depth: Hidden layers, at least 2.
        width: Units of each.
        n_in: Inputs.
        n_out: Classes.

    >>> model = build_rescued(30, 64, 64, 10)
    >>> model(torch.zeros(3, 64)).shape
    torch.Size([3, 10])
    """
    return Rescued(depth, width, n_in, n_out)


def configure_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """Return Adam over all parameters, with its usual learning rate.

    Args:
        model: What is to be trained.
    """
    return torch.optim.Adam(model.parameters(), lr=1e-3)


def training_step(model: nn.Module, x: Tensor, y: Tensor, optimizer: torch.optim.Optimizer) -> float:
    """Do one step with the mean cross-entropy, the global norm of the gradient clipped to 1.

    Args:
        model: Gives logits; changed in place.
        x: Inputs of the batch, `(n, features)`.
        y: Labels, `(n,)`.
        optimizer: Holds the parameters of `model`.

    Returns:
        The loss before the step.
    """
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()  # type: ignore[no-untyped-call] # torch's own
    nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
    optimizer.step()
    return loss.item()


@dataclass(frozen=True)
class Digits:
    """Standardised pixels, `(n, 64)`, and labels, `(n,)`: to train on, and held out."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor


@cache
def digits(seed: int = 0) -> Digits:
    """Return scikit-learn's digits in an order drawn by `seed`; the last 497 are held out.

    All are standardised with one mean and one deviation, those of the training pixels.

    >>> [part.shape[0] for part in (digits().x_train, digits().x_test)]
    [1300, 497]
    """
    found = load_digits()
    order = torch.randperm(len(found.data), generator=torch.Generator().manual_seed(seed))
    x, y = torch.tensor(found.data, dtype=torch.float32)[order], torch.tensor(found.target)[order]
    known = x[:-HELD_OUT]
    x = (x - known.mean()) / known.std()
    return Digits(x[:-HELD_OUT], y[:-HELD_OUT], x[-HELD_OUT:], y[-HELD_OUT:])


Step = Callable[[nn.Module, Tensor, Tensor, torch.optim.Optimizer], float]


def train(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    data: Digits,
    *,
    steps: int = STEPS,
    batch: int = BATCH,
    seed: int = 0,
    step: Step = training_step,
) -> list[float]:
    """Train in place, on batches drawn without replacement, reshuffled when they are used up.

    Args:
        model: Put into training mode.
        optimizer: Holds its parameters.
        data: What to train on.
        steps: Number of steps.
        batch: Samples of each.
        seed: Of the order.
        step: Does one step and returns its loss.

    Returns:
        The loss of each step.
    """
    generator = torch.Generator().manual_seed(seed)
    losses: list[float] = []
    model.train()
    while len(losses) < steps:
        order = torch.randperm(len(data.x_train), generator=generator)
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            if len(losses) < steps:
                losses.append(step(model, data.x_train[rows], data.y_train[rows], optimizer))
    return losses


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of right answers in eval mode; the model is left in its mode."""
    return float((logits(model, x).argmax(dim=1) == y).double().mean())
