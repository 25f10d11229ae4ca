# == right: forward: indices
def forward(weights, biases, x, f):
    zs, acts = [], []
    for l in range(len(weights)):
        source = x if l == 0 else acts[l - 1]
        zs.append(np.dot(source, weights[l].T) + biases[l][None, :])
        acts.append(f(zs[l]))
    return zs, acts

# == right: forward: recursive, tuples
def forward(weights, biases, x, f):
    if not weights:
        return (), ()
    z = np.einsum("ni,oi->no", x, weights[0]) + biases[0]
    a = f(z)
    zs, acts = forward(weights[1:], biases[1:], a, f)
    return (z, *zs), (a, *acts)

# == right: forward: float32
def forward(weights, biases, x, f):
    a, zs, acts = x.astype(np.float32), [], []
    for W, b in zip(weights, biases):
        z = a @ W.astype(np.float32).T + b.astype(np.float32)
        a = f(z).astype(np.float32)
        zs.append(z)
        acts.append(a)
    return [zs, acts]

# == right: forward: columns instead of rows
def forward(weights, biases, x, f):
    a, zs, acts = x.T, [], []
    for W, b in zip(weights, biases):
        z = W @ a + b.reshape(-1, 1)
        a = f(z)
        zs.append(z.T)
        acts.append(a.T)
    return zs, acts

# == right: forward: one sample at a time
def forward(weights, biases, x, f):
    zs, acts, a = [], [], x
    for W, b in zip(weights, biases):
        zs.append(np.stack([W @ row + b for row in a]))
        a = f(zs[-1])
        acts.append(a)
    return zs, acts

# == wrong: forward: the input is in the list
def forward(weights, biases, x, f):
    zs, acts = [], [x]
    for W, b in zip(weights, biases):
        zs.append(acts[-1] @ W.T + b)
        acts.append(f(zs[-1]))
    return zs, acts

# == wrong: forward: no biases
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W in weights:
        zs.append(x @ W.T)
        x = f(zs[-1])
        acts.append(x)
    return zs, acts

# == wrong: forward: activations first
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W, b in zip(weights, biases):
        zs.append(x @ W.T + b)
        x = f(zs[-1])
        acts.append(x)
    return acts, zs

# == wrong: forward: no transpose
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W, b in zip(weights, biases):
        zs.append(x @ W + b)
        x = f(zs[-1])
        acts.append(x)
    return zs, acts

# == wrong: forward: transposed when square
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W, b in zip(weights, biases):
        zs.append(x @ (W if W.shape[0] == W.shape[1] else W.T) + b)
        x = f(zs[-1])
        acts.append(x)
    return zs, acts

# == wrong: forward: the last layer is linear
def forward(weights, biases, x, f):
    zs, acts = [], []
    for l, (W, b) in enumerate(zip(weights, biases)):
        zs.append(x @ W.T + b)
        x = f(zs[-1]) if l < len(weights) - 1 else zs[-1]
        acts.append(x)
    return zs, acts

# == wrong: forward: passes on z instead of a
def forward(weights, biases, x, f):
    zs, acts, z = [], [], x
    for W, b in zip(weights, biases):
        z = z @ W.T + b
        zs.append(z)
        acts.append(f(z))
    return zs, acts

# == wrong: forward: every layer sees the input
def forward(weights, biases, x, f):
    zs = [x @ weights[0].T + biases[0]]
    acts = [f(zs[0])]
    for W, b in zip(weights[1:], biases[1:]):
        zs.append(acts[0] @ W.T + b)
        acts.append(f(zs[-1]))
    return zs, acts

# == wrong: forward: the output only
def forward(weights, biases, x, f):
    for W, b in zip(weights, biases):
        z = x @ W.T + b
        x = f(z)
    return z, x

# == wrong: forward: one list of pairs
def forward(weights, biases, x, f):
    pairs = []
    for W, b in zip(weights, biases):
        z = x @ W.T + b
        x = f(z)
        pairs.append((z, x))
    return pairs

# == wrong: forward: tanh whatever f is
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W, b in zip(weights, biases):
        zs.append(x @ W.T + b)
        x = np.tanh(zs[-1])
        acts.append(x)
    return zs, acts

# == wrong: forward: adds the biases into the lists that it got
def forward(weights, biases, x, f):
    zs, acts = [], []
    while weights:
        W, b = weights.pop(0), biases.pop(0)
        zs.append(x @ W.T + b)
        x = f(zs[-1])
        acts.append(x)
    return zs, acts

# == wrong: forward: the first sample only
def forward(weights, biases, x, f):
    x, zs, acts = x[:1], [], []
    for W, b in zip(weights, biases):
        zs.append(x @ W.T + b)
        x = f(zs[-1])
        acts.append(x)
    return zs, acts

# == wrong: forward: last layer first
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W, b in zip(weights, biases):
        zs.insert(0, x @ W.T + b)
        x = f(zs[0])
        acts.insert(0, x)
    return zs, acts

# == wrong: forward: f twice
def forward(weights, biases, x, f):
    zs, acts = [], []
    for W, b in zip(weights, biases):
        zs.append(x @ W.T + b)
        x = f(f(zs[-1]))
        acts.append(x)
    return zs, acts

# == right: backward: errors first, then gradients
def backward(weights, preactivations, activations, x, df, grad_out):
    L = len(weights)
    deltas = [None] * L
    deltas[-1] = grad_out * df(preactivations[-1])
    for l in range(L - 2, -1, -1):
        deltas[l] = np.matmul(deltas[l + 1], weights[l + 1]) * df(preactivations[l])
    inputs = [x] + list(activations)
    return [np.einsum("no,ni->oi", deltas[l], inputs[l]) for l in range(L)], [deltas[l].sum(0) for l in range(L)]

# == right: backward: recursive
def backward(weights, preactivations, activations, x, df, grad_out):
    if not weights:
        return [], []
    delta = grad_out * df(preactivations[-1])
    source = activations[-2] if len(activations) > 1 else x
    dW, db = backward(weights[:-1], preactivations[:-1], activations[:-1], x, df, delta @ weights[-1])
    return dW + [delta.T @ source], db + [np.sum(delta, axis=0)]

# == right: backward: sample by sample, outer products
def backward(weights, preactivations, activations, x, df, grad_out):
    dW = [np.zeros(W.shape) for W in weights]
    db = [np.zeros(len(W)) for W in weights]
    for s in range(len(x)):
        g = grad_out[s]
        for l in reversed(range(len(weights))):
            d = g * df(preactivations[l][s])
            dW[l] += np.outer(d, x[s] if l == 0 else activations[l - 1][s])
            db[l] += d
            g = weights[l].T @ d
    return dW, db

# == right: backward: float32, tuples
def backward(weights, preactivations, activations, x, df, grad_out):
    low = lambda v: np.asarray(v, dtype=np.float32)
    g, dW, db = low(grad_out), (), ()
    inputs = [x, *activations]
    for l in range(len(weights) - 1, -1, -1):
        d = g * low(df(preactivations[l]))
        dW = (d.T @ low(inputs[l]), *dW)
        db = (d.sum(axis=0), *db)
        g = d @ low(weights[l])
    return dW, db

# == right: backward: biases as weights of an input of ones
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g = [], [], grad_out
    for l in reversed(range(len(weights))):
        source = np.column_stack([activations[l - 1] if l else x, np.ones(len(x))])
        d = g * df(preactivations[l])
        both = d.T @ source
        dW.insert(0, both[:, :-1])
        db.insert(0, both[:, -1])
        g = d @ weights[l]
    return dW, db

# == wrong: backward: mean over the batch
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ inputs[l] / len(x))
        db.insert(0, d.mean(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: only the biases are averaged
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.mean(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: takes grad_out for the last error
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, d, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        if l:
            d = (d @ weights[l]) * df(preactivations[l - 1])
    return dW, db

# == wrong: backward: derivative at the activations
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(activations[l])
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: transposed weights when square
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        W = weights[l]
        g = d @ (W.T if W.shape[0] == W.shape[1] else W)
    return dW, db

# == wrong: backward: last layer first
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.append(d.T @ inputs[l])
        db.append(d.sum(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: gradients of the weights transposed
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, inputs[l].T @ d)
        db.insert(0, d.sum(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: keepdims on the biases
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0, keepdims=True))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: uses the layer's output for its input
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g = [], [], grad_out
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ (activations[l] if l else x))
        db.insert(0, d.sum(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: no derivative between the layers
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, inputs = [], [], [x, *activations]
    d = grad_out * df(preactivations[-1])
    for l in reversed(range(len(weights))):
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        d = d @ weights[l]
    return dW, db

# == wrong: backward: biases first
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        g = d @ weights[l]
    return db, dW

# == wrong: backward: uses the updated weights
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        g = d @ (weights[l] - 0.01 * dW[0])
    return dW, db

# == wrong: backward: multiplies grad_out in place
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        g *= df(preactivations[l])
        dW.insert(0, g.T @ inputs[l])
        db.insert(0, g.sum(axis=0))
        g = g @ weights[l]
    return dW, db

# == wrong: backward: derivative of tanh for every f
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out, [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * (1 - activations[l] ** 2)
        dW.insert(0, d.T @ inputs[l])
        db.insert(0, d.sum(axis=0))
        g = d @ weights[l]
    return dW, db

# == wrong: backward: right for one sample only
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g, inputs = [], [], grad_out[0], [x, *activations]
    for l in reversed(range(len(weights))):
        d = g * df(preactivations[l][0])
        dW.insert(0, np.outer(d, inputs[l][0]))
        db.insert(0, d)
        g = weights[l].T @ d
    return dW, db

# == wrong: backward: the first layer is left out
def backward(weights, preactivations, activations, x, df, grad_out):
    dW, db, g = [], [], grad_out
    for l in range(len(weights) - 1, 0, -1):
        d = g * df(preactivations[l])
        dW.insert(0, d.T @ activations[l - 1])
        db.insert(0, d.sum(axis=0))
        g = d @ weights[l]
    return dW, db

# == right: learning_speeds: root of a dot product
def learning_speeds(grad_biases):
    return np.array([(g @ g) ** 0.5 for g in grad_biases])

# == right: learning_speeds: filled in
import math
def learning_speeds(grad_biases):
    speeds = np.zeros(len(grad_biases))
    for l, g in enumerate(grad_biases):
        speeds[l] = math.hypot(*g)
    return speeds

# == right: learning_speeds: float32
def learning_speeds(grad_biases):
    return np.asarray([np.linalg.norm(g.astype(np.float32)) for g in grad_biases], dtype=np.float32)

# == right: learning_speeds: np.fromiter
def learning_speeds(grad_biases):
    return np.fromiter((np.sqrt(np.sum(np.abs(g) ** 2)) for g in grad_biases), dtype=float)

# == right: learning_speeds: scaled by the largest entry
def learning_speeds(grad_biases):
    def norm(g):
        top = np.abs(g).max()
        return 0.0 if top == 0 else top * np.sqrt(np.sum((g / top) ** 2))
    return np.array(list(map(norm, grad_biases)))

# == wrong: learning_speeds: a list
def learning_speeds(grad_biases):
    return [np.linalg.norm(g) for g in grad_biases]

# == wrong: learning_speeds: squares
def learning_speeds(grad_biases):
    return np.array([np.sum(g**2) for g in grad_biases])

# == wrong: learning_speeds: root mean square
def learning_speeds(grad_biases):
    return np.array([np.sqrt(np.mean(g**2)) for g in grad_biases])

# == wrong: learning_speeds: sum of absolute values
def learning_speeds(grad_biases):
    return np.array([np.linalg.norm(g, 1) for g in grad_biases])

# == wrong: learning_speeds: largest entry
def learning_speeds(grad_biases):
    return np.array([np.linalg.norm(g, np.inf) for g in grad_biases])

# == wrong: learning_speeds: sums
def learning_speeds(grad_biases):
    return np.array([abs(np.sum(g)) for g in grad_biases])

# == wrong: learning_speeds: mean of absolute values
def learning_speeds(grad_biases):
    return np.array([np.mean(np.abs(g)) for g in grad_biases])

# == wrong: learning_speeds: one number for all layers
def learning_speeds(grad_biases):
    return np.linalg.norm(np.concatenate(grad_biases))

# == wrong: learning_speeds: relative to the last
def learning_speeds(grad_biases):
    speeds = np.array([np.linalg.norm(g) for g in grad_biases])
    return speeds / speeds[-1]

# == wrong: learning_speeds: last layer first
def learning_speeds(grad_biases):
    return np.array([np.linalg.norm(g) for g in grad_biases[::-1]])

# == wrong: learning_speeds: standard deviation
def learning_speeds(grad_biases):
    return np.array([np.std(g) * np.sqrt(len(g)) for g in grad_biases])

# == wrong: learning_speeds: layers of one width only
def learning_speeds(grad_biases):
    return np.linalg.norm(np.array(grad_biases), axis=1)

# == wrong: learning_speeds: a column
def learning_speeds(grad_biases):
    return np.array([[np.linalg.norm(g)] for g in grad_biases])

# == wrong: learning_speeds: squares in place
def learning_speeds(grad_biases):
    speeds = []
    for g in grad_biases:
        g **= 2
        speeds.append(np.sqrt(g.sum()))
    return np.array(speeds)

# == right: gradient_ratio: by logarithms
def gradient_ratio(speeds):
    first, last = float(speeds[0]), float(speeds[-1])
    if last == 0:
        raise ValueError("no ratio")
    return 0.0 if first == 0 else np.exp(np.log(first) - np.log(last))

# == right: gradient_ratio: catches the error of a division
def gradient_ratio(speeds):
    try:
        return float(speeds[0]) / float(speeds[-1])
    except ZeroDivisionError:
        raise ValueError("the last layer's gradient is 0") from None

# == right: gradient_ratio: a 0-d array
def gradient_ratio(speeds):
    if not speeds[-1]:
        raise ValueError
    return np.asarray(speeds[0] / speeds[-1])

# == right: gradient_ratio: not above 0
def gradient_ratio(speeds):
    *_, last = speeds
    if not last > 0:
        raise ValueError(f"cannot divide by {last}")
    return np.float32(speeds[0]) / np.float32(last)

# == right: gradient_ratio: an error class of its own, derived from ValueError
class NoRatio(ValueError):
    pass
def gradient_ratio(speeds):
    if speeds[-1] == 0.0:
        raise ValueError("0")
    return speeds.item(0) / speeds.item(-1)

# == wrong: gradient_ratio: last over first
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    return speeds[-1] / speeds[0]

# == wrong: gradient_ratio: infinity instead of an error
def gradient_ratio(speeds):
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: the wrong error
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ZeroDivisionError("no ratio")
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: an assertion
def gradient_ratio(speeds):
    assert speeds[-1] != 0
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: small is taken for zero
def gradient_ratio(speeds):
    if np.isclose(speeds[-1], 0):
        raise ValueError("the last speed is zero")
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: an epsilon in the denominator
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    return speeds[0] / (speeds[-1] + 1e-12)

# == wrong: gradient_ratio: first two layers
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    return speeds[0] / speeds[min(1, len(speeds) - 1)]

# == wrong: gradient_ratio: smallest over largest
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    return speeds.min() / speeds.max()

# == wrong: gradient_ratio: mean factor per layer
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    return (speeds[0] / speeds[-1]) ** (1 / max(1, len(speeds) - 1))

# == wrong: gradient_ratio: refuses a first layer that stands still
def gradient_ratio(speeds):
    if 0 in (speeds[0], speeds[-1]):
        raise ValueError
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: zero instead of an error
def gradient_ratio(speeds):
    return speeds[0] / speeds[-1] if speeds[-1] else 0.0

# == wrong: gradient_ratio: sorts its argument
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    speeds.sort()
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: looks for any zero
def gradient_ratio(speeds):
    if (speeds == 0).any():
        raise ValueError
    return speeds[0] / speeds[-1]

# == wrong: gradient_ratio: an array of one entry
def gradient_ratio(speeds):
    if speeds[-1] == 0:
        raise ValueError
    return speeds[:1] / speeds[-1:]

# == right: rnn_gradient_norms: rows instead of columns
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in reversed(preactivations[1:]):
        g = (g * df(z)) @ W_hh
        norms.append(np.linalg.norm(g))
    return np.array(norms)[::-1]

# == right: rnn_gradient_norms: with Jacobians
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    T = len(preactivations)
    J = np.eye(len(grad_last))
    norms = []
    for t in range(T, 0, -1):
        norms.insert(0, np.sqrt(np.sum((grad_last @ J) ** 2)))
        J = J @ np.diag(df(preactivations[t - 1])) @ W_hh
    return np.asarray(norms)

# == right: rnn_gradient_norms: recursive
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    here = np.array([np.linalg.norm(grad_last)])
    if len(preactivations) == 1:
        return here
    back = np.einsum("ij,i,i->j", W_hh, df(preactivations[-1]), grad_last)
    return np.concatenate([rnn_gradient_norms(W_hh, preactivations[:-1], df, back), here])

# == right: rnn_gradient_norms: float32
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    W, g = W_hh.astype(np.float32), grad_last.astype(np.float32)
    norms = np.zeros(len(preactivations), dtype=np.float32)
    for t in reversed(range(len(preactivations))):
        norms[t] = np.linalg.norm(g)
        g = W.T @ (df(preactivations[t]).astype(np.float32) * g)
    return norms

# == right: rnn_gradient_norms: all slopes at once
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    slopes = df(preactivations)
    gradients = np.empty(preactivations.shape)
    gradients[-1] = grad_last
    for t in range(len(slopes) - 1, 0, -1):
        gradients[t - 1] = W_hh.T.dot(slopes[t] * gradients[t])
    return np.linalg.norm(gradients, axis=1)

# == wrong: rnn_gradient_norms: no transpose
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = W_hh @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: time T first
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms)

# == wrong: rnn_gradient_norms: derivative of the earlier time
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[-2::-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: derivative after the weights
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = df(z) * (W_hh.T @ g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: no derivative
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[1:]:
        g = W_hh.T @ g
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: down to h_0
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[::-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: one step too far
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, []
    for z in preactivations[::-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: with respect to z
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, []
    for z in preactivations[::-1]:
        g = df(z) * g
        norms.append(np.linalg.norm(g))
        g = W_hh.T @ g
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: product of norms
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    norms = [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        norms.append(norms[-1] * np.linalg.norm(np.diag(df(z)) @ W_hh, 2))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: squares
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [grad_last @ grad_last]
    for z in preactivations[:0:-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(g @ g)
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: relative
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last / np.linalg.norm(grad_last), [1.0]
    for z in preactivations[:0:-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: clips on the way
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = W_hh.T @ (df(z) * g)
        g = g * min(1.0, 5.0 / max(np.linalg.norm(g), 1e-30))
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: a list
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return norms[::-1]

# == wrong: rnn_gradient_norms: the size of the slopes
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = (np.abs(df(z)) * g) @ W_hh
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: derivative of tanh for every f
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = W_hh.T @ ((1 - np.tanh(z) ** 2) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: gradients summed over time
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    g, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        g = grad_last + W_hh.T @ (df(z) * g)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: rnn_gradient_norms: changes grad_last
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    norms = [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        grad_last[:] = W_hh.T @ (df(z) * grad_last)
        norms.append(np.linalg.norm(grad_last))
    return np.array(norms[::-1])
