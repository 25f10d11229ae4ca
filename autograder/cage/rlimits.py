"""What one process may use, kept by the system: setrlimit(2)."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

from autograder.records import Limits

OPEN_FILES = 512
RESERVED_BYTES = 1 << 30
"""Address space for what is mapped but not used: stacks and heaps of threads, files."""


def apply(limits: Limits, processes: int) -> None:
    """Limit this process and all that it starts.

    Args:
        limits: What it may use beyond what it has inherited.
        processes: How many processes and threads the user may have in all.
    """
    address_space, data = _mapped_bytes()
    hard = {
        resource.RLIMIT_DATA: data + limits.memory_bytes,
        resource.RLIMIT_AS: address_space + limits.memory_bytes + RESERVED_BYTES,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_MEMLOCK: 64 << 10,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, value in hard.items():
        _lower(kind, value, value)
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)  # a signal first, then the end


def _lower(kind: int, soft: int, hard: int) -> None:
    """Set a limit, never above the one that is already there."""
    _, ceiling = resource.getrlimit(kind)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def _mapped_bytes() -> tuple[int, int]:
    """Return what this process has mapped, all and data alone: a fork inherits gigabytes that cost nothing."""
    pages = [int(field) for field in Path("/proc/self/statm").read_text().split()]
    return pages[0] * resource.getpagesize(), pages[5] * resource.getpagesize()


def threads_of(user: int) -> int:
    """Count the processes and threads that a user has now: the limit on processes counts all of them."""
    total = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == user:
                total += len(os.listdir(entry / "task"))  # noqa: PTH208  # names are enough
    return total
