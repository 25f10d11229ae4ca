# %% relu_second_moment
def relu_second_moment(variance):
    return variance * (0.5 - 0.5 / np.pi)
