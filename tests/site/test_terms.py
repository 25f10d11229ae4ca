"""Terms of the glossary in the text: which mentions become links, and what a reader sees beside the word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from course import terms
from playwright.sync_api import BrowserContext, Locator, expect

from tests.site import built
from tests.site.conftest import Visit
from tests.site.test_directives import OPTIONS
from tests.site.test_directives import build as build  # the fixture: small projects
from tests.site.test_pages import violations

Visitor = Callable[..., Visit]

GLOSSARY = """# Glossary

```{glossary}
batch normalisation · 批量归一化
  Divides by $\\\\sigma_B$. → [](index.md)

dead unit · 死亡神经元
  Its output is 0 & stays so.
```
"""
TEXT = """
## A dead unit in a heading

`dead unit` in code; a [dead unit](other.md) in a link. Then **dead units**, and a dead unit again.

```{quiz} Which?
:name: quiz-which
- [ ] Batch normalisation in a choice
  > No.
- [x] Other
  > Batch-normalization, as Americans write.
```
"""


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\(\operatorname{Var}(w) = 2/n_\text{in}\)", "Var(w) = 2/n_in"),
        (r"\[\displaystyle \frac{1}{2} \le \chi\]", "1/2 ≤χ"),
        (r"\|g\|_2", "‖g‖_2"),
        (r"a_{\ell", "a_ℓ"),  # a mistake in a formula must not stop the build
    ],
)
def test_a_formula_becomes_a_line_of_text(tex: str, text: str):
    assert terms.plain(tex) == text


def test_the_first_mention_on_a_page_becomes_a_link_and_nothing_else(
    build: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(OPTIONS, "extensions", [*OPTIONS["extensions"], "course.terms"])
    page = build(TEXT, other=GLOSSARY.replace("\\\\", "\\"))

    found = re.findall(
        r'<a class="term" href="([^"]+)" data-zh="([^"]+)" data-meaning="([^"]+)">([^<]+)</a>', page
    )
    assert found == [
        ("other.html#term-dead-unit", "死亡神经元", "Its output is 0 &amp; stays so.", "dead units"),
        ("other.html#term-batch-normalisation", "批量归一化", "Divides by σ_B.", "Batch-normalization"),
    ]


def test_most_terms_are_mentioned_and_every_chapter_mentions_some(site: Path):
    pages = {name: (site / name).read_text(encoding="utf-8") for name in built.pages(site)}
    linked = {
        name: re.findall(r'<a class="term" href="glossary\.html#([^"]+)"', text)
        for name, text in pages.items()
    }
    anchors = set(re.findall(r'<dt id="(term-[^"]+)"', pages["book/glossary.html"]))
    found = {anchor for anchors in linked.values() for anchor in anchors}

    assert found <= anchors
    assert len(found) > 0.7 * len(anchors)
    for slug in built.chapters():
        here = linked[f"book/{slug}.html"]
        assert here and len(set(here)) == len(here), slug


PAGE = "book/depth.html"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_meaning_and_chinese_name_show_at_focus_and_under_the_pointer(visit: Visitor, scheme: str):
    seen = visit(PAGE, scheme=scheme)
    page, tip = seen.page, seen.page.get_by_role("tooltip")
    word = page.locator("a.term").first
    expect(tip).to_have_count(0)
    word.focus()
    expect(tip).to_be_visible()
    expect(word).to_have_accessible_description(tip.text_content() or "-")
    assert tip.locator("[lang=zh]").text_content() == word.get_attribute("data-zh")
    assert violations(seen) == []
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)

    word.blur()
    word.hover()
    expect(tip).to_be_visible()
    tip.hover()
    page.wait_for_timeout(400)  # longer than it waits before it closes
    expect(tip).to_be_visible()
    page.mouse.move(5, 5)
    expect(tip).to_have_count(0)


@pytest.fixture
def tapped(context: Callable[..., BrowserContext], address: str) -> Locator:
    """A word of a page on a phone, after a finger touched it."""
    page = context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{address}/{PAGE}")
    page.wait_for_function("() => document.querySelector('#term-tip')")
    word = page.locator("a.term").last
    word.tap()
    return word


@pytest.mark.browser
def test_the_first_tap_shows_and_the_second_follows(tapped: Locator):
    page = tapped.page
    expect(page.get_by_role("tooltip")).to_be_visible()
    box = page.get_by_role("tooltip").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    tapped.tap()
    page.wait_for_url("**/glossary.html#term-*")


@pytest.mark.browser
def test_the_explanation_stays_beside_a_word_that_moves(tapped: Locator):
    page = tapped.page
    page.locator(".bd-article").evaluate(
        """(article) => {
          document.documentElement.style.overflowAnchor = "none";
          article.prepend(Object.assign(document.createElement("div"), { style: "height: 40px" }));
        }"""
    )
    page.wait_for_function(
        """() => {
          const tip = document.querySelector("#term-tip").getBoundingClientRect();
          const word = [...document.querySelectorAll("a.term")].at(-1).getClientRects()[0];
          const gap = Math.max(tip.top - word.bottom, word.top - tip.bottom);
          return Math.abs(gap - 6) < 1;
        }"""
    )
