"""What earned something else than before is listed, check by check."""

from __future__ import annotations

from autograder.changes import Change, changes, changes_csv
from autograder.records import CellScore, Graded, Outcome


def row(student, **points):
    cells = tuple(CellScore(name, earned, 2.0) for name, earned in points.items())
    return Graded(student, "he", Outcome.FINISHED, cells, "", 0.1, 7, "strict")


def test_only_what_changed_is_listed_with_checks_that_came_and_went():
    before = [row("ann", a=2.0, b=0.0), row("bob", a=2.0), row("gone", a=2.0)]
    now = [row("ann", a=2.0, b=2.0), row("bob", c=0.0), row("new", a=2.0)]

    assert changes(before, now) == [
        Change("ann", "he", "b", 0.0, 2.0),
        Change("bob", "he", "a", 2.0, None),
        Change("bob", "he", "c", None, 0.0),
    ]
    assert changes(now, now) == []


def test_the_table_holds_no_formula():
    assert changes_csv(changes([row("=1", a=0.0)], [row("=1", a=2.0)])) == (
        "student,assignment,check,before,now\r\n'=1,he,a,0.0,2.0\r\n"
    )
