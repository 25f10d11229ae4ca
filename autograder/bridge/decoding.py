"""A tree and raw buffers back to plain data; nothing that is read is believed."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from autograder.bridge.plain import (
    BIT_GENERATORS,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_DIMENSIONS,
    MAX_ITEM_BYTES,
    MAX_KEYS,
    MAX_NODES,
    PYTHON_TYPES,
    SCALARS,
    THEMSELVES,
    Resolve,
    Tree,
    is_plain,
)
from autograder.errors import BridgeError


class Decoder:
    """Turns a tree and its buffers back into a value, believing nothing.

    Args:
        buffers: The raw data of the message.
        resolve: Called with the key and the content of a node that is no plain data; returns what it stands for,
            or raises `BridgeError`.
    """

    def __init__(self, buffers: Sequence[bytes], resolve: Resolve) -> None:
        self._buffers = buffers
        self._resolve = resolve
        self._nodes = 0
        self._keys = 0

    def decode(self, tree: Tree, depth: int = 0) -> Any:
        """Return the value of `tree`.

        Raises:
            BridgeError: The tree is not one that the encoder writes.
        """
        self._count(1, depth)
        return tree if type(tree) in THEMSELVES else self._value(tree, depth)

    def _value(self, tree: Tree, depth: int) -> Any:
        if type(tree) is not dict or len(tree) != 1:
            raise BridgeError("a malformed value came over the bridge")
        ((kind, content),) = tree.items()
        decode = _NODES.get(kind)
        try:
            if kind in _DESCRIBED:
                return self._resolve(kind, self.decode(content, depth + 1))
            if decode is None:
                return self._resolve(kind, content)
            return decode(self, content, depth)
        except BridgeError:
            raise
        except Exception as error:  # whatever a forged tree breaks, it is the message that is wrong
            raise BridgeError(f"a malformed {kind} came over the bridge ({type(error).__name__})") from error

    def _count(self, nodes: int, depth: int = 0) -> None:
        self._nodes += nodes
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise BridgeError("the value is nested too deeply or holds too many parts to be examined")

    def _items(self, content: Any, depth: int) -> list[Any]:
        if type(content) is not list:
            raise BridgeError("a malformed list came over the bridge")
        self._count(len(content), depth + 1)
        return [item if type(item) in THEMSELVES else self._value(item, depth + 1) for item in content]

    def _hashed(self, content: Any, depth: int) -> list[Any]:
        """Return the items of a list that become members of a set or keys of a dictionary."""
        items = self._items(content, depth)
        self._keys += len(items)
        if self._keys > MAX_KEYS:
            raise BridgeError("a set or dictionary with too many members to be examined came over the bridge")
        return items

    def _int(self, content: str, depth: int) -> int:
        if type(content) is not str or len(content) > MAX_DIGITS + 1:
            raise BridgeError("a malformed integer came over the bridge")
        return int(content)

    def _dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        keys = self._hashed([key for key, _ in content], depth)
        return dict(zip(keys, self._items([value for _, value in content], depth), strict=True))

    def _span(self, make: Callable[..., Any], content: list[Any], depth: int) -> Any:
        start, stop, step = self._items(content, depth)
        return make(start, stop, step)

    def _bytes(self, content: int, depth: int) -> bytes:
        return self._buffers[_index(content)]

    def _array(self, content: list[Any], depth: int) -> np.ndarray:
        index, name, shape = content
        return self._views(index, name, [shape])[0]

    def _arrays(self, content: list[Any], depth: int) -> Any:
        kind, index, name, shapes = content
        if kind not in ("list", "tuple") or type(shapes) is not list:
            raise BridgeError("a malformed list of arrays came over the bridge")
        self._count(len(shapes))
        views = self._views(index, name, shapes)
        return views if kind == "list" else tuple(views)

    def _views(self, index: Any, name: Any, shapes: list[Any]) -> list[np.ndarray]:
        """Return the arrays of these shapes whose entries lie in a buffer one after the other."""
        dtype = _dtype(name)
        sizes = [_size(shape) for shape in shapes]
        data = self._buffers[_index(index)]
        if sum(sizes) * dtype.itemsize != len(data):
            raise BridgeError("an array whose size is not its shape's came over the bridge")
        _refuse_impossible_entries(data, dtype)
        entries = np.frombuffer(bytearray(data), dtype=dtype)
        ends = list(accumulate(sizes))
        return [
            entries[end - size : end].reshape(shape)
            for shape, size, end in zip(shapes, sizes, ends, strict=True)
        ]

    def _scalar(self, content: list[Any], depth: int) -> Any:
        index, name = content
        value = self._array([index, name, []], depth)[()]
        if type(value) not in SCALARS.values():
            raise BridgeError("a malformed scalar came over the bridge")
        return value

    def _tensor(self, content: list[Any], depth: int) -> Any:
        import torch  # only a message about tensors pays for it

        index, name, shape, requires_grad, is_parameter = content
        value = torch.from_numpy(self._array([index, name, shape], depth))
        if is_parameter is True:
            return torch.nn.Parameter(value, requires_grad=requires_grad is True)
        return value.requires_grad_(requires_grad is True)


def generator(state: Any) -> np.random.Generator:
    """Return a NumPy generator in the given state; the student's process alone rebuilds one."""
    name = state["bit_generator"]
    if name not in BIT_GENERATORS:
        raise BridgeError(f"unknown bit generator {name!r}")
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)


def _refuse_impossible_entries(data: bytes, dtype: np.dtype[Any]) -> None:
    """Refuse bytes that no honest array holds: a truth value beside 0 and 1, a character beyond Unicode."""
    if dtype.kind == "b":
        limit, entries = 1, np.frombuffer(data, np.uint8)
    elif dtype.kind == "U":
        limit, entries = sys.maxunicode, np.frombuffer(data, dtype.str[0] + "u4")
    else:
        return
    if entries.size and entries.max() > limit:
        raise BridgeError("an array with impossible entries came over the bridge")


def _size(shape: Any) -> int:
    """Return how many entries an array of this shape has."""
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise BridgeError("an array with an impossible shape came over the bridge")
    if not all(type(n) is int and n >= 0 for n in shape):
        raise BridgeError("an array with an impossible shape came over the bridge")
    return math.prod(shape)


def _index(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise BridgeError("a malformed buffer index came over the bridge")
    return value


def _dtype(name: Any) -> np.dtype[Any]:
    if type(name) is not str or len(name) > 12:
        raise BridgeError("a malformed dtype came over the bridge")
    dtype = np.dtype(name)
    if not is_plain(dtype) or dtype.itemsize > MAX_ITEM_BYTES:
        raise BridgeError("a dtype that holds no plain numbers came over the bridge")
    return dtype


def _float(content: Any) -> float:
    if type(content) is not str or len(content) > 40:
        raise BridgeError("a malformed number came over the bridge")
    return float.fromhex(content)


def _type(content: Any) -> type:
    return PYTHON_TYPES[content] if content in PYTHON_TYPES else SCALARS[content.removeprefix("np.")]


_DESCRIBED = frozenset({"generator", "module", "optimizer", "parameter"})  # built from plain data
_NODES: dict[str, Callable[[Decoder, Any, int], Any]] = {
    "int": Decoder._int,
    "float": lambda self, content, depth: _float(content),
    "complex": lambda self, content, depth: complex(_float(content[0]), _float(content[1])),
    "bytes": Decoder._bytes,
    "list": Decoder._items,
    "tuple": lambda self, content, depth: tuple(self._items(content, depth)),
    "set": lambda self, content, depth: set(self._hashed(content, depth)),
    "frozenset": lambda self, content, depth: frozenset(self._hashed(content, depth)),
    "dict": Decoder._dict,
    "slice": lambda self, content, depth: self._span(slice, content, depth),
    "range": lambda self, content, depth: self._span(range, content, depth),
    "array": Decoder._array,
    "arrays": Decoder._arrays,
    "scalar": Decoder._scalar,
    "tensor": Decoder._tensor,
    "dtype": lambda self, content, depth: _dtype(content),
    "type": lambda self, content, depth: _type(content),
}
