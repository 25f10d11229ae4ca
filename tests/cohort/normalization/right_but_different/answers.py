# %% batchnorm_forward
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    centre = np.eye(len(x)) - 1 / len(x)
    deviations = centre @ x
    root = np.sqrt(np.einsum("ij,ij->j", deviations, deviations) / len(x) + eps)
    return [deviations / root * gamma + beta, {"deviations": deviations, "root": root, "gamma": gamma}]


# %% batchnorm_backward
def batchnorm_backward(grad_y, cache):
    n, deviations, root = len(grad_y), cache["deviations"], cache["root"]
    grad_hat = grad_y * cache["gamma"]
    grad_var = -0.5 * np.sum(grad_hat * deviations, axis=0) / root**3
    grad_mean = -np.sum(grad_hat, axis=0) / root
    grad_x = grad_hat / root + grad_var * 2 * deviations / n + grad_mean / n
    return [grad_x, np.einsum("ij,ij->j", grad_y, deviations / root), np.ones(n) @ grad_y]


# %% update_running
def update_running(running_mean, running_var, x, momentum=0.1):
    n = len(x)
    mean = np.ones(n) @ x / n
    variance = (np.sum(x**2, axis=0) - n * mean**2) / (n - 1)
    return [running_mean + momentum * (mean - running_mean), running_var + momentum * (variance - running_var)]


# %% batchnorm_inference
def batchnorm_inference(x, running_mean, running_var, gamma, beta, eps=1e-5):
    slope = gamma * (running_var + eps) ** -0.5
    return x @ np.diag(slope) + (beta - slope * running_mean)


# %% layernorm_forward
def layernorm_forward(x, gamma, beta, eps=1e-5):
    rows = []
    for row in x:
        deviation = row - sum(row) / len(row)
        rows.append(gamma * deviation / (np.mean(deviation**2) + eps) ** 0.5 + beta)
    return np.array(rows)


# %% scale_invariance_gap
def scale_invariance_gap(W, x, scale):
    z = x @ W.T
    standardised = (z - z.mean(axis=0)) / z.std(axis=0)
    return np.abs(standardised).max() * (1 - np.sign(scale))
