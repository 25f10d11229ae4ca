"""Feedback as learning platforms take it back: one zip for the class, by the names that the download had.

Moodle reads it at Submissions ▸ Upload multiple feedback files in a zip, Canvas at Re-Upload Submissions.  Canvas
shows what comes back under the name of what the student handed in, so a notebook comes back as a notebook.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_atomically, zipped
from autograder.ledger import Collected, Ledger
from autograder.lms import canvas, moodle
from autograder.release import METADATA


@dataclass(frozen=True)
class Handback:
    """What was written.

    Attributes:
        path: The zip.
        number: Whose feedback is in it.
        notices: What a person should know before uploading it.
    """

    path: Path
    number: int
    notices: tuple[str, ...]


def hand_back(course: Path, slug: str, form: str, output: Path | None = None) -> Handback:
    """Write the zip for one assignment.

    Args:
        course: The course folder.
        slug: The assignment.
        form: `canvas` or `moodle`.
        output: The file; below `exports/` in the course folder by default.

    Raises:
        UsageError: Nothing of this assignment was collected from a download of that platform, or nothing was graded.
    """
    taken = Ledger(course, slug).taken
    theirs = {student: one for student, one in sorted(taken.items()) if one.platform == form}
    if not theirs:
        raise UsageError(
            f"nothing of '{slug}' was collected from a download of {form.capitalize()}, whose names lead the "
            f"feedback back; run `autograder collect {slug} DOWNLOAD --course {course}` first"
        )
    waiting = {student for student in theirs if not _is_current(course, student, slug)}
    if len(waiting) == len(theirs):
        raise UsageError(f"there is no feedback yet; run `autograder grade {slug} --course {course}` first")
    files = [
        file
        for student, one in theirs.items()
        if student not in waiting
        for file in _FILES[form](one, _page(course, student, slug).read_text(encoding="utf-8"), slug)
    ]
    path = output or course / "exports" / f"feedback-{slug}-{form}.zip"
    write_atomically(path, zipped(files))
    return Handback(
        path, len(theirs) - len(waiting), tuple(_notices(waiting, set(taken) - set(theirs), form))
    )


def _page(course: Path, student: str, slug: str) -> Path:
    return course / "feedback" / student / slug / f"{slug}.html"


def _is_current(course: Path, student: str, slug: str) -> bool:
    """Return whether the page is there, and of the notebook that was collected last."""
    page, notebook = _page(course, student, slug), course / "submitted" / student / slug / f"{slug}.ipynb"
    try:
        return page.stat().st_mtime_ns >= notebook.stat().st_mtime_ns
    except OSError:
        return False


def _notices(waiting: set[str], others: set[str], form: str) -> Iterator[str]:
    if waiting:
        yield f"no feedback, or older than what was collected: {_few(waiting)}; grade, and write the zip again"
    if others:
        yield f"did not hand in by {form.capitalize()}, and are not in the zip: {_few(others)}"


def _few(students: set[str]) -> str:
    return ", ".join(sorted(students)[:5]) + (f" and {len(students) - 5} more" if len(students) > 5 else "")


def _for_moodle(one: Collected, page: str, slug: str) -> Iterator[tuple[str, str | bytes]]:
    name = moodle.feedback_path(one.path, f"{slug}.html")
    if name is not None:
        yield name, page


def _for_canvas(one: Collected, page: str, slug: str) -> Iterator[tuple[str, str | bytes]]:
    name = canvas.feedback_name(one.path)
    if name is not None:
        is_notebook = name.casefold().endswith(".ipynb")
        yield name, as_notebook(page) if is_notebook else zipped([(f"{slug}.html", page)])


_FILES: dict[str, Callable[[Collected, str, str], Iterator[tuple[str, str | bytes]]]] = {
    "canvas": _for_canvas,
    "moodle": _for_moodle,
}


def as_notebook(page: str) -> str:
    """Return a notebook that shows a page of feedback and holds nothing to run."""
    content = page.partition("<main>")[2].rpartition("</main>")[0]
    notice = (
        "*Feedback on your notebook, which is unchanged where you keep it. There is nothing to run here.*"
    )
    output = {"output_type": "display_data", "data": {"text/html": content}, "metadata": {}}
    cells = [
        {"cell_type": "markdown", "id": "about", "metadata": {}, "source": notice},
        {"cell_type": "code", "id": "feedback", "metadata": {}, "source": "", "execution_count": None}
        | {"outputs": [output]},
    ]
    return (
        json.dumps({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}, indent=1)
        + "\n"
    )
