"""Gradient descent on the loss of one recurrent unit, which has a cliff, with and without clipping."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class CliffAndClip(CourseWidget):
    """A unit x_t = w σ(x_{t−1}) + b that shall say 0.7 after `length` steps, trained twice from one start."""

    alt: ClassVar[str] = (
        "Choose the threshold of clipping, the learning rate, the number of time steps, the start and the number "
        "of updates. A map of the recurrent weight and of the bias, counted from the cliff, shows lines of equal loss, "
        "which run together on the cliff, and two paths of gradient descent, one clipped and one not; "
        "a chart below shows the length of the gradient before each update."
    )
    threshold = traitlets.Float(1.0).tag(sync=True)
    rate = traitlets.Float(0.3).tag(sync=True)
    length = traitlets.Int(50).tag(sync=True)
    start = traitlets.Enum(["above", "nearer", "below"], "above").tag(sync=True)
    updates = traitlets.Int(46).tag(sync=True)
