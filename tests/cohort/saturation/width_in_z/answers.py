# %% unit_gain_width
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else float(4 * np.arccosh(np.sqrt(w) / 2))
