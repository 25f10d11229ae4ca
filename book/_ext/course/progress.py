"""What a reader has done: a mark at the end of each chapter, and a page with all of them.

The pages say what there is to do; what was done stands in the reader's browser alone, and progress.js shows it.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course.chapters import link, listed, table
from course.elements import Element, text

KINDS = ("quiz", "predict")


class Place(nodes.General, nodes.Element):
    """The place of the table until all pages are read."""


class Progress(SphinxDirective):
    """The table of all chapters with what a reader has done in each."""

    def run(self) -> list[nodes.Node]:
        """Return the table's place; the page is read anew in each build, since others may have changed."""
        self.env.note_reread()
        hint = "What is done stands in your browser; showing it needs JavaScript."
        return [
            Place(),
            text("p", hint, **{"class": "without-js"}),
            Element.of("div", {"class": "progress-tools"}),
        ]


def tasks(env: Any, page: str) -> dict[str, list[str]]:
    """Return the names of a page's questions and predictions, by kind."""
    here = [name for name, place in env.course_names.items() if place.rpartition(":")[0] == page]
    return {kind: sorted(name for name in here if name.startswith(f"{kind}-")) for kind in KINDS}


def _rows(app: Sphinx, origin: str) -> list[list[nodes.Node]]:
    rows = []
    for _, page, _ in listed(app.env):
        named = tasks(app.env, page)
        attributes = {f"data-{kind}": json.dumps(names) for kind, names in named.items()}
        slug = PurePosixPath(page).name
        mark = Element.of(
            "span", {"class": "progress-done", "data-chapter": slug, **attributes}, nodes.Text("–")
        )
        counts = (
            text("span", str(len(names)), **{"class": f"progress-{kind}"}) for kind, names in named.items()
        )
        rows.append([link(app, origin, page), *counts, mark])
    return rows


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(Place)):
        heads = ("Chapter", "Questions", "Predictions", "Done")
        filled = table(heads, (49, 16, 16, 19), _rows(app, docname))
        filled["classes"].append("your-progress")
        place.replace_self(filled)


def _mark(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the place of the mark below every chapter."""
    if doctree is not None and pagename in {page for _, page, _ in listed(app.env)}:
        context["body"] += f'<div class="mark-done" data-chapter="{PurePosixPath(pagename).name}"></div>\n'


def setup(app: Sphinx) -> None:
    """Register everything."""
    app.add_node(Place)
    app.add_directive("progress", Progress)
    app.add_js_file("progress.js", defer="defer")
    app.connect("doctree-resolved", _fill)
    app.connect("html-page-context", _mark)
