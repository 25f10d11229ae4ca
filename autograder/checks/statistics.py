r"""Checking random draws: sharp enough to tell neighbouring recipes apart, and never wrong about a right one.

Each function states the probability that a right answer fails, at most `FALSE_ALARM` = 1e-9.
The bounds are

- Chernoff's for a frequency: :math:`P \le 2 e^{-n\,\mathrm{KL}(\hat p \| p)}`;
- Massart's (1990) for the largest distance of the empirical distribution function from the true one:
  :math:`P(D_n > d) \le 2 e^{-2 n d^2}`;
- Laurent and Massart's (2000, lemma 1) for a :math:`\chi^2` variable with k degrees of freedom:
  each side of :math:`k \pm (2\sqrt{kx} + 2x)` has probability at most :math:`e^{-x}`;
- the normal tail for a mean and a standard deviation of at least `DRAWS_NEEDED` draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.comparison import that
from autograder.checks.failure import fail
from autograder.checks.reading import array, shown

FALSE_ALARM = 1e-9
"""Largest probability with which one of these checks may reject a right answer."""

BAND = 0.02
"""Half the width of the accepted band around a standard deviation, relative."""

DRAWS_NEEDED = 50_000
r"""Fewest draws for a standard deviation: the standard error :math:`1/\sqrt{2n}` is a sixth of `BAND`."""

NORMAL_QUANTILE = 6.2
"""A standard normal variable is farther from 0 with probability 6e-10."""

Stds = Mapping[str, float]
"""The sentence that names a misconception → the standard deviation (or bound) that it leads to."""


def std(
    draws: Any,
    expected: float,
    *,
    what: str = "the standard deviation",
    mistaken_for: Stds | None = None,
    see: str | None = None,
) -> None:
    r"""Fail unless the standard deviation of the draws is the expected one within 2 %.

    Of n independent draws with a kurtosis of at most 3 (normal, uniform)
    the standard deviation has a relative standard error of at most :math:`1/\sqrt{2n}`:
    0.22 % for the 100 000 draws that checks ask for, so that the band is nine standard errors wide.
    False alarms: below 1e-18 then, and below 1e-9 from 50 000 draws on.

    Args:
        draws: The student's array, any shape.
        expected: The right standard deviation.
        what: How the message names it.
        mistaken_for: Known wrong values, each with the sentence that explains it.
        see: Section of the book.
    """
    entries = _enough(draws, what)
    found = float(np.std(entries))
    if abs(found / expected - 1) <= BAND:
        return
    complaint = f"{what} is {shown(found)}, expected {shown(expected)} (measured on {entries.size} draws)."
    fail(complaint + _recognised(found, expected, mistaken_for), see=see)


def mean(
    draws: Any,
    expected: float,
    *,
    std: float | None = None,
    what: str = "the mean",
    see: str | None = None,
) -> None:
    r"""Fail unless the mean of independent draws is the expected one within 6.2 standard errors.

    False alarms: 6e-10, from the normal tail.

    Args:
        draws: The student's array, any shape, at least 1000 entries.
        expected: The right mean.
        std: Standard deviation of one draw; measured on the draws if not given.
        what: How the message names the mean.
        see: Section of the book.
    """
    entries = _enough(draws, what, needed=1000)
    spread = float(np.std(entries)) if std is None else std
    allowed = NORMAL_QUANTILE * spread / math.sqrt(entries.size)
    found = float(np.mean(entries))
    if abs(found - expected) > allowed:
        fail(f"{what} is {shown(found)}, expected {shown(expected)} ± {shown(allowed)}.", see=see)


def frequency(
    hits: Any,
    expected: float,
    *,
    what: str = "the share",
    see: str | None = None,
    false_alarm: float = FALSE_ALARM,
) -> None:
    r"""Fail unless independent events happened with the expected probability.

    False alarms: at most `false_alarm`, by Chernoff's bound, whatever n and p.

    Args:
        hits: Array of 0 and 1 (or booleans), one entry an event.
        expected: The probability p of a hit.
        what: How the message names the share.
        see: Section of the book.
        false_alarm: Largest probability with which a right answer may fail.
    """
    events = np.asarray(hits, dtype=np.float64)
    found = float(events.mean())
    surprise = events.size * _relative_entropy(found, expected)
    if surprise > math.log(2 / false_alarm):
        fail(f"{what} is {shown(found)}, expected about {shown(expected)} ({events.size} draws).", see=see)


def gaussian(draws: Any, std: float, *, what: str = "the draws", see: str | None = None) -> None:
    r"""Fail unless the draws follow the whole normal distribution N(0, std²), tails included.

    Compares the distribution function on 401 points (Massart's bound)
    and the share beyond three standard deviations (Chernoff's), which a truncated normal has not.
    False alarms: at most 1e-9, one half for each.

    Args:
        draws: The student's array, any shape, at least 50 000 entries.
        std: The right standard deviation σ; check it first with `std`, whose messages are finer.
        what: How the message names the draws.
        see: Section of the book.
    """
    scaled = _enough(draws, what) / std
    if _distance(scaled, np.linspace(-4, 4, 401), _normal_cdf) > _allowed_distance(scaled.size):
        bound = math.sqrt(3)
        looks_uniform = _distance(scaled, np.linspace(-bound, bound, 401), _uniform_cdf) < 0.01
        advice = "They look uniform." if looks_uniform else "Their histogram has another shape."
        fail(f"{what} must be Gaussian with standard deviation {shown(std)}. {advice}", see=see)
    tail = f"the share of {what} beyond three standard deviations (a truncated normal has none)"
    frequency(
        np.abs(scaled) > 3, math.erfc(3 / math.sqrt(2)), what=tail, see=see, false_alarm=FALSE_ALARM / 2
    )


def uniform(
    draws: Any,
    bound: float,
    *,
    what: str = "the draws",
    mistaken_for: Stds | None = None,
    see: str | None = None,
) -> None:
    r"""Fail unless the draws are uniform on [−bound, bound].

    No draw may lie outside, the largest must come within 2 % of the bound (a right answer misses that with
    probability :math:`0.98^n`), and the distribution function must be the straight line (Massart's bound).
    False alarms: at most 1e-9.

    Args:
        draws: The student's array, any shape, at least 50 000 entries.
        bound: The right bound.
        what: How the message names the draws.
        mistaken_for: Known wrong bounds, each with the sentence that explains it.
        see: Section of the book.
    """
    entries = _enough(draws, what)
    found = float(np.abs(entries).max())
    rounding = 1e-3 if getattr(draws, "dtype", None) == np.float16 else 1e-6
    if not (1 - BAND) * bound <= found <= (1 + rounding) * bound:
        complaint = f"{what} reach {shown(found)}, expected a bound of {shown(bound)}."
        fail(complaint + _recognised(found, bound, mistaken_for), see=see)
    scaled = entries / bound * math.sqrt(3)
    grid = np.linspace(-math.sqrt(3), math.sqrt(3), 401)
    if _distance(scaled, grid, _uniform_cdf) > _allowed_distance(scaled.size):
        fail(f"{what} must be spread evenly between −{shown(bound)} and {shown(bound)}.", see=see)


def independent(draws: Any, *, what: str = "the weights", see: str | None = None) -> None:
    r"""Fail unless the entries of a matrix look independent of each other, with one mean and one spread.

    Nine properties, each with a tenth of the false-alarm rate: the means of rows and of columns scatter as
    :math:`\chi^2` (too much: a draw shared along a line; too little: lines that were centred);
    no two rows and no two columns are correlated; nor are they orthogonal; neighbours are not correlated.
    At least 2 % of the entries must differ from each other, which a matrix of repeated draws does not reach.

    Args:
        draws: The student's matrix, at least 200 by 200.
        what: How the message names the draws.
        see: Section of the book.
    """
    entries = _enough(draws, what, needed=40_000)
    entries = entries - entries.mean()
    spread = float(np.std(entries))
    that(spread > 0, f"{what} are all the same number: each needs a draw of its own.", see=see)
    needed = 0.02 * entries.size
    some = entries.ravel()[: entries.size // 20]  # nearly always enough, and not all need to be sorted then
    if np.unique(some).size < needed and (different := np.unique(entries).size) < needed:
        fail(f"{what}: only {different} different numbers among {entries.size}; draw each one anew.", see=see)
    for lines, matrix in (("rows", entries / spread), ("columns", entries.T / spread)):
        _means_scatter(matrix, lines, what, see)
        _lines_uncorrelated(matrix, lines, what, see)
    neighbours = entries[:, 1:] * entries[:, :-1] / spread**2
    if abs(neighbours.sum()) > 6.5 * math.sqrt(neighbours.size):  # 8e-11, from the normal tail
        fail(f"{what}: neighbours in a row depend on each other.", see=see)


def _means_scatter(matrix: NDArray[np.float64], lines: str, what: str, see: str | None) -> None:
    rows, columns = matrix.shape
    statistic = columns * float((matrix.mean(axis=1) ** 2).sum())
    x = math.log(10 / FALSE_ALARM)
    if statistic > rows + 2 * math.sqrt(rows * x) + 2 * x:
        fail(f"{what}: the means of the {lines} differ too much, as if a line shared its draw.", see=see)
    if statistic < rows - 2 * math.sqrt(rows * x):
        fail(f"{what}: the means of the {lines} are too equal, as if each line had been centred.", see=see)


def _lines_uncorrelated(matrix: NDArray[np.float64], lines: str, what: str, see: str | None) -> None:
    rows, columns = matrix.shape
    unit = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-300)
    cosines = unit @ unit.T
    np.abs(cosines, out=cosines)
    np.fill_diagonal(cosines, 0.0)  # with itself
    _not_orthogonal(np.diagonal(cosines, offset=1), columns, lines, what, see)
    pairs = rows * (rows - 1) / 2
    if cosines.max() > math.sqrt(2 * math.log(10 * pairs / FALSE_ALARM) / (columns - 2)):
        i, j = (int(k) for k in np.unravel_index(int(cosines.argmax()), cosines.shape))
        fail(f"{what}: the {lines} {i} and {j} depend on each other; draw every entry on its own.", see=see)


def _not_orthogonal(
    cosines: NDArray[np.float64], columns: int, lines: str, what: str, see: str | None
) -> None:
    r"""Fail if consecutive lines are nearer to a right angle than independent ones are.

    The cosines of consecutive lines are independent, and :math:`X = n \cos^2` has :math:`E[X] = 1`, :math:`E[X^2] < 3`;
    Bernstein's inequality for sums of k variables that are not negative: :math:`P(S < k - t) \le e^{-t^2/6k}`.
    """
    k = len(cosines)
    if columns * float((cosines**2).sum()) < k - math.sqrt(6 * k * math.log(10 / FALSE_ALARM)):
        fail(
            f"{what}: the {lines} stand at right angles to each other, as in an orthogonal matrix; "
            "draw every entry on its own.",
            see=see,
        )


def _enough(draws: Any, what: str, needed: int = DRAWS_NEEDED) -> NDArray[np.float64]:
    entries = array(draws, what)
    if entries.size < needed:
        raise ValueError(
            f"{what}: this check needs {needed} draws, got {entries.size}; look at the shape first"
        )
    if not np.isfinite(entries).all():
        fail(f"{what}: some draws are infinite.")
    return entries


def _recognised(found: float, expected: float, mistaken_for: Stds | None) -> str:
    for sentence, value in (mistaken_for or {}).items():
        if abs(found / value - 1) <= BAND < abs(value / expected - 1):
            return f"\n{sentence}"
    return ""


def _relative_entropy(found: float, expected: float) -> float:
    """Kullback and Leibler's distance of two coins, in nats; infinite for a hit that cannot happen."""
    parts = ((found, expected), (1 - found, 1 - expected))
    if any(p > 0 and q <= 0 for p, q in parts):
        return math.inf
    return sum(p * math.log(p / q) for p, q in parts if p > 0)


def _distance(scaled: NDArray[np.float64], grid: NDArray[np.float64], cdf: Any) -> float:
    """Largest distance, on the grid, of the empirical distribution function from the true one."""
    empirical = np.searchsorted(np.sort(scaled, axis=None), grid, side="right") / scaled.size
    return float(np.abs(empirical - [cdf(point) for point in grid]).max())


def _allowed_distance(draws: int) -> float:
    return math.sqrt(math.log(4 / FALSE_ALARM) / (2 * draws))


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _uniform_cdf(z: float) -> float:
    """Distribution function of the uniform variable with mean 0 and variance 1."""
    return min(max(0.5 + z / math.sqrt(12), 0.0), 1.0)
