"""Frames on a stream socket: a header, its buffers, a size cap, and a deadline on every byte."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from itertools import accumulate, pairwise

from autograder.bridge.codec import MAX_BUFFERS
from autograder.errors import BridgeError, DeadlinePassed, StudentProcessEnded

_COUNTS = struct.Struct("<II")  # length of the header, number of buffers
_CHUNK = 1 << 20
MAX_HEADER = 8 << 20  # the JSON part; parsed, it takes far more memory than its bytes


class Wire:
    """One end of a conversation.

    Args:
        sock: A connected stream socket; the wire owns it from now on.
        max_bytes: The largest message that is sent or accepted.
    """

    def __init__(self, sock: socket.socket, max_bytes: int) -> None:
        self._socket = sock
        self._max_bytes = max_bytes

    def send(self, header: bytes, buffers: Sequence[bytes], deadline: float | None = None) -> None:
        """Send one message; `deadline` is a time of `time.monotonic`, None to wait for ever.

        Raises:
            BridgeError: The message is larger than the cap.
            DeadlinePassed: The other side did not take it in time.
            StudentProcessEnded: The other side is gone.
        """
        lengths = [len(buffer) for buffer in buffers]
        self._limit(len(header), lengths)
        head = _COUNTS.pack(len(header), len(buffers)) + struct.pack(f"<{len(buffers)}Q", *lengths)
        # One piece: a list of a thousand small arrays would otherwise cost a thousand system calls.
        self._send_all(memoryview(b"".join((head, header, *buffers))), deadline)

    def receive(self, deadline: float | None = None) -> tuple[bytes, list[bytes]]:
        """Return the header and the buffers of the next message.

        Raises:
            BridgeError: It is larger than the cap, or no message at all.
            DeadlinePassed: It did not come in time.
            StudentProcessEnded: The other side is gone.
        """
        header_length, count = _COUNTS.unpack(self._read(_COUNTS.size, deadline))
        if count > MAX_BUFFERS:
            raise BridgeError("a message with too many parts came over the bridge")
        lengths = struct.unpack(f"<{count}Q", self._read(8 * count, deadline))
        self._limit(header_length, lengths)
        body = self._read(header_length + sum(lengths), deadline)
        ends = list(accumulate(lengths, initial=header_length))
        return body[:header_length], [body[start:end] for start, end in pairwise(ends)]

    def close(self) -> None:
        """End the conversation; the other side reads its end of file."""
        self._socket.close()

    def _limit(self, header_length: int, lengths: Sequence[int]) -> None:
        if header_length > MAX_HEADER:
            raise BridgeError("the value holds too many parts to be examined")
        if header_length + sum(lengths) > self._max_bytes:
            raise BridgeError(f"the value is larger than the {self._max_bytes >> 20} MB that may be examined")

    def _wait(self, deadline: float | None) -> None:
        if deadline is None:
            self._socket.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeadlinePassed("no answer in time")
        self._socket.settimeout(left)

    def _send_all(self, data: memoryview, deadline: float | None) -> None:
        while data:
            self._wait(deadline)
            try:
                sent = self._socket.send(data[:_CHUNK])
            except TimeoutError as error:
                raise DeadlinePassed("no answer in time") from error
            except OSError as error:
                raise StudentProcessEnded("the process of the notebook has ended") from error
            data = data[sent:]

    def _read(self, size: int, deadline: float | None) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(deadline)
            try:
                chunk = self._socket.recv(min(size - len(data), _CHUNK))
            except TimeoutError as error:
                raise DeadlinePassed("no answer in time") from error
            except OSError as error:
                raise StudentProcessEnded("the process of the notebook has ended") from error
            if not chunk:
                raise StudentProcessEnded("the process of the notebook has ended")
            data += chunk
        return bytes(data)
