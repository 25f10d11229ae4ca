"""The sample class through the command line: every submission gets the row that its folder expects.

On honest submissions the marks are stock nbgrader's, cell by cell: only the road to them differs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.key import load_key
from autograder.release import build_source, release, slugs
from tests.cohort.build import Member, build, members, zero_checks
from tests.cohort.summary import Row, read_rows, table
from tests.conftest import ROOT, autograder, published

CLASS = [member for slug in slugs(ROOT) for member in members(slug)]
NAMES = [f"{member.slug}-{member.student}" for member in CLASS]
HONEST = ("perfect", "blank", "half_right", "right_but_different")

Marks = dict[tuple[str, str], float]
"""The automatic mark by student and cell."""

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The course folder after one run of the command over the whole class, and the run itself."""
    course = tmp_path_factory.mktemp("class")
    for slug in slugs(ROOT):
        release(slug, ROOT)
    build(course / "submitted", slugs(ROOT))
    run = autograder(
        "grade", "--submitted", course / "submitted", "--course", course, "--workers", 2, "--cell-seconds", 3
    )
    return course, run


@pytest.fixture(scope="module")
def rows(graded) -> dict[tuple[str, str], Row]:
    course, run = graded
    assert run.returncode == 0, run.stderr
    return {(row["student"], row["assignment"]): row for row in read_rows(course)}


def test_every_assignment_has_its_class():
    assert {member.slug for member in CLASS} == set(slugs(ROOT))


def test_every_submission_has_one_row(graded, rows):
    assert len(read_rows(graded[0])) == len(rows) == len(CLASS)


@pytest.mark.parametrize("member", CLASS, ids=NAMES)
def test_a_row_has_the_expected_outcome_and_a_reason_when_one_is_due(rows, member: Member):
    row = rows[member.student, member.slug]

    assert row["outcome"] == member.expected["outcome"]
    assert bool(row["reason"]) == (row["outcome"] != "finished")


@pytest.mark.parametrize("member", CLASS, ids=NAMES)
def test_a_row_has_the_expected_points_check_by_check(rows, member: Member):
    key = load_key(member.slug, ROOT)
    zero = zero_checks(member, key)
    expected = {check.name: 0.0 if check.name in zero else check.points for check in key.checks}
    row = rows[member.student, member.slug]

    assert {cell["name"]: cell["points"] for cell in row["cells"]} == expected
    assert row["points"] == sum(expected.values())
    assert row["max_points"] == key.max_points


@pytest.mark.parametrize("member", CLASS, ids=NAMES)
def test_every_lost_point_has_a_message_and_every_earned_one_none(rows, member: Member):
    cells = rows[member.student, member.slug]["cells"]

    assert [cell["name"] for cell in cells if bool(cell["message"]) == (cell["points"] > 0)] == []


@pytest.mark.parametrize("member", CLASS, ids=NAMES)
def test_a_row_has_the_expected_flags_and_honest_work_none(rows, member: Member):
    flags = rows[member.student, member.slug]["flags"]
    expected = member.expected.get("flags", [])

    assert [word for word in expected if not any(word in flag for flag in flags)] == []
    assert flags == [] or expected


def test_the_blank_notebook_fails_for_want_of_an_answer_and_nothing_else(rows):
    for slug in slugs(ROOT):
        messages = [cell["message"] for cell in rows["blank", slug]["cells"]]

        assert [message for message in messages if "NotImplementedError" not in message] == []


def test_the_table_shows_each_student_once(rows):
    lines = table(list(rows.values())).splitlines()

    assert len(lines) == 1 + len({member.student for member in CLASS})


@pytest.fixture(scope="module")
def stock(graded, tmp_path_factory) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A course folder with the honest members, and nbgrader in it, which grades what it is told (see `stock.py`)."""
    course = tmp_path_factory.mktemp("stock")
    for student in HONEST:
        shutil.copytree(graded[0] / "submitted" / student, course / "submitted" / student)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, Path(__file__).with_name("stock.py")]
    with subprocess.Popen(
        command, cwd=course, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield course, process


def stock_marks(course: Path, process: subprocess.Popen[str], slug: str) -> Marks:
    """Return the marks of an assignment from nbgrader's own autograder and gradebook."""
    from nbgrader.api import Gradebook

    source = build_source(slug, ROOT)
    target = course / "source" / slug / source.name
    target.parent.mkdir(parents=True)
    target.write_bytes(source.read_bytes())
    assert process.stdin is not None and process.stdout is not None
    print(slug, file=process.stdin, flush=True)
    failure = json.loads(process.stdout.readline())
    assert failure is None, failure[-3000:]
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in book.assignment_submissions(slug)
            for grade in submission.notebooks[0].grades
            if grade.name.startswith("check_")
        }


@pytest.mark.parametrize("slug", published())
def test_marks_equal_those_of_stock_nbgrader_cell_by_cell(stock, rows, slug: str):
    ours = {
        (student, cell["name"]): cell["points"] for student in HONEST for cell in rows[student, slug]["cells"]
    }

    assert ours == stock_marks(*stock, slug)
