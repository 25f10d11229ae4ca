"""What was collected is known at the next collection; a damaged ledger knows less, and stops nobody."""

from __future__ import annotations

import json

import pytest

from autograder.ledger import Collected, Ledger

FIRST = Collected("canvas", 501, "doejane_1042_501_he.ipynb", "abc")


def test_what_was_written_is_read_back(tmp_path):
    ledger = Ledger(tmp_path, "he")
    ledger.taken["jdoe"] = FIRST
    ledger.write()

    assert Ledger(tmp_path, "he").taken == {"jdoe": FIRST}
    assert Ledger(tmp_path, "xavier").taken == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "\udcff"])
def test_a_damaged_ledger_knows_nothing(tmp_path, text):
    (tmp_path / "collected").mkdir()
    (tmp_path / "collected" / "he.json").write_text(text, encoding="utf-8", errors="surrogateescape")

    assert Ledger(tmp_path, "he").taken == {}


def test_a_damaged_entry_is_left_out(tmp_path):
    good = {"platform": "canvas", "order": 501, "path": "doejane_1042_501_he.ipynb", "digest": "abc"}
    (tmp_path / "collected").mkdir()
    entries = {"jdoe": good, "a": 3, "b": {}, "c": good | {"order": None}, "d": good | {"path": 1}}
    (tmp_path / "collected" / "he.json").write_text(json.dumps(entries))

    assert Ledger(tmp_path, "he").taken == {"jdoe": FIRST}


@pytest.mark.parametrize(
    ("platform", "order", "later"),
    [("canvas", 500, True), ("canvas", 501, False), ("canvas", "500", False), ("moodle", 3.0, False)],
)
def test_only_attempts_of_one_platform_can_be_compared(platform, order, later):
    assert FIRST.is_later_than(Collected(platform, order, "", "")) is later
