"""Rows without names: what can be shown to a class, or to a colleague, of how a class did."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from autograder.analysis import ALIKE, likeness
from autograder.records import Graded

SHORTEST = 3
"""Letters of a name that is also looked for within texts; a student called "a" would spoil every sentence."""
_FILE_NAME = re.compile(r"^the notebook is called .*, not (?=[^,]*\.ipynb$)", re.DOTALL)
_GRADED_FILE = re.compile(r"^(the folder holds \d+ notebooks); .* was graded$", re.DOTALL)


def numbered(rows: Sequence[Graded]) -> list[Graded]:
    """Return the rows with numbers for names, also where flags, reasons and messages name a student of the class.

    The numbers follow no alphabet, and are the same for every page of a run.
    """
    students = sorted({(_place(row), row.student) for row in rows})
    numbers: dict[str, str] = {}
    for _, student in students:
        numbers.setdefault(student, f"student {len(numbers) + 1}")
    cleared = _clearing(numbers)
    return [
        replace(
            row,
            student=numbers[row.student],
            reason=cleared(row.reason),
            flags=tuple(_flag(flag, row, numbers, cleared) for flag in row.flags),
            cells=tuple(replace(cell, message=cleared(cell.message)) for cell in row.cells),
        )
        for row in sorted(rows, key=lambda row: (int(numbers[row.student].split()[1]), row.assignment))
    ]


def _place(row: Graded) -> str:
    return hashlib.sha256(f"{row.seed}/{row.student}".encode("utf-8", "replace")).hexdigest()


def _clearing(numbers: dict[str, str]) -> Callable[[str], str]:
    """Return a function that replaces the names that stand in a text as words of their own, longest first."""
    known = {student.casefold(): number for student, number in numbers.items()}
    words = sorted((name for name in numbers if len(name) >= SHORTEST), key=len, reverse=True)
    if not words:
        return lambda text: text
    # An underscore divides words here: ann_he.ipynb names ann.
    names = re.compile(
        rf"(?<![^\W_])(?:{'|'.join(re.escape(word) for word in words)})(?![^\W_])", re.IGNORECASE
    )
    return lambda text: names.sub(lambda found: known.get(found[0].casefold(), "a student"), text)


def _flag(flag: str, row: Graded, numbers: dict[str, str], cleared: Callable[[str], str]) -> str:
    if flag.startswith(ALIKE):
        alike = likeness(flag, [student for student in numbers if student != row.student])
        if alike is None:
            return f"{ALIKE}some, shared with others"
        answers, others = alike
        return f"{ALIKE}{answers}, shared with {', '.join(numbers[other] for other in others)}"
    flag = _GRADED_FILE.sub(
        r"\1; one was graded", _FILE_NAME.sub("the notebook has another name than ", flag)
    )
    return cleared(flag)
