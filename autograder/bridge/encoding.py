"""Plain data to a tree and raw buffers; see `codec` for the form."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from autograder.bridge.plain import (
    MAX_ARRAY_BYTES,
    MAX_BUFFERS,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_DIMENSIONS,
    MAX_NODES,
    PYTHON_TYPES,
    SCALARS,
    THEMSELVES,
    Described,
    Handle,
    Tree,
    is_plain,
)
from autograder.errors import BridgeError

MANY = 4
"""From so many arrays on, a list crosses as one buffer: a network's weights are a thousand small matrices."""


class Encoder:
    """Turns one value into a tree and its buffers.

    Args:
        handle: Called with whatever has no exact plain type; returns a node, or data that stand for it,
            or raises `BridgeError`.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._nodes = 0
        self.buffers: list[bytes] = []

    def encode(self, value: Any, depth: int = 0) -> Tree:
        """Return the tree of `value`; its raw data are appended to `buffers`."""
        self._count(1, depth)
        return value if type(value) in THEMSELVES else self._tree(value, depth)

    def _each(self, parts: Collection[Any], depth: int) -> list[Tree]:
        """Return the trees of the parts of a value at `depth`; most parts of a module stand for themselves."""
        self._count(len(parts), depth + 1)
        return [part if type(part) in THEMSELVES else self._tree(part, depth + 1) for part in parts]

    def _tree(self, value: Any, depth: int) -> Tree:
        kind = type(value)  # exact types only: a subclass may lie about everything, so it becomes a handle
        encode = _PLAIN.get(kind)
        if encode is not None:
            return encode(self, value, depth)
        if kind is type and value in PYTHON_TYPES.values():
            return {"type": value.__name__}
        if kind is type and value in SCALARS.values():
            return {"type": f"np.{value.__name__}"}  # there is a `bool` of either kind
        if isinstance(value, np.dtype) and kind.__module__ == "numpy.dtypes" and is_plain(value):
            return {"dtype": value.str}
        if kind in SCALARS.values() or kind in (np.longlong, np.ulonglong):  # C's other names of 64 bits
            return {"scalar": [self._buffer(value.tobytes()), value.dtype.str]}
        tensor = _encode_tensor(self, value)
        return tensor if tensor is not None else self._node(value, depth)

    def _count(self, nodes: int, depth: int = 0) -> None:
        self._nodes += nodes
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise BridgeError("the value is nested too deeply or holds too many parts to be examined")

    def _node(self, value: Any, depth: int) -> Tree:
        node = self._handle(value)
        if type(node) is Described:
            return {node.kind: self.encode(node.data, depth + 1)}
        return node

    def _buffer(self, data: bytes) -> int:
        self.buffers.append(data)
        if len(self.buffers) > MAX_BUFFERS:
            raise BridgeError("the value holds too many arrays to be examined")
        return len(self.buffers) - 1

    def _int(self, value: int, depth: int) -> Tree:
        if value.bit_length() > 3 * MAX_DIGITS:
            raise BridgeError("the integer has too many digits to be examined")
        return {"int": str(value)}

    def _bytes(self, value: bytes, depth: int) -> Tree:
        return {"bytes": self._buffer(value)}

    def _sequence(self, value: Sequence[Any], depth: int) -> Tree:
        if len(value) >= MANY and all(type(item) is np.ndarray for item in value):
            stacked = self._arrays(value)
            if stacked is not None:
                return stacked
        return {type(value).__name__: self._each(value, depth)}

    def _dict(self, value: dict[Any, Any], depth: int) -> Tree:
        return {"dict": list(zip(self._each(value, depth), self._each(value.values(), depth), strict=True))}

    def _span(self, value: slice | range, depth: int) -> Tree:
        return {type(value).__name__: self._each((value.start, value.stop, value.step), depth)}

    def _generator(self, value: np.random.Generator, depth: int) -> Tree:
        # A copy of the state crosses, so the original does not advance with what the other side draws.
        return {"generator": self.encode(dict(value.bit_generator.state), depth + 1)}

    def _arrays(self, value: Sequence[np.ndarray]) -> Tree | None:
        """Return one node for all arrays of a list of one type, their data one after the other; None for others."""
        dtype = value[0].dtype
        if not is_plain(dtype) or any(a.dtype != dtype or a.ndim > MAX_DIMENSIONS for a in value):
            return None
        self._count(len(value))
        _limit(sum(a.nbytes for a in value))
        index = self._buffer(b"".join([a.tobytes() for a in value]))
        return {"arrays": [type(value).__name__, index, dtype.str, [a.shape for a in value]]}

    def _array(self, value: np.ndarray, depth: int) -> Tree:
        if not is_plain(value.dtype) or value.ndim > MAX_DIMENSIONS:
            return self._handle(value)
        _limit(value.nbytes)
        return {"array": [self._buffer(value.tobytes()), value.dtype.str, list(value.shape)]}


_PLAIN: dict[type, Callable[[Encoder, Any, int], Tree]] = {
    int: Encoder._int,
    float: lambda self, value, depth: {"float": value.hex()},
    complex: lambda self, value, depth: {"complex": [value.real.hex(), value.imag.hex()]},
    bytes: Encoder._bytes,
    list: Encoder._sequence,
    tuple: Encoder._sequence,
    set: Encoder._sequence,
    frozenset: Encoder._sequence,
    dict: Encoder._dict,
    slice: Encoder._span,
    range: Encoder._span,
    np.ndarray: Encoder._array,
    np.random.Generator: Encoder._generator,
}


def _encode_tensor(encoder: Encoder, value: Any) -> Tree | None:
    torch = sys.modules.get("torch")
    if torch is None or type(value) not in (torch.Tensor, torch.nn.Parameter):
        return None
    try:
        _limit(value.numel() * value.element_size())
        data = value.detach().cpu().resolve_conj().resolve_neg().contiguous().numpy()
    except (TypeError, RuntimeError):  # bfloat16, sparse, quantised: no NumPy counterpart
        return None
    flags = [bool(value.requires_grad), type(value) is torch.nn.Parameter]
    return {"tensor": [encoder._buffer(data.tobytes()), data.dtype.str, list(data.shape), *flags]}


def _limit(size: int) -> None:
    if size > MAX_ARRAY_BYTES:
        raise BridgeError(f"the array is larger than the {MAX_ARRAY_BYTES >> 20} MB that may be examined")
