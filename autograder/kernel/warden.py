"""The process between the zygote and a child: it confines, watches, sweeps up, and reports how the child ended.

The grader speaks to it over the status channel: `seal` takes away what only the start-up needed,
`end` or a closed channel ends everything that descends from the child.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from typing import NoReturn

from autograder.cage import Confinement, Place, prctl, usage
from autograder.kernel import channel, sweep
from autograder.kernel.request import Request

TICK = 0.2
"""Seconds between two looks at what the child uses."""


def run(request: Request, status: socket.socket, confinement: Confinement) -> NoReturn:
    """Start the child, watch it to its end, leave nothing running, report."""
    report: channel.Message
    try:
        os.setsid()
        prctl.adopt_orphans()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        confinement.enter(request.place)
        pid = os.fork()
        if pid == 0:
            _child(request, status, confinement)
        channel.close([request.arguments, *request.descriptors])
        handle = os.pidfd_open(pid)
        channel.send(status, {"started": pid}, [handle])
        report = _watch(pid, handle, status, request.place, confinement)
    except Exception as error:
        report = {"code": None, "reason": "", "failure": repr(error)}
    sweep.descendants()
    with contextlib.suppress(OSError):
        channel.send(status, report)
    os._exit(0)


def _child(request: Request, status: socket.socket, confinement: Confinement) -> NoReturn:
    """Give up every right that the code must not have, then run the entry point."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _redirect_standard_streams()
        confinement.confine(request.place)
        prctl.die_with_parent()
        status.close()
        request.run()
    except BaseException as error:
        with contextlib.suppress(OSError):
            channel.send(status, {"code": 70, "reason": "", "failure": f"not confined: {error!r}"})
    os._exit(70)


def _redirect_standard_streams() -> None:
    """Read nothing, and write nowhere: what the code prints reaches the grader through its kernel."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _watch(
    pid: int, handle: int, status: socket.socket, place: Place, confinement: Confinement
) -> channel.Message:
    """Wait for the child's end or the grader's word; return what to report."""
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    poller.register(status, select.POLLIN)
    baseline = usage.resident_bytes(os.getpid())
    reason = ""
    while not reason:
        ready = {descriptor for descriptor, _ in poller.poll(TICK * 1000)}
        if handle in ready:
            break
        if status.fileno() in ready and not _obey(status, place, confinement):
            break
        sweep.reap_orphans(pid)
        reason = confinement.excess(place, baseline)
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    os.close(handle)
    _, result = os.waitpid(pid, 0)
    return {"code": os.waitstatus_to_exitcode(result), "reason": reason}


def _obey(status: socket.socket, place: Place, confinement: Confinement) -> bool:
    """Do what the grader asks; return False when the child is to end."""
    received = channel.receive(status)
    if received is None or "seal" not in received[0]:
        return False
    confinement.seal(place)
    channel.send(status, {"sealed": True})
    return True
