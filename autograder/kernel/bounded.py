"""Keeps what an honest cell publishes by accident small, in the kernel itself: the grader drops what is larger.

A hostile cell can undo this; the grader's own bounds are in `client` and `outputs`.
"""

from __future__ import annotations

from typing import Any

from ipykernel.iostream import OutStream
from jupyter_client.session import Session

MESSAGE_BYTES = 1 << 20
"""Largest message; a figure is smaller."""
TEXT_CHARACTERS = 1 << 16
"""Most text of a stream that waits to be sent."""
_KEPT_CHARACTERS = 2_000


class BoundedStream(OutStream):
    """Standard output or error, sent in pieces: a cell that prints without end waits for its own output."""

    _waiting = 0

    def write(self, string: str) -> int:
        """Write text; return the number of characters."""
        if not isinstance(string, str) or len(string) <= TEXT_CHARACTERS - self._waiting:
            written = super().write(string) or 0
            self._waiting += written
            return written
        for start in range(0, len(string), TEXT_CHARACTERS):
            super().write(string[start : start + TEXT_CHARACTERS])
            self.flush()  # type: ignore[no-untyped-call]  # ipykernel's is untyped
        self._waiting = 0
        return len(string)


class BoundedSession(Session):
    """Sends messages, the large ones without what makes them large."""

    def serialize(self, msg: dict[str, Any], ident: list[bytes] | bytes | None = None) -> list[bytes]:
        """Return the message's frames."""
        frames = super().serialize(msg, ident)
        size = sum(map(len, frames))
        if size <= MESSAGE_BYTES:
            return frames
        return super().serialize({**msg, "content": shortened(msg["content"], size)}, ident)


def shortened(content: dict[str, Any], size: int) -> dict[str, Any]:
    """Return a message's content with long texts cut and displayed data replaced by a remark."""
    remark = f"[{size} bytes of output were left out.]"
    short: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, str) and len(value) > _KEPT_CHARACTERS:
            short[name] = f"{value[:_KEPT_CHARACTERS]} … {remark}"
        elif name == "data":
            short[name] = {"text/plain": remark}
        elif name == "traceback":
            short[name] = [remark]
        elif isinstance(value, dict | list):
            short[name] = type(value)()
        else:
            short[name] = value
    return short
