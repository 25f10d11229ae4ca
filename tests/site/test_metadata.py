"""Descriptions of pages, the page for lost readers, and the map of the site."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import yaml
from course import metadata
from docutils.core import publish_doctree

from tests.conftest import ROOT
from tests.site import built
from tests.site.links import read

BASE = "https://example.org/course"
# Where this very site is published, if `_config.yml` says so.
OWN = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"].get("baseurl") or ""


def content(page: str, name: str) -> list[str]:
    return [
        html.unescape(found)
        for found in re.findall(rf'<meta (?:name|property)="{name}" content="([^"]*)"', page)
    ]


def test_every_page_has_one_description_and_says_it_to_those_who_get_a_link(site: Path):
    names = [*built.pages(site), "search.html", "genindex.html"]
    found = {}
    for name in names:
        page = (site / name).read_text(encoding="utf-8")
        (found[name],) = content(page, "description")
        assert 10 < len(found[name]) <= 160 and "\\" not in found[name], name
        assert content(page, "og:description") == [found[name]]
        (title,) = content(page, "og:title")
        assert title and "<" not in title
    own = [found[name] for name in built.pages(site)]
    assert len(set(own)) == len(own)
    for slug in built.chapters():
        (question,) = re.findall(
            r"^question: (.*)$", (ROOT / "book" / f"{slug}.md").read_text(), re.MULTILINE
        )
        assert found[f"book/{slug}.html"] == question
    assert found["book/notation.html"].startswith("One symbol means one thing in the text")


def test_a_long_text_is_cut_at_a_word():
    text = metadata.shortened("word " * 100)

    assert len(text) <= 160 and text.endswith("word…")
    assert metadata.shortened("Short.\nTwo.") == "Short. Two."


def test_a_paragraph_with_typeset_formulas_or_in_a_box_is_no_description():
    source = "T\n=\n\n.. note:: In a box.\n\nHere :math:`\\sigma` stands.\n\nPlain words.\n\nU\n-\n\nMore.\n"
    doctree = publish_doctree(source, settings_overrides={"doctitle_xform": False})

    assert metadata.first_paragraph(doctree) == "Plain words."


def test_titles_and_texts_cannot_break_out_of_their_attribute():
    text = metadata.tags('a "b" <c>', "d & e", "f", None)

    assert content(text, "og:title") == ['a "b" <c>'] and content(text, "description") == ["d & e"]
    assert "<c>" not in text and "og:url" not in text
    assert content(metadata.tags("a", "b", "c", BASE), "og:url") == [BASE]


def test_the_page_for_lost_readers_works_at_any_depth(site: Path):
    page = read(site / "404.html")

    assert page.loaded == []
    assert page.links == [f"{OWN.rstrip('/')}/{name}" for name in ("", "search.html")]
    assert "<base" not in (site / "404.html").read_text(encoding="utf-8")


def test_the_page_for_lost_readers_leads_to_the_site_wherever_it_is_published():
    assert re.findall(r'href="([^"]*)"', metadata.lost("The course", BASE)) == [
        f"{BASE}/",
        f"{BASE}/search.html",
    ]


def test_the_map_of_the_site_names_full_addresses_and_is_made_only_when_the_site_has_one(site: Path):
    tree = ET.fromstring(metadata.sitemap(BASE, ["book/a.html", "book/b.html"]))

    assert [url.text for url in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")] == [
        f"{BASE}/book/a.html",
        f"{BASE}/book/b.html",
    ]
    assert (site / "sitemap.xml").exists() == bool(OWN)
