"""The built site, read as files: links, texts for figures, and what must never stand in a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from course import formulas

from tests.conftest import ROOT
from tests.site import built
from tests.site.links import Document, broken_links, read


@pytest.fixture(scope="module")
def documents(site: Path) -> dict[Path, Document]:
    return {path: read(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def test_every_internal_link_anchor_and_download_resolves(site: Path, documents: dict[Path, Document]):
    assert broken_links(site, documents) == []


def test_the_link_checker_sees_what_is_broken(tmp_path: Path):
    (tmp_path / "a.html").write_text('<p id="x"><a href="b.html#y">1</a><a href="#x">2</a><img src="no.png">')
    (tmp_path / "b.html").write_text(
        '<a href="a.html#x">ok</a><a href="https://example.org/#z">elsewhere</a>'
    )
    documents = {path: read(path) for path in tmp_path.glob("*.html")}
    (tmp_path / "c.html").write_text('<p id="x"><svg><g id="y"/><g id="x"/></svg><a name="y"></a>')

    assert read(tmp_path / "c.html").repeated == {"x"}
    assert broken_links(tmp_path, documents) == [
        "a.html: b.html#y: no such anchor",
        "a.html: no.png: no such file",
    ]


def test_no_anchor_stands_twice_on_a_page(site: Path, documents: dict[Path, Document]):
    twice = {
        path.relative_to(site).as_posix(): sorted(document.repeated)[:3]
        for path, document in documents.items()
        if document.repeated
    }

    assert twice == {}


def test_every_figure_says_what_is_to_be_seen(site: Path, documents: dict[Path, Document]):
    silent = [
        f"{path.relative_to(site)}: {figure}"
        for path, document in documents.items()
        for figure, text in document.figures
        if len(text.split()) < 3
    ]

    assert silent == []


def test_chapters_have_figures_quizzes_predictions_and_an_interactive_figure(site: Path):
    for slug in built.chapters():
        page = (site / "book" / f"{slug}.html").read_text(encoding="utf-8")

        wanted = (
            'class="course-figure"',
            'class="quiz"',
            'class="predict"',
            'class="live-widget"',
            'class="derivation"',
        )
        assert [mark for mark in wanted if mark not in page] == [], slug


def test_every_chapter_stands_in_the_table_of_the_landing_page(site: Path):
    table = re.search(r'<table class="chapters.*?</table>', (site / "book/index.html").read_text(), re.S)
    assert table is not None

    listed = re.findall(r'href="(\w+)\.html"', table[0])
    assert listed == built.chapters()


def test_each_widget_has_a_still_figure_for_readers_without_javascript(site: Path):
    for name in built.pages(site):
        page = (site / name).read_text(encoding="utf-8")

        assert page.count('class="live-widget"') == page.count('class="widget-fallback"'), name
        fallbacks = page.split('class="widget-fallback"')[1:]
        assert all("<svg" in text.partition('class="widget-alt"')[0] for text in fallbacks), name


def test_no_page_uses_interact():
    """ipywidgets.interact stalls builds now and then, and does nothing on a static page."""
    sources = [*(ROOT / "book").rglob("*.md"), *(ROOT / "book").rglob("*.py")]

    assert [path.name for path in sources if re.search(r"\binteract(ive)?\s*\(", path.read_text())] == []


def test_no_name_of_a_script_or_style_sheet_leads_to_another_host(documents: dict[Path, Document]):
    loaded = {address for document in documents.values() for address in document.loaded}

    assert {address for address in loaded if re.match(r"(https?:)?//", address)} == set()


def test_a_page_without_formulas_does_without_their_font(site: Path):
    assert formulas.FONT not in (site / "book/index.html").read_text()
    assert formulas.FONT in (site / "book/notation.html").read_text()
