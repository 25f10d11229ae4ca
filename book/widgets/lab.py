"""The gradient lab: one network that the reader builds and sees at once, forward and backward."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from widgets.base import CourseWidget

ACTIVATIONS = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "swish", "gelu"]
INITS = ["constant", "small", "unit", "lecun", "xavier", "he", "pytorch", "orthogonal", "own"]


class GradientLab(CourseWidget):
    """A random network of `depth` square layers on a batch of 64 standard-normal inputs, without biases.

    Attributes:
        depth: Number of layers L, 1 to 100.
        width: Units of each layer n: 16, 32, 64 or 128.
        activation: One of `ACTIVATIONS`.
        init: One of `INITS`; `small` is N(0, 0.01²), `unit` N(0, 1), `own` N(0, gain²/n).
        gain: What `own` multiplies a standard deviation of 1/√n by.
        shortcut: `none`; `plain`, a_l = a_{l-1} + φ(a_{l-1}) W_lᵀ; `scaled`, the branch times 1/√L.
        norm: `none`, `batch` or `layer`, before the activation.
        clip: Threshold of the global norm of the weights' gradients; 0 for no clipping.
        seed: Which random weights.
        histogram: The layer whose values are shown as histograms, 0 for none.
        result: What was measured, by name and layer, and what the theory predicts; made by the figure, to be read.
    """

    alt: ClassVar[str] = (
        "Choose depth, width, activation, initialisation, shortcuts, normalisation and clipping of a random network; "
        "three plots show by layer the second moment of the activations, the norm of the gradient and the share of "
        "saturated or dead units, with the prediction of mean-field theory as a line."
    )
    scripts = ("numerics.js", "lab_engine.js")
    depth = traitlets.Int(30, min=1, max=100).tag(sync=True)
    width = traitlets.Enum([16, 32, 64, 128], 64).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "sigmoid").tag(sync=True)
    init = traitlets.Enum(INITS, "xavier").tag(sync=True)
    gain = traitlets.Float(1.0, min=0.0, max=5.0).tag(sync=True)
    shortcut = traitlets.Enum(["none", "plain", "scaled"], "none").tag(sync=True)
    norm = traitlets.Enum(["none", "batch", "layer"], "none").tag(sync=True)
    clip = traitlets.Enum([0, 0.1, 1, 10, 100], 0).tag(sync=True)
    seed = traitlets.Int(1, min=1, max=20).tag(sync=True)
    histogram = traitlets.Int(0, min=0, max=100).tag(sync=True)
    result = traitlets.Dict().tag(sync=True)
