"""Ends every process that descends from the calling one, and reaps the dead."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from autograder.cage import usage

POLL_SECONDS = 0.001
PATIENCE = 2.0
"""Seconds after which a process that does not die of SIGKILL is left to the kernel."""


def reap_orphans(child: int) -> None:
    """Reap all dead children but `child`, whose status is wanted."""
    with contextlib.suppress(ChildProcessError):
        while True:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is None or found.si_pid == child:
                return
            os.waitpid(found.si_pid, 0)


def descendants() -> None:
    """Kill all that descends from this process, however it hides, and wait until it is gone."""
    _kill_until_gone(lambda: usage.descendants_of(os.getpid()))


def strangers(own: set[int]) -> None:
    """Kill all that this process has adopted, its own children and what descends from them left alone."""

    def adopted() -> set[int]:
        spared = own.union(*(usage.descendants_of(pid) for pid in own))
        return usage.descendants_of(os.getpid()) - spared

    _kill_until_gone(adopted)


def _kill_until_gone(find: Callable[[], set[int]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := find()) and time.monotonic() < deadline:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(POLL_SECONDS)
