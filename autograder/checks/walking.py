"""Walking through a torch module by its own dictionaries, whatever methods its class has; torch is never imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any


def is_module(value: object) -> bool:
    """Whether this is a torch module."""
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(type(value), torch.nn.Module)


def named_modules(model: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a module and all below it by name, each once, whatever methods its class has."""
    seen: set[int] = set()
    waiting = [(name, model)]
    while waiting:
        name, module = waiting.pop(0)
        if id(module) in seen or not is_module(module):
            continue
        seen.add(id(module))
        yield name, module
        waiting[:0] = [
            (f"{name}.{child}" if name else child, each) for child, each in vars(module)["_modules"].items()
        ]


def named_tensors(model: Any, kind: str) -> Iterator[tuple[str, Any]]:
    """Yield the tensors of a module by name: of `kind` "_parameters" or "_buffers", each once."""
    seen: set[int] = set()
    for name, module in named_modules(model):
        for own, tensor in vars(module)[kind].items():
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                yield f"{name}.{own}" if name else own, tensor
