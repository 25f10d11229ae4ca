"""Canvas: the names in `submissions.zip`, and the table that Gradebook ▸ Import reads.

The names are those of Canvas' `lib/content_zipper.rb`, the table is what its `lib/gradebook_importer.rb` accepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.lms.sheet import Sheet, tidy
from autograder.tables import csv_text

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
_NAME = re.compile(
    r"^(?:(?P<who>(?!LATE_).*?)_)?(?P<late>LATE_)?(?P<user>\d+|anon_[^_]+)_(?P<file>\d+)_(?P<original>.+)$",
    re.DOTALL,
)


@dataclass(frozen=True)
class Upload:
    """What the name of one file in `submissions.zip` says.

    Attributes:
        who: Family name and first name in one word and small letters; empty when Canvas hides names.
        user: Canvas' number of the student, or `anon_…`.
        file: Canvas' number of the file: a later upload has a larger one.
        original: What the student called the file; Canvas puts `-1`, `-2` … behind it for later attempts.
        late: Whether Canvas says that it came late.
    """

    who: str
    user: str
    file: int
    original: str
    late: bool


def upload(name: str) -> Upload | None:
    """Return what a file's name says, None when Canvas did not make it.

    >>> upload("doejane_LATE_1042_77310_he-2.ipynb")
    Upload(who='doejane', user='1042', file=77310, original='he-2.ipynb', late=True)
    """
    found = _NAME.match(name)
    if found is None:
        return None
    late = found["late"] is not None
    return Upload(found["who"] or "", found["user"], int(found["file"]), found["original"], late)


def feedback_name(path: str) -> str | None:
    """Return the name by which Canvas knows whose feedback a file is, None when Canvas did not make the path.

    It is the name in the download: Canvas looks for the numbers of user and file in it.

    >>> feedback_name("submissions.zip/doejane_1042_77310_he.zip/a/he.ipynb")
    'doejane_1042_77310_he.zip'
    """
    return next((part for part in path.split("/") if upload(part)), None)


def gradebook_csv(sheet: Sheet) -> str:
    """Return the marks as Canvas imports them.

    Canvas knows a student by `ID`, else by the SIS columns, else by name; an assignment by the number in brackets
    at the end of its title, else by its title.  An empty field changes nothing there.
    """
    possible = [
        POINTS_POSSIBLE,
        *[""] * (len(COLUMNS) - 1),
        *(tidy(sheet.most[slug]) for slug in sheet.slugs),
    ]
    rows = [
        [p.sorted_name, p.canvas_id, p.sis_id, p.login, p.section, *map(tidy, sheet.points(line))]
        for line in sheet.lines
        for p in [line.person]
    ]
    return csv_text([*COLUMNS, *map(sheet.title, sheet.slugs)], [possible, *rows])
