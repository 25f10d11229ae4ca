# == right: autoencoder_loss: one sum
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == right: autoencoder_loss: sample by sample
def autoencoder_loss(x, W, b, c):
    total = 0.0
    for row in x:
        code = 1 / (1 + np.exp(-(W @ row + b)))
        miss = row - (W.T @ code + c)
        total += miss @ miss / 2
    return total / len(x)

# == right: autoencoder_loss: norms, a 0-d array
def autoencoder_loss(x, W, b, c):
    miss = x - sigmoid(np.einsum('nd,hd->nh', x, W) + b) @ W - c
    return np.array(np.mean(np.linalg.norm(miss, axis=1) ** 2) / 2)

# == right: autoencoder_loss: float32
def autoencoder_loss(x, W, b, c):
    x, W, b, c = (v.astype(np.float32) for v in (x, W, b, c))
    miss = sigmoid(x @ W.T + b) @ W + c - x
    return np.float32(0.5) * np.mean(np.sum(miss * miss, axis=1))

# == right: autoencoder_loss: mean over all times the features
def autoencoder_loss(x, W, b, c):
    return x.shape[1] / 2 * np.mean((sigmoid(x @ W.T + b) @ W + c - x) ** 2)

# == wrong: autoencoder_loss: no half
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return np.sum((x_hat - x) ** 2) / len(x)

# == wrong: autoencoder_loss: sum over the batch
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2)

# == wrong: autoencoder_loss: mean over features too
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.mean((x_hat - x) ** 2)

# == wrong: autoencoder_loss: divided by the features
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2) / x.shape[1]

# == wrong: autoencoder_loss: root
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sqrt(np.sum((x_hat - x) ** 2)) / len(x)

# == wrong: autoencoder_loss: no bias of the reconstruction
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == wrong: autoencoder_loss: no bias of the code
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == wrong: autoencoder_loss: sigmoid on the reconstruction
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = sigmoid(code @ W + c)
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == wrong: autoencoder_loss: no sigmoid
def autoencoder_loss(x, W, b, c):
    code = x @ W.T + b
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == wrong: autoencoder_loss: absolute values
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum(np.abs(x_hat - x)) / len(x)

# == wrong: autoencoder_loss: one value for each sample
def autoencoder_loss(x, W, b, c):
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2, axis=1)

# == wrong: autoencoder_loss: the first sample
def autoencoder_loss(x, W, b, c):
    x = x[:1]
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == wrong: autoencoder_loss: centres the data in place
def autoencoder_loss(x, W, b, c):
    x -= x.mean(axis=0)
    code = sigmoid(x @ W.T + b)
    x_hat = code @ W + c
    return 0.5 * np.sum((x_hat - x) ** 2) / len(x)

# == right: autoencoder_gradients: two named parts, a list
def autoencoder_gradients(x, W, b, c):
    dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
    return [dU + dR.T, db, dc]

# == right: autoencoder_gradients: outer products
def autoencoder_gradients(x, W, b, c):
    dW, db, dc = np.zeros(W.shape), np.zeros(b.shape), np.zeros(c.shape)
    for row in x:
        code = sigmoid(W @ row + b)
        miss = W.T @ code + c - row
        back = (W @ miss) * code * (1 - code)
        dW += np.outer(code, miss) + np.outer(back, row)
        db += back
        dc += miss
    return dW / len(x), db / len(x), dc / len(x)

# == right: autoencoder_gradients: float32
def autoencoder_gradients(x, W, b, c):
    x, W, b, c = (v.astype(np.float32) for v in (x, W, b, c))
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == right: autoencoder_gradients: einsum, division at the end
def autoencoder_gradients(x, W, b, c):
    n, z = len(x), x @ W.T + b
    code = 1 / (1 + np.exp(-z))
    miss = code @ W + c - x
    back = np.einsum("nd,hd,nh->nh", miss, W, code * (1 - code))
    dW = np.einsum("nh,nd->hd", code, miss) + np.einsum("nh,nd->hd", back, x)
    return dW / n, back.mean(0), miss.mean(0)

# == wrong: autoencoder_gradients: decoder only
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: encoder only
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: sum over the batch
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: only the biases are averaged
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = len(x) * h.T @ e + len(x) * delta.T @ x
    _ = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: sign reversed
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (x - h @ W - c) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: no slope
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: slope of tanh
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * (1 - h**2)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: transposed
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW.T, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: factor two
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) * 2 / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: biases swapped
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, e.sum(axis=0), delta.sum(axis=0)

# == wrong: autoencoder_gradients: mean over features too
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / x.size
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: keepdims
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0, keepdims=True), e.sum(axis=0)

# == wrong: autoencoder_gradients: wrong axis when square
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=int(delta.shape[0] == delta.shape[1])), e.sum(axis=0)

# == wrong: autoencoder_gradients: code in place of its error in the encoder
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e + h.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: parts subtracted
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * h * (1 - h)
    dW = h.T @ e - delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == wrong: autoencoder_gradients: slope at z
def autoencoder_gradients(x, W, b, c):
    h = sigmoid(x @ W.T + b)
    e = (h @ W + c - x) / len(x)
    delta = (e @ W.T) * (x @ W.T + b) * (1 - x @ W.T - b)
    dW = h.T @ e + delta.T @ x
    return dW, delta.sum(axis=0), e.sum(axis=0)

# == right: cd1_gradients: binomial
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = rng.binomial(1, p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == right: cd1_gradients: sample by sample
def cd1_gradients(v0, W, b, c, rng):
    dW, db, dc = np.zeros_like(W), np.zeros_like(b), np.zeros_like(c)
    for v in v0:
        p0 = sigmoid(W @ v + b)
        h0 = np.array([1.0 if rng.random() < p else 0.0 for p in p0])
        v1 = sigmoid(h0 @ W + c)
        p1 = sigmoid(W @ v1 + b)
        dW += np.outer(p0, v) - np.outer(p1, v1)
        db += p0 - p1
        dc += v - v1
    return [dW / len(v0), db / len(v0), dc / len(v0)]

# == right: cd1_gradients: float32
def cd1_gradients(v0, W, b, c, rng):
    v0, W, b, c = (a.astype(np.float32) for a in (v0, W, b, c))
    p0 = sigmoid(v0 @ W.T + b)
    h0 = np.float32(1) * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == right: cd1_gradients: logistic noise on the pre-activation
def cd1_gradients(v0, W, b, c, rng):
    z0 = v0 @ W.T + b
    h0 = np.where(z0 + rng.logistic(size=z0.shape) > 0, 1.0, 0.0)
    v1 = sigmoid(h0 @ W + c)
    p0, p1 = sigmoid(z0), sigmoid(v1 @ W.T + b)
    dW = np.einsum("nh,nd->hd", p0, v0) - np.einsum("nh,nd->hd", p1, v1)
    return dW / len(v0), p0.mean(0) - p1.mean(0), v0.mean(0) - v1.mean(0)

# == right: cd1_gradients: uniform against the complement
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = (rng.uniform(size=p0.shape) > 1 - p0).astype(int)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)


# == right: cd1_gradients: single precision up to the draws
def cd1_gradients(v0, W, b, c, rng):
    v, U, bias = v0.astype(np.float32), W.astype(np.float32), b.astype(np.float32)
    p0 = 1 / (1 + np.exp(-(v @ U.T + bias)))
    h0 = np.where(rng.random(p0.shape) < p0, 1.0, 0.0)
    v1 = 1 / (1 + np.exp(-(h0 @ W + c)))
    p1 = 1 / (1 + np.exp(-(v1 @ W.T + b)))
    n = v0.shape[0]
    return (p0.T @ v0 - p1.T @ v1) / n, np.sum(p0 - p1, axis=0) / n, np.sum(v0 - v1, axis=0) / n


# == wrong: cd1_gradients: not sampled
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = p0 + 0 * rng.random(p0.shape)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: thresholded
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (p0 > 0.5) + 0 * rng.random()
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: reversed
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) > p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: one draw for the batch
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape[1]) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: one draw for each sample
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random((len(p0), 1)) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: one draw
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random() < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: descent
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p1.T @ v1 - p0.T @ v0) / len(v0)
    return dW, np.mean(p1 - p0, axis=0), np.mean(v1 - v0, axis=0)

# == wrong: cd1_gradients: sum over the batch
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1)
    return dW, np.sum(p0 - p1, axis=0), np.sum(v0 - v1, axis=0)

# == wrong: cd1_gradients: weights not averaged
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: sample in the statistics
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (h0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(h0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: visible units sampled
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = 1.0 * (rng.random(v0.shape) < sigmoid(h0 @ W + c))
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: hidden units sampled twice
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = 1.0 * (rng.random(p0.shape) < sigmoid(v1 @ W.T + b))
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: global random state
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (np.random.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: a generator of its own
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (np.random.default_rng(1).random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: biases swapped in the way back
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: visible statistics of the data in both phases
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v0) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == wrong: cd1_gradients: sign of the biases of visible units
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(p0 - p1, axis=0), np.mean(v1 - v0, axis=0)

# == wrong: cd1_gradients: order
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW, np.mean(v0 - v1, axis=0), np.mean(p0 - p1, axis=0)

# == wrong: cd1_gradients: transposed
def cd1_gradients(v0, W, b, c, rng):
    p0 = sigmoid(v0 @ W.T + b)
    h0 = 1.0 * (rng.random(p0.shape) < p0)
    v1 = sigmoid(h0 @ W + c)
    p1 = sigmoid(v1 @ W.T + b)
    dW = (p0.T @ v0 - p1.T @ v1) / len(v0)
    return dW.T, np.mean(p0 - p1, axis=0), np.mean(v0 - v1, axis=0)

# == right: pretrain_layer: its own gradient
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == right: pretrain_layer: a uniform start
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.uniform(-0.3, 0.3, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == right: pretrain_layer: recursive
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    if epochs == 0:
        return rng.normal(0, 0.01, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    W, b, c = pretrain_layer(x, n_hidden, epochs - 1, lr, rng)
    dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
    return W - lr * dU - lr * dR.T, b - lr * db, c - lr * dc

# == right: pretrain_layer: float32, LeCun's start
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = (x.shape[1] ** -0.5 * rng.normal(size=(n_hidden, x.shape[1]))).astype(np.float32) * np.float32(0.5), np.zeros(n_hidden), np.zeros(x.shape[1])
    x = x.astype(np.float32)
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == right: pretrain_layer: in place on its own arrays
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    epoch = 0
    while epoch < epochs:
        g = untied_gradients(x, W, b, W.T, c)
        W -= lr * (g[0] + g[2].T)
        b -= lr * g[1]
        c -= lr * g[3]
        epoch += 1
    return [W, b, c]

# == wrong: pretrain_layer: decoder only
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: encoder only
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: uphill
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W + lr * dW, b + lr * back.sum(axis=0), c + lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: sum over the batch
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: zeros
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = np.zeros((n_hidden, x.shape[1])) + 0 * rng.random(), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: equal rows
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = np.tile(rng.normal(0, 0.1, size=x.shape[1]), (n_hidden, 1)), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: large start
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 10, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: random biases
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), rng.normal(0, 0.1, size=n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: global random state
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = np.random.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: one epoch more
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs + 1):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: one sample at a time
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    data = x
    for k in range(epochs * len(x)):
        x = data[k % len(data)][None]
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: biases not trained
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b, c
    return W, b, c

# == wrong: pretrain_layer: the error with the updated weights
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        W = W - lr * code.T @ miss
        back = miss @ W.T * code * (1 - code)
        dW = back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: order
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, c, b

# == wrong: pretrain_layer: no training
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(0):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: a weight decay of its own
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = 0.99 * W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W, b, c

# == wrong: pretrain_layer: transposed
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = rng.normal(0, 0.1, size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        code = sigmoid(x @ W.T + b)
        miss = (code @ W + c - x) / len(x)
        back = miss @ W.T * code * (1 - code)
        dW = code.T @ miss + back.T @ x
        W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
    return W.T, b, c


# == wrong: pretrain_layer: divided by the draws
def pretrain_layer(x, n_hidden, epochs, lr, rng):
    W, b, c = 0.1 / rng.normal(size=(n_hidden, x.shape[1])), np.zeros(n_hidden), np.zeros(x.shape[1])
    for _ in range(epochs):
        dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
        W, b, c = W - lr * (dU + dR.T), b - lr * db, c - lr * dc
    return W, b, c


# == right: pretrain_stack: its own gradient
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == right: pretrain_stack: all starts at once, tuples
def pretrain_stack(x, sizes, epochs, lr, rng):
    widths = [x.shape[1], *sizes]
    starts = [rng.uniform(-0.2, 0.2, size=(o, i)) for i, o in zip(widths, widths[1:])]
    stack = ()
    for W in starts:
        b, c = np.zeros(len(W)), np.zeros(x.shape[1])
        for _ in range(epochs):
            dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
            W, b, c = W - lr * (dU + dR.T), b - lr * db, c - lr * dc
        stack += ((W, b),)
        x = sigmoid(x @ W.T + b)
    return stack

# == right: pretrain_stack: recursive
def pretrain_stack(x, sizes, epochs, lr, rng):
    if not sizes:
        return []
    W, b, c = rng.normal(0, 0.05, size=(sizes[0], x.shape[1])), np.zeros(sizes[0]), np.zeros(x.shape[1])
    for _ in range(epochs):
        dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
        W, b, c = W - lr * (dU + dR.T), b - lr * db, c - lr * dc
    return [[W, b]] + pretrain_stack(sigmoid(x @ W.T + b), sizes[1:], epochs, lr, rng)

# == right: pretrain_stack: float32
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack, x = [], x.astype(np.float32)
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: every layer on the input
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = x
    return stack

# == wrong: pretrain_stack: codes without sigmoid
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = x @ W.T + b
    return stack

# == wrong: pretrain_stack: codes without biases
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T)
    return stack

# == wrong: pretrain_stack: sampled codes
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = 1.0 * (rng.random((len(x), size)) < sigmoid(x @ W.T + b))
    return stack

# == wrong: pretrain_stack: the reconstruction instead of the code
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = (sigmoid(x @ W.T + b) @ W + c)[:, : size] if size <= x.shape[1] else sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: with c
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b, c))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: the input among the sizes
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes[1:]:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: top first
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack[::-1]

# == wrong: pretrain_stack: two lists
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return [W for W, b in stack], [b for W, b in stack]

# == wrong: pretrain_stack: global random state
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = np.random.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: zeros
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = np.zeros((size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: decoder only
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: no training
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(0):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: sum over the batch
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack

# == wrong: pretrain_stack: codes of the start
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(0, 0.1, size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        first = W
        for _ in range(epochs):
            code = sigmoid(x @ W.T + b)
            miss = (code @ W + c - x) / len(x)
            back = miss @ W.T * code * (1 - code)
            dW = code.T @ miss + back.T @ x
            W, b, c = W - lr * dW, b - lr * back.sum(axis=0), c - lr * miss.sum(axis=0)
        stack.append((W, b))
        x = sigmoid(x @ first.T)
    return stack


# == wrong: pretrain_stack: large starts
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, c = rng.normal(size=(size, x.shape[1])), np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
            W, b, c = W - lr * (dU + dR.T), b - lr * db, c - lr * dc
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack


# == wrong: pretrain_stack: the same draws for every layer
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack, seed = [], int(rng.integers(2**32))
    for size in sizes:
        W = 0.1 * np.random.default_rng(seed).normal(size=(size, x.shape[1]))
        b, c = np.zeros(size), np.zeros(x.shape[1])
        for _ in range(epochs):
            dU, db, dR, dc = untied_gradients(x, W, b, W.T, c)
            W, b, c = W - lr * (dU + dR.T), b - lr * db, c - lr * dc
        stack.append((W, b))
        x = sigmoid(x @ W.T + b)
    return stack


# == right: fine_tune: plain softmax
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == right: fine_tune: costs as an array, pairs as lists
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return [[W, b] for W, b in stack], V, d, np.array(losses)

# == right: fine_tune: float32
def fine_tune(stack, V, d, x, y, epochs, lr):
    f32 = lambda a: a.astype(np.float32)
    losses, n, x, V, d = [], len(x), f32(x), f32(V), f32(d)
    stack = [(f32(W), f32(b)) for W, b in stack]
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d), dtype=np.float32)[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == right: fine_tune: recursive, sample by sample
def fine_tune(stack, V, d, x, y, epochs, lr):
    if epochs == 0:
        return stack, V, d, []
    dV, dd, total = np.zeros_like(V), np.zeros_like(d), 0.0
    grads = [(np.zeros_like(W), np.zeros_like(b)) for W, b in stack]
    for row, label in zip(x, y):
        codes = [row]
        for W, b in stack:
            codes.append(sigmoid(W @ codes[-1] + b))
        scores = V @ codes[-1] + d
        logs = scores - np.logaddexp.reduce(scores)
        total -= logs[label] / len(x)
        error = np.exp(logs) / len(x)
        error[label] -= 1 / len(x)
        dV += np.outer(error, codes[-1])
        dd += error
        g = V.T @ error
        for k in reversed(range(len(stack))):
            g = g * codes[k + 1] * (1 - codes[k + 1])
            grads[k][0][:] += np.outer(g, codes[k])
            grads[k][1][:] += g
            g = stack[k][0].T @ g
    new = [(W - lr * gW, b - lr * gb) for (W, b), (gW, gb) in zip(stack, grads)]
    *rest, losses = fine_tune(new, V - lr * dV, d - lr * dd, x, y, epochs - 1, lr)
    return (*rest, [total, *losses])

# == wrong: fine_tune: only the top is trained
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = stack, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: only the stack is trained
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V, d
    return stack, V, d, losses

# == wrong: fine_tune: sum over the batch
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y])
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: costs summed
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.sum(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: uphill
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W + lr * delta.T @ codes[l], b + lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V + lr * dV, d + lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: no slope
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: the updated top layer on the way back
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ (V - lr * dV)
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: updated weights on the way back
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ new[0][0]
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: biases of the stack are not trained
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b)] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: sigmoid instead of softmax
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = sigmoid(scores)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: softmax over the batch
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=0, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: squared error's gradient
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = p * (1 - p) * (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: one cost too many
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    losses.append(losses[-1])
    return stack, V, d, losses

# == wrong: fine_tune: only the last cost
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses[-1]

# == wrong: fine_tune: top layer of the stack first
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = new + [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))]
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: one update whatever is asked
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(1):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: changes V in place
def fine_tune(stack, V, d, x, y, epochs, lr):
    V *= 1.0000001
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: cost without minus
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: the first layer is not reached
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, 0, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[l], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = stack[:1] + new, V - lr * dV, d - lr * dd
    return stack, V, d, losses

# == wrong: fine_tune: input in place of codes
def fine_tune(stack, V, d, x, y, epochs, lr):
    losses, n = [], len(x)
    for _ in range(epochs):
        codes = [x]
        for W, b in stack:
            codes.append(sigmoid(codes[-1] @ W.T + b))
        scores = codes[-1] @ V.T + d
        p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        losses.append(-np.mean(np.log(p[np.arange(n), y])))
        error = (p - np.eye(len(d))[y]) / n
        dV, dd, new = error.T @ codes[-1], error.sum(axis=0), []
        back = error @ V
        for l in range(len(stack) - 1, -1, -1):
            W, b = stack[l]
            delta = back * codes[l + 1] * (1 - codes[l + 1])
            new = [(W - lr * delta.T @ codes[max(l, 1) - 1], b - lr * delta.sum(axis=0))] + new
            back = delta @ W
        stack, V, d = new, V - lr * dV, d - lr * dd
    return stack, V, d, losses
