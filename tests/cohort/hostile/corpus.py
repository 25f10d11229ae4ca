"""The hostile corpus as submissions: reads `attempts/`, `tampering.py` and `trees.py`; README.md says in what form."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from autograder.markers import function_of, role_of
from autograder.records import AnswerKey, Role
from tests.cohort.build import ROOT

HERE = Path(__file__).parent
Notebook = dict[str, Any]
BRIBED = """{source}


_right_{name} = {name}


def {name}(*args, **kwargs):
    return _right_{name}(*args, **kwargs) if globals().get("WON", False) is True else 42.0
"""
_BLOCK = re.compile(r"^# == (\w+): (.+)\n((?:# \w+ = .*\n)*)", re.M)
_CELL = re.compile(r"^# %% (\w+)\n", re.M)


@dataclass(frozen=True)
class Attempt:
    """One attempt, and the row that it must get.

    Attributes:
        name: Also the student's name, unless `write` says otherwise.
        story: What it tries.
        slug: The assignment.
        outcome: How the row must end; `any` where the machine decides.
        zero: The checks and functions that must earn nothing, or `all` or `none`.
        flags: Words that must stand in the row's flags.
        solved: Whether the answers that are not replaced are right; otherwise they are bribed.
        cells: Sources by title.
        change: What is done to the notebook at last.
        write: Writes the submission below the folder of all; returns the student's name in the row.
    """

    name: str
    story: str
    slug: str = "chain_rule"
    outcome: str = "finished"
    zero: str | list[str] = "all"
    flags: list[str] = field(default_factory=list)
    solved: bool = False
    cells: dict[str, str] = field(default_factory=dict)
    change: Callable[[Notebook], Notebook | bytes] | None = None
    write: Callable[[Path, bytes], str] | None = None

    def zero_checks(self, key: AnswerKey) -> set[str]:
        """Return the names of the checks that must earn nothing; all others earn full points."""
        checks = {check.name: function_of(check.name) for check in key.checks}
        if self.zero in ("all", "none"):
            return set(checks) if self.zero == "all" else set()
        unknown = set(self.zero) - set(checks) - set(checks.values())
        if unknown:
            raise ValueError(f"{self.name}: no check or function {', '.join(unknown)}")
        return {check for check, function in checks.items() if {check, function} & set(self.zero)}

    def hand_in(self, submitted: Path) -> str:
        """Write the submission and return the student's name in the row."""
        data = self.notebook()
        if self.write is not None:
            return self.write(submitted, data)
        path = submitted / self.name / self.slug / f"{self.slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        return self.name

    def notebook(self) -> bytes:
        """Return the file."""
        notebook, answers = _given(self.slug), _answers(self.slug)
        own = dict(self.cells)
        for cell in notebook["cells"]:
            name = cell["id"]
            if role_of(cell) is Role.SOLUTION:
                right = answers[name] + f"\n\n\n_right_{name} = {name}\n"
                bribed = BRIBED.format(source=answers[name], name=name)
                # A replaced answer may still call the right one, to be right now and then.
                cell["source"] = (
                    right + "\n\n" + own.pop(name) if name in own else (right if self.solved else bribed)
                )
        top = next(index for index, cell in enumerate(notebook["cells"]) if cell["id"] == "setup") + 1
        notebook["cells"][top:top] = [code_cell(source) for source in own.values()]
        changed = self.change(notebook) if self.change else notebook
        return changed if isinstance(changed, bytes) else json.dumps(changed).encode()


def code_cell(source: str) -> dict[str, Any]:
    """Return a cell of the student's own."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def attempts() -> list[Attempt]:
    """Return the whole corpus."""
    from tests.cohort.hostile import tampering, trees

    written = [attempt for path in sorted(HERE.glob("attempts/*.py")) for attempt in _blocks(path)]
    everything = [*written, *tampering.ATTEMPTS, *trees.ATTEMPTS]
    names = [attempt.name for attempt in everything]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"attempts of the same name: {', '.join(sorted(doubled))}")
    return everything


def _blocks(path: Path) -> list[Attempt]:
    _, *parts = _BLOCK.split(path.read_text(encoding="utf-8"))
    quadruples = zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=True)
    return [
        Attempt(name, story, cells=_cells(body), **tomllib.loads(re.sub("^# ", "", settings, flags=re.M)))
        for name, story, settings, body in quadruples
    ]


def _cells(body: str) -> dict[str, str]:
    _, *parts = _CELL.split(body)
    return {title: source.strip("\n") for title, source in zip(parts[::2], parts[1::2], strict=True)}


def _given(slug: str) -> Notebook:
    return _sources(ROOT / "exercises" / slug / f"{slug}.ipynb")


@cache
def _answers(slug: str) -> dict[str, str]:
    notebook = _sources(ROOT / "build/source" / slug / f"{slug}.ipynb")
    return {cell["id"]: cell["source"] for cell in notebook["cells"]}


def _sources(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook
