"""Everything that confines one student's process, in the order in which it must happen.

========== ========================= ==================================================================
process    method                    what it does
========== ========================= ==================================================================
zygote     `command`                 starts inside bubblewrap (strict)
zygote     `new_process_table`       the warden becomes process 1 of a table of its own (strict)
warden     `enter`                   network, mounts, temporary files of its own (strict)
child      `confine`                 user, resource limits, capabilities, Landlock, system calls
warden     `seal`                    the folder of the kernel's sockets disappears (strict)
child      `close_the_door`          no new sockets (landlock, rlimits)
warden     `excess`                  watches what the processes use together
========== ========================= ==================================================================
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.cage import bubblewrap, capabilities, landlock, namespaces, prctl, rlimits, seccomp, usage
from autograder.cage.level import Level
from autograder.cage.place import DEVICES, Place, readable, readable_by_others
from autograder.records import Limits

MEMORY, DISK = "memory", "disk"
"""What `excess` can name."""

_KERNEL_FACTS = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/version",
)


@dataclass(frozen=True)
class Confinement:
    """How the processes that one zygote forks are confined.

    Attributes:
        level: The strength.
        limits: What one process may use.
    """

    level: Level
    limits: Limits

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Confinement:
        """Rebuild what `to_dict` wrote."""
        return cls(Level(data["level"]), Limits(**data["limits"]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the zygote's first message."""
        return {"level": self.level.value, "limits": asdict(self.limits)}

    @property
    def strict(self) -> bool:
        """Whether there are namespaces."""
        return self.level is Level.STRICT

    def command(self, inner: Sequence[str], folder: Path, environment: dict[str, str]) -> list[str]:
        """Return the command that starts a zygote."""
        return bubblewrap.command(inner, folder, environment) if self.strict else list(inner)

    def inside(self, folder: Path) -> Path:
        """Return what the zygote's folder is called in its own view."""
        return bubblewrap.INSIDE if self.strict else folder

    @contextlib.contextmanager
    def new_process_table(self) -> Iterator[None]:
        """In the zygote, around the fork of a warden: the warden will be process 1, and all ends with it."""
        if not self.strict:
            yield
            return
        own = os.open("/proc/self/ns/pid", os.O_RDONLY)
        zygote = os.getpid()
        namespaces.unshare(namespaces.CLONE_NEWPID)
        try:
            yield
        finally:
            if os.getpid() == zygote:  # the child comes by here, too
                namespaces.enter(own, namespaces.CLONE_NEWPID)
            os.close(own)

    def enter(self, place: Place) -> None:
        """In the warden, before the fork of the child."""
        prctl.inspectable(self.level is Level.NONE)
        if self.strict:
            namespaces.unshare(namespaces.CLONE_NEWNS | namespaces.CLONE_NEWNET | namespaces.CLONE_NEWIPC)
            self._mount(place)

    def _mount(self, place: Place) -> None:
        """Show the child its own folder in the place of all, and let it write in memory only."""
        namespaces.private_mounts()
        namespaces.mount_processes()
        sockets, work = (os.open(folder, os.O_PATH) for folder in (place.sockets, place.work))
        covered = {path: os.open(path, os.O_PATH) for path in readable() if path.is_relative_to("/tmp")}
        namespaces.mount_memory(str(bubblewrap.INSIDE), self.limits.tmp_bytes)
        place.make({})
        shutil.copytree(f"/proc/self/fd/{work}", place.work, dirs_exist_ok=True)
        place.give()
        for source, target in ((place.tmp, "/tmp"), (place.tmp, "/dev/shm")):
            namespaces.mount(str(source), target, flags=namespaces.MS_BIND)
        for path, original in covered.items():  # an interpreter or a checkout below /tmp stays to be read
            path.mkdir(parents=True, exist_ok=True)
            namespaces.mount(
                f"/proc/self/fd/{original}", str(path), flags=namespaces.MS_BIND | namespaces.MS_REC
            )
            os.close(original)
        namespaces.mount(f"/proc/self/fd/{sockets}", str(place.sockets), flags=namespaces.MS_BIND)
        os.close(sockets)
        os.close(work)

    def seal(self, place: Place) -> None:
        """In the warden, once the child listens: nothing that it still sees reaches out of memory."""
        if self.strict:
            namespaces.unmount(str(place.sockets))

    def confine(self, place: Place) -> None:
        """In the child, before its entry point; there is no way back."""
        if self.level is Level.NONE:
            return
        prctl.inspectable(True)
        if self.strict and not place.user:
            namespaces.new_user_namespace()
        shared = 0 if self.strict or place.user else rlimits.threads_of(os.getuid())
        rlimits.apply(self.limits, self.limits.processes + shared)
        keep: frozenset[int] = frozenset()
        if place.user:
            if self.level is Level.LANDLOCK and not readable_by_others():
                keep = frozenset(
                    {capabilities.CAP_DAC_READ_SEARCH}
                )  # Landlock says what may be read all the same
            capabilities.change_user(place.user, keep)
        capabilities.drop(keep)
        prctl.inspectable(True)
        if landlock.abi() and self.level >= Level.LANDLOCK:
            landlock.restrict(self._rules(place))
        if seccomp.available():
            seccomp.refuse_dangerous()

    def _rules(self, place: Place) -> list[tuple[str, int]]:
        whole = landlock.everything(landlock.abi())
        written = ["/tmp", "/dev/shm"] if self.strict else []
        return [
            *((str(path), landlock.READ) for path in readable()),
            *((path, landlock.READ) for path in (["/proc"] if self.strict else _KERNEL_FACTS)),
            *((path, landlock.READ | landlock.FS_WRITE_FILE) for path in DEVICES),
            *((path, whole) for path in [*written, str(place.work), str(place.tmp)]),
            (str(place.sockets), landlock.SOCKETS),
        ]

    def close_the_door(self) -> None:
        """In the child, once its kernel listens: where sockets could reach the outside, there are no more of them."""
        if self.level in (Level.LANDLOCK, Level.RLIMITS) and seccomp.available():
            seccomp.refuse_sockets()

    def excess(self, place: Place, baseline: int) -> str:
        """In the warden, now and then: name what is used beyond its limit, nothing if all is well.

        Args:
            place: The child's.
            baseline: Memory that each process shares with the zygote.
        """
        if self.level is Level.NONE:
            return ""
        pids = usage.descendants_of(os.getpid())
        rough = sum(max(usage.resident_bytes(pid) - baseline, 0) for pid in pids)
        if rough > self.limits.memory_bytes and self._memory(pids) > self.limits.memory_bytes:
            return MEMORY
        if (
            not self.strict
            and usage.folder_bytes([place.work, place.tmp, place.sockets]) > self.limits.tmp_bytes
        ):
            return DISK
        return ""

    def _memory(self, pids: Iterable[int]) -> int:
        return sum(usage.private_bytes(pid) for pid in pids)
