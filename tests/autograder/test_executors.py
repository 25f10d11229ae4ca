"""However processes end, or are ended, nobody waits for them in vain and nothing of them is left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Future
from functools import partial
from pathlib import Path

import pytest

from autograder.executors import LocalExecutor
from tests.conftest import ROOT

DYING = """
import multiprocessing, sys, time
from concurrent.futures import BrokenExecutor
from pathlib import Path
from autograder.executors import LocalExecutor

def take(large):
    Path("taken").touch()
    time.sleep(600)

if __name__ == "__main__":
    executor = LocalExecutor(1, print)
    futures = [executor.submit(take, bytes(1_000_000)) for _ in range(3)]
    while not Path("taken").exists():
        time.sleep(0.01)
    time.sleep(0.2)  # now the pipe is full of the next
    for worker in multiprocessing.active_children():
        worker.kill()
    try:
        futures[0].result()
    except BrokenExecutor:
        executor.shutdown()
        print("ended")
"""
PYTHONS = {Path(sys.executable), Path(f"/usr/bin/python3.{sys.version_info.minor}")}
"""This one, and Debian's of the same minor version, which is older than most."""


@pytest.mark.parametrize("python", sorted(filter(Path.exists, PYTHONS)), ids=str)
def test_workers_that_die_while_a_large_task_is_sent_to_them_hold_nobody_up(tmp_path, python):
    (tmp_path / "dying.py").write_text(DYING)
    packages = os.pathsep.join([str(ROOT), *(folder for folder in sys.path if folder.endswith("-packages"))])
    run = subprocess.run(
        [python, "dying.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": packages},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stdout) == (0, "ended\n"), run.stderr


def take_long(began: Path) -> None:
    (began / f"{os.getpid()}").touch()
    time.sleep(600)


def clean_up(log: Path) -> None:
    """Take longer in the process that comes second, which is told to end once more meanwhile."""
    with log.open("a") as file:
        print("begins", file=file, flush=True)
        time.sleep(1 if log.stat().st_size > len("begins\n") else 0.1)
        print("ends", file=file)


def busy(executor: LocalExecutor, began: Path, workers: int) -> list[Future[None]]:
    """Give every process a task without end; return when all are at it."""
    began.mkdir()
    futures = [executor.submit(take_long, began) for _ in range(workers)]
    while len(list(began.iterdir())) < workers:
        time.sleep(0.01)
    return futures


def test_what_is_under_way_is_given_up_when_nobody_waits_for_it(tmp_path):
    """Ctrl-C in a notebook that loops for a minute: each process cleans up, whichever ends first; no thread is left."""
    before = set(threading.enumerate())
    executor = LocalExecutor(2, partial(clean_up, tmp_path / "log"))
    futures = busy(executor, tmp_path / "began", 2)
    executor.shutdown(wait=False, cancel_futures=True)

    assert all(isinstance(future.exception(), BrokenExecutor) for future in futures)
    assert sorted((tmp_path / "log").read_text().split()) == ["begins", "begins", "ends", "ends"]
    assert {thread for thread in threading.enumerate() if not thread.daemon} <= before


def test_a_process_that_cannot_clean_up_ends_all_the_same(tmp_path):
    executor = LocalExecutor(1, partial(time.sleep, 600))
    (future,) = busy(executor, tmp_path / "began", 1)
    executor.shutdown(wait=False, cancel_futures=True)

    assert isinstance(future.exception(), BrokenExecutor)


def test_what_is_under_way_is_finished_when_it_is_waited_for():
    executor = LocalExecutor(1, print)
    future = executor.submit(sum, [1, 2])
    executor.shutdown()

    assert future.result() == 3
