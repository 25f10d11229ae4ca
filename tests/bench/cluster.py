"""What grading on dask's workers costs beside grading by ourselves: `python -m tests.bench.cluster`.

One machine, several processes: the same class by local workers and by a scheduler with workers of their own.
Processor time is counted for each part, since it says what larger machines will need, however busy this one is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from autograder.release import release
from tests.cohort.build import ROOT
from tests.cohort.hostile.corpus import Attempt

PATIENCE = 120.0


@dataclass(frozen=True)
class Cost:
    """What one run took, in seconds, and what it left for each submission, in kilobytes."""

    name: str
    submissions: int
    wall: float
    parent: float
    workers: float
    kilobytes: float

    def line(self) -> str:
        """Return a row of the table, by submission."""
        return (
            f"| {self.name} | {self.submissions} | {self.wall:.1f} | {1000 * self.parent / self.submissions:.0f} "
            f"| {1000 * self.workers / self.submissions:.0f} | {self.kilobytes / self.submissions:.0f} |"
        )


def make_class(folder: Path, slug: str, number: int) -> None:
    """Write the solved notebook of an assignment, as often as asked for."""
    release(slug, ROOT)
    content = Attempt("honest", "answers everything right", slug=slug, solved=True, zero="none").notebook()
    for index in range(number):
        place = folder / f"student_{index:05}" / slug
        place.mkdir(parents=True)
        (place / f"{slug}.ipynb").write_bytes(content)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[psutil.Process]]]:
    """Start a scheduler and workers with a thread each; yield its address, and the processes."""
    address = folder / "scheduler.json"
    local = ("--host", "127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:

        def start(name: str, *options: object) -> psutil.Process:
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *local, *map(str, options)]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            process = subprocess.Popen(command, cwd=ROOT, **quiet)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return psutil.Process(process.pid)

        started = [start("scheduler", "--port", 0, "--scheduler-file", address)]
        await_file(address)
        options = ("--scheduler-file", address, "--nthreads", 1, "--no-nanny", "--local-directory", folder)
        started += [start("worker", *options) for _ in range(workers)]
        from distributed import Client

        with Client(scheduler_file=str(address), timeout=PATIENCE) as client:
            client.wait_for_workers(workers, timeout=PATIENCE)
            where = str(client.scheduler.address)
        yield where, started


def await_file(path: Path) -> None:
    """Wait until a file is there."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} never came")
        time.sleep(0.05)


def spent(process: psutil.Process) -> float:
    """Return the processor time of a process and of all that it started."""
    times = [process.cpu_times(), *(child.cpu_times() for child in process.children(recursive=True))]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def grade(name: str, submitted: Path, *options: object, others: list[psutil.Process]) -> Cost:
    """Grade a class once, and return what it cost; `others` are processes that work for it."""
    course = Path(tempfile.mkdtemp(prefix="cluster_course_"))
    before = sum(map(spent, others))
    command = [sys.executable, "-m", "autograder.cli", "grade", "--submitted", submitted, "--course", course]
    start, own, all_of_it = time.monotonic(), 0.0, 0.0
    with subprocess.Popen(
        [*map(str, command), *map(str, options)], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as run:
        parent = psutil.Process(run.pid)
        while run.poll() is None:
            try:
                times = parent.cpu_times()
                own = times.user + times.system
                all_of_it = max(
                    all_of_it, spent(parent)
                )  # the fork servers end unseen: what they spent last counts
            except psutil.Error:
                pass  # one has ended just now
            time.sleep(0.2)
        status = run.wait()
    wall = time.monotonic() - start
    if status:
        raise RuntimeError(f"{name}: the run ended with status {status}")
    rows = len((course / "report" / "results.jsonl").read_text(encoding="utf-8").splitlines())
    size = sum(path.stat().st_size for path in course.rglob("*") if path.is_file()) / 1000
    shutil.rmtree(course)
    return Cost(name, rows, wall, own, all_of_it - own + sum(map(spent, others)) - before, size)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slug", default="chain_rule")
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(
        "| graded by | submissions | seconds | ms parent | ms workers | kB left |\n|---|--:|--:|--:|--:|--:|"
    )
    with tempfile.TemporaryDirectory() as folder:
        make_class(Path(folder, "submitted"), options.slug, options.submissions)
        submitted = Path(folder, "submitted")
        for number in options.workers:
            local = grade(f"{number} of our own workers", submitted, "--workers", number, others=[])
            print(local.line(), flush=True)
            with cluster(Path(folder), number) as (address, processes):
                name = f"{number} of dask's workers"
                print(grade(name, submitted, "--scheduler", address, others=processes).line(), flush=True)
            Path(folder, "scheduler.json").unlink(missing_ok=True)
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
