"""The instructor's page on a class, and its checks as a table; whatever students wrote does nothing but stand there."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from autograder.analysis import likeness
from autograder.anonymity import numbered
from autograder.checks import counted
from autograder.files import write_atomically
from autograder.items import FEWEST, Item, items, judged
from autograder.people import People, Person, read_people
from autograder.plots import bar, histogram, two_sided_bar
from autograder.records import GRADER_DIED, Graded, Outcome
from autograder.results import read_results
from autograder.tables import csv_text

SLOWEST = 10
LONGEST = 400
"""Characters of a message or a flag that the page shows; the whole one is in `results.jsonl`."""
COLUMNS = (
    "assignment",
    "check",
    "max_points",
    "submissions",
    "failed",
    "difficulty",
    "discrimination",
    "message",
    "message_count",
)


@dataclass(frozen=True)
class Section:
    """What the page says of one assignment."""

    slug: str
    rows: int
    judged: int
    most: float
    mean: float
    median: float
    full: int
    plot: Markup
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Likeness:
    """Answers that few students share."""

    assignment: str
    answers: str
    students: tuple[str, ...]


def write_report(course: Path, *, anonymous: bool = False) -> tuple[Path, Path]:
    """Write `report/report.html` and `report/items.csv`, and return where they are.

    Args:
        course: The course folder, in which `autograder grade` left its results.
        anonymous: Whether numbers stand for the students' names.

    Raises:
        UsageError: There are no results.
    """
    rows, people = read_results(course), read_people(course)
    if anonymous:
        rows, people = numbered(rows), People()
    page, table = course / "report" / "report.html", course / "report" / "items.csv"
    write_atomically(page, render(rows, people))
    write_atomically(table, items_csv(items(rows)))
    return page, table


def render(rows: Sequence[Graded], people: People | None = None) -> str:
    """Return the page: one file without scripts that needs nothing else."""
    known = people.by_id if people else {}
    outcomes = Counter((row.assignment, row.outcome) for row in rows)
    return _template().render(
        rows=rows,
        who=lambda student: _named(student, known.get(student)),
        students=len({row.student for row in rows}),
        sections=sections(rows),
        fewest=FEWEST,
        outcomes=list(Outcome),
        slugs=sorted({row.assignment for row in rows}),
        counted=outcomes,
        unusual=[row for row in rows if row.reason or row.flags],
        slowest=sorted(rows, key=lambda row: -row.seconds)[:SLOWEST],
        alike=alike(rows),
    )


def _named(student: str, person: Person | None) -> str:
    return student if person is None or person.name == student else f"{person.name} ({student})"


def sections(rows: Sequence[Graded]) -> list[Section]:
    """Return one section an assignment; rows of a grader that failed are no marks."""
    of = {slug: [item for item in items(rows) if item.assignment == slug] for slug in _slugs(rows)}
    return [
        _section(slug, [row for row in rows if row.assignment == slug], found) for slug, found in of.items()
    ]


def _slugs(rows: Sequence[Graded]) -> list[str]:
    return sorted({row.assignment for row in rows if GRADER_DIED not in row.flags})


def _section(slug: str, rows: Sequence[Graded], found: Sequence[Item]) -> Section:
    rows = [row for row in rows if GRADER_DIED not in row.flags]
    marks, most = [row.points for row in rows], max(row.max_points for row in rows)
    what = f"{slug}: marks of {counted(len(marks), 'submission')}, "
    what += f"from {min(marks):g} to {max(marks):g} of {counted(most, 'point')}"
    return Section(
        slug=slug,
        rows=len(rows),
        judged=len(judged(rows)),
        most=most,
        mean=statistics.fmean(marks),
        median=statistics.median(marks),
        full=sum(mark == most for mark in marks),
        plot=histogram(marks, most, what),
        items=tuple(found),
    )


def alike(rows: Sequence[Graded]) -> list[Likeness]:
    """Return who shares which answers, each group once."""
    students = {row.student for row in rows}
    found = {}
    for row in rows:
        for flag in row.flags:
            shared = likeness(flag, students - {row.student})
            if shared is not None:
                answers, others = shared
                group = Likeness(row.assignment, answers, tuple(sorted({row.student, *others})))
                found[group] = group.assignment, group.answers, group.students
    return sorted(found, key=lambda group: found[group])


def items_csv(found: Sequence[Item]) -> str:
    """Return one CSV row a check; a statistic that is undefined is an empty field."""
    return csv_text(COLUMNS, [_line(item) for item in found])


def _line(item: Item) -> list[object]:
    first = item.sayings[0] if item.sayings else None
    return [
        *(item.assignment, item.name, item.max_points, item.submissions, item.failed),
        *(None if value is None else round(value, 4) for value in (item.difficulty, item.discrimination)),
        *((None, 0) if first is None else (first.text, first.count)),
    ]


def short(text: str) -> str:
    """Return the beginning of a text, without control characters and without signs that turn its direction."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + " …"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"short": short, "counted": counted, "bar": bar, "two_sided_bar": two_sided_bar}
    return environment.get_template("report.html")
