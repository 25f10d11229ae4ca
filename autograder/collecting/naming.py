"""Whose a file is, by how Canvas, Moodle, nbgrader's exchange, or a person named it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.collecting.source import Entry
from autograder.lms import canvas, moodle
from autograder.people import LONGEST_ID, People

_EXCHANGE = re.compile(
    r"^(?P<who>.+)\+(?P<slug>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+[^+]*)?$", re.DOTALL
)


@dataclass(frozen=True)
class Attempt:
    """One file that someone handed in.

    Attributes:
        entry: The file.
        platform: Who named it: `canvas`, `moodle`, `exchange` or `names`.
        who: Whom it may belong to, the likeliest first.
        original: What the student called it.
        order: A later attempt has a larger one, within a platform.
        number: Canvas' number of the student.
        note: What the name says besides, for a person.
        slug: The assignment, where the name says one.
        stamp: When it was handed in, where the name says so.
    """

    entry: Entry
    platform: str
    who: tuple[str, ...]
    original: str
    order: float | str
    number: str = ""
    note: str = ""
    slug: str = ""
    stamp: str = ""

    def owners(self, people: People) -> set[str]:
        """Return the students of the list whose it may be."""
        found = people.of_canvas(self.number)
        for name in self.who:
            found = found or people.called(name)
        return found

    def made_up_id(self) -> str:
        """Return a name for the folder of somebody of whom no list tells."""
        name = re.sub(r"[/\\\x00-\x1f\x7f]", "_", self.who[0] if self.who else "").strip().lstrip(".")
        return name.encode()[: LONGEST_ID - 8].decode(errors="ignore")  # folders count bytes


def attempt(entry: Entry, slug: str, people: People) -> Attempt:
    """Return what the path of a file tells."""
    parts = entry.path.split("/")
    of_moodle = moodle.upload(entry.path)
    if of_moodle is not None:
        whole = of_moodle.who
        _, group, rest = whole.partition("-")  # Moodle writes `<group>-<full name>` where there are groups
        who = (whole, rest) if group else (whole,)
        return Attempt(entry, "moodle", who, of_moodle.original or parts[-1], entry.time)
    for depth, part in enumerate(parts):
        of_canvas = canvas.upload(part)
        if of_canvas is not None:
            original = "/".join([of_canvas.original, *parts[depth + 1 :]])
            note = "Canvas says that it came late" if of_canvas.late else ""
            who = (of_canvas.who or of_canvas.user,)
            return Attempt(entry, "canvas", who, original, of_canvas.file, of_canvas.user, note)
        found = _EXCHANGE.match(part)
        if found is not None:
            student = found["who"]
            note = "" if entry.owner in ("", student) else f"{entry.path} belongs to the user {entry.owner}"
            return Attempt(
                *(entry, "exchange", (student,), "/".join(parts[depth + 1 :]), found["time"]),
                note=note,
                slug=found["slug"],
                stamp=found["time"],
            )
    return Attempt(entry, "names", _by_person(parts, slug, people), parts[-1], entry.time)


def _by_person(parts: list[str], slug: str, people: People) -> tuple[str, ...]:
    """Return whom a path of a person's own making may name: `jdoe/he.ipynb`, `jdoe_he-2.ipynb`, `Jane Doe.ipynb`."""
    stem = PurePosixPath(parts[-1]).stem
    bare = re.sub(rf"(?<![^\W_]){re.escape(slug)}(?![^\W_])", " ", stem, flags=re.IGNORECASE)
    bare = bare.strip(" _-.()+")
    without_number = re.sub(r"[\s_\-.]*\(?\d+\)?$", "", bare).strip(" _-.()+")
    folders = [part for part in reversed(parts[:-1]) if part.casefold() != slug.casefold()]
    inside_file = [stem, bare, without_number]
    order = [*inside_file, *folders] if len(people) else [*folders[:1], without_number, bare]
    return tuple(dict.fromkeys(name for name in order if name))
