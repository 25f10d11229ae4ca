"""The corpus of answers is read as it is meant, and holds what an assignment deserves."""

from __future__ import annotations

import pytest

from autograder.markers import function_of
from autograder.records import Role
from autograder.release import slugs, source_cells
from tests.conftest import ROOT, published
from tests.course.corpus import in_submissions, parse_answers, read_answers

TEXT = """\
# == right: f: by hand
def f(x):
    return x + x


# == wrong: f: squares
f = lambda x: x * x

# == wrong: g: forgets the sign
import math


def g(x):
    return math.exp(x)
"""


def test_each_opening_line_begins_an_answer():
    answers = parse_answers("demo", TEXT)

    assert [(a.kind, a.function, a.title, a.line) for a in answers] == [
        ("right", "f", "by hand", 1),
        ("wrong", "f", "squares", 6),
        ("wrong", "g", "forgets the sign", 9),
    ]
    assert answers[0].source == "def f(x):\n    return x + x\n"


def test_a_submission_holds_one_answer_to_each_function():
    dealt = in_submissions(parse_answers("demo", TEXT))

    assert [sorted(answer.title for answer in one.values()) for one in dealt] == [
        ["by hand", "forgets the sign"],
        ["squares"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# == maybe: f: why\ndef f(): ...", "answers/demo.py:1: write"),
        ("# == right: f\ndef f(): ...", "answers/demo.py:1: write"),
        ("# == right: f: why\ndef g(): ...", "does not define f"),
        ("# == right: f: why\ndef f(:", "line 1 below"),
    ],
)
def test_an_answer_that_cannot_be_read_is_named(text, message):
    with pytest.raises(ValueError, match=message):
        parse_answers("demo", text)


@pytest.mark.parametrize("slug", published())
def test_every_function_has_four_right_and_eight_wrong_answers(slug):
    functions = [cell.name for cell in source_cells(slug, ROOT) if cell.role is Role.SOLUTION]
    answers = read_answers(slug)

    few = {
        (function, kind): count
        for function in functions
        for kind, least in (("right", 4), ("wrong", 8))
        if (count := sum(a.function == function and a.kind == kind for a in answers)) < least
    }

    assert few == {}
    assert {answer.function for answer in answers} == set(functions)


@pytest.mark.parametrize("slug", slugs(ROOT))
def test_every_function_is_checked(slug):
    cells = source_cells(slug, ROOT)
    functions = [cell.name for cell in cells if cell.role is Role.SOLUTION]

    assert {function_of(cell.name) for cell in cells if cell.role is Role.CHECK} == set(functions)
