"""From the description of a network, two traces and its parameters, to a network of our own; nothing is believed.

`tracing` makes the description.  Here it is checked, cut down to what the output depends on, and built of torch's
functions in the vocabulary of `operations`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograder.checks.operations import OPERATIONS, RANDOM, function_of
from autograder.checks.reading import is_exactly, read_array

MAX_NODES = 5_000
MAX_ENTRIES = 2_000_000
_MODE = "by the mode of the network"


class Unusable(Exception):
    """The description is not one of a network that can be rebuilt; the text says why, to the student."""


def build(traces: Any, kept: dict[str, Any]) -> Any:
    """Return the network of two traces, one in training mode and one in eval mode.

    Args:
        traces: What `tracing.trace` gave, twice.
        kept: Parameters and buffers by name, under the keys `parameters` and `buffers`.

    Raises:
        Unusable: It cannot be built.
    """
    plans = [_plan(trace) for trace in traces]
    if [step[0] for step in plans[0]] != [step[0] for step in plans[1]]:
        raise Unusable(
            "in eval mode it does something else than in training mode. "
            "Use `nn.Dropout` and `nn.BatchNorm1d`, which know the mode themselves."
        )
    steps = [_merged(*pair) for pair in zip(*plans, strict=True)]
    return _network_class()(steps, kept)


def _merged(
    trained: tuple[str, dict[str, Any]], used: tuple[str, dict[str, Any]]
) -> tuple[str, dict[str, Any]]:
    operation, arguments = trained
    differing = {key for key in {*arguments, *used[1]} if not _same(arguments.get(key), used[1].get(key))}
    if differing - {"training", "momentum"}:
        raise Unusable(f"in eval mode `{operation}` is used otherwise than in training mode.")
    return operation, {**arguments, "training": _MODE} if "training" in differing else arguments


def _same(a: Any, b: Any) -> bool:
    if is_exactly(a, np.ndarray) and is_exactly(b, np.ndarray):
        return bool(np.array_equal(a, b))
    return type(a) is type(b) and repr(a) == repr(b)


def _plan(trace: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the nodes that the output depends on, checked and numbered anew."""
    nodes, output = trace["nodes"], trace["output"]
    if not is_exactly(nodes, list) or len(nodes) > MAX_NODES:
        raise Unusable(f"it executes more than {MAX_NODES} operations.")
    wanted = _wanted(nodes, output)
    numbers = {old: new for new, old in enumerate(sorted(wanted))}
    return [_step(nodes[old], numbers) for old in sorted(wanted)]


def _wanted(nodes: list[Any], output: Any) -> set[int]:
    """Return the numbers of the nodes that the output depends on."""
    if not _is_reference(output) or not 0 <= output[1] < len(nodes):
        raise Unusable("what it returns is no tensor.")
    wanted, waiting = {0}, [output[1]]
    while waiting:
        number = waiting.pop()
        if number in wanted:
            continue
        wanted.add(number)
        for value in nodes[number][1].values():
            if _is_reference(value):
                if not 0 <= value[1] < number:
                    raise Unusable("an operation needs what comes after it.")
                waiting.append(value[1])
    if output[1] != max(wanted):
        raise Unusable("what it returns is not computed last.")
    return wanted


def _is_reference(value: Any) -> bool:
    return is_exactly(value, tuple) and len(value) == 2 and value[0] == "node" and is_exactly(value[1], int)


def _step(node: Any, numbers: dict[int, int]) -> tuple[str, dict[str, Any]]:
    operation, arguments = node
    if operation == "foreign":
        raise Unusable(
            f"its output depends on `{str(arguments['name'])[:60]}`. Use the layers, activations, norms and sums "
            "that the assignment lists, and give every `nn.Linear` a weight of its own."
        )
    if operation == "input":
        return operation, {}
    if operation in ("parameter", "buffer"):
        return operation, {"name": str(arguments["name"])}
    if operation == "constant":
        return operation, {"value": read_array(arguments["value"])}
    names = OPERATIONS[operation]
    return operation, {
        str(key): _argument(value, numbers) for key, value in arguments.items() if key in names
    }


def _argument(value: Any, numbers: dict[int, int]) -> Any:
    if _is_reference(value):
        return ("node", numbers[value[1]])
    if is_exactly(value, list) and len(value) <= 4:
        return [_argument(item, numbers) for item in value]
    if value is None or is_exactly(value, bool, int, float, str):
        return value
    raise Unusable("an operation has an argument of an unknown kind.")


@cache
def _network_class() -> type[Any]:
    """Return the class of rebuilt networks: made when first asked for, because torch is heavy."""
    import torch
    from torch import nn

    class Rebuilt(nn.Module):
        """What a student's network computes, on parameters of our own.

        Attributes:
            original: The parameters by the student's names.
            draws: Whether a pass in training mode is random.
        """

        def __init__(self, steps: list[tuple[str, dict[str, Any]]], kept: dict[str, Any]) -> None:
            super().__init__()
            self.steps = steps
            self.draws = any(operation in RANDOM for operation, _ in steps)
            self.numbers = nn.ParameterDict()
            self.layers = nn.ModuleDict()
            self._fill(kept)
            for operation, arguments in steps:
                if operation == "linear":
                    self._add_layer(arguments)

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
            values: list[Any] = []
            for number, (operation, arguments) in enumerate(self.steps):
                values.append(self._value(number, operation, arguments, values, x))
            return values[-1]

        def _value(
            self, number: int, operation: str, arguments: dict[str, Any], values: list[Any], x: Any
        ) -> Any:
            match operation:
                case "input":
                    return x
                case "parameter":
                    return self.numbers[_key(arguments["name"])]
                case "buffer":
                    return getattr(self, _key(arguments["name"]))
                case "constant":
                    return getattr(self, f"constant {number}")
                case "linear":
                    key = str(self._parameter(arguments["weight"]))
                    return self.layers[key](values[arguments["input"][1]])
            given = {key: self._given(value, values) for key, value in arguments.items()}
            return function_of(operation)(**given)

        def _given(self, value: Any, values: list[Any]) -> Any:
            if value == _MODE:
                return self.training
            return values[value[1]] if _is_reference(value) else value

    def _tensor(entries: Any, name: str) -> Any:
        if not np.isfinite(entries).all():
            raise Unusable(f"`{name}` has entries that are not finite.")
        return torch.tensor(entries, dtype=torch.float32)

    return Rebuilt


def _key(name: str) -> str:
    """Return a name that torch takes for a parameter: without dots, and unlike an attribute of a module."""
    return f"of {name.replace('.', '/')}"


def _name(key: str) -> str:
    return key.removeprefix("of ").replace("/", ".")
