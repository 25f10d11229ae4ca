# %% log_growth_per_layer
def log_growth_per_layer(matrices):
    if not matrices:
        raise ValueError("no matrices")
    return float(np.mean([np.log(np.linalg.norm(matrix, 2)) for matrix in matrices]))
