"""Measure how often the checks reject the reference: `python -m tests.course.false_alarms --seeds 10000`.

Every check cell, hidden tests included, runs on the reference solution with the seeds 0, 1, 2, …
One line a function: seeds, rejections, seconds; the first rejection of each is printed.
The exit status is 1 if there was any.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import CodeType

from autograder import checks
from autograder.markers import SourceCell, function_of
from autograder.records import Role
from autograder.release import slugs, source_cells
from tests.course.corpus import NEEDS

ROOT = Path(__file__).resolve().parents[2]


def programs(cells: list[SourceCell]) -> dict[str, list[list[CodeType]]]:
    """Return, by function, what to run for each of its checks: the locked cells, the solution, the check."""
    given = [cell for cell in cells if cell.role is Role.LOCKED]
    solutions = {cell.name: cell for cell in cells if cell.role is Role.SOLUTION}
    found: dict[str, list[list[CodeType]]] = {name: [] for name in solutions}
    for check in (cell for cell in cells if cell.role is Role.CHECK):
        function = function_of(check.name)
        needed = [solutions[NEEDS[function]]] if function in NEEDS else []
        run = [*given, *needed, solutions[function], check]
        found[function].append([compile(cell.source, f"<{cell.name}>", "exec") for cell in run])
    return found


def rejections(runs: list[list[CodeType]], seeds: Iterable[int]) -> dict[int, str]:
    """Return the message of each seed with which a check rejects its reference."""
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
    checks.use_seed(None)
    return found


def main() -> int:
    """Measure the assignments that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slugs", nargs="*", default=slugs(ROOT))
    parser.add_argument("--seeds", type=int, default=10_000)
    options = parser.parse_args()
    total = 0
    for slug in options.slugs:
        for function, runs in programs(source_cells(slug, ROOT)).items():
            start = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = rejections(runs, range(options.seeds))
            seconds = time.perf_counter() - start
            print(
                f"{slug:12} {function:26} {options.seeds:6} seeds {len(found):4} rejections {seconds:7.1f} s"
            )
            for seed, message in list(found.items())[:1]:
                print(f"    seed {seed}: {message}")
            sys.stdout.flush()
            total += len(found)
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
