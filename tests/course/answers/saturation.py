# == right: sigmoid: two masks
def sigmoid(x):
    result = np.empty_like(x)
    right = x >= 0
    result[right] = 1 / (1 + np.exp(-x[right]))
    e = np.exp(x[~right])
    result[~right] = e / (1 + e)
    return result

# == right: sigmoid: by tanh
def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))

# == right: sigmoid: clipped before the exponential
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))

# == right: sigmoid: one number at a time, in a list that becomes an array
import math
def sigmoid(x):
    def one(v):
        return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))
    return np.array([one(float(v)) for v in x.ravel()]).reshape(x.shape)

# == right: sigmoid: float32
def sigmoid(x):
    x = x.astype(np.float32)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, np.float32(1), e) / (1 + e)

# == right: sigmoid: by logaddexp
def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))

# == right: sigmoid: the plain formula, told not to warn
def sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))

# == right: sigmoid: np.longdouble
def sigmoid(x):
    e = np.exp(-np.abs(x.astype(np.longdouble)))
    return np.where(x < 0, e, 1) / (1 + e)

# == right: sigmoid: vectorised by numpy, with a print
@np.vectorize
def _one(v):
    e = np.exp(-abs(v))
    return (1.0 if v >= 0 else e) / (1 + e)
def sigmoid(x):
    print("called")
    return _one(x)

# == wrong: sigmoid: the plain formula overflows
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

# == wrong: sigmoid: np.where computes both branches
def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))

# == wrong: sigmoid: only the other form, which gives NaN on the right
def sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))

# == wrong: sigmoid: sign of the exponent
def sigmoid(x):
    return 1 / (1 + np.exp(np.clip(x, -500, 500)))

# == wrong: sigmoid: tanh
def sigmoid(x):
    return np.tanh(x)

# == wrong: sigmoid: tanh without halving the argument
def sigmoid(x):
    return 0.5 * (1 + np.tanh(x))

# == wrong: sigmoid: softmax
def sigmoid(x):
    e = np.exp(x - x.max())
    return e / e.sum()

# == wrong: sigmoid: hard sigmoid
def sigmoid(x):
    return np.clip(0.2 * x + 0.5, 0, 1)

# == wrong: sigmoid: changes its argument
def sigmoid(x):
    x *= -1
    np.clip(x, -500, 500, out=x)
    return 1 / (1 + np.exp(x))

# == wrong: sigmoid: a list of lists
def sigmoid(x):
    return (0.5 * (1 + np.tanh(x / 2))).tolist()

# == wrong: sigmoid: flattens
def sigmoid(x):
    return (0.5 * (1 + np.tanh(x / 2))).ravel()

# == wrong: sigmoid: clipped too early
def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -3, 3)))

# == wrong: sigmoid: good for non-negative numbers only
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return 1 / (1 + e)

# == wrong: sigmoid: the sign of the first entry decides for all
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return 1 / (1 + e) if x.ravel()[0] >= 0 else e / (1 + e)

# == wrong: sigmoid: a mean that swallows the batch
def sigmoid(x):
    return (0.5 * (1 + np.tanh(x / 2))).mean(axis=0)

# == wrong: sigmoid: its derivative
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2

# == wrong: sigmoid: NaN at the far end of the right side
def sigmoid(x):
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


# == wrong: sigmoid: clips large numbers in place
def sigmoid(x):
    np.clip(x, -500, 500, out=x)
    return 1 / (1 + np.exp(-x))


# == right: sigmoid_grad: a safe sigmoid times one minus itself
def sigmoid_grad(x):
    s = 0.5 * (1 + np.tanh(x / 2))
    return s * (1 - s)

# == right: sigmoid_grad: by tanh
def sigmoid_grad(x):
    return (1 - np.tanh(0.5 * x) ** 2) / 4

# == right: sigmoid_grad: product of the sigmoids of x and −x
def sigmoid_grad(x):
    return np.exp(-np.logaddexp(0, x) - np.logaddexp(0, -x))

# == right: sigmoid_grad: by cosh, clipped
def sigmoid_grad(x):
    return 1 / (2 + 2 * np.cosh(np.minimum(np.abs(x), 700)))

# == right: sigmoid_grad: looped over a flat view
import math
def sigmoid_grad(x):
    result = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        e = math.exp(-abs(x[index]))
        result[index] = e / (1 + e) ** 2
    return result

# == right: sigmoid_grad: float32
def sigmoid_grad(x):
    e = np.exp(-np.abs(x.astype(np.float32)))
    return e / (1 + e) ** 2

# == right: sigmoid_grad: clipped sigmoid minus its square
def sigmoid_grad(x):
    s = 1 / (1 + np.exp(-np.clip(x, -60, 60)))
    return s - s**2

# == wrong: sigmoid_grad: takes x for the output
def sigmoid_grad(x):
    return x * (1 - x)

# == wrong: sigmoid_grad: the plain formula overflows
def sigmoid_grad(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)

# == wrong: sigmoid_grad: NaN far out on the left
def sigmoid_grad(x):
    with np.errstate(all="ignore"):
        e = np.exp(-x)
        return e / (1 + e) ** 2

# == wrong: sigmoid_grad: the quotient overflows
def sigmoid_grad(x):
    return np.exp(-x) / (1 + np.exp(-x)) ** 2

# == wrong: sigmoid_grad: the sigmoid itself
def sigmoid_grad(x):
    return 0.5 * (1 + np.tanh(x / 2))

# == wrong: sigmoid_grad: 1 − σ²
def sigmoid_grad(x):
    return 1 - (0.5 * (1 + np.tanh(x / 2))) ** 2

# == wrong: sigmoid_grad: forgets the minus sign of the inner derivative
def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return -e / (1 + e) ** 2

# == wrong: sigmoid_grad: square missing in the denominator
def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e)

# == wrong: sigmoid_grad: derivative of tanh
def sigmoid_grad(x):
    return 1 - np.tanh(x) ** 2

# == wrong: sigmoid_grad: constant quarter
def sigmoid_grad(x):
    return np.full_like(x, 0.25)

# == wrong: sigmoid_grad: negative far out
def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2 - 1e-7

# == wrong: sigmoid_grad: one number for the whole array
def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return float((e / (1 + e) ** 2).sum())

# == wrong: sigmoid_grad: negative pre-activations have no slope
def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return np.where(x > 0, e / (1 + e) ** 2, 0)

# == wrong: sigmoid_grad: changes its argument
def sigmoid_grad(x):
    np.abs(x, out=x)
    e = np.exp(-x)
    return e / (1 + e) ** 2

# == wrong: sigmoid_grad: zero at zero
def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return np.sign(np.abs(x)) * e / (1 + e) ** 2

# == wrong: sigmoid_grad: coarse forward differences
def sigmoid_grad(x):
    s = lambda v: 0.5 * (1 + np.tanh(v / 2))
    return (s(x + 1e-2) - s(x)) / 1e-2


# == wrong: sigmoid_grad: clips large numbers in place
def sigmoid_grad(x):
    x[x > 500] = 500
    x[x < -500] = -500
    return 1 / ((1 + np.exp(-x)) * (1 + np.exp(x)))


# == right: tanh_grad: by cosh, clipped
def tanh_grad(x):
    return 1 / np.cosh(np.clip(x, -300, 300)) ** 2

# == right: tanh_grad: third binomial formula
def tanh_grad(x):
    t = np.tanh(x)
    return (1 - t) * (1 + t)

# == right: tanh_grad: four times the sigmoid's slope at 2x
def tanh_grad(x):
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e) ** 2

# == right: tanh_grad: one number at a time
import math
def tanh_grad(x):
    return np.array([1 - math.tanh(v) ** 2 for v in x.flatten()]).reshape(x.shape)

# == right: tanh_grad: float32, in place on its own array
def tanh_grad(x):
    t = np.tanh(x.astype(np.float32))
    t *= t
    np.subtract(1, t, out=t)
    return t

# == wrong: tanh_grad: takes x for the output
def tanh_grad(x):
    return 1 - x**2

# == wrong: tanh_grad: square missing
def tanh_grad(x):
    return 1 - np.tanh(x)

# == wrong: tanh_grad: cosh overflows
def tanh_grad(x):
    return 1 / np.cosh(x) ** 2

# == wrong: tanh_grad: tanh by hand is NaN far out
def tanh_grad(x):
    t = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    return 1 - t**2

# == wrong: tanh_grad: silently NaN far out
def tanh_grad(x):
    with np.errstate(all="ignore"):
        t = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
        return 1 - t**2

# == wrong: tanh_grad: sech without the square
def tanh_grad(x):
    return 1 / np.cosh(np.clip(x, -300, 300))

# == wrong: tanh_grad: the sigmoid's slope
def tanh_grad(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2

# == wrong: tanh_grad: t(1 − t)
def tanh_grad(x):
    t = np.tanh(x)
    return t * (1 - t)

# == wrong: tanh_grad: forgets the 4
def tanh_grad(x):
    e = np.exp(-2 * np.abs(x))
    return e / (1 + e) ** 2

# == wrong: tanh_grad: tanh itself
def tanh_grad(x):
    return np.tanh(x)

# == wrong: tanh_grad: 1 + tanh²
def tanh_grad(x):
    return 1 + np.tanh(x) ** 2

# == wrong: tanh_grad: negative sign
def tanh_grad(x):
    return np.tanh(x) ** 2 - 1

# == wrong: tanh_grad: changes its argument
def tanh_grad(x):
    np.tanh(x, out=x)
    return 1 - x**2

# == wrong: tanh_grad: clipped at two
def tanh_grad(x):
    return 1 - np.tanh(np.clip(x, -1, 1)) ** 2

# == wrong: tanh_grad: a tuple of rows
def tanh_grad(x):
    return tuple(1 - np.tanh(x) ** 2)

# == right: saturated_fraction: by counting
def saturated_fraction(a, low=0.05, high=0.95):
    count = 0
    for value in a.ravel():
        if value < low or value > high:
            count += 1
    return count / a.size

# == right: saturated_fraction: one minus the rest
def saturated_fraction(a, low=0.05, high=0.95):
    return 1 - np.mean((a >= low) & (a <= high))

# == right: saturated_fraction: sum of two means, as a 0-d array
def saturated_fraction(a, low=0.05, high=0.95):
    return np.array((a < low).mean() + (a > high).mean())

# == right: saturated_fraction: logical_or in float32
def saturated_fraction(a, low=0.05, high=0.95):
    return np.logical_or(a < low, a > high).astype(np.float32).mean()

# == right: saturated_fraction: sorted
def saturated_fraction(a, low=0.05, high=0.95):
    ordered = np.sort(a, axis=None)
    below = np.searchsorted(ordered, low, side="left")
    above = a.size - np.searchsorted(ordered, high, side="right")
    return (below + above) / a.size

# == wrong: saturated_fraction: borders count
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a <= low) | (a >= high))

# == wrong: saturated_fraction: low border counts
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a <= low) | (a > high))

# == wrong: saturated_fraction: low end only
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean(a < low)

# == wrong: saturated_fraction: high end only
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean(a > high)

# == wrong: saturated_fraction: the live share
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a >= low) & (a <= high))

# == wrong: saturated_fraction: the number
def saturated_fraction(a, low=0.05, high=0.95):
    return float(np.sum((a < low) | (a > high)))

# == wrong: saturated_fraction: a percentage
def saturated_fraction(a, low=0.05, high=0.95):
    return 100 * np.mean((a < low) | (a > high))

# == wrong: saturated_fraction: ignores the limits
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a < 0.05) | (a > 0.95))

# == wrong: saturated_fraction: takes the upper limit to be 1 − low
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a < low) | (a > 1 - low))

# == wrong: saturated_fraction: and instead of or
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a < low) & (a > high))

# == wrong: saturated_fraction: per unit
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a < low) | (a > high), axis=0)

# == wrong: saturated_fraction: divides by the batch
def saturated_fraction(a, low=0.05, high=0.95):
    return np.sum((a < low) | (a > high)) / len(a)

# == wrong: saturated_fraction: an array of one entry
def saturated_fraction(a, low=0.05, high=0.95):
    return np.array([np.mean((a < low) | (a > high))])

# == wrong: saturated_fraction: applies the sigmoid first
def saturated_fraction(a, low=0.05, high=0.95):
    s = 1 / (1 + np.exp(-a))
    return np.mean((s < low) | (s > high))

# == wrong: saturated_fraction: Python's or
def saturated_fraction(a, low=0.05, high=0.95):
    return np.mean((a < low) or (a > high))

# == wrong: saturated_fraction: writes into its argument
def saturated_fraction(a, low=0.05, high=0.95):
    a[:] = (a < low) | (a > high)
    return a.mean()

# == right: max_layer_factor: the larger of two signs
def max_layer_factor(w):
    return max(w, -w) * 0.25

# == right: max_layer_factor: root of the square
def max_layer_factor(w):
    return np.sqrt(w**2) / 4

# == right: max_layer_factor: searched on a grid
def max_layer_factor(w):
    z = np.linspace(-5, 5, 1001)
    s = 1 / (1 + np.exp(-z))
    return np.abs(w * s * (1 - s)).max()

# == right: max_layer_factor: the slope at 0, in float32
def max_layer_factor(w):
    s = np.float32(1) / (1 + np.exp(np.float32(0)))
    return np.abs(np.float32(w) * s * (1 - s))

# == right: max_layer_factor: a 0-d array
def max_layer_factor(w):
    return np.abs(np.asarray(w)) / 4

# == wrong: max_layer_factor: keeps the sign
def max_layer_factor(w):
    return w / 4

# == wrong: max_layer_factor: forgets the slope
def max_layer_factor(w):
    return abs(w)

# == wrong: max_layer_factor: slope of ½
def max_layer_factor(w):
    return abs(w) / 2

# == wrong: max_layer_factor: squares the weight
def max_layer_factor(w):
    return w**2 / 4

# == wrong: max_layer_factor: squares both
def max_layer_factor(w):
    return (w / 4) ** 2

# == wrong: max_layer_factor: the slope alone
def max_layer_factor(w):
    return 0.25

# == wrong: max_layer_factor: never above one
def max_layer_factor(w):
    return min(abs(w) / 4, 1.0)

# == wrong: max_layer_factor: slope at the weight
def max_layer_factor(w):
    s = 0.5 * (1 + np.tanh(w / 2))
    return abs(w) * s * (1 - s)

# == wrong: max_layer_factor: negative weights pass nothing
def max_layer_factor(w):
    return max(w, 0) / 4

# == wrong: max_layer_factor: an array of one entry
def max_layer_factor(w):
    return np.array([abs(w) / 4])

# == wrong: max_layer_factor: the grid misses the top
def max_layer_factor(w):
    z = np.arange(-5, 5) + 0.5
    s = 1 / (1 + np.exp(-z))
    return np.abs(w * s * (1 - s)).max()

# == right: unit_gain_width: Nielsen's formula
def unit_gain_width(w):
    w = abs(w)
    if w <= 4:
        return 0
    return (2 / w) * np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1)

# == right: unit_gain_width: by arcosh
import math
def unit_gain_width(w):
    return 0.0 if abs(w) <= 4 else 2 * math.acosh(abs(w) / 2 - 1) / abs(w)

# == right: unit_gain_width: difference of the two roots' logits
def unit_gain_width(w):
    if not abs(w) > 4:
        return 0.0
    d = np.sqrt(1 - 4 / abs(w))
    logits = [np.log(p / (1 - p)) for p in ((1 + d) / 2, (1 - d) / 2)]
    return (logits[0] - logits[1]) / abs(w)

# == right: unit_gain_width: by artanh
def unit_gain_width(w):
    if -4 <= w <= 4:
        return 0.0
    return 4 / abs(w) * np.arctanh(np.sqrt(1 - 4 / abs(w)))

# == right: unit_gain_width: float32
def unit_gain_width(w):
    w = np.float32(abs(w))
    if w <= 4:
        return np.float32(0)
    p = (1 + np.sqrt(1 - 4 / w)) / 2
    return 2 * np.log(p / (1 - p)) / w

# == right: unit_gain_width: bisection
def unit_gain_width(w):
    w = abs(w)
    if w <= 4:
        return 0.0
    low, high = 0.0, 2.0
    for _ in range(80):
        a = (low + high) / 2
        p = 1 / (1 + np.exp(-min(w * a, 500)))
        low, high = (a, high) if w * p * (1 - p) >= 1 else (low, a)
    return 2 * low

# == right: unit_gain_width: roots of the quadratic by NumPy
def unit_gain_width(w):
    if abs(w) <= 4:
        return 0.0
    p = np.sort(np.roots([1, -1, 1 / abs(w)]).real)
    z = np.log(p / (1 - p))
    return float((z[1] - z[0]) / abs(w))

# == wrong: unit_gain_width: half of it
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1) / w

# == wrong: unit_gain_width: in z instead of a
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else 2 * np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1)

# == wrong: unit_gain_width: forgets the −1
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else 2 / w * np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2)

# == wrong: unit_gain_width: negative weights have no window
def unit_gain_width(w):
    return 0.0 if w <= 4 else 2 / w * np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1)

# == wrong: unit_gain_width: negative for negative weights
def unit_gain_width(w):
    s = abs(w)
    return 0.0 if s <= 4 else 2 / w * np.log(s * (1 + np.sqrt(1 - 4 / s)) / 2 - 1)

# == wrong: unit_gain_width: NaN below four
def unit_gain_width(w):
    w = abs(w)
    return 2 / w * np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1)

# == wrong: unit_gain_width: a width in p
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else np.sqrt(1 - 4 / w)

# == wrong: unit_gain_width: common logarithm
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else 2 / w * np.log10(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1)

# == wrong: unit_gain_width: closed below one
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 1 else 2 / w * np.log(w * (1 + np.sqrt(abs(1 - 4 / w))) / 2 - 1)

# == wrong: unit_gain_width: the asymptote
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else 2 * np.log(w) / w

# == wrong: unit_gain_width: a coarse grid
def unit_gain_width(w):
    a = np.linspace(-2, 2, 4001)
    s = 1 / (1 + np.exp(-abs(w) * a))
    return float(np.sum(abs(w) * s * (1 - s) >= 1) * (a[1] - a[0]))

# == wrong: unit_gain_width: forgets the 4 under the root
def unit_gain_width(w):
    w = abs(w)
    return 0.0 if w <= 4 else 2 / w * np.log(w * (1 + np.sqrt(1 - 1 / w)) / 2 - 1)

# == wrong: unit_gain_width: the largest width for all
def unit_gain_width(w):
    return 0.0 if abs(w) <= 4 else 0.4477

# == wrong: unit_gain_width: both ends instead of the length
def unit_gain_width(w):
    w = abs(w)
    if w <= 4:
        return 0.0
    half = np.log(w * (1 + np.sqrt(1 - 4 / w)) / 2 - 1) / w
    return -half, half
