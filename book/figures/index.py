"""The figure of the landing page."""

from __future__ import annotations

import numpy as np

from figures.style import StaticFigure, canvas, label_line, show


def powers() -> StaticFigure:
    """Draw the product of equal factors against their number, for factors around one."""
    layers = np.arange(101)
    figure, axes = canvas()
    for number, factor in enumerate((1.1, 1.01, 0.99, 0.9)):
        color = f"C{number}"
        axes.plot(layers, factor**layers, color=color)
        label_line(axes, 100, factor**100.0, rf"${factor}^n$", color)
    axes.set(xlabel=r"number of layers $n$", ylabel="product of the factors", yscale="log", xlim=(0, 113))
    return show(
        figure,
        alt="Line chart on a logarithmic axis. Over 100 layers 0.9 to the power n falls to 0.000027, "
        "0.99 to 0.37; 1.01 rises to 2.7 and 1.1 to 13 781.",
    )
