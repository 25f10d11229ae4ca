"""A page draws its icons from a font of a dozen, and asks for no other."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from course import icons
from fontTools.ttLib import TTFont

SHEET = """
.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.fa-cat:before{content:"\\f6be"}
.fa-a:before{content:"\\41"}.fa-spin{animation:x}.note::after{content:"\\f05a"}
"""


SOLID = icons._theme() / "vendor/fontawesome/webfonts/fa-solid-900.ttf"


def characters(font: bytes) -> set[int]:
    return set(TTFont(io.BytesIO(font)).getBestCmap())


def test_rules_of_icons_that_no_page_names_are_dropped_and_all_others_stay():
    css, found = icons.without_unused(SHEET, {"fa-navicon", "fa-spin"})

    assert ".fa-bars:before,.fa-navicon:before" in css
    assert "fa-cat" not in css and "fa-a:" not in css
    assert ".fa-spin{animation:x}" in css and ".note::after" in css
    assert found == {0xF0C9, 0xF05A}


def test_the_font_holds_what_was_asked_for_and_is_small():
    font = icons.font_of(SOLID, {0xF0C9, 0xF05A})

    assert characters(font) == {0xF0C9, 0xF05A}
    assert len(font) < 3000


def test_the_font_is_the_same_whenever_it_is_made(monkeypatch):
    first = icons.font_of(SOLID, {0xF0C9})
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)

    assert icons.font_of(SOLID, {0xF0C9}) == first


def test_the_site_has_no_script_for_icons(site: Path):
    assert not list((site / "_static" / "scripts").glob("fontawesome.js*"))
    for page in site.rglob("*.html"):
        assert "fontawesome.js" not in page.read_text(encoding="utf-8")


def test_every_icon_of_every_page_is_in_the_font(site: Path):
    css = (site / "_static" / "styles" / icons.SHEET).read_text(encoding="utf-8")
    (data,) = re.findall(r"data:font/woff;base64,([^\"]+)", css)
    known = characters(base64.b64decode(data))
    named = {rule[1]: int(rule[2], 16) for rule in icons._RULE.finditer(css)}
    code = {name: at for names, at in named.items() for name in icons._CLASS.findall(names)}
    styles = {"fa-solid", "fa-lg", "fa-fw", "fa-brands", "fa-regular"}
    for page in site.rglob("*.html"):
        for classes in re.findall(r'<(?:i|span) class="([^"]*\bfa-[^"]*)"', page.read_text(encoding="utf-8")):
            for name in set(icons._CLASS.findall(classes)) - styles:
                assert code[name] in known, (page.name, name)


@pytest.mark.browser
def test_a_browser_paints_them_without_a_file(visit: Callable[..., Any]):
    seen = visit("book/glossary.html")
    seen.page.wait_for_function(
        """() => [...document.fonts].some(({ family, weight, status }) =>
          family.includes("Font Awesome") && weight === "900" && status === "loaded")"""
    )

    assert [url for url in seen.requests if "fontawesome" in url] == []
    assert seen.errors == []
