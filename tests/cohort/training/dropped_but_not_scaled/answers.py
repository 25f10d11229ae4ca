# %% dropout
def dropout(x, p, rng):
    if not 0 <= p < 1:
        raise ValueError("p must be in 0 <= p < 1")
    return np.where(rng.random(x.shape) < p, 0.0, x)
