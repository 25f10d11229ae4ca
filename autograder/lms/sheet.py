"""The marks of a class as a table: a line for each student, a column for each assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.gradebook import Mark
from autograder.people import People, Person
from autograder.tables import csv_text


@dataclass(frozen=True)
class Line:
    """One student and the marks by assignment; what was not handed in has none."""

    person: Person
    marks: Mapping[str, Mark]


@dataclass(frozen=True)
class Sheet:
    """The marks of a class.

    Attributes:
        slugs: The assignments, in the order of the columns.
        most: What each can earn.
        lines: The students, by family name.
        titles: What the platform calls an assignment; the slug, where nothing is said.
    """

    slugs: Sequence[str]
    most: Mapping[str, float]
    lines: Sequence[Line]
    titles: Mapping[str, str]

    def title(self, slug: str) -> str:
        """Return what the platform calls an assignment."""
        return self.titles.get(slug, slug)

    def points(self, line: Line) -> list[float | None]:
        """Return the marks of a line, None where nothing was handed in."""
        return [line.marks[slug].score if slug in line.marks else None for slug in self.slugs]


def sheet_of(
    marks: Sequence[Mark], people: People, slugs: Sequence[str], titles: Mapping[str, str] | None = None
) -> Sheet:
    """Return the table of the given marks: everyone in the list of students, and everyone who handed in."""
    by_student: dict[str, dict[str, Mark]] = {person.id: {} for person in people}
    for mark in marks:
        if mark.assignment in slugs:
            by_student.setdefault(mark.student, {})[mark.assignment] = mark
    lines = [Line(people.by_id.get(student, Person(student)), found) for student, found in by_student.items()]
    lines.sort(key=lambda line: (line.person.sorted_name.casefold(), line.person.id))
    most = {mark.assignment: mark.max_score for mark in marks}
    return Sheet([slug for slug in slugs if slug in most], most, lines, titles or {})


def marks_csv(sheet: Sheet) -> str:
    """Return the plain table, for any spreadsheet: marks, their sum, what coming late cost, what waits for a person."""
    columns = [
        "student",
        "last_name",
        "first_name",
        "email",
        *sheet.slugs,
        "total",
        "of",
        "penalty",
        "waiting",
    ]
    of = sum(sheet.most[slug] for slug in sheet.slugs)
    rows = []
    for line in sheet.lines:
        person, points = line.person, sheet.points(line)
        total = sum(value for value in points if value is not None)
        waiting = "; ".join(slug for slug in sheet.slugs if slug in line.marks and line.marks[slug].waiting)
        penalty = sum(line.marks[slug].penalty for slug in sheet.slugs if slug in line.marks)
        about = (person.id, person.last_name, person.first_name, person.email)
        rows.append([*about, *map(tidy, points), tidy(total), tidy(of), tidy(penalty), waiting])
    return csv_text(columns, rows)


def tidy(points: float | None) -> float | int | None:
    """Return points without the noise of sums in binary, and without a needless `.0`.

    >>> tidy(0.1 + 0.2), tidy(3.0), tidy(None)
    (0.3, 3, None)
    """
    if points is None:
        return None
    rounded = round(points, 6)
    return int(rounded) if rounded == int(rounded) else rounded
