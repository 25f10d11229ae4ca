"""Where one student's process lives, and what of the machine it may read."""

from __future__ import annotations

import os
import stat
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FIRST_USER, USERS = 61184, 4336
"""User ids that belong to nobody: the range from which systemd draws ids for services."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""What a process may read and write besides files."""

PACKAGE = Path(__file__).parents[1]
"""The folder of `autograder` itself."""

ANSWERS = "concepts"
"""The package that holds them; in a checkout it lies where students' code cannot look."""

_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/fonts",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What belongs to one student's process.

    Attributes:
        folder: Its folder, with `sockets`, `work` and `tmp` in it.
        user: The user that it becomes; 0 to stay the user that started it.
    """

    folder: Path
    user: int = 0

    @property
    def sockets(self) -> Path:
        """Where its kernel listens."""
        return self.folder / "s"

    @property
    def work(self) -> Path:
        """Its working folder."""
        return self.folder / "w"

    @property
    def tmp(self) -> Path:
        """Its folder for temporary files."""
        return self.folder / "t"

    def make(self, files: dict[str, bytes]) -> None:
        """Make the folders and put files into the working folder."""
        self.folder.mkdir()
        self.folder.chmod(0o711)  # whatever the umask
        for folder in (self.sockets, self.work, self.tmp):
            folder.mkdir(mode=0o700)
        for name, data in files.items():
            target = self.work / name
            if ".." in target.parts or not target.is_relative_to(self.work):
                raise ValueError(f"{name!r} does not lie in the working folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def give(self) -> None:
        """Make the process's user the owner of its folders."""
        if self.user:
            for path in [self.sockets, self.work, self.tmp, *self.work.rglob("*")]:
                os.chown(path, self.user, self.user)


@cache
def readable() -> tuple[Path, ...]:
    """Return what student code may read: the system's programs, the interpreter, its packages, `autograder`."""
    interpreter = {Path(sys.base_prefix), Path(sys.base_exec_prefix), Path(sys.prefix), Path(sys.exec_prefix)}
    interpreter |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    interpreter |= {path.resolve() for path in interpreter} | {Path(sys.executable).resolve().parents[1]}
    own = sorted(
        path
        for path in {*interpreter, PACKAGE}
        if not path.is_relative_to("/usr") and not _link_inside(path, interpreter)
    )
    return tuple(
        path for path in [*map(Path, _SYSTEM), *own] if os.access(path, os.R_OK) and path != Path("/")
    )


def _link_inside(path: Path, others: set[Path]) -> bool:
    """Return whether a path leads through a link in a folder that is shown anyway; the link's target is shown, too."""
    return path != path.resolve() and any(path.is_relative_to(other) for other in others - {path})


def hidden() -> tuple[Path, ...]:
    """Return what lies in the midst of that and must not be read: the course's answers, where they are installed."""
    packages = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    return tuple(folder for folder in sorted(path / ANSWERS for path in packages) if folder.is_dir())


def readable_by_others() -> bool:
    """Whether a user without rights may reach the interpreter and its packages."""
    return all(
        folder.stat().st_mode & stat.S_IXOTH
        for path in readable()
        for folder in (path.resolve(), *path.resolve().parents)
        if folder.is_dir()
    )
