"""Reading a result of unknown make: exact plain types only, with a sentence for everything else.

Types are compared by identity, never with `isinstance` or `==`:
a subclass, or an object that claims to equal everything, is told from the plain value that it imitates.
Of a named tuple, an ordered dictionary and their like the plain contents are read, whatever their class claims.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.failure import fail

LARGEST_ARRAY = 50_000_000
"""Entries of an array beyond which no check looks at it."""

_FLOATS = (float, np.float16, np.float32, np.float64, np.longdouble)
_INTEGERS = (int, *(np.dtype(code).type for code in "bhilqBHILQ"))
_BOOLEANS = (bool, np.bool_)


class Misread(Exception):
    """The value is not of the kind that was asked for; the text says what it is instead."""


def is_exactly(value: object, *types: type) -> bool:
    """Whether the type of `value` is one of these very types.

    >>> is_exactly(True, int), is_exactly(1, int)
    (False, True)
    """
    return any(type(value) is kind for kind in types)


def number(found: Any, what: str = "the result", see: str | None = None) -> float:
    """Return the real number that a function gave (a Python number, NumPy scalar, 0-d array), or fail."""
    return float(_or_fail(read_float, found, what, see))


def integer(found: Any, what: str = "the result", see: str | None = None) -> int:
    """Return the integer that a function gave, or fail; `127.0` is one."""
    return int(_or_fail(read_integer, found, what, see))


def array(found: Any, what: str = "the result", see: str | None = None) -> NDArray[np.float64]:
    """Return the numbers of a plain array as float64; or fail on None, NaN, a list, objects."""
    result: NDArray[np.float64] = _or_fail(read_array, found, what, see)
    return result


def items(
    found: Any, length: int | None = None, what: str = "the result", see: str | None = None
) -> tuple[Any, ...]:
    """Return the items of a list or tuple (of `length` items, if given), or fail."""
    result: tuple[Any, ...] = _or_fail(lambda value: read_items(value, length), found, what, see)
    return result


def read_number(found: Any) -> float | int:
    """Give the Python number behind a scalar; raise `Misread` for anything else."""
    if is_exactly(found, np.ndarray) and found.shape == () and found.dtype.kind in "fiu":
        found = found[()]
    if is_exactly(found, *_INTEGERS):
        return int(found)
    if is_exactly(found, *_FLOATS):
        return _finite(float(found))
    raise Misread(f"{describe(found)}, expected one number{_scalar_advice(found)}")


def read_float(found: Any) -> float:
    """Give the number behind a scalar as a float; raise `Misread` for anything else."""
    try:
        return float(read_number(found))
    except OverflowError as error:
        raise Misread("an integer beyond the range of floating-point numbers") from error


def read_integer(found: Any) -> int:
    """Give the integer behind a scalar; raise `Misread` for anything else."""
    value = read_float(found)
    if not value.is_integer():
        raise Misread(f"{describe(found)}, expected an integer")
    return int(read_number(found))


def read_array(found: Any) -> NDArray[np.float64]:
    """Give the entries of a plain numeric array as float64; raise `Misread` for anything else."""
    found = _tensor_as_array(found)
    if not is_exactly(found, np.ndarray):
        raise Misread(f"{describe(found)}, expected a plain NumPy array{_array_advice(found)}")
    if found.size > LARGEST_ARRAY:
        raise Misread(f"{describe(found)}, which is far too large")
    if found.dtype.kind not in "fiu":
        advice = ": make numbers of them with `.astype(float)`" if found.dtype.kind == "b" else ""
        raise Misread(f"{describe(found)}, expected an array of real numbers{advice}")
    with np.errstate(all="ignore"):
        entries: NDArray[np.float64] = found.astype(np.float64)
    if np.isnan(entries).any():
        where = _index_of_first(np.isnan(entries))
        raise Misread(f"an array with NaN (“not a number”) at {where}: look for 0/0, inf − inf or log(0)·0")
    return entries


def read_booleans(found: Any) -> NDArray[np.bool_]:
    """Give a plain array of booleans; raise `Misread` for anything else."""
    if not is_exactly(found, np.ndarray) or found.dtype.kind != "b" or found.size > LARGEST_ARRAY:
        raise Misread(f"{describe(found)}, expected a NumPy array of booleans (True and False)")
    result: NDArray[np.bool_] = found
    return result


def read_items(found: Any, length: int | None = None) -> tuple[Any, ...]:
    """Give the items of a list or tuple; raise `Misread` for anything else or another length."""
    found = contents(found)
    if not is_exactly(found, list, tuple):
        raise Misread(f"{describe(found)}, expected a list or tuple")
    if length is not None and len(found) != length:
        raise Misread(f"{describe(found)}, expected {counted(length, 'item')}")
    return tuple(found)


def read_dict(found: Any) -> dict[Any, Any]:
    """Give a dictionary; raise `Misread` for anything else."""
    found = contents(found)
    if not is_exactly(found, dict):
        raise Misread(f"{describe(found)}, expected a dict")
    result: dict[Any, Any] = found
    return result


def contents(value: Any) -> Any:
    """Return the plain list, tuple or dictionary inside an object of a class derived from one, or `value` itself.

    An object in the student's process is asked for there; what comes back is read like any result.

    >>> from collections import OrderedDict
    >>> contents(OrderedDict(a=1)), contents(3)
    ({'a': 1}, 3)
    """
    kind = type(value)
    if kind in (list, tuple, dict):
        return value
    remote = getattr(kind, "_autograder_contents", None)  # of its class: an object may claim anything
    if remote is not None:
        return remote(value)
    if issubclass(kind, dict):
        return dict(dict.items(value))
    if issubclass(kind, tuple):
        return tuple(tuple.__iter__(value))
    return list(list.__iter__(value)) if issubclass(kind, list) else value


def read_boolean(found: Any) -> bool:
    """Give one truth value; raise `Misread` for anything else."""
    if is_exactly(found, np.ndarray) and found.shape == () and found.dtype.kind == "b":
        found = found[()]
    if not is_exactly(found, *_BOOLEANS):
        raise Misread(f"{describe(found)}, expected True or False")
    return bool(found)


def numbers_in(found: Any, depth: int = 4) -> NDArray[np.float64]:
    """Give every number in a nested result as one vector; raise `Misread` if there is something else."""
    found = contents(found)
    if is_exactly(found, dict):
        found = list(found.values())
    if is_exactly(found, list, tuple) and depth:
        parts = [numbers_in(item, depth - 1) for item in found]
        return np.concatenate(parts) if parts else np.zeros(0)
    if is_exactly(found, np.ndarray) or is_tensor(found):
        return read_array(found).ravel()
    return np.array([read_float(found)])


def is_tensor(value: object) -> bool:
    """Whether this is a plain torch tensor or parameter; torch itself is never imported here."""
    torch = sys.modules.get("torch")
    return torch is not None and is_exactly(value, torch.Tensor, torch.nn.Parameter)


def describe(value: object) -> str:
    """Say what a value is, in words, without trusting its own `repr`.

    >>> describe([1, 2])
    'a list of 2 items'
    >>> describe(np.zeros((2, 3), dtype=bool))
    'an array of shape (2, 3) and type bool'
    """
    if value is None:
        return "None (did you forget `return`?)"
    if is_exactly(value, *_BOOLEANS):
        return f"the truth value {bool(value)}"
    if is_exactly(value, *_INTEGERS, *_FLOATS):
        return f"the number {shown(value)}"
    if is_exactly(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype.name}"  # type: ignore[attr-defined] # narrowed by identity
    if is_exactly(value, list, tuple, dict, set, str):
        noun = "character" if type(value) is str else "item"
        return f"a {type(value).__name__} of {counted(len(value), noun)}"  # type: ignore[arg-type] # narrowed by identity
    if is_tensor(value):
        return f"a torch tensor of shape {tuple(value.shape)}"  # type: ignore[attr-defined] # narrowed by identity
    name = getattr(type(value), "_autograder_type_name", None)  # a proxy knows what it stands for
    return f"an object of type {str(type(value).__name__ if name is None else name(value))[:60]}"


def shown(value: Any) -> str:
    """Write a number with six digits; integers whole.

    >>> shown(1 / 3), shown(127), shown(10**30)
    ('0.333333', '127', '1e+30')
    """
    if type(value) is int and abs(value) < 10**15:
        return str(value)
    try:
        return f"{float(value):.6g}"
    except OverflowError:
        return "an integer too large to write"


def counted(number: float, noun: str, plural: str = "") -> str:
    """Write a number with its noun, in the singular for one; the plural takes an s unless it is given.

    >>> counted(1, "layer"), counted(0.5, "step"), counted(2, "entry", "entries")
    ('1 layer', '0.5 steps', '2 entries')
    """
    written = shown(number)
    return f"{written} {noun if written == '1' else plural or noun + 's'}"


def _finite(value: float) -> float:
    if value != value:
        raise Misread("NaN (“not a number”): look for 0/0, inf − inf or log(0)·0")
    return value


def _tensor_as_array(value: Any) -> Any:
    if not is_tensor(value):
        return value
    try:
        return value.detach().cpu().double().numpy()
    except (RuntimeError, TypeError, NotImplementedError) as error:
        raise Misread("a torch tensor whose entries cannot be read") from error


def _index_of_first(mask: NDArray[np.bool_]) -> str:
    return str([int(i) for i in np.argwhere(mask)[0]]) if mask.ndim else "its only entry"


def _scalar_advice(found: object) -> str:
    if is_exactly(found, np.ndarray) and found.size == 1:  # type: ignore[attr-defined] # narrowed by identity
        return ": take the entry out of its array, for example with `.item()`"
    if is_tensor(found):
        return ": take the number out of its tensor with `.item()`"
    return ""


def _array_advice(found: object) -> str:
    return ": wrap it in `np.array(...)`" if is_exactly(found, list, tuple) else ""


def _or_fail(read: Any, found: Any, what: str, see: str | None) -> Any:
    try:
        return read(found)
    except Misread as misread:
        fail(f"{what} is {misread}.", see=see)
