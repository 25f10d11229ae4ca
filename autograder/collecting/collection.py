"""The newest notebook of each student, put where the grader looks; whatever has no owner is set aside, not lost."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.bridge.proxy import printable
from autograder.collecting.naming import Attempt, attempt
from autograder.collecting.source import Source, Unreadable
from autograder.files import write_atomically
from autograder.people import People
from autograder.records import MAX_BYTES

SECRET = "submission_secret.txt"
"""Of nbgrader's exchange."""


@dataclass
class Collected:
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


def collect(slug: str, source: Path, course: Path, people: People) -> Collected:
    """Put the newest notebook of each student into `<course>/submitted/<student>/<slug>/<slug>.ipynb`.

    Args:
        slug: The assignment.
        source: The archive or folder.
        course: The course folder.
        people: The list of students; without one, students are called what the platform calls them.

    Raises:
        UsageError: The source is neither, or more than a class hands in.
    """
    collected, opened = Collected(), Source(source)
    with opened as entries:
        collected.notices += opened.troubles
        attempts = [attempt(entry, slug, people) for entry in entries]
        owned = _by_owner(
            [one for one in attempts if one.slug in ("", slug)], people, course, slug, collected
        )
        log = _Log(course, slug)
        for student, files in sorted(owned.items()):
            best = _best(student, files, slug, collected)
            if best is not None:
                _put(student, best, _secret_of(best, files), course, slug, log, collected)
        log.write()
    return collected


def _by_owner(
    attempts: Iterable[Attempt], people: People, course: Path, slug: str, collected: Collected
) -> Mapping[str, list[Attempt]]:
    owned: dict[str, list[Attempt]] = defaultdict(list)
    for one in attempts:
        owners = one.owners(people) if len(people) else {one.made_up_id()} - {""}
        if len(owners) == 1:
            owned[owners.pop()].append(one)
        elif one.entry.is_notebook:
            why = (
                f"may belong to {', '.join(sorted(owners))}"
                if owners
                else "belongs to nobody in students.csv"
            )
            _set_aside(one, why, course, slug, collected)
    if not len(people):
        for student, files in list(owned.items()):
            if len({file.number for file in files}) > 1:  # two people of one name
                for file in owned.pop(student):
                    _set_aside(file, "has a name that two students have", course, slug, collected)
    return owned


def _best(student: str, files: Sequence[Attempt], slug: str, collected: Collected) -> Attempt | None:
    """Return the newest notebook, of those that have the assignment's name if any has; say what was left."""
    collected.notices += sorted({f"{student}: {file.note}" for file in files if file.note})
    notebooks = [file for file in files if file.entry.is_notebook]
    if not notebooks:
        names = ", ".join(sorted({file.original for file in files})[:5])
        collected.notices.append(f"{student}: no notebook among {names}")
        collected.lost = True
        return None
    by_platform = {file.platform for file in notebooks}
    named = [n for n in notebooks if slug.casefold() in n.original.rpartition("/")[2].casefold()] or notebooks
    best = max(named, key=lambda n: (n.order if len(by_platform) == 1 else n.entry.time, n.entry.path))
    left = [n.original for n in notebooks if n is not best]
    if left:
        collected.notices.append(
            f"{student}: {len(notebooks)} notebooks; {best.original} is the newest and was taken, "
            f"not {', '.join(sorted(left)[:5])}"
        )
    return best


def _secret_of(best: Attempt, files: Sequence[Attempt]) -> Attempt | None:
    """Return the file by which nbgrader's exchange knows to whom it gives feedback back."""
    wanted = f"{best.entry.path.rpartition('/')[0]}/{SECRET}"
    return next((f for f in files if best.stamp and f.entry.path == wanted), None)


def _put(
    student: str,
    best: Attempt,
    secret: Attempt | None,
    course: Path,
    slug: str,
    log: _Log,
    collected: Collected,
) -> None:
    place = course / "submitted" / student / slug / f"{slug}.ipynb"
    try:
        content = best.entry.read()
    except Unreadable as error:
        collected.notices.append(f"{student}: {best.original} cannot be read ({error})")
        collected.lost = True
        return
    if len(content) > MAX_BYTES:
        collected.notices.append(f"{student}: {best.original} has more than {MAX_BYTES >> 20} MB")
        collected.lost = True
        return
    before = place.read_bytes() if place.is_file() else None
    if before == content:
        collected.unchanged.append(student)
    elif before is not None and log.is_older(student, best):
        collected.kept.append(student)
        collected.notices.append(f"{student}: {best.original} is older than what was collected, which stays")
        return
    else:
        if before is not None:
            name = f"{student}-{_digest(before)}.ipynb"
            write_atomically(course / "set_aside" / slug / "earlier" / name, before)
            collected.notices.append(
                f"{student}: a newer attempt; the earlier one is set_aside/{slug}/earlier/{name}"
            )
        (collected.new if before is None else collected.replaced).append(student)
        beside = place.with_name("timestamp.txt"), place.with_name(SECRET)
        for path in beside:
            path.unlink(missing_ok=True)  # it told of another file
        write_atomically(place, content)
        if best.stamp:
            write_atomically(beside[0], best.stamp)
        if secret is not None:
            with contextlib.suppress(Unreadable):
                write_atomically(beside[1], secret.entry.read())
    for copy in (course / "set_aside" / slug / "unknown").glob(f"{_digest(content)}-*"):
        copy.unlink()  # it has found its owner
    log.note(student, best, content)


def _set_aside(one: Attempt, why: str, course: Path, slug: str, collected: Collected) -> None:
    """Keep a notebook of nobody, under a name of our own making."""
    collected.lost = True
    try:
        content = one.entry.read()
    except Unreadable as error:
        collected.notices.append(f"{one.entry.path} {why}, and cannot be read ({error})")
        return
    name = f"{_digest(content)}-{re.sub(r'[^A-Za-z0-9.@+-]', '_', one.entry.path)[-100:]}"
    write_atomically(course / "set_aside" / slug / "unknown" / name, content)
    collected.notices.append(f"{one.entry.path} {why}; it is set_aside/{slug}/unknown/{name}")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


class _Log:
    """Which attempt of each student was collected: `collected/<slug>.json`."""

    def __init__(self, course: Path, slug: str) -> None:
        self._path = course / "collected" / f"{slug}.json"
        self._known: dict[str, dict[str, Any]] = {}
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}
        except (OSError, ValueError):
            pass  # nothing was collected yet, or it is not known what

    def is_older(self, student: str, one: Attempt) -> bool:
        """Return whether a later attempt than this was collected, as far as two can be compared."""
        before = self._known.get(student, {})
        order, now = before.get("order"), one.order
        if before.get("platform") != one.platform:
            return False
        if isinstance(order, str) and isinstance(now, str):
            return order > now
        return isinstance(order, int | float) and not isinstance(now, str) and order > now

    def note(self, student: str, one: Attempt, content: bytes) -> None:
        """Remember what was collected."""
        self._known[student] = {
            "platform": one.platform,
            "order": one.order,
            "path": one.entry.path,
            "digest": _digest(content),
        }

    def write(self) -> None:
        """Put it on the disk."""
        write_atomically(self._path, json.dumps(self._known, indent=1, sort_keys=True) + "\n")


def as_text(collected: Collected) -> str:
    """Return what to print."""
    counted = (
        (collected.new, "new"),
        (collected.replaced, "with a newer attempt"),
        (collected.unchanged, "unchanged"),
        (collected.kept, "older than what was there"),
    )
    lines = [
        ", ".join(f"{len(students)} {what}" for students, what in counted if students)
        or "nothing was collected"
    ]
    lines += [f"  look: {notice}" for notice in collected.notices]
    return printable("\n".join(lines))
