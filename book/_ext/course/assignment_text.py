"""A released notebook as HTML: text as the book sets it, code with its colours, each cell under its own name.

Without scripts the page is for reading; with them `_static/assignment/` puts fields and buttons into the cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from course import formulas

Highlight = Callable[[str], str]

PLACEHOLDER = "YOUR ANSWER HERE"
_PAGE = re.compile(r"<code>book/(\w+)\.md</code>")
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>")


class Text:
    """Turns a notebook's Markdown into HTML and keeps its headings for a table of contents.

    Args:
        highlight: Python source to HTML.
        pages: The slugs of the book's pages, which a notebook names as `book/<slug>.md`.
    """

    def __init__(self, highlight: Highlight, pages: set[str]) -> None:
        self._pages = pages
        self.headings: list[tuple[int, str, str]] = []
        options = {"html": True, "highlight": lambda code, *_: highlight(code)}
        self._markdown = MarkdownIt("commonmark", options).enable("table").use(dollarmath_plugin)
        self._markdown.add_render_rule("math_inline", _inline)
        self._markdown.add_render_rule("math_block", _display)
        self._markdown.add_render_rule("fence", lambda _, tokens, i, *rest: highlight(tokens[i].content))

    def html(self, source: str) -> str:
        """Return a cell's Markdown as HTML, with anchors at its headings and links to the book's pages."""
        return _PAGE.sub(self._link, _HEADING.sub(self._heading, str(self._markdown.render(source))))

    def _heading(self, found: re.Match[str]) -> str:
        level, content = int(found[1]), found[2]
        words = unescape(re.sub(r"<[^>]+>", "", content))
        anchor = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
        taken = {name for _, name, _ in self.headings}
        if anchor in taken:
            anchor = f"{anchor}-{len(taken)}"
        self.headings.append((level, anchor, content))
        return f'<h{level} id="{anchor}">{content}</h{level}>'

    def _link(self, found: re.Match[str]) -> str:
        slug = found[1]
        return f'<a href="../book/{slug}.html">{found[0]}</a>' if slug in self._pages else found[0]

    def contents(self) -> str:
        """Return the headings below the title as nested lists of links."""
        items: list[tuple[str, list[str]]] = []
        for level, anchor, content in self.headings:
            link = f'<a class="reference internal" href="#{anchor}">{content}</a>'
            if level == 2:
                items.append((link, []))
            elif level == 3 and items:
                items[-1][1].append(f"<li>{link}</li>")
        return f"<ul>{''.join(f'<li>{link}{_list(below)}</li>' for link, below in items)}</ul>"


def _list(items: list[str]) -> str:
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _inline(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return formulas.inline(tokens[index].content)


def _display(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return formulas.block(tokens[index].content)


def kind(cell: dict[str, Any]) -> str:
    """Return what a cell is to a reader: text, given, solution, check, experiment or answer."""
    about = cell["metadata"].get("nbgrader", {})
    if cell["cell_type"] == "markdown":
        return "answer" if about.get("solution") else "text"
    if about.get("grade"):
        return "check"
    if about.get("solution"):
        return "solution"
    return "given" if about.get("locked") else "experiment"


def cell_html(cell: dict[str, Any], text: Text, highlight: Highlight) -> str:
    """Return one cell of a notebook as HTML."""
    source, what = "".join(cell["source"]), kind(cell)
    if what == "text":
        return f'<div class="cell-text">{text.html(source)}</div>\n'
    name = cell["id"]
    points = cell["metadata"].get("nbgrader", {}).get("points")
    data = f' data-points="{points:g}"' if what == "check" else ""
    if what == "answer":
        inner = text.html(source.removesuffix(PLACEHOLDER)) + '<p class="placeholder"></p>'
    elif what == "check":
        function = name.removeprefix("check_").partition("__")[0]
        summary = f"What the check of <code>{escape(function)}</code> does"
        inner = f"<details><summary>{summary}</summary>{highlight(source)}</details>"
    else:
        inner = highlight(source)
    return f'<div class="assignment-cell" id="cell-{name}" data-kind="{what}"{data}>{inner}</div>\n'
