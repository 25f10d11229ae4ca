"""A long run over a large class, honest and hostile mixed: `python -m tests.cohort.soak`; no part of `make test`.

Every honest submission must have its full mark, every attempt the row of the corpus, and the parent's memory must
stay below its bound.  The course folder is kept when something is wrong.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.key import load_key
from autograder.release import release
from tests.bench.memory import Watch
from tests.cohort.build import ROOT
from tests.cohort.hostile.corpus import Attempt, attempts
from tests.cohort.summary import read_rows

SLUG = "chain_rule"
PARENT_BYTES = 400 << 20


def hand_in(submitted: Path, size: int, hostile: float) -> dict[str, Attempt]:
    """Write the class; return the attempt behind each student."""
    corpus = [attempt for attempt in attempts() if attempt.slug == SLUG and attempt.write is None]
    honest = Attempt("honest", "answers everything right", solved=True, zero="none")
    data = honest.notebook()
    members = {}
    for number in range(size):
        due = int(number * hostile) < int((number + 1) * hostile)
        attempt = corpus[int(number * hostile) % len(corpus)] if due else honest
        student = f"{number:05}_{attempt.name}"
        path = submitted / student / SLUG / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(attempt.notebook() if due else data)
        members[student] = attempt
    return members


def faults_of(course: Path, members: dict[str, Attempt], watch: Watch) -> list[str]:
    """Return what is wrong with the outcome of the run."""
    key = load_key(SLUG, ROOT)
    rows = {row["student"]: row for row in read_rows(course)}
    faults = [f"{student}: no row" for student in members if student not in rows]
    for student, row in rows.items():
        zero = members[student].zero_checks(key)
        expected = {check.name: 0.0 if check.name in zero else check.points for check in key.checks}
        found = {cell["name"]: cell["points"] for cell in row["cells"]}
        if found != expected:
            faults.append(f"{student}: {row['points']:g} points, {row['outcome']}: {row['reason']}")
    if watch.peaks.get("parent", 0) > PARENT_BYTES:
        faults.append(f"the parent held {watch.peaks['parent'] >> 20} MB")
    return faults


def main() -> int:
    """Run the soak; return 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.cohort.soak", description=__doc__)
    parser.add_argument("--size", type=int, default=2000, help="submissions")
    parser.add_argument("--hostile", type=float, default=0.1, help="share of attempts among them")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    release(SLUG, ROOT)
    course = Path(tempfile.mkdtemp(prefix="soak"))
    members = hand_in(course / "submitted", options.size, options.hostile)
    start, watch = time.monotonic(), Watch()
    run = subprocess.Popen(
        [
            sys.executable, "-m", "autograder.cli", "grade", SLUG, "--submitted", str(course / "submitted"),
            "--course", str(course), "--workers", str(options.workers), "--cell-seconds", "4",
            "--notebook-seconds", "15", "--memory", "256",
        ],
        cwd=ROOT,
    )  # fmt: skip
    watch.follow(run)
    if run.wait():
        return run.returncode
    faults = faults_of(course, members, watch)
    seconds = time.monotonic() - start
    peaks = ", ".join(f"{name} {size >> 20} MB" for name, size in watch.peaks.items())
    print(
        f"{options.size} submissions in {seconds:.0f} s ({60 * options.size / seconds:.0f}/min); at most {peaks}"
    )
    print("\n".join(faults) or "every row is as expected")
    if not faults:
        shutil.rmtree(course)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
