"""Runs many seeds of a check together: where it trains, the networks of all of them are trained as one stack.

Matrices of 64 × 64 keep a processor half busy; two dozen of them in one call, twice as well.
Each run of the check is its own code in a thread of its own, one of which goes at a time.
It stops at its call of `checks.trained`; when all have stopped there, each network takes the steps that it would take
alone: its own samples in its own order, its own clipping, its own optimizer.  The numbers differ by rounding only.
Two checks that draw the same network and the same samples from one seed get what one training made.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import CodeType
from typing import Any
from unittest.mock import patch

import torch
from torch.nn import functional

from autograder import checks
from autograder.checks.networks import Rebuilt
from autograder.checks.operations import function_of
from autograder.checks.plans import is_reference

Instruction = Callable[[list[Any], Any], Any]
"""What a step gives for the whole stack, of what the steps before it gave, and of the input."""

ENTRYWISE = frozenset(
    {"relu", "leaky_relu", "elu", "silu", "gelu", "tanh", "sigmoid", "add", "sub", "mul", "div"}
)
"""Operations that do the same with each entry, so that a stack is nothing new to them."""


@dataclass
class Training:
    """A call of `checks.trained` that waits for the others; the arguments are those of the word."""

    network: Any
    optimizer: Any
    x: Any
    y: Any
    steps: int
    batch: int
    seed: int
    max_norm: float = 1.0
    losses: list[float] = field(default_factory=list)

    def digest(self) -> bytes:
        """Of all numbers that decide what comes out."""
        found = hashlib.blake2b(str(self.seed).encode())
        for tensor in (self.x, self.y, *self.network.parameters()):
            found.update(tensor.detach().contiguous().numpy())
        return found.digest()


def train(trainings: list[Training]) -> None:
    """Do what `checks.trained` does for each of them, all at once, and equal ones once.

    The networks differ in their numbers alone, and do nothing but what `Stack` can;
    the optimizers treat each entry of a parameter by itself, with the same settings.
    """
    _require_alike(trainings)
    digests = [each.digest() for each in trainings]
    distinct = dict(zip(digests, trainings, strict=True))
    _train_distinct(list(distinct.values()))
    for digest, each in zip(digests, trainings, strict=True):
        each.network.load_state_dict(distinct[digest].network.state_dict())
        each.losses = list(distinct[digest].losses)


def _train_distinct(trainings: list[Training]) -> None:
    stack = Stack([each.network.train() for each in trainings], trainings[0].x[:8])
    numbers, own = list(stack.numbers.values()), trainings[0].optimizer
    optimizer = type(own)(numbers, **own.defaults)
    samples = [_batches(each) for each in trainings]
    for _ in range(trainings[0].steps):
        x, y = (torch.stack(column) for column in zip(*map(next, samples), strict=True))
        optimizer.zero_grad()
        losses = functional.cross_entropy(stack(x).mT, y, reduction="none").mean(dim=1)
        losses.sum().backward()
        _clip([number.grad for number in numbers], trainings[0].max_norm)
        optimizer.step()
        for each, loss in zip(trainings, losses.tolist(), strict=True):
            each.losses.append(loss)
    stack.hand_back()


class Stack:
    """Networks of one plan as one: entry k of what it is given, and of what it gives, belongs to network k.

    Args:
        networks: Theirs are the numbers; `hand_back` writes into them.
        x: Inputs to find their plans with, where `checks.rebuilt` has not made them.

    Attributes:
        numbers: Their parameters by name, the weights of linear layers transposed: so their gradients come out.
    """

    def __init__(self, networks: list[Any], x: Any) -> None:
        rebuilt = [each if isinstance(each, Rebuilt) else checks.rebuilt(each, x) for each in networks]
        self._steps = rebuilt[0].steps
        if any(each.steps != self._steps for each in rebuilt):
            raise ValueError("these trainings cannot be done as one: their networks are of several plans")
        turned = {
            self._steps[arguments["weight"][1]][1]["name"]
            for operation, arguments in self._steps
            if operation == "linear"
        }
        self._owned = []
        for each in networks:
            own = each.original if isinstance(each, Rebuilt) else dict(each.named_parameters())
            used = {name: own[name].detach() for name in rebuilt[0].original}
            self._owned.append({name: used[name].mT if name in turned else used[name] for name in used})
        names = rebuilt[0].original
        self.numbers = {n: torch.stack([own[n] for own in self._owned]).requires_grad_() for n in names}
        self._program = [self._instruction(*step) for step in self._steps]

    def __call__(self, x: Any) -> Any:
        """Return the logits of inputs (networks, samples, features)."""
        values: list[Any] = []
        for do in self._program:
            values.append(do(values, x))
        return values[-1]

    def hand_back(self) -> None:
        """Give each network its numbers."""
        for number, owned in enumerate(self._owned):
            for name, own in owned.items():
                own.copy_(self.numbers[name][number].detach())

    def _instruction(self, operation: str, arguments: dict[str, Any]) -> Instruction:
        places = {name: value[1] for name, value in arguments.items() if is_reference(value)}
        fixed = {name: value for name, value in arguments.items() if name not in places and value is not None}
        parameters = {name: place for name, place in places.items() if self._steps[place][0] == "parameter"}
        given, weight, bias = (places.get(name, -1) for name in ("input", "weight", "bias"))
        match operation:
            case "input":
                return lambda values, x: x
            case "parameter":
                return lambda values, x: self.numbers[arguments["name"]]
            case "linear" if len(parameters) == 2:
                return lambda values, x: torch.baddbmm(values[bias][:, None], values[given], values[weight])
            case "layer_norm" if len(parameters) == 2:
                return lambda values, x: torch.addcmul(
                    values[bias][:, None],
                    functional.layer_norm(values[given], **fixed),
                    values[weight][:, None],
                )
            case _ if operation in ENTRYWISE and not parameters:
                function = function_of(operation)
                return lambda values, x: function(
                    **{name: values[place] for name, place in places.items()}, **fixed
                )
        raise ValueError(
            f"these trainings cannot be done as one: nothing here does `{operation}` for a stack"
        )


def _require_alike(trainings: list[Training]) -> None:
    optimizers = [each.optimizer for each in trainings]
    alike = {
        (type(o), repr(o.defaults), each.steps, each.batch, each.max_norm)
        for each, o in zip(trainings, optimizers, strict=True)
    }
    if len(alike) > 1 or any(len(o.param_groups) > 1 for o in optimizers):
        raise ValueError("these trainings cannot be done as one: their optimizers or their lengths differ")


def _batches(training: Training) -> Iterable[tuple[Any, Any]]:
    """Yield inputs and labels of each step, in the order of `checks.trained`."""
    order = torch.Generator().manual_seed(training.seed)
    while True:
        rows = torch.randperm(len(training.x), generator=order)
        for start in range(0, len(rows) - training.batch + 1, training.batch):
            chosen = rows[start : start + training.batch]
            yield training.x[chosen], training.y[chosen]


def _clip(gradients: list[Any], max_norm: float) -> None:
    """Clip the gradient of each network by its global norm, as `clip_grad_norm_` does."""
    lengths = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)
    factors = (max_norm / (lengths + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factors.view(-1, *[1] * (gradient.dim() - 1)))


class Run:
    """A check with one seed, in a thread that goes only while `advance` waits for it.

    Attributes:
        seed: Of what the check draws.
        training: What it waits for; None if it has ended.
        message: Why it rejected the answer; empty if it did not.
    """

    def __init__(self, cells: list[CodeType], seed: int) -> None:
        self.seed = seed
        self.training: Training | None = None
        self.message = ""
        self._cells = cells
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def advance(self) -> None:
        """Let it go to its next training, or to its end."""
        self.training = None
        with patch.object(checks, "trained", self._trained):
            self._go.release()
            self._stopped.acquire()

    def _trained(self, network: Any, optimizer: Any, x: Any, y: Any, **settings: Any) -> list[float]:
        self.training = training = Training(network, optimizer, x, y, **settings)
        self._stopped.release()
        self._go.acquire()
        return training.losses

    def _run(self) -> None:
        self._go.acquire()
        checks.use_seed(self.seed)
        namespace: dict[str, object] = {"__name__": "__main__"}
        try:
            for code in self._cells:
                exec(code, namespace)
        except checks.CheckFailed as failed:
            self.message = str(failed)
        except Exception as error:  # an answer may fail in any way
            self.message = f"{type(error).__name__}: {error}"
        finally:
            self._stopped.release()


def rejections(runs: list[list[CodeType]], seeds: Iterable[int], size: int) -> dict[int, str]:
    """Return the message of each seed with which a check rejects the answer; `size` seeds go together."""
    found: dict[int, str] = {}
    every = list(seeds)
    for start in range(0, len(every), size):
        found |= _rejected([Run(cells, seed) for cells in runs for seed in every[start : start + size]])
    checks.use_seed(None)
    return found


def _rejected(runs: list[Run]) -> dict[int, str]:
    going = runs
    while going:
        for run in going:
            run.advance()
        going = [run for run in going if run.training is not None]
        if going:
            train([run.training for run in going if run.training is not None])
    return {run.seed: run.message for run in runs if run.message}
