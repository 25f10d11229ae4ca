"""Short JSON messages with file descriptors attached, over a Unix socket that keeps message boundaries."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterable
from typing import Any

MAX_BYTES = 64 << 10
MAX_DESCRIPTORS = 32

Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a channel; neither is inherited across an exec."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(channel: socket.socket, message: Message, descriptors: Iterable[int] = ()) -> None:
    """Send one message; the other side gets copies of the descriptors."""
    socket.send_fds(channel, [json.dumps(message).encode()], list(descriptors))


def receive(channel: socket.socket) -> tuple[Message, list[int]] | None:
    """Return the next message and its descriptors, or None when the other side is gone."""
    # A side that goes without reading what it was sent leaves an error, which comes before its last messages.
    for _ in range(2):
        with contextlib.suppress(ConnectionError):
            data, descriptors, _, _ = socket.recv_fds(channel, MAX_BYTES, MAX_DESCRIPTORS)
            return (json.loads(data), descriptors) if data else None
    return None


def close(descriptors: Iterable[int]) -> None:
    """Close descriptors, those already closed too."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def to_memory(data: Message) -> int:
    """Write data of any size into an anonymous file and return its descriptor."""
    descriptor = os.memfd_create("arguments")
    with open(descriptor, "w", closefd=False) as stream:
        json.dump(data, stream)
    return descriptor


def from_memory(descriptor: int) -> Message:
    """Read what `to_memory` wrote, and close the file."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor) as stream:
        data: Message = json.load(stream)
    return data
