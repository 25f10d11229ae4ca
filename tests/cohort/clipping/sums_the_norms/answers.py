# %% global_norm
def global_norm(grads):
    return sum(np.linalg.norm(g) for g in grads)
