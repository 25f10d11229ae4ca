# == patched_numpy_testing: makes every function of numpy.testing accept everything
# %% top
import numpy.testing
for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *args, **kwargs: None)

# == patched_comparisons: makes NumPy's comparisons answer True
# %% top
import numpy
for name in ("allclose", "isclose", "array_equal", "array_equiv", "equal", "all"):
    setattr(numpy, name, lambda *args, **kwargs: True)

# == patched_checks: replaces every function of the check vocabulary
# %% top
from autograder import checks
for name in list(vars(checks)):
    if callable(getattr(checks, name)):
        setattr(checks, name, lambda *args, **kwargs: None)

# == patched_failure: makes the failing of a check do nothing
# %% top
import autograder.checks.failure, autograder.checks.comparison, autograder.checks.calls
for module in (autograder.checks.failure, autograder.checks.comparison, autograder.checks.calls):
    module.fail = lambda *args, **kwargs: None
autograder.checks.failure.CheckFailed = type("Harmless", (Exception,), {})

# == patched_builtins: replaces what any test is written with
# outcome = "any"
# %% top
import builtins
builtins.AssertionError = type("Harmless", (BaseException,), {})
builtins.all = builtins.any = builtins.isinstance = lambda *args: True
builtins.abs = lambda x: 0

# == own_checks_in_the_namespace: gives the notebook another `checks`, another `np`, another reference
# %% top
class Yes:
    def __getattr__(self, name):
        return lambda *args, **kwargs: self
    def __iter__(self):
        return iter(())
    def __call__(self, *args, **kwargs):
        return self
checks = reference = rng = found = expected = verdict = check_depth = known_product = Yes()

# == replaced_module: puts modules of its own in the place of the reference and of the checks
# flags = []
# %% top
import sys, types
fake = types.ModuleType("concepts.chain_rule")
fake.__getattr__ = lambda name: (lambda *args, **kwargs: 42.0)
sys.modules["concepts"] = sys.modules["concepts.chain_rule"] = sys.modules["autograder.checks"] = fake

# == equal_floats: makes all floats equal in C
# flags = ["imports ctypes"]
# %% top
import ctypes
compare = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)
always = compare(lambda a, b, how: True)
ctypes.c_void_p.from_address(id(float) + 200).value = ctypes.cast(always, ctypes.c_void_p).value

# == no_assertions: compiles everything after it without assert statements
# %% top
import builtins
compile_ = builtins.compile
builtins.compile = lambda *a, **k: compile_(*a, **{**k, "optimize": 2})
get_ipython().compile = type(get_ipython().compile)()

# == silent_errors: lets no traceback leave the kernel
# %% top
shell = get_ipython()
shell.showtraceback = shell._showtraceback = lambda *args, **kwargs: None
shell.custom_exceptions = (BaseException,)
shell.CustomTB = lambda *args, **kwargs: []

# == constant_generators: makes every random draw of NumPy the same
# slug = "xavier"
# %% top
import numpy as np
np.random.default_rng = lambda *args: np.random.Generator(np.random.PCG64(0))
np.random.Generator = lambda *args: None

# == builtins_for_all: puts names and an importer into __builtins__
# flags = ["__builtins__"]
# %% top
here = globals()["__builtins__"]
table = here if isinstance(here, dict) else vars(here)
genuine = table["__import__"]
table["__import__"] = lambda name, *rest, **more: genuine("math" if "concepts" in name else name, *rest, **more)
get_ipython().__builtins__ = table

# == patched_plain_types: changes what the codec takes for plain
# %% top
import autograder.bridge.plain as plain, autograder.bridge.encoding as encoding, autograder.bridge.decoding as decoding
class Same(float):
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __hash__ = float.__hash__
plain.PYTHON_TYPES["float"] = decoding.PYTHON_TYPES["float"] = Same
encoding._PLAIN[Same] = lambda self, value, depth: {"float": "nan"}
