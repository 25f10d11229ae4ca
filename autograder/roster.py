"""Who handed in what: the tree `submitted/<student>/<slug>/` as a list, whatever lies in it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.records import MAX_BYTES, Submission

MAX_FILES = 5_000
MAX_DEPTH = 3
"""How much of a folder is searched for a notebook that is not in its place."""
LONGEST_NAME = 255
"""Bytes of a student's name: feedback and records lie in folders of the name."""


def find_submissions(submitted: Path, slugs: Iterable[str]) -> list[Submission]:
    """Return every submission to the given assignments, by student and then by slug.

    Raises:
        UsageError: The folder does not exist, or holds no submission to any of the assignments.
    """
    wanted = list(slugs)
    if not submitted.is_dir():
        raise UsageError(
            f"there is no folder {submitted}; give the folder that holds <student>/<slug>/<slug>.ipynb"
        )
    try:
        students = sorted(
            entry for entry in submitted.iterdir() if entry.is_dir() and not entry.name.startswith(".")
        )
    except OSError as error:
        raise UsageError(f"the folder {submitted} cannot be read ({error.strerror})") from error
    found = [
        _submission(student, slug)
        for student in students
        for slug in wanted
        if os.path.lexists(student / slug)
    ]
    if not found:
        raise UsageError(
            f"{submitted} holds no submission to {', '.join(wanted)}; "
            "submissions lie as <student>/<slug>/<slug>.ipynb in it"
        )
    return found


def _submission(student: Path, slug: str) -> Submission:
    folder, name = student / slug, _name_of(student)
    flags = [] if name == student.name else ["the folder's name is not UTF-8; it was rewritten"]
    if student.is_symlink() or folder.is_symlink():
        return Submission(name, slug, None, (*flags, "the folder is a link; links are not followed"))
    if not folder.is_dir():
        return Submission(name, slug, None, (*flags, f"{slug} is a file, where a folder should be"))
    return submission_in(folder, name, slug, flags)


def submission_in(folder: Path, student: str, slug: str, flags: Iterable[str] = ()) -> Submission:
    """Return the submission that a folder holds: the notebook of the assignment's name, else the likeliest.

    Args:
        folder: Of one student and one assignment.
        student: Whose it is.
        slug: The assignment.
        flags: What is odd about it already.
    """
    flags = list(flags)
    expected = folder / f"{slug}.ipynb"
    if _is_file(expected):
        return Submission(student, slug, expected, tuple(flags))
    if os.path.lexists(expected):
        flags.append(f"{slug}.ipynb is {_what(expected)}, not a file")
    others = sorted(_notebooks(folder))
    if not others:
        return Submission(student, slug, None, (*flags, "the folder holds no notebook"))
    best = min(others, key=lambda path: (slug not in path.name, len(path.parts), path.name))
    flags.append(f"the notebook is called {_shown(best.relative_to(folder))}, not {slug}.ipynb")
    if len(others) > 1:
        flags.append(f"the folder holds {len(others)} notebooks; {_shown(best.name)} was graded")
    return Submission(student, slug, best, tuple(flags))


def _notebooks(folder: Path) -> Iterator[Path]:
    """Yield the notebooks in a folder, whatever they are called; links are not followed, depths not searched."""
    waiting, seen = [(folder, 0)], 0
    while waiting:
        place, depth = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                seen += 1
                if seen > MAX_FILES or entry.name.startswith("."):  # hidden: also .ipynb_checkpoints
                    continue
                if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH:
                    waiting.append((Path(entry.path), depth + 1))
                elif entry.is_file(follow_symlinks=False) and ".ipynb" in entry.name.lower():
                    yield Path(entry.path)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _what(path: Path) -> str:
    if path.is_symlink():
        return "a link"
    return "a folder" if path.is_dir() else "a device or pipe"


def _name_of(student: Path) -> str:
    """Return what a student is called from here on; two folders never get the same name."""
    name = _encodable(student.name)
    if name == student.name or (len(name) <= LONGEST_NAME and not os.path.lexists(student.with_name(name))):
        return name
    return f"{name[:100]}~{hashlib.sha256(os.fsencode(student.name)).hexdigest()[:16]}"


def _encodable(name: str) -> str:
    """Return a file's name as text that any file can hold; bytes that are no UTF-8 are written out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _shown(path: Path | str) -> str:
    text = _encodable(str(path))
    return text if text.isprintable() and len(text) <= 100 else repr(text[:100])


def loaded(submission: Submission) -> Submission:
    """Return a submission with its contents, or with the reason why they cannot be had."""
    if submission.contents is not None:
        return submission
    if submission.path is None:
        return replace(submission, trouble="; ".join(submission.flags) or "there is no notebook")
    try:
        return replace(submission, contents=read_submission(submission.path, MAX_BYTES))
    except OSError as error:
        return replace(submission, trouble=f"the file cannot be read: {error.strerror or error}")


def read_submission(path: Path, max_bytes: int) -> bytes:
    """Return the bytes of a submitted file, at most `max_bytes` + 1 of them; links and devices are not opened.

    Raises:
        OSError: It cannot be read; the text says why.
    """
    # O_NONBLOCK: a FIFO in the place of a notebook would otherwise wait for a writer for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name} is not an ordinary file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(max_bytes + 1)
    finally:
        os.close(descriptor)
