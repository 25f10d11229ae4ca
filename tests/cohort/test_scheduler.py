"""dask.distributed's workers give the rows that this machine's own give, also when one of them is killed."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cohort.small import PATIENCE, finished, settled, start
from tests.conftest import ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@contextlib.contextmanager
def program(name: str, *options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of dask's programs."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *map(str, options)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def cluster(tmp_path) -> Iterator[tuple[Path, list[subprocess.Popen[bytes]]]]:
    """A scheduler, whose address is in a file, and two workers with a thread each."""
    address = tmp_path / "scheduler.json"
    with contextlib.ExitStack() as programs:
        local = ("--host", "127.0.0.1", "--no-dashboard")
        programs.enter_context(program("scheduler", *local, "--port", 0, "--scheduler-file", address))
        await_that(address.exists, "the scheduler's file")
        options = (*local, "--scheduler-file", address, "--nthreads", 1, "--no-nanny")
        scratch = ("--local-directory", tmp_path)
        yield address, [programs.enter_context(program("worker", *options, *scratch)) for _ in range(2)]


def await_that(condition, what: str) -> None:
    """Wait until a condition is met."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.01)


def address_in(file: Path) -> str:
    """Return a scheduler's address once both of its workers are there."""
    from distributed import Client

    with Client(scheduler_file=str(file), timeout=PATIENCE) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        return str(client.scheduler.address)


def test_a_cluster_gives_the_rows_of_this_machine(root, undisturbed, cluster, tmp_path):
    run = start(root, tmp_path / "course", "--scheduler", address_in(cluster[0]))
    text = finished(run)

    assert run.returncode == 0, text
    assert "workers: 2" in text
    assert settled(tmp_path / "course") == undisturbed


def test_a_worker_that_is_killed_in_the_middle_costs_nobody_a_mark(root, undisturbed, cluster, tmp_path):
    file, workers = cluster
    run = start(root, tmp_path / "course", "--scheduler", address_in(file))
    await_that(
        lambda: len(list(tmp_path.glob("course/records/*/*"))) >= 3 or run.poll() is not None, "a record"
    )
    assert run.poll() is None
    workers[0].kill()
    text = finished(run)

    assert run.returncode == 0, text
    assert settled(tmp_path / "course") == undisturbed


def test_a_scheduler_that_is_not_there_is_named(root, tmp_path):
    run = start(root, tmp_path, "--scheduler", "tcp://127.0.0.1:9")
    text = finished(run)

    assert run.returncode == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in text
