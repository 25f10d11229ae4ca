"""Nothing is graded by a grader that gives a known notebook a wrong mark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.canaries import BLANK, FIRST_ANSWER, SOLUTION, canaries, require_sound
from autograder.errors import CanaryFailed
from autograder.records import AnswerKey, CellScore, Graded, KeyCell, Outcome, Role


def row(student, earned, outcome=Outcome.FINISHED, reason=""):
    cells = (
        CellScore("check_a", earned, 2.0, "" if earned else "wrong"),
        CellScore("check_b", earned / 2, 1.0),
    )
    return Graded(student, "he", outcome, cells, reason, 0.1, 1, "none")


KEY = AnswerKey("he", (KeyCell("he_std", Role.SOLUTION, "def he_std(n):\n    return (2 / n) ** 0.5\n"),))


def test_two_canaries_are_the_solution_and_the_untouched_exercise():
    paths = {one.student: str(one.path) for one in canaries(KEY, Path("root")) if one.path}

    assert paths == {SOLUTION: "root/build/source/he/he.ipynb", BLANK: "root/exercises/he/he.ipynb"}


def answers_of_the_others(*questions):
    """What the function of each other canary answers to the questions, by the canary's name."""
    answers = {}
    for canary in canaries(KEY, Path("root")):
        if canary.contents is not None:
            (cell,) = json.loads(canary.contents)["cells"]
            names = {}
            exec(cell["source"], names)
            answers[canary.student] = [names["he_std"](question) for question in questions]
    return answers


def test_the_other_canaries_answer_without_understanding():
    answers = answers_of_the_others(2.0, 50.0)
    equal = answers.pop("(canary: an object that equals everything for every answer)")

    assert answers == {
        "(canary: 0 for every answer)": [0, 0],
        "(canary: 1.0 for every answer)": [1.0, 1.0],
        "(canary: the first argument for every answer)": [2.0, 50.0],
        "(canary: the first argument times 0 for every answer)": [0.0, 0.0],
        "(canary: ones of the first argument's shape for every answer)": [1.0, 1.0],
        FIRST_ANSWER: [1.0, 1.0],
    }
    assert all(one == 5 and one >= 7 and (one != 9) is False for one in equal)


def test_sound_canaries_pass():
    require_sound([row(SOLUTION, 2.0), row(BLANK, 0.0)])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row(SOLUTION, 0.0)], "he, the solution: check_a failed: wrong"),
        ([row(BLANK, 2.0)], "he, the untouched exercise: check_a earned 2 points"),
        ([row(SOLUTION, 2.0, Outcome.TIMED_OUT, "too slow")], "he, the solution: timed_out: too slow"),
        ([row(BLANK, 0.0, Outcome.DIED, "gone")], "he, the untouched exercise: died: gone"),
    ],
)
def test_an_unsound_canary_is_named(rows, words):
    with pytest.raises(CanaryFailed, match="nothing was graded") as caught:
        require_sound(rows)

    assert words in str(caught.value)
    assert caught.value.exit_status == 3
