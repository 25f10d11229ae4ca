"""The privileges of root in pieces, and how a process gives them up: capabilities(7)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct

from autograder.cage import prctl
from autograder.cage.libc import checked, libc

CAP_DAC_READ_SEARCH = 2
_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63


def change_user(user: int, keep: frozenset[int] = frozenset()) -> None:
    """Become another user, with its own group and no others; only for root.

    Args:
        user: User and group id.
        keep: Capabilities that survive.
    """
    os.setgroups([])
    os.setresgid(user, user, user)
    prctl.prctl(prctl.PR_SET_KEEPCAPS, int(bool(keep)))
    os.setresuid(user, user, user)


def drop(keep: frozenset[int] = frozenset()) -> None:
    """Give up all capabilities but those to keep, and the means to get any back."""
    for capability in range(_LAST_CAPABILITY + 1):
        with contextlib.suppress(OSError):  # unknown to this kernel, or already without the right to drop
            prctl.prctl(prctl.PR_CAPBSET_DROP, capability)
    prctl.prctl(prctl.PR_CAP_AMBIENT, prctl.PR_CAP_AMBIENT_CLEAR_ALL)
    mask = sum(1 << capability for capability in keep)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    header = struct.pack("Ii", _VERSION_3, 0)
    sets = struct.pack("IIIIII", low, low, 0, high, high, 0)  # effective, permitted, inheritable; twice
    checked(libc.capset(ctypes.c_char_p(header), ctypes.c_char_p(sets)), "capset")
    prctl.no_new_privileges()
