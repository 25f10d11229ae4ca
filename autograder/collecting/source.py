"""What lies in a folder or an archive of submissions, without unpacking any of it to where its names say.

A name in an archive is a text that tells whose a file is; it never becomes a path.  Only notebooks are read, each up
to a limit, so what an archive claims to be, or swells to, does no harm.
"""

from __future__ import annotations

import lzma
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from autograder.errors import UsageError
from autograder.records import MAX_BYTES
from autograder.roster import read_submission

MAX_ENTRIES = 200_000
MAX_INNER = 200 << 20
"""Bytes of an archive that a student handed in."""
MAX_TOTAL = 8 << 30
"""Bytes that one collection reads, swollen as they are."""
DEPTH = 2
"""An archive of submissions, and archives of students in it."""
OPEN = 8
"""Archives that are open at a time: a class hands in more of them than a process may have files."""
_BROKEN = (OSError, RuntimeError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class Entry:
    """One file.

    Attributes:
        path: Where it lies, as a text of parts divided by `/`; an archive's own name is one of them.
        time: When it was changed last, as far as the source knows; in seconds.
        read: Returns its content, at most one byte more than a notebook may have.
        owner: The system's name of whoever owns it; empty in an archive.
    """

    path: str
    time: float
    read: Callable[[], bytes]
    owner: str = ""

    @property
    def is_notebook(self) -> bool:
        """Whether it says that it is one."""
        return self.path.casefold().endswith(".ipynb")


class Unreadable(Exception):
    """A file of a source cannot be read; the text says why."""


class Source:
    """A folder or an archive, open for reading.

    Args:
        path: Of either.

    Raises:
        UsageError: It is neither, or holds more than a class hands in.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._left = path, MAX_TOTAL
        self._inside = tempfile.TemporaryDirectory()
        self._opened = lru_cache(OPEN)(zipfile.ZipFile)
        self.troubles: list[str] = []

    def __enter__(self) -> list[Entry]:
        try:
            return list(self._entries())
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *about: object) -> None:
        self._opened.cache_clear()
        self._inside.cleanup()

    def _entries(self) -> Iterator[Entry]:
        if self._path.is_dir():
            entries = self._folder()
        elif self._path.is_file() and self._is_archive(self._path):
            entries = self._archive(self._path, "", 1)
        else:
            what = "is no archive that zip can read" if self._path.exists() else "does not exist"
            raise UsageError(f"{self._path} {what}; give a folder, or the .zip as it was downloaded")
        for number, entry in enumerate(entries):
            if number >= MAX_ENTRIES:
                raise UsageError(
                    f"{self._path} holds more than {MAX_ENTRIES} files; give the submissions only"
                )
            yield entry

    def _folder(self) -> Iterator[Entry]:
        for folder, folders, files in os.walk(self._path):
            folders[:] = sorted(name for name in folders if not _is_hidden(name))
            for name in sorted(name for name in files if not _is_hidden(name)):
                path = Path(folder, name)
                about = path.lstat()
                if not stat.S_ISREG(about.st_mode):
                    self.troubles.append(
                        f"{path.relative_to(self._path)}: a link or device; it was not followed"
                    )
                    continue
                shown = os.fsencode(path.relative_to(self._path)).decode("utf-8", "backslashreplace")
                if _is_called_archive(name) and self._is_archive(path):
                    yield from self._archive(path, f"{shown}/", 1)
                    continue
                if _is_called_archive(name):
                    self.troubles.append(f"{shown}: no archive that zip can read; download it again")
                yield Entry(shown, about.st_mtime, partial(self._of_file, path), _owner(path))

    def _archive(self, place: Path, above: str, depth: int) -> Iterator[Entry]:
        for info in self._opened(place).infolist():
            parts = [
                part for part in info.filename.replace("\\", "/").split("/") if part not in ("", ".", "..")
            ]
            if info.is_dir() or not parts or any(map(_is_hidden, parts)):
                continue
            path, read = above + "/".join(parts), partial(self._of_archive, place, info)
            inner = self._inner(read) if _is_called_archive(path) and depth < DEPTH else None
            if inner is not None:
                yield from self._archive(inner, f"{path}/", depth + 1)
            else:
                yield Entry(path, _seconds(info), read)

    def _inner(self, read: Callable[..., bytes]) -> Path | None:
        """Return where an archive in an archive lies now, on the disk and not in memory; None if it is none."""
        try:
            content = read(limit=MAX_INNER)
        except Unreadable:
            return None
        descriptor, place = tempfile.mkstemp(dir=self._inside.name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        found = Path(place)
        return found if len(content) <= MAX_INNER and self._is_archive(found) else None

    def _is_archive(self, path: Path) -> bool:
        """Return whether zip can read it; a damaged archive counts as what it is, a file that is no notebook."""
        try:
            self._opened(path)
        except _BROKEN:
            return False
        return True

    def _of_file(self, path: Path) -> bytes:
        try:
            return read_submission(path, MAX_BYTES)
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error

    def _of_archive(self, place: Path, info: zipfile.ZipInfo, limit: int = MAX_BYTES) -> bytes:
        try:
            with self._opened(place).open(info) as file:
                content = file.read(limit + 1)
        except _BROKEN as error:
            raise Unreadable(str(error) or type(error).__name__) from error
        self._left -= len(content)
        if self._left < 0:
            raise UsageError(f"{self._path} swells to more than {MAX_TOTAL >> 30} GB; it may be a zip bomb")
        return content


def _is_called_archive(name: str) -> bool:
    return name.casefold().endswith(".zip")


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX"))


def _seconds(info: zipfile.ZipInfo) -> float:
    """Return the time of an entry; archives know no time zone, and it only has to order them."""
    try:
        return datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError):
        return ""
