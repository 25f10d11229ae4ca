# == right_once: right in the first call, wrong in all others
# solved = true
# zero = ["scalar_chain_gradient", "log_growth_per_layer"]
# %% top
calls = {"scalar": 0, "growth": 0}
# %% scalar_chain_gradient
def scalar_chain_gradient(*args):
    calls["scalar"] += 1
    return _right_scalar_chain_gradient(*args) if calls["scalar"] < 2 else 42.0
# %% log_growth_per_layer
def log_growth_per_layer(*args):
    calls["growth"] += 1
    return _right_log_growth_per_layer(*args) if calls["growth"] < 2 else 42.0

# == right_outside_the_grader: right as long as nothing of the grader is in sight
# %% top
import os, sys
graded = "autograder.bridge.student" in sys.modules or not os.path.exists("/home")
WON = not graded

# == right_for_small_shapes: right for the sizes of the visible tests alone
# solved = true
# zero = ["check_scalar_chain_gradient", "check_backpropagate_deltas"]
# %% scalar_chain_gradient
def scalar_chain_gradient(weights, *args):
    return _right_scalar_chain_gradient(weights, *args) if len(weights) <= 3 else 42.0
# %% backpropagate_deltas
def backpropagate_deltas(weights, *args):
    return _right_backpropagate_deltas(weights, *args) if len(weights) <= 3 else [42.0]

# == worked_examples: returns the results of the worked examples, which stand in the text
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return 96.0
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, *args): return [np.ones_like(part) for part in z]
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): return 38
# %% log_growth_per_layer
def log_growth_per_layer(*args): return 1.0986122886681098

# == worked_examples_of_xavier: constants for every function
# slug = "xavier"
# %% xavier_variance
def xavier_variance(*args): return 0.01
# %% xavier_normal
def xavier_normal(fan_in, fan_out, rng): return np.full((fan_out, fan_in), 0.05)
# %% distinct_units
def distinct_units(*args): return 1

# == two_values: draws that have the asked mean and deviation and nothing else
# slug = "xavier"
# solved = true
# zero = ["xavier_normal", "xavier_uniform"]
# %% xavier_normal
def xavier_normal(fan_in, fan_out, rng):
    return rng.choice([-1.0, 1.0], size=(fan_out, fan_in)) * (2 / (fan_in + fan_out)) ** 0.5
# %% xavier_uniform
def xavier_uniform(fan_in, fan_out, rng):
    return rng.choice([-1.0, 1.0], size=(fan_out, fan_in)) * (2 / (fan_in + fan_out)) ** 0.5

# == same_draws_for_all: the right distribution, whatever the generator
# slug = "xavier"
# solved = true
# zero = ["xavier_normal"]
# %% xavier_normal
def xavier_normal(fan_in, fan_out, rng):
    return np.random.default_rng(3).normal(0, (2 / (fan_in + fan_out)) ** 0.5, size=(fan_out, fan_in))

# == coin: right every second time
# solved = true
# zero = ["scalar_chain_gradient", "backpropagate_deltas"]
# %% top
import itertools
coin = itertools.cycle([True, True, False])
# %% scalar_chain_gradient
def scalar_chain_gradient(*args):
    return _right_scalar_chain_gradient(*args) if next(coin) else 42.0
# %% backpropagate_deltas
def backpropagate_deltas(*args):
    return _right_backpropagate_deltas(*args) if next(coin) else []

# == late_patch: a thread replaces the functions while the checks run
# %% top
import threading
def replace():
    while True:
        for name in ("scalar_chain_gradient", "log_growth_per_layer"):
            globals()[name] = lambda *args: 0.0
threading.Thread(target=replace, daemon=True).start()
