"""The colours of the figures as readers with colour blindness see them, in both themes.

Machado, Oliveira and Fernandes (2009) give the matrices, for linear red, green and blue and complete dichromacy;
distances are those of CIELAB, where 2.3 is about the least that anybody notices.
"""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from tests.conftest import ROOT

SEEN_WITH = {
    "full colour vision": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours of the figures in each theme, by the names of course.css."""
    css = (ROOT / "book" / "_static" / "course.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--figure-(\w+): (#\w{6})", block))
        for block in re.findall(r"\{([^}]*--figure-1:[^}]*)\}", css)
    )
    return {"light": light, "dark": dark}


def linear(colour: str) -> np.ndarray:
    """Return a colour's linear red, green and blue, from 0 to 1."""
    c = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB's three numbers of a linear colour."""
    t = XYZ @ np.clip(rgb, 0.0, 1.0) / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, seen_with: str) -> float:
    """Return how far apart two colours are for a reader."""
    a, b = (lab(SEEN_WITH[seen_with] @ linear(colour)) for colour in (one, other))
    return float(np.linalg.norm(a - b))


def test_the_measure_is_the_usual_one():
    """White and black are a hundred apart; a red and a green of one lightness come together for deuteranopes."""
    assert distance("#ffffff", "#000000", "full colour vision") == pytest.approx(100, abs=0.1)
    assert distance("#c96a5b", "#8a8a4a", "full colour vision") > 40
    assert distance("#c96a5b", "#8a8a4a", "deuteranopia") < 20


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("seen_with", SEEN_WITH)
def test_the_first_four_colours_stay_apart(theme: str, seen_with: str):
    palette = palettes()[theme]

    for one, other in itertools.combinations("1234", 2):
        assert distance(palette[one], palette[other], seen_with) > 11, (one, other)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("seen_with", SEEN_WITH)
def test_no_two_colours_become_one(theme: str, seen_with: str):
    """Five colours with the contrast that lines need cannot all be far apart; dashes and markers do the rest."""
    palette = palettes()[theme]
    curves = [name for name in palette if name != "grid"]

    assert len(curves) == 7
    for one, other in itertools.combinations(curves, 2):
        assert distance(palette[one], palette[other], seen_with) > 4, (one, other)
