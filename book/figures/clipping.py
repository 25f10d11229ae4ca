"""The figures of the chapter clipping."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from concepts import cliff as unit
from concepts import clipping
from concepts.remembering import Run
from figures.style import BLUE, GREEN, INK, MUTED, ORANGE, StaticFigure, canvas, label_line, show

_RULE: dict[str, Any] = {"color": INK, "linestyle": ":", "linewidth": 1.2}


def cliff() -> StaticFigure:
    """Draw the loss of one recurrent unit as a map, with gradient descent unclipped and clipped at 1."""
    free, clipped = (unit.descend((5.5, -2.8), threshold, updates=100) for threshold in (math.inf, 1.0))
    w = np.linspace(3.5, 5.9, 49)
    walls = np.array(
        [unit.wall(v) for v in w]
    )  # the map counts the bias from the cliff, which lies level on it
    figure, (plane, chart) = canvas(columns=2, height=3.8, width=7.2)
    for level in (0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95):
        plane.plot(w, [unit.contour(v, level, 50) for v in w] - walls, color=MUTED, linewidth=0.7)
    plane.plot(w, [unit.contour(v, unit.TARGET, 50) for v in w] - walls, color=GREEN, label="no loss")
    for path, color, style, label in (
        (free, ORANGE, "--", "unclipped"),
        (clipped, BLUE, "-", "clipped at 1"),
    ):
        heights = [b - unit.wall(v) for v, b in path.points]
        plane.plot(
            path.points[:, 0], heights, color=color, linestyle=style, marker=".", markersize=4, label=label
        )
        chart.plot(
            np.arange(1, 101), np.where(path.norms > 0, path.norms, np.nan), color=color, linestyle=style
        )
    chart.axhline(1.0, **_RULE)
    plane.set(xlim=(3.5, 5.9), ylim=(-0.5, 0.7), xlabel="recurrent weight $w$")
    plane.set(ylabel="bias $b$, counted from the cliff", title="lines of equal loss")
    plane.legend(loc="lower right", fontsize="small")
    chart.set(xlabel="update", yscale="log", ylim=(1e-2, 1e3), title="length of the gradient")
    return show(
        figure,
        alt="Left, a map of weight and bias: lines of equal loss run together into one level line, the cliff. "
        "Both paths hop to and fro over it; then the unclipped one leaves the picture, and the clipped one goes on "
        "along the cliff into the valley where the loss is 0. Right: gradients shorter than 1, then one of length 329, "
        "after which the unclipped run has no gradient at all.",
    )


def two_ways(length: float = 3.0) -> StaticFigure:
    """Draw where clipping at 1 sends gradients of one length, by value and by norm."""
    figure, panels = canvas(columns=2, height=3.9, sharey=True)
    angles = np.radians(np.arange(0, 91, 10))
    gradients = length * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ways = (
        ("by value", ORANGE, lambda g: clipping.clip_by_value([g], 1.0)[0]),
        ("by norm", BLUE, lambda g: clipping.clip_by_global_norm([g], 1.0)[0][0]),
    )
    for axes, (name, color, clip) in zip(panels, ways, strict=True):
        for g in gradients:
            tip = clip(g)
            axes.plot(*np.stack([tip, g]).T, color=MUTED, linewidth=0.7, linestyle=":")
            axes.plot(*np.stack([np.zeros(2), tip]).T, color=color, linewidth=1.4)
            axes.plot(*g, "o", color=MUTED, markersize=4)
            axes.plot(*tip, "o", color=color, markersize=6)
        axes.set(xlabel="first entry", title=name, aspect="equal", xlim=(-0.1, 3.2), ylim=(-0.1, 3.2))
    panels[0].set(ylabel="second entry")
    return show(
        figure,
        alt="Ten gradients of length 3 between the axes. Clipped by value they land on the sides of a square, six of "
        "them in its corner, all pointing at 45 degrees. Clipped by norm they land on a circle, each on its own ray.",
    )


def rescue(free: Run, clipped: Run) -> StaticFigure:
    """Draw losses and gradient norms of one seed, unclipped and clipped at 1."""
    figure, (left, right) = canvas(columns=2, height=3.3, width=7.2)
    for run, color, name in ((free, ORANGE, "unclipped"), (clipped, BLUE, "clipped at 1")):
        steps = np.arange(1, len(run.norms) + 1)
        left.plot(steps, run.losses, color=color, linewidth=1.3, label=name)
        right.plot(steps, run.norms, color=color, linewidth=1.0)
    left.axhline(math.log(2.0), **_RULE)
    right.axhline(1.0, **_RULE)
    left.set(xlabel="update", ylabel="loss", ylim=(0.0, 1.2))
    right.set(xlabel="update", ylabel="norm before clipping", yscale="log")
    left.legend(loc="upper right")
    return show(
        figure,
        alt="Two charts over 200 updates. Unclipped, the norm falls from 100 to below 1 after the first steps, and the "
        "loss stays at the 0.69 of guessing. Clipped, norms between 10 and 100 go on for fifty updates while the loss "
        "falls to nearly 0; then they fall below 0.1.",
    )


def thresholds(accuracies: Mapping[float, Sequence[float]], average: float) -> StaticFigure:
    """Draw the accuracy of every seed for each threshold.

    Args:
        accuracies: For each threshold, infinity for none, the accuracy of every seed.
        average: The mean norm of an unclipped run, for the rule of Pascanu et al.
    """
    figure, axes = canvas(height=3.2)
    largest = 10.0 * max(threshold for threshold in accuracies if math.isfinite(threshold))
    for threshold, found in accuracies.items():
        at = min(threshold, largest)
        spread = at * 1.12 ** (np.arange(len(found)) - (len(found) - 1) / 2)
        axes.plot(spread, found, "o", color=BLUE, markersize=6, alpha=0.8)
    axes.axvspan(0.5 * average, 10.0 * average, color=GREEN, alpha=0.15, linewidth=0)
    label_line(axes, 0.5 * average, 0.4, "½ to 10 times\nthe mean norm", GREEN)
    ticks = sorted(threshold for threshold in accuracies if math.isfinite(threshold))
    axes.set(xlabel="threshold", ylabel="accuracy", xscale="log", ylim=(0.3, 1.05))
    axes.set_xticks([*ticks, largest], [*(f"{t:g}" for t in ticks), "none"])
    axes.minorticks_off()
    return show(
        figure,
        alt="Accuracy of three seeds for each threshold. At 0.01 and 0.1 none has solved the task yet; at 1 and at 10 "
        "all three have; without clipping one has, and two guess.",
    )
