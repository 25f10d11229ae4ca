"""The figures of the chapter activations."""

from __future__ import annotations

import numpy as np

from concepts import kept_shares
from concepts.activations import swish, swish_grad, swish_minimum
from concepts.mean_field import forward_gain
from concepts.nonlinearities import NONLINEARITIES
from figures.style import BLUE, GOLD, GREEN, INK, MUTED, ORANGE, PURPLE, THEORY, StaticFigure, canvas, show

FAMILY = {
    "ReLU": ("relu", INK, "-"),
    "ELU": ("elu", GREEN, "-"),
    "SELU": ("selu", GOLD, "--"),
    "tanh": ("tanh", BLUE, "-."),
    "Swish": ("silu", ORANGE, "-"),
    "GELU": ("gelu", PURPLE, "--"),
}


def three_fates(first: float = 1.2, depth: int = 30, width: int = 200) -> StaticFigure:
    """Draw what becomes of a signal that is a fifth too large under three activations with their own gains."""
    layers = np.arange(1, depth + 1)
    figure, panels = canvas(columns=2, sharey=True)
    for label, color, marker in (("ReLU", INK, "o"), ("SELU", GOLD, "s"), ("Swish", ORANGE, "^")):
        activation, rng = NONLINEARITIES[FAMILY[label][0]], np.random.default_rng(0)
        f, df, gain = activation.f, activation.df, forward_gain(activation.f)
        weights = kept_shares.random_network(depth, width, gain, first, rng)
        x, delta_out = rng.standard_normal((2, 100, width))
        measured = kept_shares.measured_profiles(f, df, weights, x, delta_out)
        expected = kept_shares.expected_profiles(f, df, gain, first, depth)
        for axes, dots, line in zip(panels, measured, expected, strict=True):
            axes.plot(layers, line, **THEORY)
            axes.plot(layers, dots, marker, color=color, markersize=3.5, label=f"{label}, g = {gain:.3g}")
    panels[0].set(
        xlabel=r"layer $\ell$",
        ylabel="second moment",
        yscale="log",
        title=r"signal, $\mathrm{E}[z_\ell^2]$",
    )
    panels[1].set(xlabel=r"layer $\ell$", title=r"gradient, $\mathrm{E}[\delta_\ell^2]$")
    panels[0].legend(loc="upper left")
    return show(
        figure,
        alt="Two line charts over 30 layers, logarithmic, from a signal of second moment 1.2. With ReLU both signal "
        "and gradient stay level. With SELU the signal returns to 1 and the gradient grows slowly towards the first "
        "layer. With Swish the signal grows past 500 and the gradient past 1000; dots of a random network follow.",
    )


def shares() -> StaticFigure:
    """Draw the share of the signal that each activation keeps, and what that costs the gradient."""
    q = np.geomspace(0.01, 100.0, 81)
    figure, (left, right) = canvas(columns=2, height=3.8)
    for label, (name, color, style) in FAMILY.items():
        f, df = NONLINEARITIES[name].f, NONLINEARITIES[name].df
        signal = np.array([kept_shares.signal_share(f, v) for v in q])
        gradient = np.array([kept_shares.gradient_share(df, v) for v in q])
        left.plot(q, signal, color=color, linestyle=style)
        right.plot(q, gradient / signal, color=color, linestyle=style, label=label)
    left.set(xlabel="$q$", xscale="log", ylim=(0.0, 1.6), title=r"$\kappa_f$: kept of the signal")
    right.set(
        xlabel="$q$", xscale="log", ylim=(0.97, 1.45), title=r"$\kappa_{f'}/\kappa_f$: gradient over signal"
    )
    for axes in (left, right):
        axes.set_xticks([0.01, 1.0, 100.0])
    right.legend(fontsize=10, loc="upper left")
    return show(
        figure,
        alt="Left: the share of the second moment that an activation keeps, against the variance q from 0.01 to 100. "
        "ReLU is flat at one half; ELU, SELU and tanh fall; Swish and GELU rise from a quarter to one half. Right: "
        "the gradient's share over the signal's. It is 1 for ReLU and above 1 for all others at every q.",
    )


def swish_and_gelu() -> StaticFigure:
    """Draw Swish and GELU with their slopes, lowest points and steepest points."""
    x = np.linspace(-5.0, 5.0, 401)
    gelu = NONLINEARITIES["gelu"]
    low, steep = np.array([swish_minimum()]), np.array([kept_shares.swish_steepest()])
    low_gelu, steep_gelu = np.array([kept_shares.gelu_minimum()]), np.array([2.0**0.5])
    figure, (left, right) = canvas(columns=2, height=3.2)
    for axes, values, values_gelu in ((left, swish(x), gelu.f(x)), (right, swish_grad(x), gelu.df(x))):
        axes.plot(x, values, color=ORANGE, label="Swish")
        axes.plot(x, values_gelu, color=PURPLE, linestyle="--", label="GELU")
    left.plot(low, swish(low), "o", color=ORANGE)
    left.plot(low_gelu, gelu.f(low_gelu), "o", color=PURPLE)
    right.plot(steep, swish_grad(steep), "o", color=ORANGE)
    right.plot(steep_gelu, gelu.df(steep_gelu), "o", color=PURPLE)
    right.axhline(1.0, color=MUTED, linewidth=1.0)
    left.set(xlabel="$z$", ylim=(-0.4, 1.6), title="$f(z)$")
    right.set(xlabel="$z$", title="$f'(z)$")
    left.legend(loc="upper left")
    return show(
        figure,
        alt="Left: Swish and GELU fall from 0 to a lowest point, Swish to -0.28 at -1.28 and GELU to -0.17 at -0.75, "
        "and then rise like the identity. Right: their slopes dip below 0, pass one half at 0 and overshoot 1, "
        "Swish to 1.10 at 2.40 and GELU to 1.13 at 1.41.",
    )


def dead_by_layer(default: np.ndarray, he: np.ndarray) -> StaticFigure:
    """Draw the share of dead units in each layer of untrained networks.

    Args:
        default: Shares for PyTorch's default initialisation, `(draws, layers)`.
        he: Shares for He's, `(draws, layers)`.
    """
    layers = np.arange(1, default.shape[1] + 1)
    figure, axes = canvas(height=3.2)
    for shares, color, style, label in (
        (default, ORANGE, "o-", "PyTorch's default"),
        (he, BLUE, "s--", "He's weights"),
    ):
        axes.fill_between(layers, shares.min(axis=0), shares.max(axis=0), color=color, alpha=0.2, linewidth=0)
        axes.plot(layers, shares.mean(axis=0), style, color=color, markersize=5, label=label)
    axes.axhline(0.5, **THEORY)
    axes.text(1.0, 0.515, "all inputs alike: one half", color=INK)
    axes.set(xlabel=r"layer $\ell$", ylabel="share of dead units", ylim=(0.0, 0.65), xticks=layers)
    axes.legend(loc="center left")
    return show(
        figure,
        alt="The share of dead ReLU units before training against the layer, ten layers. With PyTorch's default it "
        "climbs from 0 to about one half by layer 6 and stays there; with He's weights it rises slowly to about "
        "one tenth.",
    )
