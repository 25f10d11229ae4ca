"""The interactive figure of the chapter activations: what the script draws is what NumPy computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import kept_shares, mean_field
from concepts.nonlinearities import NONLINEARITIES
from tests.site.test_widget_xavier import BATCH, move, mulberry32, normals

pytestmark = pytest.mark.browser

WIDTH = 64
GAINS = [0.5, 0.5774, 0.65, 0.7, 0.75, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4142, 1.5, 1.6, 1.7, 1.8, 2, 2.2]
FIRSTS = [0.01, 0.1, 0.5, 0.8, 1, 1.2, 1.5, 2, 10, 100]
NAMES = ("forward", "backward", "measured forward", "measured backward")


def drawn(page: Page) -> list[dict[str, Any]]:
    """What both pictures show, the function's first, without the rule at 1."""
    pictures = page.locator(".course-widget svg[role=img]").evaluate_all("all => all.map((p) => p.series)")
    return [one for series in pictures for one in series if one["kind"] != "rule"]


def profiles(page: Page) -> dict[str, list[float]]:
    """The four profiles by layer."""
    return dict(zip(NAMES, (one["y"] for one in drawn(page)[2:]), strict=True))


def expected(activation: str, rule: str, gain: float, first: float, depth: int) -> dict[str, np.ndarray]:
    """The same four profiles by NumPy."""
    f, df = NONLINEARITIES[activation].f, NONLINEARITIES[activation].df
    gain = {
        "hand": gain,
        "signal": mean_field.forward_gain(f),
        "gradient": mean_field.backward_gain(df),
    }[rule]
    uniform = mulberry32(1)
    x = normals(uniform, BATCH, WIDTH)
    stds = [np.sqrt(first / WIDTH)] + [gain / np.sqrt(WIDTH)] * (depth - 1)
    weights = [std * normals(uniform, WIDTH, WIDTH) for std in stds]
    delta_out = normals(uniform, BATCH, WIDTH)
    theory = kept_shares.expected_profiles(f, df, gain, first, depth)
    measured = kept_shares.measured_profiles(f, df, weights, x, delta_out)
    return dict(zip(NAMES, theory + measured, strict=True))


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/activations.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    ("activation", "rule", "gain", "first", "depth"),
    [
        ("relu", "hand", 1.4142, 0.1, 4),
        ("prelu", "gradient", 1, 2, 5),
        ("elu", "signal", 1, 10, 3),
        ("selu", "hand", 0.75, 1, 5),
        ("silu", "signal", 1, 1.2, 5),
        ("gelu", "gradient", 1, 100, 3),
        ("tanh", "hand", 2.2, 0.01, 4),
    ],
)
def test_the_script_computes_what_numpy_computes(
    page: Page, activation: str, rule: str, gain: float, first: float, depth: int
):
    """Doubles in both: a billionth of the value is left for the order of the sums."""
    move(page, "activation", activation)
    move(page, "rule", "hand")
    move(page, "gain", GAINS.index(gain))
    move(page, "rule", rule)
    move(page, "first", FIRSTS.index(first))
    move(page, "depth", depth)
    found = profiles(page)

    for name, profile in expected(activation, rule, gain, first, depth).items():
        assert found[name] == pytest.approx(profile, rel=1e-9), name
    value, slope = drawn(page)[:2]
    z = np.array(value["x"])
    assert value["y"] == pytest.approx(NONLINEARITIES[activation].f(z), abs=1e-12)
    assert slope["y"] == pytest.approx(NONLINEARITIES[activation].df(z), abs=1e-12)


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = profiles(page), page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=gain]").focus()
    page.keyboard.press("ArrowRight")

    assert profiles(page)["forward"][1] > before["forward"][1]
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_the_gain_can_be_moved_only_when_it_counts(page: Page):
    slider = page.locator("[data-trait=gain]")
    move(page, "rule", "signal")
    assert slider.is_disabled()

    move(page, "rule", "hand")
    assert slider.is_enabled()


def test_the_buttons_tell_the_three_fates_of_a_signal(page: Page):
    """The answer to the chapter's prediction: Swish flies away, SELU comes back, ReLU stays."""
    page.get_by_role("button", name="Swish, 20 % too much").click()
    assert profiles(page)["forward"][-1] == pytest.approx(538, rel=0.01)

    page.get_by_role("button", name="SELU, 20 % too much").click()
    assert profiles(page)["forward"][-1] == pytest.approx(1, abs=0.001)

    page.get_by_role("button", name="He and ReLU").click()
    assert profiles(page)["forward"] == pytest.approx(np.full(30, 1.2), rel=0.01)
