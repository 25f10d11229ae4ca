# %% forward
def forward(weights, biases, x, f):
    preactivations, activations = [], [x]
    for W, b in zip(weights, biases):
        preactivations.append(activations[-1] @ W.T + b)
        activations.append(f(preactivations[-1]))
    return preactivations, activations
