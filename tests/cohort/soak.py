"""A long run over a large class, honest, hostile and damaged: `python -m tests.cohort.soak`; no part of `make test`.

Every honest submission must have its full mark, every attempt the row of the corpus, every damaged file that of the
sample class; and the parent's memory must stay below its bound.
How much slower the honest ones are than in a class of their own is printed, beside the machine's load.
The course folder is kept when something is wrong.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median

from autograder.key import load_key
from autograder.records import AnswerKey
from autograder.release import release
from tests.bench.memory import Watch
from tests.cohort.build import ROOT, members, notebook_of, zero_checks
from tests.cohort.hostile.corpus import Attempt, attempts
from tests.cohort.summary import Row, read_rows

SLUG = "chain_rule"
PARENT_BYTES = 400 << 20
ALONE = 40
"""Honest submissions that are graded alone first, for their median."""
DAMAGES = ("dead_kernel", "deleted_check", "edited_check", "infinite_loop", "truncated_json")


@dataclass(frozen=True)
class Kind:
    """What a student of the class hands in, and what must come of it.

    Attributes:
        name: The attempt's, the damage's, or `honest`.
        data: The file.
        zero: Returns the names of the checks that must earn nothing; all others earn full points.
    """

    name: str
    data: bytes
    zero: Callable[[AnswerKey], set[str]]


def honest() -> Kind:
    """Return the solved notebook."""
    attempt = Attempt("honest", "answers everything right", solved=True, zero="none")
    return Kind(attempt.name, attempt.notebook(), attempt.zero_checks)


def hostile() -> Iterator[Kind]:
    """Return the attempts of the hostile corpus, again and again."""
    corpus = [attempt for attempt in attempts() if attempt.slug == SLUG and attempt.write is None]
    return cycle([Kind(attempt.name, attempt.notebook(), attempt.zero_checks) for attempt in corpus])


def damaged() -> Iterator[Kind]:
    """Return the damaged notebooks of the sample class, again and again."""
    corpus = [member for member in members(SLUG) if member.student in DAMAGES]
    return cycle(
        [Kind(member.student, notebook_of(member), partial(zero_checks, member)) for member in corpus]
    )


def hand_in(submitted: Path, size: int, shares: list[tuple[float, Iterator[Kind]]]) -> dict[str, Kind]:
    """Write a class; the kinds other than honest are spread evenly. Return what each student handed in."""
    usual, handed_in = honest(), {}
    for number in range(size):
        kind = usual
        for place, (share, others) in enumerate(shares):
            due = number * share + place / len(shares)
            if int(due) < int(due + share):
                kind = next(others)
        student = f"{number:05}_{kind.name}"
        path = submitted / student / SLUG / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(kind.data)
        handed_in[student] = kind
    return handed_in


def grade(course: Path, workers: int, watch: Watch) -> dict[str, Row]:
    """Grade the class of a course folder, and return its rows by student."""
    run = subprocess.Popen(
        [
            sys.executable, "-m", "autograder.cli", "grade", SLUG, "--submitted", str(course / "submitted"),
            "--course", str(course), "--workers", str(workers), "--cell-seconds", "4",
            "--notebook-seconds", "15", "--memory", "256",
        ],
        cwd=ROOT,
    )  # fmt: skip
    watch.follow(run)
    if run.wait():
        sys.exit(run.returncode)
    return {row["student"]: row for row in read_rows(course)}


def faults_of(rows: dict[str, Row], handed_in: dict[str, Kind], watch: Watch) -> list[str]:
    """Return what is wrong with the outcome of the run."""
    key = load_key(SLUG, ROOT)
    faults = [f"{student}: no row" for student in handed_in if student not in rows]
    for student, row in rows.items():
        zero = handed_in[student].zero(key)
        expected = {check.name: 0.0 if check.name in zero else check.points for check in key.checks}
        found = {cell["name"]: cell["points"] for cell in row["cells"]}
        if found != expected:
            faults.append(f"{student}: {row['points']:g} points, {row['outcome']}: {row['reason']}")
    if watch.peaks.get("parent", 0) > PARENT_BYTES:
        faults.append(f"the parent held {watch.peaks['parent'] >> 20} MB")
    return faults


def seconds_of_honest(rows: dict[str, Row]) -> list[tuple[float, str]]:
    """Return how long each honest submission took, and whose it was, the slowest last."""
    return sorted((row["seconds"], student) for student, row in rows.items() if student.endswith("_honest"))


def main() -> int:
    """Run the soak; return 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.cohort.soak", description=__doc__)
    parser.add_argument("--size", type=int, default=2000, help="submissions")
    parser.add_argument("--hostile", type=float, default=0.05, help="share of attempts among them")
    parser.add_argument("--damaged", type=float, default=0.05, help="share of damaged files among them")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    release(SLUG, ROOT)
    course, watch = Path(tempfile.mkdtemp(prefix="soak")), Watch()
    hand_in(course / "alone" / "submitted", ALONE, [])
    alone = median(taken for taken, _ in seconds_of_honest(grade(course / "alone", options.workers, Watch())))
    shares = [(options.hostile, hostile()), (options.damaged, damaged())]
    handed_in = hand_in(course / "submitted", options.size, shares)
    start = time.monotonic()
    rows = grade(course, options.workers, watch)
    seconds = time.monotonic() - start
    faults = faults_of(rows, handed_in, watch)
    peaks = ", ".join(f"{name} {size >> 20} MB" for name, size in watch.peaks.items())
    print(
        f"{options.size} submissions in {seconds:.0f} s ({60 * options.size / seconds:.0f}/min); at most {peaks}"
    )
    among = seconds_of_honest(rows)
    slow = [(taken, student) for taken, student in among if taken > 2 * alone]
    print(
        f"{len(among)} honest ones: median {median(taken for taken, _ in among):.2f} s, "
        f"{len(slow)} above twice the median alone, {alone:.2f} s; load {os.getloadavg()[0]:.1f}"
    )
    for taken, student in slow[-10:]:
        number = int(student.partition("_")[0])
        beside = [
            other for other in handed_in if abs(int(other.partition("_")[0]) - number) <= options.workers
        ]
        print(
            f"  {taken:.2f} s: {student}; near it {', '.join(o for o in beside if 'honest' not in o) or 'honest ones'}"
        )
    print("\n".join(faults) or "every row is as expected")
    if not faults:
        shutil.rmtree(course)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
