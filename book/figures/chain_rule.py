"""The figures of the chapter chain_rule."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from concepts import chain_rule, random_products
from figures.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, THEORY, StaticFigure, canvas, label_line, show

LN10 = math.log(10)


def _power(x: float) -> str:
    """Return a small number as TeX: 0.1, or 10 to a rounded power."""
    return f"{x:.1f}" if x > 0.05 else rf"10^{{{math.log10(x):.0f}}}"


def typical_and_mean(width: int = 4, depth: int = 100) -> StaticFigure:
    """Draw the typical length, the band of most networks, and the root mean square, at variance 1/n."""
    layers = np.arange(depth + 1)
    typical = layers * random_products.lyapunov_exponent(width, 1 / width) / LN10
    spread = 1.96 * np.sqrt(layers) * random_products.log_growth_std(width) / LN10
    networks = random_products.simulate_log_norms(width, depth, 1 / width, 6, np.random.default_rng(1)) / LN10
    figure, axes = canvas()
    axes.fill_between(layers, typical - spread, typical + spread, color=BLUE, alpha=0.2, linewidth=0)
    axes.plot(layers[1:], networks.T, color=MUTED, linewidth=0.8)
    axes.plot(layers, typical, color=BLUE)
    axes.axhline(0, color=ORANGE, linestyle="--")
    label_line(axes, depth, typical[-1], "typical", BLUE)
    label_line(axes, depth, 0, "root mean\nsquare", ORANGE)
    axes.set(xlabel=r"layer $\ell$", ylabel=r"$\log_{10}\|W_\ell\cdots W_1 v\|$", xlim=(0, 1.18 * depth))
    return show(
        figure,
        alt="Line chart over 100 layers of width 4. The root mean square stays at 1; a typical network falls "
        "to about a millionth, and six random networks scatter around that, far below the mean.",
    )


def circles(depths: Sequence[int] = (1, 4, 16)) -> StaticFigure:
    """Draw what a product of 2 × 2 matrices makes of the unit circle, scaled to its longest radius."""
    angle = np.linspace(0, 2 * np.pi, 400)
    matrices = np.random.default_rng(18).normal(0, math.sqrt(0.5), size=(max(depths), 2, 2))
    figure, panels = canvas(columns=len(depths), height=2.6, sharex=True, sharey=True)
    for axes, depth in zip(panels, depths, strict=True):
        s = random_products.singular_values_of_product(list(matrices[:depth]))
        image = np.array([np.cos(angle), np.sin(angle)])
        for W in matrices[:depth]:
            image = W @ image
        axes.fill(*(image / s[0]), facecolor=BLUE, alpha=0.25, edgecolor=BLUE, linewidth=1.5)
        axes.set(
            aspect="equal",
            title=f"$L={depth}$:  $s_2/s_1={_power(s[1] / s[0])}$",
            xlim=(-1.1, 1.1),
            ylim=(-1.1, 1.1),
        )
        axes.set(xlabel=r"$y_1/s_1$", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    panels[0].set_ylabel(r"$y_2/s_1$")
    return show(
        figure,
        alt="Three panels: after one matrix the unit circle is an ellipse, after four a thin one, after "
        "sixteen a line.",
    )


def histogram(
    log_norms: npt.NDArray[np.float64], width: int, weight_variance: float, depth: int
) -> StaticFigure:
    """Draw measured final log-norms, with the normal curve of the theory and the root mean square."""
    mean = depth * random_products.lyapunov_exponent(width, weight_variance) / LN10
    std = math.sqrt(depth) * random_products.log_growth_std(width) / LN10
    rms = depth * random_products.rms_log_growth(width, weight_variance) / LN10
    grid = np.linspace(mean - 4 * std, mean + 4 * std, 200)
    figure, axes = canvas()
    axes.hist(
        log_norms / LN10, bins=50, density=True, color=BLUE, alpha=0.5, label=f"{len(log_norms)} networks"
    )
    curve = np.exp(-0.5 * ((grid - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi))
    axes.plot(grid, curve, **THEORY, label="predicted")
    axes.axvline(mean, color=BLUE)
    axes.axvline(rms, color=ORANGE, linestyle="--")
    top = axes.get_ylim()[1]
    label_line(axes, mean, 1.03 * top, f"typical {mean:.1f}", BLUE)
    label_line(axes, rms, 1.03 * top, f"root mean square {rms:.1f}", ORANGE)
    axes.set(
        xlabel=r"$\log_{10}\|W_L\cdots W_1 v\|$", ylabel="density", ylim=(0, 1.1 * top), xlim=(None, rms + 5)
    )
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.9))
    return show(
        figure,
        alt=f"Histogram of 2000 log-norms: a bell around {mean:.1f} that follows the predicted curve; the "
        f"root mean square stands at {rms:.1f}, beyond its right end.",
    )


def singular_values(spectra: dict[int, npt.NDArray[np.float64]], width: int) -> StaticFigure:
    """Draw sorted singular values of Gaussian products, with the prediction for the deepest one."""
    k = np.arange(1, width + 1)
    figure, axes = canvas()
    for (depth, values), color in zip(spectra.items(), (GREEN, BLUE, PURPLE), strict=True):
        axes.plot(k, values, ".", color=color, markersize=4)
        label_line(axes, width, values[-1], f"$L={depth}$", color)
    deepest = max(spectra)
    theory = [math.exp(deepest * random_products.lyapunov_exponent(width, 1 / width, int(i))) for i in k]
    axes.plot(k, theory, **THEORY, label=rf"$e^{{L\mu_k}}$, $L={deepest}$")
    axes.axhline(1, color=ORANGE, linewidth=1.5, label="orthogonal layers, any depth")
    axes.set(
        xlabel="$k$", ylabel="singular value $s_k$", yscale="log", ylim=(1e-16, 1e3), xlim=(0, 1.12 * width)
    )
    axes.legend(loc="lower left")
    return show(
        figure,
        alt="Sorted singular values on a logarithmic axis. Orthogonal layers keep all at 1. One Gaussian "
        "layer spreads them from 2 to 0.01, ten layers from 5 to 1e-10, fifty below 1e-16 as predicted.",
    )


def underflow(factors: Sequence[float] = (0.9, 0.75, 0.6, 0.45), layers: int = 1200) -> StaticFigure:
    """Draw what float32 makes of long products of equal factors, and the real values."""
    n = np.arange(1, layers + 1)
    figure, axes = canvas()
    dashes = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)))
    for factor, color, dash in zip(factors, (BLUE, ORANGE, GREEN, PURPLE), dashes, strict=True):
        product = chain_rule.running_product(factor, layers)
        alive = product > 0
        axes.plot(n[alive], np.log10(product[alive]), color=color, linestyle=dash)
        axes.plot(n, n * math.log10(factor), color=color, linewidth=1, linestyle=":")
        end = chain_rule.rounding_floor(factor) / 2.0**-149
        text = rf"{factor}: stays at ${end:.0f}\,\eta$" if end else f"{factor}: 0 after {alive.sum()} layers"
        axes.plot([], [], color=color, linestyle=dash, label=text)
    axes.axhline(-126 * math.log10(2), color=MUTED, linewidth=1, linestyle="--")
    axes.annotate("below: fewer digits", (layers, -37), ha="right", color=MUTED)
    axes.set(
        xlabel="number of factors $n$", ylabel=r"$\log_{10}$ of the product", ylim=(-52, 2), xlim=(0, layers)
    )
    axes.legend(loc="upper right", title="float32 (dotted: real)")
    return show(
        figure,
        alt="Four products of equal factors fall on straight lines. In float32 those of 0.9, 0.75 and 0.6 "
        "stop near 1e-45 and stay there for ever; that of 0.45 becomes 0.",
    )


def early_layers(norms: npt.NDArray[np.float64], accuracies: npt.NDArray[np.float64]) -> StaticFigure:
    """Draw gradient norms by layer at the start, and the accuracy when only the last layers are trained."""
    layers = np.arange(1, norms.shape[1] + 1)
    figure, (left, right) = canvas(columns=2, height=3.2)
    left.plot(layers, norms.T, "o", color=BLUE, markersize=5, alpha=0.6)
    left.set(
        xlabel=r"layer $\ell$",
        ylabel=r"$\|\partial C/\partial W_\ell\|$ at the start",
        yscale="log",
        xticks=layers,
    )
    right.plot(layers, accuracies.T, "o", color=ORANGE, markersize=5, alpha=0.6)
    right.plot(layers, accuracies.mean(axis=0), color=ORANGE)
    right.axhline(0.1, color=MUTED, linewidth=1, linestyle="--")
    right.annotate("guessing", (layers[0], 0.11), color=MUTED)
    right.set(xlabel="first trained layer", ylabel="accuracy on new digits", xticks=layers, ylim=(0, 1))
    return show(
        figure,
        alt="Left: gradient norms grow from 0.01 in layer 1 to 1 in layer 4. Right: training layer 4 alone "
        "gives accuracy 0.15, layers 3 and 4 0.33, 2 to 4 0.6, all four 0.94.",
    )
