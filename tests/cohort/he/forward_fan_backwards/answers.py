# %% gradient_scale
def gradient_scale(stds, shapes):
    scale = 1.0
    for s, shape in zip(stds, shapes):
        scale *= s / np.sqrt(2 / np.prod(shape[1:]))
    return scale
