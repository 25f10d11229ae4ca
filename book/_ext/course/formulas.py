"""The room of each formula in a line, estimated when the page is written.

Until MathJax has typeset it, a formula stands there as its source, which is far longer: lines break elsewhere, and
the text below moves when they are set anew.  So the source gets the width that the formula will have.
"""

from __future__ import annotations

import html
import re
from typing import Any

from sphinx.application import Sphinx

from course.terms import plain

_INLINE = re.compile(r'<span class="math notranslate nohighlight"(?=>(.*?)</span>)', re.S)


def width(tex: str) -> float:
    r"""Return the estimated width of a formula, in units of the font size.

    The line was fitted to the widths of 851 formulas of the book, as Chromium shows them; it is off by 0.3 on average.

    >>> width(r"\(z_\ell\)"), width(r"\(\sigma_w^2 = n_\text{in} \operatorname{Var}(w)\)")
    (1.1, 7.1)
    """
    return round(0.43 * len(re.sub("[_^]", "", plain(tex))) + 0.2, 1)


def _make_room(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the width beside every formula in a line; course.css makes the room."""
    if "body" in context:
        context["body"] = _INLINE.sub(
            lambda found: f'{found[0]} style="--wide: {width(html.unescape(found[1]))}"', context["body"]
        )


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("html-page-context", _make_room)
