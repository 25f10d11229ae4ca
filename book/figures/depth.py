"""The figures of the chapter depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from concepts import depth
from concepts.nonlinearities import NONLINEARITIES
from figures.style import BLUE, GOLD, GREEN, ORANGE, PURPLE, THEORY, StaticFigure, canvas, show

Array = NDArray[np.float64]
COLORS = (BLUE, ORANGE, GREEN, PURPLE, GOLD)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def speeds_by_layer() -> StaticFigure:
    """Draw the speeds that the theory predicts for sigmoid networks with three variances of the weights."""
    sigmoid, layers = NONLINEARITIES["sigmoid"], np.arange(1, 5)
    figure, axes = canvas()
    for sigma_w2, color, dash in zip((1.0, 16.0, 105.0), COLORS, DASHES, strict=False):
        speeds = depth.speed_profile(sigmoid.f, sigmoid.df, 4, sigma_w2, 1.0)
        axes.plot(
            layers, speeds, marker="o", color=color, linestyle=dash, label=rf"$\sigma_w^2 = {sigma_w2:g}$"
        )
    axes.set(xlabel=r"hidden layer $\ell$", ylabel="speed, last layer = 1", yscale="log", xticks=layers)
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Line chart of four hidden sigmoid layers, logarithmic: with weight variance 1/n the first layer "
        "learns a hundredth as fast as the last, with 16/n a fifth, with 105/n four fifths.",
    )


def speeds_before_training(measured: Mapping[int, Array], factor: float) -> StaticFigure:
    """Draw the speeds of all networks as quartiles and medians, with the slope that the theory predicts."""
    figure, axes = canvas(columns=len(measured), sharey=True)
    for part, (hidden, speeds) in zip(axes, measured.items(), strict=True):
        layers = np.arange(1, hidden + 1)
        low, middle, high = np.quantile(speeds, (0.25, 0.5, 0.75), axis=0)
        part.errorbar(layers, middle, yerr=(middle - low, high - middle), fmt="o", color=BLUE, capsize=4)
        part.plot(layers, middle[-1] * factor ** (layers - hidden), **THEORY)
        part.set(xlabel=r"hidden layer $\ell$", yscale="log", xticks=layers, title=f"{hidden} hidden layers")
    axes[0].set(ylabel=r"speed $\|\partial C/\partial b_\ell\|$")
    return show(
        figure,
        alt="Three charts for two, three and four hidden layers, logarithmic. Medians with quartiles lie on "
        "dashed lines that climb by the predicted factor of 4.88 a layer; the last layer is always near 0.29.",
    )


def speeds_in_training(history: Array) -> StaticFigure:
    """Draw the speed of every hidden layer during training."""
    figure, axes = canvas()
    for l, (color, dash) in enumerate(zip(COLORS, DASHES, strict=False)):
        if l < history.shape[1]:
            axes.plot(history[:, l], color=color, linestyle=dash, label=f"hidden layer {l + 1}")
    axes.set(
        xlabel="step of gradient descent", ylabel=r"speed $\|\partial C/\partial b_\ell\|$", yscale="log"
    )
    axes.legend(loc="upper right", ncols=2)
    return show(
        figure,
        alt="Line chart over 300 steps, logarithmic: four hidden layers start a factor of five apart, the last "
        "at 0.3; within some fifty steps all have fallen to about 0.00005, where they stay close together.",
    )


def back_through_time(norms: Mapping[str, Array], predicted: Mapping[str, float]) -> StaticFigure:
    """Draw the gradient at each time relative to the last, all seeds, with the growth that theory predicts."""
    figure, axes = canvas()
    for (name, curves), color, dash in zip(norms.items(), COLORS, DASHES, strict=False):
        times = np.arange(1, curves.shape[1] + 1)
        axes.plot(times, (curves / curves[:, -1:]).T, color=color, linestyle=dash, linewidth=1)
        axes.plot([], [], color=color, linestyle=dash, label=name)
        axes.plot(times, predicted[name] ** (times[-1] - times), **THEORY)
    axes.set(xlabel="time $t$", ylabel=r"$\|\partial C/\partial h_t\|$, last time = 1", yscale="log")
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Line chart over a hundred times, logarithmic. On the way back to time 1 the gradient falls by "
        "more than twenty powers of ten with small uniform weights, by about three with a rotation, and "
        "grows by about two or three with one and a half times a rotation; dashed theory lines follow.",
    )


def learning_rates(rates: Sequence[float], curves: Array) -> StaticFigure:
    """Draw the distance from the minimum of a parabola for several step sizes."""
    figure, axes = canvas()
    for rate, curve, color, dash in zip(rates, curves, COLORS, DASHES, strict=False):
        axes.plot(np.abs(curve), color=color, linestyle=dash, label=rf"$\eta\lambda = {rate:g}$")
    axes.set(xlabel="step", ylabel="distance from the minimum", yscale="log")
    axes.legend(loc="lower left")
    return show(
        figure,
        alt="Line chart, logarithmic: the distance shrinks with step sizes below two over the curvature, the "
        "fastest near one over the curvature, stays as it is at two, and grows beyond.",
    )
