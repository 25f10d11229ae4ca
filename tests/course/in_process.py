"""Run the checks of one function in this process, with any code in its solution cell; nothing is caged."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from autograder.leaks import outside
from autograder.markers import SourceCell, function_of
from autograder.records import Role
from autograder.release import source_cells
from tests.course.corpus import NEEDS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 2.0  # seconds of processor time after which a wrong answer counts as one that never ends


class NeverEnds(BaseException):
    """The answer ran out of time; no `except Exception` of an answer or check stops it."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise `NeverEnds` in the block after this much processor time."""

    def ring(*_: Any) -> None:
        raise NeverEnds

    previous = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


@cache
def cells_of(slug: str) -> list[SourceCell]:
    """Return the cells of an assignment, read once."""
    return source_cells(slug, ROOT)


def functions_of(slug: str) -> list[str]:
    """Return the functions that an assignment asks for, in order."""
    return [cell.name for cell in cells_of(slug) if cell.role is Role.SOLUTION]


def solution_of(slug: str, function: str) -> str:
    """Return the source of the solution cell."""
    return next(cell.source for cell in cells_of(slug) if cell.name == function)


def checks_of(slug: str, function: str) -> list[SourceCell]:
    """Return the check cells of one function, in order."""
    return [cell for cell in cells_of(slug) if cell.role is Role.CHECK and function_of(cell.name) == function]


def each_failure(
    slug: str,
    function: str,
    code: str,
    *,
    needed: str | None = None,
    visible: bool = False,
    seconds: float = 60.0,
) -> Iterator[tuple[SourceCell, BaseException]]:
    """Run check after check with this code in the solution cell; yield each that fails, with what it raised.

    Args:
        slug: The assignment.
        function: Whose checks to run.
        code: What stands in the solution cell.
        needed: What stands in that of the function that this one needs; its solution, if not given.
        visible: Leave the hidden tests out.
        seconds: Processor time for each check.
    """
    locked = [cell.source for cell in cells_of(slug) if cell.role is Role.LOCKED]
    if any("import torch" in source for source in locked):
        import_module("torch._dynamo")  # the first optimizer does so, for seconds: that is no answer's fault
    other = [needed or solution_of(slug, NEEDS[function])] if function in NEEDS else []
    for check in checks_of(slug, function):
        namespace: dict[str, Any] = {"__name__": "__main__"}
        source = outside(check.source) if visible else check.source
        try:
            with warnings.catch_warnings(), patience(seconds):
                warnings.simplefilter("ignore")
                for cell in (*locked, *other, code, source):
                    exec(compile(cell, f"<{check.name}>", "exec"), namespace)
        except (Exception, NeverEnds) as error:
            yield check, error


def failures(
    slug: str, function: str, code: str, *, visible: bool = False, seconds: float = 60.0
) -> list[BaseException]:
    """Return what the checks of one function raised with this code in the solution cell."""
    return [error for _, error in each_failure(slug, function, code, visible=visible, seconds=seconds)]
