"""Measure how often the checks are wrong: `python -m tests.course.false_alarms --seeds 10000`.

Every check cell, hidden tests included, runs on the reference solution with the seeds 0, 1, 2, … or from `--first` on.
With `--answers right` it runs on every right answer of the corpus and of the sample class instead,
with `--answers dressed` on the solution with its results in each of the forms that `dressing` lists,
with `--answers wrong` on every wrong answer, which must be rejected: there a mistake is a pass.
With `--stack 24` so many seeds go together, what the checks train is trained at once, and time is more than halved.
One line for what was run: seeds, mistakes, seconds; the first mistake of each is printed.
The exit status is 1 if there was any.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType

from autograder import checks
from autograder.markers import SourceCell, function_of
from autograder.records import Role
from autograder.release import slugs, source_cells
from tests.cohort.build import HERE as COHORT
from tests.cohort.build import own_answers
from tests.course import dressing
from tests.course.corpus import NEEDS, read_answers

ROOT = Path(__file__).resolve().parents[2]

RIGHT_MEMBER = "right_but_different"
"""The member of the sample class all of whose answers are right."""

Run = list[CodeType]
"""The cells to run for one check, in order."""


def programs(cells: list[SourceCell], answers: dict[str, str] | None = None) -> dict[str, list[Run]]:
    """Return, by function, what to run for each of its checks: the locked cells, the answer, the check.

    Args:
        cells: The assignment's.
        answers: Source by function, in place of the solution's.
    """
    given = [cell.source for cell in cells if cell.role is Role.LOCKED]
    solutions = {cell.name: cell.source for cell in cells if cell.role is Role.SOLUTION}
    found: dict[str, list[Run]] = {name: [] for name in solutions}
    for check in (cell for cell in cells if cell.role is Role.CHECK):
        function = function_of(check.name)
        needed = [solutions[NEEDS[function]]] if function in NEEDS else []
        run = [*given, *needed, (answers or {}).get(function, solutions[function]), check.source]
        found[function].append([compile(source, f"<{check.name}>", "exec") for source in run])
    return found


def rejections(runs: list[Run], seeds: Iterable[int]) -> dict[int, str]:
    """Return the message of each seed with which a check rejects the answer."""
    found: dict[int, str] = {}
    for seed in seeds:
        checks.use_seed(seed)
        for run in runs:
            namespace: dict[str, object] = {"__name__": "__main__"}
            try:
                for code in run:
                    exec(code, namespace)
            except checks.CheckFailed as failed:
                found[seed] = str(failed)
            except Exception as error:  # an answer may fail in any way
                found[seed] = f"{type(error).__name__}: {error}"
    checks.use_seed(None)
    return found


def acceptances(runs: list[Run], seeds: Iterable[int]) -> dict[int, str]:
    """Return the seeds with which every check accepts the answer, with nothing to say about them."""
    return {seed: "accepted" for seed in seeds if not rejections(runs, [seed])}


def candidates(slug: str, kind: str) -> Iterator[tuple[str, list[Run]]]:
    """Yield title and programs of each answer to measure: the solution, or the variants of a kind."""
    cells = source_cells(slug, ROOT)
    if kind == "reference":
        yield from programs(cells).items()
        return
    for function, title, source in _variants(slug, kind, cells):
        yield f"{function}: {title}", programs(cells, {function: source})[function]


def _variants(slug: str, kind: str, cells: list[SourceCell]) -> Iterator[tuple[str, str, str]]:
    """Yield function, title and source of each answer of a kind."""
    if kind == "dressed":
        for cell in (cell for cell in cells if cell.role is Role.SOLUTION):
            for dress in dressing.dresses_of(cell.name):
                yield cell.name, dress, dressing.source(cell.source, cell.name, dress)
        return
    for answer in read_answers(slug):
        if answer.kind == kind:
            yield answer.function, answer.title, answer.source
    if kind == "right":
        own = own_answers(COHORT / slug / RIGHT_MEMBER / "answers.py")
        for function in own:  # an answer may call the one before it
            yield function, f"in the sample class, {RIGHT_MEMBER}", "\n\n".join(own.values())


def main() -> int:
    """Measure the assignments that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slugs", nargs="*", default=slugs(ROOT))
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed (0), to go on where a run ended")
    parser.add_argument("--stack", type=int, default=1, help="seeds that go together (1), where checks train")
    parser.add_argument("--answers", choices=["reference", "right", "dressed", "wrong"], default="reference")
    options = parser.parse_args()
    if options.stack > 1 and options.answers == "wrong":
        parser.error("--stack is for right answers, which train as the solution does")
    mistakes: Callable[[list[Run], Iterable[int]], dict[int, str]]
    mistakes = acceptances if options.answers == "wrong" else rejections
    if options.stack > 1:
        from tests.course import stacked  # with torch, which most assignments do not need

        mistakes = partial(stacked.rejections, size=options.stack)
    total = 0
    for slug in options.slugs:
        for title, runs in candidates(slug, options.answers):
            start = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = mistakes(runs, range(options.first, options.first + options.seeds))
            seconds = time.perf_counter() - start
            print(f"{slug:12} {title:50} {options.seeds:6} seeds {len(found):4} mistakes {seconds:7.1f} s")
            for seed, message in list(found.items())[:1]:
                print(f"    seed {seed}: {message}")
            sys.stdout.flush()
            total += len(found)
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
