# %% l2_penalty
def l2_penalty(weights, strength):
    return strength / 2 * sum(np.sum(W**2) for W in weights)


# %% regularized_gradient
def regularized_gradient(grad, W, l1=0.0, l2=0.0):
    return grad + l1 * np.sign(W) + l2 * W
