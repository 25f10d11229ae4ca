# %% relu_second_moment
def relu_second_moment(variance):
    mean_squared = variance / (2 * np.pi)
    return variance * (0.5 - 0.5 / np.pi) + mean_squared


# %% leaky_relu_gain
def leaky_relu_gain(negative_slope=0.0):
    return np.float32(2**0.5 / np.hypot(1, negative_slope))


# %% fans
def fans(shape):
    if len(shape) < 2:
        raise ValueError(shape)
    total = np.prod(shape)
    return [int(total // shape[0]), int(total // shape[1])]


# %% he_std
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in {"fan_in", "fan_out"}:
        raise ValueError
    drop = 0 if mode == "fan_in" else 1
    terms = np.prod([size for axis, size in enumerate(shape) if axis != drop])
    return np.array(terms * (1 + negative_slope**2) / 2) ** -0.5


# %% he_normal
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in {"fan_in", "fan_out"}:
        raise ValueError
    terms = np.prod(shape) / (shape[0] if mode == "fan_in" else shape[1])
    draws = [rng.standard_normal(shape[1:]) for _ in range(shape[0])]
    return (np.stack(draws) * (2 / terms / (1 + negative_slope**2)) ** 0.5).astype(np.float32)


# %% second_moment_by_layer
def second_moment_by_layer(depth, width, weight_std, n, rng):
    matrices = weight_std * rng.standard_normal((depth, width, width))
    a, moments = rng.standard_normal((width, n)), []
    for W in matrices:
        z = W @ a
        a = z * (z > 0)
        moments.append(a.var() + a.mean() ** 2)
    return np.array(moments)


# %% gradient_scale
def gradient_scale(stds, shapes):
    logs = [np.log(s) + 0.5 * np.log(shape[0] * np.prod(shape[2:]) / 2) for s, shape in zip(stds, shapes)]
    return float(np.exp(sum(logs)))
