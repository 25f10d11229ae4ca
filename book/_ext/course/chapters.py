"""The directive `chapters`: the table of the chapters that exist, made from `_toc.yml`.

A chapter is a page of a part whose front matter has the question that it answers::

    ---
    question: Why does a product of many numbers near one vanish or explode?
    ---

If there is an assignment of the same slug, its notebook can be downloaded from the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course.elements import Element


class Table(nodes.General, nodes.Element):
    """The place of the table until every title is known; it holds the links to the assignments."""


class Chapters(SphinxDirective):
    """Leaves a place that is filled when every page is read."""

    def run(self) -> list[nodes.Node]:
        """Return the place, with a download for each assignment, which Sphinx collects while it reads."""
        pages = (page for _, page in _pages(self.env))
        return [Table("", *(link for page in pages if (link := self._download(page))))]

    def _download(self, page: str) -> nodes.Element | None:
        slug = PurePosixPath(page).name
        notebook = f"exercises/{slug}/{slug}.ipynb"
        if not (Path(self.env.srcdir) / notebook).is_file():
            return None
        label = nodes.literal("", f"{slug}.ipynb", classes=["xref", "download"])
        return addnodes.download_reference(
            "", "", label, reftarget=f"/{notebook}", refdoc=self.env.docname, slug=slug
        )


def _pages(env: Any) -> list[tuple[str, str]]:
    """Return (part, page) for every page below a part, in the order of `_toc.yml`."""
    parts = env.app.config.external_site_map.root.subtrees
    return [(part.caption or "", str(page)) for part in parts for page in part.items]


def listed(env: Any) -> list[tuple[str, str, str]]:
    """Return (part, page, question) for every chapter, in the order of `_toc.yml`."""
    questions = {page: env.metadata.get(page, {}).get("question") for _, page in _pages(env)}
    return [(part, page, questions[page]) for part, page in _pages(env) if questions[page]]


def link(app: Sphinx, origin: str, page: str) -> nodes.reference:
    """Return a link from one page to another, by its title."""
    title = app.env.titles[page].deepcopy()
    uri = app.builder.get_relative_uri(origin, page)
    return nodes.reference("", "", *title.children, internal=True, refuri=uri)


def table(heads: Sequence[str], widths: Sequence[int], rows: Iterable[Iterable[nodes.Node]]) -> nodes.table:
    """Return a table of cells."""
    body = nodes.tbody("", *(nodes.row("", *map(_cell, cells)) for cells in rows))
    head = nodes.thead("", nodes.row("", *(_cell(nodes.Text(word)) for word in heads)))
    columns = (nodes.colspec(colwidth=width) for width in widths)
    return nodes.table("", nodes.tgroup("", *columns, head, body, cols=len(heads)))


def _cell(content: nodes.Node) -> nodes.entry:
    return nodes.entry("", nodes.paragraph("", "", content))


def _rows(app: Sphinx, origin: str, place: Table) -> Iterator[list[nodes.Node]]:
    """Yield a row a chapter; a part is named at its first chapter."""
    downloads = {download["slug"]: download for download in place.children}
    last = None
    for part, page, question in listed(app.env):
        name = nodes.Text(part if part != last else "")
        last = part
        assignment = downloads.get(PurePosixPath(page).name, nodes.Text("–"))
        yield [name, link(app, origin, page), nodes.Text(question), assignment]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for place in list(doctree.findall(Table)):
        heads = ("Part", "Chapter", "The question that it answers", "Assignment")
        filled = table(heads, (18, 22, 42, 18), _rows(app, docname, place))
        filled["classes"].append("chapters")
        # pdf.py fills the paragraph when there is a PDF.
        place.replace_self([filled, Element.of("p", {"class": "pdf-link"})])


def _again(app: Sphinx, env: Any) -> list[str]:
    """Write the landing page anew in each build, since titles elsewhere may have changed."""
    return [env.config.root_doc]


def setup(app: Sphinx) -> None:
    """Register the directive and the moment when it is filled."""
    app.add_node(Table)
    app.add_directive("chapters", Chapters)
    app.connect("doctree-resolved", _fill)
    app.connect("env-updated", _again)
