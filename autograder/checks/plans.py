"""From the description of a network, traces of both modes, to a plan of what it computes; nothing is believed.

`tracing` makes the description.  Here it is checked and cut down to what the output depends on; a plan is a list of
steps in the vocabulary of `operations`, which `networks` builds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.operations import OPERATIONS, RANDOM
from autograder.checks.reading import is_exactly, read_array

MAX_NODES = 5_000
MODE = "by the mode of the network"


class Unusable(Exception):
    """The description is not one of a network that can be rebuilt; the text says why, to the student."""


Step = tuple[str, dict[str, Any]]
"""An operation and its arguments; `("node", n)` among them is the result of step n, `MODE` the network's mode."""


def plan(traces: Any) -> list[Step]:
    """Return the steps of a network from two traces, one in training mode and one in eval mode.

    Args:
        traces: What `tracing.trace` gave, twice.

    Raises:
        Unusable: It is no plan of a network.
    """
    plans = [_plan(trace) for trace in traces]
    if [step[0] for step in plans[0]] != [step[0] for step in plans[1]]:
        raise Unusable(
            "in eval mode it does something else than in training mode. "
            "Use `nn.Dropout` and `nn.BatchNorm1d`, which know the mode themselves."
        )
    merged = [_merged(*pair) for pair in zip(*plans, strict=True)]
    for step in merged:
        _require_repeatable(step, merged)
    return merged


def _merged(trained: Step, used: Step) -> Step:
    operation, arguments = trained
    differing = {key for key in {*arguments, *used[1]} if not _same(arguments.get(key), used[1].get(key))}
    if differing - {"training", "momentum"}:
        raise Unusable(f"in eval mode `{operation}` is used otherwise than in training mode.")
    return operation, {**arguments, "training": MODE} if "training" in differing else arguments


def _require_repeatable(step: Step, steps: list[Step]) -> None:
    """Refuse a step by which a pass in eval mode draws, or changes what the next one finds.

    What two passes give could not be compared: an idle layer would seem to matter as much as any other.
    """
    operation, arguments = step
    always = arguments.get("training", operation == "dropout") not in (MODE, False)  # torch's own defaults
    if operation in RANDOM and always:
        raise Unusable(
            f"`{operation}` drops in eval mode, too: use `nn.Dropout`, or `training=self.training`."
        )
    statistics = [arguments[key] for key in ("running_mean", "running_var") if arguments.get(key) is not None]
    if statistics and always:
        raise Unusable("`batch_norm` moves its statistics in eval mode, too: use `nn.BatchNorm1d`.")
    if any(not is_reference(each) or steps[each[1]][0] != "buffer" for each in statistics):
        raise Unusable(
            "`batch_norm` keeps its statistics in something else than buffers: use `nn.BatchNorm1d`."
        )


def _same(a: Any, b: Any) -> bool:
    if is_exactly(a, np.ndarray) and is_exactly(b, np.ndarray):
        return bool(np.array_equal(a, b))
    return type(a) is type(b) and repr(a) == repr(b)


def _plan(trace: Any) -> list[Step]:
    """Return the nodes that the output depends on, checked and numbered anew."""
    nodes, output = trace["nodes"], trace["output"]
    if not is_exactly(nodes, list) or len(nodes) > MAX_NODES:
        raise Unusable(f"it executes more than {MAX_NODES} operations.")
    wanted = _wanted(nodes, output)
    numbers = {old: new for new, old in enumerate(sorted(wanted))}
    return [_step(nodes[old], numbers) for old in sorted(wanted)]


def _wanted(nodes: list[Any], output: Any) -> set[int]:
    """Return the numbers of the nodes that the output depends on."""
    if not is_reference(output) or not 0 <= output[1] < len(nodes):
        raise Unusable("what it returns is no tensor.")
    wanted, waiting = {0}, [output[1]]
    while waiting:
        number = waiting.pop()
        if number in wanted:
            continue
        wanted.add(number)
        for value in nodes[number][1].values():
            if is_reference(value):
                if not 0 <= value[1] < number:
                    raise Unusable("an operation needs what comes after it.")
                waiting.append(value[1])
    if output[1] != max(wanted):
        raise Unusable("what it returns is not computed last.")
    return wanted


def is_reference(value: Any) -> bool:
    """Whether an argument is the result of a step."""
    return is_exactly(value, tuple) and len(value) == 2 and value[0] == "node" and is_exactly(value[1], int)


def _step(node: Any, numbers: dict[int, int]) -> Step:
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
    if is_reference(value):
        return ("node", numbers[value[1]])
    if is_exactly(value, list) and len(value) <= 4:
        return [_argument(item, numbers) for item in value]
    if value is None or is_exactly(value, bool, int, float, str):
        return value
    raise Unusable("an operation has an argument of an unknown kind.")
