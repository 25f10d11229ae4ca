"""A class of two dozen on one small assignment, for tests that grade it again and again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from autograder.release import release
from tests.cohort.summary import read_rows

SOURCE = '''\
# %% setup tags=["locked"]
import numpy as np

from autograder import checks

# %% he_std tags=["solution"]
def he_std(fan_in):
    """Return the standard deviation of He's initialisation."""
    ### BEGIN SOLUTION
    return float(np.sqrt(2 / fan_in))
    ### END SOLUTION

# %% check_he_std tags=["check", "points=2"]
for fan_in in checks.rng().integers(2, 99, size=300).tolist():
    checks.close(checks.call(he_std, fan_in), (2 / fan_in) ** 0.5)

# %% check_he_std__small tags=["check", "points=1"]
# One of the two fan_ins that may be drawn here is even: whether `half` below passes is a matter of the seed.
fan_in = int(checks.rng().integers(3, 5))
checks.close(checks.call(he_std, fan_in), (2 / fan_in) ** 0.5)
'''
RIGHT = "def he_std(fan_in):\n    return (2 / fan_in) ** 0.5"
ANSWERS = {
    "right": RIGHT,
    "half": "def he_std(fan_in):\n    return (2 / fan_in) ** 0.5 if fan_in % 2 else 1.0",
    "stub": None,
    "exits": "import os\nos._exit(3)",
}
STUDENTS = {f"{number:02}_{kind}": kind for number, kind in enumerate([*ANSWERS] * 6)}
PATIENCE = 120.0
"""Seconds that a run of this class never takes, on any machine."""


def make(folder: Path) -> None:
    """Write the course and the submissions of its class."""
    (folder / "solutions" / "he").mkdir(parents=True)
    (folder / "solutions" / "he" / "he.py").write_text(SOURCE, encoding="utf-8")
    release("he", folder)
    given = (folder / "exercises" / "he" / "he.ipynb").read_text(encoding="utf-8")
    for student, kind in STUDENTS.items():
        notebook = json.loads(given)
        for cell in notebook["cells"]:
            if cell["id"] == "he_std" and ANSWERS[kind] is not None:
                cell["source"] = ANSWERS[kind]
        place = folder / "submitted" / student / "he"
        place.mkdir(parents=True)
        (place / "he.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def start(
    root: Path,
    course: Path,
    *options: object,
    submitted: Path | None = None,
    limit: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """Start the command in a session of its own."""

    def prepare() -> None:
        # The background jobs of a shell ignore it, and so would their children.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if limit:
            limit()

    command = [
        sys.executable, "-m", "autograder.cli", "grade", "--root", root, "--submitted", submitted or root / "submitted",
        "--course", course, "--seed", 7, *(options or ("--workers", 2)),
    ]  # fmt: skip
    return subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=prepare,  # it sets a limit and a signal of the child, and nothing else
    )


def finished(run: subprocess.Popen[str]) -> str:
    """Wait for the end and return what was printed."""
    text, _ = run.communicate(timeout=PATIENCE)
    return text


def settled(course: Path) -> list[dict[str, object]]:
    """Return the rows without what no two runs have in common."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in read_rows(course)]
