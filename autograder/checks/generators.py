"""Checking that randomness comes from the generator that was handed in, and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.calls import name_of, result_of
from autograder.checks.failure import fail
from autograder.checks.observation import Observation, outcome
from autograder.checks.reading import Misread, is_exactly, numbers_in


def decided_by_generator(
    function: Callable[..., Any], *args: Any, see: str | None = None, **kwargs: Any
) -> None:
    """Fail unless the state of the generator among the arguments decides the result.

    The same state must give the same numbers, another state others;
    the draws must move the generator on (or a second layer would get the first one's weights);
    NumPy's global random state must stay untouched.
    False alarms: none, for a function that draws at least two continuous numbers.

    Args:
        function: The student's function.
        args: Its arguments, with one `numpy.random.Generator` among them or among `kwargs`.
        see: Section of the book.
        kwargs: Its keyword arguments.
    """
    given = next(value for value in (*args, *kwargs.values()) if is_exactly(value, np.random.Generator))
    one, another = (int(seed) for seed in given.integers(2**63, size=2))

    def drawn_with(seed: int) -> tuple[NDArray[np.float64], Observation]:
        generator = np.random.default_rng(seed)
        swapped = tuple(generator if value is given else value for value in args)
        named = {key: generator if value is given else value for key, value in kwargs.items()}
        return _drawn(function, swapped, named)

    first, seen = drawn_with(one)
    other, _ = drawn_with(another)
    again, _ = drawn_with(one)  # not right after the first, so that a remembered result is seen through
    complaint = _complaint(seen, same=_equal(first, again), different=not _equal(first, other))
    if complaint:
        fail(f"{name_of(function)} {complaint}", see=see)


def _drawn(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[NDArray[np.float64], Observation]:
    """Give every number that the function returned, and what else it did."""
    seen = outcome(function, args, kwargs)
    try:
        return numbers_in(result_of(function, seen, args, kwargs)), seen
    except Misread as misread:
        fail(f"{name_of(function)} gave {misread}.")


def _complaint(seen: Observation, same: bool, different: bool) -> str:
    """Say what is wrong with the source of the draws; nothing if all is well."""
    if seen.touched_global_random:
        return "uses NumPy's global random state (`np.random.…`). Draw from `rng` instead."
    if not same:
        return "gave different numbers for two generators in the same state: draw from `rng`."
    if not different:
        return "gave the same numbers for two different generators: draw from `rng`."
    if not seen.drew:
        return (
            "leaves the generator where it was, so two calls with it would give equal weights. "
            "Draw from `rng` itself, not from a copy of it."
        )
    return ""


def _equal(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether the numbers agree up to the rounding of a sum in another order."""
    if one.shape != other.shape:
        return False
    scale = float(np.max(np.abs(one), initial=0.0))
    return bool(np.allclose(one, other, rtol=0, atol=1e-9 * scale, equal_nan=True))
