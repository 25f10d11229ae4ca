"""Formulas as MathML, written into the page at build: they need no script, and stand when the page does.

MathJax reads the TeX, the same program that sets the formulas of notebooks in JupyterLab; it runs here, in V8, and only
its parser: `tex.js` writes what it found.  Browsers set MathML by themselves, in the font of `mathfont.py`.
"""

from __future__ import annotations

import atexit
import re
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from course.mathfont import font_for, package

_MATHJAX = ("core.js", "input/tex-base.js", "input/tex/extensions/ams.js", "adaptors/liteDOM.js")
_CLASSES = 'class="math notranslate nohighlight"'
_MATH = re.compile(r"<math\b.*?</math>", re.S)
FONT = "math.woff"
_NARROW = 20  # signs, with those above and below a line; none of so few is wider than a phone
# Not of a page in a folder: there a browser refuses a font that is asked for so early.
_PRELOAD = """
<script>if (location.protocol !== "file:") document.head.append(Object.assign(document.createElement("link"),
  {rel: "preload", href: "%s", as: "font", type: "font/woff", crossOrigin: ""}))</script>"""

log = logging.getLogger(__name__)


class FormulaError(Exception):
    """What is wrong with the TeX of a formula."""


@cache
def _parser() -> MiniRacer:
    mathjax = package("sphinx-mathjax-offline") / "static" / "mathjax"
    parser = MiniRacer()
    atexit.register(parser.close)  # its thread would be waited for
    parser.eval("globalThis.MathJax = {}; 0")
    for path in (*(mathjax / name for name in _MATHJAX), Path(__file__).with_name("tex.js")):
        parser.eval(path.read_text(encoding="utf-8") + "\n;0")
    return parser


@cache
def mathml(tex: str, *, display: bool = False) -> str:
    r"""Return a formula as MathML, which keeps its source in `alttext`.

    >>> mathml("x^2")
    '<math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math>'

    Raises:
        FormulaError: If this is not TeX, or uses what MathML does not have.
    """
    source = " ".join(tex.split())
    found = str(_parser().call("mathml", source, display))
    if not found.startswith("<math"):
        raise FormulaError(f"{found.removeprefix('error: ').rstrip('.')}, in the formula {source}")
    return found


def inline(tex: str) -> str:
    """Return a formula that stands in a line."""
    return f"<span {_CLASSES}>{mathml(tex)}</span>"


def block(tex: str) -> str:
    """Return a formula that stands by itself."""
    found = mathml(tex, display=True)
    reached = "".join(f' {name}="{value}"' for name, value in _reached(found).items())
    return f"<div {_CLASSES}{reached}>{found}</div>\n"


def _reached(formula: str) -> dict[str, str]:
    """Return the attributes by which keys reach a formula that scrolls, as one of so many signs may on a phone."""
    signs = re.sub(r"<[^>]*>", "", formula)
    return {"tabindex": "0", "role": "group", "aria-label": "formula"} if len(signs) > _NARROW else {}


def sources(page: str) -> list[str]:
    """Return the TeX of all formulas of a page.

    >>> sources(inline("a < b"))
    ['a < b']
    """
    return [unescape(tex) for tex in re.findall(r'<math[^>]* alttext="([^"]*)"', page)]


def _faulty(node: nodes.Node, error: FormulaError) -> str:
    log.warning("%s", error, location=node)
    return f"<code>{escape(node.astext())}</code>"


def _visit_inline(self: Any, node: nodes.math) -> None:
    try:
        self.body.append(inline(node.astext()))
    except FormulaError as error:
        self.body.append(_faulty(node, error))
    raise nodes.SkipNode


def _visit_block(self: Any, node: nodes.math_block) -> None:
    tex = node.astext()
    if not node["nowrap"] and r"\\" in tex:
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    try:
        formula = mathml(tex, display=True)
    except FormulaError as error:
        formula = _faulty(node, error)
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight", **_reached(formula)))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{formula}</div>\n")
    raise nodes.SkipNode


def _early(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let a page with formulas ask for their font at once."""
    if "<math" in context.get("body", ""):
        font = context["pathto"](f"_static/{FONT}", 1)
        context["metatags"] = context.get("metatags", "") + _PRELOAD % font


def write_font(app: Sphinx, exception: Exception | None) -> None:
    """Write the font with the characters that the site's formulas have."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    characters: set[str] = set()
    for path in out.rglob("*.html"):
        for formula in _MATH.findall(path.read_text(encoding="utf-8")):
            characters |= set(unescape(re.sub(r"<[^>]*>", "", formula)))
    (out / "_static" / FONT).write_bytes(font_for(characters))


def setup(app: Sphinx) -> None:
    """Register it, in the place of the scripts that Sphinx would load."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    app.connect("html-page-context", _early)
    app.connect("build-finished", write_font)
