"""Reading a torch module where it is, in the student's process or notebook; `modules` has the words that ask.

Torch is never imported before a check asks for something of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from autograder.checks.reading import describe, is_tensor
from autograder.checks.walking import is_module, named_modules, named_tensors


@cache
def recorder_class() -> type[Any]:
    """Return the class of recorders: made when first asked for, because torch is heavy."""
    import torch

    class Recorder(torch.nn.Module):
        """Lets its input through, and writes down what it saw."""

        def __init__(self) -> None:
            super().__init__()
            self.seen: list[tuple[Any, bool, bool]] = []

        def forward(self, x: Any) -> Any:
            self.seen.append((x.detach().clone(), self.training, torch.is_grad_enabled()))
            return x

    return Recorder


def answer(word: str, model: Any, args: tuple[Any, ...]) -> Any:
    """Return what a word asks of a module, as plain data; a description of what is no module, as a text."""
    if not is_module(model):
        return describe(model)
    return _ANSWERS[word](model, *args)


def _plain(tensor: Any) -> Any:
    """Return the entries of a tensor as a float64 array of its own."""
    torch = sys.modules["torch"]
    return tensor.detach().to("cpu", torch.float64).numpy().copy()


def _tensors(kind: str) -> Callable[[Any], dict[str, Any]]:
    return lambda model: {name: _plain(tensor) for name, tensor in named_tensors(model, kind)}


def _gradients(model: Any) -> dict[str, Any]:
    return {
        name: _plain(tensor.grad)
        for name, tensor in named_tensors(model, "_parameters")
        if tensor.grad is not None
    }


def _layers(model: Any) -> list[tuple[str, str]]:
    torch = sys.modules["torch"]
    found = []
    for name, module in named_modules(model):
        kind = type(module)
        own = getattr(torch.nn, kind.__name__, None) is kind
        if name:
            found.append((name, kind.__name__ if own else f"your {kind.__name__}"))
    return found


def _recorded(model: Any) -> list[tuple[Any, bool, bool]]:
    own = [module for _, module in named_modules(model) if type(module) is recorder_class()]
    return [(_plain(x), mode, graph) for module in own for x, mode, graph in module.seen]


def _run(model: Any, x: Any, training: bool, grad_out: Any) -> dict[str, Any]:
    torch = sys.modules["torch"]
    modules = [module for _, module in named_modules(model)]
    modes = [vars(module)["training"] for module in modules]
    kept = [(tensor, tensor.detach().clone()) for _, tensor in named_tensors(model, "_buffers")]
    held = [(tensor, tensor.grad) for _, tensor in named_tensors(model, "_parameters")]
    try:
        for module in modules:
            vars(module)["training"] = training
        for tensor, _ in held:
            tensor.grad = None
        with torch.set_grad_enabled(grad_out is not None):
            outputs = model(x.detach().clone())
        if not is_tensor(outputs):
            return {"wrong": describe(outputs)}
        found = {"outputs": _plain(outputs), "connected": bool(outputs.requires_grad)}
        if grad_out is not None and outputs.requires_grad and outputs.shape == grad_out.shape:
            outputs.backward(grad_out.to(outputs.dtype))
        return {**found, "gradients": _gradients(model), "buffers": _tensors("_buffers")(model)}
    finally:
        for module, mode in zip(modules, modes, strict=True):
            vars(module)["training"] = mode
        for tensor, before in kept:
            tensor.detach().copy_(before)
        for tensor, gradient in held:
            tensor.grad = gradient


def _traces(model: Any, x: Any) -> list[dict[str, Any]]:
    from autograder.checks.tracing import trace  # torch is heavy

    return [trace(model, x, training) for training in (True, False)]


def _optimizer(model: Any, optimizer: Any) -> dict[str, Any] | None:
    from autograder.checks.tracing import optimizer_settings

    return optimizer_settings(model, optimizer)


_ANSWERS: dict[str, Callable[..., Any]] = {
    "parameters": _tensors("_parameters"),
    "shapes": lambda model: {name: tuple(t.shape) for name, t in named_tensors(model, "_parameters")},
    "gradients": _gradients,
    "buffers": _tensors("_buffers"),
    "training": lambda model: {name: bool(vars(module)["training"]) for name, module in named_modules(model)},
    "layers": _layers,
    "run": _run,
    "recorded": _recorded,
    "traces": _traces,
    "optimizer": _optimizer,
}
