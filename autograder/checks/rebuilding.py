"""Rebuilding a student's network and optimizer on our side, from plain data, so that we can measure what they do.

The student's process says which operations a pass of the network executes, on which parameters.
From that we build a network of our own, of torch's functions in a closed vocabulary, and believe nothing else:
what is measured, trained and perturbed afterwards is ours.
A forged description that would earn points is the description of a network that deserves them.

That the rebuilt network gives the outputs and gradients of the student's is compared, too, on inputs that the
description was not made with: an honest network that cannot be rebuilt is told so, and hooks that change
gradients are found, before anything is measured.
"""

from __future__ import annotations

import inspect
import math
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np

from autograder.checks import modules
from autograder.checks.failure import fail
from autograder.checks.operations import OPERATIONS, RANDOM, function_of
from autograder.checks.reading import is_exactly, read_array

OPTIMIZERS = frozenset(
    {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "Rprop", "ASGD"}
)
"""Of torch's optimizers those that step without a closure and on tensors of any shape."""

MAX_NODES = 5_000
MAX_ENTRIES = 2_000_000
_TOLERANCE = 1e-3
_MODE = "by the mode of the network"


class _Unusable(Exception):
    """The description is not one of a network that can be rebuilt; the text says why, to the student."""


def rebuilt(model: Any, x: Any, *, what: str = "the network", see: str | None = None) -> Any:
    """Return a network of our own that computes what the student's does, in both modes: an `nn.Module`.

    Its linear layers are `nn.Linear` modules; what the logits do not depend on is left out.
    Its parameters start where the student's are now.  Fails if the network does something that the vocabulary of
    `operations` does not have, does different things in the two modes, or cannot be computed again.

    Args:
        model: The student's.
        x: Inputs, a torch tensor of at least 4 rows.
        what: How messages name the network.
        see: Section of the book.
    """
    traces = modules.ask(model, "traces", what, see, x)
    kept = {kind: getattr(modules, kind)(model, what=what, see=see) for kind in ("parameters", "buffers")}
    try:
        network = _build(traces, kept)
    except _Unusable as reason:
        fail(f"{what} cannot be rebuilt by the check: {reason}", see=see)
    except Exception as error:  # whatever a forged description breaks
        fail(f"{what} cannot be rebuilt by the check ({type(error).__name__}).", see=see)
    _compare(model, network, x, what, see)
    return network


def rebuilt_optimizer(
    optimizer: Any, model: Any, onto: Any, *, what: str = "the optimizer", see: str | None = None
) -> Any:
    """Return an optimizer of our own with the class and the settings of the student's, over parameters of ours.

    Args:
        optimizer: The student's, one of torch's own.
        model: The model whose parameters it holds.
        onto: Our network in place of `model`: of `rebuilt`, or one with the same names of parameters.
        what: How messages name the optimizer.
        see: Section of the book.
    """
    import torch

    told = modules.ask(model, "optimizer", what, see, optimizer)
    named = dict(getattr(onto, "original", None) or onto.named_parameters())
    try:
        name, groups = _optimizer(told, named, hasattr(onto, "original"))
        return getattr(torch.optim, name)(groups, foreach=True)  # the same numbers, faster
    except _Unusable as reason:
        fail(f"{what} {reason}", see=see)
    except Exception as error:
        fail(f"{what} has settings that torch refuses: {str(error)[:200]}.", see=see)


def _optimizer(told: Any, named: dict[str, Any], some_are_left_out: bool) -> tuple[str, list[dict[str, Any]]]:
    import torch

    if told is None:
        raise _Unusable("is none: return an object of `torch.optim`, such as `torch.optim.SGD(…)`.")
    name = told["class"]
    if not is_exactly(name, str) or name not in OPTIMIZERS:
        raise _Unusable(
            f"is {str(name)[:60]}; use one of torch.optim's own: {', '.join(sorted(OPTIMIZERS))}."
        )
    allowed = set(inspect.signature(getattr(torch.optim, name)).parameters) - {
        *("self", "params", "foreach", "fused", "capturable", "differentiable")
    }
    seen: set[str] = set()
    groups = []
    for group in told["groups"]:
        held = group["params"]
        if any(not is_exactly(each, str) for each in held):
            raise _Unusable("holds a tensor that is no parameter of the model: give it `model.parameters()`.")
        if len(set(held)) != len(held) or seen & set(held):
            raise _Unusable("holds a parameter twice.")
        seen |= set(held)
        if not some_are_left_out and set(held) - set(named):
            raise _Unusable("holds a tensor that is no parameter of the model: give it `model.parameters()`.")
        ours = [named[each] for each in held if each in named]
        if ours:
            groups.append(
                {"params": ours} | {k: _setting(v) for k, v in group["settings"].items() if k in allowed}
            )
    if not groups:
        raise _Unusable("holds none of the parameters of the model: give it `model.parameters()`.")
    return name, groups


def _setting(value: Any) -> Any:
    if is_exactly(value, list):
        return tuple(_setting(item) for item in value)
    if value is None or is_exactly(value, bool, int):
        return value
    if is_exactly(value, float) and math.isfinite(value):
        return value
    raise _Unusable(f"has a setting that is no finite number: {str(value)[:60]}.")


def _compare(model: Any, network: Any, x: Any, what: str, see: str | None) -> None:
    """Fail unless the student's network gives on other inputs what ours gives."""
    import torch

    drawn = torch.randn(len(x) + 3, x.shape[1], generator=torch.Generator().manual_seed(len(x)))
    other = drawn * x.std() + x.mean()
    for training in (False, True):
        if training and network.draws:
            continue
        ours = deepcopy(network).train(training)
        try:
            expected = ours(other)
        except Exception as error:  # whatever a forged description breaks
            fail(f"{what} cannot be rebuilt by the check: {str(error)[:200]}", see=see, cause=error)
        if not bool(torch.isfinite(expected).all()):
            fail(f"the outputs of {what} are not finite: the signal explodes on its way up.", see=see)
        grad_out = torch.ones_like(expected) / len(other)
        found = modules.run(model, other, training=training, grad_out=grad_out, what=what, see=see)
        expected.backward(grad_out)
        mode = "training" if training else "eval"
        if not _near([found.outputs], [expected]):
            fail(
                f"in {mode} mode {what} does not give what its own layers and connections give: "
                "does something outside of its operations decide on the output?",
                see=see,
            )
        reached = {name: p.grad for name, p in ours.original.items() if p.grad is not None}
        lost = [name for name in reached if name not in found.gradients]
        if lost:
            fail(f"no gradient reaches `{lost[0]}` of {what}: is its `requires_grad` False?", see=see)
        if not _near([found.gradients[name] for name in reached], list(reached.values())):
            fail(
                f"the gradients that {what} gives are not those of what it computes: "
                "do hooks or a `backward` of your own change them? What counts is the gradient of the network.",
                see=see,
            )


def _near(found: list[Any], expected: list[Any]) -> bool:
    wanted = [each.detach().double().numpy() for each in expected]
    scale = max((float(np.abs(each).max(initial=0.0)) for each in wanted), default=0.0)
    return all(
        mine.shape == yours.shape
        and float(np.abs(mine - yours).max(initial=0.0)) <= _TOLERANCE * scale + 1e-30
        for mine, yours in zip(wanted, found, strict=True)
    )


def _build(traces: Any, kept: dict[str, Any]) -> Any:
    """Return the network of two traces, one of each mode."""
    plans = [_plan(trace) for trace in traces]
    if [step[0] for step in plans[0]] != [step[0] for step in plans[1]]:
        raise _Unusable(
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
        raise _Unusable(f"in eval mode `{operation}` is used otherwise than in training mode.")
    return operation, {**arguments, "training": _MODE} if "training" in differing else arguments


def _same(a: Any, b: Any) -> bool:
    if is_exactly(a, np.ndarray) and is_exactly(b, np.ndarray):
        return bool(np.array_equal(a, b))
    return type(a) is type(b) and repr(a) == repr(b)


def _plan(trace: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the nodes that the output depends on, checked and numbered anew."""
    nodes, output = trace["nodes"], trace["output"]
    if not is_exactly(nodes, list) or len(nodes) > MAX_NODES:
        raise _Unusable(f"it executes more than {MAX_NODES} operations.")
    wanted = _wanted(nodes, output)
    numbers = {old: new for new, old in enumerate(sorted(wanted))}
    return [_step(nodes[old], numbers) for old in sorted(wanted)]


def _wanted(nodes: list[Any], output: Any) -> set[int]:
    """Return the numbers of the nodes that the output depends on."""
    if not _is_reference(output) or not 0 <= output[1] < len(nodes):
        raise _Unusable("what it returns is no tensor.")
    wanted, waiting = {0}, [output[1]]
    while waiting:
        number = waiting.pop()
        if number in wanted:
            continue
        wanted.add(number)
        for value in nodes[number][1].values():
            if _is_reference(value):
                if not 0 <= value[1] < number:
                    raise _Unusable("an operation needs what comes after it.")
                waiting.append(value[1])
    if output[1] != max(wanted):
        raise _Unusable("what it returns is not computed last.")
    return wanted


def _is_reference(value: Any) -> bool:
    return is_exactly(value, tuple) and len(value) == 2 and value[0] == "node" and is_exactly(value[1], int)


def _step(node: Any, numbers: dict[int, int]) -> tuple[str, dict[str, Any]]:
    operation, arguments = node
    if operation == "foreign":
        raise _Unusable(
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
    raise _Unusable("an operation has an argument of an unknown kind.")


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
                raise _Unusable(f"it has {entries} parameters, more than {MAX_ENTRIES}.")
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
                raise _Unusable(
                    "the weight of a linear layer is computed, instead of being a parameter of its own."
                )
            layer = nn.Linear(1, 1, bias=False)
            layer.weight = self.numbers[weight]
            if bias is not None:
                layer.bias = self.numbers[bias]
            layer.out_features, layer.in_features = layer.weight.shape
            known = self.layers[weight] if weight in self.layers else layer  # noqa: SIM401  # it has no get
            if known.bias is not layer.bias:
                raise _Unusable("two layers share a weight.")
            self.layers[weight] = known

        def _parameter(self, reference: Any) -> str | None:
            """Return the key of an argument that is a parameter; None if there is no such argument."""
            if reference is None:
                return None
            operation, arguments = self.steps[reference[1]]
            if operation != "parameter":
                raise _Unusable(
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
            raise _Unusable(f"`{name}` has entries that are not finite.")
        return torch.tensor(entries, dtype=torch.float32)

    return Rebuilt


def _key(name: str) -> str:
    """Return a name that torch takes for a parameter: without dots, and unlike an attribute of a module."""
    return f"of {name.replace('.', '/')}"


def _name(key: str) -> str:
    return key.removeprefix("of ").replace("/", ".")
