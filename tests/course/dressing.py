"""The solution in other clothes: right results of every make that the checks promise to accept.

The table in `autograder.checks.comparison` says what is accepted for what; a *dress* makes of each result another
value that the same row of the table allows, and of the arguments what single precision makes of them.
A check that rejects one of them raises a false alarm, often only for a rare draw:
`python -m tests.course.false_alarms --answers dressed` looks for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.course.corpus import DESIGNS

Dress = Callable[[Any], Any]


def source(answer: str, function: str, dress: str) -> str:
    """Return the code of an answer whose results, or arguments, wear a dress."""
    return (
        f"{answer}\nfrom tests.course import dressing\n{function} = dressing.dressed({function}, {dress!r})\n"
    )


def dressed(function: Callable[..., Any], dress: str) -> Callable[..., Any]:
    """Return the function with its results dressed."""

    @functools.wraps(function)
    def wearing(*args: Any, **kwargs: Any) -> Any:
        if dress == SINGLE:
            args, kwargs = _each(args, _single), {key: _each(value, _single) for key, value in kwargs.items()}
            return function(*args, **kwargs)
        return _each(function(*args, **kwargs), DRESSES[dress])

    return wearing


def _each(value: Any, dress: Dress) -> Any:
    """Dress every number and array in a nested result; whatever else there is stays as it is."""
    if type(value) in (list, tuple):
        return type(value)(_each(item, dress) for item in value)
    if type(value) is dict:
        return {key: _each(item, dress) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic | bool | int | float):
        return dress(value)
    return value


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _kind(value: Any) -> str:
    return str(np.asarray(value).dtype.kind)


def _as_float32(value: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.asarray(value, dtype=np.float32)[()] if _kind(value) == "f" else value


def _as_python(value: Any) -> Any:
    return value if _is_array(value) else np.asarray(value).item()


def _as_0d(value: Any) -> Any:
    return np.asarray(value)


def _as_longdouble(value: Any) -> Any:
    return np.asarray(value, dtype=np.longdouble)[()] if _kind(value) in "fiu" else value


def _as_small_integer(value: Any) -> Any:
    return np.asarray(value, dtype=np.int32)[()] if _kind(value) in "iu" else value


def _as_whole_float(value: Any) -> Any:
    return np.asarray(value, dtype=np.float64)[()] if _kind(value) in "iu" else value


def _as_locked_fortran(value: Any) -> Any:
    if not _is_array(value):
        return value
    turned = np.asfortranarray(value.copy())
    turned.flags.writeable = False
    return turned


def _as_view(value: Any) -> Any:
    """Give every second entry of an array twice as long, read backwards: neither contiguous nor ascending."""
    if not _is_array(value):
        return value
    return np.repeat(value[..., ::-1], 2, axis=-1)[..., ::-2]


def _single(value: Any) -> Any:
    """Give arguments in single precision; numbers stay what they are, as they take part without raising it."""
    return value.astype(np.float32) if _is_array(value) and _kind(value) == "f" else value


SINGLE = "computed in float32"
"""The one dress of the arguments: whatever comes after them is single precision."""

DRESSES: dict[str, Dress] = {
    "rounded to float32": _as_float32,
    "Python numbers": _as_python,
    "0-d arrays": _as_0d,
    "long doubles": _as_longdouble,
    "int32": _as_small_integer,
    "whole floats": _as_whole_float,
    "locked, in Fortran's order": _as_locked_fortran,
    "a view with steps": _as_view,
}

FINE = frozenset({"distinct_units"})
"""Functions whose question, whether 1e-9 is a difference, has no sense in single precision."""


BARE = DESIGNS | {"SimpleNN", "configure_optimizer"}
"""Functions and classes that give a module or an optimizer, and no number to dress."""


def dresses_of(function: str) -> list[str]:
    """Return the dresses in which a function is still right."""
    if function in BARE:
        return []
    return [*DRESSES] if function in FINE else [*DRESSES, SINGLE]
