"""From verdicts to marks: pure arithmetic, one score for each test cell of the key, whatever happened."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.examiner.cell import Verdict
from autograder.records import AnswerKey, CellScore

NOT_REACHED = "This check was not reached."


def score(key: AnswerKey, verdicts: Mapping[str, Verdict], reason: str = "") -> tuple[CellScore, ...]:
    """Return one score per test cell, in the key's order.

    A cell earns all its points or none.  A cell without a verdict (its process timed out, died, or the file could
    not be read) earns nothing: this is the line that decides it.

    Args:
        key: The instructor's source.
        verdicts: What the examiner said, by cell name.
        reason: Why cells may be missing from `verdicts`.
    """
    missing = Verdict(passed=False, message=reason or NOT_REACHED)
    scores = []
    for cell in key.checks:
        verdict = verdicts.get(cell.name, missing)
        points = cell.points if verdict.passed else 0.0
        scores.append(CellScore(cell.name, points, cell.points, "" if verdict.passed else verdict.message))
    return tuple(scores)
