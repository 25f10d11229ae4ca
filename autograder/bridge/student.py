"""The student's end of the bridge: answers questions about the notebook's names, in the notebook's process.

Nothing here is trusted.  A student's code may replace or forge all of it; it then answers with other *values*,
which is no more than a function of the student that returns those values could do.
"""

from __future__ import annotations

import importlib
import linecache
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bridge.codec import generator, pack, unpack
from autograder.bridge.modules import KINDS, Builder
from autograder.bridge.wire import Wire
from autograder.checks import inspection
from autograder.checks.observation import observe_in_place
from autograder.checks.reading import contents
from autograder.checks.walking import is_module
from autograder.errors import BridgeError, StudentProcessEnded

MAX_MESSAGE = 2_000
MAX_FRAMES = 6
_OWN_FILES = (
    "/autograder/bridge/",
    "/autograder/checks/observation",
    "/autograder/checks/inspection",
    "/autograder/checks/tracing",
    "/autograder/checks/walking",
)


def serve(control: socket.socket, namespace: dict[str, Any], max_bytes: int = 64 << 20) -> None:
    """Answer one conversation; it comes as a descriptor over `control`, and ends when its other end is closed."""
    conversation = _newest_conversation(control)
    if conversation is not None:
        wire = Wire(conversation, max_bytes)
        try:
            Answers(wire, namespace).answer_all()
        except (StudentProcessEnded, KeyboardInterrupt):
            pass  # the other side has heard enough, or has lost its patience
        finally:
            wire.close()


def _newest_conversation(control: socket.socket) -> socket.socket | None:
    """Return the last socket that was sent; older ones belong to conversations that were given up."""
    newest = None
    control.setblocking(False)
    while True:
        try:
            _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        except (BlockingIOError, OSError):
            return newest
        if not descriptors:
            return newest
        if newest is not None:
            newest.close()
        newest = socket.socket(fileno=descriptors[0])


class Answers:
    """One conversation: the handles that were given out in it, and the answers to its questions."""

    def __init__(self, wire: Wire, namespace: dict[str, Any]) -> None:
        self._wire = wire
        self._namespace = namespace
        self._objects: list[Any] = []
        self._lock = threading.RLock()  # a notebook may call from several threads

    def answer_all(self) -> None:
        """Answer until the other side closes."""
        while True:
            self._reply_to(self._receive())

    def _reply_to(self, question: dict[str, Any]) -> None:
        number = question["id"]
        try:
            message = pack({"reply": number, "value": self._answer(question)}, self._handle)
        except (KeyboardInterrupt, StudentProcessEnded):
            raise
        except BaseException as error:  # sys.exit() of a student is an answer, too
            message = pack({"reply": number, "error": describe(error)}, self._handle)
        try:
            self._wire.send(*message)
        except StudentProcessEnded:
            raise
        except BridgeError as error:  # the answer is too large
            self._wire.send(*pack({"reply": number, "error": describe(error)}, self._handle))

    def _answer(self, question: dict[str, Any]) -> Any:
        match question["ask"]:
            case "get":
                name = question["name"]
                return [name in self._namespace, self._namespace.get(name)]
            case "attribute":
                return getattr(question["of"], question["name"])
            case "call":
                return question["of"](*question["args"], **question["kwargs"])
            case "observe":
                return self._observe(question)
            case "contents":
                return contents(question["of"])
            case "word":
                return inspection.answer(question["word"], question["of"], question["args"])
            case other:
                raise BridgeError(f"unknown question {other!r}")

    def _observe(self, question: dict[str, Any]) -> dict[str, Any]:
        seen = observe_in_place(question["of"], question["args"], question["kwargs"], question["torch_seed"])
        if not question["bring_back"]:
            seen = replace(seen, args=(), kwargs={})
        return {
            "result": seen.result,
            "error": None if seen.error is None else describe(seen.error),
            "args": tuple(None if _stays(value) else value for value in seen.args),
            "kwargs": {key: None if _stays(value) else value for key, value in seen.kwargs.items()},
            "stdout": seen.stdout[:MAX_MESSAGE],
            "warnings": [[str(name)[:100], str(text)[:MAX_MESSAGE]] for name, text in seen.warnings[:20]],
            "seconds": float(seen.seconds),
            "touched_global_random": bool(seen.touched_global_random),
            "drew": bool(seen.drew),
        }

    def _receive(self) -> dict[str, Any]:
        builder = Builder()

        def resolve(kind: str, content: Any) -> Any:
            return builder.build(kind, content) if kind in KINDS else self._resolve(kind, content)

        message: dict[str, Any] = unpack(*self._wire.receive(), resolve)
        return message

    def _handle(self, value: Any) -> dict[str, Any]:
        self._objects.append(value)
        return {"handle": [len(self._objects) - 1, type(value).__name__[:60]]}

    def _resolve(self, kind: str, content: Any) -> Any:
        match kind:
            case "handle":
                return self._objects[content]
            case "callback":
                return self._callback(*content)
            case "ufunc":
                return getattr(np, content)
            case "torch":
                return getattr(importlib.import_module("torch.nn.functional"), content)
            case "generator":
                return generator(content)
            case _:
                raise BridgeError(f"unknown node {kind!r}")

    def _callback(self, number: int, name: str) -> Callable[..., Any]:
        """Return a function that asks the other side to evaluate its function `number`."""

        def ask(*args: Any, **kwargs: Any) -> Any:
            request = {"callback": number, "args": args, "kwargs": kwargs}
            with self._lock:
                self._wire.send(*pack(request, self._handle))
                while "ask" in (answer := self._receive()):  # our function asks for one of the notebook's
                    self._reply_to(answer)
            if "error" in answer:
                kind, text = answer["error"]
                raise _ERRORS.get(kind, ValueError)(text)
            return answer["value"]

        ask.__name__ = ask.__qualname__ = name
        return ask


def _stays(value: Any) -> bool:
    """Return whether an argument need not go back: the other side has it, and it cannot have changed."""
    return (callable(value) and not is_module(value)) or isinstance(value, np.random.Generator)


_ERRORS: dict[str, type[Exception]] = {
    error.__name__: error
    for error in (
        *(ArithmeticError, AttributeError, IndexError, KeyError, NotImplementedError, OverflowError),
        *(RecursionError, RuntimeError, TypeError, ValueError, ZeroDivisionError, np.linalg.LinAlgError),
    )
}
_name_of: Callable[[type], str] = vars(type)["__name__"].__get__  # a metaclass may claim another name
_bases_of: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__


def describe(error: BaseException) -> dict[str, Any]:
    """Return an exception as plain data: the names of its classes, its text, and the student's own lines."""
    if isinstance(error, BridgeError):
        return {"classes": [], "text": f"What your code returned cannot be examined: {error}.", "lines": []}
    try:
        text = "".join(str(error))  # a plain string, whatever __str__ returned
    except KeyboardInterrupt:
        raise
    except BaseException:  # a student's exception may fail even at that
        text = "(its message cannot be shown)"
    return {
        "classes": [_name_of(kind)[:60] for kind in _bases_of(type(error))][:20],
        "text": text[:MAX_MESSAGE],
        "lines": student_lines(error),
    }


def student_lines(error: BaseException) -> list[str]:
    """Return the last lines of the student's own code that `error` came through, innermost last."""
    frames = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if any(part in path for part in _OWN_FILES) or "site-packages" in path or "/lib/python" in path:
            continue
        code = linecache.getline(path, line).strip()
        frames.append(f"line {line}, in {frame.f_code.co_name}: {code}"[:200])
    return frames[-MAX_FRAMES:]
