"""The interactive figure of the chapter normalization: what the script draws is what NumPy computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import normalized_networks
from tests.site.test_widget_xavier import PICTURE, move, mulberry32, normals

pytestmark = pytest.mark.browser

BATCHES = [4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128]  # of the sliders
SLOPES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 1]
WIDTH = 64


def choose(page: Page, norm: str, n: int, slope: float, depth: int) -> None:
    """Set all controls of the figure, as a reader's hand would."""
    move(page, "norm", norm)
    move(page, "n", BATCHES.index(n))
    move(page, "slope", SLOPES.index(slope))
    move(page, "depth", depth)


def series(page: Page) -> dict[str, list[float]]:
    """What the picture shows."""
    drawn = page.locator(PICTURE).evaluate("picture => picture.series")
    names = ("rule", "theory", "measured", "unlimited")
    return {name: s["y"] for name, s in zip(names, drawn, strict=True)}


def measured(norm: str, n: int, slope: float, depth: int) -> np.ndarray:
    """The dots by NumPy."""
    uniform = mulberry32(3)
    x = normals(uniform, n, WIDTH)
    std = math.sqrt(2 / (1 + slope**2) / WIDTH)
    weights = [std * normals(uniform, WIDTH, WIDTH) for _ in range(depth)]
    grad_out = normals(uniform, n, WIDTH)
    return normalized_networks.measured_profile(weights, x, grad_out, norm, slope)


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/normalization.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    "network",
    [
        ("batch", 8, 0, 5),
        ("batch", 5, 0.25, 4),
        ("layer", 12, 0.1, 6),
        ("none", 4, 1, 3),
        ("batch", 24, 1, 4),
    ],
)
def test_the_script_computes_what_numpy_computes(page: Page, network: tuple[str, int, float, int]):
    """Doubles in both: what is left is for the order of the sums, which small batches amplify."""
    choose(page, *network)
    drawn, (norm, n, slope, depth) = series(page), network

    assert drawn["measured"] == pytest.approx(measured(*network), rel=1e-8)
    expected = normalized_networks.expected_profile(depth, n, norm, slope)
    assert drawn["theory"] == pytest.approx(expected, rel=1e-11)
    limit = normalized_networks.growth_in_batches(10**9, slope)
    assert drawn["unlimited"] == pytest.approx(limit ** np.arange(depth - 1, -1, -1.0), rel=1e-6)


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = series(page), page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=n]").focus()
    page.keyboard.press("ArrowLeft")
    after = series(page)

    assert after["theory"][0] > before["theory"][0]
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_no_batch_size_keeps_the_gradient(page: Page):
    """The answer to the chapter's question: above π/(π − 1) for every n, and most for the smallest."""
    firsts = []
    for step in range(len(BATCHES)):
        move(page, "n", step)
        drawn = series(page)
        firsts.append(drawn["theory"][0])

        assert drawn["theory"][0] > 0.95 * drawn["unlimited"][0] > 1e4
        assert drawn["measured"][0] > 1e3

    assert firsts == sorted(firsts, reverse=True)


def test_the_button_of_layer_norm_keeps_it(page: Page):
    page.get_by_role("button", name="layer norm").click()
    drawn = series(page)

    assert drawn["theory"] == [1] * 30
    assert 0.05 < min(drawn["measured"]) < max(drawn["measured"]) < 20
    assert "whatever the batch" in page.locator(".cw-summary").first.inner_text()
