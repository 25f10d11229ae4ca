# %% rmsprop_step
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    new_s = s + (1 - decay) * (np.square(g) - s)
    return [np.subtract(w, np.divide(lr * g, new_s**0.5 + eps)), new_s]


# %% adam_step
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = np.average([m, g], axis=0, weights=[beta1, 1 - beta1])
    v = np.average([v, g * g], axis=0, weights=[beta2, 1 - beta2])
    root = np.sqrt(1 - beta2**t)
    return w - lr * root / (1 - beta1**t) * m / (np.sqrt(v) + eps * root), m, v


# %% step_decay
def step_decay(base_lr, step, drop_every, factor=0.1):
    while step >= drop_every:
        base_lr, step = base_lr * factor, step - drop_every
    return np.float32(base_lr)


# %% warmup_cosine
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    progress = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    rising = min(1.0, step / warmup_steps) if warmup_steps else 1.0
    return np.array(base_lr * rising * np.cos(np.pi * progress / 2) ** 2)


# %% early_stopping
def early_stopping(losses, patience, min_delta=0.0):
    improved = []
    for epoch, loss in enumerate(losses):
        best = losses[improved[-1]] if improved else np.inf
        if loss < best - min_delta:
            improved.append(epoch)
        elif epoch - (improved[-1] if improved else -1) == patience:
            break
    return [epoch, improved[-1] if improved else 0]


# %% dropout
def dropout(x, p, rng):
    if p < 0 or p >= 1:
        raise ValueError(p)
    kept = rng.binomial(1, 1 - p, size=x.shape)
    return x * kept / (1 - p)


# %% random_search
def random_search(objective, low, high, trials, rng):
    tried = {}
    for _ in range(trials):
        strength = low * (high / low) ** rng.random()
        tried[strength] = objective(strength)
    best = min(tried, key=tried.get)
    return best, tried[best]
