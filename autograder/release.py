"""From an assignment's source to what students get: the one module that runs `nbgrader generate_assignment`.

::

    solutions/<slug>/<slug>.py
        ──jupytext──▶ build/source/<slug>/<slug>.ipynb
        ──nbgrader──▶ exercises/<slug>/<slug>.ipynb
"""

from __future__ import annotations

import ast
import difflib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import SourceError, UsageError
from autograder.files import write_atomically
from autograder.leaks import flaw_of_cleared, leaked_lines, secret_lines
from autograder.markers import SourceCell, nbgrader_metadata, read_cells
from autograder.records import Role

if TYPE_CHECKING:
    from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""The same for every notebook, whatever jupytext and nbgrader would write of their own versions."""


def slugs(root: Path | str = ".") -> list[str]:
    """Return the assignments of a course, sorted: the folders of `solutions/` that hold a source."""
    return sorted(path.stem for path in Path(root).glob("solutions/*/*.py") if path.stem == path.parent.name)


def source_path(slug: str, root: Path | str = ".") -> Path:
    """Return the path of an assignment's source.

    Raises:
        UsageError: There is no such assignment.
    """
    path = Path(root) / "solutions" / slug / f"{slug}.py"
    if slug in slugs(root):
        return path
    known = slugs(root)
    near = difflib.get_close_matches(slug, known, n=1)
    advice = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known) or 'none'}"
    raise UsageError(f"no assignment '{slug}': {path} does not exist; {advice}")


def source_cells(slug: str, root: Path | str = ".") -> list[SourceCell]:
    """Return the checked cells of an assignment's source.

    Raises:
        UsageError: There is no such assignment.
        SourceError: The source breaks the dialect, or is not Python.
    """
    import jupytext  # a second of imports, which grading never needs

    path = source_path(slug, root)
    text = path.read_text(encoding="utf-8")
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise SourceError(
            f"{path}:{error.lineno}: {error.msg}; magics stand in comments, as jupytext writes them"
        ) from error
    return read_cells(jupytext.reads(text, fmt="py:percent").cells, text, str(path))


def source_notebook(slug: str, root: Path | str = ".") -> NotebookNode:
    """Return the instructor's notebook, answers and hidden tests included; the same bytes at every call."""
    import nbformat

    new_cell: dict[str, Callable[..., NotebookNode]] = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
    }
    notebook: NotebookNode = nbformat.v4.new_notebook(metadata=METADATA, nbformat_minor=5)
    for cell in source_cells(slug, root):
        nbgrader = nbgrader_metadata(cell)
        metadata = {"nbgrader": nbgrader} if nbgrader else {}
        notebook.cells.append(new_cell[cell.kind](cell.source, id=cell.name, metadata=metadata))
    return notebook


def build_source(slug: str, root: Path | str = ".") -> Path:
    """Write `build/source/<slug>/<slug>.ipynb` if it would change, and return its path."""
    path = Path(root) / "build" / "source" / slug / f"{slug}.ipynb"
    _write_if_changed(path, _as_text(source_notebook(slug, root)))
    return path


def release(slug: str, root: Path | str = ".") -> Path:
    """Write `exercises/<slug>/<slug>.ipynb`, and the source notebook, if they would change.

    Returns:
        The path of the students' notebook.

    Raises:
        UsageError: There is no such assignment.
        SourceError: The source breaks the dialect, or the students' notebook would give an answer away.
    """
    source = build_source(slug, root)
    released = generate_assignment(slug, source)
    _require_no_leak(slug, root, released)
    path = Path(root) / "exercises" / slug / f"{slug}.ipynb"
    _write_if_changed(path, _as_text(released))
    return path


def generate_assignment(slug: str, source: Path) -> NotebookNode:
    """Return what `nbgrader generate_assignment` makes of one source notebook.

    It runs in a course folder of its own that holds this notebook and nothing else, since nbgrader copies
    every file beside the notebook into the release; and without a database, which the gradebook sees to.

    Raises:
        SourceError: nbgrader refused; the message ends with its log.
    """
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.utils import capture_log
    from traitlets.config import Config

    with tempfile.TemporaryDirectory() as course:
        copy = Path(course, "source", slug, source.name)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(source.read_bytes())
        # The notebook's name is given because a wildcard makes nbgrader open its database.
        directory = CourseDirectory(root=course, assignment_id=slug, notebook_id=slug)
        config = Config({"SaveCells": {"enabled": False}, "GenerateAssignment": {"no_database": True}})
        done: dict[str, Any] = capture_log(GenerateAssignment(coursedir=directory, config=config))
        if not done["success"]:
            raise SourceError(f"{source}: nbgrader cannot make the students' notebook\n{done.get('log', '')}")
        released: NotebookNode = nbformat.read(Path(course, "release", slug, source.name), as_version=4)
    released.metadata = nbformat.from_dict(METADATA)
    return released


def _require_no_leak(slug: str, root: Path | str, released: NotebookNode) -> None:
    cells = source_cells(slug, root)
    path = source_path(slug, root)
    secrets = secret_lines(cells)
    for cell, given in zip(cells, released.cells, strict=True):
        leaks = leaked_lines(given.source, secrets)
        if leaks:
            raise SourceError(
                f"{path}:{cell.line}: '{cell.name}' would show students the line '{leaks[0]}' of an answer "
                "or hidden test; move it between the markers, or word it differently"
            )
        flaw = flaw_of_cleared(cell.name, given.source) if cell.role is Role.SOLUTION else None
        if flaw:
            raise SourceError(f"{path}:{cell.line}: the solution cell '{cell.name}' {flaw}")


def _as_text(notebook: NotebookNode) -> str:
    import nbformat

    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.rstrip("\n") + "\n"


def _write_if_changed(path: Path, text: str) -> None:
    """Write a file, but leave one of equal content alone, with its time stamp."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
