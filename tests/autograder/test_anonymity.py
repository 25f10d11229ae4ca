"""No name of the class is left in rows that are numbered, and everything else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.analysis import with_similar_pairs
from autograder.anonymity import numbered
from autograder.exports import jsonl
from autograder.records import CellScore, Graded, Outcome


def row(student, slug="he", message="", **changes):
    cells = (CellScore("check_he", 0.0 if message else 1.0, 1.0, message),)
    return replace(Graded(student, slug, Outcome.FINISHED, cells, "", 0.1, 7, "strict"), **changes)


def test_a_student_has_one_number_in_all_assignments():
    rows = numbered([row("ann"), row("ann", "depth"), row("bob")])

    assert sorted((one.student[:8], one.assignment) for one in rows).count(("student ", "he")) == 2
    assert len({one.student for one in rows}) == 2
    assert {one.student for one in rows} == {"student 1", "student 2"}


def test_the_numbers_follow_the_seed_and_not_the_alphabet():
    names = [f"name{letter}" for letter in "abcdefgh"]

    def order(seed):
        rows = numbered([row(name, seconds=place, seed=seed) for place, name in enumerate(names)])
        return [one.seconds for one in rows]

    assert order(7) == order(7)
    assert order(7) != sorted(order(7))
    assert order(7) != order(8)


def test_marks_are_as_they_were():
    (one,) = numbered([row("ann", message="No.", outcome=Outcome.DIED, reason="it ended")])

    assert one == row("student 1", message="No.", outcome=Outcome.DIED, reason="it ended")


def test_names_within_texts_are_replaced():
    rows = [
        row("ann", message="Ann's file: /data/ann/x, by ann_he", reason="ann!", flags=("bob: odd", "annual")),
        row("bob"),
    ]
    text = jsonl(numbered(rows)).casefold()

    assert "annual" in text
    assert all(name not in text.replace("annual", "") for name in ("ann", "bob"))


@pytest.mark.parametrize("names", [("ann", "bob"), ("ann", "a, b", "b"), ("x, y", "x", "y"), ("=cmd", "<b>")])
def test_those_who_share_answers_are_numbered(names):
    rows = with_similar_pairs(
        [row(name) for name in names], {(name, "he"): {"relu": "same"} for name in names}
    )
    anonymous = numbered(rows)

    for one in anonymous:
        others = [other.student for other in anonymous if other.student != one.student]
        (flag,) = one.flags
        answers, _, shared = flag.partition(", shared with ")
        assert answers == "alike but for names: relu"
        assert sorted(shared.split(", ")) == sorted(others)


def test_a_name_that_cannot_be_told_is_left_out():
    """Results that someone cut: the other student is not among them."""
    (one,) = numbered([row("ann", flags=("alike but for names: relu, shared with Zed",))])

    assert one.flags == ("alike but for names: some, shared with others",)


def test_file_names_are_left_out():
    flags = (
        "the notebook is called Zed_Smith.ipynb, not he.ipynb",
        "the folder holds 2 notebooks; Zed_Smith.ipynb was graded",
        "relu: imports ctypes (raw memory)",
    )
    (one,) = numbered([row("zs", flags=flags)])

    assert one.flags == (
        "the notebook has another name than he.ipynb",
        "the folder holds 2 notebooks; one was graded",
        "relu: imports ctypes (raw memory)",
    )


def test_a_short_name_does_not_spoil_texts():
    (one,) = numbered([row("a", message="a list, expected a number")])

    assert one.cells[0].message == "a list, expected a number"


def test_an_empty_class_stays_empty():
    assert numbered([]) == []
