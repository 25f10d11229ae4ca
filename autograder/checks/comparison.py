"""Comparing a result with what was expected, and naming the mistake when the result is a known one.

What is expected decides what is accepted:

==================  ==================================================================================
expected            accepted
==================  ==================================================================================
`float`             a Python number, a NumPy scalar or a 0-d array, within the tolerance
`int`               the same, and exactly this integer (`127.0` is one)
`bool`              `True` or `False`, as Python or NumPy writes them
numeric array       a plain array of this shape and any real type, each entry within the tolerance
boolean array       a plain boolean array with these entries
list or tuple       a list or a tuple, a named one too, whose items are accepted one by one
dict                a dict, an `OrderedDict` too, with these keys whose values are accepted one by one
torch tensor        a torch tensor of this shape, each entry within the tolerance
`str`               this very string
==================  ==================================================================================

The tolerance is 2e-5 of the largest entry of the expected array, so that float32 arithmetic passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.failure import fail
from autograder.checks.reading import (
    Misread,
    array,
    describe,
    is_exactly,
    is_tensor,
    read_array,
    read_boolean,
    read_booleans,
    read_dict,
    read_items,
    read_number,
    shown,
)

TOLERANCE = 2e-5
"""Relative to the largest entry of what is expected."""

Mistakes = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
"""Known wrong results: the sentence that names the misconception → the value that it leads to.

Or a function that gives them, for values that take time to compute: it is called for a wrong result only.
"""


def close(
    found: Any,
    expected: Any,
    *,
    what: str = "the result",
    mistaken_for: Mistakes | None = None,
    see: str | None = None,
    tolerance: float = TOLERANCE,
    scale: float = 0.0,
) -> None:
    """Fail unless the result is the expected one; the module's table says what is accepted for what.

    Args:
        found: The student's result.
        expected: The right one; an `int` asks for an integer, a `float` for a real number.
        what: How the message names the result, such as `` "`forward_variance(300)`" ``.
        mistaken_for: Known wrong results, each with the sentence that explains it; or a function that gives them.
        see: Section of the book.
        tolerance: Allowed difference, relative to the largest entry of `expected`.
        scale: Allow this much more: `tolerance` of a magnitude that the result came from by cancellation.

    >>> close(np.float32(0.1), 0.1)
    >>> close([1.0, 2.0], np.array([1.0, 2.0]))
    Traceback (most recent call last):
    autograder.checks.failure.CheckFailed: the result is a list of 2 items, expected a plain NumPy array: \
wrap it in `np.array(...)`.
    """
    difference = _Difference(tolerance, scale)
    complaint = difference.between(found, expected, what)
    if complaint is None:
        return
    mistakes = mistaken_for() if callable(mistaken_for) else mistaken_for
    for sentence, value in (mistakes or {}).items():
        if difference.between(value, expected, what) and not difference.between(found, value, what):
            complaint += f"\n{sentence}"
            break
    fail(complaint, see=see)


def shape(
    found: Any, expected: tuple[int, ...], *, what: str = "the result", see: str | None = None
) -> NDArray[np.float64]:
    """Fail unless this is a plain numeric array of this shape; return its entries as float64."""
    entries = array(found, what, see)
    if entries.shape != expected:
        transposed = len(expected) > 1 and entries.shape == expected[::-1]
        hint = "\nIt is transposed: rows and columns are swapped." if transposed else ""
        fail(f"{what} has shape {entries.shape}, expected {expected}.{hint}", see=see)
    return entries


def that(condition: Any, message: str, *, see: str | None = None) -> None:
    """Fail with the message unless the condition is true: for a property that has no word of its own here."""
    if not (is_exactly(condition, bool, np.bool_) and condition):
        fail(message, see=see)


class _Difference:
    """Says in words how a value differs from the expected one; None if it does not."""

    def __init__(self, tolerance: float, scale: float):
        self.tolerance = tolerance
        self.scale = scale

    def between(self, found: Any, expected: Any, what: str) -> str | None:
        """Compare in the manner that the type of `expected` asks for."""
        try:
            return self._comparison(expected)(found, expected, what)
        except Misread as misread:
            return f"{what} is {misread}."

    def _comparison(self, expected: Any) -> Callable[[Any, Any, str], str | None]:
        if isinstance(expected, (bool, np.bool_)):
            return self._booleans
        if isinstance(expected, (int, np.integer)):
            return self._integers
        if isinstance(expected, (float, np.floating)):
            return self._numbers
        if isinstance(expected, np.ndarray):
            return self._boolean_arrays if expected.dtype.kind == "b" else self._arrays
        if isinstance(expected, (list, tuple)):
            return self._sequences
        if isinstance(expected, dict):
            return self._dicts
        if is_tensor(expected):
            return self._tensors
        return self._others

    def _allowed(self, expected: NDArray[np.float64]) -> float:
        # The floor of 1e-12 lets rounding pass where the exact result is zero.
        largest = float(np.max(np.abs(expected), initial=0.0))
        return self.tolerance * max(largest, self.scale) or 1e-12

    def _booleans(self, found: Any, expected: Any, what: str) -> str | None:
        right = read_boolean(found) == bool(expected)
        return None if right else f"{what} is {not expected}, expected {bool(expected)}."

    def _integers(self, found: Any, expected: Any, what: str) -> str | None:
        value = read_number(found)
        return None if value == int(expected) else f"{what} is {shown(value)}, expected {int(expected)}."

    def _numbers(self, found: Any, expected: Any, what: str) -> str | None:
        value, right = read_number(found), float(expected)
        try:
            near = value == right or abs(float(value) - right) <= self._allowed(np.array(right))
        except OverflowError:  # a Python integer beyond the floats
            near = False
        return None if near else f"{what} is {shown(value)}, expected {shown(right)}."

    def _arrays(self, found: Any, expected: Any, what: str) -> str | None:
        if is_tensor(found):
            raise Misread(f"{describe(found)}, expected a plain NumPy array: use `.detach().numpy()`")
        return self._entries(read_array(found), np.asarray(expected, dtype=np.float64), what)

    def _tensors(self, found: Any, expected: Any, what: str) -> str | None:
        if not is_tensor(found):
            raise Misread(f"{describe(found)}, expected a torch tensor")
        return self._entries(read_array(found), read_array(expected), what)

    def _entries(self, found: NDArray[np.float64], expected: NDArray[np.float64], what: str) -> str | None:
        if found.shape != expected.shape:
            hint = " It is transposed." if found.ndim > 1 and found.shape == expected.shape[::-1] else ""
            return f"{what} has shape {found.shape}, expected {expected.shape}.{hint}"
        with np.errstate(all="ignore"):  # a hostile or overflowed entry is the finding, not an accident
            gap = np.where(found == expected, 0.0, np.abs(found - expected))
        if gap.size == 0 or gap.max() <= self._allowed(expected):
            return None
        worst = np.unravel_index(int(gap.argmax()), gap.shape)
        where = f" at {[int(i) for i in worst]}" if gap.ndim else ""
        share = (
            f" ({np.mean(gap > self._allowed(expected)):.0%} of the entries are wrong)"
            if gap.size > 1
            else ""
        )
        return f"{what}{where} is {shown(found[worst])}, expected {shown(expected[worst])}{share}."

    def _boolean_arrays(self, found: Any, expected: Any, what: str) -> str | None:
        value = read_booleans(found)
        if value.shape != expected.shape:
            return f"{what} has shape {value.shape}, expected {expected.shape}."
        wrong = np.argwhere(value != expected)
        if wrong.size == 0 and np.array_equal(value, expected):
            return None
        where = tuple(int(i) for i in wrong[0])
        return f"{what} at {list(where)} is {bool(value[where])}, expected {bool(expected[where])}."

    def _sequences(self, found: Any, expected: Any, what: str) -> str | None:
        values = read_items(found, len(expected))
        for index, (value, right) in enumerate(zip(values, expected, strict=True)):
            complaint = self.between(value, right, f"item {index} of {what}")
            if complaint:
                return complaint
        return None

    def _dicts(self, found: Any, expected: Any, what: str) -> str | None:
        found = read_dict(found)
        names = {key for key in found if is_exactly(key, str, int)}
        if len(names) != len(found) or names != set(expected):
            missing = ", ".join(str(key) for key in expected if key not in names)
            other = ", ".join(sorted(str(key) for key in names - set(expected)))
            faults = [f"missing: {missing[:300]}"] if missing else []
            faults += [f"not expected: {other[:300]}"] if other else []
            faults = faults or ["not expected: keys that are neither str nor int"]
            return f"{what} must have the keys {', '.join(map(str, expected))[:300]}; {'; '.join(faults)}."
        for key, right in expected.items():
            complaint = self.between(found[key], right, f"`{key}` of {what}")
            if complaint:
                return complaint
        return None

    def _others(self, found: Any, expected: Any, what: str) -> str | None:
        same = type(found) is type(expected) and is_exactly(expected, str, bytes) and found == expected
        return None if same else f"{what} is {describe(found)}, expected {expected!r}."
