"""Completion records: what was graded is on disk before anything else happens with it, whole or not at all.

A record knows the fingerprint of everything that its marks depend on; a rerun takes the record when nothing of
that has changed, and grades again when something has.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder.files import write_atomically
from autograder.records import AnswerKey, CellScore, Graded, Limits, Outcome, Submission

VERSION = "1"
"""Changes when the same notebook may get other marks than before: then every record is out of date."""
SEED_BITS = 53
"""Too many to be tried one by one, and yet an integer that every reader of JSON keeps exactly."""


class Store:
    """The records below `<course>/records/`.

    Args:
        course: The course folder.
        seed: The run's seed.
        limits: What a notebook may use.
        level: The level of confinement.
    """

    def __init__(self, course: Path, seed: int, limits: Limits, level: str) -> None:
        self._folder = course / "records"
        self._settings = f"{VERSION}/{seed}/{level}/{limits}"

    def path(self, student: str, slug: str) -> Path:
        """Return where the record of one submission lies: a checksum, and a line of JSON."""
        return self._folder / student / f"{slug}.record"

    def save(self, row: Graded, key: AnswerKey) -> None:
        """Put one row on disk."""
        body = json.dumps({"fingerprint": self._fingerprint(row.digest, key), "row": asdict(row)})
        write_atomically(self.path(row.student, row.assignment), f"{_checksum(body)}\n{body}\n")

    def load(self, submission: Submission, key: AnswerKey) -> Graded | None:
        """Return the row of a submission that was graded under the very same conditions, else None."""
        try:
            text = self.path(submission.student, submission.assignment).read_text(encoding="utf-8")
            checksum, _, body = text.rstrip("\n").partition("\n")
            if checksum != _checksum(body):
                return None
            document = json.loads(body)
            if document["fingerprint"] != self._fingerprint(submission.digest, key):
                return None
            return from_dict(document["row"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None  # no record, or one of another version: grading again is always right

    def _fingerprint(self, digest: str, key: AnswerKey) -> str:
        return hashlib.sha256(f"{self._settings}/{digest}/{key_digest(key)}".encode()).hexdigest()


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def key_digest(key: AnswerKey) -> str:
    """Return a digest of all that the key can decide."""
    return hashlib.sha256(repr((key.assignment, key.cells, sorted(key.earlier.items()))).encode()).hexdigest()


def from_dict(data: dict[str, Any]) -> Graded:
    """Return the row that `dataclasses.asdict` took apart."""
    cells = tuple(CellScore(**cell) for cell in data["cells"])
    return Graded(
        **data | {"cells": cells, "outcome": Outcome(data["outcome"]), "flags": tuple(data["flags"])}
    )


def without_notebook(row: Graded) -> Graded:
    """Return the row without its notebook, which is on disk: a class of thousands stays small in memory."""
    return replace(row, notebook=None)


def seed_of(course: Path, given: int | None) -> int:
    """Return the run's seed: the given one, else the course's own, drawn once and kept beside the records."""
    path = course / "seed"
    if given is None:
        try:
            return int(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            given = secrets.randbits(SEED_BITS)
    write_atomically(path, f"{given}\n")
    return given
