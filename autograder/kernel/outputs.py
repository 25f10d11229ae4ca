"""Turns what a kernel publishes into the outputs of a notebook cell, kept below a size.

The messages come from the student's process: any of them may be forged, and nothing in them is believed to have a type.
"""

from __future__ import annotations

import json
import math
from typing import Any

Output = dict[str, Any]

MAX_DEPTH = 20
"""Levels of displayed data: what is nested deeper breaks whoever writes or copies it."""
NOTE = "\n[Output beyond {kept} bytes was left out.]\n"


class Outputs:
    """The outputs of one cell.

    Args:
        room: Bytes that may be kept.
    """

    def __init__(self, room: int) -> None:
        self._room = max(room, 0)
        self.kept = 0
        self.truncated = False
        self._outputs: list[Output] = []
        self._clear_on_next = False

    def take(self, kind: str, content: dict[str, Any]) -> None:
        """Take one message of the iopub channel; kinds that show nothing are passed over."""
        if kind == "clear_output":
            if content.get("wait") is True:
                self._clear_on_next = True
            else:
                self._outputs.clear()
        elif kind == "stream":
            self._stream(
                "stderr" if content.get("name") == "stderr" else "stdout", _text(content.get("text"))
            )
        elif kind in ("display_data", "execute_result"):
            self._add(_display(kind, content))
        elif kind == "error":
            self._add(error_output(content))

    def _stream(self, name: str, text: str) -> None:
        """Append text to the stream, in one output as long as nothing else comes between."""
        self._clear_if_due()
        room = self._room - self.kept
        encoded = text.encode("utf-8", "replace")
        if len(encoded) > room:
            text = encoded[:room].decode("utf-8", "ignore")
            self.truncated = True
        if not text:
            return
        self.kept += min(len(encoded), room)
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._outputs.append({"output_type": "stream", "name": name, "text": text})

    def _add(self, output: Output) -> None:
        self._clear_if_due()
        size = len(json.dumps(output))
        if size > self._room - self.kept:
            self.truncated = True
            return
        self.kept += size
        self._outputs.append(output)

    def _clear_if_due(self) -> None:
        if self._clear_on_next:
            self._outputs.clear()
            self._clear_on_next = False

    def finish(self) -> list[Output]:
        """Return the outputs as nbformat 4 writes them, with a note where something is missing."""
        if self.truncated:
            note = {"output_type": "stream", "name": "stderr", "text": NOTE.format(kept=self._room)}
            return [*self._outputs, note]
        return self._outputs


def error_output(content: dict[str, Any]) -> Output:
    """Return an error as a cell's output."""
    traceback = content.get("traceback")
    return {
        "output_type": "error",
        "ename": _text(content.get("ename")),
        "evalue": _text(content.get("evalue")),
        "traceback": [_text(line) for line in traceback] if isinstance(traceback, list) else [],
    }


def _display(kind: str, content: dict[str, Any]) -> Output:
    data, metadata = content.get("data"), content.get("metadata")
    output: Output = {
        "output_type": kind,
        "data": plain(data) if isinstance(data, dict) else {},
        "metadata": plain(metadata) if isinstance(metadata, dict) else {},
    }
    if kind == "execute_result":
        output["execution_count"] = count(content.get("execution_count"))
    return output


def count(value: Any) -> int | None:
    """Return an execution count, None unless it is a reasonable integer."""
    return value if type(value) is int and 0 <= value < 1 << 31 else None


def plain(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Return decoded JSON as any file can hold it: not too deep, no lone surrogates, no infinite numbers."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, list):
        return [plain(item, depth - 1) for item in value]
    return {plain(str(key)): plain(item, depth - 1) for key, item in value.items()}


def _text(value: Any) -> str:
    return plain(value) if isinstance(value, str) else ""
