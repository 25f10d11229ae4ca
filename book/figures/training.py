"""The figures of the chapter training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from concepts import optimisers
from concepts.polynomial_fits import HIGH, LOW, Fit, log_grid, log_uniform
from figures.style import BLUE, GOLD, GREEN, INK, MUTED, ORANGE, PURPLE, THEORY, StaticFigure, canvas, show

Array = NDArray[np.float64]
COLORS = (BLUE, ORANGE, GREEN, PURPLE, GOLD)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def valley() -> StaticFigure:
    """Draw how far each of five layers still has to go, for gradient descent and for Adam."""
    curvatures = 5.0 ** np.arange(-4, 1)
    figure, panels = canvas(columns=2, sharey=True)
    for axes, rule, lr in zip(panels, ("gradient descent", "Adam"), (1.0, 0.02), strict=True):
        for l, path in enumerate(optimisers.walk(rule, curvatures, lr, 200).T):
            axes.plot(path, color=COLORS[l], linestyle=DASHES[l], label=f"layer {l + 1}")
        axes.axhline(0.0, color=MUTED, linewidth=0.8)
        axes.set(xlabel="step", title=f"{rule}, rate {lr:g}", ylim=(-0.3, 1.1))
    panels[0].set(ylabel="distance from the goal")
    panels[1].legend(loc="upper right")
    return show(
        figure,
        alt="Two line charts over two hundred steps, five layers whose gradients shrink by five a layer. With gradient "
        "descent the last layer arrives at once and the first has gone a quarter of its way; with Adam all five "
        "curves fall together.",
    )


def stretches(measured: Mapping[str, Array]) -> StaticFigure:
    """Draw how long Adam's steps are for a gradient that does not change, if the correction is wrong.

    Args:
        measured: By the two mistakes, "left out" and "stuck at t = 1", the lengths of all steps, in units of η.
    """
    last = len(measured["left out"])
    t = np.arange(1, last + 1)
    predicted = np.array([optimisers.stretch_without_correction(int(step)) for step in t])
    stuck = predicted / optimisers.stretch_without_correction(1)
    shown = np.unique(np.geomspace(1, last, 22).astype(int)) - 1
    figure, axes = canvas()
    for (name, lengths), theory, color, marker in zip(
        measured.items(), (predicted, stuck), (ORANGE, GREEN), "os", strict=True
    ):
        axes.plot(t, theory, **THEORY)
        axes.plot(t[shown], lengths[shown], marker, color=color, markersize=5, label=name)
    axes.axhline(1.0, color=BLUE, label="corrected")
    axes.set(xlabel=r"step $t$", ylabel=r"length of the step over $\eta$", xscale="log", ylim=(0.0, 7.0))
    axes.legend(loc="upper right", title="correction")
    return show(
        figure,
        alt="Length of Adam's steps against the number of the step, for a constant gradient. Corrected: always 1. "
        "Correction left out: 3.16 at first, 6.6 at step 12, back to 1 only after thousands. Correction stuck at "
        "the first step: 1, then 2.1, then 0.32. Measured dots lie on the predicted curves.",
    )


def schedules(rates: Mapping[str, Sequence[float]], costs: Mapping[str, Array]) -> StaticFigure:
    """Draw learning rates, and the mean cost in a valley with noisy gradients under each.

    Args:
        rates: By schedule, the learning rate of every step.
        costs: By schedule, the mean cost before the first step and after each.
    """
    figure, (left, right) = canvas(columns=2)
    for (name, rate), color, dash in zip(rates.items(), COLORS, DASHES, strict=False):
        left.plot(rate, color=color, linestyle=dash)
        right.plot(costs[name], color=color, linestyle=dash, label=name)
    left.set(xlabel="step", ylabel=r"learning rate $\eta$")
    right.set(xlabel="step", ylabel="mean cost", yscale="log")
    right.legend(loc="upper right", fontsize=11)
    return show(
        figure,
        alt="Left, four schedules of the learning rate: constant and high, constant and low, a staircase, a warm-up "
        "with a cosine. Right, the mean cost: high stops falling early, low falls slowly, the staircase and the "
        "cosine end below both.",
    )


def stopping(steps: Array, stopped: Array, penalised: Array) -> StaticFigure:
    """Draw the error of a fit against the steps of gradient descent, and against the penalty that corresponds.

    Args:
        steps: Numbers of steps, t.
        stopped: The error at fresh points after t steps.
        penalised: The error with the penalty λ = 1/(ηt).
    """
    figure, axes = canvas(height=3.0)
    axes.plot(steps, stopped, color=BLUE, label=r"stopped after $t$ steps")
    axes.plot(steps, penalised, color=ORANGE, linestyle="--", label=r"penalty $\lambda = 1/(\eta t)$")
    axes.set(xlabel=r"step $t$", ylabel="error at fresh points", xscale="log", yscale="log")
    axes.legend(loc="upper left")
    return show(
        figure,
        alt="Two curves of one shape over the number of steps: the error at fresh points falls until about step ten, "
        "then rises more than tenfold. One is gradient descent stopped after t steps, the other "
        "a penalty of one over learning rate times t.",
    )


def dropout_moments(measured: Mapping[float, tuple[Array, Array]]) -> StaticFigure:
    """Draw second moments by layer in ReLU networks with He's weights and dropout.

    Args:
        measured: By probability of dropping, the profiles of signals and of gradients.
    """
    figure, panels = canvas(columns=2, sharey=True)
    for (p, profiles), color, marker in zip(measured.items(), COLORS, "os^", strict=False):
        for axes, profile, way in zip(panels, profiles, ("up", "down"), strict=True):
            layers = np.arange(1, len(profile) + 1)
            power = layers if way == "up" else layers[::-1] - 1
            axes.plot(layers, (1.0 - p) ** -power.astype(float), **THEORY)
            axes.plot(layers, profile, marker, color=color, markersize=4, label=f"p = {p:g}")
    panels[0].set(
        xlabel=r"layer $\ell$", ylabel="second moment", yscale="log", title=r"$\mathrm{E}[a_\ell^2]$"
    )
    panels[1].set(xlabel=r"layer $\ell$", title=r"$\mathrm{E}[\delta_\ell^2]$")
    panels[0].legend(loc="upper left")
    return show(
        figure,
        alt="Two charts over twenty ReLU layers with He's weights, logarithmic: without dropout second moments of "
        "signals and gradients stay near 1; with p = 0.2 they grow to about 90, with p = 0.5 to a million, on the "
        "predicted lines.",
    )


def strengths(fit: Fit) -> StaticFigure:
    """Draw the error of a fit against its penalty, and which strengths three searches with 16 trials try.

    Args:
        fit: The task.
    """
    rng = np.random.default_rng(1)
    draws = {
        "uniform": rng.uniform(LOW, HIGH, 16),
        "log-uniform": log_uniform(16, rng),
        "4 × 4 log grid": log_grid(4, rng),
    }
    line = np.geomspace(LOW, HIGH, 200)
    figure, (top, below) = canvas(rows=2, sharex=True, height=3.8, height_ratios=(2, 1))
    top.plot(line, [fit.error(fit.penalised(strength)) for strength in line], color=INK)
    for row, ((_, tried), color, marker) in enumerate(zip(draws.items(), COLORS, "os^", strict=False)):
        below.plot(tried, np.full(len(tried), -row), marker, color=color, markersize=6, alpha=0.7)
    top.set(ylabel="error at fresh points", yscale="log", xscale="log")
    below.set(xlabel=r"strength $\lambda$", ylim=(0.6 - len(draws), 0.4))
    below.set_yticks([-row for row in range(len(draws))], list(draws))
    return show(
        figure,
        alt="Above, the error at fresh points against the strength of the penalty: a dip near 0.3 between "
        "1e-6 and 1e4. Below, the strengths that three searches try: uniform draws all lie above 100, log-uniform "
        "draws lie everywhere, a grid of two parameters tries four different ones.",
    )
