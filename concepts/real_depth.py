r"""Whether each layer of a network does something: a gradient reaches it, it moves, the answer depends on it.

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
from typing import Any

import torch
from torch import Tensor, nn


def logits(model: nn.Module, x: Tensor) -> Tensor:
    """Return the logits in eval mode; the model is left in its mode.

    >>> logits(nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.9)), torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """
    with _mode(model, training=False), torch.no_grad():
        found: Tensor = model(x)
        return found


def executed_layers(model: nn.Module, x: Tensor) -> list[nn.Linear]:
    """Return the `nn.Linear` modules that a pass executes, in order; one that is used twice stands there twice.

    >>> len(executed_layers(nn.Sequential(nn.Linear(64, 8), nn.Tanh(), nn.Linear(8, 10)), torch.zeros(1, 64)))
    2
    """
    used: list[nn.Linear] = []
    with _hooked(model, lambda layer, inputs, output: used.append(layer)):
        logits(model, x)
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
        importance: Relative change of the logits' contrasts when the layer's output is replaced by its mean over the
            batch.
        reaches: Numbers of the later layers whose input changes then.
        bend: How far the next layer's input is from a linear function of this layer's output, relative to its range.
    """

    importance: float
    reaches: tuple[int, ...]
    bend: float


def examine_layers(model: nn.Module, x: Tensor) -> list[Layer]:
    r"""Return for each hidden layer what depends on it, in eval mode.

    With z the layer's output on the batch, the pass is repeated with z replaced

    - by its mean over the batch: how much do the contrasts change, :math:`\|\Delta\|/\|\text{contrasts}\|`, and which
      inputs?  They are the logits less their mean over the classes: what all classes share, the softmax does not see.
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
            importance = float(_contrasts(changed - logits).norm() / _contrasts(logits).norm())
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


def _contrasts(logits: Tensor) -> Tensor:
    return logits - logits.mean(dim=1, keepdim=True)


def _apart(a: Tensor, b: Tensor) -> bool:
    """Whether two inputs of a layer differ by more than rounding."""
    return bool((a - b).norm() > 1e-5 * a.norm())


def _layers(model: nn.Module) -> list[tuple[str, nn.Linear]]:
    return [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]


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
        return logits(model, x), inputs, outputs


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
