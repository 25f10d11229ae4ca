"""What the student's code raised, as exceptions of ours, in text that harms no terminal."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autograder.checks import StudentError
from autograder.errors import BridgeError

_REBUILT: dict[str, type[Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    # One text does not make the first three; the others would end a loop of the check around the call in peace.
    and not issubclass(kind, (Warning, UnicodeError, BaseExceptionGroup, StopIteration, StopAsyncIteration))
} | {"LinAlgError": np.linalg.LinAlgError}


def rebuild(description: Any) -> Exception:
    """Return the exception that the student's code raised: the same builtin class, or `StudentError`.

    The student's own lines are appended to its text and stand in its attribute `student_lines`.
    """
    if type(description) is not dict:
        raise BridgeError("a malformed exception came over the bridge")
    try:
        classes, text, lines = (description[key] for key in ("classes", "text", "lines"))
        classes = [printable(str(name)) for name in classes]
        text, lines = printable(str(text))[:2_000], [printable(str(line))[:200] for line in lines][:10]
    except (KeyError, TypeError, ValueError) as malformed:
        raise BridgeError("a malformed exception came over the bridge") from malformed
    kind = next(
        (_REBUILT[name] for name in classes if name in _REBUILT and name != "Exception"), StudentError
    )
    named = text if kind is not StudentError or not classes else f"{classes[0]}: {text}"
    error = kind(named)
    error.student_lines = tuple(lines)  # type: ignore[attr-defined]  # read by the examiner, absent elsewhere
    return error


def printable(text: str) -> str:
    """Return `text` without control characters and lone surrogates, which would break terminals and files."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
