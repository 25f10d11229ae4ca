"""The closed set of types that cross the bridge, and how much of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Described:
    """Data that cross in place of an object, under the key that says what is built from them."""

    kind: str
    data: Any


Tree = Any
Handle = Callable[[Any], dict[str, Any] | Described]
Resolve = Callable[[str, Any], Any]

MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_BUFFERS = 10_000
MAX_DIGITS = 4_000
MAX_DIMENSIONS = 32
MAX_ITEM_BYTES = 64 << 10  # of one entry of an array: only texts have large ones
MAX_ARRAY_BYTES = 256 << 20  # a broadcast array may be far larger than the memory it takes
MAX_KEYS = 10_000  # of sets and dictionaries: forged numbers that all hash alike take quadratic time
ARRAY_KINDS = frozenset("biufcSU")
SCALARS: dict[str, type] = {
    t.__name__: t
    for t in (
        *(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64),
        *(np.float16, np.float32, np.float64, np.longdouble),
        *(np.complex64, np.complex128, np.clongdouble),
    )
}
PYTHON_TYPES: dict[str, type] = {
    t.__name__: t for t in (bool, int, float, complex, str, bytes, list, tuple, dict)
}
THEMSELVES = frozenset({type(None), bool, str})  # what JSON has, and Python reads back as it was
BIT_GENERATORS = frozenset({"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"})


def is_plain(dtype: np.dtype[Any]) -> bool:
    """Return whether arrays of this type hold plain entries, and hold any."""
    return dtype.kind in ARRAY_KINDS and not dtype.hasobject and dtype.itemsize > 0
