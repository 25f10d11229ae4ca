"""The zygote knows nothing worth stealing, dies with its parent, and survives nobody's death but its own."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.cage import Confinement, Level, detect
from autograder.errors import EnvironmentMissing
from autograder.kernel import Zygote
from autograder.kernel.program import Program
from autograder.kernel.zygote import _short_folder
from autograder.records import Limits

PATIENCE = 20.0
SECRET = "the answer of the instructor, " + "b1946ac92492d2347c6235b4d2611184"
"""Stands in this process's memory alone; no kernel may find it in its own."""

LEVELS = [Level.NONE, detect().level]
FORBIDDEN = (
    "concepts",
    "nbgrader",
    "sqlalchemy",
    "autograder.examiner",
    "autograder.key",
    "autograder.gradebook",
)

EXAMINER = {"locked": [], "checks": [], "seed": "", "call_seconds": 1, "message_bytes": 1}

PURITY = """
import sys
print(sorted(name for name in sys.modules if name.startswith(FORBIDDEN)))
"""
MEMORY_SCAN = """
import re
marker = bytes.fromhex(MARKER[::-1])
found = 0
with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
    for line in maps:
        start, end = (int(part, 16) for part in line.split()[0].split('-'))
        if 'r' in line.split()[1] and '[v' not in line:
            memory.seek(start)
            try:
                found += memory.read(end - start).count(marker)
            except OSError:
                pass
print('found', found - 1)  # the pattern itself lies in memory once
"""


@pytest.fixture(scope="module", params=LEVELS)
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote(request.param, preload=["numpy", "a_module_that_is_missing"]) as running:
        yield running


def printed(zygote: Zygote, source: str) -> str:
    with zygote.kernel() as kernel:
        run = kernel.run(source, PATIENCE)
    assert run.status == "ok", run
    return "".join(output.get("text", "") for output in run.outputs).strip()


def test_a_kernel_inherits_no_module_that_knows_answers(zygote: Zygote) -> None:
    assert printed(zygote, PURITY.replace("FORBIDDEN", repr(FORBIDDEN))) == "[]"


def test_a_kernel_cannot_find_our_secrets_in_its_memory(zygote: Zygote) -> None:
    marker = SECRET.encode().hex()[::-1]
    scan = MEMORY_SCAN.replace("MARKER", repr(marker))

    assert int(printed(zygote, scan).split()[-1]) <= 0


def test_the_scan_finds_what_is_there(zygote: Zygote) -> None:
    marker = SECRET.encode().hex()[::-1]
    planted = f"planted = [bytes.fromhex({marker!r}[::-1]) + bytes([n]) for n in range(3)]\n"

    assert int(printed(zygote, planted + MEMORY_SCAN.replace("MARKER", repr(marker))).split()[-1]) >= 3


def test_the_environment_is_cleared(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", SECRET)
    with Zygote(Level.NONE) as fresh:
        assert printed(fresh, "import os; print('A_TOKEN' in os.environ)") == "False"


def test_the_debugger_is_blocked_and_numpy_is_there_already(zygote: Zygote) -> None:
    assert printed(zygote, "import sys; print(sys.modules['debugpy'], 'numpy' in sys.modules)") == "None True"


def test_the_zygote_has_one_thread(zygote: Zygote) -> None:
    assert printed(zygote, "print('ready')") == "ready"

    assert set(_tree(zygote.pid).values()) == {1}


def _tree(root: int) -> dict[int, int]:
    """Return the number of threads of a process and all that descend from it."""
    import psutil

    processes = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
    return {process.pid: process.num_threads() for process in processes}


def test_a_trusted_child_runs_an_entry_point_with_arguments_of_any_size() -> None:
    with Zygote(Level.NONE, kernels=False) as server:
        pidfd = server.fork("json:dumps", {"large": "x" * 1_000_000})

        assert select.select([pidfd], [], [], PATIENCE)[0]
        os.close(pidfd)


def test_a_trusted_child_holds_the_descriptors_and_dies_with_the_zygote() -> None:
    ours, theirs = socket.socketpair()
    with ours, Zygote(Level.NONE, kernels=False) as server:
        with theirs:
            pidfd = server.fork("autograder.examiner.child:main", EXAMINER, [theirs.fileno()])
        ours.settimeout(0.2)
        with pytest.raises(TimeoutError):
            ours.recv(1)
        os.kill(server.pid, signal.SIGKILL)
        ours.settimeout(PATIENCE)

        assert ours.recv(1) == b"" and select.select([pidfd], [], [], PATIENCE)[0]
        os.close(pidfd)


def test_a_killed_zygote_is_started_anew(zygote: Zygote) -> None:
    assert printed(zygote, "print('first')") == "first"
    os.kill(zygote.pid, signal.SIGKILL)

    assert printed(zygote, "print('second')") == "second"


def test_a_kernel_ends_as_a_status_when_its_zygote_is_killed(zygote: Zygote) -> None:
    with zygote.kernel() as kernel:
        assert kernel.run("1", PATIENCE).status == "ok"
        os.kill(zygote.pid, signal.SIGKILL)
        run = kernel.run("import time; time.sleep(0.5)", PATIENCE)

    assert run.status in ("ok", "died")
    assert printed(zygote, "print('next')") == "next"


def test_who_waits_for_a_zygote_need_not_wait_again() -> None:
    with Zygote() as fresh:
        fresh.await_ready()
        fresh.await_ready()
        os.kill(fresh.pid, signal.SIGKILL)
        fresh.await_ready()  # it has been ready; that it is gone now, the next request finds and mends
        with fresh.kernel() as kernel:
            assert kernel.run("1", PATIENCE).status == "ok"


def test_waiting_for_a_zygote_that_is_killed_while_it_starts_ends() -> None:
    with Zygote() as fresh:
        os.kill(fresh.pid, signal.SIGKILL)
        with pytest.raises(EnvironmentMissing, match="ended while it started"):
            fresh.await_ready()


def test_a_preload_that_cannot_be_done_is_told() -> None:
    with (
        pytest.raises(EnvironmentMissing, match="could not start"),
        Zygote(Level.NONE, preload=["", "numpy"]) as broken,
        broken.kernel(),
    ):
        pass


PARENT = """
import sys, time
from autograder.cage import Level
from autograder.kernel import Zygote
with Zygote(Level(sys.argv[1])) as zygote, zygote.kernel() as kernel:
    kernel.run('''
import os
if os.fork() == 0:
    os.execv("/bin/sleep", ["sleep", "%s"])
''', 20)
    print(zygote.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("level", LEVELS)
def test_all_dies_with_the_grader(level: Level) -> None:
    mark = f"{600 + os.getpid() % 300}.0625"
    command = [sys.executable, "-c", PARENT.replace("%s", mark), level]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        try:
            zygote = int(grader.stdout.readline())
            # Its child has been forked, and may not have become a `sleep` yet.
            assert _comes_true(lambda: _running(mark))
        finally:
            grader.kill()

    assert _comes_true(lambda: not _running(mark) and not Path(f"/proc/{zygote}").exists())


def _comes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not (true := condition()) and time.monotonic() < deadline:
        pass
    return true


def _running(mark: str) -> bool:
    return subprocess.run(["pgrep", "-f", f"sleep {mark}"], capture_output=True, check=False).returncode == 0


def test_the_folder_leaves_room_for_the_path_of_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/tmp/" + "long" * 30)

    folder = _short_folder()
    folder.rmdir()

    assert len(str(folder / "k123456" / "s" / "k-5")) < 108


def test_a_grader_that_needed_no_kernel_leaves_before_it_is_ready_and_nobody_complains(tmp_path, capfd):
    program = Program(Confinement(Level.NONE, Limits()), tmp_path, ("json",), "")
    program.start()
    program.stop()

    assert program.pid == 0
    assert capfd.readouterr().err == ""
