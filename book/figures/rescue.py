"""The figures of the chapter rescue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from IPython.display import Markdown

from concepts import rescue_combinations
from concepts.rescue_experiments import Outcome, Plan
from concepts.rescue_theory import expected_ratio
from figures.measurements import number
from figures.style import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, THEORY, StaticFigure, canvas, show


def ward() -> StaticFigure:
    """Draw gradients by layer before training, and the cost of a short training, for four networks."""
    table = rescue_combinations.measured()
    names = {
        "the patient": ("sigmoid", "nothing", "sgd", INK, ":"),
        "ReLU alone": ("relu", "nothing", "sgd", ORANGE, "--"),
        "batch norm, ReLU": ("he", "batch", "sgd", PURPLE, "-."),
        "a shortcut": ("sigmoid", "shortcut", "sgd", BLUE, "-"),
    }
    figure, (left, right) = canvas(columns=2)
    for label, (layers, around, step, color, dash) in names.items():
        gradients = table[f"{layers} {around}"]["gradients"]
        costs = table[f"{layers} {around} {step}"]["costs"]
        left.plot(range(1, 31), gradients, color=color, linestyle=dash, label=label)
        right.plot(np.arange(len(costs)) * 2 + 1.5, costs, color=color, linestyle=dash)
    left.set(xlabel=r"layer $\ell$", yscale="log", ylabel=r"$\|\partial C/\partial W_\ell\|$ at the start")
    right.set(xlabel="step", ylabel="cost", ylim=(0, None))
    figure.legend(loc="outside lower center", ncols=2)
    return show(
        figure,
        alt="Left, the norm of the gradient over thirty layers before training: in the patient it falls from 0.1 in "
        "the last layer to 1e-19 in the first; rectifiers alone have the same tiny norm everywhere; with batch norm "
        "and rectifiers it grows a hundredfold towards the first; with a shortcut it is level. Right, the cost during "
        "forty steps: it falls with the shortcut and a little with batch norm.",
    )


def ledger(found: Mapping[str, tuple[Plan, Outcome]]) -> Markdown:
    """Return a table with a line for each plan: theory and measurement before training, accuracy after it.

    Args:
        found: By the name of a remedy, its plan and what came of it.
    """
    lines = ["| remedy | ratio, theory | ratio | spread | right |", "|---|---|---|---|---|"]
    for name, (plan, outcome) in found.items():
        ratio, spread = (np.exp(np.mean(np.log(numbers))) for numbers in (outcome.ratios, outcome.spread))
        lines.append(
            f"| {name} | {number(expected_ratio(plan), 2)} | {number(ratio, 2)} | {number(spread, 2)} "
            f"| {100 * outcome.accuracies.mean():.0f}% |"
        )
    return Markdown("\n".join(lines))


def overview(found: Mapping[str, tuple[Plan, Outcome]]) -> StaticFigure:
    """Draw the gradient's ratio and the accuracy of every network of every plan.

    Args:
        found: By the name of a remedy, its plan and what came of it.
    """
    figure, (left, right) = canvas(columns=2, sharey=True, width=7.2, height=0.27 * len(found) + 1.2)
    rows = np.arange(len(found))
    left.axvspan(0.03, 30, color=GREEN, alpha=0.15, linewidth=0)
    right.axvspan(0.9, 1.0, color=GREEN, alpha=0.15, linewidth=0)
    for row, (plan, outcome) in enumerate(found.values()):
        left.plot(expected_ratio(plan), row, "|", color=THEORY["color"], markersize=13, markeredgewidth=2)
        left.plot(outcome.ratios, [row] * len(outcome.ratios), "o", color=BLUE, markersize=5, alpha=0.7)
        right.plot(
            outcome.accuracies, [row] * len(outcome.accuracies), "o", color=BLUE, markersize=5, alpha=0.7
        )
    right.axvline(0.1, color=MUTED, linestyle=":")
    left.set(xscale="log", xlabel="gradient, first / last", ylim=(len(found) - 0.4, -0.6))
    left.set_yticks(rows, list(found))
    right.set(xlim=(0, 1.03), xlabel="right, of new digits")
    figures = "; ".join(f"{name} {o.accuracies.mean():.0%}" for name, (_, o) in found.items())
    return show(
        figure,
        alt="Two columns of dots, a row for each remedy and a dot for each seed. Left the ratio of gradients, from "
        "1e-18 to 300, beside a bar for the theory, which it follows; right the share of new digits that are right. "
        f"{figures}.",
    )


def depth_is_real(importance: Mapping[str, Sequence[float]]) -> StaticFigure:
    """Draw how much the logits' contrasts change when one layer's output is replaced by its mean.

    Args:
        importance: By the name of a network, the relative change for each hidden layer.
    """
    figure, axes = canvas(height=2.9)
    for (name, values), color, marker in zip(importance.items(), (BLUE, ORANGE), "o^", strict=False):
        axes.plot(range(1, len(values) + 1), np.maximum(values, 1e-4), marker, color=color, label=name)
    axes.axhline(0.02, **THEORY)
    axes.text(1, 0.022, "2 %", color=INK, va="bottom")
    axes.set(xlabel="hidden layer", ylabel="change of the contrasts", yscale="log")
    axes.set_ylim(1e-4, 5)
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.36))
    return show(
        figure,
        alt="Relative change of the logits, less their mean over the classes, when the output of one hidden layer is "
        "replaced by its mean, by layer. In the rescued network every layer lies above the line at two per cent; in "
        "the network whose branches are a thousand times too small all but the first lie far below it.",
    )
