"""Print the book: `PYTHONPATH=book/_ext python -P -m course`, which `make pdf` calls."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from course.pdf import Book, PdfError
from course.pdf_link import NAME, with_link


def main() -> None:
    """Make the PDF of the site and link it."""
    parser = argparse.ArgumentParser(description="The book as one PDF.")
    parser.add_argument(
        "--site", type=Path, default=Path("_build", "html"), help="the folder of the built site"
    )
    site = parser.parse_args().site.resolve()
    from playwright.sync_api import Error, sync_playwright

    try:
        book = Book.of(site, Path())
        program = shutil.which("chromium")
        if program is None:
            raise PdfError("Chromium is missing: apt install chromium")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            book.write(site / NAME, browser)
            browser.close()
    except PdfError as error:
        sys.exit(str(error))
    except Error as error:
        sys.exit(f"Chromium could not print the book: {error}")
    first = site / f"{book.parts[0][1][0]}.html"
    first.write_text(with_link(first.read_text(encoding="utf-8")), encoding="utf-8")
    print(site / NAME)


if __name__ == "__main__":
    main()
