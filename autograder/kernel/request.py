"""What the grader asks the zygote for: one child, and what it is to run."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import random
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.cage import Place
from autograder.kernel import channel


@dataclass(frozen=True)
class Request:
    """One child to be forked.

    Attributes:
        entry: `package.module:function`, called in the child with the arguments and its descriptors.
        arguments: An anonymous file with them; the zygote itself does not read it.
        status: The warden's end of its channel to the grader; None for a child that needs no warden.
        place: Where the child lives.
        descriptors: For the child.
        prepare: `package.module:function`, called with the arguments in the zygote, before the fork; empty for none.
            What it imports and remembers, every later child has.  Only requests for trusted children name one.
    """

    entry: str
    arguments: int
    status: socket.socket | None
    place: Place
    descriptors: list[int]
    prepare: str = ""

    @classmethod
    def from_message(cls, message: channel.Message, descriptors: list[int]) -> Request:
        """Take the request apart; the descriptors come in the order of the attributes."""
        rest = iter(descriptors)
        return cls(
            entry=message["entry"],
            arguments=next(rest),
            status=socket.socket(fileno=next(rest)) if message["warden"] else None,
            place=Place(Path(message["folder"]), message["user"]),
            descriptors=list(rest),
            prepare=message.get("prepare", ""),
        )

    def close(self) -> None:
        """Close this process's copies of all descriptors."""
        if self.status is not None:
            self.status.close()
        channel.close([self.arguments, *self.descriptors])

    def make_ready(self) -> None:
        """Call what prepares for the child; what goes wrong there goes wrong in the child again, which says so."""
        if self.prepare:
            with contextlib.suppress(Exception):
                _function(self.prepare)(channel.from_memory(os.dup(self.arguments))["arguments"])
            gc.freeze()  # as the zygote did with its own imports: the children share what is new, too

    def run(self) -> NoReturn:
        """Call the entry point and end the process."""
        code = 70
        try:
            _reseed()
            _function(self.entry)(channel.from_memory(self.arguments)["arguments"], self.descriptors)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        os._exit(code & 0xFF)


def _function(entry: str) -> Callable[..., Any]:
    """Return the function that `package.module:function` names."""
    module, _, name = entry.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _reseed() -> None:
    """Give every child random numbers of its own: a fork copies the generators' states."""
    random.seed()
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed()
    if (torch := sys.modules.get("torch")) is not None:
        torch.default_generator.seed()  # torch.seed() also wakes the back ends that are not there
