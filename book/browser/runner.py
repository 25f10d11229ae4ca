"""Runs the cells of an assignment in the reader's browser, one after another in one namespace, as Jupyter does.

Pyodide imports this module in a worker.  It needs nothing but Python, so its tests run it without a browser.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import Any, NoReturn

# `emit(kind, text, alt)`: kind is "text", "value", "error" or "picture", whose text is a PNG in base 64.
Emit = Callable[[str, str, str], object]

LIMIT = 20_000  # characters that one cell may show
PICTURES = 20
_PAUSE = 0.1  # seconds between two parts of a cell's prints

_ELSEWHERE = {
    "torch": "PyTorch does not run in a browser; it needs Python on your own computer.",
    "concepts": "`concepts` is the course's own code; the checks and the assignment do without it.",
}
_NOT_HERE = (
    "This page could not load `{name}`: it is not where Python was loaded from, or the network is gone. "
    "The checks need NumPy only."
)
_MAGIC = "Lines that begin with % or ! are commands of Jupyter; this page runs Python alone."


class Bounded(TextIOBase):
    """What a cell prints: passed on in parts, up to a limit, counted from there on."""

    def __init__(self, emit: Emit, limit: int = LIMIT) -> None:
        self._emit = emit
        self._room = limit
        self._waiting: list[str] = []
        self._last = time.monotonic()
        self.left_out = 0

    def writable(self) -> bool:
        """Return True: it is a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits, and show it now and then."""
        kept = text[: self._room]
        self._room -= len(kept)
        self.left_out += len(text) - len(kept)
        if kept:
            self._waiting.append(kept)
            if self._room == 0 or time.monotonic() - self._last > _PAUSE:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Show what waits."""
        if self._waiting:
            self._emit("text", "".join(self._waiting), "")
        self._waiting.clear()
        self._last = time.monotonic()

    def close_with_a_count(self) -> None:
        """Show what waits, and say how much was left out."""
        self.flush()
        if self.left_out:
            self._emit("text", f"\n… Characters left out: {self.left_out:,}.\n", "")


class Screen:
    """Where pictures appear: below the cell that runs."""

    def __init__(self) -> None:
        self._emit: Emit | None = None
        self._drawn = 0

    def begin(self, emit: Emit) -> None:
        """Turn to another cell."""
        self._emit, self._drawn = emit, 0

    def picture(self, png: str, alt: str) -> None:
        """Show a picture, unless the cell has shown enough of them."""
        self._drawn += 1
        if self._emit and self._drawn <= PICTURES:
            sys.stdout.flush()
            self._emit("picture", png, alt)
        elif self._drawn == PICTURES + 1:
            print(f"… more than {PICTURES} figures; the others are left out.")


SCREEN = Screen()


class Session:
    """One namespace, in which cells run one after another."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        # matplotlib asks for its backend here when it is first imported.
        os.environ["MPLBACKEND"] = "module://pictures"
        builtins.input = _no_input

    def run(self, name: str, source: str, emit: Emit) -> bool:
        """Run a cell; emit what it prints, shows and complains of; return whether it came to its end."""
        out = Bounded(emit)
        SCREEN.begin(emit)
        finished = False
        with redirect_stdout(out), redirect_stderr(out):
            try:
                value = self._value(name, source)
                out.flush()
                if value is not None:
                    emit("value", cut(repr(value)), "")
                _show_figures()
                finished = True
            # SystemExit and the like end a cell, not the page.
            except BaseException as error:
                out.flush()
                emit("error", cut(told(error)), "")
                _forget_figures()
        out.close_with_a_count()
        return finished

    def _value(self, name: str, source: str) -> object:
        """Run the statements; return the value of the last one if it is an expression without a semicolon."""
        file = f"cell {name}"
        # Tracebacks show a line of the cell where Python's own cache of files has it.
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        tree = ast.parse(source, file)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
            last = ast.Expression(tree.body.pop().value)
        exec(compile(tree, file, "exec"), self.namespace)
        return eval(compile(last, file, "eval"), self.namespace) if last else None


def cut(text: str, limit: int = LIMIT) -> str:
    r"""Return a text up to a limit, with a word on what is missing.

    >>> cut("abcdef", 4)
    'abcd\n… Characters left out: 2.'
    """
    return text if len(text) <= limit else f"{text[:limit]}\n… Characters left out: {len(text) - limit:,}."


def told(error: BaseException) -> str:
    """Return an error as Jupyter tells it: a check in its own sentences, all else with the lines of the cells."""
    own_words = getattr(error, "_render_traceback_", None)
    if own_words:
        return "\n".join(own_words())
    told = traceback.TracebackException.from_exception(error)
    _forget_our_frames(told)
    advice = _advice(error)
    return "".join(told.format()).rstrip("\n") + (f"\n\n{advice}" if advice else "")


def _forget_our_frames(told: traceback.TracebackException) -> None:
    """Leave the frames of this module out, also of the errors that led to this one."""
    told.stack = traceback.StackSummary.from_list(
        frame for frame in told.stack if frame.filename not in (__file__, ast.__file__)
    )
    for earlier in (told.__cause__, told.__context__):
        if earlier is not None:
            _forget_our_frames(earlier)


def _advice(error: BaseException) -> str | None:
    """Return what a reader can do about an error that has to do with the browser."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        name = error.name.partition(".")[0]
        return _ELSEWHERE.get(name, _NOT_HERE.format(name=name))
    if isinstance(error, SyntaxError) and (error.text or "").lstrip()[:1] in ("%", "!"):
        return _MAGIC
    return None


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("input() cannot ask on this page: write the value into the code.")


def _show_figures() -> None:
    """Show the figures that a cell drew without calling `plt.show`."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].show()


def _forget_figures() -> None:
    """Close what a cell that failed had begun to draw: it does not belong to the next one."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
