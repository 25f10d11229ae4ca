# %% autoencoder_loss
def autoencoder_loss(x, W, b, c):
    total = 0.0
    for row in x:
        code = 1 / (1 + np.exp(-(W @ row + b)))
        miss = W.T @ code + c - row
        total += np.dot(miss, miss)
    return np.float64(total / (2 * x.shape[0]))


# %% autoencoder_gradients
def autoencoder_gradients(x, W, b, c):
    dW, db, dc = np.zeros_like(W), np.zeros_like(b), np.zeros_like(c)
    for row in x:
        code = sigmoid(W @ row + b)
        miss = W.T @ code + c - row
        back = (W @ miss) * (code - code**2)
        dW += np.outer(code, miss) + np.outer(back, row)
        db += back
        dc += miss
    return [part / x.shape[0] for part in (dW, db, dc)]


# %% cd1_gradients
def cd1_gradients(v0, W, b, c, rng):
    up = lambda v: sigmoid(np.einsum("nd,hd->nh", v, W) + b)
    p0 = up(v0)
    h0 = rng.binomial(1, p0)
    v1 = sigmoid(c + np.einsum("nh,hd->nd", h0, W))
    p1 = up(v1)
    dW = np.mean(p0[:, :, None] * v0[:, None, :] - p1[:, :, None] * v1[:, None, :], axis=0)
    return dW, np.mean(p0, axis=0) - np.mean(p1, axis=0), np.mean(v0, axis=0) - np.mean(v1, axis=0)


# %% pretrain_layer
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    params = [rng.uniform(-0.15, 0.15, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])]
    for _ in range(epochs):
        slopes = autoencoder_gradients(x, *params)
        params = [p - lr * s for p, s in zip(params, slopes)]
    return tuple(params)


# %% pretrain_stack
def pretrain_stack(x, sizes, epochs, lr, rng):
    if not sizes:
        return []
    W, b, _ = pretrain_layer(x, sizes[0], epochs, lr, rng)
    return [(W, b)] + pretrain_stack(sigmoid(x @ W.T + b), sizes[1:], epochs, lr, rng)


# %% fine_tune
def fine_tune(stack, V, d, x, y, epochs, lr):
    layers, losses = [*stack, (V, d)], []
    for _ in range(epochs):
        inputs = [x]
        for W, b in layers[:-1]:
            inputs.append(sigmoid(inputs[-1] @ W.T + b))
        scores = inputs[-1] @ layers[-1][0].T + layers[-1][1]
        logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        losses.append(-logs[np.arange(len(y)), y].mean())
        delta = np.exp(logs)
        delta[np.arange(len(y)), y] -= 1
        delta /= len(y)
        updated = []
        for (W, b), a in zip(reversed(layers), reversed(inputs)):
            updated.append((W - lr * delta.T @ a, b - lr * delta.sum(axis=0)))
            delta = (delta @ W) * a * (1 - a)
        layers = updated[::-1]
    return layers[:-1], *layers[-1], losses
