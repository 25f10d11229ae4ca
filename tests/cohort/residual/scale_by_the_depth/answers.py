# %% branch_scale
def branch_scale(depth):
    return 1 / depth
