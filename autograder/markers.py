r"""The marker dialect: what the titles and tags of an assignment's source mean, as plain functions of text.

::

    # %% setup tags=["locked"]                               given code
    # %% he_std tags=["solution"]                            ### BEGIN SOLUTION … ### END SOLUTION inside
    # %% check_he_std tags=["check", "points=2"]             ### BEGIN HIDDEN TESTS … ### END HIDDEN TESTS
    # %% explain_root [markdown] tags=["manual", "points=2"] a question that a person marks
    # %% figure_scales                                       ordinary code
    # %% [markdown]                                          text

A cell's title is its name everywhere: cell id, nbgrader's grade_id, the row in the gradebook.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from autograder.errors import SourceError
from autograder.records import Role

TAGS = {"locked": Role.LOCKED, "solution": Role.SOLUTION, "check": Role.CHECK, "manual": Role.MANUAL}
MARKERS = {"SOLUTION": (Role.SOLUTION, Role.MANUAL), "HIDDEN TESTS": (Role.CHECK,)}

_STATISTICS = ("frequency", "gaussian", "independent", "mean", "std", "uniform")
SENTENCES = frozenset(("close", "decided_by_generator", "gradient", "raises", "that", *_STATISTICS))
"""The words of `autograder.checks` that say all is well by giving nothing back; a check may end with one."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what nbformat allows as the id of a cell
_HEADER = re.compile(r"#\s*%%%*(\s|$)")
_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)")  # anywhere in a line, as nbgrader looks for them


@dataclass(frozen=True)
class SourceCell:
    """One cell of an assignment's source.

    Attributes:
        name: Its title, or `text-<n>` for the n-th untitled text cell.
        role: What it is for.
        kind: `code` or `markdown`.
        source: Its text as the notebook holds it.
        points: What it can earn; 0 unless it is a check or marked by a person.
        line: Line of its `# %%` in the source file, from 1.
        raw: The lines below that line as they stand in the file.
    """

    name: str
    role: Role
    kind: str
    source: str
    points: float
    line: int
    raw: tuple[str, ...]


def read_cells(converted: Sequence[Mapping[str, Any]], text: str, path: str) -> list[SourceCell]:
    """Return the cells of a source, checked against every rule of the dialect.

    Args:
        converted: The cells that jupytext made of `text`: `cell_type`, `source`, and `metadata` with
            `title` and `tags`.
        text: The source file's content; it gives the line numbers.
        path: The source file's name, for messages.

    Raises:
        SourceError: A rule is broken; the message says in which line, and what to do.
    """
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, start=1) if _HEADER.match(line)]
    if len(starts) != len(converted):
        raise SourceError(
            f"{path}: jupytext reads {len(converted)} cells, but {len(starts)} lines start with '# %%'; "
            "put everything below the first '# %%', and no such line into a string"
        )
    ends = [*starts[1:], len(lines) + 1]
    cells: list[SourceCell] = []
    for cell, start, end in zip(converted, starts, ends, strict=True):
        untitled = sum(known.name.startswith("text-") for known in cells)
        cells.append(_read_cell(cell, start, tuple(lines[start : end - 1]), path, f"text-{untitled + 1}"))
    _require_distinct_names(cells, path)
    _require_checked_solutions(cells, path)
    _require_verdicts(cells, path)
    return cells


def regions(source: str, marker: str) -> list[list[str]]:
    r"""Return the lines between each `BEGIN marker` and its `END marker`.

    >>> regions("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION", "SOLUTION")
    [['    return 1']]
    """
    found: list[list[str]] = []
    inside = False
    for line in source.splitlines():
        if f"BEGIN {marker}" in line:
            found.append([])
            inside = True
        elif f"END {marker}" in line:
            inside = False
        elif inside:
            found[-1].append(line)
    return found


def nbgrader_metadata(cell: SourceCell) -> dict[str, Any] | None:
    """Return nbgrader's metadata (schema version 3) for a cell; None for text and ordinary code."""
    if cell.role in (Role.TEXT, Role.CODE):
        return None
    graded = cell.role in (Role.CHECK, Role.MANUAL)
    metadata = {
        "cell_type": cell.kind,
        "grade": graded,
        "grade_id": cell.name,
        "locked": cell.role in (Role.LOCKED, Role.CHECK),
        "schema_version": 3,
        "solution": cell.role in (Role.SOLUTION, Role.MANUAL),
        "task": False,
    }
    if graded:
        metadata["points"] = int(cell.points) if cell.points == int(cell.points) else cell.points
    return metadata


def role_of(cell: Mapping[str, Any]) -> Role:
    """Return the role of a notebook's cell, from its type and nbgrader's metadata alone."""
    metadata = cell.get("metadata", {}).get("nbgrader")
    if not metadata:
        return Role.CODE if cell["cell_type"] == "code" else Role.TEXT
    graded, solution = metadata.get("grade", False), metadata.get("solution", False)
    if graded:
        return Role.MANUAL if solution else Role.CHECK
    return Role.SOLUTION if solution else Role.LOCKED


def function_of(check: str) -> str:
    """Return the function that a check examines.

    >>> function_of("check_he_std__leaky")
    'he_std'
    """
    return check.removeprefix("check_").split("__")[0]


def _read_cell(
    cell: Mapping[str, Any], line: int, raw: tuple[str, ...], path: str, untitled: str
) -> SourceCell:
    title, tags, kind = cell["metadata"].get("title"), cell["metadata"].get("tags", []), cell["cell_type"]
    where = f"{path}:{line}"
    role, points = _role_and_points(tags, kind, where)
    if title is None and role is not Role.TEXT:
        raise SourceError(f"{where}: this cell has no title; write it between '# %%' and the tags")
    if title is not None and not _NAME.fullmatch(title):
        raise SourceError(f"{where}: '{title}' is no title; use at most 64 letters, digits, '_' and '-'")
    read = SourceCell(title or untitled, role, kind, cell["source"], points, line, raw)
    _require_balanced_markers(read, path)
    return read


def _role_and_points(tags: Sequence[str], kind: str, where: str) -> tuple[Role, float]:
    roles = [TAGS[tag] for tag in tags if tag in TAGS]
    points = [tag.removeprefix("points=") for tag in tags if tag.startswith("points=")]
    unknown = [tag for tag in tags if tag not in TAGS and not tag.startswith("points=")]
    if unknown:
        raise SourceError(f"{where}: unknown tag '{unknown[0]}'; there are {', '.join(TAGS)} and points=…")
    if len(roles) > 1:
        raise SourceError(f"{where}: {' and '.join(roles)} at once; keep one of these tags")
    role = roles[0] if roles else Role.CODE if kind == "code" else Role.TEXT
    if kind == "markdown" and role not in (Role.TEXT, Role.MANUAL):
        raise SourceError(f"{where}: a {role} cell holds code; drop '[markdown]' or the tag")
    if role in (Role.CHECK, Role.MANUAL):
        if len(points) != 1:
            raise SourceError(f'{where}: a {role} cell needs its points, once; add the tag "points=1"')
        return role, _number(points[0], where)
    if points:
        raise SourceError(f"{where}: only check and manual cells have points; drop the tag")
    return role, 0.0


def _number(points: str, where: str) -> float:
    try:
        value = float(points)
    except ValueError:
        value = -1.0
    if not isfinite(value) or value < 0:
        raise SourceError(f"{where}: 'points={points}' is no number from 0 up; write for instance points=2")
    return value


def _require_balanced_markers(cell: SourceCell, path: str) -> None:
    opened: tuple[str, int] | None = None
    seen = set()
    for number, line in enumerate(cell.raw, start=cell.line + 1):
        found = _MARKER.search(line)
        if not found:
            continue
        word, marker = found.groups()
        where = f"{path}:{number}"
        if cell.role not in MARKERS[marker]:
            raise SourceError(
                f"{where}: '{found[0]}' in a {cell.role} cell; tag the cell, or drop the marker"
            )
        if word == "BEGIN" and opened:
            raise SourceError(f"{where}: '{found[0]}' again; end the one of line {opened[1]} first")
        if word == "END" and (not opened or opened[0] != marker):
            raise SourceError(f"{where}: '{found[0]}' without its BEGIN; add one above, or drop this line")
        opened = (marker, number) if word == "BEGIN" else None
        seen.add(marker)
    if opened:
        raise SourceError(f"{path}:{opened[1]}: 'BEGIN {opened[0]}' is never ended; add 'END {opened[0]}'")
    if cell.role in MARKERS["SOLUTION"] and "SOLUTION" not in seen:
        raise SourceError(
            f"{path}:{cell.line}: the {cell.role} cell '{cell.name}' marks no answer; "
            "put it between '### BEGIN SOLUTION' and '### END SOLUTION'"
        )


def _require_distinct_names(cells: Sequence[SourceCell], path: str) -> None:
    first: dict[str, int] = {}
    for cell in cells:
        if cell.name in first:
            raise SourceError(
                f"{path}:{cell.line}: the title '{cell.name}' stands in line {first[cell.name]} already; "
                "a title is the cell's name in the gradebook, choose another"
            )
        first[cell.name] = cell.line


def _require_checked_solutions(cells: Sequence[SourceCell], path: str) -> None:
    answered = set()
    for cell in cells:
        if cell.role is Role.SOLUTION:
            answered.add(cell.name)
        elif cell.role is Role.CHECK and (
            not cell.name.startswith("check_") or function_of(cell.name) not in answered
        ):
            raise SourceError(
                f"{path}:{cell.line}: no solution cell above is the one that '{cell.name}' examines; "
                "name it check_<function> or check_<function>__<what>, below the solution cell <function>"
            )


def _require_verdicts(cells: Sequence[SourceCell], path: str) -> None:
    """Refuse checks that end with a value: stock nbgrader takes the value of a cell for its marks."""
    for cell in cells:
        body = ast.parse(cell.source).body if cell.role is Role.CHECK else []
        if body and isinstance(body[-1], ast.Expr) and not _is_sentence(body[-1].value):
            raise SourceError(
                f"{path}:{cell.line}: '{cell.name}' ends with the value of an expression, which nbgrader would take "
                "for its marks; end it with an assertion, such as checks.close(…)"
            )


def _is_sentence(node: ast.expr) -> bool:
    """Return whether an expression is a call of a word of the checks that gives nothing back."""
    called = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "checks"
        and called.attr in SENTENCES
    )
