"""Landlock: a process confines itself and all that it starts to parts of the file system; landlock(7).

The names and numbers are those of linux/landlock.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from autograder.cage.libc import checked, libc

SYS_CREATE_RULESET, SYS_ADD_RULE, SYS_RESTRICT_SELF = 444, 445, 446  # the same on every architecture
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FS_REMOVE_FILE, FS_MAKE_SOCK = 1 << 5, 1 << 9
FS_TRUNCATE, FS_IOCTL_DEV = 1 << 14, 1 << 15
NET_BIND_TCP, NET_CONNECT_TCP = 1 << 0, 1 << 1
SCOPE_ABSTRACT_UNIX_SOCKET, SCOPE_SIGNAL = 1 << 0, 1 << 1

READ = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR
SOCKETS = FS_MAKE_SOCK | FS_REMOVE_FILE | FS_READ_DIR
_ON_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV
_FS_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15}
ABI_WITH_NETWORK, ABI_WITH_SCOPES = 4, 6


def abi() -> int:
    """Return the version that this kernel offers; 0 if none."""
    result: int = libc.syscall(SYS_CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)
    return max(result, 0)


def everything(version: int) -> int:
    """Return the set of all rights on files that this version knows."""
    return (1 << _FS_RIGHTS_OF_ABI.get(version, 16)) - 1


def restrict(rules: Iterable[tuple[str, int]]) -> None:
    """Deny every access to files but these, all of TCP, and signals and abstract sockets to the outside.

    Args:
        rules: Paths and the rights on everything below them; a path that does not exist grants nothing.
    """
    version = abi()
    network = NET_BIND_TCP | NET_CONNECT_TCP if version >= ABI_WITH_NETWORK else 0
    scopes = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if version >= ABI_WITH_SCOPES else 0
    size = 24 if version >= ABI_WITH_SCOPES else 16 if version >= ABI_WITH_NETWORK else 8
    attributes = struct.pack("QQQ", everything(version), network, scopes)
    ruleset = checked(libc.syscall(SYS_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "landlock")
    try:
        for path, rights in rules:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                _allow(ruleset, path, rights & everything(version))
        checked(libc.syscall(SYS_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, place)
        checked(libc.syscall(SYS_ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0), f"landlock rule for {path}")
    finally:
        os.close(place)
