# %% lstm_step
def lstm_step(x, h, c, W_ih, W_hh, b):
    z_i, z_g, z_f, z_o = np.split(x @ W_ih.T + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(z_f) * c + sigmoid(z_i) * np.tanh(z_g)
    return sigmoid(z_o) * np.tanh(c), c
