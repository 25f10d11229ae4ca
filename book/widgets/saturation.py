"""The gradient of a chain of sigmoid neurons, seen over all its inputs."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class GradientByInput(CourseWidget):
    """A chain of equal sigmoid neurons whose weight, bias and depth the reader chooses.

    The script computes `concepts.sigmoid_chains.run_chain` itself; a test compares the two.
    """

    alt: ClassVar[str] = (
        "Choose the weight of a chain of equal sigmoid neurons, the input at which each is steepest, and the "
        "number of neurons; a curve on a logarithmic axis shows the size of the gradient for every input "
        "between 0 and 1, with its mean and the largest value that the weight allows."
    )
    weight = traitlets.Float(2.0).tag(sync=True)
    centre = traitlets.Float(0.5).tag(sync=True)
    depth = traitlets.Int(1).tag(sync=True)
