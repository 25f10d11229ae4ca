"""A record is taken when nothing that decides the marks has changed, else the submission is graded again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import AutograderError
from autograder.records import AnswerKey, CellScore, Graded, KeyCell, Limits, Outcome, Role, Submission
from autograder.store import Store, seed_of, without_notebook

KEY = AnswerKey("he", (KeyCell("check_he", Role.CHECK, "assert True", 2.0),), {"check_he": "assert True"})
SUBMISSION = Submission("ann", "he", Path("he.ipynb"), contents=b"{}")
ROW = Graded(
    *("ann", "he", Outcome.TIMED_OUT, (CellScore("check_he", 0.0, 2.0, "too slow: é \ud800"),)),
    reason="in the cell he: too slow",
    seconds=1.25,
    seed=7,
    cage="none",
    flags=("one", "two"),
    notebook={"cells": [{"id": "he", "source": "x = 1"}]},
    digest=SUBMISSION.digest,
)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path, 7, Limits(), "strict")


def test_a_record_comes_back_as_it_was(store):
    store.save(ROW, KEY)

    assert store.load(SUBMISSION, KEY) == ROW


def test_without_a_record_there_is_nothing(store):
    assert store.load(SUBMISSION, KEY) is None


CHANGED = [
    (7, Limits(), "none"),
    (8, Limits(), "strict"),
    (7, replace(Limits(), cell_seconds=3.0), "strict"),
]


@pytest.mark.parametrize("settings", CHANGED)
def test_other_settings_ask_for_another_grading(store, tmp_path, settings):
    store.save(ROW, KEY)

    assert Store(tmp_path, *settings).load(SUBMISSION, KEY) is None


@pytest.mark.parametrize(
    "cell",
    [
        KeyCell("check_he", Role.CHECK, "assert False", 2.0),
        KeyCell("check_he", Role.CHECK, "assert True", 3.0),
        KeyCell("check_xx", Role.CHECK, "assert True", 2.0),
    ],
)
def test_another_key_asks_for_another_grading(store, cell):
    store.save(ROW, KEY)

    assert store.load(SUBMISSION, replace(KEY, cells=(cell,))) is None


@pytest.mark.parametrize("contents", [b"{} ", b"", None])
def test_another_file_asks_for_another_grading(store, contents):
    store.save(ROW, KEY)

    assert store.load(replace(SUBMISSION, contents=contents), KEY) is None


def test_another_version_asks_for_another_grading(store, tmp_path, monkeypatch):
    store.save(ROW, KEY)
    monkeypatch.setattr("autograder.store.VERSION", "0")

    assert Store(tmp_path, 7, Limits(), "strict").load(SUBMISSION, KEY) is None


def with_checksum(body):
    return f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}\n"


@pytest.mark.parametrize("cut", [0, 1, 64, 65, 100, -2, -40])
def test_a_record_that_breaks_off_is_not_taken(store, cut):
    store.save(ROW, KEY)
    path = store.path("ann", "he")
    path.write_bytes(path.read_bytes()[:cut])

    assert store.load(SUBMISSION, KEY) is None


def test_a_record_with_one_wrong_digit_is_not_taken(store):
    store.save(ROW, KEY)
    path = store.path("ann", "he")
    path.write_text(path.read_text().replace('"points": 0.0', '"points": 2.0'))

    assert store.load(SUBMISSION, KEY) is None


@pytest.mark.parametrize(
    "document", ["[]", "null", "3", "{}", '{"row": {}}', "[" * 100_000, '{"fingerprint": 1, "row": null}']
)
def test_a_record_of_another_making_is_not_taken(store, document):
    path = store.path("ann", "he")
    path.parent.mkdir(parents=True)
    path.write_text(with_checksum(document))

    assert store.load(SUBMISSION, KEY) is None


@pytest.mark.parametrize(
    "change", [{"outcome": "eaten"}, {"cells": 3}, {"cells": [{}]}, {"new": 1}, {"flags": None}]
)
def test_a_row_of_another_making_is_not_taken(store, change):
    store.save(ROW, KEY)
    path = store.path("ann", "he")
    document = json.loads(path.read_text().splitlines()[1])
    document["row"] |= change
    path.write_text(with_checksum(json.dumps(document)))

    assert store.load(SUBMISSION, KEY) is None


def test_bytes_that_are_no_text_are_not_taken(store):
    path = store.path("ann", "he")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe" * 100)

    assert store.load(SUBMISSION, KEY) is None


def test_a_row_may_leave_its_notebook_on_disk():
    assert without_notebook(ROW) == replace(ROW, notebook=None)


def test_the_seed_is_drawn_once_for_a_course(tmp_path):
    first = seed_of(tmp_path, None)

    assert seed_of(tmp_path, None) == first
    assert seed_of(tmp_path, 5) == 5
    assert seed_of(tmp_path, None) == 5


@pytest.mark.parametrize("text", ["", "x", "\xff"])
def test_a_damaged_seed_is_drawn_again(tmp_path, text):
    (tmp_path / "seed").write_bytes(text.encode("latin-1"))

    assert seed_of(tmp_path, None) == int((tmp_path / "seed").read_text())


def test_a_course_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "course").write_text("a file")

    with pytest.raises(AutograderError, match="course/seed cannot be written"):
        seed_of(tmp_path / "course", 3)
