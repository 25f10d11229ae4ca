# == right: relu_second_moment: by quadrature
def relu_second_moment(variance):
    u, weights = np.polynomial.hermite_e.hermegauss(40)
    return float(np.sum(weights * np.where(u > 0, u, 0) ** 2) / np.sqrt(2 * np.pi)) * variance

# == right: relu_second_moment: variance plus squared mean of the rectified Gaussian
def relu_second_moment(variance):
    mean = np.sqrt(variance / (2 * np.pi))
    return variance * (0.5 - 1 / (2 * np.pi)) + mean**2

# == right: relu_second_moment: float32
def relu_second_moment(variance):
    return np.float32(0.5) * np.float32(variance)

# == right: relu_second_moment: 0-d array
def relu_second_moment(variance):
    return np.array(variance) * 0.5

# == right: relu_second_moment: square of a root
def relu_second_moment(variance):
    return (variance**0.5 / 2**0.5) ** 2

# == wrong: relu_second_moment: keeps everything
def relu_second_moment(variance):
    return variance

# == wrong: relu_second_moment: variance of the activation
def relu_second_moment(variance):
    return variance / 2 * (1 - 1 / np.pi)

# == wrong: relu_second_moment: mean of the activation
def relu_second_moment(variance):
    return np.sqrt(variance / (2 * np.pi))

# == wrong: relu_second_moment: square of the mean
def relu_second_moment(variance):
    return variance / (2 * np.pi)

# == wrong: relu_second_moment: root
def relu_second_moment(variance):
    return np.sqrt(variance / 2)

# == wrong: relu_second_moment: squares the variance
def relu_second_moment(variance):
    return variance**2 / 2

# == wrong: relu_second_moment: a quarter
def relu_second_moment(variance):
    return variance / 4

# == wrong: relu_second_moment: doubled
def relu_second_moment(variance):
    return variance * 2

# == wrong: relu_second_moment: constant
def relu_second_moment(variance):
    return 0.5

# == wrong: relu_second_moment: simulated
def relu_second_moment(variance):
    z = np.random.default_rng(0).normal(0, np.sqrt(variance), 100_000)
    return np.mean(np.maximum(z, 0) ** 2)

# == wrong: relu_second_moment: an array of one entry
def relu_second_moment(variance):
    return np.array([variance / 2])

# == right: leaky_relu_gain: root over root
import math
def leaky_relu_gain(negative_slope=0.0):
    return math.sqrt(2) / math.hypot(1, negative_slope)

# == right: leaky_relu_gain: inverse root of the mean square
def leaky_relu_gain(negative_slope=0.0):
    return np.mean([1.0, negative_slope**2]) ** -0.5

# == right: leaky_relu_gain: by logarithms
def leaky_relu_gain(negative_slope=0.0):
    return np.exp(0.5 * (np.log(2) - np.log1p(negative_slope * negative_slope)))

# == right: leaky_relu_gain: float32
def leaky_relu_gain(negative_slope=0.0):
    a = np.float32(negative_slope)
    return np.sqrt(np.float32(2) / (1 + a * a))

# == wrong: leaky_relu_gain: no root
def leaky_relu_gain(negative_slope=0.0):
    return 2 / (1 + negative_slope**2)

# == wrong: leaky_relu_gain: slope not squared
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt(2 / (1 + negative_slope))

# == wrong: leaky_relu_gain: sum outside the root
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt(2) / (1 + negative_slope)

# == wrong: leaky_relu_gain: square outside the root
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt(2) / (1 + negative_slope**2)

# == wrong: leaky_relu_gain: ignores the slope
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt(2)

# == wrong: leaky_relu_gain: no 2
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt(1 / (1 + negative_slope**2))

# == wrong: leaky_relu_gain: inverse
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt((1 + negative_slope**2) / 2)

# == wrong: leaky_relu_gain: minus
def leaky_relu_gain(negative_slope=0.0):
    return np.sqrt(2 / (1 - negative_slope**2))

# == wrong: leaky_relu_gain: default slope of 0.01
def leaky_relu_gain(negative_slope=0.01):
    return np.sqrt(2 / (1 + negative_slope**2))

# == wrong: leaky_relu_gain: no default
def leaky_relu_gain(negative_slope):
    return np.sqrt(2 / (1 + negative_slope**2))

# == wrong: leaky_relu_gain: gain of tanh
def leaky_relu_gain(negative_slope=0.0):
    return 5 / 3

# == right: fans: reduced
from functools import reduce
def fans(shape):
    if len(shape) <= 1:
        raise ValueError("too few dimensions")
    out, into = shape[:2]
    taps = reduce(lambda a, b: a * b, shape[2:], 1)
    return [into * taps, out * taps]

# == right: fans: sizes of slices of an array
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    total = np.prod(shape)
    return total // shape[0], total // shape[1]

# == right: fans: integer-valued floats
def fans(shape):
    if len(shape) < 2:
        raise ValueError(shape)
    taps = np.prod(shape[2:])
    return float(shape[1] * taps), float(shape[0] * taps)

# == right: fans: unpacking raises the error
import math
def fans(shape):
    fan_out, fan_in, *kernel = shape
    return fan_in * math.prod(kernel), fan_out * math.prod(kernel)

# == right: fans: a loop
def fans(shape):
    if not len(shape) >= 2:
        raise ValueError("at least two dimensions")
    fan_in, fan_out = shape[1], shape[0]
    for k in shape[2:]:
        fan_in, fan_out = fan_in * k, fan_out * k
    return fan_in, fan_out

# == wrong: fans: swapped
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    taps = int(np.prod(shape[2:]))
    return shape[0] * taps, shape[1] * taps

# == wrong: fans: no kernel
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    return shape[1], shape[0]

# == wrong: fans: no kernel in the fan-out
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    return int(np.prod(shape[1:])), shape[0]

# == wrong: fans: adds the kernel
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    taps = sum(shape[2:]) or 1
    return shape[1] * taps, shape[0] * taps

# == wrong: fans: square kernels only
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    taps = shape[2] ** 2 if len(shape) == 4 else int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps

# == wrong: fans: two kernel dimensions at most
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    taps = int(np.prod(shape[2:4]))
    return shape[1] * taps, shape[0] * taps

# == wrong: fans: linear layers are an error
def fans(shape):
    if len(shape) < 3:
        raise ValueError
    taps = int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps

# == wrong: fans: vectors pass
def fans(shape):
    if len(shape) == 0:
        raise ValueError
    if len(shape) == 1:
        return shape[0], shape[0]
    taps = int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps

# == wrong: fans: IndexError
def fans(shape):
    taps = int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps

# == wrong: fans: the fan-in only
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    return int(np.prod(shape[1:]))

# == wrong: fans: an array
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    return np.array([np.prod(shape[1:]), np.prod(shape) // shape[1]])

# == wrong: fans: layout of Keras
def fans(shape):
    if len(shape) < 2:
        raise ValueError
    taps = int(np.prod(shape[:-2]))
    return shape[-2] * taps, shape[-1] * taps

# == right: he_std: dictionary, error from the lookup turned into a ValueError
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2:
        raise ValueError("shape")
    taps = np.prod(shape[2:])
    try:
        fan = {"fan_in": shape[1], "fan_out": shape[0]}[mode] * taps
    except KeyError:
        raise ValueError("mode") from None
    return np.sqrt(2 / (1 + negative_slope**2) / fan)

# == right: he_std: gain over root
import math
def he_std(shape, mode="fan_in", negative_slope=0.0):
    fan_out, fan_in, *kernel = shape
    if mode == "fan_in":
        fan = fan_in * math.prod(kernel)
    elif mode == "fan_out":
        fan = fan_out * math.prod(kernel)
    else:
        raise ValueError(mode)
    return math.sqrt(2 / (1 + negative_slope * negative_slope)) / math.sqrt(fan)

# == right: he_std: float32
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in {"fan_in", "fan_out"}:
        raise ValueError
    fan = np.float32(np.prod(shape)) / np.float32(shape[0] if mode == "fan_in" else shape[1])
    return (2 / ((1 + np.float32(negative_slope) ** 2) * fan)) ** np.float32(0.5)

# == right: he_std: match
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) in (0, 1):
        raise ValueError("at least two dimensions")
    match mode:
        case "fan_in":
            fan = np.prod(shape[1:])
        case "fan_out":
            fan = shape[0] * np.prod(shape[2:])
        case _:
            raise ValueError(f"unknown mode {mode}")
    return 2**0.5 / np.hypot(1, negative_slope) / fan**0.5

# == right: he_std: calls a helper of its own
def _fans(shape):
    if len(shape) < 2:
        raise ValueError("dimensions")
    k = int(np.prod(shape[2:]))
    return {"fan_in": shape[1] * k, "fan_out": shape[0] * k}
def he_std(shape, mode="fan_in", negative_slope=0.0):
    found = _fans(shape)
    if mode not in found:
        raise ValueError("mode")
    return np.asarray(np.sqrt(2 / ((1 + negative_slope**2) * found[mode])))

# == wrong: he_std: the variance
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return 2 / ((1 + negative_slope**2) * fan)

# == wrong: he_std: swapped modes
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[1 if mode == "fan_in" else 0]
    return np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_std: no kernel
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    return np.sqrt(2 / ((1 + negative_slope**2) * shape[1 if mode == "fan_in" else 0]))

# == wrong: he_std: ignores the slope
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    return np.sqrt(2 * shape[0 if mode == "fan_in" else 1] / np.prod(shape))

# == wrong: he_std: slope not squared
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    return np.sqrt(2 * shape[0 if mode == "fan_in" else 1] / np.prod(shape) / (1 + negative_slope))

# == wrong: he_std: ignores the mode
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    return np.sqrt(2 / ((1 + negative_slope**2) * np.prod(shape[1:])))

# == wrong: he_std: any mode but fan_in is fan_out
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2:
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_std: accepts parts of the word
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or (mode not in "fan_in" and mode not in "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_std: capital letters pass
def he_std(shape, mode="fan_in", negative_slope=0.0):
    mode = mode.lower()
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_std: KeyError
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2:
        raise ValueError
    fan = {"fan_in": shape[1], "fan_out": shape[0]}[mode] * np.prod(shape[2:])
    return np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_std: Xavier's
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    taps = np.prod(shape[2:])
    return np.sqrt(2 / ((shape[0] + shape[1]) * taps))

# == wrong: he_std: LeCun's
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.sqrt(1 / ((1 + negative_slope**2) * fan))

# == wrong: he_std: vectors pass
def he_std(shape, mode="fan_in", negative_slope=0.0):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape[1:]) if mode == "fan_in" else np.prod(shape[:1]) * np.prod(shape[2:])
    return np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == right: he_normal: normal of the computed std
import math
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    fan_out, fan_in, *kernel = shape
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(mode)
    fan = (fan_in if mode == "fan_in" else fan_out) * math.prod(kernel)
    return rng.normal(0, math.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)

# == right: he_normal: row by row
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    s = (2 / ((1 + negative_slope**2) * fan)) ** 0.5
    return np.stack([rng.normal(scale=s, size=shape[1:]) for _ in range(shape[0])])

# == right: he_normal: float32, drawn flat
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    s = np.float32((2 / ((1 + negative_slope**2) * fan)) ** 0.5)
    return (rng.standard_normal(int(np.prod(shape)), dtype=np.float32) * s).reshape(shape)

# == right: he_normal: in the other memory order
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), size=shape[::-1]).T

# == right: he_normal: Box and Muller
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    radius = np.sqrt(-2 * np.log1p(-rng.random(shape)))
    return np.sqrt(2 / ((1 + negative_slope**2) * fan)) * radius * np.cos(2 * np.pi * rng.random(shape))

# == wrong: he_normal: variance for standard deviation
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return rng.normal(0, 2 / ((1 + negative_slope**2) * fan), shape)

# == wrong: he_normal: swapped fans
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[1 if mode == "fan_in" else 0]
    return rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)

# == wrong: he_normal: no kernel
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = shape[1 if mode == "fan_in" else 0]
    return rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)

# == wrong: he_normal: ignores the slope
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return rng.normal(0, np.sqrt(2 / fan), shape)

# == wrong: he_normal: ignores the mode
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    return rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * np.prod(shape[1:]))), shape)

# == wrong: he_normal: global random state
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.random.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)

# == wrong: he_normal: a generator of its own
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.random.default_rng(0).normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)

# == wrong: he_normal: uniform
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    bound = np.sqrt(6 / ((1 + negative_slope**2) * fan))
    return rng.uniform(-bound, bound, shape)

# == wrong: he_normal: truncated
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    z = rng.standard_normal(shape)
    while np.any(far := np.abs(z) > 2):
        z[far] = rng.standard_normal(far.sum())
    return z / 0.87962566 * np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_normal: one filter for all channels
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    s = np.sqrt(2 / ((1 + negative_slope**2) * fan))
    flat = rng.normal(0, s, shape[:2])
    return np.broadcast_to(flat.reshape(flat.shape + (1,) * (len(shape) - 2)), shape).copy()

# == wrong: he_normal: transposed shape
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape[::-1])

# == wrong: he_normal: rescaled to the exact standard deviation, row by row
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    z = rng.standard_normal(shape)
    z = z - z.mean(axis=1, keepdims=True)
    return z * np.sqrt(2 / ((1 + negative_slope**2) * fan))

# == wrong: he_normal: bad modes pass
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2:
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape)

# == wrong: he_normal: shifted to non-negative numbers
def he_normal(shape, rng, mode="fan_in", negative_slope=0.0):
    if len(shape) < 2 or mode not in ("fan_in", "fan_out"):
        raise ValueError
    fan = np.prod(shape) / shape[0 if mode == "fan_in" else 1]
    return np.abs(rng.normal(0, np.sqrt(2 / ((1 + negative_slope**2) * fan)), shape))

# == right: second_moment_by_layer: all weights first, columns
def second_moment_by_layer(depth, width, weight_std, n, rng):
    weights = rng.normal(0, weight_std, size=(depth, width, width))
    a = rng.standard_normal((width, n))
    result = np.zeros(depth)
    for l, W in enumerate(weights):
        a = W @ a
        a[a < 0] = 0
        result[l] = (a * a).sum() / a.size
    return result

# == right: second_moment_by_layer: scaled standard normals
def second_moment_by_layer(depth, width, weight_std, n, rng):
    x, out = rng.standard_normal((n, width)), []
    for _ in range(depth):
        z = weight_std * (x @ rng.standard_normal((width, width)))
        x = z * (z > 0)
        out.append(np.linalg.norm(x) ** 2 / x.size)
    return np.asarray(out)

# == right: second_moment_by_layer: float32
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a = rng.standard_normal((n, width), dtype=np.float32)
    out = np.empty(depth, dtype=np.float32)
    for l in range(depth):
        W = np.float32(weight_std) * rng.standard_normal((width, width), dtype=np.float32)
        a = np.maximum(a @ W.T, 0)
        out[l] = np.mean(a**2)
    return out

# == right: second_moment_by_layer: variance plus squared mean
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    while len(moments) < depth:
        a = np.clip(np.einsum("ni,oi->no", a, rng.normal(scale=weight_std, size=(width, width))), 0, None)
        moments.append(a.var() + a.mean() ** 2)
    return np.array(moments)

# == right: second_moment_by_layer: inputs drawn one by one
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a = np.array([rng.normal(size=width) for _ in range(n)])
    moments = np.ones(depth)
    for l in range(depth):
        W = np.array([rng.normal(0, weight_std, width) for _ in range(width)])
        a = np.where(a @ W.T > 0, a @ W.T, 0)
        moments[l] = np.mean(np.mean(a**2, axis=1))
    return moments

# == wrong: second_moment_by_layer: the variance
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(a.var())
    return np.array(moments)

# == wrong: second_moment_by_layer: of the pre-activations
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        z = a @ rng.normal(0, weight_std, (width, width)).T
        moments.append(np.mean(z**2))
        a = np.maximum(z, 0)
    return np.array(moments)

# == wrong: second_moment_by_layer: the formula instead of a measurement
def second_moment_by_layer(depth, width, weight_std, n, rng):
    return (width * weight_std**2 / 2) ** np.arange(1.0, depth + 1)

# == wrong: second_moment_by_layer: root mean square
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.sqrt(np.mean(a**2)))
    return np.array(moments)

# == wrong: second_moment_by_layer: the same weights in all layers
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    W = rng.normal(0, weight_std, (width, width))
    for _ in range(depth):
        a = np.maximum(a @ W.T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: no ReLU
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = a @ rng.normal(0, weight_std, (width, width)).T
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: ReLU is measured but not passed on
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = a @ rng.normal(0, weight_std, (width, width)).T
        moments.append(np.mean(np.maximum(a, 0) ** 2))
    return np.array(moments)

# == wrong: second_moment_by_layer: with the input
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a = rng.normal(size=(n, width))
    moments = [np.mean(a**2)]
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: starts at the input
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        moments.append(np.mean(a**2))
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
    return np.array(moments)

# == wrong: second_moment_by_layer: takes weight_std for a variance
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, np.sqrt(weight_std), (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: random biases
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        W, b = rng.normal(0, weight_std, (width, width)), rng.normal(0, weight_std, width)
        a = np.maximum(a @ W.T + b, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: a network for each input
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        W = rng.normal(0, weight_std, (n, width, width)) if width < 50 else rng.normal(0, weight_std, (1, width, width))
        a = np.maximum(np.einsum("ni,noi->no", a, np.broadcast_to(W, (n, width, width))), 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: ignores n
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(1000, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: a list
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return moments

# == wrong: second_moment_by_layer: a fixed seed
def second_moment_by_layer(depth, width, weight_std, n, rng):
    rng = np.random.default_rng(0)
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: uniform weights of the right variance
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments, bound = rng.normal(size=(n, width)), [], 3**0.5 * weight_std
    for _ in range(depth):
        a = np.maximum(a @ rng.uniform(-bound, bound, size=(width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)


# == wrong: second_moment_by_layer: uniform inputs
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.uniform(-1, 1, size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)

# == wrong: second_moment_by_layer: sum over the units
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(np.sum(a**2, axis=1)))
    return np.array(moments)

# == wrong: second_moment_by_layer: normalises between the layers
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = rng.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
        a = a / max(np.sqrt(moments[-1]), 1e-12)
    return np.array(moments)

# == wrong: second_moment_by_layer: global random state for the inputs
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a, moments = np.random.normal(size=(n, width)), []
    for _ in range(depth):
        a = np.maximum(a @ rng.normal(0, weight_std, (width, width)).T, 0)
        moments.append(np.mean(a**2))
    return np.array(moments)


# == wrong: second_moment_by_layer: as many inputs as layers
def second_moment_by_layer(depth, width, weight_std, n, rng):
    a = rng.normal(size=(depth, width))
    moments = []
    for _ in range(depth):
        a = np.maximum(0, a @ rng.normal(0, weight_std, size=(width, width)).T)
        moments.append(np.mean(a**2))
    return np.array(moments)


# == right: gradient_scale: by logarithms
import math
def gradient_scale(stds, shapes):
    logs = [math.log(s) + 0.5 * math.log(shape[0] * math.prod(shape[2:]) / 2) for s, shape in zip(stds, shapes)]
    return math.exp(sum(logs))

# == right: gradient_scale: vectorised
def gradient_scale(stds, shapes):
    fan_out = np.array([shape[0] * np.prod(shape[2:]) for shape in shapes])
    return np.prod(np.asarray(stds) / np.sqrt(2 / fan_out))

# == right: gradient_scale: root of the product of the variances' ratios
def gradient_scale(stds, shapes):
    ratio = 1.0
    for l in range(len(stds)):
        ratio *= stds[l] ** 2 * shapes[l][0] * np.prod(shapes[l][2:]) / 2
    return np.sqrt(ratio)

# == right: gradient_scale: float32
def gradient_scale(stds, shapes):
    result = np.float32(1)
    for s, (out, _, *kernel) in zip(stds, shapes):
        result *= np.float32(s) / np.sqrt(np.float32(2) / np.float32(out * np.prod(kernel)))
    return result

# == right: gradient_scale: recursive
def gradient_scale(stds, shapes):
    if not len(stds):
        return 1.0
    fan_out = shapes[0][0] * float(np.prod(shapes[0][2:]))
    return stds[0] / (2 / fan_out) ** 0.5 * gradient_scale(stds[1:], shapes[1:])

# == wrong: gradient_scale: fan-in
def gradient_scale(stds, shapes):
    return float(np.prod([s / np.sqrt(2 / np.prod(shape[1:])) for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: no kernel
def gradient_scale(stds, shapes):
    return float(np.prod([s / np.sqrt(2 / shape[0]) for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: variance
def gradient_scale(stds, shapes):
    return float(np.prod([s**2 * shape[0] * np.prod(shape[2:]) / 2 for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: inverse
def gradient_scale(stds, shapes):
    return float(np.prod([np.sqrt(2 / (shape[0] * np.prod(shape[2:]))) / s for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: sum
def gradient_scale(stds, shapes):
    return float(np.sum([s / np.sqrt(2 / (shape[0] * np.prod(shape[2:]))) for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: geometric mean
def gradient_scale(stds, shapes):
    factors = [s / np.sqrt(2 / (shape[0] * np.prod(shape[2:]))) for s, shape in zip(stds, shapes)]
    return float(np.prod(factors) ** (1 / len(factors)))

# == wrong: gradient_scale: no 2
def gradient_scale(stds, shapes):
    return float(np.prod([s * np.sqrt(shape[0] * np.prod(shape[2:])) for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: the stds alone
def gradient_scale(stds, shapes):
    return float(np.prod(stds))

# == wrong: gradient_scale: divides by the variance
def gradient_scale(stds, shapes):
    return float(np.prod([s / (2 / (shape[0] * np.prod(shape[2:]))) for s, shape in zip(stds, shapes)]))

# == wrong: gradient_scale: the last layer only
def gradient_scale(stds, shapes):
    for s, shape in zip(stds, shapes):
        scale = s / np.sqrt(2 / (shape[0] * np.prod(shape[2:])))
    return float(scale)

# == wrong: gradient_scale: leaves out the first layer
def gradient_scale(stds, shapes):
    return float(np.prod([s / np.sqrt(2 / (w[0] * np.prod(w[2:]))) for s, w in zip(stds[1:], shapes[1:])]))

# == wrong: gradient_scale: a list of factors
def gradient_scale(stds, shapes):
    return [float(s / np.sqrt(2 / (shape[0] * np.prod(shape[2:])))) for s, shape in zip(stds, shapes)]

# == wrong: gradient_scale: empties its arguments
def gradient_scale(stds, shapes):
    scale = 1.0
    while stds:
        s, shape = stds.pop(), shapes.pop()
        scale *= s / np.sqrt(2 / (shape[0] * np.prod(shape[2:])))
    return float(scale)

# == wrong: gradient_scale: never above one
def gradient_scale(stds, shapes):
    return min(1.0, float(np.prod([s / np.sqrt(2 / (w[0] * np.prod(w[2:]))) for s, w in zip(stds, shapes)])))
