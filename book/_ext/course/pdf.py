"""The book as one PDF, which `make pdf` makes of the built site.

The finished pages are put one after another into one, their anchors under the name of their page, and Chromium prints
it as it prints a page of the site: figures that move stand still, answers stay closed.  It is printed twice: the first
time tells on which page each chapter begins, the second time the contents say so.

A build that finds other pages than those of which the PDF was printed does not link it.
"""

from __future__ import annotations

import hashlib
import html
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

from course.pdf_link import NAME, printed_from, sign, with_link, without_link

logger = logging.getLogger(__name__)
# What only a screen can show.
_LEFT_OUT = {"book/progress"}
_ARTICLE = re.compile(r'<article class="bd-article">(.*)</article>', re.S)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.S)
# The theme has the title twice: for its own print, and with a link to itself.
_TITLE = re.compile(r'<h1>((?:(?!</h1>).)*?)<a class="headerlink"', re.S)
# Where a page names an anchor of its own; those of drawings, too.
_ANCHOR = re.compile(
    r'(?<![\w-])((?:id|for|aria-labelledby|aria-describedby)="|(?:xlink:)?href="#|url\(#)([^")\s]+)'
)
_HREF = re.compile(r'\bhref="(?!#|https?:|mailto:)([^"#]*)(#[^"]*)?"')

_PAGE = """\
<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
{head}
<style>
html {{ font-size: 13px; }}
.bd-main .bd-content .bd-article h1:first-of-type {{ display: block; }}
.bd-main .bd-content .bd-article h1 {{ margin-top: 0; }}
/* Chromium writes a heading that stands at the very top of a page twice into the bookmarks. */
.bd-article :is(h1, h2, h3, h4) {{ padding-top: 2px; }}
section.pdf-page {{ break-before: page; }}
.pdf-cover {{ text-align: center; padding-top: 35vh; }}
.pdf-cover .title {{ font-size: 3rem; line-height: 1.25; }}
.pdf-contents a {{ display: flex; gap: 0.6rem; text-decoration: none; }}
.pdf-contents a::before {{ content: ""; order: 1; flex: 1; border-bottom: 1px dotted; }}
.pdf-contents .number {{ order: 2; }}
/* Lines of 100 characters fit. */
.bd-article pre {{ font-size: 0.78rem; }}
.widget-alt::before {{ content: "On the site this figure moves. "; }}
.bd-article a:not([href]) {{ text-decoration: none !important; }}
.pdf-contents ul {{ list-style: none; padding-left: 1rem; }}
.pdf-contents .part {{ font-weight: 600; margin: 1rem 0 0.2rem; }}
</style>
</head>
<body>
<div class="bd-main"><div class="bd-content"><div class="bd-article-container"><article class="bd-article">
<div class="pdf-cover"><p class="title">{title}</p><p>{author}</p></div>
<section class="pdf-page pdf-contents"><h2>Contents</h2>
{contents}
</section>
{pages}
</article></div></div></div>
</body>
</html>
"""
_FOOT = '<div style="font-size: 8px; width: 100%; text-align: center"><span class="pageNumber"></span></div>'


class PdfError(Exception):
    """Why there is no PDF, and what to do."""


def listed(root: Path) -> list[tuple[str, list[str]]]:
    """Return the parts of the book with their pages, in the order of `_toc.yml`; the first part has no name."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    parts = [("", [toc["root"]])]
    parts += [(part["caption"], [chapter["file"] for chapter in part["chapters"]]) for part in toc["parts"]]
    return [(caption, [page for page in pages if page not in _LEFT_OUT]) for caption, pages in parts]


def one_of_many(page: str, text: str, known: set[str]) -> str:
    """Return a page's article as it stands in the book: its anchors and links lead to places in the book.

    Args:
        page: Its name, such as `book/he`.
        text: Its HTML.
        known: The pages that the book has.

    >>> article = '<article class="bd-article"><a id="x" href="lstm.html#y">y</a></article>'
    >>> one_of_many("book/he", article, {"book/lstm"})
    '<section class="pdf-page" id="he"><a id="he--x" href="#lstm--y">y</a></section>'
    """
    found = _ARTICLE.search(text)
    if found is None:
        raise PdfError(f"{page}.html has no article: is it a page of this site?")
    slug = PurePosixPath(page).name

    def elsewhere(link: re.Match[str]) -> str:
        path, anchor = link[1], link[2] or ""
        other = PurePosixPath(page).parent / path.removesuffix(".html")
        if not path.endswith(".html") or str(other) not in known:
            return ""  # what is not in the book: a notebook, the page of an assignment
        return f'href="#{other.name}{anchor.replace("#", "--")}"'

    article = _SCRIPT.sub("", found[1])
    article = _ANCHOR.sub(lambda anchor: f"{anchor[1]}{slug}--{anchor[2]}", article)
    return f'<section class="pdf-page" id="{slug}">{_HREF.sub(elsewhere, article)}</section>'


def _contents(
    parts: list[tuple[str, list[str]]], titles: dict[str, str], numbers: dict[str, int]
) -> Iterator[str]:
    for caption, pages in parts:
        yield f'<p class="part">{html.escape(caption)}</p><ul>' if caption else "<ul>"
        for page in pages:
            slug = PurePosixPath(page).name
            number = numbers.get(slug, "")
            yield f'<li><a href="#{slug}">{titles[page]}<span class="number">{number}</span></a></li>'
        yield "</ul>"


def _head(page: str) -> str:
    """Return what sets a page: the sheet of the site."""
    return "\n".join(re.findall(r'<link rel="stylesheet"[^>]*>', page))


class Book:
    """The pages of a site, put together.

    Args:
        site: The folder of the site.
        parts: What belongs into the book, part by part.
        title: The book's title.
        author: Who wrote it.
    """

    def __init__(self, site: Path, parts: list[tuple[str, list[str]]], title: str, author: str) -> None:
        names = [page for _, pages in parts for page in pages]
        try:
            texts = {page: (site / f"{page}.html").read_text(encoding="utf-8") for page in names}
        except FileNotFoundError as error:
            raise PdfError(f"{error.filename} is missing: make book builds the site") from None
        # The link to the PDF is no part of what is printed.
        texts = {page: without_link(text) for page, text in texts.items()}
        self.site, self.parts, self.title, self.author = site, parts, title, author
        self.pages = "\n".join(one_of_many(page, text, set(names)) for page, text in texts.items())
        titles = {page: _TITLE.search(text) for page, text in texts.items()}
        self.titles = {page: found[1] if found else page for page, found in titles.items()}
        self.head = _head(texts[names[0]])

    @classmethod
    def of(cls, site: Path, root: Path) -> Book:
        """Return the book of a site, as the course's two files of settings have it."""
        config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
        return cls(site, listed(root), config["title"], config["author"])

    def digest(self) -> str:
        """Return a hash of all that is printed; sheets and scripts have hashes of their own in their names."""
        return hashlib.sha256(self.html({}).encode()).hexdigest()

    def html(self, numbers: dict[str, int]) -> str:
        """Return the book as one page, with the numbers of pages that are known."""
        contents = "\n".join(_contents(self.parts, self.titles, numbers))
        told = {"title": html.escape(self.title), "author": html.escape(self.author)}
        return _PAGE.format(head=self.head, contents=contents, pages=self.pages, **told)

    def write(self, target: Path, browser: Any) -> None:
        """Print the book; what is printed half never stands at its place."""
        from pypdf import PdfReader

        with tempfile.NamedTemporaryFile(
            "w", dir=self.site / "book", suffix=".html", encoding="utf-8"
        ) as source:
            half = target.with_suffix(".part")
            numbers: dict[str, int] = {}
            for _ in range(2):
                source.seek(0)
                source.truncate()
                source.write(self.html(numbers))
                source.flush()
                _print(browser, Path(source.name).as_uri(), half)
                numbers = starts(PdfReader(half))
            sign(half, self.digest())
            half.replace(target)


def _print(browser: Any, address: str, target: Path) -> None:
    page = browser.new_page()
    page.set_default_timeout(600_000)
    page.goto(address, wait_until="load")
    page.evaluate("() => document.fonts.ready")
    margin = {"top": "16mm", "bottom": "18mm", "left": "14mm", "right": "14mm"}
    page.pdf(
        path=target, format="A4", margin=margin, outline=True, tagged=True, print_background=True,
        display_header_footer=True, header_template="<span></span>", footer_template=_FOOT,
    )  # fmt: skip
    page.close()


def starts(book: Any) -> dict[str, int]:
    """Return the page on which each place of a PDF stands, by the place's name."""
    places = book.named_destinations.items()
    return {name.lstrip("/"): book.get_destination_page_number(place) + 1 for name, place in places}


def _offer(app: Sphinx, exception: Exception | None) -> None:
    """Link the PDF from the first page, if there is one that shows the pages as they are now."""
    site = Path(app.outdir)
    if exception or app.builder.format != "html" or not (site / NAME).is_file():
        return
    if printed_from(site / NAME) == Book.of(site, Path(app.srcdir)).digest():
        first = site / f"{app.config.root_doc}.html"
        first.write_text(with_link(first.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        logger.info(
            "%s was printed of other pages than these, so no page links it: make pdf prints it anew", NAME
        )


def setup(app: Sphinx) -> None:
    """Register the link; each build writes the first page without it, and it comes when all pages are finished."""
    app.connect("build-finished", _offer, priority=960)
