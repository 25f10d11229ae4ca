"""Files that are whole or not there, written beside their place and then moved into it; and archives of them."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import AutograderError

_DAY = (1980, 1, 1, 0, 0, 0)


def write_atomically(path: Path, content: str | bytes, *, durable: bool = True) -> None:
    """Write `content` to `path` so that a reader, or a crash, sees the old file or the new one, never a part.

    Args:
        path: The file.
        content: A text, written as UTF-8, or bytes.
        durable: Whether to wait until it is on the disk; what every run writes anew need not.

    Raises:
        AutograderError: The disk is full, or the folder cannot be written.
    """
    with written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                # Texts of students may hold lone surrogates, which no file can.
                file.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Turn what can go wrong at writing into an error that says where and what to do."""
    try:
        yield
    except OSError as error:
        raise AutograderError(
            f"{path} cannot be written ({error.strerror or error}); make room, or make the folder writable, "
            "and run the same command again: what was written before is kept"
        ) from error


def zipped(files: Iterable[tuple[str, str | bytes]], programs: Collection[str] = ()) -> bytes:
    """Return a zip without a trace of when and where it was made.

    Args:
        files: Names and contents.
        programs: The names of those that may be executed.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _DAY)
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
