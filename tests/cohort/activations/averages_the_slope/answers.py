# %% prelu_backward
def prelu_backward(x, slope, grad_out):
    return grad_out * np.where(x > 0, 1.0, slope), np.mean(grad_out * np.minimum(x, 0))
