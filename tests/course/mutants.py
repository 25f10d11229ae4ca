"""Ask of every check whether it notices a small fault: `python -m tests.course.mutants [SLUG…]`.

`mutator` puts one fault at a time into a solution; the checks of its function, hidden tests included, must reject it.
A mutant that they accept *survives*.
Either it deserves a sharper check (and a place among the wrong answers of `tests/course/answers`),
or it is right, too: then `equivalent_mutants.toml` says why.
The exit status is 1 if a mutant survives without a reason there, or a reason stands there without its mutant.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder import checks
from autograder.release import slugs
from tests.course.corpus import DESIGNS, NEEDS
from tests.course.in_process import PATIENCE, ROOT, each_failure, functions_of, solution_of
from tests.course.mutator import Mutant, mutants

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
MEMORY = 6 * 2**30  # bytes; a mutant may ask for an array of any size


def reasons(slug: str, function: str) -> dict[str, str]:
    """Return why mutants of a function are right answers, too: the reason by the change."""
    written = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    entries = written.get(slug, {}).get(function, [])
    return {entry["change"].strip(): entry["because"].strip() for entry in entries}


def survives(slug: str, function: str, mutant: Mutant, seeds: Iterable[int] = (0,)) -> bool:
    """Whether every check of the function, and of one that needs it, accepts the mutant with one of these seeds."""
    for seed in seeds:
        checks.use_seed(seed)
        if next(_failures(slug, function, mutant.source), None) is None:
            return True
    return False


def _failures(slug: str, function: str, code: str) -> Iterator[object]:
    yield from each_failure(slug, function, code, seconds=PATIENCE)
    for other in functions_of(slug):
        if NEEDS.get(other) == function and other not in DESIGNS:
            right = solution_of(slug, other)
            yield from each_failure(slug, other, right, needed=code, seconds=PATIENCE)


def main() -> int:
    """Run the mutants of the assignments that are named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--function", help="only this one")
    parser.add_argument("--seeds", type=int, default=1, help="how often each is tried (1)")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    wrong = 0
    for slug in options.slugs or slugs(ROOT):
        for function in functions_of(slug):
            if options.function in (None, function) and function not in DESIGNS:
                wrong += examine(slug, function, range(options.seeds))
    return int(wrong > 0)


def examine(slug: str, function: str, seeds: Iterable[int]) -> int:
    """Print a line about one function, and one for each mutant without reason or reason without mutant."""
    start = time.perf_counter()
    known, tried = reasons(slug, function), mutants(solution_of(slug, function))
    alive = [mutant.change for mutant in tried if survives(slug, function, mutant, seeds)]
    checks.use_seed(None)
    unexplained = [change for change in alive if change not in known]
    stale = [change for change in known if change not in alive]
    seconds = time.perf_counter() - start
    print(
        f"{slug:13} {function:25} {len(tried):4} mutants, {len(alive) - len(unexplained):3} equivalent, "
        f"{len(unexplained):3} survive {seconds:7.1f} s"
    )
    for change in unexplained:
        print(f"    survives: {change}")
    for change in stale:
        print(f"    is rejected, or no mutant any more, but has a reason: {change}")
    sys.stdout.flush()
    return len(unexplained) + len(stale)


if __name__ == "__main__":
    sys.exit(main())
