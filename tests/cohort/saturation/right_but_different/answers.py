# %% sigmoid
def sigmoid(x):
    return 0.5 * (1 + np.tanh(np.asarray(x, dtype=float) / 2))


# %% sigmoid_grad
def sigmoid_grad(x):
    e = np.exp(-np.abs(np.asarray(x, dtype=float)))
    return e / (1 + e) ** 2


# %% tanh_grad
def tanh_grad(x):
    e = np.exp(-2 * np.abs(np.asarray(x, dtype=float)))
    return 4 * e / (1 + e) ** 2


# %% saturated_fraction
def saturated_fraction(a, low=0.05, high=0.95):
    values = np.ravel(a)
    return sum(1 for v in values if v < low or v > high) / len(values)


# %% max_layer_factor
def max_layer_factor(w):
    return np.float64(0.25) * max(w, -w)


# %% unit_gain_width
def unit_gain_width(w):
    w = abs(w)
    if w <= 4:
        return 0
    return 4 / w * np.arccosh(np.sqrt(w) / 2)
