"""What was measured, as a table in Markdown, as JSON, and as a plot."""

from __future__ import annotations

import json
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.sides import Timing

Results = dict[str, list[Timing]]
"""The sides by what they graded; the ratio is to `nbgrader` in the same list."""
COLUMNS = "| graded | by | submissions | seconds | per minute | × nbgrader | MB parent | MB per student |"
OTHERS = ("nbgrader", "otter", "lower bound")
PACKAGES = ("nbgrader", "ipykernel", "numpy", "torch")


def machine() -> dict[str, Any]:
    """Return what the numbers belong to."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        **{package: version(package) for package in PACKAGES},
    }


def ratio(timing: Timing, timings: list[Timing]) -> float | None:
    """Return how many times as fast as nbgrader a side is; None where nbgrader was not timed."""
    stock = next((other for other in timings if other.name.startswith("nbgrader")), None)
    return None if stock is None else timing.per_minute / stock.per_minute


def table(results: Results) -> str:
    """Return everything as a Markdown table."""
    lines = [COLUMNS, "|---|---|--:|--:|--:|--:|--:|--:|"]
    for what, timings in results.items():
        for t in timings:
            times = ratio(t, timings)
            memory = [
                f"{t.memory[name] / 2**20:.0f}" if name in t.memory else "" for name in ("parent", "kernel")
            ]
            cells = [what, t.name, t.submissions, f"{t.seconds:.1f}", f"{t.per_minute:.0f}"]
            lines.append(
                "| " + " | ".join(map(str, [*cells, "" if times is None else f"{times:.1f}", *memory])) + " |"
            )
    return "\n".join(lines)


def summary(results: Results) -> str:
    """Return how fast our two workers are beside the others, an assignment a row."""
    lines = [
        "| assignment | submissions a minute | × nbgrader | × `otter run` | time, × fork and run alone |",
        "|---|--:|--:|--:|--:|",
    ]
    for slug, timings in results.items():
        others = {name: next((t for t in timings if t.name.startswith(name)), None) for name in OTHERS}
        (us, stock, otter, bound) = (timings[0], *others.values())
        if stock is None or bound is None:
            continue
        times = [us.per_minute / side.per_minute if side else None for side in (stock, otter)]
        cells = [slug, f"{us.per_minute:.0f}", *("" if t is None else f"{t:.0f}" for t in times)]
        lines.append(f"| {' | '.join(cells)} | {bound.per_minute / us.per_minute:.1f} |")
    return "\n".join(lines)


def write_readme(results: Results, path: Path) -> None:
    """Put the summary between the two marks of the README."""
    text = path.read_text(encoding="utf-8")
    found = re.compile(r"(?<=<!-- make bench-grading writes this -->\n).*?(?=\n<!-- until here -->)", re.S)
    path.write_text(found.sub(lambda _: summary(results), text), encoding="utf-8")


def write(results: Results, folder: Path) -> None:
    """Write `grading.md`, `grading.json` and `grading.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = machine()
    head = " · ".join(f"{name} {value}" for name, value in facts.items())
    (folder / "grading.md").write_text(f"{head}\n\n{table(results)}\n", encoding="utf-8")
    rows = [
        {
            "graded": what, "by": t.name, "submissions": t.submissions, "seconds": round(t.seconds, 2),
            "per_minute": round(t.per_minute, 1), "times_nbgrader": ratio(t, timings), "memory": t.memory,
        }
        for what, timings in results.items()
        for t in timings
    ]  # fmt: skip
    (folder / "grading.json").write_text(
        json.dumps({"machine": facts, "rows": rows}, indent=1), encoding="utf-8"
    )
    _plot(results, head, folder / "grading.svg")


def _plot(results: Results, head: str, path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        len(results), 1, figsize=(9, 1 + 1.7 * len(results)), squeeze=False, sharex=True
    )
    for panel, (what, timings) in zip(axes[:, 0], results.items(), strict=True):
        bars = panel.barh([t.name for t in timings], [t.per_minute for t in timings], color="#3b6ea5")
        panel.bar_label(bars, fmt="%.0f", padding=3)
        panel.invert_yaxis()
        panel.set(title=what, xscale="log")
        panel.margins(x=0.15)
    axes[-1, 0].set_xlabel("submissions per minute, start-up included")
    figure.text(0.01, 0.005, head, fontsize=6)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
