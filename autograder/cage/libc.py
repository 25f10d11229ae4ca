"""The C library, for the few system calls that Python's library does not offer."""

from __future__ import annotations

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """Return the result of a system call, or raise the error that it left."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def encoded(text: str | None) -> bytes | None:
    """Return a path or name as the C library wants it."""
    return None if text is None else os.fsencode(text)
