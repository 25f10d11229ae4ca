"""The norms that a training really had, and what a threshold would have done to its steps."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from concepts import pytorch_experiments
from widgets.base import CourseWidget


class ClippedSteps(CourseWidget):
    """The global norm of each step of a measured training, and the threshold that leaves a percentage alone."""

    alt: ClassVar[str] = (
        "Choose a network, with or without batch norm, and which percentage of its steps shall stay as they are; "
        "dots show the measured norm of the gradient at each of a hundred training steps, a second row of dots "
        "the length that is left after clipping, and a line the threshold."
    )
    network = traitlets.Enum(["batch_norm", "plain"], "batch_norm").tag(sync=True)
    percentile = traitlets.Int(50).tag(sync=True)
    norms = traitlets.Dict().tag(sync=True)

    @traitlets.default("norms")
    def _measured(self) -> dict[str, list[float]]:
        """Train both networks once, without clipping; four digits are enough for a figure."""
        return {
            name: [
                round(norm, 4) for norm in pytorch_experiments.healthy_norms(batch_norm=name == "batch_norm")
            ]
            for name in ("batch_norm", "plain")
        }
