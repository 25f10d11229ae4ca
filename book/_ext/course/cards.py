"""Social cards: the picture that stands beside a link to a page where it is shared.

metadata.py has them drawn when `_config.yml` says where the site is published: who shows them needs full addresses.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
from matplotlib.figure import Figure

FOLDER = "_static/cards"
SIZE = (1200, 630)
_DPI = 100
_PAPER, _INK, _MUTED = "#14181e", "#ffffff", "#a9b3bd"
# A gradient on its way back through fifty layers: it explodes, keeps its length, vanishes.
_FACTORS = ((1.08, "#ff9a5c"), (1.0, "#3ccfa3"), (0.92, "#5cb8f5"))


def name(page: str) -> str:
    """Return where the card of a page lies in the site.

    >>> name("book/he")
    '_static/cards/book-he.png'
    """
    return f"{FOLDER}/{page.replace('/', '-')}.png"


def draw(title: str, project: str, target: Path) -> None:
    """Draw a card: the page's title above three gradients, and the name of the course."""
    figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, facecolor=_PAPER)
    axes = figure.add_axes((0, 0, 1, 0.55))
    axes.set_axis_off()
    layers = np.arange(51)
    for factor, colour in _FACTORS:
        axes.plot(layers, layers * np.log(factor), color=colour, linewidth=5, solid_capstyle="round")
    axes.set(xlim=(-5, 52), ylim=(-5.2, 5.2))
    lines = textwrap.wrap(title, 30, max_lines=3, placeholder="…")
    at = {"parse_math": False, "transform": figure.transFigure, "va": "top"}
    figure.text(0.06, 0.91, "\n".join(lines), color=_INK, size=44, weight="bold", linespacing=1.25, **at)
    if title != project:
        figure.text(0.06, 0.1, project, color=_MUTED, size=24, **at)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, facecolor=_PAPER)


def described(base: str, page: str, title: str) -> dict[str, str]:
    """Return what a page at `base` says of its card, by property."""
    width, height = map(str, SIZE)
    told = f"“{title}”, above three curves: a gradient that explodes, one that keeps its length, one that vanishes."
    image = {"og:image": urljoin(base, name(page)), "og:image:width": width, "og:image:height": height}
    return {**image, "og:image:alt": told, "twitter:card": "summary_large_image"}
