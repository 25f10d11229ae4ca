"""Writing down as plain data what a module computes, where it is: the operations of one pass, in order.

A node is `(operation, arguments)`: an operation of the vocabulary with its arguments by name,
or one of the leaves `input`, `parameter`, `buffer`, `constant` and `foreign`.
An argument that a node computed is `("node", number)`; all others are plain values.
`foreign` is whatever else came up, under the name of what made it: harmless until a result depends on it.

Nothing here is trusted; `rebuilding` believes only what it computes itself.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from autograder.checks.operations import OPERATIONS, RANDOM, operation_named
from autograder.checks.walking import named_modules, named_tensors

Node = tuple[str, dict[str, Any]]

LARGEST_CONSTANT = 4096
_UNCHANGED = frozenset(
    {"flatten", "view", "reshape", "contiguous", "clone", "float", "to", "type", "squeeze", "requires_grad_"}
)


def trace(model: Any, x: Any, training: bool) -> dict[str, Any]:
    """Return the nodes of one pass of `x` through a module in this mode, and which node it returned.

    The module is left as it was, but for what it keeps itself.
    """
    modules = [(module, vars(module)["training"]) for _, module in named_modules(model)]
    kept = [(tensor, tensor.detach().clone()) for _, tensor in named_tensors(model, "_buffers")]
    try:
        for module, _ in modules:
            vars(module)["training"] = training
        with torch.enable_grad():
            given = x.detach().clone()
            recorder = _Recorder(model, given)
            with recorder:
                returned = model(given)
        return {"nodes": recorder.nodes, "output": recorder.argument(returned)}
    finally:
        for module, mode in modules:
            vars(module)["training"] = mode
        for tensor, before in kept:
            tensor.detach().copy_(before)


class _Recorder(TorchFunctionMode):
    """Sees every call of a function of torch while it is active."""

    def __init__(self, model: Any, x: Any) -> None:
        super().__init__()
        self.nodes: list[Node] = [("input", {})]
        self._numbers = {id(x): 0}
        self._alive = [x]  # while they are, no other tensor gets their id
        self._leaves = {
            id(tensor): (kind, name)
            for kind, where in (("parameter", "_parameters"), ("buffer", "_buffers"))
            for name, tensor in named_tensors(model, where)
        }

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = str(getattr(function, "__name__", "an unknown function"))[:60]
        node = self._node(name, args, kwargs)
        result = function(*args, **kwargs)
        if (
            node is not None
            and node[0] in RANDOM
            and args
            and result is args[0]
            and not node[1].get("training")
        ):
            result = result.view_as(
                result
            )  # where it does nothing, what went in must not be taken for what came out
        if name in ("__setitem__", "__set__") and args:
            self._number(args[0], ("foreign", {"name": name}))
        if isinstance(result, torch.Tensor):
            if name in _UNCHANGED and args and _alike(args[0], result):
                self._is(result, self.argument(args[0]))
            elif node is not None and torch.is_grad_enabled():
                self._number(result, node)
            elif id(result) not in self._leaves:
                self._number(
                    result, ("foreign", {"name": name if node is None else f"{name} without a gradient"})
                )
        elif isinstance(result, tuple | list):
            for part in result:
                if isinstance(part, torch.Tensor) and id(part) not in self._numbers:
                    self._number(part, ("foreign", {"name": name}))
        return result

    def _node(self, name: str, args: Any, kwargs: dict[str, Any]) -> Node | None:
        """Return the node of a call; None if the vocabulary does not have it."""
        if name == "__getitem__" and type(args[1]) is int:  # one of several factors in one parameter
            name, args = "select", (args[0], 0, args[1])
        operation = operation_named(name)
        names = OPERATIONS.get(operation or "", ())
        named = {key: value for key, value in kwargs.items() if key != "inplace"}
        positional = dict(zip(names, args, strict=False))
        surplus = args[len(names) :]
        if operation is None or any(type(value) is not bool for value in surplus) or set(named) - set(names):
            return None
        return operation, {key: self.argument(value) for key, value in {**positional, **named}.items()}

    def argument(self, value: Any) -> Any:
        """Return what stands for a value among the arguments of a node."""
        if isinstance(value, torch.Tensor):
            if id(value) not in self._numbers:
                self._number(value, self._leaf(value))
            return ("node", self._numbers[id(value)])
        if isinstance(value, tuple | list):
            return [self.argument(item) for item in value]
        if value is None or type(value) in (bool, int, float, str):
            return value
        try:
            return float(value)  # a number of NumPy's
        except Exception:
            return ("node", self._append(("foreign", {"name": type(value).__name__[:60]})))

    def _leaf(self, tensor: Any) -> Node:
        kind, name = self._leaves.get(id(tensor), ("constant", ""))
        if kind != "constant":
            return kind, {"name": name}
        if tensor.grad_fn is not None or tensor.numel() > LARGEST_CONSTANT:
            return "foreign", {"name": "a tensor of unknown origin"}
        return kind, {"value": tensor.detach().to("cpu", torch.float64).numpy().copy()}

    def _number(self, tensor: Any, node: Node) -> None:
        self._is(tensor, ("node", self._append(node)))

    def _is(self, tensor: Any, reference: tuple[str, int]) -> None:
        self._numbers[id(tensor)] = reference[1]
        self._alive.append(tensor)

    def _append(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1


def _alike(before: Any, after: Any) -> bool:
    return isinstance(before, torch.Tensor) and before.shape == after.shape and before.dtype == after.dtype


def optimizer_settings(model: Any, optimizer: Any) -> dict[str, Any] | None:
    """Return an optimizer as plain data, its parameters by their names in the model; None for anything else."""
    if not issubclass(type(optimizer), torch.optim.Optimizer):
        return None
    names = {id(tensor): name for name, tensor in named_tensors(model, "_parameters")}
    kind = type(optimizer)
    groups = [
        {
            "params": [names.get(id(tensor)) for tensor in group["params"]],
            "settings": {str(key): _plain(value) for key, value in group.items() if key != "params"},
        }
        for group in vars(optimizer)["param_groups"]
    ]
    own = getattr(torch.optim, kind.__name__, None) is kind
    return {"class": kind.__name__ if own else f"your {kind.__name__}", "groups": groups}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or type(value) in (bool, int, float, str):
        return value
    try:
        return float(value)
    except Exception:
        return str(type(value).__name__)
