"""Gradescope: one submission as its `results.json`, by the autograder specification that Gradescope publishes."""

from __future__ import annotations

import json
from typing import Any

from autograder.records import Graded

LONGEST = 100_000
"""Characters of one text on the page."""


def results(row: Graded) -> dict[str, Any]:
    """Return a row as Gradescope shows it: a test for each check, the reason above them; flags are for instructors."""
    tests = [
        {
            "name": cell.name,
            "score": cell.points,
            "max_score": cell.max_points,
            "status": "failed" if cell.message else "passed",
            "output": cell.message[:LONGEST],
            "output_format": "text",
            "visibility": "visible",
        }
        for cell in row.cells
    ]
    return {
        "score": row.points,
        "execution_time": row.seconds,
        "output": row.reason[:LONGEST],
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "outcome": str(row.outcome),
            "flags": list(row.flags),
            "seed": row.seed,
            "cage": row.cage,
        },
        "tests": tests,
    }


def results_json(row: Graded) -> str:
    """Return the text of `results.json`."""
    return json.dumps(results(row), indent=1, ensure_ascii=True) + "\n"
