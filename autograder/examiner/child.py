"""The trusted process in which test cells run: one for each submission, forked from a process that has the checks.

It talks to the grader over one socket in JSON lines, and to the student's process over a fresh socket for each
test cell, whose descriptor the grader sends along with the order.  Nothing of one cell can disturb the next.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import resource
import socket
from dataclasses import asdict
from typing import Any

from autograder.bridge.proxy import Conversation
from autograder.bridge.wire import Wire
from autograder.examiner.cell import Verdict, compiled, run_cell

ORDER_BYTES = 64 << 10
MEMORY_BYTES = 4 << 30
GARBAGE = 20_000
"""Objects made and not freed from which on garbage is looked for; Python's own 700 is meant for long lives."""


def prepare(arguments: dict[str, Any]) -> None:
    """Compile the key's cells and import what they import, in the process that forks: once, not for each submission.

    Args:
        arguments: As for `main`.
    """
    for name, source in (*arguments["locked"], *arguments["checks"]):
        for module in compiled(name, source).imports:
            with contextlib.suppress(Exception):  # the cell says it better when it runs
                importlib.import_module(module)


def main(arguments: dict[str, Any], descriptors: list[int]) -> None:
    """Run the orders that come over the first descriptor until it closes.

    Args:
        arguments: `locked` and `checks` (lists of name and source, from the key), `seed`, `call_seconds`,
            `message_bytes`.
        descriptors: Our end of the grader's socket.
    """
    # A student's code may call the functions that it was given with numbers that grow beyond all bounds.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    gc.set_threshold(GARBAGE)
    control = socket.socket(fileno=descriptors[0])
    given: dict[str, Any] = {"__name__": "checks"}
    for name, source in arguments["locked"]:
        exec(compiled(name, source).code, given)
    sources = dict(arguments["checks"])
    while True:
        order, received, _, _ = socket.recv_fds(control, ORDER_BYTES, 1)
        if not order:
            return
        name = json.loads(order)["check"]
        wire = Wire(socket.socket(fileno=received[0]), arguments["message_bytes"])
        conversation = Conversation(wire, arguments["call_seconds"])
        verdict: Verdict = run_cell(
            name, sources[name], given, conversation, cell_seed(arguments["seed"], name)
        )
        wire.close()
        control.sendall(json.dumps(asdict(verdict)).encode() + b"\n")


def cell_seed(seed: str, name: str) -> int:
    """Return the seed of one test cell of one submission: a pure function, so a rerun draws the same numbers."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:4], "little")
