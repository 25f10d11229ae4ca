"""The data that flow through the grader: frozen, plain, and knowing nothing of the modules that make them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

MAX_BYTES = 50 << 20
"""The largest file that is read as a notebook."""


GRADER_DIED = "grader died"
"""The flag of a row that says nothing about the notebook: our own processes failed."""


class Outcome(StrEnum):
    """How running one submission ended; whatever it is, the submission has its row."""

    FINISHED = "finished"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    DIED = "died"
    UNREADABLE = "unreadable"


class Role(StrEnum):
    """What a cell of an assignment is for; the key decides it, never the submission."""

    TEXT = "text"
    """Markdown."""
    CODE = "code"
    """An ordinary code cell, an experiment for the student; the grader leaves ours out."""
    LOCKED = "locked"
    """Set-up and given helpers: run from the key, in the student's process and beside the checks."""
    SOLUTION = "solution"
    """The student's answer."""
    CHECK = "check"
    """A test cell: run from the key, in a trusted process."""
    MANUAL = "manual"
    """An answer in words or code that a person marks."""
    EXTRA = "extra"
    """A code cell of the student's own; only a submission has such."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        cell_seconds: Wall-clock time of one of the student's cells.
        call_seconds: Wall-clock time of one call from a check into the student's process.
        check_seconds: Wall-clock time of one check cell, its calls included.
        notebook_seconds: Wall-clock time of the whole submission.
        cpu_seconds: Processor time of the student's process.
        memory_bytes: Private memory that the student's process may add.
        processes: Processes and threads that the student may have.
        file_bytes: Size of any file that the student writes.
        tmp_bytes: Size of the student's private folder for temporary files.
        output_bytes: Output kept for feedback; what comes after is counted and dropped.
        flood_bytes: Output at which the student's process is stopped.
        message_bytes: Size of one value that crosses the bridge.
    """

    cell_seconds: float = 20.0
    call_seconds: float = 10.0
    check_seconds: float = 60.0
    notebook_seconds: float = 120.0
    cpu_seconds: int = 120
    memory_bytes: int = 2 << 30
    processes: int = 64
    file_bytes: int = 64 << 20
    tmp_bytes: int = 64 << 20
    output_bytes: int = 256 << 10
    flood_bytes: int = 32 << 20
    message_bytes: int = 64 << 20


@dataclass(frozen=True)
class Submission:
    """One student's answer to one assignment, as it lies on disk.

    Attributes:
        student: The folder's name below `submitted/`.
        assignment: The slug.
        path: The notebook to grade; None if the folder holds none.
        flags: What was odd about finding it, for a person to read.
        contents: The file's bytes, once `roster.loaded` has read them: a grader may sit on another machine.
        trouble: Why there are no contents.
    """

    student: str
    assignment: str
    path: Path | None
    flags: tuple[str, ...] = ()
    contents: bytes | None = None
    trouble: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the contents; empty if there are none."""
        return "" if self.contents is None else hashlib.sha256(self.contents).hexdigest()


@dataclass(frozen=True)
class KeyCell:
    """One cell of the instructor's source notebook."""

    name: str
    role: Role
    source: str
    points: float = 0.0
    kind: str = "code"
    """`code` or `markdown`."""


@dataclass(frozen=True)
class AnswerKey:
    """The instructor's source of one assignment: the only authority on cells, order, points and tests.

    Attributes:
        assignment: The slug.
        cells: All cells in order, the reference answers in the solution cells.
        released: The source of each cell in the released notebook, by name.
        earlier: Digests of its text in earlier releases, by name; see `earlier.py`.
    """

    assignment: str
    cells: tuple[KeyCell, ...]
    released: dict[str, str] = field(default_factory=dict)
    earlier: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[KeyCell, ...]:
        """The test cells, in order."""
        return tuple(cell for cell in self.cells if cell.role is Role.CHECK)

    @property
    def max_points(self) -> float:
        """The sum of what the test cells can earn; cells that a person marks are not in it."""
        return sum(cell.points for cell in self.checks)

    @property
    def uses_torch(self) -> bool:
        """Whether a cell imports torch, which then is imported before any fork."""
        return any("import torch" in cell.source for cell in self.cells)


@dataclass(frozen=True)
class ByHand:
    """What a person gave one cell in the gradebook: points, a comment, or both."""

    points: float | None = None
    max_points: float = 0.0
    comment: str = ""


@dataclass(frozen=True)
class CellScore:
    """The verdict on one test cell."""

    name: str
    points: float
    max_points: float
    message: str = ""


@dataclass(frozen=True)
class Graded:
    """The row of one submission: all that grading found out about it.

    Attributes:
        student: The folder's name below `submitted/`.
        assignment: The slug.
        outcome: How the run ended.
        cells: One score per test cell of the key, in the key's order.
        reason: One readable sentence when the outcome is not `finished`, else empty.
        seconds: Wall-clock time that grading took.
        seed: Seed of every random draw of the checks.
        cage: The level of confinement under which the student's code ran.
        flags: What a person should look at; never marks.
        notebook: The executed notebook as nbformat 4 JSON, None if there was nothing to run.
        digest: SHA-256 of the submitted file, by which a rerun knows it.
    """

    student: str
    assignment: str
    outcome: Outcome
    cells: tuple[CellScore, ...]
    reason: str
    seconds: float
    seed: int
    cage: str
    flags: tuple[str, ...] = ()
    notebook: dict[str, Any] | None = None
    digest: str = ""

    @property
    def points(self) -> float:
        """The sum over the test cells."""
        return sum(cell.points for cell in self.cells)

    @property
    def max_points(self) -> float:
        """What the test cells could have earned."""
        return sum(cell.max_points for cell in self.cells)
