"""Which submitted cell answers which cell of the key, when names, order and metadata may all be gone.

A cell is recognised by its grade_id, else by its cell id, else by its text: a copy of a released cell,
or code that defines the function for which the key's cell is named.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from dataclasses import dataclass, field

from autograder.earlier import ABSENT, digest, squeezed
from autograder.records import AnswerKey, KeyCell, Role
from autograder.sanitise.reading import Cell, Notebook

MAX_PIECES = 5
"""Pieces of one answer that are looked for."""


@dataclass
class Matches:
    """The submitted cells by the cell of the key that they answer.

    Attributes:
        by_name: For each name of the key, the indices of the submitted cells that carry it, in their order.
        extra: The indices of cells that answer nothing: the student's own.
        flags: What was odd.
    """

    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    extra: list[int] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def match(notebook: Notebook, key: AnswerKey) -> Matches:
    """Return which submitted cell answers which cell of the key."""
    cells, known = notebook.cells, {cell.name for cell in key.cells}
    matches = Matches()
    for index, cell in enumerate(cells):
        name = next((name for name in (cell.grade_id, cell.cell_id) if name in known), None)
        (matches.extra if name is None else matches.by_name[name]).append(index)
    _match_copies(matches, cells, key)
    for wanted in key.cells:
        if wanted.role is Role.SOLUTION:
            _match_definition(matches, wanted, cells, key)
    _match_continuations(matches, cells, key)
    _match_questions(matches, cells, key)
    return matches


def _match_copies(matches: Matches, cells: tuple[Cell, ...], key: AnswerKey) -> None:
    """Recognise cells without a name that are word for word a released one."""
    released = {known: name for name, digests in key.earlier.items() for known in digests if known}
    released |= {digest(source): name for name, source in key.released.items() if source.strip()}
    nameless, matches.extra = matches.extra, []
    for index in nameless:
        name = released.get(digest(cells[index].source)) if cells[index].source.strip() else None
        (matches.extra if name is None else matches.by_name[name]).append(index)


def _match_definition(matches: Matches, wanted: KeyCell, cells: tuple[Cell, ...], key: AnswerKey) -> None:
    """Recognise an answer that stands in no cell of its name by the function that it defines."""
    own = matches.by_name.get(wanted.name, [])
    if any(defines(cells[index].source, wanted.name) for index in own):
        return
    nameless = [index for index in matches.extra if defines(cells[index].source, wanted.name)]
    if nameless:
        matches.extra = [index for index in matches.extra if index not in set(nameless)]
        matches.by_name[wanted.name] += nameless
        matches.flags.append(
            f"{wanted.name}: the cell lost its name; recognised by the function that it defines"
        )
        return
    for name in [name for name, indices in matches.by_name.items() if indices and name != wanted.name]:
        for index in list(matches.by_name[name]):
            if _belongs_to(wanted.name, name, cells[index], key):
                matches.by_name[name].remove(index)
                matches.by_name[wanted.name].append(index)
                matches.flags.append(f"{wanted.name}: answered in the cell {name}")


def _belongs_to(wanted: str, name: str, cell: Cell, key: AnswerKey) -> bool:
    """Return whether the cell of another name answers `wanted`: names were swapped, or cells merged."""
    if not defines(cell.source, wanted) or is_copy(cell.source, name, key):
        return False
    order = {known.name: (position, known.role) for position, known in enumerate(key.cells)}
    if order[name][1] is not Role.SOLUTION:
        return cell.kind == "code"  # prose may quote code
    return not defines(cell.source, name) or order[name][0] > order[wanted][0]


def _match_continuations(matches: Matches, cells: tuple[Cell, ...], key: AnswerKey) -> None:
    """Recognise the rest of an answer whose cell was split in the middle of its code."""
    for wanted in key.cells:
        indices = matches.by_name.get(wanted.name)
        if wanted.role is Role.SOLUTION and indices:
            rest = _continuation(indices[-1], cells, set(matches.extra))
            matches.extra = [index for index in matches.extra if index not in rest]
            indices += rest


def _continuation(start: int, cells: tuple[Cell, ...], nameless: set[int]) -> list[int]:
    """Return the cells behind `start` that make whole statements with it, and none without it."""
    parts = [cells[start].source]
    for index in range(start + 1, start + MAX_PIECES):
        if index not in nameless or cells[index].kind != "code":
            break
        parts.append(cells[index].source)
        if all(map(parses, parts)):
            break
        if parses("\n".join(parts)):
            return list(range(start + 1, index + 1))
    return []


def _match_questions(matches: Matches, cells: tuple[Cell, ...], key: AnswerKey) -> None:
    """Recognise an answer in words by its question, else by the cells that it stands between."""
    for position, wanted in enumerate(key.cells):
        if wanted.role is not Role.MANUAL or matches.by_name.get(wanted.name):
            continue
        question = squeezed(key.released.get(wanted.name, "")).split("\n")[0]
        asked = [index for index in matches.extra if question and question in cells[index].source]
        before = matches.by_name.get(key.cells[position - 1].name, []) if position else []
        behind = [index + 1 for index in before if index + 1 in matches.extra]
        found = asked or [index for index in behind if cells[index].kind == wanted.kind]
        if found:
            matches.extra = [index for index in matches.extra if index not in found]
            matches.by_name[wanted.name] += found
            matches.flags.append(f"{wanted.name}: the cell lost its name; recognised by its place and words")


def defines(source: str, name: str) -> bool:
    """Return whether a cell's text defines `name`; it need not be valid Python."""
    name = re.escape(name)
    return (
        re.search(rf"^(?:async )?(?:def|class)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)", source, re.M)
        is not None
    )


def parses(source: str) -> bool:
    """Return whether a cell's text is whole statements."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def is_copy(source: str, name: str, key: AnswerKey) -> bool:
    """Return whether a submitted text is that of a released cell, of this or an earlier release."""
    is_present = squeezed(source) == squeezed(key.released.get(name, ""))
    return is_present or (name in key.earlier and digest(source) in key.earlier[name])


def is_newer(name: str, key: AnswerKey) -> bool:
    """Return whether some earlier release did not have a cell: a notebook without it may be of that one."""
    return ABSENT in key.earlier.get(name, ())
