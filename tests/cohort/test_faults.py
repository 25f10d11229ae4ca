"""Whatever is killed, full, read-only or locked, and whenever: a rerun gives the marks of an undisturbed run."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests.cohort.processes import tree_of
from tests.cohort.small import PATIENCE, STUDENTS, finished, settled, start

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def await_victim(run: subprocess.Popen[str], course: Path, victim: str, records: int) -> int:
    """Wait until so many submissions are recorded and a victim lives; return its process id."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert run.poll() is None, "the run ended before its victim was found"
        if len(list(course.glob("records/*/*"))) >= records and (found := tree_of(run.pid)[victim]):
            return found[-1]
        time.sleep(0.002)
    raise AssertionError(f"no {victim} was seen")


VICTIMS = ("grader", "worker", "kernel zygote", "examiner zygote", "warden", "kernel", "examiner")


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("moment", [1, 2])
def test_a_kill_at_any_moment_changes_no_mark(root, undisturbed, tmp_path, victim, moment):
    records = random.Random(f"{victim}/{moment}").randrange(0, 8)
    run = start(root, tmp_path)
    with contextlib.suppress(ProcessLookupError):
        os.kill(await_victim(run, tmp_path, victim, records), signal.SIGKILL)
    text = finished(run)
    if victim == "grader":
        assert run.returncode == -signal.SIGKILL
        again = start(root, tmp_path)
        text = finished(again)
        assert again.returncode == 0, text
        assert ("graded before" in text) == (records > 0)
    else:
        assert run.returncode == 0, text

    assert settled(tmp_path) == undisturbed


@pytest.mark.parametrize(
    ("victim", "records", "kill"),
    [("worker", 0, os.killpg), ("kernel", 3, os.killpg), ("kernel", 3, os.kill)],
    ids=["at a terminal, at once", "at a terminal", "to the grader alone"],
)
def test_ctrl_c_ends_a_run_and_loses_nothing(root, undisturbed, tmp_path, victim, records, kill):
    run = start(root, tmp_path)
    await_victim(run, tmp_path, victim, records)
    kill(run.pid, signal.SIGINT)
    text = finished(run)
    assert run.returncode == 130, text
    assert "Traceback" not in text and "goes on from there" in text.replace("\n", " ")
    again = start(root, tmp_path)
    text = finished(again)

    assert again.returncode == 0, text
    assert ("graded before" in text) == (records > 0)
    assert settled(tmp_path) == undisturbed


def test_the_end_of_the_grader_is_the_end_of_all_its_processes(root, tmp_path):
    run = start(root, tmp_path)
    await_victim(run, tmp_path, "kernel", 1)
    everyone = {pid for pids in tree_of(run.pid).values() for pid in pids}
    run.kill()
    run.communicate()
    deadline = time.monotonic() + PATIENCE
    while (left := {pid for pid in everyone if _lives(pid)}) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert left == set()


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("kilobytes", [1, 40, 100])
def test_a_disk_without_room_loses_nothing(root, undisturbed, tmp_path, kilobytes):
    """No file may grow beyond a size: records fit or not, pages of feedback fit or not, the gradebook does not."""
    size = kilobytes << 10
    run = start(root, tmp_path, limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    text = finished(run)
    assert run.returncode in (2, 4), text
    assert "Traceback" not in text and "again" in text
    again = start(root, tmp_path)
    text = finished(again)

    assert again.returncode == 0, text
    assert settled(tmp_path) == undisturbed


@pytest.mark.parametrize("name", ["records", "feedback", "autograded", "report", "gradebook.db", "seed"])
def test_a_place_that_cannot_be_written_is_named(root, undisturbed, tmp_path, name):
    """Even for root: a file stands where a folder must be, a folder where a file must be."""
    place = tmp_path / name
    place.mkdir() if name in ("gradebook.db", "seed") else place.touch()
    run = start(root, tmp_path)
    text = finished(run)
    assert run.returncode in (2, 4), text
    assert "Traceback" not in text and str(place) in text.replace("\n", "")
    place.rmdir() if place.is_dir() else place.unlink()
    again = start(root, tmp_path)
    text = finished(again)

    assert again.returncode == 0, text
    assert settled(tmp_path) == undisturbed


def test_a_locked_gradebook_is_named_and_what_was_graded_is_kept(root, undisturbed, tmp_path):
    run = start(root, tmp_path)
    finished(run)
    assert run.returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        blocked = start(root, tmp_path, "--force", "--workers", 2)
        text = finished(blocked)
        assert blocked.returncode == 4, text
        assert "locked" in text
    again = start(root, tmp_path)
    text = finished(again)

    assert again.returncode == 0, text
    assert "graded before" in text
    assert settled(tmp_path) == undisturbed


def test_a_gradebook_that_is_locked_meanwhile_leaves_no_page_without_its_mark(root, undisturbed, tmp_path):
    """Pages have what the gradebook knows, marks by hand and delays: there are none without it, and all in a rerun."""
    run = start(root, tmp_path)
    await_victim(run, tmp_path, "kernel", 1)
    os.kill(run.pid, signal.SIGSTOP)
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        os.kill(run.pid, signal.SIGCONT)
        text = finished(run)
    assert run.returncode == 4, text
    assert "locked" in text and "run the same command again" in text.replace("\n", " ")
    assert len(list(tmp_path.glob("records/*/*"))) == len(STUDENTS)  # they were graded to the end
    assert not list(tmp_path.glob("feedback/*/*/*.html")) and not list(tmp_path.glob("report/*"))
    again = start(root, tmp_path)
    text = finished(again)

    assert again.returncode == 0, text
    assert f"{len(STUDENTS)} of them graded before" in text
    assert settled(tmp_path) == undisturbed
    assert {page.parents[1].name for page in tmp_path.glob("feedback/*/he/he.html")} == set(STUDENTS)


def test_a_torn_record_is_graded_again(root, undisturbed, tmp_path):
    finished(start(root, tmp_path))
    for number, path in enumerate(sorted(tmp_path.glob("records/*/*"))):
        data = path.read_bytes()
        path.write_bytes([data[: len(data) // 2], b"", data, data.replace(b"0.0", b"3.0")][number % 4])
    again = start(root, tmp_path)
    text = finished(again)

    assert again.returncode == 0, text
    assert settled(tmp_path) == undisturbed


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_and_the_order_change_nothing(root, undisturbed, tmp_path, workers):
    """The last three students were graded before the others."""
    for student in sorted(STUDENTS)[-3:]:
        shutil.copytree(root / "submitted" / student, tmp_path / "late" / student)
    course = tmp_path / "course"
    first = start(root, course, "--workers", 1, submitted=tmp_path / "late")
    finished(first)
    assert first.returncode == 0
    run = start(root, course, "--workers", workers)
    text = finished(run)

    assert run.returncode == 0, text
    assert "3 of them graded before" in text
    assert settled(course) == undisturbed


def test_the_seed_decides(root, undisturbed):
    """The class is such that a draw matters: some of those who are half right pass the small check, some don't."""
    small = [
        cell["points"]
        for row in undisturbed
        if str(row["student"]).endswith("half")
        for cell in row["cells"]
        if cell["name"] == "check_he_std__small"
    ]

    assert len(set(small)) == 2
