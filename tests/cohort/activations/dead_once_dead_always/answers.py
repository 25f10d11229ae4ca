# %% dead_units
def dead_units(preactivations):
    return np.any(preactivations <= 0, axis=0)
