"""Reads a built page: what it links to, which anchors it has, what it loads, and which figures it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Document:
    """What matters of a page."""

    anchors: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if (anchor := values.get("id")) in self.ids:
            self.document.repeated.add(str(anchor))
        elif anchor:
            self.ids.add(anchor)
        self.document.anchors.update(values[key] for key in ("id", "name") if values.get(key))
        addresses = [values[key] for key in ("href", "src") if values.get(key)]
        # xlink:href inside an SVG has another name, so it is not looked at here.
        self.document.links += addresses
        if tag in ("script", "img") or (
            tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon")
        ):
            self.document.loaded += addresses
        if tag == "img":
            self.document.figures.append((values.get("src", "img"), values.get("alt", "")))
        if tag == "svg" and values.get("aria-hidden") != "true":
            self.document.figures.append(("svg", values.get("aria-label", "")))


def read(path: Path) -> Document:
    """Return what matters of the page at `path`."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.document


def broken_links(site: Path, documents: dict[Path, Document]) -> list[str]:
    """Return a line for every link inside the site that leads nowhere."""
    broken = []
    for page, document in sorted(documents.items()):
        for link in document.links:
            fault = _fault(site, documents, page, link)
            if fault:
                broken.append(f"{page.relative_to(site)}: {link}: {fault}")
    return broken


def _fault(site: Path, documents: dict[Path, Document], page: Path, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    target = page if not path else (site / path[1:] if path.startswith("/") else page.parent / path).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "no such file"
    if parts.fragment and target in documents and unquote(parts.fragment) not in documents[target].anchors:
        return "no such anchor"
    return None
