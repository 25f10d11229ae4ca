"""Every combination of remedies on the patient of `concepts.rescue`, trained shortly: the table behind a figure."""

from __future__ import annotations

import math
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from concepts.rescue_experiments import Plan, train
from concepts.side_by_side import Architecture

#: Activation and start, by the name of a choice.
LAYERS = {
    "sigmoid": ("sigmoid", "xavier"),
    "prepared": ("sigmoid", "pretrained"),
    "relu": ("relu", "xavier"),
    "he": ("relu", "matched"),
}
#: Norm and path.
AROUND = {
    "nothing": ("none", "none"),
    "batch": ("batch", "none"),
    "shortcut": ("none", "shortcut"),
    "both": ("batch", "shortcut"),
    "gates": ("none", "gates"),
}
#: Optimiser and threshold of clipping.
STEPS = {"sgd": ("sgd", math.inf), "clipped": ("sgd", 1.0), "adam": ("adam", math.inf)}
TRAINED, BATCH, SHOWN = 40, 32, 2

Table = dict[str, dict[str, list[float]]]


def plan(layers: str, around: str, step: str) -> Plan:
    """Return the plan of a combination.

    Args:
        layers: A name of `LAYERS`.
        around: A name of `AROUND`.
        step: A name of `STEPS`.

    >>> plan("sigmoid", "nothing", "sgd") == Plan()
    True
    """
    activation, start = LAYERS[layers]
    optimiser, max_norm = STEPS[step]
    return Plan(Architecture(activation, *AROUND[around]), start, max_norm, optimiser)


@cache
def measured(around: tuple[str, ...] = tuple(AROUND)) -> Table:
    """Train one network of each combination, 40 steps on batches of 32.

    Args:
        around: Names of `AROUND`, all of them if none are given.

    Returns:
        By the three names, joined by blanks: `costs`, means over two steps each, and `right`, the share of held-out
        digits at the end; by the first two: `gradients`, the norms of the weight gradients by layer before training.
        Numbers have three digits; costs end where they are no longer finite.
    """
    table: Table = {}
    for surroundings, activation in product(around, ("sigmoid", "relu")):
        names = [
            (layers, surroundings, step)
            for layers, step in product(LAYERS, STEPS)
            if LAYERS[layers][0] == activation
        ]
        outcomes = train([plan(*name) for name in names], [0], TRAINED, BATCH)
        for name, outcome in zip(names, outcomes, strict=True):
            costs = outcome.costs.reshape(-1, SHOWN).mean(axis=1)
            table[" ".join(name)] = {"costs": finite_start(costs), "right": _short(outcome.accuracies)}
            table[" ".join(name[:2])] = {"gradients": _short(outcome.gradients[0])}
    return table


def finite_start(numbers: NDArray[np.float64]) -> list[float]:
    """Return the numbers before the first that is not finite, with three digits.

    >>> finite_start(np.array([2.0, 1.2345, np.inf, 1.0]))
    [2.0, 1.23]
    """
    return _short(numbers[np.logical_and.accumulate(np.isfinite(numbers))])


def _short(numbers: NDArray[np.float64]) -> list[float]:
    return [float(f"{number:.3g}") for number in numbers]
