"""Reading a torch module: parameters, gradients, buffers, modes, layers, and a pass through it, as plain numbers.

A module that a student built, or one of ours that a student's function was given, may stand in another process.
Each word asks there and gets plain numbers back; in the student's own notebook it reads the object itself.
Everything is read from the module's own dictionaries, by this code:
a class that overrides `state_dict`, `__getattr__` or `__eq__` changes nothing.

Numbers that came out of the student's process prove nothing by themselves.
Load the parameters into a module of your own, compute what should come out, and compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.failure import CheckFailed, fail, fail_unwritten
from autograder.checks.inspection import answer, recorder_class
from autograder.checks.reading import Misread, is_exactly, read_array

Arrays = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Pass:
    """What came of one pass of our inputs through a module.

    Attributes:
        outputs: What the module returned.
        gradients: By parameter name, of the sum of `outputs * grad_out`; those that a gradient reached.
        buffers: As they stood after the pass; the module itself has the old ones again.
    """

    outputs: NDArray[np.float64]
    gradients: Arrays
    buffers: Arrays


@dataclass(frozen=True)
class Recorded:
    """What a recorder saw of one pass.

    Attributes:
        x: The inputs.
        training: Whether the recorder was in training mode.
        graph: Whether a graph was built for a backward pass.
    """

    x: NDArray[np.float64]
    training: bool
    graph: bool


def parameters(model: Any, *, what: str = "the model", see: str | None = None) -> Arrays:
    """Return the parameters of a torch module by name, such as `"fc1.weight"`."""
    return _arrays(ask(model, "parameters", what, see), f"the parameter {{}} of {what}", what, see)


def shapes(model: Any, *, what: str = "the model", see: str | None = None) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the parameters by name, without their entries, which may be many."""
    found = ask(model, "shapes", what, see)
    if not is_exactly(found, dict) or not all(
        is_exactly(shape, tuple) and all(is_exactly(length, int) for length in shape)
        for shape in found.values()
    ):
        fail(f"the shapes of the parameters of {what} cannot be read.", see=see)
    return {str(name): tuple(shape) for name, shape in found.items()}


def gradients(model: Any, *, what: str = "the model", see: str | None = None) -> Arrays:
    """Return the gradients that the parameters hold, by name; a parameter without one is left out."""
    return _arrays(ask(model, "gradients", what, see), f"the gradient of {{}} of {what}", what, see)


def buffers(model: Any, *, what: str = "the model", see: str | None = None) -> Arrays:
    """Return the buffers of a torch module by name, such as `"bn1.running_mean"`."""
    return _arrays(ask(model, "buffers", what, see), f"the buffer {{}} of {what}", what, see)


def training(model: Any, *, what: str = "the model", see: str | None = None) -> dict[str, bool]:
    """Return, by name, whether each submodule is in training mode; the module itself has the name `""`."""
    found = ask(model, "training", what, see)
    if not is_exactly(found, dict) or not all(is_exactly(value, bool) for value in found.values()):
        fail(f"the mode of {what} cannot be read.", see=see)
    return {str(name): bool(value) for name, value in found.items()}


def layers(model: Any, *, what: str = "the model", see: str | None = None) -> list[tuple[str, str]]:
    """Return name and type of every submodule, in the order in which they were assigned.

    A type has its plain name, such as `"Linear"`, when the class is torch's own; any other is `"your Linear"`.
    """
    found = ask(model, "layers", what, see)
    if not is_exactly(found, list) or not all(
        is_exactly(pair, tuple) and len(pair) == 2 and is_exactly(pair[0], str) and is_exactly(pair[1], str)
        for pair in found
    ):
        fail(f"the layers of {what} cannot be read.", see=see)
    return [(str(name), str(kind)) for name, kind in found]


def run(
    model: Any,
    x: Any,
    *,
    training: bool = False,
    grad_out: Any = None,
    what: str = "the model",
    see: str | None = None,
) -> Pass:
    """Send inputs through a torch module, in the mode that you say, and leave it as it was.

    Args:
        model: The module.
        x: Your inputs, a torch tensor.
        training: The mode of the module and its submodules during the pass.
        grad_out: The gradient by the outputs, a tensor of their shape, to be sent back; None for no backward pass.
        what: How messages name the module.
        see: Section of the book.
    """
    found = ask(model, "run", what, see, x, training, grad_out)
    if not is_exactly(found, dict):
        fail(f"the outputs of {what} cannot be read.", see=see)
    if "wrong" in found:
        fail(f"{what} returned {str(found['wrong'])[:200]}, expected a torch tensor.", see=see)
    outputs = _arrays({"outputs": found.get("outputs")}, f"what {what} returned", what, see)["outputs"]
    if grad_out is not None and outputs.shape == tuple(grad_out.shape) and found.get("connected") is not True:
        fail(
            f"no gradient flows back from the outputs of {what}: "
            "is there a `detach()`, a `.data`, a `.numpy()` or a `torch.no_grad()` on the way?",
            see=see,
        )
    of, after = f"the gradient of {{}} of {what}", f"the buffer {{}} of {what} after a pass"
    return Pass(
        outputs,
        _arrays(found.get("gradients"), of, what, see),
        _arrays(found.get("buffers"), after, what, see),
    )


def recorder() -> Any:
    """Return a module that lets its input through and writes down what it saw; `recorded` reads it.

    Put it first into a model that you hand to a student's function:
    it tells in which mode, on which rows and with or without a graph the model was used.
    """
    return recorder_class()()


def recorded(model: Any, *, what: str = "the model", see: str | None = None) -> list[Recorded]:
    """Return what the recorder in a model has seen, pass by pass."""
    found = ask(model, "recorded", what, see)
    seen = []
    for entry in found if is_exactly(found, list) else [None]:
        if entry is None or not is_exactly(entry, tuple) or len(entry) != 3:
            fail(f"what the recorder in {what} saw cannot be read.", see=see)
        x, mode, graph = entry
        rows = _arrays({"x": x}, f"the inputs of {what}", what, see)["x"]
        seen.append(Recorded(rows, mode is True, graph is True))
    return seen


def ask(model: Any, word: str, what: str, see: str | None, *args: Any) -> Any:
    """Return the answer of `inspection.answer`, given where the module is; fail for what is no module, or raises."""
    remote = getattr(type(model), "_autograder_word", None)  # of its class: an object may claim anything
    try:
        found = answer(word, model, args) if remote is None else remote(model, word, args)
    except CheckFailed:
        raise
    except NotImplementedError as error:
        fail_unwritten(what, error)
    except Exception as error:
        text = str(error)[:300]
        named = f"{type(error).__name__}: {text}" if text else type(error).__name__
        fail(f"{what} raised {named} when it was used.", see=see, cause=error)
    if is_exactly(found, str):
        fail(
            f"{what} is {found[:200]}, expected a torch module (an object of a class from nn.Module).",
            see=see,
        )
    return found


def _arrays(found: Any, each: str, what: str, see: str | None) -> Arrays:
    """Return a dictionary of plain arrays as float64, or fail."""
    if not is_exactly(found, dict) or not all(is_exactly(name, str) for name in found):
        fail(f"{what} cannot be read.", see=see)
    entries = {}
    for name, value in found.items():
        try:
            entries[name] = read_array(value)
        except Misread as misread:
            fail(f"{each.format(f'`{name}`')} is {misread}.", see=see)
    return entries
