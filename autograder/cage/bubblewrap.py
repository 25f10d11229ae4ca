"""The command line that starts a zygote inside bubblewrap: bwrap(1)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from autograder.cage.place import DEVICES, hidden, readable

INSIDE = Path("/run/kernels")
"""Where the zygote's folder lies inside."""
TMP_BYTES = 256 << 20
"""For what the zygote itself writes while it imports."""

_CAPABILITIES = ("CAP_SYS_ADMIN",)
"""What the zygote keeps, to make namespaces for its children; they keep nothing."""
_CAPABILITIES_OF_ROOT = (
    *_CAPABILITIES,
    "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_CHOWN", "CAP_DAC_OVERRIDE",
)  # fmt: skip
"""As root it also makes them other users, gives them their files, and can end them."""


def program() -> str | None:
    """Return the path of bwrap, None if it is not installed."""
    return shutil.which("bwrap")


def command(inner: Sequence[str], folder: Path, environment: dict[str, str]) -> list[str]:
    """Return the command that runs `inner` without network, in a read-only system that holds little.

    Args:
        inner: The command.
        folder: Of all that can be written outside, the one folder that is there, at `INSIDE`.
        environment: All that is left of it.
    """
    root = os.geteuid() == 0
    namespaces = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if not root:
        namespaces.append("--unshare-user")
    capabilities = [
        part for name in (_CAPABILITIES_OF_ROOT if root else _CAPABILITIES) for part in ("--cap-add", name)
    ]
    variables = [part for name, value in environment.items() for part in ("--setenv", name, value)]
    return [
        program() or "bwrap", *namespaces, "--cap-drop", "ALL", *capabilities,
        "--die-with-parent", "--hostname", "grader", "--clearenv", *variables,
        "--size", str(TMP_BYTES), "--tmpfs", "/tmp", *_binds(),
        "--proc", "/proc", *_devices(),
        "--bind", str(folder), str(INSIDE), "--remount-ro", "/", "--chdir", "/", "--", *inner,
    ]  # fmt: skip


def _binds() -> list[str]:
    """Show what may be read, links as links; any user may pass through the folders above."""
    above = {
        folder
        for path in (*readable(), INSIDE, Path(DEVICES[0]))
        for folder in path.parents
        if folder != Path("/")
    }
    parts = [part for folder in sorted(above) for part in ("--perms", "0755", "--dir", str(folder))]
    for path in readable():
        if path.is_symlink() and path.parent == Path("/"):
            parts += ["--symlink", os.fspath(path.readlink()), str(path)]
        else:
            parts += ["--ro-bind", str(path.resolve()), str(path)]
    for path in hidden():
        parts += ["--tmpfs", str(path), "--remount-ro", str(path)]
    return parts


def _devices() -> list[str]:
    """Show the harmless devices.

    bwrap's own --dev mounts terminals, for which it nests a second user namespace when it is not root;
    the zygote would then have no right to make process namespaces.
    """
    parts = [part for path in DEVICES for part in ("--dev-bind", path, path)]
    return [*parts, "--symlink", "/proc/self/fd", "/dev/fd", "--perms", "0755", "--dir", "/dev/shm"]
