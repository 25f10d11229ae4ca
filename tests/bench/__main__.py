"""How fast a class is graded, beside others on the same notebooks and machine: `make bench`, into `build/bench`.

What it finds of the two assignments that it measures by itself goes into README.md, too.

Only ratios mean anything beyond this machine, and a machine that does other work at the same time bends them, too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.release import release, slugs
from tests.bench.report import Results, table, write, write_readme
from tests.bench.sides import Assignment, lower_bound, nbgrader, otter, otter_environment, ours
from tests.cohort.build import ROOT


def main() -> None:
    """Measure and write."""
    options = parser().parse_args()
    results: Results = {}
    with otter_environment(wanted=not options.no_otter) as python:
        for slug in options.slugs:
            print(f"{slug} …", flush=True)
            assignment = assignment_of(slug)
            results[slug] = [
                ours(assignment, options.class_size, 2),
                ours(assignment, options.class_size, 1),
                lower_bound(assignment, options.class_size, 2),
                nbgrader(assignment, options.stock_size),
                *([otter(assignment, options.stock_size, python)] if python and not assignment.torch else []),
            ]
        growing = assignment_of(options.slugs[0])
        for size in options.sizes:
            print(f"a class of {size} …", flush=True)
            results[f"{growing.slug}, a class of {size}"] = [ours(growing, size, 2)]
    write(results, options.output)
    if set(options.slugs) >= {"chain_rule", "pytorch"}:
        write_readme(results, ROOT / "README.md")
    print(table(results), f"\n{options.output}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    top.add_argument("slugs", nargs="*", default=["chain_rule", "pytorch"], help="assignments")
    top.add_argument("--class-size", type=int, default=200, help="submissions that we grade")
    top.add_argument("--stock-size", type=int, default=5, help="submissions that the others grade")
    top.add_argument(
        "--sizes", type=int, nargs="*", default=[100, 500], help="classes to grow by; 100 500 2000 takes long"
    )
    top.add_argument(
        "--no-otter", action="store_true", help="leave otter-grader out, which is installed from PyPI apart"
    )
    top.add_argument("--output", type=Path, default=ROOT / "build" / "bench")
    return top


def assignment_of(slug: str) -> Assignment:
    """Return an assignment of the course, released."""
    if slug not in slugs(ROOT):
        raise SystemExit(f"there is no assignment {slug}; there are: {', '.join(slugs(ROOT))}")
    release(slug, ROOT)
    return Assignment(slug, ROOT)


if __name__ == "__main__":
    main()
