"""Variances of activations and gradients by layer, in theory and in one random network."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from concepts.mean_field import NODES, WEIGHTS
from widgets.base import CourseWidget


class VarianceByLayer(CourseWidget):
    """A network whose weights, widths, depth and activation the reader chooses.

    The quadrature for the theory comes from `concepts.mean_field`, so that the script only sums.
    """

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the rule for the weights, their standard deviation, the widths, depth and activation; "
        "two curves on a logarithmic axis show the variance of the activations going up through the layers "
        "and the mean square of the gradients coming back, with dots for one random network."
    )
    rule = traitlets.Enum(["fixed", "forward", "backward", "xavier"], "fixed").tag(sync=True)
    std = traitlets.Float(0.02).tag(sync=True)
    activation = traitlets.Enum(["tanh", "identity", "sigmoid", "relu"], "tanh").tag(sync=True)
    first_width = traitlets.Int(100).tag(sync=True)
    last_width = traitlets.Int(100).tag(sync=True)
    depth = traitlets.Int(20).tag(sync=True)
    nodes = traitlets.List(NODES.tolist()).tag(sync=True)
    weights = traitlets.List(WEIGHTS.tolist()).tag(sync=True)
