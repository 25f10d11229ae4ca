"""Second moments of signal and gradient by layer in a ReLU network, in theory and in one random network."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class SecondMoments(CourseWidget):
    """A network of leaky ReLU layers, whose weights have the variance c / n, n being one fan or both."""

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the constant c of the weights' variance c/n, the fan n that it counts, the slope for negative "
        "inputs, the shape of the network and its depth; two curves on a logarithmic axis show the second moment "
        "of the activations going up through the layers and that of the gradients coming back, with dots for one "
        "random network."
    )
    constant = traitlets.Float(1.0).tag(sync=True)
    fan = traitlets.Enum(["in", "out", "both"], "in").tag(sync=True)
    slope = traitlets.Float(0.0).tag(sync=True)
    shape = traitlets.Enum(["equal", "narrowing", "widening", "alternating"], "equal").tag(sync=True)
    depth = traitlets.Int(30).tag(sync=True)
