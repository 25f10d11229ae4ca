# %% rnn_gradient_norms
def rnn_gradient_norms(W_hh, preactivations, df, grad_last):
    grad_h, norms = grad_last, [np.linalg.norm(grad_last)]
    for z in preactivations[:0:-1]:
        grad_h = W_hh @ (df(z) * grad_h)
        norms.append(np.linalg.norm(grad_h))
    return np.array(norms[::-1])
