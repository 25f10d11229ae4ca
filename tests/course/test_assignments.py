"""What every assignment has in common: points as stated, hints, experiments, seeds that repeat."""

from __future__ import annotations

import re

import pytest

from autograder.leaks import outside
from autograder.markers import SourceCell
from autograder.records import Role
from autograder.release import slugs, source_cells
from tests.conftest import ROOT

CELLS = {slug: source_cells(slug, ROOT) for slug in slugs(ROOT)}


def of(slug: str, role: Role) -> list[SourceCell]:
    return [cell for cell in CELLS[slug] if cell.role is role]


@pytest.mark.parametrize("slug", CELLS)
def test_the_points_are_those_that_the_notebook_announces(slug):
    code, manual = (sum(cell.points for cell in of(slug, role)) for role in (Role.CHECK, Role.MANUAL))

    assert f"**Points** {code:g} for code, {manual:g} for" in CELLS[slug][0].source


@pytest.mark.parametrize("slug", CELLS)
def test_the_notebook_announces_goal_time_and_what_to_read(slug):
    for word in ("**Goal.**", "**Time**", "**Read first**"):
        assert word in CELLS[slug][0].source


@pytest.mark.parametrize(
    ("slug", "function"), [(slug, cell.name) for slug in CELLS for cell in of(slug, Role.SOLUTION)]
)
def test_three_hints_follow_each_stub(slug, function):
    names = [cell.name for cell in CELLS[slug]]
    below = CELLS[slug][names.index(function) + 1]

    assert re.findall(r"<summary>Hint (\d)", below.source) == ["1", "2", "3"]


@pytest.mark.parametrize("slug", CELLS)
def test_an_assignment_has_an_experiment_and_a_question(slug):
    assert any("plt.show()" in cell.source for cell in of(slug, Role.CODE))
    assert of(slug, Role.MANUAL)


@pytest.mark.parametrize(
    ("slug", "check"), [(slug, cell.name) for slug in CELLS for cell in of(slug, Role.CHECK)]
)
def test_the_visible_part_of_a_check_starts_a_generator_of_its_own(slug, check):
    """So that the seed of a failure repeats it in a notebook without the hidden part."""
    (cell,) = [cell for cell in CELLS[slug] if cell.name == check]
    drawing = [line for line in outside(cell.source).splitlines() if "rng" in line]

    assert drawing[:1] in ([], ["rng = checks.rng()"])
