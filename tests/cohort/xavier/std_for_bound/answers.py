# %% xavier_uniform
def xavier_uniform(fan_in, fan_out, rng):
    bound = np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))
