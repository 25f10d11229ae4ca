"""The figures of the chapter pytorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from concepts import pytorch_experiments
from figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, StaticFigure, canvas, show


def measured_norms() -> StaticFigure:
    """Draw the gradient norm of each step of two trainings without clipping, and two thresholds."""
    figure, panels = canvas(columns=2, sharey=True)
    for axes, batch_norm, title in zip(panels, (True, False), ("with batch norm", "without"), strict=True):
        norms = pytorch_experiments.healthy_norms(batch_norm)
        steps = np.arange(1, len(norms) + 1)
        axes.plot(steps, norms, ".", color=ORANGE, markersize=4)
        axes.axhline(float(np.percentile(norms, 90)), color=BLUE, linestyle="--")
        axes.axhline(1.0, color=INK, linestyle=":")
        axes.set(xlabel="step", title=title, ylim=(0.0, 6.0))
    panels[0].set_ylabel("gradient norm")
    panels[0].text(
        104, np.percentile(pytorch_experiments.healthy_norms(), 90) + 0.12, "90 %", color=BLUE, ha="right"
    )
    panels[0].text(104, 0.6, "1.0", color=INK, ha="right")
    return show(
        figure,
        alt="Two scatter plots of gradient norms over 105 training steps. With batch norm they fall from 5.5 towards "
        "1.2, without from 3.9 to about 1.3. The 90th percentile lies at 3.8 and at 2.6; nearly all dots lie above 1.",
    )


def contributions(accuracies: Mapping[str, Sequence[float]]) -> StaticFigure:
    """Draw the held-out accuracy of every seed, a row for each training.

    Args:
        accuracies: Name of the training → its accuracies.
    """
    figure, axes = canvas(height=0.42 * len(accuracies) + 1.1)
    colours = [BLUE, GREEN, PURPLE, ORANGE]
    for row, found in enumerate(accuracies.values()):
        axes.plot(found, [row] * len(found), "o", color=colours[row % 4], alpha=0.75)
        axes.plot(np.mean(found), row, "|", color=INK, markersize=16)
    rows = len(accuracies)
    guessing = min(map(min, accuracies.values())) < 0.5
    axes.set(xlim=(0.0, 1.02) if guessing else (0.86, 0.98), ylim=(rows - 0.5, -0.5))
    if guessing:
        axes.axvline(0.1, color=MUTED, linestyle=":")
        axes.text(0.115, rows - 0.6, "guessing", color=MUTED, fontsize=10)
    axes.set(xlabel="accuracy on held-out digits", yticks=range(rows))
    axes.set_yticklabels(list(accuracies))
    listed = "; ".join(f"{name}: {min(found):.2f} to {max(found):.2f}" for name, found in accuracies.items())
    return show(figure, alt=f"Dots for the accuracy of each seed, with a bar at the mean. {listed}.")


def gradients_by_layer(sizes: Mapping[str, Mapping[str, Sequence[float]]]) -> StaticFigure:
    """Draw what hooks measured behind each layer, step by step.

    Args:
        sizes: Name of the network → name of the layer → root mean square of the gradient at each step.
    """
    figure, panels = canvas(columns=2, sharey=True, height=3.2)
    for axes, (title, layers) in zip(panels, sizes.items(), strict=True):
        for name, values in layers.items():
            colour, dash = {"fc1": (BLUE, "-"), "bn1": (GREEN, "-."), "fc2": (PURPLE, "--")}[name]
            steps = range(1, len(values) + 1)
            axes.plot(steps, values, color=colour, linestyle=dash, linewidth=1.3, label=name)
        axes.set(xlabel="step", yscale="log", title=title)
    panels[0].set_ylabel("rms of the gradient")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return show(
        figure,
        alt="Two line charts over training steps: the root mean square of the gradient behind each layer, on a "
        "logarithmic axis, with and without batch norm. The curves of one network run side by side and fall slowly, "
        "with a spike at every 21st step.",
    )
