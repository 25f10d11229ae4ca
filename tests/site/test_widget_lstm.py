"""The interactive figure of the chapter lstm: what the script draws is what NumPy computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import lstm
from concepts.saturation import sigmoid
from tests.site.test_widget_depth import PICTURE, move, mulberry32, normals

pytestmark = pytest.mark.browser

SPREADS = [0, 0.25, 0.5, 1, 1.5, 2, 3]  # what the slider offers
UNITS = 5


def choose(page: Page, bias: float, spread: float, steps: int) -> None:
    """Set all controls of the figure, as a reader's hand would."""
    move(page, "bias", bias)
    move(page, "spread", SPREADS.index(spread))
    move(page, "steps", steps)


def lines(page: Page) -> list[np.ndarray]:
    """The heights of all lines of the picture: bias only, typical, units."""
    drawn = page.locator(PICTURE).evaluate("picture => picture.series")
    return [np.array(one["y"]) for one in drawn if one["kind"] == "line"]


def rules(page: Page) -> list[float]:
    """The places of the vertical rules."""
    drawn = page.locator(PICTURE).evaluate("picture => picture.series")
    return [one["x"] for one in drawn if one["kind"] == "rule" and "x" in one]


def products(gates: np.ndarray) -> np.ndarray:
    """What is left 0, 1, … steps back, when the first of the gates is the last in time."""
    return np.append(1.0, lstm.cell_gradient(gates[::-1])[::-1, 0])


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/lstm.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    ("bias", "spread", "steps"), [(0, 0, 100), (4, 1.5, 60), (-2, 3, 40), (8, 0.25, 300), (1.3, 1, 10)]
)
def test_the_script_computes_what_numpy_computes(page: Page, bias: float, spread: float, steps: int):
    choose(page, bias, spread, steps)
    alone, typical, *units = lines(page)
    back = np.arange(steps + 1)

    np.testing.assert_allclose(alone, [lstm.remembered(bias, int(k)) for k in back], rtol=1e-9)
    # 300 steps multiply the relative error of the quadratures, a billionth, by 300
    np.testing.assert_allclose(typical, lstm.typical_gate(bias, spread) ** back, rtol=1e-6)
    assert len(units) == (UNITS if spread else 0)
    for seed, drawn in enumerate(units, start=1):
        gates = sigmoid(bias + spread * normals(mulberry32(seed), steps, 1))
        np.testing.assert_allclose(drawn, products(gates), rtol=1e-9)


def test_the_vertical_line_stands_at_the_half_life(page: Page):
    move(page, "bias", 3)
    (half_life,) = rules(page)

    assert lstm.forget_bias_for(half_life) == pytest.approx(3)
    move(page, "bias", 7)
    assert rules(page) == []  # it is longer than the axis


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = lines(page)[0], page.locator(".cw-summary").first.inner_text()
    page.locator(".live-widget [data-trait=bias]").focus()
    page.keyboard.press("ArrowRight")

    assert lines(page)[0][-1] > before[-1]
    assert page.locator(".cw-summary").first.inner_text() != sentence


@pytest.mark.parametrize(
    ("button", "kept"),
    [
        ("PyTorch’s b ≈ 0", 2.0**-100),
        ("the usual b = 1", lstm.remembered(1.0, 100)),
        ("f = 1 − 1/100", 0.99**100),
        ("a half-life of 100", 0.5),
    ],
)
def test_the_examples_keep_what_the_chapter_says(page: Page, button: str, kept: float):
    choose(page, 5, 2, 200)
    page.get_by_role("button", name=button).click()
    alone, typical, *units = lines(page)

    assert len(alone) == 101
    assert alone[-1] == pytest.approx(kept)
    assert typical[-1] == pytest.approx(kept)
    assert units == []


def test_inputs_make_every_unit_forget_more_in_the_long_run(page: Page):
    """Jensen's inequality, which the chapter derives: ln σ is concave."""
    choose(page, 4, 2, 300)
    alone, typical, *units = lines(page)

    assert typical[-1] < alone[-1] and max(unit[-1] for unit in units) < alone[-1]
    assert math.log(typical[-1]) == pytest.approx(np.mean([math.log(unit[-1]) for unit in units]), rel=0.25)
