"""How far a run has come: a live bar at a terminal, nothing but the end elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from autograder.pipeline import Progress as Report
from autograder.records import Graded, Outcome


@contextmanager
def live(console: Console) -> Iterator[Report]:
    """Yield a function that shows each finished row; the bar appears only at a terminal."""
    columns = (
        SpinnerColumn(),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[odd]}"),
    )
    counts: Counter[Outcome] = Counter()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("grading", total=None, rate="", odd="")

        def report(row: Graded, done: int, total: int) -> None:
            counts[row.outcome] += 1
            speed = progress.tasks[0].speed
            rate = f"{60 * speed:.0f}/min" if speed else ""
            odd = ", ".join(
                f"{n} {outcome}" for outcome, n in counts.items() if outcome is not Outcome.FINISHED
            )
            progress.update(bar, completed=done, total=total, rate=rate, odd=odd)

        yield report
