"""How a check fails: with sentences for a beginner, never with a bare `AssertionError`."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import NoReturn

from autograder.checks.seeds import seed_line

_HERE = str(Path(__file__).parent)


class CheckFailed(AssertionError):
    """A check found a wrong result; the text says what was expected, what was found, what may be wrong."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentences, and the student's own lines if their code raised: IPython calls this."""
        shown = [f"{type(self).__name__}: {self}"]
        if self.__cause__ is not None:
            shown += ["", "Where it happened:", *_own_lines(self.__cause__)]
        return shown


class NotWritten(CheckFailed, NotImplementedError):
    """The function still holds the `raise NotImplementedError()` of the released notebook."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone: nothing went wrong yet."""
        return [str(self)]


class StudentError(Exception):
    """An exception class that the student's code defined itself; its text holds the student's traceback."""


def fail(message: str, *, see: str | None = None, cause: Exception | None = None) -> NoReturn:
    """Raise `CheckFailed` with the message, a pointer into the book and the seed.

    Args:
        message: What was expected, what was found, what it may mean.
        see: Section of the book, such as `"xavier#forward-variance"`.
        cause: The student's exception, if there was one.
    """
    raise CheckFailed(_joined(message, pointer(see), seed_line())) from cause


def fail_unwritten(name: str, cause: Exception) -> NoReturn:
    """Say kindly that the function is still the stub."""
    raise NotWritten(
        f"{name} is not written yet: replace `raise NotImplementedError()` by your code."
    ) from cause


def pointer(see: str | None) -> str:
    """Render `"xavier#forward-variance"` as a sentence.

    >>> pointer("xavier#forward-variance")
    'Read again: chapter "xavier", section "forward variance".'
    >>> pointer("chain_rule")
    'Read again: chapter "chain_rule".'
    """
    if not see:
        return ""
    chapter, _, section = see.partition("#")
    where = f'chapter "{chapter}"' + (f', section "{section.replace("-", " ")}"' if section else "")
    return f"Read again: {where}."


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _own_lines(error: BaseException) -> list[str]:
    """Give the traceback of the student's exception without the frames of this package."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_HERE)
    ]
    lines = traceback.format_list(frames) + traceback.format_exception_only(error)
    return [line.rstrip("\n") for line in lines]
