"""The interactive figure of the chapter xavier: what the script draws is what NumPy computes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import mean_field, xavier
from concepts.nonlinearities import NONLINEARITIES

pytestmark = pytest.mark.browser

PICTURE = ".course-widget svg[role=img]"
WIDTHS = [10, 20, 50, 100]  # what the sliders of the widths offer
BATCH = 32
RULES: dict[str, Callable[[int, int], float]] = {
    "fixed": lambda fan_in, fan_out: 0.1**2,
    "forward": lambda fan_in, fan_out: xavier.forward_variance(fan_in),
    "backward": lambda fan_in, fan_out: xavier.backward_variance(fan_out),
    "xavier": xavier.xavier_variance,
}


def mulberry32(seed: int) -> Iterator[float]:
    """The script's uniform numbers: Tommy Ettinger's 32-bit generator."""
    mask = 0xFFFFFFFF
    while True:
        seed = (seed + 0x6D2B79F5) & mask
        t = ((seed ^ (seed >> 15)) * (seed | 1)) & mask
        t = ((t + (t ^ (t >> 7)) * (t | 61)) & mask) ^ t
        yield (t ^ (t >> 14)) / 2**32


def normals(uniform: Iterator[float], *shape: int) -> np.ndarray:
    """The script's normal numbers, from pairs of uniform ones after Box and Muller."""
    pairs = np.array([next(uniform) for _ in range(2 * math.prod(shape))]).reshape(-1, 2)
    return (np.sqrt(-2 * np.log1p(-pairs[:, 0])) * np.cos(2 * np.pi * pairs[:, 1])).reshape(shape)


def move(page: Page, trait: str, value: Any) -> None:
    """Set a control of the figure, as a reader's hand would."""
    control = page.locator(f"[data-trait={trait}]")
    if control.evaluate("control => control.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(str(value))


def series(page: Page) -> dict[str, list[float]]:
    """What the picture shows: theory's curves and the network's dots."""
    drawn = page.locator(PICTURE).evaluate("picture => picture.series")
    lines, points = ([s["y"] for s in drawn if s["kind"] == kind] for kind in ("line", "points"))
    return dict(
        zip(("forward", "backward", "measured forward", "measured backward"), lines + points, strict=True)
    )


def expected(activation: str, rule: str, first: int, last: int, depth: int) -> dict[str, list[float]]:
    """The same four profiles by NumPy."""
    f, df = NONLINEARITIES[activation].f, NONLINEARITIES[activation].df
    widths = [round(first * (last / first) ** (l / depth)) for l in range(depth + 1)]
    fans = list(itertools.pairwise(widths))
    variances = [RULES[rule](*pair) for pair in fans]
    q = mean_field.forward_profile(f, widths, variances)
    means = [mean_field.gaussian_mean(f, v) for v in q]

    uniform = mulberry32(1)
    x = normals(uniform, BATCH, widths[0])
    weights = [math.sqrt(v) * normals(uniform, *pair[::-1]) for v, pair in zip(variances, fans, strict=True)]
    moments = xavier.gradient_moment_by_layer(weights, x, f, df, normals(uniform, BATCH, widths[-1]))
    return {
        "forward": [
            mean_field.gaussian_mean(lambda z: f(z) ** 2, v) - mean**2
            for v, mean in zip(q, means, strict=True)
        ],
        "backward": mean_field.backward_profile(df, widths, variances, q).tolist(),
        "measured forward": xavier.variance_by_layer(weights, x, f).tolist(),
        "measured backward": (moments / moments[-1]).tolist(),
    }


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/xavier.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    ("activation", "rule", "first", "last", "depth"),
    [
        ("tanh", "fixed", 100, 100, 5),
        ("identity", "forward", 50, 10, 6),
        ("sigmoid", "xavier", 20, 20, 4),
        ("relu", "backward", 10, 50, 7),
    ],
)
def test_the_script_computes_what_numpy_computes(
    page: Page, activation: str, rule: str, first: int, last: int, depth: int
):
    """Doubles in both: a billionth of the value is left for the order of the sums."""
    move(page, "activation", activation)
    move(page, "rule", "fixed")
    move(page, "std", 36)  # 10^(−2.5 + 36/24) = 0.1
    move(page, "rule", rule)
    move(page, "first_width", WIDTHS.index(first))
    move(page, "last_width", WIDTHS.index(last))
    move(page, "depth", depth)
    drawn = series(page)

    for name, profile in expected(activation, rule, first, last, depth).items():
        assert drawn[name] == pytest.approx(profile, rel=1e-9), name


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = series(page), page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=std]").focus()
    page.keyboard.press("ArrowRight")
    after = series(page)

    assert after["forward"][0] > before["forward"][0]
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_the_standard_deviation_can_be_moved_only_when_it_counts(page: Page):
    slider = page.locator("[data-trait=std]")
    move(page, "rule", "xavier")
    assert slider.is_disabled()

    move(page, "rule", "fixed")
    assert slider.is_enabled()


def test_a_good_choice_keeps_both_curves_within_two_powers_of_ten(page: Page):
    """The answer to the chapter's question: 0.1 for layers of 100 units."""
    move(page, "std", 36)
    drawn = series(page)

    assert min(drawn["forward"]) > 0.01
    assert min(drawn["backward"]) > 0.01
