"""Corrections of what docutils writes, for readers who listen to a page."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def _list_of_sources(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Name the entries of the bibliography as what stands in a list.

    docutils gives them the role doc-biblioentry, which DPUB-ARIA 1.1 has withdrawn in favour of listitem.
    """
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> None:
    """Register the corrections."""
    app.connect("html-page-context", _list_of_sources)
