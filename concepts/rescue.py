r"""Thirty sigmoid layers that do not learn, a network of the same depth and width that does, and how to tell.

The patient: 30 hidden layers of 64 sigmoid units between 64 pixels and 10 digits.
Its gradient loses a factor of about four in each layer, so that nothing of it reaches the first.
The rescue has three parts, none of which is enough alone:

- every pair of layers has a shortcut around it, :math:`h \leftarrow h + s\,W_2 f(W_1 \operatorname{norm}(h))`
  with :math:`s = 1/\sqrt{B}` for B pairs, so that the sum grows by a constant factor, whatever the depth;
- Adam, whose step does not depend on the size of a gradient;
- clipping, against the single batch that would throw the weights away.

High accuracy alone does not show that the depth is real: a network learns digits with its last layer alone.
So the measurements below look at each layer: does a gradient reach it, does it move, does the answer depend on it,
does the next one see more than a linear function of it?
They are taken with hooks on the `nn.Linear` modules of any network, in the order in which a pass executes them;
all but the last are the *hidden* layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import torch
from sklearn.datasets import load_digits  # type: ignore[import-untyped] # it ships none
from torch import Tensor, nn

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

    He et al. (2016), "Identity mappings in deep residual networks", with layer norm.

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
    with _mode(model, training=False), torch.no_grad():
        return float((model(x).argmax(dim=1) == y).double().mean())


def executed_layers(model: nn.Module, x: Tensor) -> list[nn.Linear]:
    """Return the `nn.Linear` modules that a pass executes, in order; one that is used twice stands there twice.

    >>> len(executed_layers(Failing(5, 8, 64, 10), torch.zeros(1, 64)))
    6
    """
    used: list[nn.Linear] = []
    with _hooked(model, lambda layer, inputs, output: used.append(layer)):
        _logits(model, x)
    return used


def weight_gradient_norms(model: nn.Module, x: Tensor, y: Tensor) -> list[float]:
    r"""Return :math:`\|\partial C/\partial W_l\|` of each hidden layer, for the mean cross-entropy in training mode.

    Args:
        model: Left as it is.
        x: Inputs, `(n, features)`.
        y: Labels, `(n,)`.
    """
    model = deepcopy(model).train()
    weights = [layer.weight for layer in executed_layers(model, x)[:-1]]
    loss = nn.functional.cross_entropy(model(x), y)
    found = torch.autograd.grad(loss, weights, allow_unused=True)
    return [0.0 if gradient is None else float(gradient.norm()) for gradient in found]


def gradient_ratio(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the norm of the first hidden layer's weight gradient over that of the last one.

    It is infinite if nothing reaches the last, and 0 if nothing reaches the first.
    """
    first, *_, last = weight_gradient_norms(model, x, y)
    return first / last if last > 0 else math.inf


def weight_moves(before: nn.Module, after: nn.Module, x: Tensor) -> list[float]:
    r"""Return :math:`\|W_l' - W_l\|` of each hidden layer.

    Args:
        before: A copy of the model from before the training.
        after: The model.
        x: An input, for the order of the layers.
    """
    old = {name: layer.weight for name, layer in _layers(before)}
    names = {id(layer): name for name, layer in _layers(after)}
    return [
        float((layer.weight - old[names[id(layer)]]).detach().norm())
        for layer in executed_layers(after, x)[:-1]
    ]


@dataclass(frozen=True)
class Layer:
    """What a network makes of one of its hidden layers.

    Attributes:
        importance: Relative change of the logits when the layer's output is replaced by its mean over the batch.
        reaches: Numbers of the later layers whose input changes then.
        bend: How far the next layer's input is from a linear function of this layer's output, relative to its range.
    """

    importance: float
    reaches: tuple[int, ...]
    bend: float


def examine_layers(model: nn.Module, x: Tensor) -> list[Layer]:
    r"""Return for each hidden layer what depends on it, in eval mode.

    With z the layer's output on the batch, the pass is repeated with z replaced

    - by its mean over the batch: how much do the logits change, :math:`\|\Delta\|/\|\text{logits}\|`, and which inputs?
    - by z of other samples, z', and by the middle :math:`(z + z')/2`: let u be what the next layer gets to see.
      A linear map gives :math:`u_\text{middle} = (u + u')/2`, and what is left over is the bend,
      :math:`\|u_\text{middle} - (u + u')/2\| / \|(u' - u)/2\|`.

    The next layer is the first one whose input changes.

    Args:
        model: Left as it is.
        x: Inputs, `(n, features)`.
    """
    with _mode(model, training=False):
        logits, inputs, outputs = _pass(model, x)
        found = []
        for number in range(len(outputs) - 1):
            z = outputs[number]
            swapped = z.roll(1, dims=0)
            changed, seen, _ = _pass(model, x, {number: z.mean(dim=0, keepdim=True).expand_as(z)})
            reaches = tuple(
                later for later in range(number + 1, len(inputs)) if _apart(inputs[later], seen[later])
            )
            importance = float((changed - logits).norm() / logits.norm())
            bend = 0.0
            if reaches:
                nearest = reaches[0]
                ends = inputs[nearest], _pass(model, x, {number: swapped})[1][nearest]
                middle = _pass(model, x, {number: (z + swapped) / 2})[1][nearest]
                spread = (ends[1] - ends[0]).norm() / 2
                bend = float((middle - (ends[0] + ends[1]) / 2).norm() / spread) if spread > 0 else 0.0
            found.append(Layer(importance, reaches, bend))
        return found


def longest_chain(layers: list[Layer]) -> int:
    """Return how many hidden layers the longest chain has in which each depends on the one before.

    >>> parallel = [Layer(1.0, (2,), 0.0), Layer(1.0, (2,), 0.0)]
    >>> longest_chain(parallel), longest_chain([Layer(1.0, (1, 2), 0.0), *parallel[1:]])
    (1, 2)
    """
    length = [1] * len(layers)
    for number, layer in enumerate(layers):
        for later in layer.reaches:
            if later < len(layers):
                length[later] = max(length[later], length[number] + 1)
    return max(length, default=0)


def _apart(a: Tensor, b: Tensor) -> bool:
    """Whether two inputs of a layer differ by more than rounding."""
    return bool((a - b).norm() > 1e-5 * a.norm())


def _layers(model: nn.Module) -> list[tuple[str, nn.Linear]]:
    return [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]


def _logits(model: nn.Module, x: Tensor) -> Tensor:
    """Return the logits in eval mode."""
    with _mode(model, training=False), torch.no_grad():
        logits: Tensor = model(x)
        return logits


def _pass(
    model: nn.Module, x: Tensor, replaced: dict[int, Tensor] | None = None
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """Return the logits, and input and output of each executed layer, some outputs replaced by others."""
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []

    def note(layer: nn.Linear, given: Any, output: Tensor) -> Tensor:
        inputs.append(given[0])
        outputs.append((replaced or {}).get(len(outputs), output))
        return outputs[-1]

    with _hooked(model, note):
        return _logits(model, x), inputs, outputs


@contextmanager
def _hooked(model: nn.Module, hook: Callable[[Any, Any, Any], Any]) -> Iterator[None]:
    handles = [layer.register_forward_hook(hook) for _, layer in _layers(model)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _mode(model: nn.Module, *, training: bool) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
