"""Calling a student's function: what it returns, raises, changes and warns about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.checks.failure import fail, fail_unwritten
from autograder.checks.observation import Observation, observe, observe_these, outcome
from autograder.checks.reading import describe, is_exactly, is_tensor, shown
from autograder.checks.walking import is_module

SHORT = 4
"""Entries up to which a message writes a vector out, so that a zero or NaN in it is seen."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what the function gives for copies of these arguments.

    An exception, the untouched stub and a forgotten `return` become failures that say so.
    Prints and warnings are nobody's fault here; see `silent`.
    """
    return result_of(function, outcome(function, args, kwargs), args, kwargs)


def in_place(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Like `call`, on these very arguments instead of copies.

    For models and optimizers that came from the student's code, or from an `Observation`, and move on call by call.
    """
    return result_of(function, observe_these(function, *args, **kwargs), args, kwargs)


def with_arguments(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
    """Like `call`, and return the positional arguments, too, as the call left them: a trained model, for instance."""
    seen = observe(function, *args, **kwargs)
    return result_of(function, seen, args, kwargs), seen.args


def seeded(seed: int, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Like `call`, with torch's generator at this seed during the call: what it draws can be repeated."""
    return result_of(function, outcome(function, args, kwargs, seed), args, kwargs)


def silent(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Like `call`, and fail if NumPy or Python warned of an overflow, a division by zero or the like.

    Only `RuntimeWarning` counts: a print, a plot or a deprecated name costs nobody a mark.
    """
    seen = outcome(function, args, kwargs)
    result = result_of(function, seen, args, kwargs)
    for category, message in seen.warnings:
        if category == "RuntimeWarning":
            fail(
                f"{written_call(function, args, kwargs)} gave a warning: {message[:200]}. "
                "The result must be computed without leaving the range of the numbers; "
                "mind that `np.where` computes both of its branches for every entry."
            )
    return result


def leaves_unchanged(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Like `call`, and fail if the function changed an array or a list that it was given."""
    seen = observe(function, *args, **kwargs)
    result = result_of(function, seen, args, kwargs)
    before = [*enumerate(args), *kwargs.items()]
    after = [*seen.args, *(seen.kwargs.get(name) for name in kwargs)]
    for (name, given), left in zip(before, after, strict=True):
        if not _same(given, left):
            which = f"its {_ORDINALS[name]} argument" if isinstance(name, int) else f"its argument `{name}`"
            fail(
                f"{name_of(function)} changed {which} in place. "
                "Work on a new array: `w = w * 2` makes one, `w *= 2` and `w[0] = …` change the caller's."
            )
    return result


def raises(expected: type[Exception], function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Fail unless the function raises this very kind of error for these arguments.

    `LinAlgError`, which NumPy derives from `ValueError`, does not pass for one: it comes from an accident.
    """
    seen = outcome(function, args, kwargs)
    error = seen.error
    if isinstance(error, NotImplementedError):
        fail_unwritten(name_of(function), error)
    if isinstance(error, expected) and not isinstance(error, np.linalg.LinAlgError):
        return
    wanted = f"{written_call(function, args, kwargs)} must raise {expected.__name__}"
    if error is None:
        fail(f'{wanted}, but it returned {describe(seen.result)}. Use `raise {expected.__name__}("why")`.')
    fail(f"{wanted}, but it raised {_text_of(error)}. Test the argument before you use it.", cause=error)


def name_of(function: Callable[..., Any]) -> str:
    """Name a function as a message does: `` `xavier_normal` ``.

    >>> name_of(len), name_of(lambda: 0)
    ('`len`', 'your function')
    """
    name = getattr(function, "__name__", None)
    return f"`{name[:60]}`" if type(name) is str and name.isidentifier() else "your function"


def written_call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Write a call as the student would, long arguments shortened.

    >>> written_call(max, (0.5, [1, 2]), {"key": None})
    '`max(0.5, [2 items], key=None)`'
    """
    inside = [_written(value) for value in args]
    inside += [f"{name}={_written(value)}" for name, value in kwargs.items()]
    return f"`{name_of(function).strip('`')}({', '.join(inside)})`"


def result_of(
    function: Callable[..., Any], seen: Observation, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Give what an observed call returned, or fail if it raised or returned None."""
    if isinstance(seen.error, NotImplementedError):
        fail_unwritten(name_of(function), seen.error)
    if seen.error is not None:
        text = _text_of(seen.error)
        fail(f"{written_call(function, args, kwargs)} raised {text}.{_advice(text)}", cause=seen.error)
    if seen.result is None:
        fail(f"{written_call(function, args, kwargs)} returned None: did you forget `return`?")
    return seen.result


def _advice(text: str) -> str:
    """Say what may be wrong, by the words of NumPy and torch for products and sums of arrays that do not fit."""
    if any(words in text for words in ("core dimension", "not aligned", "cannot be multiplied")):
        return "\nThe shapes do not fit: print them, and mind that weights are (fan_out, fan_in)."
    if "broadcast" in text or "mismatch" in text:
        return "\nThe shapes do not fit: print them, and mind over which axis you sum."
    return ""


def _text_of(error: Exception) -> str:
    try:
        text = str(error)[:300]
    except Exception:  # a student's own exception class may break its own text
        text = "without a readable text"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _written(value: Any) -> str:
    if is_exactly(value, int, float, bool, type(None)):
        return shown(value) if is_exactly(value, float) and len(repr(value)) > 8 else repr(value)
    if is_exactly(value, str):
        return repr(value[:40])
    if is_exactly(value, np.ndarray) and _is_short(value):
        return f"array([{', '.join(shown(entry) for entry in value.tolist())}])"
    if is_exactly(value, np.ndarray) or is_tensor(value):
        return f"array of shape {tuple(value.shape)}"
    if is_exactly(value, list):
        return f"[{_written(value[0])}]" if len(value) == 1 else f"[{len(value)} items]"
    if is_exactly(value, tuple):
        plain = all(is_exactly(item, int, float, bool, str) for item in value)
        return repr(value)[:60] if plain else f"({len(value)} items)"
    if is_exactly(value, np.random.Generator):
        return "rng"
    if is_module(value):
        return type(value).__name__
    return name_of(value).strip("`") if callable(value) else "…"


def _is_short(value: Any) -> bool:
    return value.ndim == 1 and 0 < value.size <= SHORT and value.dtype.kind in "fiu"


def _same(before: Any, after: Any) -> bool:
    """Whether an argument still is what it was; callables and generators may do as they like."""
    if is_exactly(before, list, tuple):
        return (
            type(before) is type(after)
            and len(before) == len(after)
            and all(_same(old, new) for old, new in zip(before, after, strict=True))
        )
    if is_exactly(before, dict):
        return type(after) is dict and _same([*before.items()], [*after.items()])
    if is_exactly(before, bool, int, float, str, bytes):
        return type(after) is type(before) and repr(after) == repr(before)  # by repr, so that NaN is itself
    if is_exactly(before, np.ndarray):
        return (
            type(after) is np.ndarray
            and before.dtype == after.dtype
            and before.shape == after.shape
            and before.tobytes() == after.tobytes()
        )
    if is_tensor(before):
        return is_tensor(after) and before.shape == after.shape and bool((before == after).all())
    return True
