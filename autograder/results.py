"""The rows of the last run, read back from `report/results.jsonl`: what reports and explanations start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.records import CellScore, Graded, Outcome


def read_results(course: Path) -> list[Graded]:
    """Return the rows that `autograder grade` left, in their order, without the notebooks.

    Args:
        course: The course folder.

    Raises:
        UsageError: There are none, or a line is not one that `autograder grade` writes.
    """
    path = course / "report" / "results.jsonl"
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"there are no results in {course} ({path}: {error.strerror}); "
            f"run `autograder grade --submitted DIR --course {course}` first"
        ) from error
    except UnicodeDecodeError as error:
        raise _damaged(path, "") from error
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):  # students' words may hold other ends of lines
        try:
            rows += [_row(json.loads(line))] if line else []
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise _damaged(path, f", line {number}") from error
    return rows


def _damaged(path: Path, where: str) -> UsageError:
    return UsageError(
        f"{path}{where} is damaged; run `autograder grade` again, which writes it anew from its records"
    )


def _row(data: dict[str, Any]) -> Graded:
    cells = tuple(
        CellScore(str(cell["name"]), float(cell["points"]), float(cell["max_points"]), str(cell["message"]))
        for cell in data["cells"]
    )
    return Graded(
        student=str(data["student"]),
        assignment=str(data["assignment"]),
        outcome=Outcome(data["outcome"]),
        cells=cells,
        reason=str(data["reason"]),
        seconds=float(data["seconds"]),
        seed=int(data["seed"]),
        cage=str(data["cage"]),
        flags=tuple(str(flag) for flag in data["flags"]),
    )
