"""Who takes the course: the list of students, read from our own columns, Canvas' or Moodle's.

The list lies in the course folder as `students.csv`.  A student's `id` is the name of the folder below `submitted/`;
everything else is how learning platforms know the same person.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.tables import csv_text, read_table

LONGEST_ID = 128
"""Characters of an id: what nbgrader's gradebook has room for."""


@dataclass(frozen=True)
class Person:
    """One student.

    Attributes:
        id: The name of the folder of submissions.
        first_name: May be empty, like all that follows.
        last_name: Family name.
        email: Address.
        canvas_id: Canvas' own number of a user, its column `ID`.
        sis_id: The institution's number: `SIS User ID` in Canvas, `ID number` in Moodle.
        login: `SIS Login ID` in Canvas, `Username` in Moodle.
        section: Canvas' column of that name.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    canvas_id: str = ""
    sis_id: str = ""
    login: str = ""
    section: str = ""

    @property
    def name(self) -> str:
        """The name as a person says it; the id where there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.id

    @property
    def sorted_name(self) -> str:
        """The name as lists sort it, `Doe, Jane`."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id


COLUMNS = tuple(field.name for field in fields(Person))
_KNOWN = {  # what others call our columns, in small letters
    **{column: column for column in COLUMNS},
    "sis user id": "sis_id",
    "sis login id": "login",
    "lms_user_id": "canvas_id",
    "first name": "first_name",
    "firstname": "first_name",
    "last name": "last_name",
    "lastname": "last_name",
    "surname": "last_name",
    "email address": "email",
    "id number": "sis_id",
    "username": "login",
}
_WHOLE_NAMES = ("student", "full name", "name")
_IDS = ("login", "sis_id", "email", "canvas_id")
"""What serves as id when the list has no such column, the first that every row fills."""


class People:
    """The students of a course, found by whatever a platform calls them.

    Args:
        everyone: The list.
    """

    def __init__(self, everyone: Iterable[Person] = ()) -> None:
        self.by_id = {person.id: person for person in everyone}
        self._known: dict[str, set[str]] = defaultdict(set)
        self._named: dict[str, set[str]] = defaultdict(set)
        for person in self.by_id.values():
            for value in (person.id, person.login, person.sis_id, person.email, person.email.split("@")[0]):
                self._known[value.casefold()].add(person.id)
            self._known[f"canvas:{person.canvas_id}"].add(person.id)
            for name in (person.name, person.sorted_name):
                self._named[letters(name)].add(person.id)
        for found in (self._known, self._named):
            found.pop("", None)
        self._known.pop("canvas:", None)

    def __iter__(self) -> Iterator[Person]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def of_canvas(self, number: str) -> set[str]:
        """Return the ids of the students with a number in Canvas."""
        return set(self._known.get(f"canvas:{number}", ()))

    def called(self, what: str) -> set[str]:
        """Return the ids of those whose id, login, number or address it is; else of those with such a name."""
        known = self._known.get(what.strip().casefold(), set())
        return set(known or self._named.get(letters(what), set()))


def letters(name: str) -> str:
    """Return a name without case, spaces and signs, as platforms spell it in the names of files.

    >>> letters("O'Neil, Zoë") == letters("o’neil zoe") == "oneilzoe"
    True
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum())


def list_path(course: Path) -> Path:
    """Return where a course keeps its list."""
    return course / "students.csv"


def read_people(course: Path) -> People:
    """Return the students of a course; nobody, when it has no list.

    Raises:
        UsageError: The list is damaged.
    """
    path = list_path(course)
    return People(import_people(path)) if path.exists() else People()


def write_people(course: Path, everyone: Sequence[Person]) -> Path:
    """Write the list of a course, and return where."""
    rows = (astuple(person) for person in sorted(everyone, key=lambda person: person.id))
    write_atomically(list_path(course), csv_text(COLUMNS, rows))
    return list_path(course)


def import_people(path: Path) -> list[Person]:
    """Return the students that a CSV file lists: our own columns, Canvas' gradebook, Moodle's participants.

    Raises:
        UsageError: It lists nobody, or a row has no id, an impossible one, or one that another row has.
    """
    table = [(line, _ours(row)) for line, row in read_table(path)]
    table = [(line, row) for line, row in table if not _is_no_student(row)]
    if not table:
        raise UsageError(f"{path} lists no students")
    column = _id_column([row for _, row in table], path)
    people: dict[str, tuple[int, Person]] = {}
    for line, row in table:
        name = row.get(column, "")
        _require_id(name, column, f"{path}, line {line}")
        if name in people:
            raise UsageError(f"{path}, line {line}: '{name}' stands in line {people[name][0]} as well")
        people[name] = line, Person(**{**{k: v for k, v in row.items() if k in COLUMNS}, "id": name})
    return [person for _, person in people.values()]


def _ours(row: dict[str, str]) -> dict[str, str]:
    """Return a row by our own names of columns."""
    small = {column.casefold(): value for column, value in row.items()}
    found: dict[str, str] = {}
    if "student" in small or "sis login id" in small or "sis user id" in small:  # Canvas
        found["canvas_id"] = small.pop("id", "")
    for column in _WHOLE_NAMES:
        if small.get(column):
            found |= _divided(small[column])
    return found | {_KNOWN[column]: value for column, value in small.items() if column in _KNOWN}


def _divided(name: str) -> dict[str, str]:
    """Return first and last name of a whole one; the last word is the last name where no comma says so."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.rpartition(" ")
    return {"first_name": first.strip(), "last_name": last.strip()}


def _is_no_student(row: dict[str, str]) -> bool:
    """Return whether a row is Canvas' line of points, or its made-up test student."""
    first, last = row.get("first_name", ""), row.get("last_name", "")
    is_points = "points possible" in f"{first} {last}".casefold() and not row.get("canvas_id")
    is_test = (first, last) == ("Test", "Student") and "canvas_id" in row
    return is_points or is_test or not any(row.values())


def _id_column(rows: Sequence[dict[str, str]], path: Path) -> str:
    if "id" in rows[0]:
        return "id"
    for column in _IDS:
        if all(row.get(column) for row in rows):
            return column
    raise UsageError(
        f"{path}: no column names every student; it must have one of `id`, `Username`, `SIS Login ID`, "
        f"`ID number`, `SIS User ID`, `Email address`, filled in every row"
    )


def _require_id(name: str, column: str, where: str) -> None:
    if not name:
        raise UsageError(f"{where}: the column for `{column}` is empty; it names the student's folder")
    bad = re.search(r"[/\\\x00-\x1f\x7f]", name) or name.startswith(".")
    if bad or len(name) > LONGEST_ID or len(os.fsencode(name)) > LONGEST_ID * 2 - 1:
        raise UsageError(
            f"{where}: {name[:60]!r} cannot be the name of a folder; no slash or control character, "
            f"no dot at the beginning, at most {LONGEST_ID} characters"
        )
