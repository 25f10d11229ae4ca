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
from typing import Any

import numpy as np

from autograder.checks import modules
from autograder.checks.failure import fail
from autograder.checks.plans import Unusable, plan
from autograder.checks.reading import is_exactly

OPTIMIZERS = frozenset(
    {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "Rprop", "ASGD"}
)
"""Of torch's optimizers those that step without a closure and on tensors of any shape."""

_TOLERANCE = 1e-3


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
    from autograder.checks.networks import (
        Rebuilt,
    )  # with torch, which only an assignment of PyTorch waits for

    traces = modules.ask(model, "traces", what, see, x)
    kept = {kind: getattr(modules, kind)(model, what=what, see=see) for kind in ("parameters", "buffers")}
    try:
        network = Rebuilt(plan(traces), kept)
    except Unusable as reason:
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
        kind = getattr(torch.optim, name)
        # One call for all tensors gives the same numbers, up to rounding, in less time; the fused one in the least.
        at_once = "fused" if "fused" in inspect.signature(kind).parameters else "foreach"
        return kind(groups, **{at_once: True})
    except Unusable as reason:
        fail(f"{what} {reason}", see=see)
    except Exception as error:
        fail(f"{what} has settings that torch refuses: {str(error)[:200]}.", see=see)


def _optimizer(told: Any, named: dict[str, Any], some_are_left_out: bool) -> tuple[str, list[dict[str, Any]]]:
    import torch

    if told is None:
        raise Unusable("is no optimizer: return an object of `torch.optim`, such as `torch.optim.SGD(…)`.")
    name = told["class"]
    if not is_exactly(name, str) or name not in OPTIMIZERS:
        raise Unusable(f"is {str(name)[:60]}; use one of torch.optim's own: {', '.join(sorted(OPTIMIZERS))}.")
    allowed = set(inspect.signature(getattr(torch.optim, name)).parameters) - {
        *("self", "params", "foreach", "fused", "capturable", "differentiable")
    }
    seen: set[str] = set()
    groups = []
    for group in told["groups"]:
        held = group["params"]
        if any(not is_exactly(each, str) for each in held):
            raise Unusable("holds a tensor that is no parameter of the model: give it `model.parameters()`.")
        if len(set(held)) != len(held) or seen & set(held):
            raise Unusable("holds a parameter twice.")
        seen |= set(held)
        if not some_are_left_out and set(held) - set(named):
            raise Unusable("holds a tensor that is no parameter of the model: give it `model.parameters()`.")
        ours = [named[each] for each in held if each in named]
        if ours:
            groups.append(
                {"params": ours} | {k: _setting(v) for k, v in group["settings"].items() if k in allowed}
            )
    if not groups:
        raise Unusable("holds none of the parameters of the model: give it `model.parameters()`.")
    return name, groups


def _setting(value: Any) -> Any:
    if is_exactly(value, list):
        return tuple(_setting(item) for item in value)
    if value is None or is_exactly(value, bool, int):
        return value
    if is_exactly(value, float) and math.isfinite(value):
        return value
    raise Unusable(f"has a setting that is no finite number: {str(value)[:60]}.")


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
        if not all(bool(torch.isfinite(gradient).all()) for gradient in reached.values()):
            fail(f"the gradients of {what} are not finite: they explode on their way down.", see=see)
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
