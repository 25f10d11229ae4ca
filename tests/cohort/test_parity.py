"""On honest submissions our marks are stock nbgrader's, cell by cell: only the road to them differs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.release import build_source, release
from tests.cohort.build import build, members
from tests.cohort.summary import read_rows
from tests.conftest import ROOT, autograder, published

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

HONEST = {"perfect", "blank", "half_right", "right_but_different"}
CONFIG = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError()"}}
c.ExecutePreprocessor.timeout = 120
"""


def stock(course: Path, *command: str) -> None:
    """Run one of nbgrader's own commands in a course folder."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run = subprocess.run(
        ["nbgrader", *command], cwd=course, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.fixture(scope="module")
def submitted(tmp_path_factory) -> Path:
    """The honest members of the sample class, as nbgrader's course folder has them."""
    course = tmp_path_factory.mktemp("stock")
    for slug in published():
        release(slug, ROOT)
    build(course / "submitted", published())
    for student in (course / "submitted").iterdir():
        if student.name not in HONEST:
            subprocess.run(["rm", "-r", student], check=True)
    return course


@pytest.fixture(scope="module")
def stock_marks(submitted) -> dict[tuple[str, str, str], float]:
    """The automatic mark of every student's every cell, from nbgrader's own autograder and gradebook."""
    from nbgrader.api import Gradebook

    (submitted / "nbgrader_config.py").write_text(CONFIG.format(root=str(submitted)), encoding="utf-8")
    for slug in published():
        source = build_source(slug, ROOT)
        target = submitted / "source" / slug / source.name
        target.parent.mkdir(parents=True)
        target.write_bytes(source.read_bytes())
        stock(submitted, "generate_assignment", slug, "--force")
        stock(submitted, "autograde", slug, "--create", "--force")
    with Gradebook(f"sqlite:///{submitted / 'gradebook.db'}") as book:
        return {
            (grade.student.id, submission.assignment.name, grade.name): grade.auto_score
            for slug in published()
            for submission in book.assignment_submissions(slug)
            for grade in submission.notebooks[0].grades
            if grade.name.startswith("check_")
        }


@pytest.fixture(scope="module")
def our_marks(submitted, tmp_path_factory) -> dict[tuple[str, str, str], float]:
    course = tmp_path_factory.mktemp("ours")
    run = autograder("grade", "--submitted", submitted / "submitted", "--course", course, "--workers", 2)
    assert run.returncode == 0, run.stderr
    return {
        (row["student"], row["assignment"], cell["name"]): cell["points"]
        for row in read_rows(course)
        for cell in row["cells"]
    }


def test_the_honest_class_is_there(submitted):
    assert {folder.name for folder in (submitted / "submitted").iterdir()} >= HONEST
    assert all({member.student for member in members(slug)} >= HONEST for slug in published())


def test_marks_equal_those_of_stock_nbgrader_cell_by_cell(stock_marks, our_marks):
    assert our_marks == stock_marks
