# == right: batchnorm_forward: loops over the features, a dict
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    y, xh, root = np.empty_like(x), np.empty_like(x), np.empty(x.shape[1])
    for j in range(x.shape[1]):
        column = x[:, j]
        m = sum(column) / len(column)
        root[j] = (sum((column - m) ** 2) / len(column) + eps) ** 0.5
        xh[:, j] = (column - m) / root[j]
        y[:, j] = gamma[j] * xh[:, j] + beta[j]
    return y, {'x_hat': xh, 'std': root, 'gamma': gamma}

# == right: batchnorm_forward: a centring matrix
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    n = len(x)
    centred = (np.eye(n) - np.full((n, n), 1 / n)) @ x
    root = np.sqrt(np.einsum('ij,ij->j', centred, centred) / n + eps)
    return (gamma / root) * centred + beta, (centred / root, root, gamma)

# == right: batchnorm_forward: transposed, a list
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    t = x.T
    m = t.mean(axis=1, keepdims=True)
    root = np.sqrt(((t - m) ** 2).mean(axis=1, keepdims=True) + eps)
    xh = ((t - m) / root).T
    return [xh * gamma + beta, (xh, root[:, 0], gamma)]

# == right: batchnorm_forward: float32
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x = x.astype(np.float32)
    m = x.mean(axis=0)
    root = np.sqrt(((x - m) ** 2).mean(axis=0) + np.float32(eps))
    xh = (x - m) / root
    return gamma.astype(np.float32) * xh + beta.astype(np.float32), (xh, root, gamma)

# == right: batchnorm_forward: from the unbiased variance
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    n = len(x)
    v = x.var(axis=0, ddof=1) * (n - 1) / n
    root = np.sqrt(v + eps)
    xh = (x - x.mean(axis=0)) / root
    return gamma * xh + beta, (xh, root, gamma)

# == wrong: batchnorm_forward: unbiased variance
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta, cache

# == wrong: batchnorm_forward: eps outside the root
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + eps) + beta, cache

# == wrong: batchnorm_forward: eps forgotten
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    with np.errstate(all='ignore'):
        return gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta, cache

# == wrong: batchnorm_forward: always 1e-5
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5) + beta, cache

# == wrong: batchnorm_forward: rows
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta, cache

# == wrong: batchnorm_forward: the whole array
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta, cache

# == wrong: batchnorm_forward: no root
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=0)) / (x.var(axis=0) + eps) + beta, cache

# == wrong: batchnorm_forward: no gamma
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return xh + beta, cache

# == wrong: batchnorm_forward: no beta
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * xh, cache

# == wrong: batchnorm_forward: gamma and beta swapped
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return beta * xh + gamma, cache

# == wrong: batchnorm_forward: gamma times the shifted
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (xh + beta), cache

# == wrong: batchnorm_forward: not centred
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * x / np.sqrt(x.var(axis=0) + eps) + beta, cache

# == wrong: batchnorm_forward: the second moment for the variance
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=0)) / np.sqrt((x**2).mean(axis=0) + eps) + beta, cache

# == wrong: batchnorm_forward: y alone
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * xh + beta

# == wrong: batchnorm_forward: the cache first
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return cache, gamma * xh + beta

# == wrong: batchnorm_forward: in place
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    x -= x.mean(axis=0)
    x /= np.sqrt((x**2).mean(axis=0) + eps)
    x *= gamma
    x += beta
    return x, cache

# == wrong: batchnorm_forward: the median
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - np.median(x, axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta, cache

# == wrong: batchnorm_forward: eps squared
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    xh = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    cache = (xh, np.sqrt(x.var(axis=0) + eps), gamma)
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps**2) + beta, cache

# == right: batchnorm_backward: step by step, as in the paper
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dxh = grad_y * gamma
    dv = np.sum(dxh * (x - mu), axis=0) * -0.5 * (v + eps) ** -1.5
    dmu = -np.sum(dxh, axis=0) / root + dv * np.mean(-2 * (x - mu), axis=0)
    dx = dxh / root + dv * 2 * (x - mu) / n + dmu / n
    return dx, np.sum(grad_y * xh, axis=0), np.sum(grad_y, axis=0)

# == right: batchnorm_backward: one Jacobian for each feature
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = np.empty_like(x)
    for j in range(x.shape[1]):
        J = (np.eye(n) - 1 / n - np.outer(xh[:, j], xh[:, j]) / n) * gamma[j] / root[j]
        dx[:, j] = J.T @ grad_y[:, j]
    return [dx, np.einsum('ij,ij->j', grad_y, xh), np.ones(n) @ grad_y]

# == right: batchnorm_backward: n times, then divided
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / (n * root) * (n * grad_y - grad_y.sum(0) - xh * (grad_y * xh).sum(0))
    return dx, np.sum(grad_y * xh, 0), np.sum(grad_y, 0)

# == right: batchnorm_backward: the cache is a function
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    std = (x.var(axis=0) + eps) ** 0.5
    x_hat = (x - x.mean(axis=0)) / std

    def back(g):
        return gamma / std * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)), (g * x_hat).sum(axis=0), g.sum(axis=0)

    return gamma * x_hat + beta, back


def batchnorm_backward(grad_y, cache):
    return cache(grad_y)

# == right: batchnorm_backward: the cache is an object
class Kept:
    def __init__(self, x_hat, scale):
        self.x_hat, self.scale = x_hat, scale


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    std = np.sqrt(x.var(axis=0) + eps)
    kept = Kept((x - x.mean(axis=0)) / std, gamma / std)
    return gamma * kept.x_hat + beta, kept


def batchnorm_backward(grad_y, cache):
    g, h = grad_y, cache.x_hat
    return cache.scale * (g - g.mean(axis=0) - h * np.mean(g * h, axis=0)), np.sum(g * h, axis=0), np.sum(g, axis=0)

# == right: batchnorm_backward: the cache is a dict that is emptied
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    root = np.sqrt(x.var(axis=0) + eps)
    cache = {"x_hat": (x - x.mean(axis=0)) / root, "root": root, "gamma": gamma.copy()}
    return cache["gamma"] * cache["x_hat"] + beta, cache


def batchnorm_backward(grad_y, cache):
    x_hat, root, gamma = cache.pop("x_hat"), cache.pop("root"), cache.pop("gamma")
    inner = grad_y - grad_y.mean(0) - x_hat * np.mean(grad_y * x_hat, 0)
    return inner * gamma / root, np.sum(grad_y * x_hat, 0), np.sum(grad_y, 0)

# == right: batchnorm_backward: float32
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    low = x.astype(np.float32)
    root = np.sqrt(low.var(axis=0) + np.float32(eps))
    x_hat = (low - low.mean(axis=0)) / root
    return gamma.astype(np.float32) * x_hat + beta.astype(np.float32), (x_hat, gamma.astype(np.float32) / root)


def batchnorm_backward(grad_y, cache):
    x_hat, scale = cache
    g = grad_y.astype(np.float32)
    return scale * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0)), (g * x_hat).sum(axis=0), g.sum(axis=0)

# == wrong: batchnorm_backward: the direct way only
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * grad_y
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: not through the mean
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: not through the variance
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: no gamma
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = 1 / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: no root
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: times the root
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma * root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: sums for means in the bracket
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.sum(axis=0) - xh * (grad_y * xh).sum(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: the bracket's signs
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y + grad_y.mean(axis=0) + xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: unbiased
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / np.sqrt(x.var(axis=0, ddof=1) + eps) * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: means for gamma and beta
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).mean(axis=0), grad_y.mean(axis=0)

# == wrong: batchnorm_backward: gamma's from x itself
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * x).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: gamma's from the centred x
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * (x - mu)).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: gamma and beta swapped
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, grad_y.sum(axis=0), (grad_y * xh).sum(axis=0)

# == wrong: batchnorm_backward: beta's keeps the batch
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y

# == wrong: batchnorm_backward: one number for all features
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(), grad_y.sum()

# == wrong: batchnorm_backward: keepdims
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0, keepdims=True), grad_y.sum(axis=0, keepdims=True)

# == wrong: batchnorm_backward: grad_y changed in place
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    dg, db = (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)
    grad_y *= gamma
    return dx, dg, db

# == wrong: batchnorm_backward: eps forgotten
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    xh = (x - mu) / np.sqrt(v)
    dx = gamma / np.sqrt(v) * (grad_y - grad_y.mean(axis=0) - xh * (grad_y * xh).mean(axis=0))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: means over the features
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    dx = gamma / root * (grad_y - grad_y.mean(axis=1, keepdims=True) - xh * (grad_y * xh).mean(axis=1, keepdims=True))
    return dx, (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: gamma's and beta's only
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu, v = x.mean(axis=0), x.var(axis=0)
    cache = (x, mu, v, gamma, eps)
    return gamma * (x - mu) / np.sqrt(v + eps) + beta, cache

def batchnorm_backward(grad_y, cache):
    x, mu, v, gamma, eps = cache
    n, root = len(x), np.sqrt(v + eps)
    xh = (x - mu) / root
    return (grad_y * xh).sum(axis=0), grad_y.sum(axis=0)

# == wrong: batchnorm_backward: remembers the last batch, whatever cache it gets
LAST = {}


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    root = np.sqrt(x.var(axis=0) + eps)
    LAST.update(x_hat=(x - x.mean(axis=0)) / root, scale=gamma / root)
    return gamma * LAST["x_hat"] + beta, None


def batchnorm_backward(grad_y, cache):
    x_hat, scale = LAST["x_hat"], LAST["scale"]
    inner = grad_y - grad_y.mean(axis=0) - x_hat * (grad_y * x_hat).mean(axis=0)
    return scale * inner, (grad_y * x_hat).sum(axis=0), grad_y.sum(axis=0)

# == right: update_running: steps towards the batch
def update_running(running_mean, running_var, x, momentum=0.1):
    v = np.sum((x - x.mean(0)) ** 2, axis=0) / (len(x) - 1)
    return running_mean + momentum * (x.mean(0) - running_mean), running_var + momentum * (v - running_var)

# == right: update_running: looped, a list
def update_running(running_mean, running_var, x, momentum=0.1):
    m, v = running_mean.copy(), running_var.copy()
    for j in range(x.shape[1]):
        c = x[:, j]
        mu = sum(c) / len(c)
        m[j] = (1 - momentum) * m[j] + momentum * mu
        v[j] = (1 - momentum) * v[j] + momentum * sum((c - mu) ** 2) / (len(c) - 1)
    return [m, v]

# == right: update_running: n / (n − 1)
def update_running(running_mean, running_var, x, momentum=0.1):
    n = len(x)
    return (1 - momentum) * running_mean + momentum * x.mean(axis=0), (1 - momentum) * running_var + momentum * np.var(x, axis=0) * n / (n - 1)

# == right: update_running: np.cov, float32
def update_running(running_mean, running_var, x, momentum=0.1):
    v = np.atleast_1d(np.diag(np.atleast_2d(np.cov(x, rowvar=False))))
    return (np.float32(1 - momentum) * running_mean.astype(np.float32) + np.float32(momentum) * x.mean(axis=0)).astype(np.float32), ((1 - momentum) * running_var + momentum * v).astype(np.float32)

# == right: update_running: np.average
def update_running(running_mean, running_var, x, momentum=0.1):
    both = np.stack([np.stack([running_mean, running_var]), np.stack([x.mean(axis=0), x.var(axis=0, ddof=1)])])
    return tuple(np.average(both, axis=0, weights=[1 - momentum, momentum]))

# == wrong: update_running: biased
def update_running(running_mean, running_var, x, momentum=0.1):
    return (1 - momentum) * running_mean + momentum * x.mean(0), (1 - momentum) * running_var + momentum * x.var(0)

# == wrong: update_running: momentum reversed
def update_running(running_mean, running_var, x, momentum=0.1):
    return momentum * running_mean + (1 - momentum) * x.mean(0), momentum * running_var + (1 - momentum) * x.var(0, ddof=1)

# == wrong: update_running: momentum reversed, biased
def update_running(running_mean, running_var, x, momentum=0.1):
    return momentum * running_mean + (1 - momentum) * x.mean(0), momentum * running_var + (1 - momentum) * x.var(0)

# == wrong: update_running: standard deviations
def update_running(running_mean, running_var, x, momentum=0.1):
    return (1 - momentum) * running_mean + momentum * x.mean(0), (1 - momentum) * running_var + momentum * x.std(0, ddof=1)

# == wrong: update_running: swapped
def update_running(running_mean, running_var, x, momentum=0.1):
    return (1 - momentum) * running_var + momentum * x.var(0, ddof=1), (1 - momentum) * running_mean + momentum * x.mean(0)

# == wrong: update_running: the old ones do not shrink
def update_running(running_mean, running_var, x, momentum=0.1):
    return running_mean + momentum * x.mean(0), running_var + momentum * x.var(0, ddof=1)

# == wrong: update_running: the batch alone
def update_running(running_mean, running_var, x, momentum=0.1):
    return x.mean(0), x.var(0, ddof=1)

# == wrong: update_running: nothing
def update_running(running_mean, running_var, x, momentum=0.1):
    return running_mean.copy(), running_var.copy()

# == wrong: update_running: rows
def update_running(running_mean, running_var, x, momentum=0.1):
    return (1 - momentum) * running_mean + momentum * x.mean(1), (1 - momentum) * running_var + momentum * x.var(1, ddof=1)

# == wrong: update_running: always 0.1
def update_running(running_mean, running_var, x, momentum=0.1):
    return 0.9 * running_mean + 0.1 * x.mean(0), 0.9 * running_var + 0.1 * x.var(0, ddof=1)

# == wrong: update_running: around the running mean
def update_running(running_mean, running_var, x, momentum=0.1):
    m = (1 - momentum) * running_mean + momentum * x.mean(0)
    v = np.sum((x - running_mean) ** 2, axis=0) / (len(x) - 1)
    return m, (1 - momentum) * running_var + momentum * v

# == wrong: update_running: around the new mean
def update_running(running_mean, running_var, x, momentum=0.1):
    m = (1 - momentum) * running_mean + momentum * x.mean(0)
    v = np.sum((x - m) ** 2, axis=0) / (len(x) - 1)
    return m, (1 - momentum) * running_var + momentum * v

# == wrong: update_running: in place
def update_running(running_mean, running_var, x, momentum=0.1):
    running_mean *= 1 - momentum
    running_mean += momentum * x.mean(0)
    running_var *= 1 - momentum
    running_var += momentum * x.var(0, ddof=1)
    return running_mean, running_var

# == wrong: update_running: the plain mean of both
def update_running(running_mean, running_var, x, momentum=0.1):
    return (running_mean + x.mean(0)) / 2, (running_var + x.var(0, ddof=1)) / 2

# == wrong: update_running: the mean of everything
def update_running(running_mean, running_var, x, momentum=0.1):
    return (1 - momentum) * running_mean + momentum * x.mean(), (1 - momentum) * running_var + momentum * x.var(ddof=1)

# == wrong: update_running: unbiased the wrong way
def update_running(running_mean, running_var, x, momentum=0.1):
    n = len(x)
    return (1 - momentum) * running_mean + momentum * x.mean(0), (1 - momentum) * running_var + momentum * x.var(0) * (n - 1) / n

# == wrong: update_running: the mean only
def update_running(running_mean, running_var, x, momentum=0.1):
    return (1 - momentum) * running_mean + momentum * x.mean(0)

# == right: batchnorm_inference: folded
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    scale = gamma / np.sqrt(running_var + eps)
    return x * scale + (beta - running_mean * scale)

# == right: batchnorm_inference: row by row
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return np.stack([gamma * ((row - running_mean) * (running_var + eps) ** -0.5) + beta for row in x])

# == right: batchnorm_inference: a diagonal matrix
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return (x - running_mean) @ np.diag(gamma / np.sqrt(running_var + eps)) + beta

# == right: batchnorm_inference: float32
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    low = lambda v: np.asarray(v, dtype=np.float32)
    return low(gamma) * (low(x) - low(running_mean)) / np.sqrt(low(running_var) + low(eps)) + low(beta)

# == wrong: batchnorm_inference: the batch's own
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta

# == wrong: batchnorm_inference: own mean, running variance
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(running_var + eps) + beta

# == wrong: batchnorm_inference: running mean, own variance
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(x.var(0) + eps) + beta

# == wrong: batchnorm_inference: eps outside
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / (np.sqrt(running_var) + eps) + beta

# == wrong: batchnorm_inference: no eps
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var) + beta

# == wrong: batchnorm_inference: always 1e-5
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + 1e-5) + beta

# == wrong: batchnorm_inference: no root
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / (running_var + eps) + beta

# == wrong: batchnorm_inference: not centred
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * x / np.sqrt(running_var + eps) + beta

# == wrong: batchnorm_inference: no gamma
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return (x - running_mean) / np.sqrt(running_var + eps) + beta

# == wrong: batchnorm_inference: no beta
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + eps)

# == wrong: batchnorm_inference: gamma and beta swapped
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return beta * (x - running_mean) / np.sqrt(running_var + eps) + gamma

# == wrong: batchnorm_inference: the mean added
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x + running_mean) / np.sqrt(running_var + eps) + beta

# == wrong: batchnorm_inference: in place
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    x -= running_mean
    return gamma * x / np.sqrt(running_var + eps) + beta

# == wrong: batchnorm_inference: the variance taken for a standard deviation
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var**2 + eps) + beta

# == wrong: batchnorm_inference: the first sample only
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * (x[:1] - running_mean) / np.sqrt(running_var + eps) + beta

# == wrong: batchnorm_inference: beta before gamma
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    return gamma * ((x - running_mean) / np.sqrt(running_var + eps) + beta)

# == right: layernorm_forward: transposed
def layernorm_forward(x, gamma, beta, eps=1e-5):
    t = x.T
    return ((t - t.mean(axis=0)) / np.sqrt(t.var(axis=0) + eps)).T * gamma + beta

# == right: layernorm_forward: row by row
def layernorm_forward(x, gamma, beta, eps=1e-5):
    return np.array([gamma * (row - row.mean()) / np.sqrt(row.var() + eps) + beta for row in x])

# == right: layernorm_forward: new axes
def layernorm_forward(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(1)[:, None]
    root = ((centred**2).mean(1) + eps) ** 0.5
    return gamma[None, :] * centred / root[:, None] + beta[None, :]

# == right: layernorm_forward: float32
def layernorm_forward(x, gamma, beta, eps=1e-5):
    low = x.astype(np.float32)
    c = low - low.mean(-1, keepdims=True)
    return gamma * (c / np.sqrt((c * c).mean(-1, keepdims=True) + np.float32(eps))) + beta

# == right: layernorm_forward: a centring matrix
def layernorm_forward(x, gamma, beta, eps=1e-5):
    d = x.shape[1]
    c = x @ (np.eye(d) - 1 / d)
    return gamma * c / np.sqrt(np.einsum('ij,ij->i', c, c) / d + eps)[:, None] + beta

# == wrong: layernorm_forward: columns
def layernorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta

# == wrong: layernorm_forward: columns when square
def layernorm_forward(x, gamma, beta, eps=1e-5):
    if len(x) == x.shape[1]:
        return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + eps) + beta

# == wrong: layernorm_forward: the whole array
def layernorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta

# == wrong: layernorm_forward: unbiased
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(x.var(axis=1, keepdims=True, ddof=1) + eps) + beta

# == wrong: layernorm_forward: eps outside
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / (np.sqrt(v) + eps) + beta

# == wrong: layernorm_forward: no eps
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    with np.errstate(all='ignore'):
        return gamma * (x - m) / np.sqrt(v) + beta

# == wrong: layernorm_forward: always 1e-5
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + 1e-5) + beta

# == wrong: layernorm_forward: no root
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / (v + eps) + beta

# == wrong: layernorm_forward: RMS norm
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps) + beta

# == wrong: layernorm_forward: not centred
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * x / np.sqrt(v + eps) + beta

# == wrong: layernorm_forward: no gamma
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return (x - m) / np.sqrt(v + eps) + beta

# == wrong: layernorm_forward: no beta
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + eps)

# == wrong: layernorm_forward: gamma and beta swapped
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return beta * (x - m) / np.sqrt(v + eps) + gamma

# == wrong: layernorm_forward: in place
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    x -= m
    x /= np.sqrt(v + eps)
    return gamma * x + beta

# == wrong: layernorm_forward: no keepdims: right for square arrays in shape only
def layernorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(1)) / np.sqrt(x.var(1) + eps) + beta

# == wrong: layernorm_forward: eps twice
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + 2 * eps) + beta

# == wrong: layernorm_forward: a pair
def layernorm_forward(x, gamma, beta, eps=1e-5):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + eps) + beta, (m, v)

# == right: scale_invariance_gap: from the sign
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs((1 - np.sign(scale)) * bn(x @ W.T)).max()

# == right: scale_invariance_gap: closed form
def scale_invariance_gap(W, x, scale):
    z = bn = x @ W.T
    z = z - z.mean(axis=0)
    z = z / np.sqrt((z**2).mean(axis=0))
    return 0.0 if scale > 0 else 2 * float(np.max(np.abs(z)))

# == right: scale_invariance_gap: unit by unit
def scale_invariance_gap(W, x, scale):
    worst = 0.0
    for w in W:
        out = []
        for v in (w, scale * w):
            z = x @ v
            out.append((z - z.mean()) / z.std())
        worst = max(worst, np.abs(out[0] - out[1]).max())
    return worst

# == right: scale_invariance_gap: the infinity norm, float32
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    z = (x @ W.T).astype(np.float32)
    return np.linalg.norm((bn(z) - bn(np.float32(scale) * z)).ravel(), np.inf)

# == right: scale_invariance_gap: z-scores by columns stacked
def scale_invariance_gap(W, x, scale):
    z = np.hstack([x @ W.T, scale * x @ W.T])
    z = (z - z.mean(0)) / z.std(0)
    k = len(W)
    return np.ptp(np.stack([z[:, :k], z[:, k:]]), axis=0).max()

# == wrong: scale_invariance_gap: zero
def scale_invariance_gap(W, x, scale):
    return 0.0

# == wrong: scale_invariance_gap: eps of 1e-5
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: no absolute value
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return (bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: the mean of it
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).mean()

# == wrong: scale_invariance_gap: the sum of it
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).sum()

# == wrong: scale_invariance_gap: the Euclidean norm
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.linalg.norm(bn(x @ W.T) - bn(x @ (scale * W).T))

# == wrong: scale_invariance_gap: nothing normalised
def scale_invariance_gap(W, x, scale):
    return np.abs(x @ W.T - x @ (scale * W).T).max()

# == wrong: scale_invariance_gap: rows
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=1, keepdims=True)) / np.maximum(z.std(axis=1, keepdims=True), 1e-30)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: unbiased
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0, ddof=1)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: only the size of the scale
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (abs(scale) * W).T)).max()

# == wrong: scale_invariance_gap: centred but not scaled
def scale_invariance_gap(W, x, scale):
    bn = lambda z: z - z.mean(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: scaled but not centred
def scale_invariance_gap(W, x, scale):
    bn = lambda z: z / z.std(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: one entry for each unit
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max(axis=0)

# == wrong: scale_invariance_gap: the largest absolute values, subtracted
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return abs(np.abs(bn(x @ W.T)).max() - np.abs(bn(x @ (scale * W).T)).max())

# == wrong: scale_invariance_gap: twice for every negative scale
def scale_invariance_gap(W, x, scale):
    return 2.0 if scale < 0 else 0.0

# == wrong: scale_invariance_gap: W changed in place
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    before = bn(x @ W.T)
    W *= scale
    return np.abs(before - bn(x @ W.T)).max()

# == wrong: scale_invariance_gap: the whole array
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean()) / z.std()
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max()

# == wrong: scale_invariance_gap: infinity for negative scales
def scale_invariance_gap(W, x, scale):
    bn = lambda z: (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs(bn(x @ W.T) - bn(x @ (scale * W).T)).max() if scale > 0 else np.inf

# == wrong: batchnorm_forward: eps is 1e-8 by default
def batchnorm_forward(x, gamma, beta, eps=1e-8):
    root = np.sqrt(x.var(axis=0) + eps)
    xh = (x - x.mean(axis=0)) / root
    return gamma * xh + beta, (xh, root, gamma)

# == wrong: batchnorm_inference: eps is 1e-3 by default
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-3):
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta

# == wrong: layernorm_forward: eps is 1e-6 by default
def layernorm_forward(x, gamma, beta, eps=1e-6):
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - m) / np.sqrt(v + eps) + beta

# == wrong: update_running: momentum is 0.9 by default
def update_running(running_mean, running_var, x, momentum=0.9):
    return (1 - momentum) * running_mean + momentum * x.mean(0), (1 - momentum) * running_var + momentum * x.var(0, ddof=1)
