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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from pylatexenc.latex2text import LatexNodes2Text
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

FOLDER = "pagefind"
# Interfaces that pagefind brings along; search.js is ours and small.
_UNUSED = "pagefind-*ui.*", "pagefind-highlight.js"
# What Sphinx searches with.
_SPHINX = "searchindex.js", "_static/searchtools.js", "_static/language_data.js"
_NOT_READ = ".headerlink, .cell_input, .cell_output pre, .visually-hidden, dl.glossary"
# Half of a page; cut out before it is parsed, which takes its time.
_DRAWN = re.compile(r"<(svg|script|style)\b.*?</\1>", re.S)
_ARTICLE = re.compile(r"<article\b.*</article>", re.S)
_GLOSSARY = re.compile(r'<dl class="[^"]*\bglossary\b')
_HAN = re.compile(r"[\u3400-\u9fff]+")
_TEX = LatexNodes2Text(math_mode="text", strict_latex_spaces=False)


@dataclass(frozen=True)
class Entry:
    """A term of the glossary: where it stands, its names, and what it means."""

    anchor: str
    term: str
    meaning: str


def plain(tex: str) -> str:
    r"""Return a formula as text that can be read in a line.

    >>> plain(r"\\(\\sigma_w^2 = \\tfrac{1}{n}\\)".replace("\\\\", "\\"))
    'σ_w^2 = 1/n'
    """
    inner = re.sub(r"^\s*\\[(\[]|\\[)\]]\s*$", "", tex).replace(r"\displaystyle", "").replace(r"\|", "‖")
    inner = re.sub(r"\\operatorname\*?\{(\w+)\}|\\[td]?frac", lambda m: m[1] or r"\frac", inner)
    return " ".join(_TEX.latex_to_text(inner).split())


def readable(page: str) -> BeautifulSoup | None:
    """Return the text of a page as it is indexed, or None if the page has none."""
    article = _ARTICLE.search(page)
    if article is None:
        return None
    soup = BeautifulSoup(f'<html lang="en"><body>{_DRAWN.sub("", article[0])}</body></html>', "html.parser")
    for part in soup.select(_NOT_READ):
        part.decompose()
    for formula in soup.select(".math"):
        formula.replace_with(plain(formula.get_text()))
    # Sphinx names the section, pagefind looks at the heading.
    for section in soup.select("section[id]"):
        heading = section.find(re.compile("^h[1-6]$"), recursive=False)
        if isinstance(heading, Tag):
            heading["id"] = section["id"]
    return soup


def entries(page: str) -> Iterator[Entry]:
    """Yield the entries of the glossary that a page holds."""
    if not _GLOSSARY.search(page):
        return
    for term in BeautifulSoup(_DRAWN.sub("", page), "html.parser").select("dl.glossary > dt[id]"):
        meaning = term.find_next_sibling("dd")
        if isinstance(meaning, Tag):
            for part in (*term.select(".headerlink"), *meaning.select(".headerlink")):
                part.decompose()
            for formula in meaning.select(".math"):
                formula.replace_with(plain(formula.get_text()))
            words = " ".join(meaning.get_text().split()).partition(" →")[0]
            yield Entry(str(term["id"]), " ".join(term.get_text().split()), words)


def beginnings(text: str) -> list[str]:
    """Return what must be indexed so that every part of each Chinese word is found.

    >>> beginnings("vanishing gradient · 梯度消失")
    ['梯度消失', '度消失', '消失', '失']
    """
    return [word[start:] for word in _HAN.findall(text) for start in range(len(word))]


def index(pages: dict[str, str], target: Path) -> None:
    """Write the index of pages, given by their addresses, into a folder.

    Raises:
        ExtensionError: When pagefind fails; with what it says.
    """
    with tempfile.TemporaryDirectory() as folder:
        for address, text in _indexed(pages):
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


def _indexed(pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what pagefind reads: every page, and a small one for each term, with the address that it stands for."""
    for address, page in pages.items():
        text = readable(page)
        if text is not None:
            yield address, str(text)
        for entry in entries(page):
            meta = {"title": entry.term, "meaning": entry.meaning, "address": f"{address}#{entry.anchor}"}
            named = " ".join(f'data-{key}="{html.escape(value)}"' for key, value in meta.items())
            listed = ", ".join(f"{key}[data-{key}]" for key in meta)
            words = html.escape(" ".join([entry.term, *beginnings(entry.term), entry.meaning]))
            head = f'<article {named} data-pagefind-meta="{listed}">'
            yield (
                f"{address}.{entry.anchor}.html",
                f'<html lang="en"><body>{head}{words}</article></body></html>',
            )


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
    index(pages, out / FOLDER)


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
