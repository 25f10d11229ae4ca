"""A check earns all its points or none, and what was not reached earns none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.examiner.cell import Verdict
from autograder.records import AnswerKey, CellScore, KeyCell, Role
from autograder.scoring import NOT_REACHED, score

KEY = AnswerKey(
    "he",
    (
        KeyCell("setup", Role.LOCKED, ""),
        KeyCell("check_a", Role.CHECK, "", 2.0),
        KeyCell("why", Role.MANUAL, "", 5.0),
        KeyCell("check_b", Role.CHECK, "", 0.5),
        KeyCell("check_c", Role.CHECK, "", 0.0),
    ),
)


def test_a_passed_check_earns_its_points_and_a_failed_one_says_why():
    assert score(KEY, {"check_b": Verdict(True), "check_a": Verdict(False, "wrong")}) == (
        CellScore("check_a", 0.0, 2.0, "wrong"),
        CellScore("check_b", 0.5, 0.5),
        CellScore("check_c", 0.0, 0.0, NOT_REACHED),
    )


def test_the_reason_stands_at_every_check_that_was_not_reached():
    assert [cell.message for cell in score(KEY, {"check_a": Verdict(True)}, "it timed out")] == [
        "",
        "it timed out",
        "it timed out",
    ]


def test_a_passed_check_has_no_message():
    """The page reads an empty message as success."""
    assert score(KEY, {"check_a": Verdict(True, "noise")})[0].message == ""


@given(
    st.dictionaries(
        st.sampled_from(["check_a", "check_b", "check_c", "check_x", "setup", "why"]), st.booleans()
    )
)
def test_only_passed_checks_of_the_key_count(passed):
    scores = score(KEY, {name: Verdict(value, "no") for name, value in passed.items()})

    assert [cell.name for cell in scores] == ["check_a", "check_b", "check_c"]
    assert sum(cell.points for cell in scores) == 2.0 * passed.get("check_a", False) + 0.5 * passed.get(
        "check_b", False
    )
