r"""Deep narrow classifiers that train side by side: K networks of one architecture in one tensor.

Each network has L layers of as many units as there are inputs, and a linear layer on top:

.. math:: z = W a + b, \qquad u = \operatorname{norm}(z), \qquad
          a' = f(u) \quad\text{or}\quad a + s\,f(u) \quad\text{or}\quad t \odot f(u) + (1 - t) \odot a,
          \quad t = \sigma(V a + c)

without a path of its own for the signal, with a shortcut, with gates (Srivastava, Greff and Schmidhuber 2015).
All parameters of a network are one row of a tensor (K, P), so that one product of matrices serves all K of them.
Signals have the shape (K, units, examples).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
    "elu": functional.elu,
    "silu": functional.silu,
}
NORMS = ("none", "batch", "layer")
PATHS = ("none", "shortcut", "gates")


@dataclass(frozen=True)
class Architecture:
    r"""What the networks of one stack have in common.

    Attributes:
        activation: f, a name of `ACTIVATIONS`.
        norm: One of `NORMS`.
        path: One of `PATHS`.
        scale: s, the size of a branch beside its shortcut.
        depth: L, the hidden layers.
        width: Inputs, and units of each layer.
        classes: Outputs.

    Raises:
        ValueError: For a name that is not known.

    >>> Architecture(depth=2, width=3, classes=2).parameters
    32
    """

    activation: str = "sigmoid"
    norm: str = "none"
    path: str = "none"
    scale: float = 1 / math.sqrt(30)
    depth: int = 30
    width: int = 64
    classes: int = 10

    def __post_init__(self) -> None:
        for name, known in (("activation", ACTIVATIONS), ("norm", NORMS), ("path", PATHS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {tuple(known)}, not {getattr(self, name)!r}")

    @property
    def layer_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of one layer's W and b, of the norm's γ and β, of the gates' V and c."""
        n = self.width
        affine = [(n, n), (n,)]
        return affine + [(n,), (n,)] * (self.norm != "none") + affine * (self.path == "gates")

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all parameters, in the order in which they stand in a row."""
        return self.layer_shapes * self.depth + [(self.classes, self.width), (self.classes,)]

    @property
    def parameters(self) -> int:
        """P, the number of parameters of one network."""
        return sum(math.prod(shape) for shape in self.shapes)

    def parts(self, theta: Tensor) -> list[list[Tensor]]:
        """Cut rows of parameters into matrices and vectors.

        Args:
            theta: (K, P).

        Returns:
            By layer, the last one included, tensors (K, …) of the shapes above; they are views of `theta`.
        """
        cut = torch.split(theta, [math.prod(shape) for shape in self.shapes], dim=1)
        flat = [part.view(len(theta), *shape) for part, shape in zip(cut, self.shapes, strict=True)]
        each = len(self.layer_shapes)
        return [flat[l * each : (l + 1) * each] for l in range(self.depth + 1)]


class Statistics:
    """Batch norm's running means and variances of all layers, for use after training.

    Args:
        architecture: Of the stack.
        networks: K.
    """

    def __init__(self, architecture: Architecture, networks: int) -> None:
        size = (architecture.depth, networks * architecture.width)
        self.means, self.variances = torch.zeros(size), torch.ones(size)


def forward(
    architecture: Architecture,
    theta: Tensor,
    x: Tensor,
    statistics: Statistics | None = None,
    training: bool = True,
) -> list[Tensor]:
    """Return what every layer gives, the input first and the logits last.

    Args:
        architecture: Of the stack.
        theta: All parameters, (K, P).
        x: Inputs, (K, width, n).
        statistics: For batch norm: updated in training, used otherwise; none are kept without.
        training: Whether batch norm takes the batch's own statistics.

    Returns:
        L + 1 signals (K, width, n), and logits (K, classes, n).

    >>> plain = Architecture("relu", depth=1, width=2, classes=1)
    >>> theta = torch.tensor([[1.0, 0.0, 0.0, 1.0, 0.0, -1.0, 1.0, 1.0, 0.5]])  # W = I, b = (0, −1), then the top
    >>> forward(plain, theta, torch.tensor([[[3.0], [2.0]]]))[-1]
    tensor([[[4.5000]]])
    """
    f = ACTIVATIONS[architecture.activation]
    *layers, (top, bias) = architecture.parts(theta)
    signals = [x]
    for l, (W, b, *more) in enumerate(layers):
        a = signals[-1]
        u = torch.baddbmm(b[:, :, None], W, a)
        if architecture.norm == "batch":
            kept = (None, None) if statistics is None else (statistics.means[l], statistics.variances[l])
            u = _batch_norm(u, more[0], more[1], kept, training)
        elif architecture.norm == "layer":
            u = _layer_norm(u, more[0], more[1])
        branch = f(u)
        if architecture.path == "shortcut":
            branch = torch.add(a, branch, alpha=architecture.scale)
        elif architecture.path == "gates":
            V, c = more[-2:]
            branch = torch.lerp(a, branch, torch.sigmoid(torch.baddbmm(c[:, :, None], V, a)))
        signals.append(branch)
    return [*signals, torch.baddbmm(bias[:, :, None], top, signals[-1])]


def _batch_norm(
    z: Tensor, gamma: Tensor, beta: Tensor, kept: tuple[Tensor | None, Tensor | None], training: bool
) -> Tensor:
    # The K networks' units are channels of one image each, over whose points PyTorch takes its statistics.
    flat = functional.batch_norm(
        z.reshape(1, -1, z.shape[2]),
        *kept,
        gamma.reshape(-1),
        beta.reshape(-1),
        training or kept[0] is None,
    )
    return flat.view_as(z)


def _layer_norm(z: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    centred = z - z.mean(dim=1, keepdim=True)
    spread = torch.sqrt(centred.square().mean(dim=1, keepdim=True) + 1e-5)
    return gamma[:, :, None] * centred / spread + beta[:, :, None]


def costs(logits: Tensor, y: Tensor) -> Tensor:
    """Return each network's mean cross-entropy, (K,).

    Args:
        logits: (K, classes, n).
        y: Labels, (K, n).

    >>> costs(torch.zeros(2, 4, 3), torch.zeros(2, 3, dtype=torch.int64)).exp().round(decimals=5)
    tensor([4., 4.])
    """
    return functional.cross_entropy(logits, y, reduction="none").mean(dim=1)


def weight_gradient_norms(architecture: Architecture, theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    r"""Return :math:`\lVert\partial C/\partial W_l\rVert_F` of the hidden layers, (K, L), before any training.

    Args:
        architecture: Of the stack.
        theta: All parameters, (K, P).
        x: Inputs, (K, width, n).
        y: Labels, (K, n).
    """
    theta = theta.detach().clone().requires_grad_()
    costs(forward(architecture, theta, x)[-1], y).sum().backward()  # type: ignore[no-untyped-call]  # torch's own
    assert theta.grad is not None
    layers = architecture.parts(theta.grad)[:-1]
    # float32 holds a gradient of 1e-30, but not its square
    return torch.stack([part[0].double().flatten(1).norm(dim=1) for part in layers], dim=1)


def clip(gradients: Tensor, max_norms: Tensor) -> Tensor:
    r"""Clip each network's gradient at its own threshold, in place; return the norms before.

    .. math:: g \leftarrow g \min(1, c/\lVert g \rVert)

    Args:
        gradients: (K, P).
        max_norms: c, (K,); infinity for none.

    >>> g = torch.tensor([[3.0, 4.0], [3.0, 4.0]])
    >>> clip(g, torch.tensor([1.0, math.inf])), g
    (tensor([5., 5.]), tensor([[0.6000, 0.8000],
            [3.0000, 4.0000]]))
    """
    norms: Tensor = gradients.norm(dim=1)
    gradients.mul_(torch.clamp(max_norms / norms, max=1.0).nan_to_num(1.0)[:, None])
    return norms
