# == right: residual_forward: a running signal, tuple
def residual_forward(weights, x, f):
    out = ()
    for W in weights:
        x = x + f(np.dot(x, W.T))
        out = (*out, x)
    return out

# == right: residual_forward: columns
def residual_forward(weights, x, f):
    a, out = x.T, []
    for W in weights:
        a = a + f(W @ a)
        out.append(a.T)
    return out

# == right: residual_forward: recursive
def residual_forward(weights, x, f):
    if not weights:
        return []
    a = x + f(np.einsum('ni,oi->no', x, weights[0]))
    return [a] + residual_forward(weights[1:], a, f)

# == right: residual_forward: sample by sample
def residual_forward(weights, x, f):
    out, a = [], x
    for W in weights:
        a = np.stack([row + f(W @ row) for row in a])
        out.append(a)
    return out

# == right: residual_forward: float32
def residual_forward(weights, x, f):
    a, out = x.astype(np.float32), []
    for W in weights:
        a = a + f(a @ W.astype(np.float32).T).astype(np.float32)
        out.append(a)
    return out

# == right: residual_forward: a copy changed in place
def residual_forward(weights, x, f):
    a, out = x.copy(), []
    for W in weights:
        a += f(a @ W.T)
        out.append(a.copy())
    return out

# == wrong: residual_forward: no shortcut
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = f(x @ W.T)
        out.append(x)
    return out

# == wrong: residual_forward: f of the sum
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = f(x + x @ W.T)
        out.append(x)
    return out

# == wrong: residual_forward: f of the shortcut, too
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = f(x) + f(x @ W.T)
        out.append(x)
    return out

# == wrong: residual_forward: no activation
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x + x @ W.T
        out.append(x)
    return out

# == wrong: residual_forward: no transpose
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x + f(x @ W)
        out.append(x)
    return out

# == wrong: residual_forward: the input in the list
def residual_forward(weights, x, f):
    out = [x]
    for W in weights:
        out.append(out[-1] + f(out[-1] @ W.T))
    return out

# == wrong: residual_forward: the last output only
def residual_forward(weights, x, f):
    for W in weights:
        x = x + f(x @ W.T)
    return x

# == wrong: residual_forward: the shortcut from the input
def residual_forward(weights, x, f):
    out, a = [], x
    for W in weights:
        a = x + f(a @ W.T)
        out.append(a)
    return out

# == wrong: residual_forward: subtracted
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x - f(x @ W.T)
        out.append(x)
    return out

# == wrong: residual_forward: the mean
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = (x + f(x @ W.T)) / 2
        out.append(x)
    return out

# == wrong: residual_forward: one array many times
def residual_forward(weights, x, f):
    a, out = x.copy(), []
    for W in weights:
        a += f(a @ W.T)
        out.append(a)
    return out

# == wrong: residual_forward: the input changed in place
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x += f(x @ W.T)
        out.append(x.copy())
    return out

# == wrong: residual_forward: last block first
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x + f(x @ W.T)
        out.insert(0, x)
    return out

# == wrong: residual_forward: weights from the last to the first
def residual_forward(weights, x, f):
    out = []
    for W in weights[::-1]:
        x = x + f(x @ W.T)
        out.append(x)
    return out

# == wrong: residual_forward: scaled branches
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x + f(x @ W.T) / np.sqrt(len(weights))
        out.append(x)
    return out

# == wrong: residual_forward: the branches only
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        out.append(f(x @ W.T))
        x = x + out[-1]
    return out

# == wrong: residual_forward: one array instead of a list
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x + f(x @ W.T)
        out.append(x)
    return np.array(out)

# == wrong: residual_forward: tanh whatever f is
def residual_forward(weights, x, f):
    out = []
    for W in weights:
        x = x + np.tanh(x @ W.T)
        out.append(x)
    return out

# == right: residual_input_gradient: recursive
def residual_input_gradient(weights, x, f, df, grad_out):
    if not weights:
        return grad_out
    z = x @ weights[0].T
    g = residual_input_gradient(weights[1:], x + f(z), f, df, grad_out)
    return g + (df(z) * g) @ weights[0]

# == right: residual_input_gradient: one Jacobian for each sample and block
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    out = np.empty(x.shape)
    for i in range(len(x)):
        g = grad_out[i]
        for l in reversed(range(len(weights))):
            J = np.eye(len(g)) + np.diag(df(zs[l])[i]) @ weights[l]
            g = J.T @ g
        out[i] = g
    return out

# == right: residual_input_gradient: the product of Jacobians first, forward
def residual_input_gradient(weights, x, f, df, grad_out):
    n, d = x.shape
    a, J = x, np.repeat(np.eye(d)[None], n, axis=0)
    for W in weights:
        z = a @ W.T
        step = df(z)[:, :, None] * W[None]
        J = J + step @ J
        a = a + f(z)
    return np.einsum('ni,nij->nj', grad_out, J)

# == right: residual_input_gradient: float32
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out.astype(np.float32)
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g + (g * df(z).astype(np.float32)) @ W.astype(np.float32)).astype(np.float32)
    return g

# == right: residual_input_gradient: columns
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x.T
    for W in weights:
        zs.append(W @ a)
        a = a + f(zs[-1])
    g = grad_out.T
    for k in range(len(weights))[::-1]:
        g = g + weights[k].T @ (df(zs[k]) * g)
    return g.T

# == right: residual_input_gradient: a copy changed in place
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out.copy()
    for k in range(len(weights) - 1, -1, -1):
        branch = (g * df(zs[k])) @ weights[k]
        g[...] = g + branch
    return g

# == wrong: residual_input_gradient: identity term dropped
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: forward without the shortcut
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: another network altogether
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: transposed
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W.T
    return g

# == wrong: residual_input_gradient: no derivative
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + g @ W
    return g

# == wrong: residual_input_gradient: f for its derivative
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * f(z)) @ W
    return g

# == wrong: residual_input_gradient: derivative at the activations
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(f(z))) @ W
    return g

# == wrong: residual_input_gradient: derivative behind the weights
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g @ W) * df(z)
    return g

# == wrong: residual_input_gradient: first block first
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights, zs):
        g = g + (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: one block too few
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[:0:-1], zs[:0:-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: divided by n
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out / len(x)
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: in place
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g += (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: the first sample's slopes for all
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z[:1])) @ W
    return g

# == wrong: residual_input_gradient: a branch of the wrong sign
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g - (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: z from the input each time
def residual_input_gradient(weights, x, f, df, grad_out):
    zs = [x @ W.T for W in weights]
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: z without the transpose
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: residual_input_gradient: the shortcut through f', too
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g + g @ W) * df(z)
    return g

# == wrong: residual_input_gradient: the shortcut scaled, too
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g + (g * df(z)) @ W) / 2
    return g

# == wrong: residual_input_gradient: grad_out passed on
def residual_input_gradient(weights, x, f, df, grad_out):
    return grad_out.copy()

# == wrong: residual_input_gradient: the sum over the batch
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g.sum(axis=0)

# == wrong: residual_input_gradient: the input of the last block
def residual_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g, W, z = grad_out, weights[-1], zs[-1]
    return g + (g * df(z)) @ W

# == right: plain_input_gradient: recursive
def plain_input_gradient(weights, x, f, df, grad_out):
    if not weights:
        return grad_out
    z = x @ weights[0].T
    g = plain_input_gradient(weights[1:], f(z), f, df, grad_out)
    return (df(z) * g) @ weights[0]

# == right: plain_input_gradient: one Jacobian for each sample and block
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    out = np.empty(x.shape)
    for i in range(len(x)):
        g = grad_out[i]
        for l in reversed(range(len(weights))):
            J = np.diag(df(zs[l])[i]) @ weights[l]
            g = J.T @ g
        out[i] = g
    return out

# == right: plain_input_gradient: the product of Jacobians first, forward
def plain_input_gradient(weights, x, f, df, grad_out):
    n, d = x.shape
    a, J = x, np.repeat(np.eye(d)[None], n, axis=0)
    for W in weights:
        z = a @ W.T
        step = df(z)[:, :, None] * W[None]
        J = step @ J
        a = f(z)
    return np.einsum('ni,nij->nj', grad_out, J)

# == right: plain_input_gradient: float32
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out.astype(np.float32)
    for W, z in zip(weights[::-1], zs[::-1]):
        g = ((g * df(z).astype(np.float32)) @ W.astype(np.float32)).astype(np.float32)
    return g

# == right: plain_input_gradient: columns
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x.T
    for W in weights:
        zs.append(W @ a)
        a = f(zs[-1])
    g = grad_out.T
    for k in range(len(weights))[::-1]:
        g = weights[k].T @ (df(zs[k]) * g)
    return g.T

# == right: plain_input_gradient: a copy changed in place
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out.copy()
    for k in range(len(weights) - 1, -1, -1):
        branch = (g * df(zs[k])) @ weights[k]
        g[...] = branch
    return g

# == wrong: plain_input_gradient: identity term added
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: forward with a shortcut
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: another network altogether
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: transposed
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W.T
    return g

# == wrong: plain_input_gradient: no derivative
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g @ W
    return g

# == wrong: plain_input_gradient: f for its derivative
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * f(z)) @ W
    return g

# == wrong: plain_input_gradient: derivative at the activations
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(f(z))) @ W
    return g

# == wrong: plain_input_gradient: derivative behind the weights
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g @ W) * df(z)
    return g

# == wrong: plain_input_gradient: first block first
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights, zs):
        g = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: one block too few
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[:0:-1], zs[:0:-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: divided by n
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out / len(x)
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: in place
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g [...] = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: the first sample's slopes for all
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z[:1])) @ W
    return g

# == wrong: plain_input_gradient: a branch of the wrong sign
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = -(g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: z from the input each time
def plain_input_gradient(weights, x, f, df, grad_out):
    zs = [x @ W.T for W in weights]
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: z without the transpose
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g

# == wrong: plain_input_gradient: grad_out passed on
def plain_input_gradient(weights, x, f, df, grad_out):
    return grad_out.copy()

# == wrong: plain_input_gradient: the sum over the batch
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
    return g.sum(axis=0)

# == wrong: plain_input_gradient: the input of the last block
def plain_input_gradient(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g, W, z = grad_out, weights[-1], zs[-1]
    return (g * df(z)) @ W

# == right: gradient_norm_by_block: a running array
def gradient_norm_by_block(weights, x, f, df, grad_out):
    L = len(weights)
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    norms, g = np.empty(L + 1), grad_out
    norms[L] = np.sqrt((g**2).sum())
    for l in range(L - 1, -1, -1):
        g = g + np.dot(df(zs[l]) * g, weights[l])
        norms[l] = np.sqrt((g**2).sum())
    return norms

# == right: gradient_norm_by_block: recursive
def gradient_norm_by_block(weights, x, f, df, grad_out):
    if not weights:
        return np.array([np.linalg.norm(grad_out)])
    
    def back(k, a):
        if k == len(weights):
            return [grad_out]
        z = a @ weights[k].T
        rest = back(k + 1, a + f(z))
        return [rest[0] + (rest[0] * df(z)) @ weights[k]] + rest
    
    return np.array([np.linalg.norm(g, 'fro') for g in back(0, x)])

# == right: gradient_norm_by_block: one Jacobian for each sample and block
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    sq = np.zeros(len(weights) + 1)
    for i in range(len(x)):
        g = grad_out[i]
        sq[-1] += g @ g
        for l in reversed(range(len(weights))):
            J = np.eye(len(g)) + np.diag(df(zs[l])[i]) @ weights[l]
            g = J.T @ g
            sq[l] += g @ g
    return sq**0.5

# == right: gradient_norm_by_block: float32
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out.astype(np.float32)
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g + (g * df(z).astype(np.float32)) @ W.astype(np.float32)).astype(np.float32)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == right: gradient_norm_by_block: columns
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x.T
    for W in weights:
        zs.append(W @ a)
        a = a + f(zs[-1])
    g = grad_out.T
    all_g = [g]
    for k in range(len(weights))[::-1]:
        g = g + weights[k].T @ (df(zs[k]) * g)
        all_g.append(g)
    return np.sqrt([np.einsum('ij,ij->', g, g) for g in reversed(all_g)])

# == wrong: gradient_norm_by_block: identity term dropped
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: forward without the shortcut
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: another network altogether
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: transposed
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W.T
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: no derivative
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + g @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: f for its derivative
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * f(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: derivative at the activations
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(f(z))) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: derivative behind the weights
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g @ W) * df(z)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: first block first
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights, zs):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: one block too few
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[:0:-1], zs[:0:-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: divided by n
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out / len(x)
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: in place
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g += (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: the first sample's slopes for all
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z[:1])) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: a branch of the wrong sign
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g - (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: z from the input each time
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs = [x @ W.T for W in weights]
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: z without the transpose
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: the shortcut through f', too
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g + g @ W) * df(z)
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: the shortcut scaled, too
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = (g + (g * df(z)) @ W) / 2
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: squares
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1]) ** 2

# == wrong: gradient_norm_by_block: last first
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms)

# == wrong: gradient_norm_by_block: without the input
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])[1:]

# == wrong: gradient_norm_by_block: without the output
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1])[:-1]

# == wrong: gradient_norm_by_block: a list
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return [float(v) for v in norms[::-1]]

# == wrong: gradient_norm_by_block: spectral
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g, 2)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g, 2))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: one norm for each sample, averaged
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.mean(np.linalg.norm(g, axis=1))]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.mean(np.linalg.norm(g, axis=1)))
    return np.array(norms[::-1])

# == wrong: gradient_norm_by_block: relative to the output's
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.linalg.norm(g)]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.linalg.norm(g))
    return np.array(norms[::-1]) / norms[0]

# == wrong: gradient_norm_by_block: the largest entries
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = a + f(zs[-1])
    g = grad_out
    norms = [np.abs(g).max()]
    for W, z in zip(weights[::-1], zs[::-1]):
        g = g + (g * df(z)) @ W
        norms.append(np.abs(g).max())
    return np.array(norms[::-1])

# == right: branch_scale: root
def branch_scale(depth):
    return 1 / np.sqrt(depth)

# == right: branch_scale: root of the quotient
def branch_scale(depth):
    return (1 / depth) ** 0.5

# == right: branch_scale: logarithms
def branch_scale(depth):
    import math
    return math.exp(-math.log(depth) / 2)

# == right: branch_scale: float32
def branch_scale(depth):
    return np.float32(1) / np.sqrt(np.float32(depth))

# == right: branch_scale: a 0-d array
def branch_scale(depth):
    return np.asarray(depth, dtype=float) ** -0.5

# == wrong: branch_scale: one over L
def branch_scale(depth):
    return 1 / depth

# == wrong: branch_scale: the root of L
def branch_scale(depth):
    return depth**0.5

# == wrong: branch_scale: one
def branch_scale(depth):
    return 1.0

# == wrong: branch_scale: one over 2L, root
def branch_scale(depth):
    return (2 * depth) ** -0.5

# == wrong: branch_scale: He's
def branch_scale(depth):
    return (2 / depth) ** 0.5

# == wrong: branch_scale: L + 1
def branch_scale(depth):
    return (depth + 1) ** -0.5

# == wrong: branch_scale: negative
def branch_scale(depth):
    return -(depth**-0.5)

# == wrong: branch_scale: a fixed tenth
def branch_scale(depth):
    return 0.1

# == wrong: branch_scale: the fourth root
def branch_scale(depth):
    return depth**-0.25

# == wrong: branch_scale: zero
def branch_scale(depth):
    return 0.0

# == wrong: branch_scale: shape (1,)
def branch_scale(depth):
    return np.array([depth**-0.5])

# == wrong: branch_scale: e in place of the depth
def branch_scale(depth):
    return np.exp(-0.5)

# == wrong: branch_scale: one over e
def branch_scale(depth):
    return np.exp(1 / depth) - 1

# == wrong: branch_scale: logarithm
def branch_scale(depth):
    return 1 / np.log(depth + 1)

# == wrong: branch_scale: rounded
def branch_scale(depth):
    return round(depth**-0.5, 2)
