"""The cells to run, in the key's order: tests, points and given code are the key's; only answers are the student's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from autograder.records import AnswerKey, KeyCell, Role
from autograder.sanitise.matching import Matches, defines, is_copy, is_newer, match, parses
from autograder.sanitise.reading import Cell, Notebook

MAX_EXTRAS = 500
"""Cells of the student's own; one notebook of ten thousand would keep the whole class waiting."""
MAX_COPIES = 20
"""Versions of one answer."""


@dataclass(frozen=True)
class Step:
    """One cell of the rebuilt notebook.

    Attributes:
        name: The key's name of the cell, or `extra-1`, `extra-2`, … for the student's own.
        role: What the grader does with it.
        source: Its text.
        theirs: Whether the student wrote it.
        kind: `code` or `markdown`.
    """

    name: str
    role: Role
    source: str
    theirs: bool = False
    kind: str = "code"

    @property
    def runs(self) -> bool:
        """Whether the student's process executes it; our own experiments are for the student's eyes only."""
        return self.role in (Role.LOCKED, Role.SOLUTION, Role.EXTRA)


@dataclass(frozen=True)
class RunList:
    """The rebuilt notebook, and what was odd about the submitted one."""

    steps: tuple[Step, ...]
    flags: tuple[str, ...]


def rebuild(notebook: Notebook, key: AnswerKey) -> RunList:
    """Return the key's notebook with the student's answers in it."""
    matches = match(notebook, key)
    flags = [*notebook.flags, *matches.flags]
    if len(matches.extra) > MAX_EXTRAS:
        flags.append(
            f"only the first {MAX_EXTRAS} of {len(matches.extra)} cells of the student's own were run"
        )
        del matches.extra[MAX_EXTRAS:]
    extras = _extras_by_anchor(notebook, matches, key)
    steps = _own_steps(extras[""], notebook.cells)
    for cell in key.cells:
        submitted = [notebook.cells[index] for index in matches.by_name.get(cell.name, [])]
        steps += _steps_for(cell, submitted, key, notebook, flags)
        steps += _own_steps(extras[cell.name], notebook.cells)
    if _reordered(matches, key):
        flags.append("the cells were in another order; they were graded in the order of the assignment")
    return RunList(_numbered(steps), tuple(dict.fromkeys(flags)))


def _extras_by_anchor(notebook: Notebook, matches: Matches, key: AnswerKey) -> dict[str, list[int]]:
    """Return the student's own cells by the name of the known cell that they stand behind ("" for the top)."""
    name_of = {index: name for name, indices in matches.by_name.items() for index in indices}
    extras, anchor, own = defaultdict(list), "", set(matches.extra)
    for index in range(len(notebook.cells)):
        if index in own:
            extras[anchor].append(index)
        elif index in name_of:
            anchor = name_of[index]
    return extras


def _own_steps(indices: list[int], cells: tuple[Cell, ...]) -> list[Step]:
    written = [cells[index] for index in indices if cells[index].source.strip()]
    return [
        Step("", Role.EXTRA, cell.source, theirs=True)
        if cell.kind == "code"
        else Step("", Role.TEXT, cell.source, theirs=True, kind="markdown")
        for cell in written
    ]


def _steps_for(
    cell: KeyCell, submitted: list[Cell], key: AnswerKey, notebook: Notebook, flags: list[str]
) -> list[Step]:
    match cell.role:
        case Role.SOLUTION:
            return _solution_steps(cell, submitted, key, notebook, flags)
        case Role.MANUAL:
            if not submitted and not is_newer(cell.name, key):
                flags.append(f"{cell.name}: its cell is missing")
            answer = _best(submitted, cell.name, key)
            return [Step(cell.name, cell.role, answer, theirs=True, kind=cell.kind)]
        case Role.CHECK | Role.LOCKED:
            flags += _tampering(cell, submitted, key)
            return [Step(cell.name, cell.role, cell.source)]
        case _:
            return _free_steps(cell, submitted, key)


def _free_steps(cell: KeyCell, submitted: list[Cell], key: AnswerKey) -> list[Step]:
    """Our text and experiments as they are; where the student made one into code of their own, that runs too."""
    changed = [s for s in submitted if s.kind == "code" and not is_copy(s.source, cell.name, key)]
    if changed:
        return [Step("", Role.EXTRA, s.source, theirs=True) for s in changed[-MAX_COPIES:]]
    return [Step(cell.name, cell.role, cell.source, kind=cell.kind)]


def _tampering(cell: KeyCell, submitted: list[Cell], key: AnswerKey) -> list[str]:
    what = "check" if cell.role is Role.CHECK else "given cell"
    if not submitted:
        return [] if is_newer(cell.name, key) else [f"{cell.name}: the {what} was deleted; it was put back"]
    flags = []
    if any(not is_copy(s.source, cell.name, key) for s in submitted):
        flags.append(f"{cell.name}: the {what} was edited; the original was used")
    if any(s.kind != "code" for s in submitted):
        flags.append(f"{cell.name}: the {what} was turned into another type of cell")
    if len(submitted) > 1:
        flags.append(f"{cell.name}: the {what} occurs {len(submitted)} times")
    return flags


def _solution_steps(
    cell: KeyCell, submitted: list[Cell], key: AnswerKey, notebook: Notebook, flags: list[str]
) -> list[Step]:
    name = cell.name
    if any(s.kind != "code" for s in submitted):
        flags.append(f"{name}: the answer was turned into a text cell; it was run as code")
    if not submitted:
        elsewhere = any(s.kind == "code" and defines(s.source, name) for s in notebook.cells)
        if elsewhere or not is_newer(name, key):
            flags.append(
                f"{name}: its cell is missing" + (", but another cell defines it" if elsewhere else "")
            )
        return []
    answers = [s.source for s in submitted if not is_copy(s.source, name, key)] or [submitted[-1].source]
    if len(submitted) > 1:
        flags.append(
            f"{name}: the answer's cell occurs {len(submitted)} times; all were run, the last one counts"
        )
        if not all(map(parses, answers)) and parses("\n".join(answers)):
            answers = ["\n".join(answers)]  # one cell that was split in the middle of its code
    *before, last = answers[-MAX_COPIES:]
    own = [Step("", Role.EXTRA, source, theirs=True) for source in before]
    return [*own, Step(name, Role.SOLUTION, last, theirs=True)]


def _best(submitted: list[Cell], name: str, key: AnswerKey) -> str:
    changed = [s.source for s in submitted if not is_copy(s.source, name, key)]
    return changed[-1] if changed else key.released.get(name, "")


def _reordered(matches: Matches, key: AnswerKey) -> bool:
    order = {cell.name: position for position, cell in enumerate(key.cells)}
    firsts = sorted((min(indices), order[name]) for name, indices in matches.by_name.items() if indices)
    positions = [position for _, position in firsts]
    return positions != sorted(positions)


def _numbered(steps: list[Step]) -> tuple[Step, ...]:
    """Name the student's own cells, so that every step of the rebuilt notebook has a name of its own."""
    counts: dict[str, int] = defaultdict(int)
    named = []
    for step in steps:
        if not step.name:
            kind = "extra" if step.role is Role.EXTRA else "note"
            counts[kind] += 1
            step = replace(step, name=f"{kind}-{counts[kind]}")
        named.append(step)
    return tuple(named)
