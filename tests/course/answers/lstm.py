# == right: lstm_step: slices and exponentials
def lstm_step(x, h, c, W_ih, W_hh, b):
    H = h.shape[1]
    z = np.hstack([x, h]) @ np.hstack([W_ih, W_hh]).T + b
    s = 1 / (1 + np.exp(-z))
    c = s[:, H : 2 * H] * c + s[:, :H] * np.tanh(z[:, 2 * H : 3 * H])
    return [s[:, 3 * H :] * np.tanh(c), c]

# == right: lstm_step: sample by sample
def lstm_step(x, h, c, W_ih, W_hh, b):
    H, hs, cs = h.shape[1], [], []
    for row in range(len(x)):
        z = W_ih.dot(x[row]) + W_hh.dot(h[row]) + b
        i, f, g, o = z.reshape(4, H)
        cs.append(sigmoid(f) * c[row] + sigmoid(i) * np.tanh(g))
        hs.append(sigmoid(o) * np.tanh(cs[-1]))
    return np.array(hs), np.array(cs)

# == right: lstm_step: float32
def lstm_step(x, h, c, W_ih, W_hh, b):
    x, h, c, W_ih, W_hh, b = (a.astype(np.float32) for a in (x, h, c, W_ih, W_hh, b))
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == right: lstm_step: einsum, a new axis for the gates
def lstm_step(x, h, c, W_ih, W_hh, b):
    n, H = h.shape
    z = np.einsum("nd,ghd->gnh", x, W_ih.reshape(4, H, -1)) + np.einsum("nk,ghk->gnh", h, W_hh.reshape(4, H, H))
    z = z + b.reshape(4, 1, H)
    new_c = sigmoid(z[1]) * c + sigmoid(z[0]) * np.tanh(z[2])
    return sigmoid(z[3]) * np.tanh(new_c), new_c

# == right: lstm_step: tanh by the sigmoid
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    tanh = lambda v: 2 * sigmoid(2 * v) - 1
    new = c * sigmoid(z_f)
    new += sigmoid(z_i) * tanh(z_g)
    return tanh(new) * sigmoid(z_o), new

# == right: lstm_step: one product, a named tuple
from collections import namedtuple

State = namedtuple("State", "h c")

def lstm_step(x, h, c, W_ih, W_hh, b):
    z = np.hstack([x, h]) @ np.hstack([W_ih, W_hh]).T + b
    i, f, g, o = np.array_split(z, 4, axis=-1)
    cell = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return State(sigmoid(o) * np.tanh(cell), cell)

# == wrong: lstm_step: gates in the order i, g, f, o
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_g, z_f, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: gates in the order i, f, o, g
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_o, z_g = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: gates in the order f, i, g, o
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_f, z_i, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: gates in the order o, f, g, i
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_o, z_f, z_g, z_i = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: gates in the order i, o, f, g
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_o, z_f, z_g = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: sigmoid for the candidate
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * sigmoid(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: no tanh on the cell
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * c, c

# == wrong: lstm_step: shows the old cell
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    new = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), new

# == wrong: lstm_step: cell first
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return c, sigmoid(z_o) * np.tanh(c)

# == wrong: lstm_step: no bias
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: bias twice
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + 2 * b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: no state
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: the forget gate closes what it should keep
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = (1 - sigmoid(z_f)) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: coupled gates
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + (1 - sigmoid(z_f)) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: recurrent blocks transposed
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + np.hstack([h @ W for W in np.split(W_hh, 4)]) + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: changes the cell in place
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c *= sigmoid(z_f)
    c += sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: gates one by one in turn
def lstm_step(x, h, c, W_ih, W_hh, b):
    z = x @ W_ih.T + h @ W_hh.T + b
    z_i, z_f, z_g, z_o = (z[:, k::4] for k in range(4))
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: one sample only
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x[0] @ W_ih.T + h[0] @ W_hh.T + b, 4)
    c = sigmoid(z_f) * c[0] + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == wrong: lstm_step: the new state only
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c)

# == wrong: lstm_step: forgets nothing, as in 1997
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_f, z_g, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c

# == right: cell_gradient: cumulative product
def cell_gradient(forget_gates):
    return np.flip(np.cumprod(np.flip(forget_gates, 0), axis=0), 0)

# == right: cell_gradient: products of slices
def cell_gradient(forget_gates):
    return np.array([np.prod(forget_gates[t:], axis=0) for t in range(len(forget_gates))])

# == right: cell_gradient: recursive
def cell_gradient(forget_gates):
    if len(forget_gates) == 1:
        return forget_gates.copy()
    rest = cell_gradient(forget_gates[1:])
    return np.concatenate([forget_gates[:1] * rest[:1], rest])

# == right: cell_gradient: logarithms
def cell_gradient(forget_gates):
    with np.errstate(divide='ignore'):
        logs = np.log(forget_gates)
    return np.exp(np.cumsum(logs[::-1], axis=0)[::-1])

# == right: cell_gradient: float32
def cell_gradient(forget_gates):
    return np.multiply.accumulate(forget_gates[::-1].astype(np.float32))[::-1]

# == wrong: cell_gradient: the product up to t
def cell_gradient(forget_gates):
    return np.cumprod(forget_gates, axis=0)

# == wrong: cell_gradient: total over cumulative, NaN for closed gates
def cell_gradient(forget_gates):
    with np.errstate(all='ignore'):
        return np.prod(forget_gates, axis=0) / np.cumprod(forget_gates, axis=0) * forget_gates

# == wrong: cell_gradient: begins one gate too late
def cell_gradient(forget_gates):
    later = np.vstack([forget_gates[1:], np.ones((1, forget_gates.shape[1]))])
    return np.cumprod(later[::-1], axis=0)[::-1]

# == wrong: cell_gradient: t = T too
def cell_gradient(forget_gates):
    r = np.cumprod(forget_gates[::-1], axis=0)[::-1]
    return np.vstack([r, np.ones((1, r.shape[1]))])

# == wrong: cell_gradient: the last time first
def cell_gradient(forget_gates):
    return np.cumprod(forget_gates[::-1], axis=0)

# == wrong: cell_gradient: wrong axis
def cell_gradient(forget_gates):
    return np.cumprod(forget_gates[:, ::-1], axis=1)[:, ::-1]

# == wrong: cell_gradient: the first entry only
def cell_gradient(forget_gates):
    return np.prod(forget_gates, axis=0)

# == wrong: cell_gradient: sums
def cell_gradient(forget_gates):
    return np.cumsum(forget_gates[::-1], axis=0)[::-1]

# == wrong: cell_gradient: powers of the mean gate
def cell_gradient(forget_gates):
    T = len(forget_gates)
    return forget_gates.mean(axis=0) ** np.arange(T, 0, -1)[:, None]

# == wrong: cell_gradient: a floor that keeps it from zero
def cell_gradient(forget_gates):
    return np.cumprod(np.maximum(forget_gates[::-1], 1e-3), axis=0)[::-1]

# == wrong: cell_gradient: a list
def cell_gradient(forget_gates):
    return list(np.cumprod(forget_gates[::-1], axis=0)[::-1])

# == wrong: cell_gradient: in place
def cell_gradient(forget_gates):
    for t in range(len(forget_gates) - 2, -1, -1):
        forget_gates[t] *= forget_gates[t + 1]
    return forget_gates

# == wrong: cell_gradient: mean over units
def cell_gradient(forget_gates):
    r = np.cumprod(forget_gates[::-1], axis=0)[::-1]
    return r.mean(axis=1, keepdims=True) + 0 * r

# == right: forget_bias_for: log-odds
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    p = 0.5 ** (1 / half_life)
    return np.log(p / (1 - p))

# == right: forget_bias_for: expm1
import math
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return -math.log(math.expm1(math.log(2) / half_life))

# == right: forget_bias_for: bisection
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    low, high = -800.0, 800.0
    for _ in range(100):
        b = (low + high) / 2
        low, high = (b, high) if half_life * np.logaddexp(0, -b) > np.log(2) else (low, b)
    return b

# == right: forget_bias_for: inverse of tanh, a 0-d array
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    p = np.exp2(-1 / half_life)
    return np.array(2 * np.arctanh(2 * p - 1)) if half_life < 1e3 else np.array(-np.log(np.expm1(np.log(2) / half_life)))

# == wrong: forget_bias_for: ln of the half-life
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return np.log(half_life)

# == wrong: forget_bias_for: leaves 1/e
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return -np.log(np.exp(1 / half_life) - 1)

# == wrong: forget_bias_for: sign reversed
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return np.log(2 ** (1 / half_life) - 1)

# == wrong: forget_bias_for: the gate
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return 0.5 ** (1 / half_life)

# == wrong: forget_bias_for: logarithm of the gate
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return np.log(0.5 ** (1 / half_life))

# == wrong: forget_bias_for: 1 − 1/(2T)
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    f = 1 - 0.5 / max(half_life, 0.51)
    return np.log(f / (1 - f))

# == wrong: forget_bias_for: good for long half-lives
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return np.log(half_life / np.log(2))

# == wrong: forget_bias_for: the time squared
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return -np.log(2 ** (1 / half_life**2) - 1)

# == wrong: forget_bias_for: rounds to whole steps
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return -np.log(2 ** (1 / max(round(half_life), 1)) - 1)

# == wrong: forget_bias_for: zero is not refused
def forget_bias_for(half_life):
    if half_life < 0:
        raise ValueError('positive')
    return -np.log(np.exp2(1 / np.float64(half_life)) - 1)

# == wrong: forget_bias_for: no error
def forget_bias_for(half_life):
    return -np.log(np.expm1(np.log(2) / np.float64(half_life)))

# == wrong: forget_bias_for: another error
def forget_bias_for(half_life):
    assert half_life > 0
    return -np.log(2 ** (1 / half_life) - 1)

# == wrong: forget_bias_for: an array of one
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError('positive')
    return np.array([-np.log(2 ** (1 / half_life) - 1)])

# == wrong: forget_bias_for: one is refused
def forget_bias_for(half_life):
    if half_life < 1:
        raise ValueError('positive')
    return -np.log(2 ** (1 / half_life) - 1)

# == right: with_forget_bias: joined
def with_forget_bias(b, value):
    H = len(b) // 4
    return np.concatenate([b[:H], np.full(H, value), b[2 * H :]])

# == right: with_forget_bias: a table of four rows
def with_forget_bias(b, value):
    table = np.array(b).reshape(4, -1)
    table[1] = value
    return table.reshape(-1)

# == right: with_forget_bias: np.where
def with_forget_bias(b, value):
    H = len(b) // 4
    k = np.arange(4 * H) // H
    return np.where(k == 1, value, b)

# == right: with_forget_bias: an entry at a time
def with_forget_bias(b, value):
    H = len(b) // 4
    return np.array([value if H <= k < 2 * H else b[k] for k in range(4 * H)], dtype=np.float32)

# == wrong: with_forget_bias: in place
def with_forget_bias(b, value):
    H = len(b) // 4
    b[H : 2 * H] = value
    return b

# == wrong: with_forget_bias: the input gate
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[:H] = value
    return b

# == wrong: with_forget_bias: the candidate
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[2 * H : 3 * H] = value
    return b

# == wrong: with_forget_bias: the output gate
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[3 * H :] = value
    return b

# == wrong: with_forget_bias: added
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[H : 2 * H] += value
    return b

# == wrong: with_forget_bias: all
def with_forget_bias(b, value):
    H = len(b) // 4
    return np.full(4 * H, value)

# == wrong: with_forget_bias: one entry
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[H] = value
    return b

# == wrong: with_forget_bias: from H on
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[H:] = value
    return b

# == wrong: with_forget_bias: the others are lost
def with_forget_bias(b, value):
    H = len(b) // 4
    new = np.zeros(4 * H)
    new[H : 2 * H] = value
    return new

# == wrong: with_forget_bias: one too few
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[H : 2 * H - 1] = value
    return b

# == wrong: with_forget_bias: right for one unit
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[1] = value
    return b

# == wrong: with_forget_bias: always 1
def with_forget_bias(b, value):
    H = len(b) // 4
    b = b.copy()
    b[H : 2 * H] = 1.0
    return b


# == wrong: with_forget_bias: H is nowhere defined
def with_forget_bias(b, value):
    b = b.copy()
    b[H : 2 * H] = value
    return b


# == right: rnn_state_gradient: from each t anew, singular values
def rnn_state_gradient(W_hh, hidden):
    norms = []
    for t in range(len(hidden)):
        J = np.eye(len(W_hh))
        for h in hidden[t:]:
            J = (1 - h * h)[:, None] * (W_hh @ J)
        norms.append(np.linalg.svd(J)[1][0])
    return np.array(norms)

# == right: rnn_state_gradient: multi_dot and eigenvalues
def rnn_state_gradient(W_hh, hidden):
    T = len(hidden)
    factors = [np.diag(1 - h**2) @ W_hh for h in hidden]
    norms = np.zeros(T)
    for t in range(T):
        J = factors[t] if t == T - 1 else np.linalg.multi_dot(factors[t:][::-1])
        norms[t] = np.sqrt(np.linalg.eigvalsh(J @ J.T)[-1])
    return norms

# == right: rnn_state_gradient: transposed, float32
def rnn_state_gradient(W_hh, hidden):
    W, J, norms = W_hh.astype(np.float32), np.eye(len(W_hh), dtype=np.float32), []
    for h in hidden[::-1].astype(np.float32):
        J = W.T @ (J * (1 - h**2)[:, None])
        norms.insert(0, np.linalg.norm(J, ord=2))
    return np.array(norms)

# == right: rnn_state_gradient: recursive
def rnn_state_gradient(W_hh, hidden):
    def products(t):
        if t == len(hidden):
            return [np.eye(len(W_hh))]
        later = products(t + 1)
        return [later[0] @ ((1 - hidden[t] ** 2)[:, np.newaxis] * W_hh)] + later
    return np.array([np.linalg.norm(J, 2) for J in products(0)[:-1]])

# == wrong: rnn_state_gradient: Frobenius norm
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J)
    return norms

# == wrong: rnn_state_gradient: the first column sums
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 1)
    return norms

# == wrong: rnn_state_gradient: slope without square
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 1) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: slope of tanh at h
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - np.tanh(hidden[t]) ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: slopes on the wrong side
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ W_hh @ np.diag(1 - hidden[t] ** 2)
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: transposed weights
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh.T
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: no slopes
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: earliest on the left
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = np.diag(1 - hidden[t] ** 2) @ W_hh @ J
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: reversed
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms[::-1]

# == wrong: rnn_state_gradient: with t = T
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return np.append(norms, 1.0)

# == wrong: rnn_state_gradient: one step off
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return np.append(norms[1:], 1.0)

# == wrong: rnn_state_gradient: squares
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2) ** 2
    return norms

# == wrong: rnn_state_gradient: spectral radius
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.abs(np.linalg.eigvals(J)).max()
    return norms

# == wrong: rnn_state_gradient: relative to the last
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms / norms[-1]

# == wrong: rnn_state_gradient: slope of the sigmoid
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(hidden[t] * (1 - hidden[t])) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: forward in time
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in range(len(hidden)):
        J = J @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: one matrix of slopes for all times
def rnn_state_gradient(W_hh, hidden):
    J, norms = np.eye(len(W_hh)), np.zeros(len(hidden))
    for t in reversed(range(len(hidden))):
        J = J @ np.diag(1 - hidden[-1] ** 2) @ W_hh
        norms[t] = np.linalg.norm(J, 2)
    return norms

# == wrong: rnn_state_gradient: product of the norms
def rnn_state_gradient(W_hh, hidden):
    return np.cumprod([np.linalg.norm(np.diag(1 - h**2) @ W_hh, 2) for h in hidden[::-1]])[::-1]
