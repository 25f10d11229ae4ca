"""The room that formulas get before they are typeset: the text below them must not move much."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course.formulas import width
from playwright.sync_api import BrowserContext, Page

from tests.site import built
from tests.site.conftest import settle

# Where the first screens of a page end, and how a formula is set: what does not wrap is cut off at its width.
PLACE = "document.querySelector('section.predict').getBoundingClientRect().top"
CUT = "getComputedStyle(document.querySelector('span.math')).whiteSpace"


def test_marks_of_sub_and_superscripts_take_no_room():
    assert width(r"\(z_\ell\)") == width(r"\(zl\)")
    assert width(r"\(\operatorname{Var}(w)\)") == width(r"\(\mathrm{Var}(w)\)") > width(r"\(w\)")


def test_every_formula_in_a_line_has_its_room(site: Path):
    for name in (*built.pages(site), "assignments/he.html"):
        page = (site / name).read_text(encoding="utf-8")

        assert page.count('<span class="math ') == len(
            re.findall(r'<span class="math [^"]*" style="--wide: ', page)
        )


@pytest.mark.browser
def test_the_text_stays_where_it_is_when_formulas_are_typeset(
    context: Callable[..., BrowserContext], address: str
):
    def opened(mathjax: bool) -> Page:
        profile = context(viewport={"width": 412, "height": 823})
        if not mathjax:
            profile.route("**/mathjax/**", lambda route: route.abort())
        page = profile.new_page()
        page.goto(f"{address}/book/depth.html", wait_until="load")
        settle(page)
        return page

    without = opened(mathjax=False)
    assert without.evaluate(CUT) == "normal"  # what nobody will typeset can be read as its source
    without.evaluate("document.documentElement.classList.remove('as-source')")
    assert without.evaluate(CUT) == "nowrap"
    typeset = opened(mathjax=True)
    typeset.wait_for_selector("mjx-container")

    assert without.evaluate(PLACE) == pytest.approx(typeset.evaluate(PLACE), abs=26)  # a line of text
