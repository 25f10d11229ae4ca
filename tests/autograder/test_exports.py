"""Whatever students call themselves, programs and spreadsheets read one row a submission."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from autograder.exports import COLUMNS, as_json, grades_csv, jsonl
from autograder.records import CellScore, Graded, Outcome

ROW = Graded(
    *("ann", "he", Outcome.FINISHED),
    cells=(
        CellScore("check_he", 2.0, 2.0),
        CellScore("check_more", 0.0, 1.5, "No: “2”, not 3.\nRead again."),
    ),
    reason="",
    seconds=0.25,
    seed=7,
    cage="strict",
    flags=("one", "two"),
    notebook={"cells": []},
    digest="abc",
)


def test_a_line_has_the_keys_that_were_promised():
    assert json.loads(jsonl([ROW])) == {
        "student": "ann",
        "assignment": "he",
        "outcome": "finished",
        "points": 2.0,
        "max_points": 3.5,
        "reason": "",
        "seconds": 0.25,
        "seed": 7,
        "cage": "strict",
        "flags": ["one", "two"],
        "cells": [
            {"name": "check_he", "points": 2.0, "max_points": 2.0, "message": ""},
            {
                "name": "check_more",
                "points": 0.0,
                "max_points": 1.5,
                "message": "No: “2”, not 3.\nRead again.",
            },
        ],
    }


def test_the_keys_stand_in_their_order():
    assert [*as_json(ROW)] == [*COLUMNS, "cells"]


ODD = [
    "a,b",
    'say "a"',
    "two\nlines",
    "a\r\nb",
    "ünï 名前",
    " spaces ",
    "",
    "null",
    "1e5",
    "\x85\u2028\u2029",
    "\x0b\x1c",
    "x" * 200,
]


@pytest.mark.parametrize("name", ODD)
def test_every_name_survives(name):
    row = replace(ROW, student=name, flags=(name, "b"), reason=name)
    lines = jsonl([row, ROW])

    assert len(lines.splitlines()) == 2
    assert json.loads(lines.splitlines()[0]) == as_json(row)
    read = list(csv.DictReader(io.StringIO(grades_csv([row, ROW]), newline="")))
    assert [one["student"] for one in read] == [name, "ann"]
    assert (read[0]["flags"], read[0]["reason"]) == (f"{name}; b", name)


def test_the_csv_has_a_header_and_the_marks():
    assert grades_csv([ROW]) == (
        "student,assignment,outcome,points,max_points,reason,seconds,seed,cage,flags\r\n"
        "ann,he,finished,2.0,3.5,,0.25,7,strict,one; two\r\n"
    )


FORMULAS = ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1"]


@pytest.mark.parametrize("name", FORMULAS)
def test_no_name_is_a_formula(name):
    row = replace(ROW, student=name, flags=(name,))
    (read,) = csv.DictReader(io.StringIO(grades_csv([row]), newline=""))

    assert (read["student"], read["flags"]) == (f"'{name}", f"'{name}")
    assert as_json(row)["student"] == name


def test_no_rows_are_no_lines():
    assert (jsonl([]), grades_csv([])) == ("", ",".join(COLUMNS) + "\r\n")
