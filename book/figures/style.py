r"""How the figures of the book look, and how a page shows them.

A chapter's figures live in `book/figures/<slug>.py`: a function for each figure, no mathematics inside
(that is imported from `concepts`), and what it returns is what the page shows::

    from __future__ import annotations

    from concepts import chain_rule
    from figures.style import BLUE, THEORY, StaticFigure, canvas, show

    def typical_growth() -> StaticFigure:
        \"\"\"Draw the typical against the mean growth of a product of matrices.\"\"\"
        figure, axes = canvas()
        axes.plot(layers, measured, color=BLUE, label="measured")
        axes.plot(layers, predicted, **THEORY, label="predicted")
        axes.set(xlabel=r"layer $\\ell$", ylabel=r"$\\|\\delta_\\ell\\|$", yscale="log")
        axes.legend()
        return show(figure, alt="Line chart: the norm falls by a factor of five a layer, as predicted.")

Notebooks run in the folder `book/`, which is therefore on the path; so in the chapter stands::

    ```{code-cell} ipython3
    :tags: [hide-input]
    from figures import chain_rule as figures

    figures.typical_growth()
    ```

The figure goes into the page as an inline SVG whose colours are CSS variables, so it follows the light and
dark theme; in JupyterLab, where the variables are absent, their fall-backs apply. `alt` says what is to be
seen, for those who cannot see it, and is required.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's hues (2008), darkened for white paper; course.css has their light partners for dark mode.
BLUE = "#0069a8"
ORANGE = "#c24e00"
GREEN = "#00805c"
PURPLE = "#a03d86"
GOLD = "#8f6a00"
INK = "#24292f"
MUTED = "#5c6670"
GRID = "#d3d8de"

#: A curve that the theory predicts: dashed, in the colour of the text, over the measurement.
THEORY: dict[str, Any] = {"color": INK, "linestyle": (0, (5, 3)), "linewidth": 1.6, "zorder": 3}

_VARIABLES = {
    BLUE: f"var(--figure-1,{BLUE})",
    ORANGE: f"var(--figure-2,{ORANGE})",
    GREEN: f"var(--figure-3,{GREEN})",
    PURPLE: f"var(--figure-4,{PURPLE})",
    GOLD: f"var(--figure-5,{GOLD})",
    INK: f"var(--figure-ink,var(--jp-content-font-color1,{INK}))",
    MUTED: f"var(--figure-muted,var(--jp-content-font-color2,{MUTED}))",
    GRID: f"var(--figure-grid,var(--jp-border-color2,{GRID}))",
}

_STYLE: dict[str, Any] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE, GOLD]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": "medium",
    "figure.facecolor": "none",
    "font.size": 12,  # a phone shows the figure at 60 %: still legible
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 2,
    "savefig.facecolor": "none",
    "svg.fonttype": "path",  # formulas look the same whatever fonts the reader has
    "svg.hashsalt": "course",  # the same figure gives the same bytes
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}

# For the whole notebook: legends, titles and annotations ask for the style when they are made.
mpl.rcParams.update(_STYLE)


class StaticFigure:
    """A finished figure, with the text for those who cannot see it.

    Args:
        svg: The figure as one `<svg>` element.
        alt: What is to be seen, in a sentence or two.
    """

    def __init__(self, svg: str, alt: str) -> None:
        self.svg = svg
        self.alt = alt

    def _repr_html_(self) -> str:
        return f'<div class="course-figure">{self.svg}</div>'


def canvas(
    rows: int = 1, columns: int = 1, *, width: float = 6.4, height: float = 3.6, **options: Any
) -> tuple[Figure, Any]:
    """Return a figure in the style of the book, and its axes.

    It is made without pyplot, so nothing is shown twice and nothing is left open.

    Args:
        rows: Rows of axes.
        columns: Columns of axes.
        width: Width in inches; 6.4 fills the column of text.
        height: Height in inches.
        options: Passed to `Figure.subplots`, for instance `sharey=True`.

    Returns:
        The figure, and one `Axes` or an array of them.

    >>> figure, axes = canvas(columns=2)
    >>> axes.shape
    (2,)
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def show(figure: Figure, *, alt: str) -> StaticFigure:
    """Return a figure as a page shows it.

    Args:
        figure: A figure from `canvas`.
        alt: What is to be seen, in a sentence or two; not "a plot of …" but what the plot says.

    Raises:
        ValueError: When `alt` says nothing.

    >>> figure, axes = canvas()
    >>> show(figure, alt="An empty pair of axes.").svg[:15]
    '<svg role="img"'
    """
    if len(alt.split()) < 3:
        raise ValueError(f"A figure needs a text that says what is to be seen, not {alt!r}.")
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return StaticFigure(_embeddable(buffer.getvalue(), alt), alt)


def label_line(axes: Axes, x: float, y: float, text: str, color: str, **options: Any) -> None:
    """Write a curve's name beside it, which reads faster than a legend and does not need colour.

    Args:
        axes: The axes that hold the curve.
        x: Where the text starts, in data units.
        y: Its height, in data units.
        text: The name.
        color: The curve's colour.
        options: Passed to `Axes.annotate`.
    """
    axes.annotate(
        text, (x, y), color=color, xytext=(5, 0), textcoords="offset points", va="center", **options
    )


def _embeddable(document: str, alt: str) -> str:
    """Return matplotlib's SVG document as an element that can stand in a page beside others."""
    svg = document[document.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    # Two figures on a page must not share an id, or one would be drawn with the other's glyphs.
    prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8] + "-"
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}", svg)
    for color, variable in _VARIABLES.items():
        svg = svg.replace(color, variable)
    width, height = re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2]
    view_box = re.search(r'viewBox="[^"]+"', svg)
    assert view_box is not None, "matplotlib always writes a viewBox"
    head = (
        f'<svg role="img" aria-label="{html.escape(alt)}" {view_box[0]} '
        f'style="width:100%;max-width:{float(width) * 4 / 3:.0f}px;height:auto;'
        f'aspect-ratio:{float(width) / float(height):.4f}" xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return head + svg[svg.index(">") + 1 :]
