"""The chapter's interactive figure draws what `concepts.random_products` says, and moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import random_products

pytestmark = pytest.mark.browser

_SERIES = "() => document.querySelector('.live-widget .cw-canvas svg').series"


@pytest.fixture
def page(visit: Callable[..., Any]) -> Page:
    """The chapter, with its figure drawn."""
    return visit("book/chain_rule.html").page


def series(page: Page, label: str) -> dict[str, Any]:
    """Return what the figure draws under a label."""
    return next(one for one in page.evaluate(_SERIES) if one.get("label") == label)


def move(page: Page, trait: str, steps: int) -> str:
    """Press an arrow key on a slider, right for positive steps; return the number beside the slider."""
    slider = page.locator(f".live-widget input[data-trait={trait}]")
    for _ in range(abs(steps)):
        slider.press("ArrowRight" if steps > 0 else "ArrowLeft")
    return page.locator(f".live-widget output[for={slider.get_attribute('id')}]").inner_text()


def assert_agrees_with_numpy(page: Page, width: int, depth: int, sigma_w2: float) -> None:
    """Compare every curve with its closed form."""
    layers = np.arange(depth + 1)
    mean = layers * random_products.lyapunov_exponent(width, sigma_w2 / width)
    spread = 1.96 * np.sqrt(layers) * random_products.log_growth_std(width)
    band = series(page, "19 of 20 networks")

    np.testing.assert_allclose(np.log(series(page, "typical network")["y"]), mean, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(np.log(band["low"]), mean - spread, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(np.log(band["high"]), mean + spread, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(
        np.log(series(page, "root mean square of all")["y"]),
        layers * random_products.rms_log_growth(width, sigma_w2 / width),
        rtol=1e-10,
        atol=1e-10,
    )


def test_curves_agree_with_numpy_wherever_the_sliders_stand(page: Page):
    assert_agrees_with_numpy(page, width=4, depth=100, sigma_w2=1.0)

    assert move(page, "width", -1) == "3"
    assert move(page, "depth", -7) == "93"
    assert move(page, "sigma_w2", 5) == "1.05"

    assert_agrees_with_numpy(page, width=3, depth=93, sigma_w2=1.05)

    assert move(page, "width", 7) == "256"

    assert_agrees_with_numpy(page, width=256, depth=93, sigma_w2=1.05)


def test_random_networks_follow_the_law_that_the_band_shows(page: Page):
    """Steps of six networks, whitened by the closed form: mean 0 and variance 1, within five standard errors."""
    paths = [np.log(one["y"]) for one in page.evaluate(_SERIES) if one.get("color") == "muted" and "x" in one]
    steps = np.diff(np.array(paths), axis=1)
    white = (steps - random_products.lyapunov_exponent(4, 0.25)) / random_products.log_growth_std(4)

    assert white.shape == (6, 100)
    assert abs(white.mean()) < 5 / np.sqrt(white.size)
    # The fourth moment of ln χ²₄ is below 5, so a squared step has a standard deviation below 2.
    assert abs(white.var() - 1) < 5 * 2 / np.sqrt(white.size)


def test_the_sentence_says_in_words_what_the_figure_shows(page: Page):
    said = page.locator(".live-widget .cw-summary")

    assert "1.35×10⁻⁶ of the length" in said.inner_text()

    move(page, "width", 6)

    assert "layers of width 256 a typical network keeps 0.822 of the length" in said.inner_text()


def test_the_end_of_float32_appears_when_the_vector_comes_near_it(page: Page):
    label = "float32 loses digits below"
    assert label not in [one.get("label") for one in page.evaluate(_SERIES)]

    page.locator(".live-widget input[data-trait=sigma_w2]").press("Home")
    page.locator(".live-widget input[data-trait=depth]").press("End")

    assert series(page, label)["y"] == np.finfo(np.float32).tiny
