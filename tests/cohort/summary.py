"""What came of grading the sample class, on one screen: `python -m tests.cohort.summary COURSE`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.cohort.build import ROOT

Row = dict[str, Any]


def read_rows(course: Path) -> list[Row]:
    """Return the rows of `report/results.jsonl`."""
    text = (course / "report" / "results.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def table(rows: list[Row]) -> str:
    """Return the marks, a line per student, a column per assignment; with the outcome unless finished."""
    slugs = sorted({row["assignment"] for row in rows})
    marks = {(row["student"], row["assignment"]): _mark(row) for row in rows}
    lines = [["", *slugs]]
    lines += [
        [student, *(marks.get((student, slug), "") for slug in slugs)]
        for student in sorted({row["student"] for row in rows})
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(slugs) + 1)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def paths(course: Path) -> str:
    """Return where the site, the report, the gradebook and the feedback lie."""
    places = {
        "site": ROOT / "_build" / "html" / "index.html",
        "report": course / "report" / "grades.csv",
        "gradebook": course / "gradebook.db",
        "feedback": course / "feedback",
    }
    return "\n".join(
        f"{name:<10} {path}" + ("" if path.exists() else "  (not there yet: make)")
        for name, path in places.items()
    )


def _mark(row: Row) -> str:
    outcome = "" if row["outcome"] == "finished" else f" {row['outcome']}"
    return f"{row['points']:g}/{row['max_points']:g}{outcome}"


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("course", type=Path, help="the folder that `autograder grade --course` wrote")
    course = parser.parse_args().course.resolve()
    print(f"\n{table(read_rows(course))}\n\n{paths(course)}")


if __name__ == "__main__":
    main()
