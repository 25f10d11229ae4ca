"""Before a class is graded, the grader is: the solution earns everything, and what knows nothing earns nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from autograder.checks import counted
from autograder.errors import CanaryFailed
from autograder.records import GRADER_DIED, AnswerKey, Graded, KeyCell, Outcome, Role, Submission

SOLUTION = "(canary: the solution)"
BLANK = "(canary: the untouched exercise)"

WORTHLESS = {
    "0 for every answer": "0",
    "1.0 for every answer": "1.0",
    "the first argument for every answer": "args[0] if args else None",
    "the first argument times 0 for every answer": "args[0] * 0",
    "ones of the first argument's shape for every answer": "args[0] * 0 + 1",
    "an object that equals everything for every answer": "Equal()",
}
"""What a function returns that has understood nothing, in Python."""
FIRST_ANSWER = "(canary: the right answer to the first question for every other)"

_EQUAL = """
class Equal:
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __bool__ = lambda self, *other: True
    __ne__ = lambda self, other: False
    __call__ = __getattr__ = __getitem__ = __abs__ = __sub__ = __rsub__ = lambda self, *other, **more: self
    __hash__ = __index__ = __len__ = lambda self: 1
    __float__ = lambda self: 1.0
    __iter__ = lambda self: iter([self])
"""
_CONSTANT = """
def {name}(*args, **kwargs):
    return {value}
"""
_FIRST = """
{source}


def _only_once(function):
    first = []

    def answer(*args, **kwargs):
        first.extend([] if first else [function(*args, **kwargs)])
        return first[0]

    return answer


{name} = _only_once({name})
"""


def canaries(key: AnswerKey, root: Path) -> list[Submission]:
    """Return the notebooks whose marks are known beforehand."""
    slug = key.assignment
    constants = [
        _notebook(f"(canary: {what})", key, _CONSTANT if value != "Equal()" else _EQUAL + _CONSTANT, value)
        for what, value in WORTHLESS.items()
    ]
    return [
        Submission(SOLUTION, slug, root / "build" / "source" / slug / f"{slug}.ipynb"),
        Submission(BLANK, slug, root / "exercises" / slug / f"{slug}.ipynb"),
        *constants,
        _notebook(FIRST_ANSWER, key, _FIRST),
    ]


def _notebook(student: str, key: AnswerKey, template: str, value: str = "") -> Submission:
    """Return a submission that answers every function by a template."""
    cells = [_cell(cell, template, value) for cell in key.cells if cell.role is Role.SOLUTION]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return Submission(student, key.assignment, None, contents=json.dumps(notebook).encode())


def _cell(cell: KeyCell, template: str, value: str) -> dict[str, object]:
    source = template.replace("{name}", cell.name).replace("{value}", value).replace("{source}", cell.source)
    return {"cell_type": "code", "id": cell.name, "metadata": {}, "outputs": [], "source": source.strip()}


def require_sound(rows: Iterable[Graded]) -> None:
    """Raise if a canary did not get its mark.

    Raises:
        CanaryFailed: It says which canary failed at which check; nothing may be graded then.
    """
    faults = []
    for row in rows:
        faults += _faults(row)
        if GRADER_DIED in row.flags:  # nothing works here: the others would only say so again, and slowly
            break
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise CanaryFailed(
            f"nothing was graded, since the grader itself is not sound here:\n{listed}\n"
            "Mend the assignment (or this machine) and run the command again."
        )


def _faults(row: Graded) -> list[str]:
    where = f"{row.assignment}, {row.student.strip('()').removeprefix('canary: ')}"
    if row.outcome is not Outcome.FINISHED:
        return [f"{where}: {row.outcome}: {row.reason}"]
    if row.student == SOLUTION:
        short = [cell for cell in row.cells if cell.points < cell.max_points]
        return [f"{where}: {cell.name} failed: {cell.message}" for cell in short]
    return [
        f"{where}: {cell.name} earned {counted(cell.points, 'point')}"
        for cell in row.cells
        if cell.points > 0
    ]
