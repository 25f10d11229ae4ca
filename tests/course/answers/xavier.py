# == right: constant_init: ones times the value
def constant_init(fan_in, fan_out, value):
    return value * np.ones((fan_out, fan_in))


# == right: constant_init: an empty array, filled; float32
def constant_init(fan_in, fan_out, value):
    W = np.empty((fan_out, fan_in), dtype=np.float32)
    W[:] = value
    return W


# == right: constant_init: nested lists, then an array, and a print
def constant_init(fan_in, fan_out, value):
    rows = [[value for _ in range(fan_in)] for _ in range(fan_out)]
    print(rows)
    return np.array(rows)


# == right: constant_init: the transpose of a matrix the other way round
def constant_init(fan_in, fan_out, value):
    return np.full((fan_in, fan_out), value).T


# == right: constant_init: broadcast to the shape, a read-only view
def constant_init(fan_in, fan_out, value):
    return np.broadcast_to(np.float64(value), (fan_out, fan_in))


# == wrong: constant_init: rows and columns swapped
def constant_init(fan_in, fan_out, value):
    return np.full((fan_in, fan_out), value)


# == wrong: constant_init: an integer array cuts the value
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), int(value))


# == wrong: constant_init: one value more on the diagonal
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), value) + value * np.eye(fan_out, fan_in)


# == wrong: constant_init: a list of lists
def constant_init(fan_in, fan_out, value):
    return [[value] * fan_in] * fan_out


# == wrong: constant_init: only square layers
def constant_init(fan_in, fan_out, value):
    return np.full((fan_in, fan_in), value)


# == wrong: constant_init: a vector
def constant_init(fan_in, fan_out, value):
    return np.full(fan_in * fan_out, value)


# == wrong: constant_init: ones, whatever the value
def constant_init(fan_in, fan_out, value):
    return np.ones((fan_out, fan_in))


# == wrong: constant_init: zeros, whatever the value
def constant_init(fan_in, fan_out, value):
    return np.zeros((fan_out, fan_in))


# == wrong: constant_init: random numbers of this size
def constant_init(fan_in, fan_out, value):
    return value * np.random.default_rng().normal(size=(fan_out, fan_in))


# == wrong: constant_init: the size of the value only
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), abs(value))


# == wrong: constant_init: float16 cuts the digits
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), value, dtype=np.float16)


# == wrong: constant_init: complex numbers
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), complex(value))


# == wrong: constant_init: a matrix, NumPy's old subclass
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), value).view(np.matrix)


# == wrong: constant_init: a bias row too many
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out + 1, fan_in), value)


# == wrong: constant_init: objects instead of numbers
def constant_init(fan_in, fan_out, value):
    return np.full((fan_out, fan_in), value, dtype=object)


# == right: distinct_units: a matrix of pairwise distances
def distinct_units(W, tol=1e-12):
    far = np.abs(W[:, None, :] - W[None, :, :]).max(axis=2) > tol
    return int(sum(far[i, :i].all() for i in range(len(W))))


# == right: distinct_units: counts down from all rows, as a float
def distinct_units(W, tol=1e-12):
    n = len(W)
    return float(n - sum(any(np.all(np.abs(W[i] - W[j]) <= tol) for j in range(i)) for i in range(n)))


# == right: distinct_units: allclose with no relative tolerance
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(np.allclose(row, r, rtol=0, atol=tol) for r in rows):
            rows.append(row)
    return np.int64(len(rows))


# == right: distinct_units: recursion: drop what is like the first row
def distinct_units(W, tol=1e-12):
    if len(W) == 0:
        return 0
    unlike = np.any(np.abs(W - W[0]) > tol, axis=1)
    return 1 + distinct_units(W[unlike], tol)


# == right: distinct_units: connected groups by flood fill
def distinct_units(W, tol=1e-12):
    left, groups = set(range(len(W))), 0
    while left:
        front, groups = [left.pop()], groups + 1
        while front:
            i = front.pop()
            same = {j for j in left if np.max(np.abs(W[i] - W[j])) <= tol}
            left -= same
            front += same
    return np.array(groups)


# == wrong: distinct_units: exact comparison, tol unused
def distinct_units(W, tol=1e-12):
    return len(np.unique(W, axis=0))


# == wrong: distinct_units: the rank
def distinct_units(W, tol=1e-12):
    return int(np.linalg.matrix_rank(W))


# == wrong: distinct_units: columns instead of rows
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W.T:
        if not any(np.max(np.abs(row - r)) <= tol for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: the number of units
def distinct_units(W, tol=1e-12):
    return len(W)


# == wrong: distinct_units: Euclidean distance of the rows
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(np.linalg.norm(row - r) <= tol for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: allclose with its relative tolerance
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(np.allclose(row, r, atol=tol) for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: strictly smaller than tol
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(np.max(np.abs(row - r)) < max(tol, 1e-300) for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: rounding to multiples of tol
def distinct_units(W, tol=1e-12):
    return len(np.unique(np.round(W / tol), axis=0))


# == wrong: distinct_units: sums of the rows
def distinct_units(W, tol=1e-12):
    return len({round(float(s), 9) for s in W.sum(axis=1)}) if tol < 1e-3 else len({round(float(s) / tol) for s in W.mean(axis=1)})


# == wrong: distinct_units: the first entries only
def distinct_units(W, tol=1e-12):
    return len({round(float(v / tol)) for v in W[:, 0]})


# == wrong: distinct_units: neighbouring rows only
def distinct_units(W, tol=1e-12):
    return 1 + int(sum(np.max(np.abs(W[i] - W[i - 1])) > tol for i in range(1, len(W))))


# == wrong: distinct_units: pairs instead of rows
def distinct_units(W, tol=1e-12):
    n = len(W)
    return sum(np.max(np.abs(W[i] - W[j])) > tol for i in range(n) for j in range(i))


# == wrong: distinct_units: any close entry makes rows the same
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(np.min(np.abs(row - r)) <= tol for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: differences without their size
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(np.all(row - r <= tol) for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: sorts the rows in place
def distinct_units(W, tol=1e-12):
    W.sort(axis=1)
    rows = []
    for row in W:
        if not any(np.max(np.abs(row - r)) <= tol for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: rows up to their sign
def distinct_units(W, tol=1e-12):
    rows = []
    for row in W:
        if not any(min(np.max(np.abs(row - r)), np.max(np.abs(row + r))) <= tol for r in rows):
            rows.append(row)
    return len(rows)


# == wrong: distinct_units: equal to the last bit, unless tol is given
def distinct_units(W, tol=0.0):
    kept = []
    for row in W:
        if not any(np.all(np.abs(row - other) <= tol) for other in kept):
            kept.append(row)
    return len(kept)


# == right: preactivation_variance: another order
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return input_second_moment * (weight_variance * fan_in)


# == right: preactivation_variance: float32
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return np.float32(fan_in) * np.float32(weight_variance) * np.float32(input_second_moment)


# == right: preactivation_variance: a sum of equal terms
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return float(np.full(fan_in, weight_variance).sum() * input_second_moment)


# == right: preactivation_variance: the square of a standard deviation
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    sigma = np.sqrt(fan_in * weight_variance * input_second_moment)
    return sigma**2


# == right: preactivation_variance: a 0-d array, and a plot's print
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    print('variance')
    return np.prod(np.array([fan_in, weight_variance, input_second_moment]), keepdims=False)[...]


# == wrong: preactivation_variance: the standard deviation
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return np.sqrt(fan_in * weight_variance * input_second_moment)


# == wrong: preactivation_variance: fan_in forgotten
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return weight_variance * input_second_moment


# == wrong: preactivation_variance: the input forgotten
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return fan_in * weight_variance


# == wrong: preactivation_variance: the weight's variance squared
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return fan_in * weight_variance**2 * input_second_moment


# == wrong: preactivation_variance: the second moment squared
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return fan_in * weight_variance * input_second_moment**2


# == wrong: preactivation_variance: fan_in squared
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return fan_in**2 * weight_variance * input_second_moment


# == wrong: preactivation_variance: the mean instead of the sum
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return weight_variance * input_second_moment / fan_in


# == wrong: preactivation_variance: half of it, as after a ReLU
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return fan_in * weight_variance * input_second_moment / 2


# == wrong: preactivation_variance: one number hard-coded
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return 4.0


# == wrong: preactivation_variance: a simulation with five per cent of noise
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    w = np.random.default_rng().normal(0, np.sqrt(weight_variance), size=(500, fan_in))
    return float(((w * np.sqrt(input_second_moment)).sum(axis=1)).var())


# == wrong: preactivation_variance: sums instead of products
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return fan_in * (weight_variance + input_second_moment)


# == wrong: preactivation_variance: an array of shape (1,)
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return np.array([fan_in * weight_variance * input_second_moment])


# == wrong: preactivation_variance: one term too few
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return (fan_in - 1) * weight_variance * input_second_moment


# == wrong: preactivation_variance: a whole number
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return int(fan_in * weight_variance * input_second_moment)


# == wrong: preactivation_variance: text
def preactivation_variance(fan_in, weight_variance, input_second_moment):
    return str(fan_in * weight_variance * input_second_moment)


# == right: forward_variance: a power
def forward_variance(fan_in):
    return float(fan_in) ** -1


# == right: forward_variance: float32
def forward_variance(fan_in):
    return np.float32(1) / np.float32(fan_in)


# == right: forward_variance: by logarithms
def forward_variance(fan_in):
    return np.exp(-np.log(fan_in))


# == right: forward_variance: the square of a standard deviation
def forward_variance(fan_in):
    sigma = 1 / np.sqrt(fan_in)
    return sigma * sigma


# == right: forward_variance: an exact fraction, turned into a 0-d array
def forward_variance(fan_in):
    from fractions import Fraction
    
    return np.array(float(Fraction(1, int(fan_in))))


# == wrong: forward_variance: the standard deviation
def forward_variance(fan_in):
    return 1 / np.sqrt(fan_in)


# == wrong: forward_variance: He's
def forward_variance(fan_in):
    return 2 / fan_in


# == wrong: forward_variance: PyTorch's default
def forward_variance(fan_in):
    return 1 / (3 * fan_in)


# == wrong: forward_variance: squared
def forward_variance(fan_in):
    return 1 / fan_in**2


# == wrong: forward_variance: upside down
def forward_variance(fan_in):
    return float(fan_in)


# == wrong: forward_variance: integer division
def forward_variance(fan_in):
    return 1 // fan_in


# == wrong: forward_variance: one input too many
def forward_variance(fan_in):
    return 1 / (fan_in + 1)


# == wrong: forward_variance: one input too few
def forward_variance(fan_in):
    return 1 / max(fan_in - 1, 0.5)


# == wrong: forward_variance: a single value hard-coded
def forward_variance(fan_in):
    return 0.02


# == wrong: forward_variance: negative
def forward_variance(fan_in):
    return -1 / fan_in


# == wrong: forward_variance: NaN
def forward_variance(fan_in):
    return np.nan


# == wrong: forward_variance: the variance of a bound, 3/n
def forward_variance(fan_in):
    return 3 / fan_in


# == wrong: forward_variance: a Fraction
def forward_variance(fan_in):
    from fractions import Fraction
    
    return Fraction(1, int(fan_in))


# == wrong: forward_variance: a list
def forward_variance(fan_in):
    return [1 / fan_in]


# == right: backward_variance: a power
def backward_variance(fan_out):
    return float(fan_out) ** -1


# == right: backward_variance: float32
def backward_variance(fan_out):
    return np.float32(1) / np.float32(fan_out)


# == right: backward_variance: by logarithms
def backward_variance(fan_out):
    return np.exp(-np.log(fan_out))


# == right: backward_variance: the square of a standard deviation
def backward_variance(fan_out):
    sigma = 1 / np.sqrt(fan_out)
    return sigma * sigma


# == right: backward_variance: an exact fraction, turned into a 0-d array
def backward_variance(fan_out):
    from fractions import Fraction
    
    return np.array(float(Fraction(1, int(fan_out))))


# == wrong: backward_variance: the standard deviation
def backward_variance(fan_out):
    return 1 / np.sqrt(fan_out)


# == wrong: backward_variance: He's
def backward_variance(fan_out):
    return 2 / fan_out


# == wrong: backward_variance: PyTorch's default
def backward_variance(fan_out):
    return 1 / (3 * fan_out)


# == wrong: backward_variance: squared
def backward_variance(fan_out):
    return 1 / fan_out**2


# == wrong: backward_variance: upside down
def backward_variance(fan_out):
    return float(fan_out)


# == wrong: backward_variance: integer division
def backward_variance(fan_out):
    return 1 // fan_out


# == wrong: backward_variance: one input too many
def backward_variance(fan_out):
    return 1 / (fan_out + 1)


# == wrong: backward_variance: one input too few
def backward_variance(fan_out):
    return 1 / max(fan_out - 1, 0.5)


# == wrong: backward_variance: a single value hard-coded
def backward_variance(fan_out):
    return 0.02


# == wrong: backward_variance: negative
def backward_variance(fan_out):
    return -1 / fan_out


# == wrong: backward_variance: NaN
def backward_variance(fan_out):
    return np.nan


# == wrong: backward_variance: the variance of a bound, 3/n
def backward_variance(fan_out):
    return 3 / fan_out


# == wrong: backward_variance: a Fraction
def backward_variance(fan_out):
    from fractions import Fraction
    
    return Fraction(1, int(fan_out))


# == wrong: backward_variance: a list
def backward_variance(fan_out):
    return [1 / fan_out]


# == right: xavier_variance: the harmonic mean as it is defined
def xavier_variance(fan_in, fan_out):
    u, v = 1 / fan_in, 1 / fan_out
    return 2 / (1 / u + 1 / v)


# == right: xavier_variance: one over the mean of the fans
def xavier_variance(fan_in, fan_out):
    return 1 / np.mean([fan_in, fan_out])


# == right: xavier_variance: the standard library's harmonic mean
def xavier_variance(fan_in, fan_out):
    import statistics
    
    return statistics.harmonic_mean([1 / fan_in, 1 / fan_out])


# == right: xavier_variance: the product over the mean of the two variances
def xavier_variance(fan_in, fan_out):
    u, v = 1 / fan_in, 1 / fan_out
    return 2 * u * v / (u + v)


# == right: xavier_variance: float32
def xavier_variance(fan_in, fan_out):
    return np.float32(2) / np.float32(fan_in + fan_out)


# == wrong: xavier_variance: the standard deviation
def xavier_variance(fan_in, fan_out):
    return np.sqrt(2 / (fan_in + fan_out))


# == wrong: xavier_variance: LeCun's
def xavier_variance(fan_in, fan_out):
    return 1 / fan_in


# == wrong: xavier_variance: backward only
def xavier_variance(fan_in, fan_out):
    return 1 / fan_out


# == wrong: xavier_variance: He's
def xavier_variance(fan_in, fan_out):
    return 2 / fan_in


# == wrong: xavier_variance: half of it
def xavier_variance(fan_in, fan_out):
    return 1 / (fan_in + fan_out)


# == wrong: xavier_variance: the arithmetic mean
def xavier_variance(fan_in, fan_out):
    return (1 / fan_in + 1 / fan_out) / 2


# == wrong: xavier_variance: the geometric mean
def xavier_variance(fan_in, fan_out):
    return 1 / np.sqrt(fan_in * fan_out)


# == wrong: xavier_variance: the bound's square
def xavier_variance(fan_in, fan_out):
    return 6 / (fan_in + fan_out)


# == wrong: xavier_variance: missing brackets
def xavier_variance(fan_in, fan_out):
    return 2 / fan_in + fan_out


# == wrong: xavier_variance: the larger fan alone
def xavier_variance(fan_in, fan_out):
    return 1 / max(fan_in, fan_out)


# == wrong: xavier_variance: the smaller fan alone
def xavier_variance(fan_in, fan_out):
    return 1 / min(fan_in, fan_out)


# == wrong: xavier_variance: a value for one layer
def xavier_variance(fan_in, fan_out):
    return 0.025


# == wrong: xavier_variance: integer division
def xavier_variance(fan_in, fan_out):
    return 2 // (fan_in + fan_out)


# == wrong: xavier_variance: squared
def xavier_variance(fan_in, fan_out):
    return (2 / (fan_in + fan_out)) ** 2


# == wrong: xavier_variance: the root mean square of the fans
def xavier_variance(fan_in, fan_out):
    return np.sqrt(2 / (fan_in**2 + fan_out**2))


# == wrong: xavier_variance: a pair
def xavier_variance(fan_in, fan_out):
    return 1 / fan_in, 1 / fan_out


# == right: xavier_normal: standard normal draws, scaled, drawn column by column
def xavier_normal(fan_in, fan_out, rng):
    sigma = (2 / (fan_in + fan_out)) ** 0.5
    return sigma * rng.standard_normal((fan_in, fan_out)).T


# == right: xavier_normal: single precision
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return (rng.standard_normal((fan_out, fan_in), dtype=np.float32) * np.float32(sigma)).astype(np.float32)


# == right: xavier_normal: half precision
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0, sigma, size=(fan_out, fan_in)).astype(np.float16)


# == right: xavier_normal: one draw at a time, in Fortran order
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    W = np.zeros((fan_out, fan_in), order='F')
    for j in range(fan_in):
        for i in range(fan_out):
            W[i, j] = rng.normal(0, sigma)
    return W


# == right: xavier_normal: Box and Muller's way from uniform draws
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    n = fan_in * fan_out
    r = np.sqrt(-2 * np.log(1 - rng.random(n)))
    return (sigma * r * np.cos(2 * np.pi * rng.random(n))).reshape(fan_out, fan_in)


# == right: xavier_normal: two draws for every entry, added
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    a, b = rng.normal(0, sigma, size=(2, fan_out, fan_in))
    return (a + b) / np.sqrt(2)


# == right: xavier_normal: a child generator seeded by a draw
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    child = np.random.default_rng(rng.integers(2**63))
    return child.normal(0, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: the variance given as the standard deviation
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(0, 2 / (fan_in + fan_out), size=(fan_out, fan_in))


# == wrong: xavier_normal: LeCun's
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(0, fan_in**-0.5, size=(fan_out, fan_in))


# == wrong: xavier_normal: backward only
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(0, fan_out**-0.5, size=(fan_out, fan_in))


# == wrong: xavier_normal: He's
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


# == wrong: xavier_normal: the 2 is missing
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(0, np.sqrt(1 / (fan_in + fan_out)), size=(fan_out, fan_in))


# == wrong: xavier_normal: shape the other way round
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0, sigma, size=(fan_in, fan_out))


# == wrong: xavier_normal: entries of a transposed draw put into the right shape twice
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    row = rng.normal(0, sigma, size=fan_in)
    return np.tile(row, (fan_out, 1))


# == wrong: xavier_normal: one draw for each row
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.repeat(rng.normal(0, sigma, size=(fan_out, 1)), fan_in, axis=1)


# == wrong: xavier_normal: one draw for each column
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.repeat(rng.normal(0, sigma, size=(1, fan_in)), fan_out, axis=0)


# == wrong: xavier_normal: an outer product
def xavier_normal(fan_in, fan_out, rng):
    return np.outer(rng.normal(size=fan_out), rng.normal(size=fan_in)) * np.sqrt(2 / (fan_in + fan_out))


# == wrong: xavier_normal: the upper half copied below
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    W = rng.normal(0, sigma, size=(fan_out, fan_in))
    half = fan_out // 2
    W[half : 2 * half] = W[:half]
    return W


# == wrong: xavier_normal: shifted copies of one row
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    row = rng.normal(0, sigma, size=fan_in)
    return np.stack([np.roll(row, i) for i in range(fan_out)])


# == wrong: xavier_normal: uniform of the right variance
def xavier_normal(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_normal: truncated at two standard deviations
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    W = rng.normal(0, sigma, size=(fan_out, fan_in))
    while (far := np.abs(W) > 2 * sigma).any():
        W[far] = rng.normal(0, sigma, size=far.sum())
    return W


# == wrong: xavier_normal: truncated, its variance put right
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    W = rng.normal(0, 1, size=(fan_out, fan_in))
    while (far := np.abs(W) > 2).any():
        W[far] = rng.normal(0, 1, size=far.sum())
    return W * sigma / 0.87962566


# == wrong: xavier_normal: clipped at three standard deviations
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.clip(rng.normal(0, sigma, size=(fan_out, fan_in)), -2.9 * sigma, 2.9 * sigma)


# == wrong: xavier_normal: a Laplace distribution of the right variance
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.laplace(0, sigma / np.sqrt(2), size=(fan_out, fan_in))


# == wrong: xavier_normal: signs only
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return sigma * rng.choice([-1.0, 1.0], size=(fan_out, fan_in))


# == wrong: xavier_normal: positive only
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.abs(rng.normal(0, sigma, size=(fan_out, fan_in)))


# == wrong: xavier_normal: the global random state
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.random.normal(0, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: the global random state, seeded from rng
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    np.random.seed(int(rng.integers(2**31)))
    return np.random.normal(0, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: a seed of its own
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.random.default_rng(0).normal(0, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: a fresh generator each time
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return np.random.default_rng().normal(0, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: a copy of rng, which never moves on
def xavier_normal(fan_in, fan_out, rng):
    import copy
    
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return copy.deepcopy(rng).normal(0, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: standard normal, not scaled
def xavier_normal(fan_in, fan_out, rng):
    return rng.normal(size=(fan_out, fan_in))


# == wrong: xavier_normal: 3 per cent too large
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0, 1.03 * sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: standardised to the exact variance of each row
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    W = rng.normal(size=(fan_out, fan_in))
    W = (W - W.mean(axis=1, keepdims=True)) / (W.std(axis=1, keepdims=True) + 1e-12)
    return sigma * W


# == wrong: xavier_normal: a list of lists
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0, sigma, size=(fan_out, fan_in)).tolist()


# == wrong: xavier_normal: square layers only
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0, sigma, size=(fan_in, fan_in))


# == wrong: xavier_normal: a small mean
def xavier_normal(fan_in, fan_out, rng):
    sigma = np.sqrt(2 / (fan_in + fan_out))
    return rng.normal(0.05 * sigma, sigma, size=(fan_out, fan_in))


# == wrong: xavier_normal: orthogonal
def xavier_normal(fan_in, fan_out, rng):
    n = max(fan_in, fan_out)
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return q[:fan_out, :fan_in] * np.sqrt(2 * n / (fan_in + fan_out))


# == right: xavier_uniform: draws on [0, 1), moved
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return r * (2 * rng.random((fan_out, fan_in)) - 1)


# == right: xavier_uniform: single precision
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return ((2 * rng.random((fan_out, fan_in), dtype=np.float32) - 1) * np.float32(r)).astype(np.float32)


# == right: xavier_uniform: half precision
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-r, r, size=(fan_out, fan_in)).astype(np.float16)


# == right: xavier_uniform: a flat draw, reshaped and turned round
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-r, r, size=fan_in * fan_out).reshape(fan_in, fan_out).T


# == right: xavier_uniform: row by row
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.array([rng.uniform(-r, r, fan_in) for _ in range(fan_out)])


# == right: xavier_uniform: from the ends inwards, with a sign
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return r * rng.random((fan_out, fan_in)) * rng.choice([-1, 1], size=(fan_out, fan_in))


# == wrong: xavier_uniform: the standard deviation as bound
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: the variance as bound
def xavier_uniform(fan_in, fan_out, rng):
    r = 2 / (fan_in + fan_out)
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: no root
def xavier_uniform(fan_in, fan_out, rng):
    r = 6 / (fan_in + fan_out)
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: He's bound
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / fan_in)
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: LeCun's bound
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(3 / fan_in)
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: PyTorch's default
def xavier_uniform(fan_in, fan_out, rng):
    r = 1 / np.sqrt(fan_in)
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: the other fan only
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(3 / fan_out)
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: a 2 is missing
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(3 / (fan_in + fan_out))
    return rng.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: from 0 on
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(0, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: default ends of rng.uniform
def xavier_uniform(fan_in, fan_out, rng):
    return rng.uniform(size=(fan_out, fan_in))


# == wrong: xavier_uniform: shape the other way round
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-r, r, size=(fan_in, fan_out))


# == wrong: xavier_uniform: Gaussian of the right variance
def xavier_uniform(fan_in, fan_out, rng):
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in))


# == wrong: xavier_uniform: the sum of two uniform draws
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    a, b = rng.uniform(-r / 2, r / 2, size=(2, fan_out, fan_in))
    return a + b


# == wrong: xavier_uniform: one draw for each row
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.repeat(rng.uniform(-r, r, size=(fan_out, 1)), fan_in, axis=1)


# == wrong: xavier_uniform: one row for all units
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.tile(rng.uniform(-r, r, size=fan_in), (fan_out, 1))


# == wrong: xavier_uniform: an even grid, shuffled in rows only
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    row = np.linspace(-r, r, fan_in)
    return np.stack([rng.permutation(row) for _ in range(fan_out)])


# == wrong: xavier_uniform: the global random state
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.random.uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: a seed of its own
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.random.default_rng(42).uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: a fresh generator each time
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.random.default_rng().uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: a copy of rng, which never moves on
def xavier_uniform(fan_in, fan_out, rng):
    import copy
    
    r = np.sqrt(6 / (fan_in + fan_out))
    return copy.deepcopy(rng).uniform(-r, r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: the two ends only
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.choice([-r, r], size=(fan_out, fan_in))


# == wrong: xavier_uniform: 3 per cent too wide
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-1.03 * r, 1.03 * r, size=(fan_out, fan_in))


# == wrong: xavier_uniform: draws outside one third too far, clipped
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    return np.clip(rng.uniform(-1.3 * r, 1.3 * r, size=(fan_out, fan_in)), -r, r)


# == wrong: xavier_uniform: even and odd columns mirror each other
def xavier_uniform(fan_in, fan_out, rng):
    r = np.sqrt(6 / (fan_in + fan_out))
    W = rng.uniform(-r, r, size=(fan_out, fan_in))
    half = fan_in // 2
    W[:, half : 2 * half] = -W[:, :half]
    return W


# == right: variance_by_layer: second moment minus the mean's square
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(np.mean(a**2) - np.mean(a) ** 2)
    return np.array(result)


# == right: variance_by_layer: an array filled in place, einsum
def variance_by_layer(weights, x, f):
    result, a = np.zeros(len(weights)), x.copy()
    for l, W in enumerate(weights):
        a = f(np.einsum('ni,oi->no', a, W))
        result[l] = np.mean((a - a.mean()) ** 2)
    return result


# == right: variance_by_layer: sample by sample
def variance_by_layer(weights, x, f):
    layers = [[] for _ in weights]
    for row in x:
        for l, W in enumerate(weights):
            row = f(W @ row)
            layers[l].append(row)
    return np.array([np.var(np.array(a)) for a in layers])


# == right: variance_by_layer: column vectors, transposed back
def variance_by_layer(weights, x, f):
    result, a = [], x.T
    for W in weights:
        a = f(W @ a)
        result.append(float(np.var(a)))
    return np.asarray(result)


# == right: variance_by_layer: single precision
def variance_by_layer(weights, x, f):
    result, a = [], x.astype(np.float32)
    for W in weights:
        a = f(a @ W.astype(np.float32).T)
        result.append(np.var(a, dtype=np.float64))
    return np.array(result, dtype=np.float32)


# == right: variance_by_layer: the square of the standard deviation, and a print
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T); print(a.shape)
        result.append(a.std() ** 2)
    return np.array(result)


# == wrong: variance_by_layer: ddof = 1
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var(ddof=1) if a.size > 1 else 0.0)
    return np.array(result)


# == wrong: variance_by_layer: the standard deviation
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.std())
    return np.array(result)


# == wrong: variance_by_layer: the second moment
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(np.mean(a**2))
    return np.array(result)


# == wrong: variance_by_layer: variance over the batch, then the mean over units
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var(axis=0).mean())
    return np.array(result)


# == wrong: variance_by_layer: variance over the units, then the mean over the batch
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var(axis=1).mean())
    return np.array(result)


# == wrong: variance_by_layer: of the pre-activations
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        z = a @ W.T
        result.append(z.var())
        a = f(z)
    return np.array(result)


# == wrong: variance_by_layer: the input's variance first
def variance_by_layer(weights, x, f):
    result, a = [x.var()], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: the last layer missing
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        result.append(a.var())
        a = f(a @ W.T)
    return np.array(result)


# == wrong: variance_by_layer: no activation
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = a @ W.T
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: every layer gets the input
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(x @ W.T)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: W not transposed
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: W not transposed where the shapes allow it
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ (W if W.shape[0] == W.shape[1] else W.T))
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: a list instead of an array
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return result


# == wrong: variance_by_layer: only the last layer
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return np.array(result[-1:])


# == wrong: variance_by_layer: last layer first
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return np.array(result[::-1])


# == wrong: variance_by_layer: the input scaled in place
def variance_by_layer(weights, x, f):
    result = []
    x /= 1.0
    x -= 0.5
    a = x + 0.5
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: the mean's size
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(abs(a.mean()))
    return np.array(result)


# == wrong: variance_by_layer: a column vector
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return np.array(result)[:, None]


# == wrong: variance_by_layer: tanh, whatever f is
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = np.tanh(a @ W.T)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: float16 loses the digits
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T).astype(np.float16)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: the first sample only
def variance_by_layer(weights, x, f):
    result, a = [], x[:1]
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var())
    return np.array(result)


# == wrong: variance_by_layer: relative to the input
def variance_by_layer(weights, x, f):
    result, a = [], x
    for W in weights:
        a = f(a @ W.T)
        result.append(a.var() / x.var())
    return np.array(result)
