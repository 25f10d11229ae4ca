"""Second moments of signal and gradient by block, with and without shortcuts, in theory and in one random network."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget


class Branches(CourseWidget):
    """A network of `depth` blocks, whose branches are multiplied by a scale that may depend on the depth."""

    scripts = ("numerics.js",)
    alt: ClassVar[str] = (
        "Choose the depth, the factor on each branch, and whether the blocks have no shortcut, a shortcut, or a "
        "shortcut and batch norm on the branch; two curves on a logarithmic axis show the second moment of the "
        "signal going up through the blocks and that of the gradient coming back, with dots for one random network."
    )
    depth = traitlets.Int(20).tag(sync=True)
    kind = traitlets.Enum(["plain", "shortcut", "normalized"], "shortcut").tag(sync=True)
    rule = traitlets.Enum(["one", "half", "tenth", "root", "inverse", "zero"], "one").tag(sync=True)
