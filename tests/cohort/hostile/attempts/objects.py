# == always_equal: returns an object that equals everything
# %% top
class Equal:
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __bool__ = lambda self: True
    __len__ = lambda self: 3
    __iter__ = lambda self: iter([self] * 3)
    __getitem__ = __getattr__ = lambda self, name: self
    __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __abs__ = lambda self, *other: self
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return Equal()
# %% backpropagate_deltas
def backpropagate_deltas(*args): return [Equal(), Equal()]
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return Equal()
# %% log_growth_per_layer
def log_growth_per_layer(*args): return Equal()

# == always_equal_names: the names themselves are objects that equal everything
# %% top
class Equal:
    __eq__ = __call__ = lambda self, *others, **more: self
    __getattr__ = lambda self, name: self
    _autograder_observe = lambda self, *args, **kwargs: self
scalar_chain_gradient = backpropagate_deltas = layers_until_underflow = log_growth_per_layer = Equal()
# %% scalar_chain_gradient
scalar_chain_gradient = Equal()
# %% backpropagate_deltas
backpropagate_deltas = Equal()
# %% layers_until_underflow
layers_until_underflow = Equal()
# %% log_growth_per_layer
log_growth_per_layer = Equal()

# == array_subclass: returns arrays of a subclass that compares as it likes
# solved = true
# zero = ["scalar_chain_gradient", "backpropagate_deltas"]
# %% top
import numpy as np
class Agreeable(np.ndarray):
    __array_priority__ = 1e9
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(self.shape) if ufunc.__name__ == "subtract" else np.True_
    def __array_function__(self, function, types, args, kwargs):
        return True
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return np.zeros(()).view(Agreeable)
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return [np.zeros_like(part).view(Agreeable) for part in z]

# == lying_class: an object whose __class__ says float
# solved = true
# zero = ["scalar_chain_gradient", "log_growth_per_layer"]
# %% top
class Claimed:
    __class__ = property(lambda self: float)
    __float__ = __index__ = __int__ = lambda self: 0
    __eq__ = lambda self, other: True
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return Claimed()
# %% log_growth_per_layer
def log_growth_per_layer(*args): return Claimed()

# == converts_as_wanted: objects with __float__, __array__, __index__, __array_interface__
# %% top
import numpy as np
class Convertible:
    __float__ = lambda self: 42.0
    __index__ = lambda self: 42
    __array__ = lambda self, *args, **kwargs: np.array(42.0)
    __array_interface__ = {"shape": (1 << 40,), "typestr": "<f8", "version": 3, "data": (0, False)}
    __array_struct__ = property(lambda self: 1)
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return Convertible()
# %% backpropagate_deltas
def backpropagate_deltas(*args): return Convertible()
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return Convertible()
# %% log_growth_per_layer
def log_growth_per_layer(*args): return Convertible()

# == not_a_number: NaN, infinity and nothing, where a number is asked for
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return float("nan")
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return [np.full_like(part, np.nan) for part in z]
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return float("inf")
# %% log_growth_per_layer
def log_growth_per_layer(*args): return -float("inf")

# == empty_arrays: nothing at all differs from nothing at all
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return np.zeros(0)
# %% backpropagate_deltas
def backpropagate_deltas(*args): return []
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return np.zeros((0, 3), dtype=int)
# %% log_growth_per_layer
def log_growth_per_layer(*args): return np.ma.masked_all(3)

# == empty_weights: samples without entries have every mean and every deviation
# slug = "xavier"
# %% xavier_normal
def xavier_normal(*args): return np.zeros((0, 0))
# %% xavier_uniform
def xavier_uniform(*args): return np.zeros((0,))
# %% variance_by_layer
def variance_by_layer(*args): return np.zeros(0)
# %% distinct_units
def distinct_units(*args): return ()

# == broadcast_giant: arrays that are huge and take no memory
# solved = true
# zero = ["scalar_chain_gradient", "backpropagate_deltas"]
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return np.broadcast_to(np.float64(0), (1 << 20, 1 << 20))
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return [np.broadcast_to(np.float64(0), (1 << 13, 1 << 13))] * 100

# == object_arrays: arrays of objects, of structures, of texts, of dates
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return np.array([object()])
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return [np.array(part, dtype=object) for part in z]
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return np.array("42")
# %% log_growth_per_layer
def log_growth_per_layer(*args): return np.zeros(1, dtype=[("growth", "f8")])

# == endless_iterators: generators and iterators instead of lists
# %% top
import itertools
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return itertools.count()
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return (part for part in itertools.repeat(z[0]))
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): yield 42
# %% log_growth_per_layer
def log_growth_per_layer(*args): return map(float, itertools.repeat(0))

# == circular_values: values that contain themselves, or are nested beyond reason
# solved = true
# zero = ["scalar_chain_gradient", "backpropagate_deltas"]
# %% scalar_chain_gradient
def scalar_chain_gradient(*args):
    nested = []
    nested.append(nested)
    return nested
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested

# == gigantic_integers: numbers with millions of digits
# solved = true
# zero = ["layers_until_underflow", "scalar_chain_gradient"]
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return 1 << 50_000_000
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return 10**3000

# == errors_always: raises ValueError whatever it is asked, for the check that wants one
# zero = "all"
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): raise ValueError("factor")
# %% log_growth_per_layer
def log_growth_per_layer(*args): raise ValueError("empty")

# == errors_that_end_loops: exceptions that mean something to the loop around a call
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): raise StopIteration
# %% backpropagate_deltas
def backpropagate_deltas(*args): raise GeneratorExit
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): raise type("CheckFailed", (ValueError, SystemExit), {})("passed")
# %% log_growth_per_layer
def log_growth_per_layer(*args): raise StopAsyncIteration

# == unprintable_errors: exceptions that break whoever looks at them
# %% top
class Nasty(Exception):
    def __str__(self): raise SystemExit(0)
    __repr__ = __str__
    __class__ = property(lambda self: 1 / 0)
    args = property(lambda self: 1 / 0)
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): raise Nasty()
# %% backpropagate_deltas
def backpropagate_deltas(*args): raise Nasty from Nasty()
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): raise BaseExceptionGroup("x" * 10**6, [KeyboardInterrupt()])
# %% log_growth_per_layer
def log_growth_per_layer(*args): raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "\ud800")

# == wrong_types: truth values, texts, complex numbers and lists of one, where a number is asked for
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return True
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return {0: z[0], 1: z[0]}
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return "42"
# %% log_growth_per_layer
def log_growth_per_layer(*args): return complex(0, 0)

# == changes_its_arguments: writes the wanted answer into what it was given
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, df, delta):
    for part in z:
        part[...] = 0
    delta[...] = 0
    return z

# == chameleon_methods: attributes of a result that are asked for later change in between
# %% top
class Chameleon:
    shape, ndim, dtype, size = (3,), 1, float, 3
    def __getattr__(self, name):
        return lambda *args, **kwargs: 42.0
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return Chameleon
# %% backpropagate_deltas
def backpropagate_deltas(*args): return [Chameleon(), Chameleon()]
