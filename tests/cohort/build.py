"""The sample class: from one folder per behaviour to the tree that a collection of submissions is.

`python -m tests.cohort.build FOLDER` writes `FOLDER/<behaviour>/<slug>/<slug>.ipynb`; README.md says what a
behaviour's folder holds.
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from autograder.markers import function_of
from autograder.records import AnswerKey, Role
from autograder.release import slugs
from tests.cohort import changes
from tests.course.corpus import NEEDS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EVERY = "every_assignment"


@dataclass(frozen=True)
class Member:
    """One submission of the sample class, and the row that it must get."""

    student: str
    slug: str
    folder: Path
    expected: dict[str, Any]


def members(slug: str) -> list[Member]:
    """Return the behaviours that hand in an assignment: those of every assignment, then its own."""
    folders = [*sorted(HERE.glob(f"{EVERY}/*/")), *sorted(HERE.glob(f"{slug}/*/"))]
    return [
        Member(
            folder.name, slug, folder, tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
        )
        for folder in folders
        if (folder / "expected.toml").is_file()
    ]


def zero_checks(member: Member, key: AnswerKey) -> set[str]:
    """Return the names of the checks that must earn nothing; all others earn full points."""
    functions = [cell.name for cell in key.cells if cell.role is Role.SOLUTION]
    checks = {check.name: function_of(check.name) for check in key.checks}
    match member.expected["zero"]:
        case "all":
            return set(checks)
        case "none":
            return set()
        case "first function":
            return {
                check for check, function in checks.items() if functions[0] in (function, NEEDS.get(function))
            }
        case "last function":
            return {check for check, function in checks.items() if function == functions[-1]}
        case list(names):
            unknown = set(names) - set(checks) - set(functions)
            if unknown:
                raise ValueError(f"{member.folder}/expected.toml: no check or function {', '.join(unknown)}")
            return {check for check, function in checks.items() if {check, function} & set(names)}
        case other:
            raise ValueError(f"{member.folder}/expected.toml: zero = {other!r}; see README.md")


def notebook_of(member: Member, root: Path = ROOT) -> bytes:
    """Return the file that a member hands in."""
    given = _read(root / "exercises" / member.slug / f"{member.slug}.ipynb")
    solved = {
        cell["id"]: cell
        for cell in _read(root / "build/source" / member.slug / f"{member.slug}.ipynb")["cells"]
    }
    answered = member.expected.get("answered", [])
    everything = member.expected.get("starts_from") == "solutions"
    own = own_answers(member.folder / "answers.py")
    for cell in given["cells"]:
        role = cell["metadata"].get("nbgrader", {})
        cell["source"] = "".join(cell["source"])
        if role.get("solution") and (everything or cell["id"] in answered):
            cell["source"] = "".join(solved[cell["id"]]["source"])
        cell["source"] = own.pop(cell["id"], cell["source"])
    given["cells"] += [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": name,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for name, source in own.items()
    ]
    change = member.expected.get("change")
    changed = getattr(changes, change)(copy.deepcopy(given)) if change else given
    return changed if isinstance(changed, bytes) else json.dumps(changed, indent=1).encode()


def build(submitted: Path, assignments: list[str], root: Path = ROOT) -> list[Member]:
    """Write the whole class below a folder, in place of what was there."""
    shutil.rmtree(submitted, ignore_errors=True)
    everyone = [member for slug in assignments for member in members(slug)]
    for member in everyone:
        path = submitted / member.student / member.slug / f"{member.slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook_of(member, root))
    return everyone


def _read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def own_answers(path: Path) -> dict[str, str]:
    """Return the cells that a member writes differently, by title; a new title is a new cell."""
    if not path.is_file():
        return {}
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    return {cell.metadata["title"]: cell.source for cell in cells}


def main() -> None:
    """Write the class of all assignments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="becomes the folder of submissions; its content is replaced"
    )
    everyone = build(parser.parse_args().folder, slugs(ROOT))
    print(f"{len(everyone)} submissions by {len({member.student for member in everyone})} students")


if __name__ == "__main__":
    main()
