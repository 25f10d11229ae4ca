"""nbgrader's own interface finds what we graded, and what a person wrote there stays."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from nbgrader.api import Gradebook, MissingEntry

from autograder.errors import GradebookError
from autograder.gradebook import Lateness, Writer, default_url, hidden_password, with_driver
from autograder.gradebook.late import time_of
from autograder.gradebook.writer import MAX_ID, id_of
from autograder.records import AnswerKey, CellScore, Graded, KeyCell, Outcome, Role

CELLS = (
    KeyCell("text-1", Role.TEXT, "# Numbers", kind="markdown"),
    KeyCell("setup", Role.LOCKED, "import numpy"),
    KeyCell("double", Role.SOLUTION, "def double(x):\n    return 2 * x"),
    KeyCell("check_double", Role.CHECK, "assert double(2) == 4", 2.0),
    KeyCell("check_double__more", Role.CHECK, "assert double(3) == 6", 1.5),
    KeyCell("why", Role.MANUAL, "Why?\n\nSo.", 3.0, "markdown"),
)
KEY = AnswerKey(
    "numbers", CELLS, {cell.name: cell.source for cell in CELLS} | {"why": "Why?", "double": "stub"}
)


def row(student="ann", first=2.0, second=0.0, words="Because.", key=KEY, **changes):
    """Return a graded submission."""
    earned = dict(zip([cell.name for cell in key.checks], [first, second, 0.0], strict=False))
    cells = tuple(CellScore(cell.name, earned[cell.name], cell.points) for cell in key.checks)
    sources = {"why": words, "double": "def double(x): return x + x"}
    notebook = {"cells": [{"id": name, "source": source} for name, source in sources.items()]}
    graded = Graded(student, "numbers", Outcome.FINISHED, cells, "", 0.1, 1, "none", notebook=notebook)
    return replace(graded, **changes)


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk():
    """Let SQLite leave its writing to the system; these tests cut no power."""

    def connected(connection, record):
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous=OFF")

    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", connected)
    yield
    sqlalchemy.event.remove(sqlalchemy.Engine, "connect", connected)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty gradebook; making one takes seconds, since nbgrader calls a program for it."""
    folder = tmp_path_factory.mktemp("empty")
    Writer(default_url(folder)).close()
    return folder / "gradebook.db"


@pytest.fixture
def url(tmp_path, empty):
    shutil.copy(empty, tmp_path)
    return default_url(tmp_path)


def write(url, *rows, key=KEY, resumed=(), lateness=None):
    with Writer(url, lateness) as writer:
        writer.prepare(key)
        return list(writer.write(rows, key, resumed).notices)


def grades(url, student="ann"):
    with Gradebook(with_driver(url)) as book:
        notebook = book.find_submission_notebook("numbers", "numbers", student)
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for grade in notebook.grades
        }


def mark_by_hand(url, cell, score, comment="Well put."):
    """Do what a person does in formgrader."""
    with Gradebook(with_driver(url)) as book:
        grade = book.find_grade(cell, "numbers", "numbers", "ann")
        grade.manual_score, grade.needs_manual_grade = score, False
        if cell == "why":
            book.find_comment(cell, "numbers", "numbers", "ann").manual_comment = comment
        book.db.commit()


def test_marks_are_what_the_rows_say(url):
    write(url, row("ann"), row("bob", 2.0, 1.5), row("cem", 0.0, 0.0))

    with Gradebook(with_driver(url)) as book:
        assert {s.student.id: s.score for s in book.find_assignment("numbers").submissions} == {
            "ann": 2.0,
            "bob": 3.5,
            "cem": 0.0,
        }
        assert book.find_assignment("numbers").max_score == 6.5
        notebook = book.find_submission_notebook("numbers", "numbers", "ann")
        assert (notebook.max_score, notebook.needs_manual_grade) == (6.5, True)
    assert grades(url) == {
        "check_double": (2.0, None, False),
        "check_double__more": (0.0, None, False),
        "why": (None, None, True),
    }


def test_an_assignment_has_the_cells_that_nbgrader_would_give_it(url):
    write(url, row())
    with Gradebook(with_driver(url)) as book:
        notebook = book.find_notebook("numbers", "numbers")

        assert {cell.name: cell.max_score for cell in notebook.grade_cells} == {
            "check_double": 2.0,
            "check_double__more": 1.5,
            "why": 3.0,
        }
        assert {cell.name for cell in notebook.solution_cells} == {"double", "why"}
        assert {cell.name: (cell.locked, cell.source) for cell in notebook.source_cells} == {
            "setup": (True, "import numpy"),
            "double": (False, "stub"),
            "check_double": (True, "assert double(2) == 4"),
            "check_double__more": (True, "assert double(3) == 6"),
            "why": (False, "Why?"),
        }


@pytest.mark.parametrize("words", ["Why?", "  Why?\n", ""])
def test_an_answer_that_was_not_given_needs_no_marking(url, words):
    write(url, row(words=words))

    assert grades(url)["why"] == (0.0, None, False)
    with Gradebook(with_driver(url)) as book:
        assert book.find_comment("why", "numbers", "numbers", "ann").auto_comment == "No response."
        assert book.find_comment("double", "numbers", "numbers", "ann").auto_comment is None


def test_an_unreadable_submission_has_its_marks_too(url):
    write(url, row(first=0.0, notebook=None, outcome=Outcome.UNREADABLE, reason="the file is empty"))

    assert grades(url)["check_double"] == (0.0, None, False)


def test_grading_again_keeps_what_a_person_gave(url):
    write(url, row())
    mark_by_hand(url, "why", 2.5)

    assert write(url, row(second=1.5)) == []
    assert grades(url)["why"] == (None, 2.5, True), "the words may be other ones: to be looked at again"
    with Gradebook(with_driver(url)) as book:
        assert book.find_comment("why", "numbers", "numbers", "ann").comment == "Well put."
        assert book.find_submission("numbers", "ann").score == 6.0


def test_a_rerun_that_graded_nothing_asks_for_nothing(url):
    write(url, row())
    mark_by_hand(url, "why", 2.5)
    mark_by_hand(url, "check_double__more", 1.0)

    assert write(url, row(), resumed={"ann"}) == []
    assert grades(url) == {
        "check_double": (2.0, None, False),
        "check_double__more": (0.0, 1.0, False),
        "why": (None, 2.5, False),
    }


def test_a_mark_given_by_hand_is_flagged_when_ours_changes(url):
    write(url, row())
    mark_by_hand(url, "check_double", 1.0)

    assert write(url, row(first=0.0)) == [
        "ann: check_double was marked by hand; its automatic mark is now 0.0"
    ]
    assert grades(url)["check_double"] == (0.0, 1.0, True)


def test_a_check_that_was_added_later_gets_its_marks(url):
    write(url, row())
    more = KeyCell("check_double__last", Role.CHECK, "assert double(0) == 0", 4.0)
    key = replace(KEY, cells=(*CELLS, more), released=KEY.released | {more.name: more.source})
    later = replace(row(key=key), cells=(*row().cells, CellScore(more.name, 4.0, 4.0)))
    write(url, later, key=key)

    assert grades(url)["check_double__last"] == (4.0, None, False)
    with Gradebook(with_driver(url)) as book:
        assert book.find_assignment("numbers").max_score == 10.5


def test_a_check_that_was_removed_counts_no_longer(url):
    write(url, row(second=1.5))
    key = replace(KEY, cells=tuple(cell for cell in CELLS if cell.name != "check_double__more"))
    write(url, row(key=key), key=key)

    assert set(grades(url)) == {"check_double", "why"}
    with Gradebook(with_driver(url)) as book:
        assert book.find_assignment("numbers").max_score == 5.0
        assert book.find_submission("numbers", "ann").score == 2.0


def test_a_batch_is_written_wholly_or_not_at_all(url, monkeypatch):
    rows = [row("ann"), row("bob")]
    with Writer(url) as writer:
        writer.prepare(KEY)
        real = writer._write_row

        def failing(one, *rest, **keywords):
            if one.student == "bob":
                raise OSError(28, "No space left on device")
            return real(one, *rest, **keywords)

        monkeypatch.setattr(writer, "_write_row", failing)
        with pytest.raises(GradebookError, match="No space left on device"):
            writer.write(rows, KEY)
    with Gradebook(with_driver(url)) as book, pytest.raises(MissingEntry):
        book.find_submission("numbers", "ann")


def test_a_locked_gradebook_is_said_to_be(url, tmp_path):
    write(url, row())
    other = sqlite3.connect(tmp_path / "gradebook.db", isolation_level="EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(
            GradebookError, match=r"(?s)gradebook\.db.*database is locked.*run the same command again"
        ):
            write(url + "?timeout=0.05", row())
    finally:
        other.close()

    assert write(url, row()) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "Could not parse"),
        ("nosuch://host/db", "nosuch"),
        ("sqlite:////no/such/folder/g.db", "unable to open"),
        ("postgresql://ann:secret@127.0.0.1:1/grades", "127.0.0.1"),
        ("postgresql://ann:secret@127.0.0.1:port/grades", "cannot be used"),
    ],
)
def test_a_database_that_cannot_be_had_is_named_without_its_password(url, words):
    with pytest.raises(GradebookError, match=words) as caught:
        Writer(url)

    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path, url):
    (tmp_path / "gradebook.db").write_text("marks: all full\n" * 100)

    with pytest.raises(GradebookError, match=r"gradebook\.db cannot be used .*not a database"):
        Writer(url)


def test_a_missing_driver_is_named():
    with pytest.raises(GradebookError, match="No module named"):
        Writer("mysql://ann@127.0.0.1/grades")


def test_passwords_are_not_shown():
    assert hidden_password("postgresql://ann:secret@db/grades") == "postgresql://ann:***@db/grades"


def test_long_names_fit_the_column_and_stay_apart(url):
    names = ["x" * 200, "x" * 199 + "y", "x" * MAX_ID]
    write(url, *(row(name) for name in names))

    assert len({id_of(name) for name in names}) == 3
    assert all(len(id_of(name)) <= MAX_ID for name in names)
    assert grades(url, id_of(names[0]))["check_double"][0] == 2.0


LATE = """
from nbgrader.plugins import BasePlugin
{load}
class PerHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {penalty}
c.AssignLatePenalties.plugin_class = PerHour
"""
ZERO = "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"


@pytest.fixture
def late(tmp_path, url):
    """Return a function that grades Ann's submission as of a time stamp, due at noon UTC."""
    folder = tmp_path / "submitted" / "ann" / "numbers"
    folder.mkdir(parents=True)
    with Gradebook(with_driver(url)) as book:
        book.update_or_create_assignment("numbers", duedate="2026-03-01 12:00:00 UTC")

    def grade(stamp, config=None):
        (folder / "timestamp.txt").write_bytes(stamp)
        if config is not None:
            (tmp_path / "nbgrader_config.py").write_text(config)
        notices = write(url, row(), lateness=Lateness(tmp_path / "submitted", tmp_path))
        with Gradebook(with_driver(url)) as book:
            notebook = book.find_submission_notebook("numbers", "numbers", "ann")
            submission = book.find_submission("numbers", "ann")
            return submission.total_seconds_late, notebook.late_submission_penalty, submission.score, notices

    return grade


def test_lateness_is_known_and_by_default_costs_nothing(late):
    assert late(b"2026-03-01 13:00:00 UTC") == (3600.0, None, 2.0, [])


def test_in_time_is_in_time(late):
    assert late(b"2026-03-01 11:59:59 UTC", ZERO) == (0, None, 2.0, [])


@pytest.mark.parametrize("config", [ZERO, "from traitlets.config import get_config\n" + ZERO])
def test_nbgraders_own_method_takes_everything(late, config):
    assert late(b"2026-03-01 13:00:00 UTC", config)[1] == 2.0


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [("total_seconds_late / 3600 * 0.5", 0.5), ("99", 2.0), ("-1", 0.0), ("None", None)],
)
def test_a_plugin_of_ones_own_decides(late, penalty, expected):
    assert (
        late(b"2026-03-01 13:00:00 UTC", LATE.format(load="c = get_config()", penalty=penalty))[1] == expected
    )


def test_a_second_submission_in_time_takes_the_penalty_back(late):
    late(b"2026-03-01 13:00:00 UTC", ZERO)

    assert late(b"2026-03-01 10:00:00 UTC") == (0, None, 2.0, [])


def test_an_extension_counts(late, url):
    late(b"2026-03-01 13:00:00 UTC", ZERO)
    with Gradebook(with_driver(url)) as book:
        book.find_submission("numbers", "ann").extension = timedelta(hours=2)
        book.db.commit()

    assert late(b"2026-03-01 13:00:00 UTC")[:2] == (0, None)


@pytest.mark.parametrize("stamp", [b"yesterday-ish", b"\xff\xfe", b"9" * 500, b"2026-99-99"])
def test_a_stamp_that_says_no_time_is_not_used(late, stamp):
    seconds, penalty, _, (notice,) = late(stamp, ZERO)

    assert (seconds, penalty) == (0, None)
    assert "timestamp.txt holds no time" in notice


def test_an_empty_stamp_is_no_stamp(late):
    assert late(b"\n", ZERO) == (0, None, 2.0, [])


def test_time_zones_are_taken_into_account():
    assert time_of(b"2026-03-01 13:00:00 Europe/Berlin") == time_of(b"2026-03-01 12:00:00 UTC")


@pytest.mark.parametrize("config", ["c = 1 / 0", LATE.format(load="c = get_config()", penalty="1 / 0")])
def test_a_plugin_that_fails_is_named(late, config):
    with pytest.raises(GradebookError, match=r"nbgrader_config\.py.*ZeroDivisionError"):
        late(b"2026-03-01 13:00:00 UTC", config)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start a PostgreSQL server of our own on a Unix socket, and return its URL."""
    found = [
        Path(found).parent
        for found in [shutil.which("pg_ctl"), *map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))]
        if found
    ]
    assert found, "PostgreSQL's server is not on this machine; install it: apt install postgresql"
    programs = found[0].resolve()
    folder = Path(f"/tmp/pg-{os.getpid()}")
    folder.mkdir(mode=0o700)
    user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "nobody", "nogroup")

    def run(*command):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C"}
        subprocess.run(
            [str(programs / command[0]), *command[1:]],
            **user, check=True, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "grader", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://grader@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def test_postgresql_holds_the_same_as_sqlite(server, url):
    rows = [row("ann"), row("bob", 2.0, 1.5), row("名前"), row("x" * 200), row("a'; DROP TABLE student; --")]
    for place in (server, url):
        write(place, *rows)
        mark_by_hand(place, "check_double", 1.0)

        assert write(place, *rows[1:], row(first=0.0)) == [
            "ann: check_double was marked by hand; its automatic mark is now 0.0"
        ]
    for one in rows:
        assert grades(server, id_of(one.student)) == grades(url, id_of(one.student))
