"""The answer key of an assignment, read from the instructor's source notebook and the students' one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.errors import SourceError, UsageError
from autograder.markers import role_of
from autograder.records import AnswerKey, KeyCell, Role


def load_key(slug: str, root: Path | str = ".") -> AnswerKey:
    """Return the answer key of one assignment.

    It reads two generated files and nothing else: `build/source/<slug>/<slug>.ipynb` says what every cell is,
    `exercises/<slug>/<slug>.ipynb` what students were given.

    Raises:
        UsageError: One of the files does not exist.
        SourceError: One of the files is not a notebook, or the two do not belong together.
    """
    source_path = Path(root) / "build" / "source" / slug / f"{slug}.ipynb"
    released_path = Path(root) / "exercises" / slug / f"{slug}.ipynb"
    cells, given = _read(source_path, slug), _read(released_path, slug)
    if [cell.name for cell in cells] != [cell.name for cell in given]:
        raise SourceError(
            f"{released_path} was not made from {source_path}: their cells differ; "
            f"run `autograder release {slug}`"
        )
    return AnswerKey(assignment=slug, cells=cells, released={cell.name: cell.source for cell in given})


def released_key(slug: str, root: Path | str = ".") -> AnswerKey:
    """Return the key that the students' notebook itself is: its visible checks, and no answers.

    Raises:
        UsageError: There is no such notebook.
        SourceError: It is not one of ours.
    """
    cells = _read(Path(root) / "exercises" / slug / f"{slug}.ipynb", slug)
    return AnswerKey(assignment=slug, cells=cells, released={cell.name: cell.source for cell in cells})


def _read(path: Path, slug: str) -> tuple[KeyCell, ...]:
    advice = f"run `autograder release {slug}`"
    try:
        cells = tuple(_key_cell(cell) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"])
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist; {advice}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{path} is no notebook of ours ({error!r}); {advice}") from error
    if not cells:
        raise SourceError(f"{path} holds no cells; {advice}")
    return cells


def _key_cell(cell: dict[str, Any]) -> KeyCell:
    role = role_of(cell)
    graded = role in (Role.CHECK, Role.MANUAL)
    points = float(cell["metadata"]["nbgrader"]["points"]) if graded else 0.0
    # nbformat writes a text as the list of its lines
    source = "".join(cell["source"])
    return KeyCell(name=cell["id"], role=role, source=source, points=points, kind=cell["cell_type"])
