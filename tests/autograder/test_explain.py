"""What happened to one submission stands on the terminal, and the command below it repeats it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.cage import Level
from autograder.cli import main, parser
from autograder.errors import UsageError
from autograder.explain import as_text, command, explain, notebook_path
from autograder.exports import jsonl
from autograder.key import load_key
from autograder.options import limits_of
from autograder.pool import Task, close_worker, grade_task
from autograder.records import CellScore, Graded, Limits, Outcome, Submission
from autograder.release import release
from autograder.roster import loaded
from autograder.settings import Settings, write_settings
from autograder.store import key_digest
from tests.conftest import HE

ROW = Graded(
    *("ann", "he", Outcome.TIMED_OUT),
    cells=(CellScore("check_std", 2.0, 2.0), CellScore("check_fans", 0.0, 1.5, "It is 2.\nRead again.")),
    reason="in the cell fans: too slow",
    seconds=0.25,
    seed=7,
    cage="strict",
    flags=("relu: imports gc (other code's objects)",),
)


@pytest.fixture
def course(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "results.jsonl").write_text(jsonl([ROW]), encoding="utf-8")
    notebook = tmp_path / "submitted" / "ann" / "he" / "he.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text("{}")
    return tmp_path


def test_everything_stands_there(course):
    assert explain(course, "ann", "he").splitlines() == [
        "ann · he: 2 of 3.5 points",
        "outcome   timed_out, after 0.25 s",
        "reason    in the cell fans: too slow",
        "flag      relu: imports gc (other code's objects)",
        "cage      strict",
        "seed      7",
        f"feedback  {course / 'feedback' / 'ann' / 'he' / 'he.html'}",
        "",
        "✓ check_std  2/2",
        "✗ check_fans  0/1.5",
        "    It is 2.",
        "    Read again.",
        "",
        "The same draws again, with the limits that the run had by options of the same names:",
        f"  autograder check {course}/submitted/ann/he/he.ipynb --student=ann --seed 7 --min-cage strict",
    ]


def test_the_command_prints_it(course, capsys):
    assert main(["explain", "ann", "he", "--course", str(course)]) == 0
    assert capsys.readouterr().out == explain(course, "ann", "he") + "\n"


@pytest.mark.parametrize(
    ("student", "slug", "words"),
    [("zed", "he", "no result of a student zed"), ("ann", "depth", "for depth; there are: he")],
)
def test_what_is_not_there_is_said(course, capsys, student, slug, words):
    assert main(["explain", student, slug, "--course", str(course)]) == 2
    assert words in capsys.readouterr().err


def test_without_results_the_status_is_2(tmp_path, capsys):
    assert main(["explain", "ann", "he", "--course", str(tmp_path)]) == 2
    assert "run `autograder grade" in capsys.readouterr().err


def test_a_notebook_of_another_name_is_found(course):
    usual = course / "submitted" / "ann" / "he" / "he.ipynb"
    other = usual.with_name("mine.ipynb")
    usual.rename(other)

    assert notebook_path(ROW, course / "submitted") == other
    assert notebook_path(ROW, course / "nowhere") == course / "nowhere" / "ann" / "he" / "he.ipynb"


@pytest.mark.parametrize("name", ["-x", "a b", "$(touch x)", "it's", ";ls", "<script>", "=cmd"])
@pytest.mark.parametrize("cage", ["strict", "none"])
def test_the_command_means_what_it_says_for_every_name(name, cage):
    row, path = replace(ROW, student=name, cage=cage), Path("sub") / name / "he" / "he.ipynb"
    program, *arguments = shlex.split(command(row, path))
    options = parser().parse_args(arguments)

    assert program == "autograder"
    assert (options.notebook, options.student, options.seed) == (path, name, 7)
    assert (options.min_cage, options.no_cage) == ((cage, False) if cage != "none" else (None, True))


def test_nothing_steers_the_terminal():
    hostile = "\x1b[2J\x07\u202e<script>"
    cells = (CellScore("check", 0.0, 1.0, hostile),)
    text = as_text(
        replace(ROW, student=hostile, reason=hostile, flags=(hostile,), cells=cells), Path(), Path()
    )

    assert all(c.isprintable() or c == "\n" for c in text)
    assert "<script>" in text


def test_an_unknown_hostile_name_does_not_either(course):
    with pytest.raises(UsageError) as caught:
        explain(course, "\x1b[2J", "he")

    assert "\x1b" not in str(caught.value)


DRAWING = HE.replace(
    "assert he_std(2) == 1\n",
    "from autograder import checks\n"
    "drawn = checks.rng().integers(10**9)\n"
    'assert he_std(2) == 1, f"drawn: {drawn}"\n',
)


@pytest.mark.slow
def test_the_command_repeats_the_draws(tiny_course, monkeypatch, capsys):
    """They depend on seed, student and file; with the file's name for the student's they are others."""
    (tiny_course / "solutions" / "he" / "he.py").write_text(DRAWING, encoding="utf-8")
    release("he", tiny_course)
    notebook = tiny_course / "submitted" / "ann" / "he" / "he.ipynb"
    notebook.parent.mkdir(parents=True)
    text = (tiny_course / "exercises" / "he" / "he.ipynb").read_text(encoding="utf-8")
    notebook.write_text(text.replace("raise NotImplementedError()", "return 3"), encoding="utf-8")
    submission = loaded(Submission("ann", "he", notebook))
    row = grade_task(Task(submission, load_key("he", tiny_course), Limits(), Level.NONE, seed=7))
    close_worker()
    monkeypatch.chdir(tiny_course)
    arguments = shlex.split(command(row, notebook))[1:]

    assert "drawn: " in row.cells[0].message
    assert main(arguments) == 1
    assert row.cells[0].message in capsys.readouterr().out
    assert main([argument for argument in arguments if not argument.startswith("--student")]) == 1
    assert row.cells[0].message not in capsys.readouterr().out


def test_the_command_has_the_limits_of_the_run_and_says_when_the_checks_are_others(
    course, tiny_course, monkeypatch
):
    release("he", tiny_course)
    limits = Limits(cell_seconds=5.0, call_seconds=2.5, memory_bytes=3 << 40)
    digest = key_digest(load_key("he", tiny_course))
    settings = Settings(str(tiny_course), str(course / "submitted"), 7, "strict", limits, digest)
    write_settings(course, {"he": settings})

    *_, advice, words = explain(course, "ann", "he").splitlines()
    options = parser().parse_args(shlex.split(words)[1:])
    assert advice == "The same run again:"
    assert limits_of(options) == limits
    assert options.root == tiny_course
    monkeypatch.chdir(tiny_course)
    assert "--root" not in explain(course, "ann", "he")

    source = tiny_course / "solutions" / "he" / "he.py"
    source.write_text(source.read_text(encoding="utf-8").replace("he_std(2) == 1", "he_std(2) == 1.0"))
    release("he", tiny_course)
    assert "The assignment has changed since:" in explain(course, "ann", "he")


def test_a_repository_that_is_gone_is_no_trouble(course):
    write_settings(course, {"he": Settings("gone", str(course / "submitted"), 7, "strict", Limits(), "")})

    assert "The assignment has changed since:" in explain(course, "ann", "he")
