"""The interactive figure of the landing page."""

from __future__ import annotations

import traitlets

from widgets.base import CourseWidget


class Powers(CourseWidget):
    """The product of `depth` equal factors: the smallest model of a vanishing or exploding gradient."""

    alt = (
        "An interactive figure with two sliders, the factor of one layer and the number of layers; "
        "a curve on a logarithmic axis shows the product of the factors after each layer."
    )
    factor = traitlets.Float(0.99).tag(sync=True)
    depth = traitlets.Int(100).tag(sync=True)
