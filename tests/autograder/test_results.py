"""What `autograder grade` wrote is read back as it was, and anything else is an error that says what to do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from autograder.errors import UsageError
from autograder.exports import as_json, jsonl
from autograder.records import CellScore, Graded, Outcome
from autograder.results import read_results

ROW = Graded(
    *("ann", "he", Outcome.TIMED_OUT),
    cells=(CellScore("check_he", 2.0, 2.0), CellScore("check_more", 0.0, 1.5, "No.\nRead again.")),
    reason="too slow",
    seconds=0.25,
    seed=7,
    cage="strict",
    flags=("one", "two"),
)
ODD = ["two\nlines", "a\r\nb", "\x85\u2028\u2029", "\x0b\x1c\x00", "ünï 名前", '"', "<script>", "=cmd", ""]


def course_with(tmp_path, text):
    path = tmp_path / "report" / "results.jsonl"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8", newline="")
    return tmp_path


@pytest.mark.parametrize("text", ODD)
def test_every_text_comes_back(tmp_path, text):
    cells = (CellScore("check_he", 0.0, 1.0, text),)
    rows = [replace(ROW, student=text, reason=text, flags=(text, "b"), cells=cells), ROW]

    assert read_results(course_with(tmp_path, jsonl(rows))) == rows


def test_an_empty_file_is_an_empty_class(tmp_path):
    assert read_results(course_with(tmp_path, "")) == []


def test_without_results_the_error_says_how_to_get_them(tmp_path):
    with pytest.raises(UsageError, match="run `autograder grade"):
        read_results(tmp_path / "nowhere")


def line(**changes):
    return json.dumps(as_json(ROW) | changes)


DAMAGED = [
    "{",
    "[]",
    "3",
    "null",
    "{}",
    "[" * 100_000,
    line(outcome="fine"),
    line(cells=[{"name": "x"}]),
    line(cells=3),
    line(seconds="long"),
    line(flags=None),
]


@pytest.mark.parametrize("text", DAMAGED, ids=lambda text: text[:30])
def test_a_damaged_line_is_named(tmp_path, text):
    with pytest.raises(UsageError, match=r"results\.jsonl, line 2 is damaged"):
        read_results(course_with(tmp_path, f"{line()}\n{text}\n"))


def test_bytes_that_are_no_text_are_damage(tmp_path):
    course_with(tmp_path, "")
    (tmp_path / "report" / "results.jsonl").write_bytes(b"\xff\n")

    with pytest.raises(UsageError, match="is damaged"):
        read_results(tmp_path)
