# %% scalar_chain_gradient
def scalar_chain_gradient(weights, biases, x, f, df):
    preactivations = []
    for w, b in zip(weights, biases):
        preactivations.append(w * x + b)
        x = f(preactivations[-1])
    gradient = 1.0
    for w, z in zip(weights[::-1], preactivations[::-1]):
        gradient = gradient * df(z) * w
    return gradient


# %% backpropagate_deltas
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = {len(weights): np.asarray(delta_out)}
    for layer in range(len(weights) - 1, 0, -1):
        back = np.einsum("no,oi->ni", deltas[layer + 1], weights[layer])
        deltas[layer] = back * df(preactivations[layer - 1])
    return tuple(deltas[layer] for layer in sorted(deltas))


# %% layers_until_underflow
def layers_until_underflow(factor, dtype=np.float32):
    if factor <= 0 or factor >= 1:
        raise ValueError("the factor lies between 0 and 1")
    halvings = np.log2(float(np.finfo(dtype).tiny)) / np.log2(float(factor))
    return float(np.floor(halvings) + 1)


# %% log_growth_per_layer
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("no matrices")
    product, logarithm = matrices[0], 0.0
    for matrix in matrices[1:]:
        size = np.abs(product).max()
        logarithm += np.log(size)
        product = matrix @ (product / size)
    return (logarithm + np.log(np.linalg.svd(product, compute_uv=False)[0])) / len(matrices)
