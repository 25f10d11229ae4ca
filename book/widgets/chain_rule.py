"""The typical and the mean growth of a product of random layers."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class TypicalAndMean(CourseWidget):
    """A stack of Gaussian layers whose width, depth and weight variance the reader chooses.

    The script computes the closed forms of `concepts.random_products` itself; a test compares the two.
    """

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the width, the depth and the variance of the weights; on a logarithmic axis over the layers, "
        "one curve shows the length that a typical network keeps, one the root mean square of all networks, "
        "a band holds 19 of 20 networks, and grey lines are six random ones."
    )
    width = traitlets.Int(4).tag(sync=True)
    sigma_w2 = traitlets.Float(1.0).tag(sync=True)
    depth = traitlets.Int(100).tag(sync=True)
