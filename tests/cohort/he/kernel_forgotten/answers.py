# %% fans
def fans(shape):
    if len(shape) < 2:
        raise ValueError("a weight has at least two dimensions")
    return shape[1], shape[0]
