"""Process controls that Python's library lacks: prctl(2)."""

from __future__ import annotations

import ctypes
import signal

from autograder.cage.libc import checked, libc

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


def prctl(option: int, *arguments: int) -> int:
    """Control the calling process; all arguments but the option are unsigned long."""
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return checked(libc.prctl(option, *padded), f"prctl({option})")


def die_with_parent() -> None:
    """Have this process killed when the thread that started it ends."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Make this process the parent of every orphan that descends from it."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def no_new_privileges() -> None:
    """Make setuid programs and file capabilities worthless to this process, for good."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def inspectable(yes: bool) -> None:
    """Say whether processes of the same user may read this one's memory."""
    prctl(PR_SET_DUMPABLE, int(yes))
