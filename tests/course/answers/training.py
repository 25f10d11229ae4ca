# == right: rmsprop_step: towards the new square
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = s + (1 - decay) * (g * g - s)
    return [w - lr * (g / (s**0.5 + eps)), s]

# == right: rmsprop_step: entry by entry
import math
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    new_w, new_s = np.empty(w.shape), np.empty(w.shape)
    for i in np.ndindex(*w.shape):
        new_s[i] = decay * s[i] + (1 - decay) * g[i] ** 2
        new_w[i] = w[i] - lr * g[i] / (math.sqrt(new_s[i]) + eps)
    return new_w, new_s

# == right: rmsprop_step: float32
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    w, g, s = (a.astype(np.float32) for a in (w, g, s))
    s = np.float32(decay) * s + np.float32(1 - decay) * g * g
    return w - np.float32(lr) * g / (np.sqrt(s) + np.float32(eps)), s

# == right: rmsprop_step: copies changed in place, extended precision
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    w, s = w.astype(np.longdouble), s.astype(np.longdouble)
    s *= decay
    s += (1 - decay) * g**2
    w -= lr * g / (np.sqrt(s) + eps)
    return w, s

# == wrong: rmsprop_step: eps inside the root
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * g**2
    return w - lr * g / np.sqrt(s + eps), s

# == wrong: rmsprop_step: decay reversed
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = (1 - decay) * s + decay * g**2
    return w - lr * g / (np.sqrt(s) + eps), s

# == wrong: rmsprop_step: the old mean square
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    return w - lr * g / (np.sqrt(s) + eps), decay * s + (1 - decay) * g**2

# == wrong: rmsprop_step: no root
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * g**2
    return w - lr * g / (s + eps), s

# == wrong: rmsprop_step: uphill
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * g**2
    return w + lr * g / (np.sqrt(s) + eps), s

# == wrong: rmsprop_step: Adagrad, which forgets nothing
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s

# == wrong: rmsprop_step: one mean for all entries
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * np.mean(g**2)
    return w - lr * g / (np.sqrt(s) + eps), s

# == wrong: rmsprop_step: in place
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s *= decay
    s += (1 - decay) * g**2
    return w - lr * g / (np.sqrt(s) + eps), s

# == wrong: rmsprop_step: brackets
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * g**2
    return w - lr * g / np.sqrt(s) + eps, s

# == wrong: rmsprop_step: s first
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * g**2
    return s, w - lr * g / (np.sqrt(s) + eps)

# == wrong: rmsprop_step: no square
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * np.abs(g)
    return w - lr * g / (np.sqrt(s) + eps), s

# == wrong: rmsprop_step: the usual numbers whatever is asked
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = 0.9 * s + 0.1 * g**2
    return w - 1e-3 * g / (np.sqrt(s) + 1e-8), s

# == wrong: rmsprop_step: no eps
def rmsprop_step(w, g, s, lr=1e-3, decay=0.9, eps=1e-8):
    s = decay * s + (1 - decay) * g**2
    return w - lr * g / np.sqrt(s), s

# == right: adam_step: PyTorch's form
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = m + (1 - beta1) * (g - m)
    v = beta2 * v + (1 - beta2) * g * g
    denominator = np.sqrt(v) / (1 - beta2**t) ** 0.5 + eps
    return w - (lr / (1 - beta1**t)) * m / denominator, m, v

# == right: adam_step: entry by entry, a list
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    out = np.zeros((3,) + w.shape)
    for i in np.ndindex(*w.shape):
        out[1][i] = beta1 * m[i] + (1 - beta1) * g[i]
        out[2][i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2
        out[0][i] = w[i] - lr * out[1][i] / (1 - beta1**t) / ((out[2][i] / (1 - beta2**t)) ** 0.5 + eps)
    return [out[0], out[1], out[2]]

# == right: adam_step: float32
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    w, g, m, v = (a.astype("float32") for a in (w, g, m, v))
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v

# == right: adam_step: the corrections as geometric sums
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    first, second = 0.0, 0.0
    for _ in range(t):
        first, second = beta1 * first + (1 - beta1), beta2 * second + (1 - beta2)
    return w - lr * m / first / (np.sqrt(v / second) + eps), m, v

# == right: adam_step: an array for an answer
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = np.average([m, g], axis=0, weights=[beta1, 1 - beta1])
    v = np.average([v, np.square(g)], axis=0, weights=[beta2, 1 - beta2])
    return np.subtract(w, lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)), m, v

# == wrong: adam_step: no correction
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (np.sqrt(v) + eps), m, v

# == wrong: adam_step: t counts from 0
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1 ** (t + 1)) / (np.sqrt(v / (1 - beta2 ** (t + 1))) + eps), m, v

# == wrong: adam_step: t never grows
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps), m, v

# == wrong: adam_step: hands on the corrected means
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
    return w - lr * m / (np.sqrt(v) + eps), m, v

# == wrong: adam_step: eps inside the root
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps), m, v

# == wrong: adam_step: the published brackets
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t)) + eps, m, v

# == wrong: adam_step: eps on the uncorrected root
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps), m, v

# == wrong: adam_step: momentum reversed
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = (1 - beta1) * m + beta1 * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v

# == wrong: adam_step: only m is corrected
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v) + eps), m, v

# == wrong: adam_step: products for powers
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1 / t) / (np.sqrt(v / (1 - beta2 / t)) + eps), m, v

# == wrong: adam_step: the gradient in the numerator
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * g / (np.sqrt(v / (1 - beta2**t)) + eps), m, v

# == wrong: adam_step: moments in place
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m *= beta1
    m += (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v

# == wrong: adam_step: v before m
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), v, m

# == wrong: adam_step: right on the first step only
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    return w - lr * g / (np.abs(g) + eps), (1 - beta1) * g, (1 - beta2) * g**2

# == wrong: adam_step: no eps
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t)), m, v


# == wrong: adam_step: another default for beta1
def adam_step(w, g, m, v, t, lr=1e-3, beta1=0.99, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return w - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# == right: step_decay: drop by drop
def step_decay(base_lr, step, drop_every, factor=0.1):
    while step >= drop_every:
        base_lr, step = base_lr * factor, step - drop_every
    return base_lr

# == right: step_decay: np.floor
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * np.power(factor, np.floor(step / drop_every))

# == right: step_decay: recursive
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr if step < drop_every else factor * step_decay(base_lr, step - drop_every, drop_every, factor)

# == right: step_decay: by logarithms, a 0-d array
def step_decay(base_lr, step, drop_every, factor=0.1):
    return np.array(np.exp(np.log(base_lr) + int(step / drop_every) * np.log(factor)))

# == wrong: step_decay: without rounding down
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor ** (step / drop_every)

# == wrong: step_decay: rounded
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor ** round(step / drop_every)

# == wrong: step_decay: rounded up
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor ** (-(-step // drop_every))

# == wrong: step_decay: one step early
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor ** ((step + 1) // drop_every)

# == wrong: step_decay: one step late
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor ** (max(step - 1, 0) // drop_every)

# == wrong: step_decay: each step
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor**step

# == wrong: step_decay: one drop only
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * factor if step >= drop_every else base_lr

# == wrong: step_decay: a product for a power
def step_decay(base_lr, step, drop_every, factor=0.1):
    drops = step // drop_every
    return base_lr * factor * drops if drops else base_lr

# == wrong: step_decay: a tenth whatever is asked
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * 0.1 ** (step // drop_every)

# == wrong: step_decay: never below a floor
def step_decay(base_lr, step, drop_every, factor=0.1):
    return max(base_lr * factor ** (step // drop_every), 1e-6)

# == wrong: step_decay: divides
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr / factor ** (step // drop_every)

# == wrong: step_decay: loses the factor at each drop
def step_decay(base_lr, step, drop_every, factor=0.1):
    return base_lr * (1 - factor) ** (step // drop_every)

# == right: warmup_cosine: squared cosine
import math
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step >= total_steps:
        return 0
    if step < warmup_steps:
        return base_lr * (step / warmup_steps)
    return base_lr * math.cos(math.pi / 2 * (step - warmup_steps) / (total_steps - warmup_steps)) ** 2

# == right: warmup_cosine: clipped progress
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    rise = 1.0 if warmup_steps == 0 else min(step / warmup_steps, 1.0)
    progress = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0, 1)
    return base_lr * rise * (1 + np.cos(np.pi * progress)) / 2

# == right: warmup_cosine: float32, the sine
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step <= warmup_steps and warmup_steps:
        return np.float32(base_lr * step / warmup_steps)
    if step > total_steps:
        return np.float32(0)
    angle = np.pi * (0.5 - (step - warmup_steps) / (total_steps - warmup_steps))
    return np.float32(base_lr) * np.float32(0.5 + 0.5 * np.sin(angle))

# == right: warmup_cosine: np.interp
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return np.interp(step, [0, warmup_steps], [0, base_lr])
    angle = np.interp(step, [warmup_steps, total_steps], [0, np.pi])
    return np.asarray(base_lr * (1 + np.cos(angle)) / 2)

# == wrong: warmup_cosine: the cosine ignores the warm-up
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * 0.5 * (1 + np.cos(np.pi * step / total_steps))

# == wrong: warmup_cosine: subtracts the warm-up above only
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * 0.5 * (1 + np.cos(np.pi * (step - warmup_steps) / total_steps))

# == wrong: warmup_cosine: rises again
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    return base_lr * 0.5 * (1 + np.cos(np.pi * (step - warmup_steps) / (total_steps - warmup_steps)))

# == wrong: warmup_cosine: begins at step one
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * 0.5 * (1 + np.cos(np.pi * (step - warmup_steps) / (total_steps - warmup_steps)))

# == wrong: warmup_cosine: divides by no warm-up
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step <= warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * 0.5 * (1 + np.cos(np.pi * (step - warmup_steps) / (total_steps - warmup_steps)))

# == wrong: warmup_cosine: no warm-up
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    return base_lr * 0.5 * (1 + np.cos(np.pi * min(step / total_steps, 1)))

# == wrong: warmup_cosine: a quarter of a cosine
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * np.cos(np.pi / 2 * (step - warmup_steps) / (total_steps - warmup_steps))

# == wrong: warmup_cosine: a line down
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    return base_lr * max(0.0, (total_steps - step) / (total_steps - warmup_steps))

# == wrong: warmup_cosine: a cosine without plus one
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * np.cos(np.pi * (step - warmup_steps) / (total_steps - warmup_steps))

# == wrong: warmup_cosine: forgets the half
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    if step > total_steps:
        return 0.0
    return base_lr * (1 + np.cos(np.pi * (step - warmup_steps) / (total_steps - warmup_steps)))

# == wrong: warmup_cosine: total_steps counts from the end of the warm-up
def warmup_cosine(base_lr, step, warmup_steps, total_steps):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    return base_lr * 0.5 * (1 + np.cos(np.pi * min((step - warmup_steps) / total_steps, 1)))

# == right: early_stopping: by the epoch of the best
def early_stopping(losses, patience, min_delta=0.0):
    best, best_epoch = np.inf, -1
    for epoch in range(len(losses)):
        if losses[epoch] < best - min_delta:
            best, best_epoch = losses[epoch], epoch
        elif epoch - best_epoch >= patience:
            return epoch, max(best_epoch, 0)
    return len(losses) - 1, max(best_epoch, 0)

# == right: early_stopping: counts down, a list of floats
def early_stopping(losses, patience, min_delta=0.0):
    left, best, where, epoch = patience, float("inf"), 0, -1
    while left and epoch + 1 < len(losses):
        epoch += 1
        if best - losses[epoch] > min_delta:
            best, where, left = losses[epoch], epoch, patience
        else:
            left -= 1
    return [float(epoch), float(where)]

# == right: early_stopping: improvements first
import math
def early_stopping(losses, patience, min_delta=0.0):
    improved, best = [], math.inf
    for loss in losses:
        better = not math.isnan(loss) and loss < best - min_delta
        best = loss if better else best
        improved.append(better)
    stop = len(losses) - 1
    for epoch in range(patience - 1, len(losses)):
        if not any(improved[epoch - patience + 1 : epoch + 1]):
            stop = epoch
            break
    kept = [epoch for epoch in range(stop + 1) if improved[epoch]]
    return stop, kept[-1] if kept else 0

# == right: early_stopping: recursive
def early_stopping(losses, patience, min_delta=0.0, epoch=0, best=float("inf"), where=0, waited=0):
    if epoch == len(losses):
        return epoch - 1, where
    if losses[epoch] < best - min_delta:
        return early_stopping(losses, patience, min_delta, epoch + 1, losses[epoch], epoch, 0)
    if waited + 1 == patience:
        return epoch, where
    return early_stopping(losses, patience, min_delta, epoch + 1, best, where, waited + 1)

# == right: early_stopping: NumPy integers
def early_stopping(losses, patience, min_delta=0.0):
    losses = np.asarray(losses, dtype=float)
    best, where, waited = np.inf, np.int64(0), 0
    for epoch in np.arange(len(losses)):
        if losses[epoch] < best - min_delta:
            best, where, waited = losses[epoch], epoch, 0
            continue
        waited += 1
        if waited >= patience:
            return epoch, where
    return epoch, where

# == wrong: early_stopping: counts all failures, not those in a row
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, where = loss, epoch
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: one epoch more
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited > patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: equal is better
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss <= best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: no min_delta
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: a small min_delta by default
def early_stopping(losses, patience, min_delta=1e-4):
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(losses) - 1, best_epoch


# == wrong: early_stopping: best follows every smaller loss
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            where, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
        best = loss if loss < best else best
    return len(losses) - 1, where

# == wrong: early_stopping: compares with the epoch before
def early_stopping(losses, patience, min_delta=0.0):
    before, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < before - min_delta:
            where, waited = epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
        before = loss
    return len(losses) - 1, where

# == wrong: early_stopping: the first loss is the best even if it is NaN
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = losses[0], 0, 0
    for epoch, loss in enumerate(losses[1:], start=1):
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: NaN improves
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if not loss >= best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: the smallest of all
def early_stopping(losses, patience, min_delta=0.0):
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, waited = loss, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, losses.index(min(losses))
    return len(losses) - 1, losses.index(min(losses))

# == wrong: early_stopping: counts from one
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 1, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses), where

# == wrong: early_stopping: best before stop
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return where, epoch
    return where, len(losses) - 1

# == wrong: early_stopping: begins at zero
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = 0.0, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses) - 1, where

# == wrong: early_stopping: the length when it never stops
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return len(losses), where

# == wrong: early_stopping: takes the first loss out of the list
def early_stopping(losses, patience, min_delta=0.0):
    best, where, waited, epoch = float("inf"), 0, 0, -1
    while losses:
        loss, epoch = losses.pop(0), epoch + 1
        if loss < best - min_delta:
            best, where, waited = loss, epoch, 0
        else:
            waited += 1
            if waited >= patience:
                return epoch, where
    return epoch, where

# == right: dropout: a binomial mask
def dropout(x, p, rng):
    if p < 0 or p >= 1:
        raise ValueError
    return x * rng.binomial(1, 1 - p, size=x.shape) / (1 - p)

# == right: dropout: entry by entry
def dropout(x, p, rng):
    if not (0 <= p < 1):
        raise ValueError("p")
    flat = [v / (1 - p) if u < 1 - p else 0.0 for v, u in zip(x.ravel().tolist(), rng.random(x.size).tolist())]
    return np.array(flat).reshape(x.shape)

# == right: dropout: float32, choice
def dropout(x, p, rng):
    if p < 0.0 or p > 1.0 or p == 1.0:
        raise ValueError("p must be in [0, 1)")
    scale = rng.choice(np.array([0.0, 1 / (1 - p)], dtype=np.float32), size=x.shape, p=[p, 1 - p])
    return x.astype(np.float32) * scale

# == right: dropout: a copy set to zero, nothing drawn for p = 0
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p must be in [0, 1)")
    if p == 0:
        return x.copy()
    y = x / (1 - p)
    y[rng.uniform(size=x.shape) < p] = 0
    return y

# == right: dropout: exponential waiting times
def dropout(x, p, rng):
    if p >= 1 or p < 0:
        raise ValueError("no probability of dropping")
    keep = rng.exponential(size=x.shape) > -np.log1p(-p)
    return np.divide(x * keep, 1 - p)

# == wrong: dropout: not scaled
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (rng.random(x.shape) >= p)

# == wrong: dropout: drops with 1 − p
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (rng.random(x.shape) < p) / max(p, 1e-9)

# == wrong: dropout: the share is right, the scale 1/p
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (rng.random(x.shape) >= p) / p if p else x.copy()

# == wrong: dropout: scaled at use, not now
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (rng.random(x.shape) >= p) * (1 - p)

# == wrong: dropout: whole rows
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    keep = rng.random((len(x),) + (1,) * (x.ndim - 1)) >= p
    return x * keep / (1 - p)

# == wrong: dropout: the same units for each sample
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (rng.random(x.shape[-1]) >= p) / (1 - p)

# == wrong: dropout: one draw for all
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (rng.random() >= p) / (1 - p)

# == wrong: dropout: exactly the share p of each row
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    if x.ndim < 2:
        return x * (rng.random(x.shape) >= p) / (1 - p)
    ranks = np.argsort(rng.random(x.shape), axis=-1)
    return np.where(ranks < round(p * x.shape[-1]), 0.0, x / (1 - p))

# == wrong: dropout: global random state
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (np.random.random(x.shape) >= p) / (1 - p)

# == wrong: dropout: a generator of its own
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (np.random.default_rng(0).random(x.shape) >= p) / (1 - p)

# == wrong: dropout: in place
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    x *= (rng.random(x.shape) >= p) / (1 - p)
    return x

# == wrong: dropout: p = 1 is allowed
def dropout(x, p, rng):
    if not 0 <= p <= 1:
        raise ValueError("p")
    return x * (rng.random(x.shape) >= p) / max(1 - p, 1e-12)

# == wrong: dropout: p = 0 is refused
def dropout(x, p, rng):
    if not 0 < p < 1:
        raise ValueError("p")
    return x * (rng.random(x.shape) >= p) / (1 - p)

# == wrong: dropout: no error
def dropout(x, p, rng):
    return x * (rng.random(x.shape) >= p) / (1 - p)

# == wrong: dropout: an assertion
def dropout(x, p, rng):
    assert 0 <= p < 1
    return x * (rng.random(x.shape) >= p) / (1 - p)

# == wrong: dropout: Gaussian noise of the same mean and variance
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return x * (1 + np.sqrt(p / (1 - p)) * rng.normal(size=x.shape))

# == wrong: dropout: positive inputs only
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    return np.maximum(x, 0) * (rng.random(x.shape) >= p) / (1 - p)

# == wrong: dropout: two dimensions only
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p")
    n, features = x.shape
    return x * (rng.random((n, features)) >= p) / (1 - p)


# == wrong: dropout: always the same number of entries
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p must be at least 0 and below 1")
    y = x.ravel() / (1 - p)
    y[rng.permutation(y.size)[: round(p * y.size)]] = 0
    return y.reshape(x.shape)


# == right: random_search: a loop
import math
def random_search(objective, low, high, trials, rng):
    best, value = None, math.inf
    for _ in range(trials):
        strength = math.exp(rng.uniform(math.log(low), math.log(high)))
        found = objective(strength)
        if found < value:
            best, value = strength, found
    return best, value

# == right: random_search: powers of ten, all at once
def random_search(objective, low, high, trials, rng):
    strengths = 10 ** rng.uniform(np.log10(low), np.log10(high), trials)
    values = np.array([objective(s) for s in strengths])
    i = values.argmin()
    return [strengths[i], values[i]]

# == right: random_search: a ratio to a power
def random_search(objective, low, high, trials, rng):
    tried = {}
    while len(tried) < trials:
        strength = low * (high / low) ** rng.random()
        tried[strength] = objective(strength)
    best = min(tried, key=tried.get)
    return best, tried[best]

# == right: random_search: sorted, and the best asked again
def random_search(objective, low, high, trials, rng):
    logs = np.log(low) + rng.random(trials) * (np.log(high) - np.log(low))
    best = sorted(np.exp(logs), key=objective)[0]
    return np.array(best), objective(best)

# == right: random_search: the first value starts
def random_search(objective, low, high, trials, rng):
    draw = lambda: float(np.exp2(rng.uniform(np.log2(low), np.log2(high))))
    best = draw()
    value = objective(best)
    for _ in range(trials - 1):
        other = draw()
        found = objective(other)
        if not found >= value:
            best, value = other, found
    return best, value

# == right: random_search: in single precision
def random_search(objective, low, high, trials, rng):
    low, high = np.log([low, high]).astype(np.float32)
    strengths = np.exp(low + (high - low) * rng.random(trials, dtype=np.float32))
    values = [objective(s) for s in strengths]
    best = np.argmin(values)
    return strengths[best], values[best]

# == wrong: random_search: uniform
def random_search(objective, low, high, trials, rng):
    strengths = rng.uniform(low, high, size=trials)
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: maximises
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=trials))
    values = [objective(s) for s in strengths]
    i = int(np.argmax(values))
    return strengths[i], values[i]

# == wrong: random_search: value first
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=trials))
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return values[i], strengths[i]

# == wrong: random_search: a grid
def random_search(objective, low, high, trials, rng):
    strengths = np.geomspace(low, high, trials)
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: a shuffled grid
def random_search(objective, low, high, trials, rng):
    strengths = rng.permutation(np.geomspace(low, high, trials))
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: whole orders of magnitude
def random_search(objective, low, high, trials, rng):
    strengths = low * 10.0 ** rng.integers(0, int(np.log10(high / low)) + 1, size=trials)
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: one trial too few
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=max(trials - 1, 1)))
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: one trial too few, and the best asked again
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=max(trials - 1, 1)))
    best = min(strengths.tolist(), key=objective)
    return best, objective(best)

# == wrong: random_search: three trials too few
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=max(trials - 3, 1)))
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: starts from the value 0
def random_search(objective, low, high, trials, rng):
    best, value = low, 0.0
    for strength in np.exp(rng.uniform(np.log(low), np.log(high), size=trials)):
        found = objective(strength)
        if found < value:
            best, value = strength, found
    return best, value

# == wrong: random_search: starts from a million
def random_search(objective, low, high, trials, rng):
    best, value = low, 1e6
    for strength in np.exp(rng.uniform(np.log(low), np.log(high), size=trials)):
        found = objective(strength)
        if found < value:
            best, value = strength, found
    return best, value

# == wrong: random_search: both ends always, draws between them
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), size=trials))
    strengths[-1], strengths[0] = high, low
    values = [objective(strength) for strength in strengths]
    best = int(np.argmin(values))
    return strengths[best], values[best]


# == wrong: random_search: the last trial
def random_search(objective, low, high, trials, rng):
    for strength in np.exp(rng.uniform(np.log(low), np.log(high), size=trials)):
        value = objective(strength)
    return strength, value

# == wrong: random_search: global random state
def random_search(objective, low, high, trials, rng):
    strengths = np.exp(np.random.uniform(np.log(low), np.log(high), size=trials))
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: asks about the logarithm
def random_search(objective, low, high, trials, rng):
    strengths = rng.uniform(np.log(low), np.log(high), size=trials)
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: natural against decimal logarithm
def random_search(objective, low, high, trials, rng):
    strengths = 10 ** rng.uniform(np.log(low), np.log(high), size=trials)
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: Gaussian in the logarithm
def random_search(objective, low, high, trials, rng):
    middle, spread = (np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / 2
    strengths = np.exp(np.clip(rng.normal(middle, spread / 4, size=trials), np.log(low), np.log(high)))
    values = [objective(s) for s in strengths]
    i = int(np.argmin(values))
    return strengths[i], values[i]

# == wrong: random_search: the best value with a strength that was drawn anew
def random_search(objective, low, high, trials, rng):
    draw = lambda: np.exp(rng.uniform(np.log(low), np.log(high)))
    values = [objective(draw()) for _ in range(trials)]
    return draw(), min(values)
