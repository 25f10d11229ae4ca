"""The zygote's program: import once, then fork a child for every request, until the grader is gone.

It runs nobody's cells and no torch operation: after a multi-threaded operation in the parent, a forked child hangs.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import traceback
from pathlib import Path

from autograder.cage import Confinement, place, prctl
from autograder.kernel import channel, preload, sweep, warden
from autograder.kernel.request import Request


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
        request.make_ready()
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
    gc.disable()  # the collector goes through all that was imported again and again: a fifth of the time
    try:
        place.readable()  # once, for all children
        preload.modules(setup["preload"])
        if setup["warm"]:
            preload.warm(setup["warm"])
    except BaseException:
        channel.send(control, {"error": traceback.format_exc()[-8000:]})
        return
    gc.enable()
    gc.collect()
    gc.freeze()  # collections in the children then leave the shared pages alone
    with contextlib.suppress(ConnectionError):  # a grader that needed no kernel may be gone; `serve` notices
        channel.send(control, {"ready": True})
    serve(control, confinement)
    # There is nothing to save, and taking all imports apart again keeps the grader waiting a second.
    os._exit(0)
