"""Our grader as a Gradescope autograder: the zip that one uploads there, and what runs in its container.

Gradescope unpacks the zip into `/autograder/source`, runs `setup.sh` once, and for each submission `run_autograder`,
which reads `/autograder/submission` and writes `/autograder/results/results.json`.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement

from autograder.cage import Level
from autograder.errors import UsageError
from autograder.files import write_atomically, zipped
from autograder.key import load_key
from autograder.lms.gradescope import results_json
from autograder.pool import Task, close_worker, grade_task
from autograder.records import AnswerKey, Graded, Limits
from autograder.roster import loaded, submission_in
from autograder.store import SEED_BITS

PACKAGES = ("numpy", "matplotlib", "ipykernel", "jupyter_client", "psutil", "rich", "packaging")
"""What grading one submission imports; with what these need in turn."""

SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python packages of the very versions that the course pins.
set -euo pipefail
cd "${AUTOGRADER:-/autograder}/source"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends bubblewrap || true  # a cage without it is weaker, not absent
for version in 3.13 3.12 3.11; do
  if apt-get install -q -y --no-install-recommends "python$version" "python$version-venv"; then
    "python$version" -m venv .venv
    .venv/bin/pip install --no-input --disable-pip-version-check -r requirements.txt
    exit 0
  fi
done
echo "This image has no Python 3.11 or newer: choose a newer base image (Configure Autograder, Base Image Version)." >&2
exit 1
"""

RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission; what it prints is for instructors.
set -euo pipefail
cd "${{AUTOGRADER:-/autograder}}"
export PYTHONPATH=$PWD/source/course OMP_NUM_THREADS=1
exec "${{PYTHON:-source/.venv/bin/python}}" -m autograder.cli gradescope {slug} --root source/course \\
  --submission submission --metadata submission_metadata.json --results results/results.json \\
  --min-cage {level}
"""


def run(
    key: AnswerKey,
    submission: Path,
    metadata: Path,
    results: Path,
    level: Level,
    seed: int | None,
    limits: Limits,
) -> Graded:
    """Grade one submission in the container and write its `results.json`.

    Args:
        key: The instructor's source.
        submission: The folder with the student's files.
        metadata: Gradescope's file about the submission.
        results: The file to write.
        level: The level of confinement.
        seed: Of the draws; drawn for each submission when None, and written down in its `extra_data`.
        limits: What the notebook may use.
    """
    found = submission_in(submission, _student(metadata), key.assignment)
    draw = secrets.randbits(SEED_BITS) if seed is None else seed
    try:
        row = grade_task(Task(loaded(found), key, limits, level, draw))
    finally:
        close_worker()
    write_atomically(results, results_json(row))
    return row


def _student(metadata: Path) -> str:
    """Return whose submission it is; a group's by its first member."""
    try:
        users = json.loads(metadata.read_text(encoding="utf-8"))["users"]
        return str(users[0]["email"]) or "student"
    except (OSError, ValueError, LookupError, TypeError):
        return "student"


def bundle(slug: str, root: Path, output: Path, level: Level) -> Path:
    """Write the zip for one assignment, and return where.

    Args:
        slug: The assignment.
        root: The repository; the assignment must have been released.
        output: The file.
        level: The least confinement with which the container may grade.

    Raises:
        UsageError: The assignment was not released, or a package is not installed here.
    """
    key = load_key(slug, root)
    torch = ("torch",) if any("import torch" in cell.source for cell in key.cells) else ()
    files: dict[str, str | bytes] = {
        "setup.sh": SETUP,
        "run_autograder": RUN.format(slug=slug, level=level),
        "requirements.txt": "".join(f"{pin}\n" for pin in pins((*PACKAGES, *torch))),
    }
    everything = [*files.items(), *_course(slug, root)]
    write_atomically(output, zipped(everything, programs=("setup.sh", "run_autograder")))
    return output


def _course(slug: str, root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the part of the course that grading one assignment needs."""
    ours = Path(__file__).parent
    for path in sorted(p for pattern in ("*.py", "*.html") for p in ours.rglob(pattern)):
        yield f"course/autograder/{path.relative_to(ours).as_posix()}", path.read_bytes()
    for folder in ("concepts", f"build/source/{slug}", f"exercises/{slug}"):
        for path in sorted(p for pattern in ("*.py", "*.ipynb") for p in (root / folder).glob(pattern)):
            yield f"course/{folder}/{path.name}", path.read_bytes()


def pins(names: Iterable[str]) -> list[str]:
    """Return packages, and all that they need in turn, with the versions that are installed here.

    Raises:
        UsageError: One is not installed.
    """
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in found:
            try:
                found[name] = f"{name}=={version(name).split('+')[0]}"  # 2.13.0+cpu is the pinned 2.13.0
            except PackageNotFoundError:
                raise UsageError(f"{name} is not installed; run `make environment` first") from None
            wanted = map(Requirement, distribution(name).requires or [])
            waiting += [
                need.name for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""})
            ]
    return sorted(found.values())
