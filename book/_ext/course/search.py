"""The search: an index by pagefind, made of the finished pages; it takes the place of Sphinx's own.

A page is indexed as it reads: formulas as plain text, without code and drawings, each section under its own address.
Each entry of the glossary is a result of its own, so that a term leads to what it means.
Every part of a Chinese term is found, since Chinese has no spaces and pagefind finds the beginnings of words.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from course.terms import Entry, entries, plain

FOLDER = "pagefind"
# Interfaces that pagefind brings along; search.js is ours and small.
_UNUSED = "pagefind-*ui.*", "pagefind-highlight.js"
# What Sphinx searches with.
_SPHINX = "searchindex.js", "_static/searchtools.js", "_static/language_data.js"
_NOT_READ = ".headerlink, .cell_input, .cell_output pre, .visually-hidden, dl.glossary"
# Half of a page; cut out before it is parsed, which takes its time.
_DRAWN = re.compile(r"<(svg|script|style)\b.*?</\1>", re.S)
_ARTICLE = re.compile(r"<article\b.*</article>", re.S)
_HAN = re.compile(r"[\u3400-\u9fff]+")


def readable(page: str) -> BeautifulSoup | None:
    """Return the text of a page as it is indexed, or None if the page has none."""
    article = _ARTICLE.search(page)
    if article is None:
        return None
    soup = BeautifulSoup(f'<html lang="en"><body>{_DRAWN.sub("", article[0])}</body></html>', "html.parser")
    for part in soup.select(_NOT_READ):
        part.decompose()
    for formula in soup.select(".math"):
        source = formula.find("math")
        formula.replace_with(plain(str(source["alttext"])) if isinstance(source, Tag) else formula.get_text())
    # Sphinx names the section, pagefind looks at the heading.
    for section in soup.select("section[id]"):
        heading = section.find(re.compile("^h[1-6]$"), recursive=False)
        if isinstance(heading, Tag):
            heading["id"] = section["id"]
    return soup


def beginnings(text: str) -> list[str]:
    """Return what must be indexed so that every part of each Chinese word is found.

    >>> beginnings("vanishing gradient · 梯度消失")
    ['梯度消失', '度消失', '消失', '失']
    """
    return [word[start:] for word in _HAN.findall(text) for start in range(len(word))]


def index(pages: dict[str, str], terms: dict[str, Entry], target: Path) -> None:
    """Write the index of pages and terms, given by their addresses, into a folder.

    Raises:
        ExtensionError: When pagefind fails; with what it says.
    """
    with tempfile.TemporaryDirectory() as folder:
        for address, text in _indexed(pages, terms):
            path = Path(folder, address)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        options = ["--site", folder, "--output-path", str(target), "--quiet", "--keep-index-url"]
        run = subprocess.run(
            [sys.executable, "-m", "pagefind", *options], capture_output=True, text=True, check=False
        )
    if run.returncode:
        raise ExtensionError(f"pagefind could not index the pages:\n{run.stdout}{run.stderr}")
    for path in (path for pattern in _UNUSED for path in target.glob(pattern)):
        path.unlink()


def _indexed(pages: dict[str, str], terms: dict[str, Entry]) -> Iterator[tuple[str, str]]:
    """Yield what pagefind reads: every page, and a small one for each term, with the address that it stands for."""
    for address, page in pages.items():
        text = readable(page)
        if text is not None:
            yield address, str(text)
    for number, (address, entry) in enumerate(terms.items()):
        meta = {"title": entry.term, "meaning": entry.meaning, "address": address}
        named = " ".join(f'data-{key}="{html.escape(value)}"' for key, value in meta.items())
        listed = ", ".join(f"{key}[data-{key}]" for key in meta)
        words = html.escape(" ".join([entry.term, *beginnings(entry.term), entry.meaning]))
        head = f'<article {named} data-pagefind-meta="{listed}">'
        yield f"term-{number}.html", f'<html lang="en"><body>{head}{words}</article></body></html>'


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the index of the finished pages."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    names = (app.builder.get_target_uri(page) for page in sorted(app.env.found_docs))
    pages = {name: (out / name).read_text(encoding="utf-8") for name in names}
    for left in _SPHINX:
        (out / left).unlink(missing_ok=True)
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    terms = {f"{app.builder.get_target_uri(entry.page)}#{entry.anchor}": entry for entry in entries(app.env)}
    index(pages, terms, out / FOLDER)


def _replace(app: Sphinx) -> None:
    """Keep Sphinx from making its own index and page."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]  # an attribute of the HTML builder only


def _page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {"title": "Search"}, "search.html"


def _templates(app: Sphinx, config: Any) -> None:
    config.templates_path.append(str(Path(__file__).parent / "templates"))


def setup(app: Sphinx) -> None:
    """Register everything; the index is made after whatever else changes pages."""
    app.add_js_file("search.js", defer="defer")
    app.connect("config-inited", _templates)
    app.connect("builder-inited", _replace)
    app.connect("html-collect-pages", _page)
    app.connect("build-finished", write, priority=950)
