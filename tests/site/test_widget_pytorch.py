"""The interactive figure of the chapter pytorch: what the script cuts is what NumPy cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.site.test_widget_xavier import PICTURE, move

pytestmark = pytest.mark.browser


def drawn(page: Page) -> tuple[np.ndarray, np.ndarray, float]:
    """The measured norms, those after clipping, and the threshold, as the picture shows them."""
    measured, clipped, rule = page.locator(PICTURE).evaluate("picture => picture.series")
    return np.array(measured["y"]), np.array(clipped["y"]), rule["y"]


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/pytorch.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize("network", ["batch_norm", "plain"])
@pytest.mark.parametrize("percentile", [0, 37, 90, 100])
def test_the_script_computes_what_numpy_computes(page: Page, network: str, percentile: int):
    move(page, "network", network)
    move(page, "percentile", percentile)
    norms, clipped, threshold = drawn(page)

    assert len(norms) == 105
    assert threshold == pytest.approx(np.percentile(norms, percentile), rel=1e-9)
    assert clipped == pytest.approx(np.minimum(norms, threshold), rel=1e-9)


def test_the_two_networks_have_norms_of_their_own(page: Page):
    move(page, "network", "batch_norm")
    one = drawn(page)[0]
    move(page, "network", "plain")

    assert not np.allclose(one, drawn(page)[0])


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    sentence = page.locator(".cw-summary").first
    before, said = drawn(page)[2], sentence.inner_text()
    page.locator("[data-trait=percentile]").focus()
    page.keyboard.press("ArrowRight")

    assert drawn(page)[2] > before
    assert sentence.inner_text() != said


def test_a_threshold_of_one_cuts_nearly_every_step(page: Page):
    """The answer to the chapter's first question."""
    norms, _, _ = drawn(page)

    assert np.mean(norms > 1.0) > 0.9
    assert f"would cut {np.sum(norms > 1.0)}." in page.locator(".cw-summary").first.inner_text()


def test_the_button_leaves_nine_steps_of_ten_alone(page: Page):
    page.get_by_role("button", name="the 90th percentile").click()
    norms, clipped, _ = drawn(page)

    assert np.mean(clipped == norms) == pytest.approx(0.9, abs=0.02)
