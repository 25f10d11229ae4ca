# %% clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    if max_norm <= 0 or not all(np.isfinite(g).all() for g in grads):
        raise ValueError
    norms = [np.linalg.norm(g) for g in grads]
    clipped = [g * min(1, max_norm / n) if n > 0 else g.copy() for g, n in zip(grads, norms)]
    return clipped, np.linalg.norm(norms)
