r"""What batch norm and clipping contribute to a small network, measured on digits: several seeds, one part at a time.

Scikit-learn's digits, scaled to 28 × 28, train 784–512–10 as MNIST would; nothing is downloaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits  # type: ignore[import-untyped] # it ships none
from torch import Tensor

from concepts.images import as_images, standardise
from concepts.pytorch import (
    History,
    SimpleNN,
    evaluate,
    train_step,
    train_with_history,
    without_batch_norm,
)

EPOCHS, BATCH_SIZE, N_TRAIN = 5, 64, 1297


@dataclass(frozen=True)
class Data:
    """Images (n, 784), standardised with the training images' numbers, and labels."""

    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor


@cache
def digits_as_images() -> Data:
    """Return the 1797 digits, scaled to 28 × 28: 1297 to learn from, 500 held out, split at random once.

    >>> digits_as_images().x_test.shape
    torch.Size([500, 784])
    """
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    fit, held_out = order[:N_TRAIN], order[N_TRAIN:]
    x_train, x_test = standardise(as_images(digits.data[fit]), as_images(digits.data[held_out]))
    y = torch.as_tensor(digits.target, dtype=torch.int64)
    return Data(x_train, y[fit], x_test, y[held_out])


def fresh(seed: int, batch_norm: bool = True) -> SimpleNN:
    """Return an untrained 784–512–10, the same for the same seed.

    >>> fresh(0, batch_norm=False).bn1
    Identity()
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = SimpleNN()
    return model if batch_norm else without_batch_norm(model)


def trained(
    seed: int, batch_norm: bool, lr: float, max_norm: float, epochs: int = EPOCHS
) -> tuple[SimpleNN, History]:
    """Train one network on the digits; return it with its history.

    >>> _, history = trained(0, batch_norm=True, lr=0.01, max_norm=1.0, epochs=1)
    >>> len(history.norms)
    21
    """
    data, model = digits_as_images(), fresh(seed, batch_norm)
    history = train_with_history(model, data.x_train, data.y_train, epochs, BATCH_SIZE, lr, max_norm, seed)
    return model, history


def accuracy(model: SimpleNN) -> float:
    """Return the accuracy on the held-out digits.

    >>> 0.0 <= accuracy(fresh(0)) < 0.4
    True
    """
    data = digits_as_images()
    return evaluate(model, data.x_test, data.y_test)


@cache
def healthy_norms(batch_norm: bool = True, seed: int = 0) -> tuple[float, ...]:
    """Return the gradient norm of each step of a training without clipping, at the learning rate 0.01.

    >>> len(healthy_norms())
    105
    """
    return tuple(trained(seed, batch_norm, lr=0.01, max_norm=math.inf)[1].norms)


@dataclass(frozen=True)
class Accident:
    """Accuracies around one step on a batch whose pixels were multiplied by mistake.

    Attributes:
        before: Before that step.
        after: Right after it.
        remeasured: After batch norm's running statistics were measured again, on good batches, weights untouched.
    """

    before: float
    after: float
    remeasured: float


def accident(seed: int, batch_norm: bool, max_norm: float, scale: float = 1000.0) -> Accident:
    """Train in peace, then take one step on a batch whose pixels are too large.

    Args:
        seed: Of weights and order.
        batch_norm: Whether the network has it.
        max_norm: The threshold of that one step; the training before is not clipped.
        scale: What the batch was multiplied by.

    >>> found = accident(0, batch_norm=False, max_norm=1e-12)
    >>> found.before == found.after == found.remeasured  # a step of no length
    True
    """
    data = digits_as_images()
    model, _ = trained(seed, batch_norm, lr=0.01, max_norm=math.inf)
    before = accuracy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    x, y = data.x_train[:BATCH_SIZE] * scale, data.y_train[:BATCH_SIZE]
    train_step(model, x, y, torch.nn.functional.cross_entropy, optimizer, max_norm)
    after = accuracy(model)
    if batch_norm:
        model.bn1.reset_running_stats()
        with torch.no_grad():
            for batch in torch.split(data.x_train, BATCH_SIZE):
                model(batch)
    return Accident(before, after, accuracy(model))
