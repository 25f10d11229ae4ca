"""Namespaces and mounts: unshare(2), setns(2), mount(2), umount2(2)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from autograder.cage.libc import checked, encoded, libc

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
MNT_DETACH = 2


def unshare(flags: int) -> None:
    """Leave the namespaces of these kinds for new ones; a process namespace begins with the next fork."""
    checked(libc.unshare(ctypes.c_int(flags)), f"unshare({flags:#x})")


def enter(descriptor: int, kind: int) -> None:
    """Enter an existing namespace."""
    checked(libc.setns(ctypes.c_int(descriptor), ctypes.c_int(kind)), "setns")


def new_user_namespace() -> None:
    """Enter a user namespace in which the own user is the only one: it counts its own processes."""
    user, group = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")


def mount(
    source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str = ""
) -> None:
    """Mount a file system, or a folder at a second place."""
    arguments = encoded(source), encoded(target), encoded(kind), ctypes.c_ulong(flags), encoded(options)
    checked(libc.mount(*arguments), f"mount {target}")


def private_mounts() -> None:
    """Keep what is mounted from now on to this namespace."""
    mount(None, "/", flags=MS_REC | MS_PRIVATE)


def mount_memory(target: str, size: int) -> None:
    """Mount an empty file system in memory that holds at most `size` bytes; its own owner alone may add to it."""
    options = f"size={size},nr_inodes={max(size >> 12, 64)},mode=711"
    mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options)


def mount_processes() -> None:
    """Mount /proc anew, for the process namespace that this process is in."""
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)


def unmount(target: str) -> None:
    """Take a mount away, also while it is in use."""
    checked(libc.umount2(encoded(target), ctypes.c_int(MNT_DETACH)), f"umount {target}")
