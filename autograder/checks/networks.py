"""Networks of our own after the plan of a student's; importing this module takes torch.

What cannot be built raises `plans.Unusable`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from autograder.checks.operations import RANDOM, function_of
from autograder.checks.plans import MODE, Step, Unusable, is_reference

MAX_ENTRIES = 2_000_000

Instruction = Callable[[Any, list[Any], Any], Any]
"""What a step gives, of the network, of what the steps before it gave, and of the network's input."""


class Rebuilt(nn.Module):
    """What a student's network computes, on parameters of our own.

    Args:
        steps: Its plan.
        kept: Parameters and buffers by name, under the keys `parameters` and `buffers`.

    Attributes:
        draws: Whether a pass in training mode is random.
    """

    def __init__(self, steps: list[Step], kept: dict[str, Any]) -> None:
        super().__init__()
        self.steps = steps
        self.draws = any(operation in RANDOM for operation, _ in steps)
        self.numbers = nn.ParameterDict()
        self.layers = nn.ModuleDict()
        self._fill(kept)
        for operation, arguments in steps:
            if operation == "linear":
                self._add_layer(arguments)
        self.program = [_instruction(step, steps, number) for number, step in enumerate(steps)]

    def _fill(self, kept: dict[str, Any]) -> None:
        leaves = {o: [a["name"] for kind, a in self.steps if kind == o] for o in ("parameter", "buffer")}
        entries = sum(kept["parameters"][name].size for name in set(leaves["parameter"]))
        if entries > MAX_ENTRIES:
            raise Unusable(f"it has {entries} parameters, more than {MAX_ENTRIES}.")
        for name in dict.fromkeys(leaves["parameter"]):
            self.numbers[_key(name)] = nn.Parameter(_tensor(kept["parameters"][name], name))
        for name in dict.fromkeys(leaves["buffer"]):
            self.register_buffer(_key(name), _tensor(kept["buffers"][name], name))
        for number, (operation, arguments) in enumerate(self.steps):
            if operation == "constant":
                self.register_buffer(f"constant {number}", _tensor(arguments["value"], "a constant"))

    @property
    def original(self) -> dict[str, Any]:
        """The parameters by the student's names."""
        return {_name(key): parameter for key, parameter in self.numbers.items()}

    def _add_layer(self, arguments: dict[str, Any]) -> None:
        weight, bias = (self._parameter(arguments.get(key)) for key in ("weight", "bias"))
        if weight is None:
            raise Unusable(
                "the weight of a linear layer is computed, instead of being a parameter of its own."
            )
        layer = nn.Linear(1, 1, bias=False)
        layer.weight = self.numbers[weight]
        if bias is not None:
            layer.bias = self.numbers[bias]
        layer.out_features, layer.in_features = layer.weight.shape
        known = self.layers[weight] if weight in self.layers else layer  # noqa: SIM401  # it has no get
        if known.bias is not layer.bias:
            raise Unusable("two layers share a weight.")
        self.layers[weight] = known

    def _parameter(self, reference: Any) -> str | None:
        """Return the key of an argument that is a parameter; None if there is no such argument."""
        if reference is None:
            return None
        operation, arguments = self.steps[reference[1]]
        if operation != "parameter":
            raise Unusable(
                "a weight or a bias of a linear layer is computed; it must be a parameter of its own."
            )
        return _key(arguments["name"])

    def forward(self, x: Any) -> Any:
        """Do the steps in order and return what the last one gives."""
        values: list[Any] = []
        for do in self.program:
            values.append(do(self, values, x))
        return values[-1]


def _instruction(step: Step, steps: list[Step], number: int) -> Instruction:
    """Return what does a step.

    It finds the network's numbers when it runs, as they may have been replaced, and the network copied, since.
    """
    operation, arguments = step
    key = _key(arguments["name"]) if "name" in arguments else f"constant {number}"
    match operation:
        case "input":
            return lambda network, values, x: x
        case "parameter":
            return lambda network, values, x: network.numbers[key]
        case "buffer" | "constant":
            return lambda network, values, x: getattr(network, key)
        case "linear":
            layer, given = _key(steps[arguments["weight"][1]][1]["name"]), arguments["input"][1]
            return lambda network, values, x: network.layers[layer](values[given])
    function = function_of(operation)
    fixed = {name: value for name, value in arguments.items() if value != MODE and not is_reference(value)}
    results = {name: value[1] for name, value in arguments.items() if is_reference(value)}
    modal = [name for name, value in arguments.items() if value == MODE]
    return lambda network, values, x: function(
        **{name: values[place] for name, place in results.items()},
        **dict.fromkeys(modal, network.training),
        **fixed,
    )


def _tensor(entries: Any, name: str) -> Any:
    tensor = torch.tensor(entries, dtype=torch.float32)
    if not bool(torch.isfinite(tensor).all()):  # also what is too large for float32
        raise Unusable(f"`{name}` has entries that are not finite.")
    return tensor


def _key(name: str) -> str:
    """Return a name that torch takes for a parameter: without dots, and unlike an attribute of a module."""
    return f"of {name.replace('.', '/')}"


def _name(key: str) -> str:
    return key.removeprefix("of ").replace("/", ".")
