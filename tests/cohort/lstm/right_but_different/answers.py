# %% lstm_step
def lstm_step(x, h, c, W_ih, W_hh, b):
    H = h.shape[1]
    z = np.hstack([x, h, np.ones((len(x), 1))]) @ np.hstack([W_ih, W_hh, b[:, None]]).T
    gate = [np.exp(-np.logaddexp(0, -z[:, k * H : (k + 1) * H])) for k in range(4)]
    new = gate[0] * np.tanh(z[:, 2 * H : 3 * H]) + gate[1] * c
    return [np.tanh(new) * gate[3], new]


# %% cell_gradient
def cell_gradient(forget_gates):
    return np.array([np.prod(forget_gates[t:], axis=0) for t in range(len(forget_gates))])


# %% forget_bias_for
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError(half_life)
    return float(-np.log(np.expm1(np.log(2) / half_life)))


# %% with_forget_bias
def with_forget_bias(b, value):
    i, _, g, o = np.split(b, 4)
    return np.concatenate([i, np.full(len(i), value), g, o])


# %% rnn_state_gradient
def rnn_state_gradient(W_hh, hidden):
    norms = []
    for t in range(len(hidden)):
        product = np.eye(len(W_hh))
        for h in hidden[t:]:
            product = (1 - h**2)[:, None] * (W_hh @ product)
        norms.append(np.linalg.svd(product, compute_uv=False).max())
    return np.array(norms)
