# %% sigmoid
def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))
