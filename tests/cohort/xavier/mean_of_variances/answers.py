# %% xavier_variance
def xavier_variance(fan_in, fan_out):
    return (1 / fan_in + 1 / fan_out) / 2
