"""One notebook on one's own machine: what the checks say, without a class and without a gradebook."""

from __future__ import annotations

from pathlib import Path

from autograder.cage import Level
from autograder.checks import counted
from autograder.errors import UsageError
from autograder.key import load_key, released_key
from autograder.pool import Task, close_worker, grade_task
from autograder.records import AnswerKey, Graded, Limits, Submission
from autograder.release import slugs
from autograder.roster import loaded
from autograder.sanitise import Unreadable, read_notebook
from autograder.sanitise.matching import match


def check_notebook(
    path: Path, root: Path, level: Level, seed: int, limits: Limits, student: str | None = None
) -> Graded:
    """Return the row that a notebook would get, judged by the checks that it was released with.

    Args:
        path: The notebook.
        root: The repository.
        level: The level of confinement.
        seed: With the student's name and the file, it decides every draw of the checks.
        limits: What the notebook may use.
        student: Whose it is; the file's name by default.

    Raises:
        UsageError: There is no such file, or it belongs to no assignment of the course.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; give the notebook that you want to have checked")
    key = key_for(path, root)
    submission = Submission(student=student or path.stem, assignment=key.assignment, path=path.resolve())
    try:
        return grade_task(Task(loaded(submission), key, limits, level, seed))
    finally:
        close_worker()


def key_for(path: Path, root: Path) -> AnswerKey:
    """Return the key of the assignment that a notebook answers: by its file's name, else by its cells.

    Students have the released notebooks only; where the instructor's source is built, its hidden tests count, too.
    """
    known = sorted(p.stem for p in root.glob("exercises/*/*.ipynb") if p.stem == p.parent.name)
    if not known:
        raise UsageError(
            f"there are no assignments in {root / 'exercises'}; run `autograder release`, or use --root"
        )
    named = [slug for slug in known if slug == path.stem]
    slug = named[0] if named else _most_alike(path, root, known)
    has_source = slug in slugs(root) and (root / "build" / "source" / slug / f"{slug}.ipynb").exists()
    return load_key(slug, root) if has_source else released_key(slug, root)


def _most_alike(path: Path, root: Path, known: list[str]) -> str:
    try:
        notebook = read_notebook(path.read_bytes())
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from error
    alike = {slug: len(match(notebook, released_key(slug, root)).by_name) for slug in known}
    best = max(alike, key=lambda slug: alike[slug])
    if not alike[best]:
        raise UsageError(f"{path} belongs to no assignment of this course; there are: {', '.join(known)}")
    return best


def as_text(row: Graded) -> str:
    """Return what to print: one line a check, and the words of those that failed."""
    lines = []
    for cell in row.cells:
        mark = "✗" if cell.message else "✓"
        lines.append(f"{mark} {cell.name}  {cell.points:g}/{cell.max_points:g}")
        lines += [f"    {line}" for line in cell.message.splitlines()]
    lines += [f"! {flag}" for flag in row.flags]
    if row.reason:
        lines.append(f"! {row.reason}")
    return "\n".join([*lines, f"{row.points:g} of {counted(row.max_points, 'point')}"])
