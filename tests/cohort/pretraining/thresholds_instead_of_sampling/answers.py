# %% cd1_gradients
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = (p0 > 0.5).astype(float)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    n = len(v0)
    return (p0.T @ v0 - p1.T @ v1) / n, (p0 - p1).sum(axis=0) / n, (v0 - v1).sum(axis=0) / n
