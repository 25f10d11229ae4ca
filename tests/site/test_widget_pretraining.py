"""The interactive figure of the chapter pretraining: it draws what NumPy computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from sklearn.datasets import load_digits

from concepts import greedy
from concepts.chain_rule import backpropagate_deltas
from concepts.depth import forward
from concepts.saturation import sigmoid, sigmoid_grad

pytestmark = pytest.mark.browser

PICTURE = ".live-widget .cw-canvas svg[role=img]"
DEPTH = 8


def expected(method: str, prepared: int) -> tuple[list[float], list[float]]:
    """Spread and gradient by the functions of the chapter on depth, on a network trained anew."""
    pixels, labels = load_digits(return_X_y=True)
    x, y = pixels[:1000] / 16, labels[:1000]
    layers = greedy.pretrain(x, [64] * prepared, method, np.random.default_rng(0))
    untouched = greedy.random_stack([64] * (DEPTH + 1), 1.0, np.random.default_rng(0))
    weights, biases = (list(part) for part in zip(*layers, *untouched[prepared:], strict=True))
    V = np.random.default_rng(1).normal(0, 1 / 8, size=(10, 64))

    zs, activations = forward(weights, biases, x, sigmoid)
    logits = activations[-1] @ V.T
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    top = (p - np.eye(10)[y]) @ V
    deltas = backpropagate_deltas(weights, zs, sigmoid_grad, top * sigmoid_grad(zs[-1]))
    gradients = [*(delta @ W for delta, W in zip(deltas[1:], weights[1:], strict=True)), top]
    spread = [float(np.sqrt(np.mean(np.var(a, axis=0)))) for a in activations]
    return spread, [float(np.sqrt(np.mean(np.sum(g**2, axis=1)))) for g in gradients]


def show(page: Page, method: str, prepared: int) -> None:
    """Set both controls, as a reader's hand would."""
    page.locator(".live-widget [data-trait=method]").select_option(method)
    page.locator(".live-widget [data-trait=prepared]").fill(str(prepared))


def drawn(page: Page) -> tuple[list[float], list[float]]:
    """What the picture shows: spread and gradient by layer."""
    series = page.locator(PICTURE).evaluate("picture => picture.series")
    signal, gradient = (one["y"] for one in series if one["kind"] == "line" and one["color"] in (1, 2))
    return signal, gradient


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/pretraining.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(("method", "prepared"), [("sigmoid", 0), ("sigmoid", 5), ("linear", 3), ("rbm", 8)])
def test_the_figure_shows_what_numpy_computes(page: Page, method: str, prepared: int):
    """The order of sums may differ between two runs, and training magnifies that: two per cent."""
    show(page, method, prepared)

    for found, by_numpy in zip(drawn(page), expected(method, prepared), strict=True):
        assert found == pytest.approx(by_numpy, rel=0.02)


def test_all_prepared_layers_let_signal_and_gradient_pass_and_untouched_ones_do_not(page: Page):
    """The chapter's answer: by the sigmoid decoder; by a linear one they still vanish."""
    ends = {}
    for method, prepared in (("sigmoid", 0), ("sigmoid", DEPTH), ("linear", DEPTH)):
        show(page, method, prepared)
        signal, gradient = drawn(page)
        ends[method, prepared] = signal[-1], gradient[0]

    assert max(ends["sigmoid", 0]) < 1e-3
    assert min(ends["sigmoid", DEPTH]) > 0.1
    assert max(ends["linear", DEPTH]) < 1e-3


def test_a_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    summary = page.locator(".live-widget .cw-summary")
    before, sentence = drawn(page), summary.inner_text()
    page.locator(".live-widget [data-trait=prepared]").focus()
    page.keyboard.press("ArrowRight")
    after = drawn(page)

    assert after[0][-1] > before[0][-1]
    assert after[1][0] > before[1][0]
    assert summary.inner_text() != sentence
    assert "A prepared layer multiplies the spread by" in summary.inner_text()


def test_the_buttons_prepare_none_and_all(page: Page):
    slider = page.locator(".live-widget [data-trait=prepared]")
    for name, value in (("all", "8"), ("none", "0")):
        page.locator(".live-widget").get_by_role("button", name=name, exact=True).click()
        assert slider.input_value() == value
