"""What happened to one submission, in words for the instructor's terminal, and how to see it happen again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from autograder.bridge.proxy import printable
from autograder.errors import UsageError
from autograder.records import Graded
from autograder.results import read_results
from autograder.roster import find_submissions

NO_CAGE = "none"
"""What a row says that was graded without confinement."""


def explain(course: Path, student: str, slug: str, submitted: Path | None = None) -> str:
    """Return the explanation of one submission.

    Args:
        course: The course folder, in which `autograder grade` left its results.
        student: The name of the student's folder.
        slug: The assignment.
        submitted: The folder of submissions; `submitted` in the course folder by default.

    Raises:
        UsageError: There are no results, or none of this submission.
    """
    row = find_row(read_results(course), student, slug)
    path = notebook_path(row, submitted or course / "submitted")
    feedback = course / "feedback" / student / slug / f"{slug}.html"
    return as_text(row, path, feedback)


def find_row(rows: Sequence[Graded], student: str, slug: str) -> Graded:
    """Return the row of one submission.

    Raises:
        UsageError: There is none; the text says what there is.
    """
    for row in rows:
        if (row.student, row.assignment) == (student, slug):
            return row
    known = [row.assignment for row in rows if row.student == student]
    if known:
        raise UsageError(printable(f"no result of {student} for {slug}; there are: {', '.join(known)}"))
    raise UsageError(
        printable(f"no result of a student {student}; names are those of the folders below submitted/")
    )


def notebook_path(row: Graded, submitted: Path) -> Path:
    """Return where the graded notebook lies; where it should lie, if it is not there any more."""
    usual = submitted / row.student / row.assignment / f"{row.assignment}.ipynb"
    try:
        found = find_submissions(submitted, [row.assignment])
    except UsageError:
        return usual
    return next((s.path for s in found if s.student == row.student and s.path is not None), usual)


def as_text(row: Graded, path: Path, feedback: Path) -> str:
    """Return what to print: marks, how it ended, every check with its message, and the command to repeat it.

    Args:
        row: The submission's row.
        path: Its notebook.
        feedback: The page that the student got.
    """
    lines = [
        f"{row.student} · {row.assignment}: {row.points:g} of {row.max_points:g} points",
        f"outcome   {row.outcome}, after {row.seconds:g} s",
        *([f"reason    {row.reason}"] if row.reason else []),
        *(f"flag      {flag}" for flag in row.flags),
        f"cage      {row.cage}",
        f"seed      {row.seed}",
        f"feedback  {feedback}",
        "",
    ]
    for cell in row.cells:
        mark = "✓" if cell.points == cell.max_points and not cell.message else "✗"
        lines.append(f"{mark} {cell.name}  {cell.points:g}/{cell.max_points:g}")
        lines += [f"    {line}" for line in cell.message.splitlines()]
    lines += ["", "The same draws again, with the limits that the run had by options of the same names:"]
    lines.append(f"  {command(row, path)}")
    return printable("\n".join(lines))


def command(row: Graded, path: Path) -> str:
    """Return the command that checks the submission once more, with the draws that it was graded with."""
    confinement = ["--no-cage"] if row.cage == NO_CAGE else ["--min-cage", row.cage]
    # In one word, since a name may begin with a dash.
    return shlex.join(
        ["autograder", "check", str(path), f"--student={row.student}", "--seed", str(row.seed), *confinement]
    )
