"""The book as a PDF: its links and anchors, and a small one in full."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from course import pdf
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.conftest import ROOT

PARTS = [("", ["book/index"]), ("The course", ["book/how_to_use", "book/glossary"])]


def page(text: str) -> str:
    return f'<article class="bd-article"><section id="he">{text}</section></article>'


def test_anchors_stand_under_the_name_of_their_page():
    text = '<h1 id="x"><a href="#x"></a></h1><use xlink:href="#glyph"/><g clip-path="url(#clip)"></g><p data-id="1">'
    found = pdf.one_of_many("book/he", page(text), set())

    for anchor in ('id="he--x"', 'href="#he--x"', 'xlink:href="#he--glyph"', "url(#he--clip)", 'data-id="1"'):
        assert anchor in found


def test_links_lead_to_places_of_the_book_or_out_of_it_or_nowhere():
    text = (
        '<a href="lstm.html">1</a><a href="lstm.html#gates">2</a><a href="progress.html">3</a>'
        '<a href="../assignments/he.html">4</a><a href="https://example.org/#x">5</a><img src="../_images/a.png">'
    )
    found = pdf.one_of_many("book/he", page(text), {"book/lstm"})

    assert re.findall(r"<a ?(.*?)>", found) == [
        'href="#lstm"', 'href="#lstm--gates"', "", "", 'href="https://example.org/#x"'
    ]  # fmt: skip
    assert 'src="../_images/a.png"' in found


def test_the_book_has_every_page_that_can_be_printed_once_and_in_order():
    pages = [page for _, pages in pdf.listed(ROOT) for page in pages]
    lines = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text())

    assert pages == [page for page in lines if page != "book/progress"]


def test_every_anchor_of_the_book_is_there_once(site: Path):
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    text = pdf.Book(site, pdf.listed(ROOT), config["title"], config["author"]).html({})
    anchors = re.findall(r'(?<![\w-])id="([^"]+)"', text)
    # A figure that a chapter shows twice has the names of its parts twice; they are the same.
    own = [anchor for anchor in anchors if not re.search("--f[0-9a-f]{8}-", anchor)]

    assert len(own) == len(set(own))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)
    assert "<script" not in text.partition("</head>")[2]


def test_the_link_to_the_pdf_comes_once(site: Path):
    first = (site / "book" / "index.html").read_text(encoding="utf-8")
    linked = pdf.with_link(first)

    assert first.count('class="pdf-link"') == 1
    assert linked.count(pdf.NAME) == 1 and pdf.with_link(linked) == linked


def test_without_a_site_the_command_says_what_to_do(tmp_path: Path):
    command = [sys.executable, "-P", "book/_ext/course/pdf.py", "--site", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 1 and "make book builds the site" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.browser
def test_a_small_book_has_contents_with_the_numbers_of_pages_and_bookmarks(
    site: Path, browser: Browser, tmp_path: Path
):
    target = tmp_path / "small.pdf"
    pdf.Book(site, PARTS, "A small book", "Someone").write(target, browser)
    book = PdfReader(target)
    begins = pdf.starts(book)
    contents = book.pages[1].extract_text()

    assert book.metadata is not None and book.metadata.title == "A small book"
    assert "A small book" in book.pages[0].extract_text()
    for slug in ("index", "how_to_use", "glossary"):
        assert re.search(rf"\b{begins[slug]}\b", contents), slug
    assert begins["index"] == 3 < begins["how_to_use"] < begins["glossary"] <= len(book.pages)
    words = " ".join(book.pages[begins["how_to_use"] - 1].extract_text().split())
    assert "How to use the course" in words and "What happens" in words
    assert "the logarithm turns the product into a sum" not in words  # an answer that nobody has opened
    marks = [mark.title for mark in book.outline if not isinstance(mark, list)]
    assert marks == ["Contents", "Vanishing and exploding gradients", "How to use the course", "Glossary"]
    assert list(tmp_path.iterdir()) == [target] and not list((site / "book").glob("tmp*"))
