# %% autoencoder_gradients
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    return h.T @ e, delta.sum(axis=0), e.sum(axis=0)
