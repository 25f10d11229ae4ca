"""What happened to one submission, in words for the instructor's terminal, and how to see it happen again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from autograder.bridge.raised import printable
from autograder.checks import counted
from autograder.earlier import with_earlier
from autograder.errors import AutograderError, UsageError
from autograder.key import load_key
from autograder.records import Graded, Limits
from autograder.results import read_results
from autograder.roster import find_submissions
from autograder.settings import Settings, read_settings
from autograder.store import key_digest

NO_CAGE = "none"
"""What a row says that was graded without confinement."""


def explain(course: Path, student: str, slug: str, submitted: Path | None = None) -> str:
    """Return the explanation of one submission.

    Args:
        course: The course folder, in which `autograder grade` left its results.
        student: The name of the student's folder.
        slug: The assignment.
        submitted: The folder of submissions; by default that of the run.

    Raises:
        UsageError: There are no results, or none of this submission.
    """
    row = find_row(read_results(course), student, slug)
    settings = read_settings(course).get(slug)
    path = notebook_path(row, submitted or (Path(settings.submitted) if settings else course / "submitted"))
    feedback = course / "feedback" / student / slug / f"{slug}.html"
    return as_text(row, path, feedback, settings)


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


def as_text(row: Graded, path: Path, feedback: Path, settings: Settings | None = None) -> str:
    """Return what to print: marks, how it ended, every check with its message, and the command to repeat it.

    Args:
        row: The submission's row.
        path: Its notebook.
        feedback: The page that the student got.
        settings: Those of the run.
    """
    lines = [
        f"{row.student} · {row.assignment}: {row.points:g} of {counted(row.max_points, 'point')}",
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
    lines += ["", *_advice(settings, row.assignment), f"  {command(row, path, settings)}"]
    return printable("\n".join(lines))


def _advice(settings: Settings | None, slug: str) -> list[str]:
    """Return what to know of the command."""
    if settings is None:
        return ["The same draws again, with the limits that the run had by options of the same names:"]
    if _has_changed(settings, slug):
        return ["The assignment has changed since: this tells what its present checks say of the same draws:"]
    return ["The same run again:"]


def _has_changed(settings: Settings, slug: str) -> bool:
    try:
        (key,) = with_earlier([load_key(slug, settings.root)], Path(settings.root))
    except AutograderError:
        return True
    return key_digest(key) != settings.key


def command(row: Graded, path: Path, settings: Settings | None = None) -> str:
    """Return the command that checks the submission once more, with the draws and limits that it was graded with."""
    confinement = ["--no-cage"] if row.cage == NO_CAGE else ["--min-cage", row.cage]
    # In one word, since a name may begin with a dash.
    words = [
        "autograder",
        "check",
        str(path),
        f"--student={row.student}",
        "--seed",
        str(row.seed),
        *confinement,
    ]
    return shlex.join([*words, *(_options(settings) if settings else [])])


def _options(settings: Settings) -> list[str]:
    """Return the limits that are not the usual ones, and the repository when it is not the current folder."""
    own, usual = settings.limits, Limits()
    values = {
        "--cell-seconds": (own.cell_seconds, usual.cell_seconds),
        "--call-seconds": (own.call_seconds, usual.call_seconds),
        "--notebook-seconds": (own.notebook_seconds, usual.notebook_seconds),
        "--memory": (own.memory_bytes >> 20, usual.memory_bytes >> 20),
    }
    words = [word for name, (value, at) in values.items() if value != at for word in (name, f"{value:.15g}")]
    return words if Path(settings.root) == Path.cwd() else [*words, "--root", settings.root]
