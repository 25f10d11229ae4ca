"""Which attempt of each student was collected: `collected/<slug>.json` in the course folder.

By it `collect` knows a newer attempt from an older one, and `feedback` what a learning platform called the file.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.files import write_atomically


@dataclass(frozen=True)
class Collected:
    """What was taken of one student.

    Attributes:
        platform: Who named the file: `canvas`, `moodle`, `exchange` or `names`.
        order: A later attempt has a larger one, within a platform.
        path: Its name in the download.
        digest: The beginning of its content's SHA-256.
    """

    platform: str
    order: float | str
    path: str
    digest: str

    def is_later_than(self, other: Collected) -> bool:
        """Return whether it is a later attempt, as far as two can be compared."""
        if self.platform != other.platform:
            return False
        if isinstance(self.order, str) or isinstance(other.order, str):
            return isinstance(self.order, str) and isinstance(other.order, str) and self.order > other.order
        return self.order > other.order


class Ledger:
    """What was collected of one assignment, by student.

    Args:
        course: The course folder.
        slug: The assignment.
    """

    def __init__(self, course: Path, slug: str) -> None:
        self._path = course / "collected" / f"{slug}.json"
        self.taken = dict(_read(self._path))

    def write(self) -> None:
        """Put it on the disk."""
        known = {student: asdict(one) for student, one in self.taken.items()}
        write_atomically(self._path, json.dumps(known, indent=1, sort_keys=True) + "\n")


def _read(path: Path) -> Iterator[tuple[str, Collected]]:
    """Yield what is known; a file that is not there, or damaged, tells nothing, and a damaged entry is left out."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for student, about in known.items() if isinstance(known, dict) else ():
        with contextlib.suppress(TypeError):
            one = Collected(**about)
            if isinstance(one.order, int | float | str) and all(
                isinstance(text, str) for text in (one.platform, one.path, one.digest)
            ):
                yield student, one
