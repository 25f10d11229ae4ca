"""The interactive figure of the chapter he: what the script draws is what NumPy computes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import relu_networks
from tests.site.test_widget_xavier import BATCH, move, mulberry32, normals, series

pytestmark = pytest.mark.browser

CONSTANTS = [0.25, 1 / 3, 0.5, 0.7, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.4, 2.6, 3, 3.5, 4]  # of the sliders
SLOPES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 1]
FANS: dict[str, Callable[[int, int], float]] = {
    "in": lambda fan_in, fan_out: fan_in,
    "out": lambda fan_in, fan_out: fan_out,
    "both": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}
SHAPES: dict[str, Callable[[int, int], int]] = {
    "equal": lambda l, depth: 64,
    "narrowing": lambda l, depth: math.floor(128 * (16 / 128) ** (l / depth) + 0.5),
    "widening": lambda l, depth: math.floor(16 * (128 / 16) ** (l / depth) + 0.5),
    "alternating": lambda l, depth: 24 if l % 2 else 96,
}


def choose(page: Page, constant: float, fan: str, slope: float, shape: str, depth: int) -> None:
    """Set all controls of the figure, as a reader's hand would."""
    move(page, "constant", CONSTANTS.index(constant))
    move(page, "fan", fan)
    move(page, "slope", SLOPES.index(slope))
    move(page, "shape", shape)
    move(page, "depth", depth)


def expected(constant: float, fan: str, slope: float, shape: str, depth: int) -> dict[str, np.ndarray]:
    """The four profiles by NumPy."""
    widths = [SHAPES[shape](l, depth) for l in range(depth + 1)]
    fans = list(itertools.pairwise(widths))
    variances = [constant / FANS[fan](*pair) for pair in fans]

    uniform = mulberry32(2)
    x = normals(uniform, BATCH, widths[0])
    weights = [math.sqrt(v) * normals(uniform, *pair[::-1]) for v, pair in zip(variances, fans, strict=True)]
    delta_out = normals(uniform, BATCH, widths[-1])
    names = ("forward", "backward", "measured forward", "measured backward")
    theory = relu_networks.expected_profiles(widths, variances, slope)
    measured = relu_networks.measured_profiles(weights, x, delta_out, slope)
    return dict(zip(names, theory + measured, strict=True))


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/he.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    "network",
    [
        (2, "in", 0, "equal", 5),
        (1 / 3, "out", 0.25, "narrowing", 6),
        (4, "both", 0, "alternating", 4),
        (1, "in", 0.75, "widening", 7),
    ],
)
def test_the_script_computes_what_numpy_computes(page: Page, network: tuple[float, str, float, str, int]):
    """Doubles in both: a billionth of the value is left for the order of the sums."""
    choose(page, *network)
    drawn = series(page)

    for name, profile in expected(*network).items():
        assert drawn[name] == pytest.approx(profile, rel=1e-9), name


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = series(page), page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=constant]").focus()
    page.keyboard.press("ArrowRight")
    after = series(page)

    assert after["forward"][0] > before["forward"][0]
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_the_button_of_he_keeps_signal_and_gradient_for_thirty_layers(page: Page):
    """The answer to the chapter's question: 2/n."""
    assert series(page)["forward"][-1] == pytest.approx(2.0**-30)

    page.get_by_role("button", name="He’s c = 2").click()
    drawn = series(page)

    assert drawn["forward"] == pytest.approx(np.ones(30))
    assert drawn["backward"] == pytest.approx(np.ones(30))
    assert min(drawn["measured forward"] + drawn["measured backward"]) > 0.005


def test_the_harmonic_mean_loses_exponentially_where_widths_alternate(page: Page):
    """Two layers of 96 and 24 units multiply by 0.64 under the compromise, by 1 under either fan."""
    choose(page, 2, "both", 0, "alternating", 20)
    assert series(page)["forward"][-1] == pytest.approx(0.64**10)

    move(page, "fan", "in")
    assert series(page)["forward"][-1] == pytest.approx(1)
