# %% pretrain_stack
def pretrain_stack(x, sizes, epochs, lr, rng):
    stack = []
    for size in sizes:
        W, b, _ = pretrain_layer(x, size, epochs, lr, rng)
        stack.append((W, b))
        x = x @ W.T + b
    return stack
