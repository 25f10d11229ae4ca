"""A notebook of an earlier release is honest; the history of `exercises/` says what that release was."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import pytest

from autograder.earlier import ABSENT, digest, with_earlier
from autograder.key import load_key
from autograder.release import release
from autograder.sanitise import read_notebook, rebuild

ANSWER = "def he_std(fan_in):\n    return (2 / fan_in) ** 0.5"
MORE = '\n\n# %% check_he_std__more tags=["check", "points=1"]\nassert he_std(8) == 0.5\n'
ASKED = "Why does a root stand in the formula?"


def git(root, *arguments):
    about = ("-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main")
    subprocess.run(["git", "-C", str(root), *about, *arguments], check=True, capture_output=True)


def commit(root):
    git(root, "add", "exercises")
    git(root, "commit", "-qm", "release")


def change(root, old, new):
    source = root / "solutions" / "he" / "he.py"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")
    release("he", root)


def hand_in(root, answer=ANSWER):
    notebook = json.loads((root / "exercises" / "he" / "he.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == "he_std" and answer:
            cell["source"] = answer
    return notebook


def flags(notebook, key):
    return rebuild(read_notebook(json.dumps(notebook).encode()), key).flags


@pytest.fixture
def root(tiny_course):
    """A course whose first release was committed."""
    git(tiny_course, "init", "-q")
    release("he", tiny_course)
    commit(tiny_course)
    return tiny_course


def test_a_mended_check_makes_no_honest_student_suspicious(root):
    old = hand_in(root)
    change(root, "assert he_std(2) == 1", "assert abs(he_std(2) - 1) < 1e-12")
    key = load_key("he", root)
    (knowing,) = with_earlier([key], root)

    assert flags(old, key) == ("check_he_std: the check was edited; the original was used",)
    assert flags(old, knowing) == ()
    assert flags(hand_in(root), knowing) == ()


def test_the_mended_check_is_the_one_that_runs(root):
    old = hand_in(root)
    change(root, "assert he_std(2) == 1", "assert abs(he_std(2) - 1) < 1e-12")
    (key,) = with_earlier([load_key("he", root)], root)
    steps = {step.name: step for step in rebuild(read_notebook(json.dumps(old).encode()), key).steps}

    assert "abs(he_std(2) - 1)" in steps["check_he_std"].source
    assert (steps["he_std"].source, steps["he_std"].theirs) == (ANSWER, True)


@pytest.mark.parametrize("edited", ["assert True", "assert he_std(2) == 1 or True", ""])
def test_a_check_that_was_never_released_is_still_flagged(root, edited):
    old = hand_in(root)
    for cell in old["cells"]:
        if cell["id"] == "check_he_std":
            cell["source"] = edited
    change(root, "assert he_std(2) == 1", "assert abs(he_std(2) - 1) < 1e-12")
    (key,) = with_earlier([load_key("he", root)], root)

    assert flags(old, key) == ("check_he_std: the check was edited; the original was used",)


def test_a_check_that_is_new_was_not_deleted_by_anyone(root):
    old = hand_in(root)
    change(root, "\n\n# %% figure_scales", f"{MORE}\n\n# %% figure_scales")
    (key,) = with_earlier([load_key("he", root)], root)

    assert key.earlier["check_he_std__more"] == (ABSENT,)
    assert flags(old, key) == ()
    commit(root)
    without = hand_in(root)
    without["cells"] = [cell for cell in without["cells"] if cell["id"] != "check_he_std"]
    assert flags(without, key) == ("check_he_std: the check was deleted; it was put back",)


def test_an_untouched_question_of_an_earlier_release_is_untouched(root):
    old = hand_in(root, None)
    change(root, ASKED, "Why does a square root stand in the formula?")
    (key,) = with_earlier([load_key("he", root)], root)
    steps = {step.name: step for step in rebuild(read_notebook(json.dumps(old).encode()), key).steps}

    assert steps["explain_root"].source == key.released["explain_root"]
    assert ASKED not in steps["explain_root"].source


def test_cells_that_lost_their_names_are_recognised_by_their_earlier_text(root):
    old = hand_in(root)
    for cell in old["cells"]:
        cell["id"] = f"x{cell['id']}".replace("_", "-")
        cell["metadata"] = {}
    change(root, "assert he_std(2) == 1", "assert abs(he_std(2) - 1) < 1e-12")
    (key,) = with_earlier([load_key("he", root)], root)

    assert not [flag for flag in flags(old, key) if "check_he_std" in flag]


def test_every_release_is_remembered_and_committing_the_present_one_changes_nothing(root):
    change(root, "assert he_std(2) == 1", "assert he_std(2) == 1.0")
    commit(root)
    change(root, "assert he_std(2) == 1.0", "assert he_std(8) == 0.5")
    (before,) = with_earlier([load_key("he", root)], root)
    commit(root)
    (after,) = with_earlier([load_key("he", root)], root)

    texts = ("assert he_std(2) == 1", "assert he_std(2) == 1.0")
    assert before == after
    assert before.earlier == {"check_he_std": tuple(sorted(map(digest, texts)))}


def test_a_folder_without_history_and_one_with_other_things_in_it_know_nothing(tiny_course, tmp_path_factory):
    release("he", tiny_course)
    key = load_key("he", tiny_course)

    assert with_earlier([key], tiny_course) == [key]
    git(tiny_course, "init", "-q")
    assert with_earlier([key], tiny_course) == [key]
    (tiny_course / "exercises" / "he" / "he.ipynb").write_text("no notebook")
    commit(tiny_course)
    assert with_earlier([key], tiny_course) == [key]
    assert with_earlier([replace(key, assignment="other")], tiny_course / "nowhere") == [
        replace(key, assignment="other")
    ]


def test_without_git_nothing_is_known(root, monkeypatch):
    monkeypatch.setenv("PATH", "")
    key = load_key("he", root)

    assert with_earlier([key], root) == [key]
