r"""What to measure when a network does not learn: four numbers a layer, for any PyTorch model.

`examine` takes one batch and leaves the model as it was; `update_ratios` compares the weights before and after a step.
The field guide of the book says which number points to which cause, and `symptoms` says it in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

RECTIFIERS = (nn.ReLU, nn.LeakyReLU, nn.PReLU)
BOUNDED = (nn.Sigmoid, nn.Tanh)


def saturated_share(a: Tensor, low: float, high: float) -> float:
    """Return the share of outputs below `low` or above `high`.

    Args:
        a: Outputs of a bounded activation, of any shape.
        low: For the sigmoid 0.05, for tanh −0.95.
        high: For both 0.95.

    >>> saturated_share(torch.tensor([0.01, 0.5, 0.99, 0.7]), 0.05, 0.95)
    0.5
    """
    return float(((a < low) | (a > high)).double().mean())


def dead_share(a: Tensor) -> float:
    """Return the share of units whose rectified output is not positive on the whole batch.

    Args:
        a: Outputs of a rectifier, (n, units) or (n, channels, …); a channel counts as one unit.

    >>> dead_share(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    0.5
    """
    shut = (a <= 0).transpose(0, 1).flatten(1).all(dim=1)
    return float(shut.double().mean())


def gradient_norms(model: nn.Module) -> dict[str, float]:
    r"""Return :math:`\lVert \partial C/\partial W \rVert_F` of each weight matrix that has a gradient, in order.

    >>> layer = nn.Linear(2, 1)
    >>> layer(torch.tensor([[3.0, 4.0]])).sum().backward()
    >>> gradient_norms(layer)
    {'weight': 5.0}
    """
    return {name: float(W.grad.norm()) for name, W in matrices(model).items() if W.grad is not None}


def matrices(model: nn.Module) -> dict[str, Tensor]:
    """Return the parameters with two or more dimensions by name: what is multiplied on the way back."""
    return {name: p for name, p in model.named_parameters() if p.dim() > 1}


def snapshot(model: nn.Module) -> dict[str, Tensor]:
    """Return a copy of the weight matrices, to be given to `update_ratios` after the step."""
    return {name: W.detach().clone() for name, W in matrices(model).items()}


def update_ratios(before: Mapping[str, Tensor], model: nn.Module) -> dict[str, float]:
    r"""Return :math:`\lVert W_\text{after} - W_\text{before} \rVert_F / \lVert W_\text{before} \rVert_F` by name.

    About 10⁻³ is a healthy step (Karpathy 2022, makemore part 3, as a rule of thumb): far less hardly learns, far more
    jumps.

    Args:
        before: From `snapshot`, before the step.
        model: After it.

    >>> layer = nn.Linear(2, 2)
    >>> before = snapshot(layer)
    >>> _ = nn.init.constant_(layer.weight, 0.0)
    >>> update_ratios(before, layer)
    {'weight': 1.0}
    """
    ratios = {}
    for name, W in matrices(model).items():
        size, change = float(before[name].norm()), float((W.detach() - before[name]).norm())
        ratios[name] = change / size if size else (0.0 if change == 0 else float("inf"))
    return ratios


@dataclass(frozen=True)
class Layer:
    r"""What one activation module did with one batch.

    Attributes:
        name: The module's name in the model.
        kind: Its class, such as `ReLU`.
        second_moment: :math:`\operatorname{E}[a^2]` of its outputs.
        gradient_norm: :math:`\lVert \partial C/\partial a \rVert_F` at its outputs.
        saturated: Share of saturated outputs of a sigmoid or tanh, else 0.
        dead: Share of dead units of a rectifier, else 0.
    """

    name: str
    kind: str
    second_moment: float
    gradient_norm: float
    saturated: float
    dead: float


def examine(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor] = nn.functional.cross_entropy,
) -> list[Layer]:
    """Run one batch forward and back and return what each activation module did, in the order in which they ran.

    Parameters, their gradients, running statistics and the mode of the model are as before; the random state is not
    touched by the measurement itself.

    Args:
        model: Any model; activations that are calls of functions and not modules are not seen.
        x: One batch.
        y: Its targets.
        loss: Called with the output and `y`.

    Raises:
        ValueError: The model has no module of a known activation.
    """
    outputs: list[tuple[str, nn.Module, Tensor]] = []
    with _restored(model), _listening(model, outputs), torch.enable_grad():
        cost = loss(model(x), y)
        if not outputs:
            raise ValueError("no activation module was run: use nn.ReLU() and the like instead of functions")
        gradients = torch.autograd.grad(cost, [a for _, _, a in outputs], allow_unused=True)
    return [_layer(*output, gradient) for output, gradient in zip(outputs, gradients, strict=True)]


ACTIVATIONS = (*RECTIFIERS, *BOUNDED, nn.ELU, nn.SELU, nn.SiLU, nn.GELU)


@contextmanager
def _listening(model: nn.Module, outputs: list[tuple[str, nn.Module, Tensor]]) -> Iterator[None]:
    def note(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
        def hook(module: nn.Module, _: tuple[Tensor, ...], a: Tensor) -> Tensor:
            # The copy goes on through the network, so that an in-place activation after it changes nothing here.
            kept = a.clone()
            outputs.append((name, module, kept))
            return kept

        return hook

    hooks = [
        module.register_forward_hook(note(name))
        for name, module in model.named_modules()
        if isinstance(module, ACTIVATIONS)
    ]
    try:
        yield
    finally:
        for handle in hooks:
            handle.remove()


@contextmanager
def _restored(model: nn.Module) -> Iterator[None]:
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    try:
        yield
    finally:
        for name, buffer in model.named_buffers():
            buffer.data.copy_(buffers[name])


def _layer(name: str, module: nn.Module, a: Tensor, gradient: Tensor | None) -> Layer:
    a = a.detach()
    low = -0.95 if isinstance(module, nn.Tanh) else 0.05
    return Layer(
        name=name,
        kind=type(module).__name__,
        second_moment=float((a.double() ** 2).mean()),
        gradient_norm=0.0 if gradient is None else float(gradient.double().norm()),
        saturated=saturated_share(a, low, 0.95) if isinstance(module, BOUNDED) else 0.0,
        dead=dead_share(a) if isinstance(module, RECTIFIERS) and a.dim() > 1 else 0.0,
    )


def symptoms(layers: list[Layer]) -> list[str]:
    """Return what the measurements of `examine` say, one sentence each; none for a network in good health.

    The bounds are the field guide's: a gradient that changes by more than a factor of 100 from the last activation to
    the first, signals that leave (0.01, 100), half of the outputs saturated, a third of the units dead.
    """
    first, last = layers[0], layers[-1]
    found = []
    ratio = first.gradient_norm / last.gradient_norm if last.gradient_norm else 0.0
    if ratio < 1e-2:
        found.append(
            f"The gradient vanishes: at {first.name} it is {ratio:.1e} of what it is at {last.name}."
        )
    if ratio > 1e2:
        found.append(
            f"The gradient explodes: at {first.name} it is {ratio:.1e} times what it is at {last.name}."
        )
    for layer in layers:
        if not 1e-2 < layer.second_moment < 1e2:
            found.append(f"The signal after {layer.name} has the second moment {layer.second_moment:.1e}.")
            break
    for share, limit in (("saturated", 0.5), ("dead", 1 / 3)):
        worst = max(layers, key=lambda layer: getattr(layer, share))
        if getattr(worst, share) > limit:
            found.append(f"After {worst.name}, {getattr(worst, share):.0%} are {share}.")
    return found
