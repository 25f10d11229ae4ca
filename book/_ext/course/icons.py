"""A dozen icons instead of two thousand.

The theme draws its icons with a script of 1.5 MB, half a megabyte on the wire and three quarters of a page.
It also ships the same icons as a font with style rules, for pages without scripts; of those we keep what pages use:
the script's tag is taken out, the font is cut down to the icons that occur, and so are the rules that name them.
"""

from __future__ import annotations

import base64
import io
import re
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

_SCRIPT = re.compile(r"\s*<script[^>]*/fontawesome\.js[^>]*>\s*</script>")
_CLASS = re.compile(r"\bfa-[a-z][a-z0-9-]*")
# .fa-bars:before,.fa-navicon:before{content:"\f0c9"}
_RULE = re.compile(r'((?:\.fa-[\w-]+:{1,2}before,?)+)\{content:"\\([0-9a-f]{1,5})"\}')
_CODE = re.compile(r'"\\(f[0-9a-f]{3})"')
_FAMILY = "Font Awesome 6 Free"
SHEET = "pydata-sphinx-theme.css"


def used_icons(pages: list[str], scripts: list[str]) -> set[str]:
    """Return the icon classes that pages name, or that a script may put into one.

    >>> sorted(used_icons(['<i class="fa-solid fa-bars"></i>'], ["x.className = 'fa-sun'"]))
    ['fa-bars', 'fa-solid', 'fa-sun']
    """
    return {name for text in (*pages, *scripts) for name in _CLASS.findall(text)}


def without_unused(css: str, used: set[str]) -> tuple[str, set[int]]:
    r"""Return a style sheet without the rules of other icons, and the characters that the icons in use are.

    >>> without_unused('.fa-bars:before{content:"\\f0c9"}.fa-cat:before{content:"\\f6be"}', {"fa-bars"})
    ('.fa-bars:before{content:"\\f0c9"}', {61641})
    """
    characters = {
        int(code, 16) for code in _CODE.findall(_RULE.sub("", css))
    }  # named by the theme's own rules

    def keep(rule: re.Match[str]) -> str:
        if not used & set(_CLASS.findall(rule[1])):
            return ""
        characters.add(int(rule[2], 16))
        return rule[0]

    return _RULE.sub(keep, css), characters


def font_of(path: Path, characters: set[int]) -> bytes:
    """Return the font cut down to these characters, in the format WOFF."""
    # Not stamped with the time: a build gives the same bytes as the one before.
    font = TTFont(path, recalcTimestamp=False)
    options = subset.Options(layout_features=[], name_IDs=[], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def face(font: bytes) -> str:
    """Return the rule that puts the font before the theme's: the later of two equal ones is asked first."""
    data = base64.b64encode(font).decode()
    rules = {
        "font-family": f'"{_FAMILY}"',
        "font-style": "normal",
        "font-weight": "900",
        "font-display": "block",
        "src": f'url("data:font/woff;base64,{data}") format("woff")',
    }
    return "@font-face{" + ";".join(f"{name}:{value}" for name, value in rules.items()) + "}"


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Take the script out of every page and cut font and rules down to the icons that occur."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    for path, text in pages.items():
        if (slimmer := _SCRIPT.sub("", text)) != text:
            path.write_text(slimmer, encoding="utf-8")
    theme, static = _theme(), out / "_static"
    scripts = [path.read_text(encoding="utf-8") for path in static.glob("*.js")]
    css = (theme / "styles" / SHEET).read_text(encoding="utf-8")
    css, characters = without_unused(css, used_icons(list(pages.values()), scripts))
    for other in static.rglob("*.css"):
        if other.name != SHEET:
            characters |= {int(code, 16) for code in _CODE.findall(other.read_text(encoding="utf-8"))}
    font = font_of(theme / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf", characters)
    (static / "styles" / SHEET).write_text(css + face(font), encoding="utf-8")
    for left in (static / "scripts").glob("fontawesome.js*"):
        left.unlink()


def _theme() -> Path:
    """Return the theme's own static files, whatever an earlier build made of their copies."""
    spec = find_spec("pydata_sphinx_theme")
    assert spec is not None and spec.origin is not None  # Sphinx has loaded it
    return Path(spec.origin).parent / "theme" / "pydata_sphinx_theme" / "static"


def setup(app: Sphinx) -> None:
    """Register the pass; it comes last."""
    app.connect("build-finished", slim, priority=900)
