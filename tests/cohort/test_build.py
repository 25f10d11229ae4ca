"""The sample class is what its folders say."""

from __future__ import annotations

import inspect
import json
import tomllib

import pytest

from autograder.markers import role_of
from autograder.records import Outcome, Role
from autograder.release import release, slugs
from tests.cohort import changes
from tests.cohort.build import EVERY, HERE, Member, notebook_of
from tests.conftest import ROOT, published

FOLDERS = sorted(path.parent for path in HERE.glob("*/*/expected.toml"))
CHANGES = {
    name
    for name, function in inspect.getmembers(changes, inspect.isfunction)
    if function.__module__ == changes.__name__ and not name.startswith("_")
}


@pytest.fixture
def member(tiny_course):
    """Makes a member of the tiny course who hands in `he`."""
    release("he", tiny_course)

    def make(answers: str = "", **expected: object) -> bytes:
        folder = tiny_course / "member"
        folder.mkdir()
        if answers:
            (folder / "answers.py").write_text(answers)
        return notebook_of(Member("someone", "he", folder, expected), tiny_course)

    return make


def sources(notebook: bytes) -> dict[str, str]:
    return {cell["id"]: cell["source"] for cell in json.loads(notebook)["cells"]}


def test_a_member_starts_from_what_students_are_given(member):
    assert sources(member())["he_std"].endswith("raise NotImplementedError()")


def test_a_member_may_start_from_the_solutions_but_never_has_the_hidden_tests(member):
    cells = sources(member(starts_from="solutions"))

    assert "return float(np.sqrt(2 / fan_in))" in cells["he_std"]
    assert cells["check_he_std"] == "assert he_std(2) == 1"


def test_a_member_may_answer_some(member):
    assert "return float" in sources(member(answered=["he_std"]))["he_std"]


def test_own_cells_replace_those_of_their_title_and_others_are_added(member):
    cells = sources(member("# %% he_std\nhe_std = 1\n\n# %% mine\nprint(2)\n"))

    assert cells["he_std"] == "he_std = 1"
    assert list(cells)[-1] == "mine"


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_every_change_changes_the_notebook(member, change):
    before = member()
    changed = getattr(changes, change)(json.loads(before))

    assert changed != json.loads(before)


def test_an_answer_can_loop(member):
    looping = sources(member(starts_from="solutions", change="first_function_loops"))["he_std"]

    assert looping.endswith("    while True: pass")


def test_deleting_the_checks_leaves_the_others(member):
    cells = json.loads(member(change="first_checks_deleted"))["cells"]

    assert Role.CHECK not in {role_of(cell) for cell in cells}


@pytest.mark.parametrize("folder", FOLDERS, ids=[f"{path.parent.name}-{path.name}" for path in FOLDERS])
def test_a_folder_says_what_it_is_and_what_row_it_gets(folder):
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))

    assert expected["story"].endswith(".")
    assert expected["outcome"] in set(Outcome)
    assert "zero" in expected
    assert set(expected) <= {"story", "starts_from", "answered", "change", "outcome", "zero", "flags"}
    assert expected.get("starts_from", "solutions") == "solutions"
    assert expected.get("change") in CHANGES | {None}


def test_every_change_is_somebodys():
    used = [path.read_text(encoding="utf-8") for path in HERE.glob("*/*/expected.toml")]

    assert {change for change in CHANGES if not any(f'"{change}"' in text for text in used)} == set()


def test_every_published_assignment_has_behaviours_of_its_own():
    folders = {folder.parent.name for folder in FOLDERS}

    assert {EVERY, *published()} <= folders <= {EVERY, *slugs(ROOT)}
