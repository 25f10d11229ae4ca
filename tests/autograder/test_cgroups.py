"""Control groups: found where they are offered, kept, removed; and no harm where there are none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from autograder.cage import Group, cgroups, detect
from autograder.kernel import Zygote
from autograder.records import Limits

LIMITS = Limits(memory_bytes=200 << 20, tmp_bytes=20 << 20, processes=30)
OFFERED = {name: place for name, place in cgroups.parents().items() if os.access(place[1], os.W_OK)}


def proc(folder: Path, mounts: list[str], groups: list[str]) -> Path:
    (folder / "mountinfo").write_text("".join(f"{line}\n" for line in mounts))
    (folder / "cgroup").write_text("".join(f"{line}\n" for line in groups))
    return folder


def test_version_1_is_offered_below_the_graders_own_group(tmp_path):
    mounts = [
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
        "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:4 - cgroup cgroup rw,cpu,cpuacct",
        "22 1 0:2 / / rw - ext4 /dev/vda rw",
    ]

    found = cgroups.parents(proc(tmp_path, mounts, ["4:memory:/user", "1:cpu,cpuacct:/"]))

    assert found["memory"] == (1, Path("/sys/fs/cgroup/memory/user"))
    assert found["cpu"] == (1, Path("/sys/fs/cgroup/cpu"))
    assert "pids" not in found


def test_a_container_sees_its_part_of_the_hierarchy(tmp_path):
    mounts = ["35 31 0:32 /box /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids"]

    assert cgroups.parents(proc(tmp_path, mounts, ["8:pids:/box"]))["pids"] == (
        1,
        Path("/sys/fs/cgroup/pids"),
    )
    assert cgroups.parents(proc(tmp_path, mounts, ["8:pids:/elsewhere"])) == {}


def test_version_2_is_offered_beside_the_graders_own_group(tmp_path):
    parent = tmp_path / "fs" / "app.slice"
    parent.mkdir(parents=True)
    (parent / "cgroup.subtree_control").write_text("memory pids\n")
    mounts = [f"41 31 0:38 / {tmp_path / 'fs'} rw - cgroup2 cgroup2 rw"]

    found = cgroups.parents(proc(tmp_path, mounts, ["0::/app.slice/grader.scope"]))

    assert found == {"memory": (2, parent), "pids": (2, parent)}


def test_a_machine_without_them_offers_none(tmp_path):
    assert cgroups.parents(tmp_path / "no_proc") == {}


def test_both_versions_get_the_same_limits():
    old, new = (
        {one.name: dict(one.settings) for one in cgroups.controllers(LIMITS, version)} for version in (1, 2)
    )

    assert old["memory"]["memory.limit_in_bytes"] == new["memory"]["memory.max"]
    assert int(new["memory"]["memory.max"]) == LIMITS.memory_bytes + LIMITS.tmp_bytes + cgroups.SLACK_BYTES
    assert old["pids"] == new["pids"] == {"pids.max": "30"}
    assert new["cpu"]["cpu.max"].split() == [
        old["cpu"]["cpu.cfs_quota_us"],
        old["cpu"]["cpu.cfs_period_us"],
    ]


def test_a_folder_that_is_no_hierarchy_gives_a_group_without_controllers(tmp_path):
    group = Group(LIMITS, {"memory": (1, tmp_path), "pids": (2, tmp_path / "missing")})

    group.add(os.getpid())

    assert (group.controllers, group.out_of_memory) == ([], False)
    group.close()
    assert list(tmp_path.iterdir()) == []


def test_every_offered_controller_is_set_and_removed_with_all_that_runs_in_it():
    group = Group(LIMITS)
    assert set(group.controllers) == {"memory", "pids", "cpu"} & set(OFFERED)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    group.add(process.pid)
    group.close()
    if not group.controllers:
        process.kill()

    assert process.wait(10) == -9
    assert not [folder for _, folder in OFFERED.values() if list(folder.glob(f"autograder-{os.getpid()}-*"))]


TAKES_MEMORY = "input(); kept = b'x' * (1 << 30)"
TAKES_PROCESSES = """
import os, time
input()
for number in range(50):
    try:
        if os.fork() == 0:
            time.sleep(60)
    except OSError:
        break
print(number, flush=True)
time.sleep(60)
"""


@pytest.fixture
def group() -> Iterator[Group]:
    one = Group(LIMITS)
    yield one
    one.close()


@contextmanager
def started_in(group: Group, program: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program that waits for a line, put it into a group, and let it go on."""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        group.add(process.pid)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.close()
        yield process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_a_group_ends_who_takes_more_memory_than_it_has(group: Group):
    with started_in(group, TAKES_MEMORY) as process:
        kept = "memory" in group.controllers

        assert process.wait(20) == (-signal.SIGKILL if kept else 0)
        assert group.out_of_memory is kept


def test_a_group_holds_as_many_processes_as_it_may_and_closing_it_ends_them(group: Group):
    with started_in(group, TAKES_PROCESSES) as process:
        kept = "pids" in group.controllers

        assert process.stdout is not None
        children = int(process.stdout.readline())
        assert children == (LIMITS.processes - 1 if kept else 49)  # the first process counts, too
        if kept:
            group.close()
            assert process.stdout.read() == "", "nobody holds its other end any more"


def test_groups_of_a_grader_that_was_killed_are_removed_and_others_stay(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for pid in (dead.pid, os.getpid()):
        (tmp_path / f"autograder-{pid}-0").mkdir()

    cgroups.remove_abandoned({"memory": (1, tmp_path)})

    assert [folder.name for folder in tmp_path.iterdir()] == [f"autograder-{os.getpid()}-0"]


MANY_SMALL_ONES = """
import os, time
for number in range(12):
    if os.fork() == 0:
        kept = b"x" * (60 << 20)
        time.sleep(30)
time.sleep(30)
"""


@pytest.mark.sandbox
def test_a_kernel_runs_in_a_group_of_its_own():
    with Zygote(detect().level, LIMITS) as zygote, zygote.kernel() as kernel:
        groups = {
            name: list(folder.glob(f"autograder-{os.getpid()}-*")) for name, (_, folder) in OFFERED.items()
        }
        members = [(group / "cgroup.procs").read_text().split() for group in groups.get("pids", [])]

        assert kernel.alive
        assert {name for name, found in groups.items() if found} == {"memory", "pids", "cpu"} & set(OFFERED)
        assert [len(pids) for pids in members] == [1] * len(members)


@pytest.mark.sandbox
def test_processes_that_are_small_one_by_one_are_stopped_together_and_leave_no_group():
    with Zygote(detect().level, LIMITS) as zygote, zygote.kernel() as kernel:
        run = kernel.run(MANY_SMALL_ONES, 25)

        assert run.status == "out_of_memory", run
        assert run.reason == "The kernel used too much memory."

    assert not [folder for _, folder in OFFERED.values() if list(folder.glob(f"autograder-{os.getpid()}-*"))]
