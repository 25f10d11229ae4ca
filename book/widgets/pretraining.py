"""Signal and gradient in eight sigmoid layers, of which the first few have been prepared without labels."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np
import traitlets
from sklearn.datasets import load_digits

from concepts import greedy
from widgets.base import CourseWidget

DEPTH = 8

Profiles = dict[str, list[dict[str, list[float]]]]


@cache
def measured_profiles() -> Profiles:
    """Return, for each method and each number of prepared layers, the profiles of spread and gradient.

    The layers that are not prepared are random ones of variance 1/n; so is the softmax layer on top.
    """
    pixels, labels = load_digits(return_X_y=True)
    x, y = pixels[:1000] / 16.0, labels[:1000]
    untouched = greedy.random_stack([64] * (DEPTH + 1), 1.0, np.random.default_rng(0))
    V, d = np.random.default_rng(1).normal(0.0, 64**-0.5, size=(10, 64)), np.zeros(10)
    profiles: Profiles = {}
    for method in greedy.METHODS:
        prepared = greedy.pretrain(x, [64] * DEPTH, method, np.random.default_rng(0))
        profiles[method] = []
        for k in range(DEPTH + 1):
            stack = [*prepared[:k], *untouched[k:]]
            spread = greedy.spreads(stack, x).tolist()
            gradient = greedy.gradient_sizes((stack, V, d), x, y).tolist()
            profiles[method].append({"spread": spread, "gradient": gradient})
    return profiles


class PreparedLayers(CourseWidget):
    """A network of which the reader prepares one layer after the other, by one of three methods."""

    alt: ClassVar[str] = (
        "Choose how layers are prepared and how many of the eight are; on a logarithmic axis one curve shows how "
        "much each layer's activations differ from digit to digit, another how large the gradient at each layer "
        "is, and thin grey curves show both when no layer is prepared."
    )
    prepared = traitlets.Int(2).tag(sync=True)
    method = traitlets.Enum(["sigmoid", "linear", "rbm"], "sigmoid").tag(sync=True)
    profiles = traitlets.Dict().tag(sync=True)

    @traitlets.default("profiles")
    def _measure(self) -> Profiles:
        return measured_profiles()
