# %% relu
def relu(x):
    return 0.5 * (x + np.abs(x))


# %% relu_grad
def relu_grad(x):
    return np.heaviside(x, 0.0)


# %% leaky_relu
def leaky_relu(x, slope=0.01):
    return np.maximum(x, slope * x)


# %% leaky_relu_grad
def leaky_relu_grad(x, slope=0.01):
    slopes = np.full(np.shape(x), slope, dtype=np.float32)
    slopes[x > 0] = 1
    return slopes


# %% elu
def elu(x, alpha=1.0):
    y = np.array(x, dtype=float)
    y[x <= 0] = alpha * np.expm1(x[x <= 0])
    return y


# %% elu_grad
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, elu(np.minimum(x, 0.0), alpha) + alpha)


# %% swish
def swish(x):
    return x * np.exp(-np.logaddexp(0.0, -x))


# %% swish_grad
def swish_grad(x):
    gate, rest = (np.exp(-np.logaddexp(0.0, side)) for side in (-x, x))
    return gate * (1 + x * rest)


# %% prelu_backward
def prelu_backward(x, slope, grad_out):
    grad_x, grad_slope = np.empty(x.shape), 0.0
    for place, entry in np.ndenumerate(x):
        grad_x[place] = grad_out[place] * (1.0 if entry > 0 else slope)
        grad_slope += grad_out[place] * min(entry, 0.0)
    return [grad_x, grad_slope]


# %% dead_units
def dead_units(preactivations):
    return preactivations.max(axis=0) <= 0
