"""The tables of the page "Theory against measurement"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from IPython.display import Markdown


@dataclass(frozen=True)
class Row:
    """One claim of the course, what theory says of it and what was measured.

    Attributes:
        claim: The quantity, in Markdown.
        where: The section that derives it, as a link's target: `he.md#half-of-the-signal`.
        theory: What is predicted; None where theory gives no number.
        measured: What was found.
        within: The bounds that the page asserts for what was found.
        published: What others found, with the source, in Markdown; empty if nothing was read.
        digits: How many are shown.
    """

    claim: str
    where: str
    theory: float | None
    measured: float
    within: tuple[float, float]
    published: str = ""
    digits: int = 4

    @property
    def holds(self) -> bool:
        """Whether the measurement is within the bounds.

        >>> Row("a quarter", "he.md", 0.25, 0.251, (0.24, 0.26)).holds
        True
        """
        return self.within[0] <= self.measured <= self.within[1]


def number(value: float | None, digits: int = 4) -> str:
    r"""Return a number in so many digits, with a power of ten where there are many zeros; nothing for None.

    >>> [number(v) for v in (0.25, 24.2317, 2.0**20, 9.09e-13, 1.0, 0.0, None)]
    ['0.25', '24.23', '$1.049 \\cdot 10^{6}$', '$9.09 \\cdot 10^{-13}$', '1', '0', '']
    """
    if value is None:
        return ""
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    return rf"${mantissa} \cdot 10^{{{int(power)}}}$" if power else mantissa


def table(rows: Iterable[Row]) -> Markdown:
    """Show rows, one line each; where nothing was published, there is no such column.

    Args:
        rows: The claims, in the order in which they are shown.

    >>> print(table([Row("a quarter", "he.md", 0.25, 0.251, (0.24, 0.26))]).data)
    | claim | theory | measured | asserted | derived in |
    | --- | --- | --- | --- | --- |
    | a quarter | 0.25 | 0.251 | 0.24 to 0.26 | [](he.md) |
    """
    rows = list(rows)
    head = ["claim", "theory", "measured", "asserted", "published", "derived in"]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        low, high, theory, measured = (
            number(value, row.digits) for value in (*row.within, row.theory, row.measured)
        )
        bounds = low if low == high else f"{low} to {high}"
        lines.append([row.claim, theory, measured, bounds, row.published, f"[]({row.where})"])
    if not any(row.published for row in rows):
        lines = [line[:4] + line[5:] for line in lines]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
