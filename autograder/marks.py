"""The marks of a course as the files that a learning platform imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.checks import counted
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.gradebook import default_url, read_marks
from autograder.lms import canvas, gradescope, moodle
from autograder.lms.sheet import Sheet, marks_csv, sheet_of
from autograder.people import read_people
from autograder.results import read_results

_TABLES: dict[str, Callable[[Sheet], str]] = {
    "csv": marks_csv,
    "canvas": canvas.gradebook_csv,
    "moodle": moodle.grades_csv,
}
_KNOWN_BY = {"canvas": ("canvas_id", "sis_id", "login"), "moodle": ("email", "sis_id", "login")}


@dataclass(frozen=True)
class Exported:
    """What was written, and what a person should know before using it."""

    paths: tuple[Path, ...]
    notices: tuple[str, ...]


def export_marks(
    course: Path,
    form: str,
    slugs: Sequence[str] = (),
    *,
    database: str | None = None,
    titles: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> Exported:
    """Write the marks of a course for one platform.

    Args:
        course: The course folder.
        form: `csv`, `canvas`, `moodle` or `gradescope`.
        slugs: The assignments; all by default.
        database: URL of the gradebook; the course folder's own by default.
        titles: What the platform calls an assignment, by slug.
        output: The file, for Gradescope the folder; below `exports/` in the course folder by default.

    Raises:
        UsageError: There is no gradebook, an assignment is not in it, or no student can be told from another.
        GradebookError: The gradebook cannot be read.
    """
    if form == "gradescope":
        return _for_gradescope(course, slugs, output or course / "exports" / "gradescope")
    marks = read_marks(database or default_url(course))
    wanted = _wanted(slugs, sorted({mark.assignment for mark in marks}))
    _wanted(list(titles or {}), wanted)
    sheet = sheet_of(marks, read_people(course), wanted, titles)
    path = output or course / "exports" / ("marks.csv" if form == "csv" else f"{form}.csv")
    write_atomically(path, _TABLES[form](sheet))
    return Exported((path,), (*_waiting(sheet), *_nameless(sheet, form)))


def _for_gradescope(course: Path, slugs: Sequence[str], folder: Path) -> Exported:
    rows = read_results(course)
    wanted = _wanted(slugs, sorted({row.assignment for row in rows}))
    for row in rows:
        if row.assignment in wanted:
            path = folder / row.student / row.assignment / "results.json"
            write_atomically(path, gradescope.results_json(row), durable=False)
    notice = "Gradescope adds the marks of its own rubric: those by hand, and what coming late costs, are not in it"
    return Exported((folder,), (notice,))


def _wanted(slugs: Sequence[str], known: Sequence[str]) -> list[str]:
    unknown = [slug for slug in slugs if slug not in known]
    if unknown or not known:
        there = ", ".join(known) or "none; run `autograder grade` first"
        raise UsageError(f"no marks for {', '.join(unknown) or 'any assignment'}; there are: {there}")
    return list(slugs) or list(known)


def _waiting(sheet: Sheet) -> list[str]:
    waiting = {
        slug: sum(line.marks[slug].waiting for line in sheet.lines if slug in line.marks)
        for slug in sheet.slugs
    }
    return [
        f"{slug}: {counted(number, 'submission')} to be marked by a person, and marks may grow"
        for slug, number in waiting.items()
        if number
    ]


def _nameless(sheet: Sheet, form: str) -> list[str]:
    columns = _KNOWN_BY.get(form, ("id",))
    unknown = [
        line.person.id for line in sheet.lines if not any(getattr(line.person, column) for column in columns)
    ]
    if not unknown:
        return []
    few = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
    return [
        f"{form.capitalize()} knows {len(unknown)} of the students by no column ({few}); "
        "give its own list of students to `autograder roster`"
    ]
