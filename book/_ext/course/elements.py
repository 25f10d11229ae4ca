"""A node that becomes one HTML element, and vanishes around its content in every other format."""

from __future__ import annotations

import re
from html import escape
from typing import Any, NoReturn

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective


class Element(nodes.General, nodes.Element):
    """One HTML element around its children.

    Args:
        tag: The element's name.
        attributes: Its HTML attributes; one that is None is left out, one that is "" has no value.
        children: What stands inside.
    """

    @classmethod
    def of(cls, tag: str, attributes: dict[str, str | None] | None = None, *children: nodes.Node) -> Element:
        """Return an element of `tag`, with its attributes and children."""
        kept = {key: value for key, value in (attributes or {}).items() if value is not None}
        return cls("", *children, tag=tag, html_attributes=kept)


def text(tag: str, content: str, **attributes: str) -> Element:
    """Return an element that holds plain text."""
    return Element.of(tag, dict(attributes), nodes.Text(content))


def html_only(*children: nodes.Node) -> nodes.Node:
    """Return nodes that other formats than HTML leave out."""
    from sphinx.addnodes import only

    return only("", *children, expr="html")


class CourseError(SphinxError):
    """A mistake in the course's text that must stop the build."""

    category = "Mistake in the text"


class CourseDirective(SphinxDirective):
    """A directive with content in MyST and errors that stop the build, with file and line."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def stop(self, message: str, content_line: int | None = None) -> NoReturn:
        """Stop the build with a message that names file and line: the directive's, or one of its content."""
        line = self.lineno if content_line is None else self.lineno + self.content_offset + content_line + 1
        raise CourseError(f"{self.env.doc2path(self.env.docname)}:{line}: {message}")

    def parse_lines(self, lines: list[str], offset: int) -> list[nodes.Node]:
        """Parse lines of MyST; `offset` is the number of lines of the content that stand before them."""
        from docutils.statemachine import StringList

        holder = nodes.container()
        source = self.env.doc2path(self.env.docname)
        self.state.nested_parse(StringList(lines, source), self.content_offset + offset, holder)
        return list(holder.children)

    def parse_inline_text(self, content: str) -> list[nodes.Node]:
        """Parse a line of MyST, without the paragraph around it."""
        children, messages = self.state.inline_text(content, self.lineno)
        return [*children, *messages]

    def claim_name(self) -> str:
        """Return the `:name:` option, after making sure that nobody else in the book has it."""
        name = self.options.get("name", "")
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            self.stop(
                f"`:name:` must be words joined by hyphens, such as quiz-chain-rule-typical, not {name!r}."
            )
        here = f"{self.env.docname}:{self.lineno}"
        names: dict[str, str] = self.env.course_names  # type: ignore[attr-defined]  # Sphinx lets extensions add to its environment
        other = names.setdefault(name, here)
        if other != here:
            self.stop(
                f"the name {name} is taken by {other}; names are the keys under which answers are kept."
            )
        return name


def _visit(translator: Any, node: Element) -> None:
    attributes = "".join(
        f" {key}" if value == "" else f' {key}="{escape(value)}"'
        for key, value in node["html_attributes"].items()
    )
    translator.body.append(f"<{node['tag']}{attributes}>")


def _depart(translator: Any, node: Element) -> None:
    translator.body.append(f"</{node['tag']}>")


def _pass(translator: Any, node: Element) -> None:
    """Leave the element out, but not its content."""


def _prepare(app: Sphinx) -> None:
    if not hasattr(app.env, "course_names"):
        app.env.course_names = {}  # type: ignore[attr-defined]  # Sphinx lets extensions add to its environment


def _purge(app: Sphinx, env: Any, docname: str) -> None:
    env.course_names = {
        name: place for name, place in env.course_names.items() if place.rpartition(":")[0] != docname
    }


def setup(app: Sphinx) -> None:
    """Register the node for every builder."""
    plain = (_pass, _pass)
    app.add_node(Element, html=(_visit, _depart), latex=plain, text=plain, man=plain, texinfo=plain)
    app.connect("builder-inited", _prepare)
    app.connect("env-purge-doc", _purge)
