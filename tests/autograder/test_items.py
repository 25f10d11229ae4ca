"""The statistics of a check, against numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from autograder.items import MOST_SAYINGS, Saying, core, discrimination, items, sayings
from autograder.records import GRADER_DIED, CellScore, Graded, Outcome


def row(student, *points, slug="he", most=(1.0, 2.0, 4.0), message="wrong", **changes):
    cells = tuple(
        CellScore(f"check_{place}", got, full, "" if got == full else message)
        for place, (got, full) in enumerate(zip(points, most, strict=False))
    )
    graded = Graded(student, slug, Outcome.FINISHED, cells, "", 0.1, 1, "strict")
    return replace(graded, **changes)


CLASS = [row("a", 1, 2, 4), row("b", 1, 2, 0), row("c", 0, 2, 0), row("d", 0, 0, 0)]


def test_discrimination_by_hand():
    """Points 1 1 0 0 beside 6 2 2 0 elsewhere: deviations ±½ and 3.5 -0.5 -0.5 -2.5, so r = 3 / √(1 · 19)."""
    first = items(CLASS)[0]

    assert first.discrimination == pytest.approx(3 / math.sqrt(19))


def test_difficulty_is_the_mean_share():
    assert [item.difficulty for item in items(CLASS)] == [0.5, 0.75, 0.25]
    assert [item.failed for item in items(CLASS)] == [2, 1, 3]
    assert [item.max_points for item in items(CLASS)] == [1.0, 2.0, 4.0]


def test_the_checks_own_points_are_not_in_the_rest():
    """Two checks that say the opposite: uncorrected, the heavier one would agree with itself."""
    rows = [row("a", 1, 0), row("b", 1, 0), row("c", 0, 2), row("d", 0, 2)]

    assert [item.discrimination for item in items(rows)] == pytest.approx([-1.0, -1.0])


def test_discrimination_is_the_correlation_of_numpy():
    rng = np.random.default_rng(3)
    points, rest = rng.integers(0, 2, 40).astype(float), rng.normal(size=40)

    assert discrimination(list(points), list(rest)) == pytest.approx(np.corrcoef(points, rest)[0, 1])


@pytest.mark.parametrize(
    ("points", "rest"),
    [([], []), ([1], [2]), ([0, 1], [0, 1]), ([1, 1, 1], [0, 1, 2]), ([0, 1, 0], [2, 2, 2])],
)
def test_discrimination_without_spread_is_undefined(points, rest):
    assert discrimination(points, rest) is None


def test_a_rest_that_differs_by_rounding_only_is_no_spread():
    assert discrimination([0, 1, 0], [0.1 + 0.2, 0.3, 0.3]) is None


def test_an_empty_class_has_no_items():
    assert items([]) == []


def test_one_student_has_shares_and_no_correlation():
    found = items([row("a", 1, 0)])

    assert [(item.difficulty, item.discrimination) for item in found] == [(1.0, None), (0.0, None)]


def test_rows_that_say_nothing_of_the_checks_are_left_out():
    unread = row("x", 0, 0, 0, outcome=Outcome.UNREADABLE)
    failed = row("y", 0, 0, 0, flags=(GRADER_DIED,))

    assert items([*CLASS, unread, failed]) == items(CLASS)
    assert items([unread]) == []


def test_a_check_without_points_has_no_difficulty():
    (item,) = items([row(name, 0, most=(0.0,)) for name in "abc"])

    assert (item.difficulty, item.discrimination, item.failed) == (None, None, 0)


def test_assignments_are_apart():
    found = items([*CLASS, row("a", 0, 2, slug="depth")])

    assert [(item.assignment, item.name) for item in found] == [
        *(("depth", "check_0"), ("depth", "check_1")),
        *(("he", "check_0"), ("he", "check_1"), ("he", "check_2")),
    ]


def said(*messages):
    return sayings(CellScore("check", 0.0, 1.0, message) for message in messages)


def test_messages_that_differ_in_numbers_are_one():
    found = said("`f(3)` is 0.25, expected 1e-3.", "`f(17)` is -4, expected nan.", "it is a list", "")

    assert found == (Saying("`f(17)` is -4, expected nan.", 2), Saying("it is a list", 1))


def test_lists_of_numbers_of_other_lengths_are_one():
    assert [one.count for one in said("is [1, 2, 3]", "is [1.5]", "is [1 2]")] == [3]


def test_the_most_frequent_come_first_and_no_more_than_that():
    found = said("b", "a", "a", "c", "d", "d", "d")

    assert found == (Saying("d", 3), Saying("a", 2), Saying("b", 1))
    assert len(found) == MOST_SAYINGS


@pytest.mark.parametrize("hostile", ["", "\n\n", "Read again: x", "9" * 4000, "[" * 4000, "# " * 2000])
def test_any_message_can_be_counted(hostile):
    assert all(isinstance(saying.count, int) for saying in said(hostile, "a"))


def test_the_misconception_is_the_core():
    message = (
        "`std` is 0.1, expected 0.2.\nThat is the variance; take its root.\n"
        'Read again: chapter "he".\nThe numbers were drawn with seed 4; `checks.use_seed(4)` repeats them.'
    )

    assert core(message) == "That is the variance; take its root."
    assert core("Your code raised ValueError: no\n  File x\n  y") == "Your code raised ValueError: no"
    assert core("Your code raised ValueError: no\n  File x") == "Your code raised ValueError: no"
