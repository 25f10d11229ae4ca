"""Every page with cells as a notebook, in the page's download menu beside its text.

The notebook is the page as JupyterLab takes it: no results, the same bytes at every build,
and a first cell that puts the course's own code on Python's path, wherever the notebook was saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import jupytext
import nbformat
from sphinx.application import Sphinx

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FIRST = """\
# This chapter uses the course's own code, and so it needs a copy of the course's repository.
# Inside of that copy, or where the course is installed, the notebook finds the code by itself.
COURSE = ""  # elsewhere: the path of your copy

import sys
from importlib.util import find_spec
from pathlib import Path

installed = find_spec("concepts")
places = [Path(COURSE).expanduser()] if COURSE else [Path.cwd(), *Path.cwd().parents]
if installed and installed.origin:
    places.append(Path(installed.origin).parents[1])
course = next((place for place in places if (place / "book" / "figures").is_dir()), None)
if course is None:
    raise FileNotFoundError("Write the path of your copy of the course into COURSE, in this cell.")
sys.path[:0] = [str(course), str(course / "book")]"""

# [](notation.md) and [](notation.md#a-heading): the book writes the title in, JupyterLab would show nothing.
_EMPTY_LINK = re.compile(r"\[\]\(([\w./-]+\.md)?(?:#([\w-]+))?\)")


def named(text: str, title: Callable[[str], str]) -> str:
    """Return Markdown whose links without words are replaced by the words that they stand for.

    >>> named("See [](notation.md) and [](#two-steps).", lambda page: page.capitalize())
    'See *Notation* and *two steps*.'
    """

    def words(link: re.Match[str]) -> str:
        page, heading = link.groups()
        if heading:
            return f"*{heading.replace('-', ' ')}*"
        return f"*{title(PurePosixPath(page).stem)}*" if page else link[0]

    return _EMPTY_LINK.sub(words, text)


def notebook_of(page: str, title: Callable[[str], str]) -> str | None:
    """Return the notebook of a page's text, or None if the page has no cells to run."""
    notebook = jupytext.reads(page, fmt="md:myst")
    if all(cell.cell_type != "code" for cell in notebook.cells):
        return None
    cells = [nbformat.v4.new_code_cell(FIRST), *notebook.cells]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "markdown":
            cell.source = named(cell.source, title)
    made = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    made.nbformat_minor = 5  # the first with ids
    nbformat.validate(made)
    text: str = nbformat.writes(made)
    return text if text.endswith("\n") else text + "\n"


def offer(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the page's notebook and name it to the theme, which puts it into its menu."""
    if doctree is None or app.builder.format != "html":
        return
    source = Path(app.env.doc2path(pagename))
    if source.suffix != ".md":
        return

    def title(slug: str) -> str:
        found = app.env.titles.get(str(PurePosixPath(pagename).with_name(slug)))
        return found.astext() if found else slug

    text = notebook_of(source.read_text(encoding="utf-8"), title)
    if text is None:
        return
    target = Path(app.outdir, "_sources", f"{pagename}.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    context["ipynb_source"] = f"{pagename}.ipynb"


def setup(app: Sphinx) -> None:
    """Register it before the theme, which makes the menu from what it finds."""
    app.connect("html-page-context", offer, priority=100)
