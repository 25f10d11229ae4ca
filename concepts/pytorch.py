r"""Batch norm and clipping at work in PyTorch: a network, its training step, and what to look at while it learns.

Images are rows, ``x`` is (n, 784) of float32, ``y`` is (n,) of int64; one model is trained in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

Loss = Callable[[Tensor, Tensor], Tensor]


class SimpleNN(nn.Module):
    r"""One hidden layer with batch norm: Linear → BatchNorm1d → ReLU → Linear.

    .. math:: \text{logits} = W_2 \max\bigl(0, \operatorname{BN}(W_1 x + b_1)\bigr) + b_2

    The bias :math:`b_1` has no effect: batch norm takes the mean away again (Ioffe and Szegedy 2015, section 3.2).

    Args:
        n_in: Inputs.
        n_hidden: Hidden units.
        n_out: Classes.

    >>> SimpleNN(4, 3, 2)(torch.zeros(5, 4)).shape
    torch.Size([5, 2])
    """

    def __init__(self, n_in: int = 784, n_hidden: int = 512, n_out: int = 10) -> None:
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.bn1 = nn.BatchNorm1d(n_hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(n_hidden, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, (n, n_out), of inputs (n, n_in)."""
        logits: Tensor = self.fc2(self.relu(self.bn1(self.fc1(x))))
        return logits


def without_batch_norm(model: SimpleNN) -> SimpleNN:
    """Return the same model, its batch norm replaced by the identity, for comparisons.

    >>> without_batch_norm(SimpleNN(4, 3, 2)).bn1
    Identity()
    """
    model.bn1 = nn.Identity()  # type: ignore[assignment]  # on purpose: the attribute stays, the layer goes
    return model


def train_step(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    max_norm: float,
) -> tuple[float, float]:
    r"""Do one step of training on one batch: gradients anew, clipped together, one step of the optimizer.

    .. math:: g \mapsto g \min\Bigl(1, \frac{c}{\lVert g \rVert}\Bigr)

    Pascanu, Mikolov and Bengio (2013), algorithm 1; `torch.nn.utils.clip_grad_norm_`.

    Args:
        model: Changed in place.
        x: Inputs of the batch.
        y: Its labels.
        loss_fn: The loss of (logits, labels).
        optimizer: Of the model's parameters.
        max_norm: The largest global norm c that stays as it is.

    Returns:
        The loss before the update, and the global norm before clipping.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = model.weight.data.fill_(1.0)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> train_step(model, torch.ones(1, 1), torch.full((1, 1), 3.0), nn.MSELoss(), optimizer, max_norm=1.0)
    (4.0, 4.0)
    >>> round(model.weight.item(), 4)
    1.1
    """
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item(), norm.item()


def gradient_norms(model: nn.Module) -> dict[str, float]:
    r"""Return :math:`\lVert \partial C / \partial \theta \rVert_2` of each parameter that has a gradient, by name.

    >>> model = nn.Linear(2, 1)
    >>> model(torch.tensor([[3.0, 4.0]])).sum().backward()
    >>> gradient_norms(model)
    {'weight': 5.0, 'bias': 1.0}
    """
    return {
        name: float(parameter.grad.norm())
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }


def evaluate(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the share of right answers, in eval mode, without a graph; the model's mode stays what it was.

    Args:
        model: Gives logits, (n, classes).
        x: Inputs.
        y: Labels, (n,).

    >>> evaluate(nn.Identity(), torch.eye(4), torch.tensor([0, 1, 2, 0]))
    0.75
    """
    was_training = model.training
    model.eval()
    with torch.no_grad():
        share = float((model(x).argmax(dim=1) == y).double().mean())
    model.train(was_training)
    return share


@dataclass
class History:
    """What happened in a training.

    Attributes:
        losses: Mean loss of each epoch, over its samples, each before its update.
        norms: Global norm of each step's gradient, before clipping.
    """

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    max_norm: float,
    seed: int,
) -> list[float]:
    """Train with cross-entropy and plain SGD, reshuffled every epoch; return the mean loss of each epoch.

    Args:
        model: Trained in place, in training mode.
        x: Inputs.
        y: Labels.
        epochs: How often every sample is used.
        batch_size: Samples of a step; the last batch has what is left, and is dropped if that is one sample.
        lr: Learning rate.
        max_norm: Bound on the global norm; infinity for no clipping.
        seed: Of the generator that shuffles.

    >>> x, y = torch.randn(9, 2, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 1] * 3)
    >>> len(train(SimpleNN(2, 4, 2), x, y, epochs=3, batch_size=4, lr=0.1, max_norm=1.0, seed=0))
    3
    """
    return train_with_history(model, x, y, epochs, batch_size, lr, max_norm, seed).losses


def train_with_history(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    max_norm: float,
    seed: int,
) -> History:
    """Train as `train` does, and keep the norm of every step, too.

    >>> x, y = torch.randn(9, 2), torch.tensor([0, 1, 1] * 3)
    >>> history = train_with_history(SimpleNN(2, 4, 2), x, y, 2, batch_size=4, lr=0.1, max_norm=1.0, seed=0)
    >>> len(history.losses), len(history.norms)  # the ninth sample alone is no batch
    (2, 4)
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn, history = nn.CrossEntropyLoss(), History()
    model.train()
    for _ in range(epochs):
        total, samples = 0.0, 0
        for rows in torch.split(torch.randperm(len(x), generator=generator), batch_size):
            if len(rows) == 1:
                continue  # batch norm has no variance of one sample
            loss, norm = train_step(model, x[rows], y[rows], loss_fn, optimizer, max_norm)
            total, samples = total + loss * len(rows), samples + len(rows)
            history.norms.append(norm)
        history.losses.append(total / samples)
    return history


def threshold_from(norms: Sequence[float], percentile: float) -> float:
    """Return the clipping threshold that leaves this percentage of measured norms alone.

    Args:
        norms: Global norms before clipping, of a run that was not clipped.
        percentile: From 0 to 100.

    Raises:
        ValueError: A norm is not finite: that run shows when to stop, not where to clip.

    >>> threshold_from([1.0, 2.0, 3.0, 4.0, 50.0], percentile=75)
    4.0
    """
    if not np.isfinite(norms).all():
        raise ValueError("a norm is not finite; measure in a run that does not diverge")
    return float(np.percentile(norms, percentile))


@contextmanager
def watched(model: nn.Module) -> Iterator[dict[str, list[float]]]:
    r"""Measure, with hooks, the root mean square of :math:`\partial C/\partial a` at each layer's output.

    Yields a dictionary: name of the layer → one number for each backward pass.  The hooks are gone afterwards.

    >>> model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    >>> with watched(model) as sizes:
    ...     model(torch.ones(4, 2)).sum().backward()
    >>> sizes["2"]
    [1.0]
    """
    sizes: dict[str, list[float]] = {}
    handles: list[RemovableHandle] = []

    def hook_for(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def on_the_way_back(gradient: Tensor) -> None:
            sizes[name].append(gradient.square().mean().sqrt().item())

        def on_the_way_forward(module: nn.Module, inputs: object, output: Tensor) -> None:
            if output.requires_grad:
                output.register_hook(on_the_way_back)  # type: ignore[no-untyped-call]  # torch's own

        return on_the_way_forward

    for name, module in model.named_modules():
        if not list(module.children()):
            sizes[name] = []
            handles.append(module.register_forward_hook(hook_for(name)))
    try:
        yield sizes
    finally:
        for handle in handles:
            handle.remove()
