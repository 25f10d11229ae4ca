# %% scalar_chain_gradient
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        z = w * x + b
        gradient *= df(z)
        x = f(z)
    return float(gradient)
