"""The interactive figure of the chapter training: what the script draws is what NumPy computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import optimisers

pytestmark = pytest.mark.browser

PICTURE = ".course-widget svg[role=img]"
RATES = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 2.1]  # of the sliders
FACTORS = [1, 2, 5, 10, 30, 100, 1000]


def choose(page: Page, rule: str, rate: float, factor: float, depth: int) -> None:
    """Set all controls of the figure, as a reader's hand would."""
    page.locator("[data-trait=rule]").select_option(rule)
    page.locator("[data-trait=rate]").fill(str(RATES.index(rate)))
    page.locator("[data-trait=factor]").fill(str(FACTORS.index(factor)))
    page.locator("[data-trait=depth]").fill(str(depth))


def paths(page: Page) -> list[list[float]]:
    """What the picture shows: a curve for each layer, from the first to the last."""
    drawn = page.locator(PICTURE).evaluate("picture => picture.series")
    return [one["y"] for one in drawn if one["kind"] == "line"]


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/training.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    ("rule", "rate", "factor", "depth"),
    [
        ("gradient descent", 1.5, 5, 4),
        ("momentum", 0.1, 2, 5),
        ("RMSprop", 0.003, 30, 3),
        ("Adam", 0.02, 1000, 5),
        ("Adam", 0.5, 10, 2),
        ("Adam without correction", 0.01, 5, 4),
    ],
)
def test_the_script_computes_what_numpy_computes(
    page: Page, rule: str, rate: float, factor: float, depth: int
):
    """Doubles in both; near the goal a rounding grows with the steps, hence a millionth of the start."""
    choose(page, rule, rate, factor, depth)

    expected = optimisers.walk(rule, factor ** np.arange(1.0 - depth, 1.0), rate, 200)
    np.testing.assert_allclose(np.array(paths(page)).T, expected, rtol=1e-6, atol=1e-6)


def test_a_path_that_explodes_is_drawn_until_it_is_lost(page: Page):
    choose(page, "gradient descent", 2.1, 5, 3)
    *others, last = paths(page)

    expected = optimisers.walk("gradient descent", np.ones(1), 2.1, 200)[:, 0]
    np.testing.assert_allclose(last, expected[: len(last)], rtol=1e-9)
    assert abs(last[-1]) >= 10 > abs(last[-2])
    assert [len(path) for path in others] == [201, 201]


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = paths(page), page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=rate]").focus()
    page.keyboard.press("ArrowLeft")

    assert paths(page)[0][200] > before[0][200]
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_the_buttons_answer_the_question(page: Page):
    """Gradient descent leaves the first layer behind, Adam takes all along, but for gradients below epsilon."""
    page.get_by_role("button", name="Gradient descent at rate 1").click()
    first, *_, last = paths(page)
    assert first[200] > 0.7
    assert last[200] == 0

    page.get_by_role("button", name="Adam at rate 0.02").click()
    together = np.array(paths(page))
    np.testing.assert_allclose(together, together[[-1]].repeat(5, axis=0), atol=1e-3)

    page.get_by_role("button", name="Adam below ε").click()
    first, *_, last = paths(page)
    assert first[200] > 0.99
    assert abs(last[200]) < 0.01
