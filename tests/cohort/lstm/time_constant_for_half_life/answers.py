# %% forget_bias_for
def forget_bias_for(half_life):
    if half_life <= 0:
        raise ValueError("half_life must be positive")
    return np.log(half_life)
