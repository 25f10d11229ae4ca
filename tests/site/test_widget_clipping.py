"""The interactive figure of the chapter clipping: what the script draws is what NumPy computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import cliff
from tests.site.test_widget_xavier import PICTURE, move

pytestmark = pytest.mark.browser

RATES = [0.05, 0.1, 0.2, 0.3, 0.5]  # of the sliders
THRESHOLDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000]
STARTS = {"above": (5.5, -2.8), "nearer": (5.0, -2.4), "below": (5.5, -3.8)}
LEVELS = [0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95, 0.7]  # of the lines on the map, in the order of drawing


def choose(page: Page, threshold: float, rate: float, length: int, start: str, updates: int) -> None:
    """Set all controls of the figure, as a reader's hand would."""
    move(page, "threshold", THRESHOLDS.index(threshold))
    move(page, "rate", RATES.index(rate))
    move(page, "length", length)
    move(page, "start", start)
    move(page, "updates", updates)


def drawn(page: Page) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the map and the chart show: their lines."""
    pictures = page.locator(PICTURE).evaluate_all("pictures => pictures.map((picture) => picture.series)")
    plane, chart = ([s for s in series if s["kind"] == "line"] for series in pictures)
    return plane, chart


def path(plane: list[dict[str, Any]], label: str) -> np.ndarray:
    """The points (w, b) of one path, `(updates + 1, 2)`; the map counts b from the cliff."""
    (line,) = (line for line in plane if line.get("label") == label)
    return np.array([(w, h + cliff.wall(w)) for w, h in zip(line["x"], line["y"], strict=True)])


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/clipping.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    ("threshold", "rate", "length", "start", "updates"),
    [(0.1, 0.3, 50, "above", 40), (0.2, 0.05, 20, "nearer", 12), (1, 0.5, 5, "below", 60)],
)
def test_the_script_computes_what_numpy_computes(
    page: Page, threshold: float, rate: float, length: int, start: str, updates: int
):
    """Each hop over the cliff multiplies a rounding error, so a millionth is left for them."""
    choose(page, threshold, rate, length, start, updates)
    plane, chart = drawn(page)

    for label, c, norms in (("unclipped", math.inf, chart[0]), ("clipped", threshold, chart[1])):
        expected = cliff.descend(STARTS[start], c, lr=rate, length=length, updates=updates)
        np.testing.assert_allclose(path(plane, label), expected.points, rtol=1e-6)
        np.testing.assert_allclose(norms["y"], expected.norms, rtol=1e-5)


def test_the_lines_of_equal_loss_are_where_numpy_finds_them(page: Page):
    move(page, "length", 20)
    plane, _ = drawn(page)

    for line, level in zip(plane, LEVELS, strict=False):
        expected = [cliff.contour(w, level, 20) - cliff.wall(w) for w in line["x"][::14]]
        np.testing.assert_allclose(line["y"][::14], expected, atol=1e-9)


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = drawn(page)[1][0]["y"], page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=updates]").focus()
    page.keyboard.press("ArrowRight")

    assert len(drawn(page)[1][0]["y"]) == len(before) + 1
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_the_buttons_tell_the_story_of_the_chapter(page: Page):
    """Quiet before the cliff; then one step out of the picture, where the gradient is 0; clipped, the valley."""
    page.get_by_role("button", name="One update before the cliff").click()
    plane, chart = drawn(page)
    assert max(chart[0]["y"]) < 0.3
    np.testing.assert_array_equal(path(plane, "unclipped"), path(plane, "clipped"))

    page.get_by_role("button", name="At the end").click()
    plane, chart = drawn(page)
    assert chart[0]["y"][47] == pytest.approx(329, abs=1)
    assert set(chart[0]["y"][48:]) == {0}
    assert path(plane, "unclipped")[-1] == pytest.approx([56.9, 81.5], abs=0.1)
    assert cliff.loss_and_gradient(*path(plane, "clipped")[-1], 50)[0] < 0.03

    page.get_by_role("button", name="Threshold too high").click()
    assert cliff.loss_and_gradient(*path(drawn(page)[0], "clipped")[-1], 50)[0] > 0.08
