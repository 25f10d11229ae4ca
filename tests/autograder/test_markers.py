"""The dialect: what is read from a source, and what is refused, with the line and the way out."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from autograder import checks
from autograder.errors import SourceError
from autograder.markers import SENTENCES, function_of, nbgrader_metadata, regions, role_of
from autograder.records import Role
from autograder.release import source_cells


def change(course: Path, old: str, new: str) -> None:
    source = course / "solutions" / "he" / "he.py"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_cell_is_read_with_its_name_role_points_and_line(tiny_course):
    cells = [(c.name, c.role, c.points, c.line) for c in source_cells("he", tiny_course)]

    assert cells == [
        ("text-1", Role.TEXT, 0, 1),
        ("setup", Role.LOCKED, 0, 4),
        ("he_std", Role.SOLUTION, 0, 8),
        ("check_he_std", Role.CHECK, 2, 20),
        ("figure_scales", Role.CODE, 0, 26),
        ("text-2", Role.TEXT, 0, 30),
        ("explain_root", Role.MANUAL, 1.5, 33),
    ]


def test_metadata_says_the_role_again(tiny_course):
    for cell in source_cells("he", tiny_course):
        metadata = nbgrader_metadata(cell)
        written = {"cell_type": cell.kind, "metadata": {"nbgrader": metadata} if metadata else {}}

        assert role_of(written) == cell.role


def test_regions_are_the_lines_between_the_markers(tiny_course):
    check = source_cells("he", tiny_course)[3]

    assert regions(check.source, "HIDDEN TESTS") == [['assert he_std(50) == 0.2, "fan_in is 50"']]
    assert regions(check.source, "SOLUTION") == []


@pytest.mark.parametrize("check", ["check_he_std", "check_he_std__leaky", "check_he_std__a__b"])
def test_a_check_names_its_function(check):
    assert function_of(check) == "he_std"


HIDDEN = 'assert he_std(50) == 0.2, "fan_in is 50"'
BROKEN = {
    "unknown tag": ('tags=["locked"]', 'tags=["given"]', "4: unknown tag 'given'"),
    "two roles": ('tags=["locked"]', 'tags=["locked", "solution"]', "4: locked and solution at once"),
    "no points": (', "points=2"', "", '20: a check cell needs its points, once; add the tag "points=1"'),
    "points twice": ('"points=2"', '"points=2", "points=1"', "20: a check cell needs its points, once"),
    "negative points": ("points=2", "points=-2", "20: 'points=-2' is no number from 0 up"),
    "endless points": ("points=2", "points=inf", "20: 'points=inf' is no number from 0 up"),
    "points in words": ("points=2", "points=two", "20: 'points=two' is no number from 0 up"),
    "points for nothing": (
        '"solution"',
        '"solution", "points=1"',
        "8: only check and manual cells have points",
    ),
    "locked text": (
        'he_std tags=["solution"]',
        'he_std [markdown] tags=["solution"]',
        "8: a solution cell holds code",
    ),
    "no title": ('setup tags=["locked"]', 'tags=["locked"]', "4: this cell has no title"),
    "untitled code": ("# %% figure_scales", "# %%", "26: this cell has no title"),
    "title of two words": ("# %% figure_scales", "# %% figure scales", "26: 'figure scales' is no title"),
    "title twice": ("# %% figure_scales", "# %% setup", "26: the title 'setup' stands in line 4 already"),
    "check of nothing": ("check_he_std", "check_he_var", "20: no solution cell above"),
    "check of another name": ("# %% check_he_std", "# %% test_he_std", "20: no solution cell above"),
    "answer not ended": ("    ### END SOLUTION", "", "15: 'BEGIN SOLUTION' is never ended"),
    "answer not begun": ("    ### BEGIN SOLUTION", "", "17: 'END SOLUTION' without its BEGIN"),
    "answer begun twice": (
        "    return float",
        "    ### BEGIN SOLUTION\n    return float",
        "16: 'BEGIN SOLUTION' again",
    ),
    "answer not marked": (
        "    ### BEGIN SOLUTION\n    return float(np.sqrt(2 / fan_in))\n    ### END SOLUTION",
        "    return float(np.sqrt(2 / fan_in))",
        "8: the solution cell 'he_std' marks no answer",
    ),
    "tests not ended": ("### END HIDDEN TESTS", "", "22: 'BEGIN HIDDEN TESTS' is never ended"),
    "tests ended as an answer": (
        "### END HIDDEN TESTS",
        "### END SOLUTION",
        "24: 'END SOLUTION' in a check cell",
    ),
    "marker in given code": (
        "import numpy as np",
        "import numpy as np  # BEGIN SOLUTION",
        "5: 'BEGIN SOLUTION' in a",
    ),
    "text above the cells": (
        "# %% [markdown]\n# # He",
        "# hello\n\n# %% [markdown]\n# # He",
        "put everything below",
    ),
    "not Python": ("import numpy as np", "import numpy as", "5: "),
    "the value of a check": (HIDDEN, "he_std(50)", "ends with the value"),
    "a word that gives a value": (HIDDEN, "checks.accuracy(he_std, 50, 2)", "ends with the value"),
}


def test_what_may_end_a_check_are_the_words_that_give_nothing_back():
    """As their annotations say, which mypy holds them to; `use_seed` tells no verdict."""
    words = {name: word for name in checks.__all__ if inspect.isfunction(word := getattr(checks, name))}
    nothing = {name for name, word in words.items() if inspect.signature(word).return_annotation == "None"}

    assert nothing - {"use_seed"} == SENTENCES


@pytest.mark.parametrize(("old", "new", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_reported_with_file_line_and_remedy(tiny_course, old, new, message):
    change(tiny_course, old, new)

    with pytest.raises(SourceError) as refused:
        source_cells("he", tiny_course)

    assert "he.py:" in str(refused.value)
    assert message in str(refused.value)
    assert ";" in str(refused.value)
