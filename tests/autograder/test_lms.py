"""What we write for a learning platform is what the platform says that it reads.

The readers below are strict: they accept what Canvas' importer, Moodle's CSV import and Gradescope's autograder
specification accept, and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from autograder.gradebook import Mark
from autograder.lms import canvas, gradescope, moodle
from autograder.lms.sheet import marks_csv, sheet_of
from autograder.people import People, Person
from autograder.records import CellScore, Graded, Outcome

EVIL = '=HYPERLINK("http://evil.example","x")'
PEOPLE = People(
    [
        Person("jdoe", "Jane", "Doe", "jane@x.edu", "1042", "S-7", "jdoe", "Tuesday"),
        Person("zo", 'Zoë "Z"', "O'Neil, II", "zo@x.edu", "1043", "-8", "zo"),
        Person("mallory", EVIL, "@SUM(A1)", "+m@x.edu", "1044"),
        Person("absent", "No", "Work", "no@x.edu", "1045"),
    ]
)
MARKS = [
    Mark("jdoe", "he", 0.1 + 0.2, 3.5, 0.0, False),
    Mark("jdoe", "xavier", 10.0, 10.0, 0.0, True),
    Mark("zo", "he", 0.0, 3.5, 0.0, False),
    Mark("mallory", "xavier", 7.25, 10.0, 1.0, False),
    Mark("stranger", "he", 2.0, 3.5, 0.0, False),
]
SHEET = sheet_of(MARKS, PEOPLE, ["he", "xavier"], {"xavier": "Xavier, at last (4711)"})


def records(text):
    """The rows of a file by RFC 4180: CRLF, as many fields in each line, quotes where they are due."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    text.encode("utf-8")
    return rows


def assert_no_formula(rows):
    for field in (field for row in rows for field in row):
        assert not field.lstrip().startswith(("=", "+", "@")), field
        assert not field.startswith("-") or re.fullmatch(r"-?[\d.]+", field), field


def as_canvas_reads(text):
    """Titles, points and scores by student, as `gradebook_importer.rb` takes them."""
    header, possible, *rows = records(text)
    assert "Student" in header[0]
    assert "ID" in header[1]
    first = 2
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        first = 3
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        first = 4
    assert "Section" in header[first], "else: Invalid header row"
    assignments = header[first + 1 :]
    reserved = r"Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override"
    assert not [title for title in assignments if re.search(reserved, title)]
    assert "Points Possible" in possible[0]
    assert not any(re.search(r"read\s+only", field) for field in possible)
    # The delimiter is guessed from the first three lines: no field of theirs may hold the end of a line.
    assert len({line.count('"') % 2 for line in text.split("\r\n")[:3]}) == 1
    scores = {}
    for row in rows:
        assert row[1].isdigit() or row[0], "a student without number is looked up by name"
        for field in row[first + 1 :]:
            assert field == "" or re.fullmatch(r"-?[0-9.,]+%?", field)
        scores[row[1] or row[0]] = row[first + 1 :]
    ids = [re.search(r"\((\d+)\)$", title) for title in assignments]
    return assignments, [found and int(found[1]) for found in ids], possible[first + 1 :], scores


def as_moodle_reads(text):
    """Marks by address, as `grade/import/csv` takes them when columns are mapped by their names."""
    text.encode("utf-8").decode("utf-8")
    header, *rows = records(text)
    assert all(header)
    assert len(set(header)) == len(header)
    assert "Email address" in header
    by = header.index("Email address")
    items = {name: place for place, name in enumerate(header) if place >= len(moodle.COLUMNS)}
    found = {}
    for row in rows:
        for place in items.values():
            assert row[place] in ("", "-") or float(row[place]) >= 0
        found[row[by]] = {name: row[place] for name, place in items.items()}
    return found


def as_gradescope_reads(text):
    """The fields that the autograder specification names, with their types; nothing else."""
    data = json.loads(text)
    visibility = {"hidden", "after_due_date", "after_published", "visible"}
    top = {
        "score": (int, float),
        "execution_time": (int, float),
        "output": str,
        "output_format": str,
        "visibility": str,
        "stdout_visibility": str,
        "extra_data": dict,
        "tests": list,
    }
    test = {
        "score": (int, float),
        "max_score": (int, float),
        "status": str,
        "name": str,
        "output": str,
        "output_format": str,
        "visibility": str,
    }
    assert set(data) <= set(top)
    assert all(isinstance(data[key], top[key]) for key in data)
    assert "score" in data or all("score" in one for one in data["tests"])
    assert {data["visibility"], data["stdout_visibility"]} <= visibility
    for one in data["tests"]:
        assert set(one) <= set(test)
        assert all(isinstance(one[key], test[key]) for key in one)
        assert one["visibility"] in visibility
        assert one["status"] in {"passed", "failed"}
        assert one["output_format"] in {"text", "html", "simple_format", "md", "ansi"}
    return data


def test_canvas_reads_the_marks():
    text = canvas.gradebook_csv(SHEET)
    titles, ids, possible, scores = as_canvas_reads(text)

    assert (titles, ids, possible) == (["he", "Xavier, at last (4711)"], [None, 4711], ["3.5", "10"])
    assert scores == {
        "1042": ["0.3", "10"],
        "1043": ["0", ""],
        "1044": ["", "7.25"],
        "1045": ["", ""],
        "stranger": ["2", ""],
    }
    assert_no_formula(records(text))


def test_moodle_reads_the_marks():
    text = moodle.grades_csv(SHEET)

    assert as_moodle_reads(text) == {
        "jane@x.edu": {"he": "0.3", "Xavier, at last (4711)": "10"},
        "zo@x.edu": {"he": "0", "Xavier, at last (4711)": ""},
        "'+m@x.edu": {"he": "", "Xavier, at last (4711)": "7.25"},
        "no@x.edu": {"he": "", "Xavier, at last (4711)": ""},
        "": {"he": "2", "Xavier, at last (4711)": ""},
    }
    assert_no_formula(records(text))


def test_a_spreadsheet_reads_the_marks():
    text = marks_csv(SHEET)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert_no_formula(records(text))
    assert [row["student"] for row in rows] == ["mallory", "jdoe", "zo", "stranger", "absent"]
    assert rows[1] == {
        "student": "jdoe",
        "last_name": "Doe",
        "first_name": "Jane",
        "email": "jane@x.edu",
        "he": "0.3",
        "xavier": "10",
        "total": "10.3",
        "of": "13.5",
        "penalty": "0",
        "waiting": "xavier",
    }
    assert (rows[4]["he"], rows[4]["total"]) == ("", "0")
    assert rows[0]["penalty"] == "1"


def test_gradescope_reads_a_result():
    cells = (
        CellScore("check_he", 2.0, 2.0),
        CellScore("check_more", 0.0, 1.5, "<b>No</b>: “2”.\x1b[31m\ud800"),
    )
    row = Graded("ann", "he", Outcome.TIMED_OUT, cells, "too slow", 0.25, 7, "strict", ("a flag",))
    data = as_gradescope_reads(gradescope.results_json(row))

    assert (data["score"], data["output"], data["extra_data"]["flags"]) == (2.0, "too slow", ["a flag"])
    assert [(one["name"], one["score"], one["max_score"], one["status"]) for one in data["tests"]] == [
        ("check_he", 2.0, 2.0, "passed"),
        ("check_more", 0.0, 1.5, "failed"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doejane_1042_77310_he.ipynb", ("doejane", "1042", 77310, "he.ipynb", False)),
        ("doejane_LATE_1042_77310_he-2.ipynb", ("doejane", "1042", 77310, "he-2.ipynb", True)),
        ("o_neil_ii_1042_77310_my_1_2_he.ipynb", ("o_neil_ii", "1042", 77310, "my_1_2_he.ipynb", False)),
        ("名前_1042_77310_a b.ipynb", ("名前", "1042", 77310, "a b.ipynb", False)),
        ("anon_aB3x9_77310_he.ipynb", ("", "anon_aB3x9", 77310, "he.ipynb", False)),
        ("LATE_anon_aB3x9_77310_he.ipynb", ("", "anon_aB3x9", 77310, "he.ipynb", True)),
    ],
)
def test_names_of_canvas_are_taken_apart(name, expected):
    found = canvas.upload(name)

    assert (found.who, found.user, found.file, found.original, found.late) == expected


@pytest.mark.parametrize(
    "name", ["he.ipynb", "jane_he.ipynb", "doejane_1042_he.ipynb", "doejane_1042_77310_"]
)
def test_other_names_are_not_canvas(name):
    assert canvas.upload(name) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Jane Doe_4711_assignsubmission_file_/he.ipynb", ("Jane Doe", "4711", "file", "he.ipynb")),
        ("Jane Doe_4711_assignsubmission_file_he.ipynb", ("Jane Doe", "4711", "file", "he.ipynb")),
        ("Jane Doe_4711_assignsubmission_file_/a/he.ipynb", ("Jane Doe", "4711", "file", "a/he.ipynb")),
        (
            "x/Group A-Jane Doe_4711_assignsubmission_file/he.ipynb",
            ("Group A-Jane Doe", "4711", "file", "he.ipynb"),
        ),
        (
            "x/Group A-Jane Doe_4711_assignsubmission_file_/he.ipynb",
            ("Group A-Jane Doe", "4711", "file", "he.ipynb"),
        ),
        (
            "Jane Doe_4711_assignsubmission_onlinetext_/onlinetext.html",
            ("Jane Doe", "4711", "onlinetext", "onlinetext.html"),
        ),
    ],
)
def test_names_of_moodle_are_taken_apart(path, expected):
    found = moodle.upload(path)

    assert (found and (found.who, found.participant, found.kind, found.original)) == expected
