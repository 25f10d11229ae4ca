# %% residual_input_gradient
def residual_input_gradient(weights, x, f, df, grad_out):
    zs = []
    for W in weights:
        zs.append(x @ W.T)
        x = x + f(zs[-1])
    for W, z in zip(reversed(weights), reversed(zs)):
        grad_out = (grad_out * df(z)) @ W
    return grad_out
