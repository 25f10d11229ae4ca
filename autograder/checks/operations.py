"""The closed vocabulary of networks that can be rebuilt: which operations, and the names of their arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

OPERATIONS: dict[str, tuple[str, ...]] = {
    "linear": ("input", "weight", "bias"),
    "batch_norm": ("input", "running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
    "layer_norm": ("input", "normalized_shape", "weight", "bias", "eps"),
    "rms_norm": ("input", "normalized_shape", "weight", "eps"),
    "dropout": ("input", "p", "training"),
    "alpha_dropout": ("input", "p", "training"),
    **dict.fromkeys(("relu", "relu6", "selu", "silu", "mish", "hardsigmoid", "hardswish"), ("input",)),
    **dict.fromkeys(("tanh", "sigmoid", "logsigmoid", "softsign", "tanhshrink"), ("input",)),
    "leaky_relu": ("input", "negative_slope"),
    "elu": ("input", "alpha"),
    "celu": ("input", "alpha"),
    "gelu": ("input", "approximate"),
    "softplus": ("input", "beta", "threshold"),
    "hardtanh": ("input", "min_val", "max_val"),
    "prelu": ("input", "weight"),
    "add": ("input", "other", "alpha"),
    "sub": ("input", "other", "alpha"),
    "rsub": ("input", "other"),
    "lerp": ("input", "end", "weight"),
    "pow": ("input", "exponent"),
    "select": ("input", "dim", "index"),
    "clamp": ("input", "min", "max"),
    "mean": ("input", "dim", "keepdim"),
    "var": ("input", "dim", "unbiased", "keepdim", "correction"),
    "std": ("input", "dim", "unbiased", "keepdim", "correction"),
    **dict.fromkeys(("mul", "div", "maximum", "minimum"), ("input", "other")),
    **dict.fromkeys(("neg", "abs", "square", "sqrt", "rsqrt", "exp", "sin", "cos"), ("input",)),
}
"""Operation → its arguments, in the order of torch's function of that name; `inplace` makes no difference."""

RANDOM = frozenset({"dropout", "alpha_dropout"})
"""Those that draw when they train."""

_SPELLINGS = {
    "log_sigmoid": "logsigmoid",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "subtract": "sub",
    "negative": "neg",
    "clip": "clamp",
    "radd": "add",
    "iadd": "add",
    "rmul": "mul",
    "imul": "mul",
    "isub": "sub",
    "truediv": "div",
    "itruediv": "div",
}


def operation_named(name: str) -> str | None:
    """Return the operation that a function of torch does, by its name; None for one that is not in the vocabulary.

    >>> operation_named("relu_"), operation_named("__radd__"), operation_named("softmax")
    ('relu', 'add', None)
    """
    bare = name.strip("_")
    bare = _SPELLINGS.get(bare, bare)
    return bare if bare in OPERATIONS else None


@cache
def function_of(operation: str) -> Callable[..., Any]:
    """Return torch's function that does an operation of the vocabulary."""
    import torch

    found: Callable[..., Any] = getattr(torch.nn.functional, operation, None) or getattr(torch, operation)
    return found
