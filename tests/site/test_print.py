"""A page on paper: all that is to be read, nothing that is to be pressed, dark ink."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.site.conftest import Visit
from tests.site.test_pages import contrast, rgb

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]
SEEN = "(one) => one.checkVisibility({ visibilityProperty: true })"


def shown(page: Page, selector: str) -> list[bool]:
    return [one.evaluate(SEEN) for one in page.locator(selector).all()]


def test_a_chapter_on_paper_has_no_bars_and_no_buttons_but_its_questions(visit: Visitor):
    page = visit("book/depth.html").page
    on_screen = ".bd-sidebar-primary, .bd-header-article, .prev-next-area, .mark-done button, .predict form"
    assert any(shown(page, on_screen))
    page.emulate_media(media="print")

    assert not any(shown(page, on_screen))
    assert not any(shown(page, "button, input[type=range], .headerlink"))
    assert any(shown(page, ".live-widget svg[role=img]"))  # the figure as it stands
    assert not any(shown(page, ".widget-fallback"))
    assert all(shown(page, "section.predict .predict-question"))
    assert not any(shown(page, "section.predict details"))  # a question must not answer itself
    assert not any(shown(page, ".noprint"))  # such as "do it in this browser"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_code_keeps_its_frame_and_only_long_tables_are_divided(visit: Visitor):
    page = visit("book/measurements.html").page
    page.emulate_media(media="print")
    divided = """(selector) => [...document.querySelectorAll(selector)].map(
        (one) => [one.querySelectorAll("tr").length > 12, getComputedStyle(one).breakInside === "auto"])"""

    assert {auto for _, auto in page.evaluate(divided, ".cell_input")} == {False}
    tables = {tuple(one) for one in page.evaluate(divided, ".bd-article table")}
    assert tables == {(True, True), (False, False)}


def test_an_assignment_on_paper_shows_what_was_written(visit: Visitor):
    page = visit("assignments/he.html").page
    page.locator("textarea.code").first.fill("mine = 1\n" * 60)
    page.emulate_media(media="print")

    assert not any(shown(page, ".assignment-bar, .cell-bar, button"))
    field = page.locator("textarea.code").first
    assert field.evaluate("(one) => one.scrollHeight <= one.clientHeight + 2")


def test_paper_is_white_and_the_screen_stays_as_it_was(visit: Visitor):
    page = visit("book/depth.html", scheme="dark").page
    page.evaluate(
        """() => addEventListener("beforeprint", () => {
             const inked = [document.body, document.querySelector(".cw-title")];
             window.paper = inked.map((one) => getComputedStyle(one).color); })"""
    )
    page.pdf()

    assert all(contrast(rgb(ink), (1.0, 1.0, 1.0)) > 7 for ink in page.evaluate("paper"))
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
