"""The zygote's program as the grader sees it: start, ask, start anew if it was killed, stop."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.cage import Confinement
from autograder.errors import EnvironmentMissing
from autograder.kernel import channel

START_SECONDS = 60.0
"""For the imports."""
FORK_SECONDS = 20.0
"""For one kernel, on a machine that is busy with many."""
DYING_SECONDS = 1.0

ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "LOGNAME": "student",  # the password file, where libraries look otherwise, is not there
    "MALLOC_ARENA_MAX": "2",  # or each thread of each child keeps a heap of its own
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "OMP_NUM_THREADS": "1",  # a zygote must have one thread, and workers share the cores
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads of four children on two cores: 10 s for 0.2 s of work
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
}
_ROOT = Path(__file__).parents[2]
_PROGRAM = """
import sys
sys.path.append(sys.argv[2])
from autograder.kernel.forkserver import main
main(int(sys.argv[1]))
"""


class Program:
    """One process that forks on request.

    Args:
        confinement: Of what it forks with a warden.
        folder: The one folder that it may write to, and its children's folders in it.
        modules: To import beforehand.
        rehearsal: Entry point whose late imports it makes early; empty for none.
    """

    def __init__(
        self, confinement: Confinement, folder: Path, modules: Sequence[str], rehearsal: str
    ) -> None:
        self._confinement = confinement
        self._folder = folder
        self._setup = {"preload": list(modules), "warm": rehearsal, "confinement": confinement.to_dict()}
        self._lock = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False

    @property
    def pid(self) -> int:
        """Process id of the program; 0 if it does not run."""
        return self._program.pid if self._program is not None and self._program.poll() is None else 0

    def start(self) -> None:
        """Start the program and tell it how to prepare; it announces when it is ready."""
        self._control, theirs = channel.pair()
        with theirs:
            inside = self._confinement.inside(self._folder)
            environment = {**ENVIRONMENT, "MPLCONFIGDIR": str(inside / "matplotlib")}
            inner = [sys.executable, "-I", "-B", "-c", _PROGRAM, str(theirs.fileno()), str(_ROOT)]
            self._program = subprocess.Popen(
                self._confinement.command(inner, self._folder, environment),
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        channel.send(self._control, self._setup)
        self._ready = False

    def request(self, message: dict[str, Any], arguments: dict[str, Any], descriptors: Sequence[int]) -> int:
        """Have a process forked and return its pidfd; a program that was killed is started anew, once."""
        memory = channel.to_memory(arguments)
        try:
            with self._lock:
                answer, received = self._ask(message, [memory, *descriptors])
                if "gone" in answer:
                    self.stop()
                    answer, received = self._ask(message, [memory, *descriptors])
        finally:
            os.close(memory)
        if not received:
            raise EnvironmentMissing(f"the zygote could not fork: {answer.get('error', 'it has ended')}")
        return received[0]

    def await_ready(self) -> None:
        """Wait until it has imported everything.

        Raises:
            EnvironmentMissing: It could not.
        """
        with self._lock:
            self._await_ready()

    def _ask(self, message: dict[str, Any], descriptors: Sequence[int]) -> tuple[channel.Message, list[int]]:
        if not self.pid:
            self.stop()
            self.start()
        control = self._await_ready()
        control.settimeout(FORK_SECONDS)
        try:
            channel.send(control, message, descriptors)
            return channel.receive(control) or ({"gone": True}, [])
        except ConnectionError:
            return {"gone": True}, []
        except OSError as error:
            return {"error": str(error)}, []

    def _await_ready(self) -> socket.socket:
        """Wait for the program's imports; return the channel to it."""
        if self._control is None:
            raise EnvironmentMissing("the zygote does not run")
        if not self._ready:
            self._control.settimeout(START_SECONDS)
            try:
                answer, _ = channel.receive(self._control) or (
                    {"error": "its program ended while it started"},
                    [],
                )
            except TimeoutError:
                answer = {"error": f"it was not ready within {START_SECONDS:g} s"}
            if "ready" not in answer:
                self.stop()
                raise EnvironmentMissing(f"the zygote could not start: {answer.get('error')}")
            self._ready = True
        return self._control

    def ends_within(self, seconds: float) -> bool:
        """Whether the program has ended or does so soon: its end shows a little after that of its sockets."""
        if self._program is not None:
            try:
                self._program.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
        return True

    def sweep(self) -> None:
        """Have it end what a killed warden left; if it was killed itself, too, its end has done so."""
        if self._control is not None:
            with self._lock, contextlib.suppress(OSError):
                channel.send(self._control, {"sweep": True})
                channel.receive(self._control)

    def stop(self) -> None:
        """End the program; whatever it forked notices by itself."""
        if self._control is not None:
            self._control.close()
        if self._program is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._program.wait(2)
            self._program.kill()
            self._program.wait()
        self._program = self._control = None
