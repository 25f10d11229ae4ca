"""Quizzes and predictions as a reader uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Visit, settle

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]
PAGE = "book/how_to_use.html"
QUIZ = "#quiz-how-to-use-example"
PREDICT = "#predict-how-to-use-example"


def choose(page: Page, words: str) -> None:
    """Choose the answer that holds these words."""
    page.locator(QUIZ).locator("summary", has_text=words).click()


def guess(page: Page, value: str) -> None:
    """Fill in a guess and send it with the Enter key."""
    field = page.locator(PREDICT).get_by_label("Your guess")
    field.fill(value)
    field.press("Enter")


def test_a_wrong_choice_says_why_and_a_right_one_counts_the_tries(visit: Visitor):
    page = visit(PAGE).page
    state = page.locator(f"{QUIZ} .quiz-state")

    choose(page, "about one half")
    expect(page.locator(QUIZ)).to_contain_text("That is the average of one factor.")
    expect(state).to_contain_text("Not yet")

    choose(page, "smaller than the smallest")
    expect(state).to_have_text("Right at try 2.")


def test_a_quiz_is_answered_by_keyboard_alone(visit: Visitor):
    page = visit(PAGE).page
    page.locator(f"{QUIZ} summary").nth(1).focus()
    page.keyboard.press("Enter")

    expect(page.locator(f"{QUIZ} .quiz-state")).to_have_text("Right at the first try.")
    expect(page.locator(f"{QUIZ} .verdict").nth(1)).to_be_visible()


def test_answers_survive_a_reload_and_can_be_taken_back(visit: Visitor):
    page = visit(PAGE).page
    choose(page, "smaller than the smallest")
    guess(page, "22")
    expect(page.locator(f"{PREDICT} .predict-state")).to_contain_text("You said 22 layers")
    page.reload()
    settle(page)

    expect(page.locator(f"{QUIZ} .quiz-state")).to_have_text("Right at the first try.")
    expect(page.locator(f"{PREDICT} .predict-state")).to_contain_text("You said 22 layers")
    page.locator(QUIZ).get_by_role("button", name="Try again").click()
    expect(page.locator(f"{QUIZ} .quiz-state")).to_be_empty()
    expect(page.locator(f"{QUIZ} .feedback").nth(1)).to_be_hidden()


def test_a_guess_is_compared_with_the_answer(visit: Visitor):
    page = visit(PAGE).page
    state = page.locator(f"{PREDICT} .predict-state")

    expected = {
        "64": "Well predicted.",
        "60,0": "Well predicted.",
        "22": "Too low by a factor of 3.",
        "6600": "Too high by a factor of 100.",
        "90": "Too high by 24 layers.",
        "-3": "Too low by 69 layers.",
    }
    for value, words in expected.items():
        guess(page, value)
        expect(state).to_contain_text(words)
    expect(page.locator(f"{PREDICT} details")).to_have_attribute("open", "")


def test_what_is_no_number_is_asked_for_again(visit: Visitor):
    page = visit(PAGE).page
    for value in ("", "many", "1e", "Infinity"):
        guess(page, value)

        expect(page.locator(f"{PREDICT} .predict-state")).to_have_text("A number, for instance 12 or 0.5.")
        expect(page.locator(f"{PREDICT} details")).not_to_have_attribute("open", "")


def test_everything_works_with_storage_blocked_and_says_that_nothing_is_kept(visit: Visitor):
    seen = visit(PAGE, storage=False)
    choose(seen.page, "smaller than the smallest")
    guess(seen.page, "66")

    expect(seen.page.locator(f"{QUIZ} .quiz-state")).to_contain_text("does not let this site keep it")
    expect(seen.page.locator(f"{PREDICT} .predict-state")).to_contain_text("Well predicted.")
    assert seen.errors == []


def test_old_or_damaged_answers_are_ignored(visit: Visitor):
    page = visit(PAGE).page
    for damaged in ("{", '"text"', "[7, -1, null]", "null"):
        page.evaluate("(text) => localStorage.setItem('gradients:quiz-how-to-use-example', text)", damaged)
        page.evaluate("(text) => localStorage.setItem('gradients:predict-how-to-use-example', text)", damaged)
        page.reload()

        choose(page, "about one half")
        expect(page.locator(f"{QUIZ} .quiz-state")).to_contain_text("Not yet")
