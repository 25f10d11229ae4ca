# %% xavier_normal
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(0.0, 2 / (fan_in + fan_out), size=(fan_out, fan_in))
