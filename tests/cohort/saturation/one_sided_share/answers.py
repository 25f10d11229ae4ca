# %% saturated_fraction
def saturated_fraction(a, low=0.05, high=0.95):
    return float((np.asarray(a) > high).mean())
