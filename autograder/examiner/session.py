"""The grader's hold on one examiner: orders a test cell to be run, waits for the verdict, gives up in time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from types import TracebackType
from typing import Protocol, Self

from autograder.examiner.cell import Verdict
from autograder.records import AnswerKey, Limits, Role

ENTRY = "autograder.examiner.child:main"
PREPARE = "autograder.examiner.child:prepare"


class ForkServer(Protocol):
    """A warm process that forks on request; see `autograder.kernel.zygote`."""

    def fork(self, entry: str, arguments: object, fds: list[int], *, prepare: str) -> int:
        """Run `prepare` in the server and `entry` in a fork; return its pidfd."""


class Examiner:
    """One trusted process with the test cells of one assignment.

    Args:
        server: The trusted fork server; it has the checks imported, and never runs a student's code.
        key: The instructor's source.
        seed: What the draws of this submission depend on: the run's seed, the assignment and the student.
        limits: Deadlines and sizes.
    """

    def __init__(self, server: ForkServer, key: AnswerKey, seed: str, limits: Limits) -> None:
        self._server = server
        self._arguments = {
            "locked": [(cell.name, cell.source) for cell in key.cells if cell.role is Role.LOCKED],
            "checks": [(cell.name, cell.source) for cell in key.checks],
            "seed": seed,
            "call_seconds": limits.call_seconds,
            "message_bytes": limits.message_bytes,
        }
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._pidfd = self._server.fork(ENTRY, self._arguments, [theirs.fileno()], prepare=PREPARE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def check(self, name: str, conversation: socket.socket, seconds: float) -> Verdict:
        """Run one test cell against the student's process at the other end of `conversation`."""
        deadline = time.monotonic() + seconds
        try:
            socket.send_fds(self._control, [json.dumps({"check": name}).encode()], [conversation.fileno()])
            line = self._line(deadline)
        except TimeoutError:
            self._restart()
            return Verdict(False, "This check did not come to an end in time.", broken="deadline")
        except OSError:
            self._restart()
            return Verdict(
                False, "This check broke off; what your code returned may be too large.", broken="examiner"
            )
        return Verdict(**json.loads(line))

    def _line(self, deadline: float) -> bytes:
        data = bytearray()
        while not data.endswith(b"\n"):
            self._control.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = self._control.recv(1 << 16)
            if not chunk:
                raise ConnectionResetError("the examiner ended")
            data += chunk
        return bytes(data)

    def _restart(self) -> None:
        """Give the next test cell a fresh process; what became of the old one does not matter."""
        self.close()
        self._start()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
