"""The figures of the chapter residual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from concepts import branches
from figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, THEORY, StaticFigure, canvas, show


def branch_profiles() -> StaticFigure:
    """Draw both profiles of twenty blocks: four ways to build them."""
    depth, width, rng = 20, 128, np.random.default_rng(1)
    blocks, (x, grad_out) = branches.draw(depth, width, rng), rng.standard_normal((2, 128, width))
    l = np.arange(depth + 1)
    figure, panels = canvas(columns=2, sharey=True, height=4.2)
    for kind, scale, label, color, marker in (
        ("shortcut", 1.0, r"$s = 1$", ORANGE, "s"),
        ("normalized", 1.0, r"$s = 1$, batch norm", GREEN, "v"),
        ("shortcut", depth**-0.5, r"$s = 1/\sqrt{L}$", BLUE, "o"),
        ("plain", 0.5, r"$s = 1/2$, no shortcut", PURPLE, "^"),
    ):
        measured = branches.measured_profiles(kind, blocks, scale, x, grad_out)
        expected = branches.expected_profiles(kind, depth, scale)
        for axes, dots, line in zip(panels, measured, expected, strict=True):
            axes.plot(l, line, **THEORY)
            axes.plot(l, dots, marker, color=color, markersize=3.5, label=label)
    panels[0].set(
        xlabel=r"block $\ell$", ylabel="second moment", yscale="log", title=r"signal, $\mathrm{E}[a_\ell^2]$"
    )
    panels[1].set(xlabel=r"block $\ell$", title=r"gradient, $\mathrm{E}[g_\ell^2]$")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return show(
        figure,
        alt="Two line charts over 20 blocks, logarithmic. With shortcuts and branches of full size the signal doubles "
        "in each block, to a million, and so does the gradient on its way back; with batch norm on the branch they "
        "grow to 21 and 43; with branches times one over root L to 2.7; without shortcuts and with the "
        "factor one half both vanish. Dots of random networks lie on the predicted dashed lines.",
    )


def path_shares(measured: Mapping[float, np.ndarray], depth: int) -> StaticFigure:
    """Draw through how many branches the gradient comes.

    Args:
        measured: For each branch scale the shares of the squared gradient, `(depth + 1,)`.
        depth: L.
    """
    figure, axes = canvas(height=3.0)
    k = np.arange(depth + 1)
    for offset, color, (scale, shares) in zip((-0.2, 0.2), (ORANGE, BLUE), measured.items(), strict=True):
        label = r"$s = 1$" if scale == 1 else r"$s = 1/\sqrt{L}$"
        axes.bar(k + offset, shares, width=0.4, color=color, label=label)
        axes.plot(k, branches.path_shares(depth, scale), **THEORY)
    axes.set(xlabel="branches on the path", ylabel="share of squared gradient", xlim=(-0.7, depth + 0.5))
    axes.set_xticks(range(0, depth + 1, 2))
    axes.legend(loc="upper right")
    return show(
        figure,
        alt="Bar chart of the share of the squared gradient by the number of branches that it crossed. For branches of "
        "full size it is a bell around 10 of 20; for branches times one over root L 37 percent cross none, 37 percent "
        "one, 18 percent two. Dashed lines, the binomial law, lie on the bars.",
    )


def shattered(curves: Sequence[tuple[str, np.ndarray]], grid: np.ndarray) -> StaticFigure:
    """Draw dy/dx against x for a few networks, one below the other.

    Args:
        curves: Names and gradients, `(256,)`.
        grid: The inputs, `(256,)`.
    """
    figure, rows = canvas(rows=len(curves), height=1.25 * len(curves) + 0.4, sharex=True)
    for axes, color, (name, gradient) in zip(rows, (GREEN, ORANGE, BLUE), curves, strict=True):
        axes.plot(grid, gradient, color=color, linewidth=1.2)
        axes.set(ylabel="dy/dx", yticks=[0])
        axes.margins(x=0.01, y=0.12)
        axes.set_title(name, loc="left", fontsize=11)
    rows[-1].set(xlabel="input $x$")
    return show(
        figure,
        alt="Three curves of the gradient dy/dx over x from -2 to 2. With one hidden layer it is a staircase that "
        "wanders slowly; with 50 plain layers it jumps up and down like noise; with 25 blocks of two layers and "
        "shortcuts it wanders slowly again, with small jumps.",
    )


def autocorrelations(curves: Mapping[str, np.ndarray]) -> StaticFigure:
    """Draw autocorrelations of gradients against the distance of the inputs, in steps of the grid.

    Args:
        curves: Name and mean autocorrelation at the lags 0, 1, …
    """
    figure, axes = canvas(height=3.0)
    styles = ((GREEN, "-"), (ORANGE, (0, (5, 2))), (ORANGE, ":"), (BLUE, "-."))
    for (name, values), (color, line) in zip(curves.items(), styles, strict=True):
        axes.plot(values, color=color, linestyle=line, label=name)
    axes.axhline(0.0, color=MUTED, linewidth=0.8)
    axes.axvline(10, color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="distance of two inputs, in steps of 1/64", ylabel="autocorrelation of dy/dx")
    axes.legend(loc="upper right")
    return show(
        figure,
        alt="Autocorrelation of the gradient against the distance of two inputs. At ten steps it is 0.8 with one "
        "hidden layer, 0.5 with 24 plain layers, 0.3 with 50 plain layers, and 0.7 with 25 blocks with shortcuts.",
    )


def rectified_branches(measured: Mapping[str, Sequence[float]], depths: Sequence[int]) -> StaticFigure:
    """Draw the last signal's second moment against the depth, where a ReLU ends the branch and where it does not.

    Args:
        measured: By name of the scale, `"1/√L"` or `"1/L"`, the second moments of the last block at each depth.
        depths: L.
    """
    figure, axes = canvas(height=3.0)
    l = np.arange(1, max(depths) + 1)
    for (name, dots), power, color in zip(measured.items(), (-0.5, -1.0), (ORANGE, BLUE), strict=True):
        axes.plot(l, [branches.rectified_branch_moments(n, n**power)[-1] for n in l], **THEORY)
        axes.plot(depths, dots, "o", color=color, markersize=5, label=f"ReLU ends the branch, $s = {name}$")
    axes.plot(l, (1 + 1 / l) ** l, color=GREEN, label=r"weights end the branch, $s = 1/\sqrt{L}$")
    axes.set(xlabel="blocks $L$", ylabel=r"$\mathrm{E}[a_L^2]$", yscale="log", ylim=(1, 1e5))
    axes.legend(loc="upper left")
    return show(
        figure,
        alt="Second moment behind the last block against the number of blocks, logarithmic. Branches that end in "
        "weights, times one over root L, stay below e; those that end in a ReLU grow to 400 at 40 blocks with the "
        "same scale, and stay below 1.7 with one over L.",
    )
