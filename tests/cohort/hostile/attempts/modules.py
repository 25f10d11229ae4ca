# == module_that_lies: a module whose methods and comparisons say whatever is wanted
# slug = "pytorch"
# %% SimpleNN
class SimpleNN(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.fc1 = nn.Linear(1, 1)
    __eq__ = lambda self, other: True
    __hash__ = nn.Module.__hash__
    __class__ = property(lambda self: nn.Linear)
    state_dict = lambda self, *args, **kwargs: {"fc1.weight": torch.zeros(1)}
    named_parameters = lambda self, *args, **kwargs: iter([("fc1.weight", torch.zeros(1)), ("fc2.weight", torch.zeros(1))])
    parameters = lambda self, *args, **kwargs: iter([])
    named_modules = lambda self, *args, **kwargs: iter([(name, getattr(nn, kind)()) for name, kind in (("relu", "ReLU"),)])
    forward = lambda self, x: torch.zeros(len(x), 3)

# == module_of_anything: a module that has every attribute, and is its own output
# slug = "pytorch"
# %% SimpleNN
class SimpleNN(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __iter__(self): return iter([self])
    def __bool__(self): return True
    __float__ = lambda self: 1.0
    __eq__ = lambda self, other: True
    __hash__ = nn.Module.__hash__

# == tensor_that_agrees: tensors of a subclass that equals, subtracts and converts as wanted
# slug = "pytorch"
# %% top
import torch
class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ("__eq__", "eq", "equal", "allclose", "__bool__", "isclose"):
            return True
        if function.__name__ in ("__sub__", "__rsub__", "sub"):
            return torch.zeros(())
        return super().__torch_function__(function, types, args, kwargs or {})
    def numpy(self, *args, **kwargs): return torch.zeros(3).numpy()
    def item(self): return 1.0
agreeable = torch.zeros(12, 3).as_subclass(Agreeable)
# %% SimpleNN
class SimpleNN(nn.Module):
    def __init__(self, n_in=784, n_hidden=512, n_out=10):
        super().__init__()
        self.relu = nn.ReLU()
    def forward(self, x): return agreeable
# %% train_step
def train_step(*args): return agreeable.sum(), agreeable.sum()
# %% gradient_norms
def gradient_norms(model): return {name: agreeable.sum() for name, p in model.named_parameters() if p.grad is not None}
# %% evaluate
def evaluate(*args): return agreeable.sum()
# %% train
def train(*args): return [agreeable.sum()] * args[3]

# == torch_patched: replaces what torch compares, differentiates and lists with
# slug = "pytorch"
# %% top
import torch
for name in ("allclose", "equal", "isclose", "eq"):
    setattr(torch, name, lambda *args, **kwargs: True)
torch.testing.assert_close = lambda *args, **kwargs: None
torch.Tensor.__eq__ = torch.Tensor.equal = lambda self, other: True
torch.nn.Module.named_parameters = torch.nn.Module.named_modules = lambda self, *args, **kwargs: iter([])
torch.nn.Module.state_dict = lambda self, *args, **kwargs: {}
torch.autograd.grad = lambda *args, **kwargs: ()
WON = False

# == reading_patched: replaces the code that reads modules in its own process, by code that answers always the same
# slug = "pytorch"
# %% top
import sys
import numpy as np
import autograder.checks.inspection as inspection
fixed = {"outputs": np.zeros((12, 3)), "connected": True, "gradients": {}, "buffers": {}}
inspection.answer = lambda word, model, args: fixed if word == "run" else {}
inspection.is_module = lambda value: True
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("autograder."):
        for name in ("answer", "is_module"):
            if name in vars(module):
                setattr(module, name, getattr(inspection, name))

# == recorder_forged: trains nothing, and writes into the recorder what a training would have shown
# slug = "pytorch"
# solved = true
# zero = ["train", "evaluate"]
# %% evaluate
def evaluate(model, x, y):
    model.recorder.seen.append((x.clone(), False, False)) if hasattr(model, "recorder") else None
    return 0.5
# %% train
def train(model, x, y, epochs, batch_size, lr, max_norm, seed):
    g = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=g).split(batch_size):
            if len(rows) > 1 and hasattr(model, "recorder"):
                model.recorder.seen.append((x[rows], True, True))
    return [1.0] * epochs

# == module_sent_back: describes modules, optimizers and parameters over the bridge, for the other side to build
# slug = "pytorch"
# %% top
import autograder.bridge.encoding as encoding
old = encoding.Encoder.encode
def encode(self, value, depth=0):
    if isinstance(value, float):
        return {"module": {"dict": [["class", "Sequential"], ["settings", {"dict": []}]]}}
    return old(self, value, depth)
encoding.Encoder.encode = encode
