"""How fast each hidden layer learns before training, in theory and in twelve random networks."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from concepts.mean_field import NODES, WEIGHTS
from widgets.base import CourseWidget


class SpeedsByLayer(CourseWidget):
    """Networks whose depth, activation and variances of weights and biases the reader chooses.

    The quadrature for the theory comes from `concepts.mean_field`, so that the script only sums.
    """

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the activation, the number of hidden layers and the variances of weights and biases; on a "
        "logarithmic axis a dashed line shows how fast each hidden layer learns relative to the last one, "
        "and grey lines show twelve random networks."
    )
    activation = traitlets.Enum(["sigmoid", "tanh"], "sigmoid").tag(sync=True)
    hidden = traitlets.Int(4).tag(sync=True)
    sigma_w2 = traitlets.Float(1.0).tag(sync=True)
    sigma_b2 = traitlets.Float(1.0).tag(sync=True)
    nodes = traitlets.List(NODES.tolist()).tag(sync=True)
    weights = traitlets.List(WEIGHTS.tolist()).tag(sync=True)
