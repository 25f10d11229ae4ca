"""The room of what comes later, written into the page: of formulas, and of what is far below the first screen.

Until MathJax has typeset it, a formula stands there as its source, which is far longer: lines break elsewhere, and
the text below moves when they are set anew.  So the source gets the width that the formula will have.

A chapter has twenty thousand parts to lay out, in its formulas and drawings.  Figures get their shape, and the sections
below the one that moves a mark, so that the browser may leave them until a reader comes near; `course.css` says so.
"""

from __future__ import annotations

import html
import re
from typing import Any

from sphinx.application import Sphinx

from course.terms import plain

# The drawing as figures/style.py writes it, and the sheet that matplotlib puts into each: it would hold for all of the
# page, and style it anew once for each figure; course.css has it once.
_FIGURE = re.compile(
    r'<div class="course-figure">(?=<svg[^>]*max-width:(\d+px);height:auto;aspect-ratio:([\d.]+)")'
)
_SHEET = re.compile(r'<style type="text/css">\*\{stroke-linejoin: round; stroke-linecap: butt\}</style>')
_INLINE = re.compile(r'<span class="math notranslate nohighlight"(?=>(.*?)</span>)', re.S)


def width(tex: str) -> float:
    r"""Return the estimated width of a formula, in units of the font size.

    The line was fitted to the widths of 851 formulas of the book, as Chromium shows them; it is off by 0.3 on average.

    >>> width(r"\(z_\ell\)"), width(r"\(\sigma_w^2 = n_\text{in} \operatorname{Var}(w)\)")
    (1.1, 7.1)
    """
    return round(0.43 * len(re.sub("[_^]", "", plain(tex))) + 0.2, 1)


def in_parts(body: str) -> str:
    """Return a page's text with the shape of each figure, and a mark on the sections below the figure that moves.

    >>> in_parts('<div class="live-widget"></div><section id="next">')
    '<div class="live-widget"></div><section class="later" id="next">'
    """
    first, widget, rest = body.partition('<div class="live-widget">')
    body = first + widget + (rest.replace("<section id=", '<section class="later" id=') if widget else rest)
    shaped = r'<div class="course-figure" style="--across: \1; --shape: \2">'
    return _FIGURE.sub(shaped, _SHEET.sub("", body))


def _make_room(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the width beside every formula in a line, and what may be left for later; course.css makes the room."""
    if "body" in context:
        body = _INLINE.sub(
            lambda found: f'{found[0]} style="--wide: {width(html.unescape(found[1]))}"', context["body"]
        )
        context["body"] = in_parts(body)


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("html-page-context", _make_room)
