"""Random inputs: drawn anew at every run, repeatable when a failure has to be looked at."""

from __future__ import annotations

import os
import secrets

import numpy as np


class _Seeds:
    """The seed that was asked for, and the one that the numbers at hand were drawn with."""

    fixed: int | None = None
    current: int | None = None


def use_seed(seed: int | None) -> None:
    """Let every later `rng()` start from this seed; None draws anew again.

    Without it the environment variable `AUTOGRADER_SEED` decides, and without that every run differs.
    """
    _Seeds.fixed = seed
    _Seeds.current = seed


def rng() -> np.random.Generator:
    """Return the generator of one check cell: call it once, at the cell's top, and draw everything from it.

    A hidden part that comes before the visible one has a call of its own:
    then one seed gives the visible part the same numbers with the hidden part and without it.

    >>> use_seed(7)
    >>> bool(rng().normal() == rng().normal())
    True
    >>> use_seed(None)
    """
    _Seeds.current = _next_seed()
    return np.random.default_rng(_Seeds.current)


def generator(source: np.random.Generator) -> np.random.Generator:
    """Return a fresh generator, seeded from `source`, to hand to one call of a student's function."""
    return np.random.default_rng(int(source.integers(2**63)))


def seed_line() -> str:
    """Say how to repeat the numbers; empty as long as none were drawn."""
    seed = _Seeds.current
    if seed is None:
        return ""
    return f"The numbers were drawn with seed {seed}; `checks.use_seed({seed})` repeats them."


def _next_seed() -> int:
    if _Seeds.fixed is not None:
        return _Seeds.fixed
    from_environment = os.environ.get("AUTOGRADER_SEED")
    return int(from_environment) if from_environment else secrets.randbelow(10**6)
