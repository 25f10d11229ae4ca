"""The figures of the chapter saturation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from concepts import mean_field, saturation
from concepts.last_layer import History
from concepts.sigmoid_chains import mean_gradient, run_chain
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

Array = npt.NDArray[np.float64]


def gradient_by_input(depths: Sequence[int] = (1, 5)) -> StaticFigure:
    """Draw the gradient of chains of equal neurons against the input, for three weights."""
    x = np.linspace(0, 1, 801)
    figure, panels = canvas(columns=len(depths), sharey=True)
    for axes, depth in zip(panels, depths, strict=True):
        for w, color, style in ((2.0, GREEN, "-."), (6.9, BLUE, "-"), (20.0, ORANGE, "--")):
            gradient = run_chain(np.full(depth, w), np.full(depth, -w / 2), x)[1]
            axes.plot(x, gradient, color=color, linestyle=style, label=f"$w={w:g}$")
        axes.axhline(1.0, color=MUTED, linewidth=1)
        axes.set(xlabel="input $x$", yscale="log", ylim=(1e-6, 1e4), title=f"neurons: {depth}")
    panels[0].set(ylabel=r"$|da_L/dx|$")
    panels[0].legend(loc="upper right")
    return show(
        figure,
        alt="Left, one neuron: with weight 2 the gradient is below 1 for every input; with 6.9 it is above 1 "
        "for nearly half of the inputs, with 20 for a narrower window. Right, five neurons: a spike of height "
        "15 or 3000 at the middle, and less than a thousandth nearly everywhere else.",
    )


def slopes() -> StaticFigure:
    """Draw sigmoid and tanh, and their slopes on a logarithmic axis."""
    z = np.linspace(-8, 8, 401)
    figure, (curves, steepness) = canvas(columns=2)
    for name, height, f, df, color, style in (
        ("tanh", -0.88, np.tanh, saturation.tanh_grad, ORANGE, "--"),
        ("sigmoid", 0.12, saturation.sigmoid, saturation.sigmoid_grad, BLUE, "-"),
    ):
        curves.plot(z, f(z), color=color, linestyle=style)
        label_line(curves, -8, height, name, color)
        steepness.plot(z, df(z), color=color, linestyle=style)
    cross = saturation.slopes_cross()
    steepness.plot([-cross, cross], saturation.sigmoid_grad(np.array([-cross, cross])), "o", color=PURPLE)
    steepness.annotate(
        f"±{cross:.2f}", (cross, 0.15), xytext=(5, 4), textcoords="offset points", color=PURPLE
    )
    curves.set(xlabel="$z$", ylabel="$f(z)$")
    steepness.set(xlabel="$z$", ylabel="$f'(z)$", yscale="log")
    return show(
        figure,
        alt="Left: sigmoid from 0 to 1 and tanh from −1 to 1, flat at both ends. Right: their slopes on a "
        "logarithmic axis, peaks of a quarter and 1 at 0 with straight sides; tanh's fall twice as fast and "
        "cross the sigmoid's at ±1.66.",
    )


def window_width() -> StaticFigure:
    """Draw the length of the window in which a neuron keeps the gradient, against its weight."""
    w = np.linspace(4, 60, 600)
    best, widest = saturation.widest_unit_gain()
    figure, axes = canvas()
    axes.plot(w, [saturation.unit_gain_width(v) for v in w], color=BLUE)
    axes.plot([0, 4], [0, 0], color=BLUE)
    axes.plot(w, 2 * np.log(w - 2) / w, **THEORY, label=r"$\frac{2}{|w|}\ln(|w|-2)$")
    axes.plot([best], [widest], "o", color=ORANGE)
    label_line(axes, best, widest + 0.02, f"{widest:.3f} at $|w|$ = {best:.2f}", ORANGE)
    axes.set(xlabel="weight $|w|$", ylabel="length of the window of inputs", ylim=(-0.02, 0.6), xlim=(0, 61))
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Line chart: up to weight 4 there is no window; its length jumps up to 0.45 near weight 6.9 and "
        "falls slowly to 0.14 at weight 60, along 2 ln(w − 2)/w.",
    )


def random_chains(chains: Sequence[tuple[Array, Array]], x: Array) -> StaticFigure:
    """Draw median, nine of ten, and mean of the gradients of random chains, cut off after each neuron."""
    layers = np.arange(1, len(chains[0][0]) + 1)
    low, middle, high, mean = np.empty((4, len(layers)))
    for k, depth in enumerate(layers):
        parts = [(w[:depth], b[:depth]) for w, b in chains]
        sizes = np.abs([run_chain(w, b, x)[1] for w, b in parts])
        low[k], middle[k], high[k] = np.quantile(sizes, [0.05, 0.5, 0.95])
        mean[k] = np.mean([mean_gradient(w, b) for w, b in parts])
    figure, axes = canvas()
    axes.fill_between(layers, low, high, color=BLUE, alpha=0.2, linewidth=0, label="nine gradients of ten")
    axes.plot(layers, middle, color=BLUE, label="median")
    axes.plot(layers, mean, "s--", color=ORANGE, markersize=4, label="mean")
    axes.axhline(1.0, color=MUTED, linewidth=1)
    axes.set(xlabel="neurons $L$", ylabel=r"$|da_L/dx|$", yscale="log", ylim=(1e-30, 1e3), xticks=layers)
    axes.legend(loc="lower left")
    return show(
        figure,
        alt="Chart over one to ten neurons, logarithmic. The mean gradient falls slowly from 0.8 to 0.1; the "
        "median falls to about 1e-13, and nine of ten gradients spread over tens of powers of ten.",
    )


def saturated_layers(stds: Array, shares: Array, width: int) -> StaticFigure:
    """Draw measured saturated shares of three layers against the weights' size, with the prediction."""
    figure, axes = canvas()
    fine = np.geomspace(stds[0], stds[-1], 60)
    widths = [width] * (len(shares[0]) + 1)
    predicted = [
        [
            saturation.gaussian_saturated_share(q)
            for q in mean_field.forward_profile(saturation.sigmoid, widths, [s**2] * len(shares[0]))
        ]
        for s in fine
    ]
    for l, (color, marker) in enumerate(zip((BLUE, ORANGE, GREEN), "os^", strict=True)):
        axes.plot(fine, np.array(predicted)[:, l], **{**THEORY, "color": color})
        axes.plot(stds, shares[:, l], marker, color=color, label=f"layer {l + 1}")
    axes.set(xlabel="standard deviation of the weights", ylabel="saturated share", xscale="log", ylim=(0, 1))
    axes.legend(loc="upper left")
    return show(
        figure,
        alt="Saturated share against the standard deviation of the weights, dots on dashed theory: hardly "
        "any at 0.1; half of the first layer at 0.3, half of the others at 0.5; nine tenths of all at 3.",
    )


def training(histories: Sequence[History]) -> StaticFigure:
    """Draw the mean activations of the four hidden layers and the accuracy, a panel for each run."""
    figure, panels = canvas(columns=len(histories), height=3.4, sharey=True)
    dress = ((BLUE, ":"), (GREEN, "-."), (PURPLE, "--"), (ORANGE, "-"))
    for number, (axes, history) in enumerate(zip(panels, histories, strict=True)):
        for l, (color, style) in enumerate(dress):
            axes.plot(history.means[:, l], style, color=color, label=f"mean of layer {l + 1}")
        axes.plot(history.accuracies, color=INK, linewidth=1, label="accuracy")
        axes.set(xlabel="epoch", ylim=(0, 1.03), title=f"seed {number}")
    panels[0].set(ylabel="mean activation, accuracy")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return show(
        figure,
        alt="Three runs. In each the mean activation of layer 4 falls from a half to below 0.05 within a few "
        "epochs while the other layers stay at a half or above, and the accuracy stays at a tenth; when "
        "layer 4 rises again, between epochs 20 and 60, the accuracy rises with it.",
    )
