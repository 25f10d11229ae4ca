"""Each limit of each level, proved by an attempt that fails: by root and, if root runs this, by an ordinary user."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.cage import Level, detect
from autograder.cage.detection import missing
from autograder.cage.place import readable

ATTEMPTS = Path(__file__).with_name("cage_attempts.py")
ORDINARY_USER = 61_000

NOT_PROMISED = {
    Level.RLIMITS: {
        "read a host file", "read passwords", "read the repository", "list the concepts", "list a home",
        "read a neighbour's file", "list the kernels' folder", "write on the host", "write into the interpreter",
        "write into the package", "signal a process", "kill the warden", "see a process", "trace the warden",
    },
}  # fmt: skip
"""What a level says itself that it does not prevent."""

REACHED_WITHOUT_A_CAGE = (
    "tcp", "udp", "udp with connect", "abstract socket", "path socket", "datagram of a pair", "read a host file",
    "read passwords", "read the repository", "list the concepts", "read a neighbour's file", "list the kernels' folder",
    "write on the host", "signal a process", "see a process", "thread bomb", "large file", "many files", "rights",
)  # fmt: skip
"""Attempts that get through when nothing confines them: those that fail in a cage fail because of it."""

NAMES = (
    "tcp", "udp", "udp with connect", "dns", "abstract socket", "path socket", "datagram of a pair",
    "read a host file", "read passwords", "read the repository", "list the concepts", "list a home",
    "read a neighbour's file", "list the kernels' folder", "write on the host", "write into the interpreter",
    "write into the system", "write into the package", "signal a process", "kill the warden", "see a process",
    "trace the warden", "fork bomb", "thread bomb", "memory bomb", "memory bomb of many", "large file", "many files",
    "processor time", "mount", "new user namespace", "become root", "chroot", "rights", "daemon",
)  # fmt: skip


def as_user(user: str, command: list[str]) -> list[str]:
    """Return the command as run by root or by an ordinary user, who sees the interpreter even if it is root's."""
    if user == "root" or os.geteuid() != 0:
        return command
    shown: list[str] = []
    hidden = {path.parts[1] for path in readable() if path.parts[1] in {"root"}}
    for name in hidden:
        shown += ["--perms", "0755", "--tmpfs", f"/{name}"]
        for path in (path for path in readable() if path.parts[1] == name):
            above = [folder for folder in reversed(path.parents) if len(folder.parts) > 2]
            shown += [part for folder in above for part in ("--perms", "0755", "--dir", str(folder))]
            shown += ["--ro-bind", str(path), str(path)]
    identity = [f"--reuid={ORDINARY_USER}", f"--regid={ORDINARY_USER}", "--clear-groups"]
    return ["bwrap", "--dev-bind", "/", "/", *shown, "setpriv", *identity, "env", "HOME=/tmp", *command]


@functools.cache
def offered(user: str) -> dict[str, Any]:
    """Detect, as this user, what the machine offers."""
    code = (
        "import json; from autograder.cage import Level, detect; from autograder.cage.detection import missing, probe;"
        "print(json.dumps([l for l in Level if l > Level.NONE and not (missing(l) or probe(l))]))"
    )
    done = subprocess.run(
        as_user(user, [sys.executable, "-B", "-c", code]), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@functools.cache
def results(user: str, level: Level, *names: str) -> dict[str, Any]:
    """Make the attempts and return what came of each."""
    command = as_user(user, [sys.executable, "-B", str(ATTEMPTS), level, *names])
    environment = {**os.environ, "SECRET": "not for students"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


USERS = ("root", "user") if os.geteuid() == 0 else ("user",)
CAGES = [(user, Level(level)) for user in USERS for level in offered(user)]


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("user", "level"), CAGES)
def test_the_cage_holds(user: str, level: Level, name: str) -> None:
    result = results(user, level)[name]

    assert not result["reached"] or name in NOT_PROMISED.get(level, ()), result


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("name", REACHED_WITHOUT_A_CAGE)
def test_without_a_cage_the_same_attempt_gets_through(name: str) -> None:
    result = results(USERS[0], Level.NONE, *REACHED_WITHOUT_A_CAGE)[name]

    assert result["reached"], result


def test_every_attempt_is_judged() -> None:
    assert set(results(USERS[0], CAGES[0][1])) == set(NAMES)


@pytest.mark.parametrize("user", USERS)
def test_this_machine_offers_a_cage_that_keeps_files_apart(user: str) -> None:
    assert any(Level(level) >= Level.LANDLOCK for level in offered(user))


def test_levels_are_ordered_by_strength() -> None:
    assert sorted(["strict", "none", "landlock", "rlimits"], key=Level) == [
        "none",
        "rlimits",
        "landlock",
        "strict",
    ]
    assert Level.STRICT > Level.LANDLOCK > Level.RLIMITS > Level.NONE
    assert Level("landlock") <= Level.LANDLOCK and not Level.NONE > Level.NONE


def test_detection_finds_the_strongest_level_and_has_a_reason_against_each_stronger_one() -> None:
    found = detect()

    assert set(found.reasons) == {level for level in Level if level > found.level}
    assert all(found.reasons.values())
    assert found.describe().startswith(f"cage: {found.level}")


def test_without_bubblewrap_there_is_no_strict_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    assert "bubblewrap" in missing(Level.STRICT)


def test_without_landlock_there_is_no_landlock_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.cage.landlock.abi", lambda: 0)

    assert "Landlock" in missing(Level.LANDLOCK)
