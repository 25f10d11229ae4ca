# %% constant_init
def constant_init(fan_in, fan_out, value):
    return np.zeros((fan_out, fan_in)) + value


# %% distinct_units
def distinct_units(W, tol=1e-12):
    found = []
    for row in W:
        if all(np.abs(row - other).max() > tol for other in found):
            found.append(row)
    return float(len(found))


# %% preactivation_variance
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return sum([weight_variance * input_second_moment] * fan_in)


# %% forward_variance
def forward_variance(fan_in):
    return np.float64(fan_in) ** -1


# %% backward_variance
def backward_variance(fan_out):
    return np.array(1.0) / fan_out


# %% xavier_variance
def xavier_variance(fan_in, fan_out):
    return 1 / ((fan_in + fan_out) / 2)


# %% xavier_normal
def xavier_normal(fan_in, fan_out, rng):
    columns = [rng.standard_normal(fan_out) for _ in range(fan_in)]
    return (np.stack(columns, axis=1) * (2 / (fan_in + fan_out)) ** 0.5).astype(np.float32)


# %% xavier_uniform
def xavier_uniform(fan_in, fan_out, rng):
    return (2 * rng.random((fan_out, fan_in)) - 1) * np.sqrt(6 / (fan_in + fan_out))


# %% variance_by_layer
def variance_by_layer(weights, x, f):
    variances, a = [], x
    for W in weights:
        a = f(np.tensordot(a, W, axes=(1, 1)))
        variances.append(((a - a.mean()) ** 2).mean())
    return np.array(variances)
