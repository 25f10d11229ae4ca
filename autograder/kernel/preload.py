"""Imports ahead of the fork everything that a kernel or a student is likely to import after it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Iterable

KERNEL = (
    "IPython.core.completer",
    "IPython.core.magics",
    "IPython.core.ultratb",
    "comm",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "zmq.eventloop.zmqstream",
)
"""What an IPython kernel needs, imported by every zygote that forks kernels."""


def modules(names: Iterable[str]) -> None:
    """Import each module; one that is not installed is left out, for the student to find missing."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # no debugger: 70 ms and 130 modules less
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)


def warm(entry: str) -> None:
    """Import what only running `entry` would import: a throw-away child runs it and says what it loaded.

    The entry point runs in the child alone, so the zygote itself starts no thread and opens no socket.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.close(reader)
            before = set(sys.modules)
            module, _, function = entry.partition(":")
            getattr(importlib.import_module(module), function)()
            late = sorted(name for name in set(sys.modules) - before if sys.modules[name] is not None)
            with os.fdopen(writer, "w") as stream:
                json.dump(late, stream)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    for name in json.loads(text or "[]"):
        with contextlib.suppress(Exception):  # a module that cannot be imported alone stays late
            importlib.import_module(name)
