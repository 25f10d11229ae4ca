"""What others show of a page: descriptions, a page for lost readers, and a map of the site for search engines."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.application import Sphinx

from course import browser, cards

LONGEST = 160

_LOST = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="description" content="{text}">
<title>No such page – {project}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto 0; padding: 0 1.25rem;
  color: #24292f; background: #fff; }}
a {{ color: #0058a3; }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e6e9ed; background: #14181e; }} a {{ color: #7cc4ff; }} }}
</style>
</head>
<body>
<main>
<h1>This page has vanished</h1>
<p>{text}</p>
<ul>
<li><a href="{root}">{project}: the first page</a></li>
<li><a href="{root}search.html">Search the course</a></li>
</ul>
</main>
</body>
</html>
"""


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text in one line, cut at a word.

    >>> shortened("Products do  not behave like sums.", 20)
    'Products do not…'
    """
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(" ")[0].rstrip(" ,;:.–") + "…"


def first_paragraph(doctree: nodes.document) -> str:
    """Return the first paragraph of a page's own text that reads without typeset formulas."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = paragraph.astext()
        if isinstance(paragraph.parent, nodes.section) and text.strip() and "\\" not in text:
            return text
    return ""


def tags(title: str, text: str, project: str, address: str | None, card: dict[str, str] | None = None) -> str:
    """Return the elements that describe a page to search engines, and to those who receive a link to it."""
    graph = {"og:title": title, "og:description": text, "og:type": "article", "og:site_name": project}
    graph |= {"og:url": address or "", **(card or {})}
    lines = [f'<meta name="description" content="{html.escape(text)}" />']
    lines += [
        f'<meta property="{name}" content="{html.escape(value)}" />' for name, value in graph.items() if value
    ]
    return "\n".join(["", *lines, ""])


def describe(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the description into the page's head: a chapter's question, or how another page begins."""
    if app.builder.format != "html":
        return
    project = app.config.html_title or app.config.project
    title = html.unescape(re.sub(r"<[^>]+>", "", context.get("title") or project))
    named = project if title == project else f"{title} – {project}"
    question = app.env.metadata.get(pagename, {}).get("question")
    text = shortened(question or (doctree and first_paragraph(doctree)) or named)
    address = card = None
    if app.config.html_baseurl:
        base = _folder(app.config.html_baseurl)
        address = urljoin(base, app.builder.get_target_uri(pagename))
        card = cards.described(base, pagename, title)
        cards.draw(title, project, Path(app.outdir, cards.name(pagename)))
    context["metatags"] = context.get("metatags", "") + tags(title, text, project, address, card)


def _folder(base: str) -> str:
    return base.rstrip("/") + "/"


def lost(project: str, base: str) -> str:
    """Return the page for addresses that do not exist: it asks for no other file, since it stands at any depth."""
    text = "There is nothing at this address; the course has perhaps moved its page."
    root = html.escape(_folder(base))  # of an empty one: /
    return _LOST.format(project=html.escape(project), root=root, text=text)


def sitemap(base: str, addresses: list[str]) -> str:
    """Return the list of pages that search engines read."""
    rows = (f"<url><loc>{html.escape(urljoin(_folder(base), page))}</loc></url>" for page in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return "\n".join([head, f'<urlset xmlns="{space}">', *rows, "</urlset>", ""])


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write 404.html, and sitemap.xml when the site's own address is known."""
    if exception or app.builder.format != "html":
        return
    base, out = app.config.html_baseurl, Path(app.outdir)
    (out / "404.html").write_text(lost(app.config.html_title or app.config.project, base), encoding="utf-8")
    (out / "sitemap.xml").unlink(missing_ok=True)
    if not base:  # what an earlier build made, when there was one
        shutil.rmtree(out / cards.FOLDER, ignore_errors=True)
    else:
        names = [*sorted(app.env.found_docs), *browser.names(Path(app.srcdir))]
        pages = [app.builder.get_target_uri(name) for name in names]
        (out / "sitemap.xml").write_text(sitemap(base, pages), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register everything."""
    app.connect("html-page-context", describe)
    app.connect("build-finished", write)
