"""What a run found out, as files: one JSON line and one CSV row a submission.

The JSON lines hold every text as it is; the CSV, made for spreadsheets, holds no formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from autograder.records import Graded
from autograder.tables import csv_text

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
