"""The figures of the chapter he."""

from __future__ import annotations

import math

import numpy as np

from concepts import he, relu_networks
from figures.style import BLUE, GREEN, INK, ORANGE, THEORY, StaticFigure, canvas, show


def three_constants() -> StaticFigure:
    """Draw both profiles of thirty ReLU layers for three constants c in Var(w) = c / n."""
    depth, width, rng = 30, 200, np.random.default_rng(0)
    layers, widths = np.arange(1, depth + 1), [width] * (depth + 1)
    x, delta_out = rng.standard_normal((2, 100, width))
    figure, panels = canvas(columns=2, sharey=True)
    for constant, label, color, marker in (
        (2.0, r"$2/n$: He", BLUE, "o"),
        (1.0, r"$1/n$: Xavier", ORANGE, "s"),
        (1 / 3, r"$1/(3n)$: PyTorch", GREEN, "^"),
    ):
        variance = constant / width
        weights = [rng.normal(0.0, math.sqrt(variance), size=(width, width)) for _ in layers]
        measured = relu_networks.measured_profiles(weights, x, delta_out)
        expected = relu_networks.expected_profiles(widths, [variance] * depth)
        for axes, dots, line in zip(panels, measured, expected, strict=True):
            axes.plot(layers, line, **THEORY)
            axes.plot(layers, dots, marker, color=color, markersize=3.5, label=label)
    panels[0].set(
        xlabel=r"layer $\ell$",
        ylabel="second moment",
        yscale="log",
        title=r"activations, $\mathrm{E}[a_\ell^2]$",
    )
    panels[1].set(xlabel=r"layer $\ell$", title=r"gradients, $\mathrm{E}[\delta_\ell^2]$")
    panels[0].legend(loc="lower left")
    return show(
        figure,
        alt="Two line charts over 30 ReLU layers, logarithmic. With weight variance 2/n activations and gradients "
        "stay near 1; with 1/n both halve in each layer and reach 1e-9; with 1/(3n) both are divided by six in "
        "each layer and reach 1e-23. Dots of a random network lie on the predicted dashed lines.",
    )


def two_halves(negative_slope: float = 0.5) -> StaticFigure:
    """Draw what a ReLU and a leaky ReLU keep of the second moment of a normal pre-activation."""
    z = np.linspace(-4.0, 4.0, 400)
    share = z**2 * np.exp(-(z**2) / 2.0) / math.sqrt(2.0 * math.pi)
    kept = np.where(z > 0.0, 1.0, negative_slope**2) * share
    figure, axes = canvas(height=2.8)
    axes.fill_between(z, share, where=z >= 0.0, color=BLUE, alpha=0.35, linewidth=0)
    axes.fill_between(z, kept, where=z <= 0.0, color=ORANGE, alpha=0.35, linewidth=0)
    axes.plot(z, share, color=INK)
    axes.plot(z[z < 0.0], kept[z < 0.0], color=ORANGE, linestyle="--")
    axes.text(1.55, 0.11, "½", color=BLUE, ha="center", fontsize=16)
    axes.text(-1.55, 0.02, "½ α²", color=ORANGE, ha="center", fontsize=13)
    axes.text(-1.55, 0.17, "lost", color=INK, ha="center")
    axes.set(xlabel=r"$z$", ylabel=r"$z^2\,\varphi(z)$", ylim=(0.0, 0.32))
    return show(
        figure,
        alt="The curve z squared times the normal density has two equal humps, left and right of 0. A ReLU keeps the "
        "right one, an area of one half; a leaky ReLU with slope one half keeps a quarter of the left one too.",
    )


def vgg_gradient(measured: np.ndarray) -> StaticFigure:
    """Draw what is left of a gradient in VGG's ten convolutions, all with the standard deviation 0.01.

    Args:
        measured: Root mean squares of the errors in one random network, `(10,)`, relative to the last.
    """
    shapes = he.VGG_SHAPES
    layers = np.arange(1, len(shapes) + 2)
    figure, axes = canvas()
    for std, color, dash in ((0.01, ORANGE, "-"), (0.02, GREEN, "-.")):
        left = [he.gradient_scale([std] * len(shapes[l:]), shapes[l:]) for l in range(len(layers))]
        axes.plot(layers, left, color=color, linestyle=dash, label=f"std {std} everywhere")
    axes.plot(layers, np.ones(len(layers)), color=BLUE, label=r"He: $\sqrt{2/n_\mathrm{out}}$")
    axes.plot(layers, measured, "o", color=ORANGE, markersize=5, label="0.01, measured")
    axes.set(
        xlabel="convolution", ylabel=r"rms of $\delta_\ell$, last layer = 1", yscale="log", xticks=layers
    )
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Line chart over ten convolutions, logarithmic. With standard deviation 0.01 everywhere the gradient falls "
        "on its way back to 6e-5 of its size, and dots measured in a network follow the line; with 0.02 it falls to "
        "0.03; with He's standard deviations it stays 1.",
    )


def cosines(measured: np.ndarray) -> StaticFigure:
    """Draw how two inputs at a right angle become alike from layer to layer.

    Args:
        measured: Cosines between the two signals in one random network, layer by layer.
    """
    layers, cosine, predicted = np.arange(1, len(measured) + 1), 0.0, []
    for _ in layers:
        cosine = relu_networks.next_cosine(cosine)
        predicted.append(cosine)
    figure, axes = canvas(height=2.8)
    axes.plot(layers, predicted, **THEORY, label="wide layers")
    axes.plot(layers, measured, ".", color=BLUE, markersize=7, label="one network")
    axes.set(xlabel=r"layer $\ell$", ylabel="cosine of two signals", ylim=(0.0, 1.05))
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="The cosine between the signals of two inputs that were at a right angle rises from 0.32 in layer 1 "
        "towards 1: 0.74 by layer 5 and above 0.95 by layer 25; a random network's dots follow the prediction.",
    )
