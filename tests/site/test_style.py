"""The style of the figures, and what a widget class must bring."""

from __future__ import annotations

import re

import numpy as np
import pytest
from figures.style import BLUE, INK, THEORY, canvas, show


def two_figures() -> list[str]:
    """Return the SVG of two figures that differ."""
    svgs = []
    for power in (1, 2):
        figure, axes = canvas()
        axes.plot(np.arange(5) ** power, color=BLUE, label="$x^2$")
        axes.plot(np.arange(5), **THEORY, label="theory")
        axes.legend()
        svgs.append(show(figure, alt="Two rising curves.").svg)
    return svgs


def test_a_figure_says_what_is_to_be_seen():
    figure, _ = canvas()

    assert (
        'role="img" aria-label="A &quot;quoted&quot; &lt;text&gt;."'
        in show(figure, alt='A "quoted" <text>.').svg
    )


@pytest.mark.parametrize("alt", ["", "A plot", "   "])
def test_a_figure_without_such_a_text_is_refused(alt: str):
    figure, _ = canvas()

    with pytest.raises(ValueError, match="what is to be seen"):
        show(figure, alt=alt)


def test_colours_follow_the_theme():
    first, _ = two_figures()

    assert f"var(--figure-1,{BLUE})" in first
    assert set(re.findall(r"(?:fill|stroke): (#\w+)", first)) == set(), (
        "a colour of its own would stay in dark mode"
    )
    assert INK not in re.sub(r"var\([^;\"]*", "", first)


def test_two_figures_on_a_page_share_no_id():
    first, second = (set(re.findall(r'\bid="([^"]+)"', svg)) for svg in two_figures())

    assert first
    assert first.isdisjoint(second)


def test_every_reference_in_a_figure_is_to_its_own_parts():
    for svg in two_figures():
        own = set(re.findall(r'\bid="([^"]+)"', svg))
        used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))

        assert {a or b for a, b in used} <= own


def test_the_same_figure_gives_the_same_bytes():
    assert two_figures() == two_figures()


def test_a_widget_class_says_what_it_shows():
    from widgets.base import CourseWidget

    with pytest.raises(TypeError, match="must say what the figure shows"):
        type("Silent", (CourseWidget,), {"__module__": "widgets.index"})
