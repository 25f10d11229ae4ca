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
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import CodeType
from typing import Any
from unittest.mock import patch

import torch
from torch.func import functional_call, stack_module_state, vmap

from autograder import checks


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

    The networks differ in their numbers alone, draw nothing and keep nothing but parameters;
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
    networks = [each.network.train() for each in trainings]
    parameters, buffers = stack_module_state(networks)
    own = trainings[0].optimizer
    optimizer = type(own)(parameters.values(), **own.defaults)
    samples = [_batches(each) for each in trainings]

    def error(own: Any, kept: Any, x: Any, y: Any) -> Any:
        return torch.nn.functional.cross_entropy(functional_call(networks[0], (own, kept), (x,)), y)

    for _ in range(trainings[0].steps):
        x, y = (torch.stack(column) for column in zip(*map(next, samples), strict=True))
        optimizer.zero_grad()
        losses = vmap(error)(parameters, buffers, x, y)
        losses.sum().backward()
        _clip([p.grad for p in parameters.values()], trainings[0].max_norm)
        optimizer.step()
        for each, loss in zip(trainings, losses.tolist(), strict=True):
            each.losses.append(loss)
    with torch.no_grad():
        for number, network in enumerate(networks):
            for name, parameter in network.named_parameters():
                parameter.copy_(parameters[name][number])


def _require_alike(trainings: list[Training]) -> None:
    optimizers = [each.optimizer for each in trainings]
    alike = {
        (type(o), repr(o.defaults), each.steps, each.batch, each.max_norm)
        for each, o in zip(trainings, optimizers, strict=True)
    }
    if len(alike) > 1 or any(len(o.param_groups) > 1 for o in optimizers):
        raise ValueError("these trainings cannot be done as one: their optimizers or their lengths differ")
    if any(each.network.draws or list(each.network.buffers()) for each in trainings):
        raise ValueError("these trainings cannot be done as one: a network draws, or keeps statistics")


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
