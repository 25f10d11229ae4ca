"""The interactive figure of the chapter rescue: what the script draws is what Python measured."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from concepts.rescue_combinations import AROUND, LAYERS, STEPS, TRAINED, plan
from concepts.rescue_experiments import measure, start
from tests.site.test_widget_xavier import PICTURE, move

pytestmark = pytest.mark.browser


def drawn(page: Page) -> tuple[list[float], list[float]]:
    """The gradients by layer and the costs of the chosen network, as the two pictures show them."""
    pictures = page.locator(PICTURE).evaluate_all("pictures => pictures.map((one) => one.series)")
    gradients, costs = (one[-1] for one in pictures)
    assert gradients["x"] == list(range(1, 31))
    assert all(0 < x < TRAINED for x in costs["x"])
    return gradients["y"], costs["y"]


def choose(page: Page, layers: str, around: str, step: str) -> None:
    """Set all three choices, as a reader's hand would."""
    for trait, value in (("layers", layers), ("around", around), ("step", step)):
        move(page, trait, value)


def said(page: Page) -> str:
    return page.locator(".cw-summary").first.inner_text()


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/rescue.html")
    yield seen.page
    assert seen.errors == []


def test_the_gradients_are_those_of_the_same_network_measured_anew(page: Page):
    """Of each kind of layers and surroundings but the prepared ones, which take time."""
    for layers, around in itertools.product(set(LAYERS) - {"prepared"}, AROUND):
        choose(page, layers, around, "sgd")
        chosen = plan(layers, around, "sgd")
        expected, _ = measure(chosen.architecture, start(chosen, 0)[None])

        assert drawn(page)[0] == pytest.approx(expected[0], rel=0.02), (layers, around)


def test_every_combination_has_its_costs_and_says_its_accuracy(page: Page):
    seen = set()
    for names in itertools.product(LAYERS, AROUND, STEPS):
        choose(page, *names)
        _, costs = drawn(page)
        seen.add((tuple(costs), said(page)))

        # A guess costs ln 10 = 2.3; some networks start surer of themselves, and wrong.
        assert 0.5 * math.log(10) < costs[0] < 100, names
        assert "% of new digits are right" in said(page), names
    # Where no norm exceeds 1, clipping changes nothing.
    assert len(seen) >= 50


def test_the_slider_moves_by_keyboard_and_the_sentence_names_its_layer(page: Page):
    page.locator("[data-trait=layer]").focus()
    page.keyboard.press("End")

    assert "the gradient in layer 30 is 1 times that in layer 30" in said(page)


def test_the_buttons_tell_the_chapters_story(page: Page):
    """The patient and clipping are the same; rectifiers level and tiny; batch norm explodes; a shortcut rescues."""
    page.get_by_role("button", name="The patient").click()
    patient = drawn(page)
    assert patient[0][0] < 1e-15 * patient[0][-1]
    page.get_by_role("button", name="Clipping", exact=True).click()
    assert drawn(page) == patient

    page.get_by_role("button", name="ReLU alone").click()
    gradients, _ = drawn(page)
    assert 0.2 < gradients[0] / gradients[-1] < 5
    assert max(gradients) < 1e-3

    page.get_by_role("button", name="Batch norm with ReLU").click()
    gradients, _ = drawn(page)
    assert gradients[0] > 100 * gradients[-1]

    page.get_by_role("button", name="A shortcut").click()
    gradients, costs = drawn(page)
    assert 0.03 < gradients[0] / gradients[-1] < 30
    assert costs[-1] < 0.6 * costs[0]
