"""Frames arrive whole or not at all, within their size and in time."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.bridge.wire import MAX_HEADER, Wire
from autograder.errors import BridgeError, DeadlinePassed, StudentProcessEnded

SIZE = 1 << 20


def soon(seconds=0.05):
    return time.monotonic() + seconds


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours, SIZE), theirs


def frame(header, *buffers, count=None, lengths=None):
    lengths = [len(buffer) for buffer in buffers] if lengths is None else lengths
    count = len(lengths) if count is None else count
    return (
        struct.pack("<II", len(header), count)
        + struct.pack(f"<{len(lengths)}Q", *lengths)
        + header
        + b"".join(buffers)
    )


@given(st.binary(max_size=2000), st.lists(st.binary(max_size=2000), max_size=5))
def test_a_message_arrives_as_it_was_sent(header, buffers):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Wire(ours, SIZE).send(header, buffers)

        assert Wire(theirs, SIZE).receive(soon(5)) == (header, buffers)


def test_a_message_larger_than_the_socket_holds_arrives(ends):
    wire, theirs = ends
    big = bytes(SIZE - 10)
    sender = threading.Thread(target=wire.send, args=(b"h", [big]))
    sender.start()
    received = Wire(theirs, SIZE).receive(soon(20))
    sender.join()

    assert received == (b"h", [big])


@pytest.mark.parametrize(
    ("header", "size", "reason"), [(b"", SIZE + 1, "1 MB"), (b"h" * (MAX_HEADER + 1), 0, "parts")]
)
def test_what_is_too_large_is_not_sent(ends, header, size, reason):
    wire, theirs = ends
    with pytest.raises(BridgeError, match=reason):
        wire.send(header, [bytes(size)])
    theirs.setblocking(False)

    with pytest.raises(BlockingIOError):
        theirs.recv(1)


@pytest.mark.parametrize(
    "sent",
    [
        frame(b"", count=10_001),
        frame(b"", lengths=[1 << 63]),
        frame(b"", lengths=[SIZE // 2, SIZE // 2 + 1]),
        struct.pack("<II", (1 << 32) - 1, 0),
        struct.pack("<II", SIZE + 1, 0),
    ],
)
def test_lengths_that_lie_are_refused_before_anything_is_read(ends, sent):
    wire, theirs = ends
    theirs.sendall(sent)

    with pytest.raises(BridgeError):
        wire.receive(soon(5))


@pytest.mark.parametrize("cut", [0, 3, 8, 12, 18, 20])
def test_half_a_frame_is_waited_for_until_the_deadline(ends, cut):
    wire, theirs = ends
    theirs.sendall(frame(b"head", b"buffer")[:cut])

    with pytest.raises(DeadlinePassed):
        wire.receive(soon())


@pytest.mark.parametrize("cut", [0, 3, 8, 12, 18, 20])
def test_the_end_in_the_middle_of_a_frame_is_told(ends, cut):
    wire, theirs = ends
    theirs.sendall(frame(b"head", b"buffer")[:cut])
    theirs.close()

    with pytest.raises(StudentProcessEnded):
        wire.receive(soon(5))


def test_bytes_that_trickle_do_not_move_the_deadline(ends):
    """Each byte comes in time, the message does not."""
    wire, theirs = ends
    stop = threading.Event()

    def trickle():
        for byte in frame(b"x" * 1000):
            if stop.wait(0.005):
                return
            theirs.sendall(bytes([byte]))

    thread = threading.Thread(target=trickle)
    thread.start()
    with pytest.raises(DeadlinePassed):
        wire.receive(soon(0.1))
    stop.set()
    thread.join()


def test_a_peer_that_never_reads_is_waited_for_until_the_deadline(ends):
    wire, _ = ends

    with pytest.raises(DeadlinePassed):
        wire.send(b"", [bytes(SIZE)], soon())


def test_a_deadline_in_the_past_has_passed(ends):
    wire, theirs = ends
    theirs.sendall(frame(b"in time"))

    with pytest.raises(DeadlinePassed):
        wire.receive(soon(-1))


def test_a_peer_that_is_gone_is_told_to_the_sender(ends):
    wire, theirs = ends
    theirs.close()

    with pytest.raises(StudentProcessEnded):
        wire.send(b"", [bytes(1000)], soon(5))


def test_a_peer_that_is_gone_with_our_words_unread_is_told(ends):
    """The kernel then reports a reset connection instead of the end of the file."""
    wire, theirs = ends
    wire.send(b"never read", [])
    theirs.close()

    with pytest.raises(StudentProcessEnded):
        wire.receive(soon(5))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=64))
def test_whatever_comes_only_bridge_errors_come_out(data):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.suppress(BridgeError):
            Wire(ours, SIZE).receive(soon(5))
