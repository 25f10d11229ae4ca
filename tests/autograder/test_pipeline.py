"""A class becomes rows, a gradebook, pages and a report; runs resume, repeat themselves, and say what is wrong."""

from __future__ import annotations

import errno
import fcntl
import json
import random
import shutil
from concurrent.futures import Executor, Future
from dataclasses import replace
from itertools import groupby

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades

from autograder import pipeline, pool
from autograder.cage import Level
from autograder.check_one import as_text, check_notebook, key_for
from autograder.cli import main
from autograder.errors import AutograderError, CanaryFailed, GradebookError, UsageError
from autograder.gradebook import default_url, read_marks
from autograder.key import load_key
from autograder.people import Person, write_people
from autograder.pipeline import Run, grade_class
from autograder.pool import close_worker
from autograder.records import AnswerKey, Limits, Outcome
from autograder.release import release
from autograder.results import read_results
from tests.conftest import HE

LIMITS = Limits(cell_seconds=5.0, call_seconds=5.0)
RIGHT = "def he_std(fan_in):\n    return (2 / fan_in) ** 0.5"


class Here(Executor):
    """Does everything at once and in this thread, so that the warm processes last for all tests."""

    def submit(self, function, *arguments):
        future: Future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The tiny course, released; nobody changes it."""
    folder = tmp_path_factory.mktemp("root")
    (folder / "solutions" / "he").mkdir(parents=True)
    (folder / "solutions" / "he" / "he.py").write_text(HE, encoding="utf-8")
    release("he", folder)
    yield folder
    close_worker()


def hand_in(folder, student, answer=RIGHT, *, root, words=None):
    notebook = json.loads((root / "exercises" / "he" / "he.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["id"] == "he_std" and answer is not None:
            cell["source"] = answer
        if cell["id"] == "explain_root" and words:
            cell["source"] = words
    place = folder / student / "he"
    place.mkdir(parents=True)
    (place / "he.ipynb").write_text(json.dumps(notebook))


@pytest.fixture
def run(root, tmp_path):
    """A run over a small class, in this very process: no worker has to be started."""
    submitted = tmp_path / "submitted"
    hand_in(submitted, "ann", root=root, words="Since a variance is a square.")
    hand_in(submitted, "half", "def he_std(fan_in):\n    return 1", root=root)
    hand_in(submitted, "blank", None, root=root)
    hand_in(submitted, "o'neil, =1+1\n<b>", "def he_std(fan_in):\n    return 'no'", root=root)
    (submitted / "void" / "he").mkdir(parents=True)
    (submitted / "torn" / "he").mkdir(parents=True)
    (submitted / "torn" / "he" / "he.ipynb").write_text('{"cells": [')
    (submitted / "torn" / "he" / "timestamp.txt").write_text("2026-03-01 13:00:00 UTC")
    return Run(
        root=root, submitted=submitted, course=tmp_path / "course", slugs=["he"], level=Level.NONE, seed=7,
        limits=LIMITS, make_executor=Here,
    )  # fmt: skip


MARKS = {"ann": 2.0, "half": 0.0, "blank": 0.0, "o'neil, =1+1\n<b>": 0.0, "void": 0.0, "torn": 0.0}


def marks(rows):
    return {row.student: row.points for row in rows}


def in_gradebook(course):
    with Gradebook(default_url(course)) as book:
        return {one.student.id: one.score for one in book.find_assignment("he").submissions}


def results(course):
    lines = (course / "report" / "results.jsonl").read_text().splitlines()
    return {row["student"]: row for row in map(json.loads, lines)}


def settled(rows):
    return [replace(row, seconds=0.0) for row in rows]


def test_a_class_is_graded_and_graded_again(run):
    summary = grade_class(run)

    assert marks(summary.rows) == MARKS == in_gradebook(run.course)
    assert {name: row["points"] for name, row in results(run.course).items()} == MARKS
    reasons = {row.student: (row.outcome, row.reason) for row in summary.rows if row.reason}
    assert reasons["void"] == (Outcome.UNREADABLE, "the folder holds no notebook")
    assert reasons["torn"][0] is Outcome.UNREADABLE
    for student in MARKS:
        assert (run.course / "feedback" / student / "he" / "he.html").is_file()
    assert "fan_in is 50" in results(run.course)["half"]["cells"][0]["message"]

    again = grade_class(run)
    assert (again.resumed, settled(again.rows)) == (len(MARKS), settled(summary.rows))

    (run.submitted / "half" / "he" / "he.ipynb").unlink()
    late = grade_class(run)
    assert (late.resumed, marks(late.rows)) == (len(MARKS) - 1, MARKS)
    forced = grade_class(replace(run, force=True))
    assert (forced.resumed, marks(forced.rows)) == (0, MARKS)


def test_one_student_is_graded_again_and_what_changed_is_listed(run):
    grade_class(run)
    record = run.course / "report" / "results.jsonl"
    record.write_text(
        record.read_text().replace('"points": 2.0', '"points": 0.5', 2)
    )  # as if ann had earned less

    summary = grade_class(replace(run, again=["ann"]))

    assert (summary.resumed, marks(summary.rows)) == (len(MARKS) - 1, MARKS)
    assert summary.notices == (
        f"1 submission earned other points than before: {run.course / 'report' / 'changes.csv'}",
    )
    assert (run.course / "report" / "changes.csv").read_text().splitlines()[1:] == [
        "ann,he,check_he_std,0.5,2.0"
    ]
    with pytest.raises(UsageError, match="nothing was handed in by zed"):
        grade_class(replace(run, again=["zed"]))


def test_what_came_from_the_exchange_finds_its_way_back(run):
    (run.submitted / "ann" / "he" / "timestamp.txt").write_text("2026-03-01 11:00:00 UTC")
    (run.submitted / "ann" / "he" / "submission_secret.txt").write_text("abc")
    (run.submitted / "half" / "he" / "submission_secret.txt").symlink_to("/etc/hostname")
    grade_class(run)

    assert {p.name for p in (run.course / "feedback" / "ann" / "he").iterdir()} == {
        "he.html",
        "timestamp.txt",
        "submission_secret.txt",
    }
    assert {p.name for p in (run.course / "feedback" / "half" / "he").iterdir()} == {"he.html"}


LATE = """
from nbgrader.plugins import BasePlugin
c = get_config()
class PerHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600 * 0.5
c.AssignLatePenalties.plugin_class = PerHour
"""


def test_what_coming_late_costs_is_the_same_on_the_page_in_the_marks_and_to_nbgrader(run, tmp_path):
    late = replace(run, root=shutil.copytree(run.root, tmp_path / "root"))
    grade_class(late)
    page = run.course / "feedback" / "ann" / "he" / "he.html"
    assert "came late" not in page.read_text()
    (late.root / "nbgrader_config.py").write_text(LATE)
    (run.submitted / "ann" / "he" / "timestamp.txt").write_text("2026-03-01 13:30:00 UTC")
    (run.submitted / "half" / "he" / "timestamp.txt").write_text("2026-03-01 11:00:00 UTC")
    with Gradebook(default_url(run.course)) as book:
        book.update_or_create_assignment("he", duedate="2026-03-01 12:00:00 UTC")
    grade_class(late)

    nbgraders = {"nbgrader": {"notebook": "he", "assignment": "he", "student": "ann"}}
    nbgraders["nbgrader"]["db_url"] = default_url(run.course)
    GetGrades().preprocess(nbformat.v4.new_notebook(), nbgraders)
    (mark,) = [mark for mark in read_marks(default_url(run.course)) if mark.student == "ann"]
    assert nbgraders["nbgrader"]["score"] == mark.score == 1.25
    assert "<h1>he: 1.25 of 2 points</h1>" in page.read_text()
    assert "0.75 points taken off: the notebook came late" in page.read_text()
    assert "came late" not in (run.course / "feedback" / "half" / "he" / "he.html").read_text()


def test_results_of_other_assignments_stay(run):
    grade_class(run)
    record = run.course / "report" / "results.jsonl"
    other = record.read_text().splitlines()[0].replace('"assignment": "he"', '"assignment": "depth"')
    record.write_text(record.read_text() + other + "\n")

    summary = grade_class(run)

    assert {row.assignment for row in summary.rows} == {"he"}
    assert [row.assignment for row in read_results(run.course)].count("depth") == 1
    assert len(read_results(run.course)) == len(MARKS) + 1


def test_what_a_person_gave_stands_on_the_page_after_the_next_run(run):
    write_people(run.course, [Person("ann", "Ann", "Lee"), Person("away", "Al", "Far")])
    grade_class(run)
    page = run.course / "feedback" / "ann" / "he" / "he.html"
    assert "2 of 2 points" in page.read_text()
    assert "1.5 more points to be marked by a person" in page.read_text()
    with Gradebook(default_url(run.course)) as book:
        assert {s.id: s.first_name for s in book.students}.items() >= {"ann": "Ann", "away": "Al"}.items()
        grade = book.find_grade("explain_root", "he", "he", "ann")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.find_comment("explain_root", "he", "he", "ann").manual_comment = "<b>Nearly</b>."
        book.db.commit()

    assert grade_class(run).resumed == len(MARKS)
    assert "3 of 3.5 points" in page.read_text()
    assert "<b>1 of 1.5 points</b>, given by a person:" in page.read_text()
    assert "&lt;b&gt;Nearly&lt;/b&gt;." in page.read_text()
    assert "to be marked" not in page.read_text()


def test_warm_processes_are_changed_once_and_not_at_every_student(run, tmp_path, monkeypatch):
    """Those with torch are others than those without; students hand in to assignments of both kinds."""
    for slug in ("he", "deep"):
        (tmp_path / "solutions" / slug).mkdir(parents=True)
        (tmp_path / "solutions" / slug / f"{slug}.py").write_text(HE, encoding="utf-8")
        release(slug, tmp_path)
    for student in ("ann", "half", "blank"):
        folder = run.submitted / student
        (folder / "deep").mkdir()
        shutil.copy(folder / "he" / "he.ipynb", folder / "deep" / "deep.ipynb")
    monkeypatch.setattr(AnswerKey, "uses_torch", property(lambda key: key.assignment == "deep"))
    monkeypatch.setattr(pool, "TORCH_MODULES", ())
    kinds = []

    class Noting(Here):
        def submit(self, function, task):
            kinds.append(task.key.uses_torch)
            return super().submit(function, task)

    summary = grade_class(replace(run, root=tmp_path, slugs=["he", "deep"], make_executor=Noting))

    assert [kind for kind, _ in groupby(kinds)] == [False, True, False]  # canaries of both, then the class
    assert len(summary.rows) == len(MARKS) + 3


def test_a_run_that_is_interrupted_goes_on_where_it_stopped(run):
    class Stopped(Exception):
        pass

    def stop(row, done, total):
        if done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        grade_class(run, stop)
    assert not (run.course / "report").exists()

    summary = grade_class(run)

    assert (summary.resumed, marks(summary.rows)) == (3, MARKS)
    assert in_gradebook(run.course) == MARKS


@pytest.mark.parametrize("step", ["render", "write_atomically"])
def test_trouble_in_the_middle_loses_nothing(run, monkeypatch, step):
    calls = iter(range(100))
    real = getattr(pipeline, step)

    def failing(*args, **settings):
        if next(calls) == 2:
            raise AutograderError("no room") if step == "render" else OSError(errno.ENOSPC, "No space left")
        return real(*args, **settings)

    monkeypatch.setattr(pipeline, step, failing)
    with pytest.raises((AutograderError, OSError)):
        grade_class(run)
    monkeypatch.undo()

    assert marks(grade_class(run).rows) == MARKS
    assert in_gradebook(run.course) == MARKS


def test_a_gradebook_that_cannot_be_used_loses_no_marks(run):
    with pytest.raises(GradebookError):
        grade_class(replace(run, database="sqlite:////no/such/folder/g.db"))

    assert marks(grade_class(run).rows) == MARKS


def test_the_order_changes_nothing(run, monkeypatch):
    first = grade_class(run)
    real = pipeline.find_submissions

    def shuffled(*args):
        found = real(*args)
        random.Random(3).shuffle(found)
        return found

    monkeypatch.setattr(pipeline, "find_submissions", shuffled)
    other = grade_class(replace(run, course=run.course.parent / "other"))

    assert settled(other.rows) == settled(first.rows)


def test_two_runs_at_once_are_refused(run):
    run.course.mkdir()
    with (run.course / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another run is grading into"):
            grade_class(run)


def test_an_unsound_grader_grades_nothing(run, monkeypatch):
    real = pipeline.canaries

    def swapped(key, root):
        solution, blank, *_ = real(key, root)
        return [replace(solution, path=blank.path), blank]

    monkeypatch.setattr(pipeline, "canaries", swapped)
    with pytest.raises(CanaryFailed, match="the solution: check_he_std failed"):
        grade_class(run)

    assert not (run.course / "gradebook.db").exists()
    assert not (run.course / "records").exists()


def test_one_notebook_is_checked_at_home(run, root, tmp_path):
    mine = tmp_path / "my answer.ipynb"
    mine.write_bytes((run.submitted / "ann" / "he" / "he.ipynb").read_bytes())
    row = check_notebook(mine, root, Level.NONE, 0, LIMITS)

    assert as_text(row) == "✓ check_he_std  2/2\n2 of 2 points"


def test_the_key_at_home_is_found_by_name_or_by_cells(root, tmp_path):
    (tmp_path / "he.ipynb").write_text("")
    other = tmp_path / "other.ipynb"
    other.write_text('{"cells": [{"cell_type": "code", "source": "1"}]}')

    assert key_for(tmp_path / "he.ipynb", root) == load_key("he", root)
    with pytest.raises(UsageError, match="belongs to no assignment of this course; there are: he"):
        key_for(other, root)
    other.write_text("{")
    with pytest.raises(UsageError, match="not a notebook"):
        key_for(other, root)
    with pytest.raises(UsageError, match=r"run `autograder release`"):
        key_for(other, tmp_path)
    with pytest.raises(UsageError, match="there is no file"):
        check_notebook(tmp_path / "none.ipynb", root, Level.NONE, 0, LIMITS)


def grade(*arguments):
    return main(["grade", *map(str, arguments)])


def test_wrong_usage_says_what_and_what_to_do(run, root, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    common = ["--course", run.course, "--no-cage"]
    cases = [
        (["hee", "--submitted", run.submitted, "--root", root, *common], "did you mean 'he'"),
        (["--submitted", tmp_path / "none", "--root", root, *common], "give the folder that holds"),
        (["--submitted", empty, "--root", root, *common], "holds no submission to he"),
        (["--submitted", run.submitted, "--root", empty, *common], "run this in the repository"),
        (
            ["he", "--submitted", run.submitted, "--root", root, "--no-cage", "--course", __file__],
            "cannot be written",
        ),
    ]
    for arguments, words in cases:
        assert grade(*arguments) == 2
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--workers", "0"],
        ["--workers", "two"],
        ["--cell-seconds", "-1"],
        ["--seed", "x"],
        ["--min-cage", "iron"],
        ["--bogus"],
    ],
)
def test_options_that_make_no_sense_are_refused(options, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        grade("--submitted", tmp_path, "--course", tmp_path, *options)

    assert caught.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_the_command_line_grades_a_class(run, root, capsys):
    """The one test with workers of its own: two of them, and the same marks."""
    options = [
        "--submitted",
        run.submitted,
        "--course",
        run.course,
        "--root",
        root,
        "--no-cage",
        "--workers",
        2,
    ]

    assert grade(*options, "--seed", 7) == 0
    printed = capsys.readouterr()
    assert "NO CAGE" in printed.err
    assert f"{len(MARKS)} submissions: 4 finished, 2 unreadable" in printed.out
    assert str(run.course / "report" / "grades.csv") in printed.out
    assert {name: row["points"] for name, row in results(run.course).items()} == MARKS
    assert {row["seed"] for row in results(run.course).values()} == {7}
