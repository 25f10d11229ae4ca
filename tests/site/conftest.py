"""The built site, a server for it, and a browser that reports what a page does behind the reader's back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.conftest import ROOT
from tests.site import built
from tests.site.server import serve

# Pages run in `book/`, and Sphinx finds our extension in `book/_ext`; so do the tests of both.
sys.path[:0] = [str(ROOT / "book"), str(ROOT / "book" / "_ext")]

_NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, {
    configurable: true, get() { throw new DOMException("blocked", "SecurityError"); } }); // as in Chromium
}
"""


@dataclass
class Visit:
    """An open page and what happened on it."""

    page: Page
    base: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """The requests that went to another host."""
        own = (self.base, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def close(self) -> None:
        """Leave the page: `with closing(visit(name)) as seen` keeps no fifty pages open that nobody looks at."""
        self.page.context.close()


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the site, built without a warning."""
    return built.build()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the served site."""
    with serve(site) as base:
        yield base


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Make a browser profile of its own: nothing is remembered from another test."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        opened.append(browser.new_context(**options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def visit(context: Callable[..., BrowserContext], address: str) -> Callable[..., Visit]:
    """Open a page of the site and wait until its figures are drawn."""

    def go(
        path: str,
        *,
        scheme: str = "light",
        width: int = 1280,
        javascript: bool = True,
        storage: bool = True,
        base: str = address,
    ) -> Visit:
        profile = context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript
        )
        if not storage:
            profile.add_init_script(_NO_STORAGE)
        seen = Visit(profile.new_page(), base)
        watch(seen)
        seen.page.goto(f"{base}/{path}", wait_until="load")
        if path == "index.html":  # the root sends its reader on, a moment after it has loaded
            seen.page.wait_for_url("**/book/index.html", wait_until="load")
        if javascript:
            settle(seen.page)
        return seen

    return go


def watch(seen: Visit) -> None:
    """Write down every request and every error of a page."""
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("requestfailed", lambda request: _note_failure(seen, request))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on(
        "response",
        lambda answer: seen.errors.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    seen.page.on(
        "console", lambda said: seen.errors.append(said.text) if said.type in ("error", "warning") else None
    )


def _note_failure(seen: Visit, request: Request) -> None:
    """Write down a request that failed; one that was under way when its page was left did not."""
    if request.failure != "net::ERR_ABORTED":
        seen.errors.append(f"failed: {request.url}")


def settle(page: Page) -> None:
    """Wait until widgets and the letters of formulas stand."""
    if page.locator(".live-widget").count():
        page.wait_for_selector("html[data-widgets=ready]")
    # `fonts.ready` knows nothing of a font that nobody has asked for yet.  The theme's files of icons are left
    # alone: pages draw icons from a font of their own, and a test holds that they ask for no other.
    page.evaluate(
        """() => Promise.allSettled([...document.fonts]
          .filter(({ family }) => !family.includes("Font Awesome"))
          .map((font) => font.load()))"""
    )
    page.evaluate("() => document.fonts.ready")
