"""The search: what is indexed, and the field as a reader uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course import search
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit
from tests.site.test_pages import violations

Visitor = Callable[..., Visit]

PAGE = """<script>no()</script><article>
<section id="top"><h1>Title<a class="headerlink" href="#top">#</a></h1>
<p>A factor of <span class="math"><math alttext="\\sigma_w^2"><mi>σ</mi></math></span>.</p><svg><text>drawn</text></svg>
<div class="cell_input">code = 1</div>
<section id="below"><h2>Below</h2><p>More.</p></section></section>
<dl class="simple glossary"><dt id="term-a">gradient · 梯度<a class="headerlink" href="#term-a">#</a></dt>
<dd><p>A slope &lt;
<span class="math"><math alttext="\\tfrac{1}{n}"></math></span>. → <a href="x.html">Elsewhere</a></p></dd></dl>
</article>"""


def test_a_page_is_indexed_as_it_reads():
    text = search.readable(PAGE)

    assert text is not None
    assert " ".join(text.get_text(" ").split()) == "Title A factor of σ_w^2 . Below More."
    assert [heading["id"] for heading in text.select("h1, h2")] == ["top", "below"]
    assert search.readable("<main>no article</main>") is None


def test_pagefind_alone_makes_the_index(site: Path):
    assert (site / "pagefind" / "pagefind.js").is_file()
    assert not list((site / "pagefind").glob("*ui*"))
    assert not (site / "searchindex.js").exists() and not (site / "_static" / "searchtools.js").exists()


def results(page: Page) -> list[str]:
    """Wait for the results and return the addresses that they lead to, without the site's own."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.search-state')].some((s) => /place|Nothing/.test(s.textContent))"
    )
    links = page.locator(".search-results > li > a")
    return [
        re.sub(r"^https?://[^/]+/", "", links.nth(k).evaluate("(a) => a.href")) for k in range(links.count())
    ]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("梯度消失", "book/glossary.html#term-vanishing-gradient"),
        ("消失", "book/glossary.html#term-vanishing-gradient"),
        ("归一化", "book/glossary.html#term-batch-normalisation"),
        ("shattered gradients", "book/residual.html"),
        ("Xavier", "book/xavier.html"),
    ],
)
def test_what_a_reader_looks_for_is_found(visit: Visitor, words: str, wanted: str):
    seen = visit(f"search.html?q={words}")

    assert wanted in results(seen.page)
    assert (seen.foreign, seen.errors) == ([], [])


@pytest.mark.browser
def test_the_field_opens_by_keyboard_and_leads_to_a_result(visit: Visitor):
    seen = visit("book/how_to_use.html")
    page = seen.page
    assert not any("pagefind" in url for url in seen.requests), "nothing of it is loaded before it is used"

    page.keyboard.press("Control+k")
    expect(page.locator("#pst-search-dialog input")).to_be_focused()
    page.keyboard.type("dead unit")
    assert results(page)[0] == "book/glossary.html#term-dead-unit"
    page.keyboard.press("ArrowDown")
    expect(page.locator(".search-results a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#pst-search-dialog input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/glossary.html#term-dead-unit")

    page.keyboard.press("Control+k")
    page.keyboard.type("chain")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=chain")
    assert "book/chain_rule.html" in results(page)
    assert (seen.foreign, seen.errors) == ([], [])


@pytest.mark.browser
def test_a_search_that_finds_nothing_says_so(visit: Visitor):
    page = visit("search.html?q=龘").page

    assert results(page) == []
    expect(page.locator(".search-state").last).to_have_text("Nothing was found for “龘”.")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_the_results(visit: Visitor, scheme: str):
    seen = visit("search.html?q=gradient", scheme=scheme)
    results(seen.page)
    assert violations(seen) == []

    dialog = visit("book/how_to_use.html", scheme=scheme)
    dialog.page.keyboard.press("Control+k")
    dialog.page.keyboard.type("gradient")
    results(dialog.page)
    assert violations(dialog) == []


@pytest.mark.browser
def test_without_javascript_the_page_says_where_to_look(visit: Visitor):
    page = visit("search.html", javascript=False).page

    expect(page.get_by_text("Searching needs JavaScript")).to_be_visible()
