# %% residual_forward
def residual_forward(weights, x, f):
    if not weights:
        return ()
    a = np.add(x, f(np.einsum("ni,oi->no", x, weights[0])))
    return (a, *residual_forward(weights[1:], a, f))


# %% residual_input_gradient
def residual_input_gradient(weights, x, f, df, grad_out):
    # One Jacobian for each sample, multiplied on the way up.
    total = np.tile(np.eye(x.shape[1]), (len(x), 1, 1))
    for W in weights:
        z = x @ W.T
        block = np.eye(len(W)) + df(z)[:, :, None] * W
        total = block @ total
        x = x + f(z)
    return np.einsum("ni,nij->nj", grad_out, total)


# %% plain_input_gradient
def plain_input_gradient(weights, x, f, df, grad_out):
    if not weights:
        return grad_out.copy()
    W, *rest = weights
    z = np.dot(x, W.T)
    behind = plain_input_gradient(rest, f(z), f, df, grad_out)
    return np.dot(np.multiply(behind, df(z)), W)


# %% gradient_norm_by_block
def gradient_norm_by_block(weights, x, f, df, grad_out):
    signals = [np.array(x, dtype=float)]
    for W in weights:
        signals.append(signals[-1] + f(signals[-1] @ W.T))
    grad, squares = np.array(grad_out, dtype=float), np.empty(len(weights) + 1)
    for l in range(len(weights), -1, -1):
        squares[l] = np.sum(grad * grad)
        if l:
            W = weights[l - 1]
            grad += (grad * df(signals[l - 1] @ W.T)) @ W
    return np.sqrt(squares)


# %% branch_scale
def branch_scale(depth):
    return np.exp(-0.5 * np.log(depth))
