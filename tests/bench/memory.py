"""How much memory a running grader takes: the parent, and each student beyond the zygote."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from pathlib import Path

from tests.cohort.processes import tree_of

LOOK_SECONDS = 0.1


class Watch:
    """Looks at a grader's processes again and again, and remembers the largest values.

    Attributes:
        peaks: Bytes by `parent` and `kernel`.
    """

    def __init__(self) -> None:
        self.peaks: dict[str, int] = {}

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        """Watch a process until it ends, in a thread."""
        threading.Thread(target=self._look, args=(process,), daemon=True).start()

    def _look(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            tree = tree_of(process.pid)
            self._note("parent", _field(process.pid, "status", "VmHWM"))
            for pid in tree["kernel"]:
                self._note("kernel", _field(pid, "smaps_rollup", "Private_Dirty"))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)

    def _note(self, name: str, size: int) -> None:
        if size:
            self.peaks[name] = max(self.peaks.get(name, 0), size)


def _field(pid: int, file: str, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) << 10
    return 0
