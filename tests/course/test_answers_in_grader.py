"""In the real grader every right answer keeps its points and every wrong one loses some; none costs another.

The answers are dealt out to submissions, one per function in each, and graded in two runs of the command.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from autograder.markers import function_of
from autograder.release import build_source, release, slugs
from tests.cohort.summary import Row, read_rows
from tests.conftest import ROOT, autograder
from tests.course.corpus import NEEDS, Answer, in_submissions, read_answers

SUBMISSIONS = {
    (slug, number): answers
    for slug in slugs(ROOT)
    for number, answers in enumerate(in_submissions(read_answers(slug)))
}
LONG = ("rescue",)
"""Assignments whose answers take minutes, because they train."""
ANSWERS = [(number, answer) for (_, number), answers in SUBMISSIONS.items() for answer in answers.values()]

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@cache
def texts(slug: str) -> tuple[str, str]:
    """Return the released notebook of an assignment and its source."""
    return release(slug, ROOT).read_text(encoding="utf-8"), build_source(slug, ROOT).read_text(
        encoding="utf-8"
    )


def solved(slug: str, answers: dict[str, Answer]) -> str:
    """Return the released notebook with the solutions filled in, some of them replaced by other answers."""
    notebook, source = map(json.loads, texts(slug))
    solutions = {cell["id"]: cell["source"] for cell in source["cells"]}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            answer, needed = answers.get(cell["id"]), answers.get(NEEDS.get(cell["id"], ""))
            if answer is None and needed is not None and needed.kind == "wrong":
                continue  # left unwritten: what it gets with a wrong answer to what it needs is no question here
            cell["source"] = answer.source if answer else solutions[cell["id"]]
    return json.dumps(notebook)


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> Callable[[str], dict[int, Row]]:
    """Returns the rows of an assignment by number; the long ones are graded apart, each within its time."""

    @cache
    def graded(slugs: tuple[str, ...]) -> dict[tuple[str, int], Row]:
        course: Path = tmp_path_factory.mktemp("answers")
        for (slug, number), answers in SUBMISSIONS.items():
            if slug in slugs:
                path = course / "submitted" / f"{number:03}" / slug / f"{slug}.ipynb"
                path.parent.mkdir(parents=True)
                path.write_text(solved(slug, answers), encoding="utf-8")
        folders = ["--submitted", course / "submitted", "--course", course]
        run = autograder("grade", *slugs, *folders, "--workers", "2", "--seed", "1", timeout=850)
        assert run.returncode == 0, run.stderr
        return {(row["assignment"], int(row["student"])): row for row in read_rows(course)}

    everything = tuple(dict.fromkeys(slug for slug, _ in SUBMISSIONS))

    def of(slug: str) -> dict[int, Row]:
        together = (slug,) if slug in LONG else tuple(other for other in everything if other not in LONG)
        return {number: row for (other, number), row in graded(together).items() if other == slug}

    return of


@pytest.mark.parametrize(("number", "answer"), ANSWERS, ids=[str(answer) for _, answer in ANSWERS])
def test_an_answer_gets_what_it_deserves(rows, number: int, answer: Answer):
    cells = [c for c in rows(answer.slug)[number]["cells"] if function_of(c["name"]) == answer.function]
    lost = {cell["name"]: cell["message"] for cell in cells if cell["points"] < cell["max_points"]}

    if answer.kind == "right":
        assert lost == {}
    else:
        assert lost != {}


@pytest.mark.parametrize(("slug", "number"), SUBMISSIONS, ids=[f"{slug}-{n}" for slug, n in SUBMISSIONS])
def test_no_answer_costs_another_function_its_points(rows, slug: str, number: int):
    """Functions whose answer is right, or the solution itself, keep full points beside wrong ones they do not call."""
    answers = SUBMISSIONS[slug, number]
    wrong = {function for function, answer in answers.items() if answer.kind == "wrong"}
    wrong |= {function for function, needed in NEEDS.items() if needed in wrong}
    cells = rows(slug)[number]["cells"]

    assert [
        c["name"] for c in cells if function_of(c["name"]) not in wrong and c["points"] < c["max_points"]
    ] == []
