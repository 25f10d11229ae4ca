"""Assignments as a reader does them in Chromium, with Python from a folder in place of the public address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import BrowserContext, Page, Route

from tests.conftest import ROOT

BASE: str = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"][
    "course_pyodide"
]
_TORCH = re.compile(r"^\s*(import|from) torch\b", re.MULTILINE)
# Python takes three seconds to start, and on a busy machine many times that.
PATIENCE = 240_000


def numpy_slugs() -> list[str]:
    """Return the assignments that can be done in a page: all that do not import PyTorch."""
    return [slug for slug in slugs() if not any(_TORCH.search(source(cell)) for cell in code_cells(slug))]


def slugs() -> list[str]:
    """Return all assignments."""
    return sorted(path.stem for path in ROOT.glob("exercises/*/*.ipynb") if path.stem == path.parent.name)


def code_cells(slug: str) -> list[dict[str, Any]]:
    """Return the code of a released notebook."""
    return [cell for cell in cells(slug) if cell["cell_type"] == "code"]


def cells(slug: str, *, answers: bool = False) -> list[dict[str, Any]]:
    """Return the cells of a released notebook, or of the one with the answers."""
    folder = ROOT / "build" / "source" if answers else ROOT / "exercises"
    text = (folder / slug / f"{slug}.ipynb").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return found


def source(cell: dict[str, Any]) -> str:
    """Return a cell's text."""
    return "".join(cell["source"])


def solutions(slug: str) -> dict[str, str]:
    """Return the reference answers in code, by function."""
    return {
        cell["id"]: source(cell)
        for cell in cells(slug, answers=True)
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
    }


def python_from(folder: Path) -> Callable[[BrowserContext], None]:
    """Return what makes a browser profile find Pyodide in a folder, at its address and in the site's own place."""

    def answer(route: Route) -> None:
        file = folder / route.request.url.partition("?")[0].rpartition("/")[2]
        headers = {"Access-Control-Allow-Origin": "*"}
        if file.is_file():
            route.fulfill(path=file, headers=headers)
        else:
            route.fulfill(status=404, body="", headers=headers)

    def prepare(profile: BrowserContext) -> None:
        profile.route(f"{BASE}**", answer)
        profile.route("**/_static/pyodide/**", answer)

    return prepare


def part(page: Page, cell: str, inner: str = "") -> Any:
    """Return a cell on the page, or something in it."""
    return page.locator(f"#cell-{cell} {inner}".rstrip())


def write(page: Page, cell: str, text: str) -> None:
    """Replace what stands in a cell's field."""
    part(page, cell, "textarea").fill(text)


def press(page: Page, cell: str) -> str:
    """Press a cell's first button, wait until Python is done, and return what the cell says."""
    part(page, cell, ".cell-bar button").first.click()
    idle(page)
    return said(page, cell)


def idle(page: Page) -> None:
    """Wait until Python has nothing to do."""
    page.get_by_role("button", name="Stop").wait_for(state="hidden", timeout=PATIENCE)


def said(page: Page, cell: str) -> str:
    """Return what stands below a cell."""
    return str(part(page, cell, ".cell-said").text_content())


def verdicts(page: Page) -> Iterator[tuple[str, str]]:
    """Give the name and the verdict of every check on the page."""
    for check in page.locator("[data-kind=check]").all():
        yield str(check.get_attribute("id")).removeprefix("cell-"), str(check.get_attribute("data-state"))
