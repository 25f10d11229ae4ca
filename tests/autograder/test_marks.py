"""The command writes what counts: what the gradebook has, by hand and late penalties included."""

from __future__ import annotations

import csv
import json
import sqlite3

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.exports import jsonl
from autograder.gradebook import Writer, default_url, read_marks
from autograder.people import Person, write_people
from autograder.records import AnswerKey, CellScore, Graded, KeyCell, Outcome, Role

CELLS = (
    KeyCell("double", Role.SOLUTION, "def double(x):\n    return 2 * x"),
    KeyCell("check_double", Role.CHECK, "assert double(2) == 4", 2.0),
    KeyCell("why", Role.MANUAL, "Why?", 3.0, "markdown"),
)
KEY = AnswerKey("numbers", CELLS, {cell.name: "stub" for cell in CELLS})


def row(student, points, words="Because."):
    notebook = {"cells": [{"id": "why", "source": words}, {"id": "double", "source": "x"}]}
    cells = (CellScore("check_double", points, 2.0, "" if points else "no"),)
    return Graded(student, "numbers", Outcome.FINISHED, cells, "", 0.1, 1, "none", notebook=notebook)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course with three submissions; one has a mark by hand, one a penalty; nobody changes it."""
    course = tmp_path_factory.mktemp("course")
    rows = [row("ann", 2.0), row("bob", 2.0, "stub"), row("=cy", 0.0)]
    with Writer(default_url(course)) as writer:
        writer.prepare(KEY)
        writer.write(rows, KEY)
    with Gradebook(default_url(course)) as book:
        grade = book.find_grade("why", "numbers", "numbers", "ann")
        grade.manual_score, grade.needs_manual_grade, grade.extra_credit = 1.5, False, 0.25
        book.find_comment("why", "numbers", "numbers", "ann").manual_comment = "Nearly."
        book.find_submission_notebook("numbers", "numbers", "bob").late_submission_penalty = 5.0
        book.db.commit()
    (course / "report").mkdir()
    (course / "report" / "results.jsonl").write_text(jsonl(rows), encoding="utf-8")
    write_people(
        course, [Person("ann", "Ann", "Lee", "ann@x.edu", "11"), Person("dan", "Dan", "Moe", "dan@x.edu")]
    )
    return course


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_marks_by_hand_count_and_penalties_are_taken_off(graded):
    found = {
        mark.student: (mark.score, mark.max_score, mark.penalty, mark.waiting)
        for mark in read_marks(default_url(graded))
    }

    assert found == {
        "ann": (3.75, 5.0, 0.0, False),
        "bob": (0.0, 5.0, 5.0, False),
        "=cy": (0.0, 5.0, 0.0, True),
    }


def test_what_persons_gave_is_found_by_cell(graded):
    with Writer(default_url(graded)) as writer:
        found = writer.by_hand("numbers")

        assert writer.by_hand("unknown") == {}
    assert {
        s: {n: (b.points, b.max_points, b.comment) for n, b in cells.items()} for s, cells in found.items()
    } == {"ann": {"why": (1.75, 3.0, "Nearly.")}}


@pytest.mark.parametrize("form", ["csv", "canvas", "moodle"])
def test_the_command_writes_a_table_and_says_what_to_look_at(graded, form, tmp_path, capsys):
    path = tmp_path / "out" / "x.csv"

    assert main(["export", "--course", str(graded), "--format", form, "--output", str(path)]) == 0
    printed = capsys.readouterr().out
    rows = table(path)
    assert printed.startswith(f"{path}\n")
    assert "numbers: 1 submission to be marked by a person" in printed
    assert {row["numbers"] for row in rows} >= {"3.75", "0", ""}
    if form == "canvas":
        assert "Canvas knows 3 of the students by no column (=cy, bob, dan)" in printed


def test_a_title_of_the_platforms_stands_above_the_column(graded, capsys):
    arguments = ["export", "numbers", "--course", str(graded), "--format", "canvas"]

    assert main([*arguments, "--title", "numbers=Numbers = 1 (7)"]) == 0
    assert "Numbers = 1 (7)" in table(graded / "exports" / "canvas.csv")[0]


def test_gradescope_gets_a_file_for_each_submission(graded, capsys):
    assert main(["export", "--course", str(graded), "--format", "gradescope"]) == 0
    files = sorted((graded / "exports" / "gradescope").rglob("results.json"))
    assert [file.parts[-3] for file in files] == ["=cy", "ann", "bob"]
    assert json.loads(files[1].read_text())["score"] == 2.0
    assert "those by hand, and what coming late costs, are not in it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["he"], "no marks for he; there are: numbers"),
        (["--title", "he=He"], "no marks for he; there are: numbers"),
        (["--title", "he"], "is not SLUG=TITLE"),
    ],
)
def test_wrong_usage_is_named(graded, capsys, arguments, words):
    assert main(["export", "--course", str(graded), "--format", "csv", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("form", ["csv", "gradescope"])
def test_without_a_graded_class_nothing_is_made(tmp_path, capsys, form):
    assert main(["export", "--course", str(tmp_path), "--format", form]) == 2
    assert "run `autograder grade" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_gradebook_is_refused(tmp_path, capsys):
    sqlite3.connect(tmp_path / "gradebook.db").close()

    assert main(["export", "--course", str(tmp_path), "--format", "csv"]) == 2
    (tmp_path / "gradebook.db").write_text("not a database, but a text that is long enough to be looked at")
    assert main(["export", "--course", str(tmp_path), "--format", "csv"]) == 4
