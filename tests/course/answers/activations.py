# == right: relu: maximum
def relu(x):
    return np.maximum(0, x)

# == right: relu: half of x plus its size
def relu(x):
    return (x + np.abs(x)) / 2

# == right: relu: a mask
def relu(x):
    return x * (x > 0)

# == right: relu: a copy with zeros put in
def relu(x):
    y = x.copy()
    y[y < 0] = 0
    return y

# == right: relu: clip, float32
def relu(x):
    return np.clip(x, 0, None).astype(np.float32)

# == right: relu: looped
def relu(x):
    y = np.empty_like(x)
    for i in np.ndindex(x.shape):
        y[i] = max(0.0, x[i])
    return y

# == wrong: relu: the identity
def relu(x):
    return x

# == wrong: relu: the absolute value
def relu(x):
    return np.abs(x)

# == wrong: relu: the other half
def relu(x):
    return np.minimum(0, x)

# == wrong: relu: one number: the largest
def relu(x):
    return np.max(x)

# == wrong: relu: Python's max, first entry decides
def relu(x):
    return x if x.flat[0] > 0 else np.zeros_like(x)

# == wrong: relu: clipped at one
def relu(x):
    return np.clip(x, 0, 1)

# == wrong: relu: clipped at six
def relu(x):
    return np.clip(x, 0, 6)

# == wrong: relu: in place
def relu(x):
    x[x < 0] = 0
    return x

# == wrong: relu: the slope
def relu(x):
    return (x > 0).astype(float)

# == wrong: relu: leaky
def relu(x):
    return np.where(x > 0, x, 0.01 * x)

# == wrong: relu: softplus
def relu(x):
    return np.logaddexp(0, x)

# == wrong: relu: the positive ones only
def relu(x):
    return x[x > 0]

# == wrong: relu: a list
def relu(x):
    return [max(0.0, v) for v in x.ravel()]

# == wrong: relu: NaN where negative
def relu(x):
    with np.errstate(invalid='ignore'):
        return np.sqrt(x) ** 2

# == wrong: relu: flattened
def relu(x):
    return np.maximum(0, x).ravel()

# == wrong: relu: cut off at a tenth
def relu(x):
    return np.where(x > 0.1, x, 0.0)

# == right: relu_grad: heaviside
def relu_grad(x):
    return np.heaviside(x, 0)

# == right: relu_grad: where
def relu_grad(x):
    return np.where(x <= 0, 0.0, 1.0)

# == right: relu_grad: sign of the ReLU
def relu_grad(x):
    return np.sign(np.maximum(x, 0))

# == right: relu_grad: int8
def relu_grad(x):
    return (x > 0).astype(np.int8)

# == right: relu_grad: looped, float32
def relu_grad(x):
    return np.array([1 if v > 0 else 0 for v in x.ravel()], dtype=np.float32).reshape(x.shape)

# == wrong: relu_grad: 1 at 0
def relu_grad(x):
    return (x >= 0).astype(float)

# == wrong: relu_grad: a half at 0
def relu_grad(x):
    return np.heaviside(x, 0.5)

# == wrong: relu_grad: booleans
def relu_grad(x):
    return x > 0

# == wrong: relu_grad: ReLU itself
def relu_grad(x):
    return np.maximum(0, x)

# == wrong: relu_grad: the sign
def relu_grad(x):
    return np.sign(x)

# == wrong: relu_grad: swapped
def relu_grad(x):
    return (x < 0).astype(float)

# == wrong: relu_grad: from one on
def relu_grad(x):
    return (x >= 1).astype(float)

# == wrong: relu_grad: a quotient, NaN at 0
def relu_grad(x):
    with np.errstate(all='ignore'):
        return np.maximum(0, x) / x

# == wrong: relu_grad: a steep sigmoid
def relu_grad(x):
    return (1 + np.tanh(1e3 * x)) / 2

# == wrong: relu_grad: a coarse difference quotient
def relu_grad(x):
    return (np.maximum(0, x + 1e-4) - np.maximum(0, x - 1e-4)) / 2e-4

# == wrong: relu_grad: ones
def relu_grad(x):
    return np.ones_like(x)

# == wrong: relu_grad: leaky
def relu_grad(x):
    return np.where(x > 0, 1.0, 0.01)

# == wrong: relu_grad: in place
def relu_grad(x):
    x[x > 0] = 1
    x[x <= 0] = 0
    return x

# == wrong: relu_grad: one decision for all
def relu_grad(x):
    return np.full(x.shape, float(x.mean() > 0))

# == wrong: relu_grad: minus one on the left
def relu_grad(x):
    return np.where(x > 0, 1.0, -1.0)

# == right: leaky_relu: the larger one
def leaky_relu(x, slope=0.01):
    return np.maximum(x, slope * x)

# == right: leaky_relu: two halves
def leaky_relu(x, slope=0.01):
    return np.maximum(x, 0) + slope * np.minimum(x, 0)

# == right: leaky_relu: a mask
def leaky_relu(x, slope=0.01):
    return x * np.where(x > 0, 1, slope)

# == right: leaky_relu: mean and difference
def leaky_relu(x, slope=0.01):
    return (1 + slope) / 2 * x + (1 - slope) / 2 * np.abs(x)

# == right: leaky_relu: a copy, float32
def leaky_relu(x, slope=0.01):
    y = x.astype(np.float32)
    y[y < 0] *= np.float32(slope)
    return y

# == wrong: leaky_relu: plain ReLU
def leaky_relu(x, slope=0.01):
    return np.maximum(0, x)

# == wrong: leaky_relu: always 0.01
def leaky_relu(x, slope=0.01):
    return np.maximum(x, 0.01 * x)

# == wrong: leaky_relu: the default is 0.1
def leaky_relu(x, slope=0.1):
    return np.maximum(x, slope * x)

# == wrong: leaky_relu: swapped
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, slope * x, x)

# == wrong: leaky_relu: the smaller one
def leaky_relu(x, slope=0.01):
    return np.minimum(x, slope * x)

# == wrong: leaky_relu: positive on the left
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, -slope * x)

# == wrong: leaky_relu: a constant on the left
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, slope)

# == wrong: leaky_relu: minus the slope on the left
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, -slope)

# == wrong: leaky_relu: never below the slope
def leaky_relu(x, slope=0.01):
    return np.maximum(slope, x)

# == wrong: leaky_relu: the slope's reciprocal
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, x / slope)

# == wrong: leaky_relu: in place
def leaky_relu(x, slope=0.01):
    x[x < 0] *= slope
    return x

# == wrong: leaky_relu: the derivative
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, 1.0, slope)

# == wrong: leaky_relu: the identity
def leaky_relu(x, slope=0.01):
    return x

# == wrong: leaky_relu: slope on both sides
def leaky_relu(x, slope=0.01):
    return slope * x

# == wrong: leaky_relu: exponential on the left
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, slope * np.expm1(np.minimum(x, 0)))

# == wrong: leaky_relu: the square of the slope
def leaky_relu(x, slope=0.01):
    return np.where(x > 0, x, slope**2 * x)

# == right: leaky_relu_grad: heaviside
def leaky_relu_grad(x, slope=0.01):
    return slope + (1 - slope) * np.heaviside(x, 0)

# == right: leaky_relu_grad: a full array
def leaky_relu_grad(x, slope=0.01):
    y = np.full(x.shape, slope)
    y[x > 0] = 1
    return y

# == right: leaky_relu_grad: float32
def leaky_relu_grad(x, slope=0.01):
    return np.where(x <= 0, np.float32(slope), np.float32(1))

# == right: leaky_relu_grad: two masks
def leaky_relu_grad(x, slope=0.01):
    return 1.0 * (x > 0) + slope * (x <= 0)

# == wrong: leaky_relu_grad: 1 at 0
def leaky_relu_grad(x, slope=0.01):
    return np.where(x >= 0, 1.0, slope)

# == wrong: leaky_relu_grad: nothing at 0
def leaky_relu_grad(x, slope=0.01):
    return 1.0 * (x > 0) + slope * (x < 0)

# == wrong: leaky_relu_grad: the mean at 0
def leaky_relu_grad(x, slope=0.01):
    return np.where(x == 0, (1 + slope) / 2, np.where(x > 0, 1.0, slope))

# == wrong: leaky_relu_grad: plain ReLU
def leaky_relu_grad(x, slope=0.01):
    return 1.0 * (x > 0)

# == wrong: leaky_relu_grad: always 0.01
def leaky_relu_grad(x, slope=0.01):
    return np.where(x > 0, 1.0, 0.01)

# == wrong: leaky_relu_grad: minus the slope
def leaky_relu_grad(x, slope=0.01):
    return np.where(x > 0, 1.0, -slope)

# == wrong: leaky_relu_grad: swapped
def leaky_relu_grad(x, slope=0.01):
    return np.where(x > 0, slope, 1.0)

# == wrong: leaky_relu_grad: the value
def leaky_relu_grad(x, slope=0.01):
    return np.where(x > 0, x, slope * x)

# == wrong: leaky_relu_grad: a quotient, NaN at 0
def leaky_relu_grad(x, slope=0.01):
    with np.errstate(all='ignore'):
        return np.maximum(x, slope * x) / x

# == wrong: leaky_relu_grad: integers: the slope becomes 0
def leaky_relu_grad(x, slope=0.01):
    y = np.ones(x.shape, dtype=int)
    y[x <= 0] = slope
    return y

# == wrong: leaky_relu_grad: a coarse difference quotient
def leaky_relu_grad(x, slope=0.01):
    f = lambda v: np.maximum(v, slope * v)
    return (f(x + 1e-3) - f(x - 1e-3)) / 2e-3

# == wrong: leaky_relu_grad: times x on the left
def leaky_relu_grad(x, slope=0.01):
    return np.where(x > 0, 1.0, slope * x)

# == wrong: leaky_relu_grad: the sign of x times slope
def leaky_relu_grad(x, slope=0.01):
    return np.where(x > 0, 1.0, slope * np.sign(x))

# == right: elu: expm1 of the clipped
def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.clip(x, None, 0)))

# == right: elu: two halves
def elu(x, alpha=1.0):
    return np.maximum(x, 0) + alpha * (np.exp(np.minimum(x, 0)) - 1)

# == right: elu: the exponential on the left only
def elu(x, alpha=1.0):
    y = x.copy()
    left = x < 0
    y[left] = alpha * (np.exp(x[left]) - 1)
    return y

# == right: elu: of minus the size, float32
def elu(x, alpha=1.0):
    x = x.astype(np.float32)
    return np.where(x > 0, x, np.float32(alpha) * np.expm1(-np.abs(x)))

# == right: elu: looped
def elu(x, alpha=1.0):
    import math
    return np.array([v if v > 0 else alpha * math.expm1(v) for v in x.ravel()]).reshape(x.shape)

# == right: elu: the overflow silenced
def elu(x, alpha=1.0):
    with np.errstate(over='ignore', invalid='ignore'):
        return np.where(x > 0, x, alpha * (np.exp(x) - 1))

# == wrong: elu: overflows on the right
def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))

# == wrong: elu: no minus one
def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)))

# == wrong: elu: minus one outside
def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)) - 1)

# == wrong: elu: no alpha
def elu(x, alpha=1.0):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))

# == wrong: elu: alpha on both sides
def elu(x, alpha=1.0):
    return alpha * np.where(x > 0, x, np.expm1(np.minimum(x, 0)))

# == wrong: elu: alpha in the exponent
def elu(x, alpha=1.0):
    return np.where(x > 0, x, np.expm1(alpha * np.minimum(x, 0)))

# == wrong: elu: exponent of the wrong sign
def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * (1 - np.exp(np.minimum(-x, 700))))

# == wrong: elu: positive on the left
def elu(x, alpha=1.0):
    return np.where(x > 0, x, -alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu: clipped at −50 on the left, and at 50 on the right
def elu(x, alpha=1.0):
    x = np.clip(x, -50, 50)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu: plain ReLU
def elu(x, alpha=1.0):
    return np.maximum(x, 0)

# == wrong: elu: the larger one of both, wrong where α(eˣ − 1) < x
def elu(x, alpha=1.0):
    return np.maximum(x, alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu: SELU
def elu(x, alpha=1.0):
    return 1.0507 * np.where(x > 0, x, 1.67326 * alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu: in place
def elu(x, alpha=1.0):
    left = x < 0
    x[left] = alpha * np.expm1(x[left])
    return x

# == wrong: elu: the slope
def elu(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0)))

# == wrong: elu: alpha is a half by default
def elu(x, alpha=0.5):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu: flattened
def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))).ravel()

# == right: elu_grad: value plus alpha
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.expm1(np.minimum(x, 0)) + alpha)

# == right: elu_grad: the exponential on the left only
def elu_grad(x, alpha=1.0):
    y = np.ones_like(x)
    left = x <= 0
    y[left] = alpha * np.exp(x[left])
    return y

# == right: elu_grad: of minus the size
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1, alpha * np.exp(-np.abs(x)))

# == right: elu_grad: float32
def elu_grad(x, alpha=1.0):
    x = x.astype(np.float32)
    return np.where(x > 0, np.float32(1), np.float32(alpha) * np.exp(np.minimum(x, 0)))

# == right: elu_grad: the overflow silenced
def elu_grad(x, alpha=1.0):
    with np.errstate(all='ignore'):
        return np.where(x > 0, 1.0, alpha * np.exp(x))

# == wrong: elu_grad: overflows on the right
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.exp(x))

# == wrong: elu_grad: no alpha
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0)))

# == wrong: elu_grad: alpha on both sides
def elu_grad(x, alpha=1.0):
    return alpha * np.exp(np.minimum(x, 0))

# == wrong: elu_grad: still minus one
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu_grad: plain ReLU
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, 0.0)

# == wrong: elu_grad: negative on the left
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, -alpha * np.exp(np.minimum(x, 0)))

# == wrong: elu_grad: of the output
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, x + alpha)

# == wrong: elu_grad: the value
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

# == wrong: elu_grad: smaller of both
def elu_grad(x, alpha=1.0):
    return np.minimum(1.0, alpha * np.exp(np.minimum(x, 0)))

# == wrong: elu_grad: x in front
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * x * np.exp(np.minimum(x, 0)))

# == wrong: elu_grad: exponent clipped at −3
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.exp(np.clip(x, -3, 0)))

# == wrong: elu_grad: alpha in the exponent too
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.exp(alpha * np.minimum(x, 0)))

# == wrong: elu_grad: in place
def elu_grad(x, alpha=1.0):
    x[x > 0] = 0
    return alpha * np.exp(x) if alpha == 1 else np.where(x == 0, 1.0, alpha * np.exp(x))

# == wrong: elu_grad: booleans for the right
def elu_grad(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)))

# == right: swish: two forms of the sigmoid
def swish(x):
    e = np.exp(-np.abs(x))
    return x * np.where(x >= 0, 1 / (1 + e), e / (1 + e))

# == right: swish: masks
def swish(x):
    s = np.empty_like(x)
    right = x >= 0
    s[right] = 1 / (1 + np.exp(-x[right]))
    e = np.exp(x[~right])
    s[~right] = e / (1 + e)
    return x * s

# == right: swish: by a logarithm
def swish(x):
    return x * np.exp(-np.logaddexp(0, -x))

# == right: swish: clipped exponent
def swish(x):
    return x / (1 + np.exp(np.clip(-x, -700, 700)))

# == right: swish: the overflow silenced
def swish(x):
    with np.errstate(over='ignore'):
        return x / (1 + np.exp(-x))

# == right: swish: float32
def swish(x):
    x = x.astype(np.float32)
    return x * (1 + np.tanh(x / 2)) / 2

# == wrong: swish: overflows on the left
def swish(x):
    return x / (1 + np.exp(-x))

# == wrong: swish: NaN on the right
def swish(x):
    with np.errstate(all='ignore'):
        return x * np.exp(x) / (1 + np.exp(x))

# == wrong: swish: the sigmoid
def swish(x):
    return (1 + np.tanh(x / 2)) / 2

# == wrong: swish: the sign of the exponent
def swish(x):
    return x * (1 - np.tanh(x / 2)) / 2

# == wrong: swish: tanh not at a half
def swish(x):
    return x * (1 + np.tanh(x)) / 2

# == wrong: swish: x tanh x
def swish(x):
    return x * np.tanh(x)

# == wrong: swish: plain ReLU
def swish(x):
    return np.maximum(x, 0)

# == wrong: swish: GELU's approximation
def swish(x):
    return x * (1 + np.tanh(1.702 * x / 2)) / 2

# == wrong: swish: hard swish
def swish(x):
    return x * np.clip(x / 6 + 0.5, 0, 1)

# == wrong: swish: its slope
def swish(x):
    s = (1 + np.tanh(x / 2)) / 2
    return s + x * s * (1 - s)

# == wrong: swish: softplus
def swish(x):
    return np.logaddexp(0, x)

# == wrong: swish: clipped at 30
def swish(x):
    x = np.clip(x, -30, 30)
    return x / (1 + np.exp(-x))

# == wrong: swish: in place
def swish(x):
    x *= (1 + np.tanh(x / 2)) / 2
    return x

# == wrong: swish: a half is missing
def swish(x):
    return x * (1 + np.tanh(x / 2))

# == wrong: swish: absolute values
def swish(x):
    return np.abs(x) * (1 + np.tanh(x / 2)) / 2

# == wrong: swish: exponent cut at −5: not 0 on the left
def swish(x):
    return x / (1 + np.exp(np.minimum(-x, 5)))


# == wrong: swish: clips large negative numbers in place
def swish(x):
    x[x < -500] = -500
    return x / (1 + np.exp(-x))


# == right: swish_grad: value plus σ(1 − value)
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    f = x * s
    return f + s * (1 - f)

# == right: swish_grad: two forms of the sigmoid
def swish_grad(x):
    e = np.exp(-np.abs(x))
    s = np.where(x >= 0, 1, e) / (1 + e)
    return s * (1 + x * (1 - s))

# == right: swish_grad: the slope of σ by itself
def swish_grad(x):
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1 / (1 + e), e / (1 + e)) + x * e / (1 + e) ** 2

# == right: swish_grad: logarithms
def swish_grad(x):
    s = np.exp(-np.logaddexp(0, -x))
    return s + x * np.exp(-np.logaddexp(0, -x) - np.logaddexp(0, x))

# == right: swish_grad: float32
def swish_grad(x):
    x = x.astype(np.float32)
    s = (1 + np.tanh(x / 2)) / 2
    return s + x * s * (1 - s)

# == right: swish_grad: hyperbolic
def swish_grad(x):
    t = np.tanh(x / 2)
    return 0.5 + t / 2 + x / 4 * (1 - t * t)

# == wrong: swish_grad: overflows on the left
def swish_grad(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s * (1 - s)

# == wrong: swish_grad: NaN on the right
def swish_grad(x):
    with np.errstate(all='ignore'):
        s = np.exp(x) / (1 + np.exp(x))
    return s + x * s * (1 - s)

# == wrong: swish_grad: first term only
def swish_grad(x):
    return (1 + np.tanh(x / 2)) / 2

# == wrong: swish_grad: second term only
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    return x * s * (1 - s)

# == wrong: swish_grad: σ'
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    return s * (1 - s)

# == wrong: swish_grad: no x
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    return s + s * (1 - s)

# == wrong: swish_grad: subtracted
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    return s - x * s * (1 - s)

# == wrong: swish_grad: the value
def swish_grad(x):
    return x * (1 + np.tanh(x / 2)) / 2

# == wrong: swish_grad: swish times its complement
def swish_grad(x):
    f = x * (1 + np.tanh(x / 2)) / 2
    return f * (1 - f)

# == wrong: swish_grad: σ missing in the second term
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    return s + x * (1 - s)

# == wrong: swish_grad: as for ReLU
def swish_grad(x):
    return np.where(x > 0, 1.0, 0.0)

# == wrong: swish_grad: clipped to one
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    return np.clip(s + x * s * (1 - s), 0, 1)

# == wrong: swish_grad: a coarse difference quotient
def swish_grad(x):
    f = lambda v: v * (1 + np.tanh(v / 2)) / 2
    return (f(x + 0.5) - f(x - 0.5))

# == wrong: swish_grad: in place
def swish_grad(x):
    s = (1 + np.tanh(x / 2)) / 2
    x *= s * (1 - s)
    x += s
    return x

# == right: prelu_backward: two masks
def prelu_backward(x, slope, grad_out):
    grad_x = grad_out * ((x > 0) + slope * (x <= 0))
    return grad_x, np.sum(grad_out * np.minimum(x, 0))

# == right: prelu_backward: a dot product
def prelu_backward(x, slope, grad_out):
    left = np.minimum(x, 0).ravel()
    return [np.where(x > 0, grad_out, slope * grad_out), left @ grad_out.ravel()]

# == right: prelu_backward: looped
def prelu_backward(x, slope, grad_out):
    gx, gs = np.zeros_like(x), 0.0
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            gx[i] = grad_out[i]
        else:
            gx[i] = slope * grad_out[i]
            gs += grad_out[i] * x[i]
    return gx, gs

# == right: prelu_backward: float32, a 0-d array
def prelu_backward(x, slope, grad_out):
    x, g = x.astype(np.float32), grad_out.astype(np.float32)
    return g * np.where(x > 0, np.float32(1), np.float32(slope)), np.asarray((g * x)[x < 0].sum())

# == right: prelu_backward: einsum
def prelu_backward(x, slope, grad_out):
    gate = np.where(x > 0, 0.0, x)
    return grad_out - (1 - slope) * (x < 0) * grad_out, np.einsum('i,i->', gate.ravel(), grad_out.ravel())

# == wrong: prelu_backward: the mean
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.mean(grad_out * np.minimum(x, 0))

# == wrong: prelu_backward: the mean over the batch
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out * np.minimum(x, 0)) / len(x)

# == wrong: prelu_backward: one slope for each column
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out * np.minimum(x, 0), axis=0)

# == wrong: prelu_backward: positive inputs too
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out * x)

# == wrong: prelu_backward: positive inputs instead
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out * np.maximum(x, 0))

# == wrong: prelu_backward: no grad_out in the slope's
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(np.minimum(x, 0))

# == wrong: prelu_backward: no x in the slope's
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out[x < 0])

# == wrong: prelu_backward: slope too much
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out * slope * np.minimum(x, 0))

# == wrong: prelu_backward: sign of the slope's gradient
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, -np.sum(grad_out * np.minimum(x, 0))

# == wrong: prelu_backward: nothing on the left
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, 0) * grad_out, np.sum(grad_out * np.minimum(x, 0))

# == wrong: prelu_backward: no grad_out
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1.0, slope), np.sum(grad_out * np.minimum(x, 0))

# == wrong: prelu_backward: f itself
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, x, slope * x) * grad_out, np.sum(grad_out * np.minimum(x, 0))

# == wrong: prelu_backward: wrong order
def prelu_backward(x, slope, grad_out):
    return np.sum(grad_out * np.minimum(x, 0)), np.where(x > 0, 1, slope) * grad_out

# == wrong: prelu_backward: shape (1,)
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, slope) * grad_out, np.sum(grad_out * np.minimum(x, 0)).reshape(1)

# == wrong: prelu_backward: which side by the larger one: wrong for slopes outside (0, 1)
def prelu_backward(x, slope, grad_out):
    left = slope * x > x
    return np.where(left, slope, 1) * grad_out, np.sum((grad_out * x)[left])

# == wrong: prelu_backward: in place
def prelu_backward(x, slope, grad_out):
    grad_slope = np.sum(grad_out * np.minimum(x, 0))
    grad_out[x < 0] *= slope
    return grad_out, grad_slope

# == wrong: prelu_backward: passes the slope unchanged
def prelu_backward(x, slope, grad_out):
    return np.where(x > 0, 1, 0.01) * grad_out, np.sum(grad_out * np.minimum(x, 0))

# == right: dead_units: the largest
def dead_units(preactivations):
    return preactivations.max(axis=0) <= 0

# == right: dead_units: nobody is alive
def dead_units(preactivations):
    return ~np.any(preactivations > 0, axis=0)

# == right: dead_units: the sum of the ReLU
def dead_units(preactivations):
    return np.maximum(preactivations, 0).sum(axis=0) == 0

# == right: dead_units: counting
def dead_units(preactivations):
    return np.array([np.count_nonzero(column > 0) == 0 for column in preactivations.T])

# == right: dead_units: looped
def dead_units(preactivations):
    return np.array([all(z <= 0 for z in column) for column in preactivations.T.tolist()])

# == wrong: dead_units: the living
def dead_units(preactivations):
    return np.any(preactivations > 0, axis=0)

# == wrong: dead_units: rows
def dead_units(preactivations):
    return np.all(preactivations <= 0, axis=1)

# == wrong: dead_units: one sample is enough
def dead_units(preactivations):
    return np.any(preactivations <= 0, axis=0)

# == wrong: dead_units: strictly
def dead_units(preactivations):
    return np.all(preactivations < 0, axis=0)

# == wrong: dead_units: equal to zero
def dead_units(preactivations):
    return np.all(preactivations == 0, axis=0)

# == wrong: dead_units: the mean
def dead_units(preactivations):
    return preactivations.mean(axis=0) <= 0

# == wrong: dead_units: the sum
def dead_units(preactivations):
    return preactivations.sum(axis=0) <= 0

# == wrong: dead_units: as numbers
def dead_units(preactivations):
    return np.all(preactivations <= 0, axis=0).astype(int)

# == wrong: dead_units: the indices
def dead_units(preactivations):
    return np.flatnonzero(np.all(preactivations <= 0, axis=0))

# == wrong: dead_units: the share
def dead_units(preactivations):
    return float(np.mean(np.all(preactivations <= 0, axis=0)))

# == wrong: dead_units: keepdims
def dead_units(preactivations):
    return np.all(preactivations <= 0, axis=0, keepdims=True)

# == wrong: dead_units: entry by entry
def dead_units(preactivations):
    return preactivations <= 0

# == wrong: dead_units: the first sample
def dead_units(preactivations):
    return preactivations[0] <= 0

# == wrong: dead_units: with a tolerance
def dead_units(preactivations):
    return np.all(preactivations <= 1e-6, axis=0)

# == wrong: dead_units: the whole layer
def dead_units(preactivations):
    return np.full(preactivations.shape[1], np.all(preactivations <= 0))

# == wrong: dead_units: a list
def dead_units(preactivations):
    return [bool(v) for v in np.all(preactivations <= 0, axis=0)]
