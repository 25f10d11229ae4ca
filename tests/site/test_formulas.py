"""Formulas are typeset a few at a time, all of them; the text below must not move much, and jumps must land."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course.formulas import width
from playwright.sync_api import BrowserContext, Page

from tests.site import built
from tests.site.conftest import Visit, settle

# Where the first screens of a page end, and how a formula is set: what does not wrap is cut off at its width.
PLACE = "document.querySelector('section.predict').getBoundingClientRect().top"
FORMULAS = "document.querySelectorAll('article :is(span, div).math').length"
TYPESET = "document.querySelectorAll('article :is(span, div).math > mjx-container').length"
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


@pytest.mark.browser
def test_a_slice_of_typesetting_ends_in_time_and_no_formula_is_left(
    context: Callable[..., BrowserContext], address: str
):
    profile = context(viewport={"width": 412, "height": 823})
    # Each look at the clock takes three milliseconds, so that two formulas fill the six of a slice.
    profile.add_init_script(
        """let clock = 0, wait = window.requestIdleCallback;
           performance.now = () => (clock += 3);
           window.slices = 0;
           window.requestIdleCallback = (...call) => { window.slices += 1; return wait(...call); };"""
    )
    page = profile.new_page()
    page.goto(f"{address}/book/depth.html", wait_until="load")
    settle(page)

    assert page.evaluate(TYPESET) == page.evaluate(FORMULAS) > 100
    assert page.evaluate("slices") >= page.evaluate(FORMULAS) / 2
    assert page.evaluate("scrollY") == 0  # nobody had to go there


@pytest.mark.browser
def test_paper_gets_the_formulas_that_are_left(context: Callable[..., BrowserContext], address: str):
    profile = context()
    profile.add_init_script("window.requestIdleCallback = () => {}")  # never idle
    page = profile.new_page()
    page.goto(f"{address}/book/depth.html", wait_until="load")
    page.wait_for_function("() => window.MathJax?.typeset")
    assert page.evaluate(TYPESET) == 0
    page.pdf()

    assert page.evaluate(TYPESET) == page.evaluate(FORMULAS) > 100


@pytest.mark.browser
@pytest.mark.parametrize("way", ["link", "address"])
def test_a_jump_far_down_lands_on_its_heading(visit: Callable[..., Visit], way: str):
    page = visit("book/depth.html", width=412).page
    places = page.evaluate("[...document.querySelectorAll('article section.later[id]')].map((one) => one.id)")
    place = places[len(places) * 2 // 3]
    if way == "link":
        page.evaluate("(place) => document.querySelector(`a[href='#${place}']`).click()", place)
    else:
        page = visit(f"book/depth.html#{place}", width=412).page
    page.wait_for_function(
        """(place) => Math.abs(document.getElementById(place).getBoundingClientRect().top
             - parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop)) < 3""",
        arg=place,
    )

    assert page.evaluate("scrollY") > 5000


def test_figures_have_their_shape_and_no_sheet_for_the_page(site: Path):
    for slug in built.chapters():
        page = (site / "book" / f"{slug}.html").read_text(encoding="utf-8")

        assert page.count('<div class="course-figure" style="--across: ') == page.count("course-figure") > 1
        assert "stroke-linecap: butt}</style>" not in page
        assert page.index('class="live-widget"') < page.index('<section class="later"')
