"""The marks of what is done, as a reader sets, sees, saves and deletes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.site import built
from tests.site.conftest import Visit, settle, watch
from tests.site.test_pages import violations

Visitor = Callable[..., Visit]
CHAPTER = "book/depth.html"
ALL = "book/progress.html"


def mark(page: Page) -> None:
    page.get_by_role("button", name="Mark this chapter as done").click()


def tick(page: Page, chapter: str) -> Page:
    return page.locator(f".bd-sidenav a[href$='{chapter}.html'] .done-tick")


def cells(page: Page, chapter: str) -> list[str]:
    """Return the row of a chapter in the table of all."""
    row = page.locator("table.your-progress tr", has=page.locator(f"[data-chapter={chapter}]"))
    return [text.strip() for text in row.locator("td").all_inner_texts()][1:]


def test_the_table_counts_what_each_chapter_holds(site: Path):
    table = (site / ALL).read_text(encoding="utf-8")

    for slug in built.chapters():
        page = (site / "book" / f"{slug}.html").read_text(encoding="utf-8")
        (row,) = re.findall(rf'<span class="progress-done" data-chapter="{slug}"[^>]*>', table)
        for kind in ("quiz", "predict"):
            (names,) = re.findall(rf'data-{kind}="([^"]*)"', row)
            listed = json.loads(names.replace("&quot;", '"'))
            assert listed == sorted(re.findall(rf'<section class="{kind}" id="([^"]+)"', page)), (slug, kind)
        assert page.count(f'<div class="mark-done" data-chapter="{slug}"></div>') == 1


@pytest.mark.browser
def test_a_chapter_is_marked_ticked_counted_and_unmarked(visit: Visitor):
    seen = visit(CHAPTER)
    page = seen.page
    expect(page.locator(".done-tick")).to_have_count(0)
    mark(page)
    expect(page.locator(".done-state")).to_contain_text("Done on")
    expect(page.locator(".bd-sidenav .current .done-tick")).to_have_count(1)
    page.locator("section.quiz details.choice summary").first.click()

    page.goto(f"{seen.base}/{ALL}")
    expect(tick(page, "depth")).to_have_count(1)
    expect(tick(page, "xavier")).to_have_count(0)
    questions, predictions, done = cells(page, "depth")
    assert questions.startswith("1 of ") and predictions.startswith("0 of ") and done.startswith("✓ ")
    assert cells(page, "xavier")[2] == "–"

    page.goto(f"{seen.base}/{CHAPTER}")
    button = page.get_by_role("button", name="Mark this chapter as done")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".done-tick")).to_have_count(0)
    assert (seen.foreign, seen.errors) == ([], [])


@pytest.mark.browser
def test_everything_can_be_saved_deleted_and_taken_back(visit: Visitor, tmp_path: Path):
    seen = visit(CHAPTER)
    page = seen.page
    mark(page)
    page.evaluate("localStorage.setItem('of-another-site', '1')")
    page.goto(f"{seen.base}/{ALL}")
    expect(page.locator(".kept-state")).to_have_text("1 entry is kept in this browser.")
    page.goto(f"{seen.base}/assignments/he.html")
    page.locator("textarea.code").first.fill("mine = 1")
    page.evaluate("localStorage.setItem('gradients-assignment:xavier:unreadable', '{')")
    page.goto(f"{seen.base}/{ALL}")
    both = "1 entry and your work on the assignment he are kept in this browser."
    expect(page.locator(".kept-state")).to_have_text(both)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "progress.json"
    saved.value.save_as(file)
    assert list(json.loads(file.read_text())["answers"]) == ["done-depth"]
    assert "mine = 1" in json.loads(file.read_text())["work"]["he"]

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete everything").click()
    expect(tick(page, "depth")).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete everything").click()
    expect(page.locator(".kept-state")).to_have_text("Nothing is kept.")
    expect(page.locator(".done-tick")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key !== 'mode' && key !== 'theme')") == [
        "of-another-site"
    ]

    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".kept-state")).to_have_text(
        f"1 and your work on he taken from progress.json. {both}"
    )
    expect(tick(page, "depth")).to_have_count(1)
    page.evaluate("localStorage.setItem('gradients-assignment:he', 'newer')")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".kept-state")).to_contain_text(
        "Your work on he in this browser differs and stays as it is."
    )
    assert page.evaluate("localStorage.getItem('gradients-assignment:he')") == "newer"


@pytest.mark.browser
def test_a_file_that_this_page_has_not_saved_changes_nothing(visit: Visitor, tmp_path: Path):
    page = visit(ALL).page
    for text in (
        "{",
        "[]",
        "null",
        '{"course": "gradients"}',
        '{"course": "x", "answers": {"done-he": "2026-01-01"}}',
    ):
        file = tmp_path / "other.json"
        file.write_text(text, encoding="utf-8")
        page.locator("input[type=file]").set_input_files(file)
        expect(page.locator(".kept-state")).to_contain_text(
            "other.json is not a file that this page has saved"
        )
        expect(page.locator(".done-tick")).to_have_count(0)


@pytest.mark.browser
def test_damaged_marks_count_as_none(visit: Visitor):
    page = visit(CHAPTER).page
    for damaged in ("{", '"no date"', "7", "[]"):
        page.evaluate("(text) => localStorage.setItem('gradients:done-depth', text)", damaged)
        page.reload()
        settle(page)

        expect(page.locator(".mark-done button")).to_have_attribute("aria-pressed", "false")
        mark(page)
        expect(page.locator(".done-state")).to_contain_text("Done on")


@pytest.mark.browser
def test_with_storage_blocked_it_works_and_says_that_nothing_is_kept(visit: Visitor):
    blocked = visit(CHAPTER, storage=False)
    mark(blocked.page)
    expect(blocked.page.locator(".done-state")).to_contain_text("does not let this site keep it")
    expect(blocked.page.locator(".done-tick")).to_have_count(1)
    assert blocked.errors == []


@pytest.mark.browser
def test_with_storage_full_the_theme_works_and_the_marks_say_that_nothing_is_kept(
    context: Callable[..., BrowserContext], address: str
):
    profile = context()
    profile.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )
    seen = Visit(profile.new_page(), address)
    watch(seen)
    seen.page.goto(f"{address}/{CHAPTER}")
    mode = "document.documentElement.dataset.mode"
    before = seen.page.evaluate(mode)
    seen.page.locator(".theme-switch-button").first.click()
    assert seen.page.evaluate(mode) != before

    mark(seen.page)
    expect(seen.page.locator(".done-state")).to_contain_text("does not let this site keep it")
    assert seen.errors == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_marks_that_are_set(visit: Visitor, scheme: str):
    seen = visit(CHAPTER, scheme=scheme)
    mark(seen.page)
    assert violations(seen) == []

    seen.page.goto(f"{seen.base}/{ALL}")
    assert violations(seen) == []


@pytest.mark.browser
def test_without_javascript_the_page_says_what_is_missing(visit: Visitor):
    page = visit(ALL, javascript=False).page

    expect(page.get_by_text("showing it needs JavaScript")).to_be_visible()
    assert not page.locator(".mark-done").count()
