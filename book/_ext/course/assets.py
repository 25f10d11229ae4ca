"""Static files: pages follow their style sheets, and what a page must know before it is painted."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

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


def _digest(app: Sphinx, config: Config) -> None:
    """Make the static files and this extension part of the configuration, so that Sphinx writes pages anew.

    It copies static files only when it writes pages, and does not ask whether an extension has changed.
    """
    digest = hashlib.sha256()
    static = (path for folder in config.html_static_path for path in (Path(app.srcdir) / folder).rglob("*"))
    # The glossary's meanings stand on every page.
    glossary = Path(app.srcdir, "book", "glossary.md")
    for path in sorted([*static, *Path(__file__).parent.iterdir(), glossary]):
        if path.is_file():
            digest.update(path.as_posix().encode() + path.read_bytes())
    config.course_static = digest.hexdigest()


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


def setup(app: Sphinx) -> None:
    """Register everything."""
    app.add_js_file(None, body=_FIRST)
    app.add_js_file("kept.js", priority=400, defer="defer")  # before the scripts that use it
    app.connect("html-page-context", _storage)
    app.add_config_value("course_static", "", "html")
    app.connect("config-inited", _digest)
