"""Finds the strongest level of confinement that works here, and says of each stronger one why it does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.cage import bubblewrap, landlock, seccomp
from autograder.cage.confinement import Confinement
from autograder.cage.level import Level
from autograder.cage.place import FIRST_USER, PACKAGE, Place, readable_by_others
from autograder.records import Limits

PROBE_SECONDS = 20.0
_PROGRAM = """
import sys
sys.path.append(sys.argv[2])
from autograder.cage.probe import main
sys.exit(main(sys.argv[1]))
"""


@dataclass(frozen=True)
class Detection:
    """What confinement this machine allows.

    Attributes:
        level: The strongest that works.
        reasons: Why each of the stronger levels does not work.
    """

    level: Level
    reasons: dict[Level, str]

    def describe(self) -> str:
        """Return the finding in a line for each level."""
        lines = [f"cage: {self.level}"]
        lines += [f"  not {level}: {reason}" for level, reason in self.reasons.items()]
        return "\n".join(lines)


@cache
def detect() -> Detection:
    """Try the levels, strongest first; the answer is kept for the life of the process."""
    reasons: dict[Level, str] = {}
    for level in sorted(Level, reverse=True):
        if level is Level.NONE:
            break
        reason = missing(level) or probe(level)
        if not reason:
            return Detection(level, reasons)
        reasons[level] = reason
    return Detection(Level.NONE, reasons)


def missing(level: Level) -> str:
    """Return what the level needs and this machine has not; empty if nothing is known to be missing."""
    root = os.geteuid() == 0
    if level is Level.STRICT:
        return "" if bubblewrap.program() else "bubblewrap (bwrap) is not installed"
    if not seccomp.available():
        return "the kernel filters no system calls, or the machine's architecture is not known here"
    if level is Level.RLIMITS:
        unreadable = root and not readable_by_others()
        return "the interpreter lies in a folder that only root may enter" if unreadable else ""
    if not landlock.abi():
        return "the kernel has no Landlock"
    if landlock.abi() < landlock.ABI_WITH_SCOPES and not root:
        return f"Landlock version {landlock.abi()} cannot hold signals back; version 6 (Linux 6.12) can"
    return ""


def probe(level: Level) -> str:
    """Try the level; return why it does not work, empty if it does."""
    confinement = Confinement(level, Limits())
    folder = Path(tempfile.mkdtemp(prefix="ag"))
    try:
        folder.chmod(0o711)
        place = Place(folder / "k", FIRST_USER if os.geteuid() == 0 else 0)
        place.make({})
        place.give()
        inside = confinement.inside(folder) / "k"
        setup = {"confinement": confinement.to_dict(), "folder": str(inside), "user": place.user}
        inner = [sys.executable, "-I", "-B", "-c", _PROGRAM, json.dumps(setup), str(PACKAGE.parent)]
        command = confinement.command(inner, folder, {})
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_SECONDS, env={}, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"it could not be tried: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if done.returncode == 0:
        return ""
    complaint = done.stderr.strip().splitlines()
    return complaint[-1] if complaint else f"trying it ended with status {done.returncode}"
