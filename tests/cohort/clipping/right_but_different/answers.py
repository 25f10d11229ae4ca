# %% global_norm
def global_norm(grads):
    total = 0.0
    for g in grads:
        total = np.hypot(total, np.linalg.norm(g.ravel()))
    return total


# %% clip_by_value
def clip_by_value(grads, limit):
    return tuple(np.sign(g) * np.minimum(np.abs(g), limit) for g in grads)


# %% clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    long = np.concatenate([g.reshape(-1) for g in grads])
    if not max_norm > 0 or not np.isfinite(long).all():
        raise ValueError(f"cannot clip at {max_norm}")
    norm = np.sqrt(long @ long)
    long = long * min(1.0, max_norm / (norm + 1e-6))  # as PyTorch has it
    ends = np.cumsum([g.size for g in grads])[:-1]
    return [part.reshape(g.shape) for part, g in zip(np.split(long, ends), grads)], norm


# %% l2_penalty
def l2_penalty(weights, strength):
    return np.array(strength * sum(np.vdot(W, W) for W in weights))


# %% l1_penalty
def l1_penalty(weights, strength):
    total = 0.0
    for W in weights:
        total += W[W > 0].sum() - W[W < 0].sum()
    return strength * total


# %% regularized_gradient
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    pull = np.where(W > 0, l1, np.where(W < 0, -l1, 0.0))
    return (grad + pull + l2 * W + l2 * W).astype(np.float32)


# %% sgd_step
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [(1 - lr * weight_decay) * w - lr * g for w, g in zip(params, grads)]


# %% clip_weights
def clip_weights(weights, c):
    return [np.where(np.abs(W) > c, np.copysign(c, W), W) for W in weights]
