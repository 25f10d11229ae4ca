"""The zygote's program: import once, then fork a child for every request, until the grader is gone.

It runs nobody's code and no torch operation: after a multi-threaded operation in the parent, a forked child hangs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import random
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from autograder.cage import Confinement, Place, place, prctl
from autograder.kernel import channel, preload, sweep, warden


@dataclass(frozen=True)
class Request:
    """One child to be forked.

    Attributes:
        entry: `package.module:function`, called in the child with the arguments and its descriptors.
        arguments: An anonymous file with them; the zygote itself does not read it.
        status: The warden's end of its channel to the grader; None for a child that needs no warden.
        place: Where the child lives.
        descriptors: For the child.
    """

    entry: str
    arguments: int
    status: socket.socket | None
    place: Place
    descriptors: list[int]

    @classmethod
    def from_message(cls, message: channel.Message, descriptors: list[int]) -> Request:
        """Take the request apart; the descriptors come in the order of the attributes."""
        rest = iter(descriptors)
        return cls(
            entry=message["entry"],
            arguments=next(rest),
            status=socket.socket(fileno=next(rest)) if message["warden"] else None,
            place=Place(Path(message["folder"]), message["user"]),
            descriptors=list(rest),
        )

    def close(self) -> None:
        """Close this process's copies of all descriptors."""
        if self.status is not None:
            self.status.close()
        channel.close([self.arguments, *self.descriptors])

    def run(self) -> NoReturn:
        """Call the entry point and end the process."""
        code = 70
        try:
            _reseed()
            module, _, function = self.entry.partition(":")
            arguments = channel.from_memory(self.arguments)["arguments"]
            getattr(importlib.import_module(module), function)(arguments, self.descriptors)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        os._exit(code & 0xFF)


def _reseed() -> None:
    """Give every child random numbers of its own: a fork copies the generators' states."""
    random.seed()
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed()
    if (torch := sys.modules.get("torch")) is not None:
        torch.default_generator.seed()  # torch.seed() also wakes the back ends that are not there


def serve(control: socket.socket, confinement: Confinement) -> None:
    """Fork a child for each request until the other side of `control` is gone."""
    children: set[int] = set()
    while (received := channel.receive(control)) is not None:
        message, descriptors = received
        if "sweep" in message:
            sweep.strangers(children)
            channel.send(control, {"swept": True})
            continue
        request = Request.from_message(message, descriptors)
        try:
            pid = _fork(control, request, confinement)
        except OSError as error:
            channel.send(control, {"error": str(error)})
        else:
            children = {child for child in children if Path(f"/proc/{child}").exists()} | {pid}
            handle = os.pidfd_open(pid)
            channel.send(control, {"pid": pid}, [handle])
            os.close(handle)
        request.close()


def _fork(control: socket.socket, request: Request, confinement: Confinement) -> int:
    """Fork a child, or the warden of one, and return its process id."""
    if request.status is None:
        pid = os.fork()
        if pid == 0:
            control.close()
            prctl.die_with_parent()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            request.run()
        return pid
    with confinement.new_process_table():
        pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            control.close()
            warden.run(request, request.status, confinement)
        os._exit(70)
    return pid


def main(descriptor: int) -> None:
    """Prepare as the first message says, announce it, and serve."""
    prctl.die_with_parent()
    prctl.adopt_orphans()  # of a warden that was killed
    control = socket.socket(fileno=descriptor)
    received = channel.receive(control)
    if received is None:
        return
    setup, _ = received
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the grader's affair
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps wardens and whatever they leave
    confinement = Confinement.from_dict(setup["confinement"])
    try:
        place.readable()  # once, for all children
        preload.modules(setup["preload"])
        if setup["warm"]:
            preload.warm(setup["warm"])
    except BaseException:
        channel.send(control, {"error": traceback.format_exc()[-8000:]})
        return
    gc.collect()
    gc.freeze()  # collections in the children then leave the shared pages alone
    with contextlib.suppress(ConnectionError):  # a grader that needed no kernel may be gone; `serve` notices
        channel.send(control, {"ready": True})
    serve(control, confinement)


if __name__ == "__main__":
    main(int(sys.argv[1]))
