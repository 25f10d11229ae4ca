"""The newest notebook of each student, put where the grader looks; whatever has no owner is set aside, not lost."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.bridge.raised import printable
from autograder.collecting.naming import Attempt, attempt
from autograder.collecting.source import Source, Unreadable
from autograder.files import write_atomically
from autograder.ledger import Collected, Ledger
from autograder.people import People
from autograder.records import MAX_BYTES

SECRET = "submission_secret.txt"
"""Of nbgrader's exchange."""


@dataclass
class Collection:
    """What came of one collection.

    Attributes:
        new: Students of whom nothing was there before.
        replaced: Students whose earlier notebook was set aside for a newer one.
        unchanged: Students whose notebook was there already.
        kept: Students whose notebook is newer than what was found.
        notices: What a person should look at.
        lost: Whether something could not be given to a student.
    """

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    lost: bool = False

    def lose(self, notice: str) -> None:
        """Note what could not be given to a student."""
        self.notices.append(notice)
        self.lost = True


def collect(slug: str, source: Path, course: Path, people: People) -> Collection:
    """Put the newest notebook of each student into `<course>/submitted/<student>/<slug>/<slug>.ipynb`.

    Args:
        slug: The assignment.
        source: The archive or folder.
        course: The course folder.
        people: The list of students; without one, students are called what the platform calls them.

    Raises:
        UsageError: The source is neither, or more than a class hands in.
    """
    desk, opened = _Desk(slug, course, Collection(), Ledger(course, slug)), Source(source)
    with opened as entries:
        desk.found.notices += opened.troubles
        attempts = [attempt(entry, slug, people) for entry in entries]
        owned = desk.by_owner([one for one in attempts if one.slug in ("", slug)], people)
        for student, files in sorted(owned.items()):
            best = desk.best(student, files)
            if best is not None:
                desk.take(student, best, _secret_of(best, files))
        desk.ledger.write()
    return desk.found


@dataclass(frozen=True)
class _Desk:
    """Where the files of one assignment are sorted."""

    slug: str
    course: Path
    found: Collection
    ledger: Ledger

    def by_owner(self, attempts: Iterable[Attempt], people: People) -> Mapping[str, list[Attempt]]:
        """Return the files of each student; notebooks of nobody are set aside."""
        owned: dict[str, list[Attempt]] = defaultdict(list)
        for one in attempts:
            owners = one.owners(people) if len(people) else {one.made_up_id()} - {""}
            if len(owners) == 1:
                owned[owners.pop()].append(one)
            elif one.entry.is_notebook:
                several = f"may belong to {', '.join(sorted(owners))}"
                self.set_aside(one, several if owners else "belongs to nobody in students.csv")
        if not len(people):
            for student, files in list(owned.items()):
                if len({file.number for file in files}) > 1:  # two people of one name
                    for file in owned.pop(student):
                        self.set_aside(file, "has a name that two students have")
        return owned

    def best(self, student: str, files: Sequence[Attempt]) -> Attempt | None:
        """Return the newest notebook, of those that have the assignment's name if any has; say what was left."""
        self.found.notices += sorted({f"{student}: {file.note}" for file in files if file.note})
        notebooks = [file for file in files if file.entry.is_notebook]
        if not notebooks:
            names = ", ".join(sorted({file.original for file in files})[:5])
            self.found.lose(f"{student}: no notebook among {names}")
            return None
        by_platform = {file.platform for file in notebooks}
        slug = self.slug.casefold()
        named = [n for n in notebooks if slug in n.original.rpartition("/")[2].casefold()] or notebooks
        best = max(named, key=lambda n: (n.order if len(by_platform) == 1 else n.entry.time, n.entry.path))
        left = [n.original for n in notebooks if n is not best]
        if left:
            self.found.notices.append(
                f"{student}: {len(notebooks)} notebooks; {best.original} is the newest and was taken, "
                f"not {', '.join(sorted(left)[:5])}"
            )
        return best

    def take(self, student: str, best: Attempt, secret: Attempt | None) -> None:
        """Put a student's notebook into its place, unless it is there already or a newer one is."""
        content = self._content(student, best)
        if content is None:
            return
        place = self.course / "submitted" / student / self.slug / f"{self.slug}.ipynb"
        before = place.read_bytes() if place.is_file() else None
        now = Collected(best.platform, best.order, best.entry.path, _digest(content))
        known = self.ledger.taken.get(student)
        if before == content:
            self.found.unchanged.append(student)
        elif before is not None and known is not None and known.is_later_than(now):
            self.found.kept.append(student)
            older = "is older than what was collected, which stays"
            self.found.notices.append(f"{student}: {best.original} {older}")
            return
        else:
            (self.found.new if before is None else self.found.replaced).append(student)
            if before is not None:
                self._keep_earlier(student, before)
            _replace(place, content, best.stamp, secret)
        for copy in self._aside("unknown").glob(f"{_digest(content)}-*"):
            copy.unlink()  # it has found its owner
        self.ledger.taken[student] = now

    def _content(self, student: str, best: Attempt) -> bytes | None:
        try:
            content = best.entry.read()
        except Unreadable as error:
            self.found.lose(f"{student}: {best.original} cannot be read ({error})")
            return None
        if len(content) > MAX_BYTES:
            self.found.lose(f"{student}: {best.original} has more than {MAX_BYTES >> 20} MB")
            return None
        return content

    def _keep_earlier(self, student: str, content: bytes) -> None:
        path = self._aside("earlier") / f"{student}-{_digest(content)}.ipynb"
        write_atomically(path, content)
        where = path.relative_to(self.course)
        self.found.notices.append(f"{student}: a newer attempt; the earlier one is {where}")

    def set_aside(self, one: Attempt, why: str) -> None:
        """Keep a notebook of nobody, under a name of our own making."""
        try:
            content = one.entry.read()
        except Unreadable as error:
            self.found.lose(f"{one.entry.path} {why}, and cannot be read ({error})")
            return
        name = f"{_digest(content)}-{re.sub(r'[^A-Za-z0-9.@+-]', '_', one.entry.path)[-100:]}"
        path = self._aside("unknown") / name
        write_atomically(path, content)
        self.found.lose(f"{one.entry.path} {why}; it is {path.relative_to(self.course)}")

    def _aside(self, what: str) -> Path:
        return self.course / "set_aside" / self.slug / what


def _secret_of(best: Attempt, files: Sequence[Attempt]) -> Attempt | None:
    """Return the file by which nbgrader's exchange knows to whom it gives feedback back."""
    wanted = f"{best.entry.path.rpartition('/')[0]}/{SECRET}"
    return next((f for f in files if best.stamp and f.entry.path == wanted), None)


def _replace(place: Path, content: bytes, stamp: str, secret: Attempt | None) -> None:
    """Put a notebook into its place, and beside it what the exchange says of it; what told of another file goes."""
    beside = place.with_name("timestamp.txt"), place.with_name(SECRET)
    for path in beside:
        path.unlink(missing_ok=True)
    write_atomically(place, content)
    if stamp:
        write_atomically(beside[0], stamp)
    if secret is not None:
        with contextlib.suppress(Unreadable):
            write_atomically(beside[1], secret.entry.read())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def as_text(collection: Collection) -> str:
    """Return what to print."""
    counted = (
        (collection.new, "new"),
        (collection.replaced, "with a newer attempt"),
        (collection.unchanged, "unchanged"),
        (collection.kept, "older than what was there"),
    )
    lines = [
        ", ".join(f"{len(students)} {what}" for students, what in counted if students)
        or "nothing was collected"
    ]
    lines += [f"  look: {notice}" for notice in collection.notices]
    return printable("\n".join(lines))
