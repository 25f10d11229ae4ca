"""Assignments in the page: for each released notebook a page on which it can be done, with Python in the browser.

The page is made from the notebook that students get, never from its source.  Python is Pyodide, which a reader's
browser fetches when a cell first runs, from the address `course_pyodide` of `_config.yml`: another site's, or a
folder of ours that holds a copy of Pyodide and is then part of the site.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.errors import ConfigError, ExtensionError

from course import assignments, formulas
from course.assignment_text import Text, cell_html

FOLDER = "assignments"
SCRIPTS = ("store.js", "editor.js", "cells.js", "python.js", "page.js")
PROGRAM = "_static/assignment/program.js"
SECONDS = 60
# The theme prints nothing of this class.
_SCREEN = "noprint"
# What no browser has, by module; an assignment that imports it is shown for reading.
_LOCAL = {"torch": "PyTorch"}

_INTRO = """\
<p>{work}
<a href="{slug}.ipynb" download>Take the notebook</a> to work in JupyterLab, or
<a href="../{archive}" download>all assignments with their checks</a>;
<a href="../book/how_to_use.html#do-the-assignments">how to do the assignments</a> says what to install.</p>
"""
_HERE = """\
Write into the fields, run the cells, check, and hand in the notebook that you download at the bottom of the page.
Your work stays in this browser and is sent nowhere.
On the first <em>Run</em> or <em>Check</em> your browser fetches Python and NumPy, some 9 MB, from {host}.
What counts is the grader's run of your notebook, which also has checks that are not shown."""
_ELSEWHERE = """\
<strong>This assignment needs Python on your own computer:</strong> it trains with {needs}, which does not run
in a browser. Here it can be read."""
_KEYS = """\
<p class="editor-keys" id="editor-keys">In a field, <kbd>Shift</kbd>+<kbd>Enter</kbd> runs the cell and
<kbd>Tab</kbd> indents; to leave the field by keyboard press <kbd>Esc</kbd>, then <kbd>Tab</kbd>.
When a check names the seed of its numbers, the line that repeats them goes into the field above.</p>
<p class="without-scripts">With JavaScript switched off the assignment can be read here, not done.</p>
"""


def released(root: Path) -> dict[str, Path]:
    """Return the released notebooks by slug."""
    found = root.glob("exercises/*/*.ipynb")
    return {path.stem: path for path in sorted(found) if path.stem == path.parent.name}


def names(root: Path) -> list[str]:
    """Return the names that Sphinx knows the pages by."""
    return [f"{FOLDER}/{slug}" for slug in released(root)]


def needs(notebook: bytes) -> str | None:
    """Return what a notebook imports that no browser has, or None if it can be done in the page."""
    return next((_LOCAL[name] for name in sorted(assignments.imports(notebook)) if name in _LOCAL), None)


def is_address(setting: str) -> bool:
    """Return whether the setting names another site, and not a folder.

    >>> is_address("https://example.org/pyodide/"), is_address("build/pyodide")
    (True, False)
    """
    return bool(urlsplit(setting).scheme)


def pyodide(app: Sphinx) -> str:
    """Return the address of Pyodide as a page below `assignments/` names it; it ends with a slash."""
    setting = str(app.config.course_pyodide)
    return f"{setting.rstrip('/')}/" if is_address(setting) else "../_static/pyodide/"


def program(root: Path) -> str:
    """Return the script that holds all that a worker needs beside Pyodide: its program, our modules, the checks."""
    folder = root / "book" / "browser"
    held = {
        "worker": (folder / "worker.js").read_text(encoding="utf-8"),
        "files": {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))},
        "wheel": base64.b64encode(assignments.wheel(root)[1]).decode(),
    }
    return f"window.courseProgram = {json.dumps(held)};\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def body(slug: str, notebook: bytes, *, text: Text, highlight: Any, base: str, version: str) -> str:
    """Return the page's content: the notebook's cells, and what the scripts need to know.

    Args:
        slug: The assignment.
        notebook: The released notebook.
        text: What makes its text HTML.
        highlight: What makes its code HTML.
        base: Pyodide's address, as the page names it.
        version: Of the program, so that no old one is taken from a browser's cache.
    """
    cells = [cell_html(cell, text, highlight) for cell in json.loads(notebook)["cells"]]
    missing = needs(notebook)
    host = urlsplit(base).netloc or "this site"
    work = _ELSEWHERE.format(needs=missing) if missing else _HERE.format(host=f"<code>{escape(host)}</code>")
    intro = _INTRO.format(work=work, slug=slug, archive=assignments.NAME) + ("" if missing else _KEYS)
    # The notebook's own title comes first, then what can be done with it here.
    title, _, rest = cells[0].partition("</h1>")
    cells[0] = f'{title}</h1>\n<div class="assignment-intro">{intro}</div>{rest}'
    data = {"slug": slug, "release": _digest(notebook), "program": f"../{PROGRAM}?v={version}"}
    data |= {"pyodide": base, "seconds": str(SECONDS)}
    attributes = "".join(f' data-{key}="{escape(value)}"' for key, value in data.items())
    # In a script, < would end it where a notebook says </script>.
    held = notebook.decode().replace("<", "\\u003c")
    kept = f'<script type="application/json" id="assignment-notebook">{held}</script>\n'
    name = "" if missing else ' id="assignment"'
    opening = f'<section class="assignment"{name}{attributes}>'
    return "\n".join([opening, *cells, "</section>", kept])


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give Sphinx a page for each released notebook."""
    root = Path(app.srcdir)
    version = _digest(program(root).encode())
    chapters = {Path(name).name for name in app.env.found_docs if name.startswith("book/")}

    def highlight(source: str) -> str:
        return str(app.builder.highlighter.highlight_block(source.rstrip("\n"), "python"))  # type: ignore[attr-defined]  # builders of HTML have one

    for slug, path in released(root).items():
        notebook = path.read_bytes()
        text = Text(highlight, chapters)
        try:
            content = body(slug, notebook, text=text, highlight=highlight, base=pyodide(app), version=version)
        except formulas.FormulaError as error:
            raise ExtensionError(f"{path.relative_to(root)}: {error}") from error
        title = f"Assignment: {text.headings[0][2]}"
        context = {"title": title, "pagetitle": title, "body": content, "toc": text.contents()}
        if slug in chapters:
            context["prev"] = {
                "link": f"../book/{slug}.html",
                "title": app.env.titles[f"book/{slug}"].astext(),
            }
        yield f"{FOLDER}/{slug}", {**context, "display_toc": True}, "page.html"


def add_scripts(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the scripts and the style sheet on the pages of assignments alone."""
    if not pagename.startswith(f"{FOLDER}/"):
        return
    app.add_css_file("assignment/assignment.css")
    if ' id="assignment"' in context["body"]:
        for script in SCRIPTS:
            app.add_js_file(f"assignment/{script}", defer="defer")


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Lead to an assignment's page wherever its notebook is offered: in its own chapter, and in a table."""
    known = released(Path(app.srcdir))
    for offer in list(doctree.findall(download_reference)):
        path = known.get(Path(offer["reftarget"]).stem)
        if path is None or not offer["reftarget"].endswith(f"/{path.parent.name}/{path.name}"):
            continue
        slug, paragraph, missing = path.stem, offer.parent, needs(path.read_bytes())
        uri = app.builder.get_relative_uri(docname, f"{FOLDER}/{slug}")

        def way(words: str, uri: str = uri) -> nodes.reference:
            return nodes.reference("", words, internal=True, refuri=uri)

        if isinstance(paragraph.parent, nodes.entry):
            here = way("read it here" if missing else "do it here")
            paragraph.insert(0, nodes.inline("", "", here, nodes.Text(", or "), classes=[_SCREEN]))
        elif Path(docname).name == slug:
            words = "Read it in this browser" if missing else "Do it in this browser"
            rest = "; it runs on your own computer." if missing else ", with nothing to install."
            after = nodes.paragraph("", "", way(words), nodes.Text(rest), classes=[_SCREEN])
            paragraph.parent.insert(paragraph.parent.index(paragraph) + 1, after)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write what the pages load: the notebooks, the worker's program, and Pyodide where a folder is given."""
    if exception or app.builder.format != "html":
        return
    root, static = Path(app.srcdir), Path(app.outdir, "_static")
    Path(app.outdir, PROGRAM).write_text(program(root), encoding="utf-8")
    for slug, path in released(root).items():
        shutil.copyfile(path, Path(app.outdir, FOLDER, f"{slug}.ipynb"))
    shutil.rmtree(static / "pyodide", ignore_errors=True)
    if not is_address(app.config.course_pyodide):
        shutil.copytree(root / app.config.course_pyodide, static / "pyodide")


def _checked(app: Sphinx, config: Any) -> None:
    """Stop the build at a folder that does not hold Pyodide."""
    setting = str(config.course_pyodide)
    if not is_address(setting) and not (Path(app.srcdir) / setting / "pyodide.js").is_file():
        raise ConfigError(
            f"course_pyodide in _config.yml is {setting!r}, and that folder has no pyodide.js: "
            "give a folder with an unpacked release of Pyodide, or an address that begins with https://."
        )


def setup(app: Sphinx) -> None:
    """Register it."""
    app.add_config_value("course_pyodide", "", "html")
    app.connect("config-inited", _checked)
    app.connect("html-collect-pages", pages)
    app.connect("html-page-context", add_scripts)
    app.connect("doctree-resolved", link)
    app.connect("build-finished", write)
