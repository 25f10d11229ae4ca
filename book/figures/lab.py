"""The still figure of the gradient lab."""

from __future__ import annotations

import math

import numpy as np

from concepts import activations, depth, saturation
from figures.style import StaticFigure, canvas, show

LAYERS, WIDTH, BATCH = 30, 64, 64
NETWORKS = {
    "sigmoid, Xavier": (saturation.sigmoid, saturation.sigmoid_grad, 1.0, "-", "bottom"),
    "ReLU, PyTorch": (activations.relu, activations.relu_grad, 1 / 3, "--", "top"),
    "ReLU, He": (activations.relu, activations.relu_grad, 2.0, "-.", "top"),
    "ReLU, 4/n": (activations.relu, activations.relu_grad, 4.0, ":", "top"),
}
"""Activation, its derivative, n · Var(w), the curve's dashes, and which edge of its name lies at the curve."""


def four_networks() -> StaticFigure:
    """Draw the gradient's norm by layer of four random networks of thirty layers."""
    figure, axes = canvas()
    for number, (name, (f, df, scale, dashes, edge)) in enumerate(NETWORKS.items()):
        rng = np.random.default_rng(1)
        x, grad_out = rng.standard_normal((2, BATCH, WIDTH))
        weights = list(rng.normal(0.0, math.sqrt(scale / WIDTH), size=(LAYERS, WIDTH, WIDTH)))
        preactivations, outputs = depth.forward(weights, [np.zeros(WIDTH)] * LAYERS, x, f)
        gradients, _ = depth.backward(weights, preactivations, outputs, x, df, grad_out / BATCH)
        norms = [float(np.linalg.norm(gradient)) for gradient in gradients]
        axes.plot(range(1, LAYERS + 1), norms, color=f"C{number}", linestyle=dashes)
        middle = LAYERS // 2
        axes.annotate(
            name,
            (middle, norms[middle - 1]),
            color=f"C{number}",
            xytext=(0, 6) if edge == "bottom" else (0, -6),
            textcoords="offset points",
            ha="right" if edge == "bottom" else "left",
            va=edge,
        )
    axes.set(xlabel=r"layer $\ell$", ylabel=r"$\|\partial C / \partial W_\ell\|$", yscale="log")
    return show(
        figure,
        alt="Line chart on a logarithmic axis: the norm of the weights' gradient by layer in four random networks of "
        "thirty layers. With He's weights it is the same everywhere; the sigmoid loses nineteen orders of magnitude "
        "on the way to the first layer, ReLU with PyTorch's default eleven, and weights of variance 4/n gain four.",
    )
