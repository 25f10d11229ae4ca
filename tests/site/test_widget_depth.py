"""The interactive figure of the chapter depth: what the script draws is what NumPy computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import chain_rule, depth
from concepts.nonlinearities import NONLINEARITIES

pytestmark = pytest.mark.browser

PICTURE = ".live-widget .cw-canvas svg[role=img]"
WIDTH = 30
VARIANCES = [float(f"{2 ** (-2 + i / 4):.3g}") for i in range(41)]  # what the slider of σ_w² offers


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


def network(activation: str, hidden: int, sigma_w2: float, sigma_b2: float, seed: int) -> np.ndarray:
    """One network of the figure, by NumPy and the functions of the course."""
    f, df = NONLINEARITIES[activation].f, NONLINEARITIES[activation].df
    uniform = mulberry32(seed)
    x, weights, biases = normals(uniform, 1, WIDTH), [], []
    for _ in range(hidden):
        weights.append(math.sqrt(sigma_w2 / WIDTH) * normals(uniform, WIDTH, WIDTH))
        biases.append(math.sqrt(sigma_b2) * normals(uniform, WIDTH))
    zs, _ = depth.forward(weights, biases, x, f)
    deltas = chain_rule.backpropagate_deltas(weights, zs, df, normals(uniform, 1, WIDTH) * df(zs[-1]))
    speeds = depth.learning_speeds([delta[0] for delta in deltas])
    return speeds / speeds[-1]


def move(page: Page, trait: str, value: Any) -> None:
    """Set a control of the figure, as a reader's hand would."""
    control = page.locator(f".live-widget [data-trait={trait}]")
    if control.evaluate("control => control.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(str(value))


def series(page: Page) -> tuple[list[float], list[list[float]]]:
    """What the picture shows: the theory's curve and those of the networks."""
    drawn = page.locator(PICTURE).evaluate("picture => picture.series")
    lines = [one for one in drawn if one["kind"] == "line"]
    theory = next(one["y"] for one in lines if one["label"] == "theory")
    return theory, [one["y"] for one in lines if one["label"] != "theory"]


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/depth.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    ("activation", "hidden", "sigma_w2", "sigma_b2"),
    [("sigmoid", 4, 8, 1.0), ("sigmoid", 7, 35, 0.25), ("tanh", 10, 12, 0.0), ("tanh", 2, 0, 2.0)],
)
def test_the_script_computes_what_numpy_computes(
    page: Page, activation: str, hidden: int, sigma_w2: int, sigma_b2: float
):
    """Doubles in both: a billionth of the value is left for the order of the sums."""
    move(page, "activation", activation)
    move(page, "hidden", hidden)
    move(page, "sigma_w2", sigma_w2)
    move(page, "sigma_b2", sigma_b2)
    theory, networks = series(page)
    variance, nonlinearity = VARIANCES[sigma_w2], NONLINEARITIES[activation]

    expected = depth.speed_profile(nonlinearity.f, nonlinearity.df, hidden, variance, sigma_b2)
    assert theory == pytest.approx(expected.tolist(), rel=1e-9)
    for k in (0, 11):
        by_numpy = network(activation, hidden, variance, sigma_b2, seed=k + 1)
        assert networks[k] == pytest.approx(by_numpy.tolist(), rel=1e-9)


def test_it_opens_with_the_experiment_of_the_chapter_s_question(page: Page):
    """Four sigmoid layers, weights of variance 1/n and biases of variance 1: about a hundredth."""
    theory, networks = series(page)

    assert len(theory) == 4
    assert len(networks) == 12
    assert theory[0] == pytest.approx(depth.predicted_speed_ratio() ** -3, rel=0.2)
    assert max(speeds[0] for speeds in networks) < 0.05


def test_a_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = series(page)[0], page.locator(".live-widget .cw-summary").inner_text()
    page.locator(".live-widget [data-trait=hidden]").focus()
    page.keyboard.press("ArrowRight")
    after = series(page)[0]

    assert len(after) == 5
    assert after[0] < before[0]
    assert page.locator(".live-widget .cw-summary").inner_text() != sentence


def test_weights_of_variance_a_hundred_balance_the_sigmoid_s_layers(page: Page):
    """The chapter's answer to "can the layers be equal?": yes, where χ = 1, between 91 and 128."""
    ratios = []
    move(page, "hidden", 10)
    for index in (34, 36):
        move(page, "sigma_w2", index)
        ratios.append(series(page)[0][0])

    assert [VARIANCES[34], VARIANCES[36]] == [90.5, 128.0]
    assert ratios[0] < 1 < ratios[1]
