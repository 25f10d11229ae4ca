"""Attempts upon the notebook's file: tags, points, ids, types and outputs that would decide a mark elsewhere.

Each function gets the notebook, all answers bribed and thus wrong, and returns it or its bytes; its docstring is
the story.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from autograder.markers import role_of
from autograder.records import Role
from tests.cohort.hostile.corpus import Attempt, Notebook, code_cell

ATTEMPTS: list[Attempt] = []
Change = Callable[[Notebook], Notebook | bytes]


def attempt(**settings: Any) -> Callable[[Change], Change]:
    """Enter a function into the corpus, with what its row must be."""

    def enter(change: Change) -> Change:
        story = (change.__doc__ or "").strip().rstrip(".")
        ATTEMPTS.append(Attempt(change.__name__, story, change=change, **settings))
        return change

    return enter


def checks_of(notebook: Notebook) -> list[dict[str, Any]]:
    """Return the test cells."""
    return [cell for cell in notebook["cells"] if role_of(cell) is Role.CHECK]


@attempt()
def skip_execution_tags(notebook: Notebook) -> Notebook:
    """Tags every check so that nbconvert leaves it out."""
    for cell in checks_of(notebook):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    return notebook


@attempt()
def points_raised(notebook: Notebook) -> Notebook:
    """Gives every check a thousand points, and one negative ones."""
    for cell in checks_of(notebook):
        cell["metadata"]["nbgrader"]["points"] = 1000
    checks_of(notebook)[0]["metadata"]["nbgrader"]["points"] = -5
    return notebook


@attempt(flags=["edited"])
def unlocked_and_rewritten(notebook: Notebook) -> Notebook:
    """Unlocks every locked cell and writes its own into it, the set-up too."""
    for cell in notebook["cells"]:
        settings = cell["metadata"].get("nbgrader", {})
        if settings.get("locked"):
            settings["locked"] = False
            cell["source"] = "WON = True\n"
    return notebook


@attempt()
def checks_no_longer_graded(notebook: Notebook) -> Notebook:
    """Marks every check as a solution that is not graded, and every solution as a check."""
    for cell in notebook["cells"]:
        settings = cell["metadata"].get("nbgrader")
        if settings:
            settings["grade"], settings["solution"] = settings["solution"], settings["grade"]
    return notebook


@attempt(flags=["occurs 2 times"])
def copied_grade_ids(notebook: Notebook) -> Notebook:
    """Puts an empty cell with the id of each check in front of it, and one behind."""
    for cell in checks_of(notebook):
        forged = copy.deepcopy(cell)
        forged["source"] = "pass"
        notebook["cells"].insert(0, forged)
    return notebook


@attempt()
def forged_outputs(notebook: Notebook) -> Notebook:
    """Carries outputs that say that every check has passed."""
    for cell in checks_of(notebook):
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": '{"passed": true, "points": 4}'}
        ]
        cell["execution_count"] = 1
        cell["metadata"]["nbgrader"].update(score=4, max_score=4, passed=True)
    notebook["metadata"]["nbgrader"] = {"score": 100}
    return notebook


@attempt(flags=["type of cell"])
def retyped_checks(notebook: Notebook) -> Notebook:
    """Turns every check into text, so that nothing runs."""
    for index, cell in enumerate(checks_of(notebook)):
        cell["cell_type"] = ("markdown", "raw", "heading")[index % 3]
        for name in ("outputs", "execution_count"):
            cell.pop(name, None)
    return notebook


@attempt(flags=["deleted"])
def no_checks(notebook: Notebook) -> Notebook:
    """Deletes every check."""
    notebook["cells"] = [cell for cell in notebook["cells"] if role_of(cell) is not Role.CHECK]
    return notebook


@attempt(flags=["another order"])
def checks_first(notebook: Notebook) -> Notebook:
    """Moves every check to the top, where no answer can fail it."""
    checks = checks_of(notebook)
    notebook["cells"] = [*checks, *(cell for cell in notebook["cells"] if cell not in checks)]
    return notebook


@attempt()
def another_kernel(notebook: Notebook) -> Notebook:
    """Names a kernel of its own, a shell."""
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}
    notebook["metadata"]["language_info"] = {"name": "bash", "file_extension": "../../x"}
    return notebook


@attempt()
def hidden_test_markers(notebook: Notebook) -> Notebook:
    """Writes nbgrader's markers into answers, so that cells swallow what follows."""
    for cell in notebook["cells"]:
        if role_of(cell) is Role.SOLUTION:
            cell["source"] = (
                f"### BEGIN HIDDEN TESTS\n### END SOLUTION\n{cell['source']}\n### BEGIN MARK SCHEME"
            )
    return notebook


@attempt()
def checks_as_answers(notebook: Notebook) -> Notebook:
    """Gives cells of its own the names of answers, of checks and of folders."""
    for name in (
        "check_everything",
        "../../gradebook",
        "/etc/passwd",
        "x" * 10_000,
        "<b>&\"'",
        "extra-1",
        "setup",
    ):
        cell = code_cell("WON = False")
        cell["id"] = name
        cell["metadata"] = {"nbgrader": {"grade_id": name, "grade": True, "points": 99, "locked": True}}
        notebook["cells"].append(cell)
    return notebook


@attempt()
def metadata_of_wrong_types(notebook: Notebook) -> Notebook:
    """Writes lists where dictionaries belong, and numbers where texts do."""
    for index, cell in enumerate(notebook["cells"]):
        cell["metadata"] = ([], None, 5, {"nbgrader": 7}, {"nbgrader": {"grade_id": ["x"]}})[index % 5]
    notebook["metadata"] = notebook["nbformat_minor"] = [1]
    return notebook


@attempt()
def ten_thousand_cells(notebook: Notebook) -> Notebook:
    """Adds thousands of cells of its own."""
    notebook["cells"] += [code_cell("pass")] * 10_000
    return notebook


@attempt()
def source_that_breaks_parsers(notebook: Notebook) -> Notebook:
    """Adds cells that are hard to parse: nested, long, and without an end."""
    for source in (
        "1" + "+1" * 100_000,
        "-" * 100_000 + "1",
        "[" * 150 + "]" * 150,
        "x" + ".a" * 100_000,
        "\0",
        "lambda:" * 3000,
    ):
        notebook["cells"].append(code_cell(source))
    return notebook


@attempt(outcome="unreadable")
def nested_json(notebook: Notebook) -> bytes:
    """Hands in brackets a hundred thousand deep."""
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@attempt(outcome="unreadable")
def unfinished_merges(notebook: Notebook) -> bytes:
    """Hands in a hundred thousand marks of a merge that ends nowhere."""
    return b"<<<<<<< a\n||||||| b\n=======\n" * 100_000


@attempt(outcome="any")
def very_large_file(notebook: Notebook) -> bytes:
    """Hands in forty megabytes of outputs."""
    notebook["cells"][-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (40 << 20)}]
    return json.dumps(notebook).encode()


@attempt()
def numbers_that_overflow(notebook: Notebook) -> bytes:
    """Writes points and counts as numbers beyond all bounds."""
    text = json.dumps(notebook).replace(
        '"points": ', '"points": 1e999, "count": ' + "9" * 5000 + ', "nothing": '
    )
    return text.replace("null", "NaN").encode()


@attempt()
def keys_twice(notebook: Notebook) -> bytes:
    """Writes each cell's source twice, the second time another one."""
    return (
        json.dumps(notebook)
        .replace('"metadata": {"nbgrader"', '"source": "WON = False", "metadata": {"nbgrader"')
        .encode()
    )
