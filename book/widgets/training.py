"""How far each layer gets, when the optimiser walks through a valley that is flat for the early layers."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class OneRateForAllLayers(CourseWidget):
    """Layers with one weight each; layer by layer, the gradient is smaller by `factor`."""

    alt: ClassVar[str] = (
        "Choose the rule of the optimiser, its learning rate, by which factor gradients shrink from layer to layer, "
        "and the number of layers; a curve for each layer shows how far its weight still is from its goal during two "
        "hundred steps."
    )
    rule = traitlets.Enum(
        ["gradient descent", "momentum", "RMSprop", "Adam", "Adam without correction"], "gradient descent"
    ).tag(sync=True)
    rate = traitlets.Float(1.0).tag(sync=True)
    factor = traitlets.Float(5.0).tag(sync=True)
    depth = traitlets.Int(5).tag(sync=True)
