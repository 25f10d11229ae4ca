"""What is far below the first screen may wait: the shapes of figures and the sections below the one that moves.

A chapter has twenty thousand parts to lay out, in its formulas and drawings.  Figures get their shape, and the sections
below the one that moves a mark, so that the browser may leave them until a reader comes near; `course.css` says so.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

# The drawing as figures/style.py writes it, and the sheet that matplotlib puts into each: it would hold for all of the
# page, and style it anew once for each figure; course.css has it once.
_FIGURE = re.compile(
    r'<div class="course-figure">(?=<svg[^>]*max-width:(\d+px);height:auto;aspect-ratio:([\d.]+)")'
)
_SHEET = re.compile(r'<style type="text/css">\*\{stroke-linejoin: round; stroke-linecap: butt\}</style>')


def in_parts(body: str) -> str:
    """Return a page's text with the shape of each figure, and a mark on the sections below the figure that moves.

    >>> in_parts('<div class="live-widget"></div><section id="next">')
    '<div class="live-widget"></div><section class="later" id="next">'
    """
    first, widget, rest = body.partition('<div class="live-widget">')
    body = first + widget + (rest.replace("<section id=", '<section class="later" id=') if widget else rest)
    shaped = r'<div class="course-figure" style="--across: \1; --shape: \2">'
    return _FIGURE.sub(shaped, _SHEET.sub("", body))


def _mark(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if "body" in context:
        context["body"] = in_parts(context["body"])


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("html-page-context", _mark)
