"""Where matplotlib draws on a page: each figure becomes a picture below the cell that shows it.

matplotlib takes this module for a backend, `module://pictures`: it looks for `FigureCanvas` and `show`.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas
from runner import SCREEN

__all__ = ["FigureCanvas", "show"]

_DPI = 110


def show(*args: Any, **kwargs: Any) -> None:
    """Show every open figure and close it."""
    for manager in Gcf.get_all_fig_managers():
        figure = manager.canvas.figure
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=_DPI, bbox_inches="tight")
        SCREEN.picture(base64.b64encode(png.getvalue()).decode(), described(figure))
    Gcf.destroy_all()


def described(figure: Any) -> str:
    """Return in words what the titles and the axes of a figure say."""
    parts = []
    for axes in figure.axes:
        words = [axes.get_title(), *(f"{name}: {label}" for name, label in _labels(axes) if label)]
        parts.append("; ".join(word for word in words if word))
    return ". ".join(["Figure", *(part for part in parts if part)])


def _labels(axes: Any) -> tuple[tuple[str, str], ...]:
    return ("across", axes.get_xlabel()), ("upwards", axes.get_ylabel())
