"""The interactive figure of the chapter residual: what the script draws is what NumPy computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from concepts import branches
from tests.site.test_widget_xavier import move, mulberry32, normals, series

pytestmark = pytest.mark.browser

WIDTH = BATCH = 48
RULES: dict[str, Callable[[int], float]] = {
    "one": lambda depth: 1.0,
    "half": lambda depth: 0.5,
    "tenth": lambda depth: 0.1,
    "root": lambda depth: 1 / math.sqrt(depth),
    "inverse": lambda depth: 1 / depth,
    "zero": lambda depth: 0.0,
}


def choose(page: Page, depth: int, kind: str, rule: str) -> None:
    """Set all controls of the figure, as a reader's hand would."""
    move(page, "depth", depth)
    move(page, "kind", kind)
    move(page, "rule", rule)


def expected(depth: int, kind: str, rule: str) -> dict[str, np.ndarray]:
    """The four profiles by NumPy."""
    uniform, scale = mulberry32(3), RULES[rule](depth)
    x, grad_out = (normals(uniform, BATCH, WIDTH) for _ in range(2))
    blocks = [
        (
            math.sqrt(2 / WIDTH) * normals(uniform, WIDTH, WIDTH),
            math.sqrt(1 / WIDTH) * normals(uniform, WIDTH, WIDTH),
        )
        for _ in range(depth)
    ]
    names = ("forward", "backward", "measured forward", "measured backward")
    theory = branches.expected_profiles(kind, depth, scale)
    measured = branches.measured_profiles(kind, blocks, scale, x, grad_out)
    return dict(zip(names, theory + measured, strict=True))


@pytest.fixture
def page(visit: Callable[..., Any]) -> Iterator[Page]:
    """The chapter, with its figure drawn and without an error."""
    seen = visit("book/residual.html")
    yield seen.page
    assert seen.errors == []


@pytest.mark.parametrize(
    "network",
    [
        (6, "shortcut", "one"),
        (9, "normalized", "one"),
        (5, "plain", "half"),
        (8, "normalized", "root"),
        (4, "shortcut", "inverse"),
        (7, "shortcut", "tenth"),
        (3, "shortcut", "zero"),
    ],
)
def test_the_script_computes_what_numpy_computes(page: Page, network: tuple[int, str, str]):
    """Doubles in both: a billionth of the value is left for the order of the sums."""
    choose(page, *network)
    drawn = series(page)

    for name, profile in expected(*network).items():
        assert drawn[name] == pytest.approx(profile, rel=1e-9), name


def test_the_slider_moves_by_keyboard_and_the_sentence_says_what_happened(page: Page):
    before, sentence = series(page), page.locator(".cw-summary").first.inner_text()
    page.locator("[data-trait=depth]").focus()
    page.keyboard.press("ArrowRight")
    after = series(page)

    assert len(after["forward"]) == len(before["forward"]) + 1
    assert page.locator(".cw-summary").first.inner_text() != sentence


def test_the_root_of_the_depth_keeps_signal_and_gradient_at_every_depth(page: Page):
    """The answer to the chapter's question: below e, and the network's dots with it."""
    for depth in (5, 20, 60):
        choose(page, depth, "shortcut", "root")
        drawn = series(page)

        assert max(drawn["forward"] + drawn["backward"]) < math.e
        assert min(drawn["forward"] + drawn["backward"]) >= 1
        assert 1.5 < drawn["measured forward"][-1] < 4
        assert 1.5 < drawn["measured backward"][0] < 4


def test_branches_of_full_size_double_both_in_every_block(page: Page):
    choose(page, 20, "shortcut", "one")
    drawn = series(page)

    assert drawn["forward"][-1] == drawn["backward"][0] == 2**20
    assert drawn["measured forward"][-1] > 1e4
