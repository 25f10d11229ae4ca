# %% rnn_state_gradient
def rnn_state_gradient(W_hh, hidden):
    product, norms = np.eye(len(W_hh)), np.empty(len(hidden))
    for t in reversed(range(len(hidden))):
        product = product @ np.diag(1 - hidden[t] ** 2) @ W_hh
        norms[t] = np.linalg.norm(product)
    return norms
