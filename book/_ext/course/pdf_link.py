"""What a PDF says of the pages of which it was printed, and the link to it on the first page."""

from __future__ import annotations

import re
from pathlib import Path

NAME = "gradients.pdf"
# A comment of PDF, before the digest of the pages.
_PAGES = b"%printed from "
_ADDRESS = re.compile(r'<p class="pdf-link">.*?</p>')


def sign(target: Path, digest: str) -> None:
    """Write behind a PDF of which pages it was printed; readers look for its end in the last kilobyte."""
    with target.open("ab") as book:
        book.write(_PAGES + digest.encode() + b"\n")


def printed_from(target: Path) -> str | None:
    """Return the digest of the pages of which a PDF was printed, or None when it does not say."""
    with target.open("rb") as book:
        book.seek(max(0, target.stat().st_size - 1024))
        _, told, digest = book.read().rpartition(_PAGES)
    return digest.decode(errors="replace").strip() if told else None


def with_link(page: str) -> str:
    """Return the first page with its link to the PDF."""
    link = f'<a href="../{NAME}" download>The book as a PDF</a>'
    return _ADDRESS.sub(f'<p class="pdf-link">{link}, to print or to read without a network.</p>', page)


def without_link(page: str) -> str:
    """Return a page without the link to the PDF, which is no part of what is printed."""
    return _ADDRESS.sub("", page)
