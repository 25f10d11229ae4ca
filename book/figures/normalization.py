"""The figures of the chapter normalization."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from concepts import normalized_networks
from figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, THEORY, StaticFigure, canvas, show


def gradient_by_layer() -> StaticFigure:
    """Draw how the squared gradient grows through thirty layers, for three batch sizes and for layer norm."""
    depth, width, rng = 30, 128, np.random.default_rng(0)
    layers = np.arange(1, depth + 1)
    weights = rng.normal(0.0, math.sqrt(2.0 / width), size=(depth, width, width))
    figure, axes = canvas()
    for norm, n, color, marker in (
        ("batch", 4, ORANGE, "s"),
        ("batch", 8, PURPLE, "^"),
        ("batch", 128, BLUE, "o"),
        ("layer", 128, GREEN, "v"),
    ):
        x, grad_out = rng.normal(size=(2, n, width))
        measured = normalized_networks.measured_profile(weights, x, grad_out, norm)
        label = f"batch norm, n = {n}" if norm == "batch" else "layer norm"
        axes.plot(layers, normalized_networks.expected_profile(depth, n, norm), **THEORY)
        axes.plot(layers, measured, marker, color=color, markersize=4, label=label)
    axes.set(
        xlabel=r"layer $\ell$",
        ylabel=r"mean square of $\partial C/\partial a_\ell$",
        yscale="log",
        ylim=(1e-2, 1e15),
    )
    axes.legend(loc="upper right")
    return show(
        figure,
        alt="Mean square of the gradient by layer, logarithmic. Going back through 30 ReLU layers it grows "
        "a hundred thousandfold with batch norm and batches of 128, ten millionfold with batches of 8, more than "
        "a billionfold with batches of 4, and keeps its size with layer norm. Dots lie near dashed predictions.",
    )


def growth_by_batch(measured: Mapping[float, Mapping[int, Sequence[float]]]) -> StaticFigure:
    """Draw by what one layer multiplies the squared gradient, over the batch size.

    Args:
        measured: For each slope of the leaky ReLU, by batch size, what single networks did.
    """
    sizes = np.arange(4, 257)
    figure, axes = canvas()
    names = {0.0: "ReLU", 0.25: "leaky, slope ¼", 1.0: "identity"}
    for slope, color, marker in zip(measured, (BLUE, PURPLE, GREEN), "o^s", strict=True):
        axes.plot(sizes, [normalized_networks.growth_in_batches(int(n), slope) for n in sizes], **THEORY)
        for n, factors in measured[slope].items():
            label = names[slope] if n == max(measured[slope]) else None
            axes.plot([n] * len(factors), factors, marker, color=color, markersize=5, label=label)
    axes.axhline(math.pi / (math.pi - 1.0), color=BLUE, linewidth=1)
    axes.text(256, math.pi / (math.pi - 1.0) + 0.05, r"$\pi/(\pi - 1)$", color=BLUE, ha="right")
    axes.axhline(1.0, color=MUTED, linewidth=1)
    axes.set(xlabel="batch size $n$", ylabel="growth a layer", xscale="log")
    axes.set_xticks([4, 8, 16, 32, 64, 128, 256], ["4", "8", "16", "32", "64", "128", "256"])
    axes.minorticks_off()
    axes.legend(loc="upper right")
    return show(
        figure,
        alt="Growth of the squared gradient a layer against the batch size. For ReLU the curve falls from 3.1 at 4 "
        "to 1.47 at 256; for a leaky ReLU with slope one quarter it levels off at 1.20, for the identity at 1. "
        "Dots of random networks lie on the dashed curves, below them for batches of 4.",
    )


def by_test_batch(accuracies: Mapping[str, Mapping[int, float]]) -> StaticFigure:
    """Draw the accuracy of one trained network over the size of the batches in which the test set is shown.

    Args:
        accuracies: By the statistics, `"running"`, `"batch"` or `"sorted"`, accuracy by batch size.
    """
    figure, axes = canvas(height=3.2)
    for which, color, marker, label, place in (
        ("running", BLUE, "o", "running statistics", (2, 0.965)),
        ("batch", GREEN, "s", "the batch’s own", (8.5, 0.74)),
        ("sorted", ORANGE, "v", "the batch’s own, digits sorted", (38, 0.24)),
    ):
        sizes, values = list(accuracies[which]), list(accuracies[which].values())
        axes.plot(sizes, values, color=color, marker=marker)
        axes.text(*place, label, color=color)
    axes.axhline(0.1, color=MUTED, linewidth=1, linestyle=":")
    axes.text(sizes[-1], 0.03, "guessing", color=MUTED, ha="right")
    axes.set(xlabel="size of the test batches", ylabel="accuracy", xscale="log", ylim=(0, 1.05))
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    return show(
        figure,
        alt="Accuracy against the size of the test batches. With running statistics it is 0.93 whatever the batch. "
        "With the batch's own statistics it rises from 0.4 for batches of 2 to 0.92 for 384, and if the digits come "
        "sorted by class it is below 0.3 up to batches of 32.",
    )


def through_time(norms: Mapping[str, Mapping[float, np.ndarray]]) -> StaticFigure:
    """Draw how the gradient's length changes back through the steps of a recurrent network.

    Args:
        norms: By the kind of network (two), by the scale of its weights, the lengths, first step first.
    """
    figure, panels = canvas(columns=2, sharey=True)
    for axes, (title, by_scale) in zip(panels, norms.items(), strict=True):
        for (scale, lengths), color, dash in zip(
            by_scale.items(), (BLUE, INK, ORANGE), ("-", (0, (6, 3)), (0, (1.5, 2))), strict=True
        ):
            steps = np.arange(1, len(lengths) + 1)
            axes.plot(steps, lengths / lengths[-1], color=color, linestyle=dash, label=f"weights × {scale:g}")
        axes.set(xlabel="step $t$", yscale="log", title=title)
    panels[0].set_ylabel("length of the gradient, last step = 1")
    panels[1].legend(loc="upper left")
    return show(
        figure,
        alt="Length of the gradient back through 50 steps of a recurrent network, logarithmic, for weights multiplied "
        "by one half, 1 and 4. Without a norm it vanishes to 1e-19 and 1e-10 and explodes to 1e4; with layer norm "
        "the three curves are one, which falls to 1e-12.",
    )
