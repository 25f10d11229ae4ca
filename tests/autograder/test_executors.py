"""However processes end, or are ended, nobody waits for them in vain and nothing of them is left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
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


@pytest.mark.parametrize("clean_up", [signal.pause, partial(divmod, 1, 0)], ids=["never done", "fails"])
def test_a_process_that_cannot_clean_up_ends_all_the_same(tmp_path, clean_up):
    executor = LocalExecutor(1, clean_up)
    (future,) = busy(executor, tmp_path / "began", 1)
    executor.shutdown(wait=False, cancel_futures=True)

    assert isinstance(future.exception(), BrokenExecutor)


def test_what_is_under_way_is_finished_when_it_is_waited_for():
    executor = LocalExecutor(1, print)
    future = executor.submit(sum, [1, 2])
    executor.shutdown()

    assert future.result() == 3


def take_until(began: Path, enough: Path) -> int:
    began.touch()
    while not enough.exists():
        time.sleep(0.01)
    return os.getpid()


def test_ctrl_c_at_a_terminal_is_not_for_the_processes(tmp_path):
    """It is sent to them, too: while they are still importing, and in the middle of a task."""
    before = multiprocessing.active_children()
    executor = LocalExecutor(1, print)
    future = executor.submit(take_until, tmp_path / "began", tmp_path / "enough")
    (process_id,) = {
        process.pid or 0 for process in multiprocessing.active_children() if process not in before
    }
    os.kill(process_id, signal.SIGINT)
    while not (tmp_path / "began").exists():
        assert not future.done()
        time.sleep(0.01)
    os.kill(process_id, signal.SIGINT)
    (tmp_path / "enough").touch()
    executor.shutdown()

    assert future.result() == process_id


def test_what_the_processes_start_can_be_interrupted():
    """A kernel is, when a cell takes too long; it inherits which signals are held back."""
    executor = LocalExecutor(1, print)
    held_back = executor.submit(signal.pthread_sigmask, signal.SIG_BLOCK, set())
    executor.shutdown()

    assert held_back.result() == set()


@pytest.fixture
def interruptible():
    """Answer Ctrl-C as at a terminal; what a shell runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("threads", [0, 1])
def test_ctrl_c_waits_until_the_processes_are_started_and_is_not_lost(monkeypatch, threads):
    """A process that is left half started prints a traceback; and Ctrl-C goes to any thread that takes it."""
    over = threading.Event()
    for _ in range(threads):
        threading.Thread(target=over.wait).start()
    started = []

    def start(*_):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
        started.append(True)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", start)
    try:
        with pytest.raises(KeyboardInterrupt):
            LocalExecutor(1, print).submit(os.getpid)
    finally:
        over.set()

    assert started
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_tasks_can_be_handed_out_by_any_thread():
    executor = LocalExecutor(1, print)
    futures: list[Future[int]] = []
    thread = threading.Thread(target=lambda: futures.append(executor.submit(abs, -3)))
    thread.start()
    thread.join()
    executor.shutdown()

    assert futures[0].result() == 3
