"""The key is what the source notebook says; the released notebook must be the same cells."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.errors import SourceError, UsageError
from autograder.key import load_key
from autograder.records import Role
from autograder.release import build_source, release


@pytest.fixture
def released(tiny_course):
    release("he", tiny_course)
    return tiny_course


def test_the_key_has_every_cell_in_order_with_role_and_points(released):
    key = load_key("he", released)

    assert [(cell.name, cell.role, cell.points) for cell in key.cells] == [
        ("text-1", Role.TEXT, 0.0),
        ("setup", Role.LOCKED, 0.0),
        ("he_std", Role.SOLUTION, 0.0),
        ("check_he_std", Role.CHECK, 2.0),
        ("figure_scales", Role.CODE, 0.0),
        ("text-2", Role.TEXT, 0.0),
        ("explain_root", Role.MANUAL, 1.5),
    ]
    assert key.max_points == 2.0


def test_the_key_has_the_answers_and_what_students_were_given(released):
    key = load_key("he", released)

    assert "return float(np.sqrt(2 / fan_in))" in key.cells[2].source
    assert key.released["he_std"].endswith("raise NotImplementedError()")
    assert key.released["check_he_std"] == "assert he_std(2) == 1"


@pytest.mark.parametrize("folder", ["build/source", "exercises"])
def test_a_missing_notebook_is_named_with_the_command_that_makes_it(released, folder):
    (released / folder / "he" / "he.ipynb").unlink()

    with pytest.raises(
        UsageError, match=rf"{folder}/he/he\.ipynb does not exist; run `autograder release he`"
    ):
        load_key("he", released)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cells": []}', '{"cells": 3}', '{"cells": [{}]}'])
@pytest.mark.parametrize("folder", ["build/source", "exercises"])
def test_a_damaged_notebook_is_named_with_the_command_that_makes_it(released, folder, content):
    (released / folder / "he" / "he.ipynb").write_text(content)

    with pytest.raises(SourceError, match=rf"{folder}/he/he\.ipynb .*run `autograder release he`"):
        load_key("he", released)


def test_notebooks_of_different_sources_are_refused(released):
    source = released / "solutions" / "he" / "he.py"
    source.write_text(source.read_text() + "\n# %% [markdown]\n# One more.\n")
    build_source("he", released)

    with pytest.raises(SourceError, match="was not made from"):
        load_key("he", released)


def test_reading_a_key_loads_nothing_heavy():
    """A grader starts in a tenth of a second; nbgrader alone would take three."""
    code = (
        "import sys, autograder.key; print(sorted({'nbgrader', 'nbformat', 'jupytext'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout == "[]\n"
