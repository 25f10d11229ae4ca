# %% forward
def forward(weights, biases, x, f):
    if not weights:
        return (), ()
    z = np.einsum("ni,oi->no", x, weights[0]) + biases[0]
    a = f(z)
    zs, rest = forward(weights[1:], biases[1:], a, f)
    return (z, *zs), (a, *rest)


# %% backward
def backward(weights, preactivations, activations, x, df, grad_out):
    grads = []
    for l in range(len(weights), 0, -1):
        delta = np.multiply(grad_out, df(preactivations[l - 1]))
        below = x if l == 1 else activations[l - 2]
        grads.append((np.einsum("no,ni->oi", delta, below), np.ones(len(x)) @ delta))
        grad_out = np.dot(delta, weights[l - 1])
    return tuple(zip(*reversed(grads)))


# %% learning_speeds
def learning_speeds(grad_biases):
    return np.array([np.sqrt(g @ g) for g in grad_biases], dtype=np.float32)


# %% gradient_ratio
def gradient_ratio(speeds):
    if not speeds[-1]:
        raise ValueError("no gradient in the last layer")
    return np.divide(speeds[0], speeds[-1])


# %% rnn_gradient_norms
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    back = np.array(grad_last, dtype=float)
    norms = np.zeros(len(preactivations))
    for t in reversed(range(len(norms))):
        norms[t] = np.sqrt(np.sum(back**2))
        back = (df(preactivations[t]) * back) @ W_hh
    return norms
