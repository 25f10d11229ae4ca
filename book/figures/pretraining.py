"""The figures of the chapter pretraining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, StaticFigure, canvas, show

LOOKS = {
    "random": (MUTED, ":", "v", r"random, variance $1/n$"),
    "linear": (ORANGE, "--", "s", "autoencoder, linear decoder"),
    "sigmoid": (BLUE, "-", "o", "autoencoder, sigmoid decoder"),
    "rbm": (GREEN, "-.", "^", "Boltzmann machine, CD-1"),
    "scaled": (PURPLE, (0, (4, 1)), "D", r"random, variance $16/n$"),
}
"""Colour, line, marker and name of each start."""


def prepared_layers(profiles: Mapping[str, Sequence[Mapping[str, Sequence[float]]]]) -> StaticFigure:
    """Draw spread and gradient of eight layers when none, four or all have been prepared.

    Args:
        profiles: For each method and number of prepared layers, the lists "spread" and "gradient".
    """
    figure, panels = canvas(columns=2, sharey=True)
    for prepared, color, line in ((0, MUTED, ":"), (4, ORANGE, "--"), (8, BLUE, "-")):
        for axes, quantity in zip(panels, ("spread", "gradient"), strict=True):
            values = profiles["sigmoid"][prepared][quantity]
            label = f"{prepared} of 8 prepared"
            axes.plot(np.arange(1, 9), values, color=color, linestyle=line, marker=".", label=label)
    panels[0].set(xlabel=r"layer $\ell$", yscale="log", title="spread of the activations")
    panels[1].set(xlabel=r"layer $\ell$", title=r"length of $\partial C/\partial a_\ell$")
    panels[1].legend(loc="lower right")
    return show(
        figure,
        alt="Two line charts over eight layers, logarithmic. With no layer prepared the spread of the activations "
        "falls by more than four in each layer going up, and the gradient by as much in each layer going down; "
        "with four prepared both stay level through these four; with all prepared both stay level throughout.",
    )


def gains(measured: Mapping[str, np.ndarray]) -> StaticFigure:
    """Draw by what one layer multiplies the principal directions of the digits.

    Args:
        measured: For each start, the gains along the directions, those of largest variance first.
    """
    figure, axes = canvas(height=3.4)
    for height, name, side in ((1.0, "sigmoid decoder: 1", "top"), (0.5, "linear decoder: ½", "bottom")):
        axes.axhline(height, color=INK, linestyle=(0, (5, 3)), linewidth=1.2)
        axes.text(0.2, height + (0.02 if side == "bottom" else -0.02), name, va=side, ha="left", fontsize=11)
    for start, values in measured.items():
        color, line, marker, label = LOOKS[start]
        directions = np.arange(1, len(values) + 1)
        axes.plot(directions, values, color=color, linestyle=line, marker=marker, markersize=4, label=label)
    axes.set(xlabel="principal direction of the digits", ylabel="gain of the layer", ylim=(0.0, 1.75))
    axes.legend(loc="upper right")
    return show(
        figure,
        alt="The gain of one layer along the first thirty principal directions of the digits. A random layer has "
        "0.25; trained with a linear decoder it has 0.47, just below the dashed line at one half; trained with a "
        "sigmoid decoder about 1.1, near the dashed line at 1.",
    )


def bias_of_cd(steps: Sequence[int], bias: Mapping[str, Sequence[float]]) -> StaticFigure:
    """Draw how far CD-k is from the gradient of the likelihood.

    Args:
        steps: The numbers of steps k.
        bias: For each machine, named in the legend, the relative error for each k.
    """
    figure, axes = canvas(height=3.2)
    looks = ((BLUE, "o", "-"), (GREEN, "^", "-."), (ORANGE, "s", "--"))
    for (name, errors), (color, marker, line) in zip(bias.items(), looks, strict=True):
        axes.plot(steps, errors, color=color, marker=marker, linestyle=line, label=name)
    axes.set(
        xlabel="steps of Gibbs sampling, $k$",
        ylabel="relative error of CD-$k$",
        xscale="log",
        yscale="log",
        ylim=(1e-4, 3.0),
        xticks=list(steps),
        xticklabels=[str(k) for k in steps],
    )
    axes.minorticks_off()
    axes.legend(loc="upper right")
    return show(
        figure,
        alt="The relative error of CD-k against k, both logarithmic. It falls with k in all three machines: fast "
        "for small weights, slowly for large ones, where one step is far off and a hundred may be needed.",
    )


def accuracies(found: Mapping[str, Mapping[int, Sequence[float]]]) -> StaticFigure:
    """Draw the accuracy after fine-tuning against the number of hidden layers.

    Args:
        found: For each start and depth, the accuracies of several seeds.
    """
    figure, axes = canvas(height=3.6)
    for start, by_depth in found.items():
        color, line, marker, label = LOOKS[start]
        depths = sorted(by_depth)
        means = [np.mean(by_depth[depth]) for depth in depths]
        axes.plot(depths, means, color=color, linestyle=line, marker=marker, markersize=5, label=label)
        for depth, values in by_depth.items():
            axes.plot([depth] * len(values), values, ".", color=color, markersize=4)
    axes.axhline(0.1, color=MUTED, linewidth=0.8)
    depths = sorted({depth for by_depth in found.values() for depth in by_depth})
    axes.set(xlabel="hidden layers", ylabel="right, unseen digits", ylim=(0.0, 1.02), xticks=depths)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.12))
    return show(
        figure,
        alt="Accuracy on unseen digits against depth, after the same fine-tuning. From random weights three layers "
        "and five guess. With a linear decoder three reach about one half and five guess; layers prepared as "
        "Boltzmann machines fall from 0.91 at three layers to about 0.75 at twelve; those prepared with a sigmoid "
        "decoder stay near 0.96.",
    )
