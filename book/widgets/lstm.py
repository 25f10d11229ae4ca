"""What a cell of an LSTM keeps: products of forget gates, with and without inputs."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class GateProducts(CourseWidget):
    """The gradient of a cell along its direct path, for gates with a bias and random inputs."""

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the bias of a forget gate, how much inputs move its pre-activation, and a number of steps; a chart "
        "with a logarithmic axis shows what is left of the gradient of a cell so many steps back: for a gate that "
        "sees its bias only, for the typical unit with inputs, and for five random units. A vertical line marks "
        "the half-life."
    )
    bias = traitlets.Float(0.0).tag(sync=True)
    spread = traitlets.Float(0.0).tag(sync=True)
    steps = traitlets.Int(100).tag(sync=True)
