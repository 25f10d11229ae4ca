"""Every page in Chromium: nothing from elsewhere, no error, readable in both themes, on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site import built
from tests.site.conftest import Visit

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]
SCHEMES = ("light", "dark")

# What the theme gives us and no text of ours can change is listed here with its reason; it is empty.
ACCEPTED: set[str] = set()

OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe that a page may keep in one theme and break in the other."""


SPARE = """() => {
  // Within a formula is nothing that axe looks at, only thousands of elements; its room stays: a wide one scrolls.
  [...document.querySelectorAll("math")].map((one) => [one, one.getBoundingClientRect()])
    .forEach(([one, { width, height }]) => {
      one.innerHTML = `<mspace width="${width}px" height="${height}px"></mspace>`; });
  // Of a listing, one word of each colour stays; the others become plain text.
  for (const listing of document.querySelectorAll(".highlight pre")) {
    const kinds = new Set();
    for (const word of listing.querySelectorAll("span")) {
      if (word.textContent.trim() && !kinds.has(word.className)) kinds.add(word.className);
      else word.replaceWith(...word.childNodes);
    }
    listing.normalize();
  }
}"""
"""What spares axe the same look a thousand times: most of its time went into the words of listings."""


def violations(visit: Visit, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe calls serious or critical on a page, with the place of each; by all its rules, or by some."""
    visit.page.evaluate(SPARE)
    # Half of axe's time went into the address of every element that breaks no rule.
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(visit.page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in found
        if rule["impact"] in ("serious", "critical") and rule["id"] not in ACCEPTED
        for node in rule["nodes"]
    ]


def test_pages_load_from_one_place_and_without_errors(visit: Visitor, site: Path):
    for name in built.pages(site):
        with closing(visit(name)) as seen:
            assert seen.foreign == [], name
            assert seen.errors == [], name


def test_the_search_page_and_the_index_load_without_errors(visit: Visitor):
    for name in ("search.html?q=gradient", "genindex.html", "index.html"):
        seen = visit(name)

        assert (seen.foreign, seen.errors) == ([], []), name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(visit: Visitor, site: Path, scheme: str):
    for name in built.pages(site):
        with closing(visit(name, scheme=scheme)) as seen:
            assert violations(seen, OF_COLOURS if scheme == "dark" else ()) == [], name


def test_axe_finds_one_pale_colour_of_a_listing_and_of_the_text(visit: Visitor):
    seen = visit("book/chain_rule.html")
    seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(seen, OF_COLOURS) == []
    seen.page.add_style_tag(content=".highlight .k, article em { color: #ddd !important }")

    found = violations(seen, OF_COLOURS)

    assert any('class="k"' in one for one in found)
    assert any("<em>" in one for one in found)


def test_nothing_is_wider_than_a_phone(visit: Visitor, site: Path):
    for name in built.pages(site):
        with closing(visit(name, width=390)) as seen:
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390, name
            # A child of the text that sticks out would be cut off rather than scroll the page.
            outside = seen.page.evaluate(
                """() => [...document.querySelectorAll('article > section > *, article > section > section > *')]
                   .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
                   .map((e) => e.outerHTML.slice(0, 99))"""
            )
            assert outside == [], name


def test_without_javascript_all_text_and_a_still_figure_can_be_read(visit: Visitor):
    for slug in built.chapters():
        page = visit(f"book/{slug}.html", javascript=False).page

        assert page.locator(".widget-fallback svg").first.is_visible()
        assert page.locator(".widget-alt").first.is_visible()
        # Every choice opens by itself: <details> needs no script.
        choice = page.locator("details.choice").first
        choice.locator("summary").click()
        assert choice.locator(".feedback").is_visible()
        explanation = page.locator("section.predict details").first
        explanation.locator("summary").click()
        assert explanation.locator("p").first.is_visible()


def test_with_javascript_the_still_figure_gives_way(visit: Visitor):
    page = visit("book/index.html").page

    assert page.locator(".live-widget svg[role=img]").first.is_visible()
    assert not any(still.is_visible() for still in page.locator(".widget-fallback").all())


def test_the_theme_button_changes_the_page_and_the_figures(visit: Visitor):
    page = visit(f"book/{built.chapters()[0]}.html").page
    colours = """() => ({
      paper: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.querySelector('.course-widget')).color,
      figure: getComputedStyle(document.documentElement).getPropertyValue('--figure-ink').trim(),
    })"""
    light = page.evaluate(colours)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    dark = page.evaluate(colours)

    assert all(light[part] != dark[part] for part in light)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_of_figures_stand_out_from_the_page(visit: Visitor, scheme: str):
    """WCAG 1.4.11 asks 3:1 of graphics; text in figures gets the 4.5:1 of ordinary text."""
    page = visit(f"book/{built.chapters()[0]}.html", scheme=scheme).page
    paper = rgb(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    for name, least in {"ink": 4.5, "muted": 4.5, **{str(k): 3.0 for k in range(1, 6)}}.items():
        colour = page.evaluate(
            f"getComputedStyle(document.documentElement).getPropertyValue('--figure-{name}')"
        )
        assert contrast(rgb(colour), paper) >= least, name


def rgb(colour: str) -> tuple[float, ...]:
    """Return a CSS colour's red, green and blue, from 0 to 1."""
    colour = colour.strip()
    if colour.startswith("#"):
        return tuple(int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return tuple(int(part) / 255 for part in re.findall(r"\d+", colour)[:3])


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
