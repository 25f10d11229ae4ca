"""On honest submissions our marks are stock nbgrader's, cell by cell: only the road to them differs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.release import build_source, release
from tests.cohort.build import build, members
from tests.cohort.summary import Row, read_rows
from tests.conftest import ROOT, autograder, published

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

Marks = dict[tuple[str, str], float]
"""The automatic mark by student and cell."""
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
            shutil.rmtree(student)
    (course / "nbgrader_config.py").write_text(CONFIG.format(root=str(course)), encoding="utf-8")
    return course


def stock_marks(course: Path, slug: str) -> Marks:
    """Return the marks of an assignment from nbgrader's own autograder and gradebook."""
    from nbgrader.api import Gradebook

    source = build_source(slug, ROOT)
    target = course / "source" / slug / source.name
    target.parent.mkdir(parents=True)
    target.write_bytes(source.read_bytes())
    stock(course, "generate_assignment", slug, "--force")
    stock(course, "autograde", slug, "--create", "--force")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in book.assignment_submissions(slug)
            for grade in submission.notebooks[0].grades
            if grade.name.startswith("check_")
        }


@pytest.fixture(scope="module")
def our_rows(submitted, tmp_path_factory) -> list[Row]:
    course = tmp_path_factory.mktemp("ours")
    run = autograder("grade", "--submitted", submitted / "submitted", "--course", course, "--workers", 2)
    assert run.returncode == 0, run.stderr
    return read_rows(course)


def test_the_honest_class_is_there(submitted):
    assert {folder.name for folder in (submitted / "submitted").iterdir()} >= HONEST
    assert all({member.student for member in members(slug)} >= HONEST for slug in published())


@pytest.mark.parametrize("slug", published())
def test_marks_equal_those_of_stock_nbgrader_cell_by_cell(submitted, our_rows, slug: str):
    ours = {
        (row["student"], cell["name"]): cell["points"]
        for row in our_rows
        if row["assignment"] == slug
        for cell in row["cells"]
    }

    assert len({student for student, _ in ours}) == len(HONEST)
    assert ours == stock_marks(submitted, slug)
