r"""Gates: a cell whose gradient is a product of forget gates, beside a plain recurrent network's product of matrices.

The gates stand in PyTorch's order i, f, g, o: input, forget, candidate, output.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from concepts.mean_field import gaussian_mean
from concepts.saturation import sigmoid

Array = NDArray[np.float64]


def lstm_step(x: Array, h: Array, c: Array, W_ih: Array, W_hh: Array, b: Array) -> tuple[Array, Array]:
    r"""Return the state and the cell after one step of an LSTM.

    .. math::
        (i, f, \tilde g, o) = x W_{ih}^\top + h W_{hh}^\top + b \quad \text{in four blocks of } H, \qquad
        c' = \sigma(f) \odot c + \sigma(i) \odot \tanh(\tilde g), \qquad h' = \sigma(o) \odot \tanh(c')

    Hochreiter and Schmidhuber (1997); the forget gate is from Gers, Schmidhuber and Cummins (2000).

    Args:
        x: Inputs, `(n, D)`.
        h: The states so far, `(n, H)`.
        c: The cells so far, `(n, H)`.
        W_ih: Weights of the inputs, `(4H, D)`.
        W_hh: Weights of the states, `(4H, H)`.
        b: Biases, `(4H,)`.

    Returns:
        h' and c', each `(n, H)`.

    >>> zero = np.zeros((1, 1))
    >>> lstm_step(zero, zero, np.array([[2.0]]), np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4))[1]
    array([[1.]])
    """
    blocks = (W_ih @ x.T + W_hh @ h.T + b[:, np.newaxis]).reshape(4, -1, len(x))  # (4, H, n)
    i, f, o = sigmoid(blocks[[0, 1, 3]])
    cell = f * c.T + i * np.tanh(blocks[2])
    return (o * np.tanh(cell)).T, cell.T


def lstm_step_backward(
    x: Array, h: Array, c: Array, W_ih: Array, W_hh: Array, b: Array, grad_h: Array, grad_c: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    r"""Return the gradients of the cost with respect to all that went into one step of an LSTM.

    .. math::
        \bar c = \frac{\partial C}{\partial c'} + \frac{\partial C}{\partial h'} \odot o \odot (1 - \tanh^2 c'),
        \qquad
        \delta = \Bigl(\bar c\, g\, i (1 - i),\; \bar c\, c\, f (1 - f),\; \bar c\, i\, (1 - g^2),\;
        \frac{\partial C}{\partial h'} \tanh(c')\, o (1 - o)\Bigr)

    Here i, f, g, o are after their functions; then :math:`\partial C/\partial c = \bar c \odot f`,
    and :math:`\delta` is the error of a linear layer.

    Args:
        x: Inputs, `(n, D)`.
        h: The states before the step, `(n, H)`.
        c: The cells before the step, `(n, H)`.
        W_ih: Weights of the inputs, `(4H, D)`.
        W_hh: Weights of the states, `(4H, H)`.
        b: Biases, `(4H,)`.
        grad_h: :math:`\partial C/\partial h'`, by all ways but the next cell, `(n, H)`.
        grad_c: :math:`\partial C/\partial c'`, by the next cell only, `(n, H)`.

    Returns:
        The gradients with respect to x, h, c, W_ih, W_hh and b, in their shapes; the last three summed over the batch.

    >>> one = np.ones((1, 1))
    >>> parameters = np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4)
    >>> lstm_step_backward(one, one, one, *parameters, grad_h=0 * one, grad_c=one)[2]
    array([[0.5]])
    """
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    shown = np.tanh(f * c + i * g)
    cell = grad_c + grad_h * o * (1.0 - shown**2)
    delta = np.concatenate(
        [
            cell * g * i * (1.0 - i),
            cell * c * f * (1.0 - f),
            cell * i * (1.0 - g**2),
            grad_h * shown * o * (1.0 - o),
        ],
        axis=1,
    )
    return delta @ W_ih, delta @ W_hh, cell * f, delta.T @ x, delta.T @ h, delta.sum(axis=0)


def cell_gradient(forget_gates: Array) -> Array:
    r"""Return the gradient of the last cell with respect to earlier ones, along the direct path.

    .. math:: \frac{\partial c_T}{\partial c_t} = \prod_{s = t + 1}^T f_s, \qquad t = 0, \dots, T - 1

    Args:
        forget_gates: :math:`f_1, …, f_T`, `(T, H)`, entries in [0, 1].

    Returns:
        One row for each t, `(T, H)`.

    >>> cell_gradient(np.array([[0.5], [1.0], [0.25]])).ravel()
    array([0.125, 0.25 , 0.25 ])
    """
    return np.asarray(np.cumprod(forget_gates[::-1], axis=0)[::-1], dtype=np.float64)


def forget_bias_for(half_life: float) -> float:
    r"""Return the bias of a forget gate whose memory halves in so many steps.

    .. math:: \sigma(b)^T = \tfrac12 \iff b = -\ln\bigl(2^{1/T} - 1\bigr) \approx \ln \frac{T}{\ln 2}

    In the spirit of Tallec and Ollivier (2018), whose biases make the time constant, not the half-life, T.

    Args:
        half_life: T > 0, in steps; need not be whole.

    Raises:
        ValueError: half_life ≤ 0.

    >>> forget_bias_for(1.0), round(forget_bias_for(100.0), 4)
    (0.0, 4.9682)
    """
    if not half_life > 0:
        raise ValueError(f"half_life must be positive, got {half_life}")
    rate = math.log(2.0) / half_life
    # ln(e^r − 1) = r + ln(1 − e^−r), which does not overflow for short half-lives.
    return 0.0 - (rate + math.log(-math.expm1(-rate)))


def with_forget_bias(b: Array, value: float) -> Array:
    r"""Return a copy of the biases in which those of the forget gates are this value.

    Gers, Schmidhuber and Cummins (2000); Jozefowicz, Zaremba and Sutskever (2015), who advise 1.

    Args:
        b: Biases in the order i, f, g, o, `(4H,)`.
        value: For `b[H:2H]`.

    >>> with_forget_bias(np.zeros(4), 1.0)
    array([0., 1., 0., 0.])
    """
    blocks = np.array(b, dtype=np.float64).reshape(4, -1)
    blocks[1] = value
    return blocks.ravel()


def rnn_state_gradient(W_hh: Array, hidden: Array) -> Array:
    r"""Return how far the last state of a tanh network follows a push to an earlier one.

    .. math:: \Bigl\lVert \frac{\partial h_T}{\partial h_t} \Bigr\rVert_2 =
              \Bigl\lVert \prod_{s = T}^{t + 1} \operatorname{diag}(1 - h_s^2)\,W_{hh} \Bigr\rVert_2,
              \qquad h_s = \tanh(W_{hh} h_{s-1} + \dots)

    Pascanu, Mikolov and Bengio (2013), section 2.

    Args:
        W_hh: Recurrent weights, `(H, H)`.
        hidden: :math:`h_1, …, h_T`, `(T, H)`.

    Returns:
        The largest singular values for t = 0, …, T − 1, `(T,)`.

    >>> rnn_state_gradient(np.array([[2.0]]), np.array([[0.0], [0.5]]))
    array([3. , 1.5])
    """
    jacobian, norms = np.eye(len(W_hh)), []
    for h in hidden[::-1]:
        jacobian = jacobian @ ((1.0 - h**2)[:, np.newaxis] * W_hh)
        norms.append(np.linalg.svd(jacobian, compute_uv=False)[0])
    return np.array(norms[::-1])


def remembered(bias: float, steps: int) -> float:
    r"""Return what a cell keeps after so many steps if the forget gate sees only its bias.

    .. math:: \sigma(b)^T = \exp\bigl(-T \ln(1 + e^{-b})\bigr)

    Args:
        bias: b.
        steps: T.

    >>> [f"{remembered(b, 100):.1e}" for b in (0.0, 1.0, 2.0)]
    ['7.9e-31', '2.5e-14', '3.1e-06']
    """
    return math.exp(-steps * math.log1p(math.exp(-bias)))


def typical_gate(bias: float, spread: float) -> float:
    r"""Return by what a forget gate that varies multiplies the memory in a typical step.

    .. math:: \exp \operatorname E[\ln \sigma(b + s u)], \qquad u \sim \mathcal N(0, 1)

    A product of independent gates behaves like this number's power; it is below σ(b), as ln σ is concave.

    Args:
        bias: b.
        spread: The standard deviation s of what inputs and states add to the bias.

    >>> round(typical_gate(0.0, 0.0), 6), typical_gate(2.0, 1.0) < typical_gate(2.0, 0.0)
    (0.5, True)
    """
    return math.exp(-gaussian_mean(lambda u: np.logaddexp(0.0, -(bias + spread * u))))


def rnn_states(W_hh: Array, inputs: Array) -> Array:
    r"""Return :math:`h_t = \tanh(W_{hh} h_{t-1} + u_t)` for t = 1, …, T, from :math:`h_0 = 0`.

    Args:
        W_hh: Recurrent weights, `(H, H)`.
        inputs: :math:`u_1, …, u_T`, with weights and biases applied, `(T, H)`.

    >>> rnn_states(np.zeros((1, 1)), np.zeros((2, 1))).shape
    (2, 1)
    """
    h, states = np.zeros(len(W_hh)), []
    for u in inputs:
        h = np.tanh(W_hh @ h + u)
        states.append(h)
    return np.array(states)


def lstm_walk(x: Array, W_ih: Array, W_hh: Array, b: Array) -> tuple[Array, Array]:
    r"""Run an LSTM from h = c = 0 and return its forget gates and cells.

    Args:
        x: One sequence, `(T, D)`.
        W_ih: Weights of the inputs, `(4H, D)`.
        W_hh: Weights of the states, `(4H, H)`.
        b: Biases, `(4H,)`.

    Returns:
        The forget gates and the cells after each step, each `(T, H)`.

    >>> gates, cells = lstm_walk(np.zeros((3, 1)), np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4))
    >>> gates.ravel(), cells.shape
    (array([0.5, 0.5, 0.5]), (3, 1))
    """
    size = len(b) // 4
    h, c, gates, cells = np.zeros((1, size)), np.zeros((1, size)), [], []
    forget = slice(size, 2 * size)
    for row in x:
        gates.append(sigmoid(W_ih[forget] @ row + W_hh[forget] @ h[0] + b[forget]))
        h, c = lstm_step(row[np.newaxis], h, c, W_ih, W_hh, b)
        cells.append(c[0])
    return np.array(gates), np.array(cells)


def cell_gradient_by_all_paths(x: Array, W_ih: Array, W_hh: Array, b: Array) -> Array:
    r"""Return how far the last cell of an LSTM follows a push to an earlier one, by the cell and by the states.

    .. math:: \Bigl\lVert \frac{\mathrm d c_T}{\mathrm d c_t} \Bigr\rVert_2, \qquad t = 0, \dots, T - 1

    Only the cell is pushed at time t; later states move with it, and enter all gates.

    Args:
        x: One sequence, `(T, D)`.
        W_ih: Weights of the inputs, `(4H, D)`.
        W_hh: Weights of the states, `(4H, H)`.
        b: Biases, `(4H,)`.

    Returns:
        The largest singular values, `(T,)`.

    >>> cell_gradient_by_all_paths(np.zeros((2, 1)), np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4))
    array([0.25, 0.5 ])
    """
    size, steps = len(b) // 4, []
    h, c = np.zeros((1, size)), np.zeros((1, size))
    for row in x:
        steps.append((np.tile(row, (size, 1)), np.tile(h, (size, 1)), np.tile(c, (size, 1))))
        h, c = lstm_step(row[np.newaxis], h, c, W_ih, W_hh, b)
    grad_h, grad_c, norms = np.zeros((size, size)), np.eye(size), []
    for given in steps[::-1]:  # row k of the gradients belongs to unit k of the last cell
        _, grad_h, grad_c, *_ = lstm_step_backward(*given, W_ih, W_hh, b, grad_h, grad_c)
        norms.append(np.linalg.norm(grad_c, 2))
    return np.array(norms[::-1])
