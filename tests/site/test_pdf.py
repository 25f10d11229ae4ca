"""The book as a PDF: its links and anchors, and a small one in full."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from course import pdf, pdf_link
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.conftest import ROOT

PARTS = [("", ["book/index"]), ("The course", ["book/how_to_use", "book/notation", "book/glossary"])]


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

    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)
    assert "<script" not in text.partition("</head>")[2]


def test_the_link_to_the_pdf_comes_once(site: Path):
    first = (site / "book" / "index.html").read_text(encoding="utf-8")
    linked = pdf_link.with_link(first)

    assert first.count('class="pdf-link"') == 1
    assert linked.count(pdf_link.NAME) == 1 and pdf_link.with_link(linked) == linked


@pytest.fixture
def offered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> SimpleNamespace:
    """A built site of two pages with the PDF that was printed of them, and what an end of a build does."""
    (tmp_path / "_config.yml").write_text("title: A book\nauthor: Someone\n")
    (tmp_path / "_toc.yml").write_text(
        "root: book/index\nparts: [{caption: Part, chapters: [{file: book/he}]}]"
    )
    (tmp_path / "book").mkdir()
    for name in ("index", "he"):
        text = page(f'<h1>{name}<a class="headerlink"></a></h1><p class="pdf-link"></p>')
        (tmp_path / "book" / f"{name}.html").write_text(text)
    made = tmp_path / pdf_link.NAME
    made.write_bytes(b"%PDF-1.4\n%%EOF\n")
    pdf_link.sign(made, pdf.Book.of(tmp_path, tmp_path).digest())
    # Once a Sphinx has run in this process, its loggers keep to themselves.
    monkeypatch.setattr(pdf, "logger", logging.getLogger("a build"))
    app = SimpleNamespace(
        outdir=tmp_path,
        srcdir=tmp_path,
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(root_doc="book/index"),
    )

    def finish() -> bool:
        """End a build; tell whether the first page has the link."""
        caplog.set_level(logging.INFO)
        pdf._offer(app, None)
        return pdf_link.NAME in (tmp_path / "book/index.html").read_text()

    return SimpleNamespace(site=tmp_path, made=made, finish=finish, said=caplog)


def test_a_build_links_the_pdf_of_its_own_pages(offered: SimpleNamespace):
    assert offered.finish()
    assert offered.finish()  # the link itself is no part of what was printed
    assert offered.said.text == ""


@pytest.mark.parametrize("changed", ["book/he.html", "_config.yml", "_toc.yml", pdf_link.NAME])
def test_a_build_does_not_link_a_pdf_of_other_pages_and_says_what_to_do(
    offered: SimpleNamespace, changed: str
):
    path = offered.site / changed
    text = path.read_text()
    # A heading, the title, a part's name, and a PDF of which only the beginning was written.
    path.write_text(re.sub("<h1>he|A book|Part|EOF.*", "<h1>other", text, flags=re.S))

    assert not offered.finish()
    assert "other pages than these" in offered.said.text and "make pdf prints it anew" in offered.said.text


def test_a_site_without_a_pdf_has_no_link_and_says_nothing(offered: SimpleNamespace):
    offered.made.unlink()

    assert not offered.finish()
    assert offered.said.text == ""


def test_without_a_site_the_command_says_what_to_do(tmp_path: Path):
    command = [sys.executable, "-P", "-m", "course", "--site", str(tmp_path)]
    own = {**os.environ, "PYTHONPATH": "book/_ext"}
    run = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)

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
    for slug in ("index", "how_to_use", "notation", "glossary"):
        assert re.search(rf"\b{begins[slug]}\b", contents), slug
    assert "On the site this" in book.pages[2].extract_text()  # "figure" has a ligature
    assert begins["index"] == 3 < begins["how_to_use"] < begins["glossary"] <= len(book.pages)
    words = " ".join(book.pages[begins["how_to_use"] - 1].extract_text().split())
    assert "How to use the course" in words and "What happens" not in words  # nothing that cannot be opened
    assert "the logarithm turns the product into a sum" not in words  # an answer that nobody has opened
    marks = [mark.title for mark in book.outline if not isinstance(mark, list)]
    titles = ["Vanishing and exploding gradients", "How to use the course", "Notation and conventions"]
    assert marks == ["Contents", *titles, "Glossary"]
    # Formulas are set, in letters of their font.
    assert "A network of 𝐿 layers" in " ".join(book.pages[begins["notation"] - 1].extract_text().split())
    assert pdf_link.printed_from(target) == pdf.Book(site, PARTS, "A small book", "Someone").digest()
    assert list(tmp_path.iterdir()) == [target] and not list((site / "book").glob("tmp*"))
