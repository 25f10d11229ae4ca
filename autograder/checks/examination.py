"""Measuring a network of our own: does it learn, does a gradient reach each layer, is its depth real?

The network is a torch module that computes on this side, such as `rebuilt` returns.
Its layers are its `nn.Linear` modules in the order in which a pass executes them; all but the last are hidden.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

ROUNDING = 1e-5
"""Relative change of a layer's input that may come from rounding alone."""


@dataclass(frozen=True)
class Examined:
    """What a network makes of one of its hidden layers.

    Attributes:
        width: Units.
        importance: Relative change of the logits, less their mean over the classes, when the layer's output is
            replaced by its mean over the batch; 0 if they are no numbers then.
        reaches: Numbers of the later layers, from 0, whose input changes then.
        bend: How far the next layer's input is from a linear function of this layer's output, relative to its range.
    """

    width: int
    importance: float
    reaches: tuple[int, ...]
    bend: float


def trained(
    network: Any, optimizer: Any, x: Any, y: Any, *, steps: int, batch: int, seed: int, max_norm: float = 1.0
) -> list[float]:
    """Train in place with the mean cross-entropy, its gradient clipped by its global norm; return the losses.

    Args:
        network: Put into training mode.
        optimizer: Over its parameters.
        x: Inputs, reshuffled when all full batches are used up.
        y: Labels.
        steps: Number of steps; training ends early at a loss that is not finite.
        batch: Samples of each.
        seed: Of the order, and of torch's generator meanwhile.
        max_norm: Where the gradient is clipped.
    """
    import torch

    losses: list[float] = []
    parameters = list(network.parameters())
    order = torch.Generator().manual_seed(seed)
    network.train()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        while len(losses) < steps and (not losses or losses[-1] < float("inf")):
            rows = torch.randperm(len(x), generator=order)
            for start in range(0, min(len(x) - batch + 1, batch * (steps - len(losses))), batch):
                chosen = rows[start : start + batch]
                optimizer.zero_grad()
                loss: Any = torch.nn.functional.cross_entropy(network(x[chosen]), y[chosen])
                loss.backward()
                torch.nn.utils.clip_grad_norm_(parameters, max_norm)
                optimizer.step()
                losses.append(loss.item())
    return losses


def accuracy(network: Any, x: Any, y: Any) -> float:
    """Return the share of right answers in eval mode."""
    return float((_evaluated(network, x).argmax(dim=1) == y).double().mean())


def executed(network: Any, x: Any) -> list[Any]:
    """Return the linear layers that a pass executes, in order; one that is used twice stands there twice."""
    used: list[Any] = []
    with _hooked(network, lambda layer, given, output: used.append(layer)):
        _evaluated(network, x)
    return used


def layer_gradients(network: Any, x: Any, y: Any) -> list[float]:
    """Return the norm of the weight gradient of each hidden layer: mean cross-entropy, training mode."""
    import torch

    network = deepcopy(network).train()  # a pass in training mode would move its running statistics
    weights = [layer.weight for layer in executed(network, x)[:-1]]
    if not weights:
        return []
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        loss = torch.nn.functional.cross_entropy(network(x), y)
    found = torch.autograd.grad(loss, weights, allow_unused=True)
    return [0.0 if gradient is None else float(gradient.norm()) for gradient in found]


def examined(network: Any, x: Any) -> list[Examined]:
    """Return for each hidden layer what depends on it, in eval mode, on a batch of inputs.

    A pass is repeated with the layer's output z replaced by its mean over the batch: what changes?
    And with z replaced by that of other samples, z', and by (z + z')/2: with u the input of the next layer,
    the first that changes, the bend is ‖u(middle) − (u + u')/2‖ / ‖(u' − u)/2‖, and 0 for a linear function.
    """
    logits, inputs, outputs = _pass(network, x)
    found = []
    for number, z in enumerate(outputs[:-1]):
        changed, seen, _ = _pass(network, x, number, z.mean(dim=0, keepdim=True).expand_as(z))
        later = range(number + 1, len(inputs))
        reaches = tuple(n for n in later if _norm(inputs[n] - seen[n]) > ROUNDING * _norm(inputs[n]))
        importance = _norm(_contrasts(changed - logits)) / max(_norm(_contrasts(logits)), 1e-30)
        bend = _bend(network, x, number, z, reaches[0], inputs[reaches[0]]) if reaches else 0.0
        # A layer that can only make the others fail does nothing for the answer; NaN would pass any comparison.
        importance, bend = (value if math.isfinite(value) else 0.0 for value in (importance, bend))
        found.append(Examined(int(z.shape[-1]), importance, reaches, bend))
    return found


def longest_chain(layers: list[Examined]) -> int:
    """Return how many hidden layers the longest chain has in which each depends on the one before.

    >>> side_by_side = [Examined(8, 1.0, (2,), 0.0), Examined(8, 1.0, (2,), 0.0)]
    >>> longest_chain(side_by_side), longest_chain([Examined(8, 1.0, (1, 2), 0.0), *side_by_side[1:]])
    (1, 2)
    """
    length = [1] * len(layers)
    for number, layer in enumerate(layers):
        for later in layer.reaches:
            if later < len(layers):
                length[later] = max(length[later], length[number] + 1)
    return max(length, default=0)


def _bend(network: Any, x: Any, number: int, z: Any, following: int, u: Any) -> float:
    other = z.roll(1, dims=0)
    v, middle = (_pass(network, x, number, each)[1][following] for each in (other, (z + other) / 2))
    spread = _norm(v - u) / 2
    return _norm(middle - (u + v) / 2) / spread if spread > 0 else 0.0


def _pass(network: Any, x: Any, replaced: int = -1, by: Any = None) -> tuple[Any, list[Any], list[Any]]:
    """Return the logits, and input and output of each executed layer, one output replaced."""
    inputs: list[Any] = []
    outputs: list[Any] = []

    def note(layer: Any, given: Any, output: Any) -> Any:
        inputs.append(given[0])
        outputs.append(by if len(outputs) == replaced else output)
        return outputs[-1]

    with _hooked(network, note):
        return _evaluated(network, x), inputs, outputs


def _contrasts(logits: Any) -> Any:
    """Return the logits less their mean over the classes: what all classes share says nothing about the answer."""
    return logits - logits.mean(dim=-1, keepdim=True)


def _norm(tensor: Any) -> float:
    return float(tensor.double().norm())


def _evaluated(network: Any, x: Any) -> Any:
    import torch

    mode = network.training
    try:
        with torch.no_grad():
            return network.eval()(x)
    finally:
        network.train(mode)


@contextmanager
def _hooked(network: Any, hook: Callable[[Any, Any, Any], Any]) -> Iterator[None]:
    import torch

    layers = [module for module in network.modules() if isinstance(module, torch.nn.Linear)]
    handles = [layer.register_forward_hook(hook) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
