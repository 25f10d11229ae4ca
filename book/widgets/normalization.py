"""How gradients grow on their way back through layers with batch norm, layer norm or no norm."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class GradientBehindNorm(CourseWidget):
    """A random network of layers f(norm(W a)) with a leaky ReLU f, seen before training.

    The script computes `concepts.normalized_networks` itself; a test compares the two.
    """

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the norm in front of each leaky ReLU, the batch size, the slope for negative inputs and the number "
        "of layers; on a logarithmic axis a curve shows the mean square of the gradient at each layer relative to "
        "the last one, a second curve what batch norm does with unlimited batches, and dots one random network."
    )
    norm = traitlets.Enum(["batch", "layer", "none"], "batch").tag(sync=True)
    n = traitlets.Int(128).tag(sync=True)
    slope = traitlets.Float(0.0).tag(sync=True)
    depth = traitlets.Int(30).tag(sync=True)
