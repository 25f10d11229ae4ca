# == right: global_norm: one long vector
def global_norm(grads):
    return np.linalg.norm(np.concatenate([g.ravel() for g in grads]))

# == right: global_norm: the norm of the norms
def global_norm(grads):
    return float(np.linalg.norm([np.linalg.norm(g) for g in grads]))

# == right: global_norm: scalar products
def global_norm(grads):
    return sum(np.vdot(g, g) for g in grads) ** 0.5

# == right: global_norm: looped, hypot
def global_norm(grads):
    import math
    total = 0.0
    for g in grads:
        for v in g.flat:
            total = math.hypot(total, v)
    return total

# == right: global_norm: float32
def global_norm(grads):
    return np.sqrt(sum(np.einsum('i,i->', *[g.astype(np.float32).ravel()] * 2) for g in grads))

# == right: global_norm: a 0-d array
def global_norm(grads):
    return np.asarray(np.sqrt(np.sum([np.sum(np.square(g)) for g in grads])))

# == wrong: global_norm: no root
def global_norm(grads):
    return sum(np.sum(g**2) for g in grads)

# == wrong: global_norm: sum of the norms
def global_norm(grads):
    return sum(np.linalg.norm(g) for g in grads)

# == wrong: global_norm: largest norm
def global_norm(grads):
    return max(np.linalg.norm(g) for g in grads)

# == wrong: global_norm: mean of the norms
def global_norm(grads):
    return np.mean([np.linalg.norm(g) for g in grads])

# == wrong: global_norm: first piece
def global_norm(grads):
    return np.linalg.norm(grads[0])

# == wrong: global_norm: last piece
def global_norm(grads):
    return np.linalg.norm(grads[-1])

# == wrong: global_norm: largest entry
def global_norm(grads):
    return max(np.abs(g).max() for g in grads)

# == wrong: global_norm: sum of absolute values
def global_norm(grads):
    return sum(np.abs(g).sum() for g in grads)

# == wrong: global_norm: root mean square
def global_norm(grads):
    return np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2))

# == wrong: global_norm: one norm for each piece
def global_norm(grads):
    return np.array([np.linalg.norm(g) for g in grads])

# == wrong: global_norm: spectral norms of matrices
def global_norm(grads):
    return np.sqrt(sum(np.linalg.norm(g, 2) ** 2 if g.ndim == 2 else np.sum(g**2) for g in grads))

# == wrong: global_norm: root of the sum
def global_norm(grads):
    return np.sqrt(np.abs(sum(g.sum() for g in grads)))

# == wrong: global_norm: shape (1,)
def global_norm(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads)).reshape(1)

# == wrong: global_norm: squares in place
def global_norm(grads):
    total = 0
    for g in grads:
        g **= 2
        total += g.sum()
    return total**0.5

# == wrong: global_norm: an epsilon that counts
def global_norm(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads) + 1e-3)

# == wrong: global_norm: rows of matrices only
def global_norm(grads):
    return np.sqrt(sum(np.sum(g[0] ** 2) for g in grads))

# == right: clip_by_value: minimum and maximum
def clip_by_value(grads, limit):
    return [np.minimum(np.maximum(g, -limit), limit) for g in grads]

# == right: clip_by_value: sign times size, a tuple
def clip_by_value(grads, limit):
    return tuple(np.sign(g) * np.minimum(np.abs(g), limit) for g in grads)

# == right: clip_by_value: a copy, masks
def clip_by_value(grads, limit):
    out = []
    for g in grads:
        g = g.copy()
        g[g > limit] = limit
        g[g < -limit] = -limit
        out.append(g)
    return out

# == right: clip_by_value: where
def clip_by_value(grads, limit):
    return [np.where(np.abs(g) > limit, np.copysign(limit, g), g) for g in grads]

# == right: clip_by_value: float32
def clip_by_value(grads, limit):
    return [np.clip(g.astype(np.float32), -limit, limit) for g in grads]

# == wrong: clip_by_value: nothing
def clip_by_value(grads, limit):
    return [g.copy() for g in grads]

# == wrong: clip_by_value: from above only
def clip_by_value(grads, limit):
    return [np.minimum(g, limit) for g in grads]

# == wrong: clip_by_value: from below only
def clip_by_value(grads, limit):
    return [np.maximum(g, -limit) for g in grads]

# == wrong: clip_by_value: between 0 and the limit
def clip_by_value(grads, limit):
    return [np.clip(g, 0, limit) for g in grads]

# == wrong: clip_by_value: the sign is lost
def clip_by_value(grads, limit):
    return [np.minimum(np.abs(g), limit) for g in grads]

# == wrong: clip_by_value: sign times limit
def clip_by_value(grads, limit):
    return [np.sign(g) * limit for g in grads]

# == wrong: clip_by_value: zero where too large
def clip_by_value(grads, limit):
    return [np.where(np.abs(g) > limit, 0.0, g) for g in grads]

# == wrong: clip_by_value: scaled by the global norm
def clip_by_value(grads, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * min(1, limit / norm) for g in grads]

# == wrong: clip_by_value: scaled piece by piece
def clip_by_value(grads, limit):
    return [g * min(1, limit / np.linalg.norm(g)) for g in grads]

# == wrong: clip_by_value: scaled by the largest entry
def clip_by_value(grads, limit):
    return [g * min(1, limit / np.abs(g).max()) for g in grads]

# == wrong: clip_by_value: always one
def clip_by_value(grads, limit):
    return [np.clip(g, -1, 1) for g in grads]

# == wrong: clip_by_value: the first piece only
def clip_by_value(grads, limit):
    return [np.clip(grads[0], -limit, limit), *grads[1:]] if len(grads) > 1 else [grads[0].copy()]

# == wrong: clip_by_value: in place
def clip_by_value(grads, limit):
    for g in grads:
        np.clip(g, -limit, limit, out=g)
    return grads

# == wrong: clip_by_value: the list changed in place
def clip_by_value(grads, limit):
    for k in range(len(grads)):
        grads[k] = np.clip(grads[k], -limit, limit)
    return grads

# == wrong: clip_by_value: one long array
def clip_by_value(grads, limit):
    return np.clip(np.concatenate([g.ravel() for g in grads]), -limit, limit)

# == wrong: clip_by_value: smoothly
def clip_by_value(grads, limit):
    return [limit * np.tanh(g / limit) for g in grads]

# == wrong: clip_by_value: at half the limit
def clip_by_value(grads, limit):
    return [np.clip(g, -limit / 2, limit / 2) for g in grads]

# == right: clip_by_global_norm: as PyTorch does
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = min(1.0, max_norm / (norm + 1e-6))
    return [g * factor for g in grads], norm

# == right: clip_by_global_norm: one long vector
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    flat = np.concatenate([g.ravel() for g in grads])
    norm = float(np.linalg.norm(flat))
    flat = flat / max(1.0, norm / max_norm)
    out, start = [], 0
    for g in grads:
        out.append(flat[start : start + g.size].reshape(g.shape))
        start += g.size
    return out, norm

# == right: clip_by_global_norm: checks the sum, tuple
def clip_by_global_norm(grads, max_norm):
    total = sum(float(np.sum(np.abs(g))) for g in grads)
    if not max_norm > 0 or not np.isfinite(total):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        grads = [g / norm * max_norm for g in grads]
    return tuple(grads), float(norm)

# == right: clip_by_global_norm: float32
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    low = [g.astype(np.float32) for g in grads]
    norm = np.linalg.norm([np.linalg.norm(g) for g in low])
    if norm <= max_norm:
        return [low, norm]
    return [[g * np.float32(max_norm / norm) for g in low], norm]

# == right: clip_by_global_norm: a class of errors of its own
def clip_by_global_norm(grads, max_norm):
    class Bad(ValueError):
        pass
    
    if max_norm <= 0:
        raise Bad('max_norm')
    for g in grads:
        if np.isnan(g).any() or np.isinf(g).any():
            raise Bad('not finite')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm >= max_norm else 1) for g in grads], norm

# == right: clip_by_global_norm: divides by zero quietly
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    with np.errstate(divide='ignore'):
        factor = min(1.0, np.float64(max_norm) / norm)
    return [factor * g for g in grads], norm

# == wrong: clip_by_global_norm: piece by piece
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * min(1, max_norm / max(np.linalg.norm(g), 1e-12)) for g in grads], norm

# == wrong: clip_by_global_norm: scales up, too
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: the norm after
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = min(1, max_norm / norm) if norm else 1
    return [g * factor for g in grads], norm * factor

# == wrong: clip_by_global_norm: by value
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [np.clip(g, -max_norm, max_norm) for g in grads], norm

# == wrong: clip_by_global_norm: to norm one
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g / norm if norm > max_norm else g for g in grads], norm

# == wrong: clip_by_global_norm: no root
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = sum(np.sum(g**2) for g in grads)
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: compares with the square
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm**2 > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: the factor upside down
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (norm / max_norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: NaN for zero gradients
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    with np.errstate(all='ignore'):
        return [g * max_norm / norm if not norm < max_norm or norm == 0 else g for g in grads], norm

# == wrong: clip_by_global_norm: no test of max_norm
def clip_by_global_norm(grads, max_norm):
    if not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: max_norm may be zero
def clip_by_global_norm(grads, max_norm):
    if max_norm < 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: no test for NaN
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0:
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: infinity passes
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or any(np.isnan(g).any() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: NaN passes
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or any(np.isinf(g).any() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: the first piece alone is tested
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not np.isfinite(grads[0]).all():
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: finite sum: +inf and −inf in two ways
def clip_by_global_norm(grads, max_norm):
    total = sum(float(g.sum()) for g in grads)
    if max_norm <= 0 or np.isinf(total):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: an assertion instead of an error
def clip_by_global_norm(grads, max_norm):
    assert max_norm > 0
    assert all(np.isfinite(g).all() for g in grads)
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: in place
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return grads, norm

# == wrong: clip_by_global_norm: the list only
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads]

# == wrong: clip_by_global_norm: the norm first
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return norm, [g * (max_norm / norm if norm > max_norm else 1) for g in grads]

# == wrong: clip_by_global_norm: sum of norms
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = sum(np.linalg.norm(g) for g in grads)
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == wrong: clip_by_global_norm: a large epsilon
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * min(1, max_norm / (norm + 0.01)) for g in grads], norm

# == wrong: clip_by_global_norm: the largest entry
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError('bad')
    norm = max(np.abs(g).max() for g in grads)
    return [g * (max_norm / norm if norm > max_norm else 1) for g in grads], norm

# == right: l2_penalty: one long vector
def l2_penalty(weights, strength):
    v = np.concatenate([W.ravel() for W in weights])
    return strength * float(v @ v)

# == right: l2_penalty: looped
def l2_penalty(weights, strength):
    total = 0.0
    for W in weights:
        for w in W.flat:
            total += w * w
    return strength * total

# == right: l2_penalty: strength inside, float32
def l2_penalty(weights, strength):
    return sum(np.sum(np.float32(strength) * W.astype(np.float32)**2) for W in weights)

# == right: l2_penalty: einsum, a 0-d array
def l2_penalty(weights, strength):
    return np.asarray(strength * sum(np.einsum('i,i->', W.ravel(), W.ravel()) for W in weights))

# == right: l2_penalty: mean times size
def l2_penalty(weights, strength):
    return strength * sum(W.size * np.mean(W**2) for W in weights)

# == wrong: l2_penalty: half
def l2_penalty(weights, strength):
    return strength / 2 * sum(np.sum(W**2) for W in weights)

# == wrong: l2_penalty: no strength
def l2_penalty(weights, strength):
    return sum(np.sum(W**2) for W in weights)

# == wrong: l2_penalty: the other penalty
def l2_penalty(weights, strength):
    return strength * sum(np.sum(np.abs(W)) for W in weights)

# == wrong: l2_penalty: the mean
def l2_penalty(weights, strength):
    return strength * sum(np.sum(W**2) for W in weights) / sum(W.size for W in weights)

# == wrong: l2_penalty: means of the pieces
def l2_penalty(weights, strength):
    return strength * sum(np.mean(W**2) for W in weights)

# == wrong: l2_penalty: the first piece
def l2_penalty(weights, strength):
    return strength * np.sum(weights[0]**2)

# == wrong: l2_penalty: matrices only, biases left out
def l2_penalty(weights, strength):
    return strength * sum(np.sum(W**2) for W in weights if W.ndim > 1)

# == wrong: l2_penalty: strength squared
def l2_penalty(weights, strength):
    return strength**2 * sum(np.sum(W**2) for W in weights)

# == wrong: l2_penalty: one number for each piece
def l2_penalty(weights, strength):
    return np.array([strength * np.sum(W**2) for W in weights])

# == wrong: l2_penalty: the wrong sign
def l2_penalty(weights, strength):
    return -strength * sum(np.sum(W**2) for W in weights)

# == wrong: l2_penalty: shape (1,)
def l2_penalty(weights, strength):
    return np.array([strength * sum(np.sum(W**2) for W in weights)])

# == wrong: l2_penalty: divided by the strength
def l2_penalty(weights, strength):
    return sum(np.sum(W**2) for W in weights) / strength if strength else 0.0

# == wrong: l2_penalty: the norm
def l2_penalty(weights, strength):
    return strength * np.sqrt(sum(np.sum(W**2) for W in weights))

# == wrong: l2_penalty: norms added up
def l2_penalty(weights, strength):
    return strength * sum(np.linalg.norm(W) for W in weights)

# == wrong: l2_penalty: the square of the sum
def l2_penalty(weights, strength):
    return strength * sum(np.sum(W) for W in weights) ** 2

# == wrong: l2_penalty: spectral norms
def l2_penalty(weights, strength):
    return strength * sum(np.linalg.norm(W, 2) ** 2 if W.ndim == 2 else np.sum(W**2) for W in weights)

# == wrong: l2_penalty: in place
def l2_penalty(weights, strength):
    total = 0
    for W in weights:
        W *= W
        total += W.sum()
    return strength * total

# == right: l1_penalty: one long vector
def l1_penalty(weights, strength):
    v = np.concatenate([W.ravel() for W in weights])
    return strength * np.linalg.norm(v, 1)

# == right: l1_penalty: looped
def l1_penalty(weights, strength):
    total = 0.0
    for W in weights:
        for w in W.flat:
            total += abs(w)
    return strength * total

# == right: l1_penalty: strength inside, float32
def l1_penalty(weights, strength):
    return sum(np.sum(np.float32(strength) * np.abs(W.astype(np.float32))) for W in weights)

# == right: l1_penalty: einsum, a 0-d array
def l1_penalty(weights, strength):
    return np.asarray(strength * sum(np.einsum('i,i->', W.ravel(), np.sign(W).ravel()) for W in weights))

# == right: l1_penalty: mean times size
def l1_penalty(weights, strength):
    return strength * sum(W.size * np.mean(np.abs(W)) for W in weights)

# == wrong: l1_penalty: half
def l1_penalty(weights, strength):
    return strength / 2 * sum(np.sum(np.abs(W)) for W in weights)

# == wrong: l1_penalty: no strength
def l1_penalty(weights, strength):
    return sum(np.sum(np.abs(W)) for W in weights)

# == wrong: l1_penalty: the other penalty
def l1_penalty(weights, strength):
    return strength * sum(np.sum(W**2) for W in weights)

# == wrong: l1_penalty: the mean
def l1_penalty(weights, strength):
    return strength * sum(np.sum(np.abs(W)) for W in weights) / sum(W.size for W in weights)

# == wrong: l1_penalty: means of the pieces
def l1_penalty(weights, strength):
    return strength * sum(np.mean(np.abs(W)) for W in weights)

# == wrong: l1_penalty: the first piece
def l1_penalty(weights, strength):
    return strength * np.sum(np.abs(weights[0]))

# == wrong: l1_penalty: matrices only, biases left out
def l1_penalty(weights, strength):
    return strength * sum(np.sum(np.abs(W)) for W in weights if W.ndim > 1)

# == wrong: l1_penalty: strength squared
def l1_penalty(weights, strength):
    return strength**2 * sum(np.sum(np.abs(W)) for W in weights)

# == wrong: l1_penalty: one number for each piece
def l1_penalty(weights, strength):
    return np.array([strength * np.sum(np.abs(W)) for W in weights])

# == wrong: l1_penalty: the wrong sign
def l1_penalty(weights, strength):
    return -strength * sum(np.sum(np.abs(W)) for W in weights)

# == wrong: l1_penalty: shape (1,)
def l1_penalty(weights, strength):
    return np.array([strength * sum(np.sum(np.abs(W)) for W in weights)])

# == wrong: l1_penalty: divided by the strength
def l1_penalty(weights, strength):
    return sum(np.sum(np.abs(W)) for W in weights) / strength if strength else 0.0

# == wrong: l1_penalty: no absolute values
def l1_penalty(weights, strength):
    return strength * sum(np.sum(W) for W in weights)

# == wrong: l1_penalty: absolute value of the sum
def l1_penalty(weights, strength):
    return strength * abs(sum(np.sum(W) for W in weights))

# == wrong: l1_penalty: absolute values of the pieces' sums
def l1_penalty(weights, strength):
    return strength * sum(abs(np.sum(W)) for W in weights)

# == wrong: l1_penalty: column sums of matrices
def l1_penalty(weights, strength):
    return strength * sum(np.linalg.norm(W, 1) if W.ndim < 3 else np.abs(W).sum() for W in weights)

# == wrong: l1_penalty: in place
def l1_penalty(weights, strength):
    total = 0
    for W in weights:
        np.abs(W, out=W)
        total += W.sum()
    return strength * total

# == right: regularized_gradient: masks
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * (1.0 * (W > 0) - (W < 0)) + l2 * (W + W)

# == right: regularized_gradient: a copy, term by term
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    total = grad.copy()
    if l1:
        total += l1 * np.sign(W)
    if l2:
        total += 2 * l2 * W
    return total

# == right: regularized_gradient: where
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return np.where(W == 0, grad, grad + l1 * W / np.where(W == 0, 1, np.abs(W)) + 2 * l2 * W)

# == right: regularized_gradient: float32
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    W, grad = W.astype(np.float32), grad.astype(np.float32)
    return grad + np.float32(l1) * np.sign(W) + np.float32(2 * l2) * W

# == right: regularized_gradient: looped
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    out = np.empty_like(W)
    for i in np.ndindex(W.shape):
        w = W[i]
        out[i] = grad[i] + l1 * (1 if w > 0 else -1 if w < 0 else 0) + 2 * l2 * w
    return out

# == wrong: regularized_gradient: no factor 2
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.sign(W) + l2 * W

# == wrong: regularized_gradient: the absolute value
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.abs(W) + 2 * l2 * W

# == wrong: regularized_gradient: sign(0) is 1
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.where(W >= 0, 1, -1) + 2 * l2 * W

# == wrong: regularized_gradient: sign(0) is −1
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.where(W > 0, 1, -1) + 2 * l2 * W

# == wrong: regularized_gradient: W over its size: NaN at 0
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    with np.errstate(all='ignore'):
        return grad + l1 * W / np.abs(W) + 2 * l2 * W

# == wrong: regularized_gradient: subtracted
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad - l1 * np.sign(W) - 2 * l2 * W

# == wrong: regularized_gradient: without grad
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return l1 * np.sign(W) + 2 * l2 * W

# == wrong: regularized_gradient: swapped
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l2 * np.sign(W) + 2 * l1 * W

# == wrong: regularized_gradient: no sign
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 + 2 * l2 * W

# == wrong: regularized_gradient: the penalties themselves
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.abs(W).sum() + l2 * (W**2).sum()

# == wrong: regularized_gradient: the square
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.sign(W) + l2 * W**2

# == wrong: regularized_gradient: L2 only
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + 2 * l2 * W

# == wrong: regularized_gradient: L1 only
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.sign(W)

# == wrong: regularized_gradient: in place
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    grad += l1 * np.sign(W) + 2 * l2 * W
    return grad

# == wrong: regularized_gradient: sign of the gradient
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.sign(grad) + 2 * l2 * W

# == wrong: regularized_gradient: one or the other
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + (l1 * np.sign(W) if l1 else 2 * l2 * W)

# == wrong: regularized_gradient: divided by the norm
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.sign(W) + 2 * l2 * W / max(np.linalg.norm(W), 1e-9)

# == wrong: regularized_gradient: the first row alone
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    out = grad.copy()
    out[0] += l1 * np.sign(W[0]) + 2 * l2 * W[0]
    return out

# == right: sgd_step: shrunk first, tuple
def sgd_step(params, grads, lr, weight_decay=0.0):
    return tuple((1 - lr * weight_decay) * w - lr * g for w, g in zip(params, grads))

# == right: sgd_step: copies changed
def sgd_step(params, grads, lr, weight_decay=0.0):
    out = [w.copy() for w in params]
    for w, g in zip(out, grads):
        w -= lr * (g + weight_decay * w)
    return out

# == right: sgd_step: indices
def sgd_step(params, grads, lr, weight_decay=0.0):
    out = []
    for k in range(len(params)):
        total = grads[k] + weight_decay * params[k]
        out.append(params[k] - lr * total)
    return out

# == right: sgd_step: float32
def sgd_step(params, grads, lr, weight_decay=0.0):
    low = lambda v: np.asarray(v, dtype=np.float32)
    return [low(w) - low(lr) * (low(g) + low(weight_decay) * low(w)) for w, g in zip(params, grads)]

# == right: sgd_step: map
def sgd_step(params, grads, lr, weight_decay=0.0):
    return list(map(lambda w, g: w - lr * g - lr * weight_decay * w, params, grads))

# == wrong: sgd_step: uphill
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w + lr * (g + weight_decay * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: no decay
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * g for w, g in zip(params, grads)]

# == wrong: sgd_step: the decay without the learning rate
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * g - weight_decay * w for w, g in zip(params, grads)]

# == wrong: sgd_step: the decay of the wrong sign
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (g - weight_decay * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: twice the decay
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (g + 2 * weight_decay * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: half the decay
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (g + weight_decay * w / 2) for w, g in zip(params, grads)]

# == wrong: sgd_step: the decay of the gradient
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (1 + weight_decay) * g for w, g in zip(params, grads)]

# == wrong: sgd_step: decays after the step
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [(w - lr * g) * (1 - lr * weight_decay) for w, g in zip(params, grads)]

# == wrong: sgd_step: no learning rate
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - (g + weight_decay * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: the steps only
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [-lr * (g + weight_decay * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: in place
def sgd_step(params, grads, lr, weight_decay=0.0):
    for w, g in zip(params, grads):
        w -= lr * (g + weight_decay * w)
    return params

# == wrong: sgd_step: gradients changed in place
def sgd_step(params, grads, lr, weight_decay=0.0):
    for w, g in zip(params, grads):
        g += weight_decay * w
    return [w - lr * g for w, g in zip(params, grads)]

# == wrong: sgd_step: the first piece only
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [params[0] - lr * (grads[0] + weight_decay * params[0]), *params[1:]]

# == wrong: sgd_step: no decay for vectors
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (g + (weight_decay if w.ndim > 1 else 0) * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: the sign of the gradient
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (np.sign(g) + weight_decay * w) for w, g in zip(params, grads)]

# == wrong: sgd_step: a constant decay
def sgd_step(params, grads, lr, weight_decay=0.0):
    return [w - lr * (g + weight_decay * np.sign(w)) for w, g in zip(params, grads)]

# == wrong: sgd_step: one long vector
def sgd_step(params, grads, lr, weight_decay=0.0):
    return np.concatenate([(w - lr * (g + weight_decay * w)).ravel() for w, g in zip(params, grads)])

# == right: clip_weights: minimum and maximum
def clip_weights(weights, c):
    return [np.minimum(np.maximum(W, -c), c) for W in weights]

# == right: clip_weights: sign times size, a tuple
def clip_weights(weights, c):
    return tuple(np.sign(W) * np.minimum(np.abs(W), c) for W in weights)

# == right: clip_weights: a copy, masks
def clip_weights(weights, c):
    out = []
    for W in weights:
        W = W.copy()
        W[W > c] = c
        W[W < -c] = -c
        out.append(W)
    return out

# == right: clip_weights: where
def clip_weights(weights, c):
    return [np.where(np.abs(W) > c, np.copysign(c, W), W) for W in weights]

# == right: clip_weights: float32
def clip_weights(weights, c):
    return [np.clip(W.astype(np.float32), -c, c) for W in weights]

# == wrong: clip_weights: nothing
def clip_weights(weights, c):
    return [W.copy() for W in weights]

# == wrong: clip_weights: from above only
def clip_weights(weights, c):
    return [np.minimum(W, c) for W in weights]

# == wrong: clip_weights: from below only
def clip_weights(weights, c):
    return [np.maximum(W, -c) for W in weights]

# == wrong: clip_weights: between 0 and the limit
def clip_weights(weights, c):
    return [np.clip(W, 0, c) for W in weights]

# == wrong: clip_weights: the sign is lost
def clip_weights(weights, c):
    return [np.minimum(np.abs(W), c) for W in weights]

# == wrong: clip_weights: sign times limit
def clip_weights(weights, c):
    return [np.sign(W) * c for W in weights]

# == wrong: clip_weights: zero where too large
def clip_weights(weights, c):
    return [np.where(np.abs(W) > c, 0.0, W) for W in weights]

# == wrong: clip_weights: scaled by the global norm
def clip_weights(weights, c):
    norm = np.sqrt(sum(np.sum(W**2) for W in weights))
    return [W * min(1, c / norm) for W in weights]

# == wrong: clip_weights: scaled piece by piece
def clip_weights(weights, c):
    return [W * min(1, c / np.linalg.norm(W)) for W in weights]

# == wrong: clip_weights: scaled by the largest entry
def clip_weights(weights, c):
    return [W * min(1, c / np.abs(W).max()) for W in weights]

# == wrong: clip_weights: always 0.01
def clip_weights(weights, c):
    return [np.clip(W, -0.01, 0.01) for W in weights]

# == wrong: clip_weights: the first piece only
def clip_weights(weights, c):
    return [np.clip(weights[0], -c, c), *weights[1:]] if len(weights) > 1 else [weights[0].copy()]

# == wrong: clip_weights: in place
def clip_weights(weights, c):
    for W in weights:
        np.clip(W, -c, c, out=W)
    return weights

# == wrong: clip_weights: the list changed in place
def clip_weights(weights, c):
    for k in range(len(weights)):
        weights[k] = np.clip(weights[k], -c, c)
    return weights

# == wrong: clip_weights: one long array
def clip_weights(weights, c):
    return np.clip(np.concatenate([W.ravel() for W in weights]), -c, c)

# == wrong: clip_weights: smoothly
def clip_weights(weights, c):
    return [c * np.tanh(W / c) for W in weights]

# == wrong: clip_weights: at half the limit
def clip_weights(weights, c):
    return [np.clip(W, -c / 2, c / 2) for W in weights]
