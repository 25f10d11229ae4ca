r"""The cliff of Pascanu, Mikolov and Bengio (2013), section 2.3: one recurrent unit, one target, a wall in the loss.

The unit: :math:`x_t = w\,\sigma(x_{t-1}) + b` from :math:`x_0 = 0.5`, with the loss
:math:`C = (\sigma(x_T) - 0.7)^2` (their equation 8 and figure 6, with T = 50).
For large w it has two states to settle in; the wall stands where :math:`x_0` is the point between their basins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

START = 0.5
"""The state :math:`x_0`."""
TARGET = 0.7
r"""What :math:`\sigma(x_T)` shall be."""


def sigmoid(x: float) -> float:
    r"""Return :math:`\sigma(x)`, without overflow for any x.

    >>> sigmoid(0.0), sigmoid(-1e6)
    (0.5, 0.0)
    """
    return 0.5 * (1.0 + math.tanh(0.5 * x))


def states(w: float, b: float, length: int) -> list[float]:
    r"""Return :math:`x_0, \dots, x_T`.

    Args:
        w: The recurrent weight.
        b: The bias.
        length: T.

    >>> states(0.0, 2.0, 3)
    [0.5, 2.0, 2.0, 2.0]
    """
    x = [START]
    for _ in range(length):
        x.append(w * sigmoid(x[-1]) + b)
    return x


def loss_and_gradient(w: float, b: float, length: int) -> tuple[float, Array]:
    r"""Return the loss and its gradient by back-propagation through time.

    .. math:: \frac{\partial C}{\partial b} = \sum_{t=1}^T g_t, \qquad
              \frac{\partial C}{\partial w} = \sum_{t=1}^T g_t\,\sigma(x_{t-1}), \qquad
              g_{t-1} = w\,\sigma'(x_{t-1})\,g_t

    Args:
        w: The recurrent weight.
        b: The bias.
        length: T.

    Returns:
        The loss, and :math:`(\partial C/\partial w, \partial C/\partial b)`.

    >>> loss, gradient = loss_and_gradient(0.0, 0.0, 1)
    >>> round(loss, 6), gradient.round(6)
    (0.04, array([-0.062246, -0.1     ]))
    """
    x = states(w, b, length)
    y = sigmoid(x[-1])
    g, gradient = 2.0 * (y - TARGET) * y * (1.0 - y), np.zeros(2)
    for before in reversed(x[:-1]):
        s = sigmoid(before)
        gradient += g * s, g
        g *= w * s * (1.0 - s)
    return (y - TARGET) ** 2, gradient


def wall(w: float) -> float:
    r"""Return the bias for which the unit stays at :math:`x_0`: where the wall stands if :math:`w\sigma'(x_0) > 1`.

    .. math:: b = x_0 - w\,\sigma(x_0)

    >>> b = wall(6.0)
    >>> round(states(6.0, b, 1)[-1], 12)
    0.5
    """
    return START - w * sigmoid(START)


def wall_sensitivity(w: float, length: int) -> float:
    r"""Return :math:`\partial x_T/\partial b` on the wall, a geometric series.

    .. math:: \sum_{k=0}^{T-1} r^k = \frac{r^T - 1}{r - 1}, \qquad r = w\,\sigma'(x_0)

    Args:
        w: The recurrent weight.
        length: T.

    >>> wall_sensitivity(0.0, 9)
    1.0
    """
    r = w * sigmoid(START) * (1.0 - sigmoid(START))
    return float(length) if r == 1.0 else (r**length - 1.0) / (r - 1.0)


def contour(w: float, level: float, length: int) -> float:
    r"""Return the bias for which :math:`\sigma(x_T)` has a given value.

    For w ≥ 0 the last state grows with b, so there is one, and halving an interval finds it.

    Args:
        w: The recurrent weight, from 0 to 10.
        level: A number between 0 and 1; 0.7 for the loss 0.
        length: T.

    >>> round(contour(0.0, 0.7, 4), 6)  # the logarithm of 0.7/0.3
    0.847298
    """
    low, high = -30.0, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        below = sigmoid(states(w, middle, length)[-1]) < level
        low, high = (middle, high) if below else (low, middle)
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Path:
    r"""What gradient descent did.

    Args:
        points: (w, b) before every update and after the last, `(updates + 1, 2)`.
        losses: The loss at each point, `(updates + 1,)`.
        norms: The length of the gradient before each update, unclipped, `(updates,)`.
    """

    points: Array
    losses: Array
    norms: Array


def descend(
    start: tuple[float, float],
    max_norm: float = math.inf,
    *,
    lr: float = 0.3,
    length: int = 50,
    updates: int = 150,
) -> Path:
    """Walk down the loss, clipping the gradient's length at `max_norm`.

    Args:
        start: (w, b).
        max_norm: The threshold; infinity for no clipping.
        lr: The learning rate.
        length: T.
        updates: Steps of gradient descent.

    >>> descend((5.5, -2.8), 1.0, updates=3).points.shape
    (4, 2)
    """
    (w, b), points, losses, norms = start, [start], [], []
    for _ in range(updates):
        loss, gradient = loss_and_gradient(w, b, length)
        norm = math.hypot(*gradient)
        step = lr * (max_norm / norm if norm > max_norm else 1.0)
        w, b = float(w - step * gradient[0]), float(b - step * gradient[1])
        points.append((w, b))
        losses.append(loss)
        norms.append(norm)
    losses.append(loss_and_gradient(w, b, length)[0])
    return Path(np.array(points), np.array(losses), np.array(norms))
