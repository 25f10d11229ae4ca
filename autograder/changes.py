"""What a run changed: the checks that earned something else than in the run before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.records import Graded
from autograder.tables import csv_text

COLUMNS = ("student", "assignment", "check", "before", "now")


@dataclass(frozen=True)
class Change:
    """One check of one submission; None where the check was not there."""

    student: str
    assignment: str
    check: str
    before: float | None
    now: float | None


def changes(before: Sequence[Graded], now: Sequence[Graded]) -> list[Change]:
    """Return every check whose points differ between two runs, of submissions that both have graded."""
    known = {(row.student, row.assignment): row for row in before}
    found = []
    for row in now:
        old = known.get((row.student, row.assignment))
        if old is not None:
            points = (
                {cell.name: cell.points for cell in old.cells},
                {cell.name: cell.points for cell in row.cells},
            )
            for check in dict.fromkeys([*points[0], *points[1]]):
                one, other = (of.get(check) for of in points)
                if one != other:
                    found.append(Change(row.student, row.assignment, check, one, other))
    return found


def changes_csv(found: Sequence[Change]) -> str:
    """Return one CSV row a change."""
    return csv_text(COLUMNS, [(c.student, c.assignment, c.check, c.before, c.now) for c in found])
