"""Thirty layers that do not learn, and what each combination of remedies makes of them."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from concepts import rescue_combinations
from concepts.rescue_combinations import AROUND, LAYERS, STEPS
from widgets.base import CourseWidget


class Ward(CourseWidget):
    """The gradient by layer before training, and the cost of a short training, for sixty combinations."""

    alt: ClassVar[str] = (
        "Choose the layers of a network thirty layers deep, what stands around each of them and how steps are taken; "
        "one plot shows the norm of the gradient in each layer before training, a second one the cost during forty "
        "steps, both beside the network that does not learn. A slider picks the layer that the sentence compares "
        "with the last one."
    )
    layers = traitlets.Enum(list(LAYERS), "sigmoid").tag(sync=True)
    around = traitlets.Enum(list(AROUND), "nothing").tag(sync=True)
    step = traitlets.Enum(list(STEPS), "sgd").tag(sync=True)
    layer = traitlets.Int(1).tag(sync=True)
    table = traitlets.Dict().tag(sync=True)

    @traitlets.default("table")
    def _measured(self) -> rescue_combinations.Table:
        return rescue_combinations.measured()
