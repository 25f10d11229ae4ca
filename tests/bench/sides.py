"""The same notebooks graded in several ways, each timed: by us, by nbgrader, by otter-grader, and merely run.

Each side does the whole work that it is for: we and nbgrader read, run, mark, record and write feedback;
otter-grader runs and marks; the lower bound forks warm kernels and runs the students' cells, and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder.cage import detect
from autograder.checks import counted
from autograder.kernel import Zygote
from autograder.key import load_key
from autograder.pool import STUDENT_MODULES, TORCH_MODULES
from autograder.records import Limits
from autograder.sanitise import read_notebook, rebuild
from tests.bench.memory import Watch

EXECUTABLES = Path(sys.executable).parent


@dataclass(frozen=True)
class Timing:
    """How long a number of submissions took.

    Attributes:
        name: The side.
        submissions: How many.
        seconds: Wall-clock time of all of them, start-up included.
        memory: Bytes by what holds them, where it was watched.
    """

    name: str
    submissions: int
    seconds: float
    memory: dict[str, int] = field(default_factory=dict)

    @property
    def per_minute(self) -> float:
        """Submissions per minute."""
        return 60 * self.submissions / self.seconds


@dataclass(frozen=True)
class Assignment:
    """What is graded: a slug of a course, whose solved notebook everybody hands in."""

    slug: str
    root: Path

    @property
    def source(self) -> Path:
        """The instructor's notebook."""
        return self.root / "build" / "source" / self.slug / f"{self.slug}.ipynb"

    @property
    def torch(self) -> bool:
        """Whether it imports torch."""
        return "import torch" in self.source.read_text(encoding="utf-8")

    def hand_in(self, submitted: Path, number: int) -> None:
        """Write the solved notebook under as many names, as a student would have it."""
        given = json.loads((self.root / "exercises" / self.slug / f"{self.slug}.ipynb").read_text())
        answers = {cell["id"]: cell["source"] for cell in json.loads(self.source.read_text())["cells"]}
        for cell in given["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = answers[cell["id"]]
        data = json.dumps(given)
        for student in range(number):
            path = submitted / f"student_{student:04}" / self.slug / f"{self.slug}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(data, encoding="utf-8")


def run(*command: object, cwd: Path, watch: Watch | None = None) -> float:
    """Run a command and return its wall-clock time in seconds."""
    start = time.perf_counter()
    path = os.pathsep.join([str(EXECUTABLES), os.environ["PATH"]])  # nbgrader runs `alembic`
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, "PATH": path},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        if watch is not None:
            watch.follow(process)
        if process.wait():
            output.seek(0)
            sys.exit(
                f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output.read()[-4000:]}"
            )
    return time.perf_counter() - start


def ours(assignment: Assignment, number: int, workers: int) -> Timing:
    """Time `autograder grade`, and watch its memory."""
    watch = Watch()
    with tempfile.TemporaryDirectory() as course:
        submitted = Path(course, "submitted")
        assignment.hand_in(submitted, number)
        seconds = run(
            sys.executable, "-m", "autograder.cli", "grade", assignment.slug, "--root", assignment.root,
            "--submitted", submitted, "--course", course, "--workers", workers,
            cwd=assignment.root, watch=watch,
        )  # fmt: skip
    return Timing(f"autograder grade, {counted(workers, 'worker')}", number, seconds, watch.peaks)


def nbgrader(assignment: Assignment, number: int) -> Timing:
    """Time `nbgrader autograde` and `nbgrader generate_feedback`."""
    program, slug = EXECUTABLES / "nbgrader", assignment.slug
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        (course / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.ExecutePreprocessor.timeout = 300\n"
        )
        source = course / "source" / slug / f"{slug}.ipynb"
        source.parent.mkdir(parents=True)
        shutil.copyfile(assignment.source, source)
        run(program, "generate_assignment", slug, "--create", cwd=course)
        assignment.hand_in(course / "submitted", number)
        seconds = run(program, "autograde", slug, "--create", cwd=course)
        seconds += run(program, "generate_feedback", slug, cwd=course)
    return Timing("nbgrader autograde + generate_feedback", number, seconds)


def lower_bound(assignment: Assignment, number: int, workers: int) -> Timing:
    """Time what nobody can do without: fork a warm kernel in the cage, run the student's cells, end it."""
    key = load_key(assignment.slug, assignment.root)
    steps = [step for step in rebuild(read_notebook(assignment.source.read_bytes()), key).steps if step.runs]
    torch = TORCH_MODULES if assignment.torch else ()

    def work(zygote: Zygote) -> None:
        for _ in range(number // workers):
            with zygote.kernel() as kernel:
                for step in steps:
                    kernel.run(step.source, Limits().cell_seconds)

    start = time.perf_counter()
    zygotes = [Zygote(detect().level, Limits(), (*STUDENT_MODULES, *torch)) for _ in range(workers)]
    threads = [threading.Thread(target=work, args=(zygote.__enter__(),)) for zygote in zygotes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for zygote in zygotes:
        zygote.close()
    name = f"lower bound: fork and run the cells, {counted(workers, 'worker')}"
    return Timing(name, number // workers * workers, time.perf_counter() - start)


@contextmanager
def otter_environment(*, wanted: bool) -> Iterator[Path | None]:
    """Make a throw-away environment with otter-grader from PyPI; None where it cannot be had or is not wanted."""
    if not wanted:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        packages = ["otter-grader", "numpy", "ipykernel"]
        command = [str(python), "-m", "pip", "install", "--quiet", *packages]
        installed = subprocess.run(command, capture_output=True, check=False, timeout=1800).returncode == 0
        yield python if installed else None


_OTTER_TEST = """
from otter.test_files import test_case
OK_FORMAT = False
name = {name!r}
points = {points}

@test_case()
def test(env):
    exec({source!r}, env)
"""


def otter(assignment: Assignment, number: int, python: Path) -> Timing:
    """Time `otter run` on the visible checks, one call for each submission."""
    key = load_key(assignment.slug, assignment.root)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with zipfile.ZipFile(place / "autograder.zip", "w") as bundle:
            bundle.writestr("otter_config.json", "{}")
            bundle.writestr("requirements.txt", "")
            for cell in key.checks:
                test = _OTTER_TEST.format(name=cell.name, points=cell.points, source=key.released[cell.name])
                bundle.writestr(f"tests/{cell.name}.py", test)
        assignment.hand_in(place, 1)
        notebook = place / "student_0000" / assignment.slug / f"{assignment.slug}.ipynb"
        # The students' helper package, which the notebooks import.
        site = next(python.parents[1].glob("lib/python*/site-packages"))
        (site / "course.pth").write_text(str(Path(__file__).parents[2]))
        seconds = sum(
            run(python, "-m", "otter.cli", "run", "-a", "autograder.zip", "--no-logo", notebook, cwd=place)
            for _ in range(number)
        )
    return Timing("otter run", number, seconds)
