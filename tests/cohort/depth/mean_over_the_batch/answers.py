# %% backward
def backward(weights, preactivations, activations, x, df, grad_out):
    grad_weights, grad_biases = [], []
    grad_a, n = grad_out, len(x)
    for l in reversed(range(len(weights))):
        delta = grad_a * df(preactivations[l])
        below = activations[l - 1] if l else x
        grad_weights.insert(0, delta.T @ below / n)
        grad_biases.insert(0, delta.sum(axis=0) / n)
        grad_a = delta @ weights[l]
    return grad_weights, grad_biases
