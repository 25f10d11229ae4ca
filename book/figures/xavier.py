"""The figures of the chapter xavier."""

from __future__ import annotations

import numpy as np

from concepts import mean_field, xavier
from concepts.nonlinearities import NONLINEARITIES
from figures.style import BLUE, GREEN, ORANGE, PURPLE, THEORY, StaticFigure, canvas, label_line, show

TANH, SIGMOID = NONLINEARITIES["tanh"], NONLINEARITIES["sigmoid"]
FORWARD_LABEL = r"activations, $\mathrm{Var}(a_\ell)$"
BACKWARD_LABEL = r"gradients, $\mathrm{E}[\delta_\ell^2]$"
DELTA_LABEL = r"$\mathrm{E}[\delta_\ell^2]$, last layer = 1"


def by_layer(std: float = 0.02) -> StaticFigure:
    """Draw both profiles of a tanh network, in theory and in one random network, as the page's widget opens."""
    depth, width, rng = 20, 100, np.random.default_rng(0)
    layers = np.arange(1, depth + 1)
    x, delta_out = rng.standard_normal((2, 300, width))
    weights = [rng.normal(0.0, std, size=(width, width)) for _ in layers]
    moments = xavier.gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)
    q, backward = mean_field.square_profiles(TANH.f, TANH.df, width * std**2, depth)
    forward = [mean_field.next_variance(TANH.f, before) for before in q]
    figure, axes = canvas()
    axes.plot(layers, forward, color=BLUE)
    axes.plot(layers, xavier.variance_by_layer(weights, x, TANH.f), "o", color=BLUE, label=FORWARD_LABEL)
    axes.plot(layers, backward, "--", color=ORANGE)
    axes.plot(layers, moments / moments[-1], "s", color=ORANGE, label=BACKWARD_LABEL)
    title = rf"$\mathrm{{std}} = {std}$"
    axes.set(xlabel=r"layer $\ell$", ylabel="variance", yscale="log", xticks=[1, 5, 10, 15, 20], title=title)
    axes.legend(loc="lower center")
    return show(
        figure,
        alt="Line chart over 20 layers, logarithmic, for a standard deviation of 0.02. The variance of the "
        "activations falls from 0.04 in layer 1 to 1e-28 in layer 20, the mean square of the gradients from 1 in "
        "layer 20 to 3e-27 in layer 1; dots of a random network lie on the predicted lines.",
    )


def fixed_std() -> StaticFigure:
    """Draw both profiles of a tanh network for three fixed standard deviations of the weights."""
    depth, width, rng = 20, 100, np.random.default_rng(0)
    layers = np.arange(1, depth + 1)
    x, delta_out = rng.standard_normal((300, width)), rng.standard_normal((300, width))
    figure, (forward, backward) = canvas(columns=2, sharey=True)
    for std, color, marker in ((0.3, ORANGE, "s"), (0.1, BLUE, "o"), (0.03, GREEN, "^")):
        weights = [rng.normal(0.0, std, size=(width, width)) for _ in layers]
        moments = xavier.gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)
        for axes, profile in (
            (forward, xavier.variance_by_layer(weights, x, TANH.f)),
            (backward, moments / moments[-1]),
        ):
            axes.plot(
                layers,
                profile,
                f"{marker}-",
                color=color,
                markersize=3.5,
                linewidth=1,
                label=rf"$\mathrm{{std}} = {std}$",
            )
    forward.set(xlabel=r"layer $\ell$", ylabel="variance", yscale="log", title=FORWARD_LABEL)
    backward.set(xlabel=r"layer $\ell$", title=BACKWARD_LABEL)
    forward.legend(loc="lower left")
    return show(
        figure,
        alt="Two line charts over 20 layers, logarithmic. With standard deviation 0.03 activations fall to "
        "about 1e-21 and gradients, on the way back, to 1e-20; with 0.3 activations stay near 0.7 while "
        "gradients grow a hundred-thousandfold; with 0.1 both change less than a hundredfold.",
    )


def compromises() -> StaticFigure:
    """Draw the forward factor of four compromises against the ratio of the fans."""
    ratio = np.geomspace(1 / 16, 16, 200)  # n_in / n_out
    means = (
        (r"arithmetic mean", (1 + ratio) / 2, ORANGE, "--"),
        (r"geometric mean", np.sqrt(ratio), GREEN, "-."),
        (r"harmonic mean: Xavier", [xavier.xavier_variance(r, 1) * r for r in ratio], BLUE, "-"),
    )
    figure, axes = canvas()
    for label, factor, color, style in means:
        axes.plot(ratio, factor, color=color, linestyle=style, label=label)
    axes.axhline(2.0, **THEORY)
    label_line(axes, 1 / 16, 2.5, "never above 2", THEORY["color"])
    axes.set(
        xlabel=r"$n_\mathrm{in} / n_\mathrm{out}$",
        ylabel=r"forward factor $n_\mathrm{in}\,\mathrm{Var}(w)$",
        xscale="log",
        yscale="log",
    )
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Line chart: as the ratio of fan-in to fan-out grows from 1/16 to 16, the forward factor of the "
        "arithmetic mean grows to 8.5, that of the geometric mean to 4, and that of the harmonic mean "
        "levels off just below 2.",
    )


def glorot_measurement() -> StaticFigure:
    """Draw Glorot's comparison: back-propagated gradients under the old standard and under Xavier."""
    rng, layers, width = np.random.default_rng(1), np.arange(1, 6), 1000
    x, delta_out = rng.standard_normal((300, width)), rng.standard_normal((300, width))
    figure, axes = canvas()
    for draw, sigma_w2, color, label in (
        (xavier.standard_uniform, 1 / 3, ORANGE, "old standard"),
        (xavier.xavier_uniform, 1.0, BLUE, "Xavier"),
    ):
        weights = [draw(width, width, rng) for _ in layers]
        measured = xavier.gradient_moment_by_layer(weights, x, TANH.f, TANH.df, delta_out)
        _, predicted = mean_field.square_profiles(TANH.f, TANH.df, sigma_w2, depth=5)
        axes.plot(layers, predicted, **THEORY)
        axes.plot(layers, measured / measured[-1], "o", color=color)
        axes.annotate(
            label, (2, measured[1] / measured[-1]), xytext=(8, -14), textcoords="offset points", color=color
        )
    axes.set(xlabel=r"layer $\ell$", ylabel=DELTA_LABEL, yscale="log", xticks=layers)
    return show(
        figure,
        alt="Five layers, logarithmic axis, dots on dashed theory curves. Under the old standard the "
        "gradient falls from 1 in layer 5 to 0.007 in layer 1; under Xavier to 0.17.",
    )


def sigmoid_repair() -> StaticFigure:
    """Draw a sigmoid network's gradients under Xavier, 16 times Xavier, and with its mean cancelled."""
    rng, layers, width = np.random.default_rng(2), np.arange(1, 11), 400
    x, delta_out = rng.standard_normal((200, width)), rng.standard_normal((200, width))
    figure, axes = canvas()
    for nonlinearity, scale, color, label in (
        (TANH, 1.0, BLUE, "×16 and mean cancelled (tanh)"),
        (SIGMOID, 4.0, GREEN, "16 × Xavier"),
        (SIGMOID, 1.0, ORANGE, "Xavier"),
    ):
        weights = [scale * xavier.xavier_normal(width, width, rng) for _ in layers]
        f, df = nonlinearity.f, nonlinearity.df
        measured = xavier.gradient_moment_by_layer(weights, x, f, df, delta_out)
        _, predicted = mean_field.square_profiles(f, df, scale**2, depth=10)
        axes.plot(layers, predicted, **THEORY)
        axes.plot(layers, measured / measured[-1], "o", color=color, label=label)
    axes.set(xlabel=r"layer $\ell$", ylabel=DELTA_LABEL, yscale="log", xticks=layers)
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Ten sigmoid layers, logarithmic axis. Under Xavier the gradient of layer 1 is 4e-12 of the "
        "last; with sixteen times the variance 2e-4; with the mean cancelled as well 0.08.",
    )


def tanh_decay() -> StaticFigure:
    """Draw the slow decay of tanh's activations under Xavier, and what the gain 5/3 does instead."""
    depth, width, rng = 100, 400, np.random.default_rng(3)
    layers = np.arange(1, depth + 1)
    x = rng.standard_normal((100, width))
    figure, axes = canvas()
    for gain, color, label in ((5 / 3, ORANGE, "gain 5/3"), (1.0, BLUE, "gain 1: Xavier")):
        weights = [gain * xavier.xavier_normal(width, width, rng) for _ in layers]
        axes.plot(layers, xavier.variance_by_layer(weights, x, TANH.f), ".", color=color, label=label)
    axes.plot(layers, [mean_field.tanh_decay(int(l)) for l in layers], **THEORY, label=r"$1/(2\ell)$")
    settled = mean_field.fixed_point(TANH.f, 25 / 9) / (25 / 9)
    axes.axhline(settled, **THEORY)
    axes.annotate("fixed point", (100, settled), xytext=(0, -16), textcoords="offset points", ha="right")
    axes.set(xlabel=r"layer $\ell$", ylabel=r"$\mathrm{Var}(a_\ell)$", xscale="log", yscale="log")
    axes.legend(loc="lower left")
    return show(
        figure,
        alt="Log-log chart over 100 layers. With gain 1 the activation variance falls from 0.39 along the "
        "dashed line 1/(2l) to about 0.004; with gain 5/3 it stays at 0.42.",
    )


def edge_of_chaos() -> StaticFigure:
    """Draw the gradient factor per layer against the weight variance, for two bias variances."""
    figure, axes = canvas()
    # Without biases and below 1 the signal dies, q* = 0, where the factor is the weight variance itself.
    ends = {0.0: ([0.5, 1.0], 1.02), 0.05: ([], 0.5)}
    for (sigma_b2, (dead, low)), color in zip(ends.items(), (BLUE, ORANGE), strict=True):
        scales = np.linspace(low, 4.0, 120)
        fixed_points = [mean_field.fixed_point(TANH.f, s, sigma_b2) for s in scales]
        chi = [mean_field.gradient_factor(TANH.df, q, s) for q, s in zip(fixed_points, scales, strict=True)]
        axes.plot([*dead, *scales], [*dead, *chi], color=color, label=rf"$\sigma_b^2 = {sigma_b2:g}$")
    critical = mean_field.critical_weight_variance(TANH.f, TANH.df, 0.05)
    axes.axhline(1.0, **THEORY)
    axes.plot([1.0, critical], [1.0, 1.0], "o", color=PURPLE, zorder=4)
    torch_chi = mean_field.gradient_factor(TANH.df, mean_field.fixed_point(TANH.f, 25 / 9), 25 / 9)
    axes.plot([25 / 9], [torch_chi], "s", color=GREEN, zorder=4)
    axes.annotate("gain 5/3", (25 / 9, torch_chi), xytext=(-62, 8), textcoords="offset points", color=GREEN)
    axes.text(3.0, 0.9, "gradients vanish", ha="center")
    axes.text(0.5, 1.3, "gradients explode", ha="left")
    axes.set(
        xlabel=r"$\sigma_w^2 = n_\mathrm{in}\,\mathrm{Var}(w)$", ylabel=r"$\chi$ at the fixed point $q^*$"
    )
    axes.legend(loc="lower right")
    return show(
        figure,
        alt="Line chart of the gradient factor chi of tanh against the weight variance. Without biases it "
        "crosses 1 at 1; with bias variance 0.05 at 1.76; PyTorch's gain 5/3 sits at 2.78 with chi 1.21.",
    )
