"""Torch modules and optimizers of ours on their way to the student's process, where equal ones are built.

This way only: what a student's process calls a module never becomes one here, it stays an opaque handle.
Of a module cross the name of its class, which is torch's own or the recorder of the checks, and plain data.
A parameter that a model and an optimizer share in one message is shared over there, too.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from autograder.bridge.plain import Described
from autograder.checks.inspection import recorder_class
from autograder.checks.walking import is_module
from autograder.errors import BridgeError

KINDS = frozenset({"module", "optimizer", "parameter"})


class _Shared:
    """A parameter that may occur in a message again."""

    def __init__(self, parameter: Any) -> None:
        self.parameter = parameter


class Shipment:
    """Describes the torch objects of one message."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def describe(self, value: Any) -> Described | None:
        """Return what crosses in place of a module or an optimizer; None for anything else.

        Raises:
            BridgeError: It is one that cannot be built again over there.
        """
        if type(value) is _Shared:
            return self._parameter(value.parameter)
        if is_module(value):
            return _module(value)
        torch = sys.modules.get("torch")
        return _optimizer(value) if torch and isinstance(value, torch.optim.Optimizer) else None

    def _parameter(self, parameter: Any) -> Described:
        number = self._numbers.get(id(parameter))
        if number is not None:
            return Described("parameter", [number, None, None])
        number = self._numbers[id(parameter)] = len(self._numbers)
        return Described("parameter", [number, parameter, parameter.grad])


def _module(value: Any) -> Described:
    torch = sys.modules["torch"]
    name = type(value).__name__
    if _class_named(name) is not type(value) or issubclass(type(value), torch.nn.RNNBase):
        raise BridgeError(f"a check cannot send a module of the class {name} to the student's process")
    own, bare = vars(value), _bare()
    if any(own[key] for key in bare if key.endswith("hooks")):
        raise BridgeError("a check cannot send a module with hooks to the student's process")
    data = {
        "class": name,
        "training": own["training"],
        "settings": {key: setting for key, setting in own.items() if key not in bare},
        "parameters": {key: p if p is None else _Shared(p) for key, p in own["_parameters"].items()},
        "buffers": own["_buffers"],
        "passing": own["_non_persistent_buffers_set"],
        "children": own["_modules"],
    }
    return Described("module", data)


@cache
def _bare() -> frozenset[str]:
    """Return the names of what every module has, whatever its class."""
    return frozenset(vars(sys.modules["torch"].nn.Module()))


def _optimizer(value: Any) -> Described:
    torch = sys.modules["torch"]
    name = type(value).__name__
    if getattr(torch.optim, name, None) is not type(value) or value.state:
        raise BridgeError("a check can send only a fresh optimizer of torch's own to the student's process")
    groups = [{**group, "params": [_Shared(p) for p in group["params"]]} for group in value.param_groups]
    return Described("optimizer", {"class": name, "groups": groups})


class Builder:
    """Builds the torch objects of one message."""

    def __init__(self) -> None:
        self._parameters: list[Any] = []

    def build(self, kind: str, data: Any) -> Any:
        """Return the object that a `Shipment` described."""
        match kind:
            case "parameter":
                return self._parameter(*data)
            case "module":
                return _build_module(data)
            case _:
                return _build_optimizer(data)

    def _parameter(self, number: int, parameter: Any, gradient: Any) -> Any:
        if number == len(self._parameters):
            parameter.grad = gradient
            self._parameters.append(parameter)
        return self._parameters[number]


def _build_module(data: dict[str, Any]) -> Any:
    import torch

    kind = _class_named(data["class"])
    module = kind.__new__(kind)
    torch.nn.Module.__init__(module)
    vars(module).update(data["settings"])
    for name, parameter in data["parameters"].items():
        module.register_parameter(name, parameter)
    for name, tensor in data["buffers"].items():
        module.register_buffer(name, tensor, persistent=name not in data["passing"])
    for name, child in data["children"].items():
        module.add_module(name, child)
    vars(module)["training"] = data["training"]
    return module


def _build_optimizer(data: dict[str, Any]) -> Any:
    import torch

    return getattr(torch.optim, data["class"])(data["groups"], lr=data["groups"][0]["lr"])


def _class_named(name: str) -> Any:
    import torch

    return recorder_class() if name == "Recorder" else getattr(torch.nn, name, None)
