"""Static files: MathJax from our own pages, only where there are formulas; pages follow their style sheets."""

from __future__ import annotations

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

# What MathJax bundles as tex-chtml.js, less its menu, which is two fifths of that and would make every formula a
# stop of the Tab key. In one file they would hold a phone up for half a second; one by one they do not.
MATHJAX = (
    "core.js",
    "input/tex.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)
# What it asks for later.
_LATER = ("output/chtml/fonts/woff-v2", "input/tex/extensions")
NAME = "tex-chtml.js"

# Style sheets must know before the first paint whether scripts run, and whether a reader who chose neither has a light
# or a dark screen: the theme says so when the page stands, and all of it would be styled anew.
# A visit that begins at the top may lay the page out in parts; one that returns to its place or jumps to one may not,
# and the way there is not shown, since the page still grows (course.js gives that back).
_FIRST = """{
const page = document.documentElement, { mode } = page.dataset, [visit] = performance.getEntriesByType("navigation");
page.classList.add("js");
if (visit?.type === "navigate" && !location.hash) page.classList.add("in-parts");
else page.style.scrollBehavior = "auto";
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
page.dataset.theme = ["light", "dark"].includes(mode) ? mode : dark ? "dark" : "light";
}"""


def _mathjax() -> Path:
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise ConfigError(
            "MathJax is missing: pip install -r requirements.txt brings sphinx-mathjax-offline."
        )
    return Path(spec.origin).parent / "static" / "mathjax"


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy the parts of MathJax that the pages use, and write what starts them."""
    target = Path(app.outdir) / "_static" / "mathjax"
    if exception or app.builder.format != "html":
        return
    for part in _LATER:
        shutil.copytree(_mathjax() / part, target / part, dirs_exist_ok=True)
    for part in MATHJAX:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_mathjax() / part, target / part)
    starts = (Path(app.outdir) / "_static" / "formulas.js", _mathjax() / "startup.js")
    (target / NAME).write_text(
        ";\n".join(start.read_text(encoding="utf-8") for start in starts), encoding="utf-8"
    )


def _digest(app: Sphinx, config: Config) -> None:
    """Make the static files and this extension part of the configuration, so that Sphinx writes pages anew.

    It copies static files only when it writes pages, and does not ask whether an extension has changed.
    """
    digest = hashlib.sha256()
    static = (path for folder in config.html_static_path for path in (Path(app.srcdir) / folder).rglob("*"))
    # The glossary's meanings stand on every page.
    glossary = Path(app.srcdir, "book", "glossary.md")
    for path in sorted([*static, *Path(__file__).parent.glob("*.py"), glossary]):
        if path.is_file():
            digest.update(path.as_posix().encode() + path.read_bytes())
    config.course_static = digest.hexdigest()


def _only_where_needed(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave MathJax (a quarter of a megabyte) out of pages without formulas.

    Sphinx adds it also to a page that merely links to pages with formulas.
    """
    if doctree is not None and not any(doctree.findall(_is_formula)):
        context["script_files"] = [
            script
            for script in context["script_files"]
            if "mathjax/" not in str(getattr(script, "filename", ""))
        ]


# The theme and Sphinx keep some settings without asking whether the browser allows it, and stop where it does not.
# For them alone there is then a place that lasts until the page is left, or, where storage is full, none;
# everybody else is told as before.
_STORAGE = """
<script data-first>{
const theirs = ["mode", "theme", "pst_banner_pref", "sidebar-scroll-top", "sphinx_highlight_terms"];
const setItem = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
  try { setItem.call(this, name, value); } catch (full) { if (!theirs.includes(name)) throw full; }
};
for (const place of ["localStorage", "sessionStorage"]) try { window[place].length; } catch (blocked) {
  const kept = new Map();
  const own = (name) => { if (!theirs.includes(name)) throw blocked; return name; };
  try { Object.defineProperty(window, place, { configurable: true, value: {
    getItem: (name) => kept.get(own(name)) ?? null, setItem: (name, value) => kept.set(own(name), String(value)),
    removeItem: (name) => kept.delete(own(name)), get length() { throw blocked; } } }); } catch { /* as it was */ }
}}</script>
"""


def _storage(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the place before the theme's first script."""
    context["metatags"] = _STORAGE + context.get("metatags", "")


def _is_formula(node: nodes.Node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)


def setup(app: Sphinx) -> None:
    """Register everything."""
    app.add_js_file(None, body=_FIRST)
    app.add_js_file("kept.js", priority=400, defer="defer")  # before the scripts that use it
    # After Sphinx's own handler, which adds MathJax.
    app.connect("html-page-context", _only_where_needed, priority=900)
    app.connect("html-page-context", _storage)
    app.add_config_value("course_static", "", "html")
    app.connect("config-inited", _digest)
    app.connect("build-finished", copy_mathjax)
