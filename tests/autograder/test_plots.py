"""A plot says the numbers it was given, is well-formed, and asks for nothing from elsewhere."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from autograder.plots import BINS, bar, binned, histogram, two_sided_bar


def drawn(svg):
    return ElementTree.fromstring(str(svg))


def test_every_mark_is_in_one_bin():
    marks = [place / 10 for place in range(11)]

    assert binned(marks, most=1) == [1] * 9 + [2]
    assert sum(binned([-1, 0.3, 7, 99], most=7)) == 4


def test_without_points_all_are_in_one_bin():
    assert binned([0, 0], most=0) == [2]


def test_heights_are_in_the_ratio_of_the_counts():
    bars = drawn(histogram([0, 0, 10], 10, "marks")).findall("rect")
    heights = [float(one.get("height")) for one in bars]

    assert len(bars) == BINS
    assert heights[0] == pytest.approx(2 * heights[-1]) and heights[0] > 0
    assert sum(heights) == pytest.approx(heights[0] + heights[-1])


def test_the_bars_bear_their_counts_and_the_axis_its_ends():
    texts = [text.text for text in drawn(histogram([0, 0, 11], 11, "marks")).findall("text")]

    assert texts == ["2", "1", "0", "5.5", "11", "points"]


@pytest.mark.parametrize(("marks", "most"), [([], 3), ([], 0), ([0], 0), ([2], 2)])
def test_small_classes_have_a_plot(marks, most):
    assert drawn(histogram(marks, most, "marks")).get("aria-label") == "marks"


def test_the_description_is_escaped():
    hostile = '"><script>alert(1)</script>'
    svg = histogram([1], 1, hostile)

    assert "<script" not in svg
    assert drawn(svg).get("aria-label") == hostile


def test_bars_stay_within_their_ground():
    assert [drawn(bar(share)).findall("rect")[1].get("width") for share in (-1, 0, 0.5, 1, 9)] == [
        *("0.0", "0.0", "30.0", "60.0", "60.0")
    ]


@pytest.mark.parametrize(
    ("value", "name", "start", "width"), [(0.5, "along", 30, 15), (-1, "against", 0, 30), (0, "along", 30, 0)]
)
def test_a_two_sided_bar_begins_in_the_middle(value, name, start, width):
    rect = drawn(two_sided_bar(value)).findall("rect")[1]

    assert (rect.get("class"), float(rect.get("x")), float(rect.get("width"))) == (name, start, width)
