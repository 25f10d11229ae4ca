# %% layers_until_underflow
import math


def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("the factor must lie between 0 and 1")
    return math.floor(math.log(np.finfo(np.float64).tiny) / math.log(factor)) + 1
