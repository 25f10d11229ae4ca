"""Item analysis: how hard each check was, whether it separates those who know from those who do not, what it said."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.records import GRADER_DIED, CellScore, Graded, Outcome

FEWEST = 3
"""Of two rows the correlation is 1, -1 or undefined, whatever they did."""
MOST_SAYINGS = 3
_NUMBER = re.compile(r"(?<!\w)[-+−]?(?:\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?|nan|inf)(?!\w)")
_NUMBERS = re.compile(r"[\[(]?#(?:[\s,;]+#)*[\])]?")
_ADDED = ("Read again: ", "The numbers were drawn with seed ")
"""How the lines begin that every message ends with: where to read, and how to repeat the draw."""


@dataclass(frozen=True)
class Saying:
    """What a check told several students: one of their messages, and how many got it but for the numbers."""

    text: str
    count: int


@dataclass(frozen=True)
class Item:
    """One check, as a class answered it.

    Attributes:
        assignment: The slug.
        name: The check.
        max_points: What it can earn.
        submissions: How many submissions it judged.
        failed: How many of them did not get all of its points.
        difficulty: Mean share of its points; None if it has none to give, or nobody was judged.
        discrimination: Correlation of its points with the points of all other checks; None if undefined.
        sayings: The most frequent messages, the most frequent first.
    """

    assignment: str
    name: str
    max_points: float
    submissions: int
    failed: int
    difficulty: float | None
    discrimination: float | None
    sayings: tuple[Saying, ...]


def judged(rows: Iterable[Graded]) -> list[Graded]:
    """Return the rows that tell something about the checks: files that could be read, by a grader that lived."""
    return [row for row in rows if row.outcome is not Outcome.UNREADABLE and GRADER_DIED not in row.flags]


def items(rows: Iterable[Graded]) -> list[Item]:
    """Return one item a check, by assignment, and in the order of the checks."""
    by_slug: dict[str, list[Graded]] = defaultdict(list)
    for row in judged(rows):
        by_slug[row.assignment].append(row)
    return [
        _item(slug, name, by_slug[slug])
        for slug in sorted(by_slug)
        for name in dict.fromkeys(cell.name for row in by_slug[slug] for cell in row.cells)
    ]


def _item(slug: str, name: str, rows: Sequence[Graded]) -> Item:
    answers = [(cell, row.points - cell.points) for row in rows for cell in row.cells if cell.name == name]
    cells = [cell for cell, _ in answers]
    shares = [cell.points / cell.max_points for cell in cells if cell.max_points]
    return Item(
        assignment=slug,
        name=name,
        max_points=max(cell.max_points for cell in cells),
        submissions=len(cells),
        failed=sum(cell.points < cell.max_points for cell in cells),
        difficulty=statistics.fmean(shares) if shares else None,
        discrimination=discrimination([cell.points for cell in cells], [rest for _, rest in answers]),
        sayings=sayings(cells),
    )


def discrimination(points: Sequence[float], rest: Sequence[float]) -> float | None:
    r"""Return the corrected item-rest correlation of one check.

    .. math:: r = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sqrt{\sum_i (x_i - \bar x)^2 \sum_i (y_i - \bar y)^2}}

    Corrected: the check's own points are not part of the sum that it is compared with, else every check would
    agree with itself.

    Args:
        points: :math:`x_i`, the points of student :math:`i` for this check.
        rest: :math:`y_i`, the points of the same student for all other checks.

    Returns:
        A number from -1 to 1; None for fewer than three students, or if all have the same.

    >>> discrimination([0, 1, 1], [0, 2, 2])
    1.0
    """
    if len(points) < FEWEST or len(set(points)) < 2 or max(rest) - min(rest) < 1e-9:
        return None
    return max(-1.0, min(1.0, statistics.correlation(points, rest)))


def sayings(cells: Iterable[CellScore]) -> tuple[Saying, ...]:
    """Return what a check said most often, messages that differ in numbers only counted as one."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        if cell.message:
            text = core(cell.message)
            texts[_NUMBERS.sub("#", _NUMBER.sub("#", text))][text] += 1
    ranked = sorted(texts.values(), key=lambda alike: (-alike.total(), min(alike)))
    return tuple(
        Saying(min(alike, key=lambda text: (-alike[text], text)), alike.total())
        for alike in ranked[:MOST_SAYINGS]
    )


def core(message: str) -> str:
    r"""Return the line of a message that says most: the misconception if it names one, else what was found.

    >>> core("`std` is 0.1, expected 0.2.\nThat is the variance; take its root.\nRead again: chapter he.")
    'That is the variance; take its root.'
    """
    lines = [line for line in message.splitlines() if line.strip() and not line.startswith(_ADDED)]
    if len(lines) == 2 and not lines[1][0].isspace():
        return lines[1]
    return lines[0].strip() if lines else ""
