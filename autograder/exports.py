"""What leaves the gradebook as files: one JSON line and one CSV row a submission.

The CSV is made to be opened in a spreadsheet, which takes a text that begins with `=`, `+`, `-` or `@` for a formula
and runs it.  Names of folders and flags are the students' words, so such a text gets an apostrophe before it,
as spreadsheets themselves mark a text.  The JSON lines hold every text as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from autograder.records import Graded

COLUMNS = (
    "student",
    "assignment",
    "outcome",
    "points",
    "max_points",
    "reason",
    "seconds",
    "seed",
    "cage",
    "flags",
)

_FORMULA = ("=", "+", "-", "@")
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


def as_json(row: Graded) -> dict[str, Any]:
    """Return the public form of one row, as it stands in `report/results.jsonl`."""
    return {
        "student": row.student,
        "assignment": row.assignment,
        "outcome": str(row.outcome),
        "points": row.points,
        "max_points": row.max_points,
        "reason": row.reason,
        "seconds": row.seconds,
        "seed": row.seed,
        "cage": row.cage,
        "flags": list(row.flags),
        "cells": [
            {"name": cell.name, "points": cell.points, "max_points": cell.max_points, "message": cell.message}
            for cell in row.cells
        ],
    }


def jsonl(rows: Iterable[Graded]) -> str:
    """Return one JSON object a line, by any reader's idea of a line."""
    lines = (json.dumps(as_json(row), ensure_ascii=False).translate(_LINE_ENDS) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def grades_csv(rows: Iterable[Graded]) -> str:
    """Return one CSV row a submission, with a header; quoted so that any name and any flag survives."""
    values = (as_json(row) | {"flags": "; ".join(row.flags)} for row in rows)
    return csv_text(COLUMNS, ([value[column] for column in COLUMNS] for value in values))


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a header and rows as CSV in which no value is a formula; None is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    is_formula = isinstance(value, str) and value.lstrip().startswith(_FORMULA)
    return f"'{value}" if is_formula else value
