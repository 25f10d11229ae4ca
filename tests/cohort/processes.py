"""Which of a running grader's processes is what, read from the process table."""

from __future__ import annotations

import contextlib
from pathlib import Path

Tree = dict[str, list[int]]


def tree_of(grader: int) -> Tree:
    """Return the grader's processes by what they are for."""
    children: dict[int, list[int]] = {}
    names = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
            names[int(entry.name)] = (entry / "cmdline").read_text()

    def below(parents: list[int], *words: str) -> list[int]:
        found = [child for parent in parents for child in children.get(parent, [])]
        return [child for child in found if all(word in names.get(child, "") for word in words)]

    workers = below([grader], "spawn_main")
    bubbles = below(below(workers, "bwrap"), "bwrap")
    zygotes = below(bubbles, "-I")
    examiner_zygotes = below(workers, "-I")
    wardens = below(zygotes)
    return {
        "grader": [grader],
        "worker": workers,
        "kernel zygote": zygotes,
        "examiner zygote": examiner_zygotes,
        "warden": wardens,
        "kernel": below(wardens),
        "examiner": below(examiner_zygotes),
    }
