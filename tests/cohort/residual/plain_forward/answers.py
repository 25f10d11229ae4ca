# %% gradient_norm_by_block
def gradient_norm_by_block(weights, x, f, df, grad_out):
    zs, a = [], x
    for W in weights:
        zs.append(a @ W.T)
        a = f(zs[-1])
    grads = [grad_out]
    for W, z in zip(weights[::-1], zs[::-1]):
        grads.append(grads[-1] + (grads[-1] * df(z)) @ W)
    return np.array([np.linalg.norm(g) for g in reversed(grads)])
