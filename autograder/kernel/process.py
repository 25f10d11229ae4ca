"""The grader's hold on one forked child: pidfds, which cannot mean another process, and the warden's channel."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.cage import Group
from autograder.kernel import channel

MEMORY = "memory"
"""The warden's word for a child that used more memory than its limit."""
SWEEPING_SECONDS = 5.0
"""How long the warden may take to leave nothing running; then it is killed itself."""


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes:
        code: Its exit status, or the negative of the signal that killed it; None if nobody knows.
        reason: What it used too much of, in the warden's word; empty if it did not.
        failure: Why it could not even be started; our own fault.
    """

    code: int | None
    reason: str = ""
    failure: str = ""

    def describe(self) -> str:
        """Return the end in words."""
        if self.failure:
            return f"could not be started ({self.failure})"
        if self.reason:
            return f"used too much {self.reason}"
        if self.code is None:
            return "ended without a trace"
        if self.code >= 0:
            return f"ended itself with exit status {self.code}"
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-self.code).name}"
        return f"was ended by signal {-self.code}"


class Process:
    """A forked child and its warden.

    Args:
        warden: The warden's pidfd; owned from now on.
        status: Our end of the warden's channel; owned from now on.
        group: The control groups that the child is put into; owned from now on.
    """

    def __init__(self, warden: int, status: socket.socket, group: Group | None = None) -> None:
        self._warden = warden
        self._status = status
        self._group = group
        self.pidfd = -1
        self._ended: Ended | None = None
        self.swept = True
        """Whether the warden reported; one that was killed has left its work to the zygote."""

    def started(self, seconds: float) -> bool:
        """Wait until the warden has forked the child; then `pidfd` is the child's."""
        message, descriptors = self._next(seconds)
        if "started" in message and descriptors:
            self.pidfd = descriptors[0]
            if self._group is not None:
                self._group.add(_pid(self.pidfd))
        return self.pidfd >= 0

    def seal(self, seconds: float) -> bool:
        """Have the warden take away what only the child's start-up needed."""
        with contextlib.suppress(OSError):
            channel.send(self._status, {"seal": True})
            return "sealed" in self._next(seconds)[0]
        return False

    def _next(self, seconds: float) -> tuple[channel.Message, list[int]]:
        """Return the warden's next message; an empty one if none comes in time; note the last."""
        self._status.settimeout(max(seconds, 0.001))
        try:
            message, descriptors = channel.receive(self._status) or ({"gone": True}, [])
        except TimeoutError:
            return {}, []
        if "code" in message:
            self._ended = self._ended or Ended(**message)
        return message, descriptors

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self.pidfd >= 0 and not _readable(self.pidfd, 0)

    @property
    def starved(self) -> bool:
        """Whether the system killed the child, or something that it started, for want of memory."""
        return self._group is not None and self._group.out_of_memory

    def wait(self, seconds: float) -> bool:
        """Wait for the child's end; return whether it came."""
        return self.pidfd < 0 or _readable(self.pidfd, seconds)

    def signal(self, number: int) -> None:
        """Send the child a signal; one that is gone needs none."""
        if self.pidfd >= 0:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self.pidfd, number)

    def end(self) -> Ended:
        """End the child and all that descends from it, and say how it ended; calling it again says the same."""
        if self._ended is None:
            with contextlib.suppress(OSError):
                channel.send(self._status, {"end": True})
        deadline = time.monotonic() + SWEEPING_SECONDS
        while self._ended is None and time.monotonic() < deadline:
            if "gone" in self._next(deadline - time.monotonic())[0]:
                break
        self._close()
        return self._ended or Ended(None)

    def _close(self) -> None:
        if self._warden < 0:
            return
        if not _readable(self._warden, 0.1):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self._warden, signal.SIGKILL)
        self.swept = self._ended is not None
        self._ended = self._ended or Ended(None)
        if self._group is not None:
            if self._ended.code == -signal.SIGKILL and not self._ended.reason and self.starved:
                self._ended = replace(self._ended, reason=MEMORY)  # the system was faster than the warden
            self._group.close()
        self._status.close()
        channel.close([self._warden])
        self._warden = -1

    def forget(self) -> None:
        """Give the child's pidfd back; only after `end`."""
        channel.close([self.pidfd])
        self.pidfd = -1


def _pid(pidfd: int) -> int:
    """Return the id, in this process's view, of the process that a pidfd means."""
    facts = dict(line.split(":", 1) for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines())
    return int(facts["Pid"])


def _readable(descriptor: int, seconds: float) -> bool:
    """Wait for a pidfd: it is readable once its process has ended."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(seconds * 1000))
