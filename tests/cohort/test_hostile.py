"""No attempt of the hostile corpus earns a mark, stops the class, or costs a neighbour one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from autograder.cage import Level, detect, place
from autograder.kernel import Zygote
from autograder.key import load_key
from autograder.records import Limits
from autograder.release import release
from tests.cohort.hostile.corpus import Attempt, attempts
from tests.cohort.summary import Row, read_rows
from tests.conftest import ROOT

ATTEMPTS = attempts()
SLUGS = ("chain_rule", "pytorch", "rescue", "xavier")
NEIGHBOURS = ("a_neighbour", "f_neighbour", "n_neighbour", "s_neighbour", "z_neighbour")
LIMITS = ("--cell-seconds", 5, "--notebook-seconds", 30, "--memory", 256)
LEVEL = os.environ.get("HOSTILE_CAGE", "strict")  # at most this one
PROGRAM = f"""
import sys
from autograder.cage import Level, detection
from autograder.cli import main
missing = detection.missing
detection.missing = lambda level: "not wanted" if level > Level({LEVEL!r}) else missing(level)
sys.exit(main())
"""
TRAINING = ("--cell-seconds", 60, "--notebook-seconds", 600, "--memory", 256)  # thirty layers, on any machine

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> dict[str, str]:
    """The student's name in the row of each attempt; the submissions lie in `submitted` beside the others."""
    return {}


def grade(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "grade", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture(scope="module")
def graded(tmp_path_factory, names) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The course folder after the whole corpus and its honest neighbours were graded, and the last run.

    A run of its own has the assignment whose checks train for seconds.
    """
    course = tmp_path_factory.mktemp("hostile")
    for slug in SLUGS:
        release(slug, ROOT)
    submitted = course / "submitted"
    names |= {attempt.name: attempt.hand_in(submitted) for attempt in ATTEMPTS}
    for neighbour in NEIGHBOURS:
        Attempt(neighbour, "answers everything right", solved=True, zero="none").hand_in(submitted)
    options = ("--submitted", submitted, "--course", course, "--workers", 2)
    quick = [slug for slug in SLUGS if slug != "rescue"]
    run = grade(*quick, *options, *LIMITS)
    if run.returncode == 0:
        run = grade("rescue", *options, *TRAINING)
    return course, run


@pytest.fixture(scope="module")
def rows(graded) -> dict[str, Row]:
    course, run = graded
    assert run.returncode == 0, run.stderr
    return {row["student"]: row for row in read_rows(course)}


def test_the_corpus_is_large_and_each_attempt_says_what_it_tries():
    assert len(ATTEMPTS) >= 60
    assert [attempt.name for attempt in ATTEMPTS if len(attempt.story) < 15] == []


def test_every_submission_has_one_row(graded, rows):
    assert len(read_rows(graded[0])) == len(rows) == len(ATTEMPTS) + len(NEIGHBOURS) + 1  # and a twin


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_an_attempt_gets_its_honest_mark_and_nothing_else(rows, names, attempt: Attempt):
    key = load_key(attempt.slug, ROOT)
    zero = attempt.zero_checks(key)
    row = rows[names[attempt.name]]
    found = {cell["name"]: cell["points"] for cell in row["cells"]}

    assert found == {check.name: 0.0 if check.name in zero else check.points for check in key.checks}
    assert row["points"] == sum(found.values())
    assert row["max_points"] == key.max_points


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_an_attempt_ends_as_one_readable_row(rows, names, attempt: Attempt):
    row = rows[names[attempt.name]]

    assert attempt.outcome in ("any", row["outcome"])
    assert bool(row["reason"]) == (row["outcome"] != "finished")
    assert "grader's own" not in row["reason"]
    assert [word for word in attempt.flags if not any(word in flag for flag in row["flags"])] == []


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_honest_neighbours_keep_their_marks(rows, neighbour: str):
    row = rows[neighbour]

    assert (row["outcome"], row["points"]) == ("finished", row["max_points"])


def test_outputs_are_bounded_on_the_disk(graded):
    course, _ = graded
    sizes = {
        path: path.stat().st_size
        for path in course.rglob("*")
        if path.is_file() and "submitted" not in path.parts
    }
    large = {
        str(path): size for path, size in sizes.items() if size > 4 << 20 and "gradebook" not in path.name
    }

    assert large == {}


def test_pages_of_feedback_hold_no_script(graded, rows):
    pages = [path.read_text(encoding="utf-8") for path in (graded[0] / "feedback").rglob("*.html")]

    assert len(pages) == len(rows)
    assert [
        page
        for page in pages
        if "<script" in page or "onerror=alert" in page.replace("&lt;img src=x onerror=alert", "")
    ] == []


FLOODS = (
    "while True: print('x' * 100_000)",
    "while True: print()",
    "while True: display({'text/plain': 'x' * 50_000}, raw=True)",
    "print('x' * (100 << 20))",
    "import os\nwhile True: os.write(1, b'x' * 100_000)",
    "s = get_ipython().kernel.iopub_socket\nwhile True: s.send_multipart([b'x' * 1000] * 7)",
)


def test_thirty_parallel_floods_of_output_stay_bounded_in_memory_and_length():
    limits = Limits(output_bytes=64 << 10, flood_bytes=4 << 20)

    with (
        Zygote(detect().level, limits, ("numpy",)) as zygote,
        ExitStack() as open_kernels,
        ThreadPoolExecutor(30) as threads,
    ):
        kernels = [open_kernels.enter_context(zygote.kernel()) for _ in range(30)]
        _peak_bytes()  # from here on
        before = _peak_bytes()
        runs = list(threads.map(lambda kernel, source: kernel.run(source, 5), kernels, FLOODS * 5))

        assert {run.status for run in runs} <= {"flooded", "timed_out", "died", "ok"}
        assert max(len(json.dumps(run.outputs)) for run in runs) <= 3 * limits.output_bytes  # JSON escapes
        assert _peak_bytes() - before < 30 * 12 << 20


def _peak_bytes() -> int:
    """Return the most memory that this process has held since the last call."""
    peak = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    Path("/proc/self/clear_refs").write_text("5")
    return int(peak.split()[1]) << 10


def test_answers_that_are_installed_among_the_packages_are_hidden(tmp_path, monkeypatch):
    """A course that was installed as a wheel has its answers where students' code may read everything else."""
    monkeypatch.setattr(place, "ANSWERS", "numpy/testing")
    (folder,) = place.hidden()
    look = f"import os; print(os.listdir({str(folder.parent)!r}) != [], os.listdir({str(folder)!r}))"
    with Zygote(Level.STRICT, Limits(), ()) as zygote, zygote.kernel() as kernel:
        (output,) = kernel.run(look, 10).outputs

    assert output["text"] == "True []\n"
