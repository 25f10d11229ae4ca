"""One student's kernel as the grader sees it: run a cell, hand over to the bridge, interrupt, end."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from autograder.kernel.client import Conversation, is_idle
from autograder.kernel.outputs import Output, Outputs, count
from autograder.kernel.process import MEMORY, Ended, Process
from autograder.records import Limits

Status = Literal["ok", "error", "timed_out", "died", "flooded", "out_of_memory"]

GRACE_SECONDS = 1.0
"""From the interrupt to the kill."""
IDLE_SECONDS = 1.0
"""Between a request's reply and its idle status; a flood may have swallowed one of them."""
LOOK_SECONDS = 0.5
"""Between two looks whether the system had to end something for want of memory."""
_EXECUTION = {
    "silent": False,
    "store_history": True,
    "user_expressions": {},
    "allow_stdin": False,
    "stop_on_error": False,
}


@dataclass(frozen=True)
class CellRun:
    """What running one cell did.

    Attributes:
        status: How it ended.
        outputs: Outputs of the cell as nbformat 4 writes them, bounded.
        execution_count: The kernel's count, None if it did not say.
        error: Name and text of the exception, if there was one.
        seconds: Wall-clock time.
        reason: One sentence when the kernel did not survive the cell or was interrupted, else empty.
    """

    status: Status
    outputs: list[Output] = field(default_factory=list)
    execution_count: int | None = None
    error: tuple[str, str] | None = None
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back for one request.

    Attributes:
        reply: The content of the reply, None if there was none.
        idle: Whether the kernel said that it had finished.
        overrun: Whether it had to be interrupted.
    """

    reply: dict[str, Any] | None
    idle: bool
    overrun: bool

    @property
    def given(self) -> bool:
        """Whether the request came to an end: one of the two signs is enough, the other may be lost."""
        return self.reply is not None or self.idle


class Kernel:
    """A running kernel; made by `Zygote.kernel`.

    Args:
        process: Its process.
        conversation: Its channels.
        bridge: Our end of the socket whose other end the kernel holds.
        limits: What it may use.
    """

    def __init__(
        self, process: Process, conversation: Conversation, bridge: socket.socket, limits: Limits
    ) -> None:
        self.bridge = bridge
        self._process = process
        self._conversation = conversation
        self._limits = limits
        self._kept = 0
        self._serving = ""

    @property
    def alive(self) -> bool:
        """Whether the kernel's process still runs."""
        return self._process.alive

    def interrupt(self) -> None:
        """Interrupt what the kernel's main thread is doing, as Jupyter's stop button does."""
        self._process.signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill the kernel's process."""
        self._process.signal(signal.SIGKILL)

    def run(self, source: str, seconds: float) -> CellRun:
        """Run one cell and return what it did; every way in which that can end is a status."""
        start = time.monotonic()
        request = self._conversation.request("execute_request", {"code": source, **_EXECUTION})
        outputs = Outputs(self._limits.output_bytes - self._kept)
        answer = self._await(request, "execute_reply", start + seconds, outputs)
        self._kept += outputs.kept
        run = self._verdict(answer, seconds)
        return replace(run, outputs=outputs.finish(), seconds=time.monotonic() - start)

    def _verdict(self, answer: Answer, seconds: float) -> CellRun:
        """Say how a cell ended; what cannot be left running is killed."""
        if self._flooded:
            self.kill()
            return CellRun("flooded", reason=f"Its output went beyond {self._limits.flood_bytes} bytes.")
        if self._process.starved:  # a child of it, perhaps: what goes on without it is of no use
            self.kill()
            return CellRun("out_of_memory", reason=f"The kernel {self._process.end().describe()}.")
        if answer.overrun:
            if not answer.given:
                self.kill()
            return CellRun("timed_out", reason=f"It did not end within {seconds:g} s.")
        if answer.given:
            return _finished(answer.reply)
        if self.alive and not self._gone(GRACE_SECONDS):
            self.kill()
            return CellRun(
                "died", reason="The kernel's connection broke: too large an output, or it closed it."
            )
        ended = self._process.end()
        return CellRun(
            "out_of_memory" if ended.reason == MEMORY else "died", reason=f"The kernel {ended.describe()}."
        )

    def _gone(self, seconds: float) -> bool:
        """Wait whether the process is about to end: its connections end a little earlier."""
        return self._process.wait(seconds)

    def serve(self) -> None:
        """Hand the kernel's main thread to the bridge, until our side of the conversation is closed."""
        self._serving = self._conversation.request("serve_request", {})

    def served(self, seconds: float) -> bool:
        """Wait until the kernel is back from `serve`; interrupt it when time is up, kill it if that does not help.

        Returns:
            Whether it came back by itself.
        """
        answer = self._await(self._serving, "serve_reply", time.monotonic() + seconds, Outputs(0))
        if not answer.given or self._flooded or self._process.starved:
            self.kill()
        return answer.given and not answer.overrun

    def end(self) -> Ended:
        """End the kernel and all that it started, and say how it ended."""
        return self._process.end()

    @property
    def _flooded(self) -> bool:
        return self._conversation.received_bytes > self._limits.flood_bytes

    def _await(self, request: str, kind: str, deadline: float, outputs: Outputs) -> Answer:
        """Collect outputs until the request is answered and the kernel idle; interrupt it when time is up."""
        reply: dict[str, Any] | None = None
        idle = overrun = False
        while not (reply is not None and idle) and self._talking:
            now = time.monotonic()
            if now >= deadline:
                if reply is not None or idle or overrun:
                    break
                self.interrupt()
                overrun, deadline = True, now + GRACE_SECONDS
            message = self._conversation.next(min(deadline - now, LOOK_SECONDS))
            if message is None or message.parent != request:
                continue
            if message.channel == "iopub":
                outputs.take(message.kind, message.content)
                idle = idle or is_idle(message)
            elif message.kind == kind:
                reply = message.content
            if reply is not None or idle:
                deadline = min(deadline, now + IDLE_SECONDS)
        return Answer(reply, idle, overrun)

    @property
    def _talking(self) -> bool:
        return (
            self.alive and not self._conversation.broken and not self._flooded and not self._process.starved
        )

    def close(self) -> None:
        """End everything and give all descriptors back."""
        self.end()
        self._process.forget()
        self._conversation.close()
        self.bridge.close()


def _finished(content: dict[str, Any] | None) -> CellRun:
    """Return the run of a cell that ended by itself."""
    if content is None:
        return CellRun("error", error=("KernelError", "the kernel did not say how the cell ended"))
    number = count(content.get("execution_count"))
    if content.get("status") == "ok":
        return CellRun("ok", execution_count=number)
    name, text = str(content.get("ename", "")), str(content.get("evalue", ""))
    return CellRun("error", execution_count=number, error=(name[:1000], text[:10_000]))
