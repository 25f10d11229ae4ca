"""The figures of the chapter lstm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from concepts import lstm
from figures.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    THEORY,
    StaticFigure,
    canvas,
    label_line,
    show,
)

Array = NDArray[np.float64]
COLORS = (BLUE, ORANGE, GREEN, PURPLE)
DASHES = ("-", "--", "-.", ":")


def gate_products() -> StaticFigure:
    """Draw what a cell keeps of its gradient for four biases of its forget gate."""
    back = np.arange(101)
    figure, axes = canvas()
    for bias, color, dash in zip((0.0, 1.0, 2.0, math.log(99.0)), COLORS, DASHES, strict=True):
        kept = [lstm.remembered(bias, int(k)) for k in back]
        axes.plot(back, kept, color=color, linestyle=dash)
        label_line(axes, 100, kept[-1], f"b = {bias:.3g}", color)
    axes.set(
        xlabel="steps back",
        ylabel="what is left of the gradient",
        yscale="log",
        xlim=(0, 118),
        ylim=(1e-32, 10),
    )
    return show(
        figure,
        alt="Four lines over a hundred steps, logarithmic. With bias 0 the gradient falls to 8e-31, with 1 to 2e-14, "
        "with 2 to 3e-6; with bias 4.6, a gate of 0.99, it stays at 0.37.",
    )


def cell() -> StaticFigure:
    """Draw one step of an LSTM as a path: the cell runs straight through, the gates touch it."""
    figure, axes = canvas(height=3.4)
    axes.set(xlim=(0, 10), ylim=(0, 5.4))
    axes.axis("off")
    for start, end in ((0.7, 2.12), (2.68, 4.32), (4.88, 9.4)):
        _arrow(axes, (start, 4.4), (end, 4.4), BLUE, width=3.0)
    axes.text(0.55, 4.4, r"$c_{t-1}$", color=BLUE, ha="right", va="center", fontsize=14)
    axes.text(9.5, 4.4, r"$c_t$", color=BLUE, ha="left", va="center", fontsize=14)
    for x, sign in ((2.4, r"$\times$"), (4.6, "+")):
        _node(axes, x, 4.4, sign)
    _node(axes, 4.6, 3.1, r"$\times$")
    _node(axes, 8.0, 2.3, r"$\times$")
    _node(axes, 8.0, 3.4, r"$\tanh$", width=1.0)
    for x, name in ((2.4, r"$f_t$"), (3.9, r"$i_t$"), (5.3, r"$g_t$"), (6.9, r"$o_t$")):
        axes.text(
            x, 1.6, name, ha="center", va="center", fontsize=14, color=INK,
            bbox={"boxstyle": "round,pad=0.3", "facecolor": "none", "edgecolor": MUTED},
        )  # fmt: skip
        _arrow(axes, (x, 0.55), (x, 1.2), MUTED)
    _arrow(axes, (2.4, 2.0), (2.4, 4.15), INK)
    _arrow(axes, (3.9, 2.0), (4.42, 2.92), INK)
    _arrow(axes, (5.3, 2.0), (4.78, 2.92), INK)
    _arrow(axes, (4.6, 3.35), (4.6, 4.15), INK)
    _arrow(axes, (6.9, 2.0), (7.76, 2.26), INK)
    _arrow(axes, (8.0, 4.4), (8.0, 3.68), INK)
    _arrow(axes, (8.0, 3.12), (8.0, 2.54), INK)
    _arrow(axes, (8.24, 2.3), (9.4, 2.3), ORANGE)
    axes.text(9.5, 2.3, r"$h_t$", color=ORANGE, ha="left", va="center", fontsize=14)
    axes.plot([1.9, 7.4], [0.55, 0.55], color=MUTED, linewidth=1.6)
    axes.text(4.65, 0.15, r"$x_t$ and $h_{t-1}$ enter all four", color=INK, ha="center", va="center")
    return show(
        figure,
        alt="Diagram of one step. The cell c runs straight from left to right and meets two operations only: it is "
        "multiplied by the forget gate f, and the product of input gate i and candidate g is added. Below, tanh of "
        "the cell times the output gate o gives the state h. All four gates are computed from input and old state.",
    )


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str, width: float = 1.6
) -> None:
    """Draw an arrow."""
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    )  # fmt: skip


def _node(axes: Axes, x: float, y: float, sign: str, width: float = 0.5) -> None:
    """Draw an operation: its sign on a disc that hides the line below it."""
    axes.text(
        x, y, sign, ha="center", va="center", fontsize=13, color=INK, zorder=5,
        bbox={"boxstyle": "round,pad=0.25", "facecolor": "none", "edgecolor": INK},
    )  # fmt: skip


def all_paths(
    found: Mapping[float, Array], direct: Mapping[float, Array], estimate: Mapping[float, float]
) -> StaticFigure:
    """Draw the cell's gradient by all paths beside the product of its forget gates.

    Args:
        found: By bias, spectral norms of the whole gradient for t = 0, …, T − 1, a row a network.
        direct: By bias, the largest product of forget gates for the same times.
        estimate: By bias, the factor a step that the linear theory predicts.
    """
    figure, panels = canvas(columns=len(found), sharey=True, height=3.2)
    for axes, (bias, curves) in zip(panels, found.items(), strict=True):
        steps = curves.shape[1]
        back = np.arange(steps, 0, -1)
        axes.plot(back, curves.T, color=ORANGE, linewidth=1)
        axes.plot([], [], color=ORANGE, label="all paths")
        axes.plot(back, direct[bias].T, color=BLUE, linewidth=1, linestyle="-.")
        axes.plot([], [], color=BLUE, linestyle="-.", label="gates only")
        axes.plot(back, estimate[bias] ** back, **THEORY, label="estimate")
        axes.set(xlabel="steps back", yscale="log", title=rf"$b_f = {bias:g}$")
    panels[0].set(ylabel=r"$\|\partial c_T/\partial c_t\|$", ylim=(1e-32, 1e6))
    panels[-1].legend(loc="lower left")
    return show(
        figure,
        alt="Three charts over a hundred steps, logarithmic, for forget biases 0, 1 and 3. The gradient by all paths "
        "lies above the product of the gates: 1e-19 against 1e-29, 1e-6 against 1e-12, above 1 against 0.04. "
        "For biases 0 and 1 it follows the dashed estimate; for 3 it stays below it.",
    )


def learning_curves(losses: Mapping[float, Sequence[Array]]) -> StaticFigure:
    """Draw the loss of every run, mean of ten steps, a panel for each forget bias."""
    figure, panels = canvas(columns=len(losses), sharex=True, sharey=True, height=3.0)
    for axes, (bias, runs) in zip(panels, losses.items(), strict=True):
        for run, color, dash in zip(runs, (*COLORS, INK), (*DASHES, (0, (6, 1, 1, 1))), strict=True):
            smooth = np.convolve(run, np.ones(10) / 10, mode="valid")
            axes.plot(smooth, color=color, linestyle=dash, linewidth=1.5)
        axes.axhline(math.log(2), color=MUTED, linewidth=1, linestyle=":")
        axes.set(xlabel="step of Adam", title=rf"$b_f = {bias:g}$", ylim=(0, 0.9))
    panels[0].set(ylabel="cross-entropy")
    panels[0].text(5, math.log(2) - 0.03, "guessing, ln 2", color=INK, va="top")
    return show(
        figure,
        alt="Two charts of the loss over 300 steps, five runs each. With forget bias 1 all runs stay at ln 2, the "
        "loss of guessing. With forget bias 4 at least three runs fall from ln 2 to nearly 0.",
    )
