"""Control groups: what all processes of one student may use together, kept by the system; see cgroups(7).

They are used where they can be written, and never needed.
In version 1 a student's group lies below the grader's own, in the hierarchy of each controller.
In version 2 a group that passes its controllers on holds no processes, unless it is the root of all:
a student's group lies beside the grader's own, below the same parent.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.records import Limits

PROCESSORS = 1.25
"""What one student may keep busy: one, and a little for the threads of the kernel itself."""
PERIOD = 100_000
"""Microseconds in which that is counted."""
SLACK_BYTES = 64 << 20
"""Memory beyond the limits, for what the system counts besides: page tables, buffers of sockets."""
ENDING_SECONDS = 1.0
_PREFIX = "autograder-"

_numbers = itertools.count()


@dataclass(frozen=True)
class Controller:
    """One controller, as one of the two versions writes it.

    Attributes:
        version: 1 or 2.
        name: The kernel's name of it.
        settings: What is written into which files of a new group, in this order.
        deaths: The file that counts the processes that were killed for want of memory; empty if none does.
    """

    version: int
    name: str
    settings: tuple[tuple[str, str], ...]
    deaths: str = ""


def controllers(limits: Limits, version: int) -> tuple[Controller, ...]:
    """Return the controllers of one version, set to the limits of one student."""
    memory = str(limits.memory_bytes + limits.tmp_bytes + SLACK_BYTES)
    quota = int(PROCESSORS * PERIOD)
    pids = (("pids.max", str(limits.processes)),)
    if version == 2:
        return (
            Controller(2, "memory", (("memory.max", memory),), "memory.events"),
            Controller(2, "pids", pids),
            Controller(2, "cpu", (("cpu.max", f"{quota} {PERIOD}"),)),
        )
    return (
        Controller(1, "memory", (("memory.limit_in_bytes", memory),), "memory.oom_control"),
        Controller(1, "pids", pids),
        Controller(1, "cpu", (("cpu.cfs_period_us", str(PERIOD)), ("cpu.cfs_quota_us", str(quota)))),
    )


def parents(proc: Path = Path("/proc/self")) -> dict[str, tuple[int, Path]]:
    """Return, by controller, the version in which it is offered and the folder in which groups can be made."""
    mounts: dict[str, tuple[Path, Path]] = {}  # root and place; version 2 has no names of controllers
    for line in _lines(proc / "mountinfo"):
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        root, place = map(Path, before.split(" ")[3:5])
        if kind == "cgroup2":
            mounts[""] = root, place
        elif kind == "cgroup":
            mounts |= dict.fromkeys(options.split(" ")[-1].split(","), (root, place))
    found: dict[str, tuple[int, Path]] = {}
    for line in _lines(proc / "cgroup"):
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            if name not in mounts or not Path(path).is_relative_to(mounts[name][0]):
                continue  # not mounted, or another part of it
            root, place = mounts[name]
            own = place / Path(path).relative_to(root)
            if name:
                found[name] = 1, own
            else:
                folder = own if own == place else own.parent
                passed_on = " ".join(_lines(folder / "cgroup.subtree_control")).split()
                found |= dict.fromkeys(passed_on, (2, folder))
    return found


def _lines(path: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8").splitlines()
    return []


class Group:
    """The control groups of one student: one folder in version 2, one for each controller in version 1.

    Attributes:
        controllers: Names of the controllers that keep its limits; empty where none can be written.
    """

    def __init__(self, limits: Limits, offered: dict[str, tuple[int, Path]] | None = None) -> None:
        self.controllers: list[str] = []
        self._folders: list[Path] = []
        self._deaths: Path | None = None
        name = f"{_PREFIX}{os.getpid()}-{next(_numbers)}"
        offered = parents() if offered is None else offered
        for controller in (*controllers(limits, 1), *controllers(limits, 2)):
            version, folder = offered.get(controller.name, (0, Path()))
            if version == controller.version:
                with contextlib.suppress(OSError):
                    self._limit(folder / name, controller)

    def _limit(self, folder: Path, controller: Controller) -> None:
        """Make the folder of a controller and write its limits."""
        if folder not in self._folders:
            folder.mkdir()
            self._folders.append(folder)
        for file, value in controller.settings:
            _write(folder / file, value)
        if controller.deaths:
            self._deaths = folder / controller.deaths
        if controller.version == 2 and controller.name == "memory":
            with contextlib.suppress(OSError):  # a kernel without swap has no such file
                _write(folder / "memory.swap.max", "0")
        self.controllers.append(controller.name)

    def add(self, pid: int) -> None:
        """Put a process into the group, with all that it will start."""
        for folder in self._folders:
            with contextlib.suppress(OSError):  # it may have ended
                _write(folder / "cgroup.procs", str(pid))

    @property
    def out_of_memory(self) -> bool:
        """Whether the system killed one of its processes for want of memory."""
        words = [line.split() for line in (_lines(self._deaths) if self._deaths else [])]
        return any(len(pair) == 2 and pair[0] == "oom_kill" and pair[1] != "0" for pair in words)

    def close(self) -> None:
        """End what is left of it and remove it; calling it again does nothing."""
        deadline = time.monotonic() + ENDING_SECONDS
        while self._folders:
            with contextlib.suppress(FileNotFoundError):
                try:
                    self._folders[-1].rmdir()
                except OSError:  # busy: processes that were killed take a moment to go
                    if time.monotonic() > deadline:
                        return
                    _kill(self._folders[-1])
                    time.sleep(0.005)
                    continue
            self._folders.pop()


def _write(path: Path, text: str) -> None:
    with path.open("r+", encoding="ascii") as file:  # never makes the file
        file.write(text)


def _kill(folder: Path) -> None:
    for line in _lines(folder / "cgroup.procs"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(int(line), signal.SIGKILL)


def remove_abandoned(offered: dict[str, tuple[int, Path]] | None = None) -> None:
    """Remove the groups of graders that were killed; one with processes in it stays."""
    for _, folder in set((parents() if offered is None else offered).values()):
        for group in folder.glob(f"{_PREFIX}*"):
            pid = group.name.removeprefix(_PREFIX).partition("-")[0]
            if pid.isdigit() and not Path(f"/proc/{pid}").exists():
                with contextlib.suppress(OSError):
                    group.rmdir()
