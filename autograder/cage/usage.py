"""What a student's processes use together, for limits that the system keeps for each process alone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

_MAX_ENTRIES = 20_000
"""Files at which a folder counts as full, however small they are."""


def descendants_of(ancestor: int) -> set[int]:
    """Read the process table and return all that descend from `ancestor`, itself not included."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208  # names are enough, and this runs often
        if entry.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parents[int(entry)] = int(
                    Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1]
                )
    found = {ancestor}
    while grown := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= grown
    return found - {ancestor}


def resident_bytes(pid: int) -> int:
    """Return the memory of a process that no file backs; what it shares with its parent since the fork counts."""
    with contextlib.suppress(OSError, ValueError):
        _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
        return (resident - shared) * os.sysconf("SC_PAGE_SIZE")
    return 0


def private_bytes(pid: int) -> int:
    """Return the memory of a process, each page divided by the number of processes that share it; this is slow."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) << 10
    return resident_bytes(pid)


def folder_bytes(folders: Iterable[Path]) -> int:
    """Return what the files in folders take on the disk; a folder with very many files is infinitely large."""
    total = entries = 0
    for folder in folders:
        for path, _, names in os.walk(folder):
            entries += len(names) + 1
            if entries > _MAX_ENTRIES:
                return 1 << 62
            for name in names:
                with contextlib.suppress(OSError):
                    total += os.lstat(os.path.join(path, name)).st_blocks * 512  # noqa: PTH118  # runs often
    return total
