"""Checking a derivative against the function that it claims to be the derivative of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.calls import call, name_of
from autograder.checks.comparison import Mistakes, close
from autograder.checks.failure import fail
from autograder.checks.reading import array, is_exactly, number

STEP = 1e-3
"""Half the distance of the two points of a central difference, relative to the argument's size."""


def gradient(
    *,
    of: Callable[..., Any],
    claimed: Any,
    at: Any,
    what: str | None = None,
    mistaken_for: Mistakes | None = None,
    see: str | None = None,
    tolerance: float = 1e-4,
) -> None:
    """Fail unless `claimed` is the derivative of the function `of` at the point `at`.

    If `of` gives one number, this is its gradient with respect to every entry of `at`.
    If it gives an array of the shape of `at`, it is taken to act entry by entry.
    The comparison is with `numerical_gradient`, so no formula of the answer stands in the check.

    Args:
        of: The function, ours or the student's.
        claimed: The derivative: its value at `at`, or a function that gives it.
        at: A number or an array.
        what: How the message names the derivative.
        mistaken_for: Known wrong results, each with the sentence that explains it; or a function that gives them.
        see: Section of the book.
        tolerance: Allowed difference, relative to the largest entry of the derivative.

    >>> gradient(of=np.sin, claimed=np.cos, at=np.array([0.0, 1.0]))
    >>> gradient(of=lambda w: float((w**2).sum()), claimed=np.array([2.0, 4.0]), at=np.array([1.0, 2.0]))
    """
    found = call(claimed, at) if callable(claimed) else claimed
    named = what or (name_of(claimed) if callable(claimed) else "the gradient")
    expected: Any = numerical_gradient(of, at)
    found = array(found, named, see) if np.ndim(at) else number(found, named, see)
    expected = expected if np.ndim(at) else float(expected)
    what = f"{named} (against finite differences)"
    close(found, expected, what=what, mistaken_for=mistaken_for, see=see, tolerance=tolerance)


def numerical_gradient(function: Callable[..., Any], at: Any) -> NDArray[np.float64]:
    r"""Differentiate by central differences and one step of Richardson's extrapolation.

    .. math:: D(h) = \frac{f(x + h) - f(x - h)}{2h}, \qquad f'(x) = \frac{4 D(h/2) - D(h)}{3} + O(h^4)

    Args:
        function: Gives one number, or an array entry by entry.
        at: A number or an array, shape `s`.

    Returns:
        The derivative with respect to every entry, shape `s`.

    >>> round(float(numerical_gradient(np.exp, 0.0)), 9)
    1.0
    """
    point = np.asarray(at, dtype=np.float64)
    step = STEP * np.maximum(1.0, np.abs(point))
    if _is_entrywise(function, point):
        slopes: NDArray[np.float64] = _richardson(lambda h: _values(function, point + h, point.shape), step)
        return slopes
    result = np.empty_like(point)
    for index in np.ndindex(point.shape):
        unit = np.zeros_like(point)
        unit[index] = 1.0
        result[index] = _richardson(_along(function, point, unit), step[index])
    return result


def _along(
    function: Callable[..., Any], point: NDArray[np.float64], unit: NDArray[np.float64]
) -> Callable[[Any], NDArray[np.float64]]:
    """Return the scalar function as one of the distance from `point` in the direction `unit`."""
    return lambda h: _values(function, point + h * unit, ())


def _richardson(moved: Callable[[Any], NDArray[np.float64]], h: Any) -> Any:
    wide = (moved(h) - moved(-h)) / (2 * h)
    narrow = (moved(h / 2) - moved(-h / 2)) / h
    return (4 * narrow - wide) / 3


def _is_entrywise(function: Callable[..., Any], point: NDArray[np.float64]) -> bool:
    value = _called(function, point)
    return is_exactly(value, np.ndarray) and bool(value.shape == point.shape)


def _values(
    function: Callable[..., Any], point: NDArray[np.float64], expected: tuple[int, ...]
) -> NDArray[np.float64]:
    values = _called(function, point)
    if expected == ():
        return np.array(number(values, name_of(function)))
    entries = array(values, name_of(function))
    if entries.shape != expected:
        fail(f"{name_of(function)} gave shape {entries.shape} for an input of shape {expected}.")
    return entries


def _called(function: Callable[..., Any], point: NDArray[np.float64]) -> Any:
    """Call with a plain float where the point is one number; thousands of times, so without observing.

    Only when it raises is the call repeated under observation, which says it in words.
    """
    try:
        return function(point.copy() if np.ndim(point) else float(point))
    except Exception:
        return call(function, point if np.ndim(point) else float(point))
