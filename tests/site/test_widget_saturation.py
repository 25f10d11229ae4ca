"""The chapter's interactive figure draws what `concepts.sigmoid_chains` says, and moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts.saturation import chain_bound, unit_gain_width
from concepts.sigmoid_chains import mean_gradient, run_chain

pytestmark = pytest.mark.browser

_SERIES = "() => document.querySelector('.live-widget .cw-canvas svg').series"


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/saturation.html")
    yield seen.page
    assert seen.errors == []


def lines(page: Page) -> list[dict[str, Any]]:
    """Return the three lines of the picture: gradient, mean and bound."""
    return [one for one in page.evaluate(_SERIES) if one["kind"] == "line"]


def move(page: Page, trait: str, value: float) -> None:
    """Set a slider, as a reader's hand would."""
    page.locator(f".live-widget [data-trait={trait}]").fill(str(value))


def said(page: Page) -> str:
    """Return the sentence below the figure."""
    return page.locator(".live-widget .cw-summary").inner_text()


def set_weight(page: Page, weight: float) -> float:
    """Put the weight on the slider's step nearest to the one asked for; return what it shows."""
    move(page, "weight", round(40 * (np.log10(weight) + 0.4)))
    slider = page.locator(".live-widget [data-trait=weight]")
    return float(page.locator(f".live-widget output[for={slider.get_attribute('id')}]").inner_text())


@pytest.mark.parametrize(
    ("weight", "centre", "depth"), [(1.0, 0.5, 3), (6.9, 0.25, 1), (20.0, 0.5, 10), (39.0, 1.0, 4)]
)
def test_the_script_computes_what_numpy_computes(page: Page, weight: float, centre: float, depth: int):
    w = set_weight(page, weight)
    move(page, "centre", centre)
    move(page, "depth", depth)
    gradient, mean, bound = lines(page)
    weights, biases = np.full(depth, w), np.full(depth, -w * centre)
    expected = run_chain(weights, biases, np.array(gradient["x"]))[1]

    np.testing.assert_allclose(gradient["y"], expected, rtol=1e-9)
    assert mean["y"][0] == pytest.approx(mean_gradient(weights, biases), rel=1e-9)
    assert bound["y"][0] == pytest.approx(chain_bound(w, depth), rel=1e-12)


def test_the_sentence_tells_the_share_that_the_window_predicts(page: Page):
    w = set_weight(page, 7.0)
    share = re.search(r"for ([\d.]+) % of the inputs", said(page))

    assert share is not None
    # 2001 inputs: each end of the window may miss by one of them
    assert float(share[1]) == pytest.approx(100 * unit_gain_width(w), abs=0.15)


def test_small_weights_shrink_every_gradient_and_the_sentence_says_so(page: Page):
    move(page, "weight", 0)

    assert "shrinks the gradient for every input" in said(page)


def test_the_slider_moves_by_keyboard(page: Page):
    before = lines(page)[0]["y"]
    page.locator(".live-widget [data-trait=depth]").press("ArrowRight")

    assert lines(page)[0]["y"] != before
    assert "chain of 2 neurons" in said(page)


def test_the_mean_stays_below_one_wherever_the_sliders_stand(page: Page):
    for weight, depth in [(40.0, 1), (40.0, 10), (12.0, 5)]:
        set_weight(page, weight)
        move(page, "depth", depth)

        assert lines(page)[1]["y"][0] < 1
