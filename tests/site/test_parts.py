"""A long page is laid out in parts; jumps must land."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.site import built
from tests.site.conftest import Visit


@pytest.mark.browser
@pytest.mark.parametrize("way", ["link", "address", "link at once"])
def test_a_jump_far_down_lands_on_its_heading(visit: Callable[..., Visit], way: str):
    page = visit("book/depth.html", width=412).page
    places = page.evaluate("[...document.querySelectorAll('article section.later[id]')].map((one) => one.id)")
    place = places[len(places) * 2 // 3]
    if way == "link at once":  # the figure starts while the page glides over it
        address = page.url
        page.goto("about:blank")
        page.goto(address, wait_until="domcontentloaded")
    else:
        page.wait_for_selector(".live-widget.started")  # it takes less room than was kept for it
    if way != "address":
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
