"""An activation and a gain: the function, its slope, and what many layers of it do to signal and gradient."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from concepts.mean_field import NODES, WEIGHTS
from widgets.base import CourseWidget


class ActivationByLayer(CourseWidget):
    """A network of equal layers whose activation, gain and first variance the reader chooses.

    The quadrature for the theory comes from `concepts.mean_field`, so that the script only sums.
    """

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose an activation, the gain of the weights, the second moment of the first pre-activations and the "
        "number of layers. One picture shows the activation and its slope; the other, with a logarithmic axis, the "
        "second moments of the pre-activations going up through the layers and of the gradients coming back, in "
        "theory and in one random network."
    )
    activation = traitlets.Enum(["relu", "prelu", "elu", "selu", "silu", "gelu", "tanh"], "relu").tag(
        sync=True
    )
    rule = traitlets.Enum(["hand", "signal", "gradient"], "hand").tag(sync=True)
    gain = traitlets.Float(1.0).tag(sync=True)
    first = traitlets.Float(1.0).tag(sync=True)
    depth = traitlets.Int(30).tag(sync=True)
    nodes = traitlets.List(NODES.tolist()).tag(sync=True)
    weights = traitlets.List(WEIGHTS.tolist()).tag(sync=True)
