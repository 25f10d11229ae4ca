"""The grader's side of a kernel's ZeroMQ sockets: bounded, counted, and believing nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient

WAITING_MESSAGES = 16
"""Messages of one socket that may wait in our memory."""
ENVELOPE_BYTES = 1 << 10
"""What a message counts for beyond its content: a flood of empty messages is a flood, too."""
POLL_SECONDS = 0.05
SENDING_MILLISECONDS = 1000
"""A kernel that takes nothing for so long has lost its connection."""


@dataclass(frozen=True)
class Message:
    """One message from the kernel.

    Attributes:
        channel: `iopub` or `shell`.
        kind: The message type.
        parent: Id of the request that it belongs to.
        content: The rest.
    """

    channel: str
    kind: str
    parent: str
    content: dict[str, Any]


class BoundedClient(BlockingKernelClient):
    """A client whose sockets refuse large messages and keep few waiting."""

    max_message_bytes = 8 << 20

    def _create_connected_socket(self, channel: str, identity: bytes | None = None) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self.context.socket({"iopub": zmq.SUB}.get(channel, zmq.DEALER))
        socket.linger = 0
        socket.sndtimeo = SENDING_MILLISECONDS
        socket.setsockopt(zmq.MAXMSGSIZE, self.max_message_bytes)
        socket.setsockopt(zmq.RCVHWM, WAITING_MESSAGES)
        if identity:
            socket.identity = identity
        socket.connect(self._make_url(channel))
        return socket


class Conversation:
    """The shell and iopub channels of one kernel.

    Args:
        client: The client, not yet connected.
        pidfd: The kernel's process; its end wakes a waiting `next`.
    """

    def __init__(self, client: BoundedClient, pidfd: int) -> None:
        self._client = client
        client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)
        self._sockets = {"iopub": client.iopub_channel.socket, "shell": client.shell_channel.socket}
        self._poller = zmq.Poller()
        for socket in self._sockets.values():
            self._poller.register(socket, zmq.POLLIN)
        self._monitors = [
            socket.get_monitor_socket(zmq.EVENT_DISCONNECTED) for socket in self._sockets.values()
        ]
        for monitor in self._monitors:
            self._poller.register(monitor, zmq.POLLIN)
        self._poller.register(pidfd, zmq.POLLIN)
        self.received_bytes = 0
        self.broken = False

    def request(self, kind: str, content: dict[str, Any]) -> str:
        """Send a request and return its id; a broken connection swallows it."""
        message = self._client.session.msg(kind, content)
        try:
            self._client.shell_channel.send(message)
        except zmq.Again:
            self.broken = True
        message_id: str = message["header"]["msg_id"]
        return message_id

    def next(self, seconds: float) -> Message | None:
        """Return the next message; None when time is up, the kernel is gone, or the message was garbage."""
        ready = dict(self._poller.poll(int(max(seconds, 0) * 1000)))
        for channel, socket in self._sockets.items():
            if socket in ready:
                return self._receive(channel, socket)
        if any(monitor in ready for monitor in self._monitors):
            self.broken = (
                True  # for good: after a message that is too large the library does not connect again
            )
        return None

    def _receive(self, channel: str, socket: zmq.Socket[bytes]) -> Message | None:
        try:
            frames = socket.recv_multipart(zmq.NOBLOCK)
        except zmq.ZMQError:
            return None
        self.received_bytes += ENVELOPE_BYTES + sum(map(len, frames))
        try:
            _, parts = self._client.session.feed_identities(frames)
            message = self._client.session.deserialize(parts)
            parent, content = message["parent_header"], message["content"]
        except Exception:  # forged, malformed or too deeply nested: the student's process may send anything
            return None
        if not isinstance(parent, dict) or not isinstance(content, dict):
            return None
        return Message(channel, str(message["msg_type"]), str(parent.get("msg_id", "")), content)

    def handshake(self, seconds: float) -> bool:
        """Wait until the kernel answers and its publications arrive: the idle status of a request of our own."""
        deadline = time.monotonic() + seconds
        asked: set[str] = set()
        again = 0.0
        while (now := time.monotonic()) < deadline:
            if now >= again:  # the first answer is lost if the subscription was still on its way
                asked.add(self.request("kernel_info_request", {}))
                again = now + 4 * POLL_SECONDS
            message = self.next(min(again, deadline) - now)
            if message is not None and is_idle(message) and message.parent in asked:
                return True
        return False

    def close(self) -> None:
        """Close the sockets."""
        for socket in self._sockets.values():
            socket.disable_monitor()
        for monitor in self._monitors:
            monitor.close(0)
        self._client.stop_channels()


def is_idle(message: Message) -> bool:
    """Whether the message says that the kernel has finished a request."""
    return message.kind == "status" and message.content.get("execution_state") == "idle"
