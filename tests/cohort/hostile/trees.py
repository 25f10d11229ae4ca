"""Attempts upon the folder of submissions: links, pipes, paths and names; what lies beside a notebook counts nothing.

Each function writes one submission below the folder of all and returns the student's name in the row;
its docstring is the story.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.roster import find_submissions
from tests.cohort.build import ROOT
from tests.cohort.hostile.corpus import Attempt

SLUG = "chain_rule"
ATTEMPTS: list[Attempt] = []
Write = Callable[[Path, bytes], str]


def attempt(**settings: Any) -> Callable[[Write], Write]:
    """Enter a function into the corpus, with what its row must be."""

    def enter(write: Write) -> Write:
        story = (write.__doc__ or "").strip().rstrip(".")
        ATTEMPTS.append(Attempt(write.__name__, story, write=write, **settings))
        return write

    return enter


def folder_of(submitted: Path, student: str | bytes) -> Path:
    """Make a student's folder for the assignment."""
    folder = submitted / os.fsdecode(student) / SLUG
    folder.mkdir(parents=True)
    return folder


def roster_name(student: Path) -> str:
    """Return what the roster calls a student, who has a folder beside others."""
    return next(
        found.student
        for found in find_submissions(student.parent, [SLUG])
        if found.path and found.path.is_relative_to(student)
    )


def handed_in_by(student: str | bytes, submitted: Path, data: bytes) -> str:
    """Write a notebook in its place under any name of a student."""
    (folder_of(submitted, student) / f"{SLUG}.ipynb").write_bytes(data)
    return roster_name(submitted / os.fsdecode(student))


@attempt(outcome="unreadable", flags=["link"])
def link_to_the_solution(submitted: Path, data: bytes) -> str:
    """Hands in a link to the instructor's source."""
    target = ROOT / "build" / "source" / SLUG / f"{SLUG}.ipynb"
    (folder_of(submitted, "link_to_the_solution") / f"{SLUG}.ipynb").symlink_to(target)
    return "link_to_the_solution"


@attempt(outcome="unreadable", flags=["link"])
def link_to_a_neighbour(submitted: Path, data: bytes) -> str:
    """Hands in a link to a neighbour's folder."""
    student = submitted / "link_to_a_neighbour"
    student.mkdir()
    (student / SLUG).symlink_to("../a_neighbour/" + SLUG)
    return student.name


@attempt(outcome="unreadable", flags=["pipe"])
def pipe(submitted: Path, data: bytes) -> str:
    """Hands in a pipe, from which nobody will ever read anything."""
    os.mkfifo(folder_of(submitted, "pipe") / f"{SLUG}.ipynb")
    return "pipe"


@attempt(outcome="unreadable", flags=["folder"])
def folder_for_a_notebook(submitted: Path, data: bytes) -> str:
    """Hands in a folder of the notebook's name."""
    (folder_of(submitted, "folder_for_a_notebook") / f"{SLUG}.ipynb").mkdir()
    return "folder_for_a_notebook"


@attempt(outcome="unreadable")
def sixty_megabytes(submitted: Path, data: bytes) -> str:
    """Hands in a file larger than any notebook, most of it a hole."""
    with (folder_of(submitted, "sixty_megabytes") / f"{SLUG}.ipynb").open("wb") as file:
        file.truncate(1 << 40)
    return "sixty_megabytes"


@attempt()
def files_beside_the_notebook(submitted: Path, data: bytes) -> str:
    """Hands in modules and configuration that would be found first if they came along."""
    name = handed_in_by("files_beside_the_notebook", submitted, data)
    folder = submitted / name / SLUG
    for module in (
        "numpy.py",
        "autograder.py",
        "concepts.py",
        "sitecustomize.py",
        "nbgrader_config.py",
        "ipython_config.py",
    ):
        (folder / module).write_text("import builtins\nbuiltins.WON = WON = True\n", encoding="utf-8")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / f"{SLUG}.ipynb").write_bytes(b"{}")
    return name


@attempt()
def script_for_a_name(submitted: Path, data: bytes) -> str:
    """Is called by a script, for the pages of feedback and the table of marks."""
    return handed_in_by("<img src=x onerror=alert(1)>", submitted, data)


@attempt()
def formula_for_a_name(submitted: Path, data: bytes) -> str:
    """Is called by a formula, for the spreadsheet in which the marks are opened."""
    return handed_in_by("=HYPERLINK(1), 'x'", submitted, data)


@attempt()
def lines_in_a_name(submitted: Path, data: bytes) -> str:
    """Has line breaks, quotes and control characters in the name."""
    return handed_in_by('a\n"b",\tc\x1b[2J\r\u202e', submitted, data)


@attempt()
def option_for_a_name(submitted: Path, data: bytes) -> str:
    """Is called like an option and a path at once."""
    return handed_in_by("--force; rm -rf $HOME ..", submitted, data)


@attempt()
def percent_for_a_name(submitted: Path, data: bytes) -> str:
    """Is called by patterns of every template and query language."""
    return handed_in_by("%s{0}{{1-0}}';DROP TABLE grade;--", submitted, data)


@attempt(flags=["UTF-8"])
def bytes_for_a_name(submitted: Path, data: bytes) -> str:
    """Has a name that is no text in any encoding."""
    return handed_in_by(b"\xff\xfe\x80", submitted, data)


@attempt(flags=["UTF-8"])
def long_bytes_for_a_name(submitted: Path, data: bytes) -> str:
    """Has a name that grows beyond a file's length when it is written out."""
    return handed_in_by(b"\xff" * 250, submitted, data)


@attempt()
def longest_name(submitted: Path, data: bytes) -> str:
    """Has the longest name that a folder can have."""
    return handed_in_by("n" * 255, submitted, data)


@attempt(flags=["UTF-8"])
def name_of_another(submitted: Path, data: bytes) -> str:
    """Has a name that would become a neighbour's when it is written out."""
    handed_in_by("twin\\xff", submitted, data)
    return handed_in_by(b"twin\xff", submitted, data)
