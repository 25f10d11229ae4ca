r"""Two experiments with small networks on ten classes: Adam's first steps, and wrong labels learned by heart.

`book/training.md` discusses the outcome.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from concepts.training import warmup_cosine

Array = NDArray[np.float64]


def _tensors(x: Array, labels: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(x, dtype=torch.float32), torch.tensor(labels)


def first_costs(
    x: Array, labels: NDArray[np.int64], warmup: int, seed: int, lr: float = 0.03, batch: int = 64
) -> Array:
    """Return the costs of the first epoch of eight ReLU layers with He's weights, trained by Adam.

    The schedule is a warm-up with a cosine, 400 steps in all.

    Args:
        x: Inputs, `(n, features)`.
        labels: Classes from 0 to 9, `(n,)`.
        warmup: The steps of the warm-up; 0 for none.
        seed: Of weights and batches.
        lr: The highest learning rate.
        batch: Examples of one step.

    Returns:
        The cost of each batch before its step, `(steps,)`.

    >>> first_costs(np.eye(4), np.arange(4), warmup=2, seed=0, batch=2).shape
    (2,)
    """
    torch.manual_seed(seed)
    layers = [nn.Linear(x.shape[1], 128), *(nn.Linear(128, 128) for _ in range(7))]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    net = nn.Sequential(*(part for layer in layers for part in (layer, nn.ReLU())), nn.Linear(128, 10))
    inputs, targets = _tensors(x, labels)
    optimizer = torch.optim.Adam(net.parameters())
    costs = []
    for step, chosen in enumerate(torch.split(torch.randperm(len(x)), batch)):
        optimizer.param_groups[0]["lr"] = warmup_cosine(lr, step, warmup, 400)
        cost = nn.functional.cross_entropy(net(inputs[chosen]), targets[chosen])
        optimizer.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]  # torch's own types are incomplete here
        optimizer.step()
        costs.append(cost.item())
    return np.array(costs)


def held_out_costs(
    x: Array, labels: NDArray[np.int64], seed: int, epochs: int = 60, n: int = 300, held_out: int = 300
) -> tuple[Array, Array]:
    """Return the costs on two held-out sets of a network that learns n examples, a third with random labels.

    Args:
        x: Inputs, `(examples, features)`.
        labels: Classes from 0 to 9, `(examples,)`.
        seed: Of the split, of weights and of batches.
        epochs: Passes through the n examples, with Adam.
        n: Examples to learn.
        held_out: Examples for validation; the rest is the test set.

    Returns:
        The costs after each epoch on the validation set and on the test set, `(epochs,)` each.

    >>> val, test = held_out_costs(np.eye(9), np.arange(9), seed=0, epochs=2, n=3, held_out=3)
    >>> val.shape, test.shape
    ((2,), (2,))
    """
    torch.manual_seed(seed)
    inputs, targets = _tensors(x, labels)
    train, *others = torch.split(torch.randperm(len(x)), [n, held_out, len(x) - n - held_out])
    given = targets.clone()
    given[train[: n // 3]] = torch.randint(10, (n // 3,))
    net = nn.Sequential(nn.Linear(x.shape[1], 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
    costs = []
    for _ in range(epochs):
        for chosen in torch.split(train[torch.randperm(n)], 30):
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(net(inputs[chosen]), given[chosen])
            cost.backward()  # type: ignore[no-untyped-call]  # as above
            optimizer.step()
        with torch.no_grad():
            costs.append(
                [nn.functional.cross_entropy(net(inputs[part]), targets[part]).item() for part in others]
            )
    val, test = np.array(costs).T
    return val, test
