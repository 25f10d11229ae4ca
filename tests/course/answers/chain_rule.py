# == right: scalar_chain_gradient: backwards, after storing all pre-activations
def scalar_chain_gradient(weights, biases, x, f, df):
    zs = []
    for w, b in zip(weights, biases):
        zs.append(w * x + b)
        x = f(zs[-1])
    gradient = 1.0
    for w, z in zip(reversed(list(weights)), reversed(zs)):
        gradient *= float(df(z)) * float(w)
    return gradient


# == right: scalar_chain_gradient: recursion, as a 0-d array
def scalar_chain_gradient(weights, biases, x, f, df):
    if len(weights) == 0:
        return np.array(1.0)
    z = weights[0] * x + biases[0]
    rest = scalar_chain_gradient(weights[1:], biases[1:], f(z), f, df)
    return np.array(rest * df(z) * weights[0])


# == right: scalar_chain_gradient: float32 arithmetic, and a print
def scalar_chain_gradient(weights, biases, x, f, df):
    a, gradient = np.float32(x), np.float32(1)
    for w, b in zip(weights.astype(np.float32), biases.astype(np.float32)):
        z = w * a + b
        print("layer at", z)
        gradient, a = gradient * df(z) * w, f(z)
    return gradient


# == right: scalar_chain_gradient: one array of slopes, then a product
def scalar_chain_gradient(weights, biases, x, f, df):
    z = np.empty(len(weights))
    for l in range(len(weights)):
        z[l] = weights[l] * x + biases[l]
        x = f(z[l])
    return np.prod(df(z) * weights)


# == right: scalar_chain_gradient: a tangent that travels beside the value, with 0-d arrays
def scalar_chain_gradient(weights, biases, x, f, df):
    a, tangent = np.asarray(x), np.asarray(1.0)
    for w, b in zip(weights, biases):
        z, tangent = w * a + b, w * tangent
        a, tangent = f(z), df(z) * tangent
    return tangent.item()


# == wrong: scalar_chain_gradient: the weights are forgotten
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        z = w * x + b
        gradient *= df(z)
        x = f(z)
    return gradient


# == wrong: scalar_chain_gradient: derivative taken at the activation
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        x = f(w * x + b)
        gradient *= df(x) * w
    return gradient


# == wrong: scalar_chain_gradient: derivative taken at the layer's input
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        gradient *= df(x) * w
        x = f(w * x + b)
    return gradient


# == wrong: scalar_chain_gradient: the first weight is left out, as if x were a_1
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for l, (w, b) in enumerate(zip(weights, biases)):
        z = w * x + b
        gradient *= df(z) * (w if l else 1)
        x = f(z)
    return gradient


# == wrong: scalar_chain_gradient: a sum instead of a product
def scalar_chain_gradient(weights, biases, x, f, df):
    total = 0.0
    for w, b in zip(weights, biases):
        z = w * x + b
        total += df(z) * w
        x = f(z)
    return total


# == wrong: scalar_chain_gradient: the output instead of its derivative
def scalar_chain_gradient(weights, biases, x, f, df):
    for w, b in zip(weights, biases):
        x = f(w * x + b)
    return x


# == wrong: scalar_chain_gradient: the biases are forgotten
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w in weights:
        z = w * x
        gradient *= df(z) * w
        x = f(z)
    return gradient


# == wrong: scalar_chain_gradient: stops one layer early
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in list(zip(weights, biases))[: max(1, len(weights) - 1)]:
        z = w * x + b
        gradient *= df(z) * w
        x = f(z)
    return gradient


# == wrong: scalar_chain_gradient: never above one
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient, a = 1.0, x
    for w, b in zip(weights, biases):
        z = w * a + b
        gradient *= w * df(z)
        a = f(z)
    return min(gradient, 1.0)


# == wrong: scalar_chain_gradient: the size of the slopes
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient, a = 1.0, x
    for w, b in zip(weights, biases):
        z = w * a + b
        gradient *= w * abs(df(z))
        a = f(z)
    return gradient


# == wrong: scalar_chain_gradient: the size of the weights instead of the weights
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        z = w * x + b
        gradient *= df(z) * abs(w)
        x = f(z)
    return gradient


# == wrong: scalar_chain_gradient: rough finite differences
def scalar_chain_gradient(weights, biases, x, f, df):
    def end(a):
        for w, b in zip(weights, biases):
            a = f(w * a + b)
        return a

    return (end(x + 0.01) - end(x)) / 0.01


# == wrong: scalar_chain_gradient: an array of shape (1,)
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = np.ones(1)
    for w, b in zip(weights, biases):
        z = w * x + b
        gradient = gradient * df(z) * w
        x = f(z)
    return gradient


# == wrong: scalar_chain_gradient: printed, not returned
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        z = w * x + b
        gradient *= df(z) * w
        x = f(z)
    print(gradient)


# == wrong: scalar_chain_gradient: scales the weights in place
def scalar_chain_gradient(weights, biases, x, f, df):
    for l in range(len(weights)):
        z = weights[l] * x + biases[l]
        weights[l] *= df(z)
        x = f(z)
    return float(np.prod(weights))


# == wrong: scalar_chain_gradient: the derivative of the sigmoid, whatever df is
def scalar_chain_gradient(weights, biases, x, f, df):
    gradient = 1.0
    for w, b in zip(weights, biases):
        x = f(w * x + b)
        gradient *= x * (1 - x) * w
    return gradient


# == wrong: scalar_chain_gradient: 0 * inf when a weight is 0
def scalar_chain_gradient(weights, biases, x, f, df):
    log_size, sign = 0.0, 1.0
    for w, b in zip(weights, biases):
        z = w * x + b
        factor = df(z) * w
        log_size += np.log(abs(factor))
        sign *= factor / abs(factor)
        x = f(z)
    return sign * np.exp(log_size)


# == right: backpropagate_deltas: filled from the back, as a tuple
def backpropagate_deltas(weights, preactivations, df, delta_out):
    L = len(weights)
    deltas = [None] * L
    deltas[L - 1] = delta_out
    for l in range(L - 2, -1, -1):
        deltas[l] = (deltas[l + 1] @ weights[l + 1]) * df(preactivations[l])
    return tuple(deltas)


# == right: backpropagate_deltas: sample by sample, with column vectors
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [np.array(delta_out)]
    for l in range(len(weights) - 1, 0, -1):
        rows = []
        for sample in range(len(delta_out)):
            column = weights[l].T @ deltas[0][sample][:, None]
            rows.append(column[:, 0] * df(preactivations[l - 1][sample]))
        deltas.insert(0, np.array(rows))
    return deltas


# == right: backpropagate_deltas: recursion and einsum
def backpropagate_deltas(weights, preactivations, df, delta_out):
    if len(weights) == 1:
        return [delta_out]
    below = np.einsum("no,oi->ni", delta_out, weights[-1]) * df(preactivations[-2])
    return [*backpropagate_deltas(weights[:-1], preactivations[:-1], df, below), delta_out]


# == right: backpropagate_deltas: float32
def backpropagate_deltas(weights, preactivations, df, delta_out):
    delta = delta_out.astype(np.float32)
    deltas = [delta]
    for W, z in list(zip(weights[1:], preactivations[:-1]))[::-1]:
        delta = np.float32(1) * (delta @ W.astype(np.float32)) * df(z.astype(np.float32))
        deltas.append(delta)
    deltas.reverse()
    return deltas


# == right: backpropagate_deltas: with diagonal matrices and a debugging plot's print
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out.copy()]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        print(W.shape, z.shape)
        slopes = df(z)
        deltas.append(np.stack([d @ W @ np.diag(s) for d, s in zip(deltas[-1], slopes)]))
    return deltas[::-1]


# == wrong: backpropagate_deltas: the last layer first
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    return deltas


# == wrong: backpropagate_deltas: transposed weights, which fit square layers only
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W.T) * df(z))
    return deltas[::-1]


# == wrong: backpropagate_deltas: transposed where the shapes allow it
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        W = W.T if W.shape[0] == W.shape[1] else W
        deltas.append((deltas[-1] @ W) * df(z))
    return deltas[::-1]


# == wrong: backpropagate_deltas: delta_out multiplied by the slope again
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out * df(preactivations[-1])]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    return deltas[::-1]


# == wrong: backpropagate_deltas: the slopes are forgotten
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W in weights[:0:-1]:
        deltas.append(deltas[-1] @ W)
    return deltas[::-1]


# == wrong: backpropagate_deltas: derivatives by the activations
def backpropagate_deltas(weights, preactivations, df, delta_out):
    delta, errors = delta_out, []
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        before = delta @ W
        errors.append(before)
        delta = before * df(z)
    return [*errors[::-1], delta_out]


# == wrong: backpropagate_deltas: the slope of the layer above
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[:0:-1]):
        deltas.append((deltas[-1] * df(z)) @ W)
    return deltas[::-1]


# == wrong: backpropagate_deltas: delta_out is not in the list
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    return deltas[:0:-1]


# == wrong: backpropagate_deltas: one error too many, that of the input
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    deltas.append(deltas[-1] @ weights[0])
    return deltas[::-1]


# == wrong: backpropagate_deltas: reverses the caller's list
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    weights.reverse()
    for W, z in zip(weights[:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    return deltas[::-1]


# == wrong: backpropagate_deltas: multiplies delta_out in place
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out.copy()]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    delta_out *= 0
    return deltas[::-1]


# == wrong: backpropagate_deltas: averaged over the batch
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z) / len(delta_out))
    return deltas[::-1]


# == wrong: backpropagate_deltas: only right for one sample
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out[0]]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z[0]))
    return [d[None] for d in deltas[::-1]]


# == wrong: backpropagate_deltas: one object array
def backpropagate_deltas(weights, preactivations, df, delta_out):
    deltas = [delta_out]
    for W, z in zip(weights[:0:-1], preactivations[-2::-1]):
        deltas.append((deltas[-1] @ W) * df(z))
    result = np.empty(len(deltas), dtype=object)
    result[:] = deltas[::-1]
    return result


# == right: layers_until_underflow: natural logarithms
def layers_until_underflow(factor, dtype=np.float32):
    import math

    if factor <= 0 or factor >= 1:
        raise ValueError("factor")
    return math.floor(math.log(float(np.finfo(dtype).tiny)) / math.log(factor)) + 1


# == right: layers_until_underflow: ceiling in base 10, as a float
def layers_until_underflow(factor, dtype=np.float32):
    if not 0.0 < factor < 1.0:
        raise ValueError("a factor between 0 and 1, please")
    n = np.ceil(np.log10(np.finfo(dtype).tiny.astype(np.float64)) / np.log10(factor))
    return float(n)


# == right: layers_until_underflow: counts in the logarithm with a sum
def layers_until_underflow(factor, dtype=np.float32):
    if not (0 < factor < 1):
        raise ValueError(f"bad factor {factor}")
    import math

    step, limit = -math.log(factor), -math.log(float(np.finfo(dtype).smallest_normal))
    n = max(1, int(limit / step) - 2)
    while n * step <= limit:
        n += 1
    return np.int64(n)


# == right: layers_until_underflow: bisection with decimal numbers
def layers_until_underflow(factor, dtype=np.float32):
    from decimal import Decimal

    class BadFactor(ValueError):
        pass

    if factor <= 0 or factor >= 1:
        raise BadFactor(factor)
    q, tiny = Decimal(factor), Decimal(float(np.finfo(dtype).tiny))
    high = 1
    while q**high >= tiny:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if q**middle < tiny else (middle, high)
    return np.array(high)


# == right: layers_until_underflow: multiplies in double precision, down to tiny only
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor must lie in (0, 1)")
    tiny, block = float(np.finfo(dtype).tiny), factor**1000
    n, product = 0, 1.0
    while product * block >= tiny and block > 1e-300:
        n, product = n + 1000, product * block
    while product >= tiny:
        n, product = n + 1, product * factor
    return n


# == wrong: layers_until_underflow: multiplies in dtype until zero, for ever
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    product, n = dtype(1), 0
    while product > 0:
        product, n = dtype(product * dtype(factor)), n + 1
    return n


# == wrong: layers_until_underflow: a loop over powers until zero
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    n = 0
    while dtype(factor) ** n > 0:
        n += 1
    return n


# == wrong: layers_until_underflow: down to the smallest subnormal number
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.log(float(np.finfo(dtype).smallest_subnormal)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: always float32
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.log(float(np.finfo(np.float32).tiny)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: always float64, Python's own
def layers_until_underflow(factor, dtype=np.float64):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.log(np.finfo(np.float64).tiny) / np.log(factor)) + 1


# == wrong: layers_until_underflow: one too few, rounded down
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.log(float(np.finfo(dtype).tiny)) / np.log(factor))


# == wrong: layers_until_underflow: one too many
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.ceil(np.log(float(np.finfo(dtype).tiny)) / np.log(factor))) + 1


# == wrong: layers_until_underflow: not rounded
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return np.log(float(np.finfo(dtype).tiny)) / np.log(factor)


# == wrong: layers_until_underflow: eps instead of tiny
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.log(float(np.finfo(dtype).eps)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: the most negative number instead of tiny
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(-np.log(float(np.finfo(dtype).max)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: no test of the factor
def layers_until_underflow(factor, dtype=np.float32):
    return int(np.log(float(np.finfo(dtype).tiny)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: lets 1 pass
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor <= 1:
        raise ValueError("factor")
    if factor == 1:
        return -1
    return int(np.log(float(np.finfo(dtype).tiny)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: an assertion instead of a ValueError
def layers_until_underflow(factor, dtype=np.float32):
    assert 0 < factor < 1
    return int(np.log(float(np.finfo(dtype).tiny)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: returns None for a bad factor
def layers_until_underflow(factor, dtype=np.float32):
    if 0 < factor < 1:
        return int(np.log(float(np.finfo(dtype).tiny)) / np.log(factor)) + 1


# == wrong: layers_until_underflow: the logarithm in float16 overflows near 1
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return int(np.log(np.finfo(dtype).tiny) / np.log(dtype(factor))) + 1


# == wrong: layers_until_underflow: a table of two answers
def layers_until_underflow(factor, dtype=np.float32):
    if not 0 < factor < 1:
        raise ValueError("factor")
    return 38 if factor == 0.1 else 63


# == right: log_growth_per_layer: QR in each step, the triangle kept small
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("no matrix")
    left, small, log_size = np.eye(matrices[0].shape[1]), np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        left, triangle = np.linalg.qr(W @ left)
        small = triangle @ small
        size = np.abs(small).max()
        small, log_size = small / size, log_size + np.log(size)
    return (log_size + np.log(np.linalg.svd(small, compute_uv=False)[0])) / len(matrices)


# == right: log_growth_per_layer: a tree of products
def log_growth_per_layer(matrices):
    import math

    def grow(part):
        if len(part) == 1:
            size = np.abs(part[0]).max()
            return part[0] / size, math.log(size)
        middle = len(part) // 2
        (first, one), (second, two) = grow(part[:middle]), grow(part[middle:])
        product = second @ first
        size = np.abs(product).max()
        return product / size, one + two + math.log(size)

    if not matrices:
        raise ValueError("empty")
    product, log_size = grow(list(matrices))
    return (log_size + math.log(np.linalg.norm(product, 2))) / len(matrices)


# == right: log_growth_per_layer: from the last layer down, with powers of two
def log_growth_per_layer(matrices):
    if len(matrices) < 1:
        raise ValueError("at least one matrix")
    product, exponent = np.eye(len(matrices[-1])), 0
    for W in reversed(matrices):
        product = product @ W
        _, shift = np.frexp(np.abs(product).max())
        product, exponent = np.ldexp(product, -int(shift)), exponent + int(shift)
    return np.float64(exponent * np.log(2) + np.log(np.linalg.norm(product, ord=2))) / len(matrices)


# == right: log_growth_per_layer: Frobenius norm on the way, spectral at the end, as a 0-d array
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError
    P, logs = matrices[0].copy(), []
    for W in matrices[1:]:
        logs.append(np.log(np.linalg.norm(P)))
        P = W @ (P / np.linalg.norm(P))
    return np.array((sum(logs) + np.log(np.linalg.norm(P, 2))) / len(matrices))


# == right: log_growth_per_layer: the largest eigenvalue of the small Gram matrix
def log_growth_per_layer(matrices):
    if not len(matrices):
        raise ValueError("empty list")
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.sqrt(np.linalg.eigvalsh(P.T @ P)[-1])
        P, total = P / size, total + np.log(size)
    return float(total / len(matrices))


# == wrong: log_growth_per_layer: the plain product overflows
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    product = np.eye(matrices[0].shape[1])
    for W in matrices:
        product = W @ product
    return np.log(np.linalg.norm(product, 2)) / len(matrices)


# == wrong: log_growth_per_layer: the mean of the single norms' logarithms
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    return float(np.mean([np.log(np.linalg.norm(W, 2)) for W in matrices]))


# == wrong: log_growth_per_layer: exact for few layers, a bound for many
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    if len(matrices) > 100:
        return float(np.mean([np.log(np.linalg.norm(W, 2)) for W in matrices]))
    product = np.eye(matrices[0].shape[1])
    for W in matrices:
        product = W @ product
    return np.log(np.linalg.norm(product, 2)) / len(matrices)


# == wrong: log_growth_per_layer: Frobenius norm
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.linalg.norm(P)
        P, total = P / size, total + np.log(size)
    return total / len(matrices)


# == wrong: log_growth_per_layer: the wrong order of the factors
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = np.eye(len(matrices[0])), 0.0
    for W in matrices:
        P = P @ W
        size = np.linalg.norm(P, 2)
        P, total = P / size, total + np.log(size)
    return total / len(matrices)


# == wrong: log_growth_per_layer: not divided by the number of layers
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.linalg.norm(P, 2)
        P, total = P / size, total + np.log(size)
    return total


# == wrong: log_growth_per_layer: never negative
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("no matrices")
    product, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        product = W @ product
        size = np.linalg.norm(product, 2)
        product, total = product / size, total + np.log(size)
    return max(total / len(matrices), 0.0)


# == wrong: log_growth_per_layer: base ten
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.linalg.norm(P, 2)
        P, total = P / size, total + np.log10(size)
    return total / len(matrices)


# == wrong: log_growth_per_layer: the growth of one random vector
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    v, total = np.random.default_rng(0).normal(size=matrices[0].shape[1]), 0.0
    v /= np.linalg.norm(v)
    for W in matrices:
        v = W @ v
        size = np.linalg.norm(v)
        v, total = v / size, total + np.log(size)
    return total / len(matrices)


# == wrong: log_growth_per_layer: determinants, for square layers only
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    return sum(np.linalg.slogdet(W)[1] / len(W) for W in matrices) / len(matrices)


# == wrong: log_growth_per_layer: the spectral radius instead of the norm
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.abs(P).max()
        P, total = P / size, total + np.log(size)
    square = P[: min(P.shape), : min(P.shape)]
    return (total + np.log(np.abs(np.linalg.eigvals(square)).max() + 1e-300)) / len(matrices)


# == wrong: log_growth_per_layer: an empty list gives 0
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        return 0.0
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.linalg.norm(P, 2)
        P, total = P / size, total + np.log(size)
    return total / len(matrices)


# == wrong: log_growth_per_layer: an empty list raises an IndexError
def log_growth_per_layer(matrices):
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        P = W @ P
        size = np.linalg.norm(P, 2)
        P, total = P / size, total + np.log(size)
    return total / len(matrices)


# == wrong: log_growth_per_layer: scales the caller's matrices in place
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = np.eye(matrices[0].shape[1]), 0.0
    for W in matrices:
        scale = np.linalg.norm(W, 2)
        W /= scale
        P = W @ P
        size = np.linalg.norm(P, 2)
        P, total = P / size, total + np.log(size * scale)
    return total / len(matrices)


# == wrong: log_growth_per_layer: forgets the last norm
def log_growth_per_layer(matrices):
    if len(matrices) == 0:
        raise ValueError("empty")
    P, total = matrices[0], 0.0
    for W in matrices[1:]:
        size = np.linalg.norm(P, 2)
        P, total = W @ (P / size), total + np.log(size)
    return total / len(matrices)
