"""A plugin of coverage: it follows the grader into the processes that it starts bare, forks and kills.

A zygote gets an environment of its own, so that coverage would not know of it, and what it forks is killed when it
is no longer needed, so that nothing would be left of what ran there.  Here it is told, and asked to end first.
What runs in the cage cannot write down what it did; the same code is measured where a test runs it without one.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from pathlib import Path
from typing import Any

from coverage.plugin_support import Plugins

ROOT = Path(__file__).parents[1]
ZYGOTE = "MEASURED_ZYGOTE"
CONFIG = "COVERAGE_PROCESS_CONFIG"
PATIENCE_MS = 500
"""For what is to end; a student's code need not listen."""

_popen, _send = subprocess.Popen.__init__, signal.pidfd_send_signal


def coverage_init(registry: Plugins, options: dict[str, Any]) -> None:
    """Take two functions' places; coverage calls this in every process that it measures."""
    subprocess.Popen.__init__ = _started  # type: ignore[method-assign]  # that is the plugin's purpose
    signal.pidfd_send_signal = _ended


def _started(self: subprocess.Popen[Any], args: Any, *rest: Any, **keywords: Any) -> None:
    """Start a process; one that is isolated from the environment learns of coverage all the same."""
    environment = keywords.get("env")
    if environment is not None and isinstance(args, list) and "-I" in args and CONFIG in os.environ:
        args = [part for part in args if part != "-I"]
        keywords["env"] = {**environment, CONFIG: os.environ[CONFIG], "PYTHONPATH": str(ROOT), ZYGOTE: "1"}
    _popen(self, args, *rest, **keywords)


def _ended(handle: int, number: int, *rest: Any) -> None:
    """Send a signal; what is to be killed gets the time to write down where it was."""
    if number == signal.SIGKILL:
        if ZYGOTE in os.environ:
            _send(handle, signal.SIGTERM)
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        waiting.poll(PATIENCE_MS)
    _send(handle, number, *rest)
