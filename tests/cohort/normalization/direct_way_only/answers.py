# %% batchnorm_backward
def batchnorm_backward(grad_y, cache):
    x_hat, std, gamma = cache
    return grad_y * gamma / std, (grad_y * x_hat).sum(axis=0), grad_y.sum(axis=0)
