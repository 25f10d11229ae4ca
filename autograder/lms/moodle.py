"""Moodle: the names in “Download all submissions”, and the table that Grades ▸ Import ▸ CSV file reads.

The names are those of Moodle's `mod/assign`, the table what its `grade/import/csv` accepts: a first line that names
every column once, as many fields in every line, UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.lms.sheet import Sheet, tidy
from autograder.tables import csv_text

COLUMNS = ("First name", "Last name", "ID number", "Username", "Email address")
_NAME = re.compile(
    r"^(?P<who>.+)_(?P<participant>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?$", re.DOTALL
)


@dataclass(frozen=True)
class Upload:
    """What the path of one file in a download says.

    Attributes:
        who: The full name, behind `<group>-` when the assignment has groups.
        participant: Moodle's number of the student in this one assignment.
        kind: `file`, or `onlinetext` for what was typed into Moodle.
        original: What the student called the file.
    """

    who: str
    participant: str
    kind: str
    original: str


def upload(path: str) -> Upload | None:
    """Return what a path says, None when Moodle did not make it.

    Folders and flat names are both Moodle's; since Moodle 4.1 a folder's name ends without an underscore.

    >>> upload("Jane Doe_4711_assignsubmission_file_/a/he.ipynb")
    Upload(who='Jane Doe', participant='4711', kind='file', original='a/he.ipynb')
    """
    parts = path.split("/")
    for depth, part in enumerate(parts):
        found = _NAME.match(part)
        if found is not None:
            inside = "/".join([*([found["rest"]] if found["rest"] else []), *parts[depth + 1 :]])
            return Upload(found["who"], found["participant"], found["kind"], inside)
    return None


def feedback_path(path: str, name: str) -> str | None:
    """Return where a feedback file lies in the zip that Moodle takes back, None when Moodle did not make the path.

    >>> feedback_path("he.zip/Jane Doe_4711_assignsubmission_file/he.ipynb", "he.html")
    'Jane Doe_4711_assignsubmission_file_/he.html'
    """
    found = upload(path)
    return f"{found.who}_{found.participant}_assignsubmission_{found.kind}_/{name}" if found else None


def grades_csv(sheet: Sheet) -> str:
    """Return the marks as Moodle imports them; there one chooses which column is which.

    Moodle refuses a mark above the maximum of its own item, and an empty one clears nothing.
    """
    rows = [
        [p.first_name, p.last_name, p.sis_id, p.login, p.email, *map(tidy, sheet.points(line))]
        for line in sheet.lines
        for p in [line.person]
    ]
    return csv_text([*COLUMNS, *map(sheet.title, sheet.slugs)], rows)
