"""Our end of the bridge: the student's names as proxies, beside the checks, in a trusted process.

A proxy that can be called ships its arguments over and brings the result back as plain data.
What is no plain data stays where it is; here stands an `Opaque` that equals nothing, converts to nothing
and is neither true nor false, so that no object of a student can talk a check into passing.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograder.bridge.codec import pack, unpack
from autograder.bridge.modules import Shipment
from autograder.bridge.plain import Described
from autograder.bridge.raised import printable, rebuild
from autograder.bridge.wire import Wire
from autograder.checks.observation import Observation
from autograder.errors import BridgeError, DeadlinePassed

MAX_CALLBACKS = 200_000
MAX_NESTED = 20  # questions that a function of ours asks while the student's process is calling it


class OpaqueValueError(TypeError):
    """A check used an object of the student that is no plain data."""


class Opaque:
    """Something of the student's that stays in the student's process.

    It can be called and asked for public attributes; it is never compared, converted or judged true.
    """

    __slots__ = ("__name__", "_conversation", "_number", "_type")
    __name__: str
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]  # object defines it; an opaque value must not be a key

    def __init__(self, conversation: Conversation | None, number: int, type_name: str) -> None:
        self._conversation = conversation
        self._number = number
        self._type = type_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: D102  # it calls
        return self._asked().call(self, args, kwargs)

    def _autograder_observe(self, *call: Any, **how: Any) -> Observation:
        return self._asked().observe(self, *call, **how)

    def _autograder_word(self, word: str, args: tuple[Any, ...]) -> Any:
        return self._asked().word(self, word, args)

    def _autograder_contents(self) -> Any:
        """Return the plain list, tuple or dictionary that the object holds as one of a derived class, or itself."""
        found = self if self._conversation is None else self._conversation.contents(self)
        return found if type(found) in (list, tuple, dict) else self

    def _autograder_type_name(self) -> str:
        return self._type

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._asked().attribute(self, name)

    def __repr__(self) -> str:
        return f"<{self._type} of the student's>"

    def _asked(self) -> Conversation:
        if self._conversation is None:
            self._refuse()
        return self._conversation

    def _refuse(self, *_: Any) -> NoReturn:
        raise OpaqueValueError(
            f"a plain number, array or list was expected here, not an object of type {self._type!r}"
        )

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __array__ = __len__ = __iter__ = __int__ = __float__ = __index__ = __complex__ = __getitem__ = _refuse
    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = (
        _refuse
    )
    __contains__ = __neg__ = __pos__ = __abs__ = __round__ = __reduce_ex__ = _refuse


class Conversation:
    """Questions to the student's process, each with a deadline; safe to use from several threads.

    Args:
        wire: Our end of the socket.
        call_seconds: Time for one question, the call-backs that it causes included.

    Attributes:
        broken: The first error that ended the conversation; a check during which one broke never passes.
    """

    def __init__(self, wire: Wire, call_seconds: float) -> None:
        self._wire = wire
        self._call_seconds = call_seconds
        self._lock = threading.RLock()
        self._asked = 0
        self._nested = 0
        self._callables: list[Callable[..., Any]] = []
        self.broken: BridgeError | None = None

    def get(self, name: str) -> Any:
        """Return the value of a name of the notebook.

        Raises:
            NameError: The notebook does not define it.
        """
        answer = self._ask(ask="get", name=name)
        if type(answer) is not list or len(answer) != 2:
            self._malformed()
        known, value = answer
        if known is not True:
            raise NameError(f"name {name!r} is not defined in the notebook")
        if type(value) is Opaque:
            value.__name__ = name  # messages call it by its name
        return value

    def call(self, function: Opaque, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the student's and return its result, or raise what it raised."""
        return self._ask(ask="call", of=function, args=args, kwargs=kwargs)

    def attribute(self, of: Opaque, name: str) -> Any:
        """Return a public attribute of an object of the student's."""
        return self._ask(ask="attribute", of=of, name=name)

    def word(self, of: Opaque, word: str, args: tuple[Any, ...]) -> Any:
        """Return what a word of `checks.modules` reads of an object of the student's."""
        return self._ask(ask="word", of=of, word=word, args=args)

    def contents(self, of: Opaque) -> Any:
        """Return the plain contents of an object of the student's, if it has any; see `checks.reading.contents`."""
        return self._ask(ask="contents", of=of)

    def observe(
        self,
        function: Opaque,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        torch_seed: int | None = None,
        *,
        bring_back: bool = True,
    ) -> Observation:
        """Have a call observed over there; see `checks.observe`, and `outcome` for `bring_back`."""
        call = {"of": function, "args": args, "kwargs": kwargs}
        seen = self._ask(ask="observe", **call, torch_seed=torch_seed, bring_back=bring_back)
        if type(seen) is not dict or type(seen.get("kwargs")) is not dict:
            self._malformed()
        try:
            error = None if seen["error"] is None else rebuild(seen["error"])
            if not bring_back:
                args, kwargs = (), {}
            after = {key: kwargs[key] if value is None else value for key, value in seen["kwargs"].items()}
            return Observation(
                result=seen["result"],
                error=error,
                args=tuple(
                    own if value is None else value for own, value in zip(args, seen["args"], strict=True)
                ),
                kwargs=after,
                stdout=str(seen["stdout"]),
                warnings=tuple((str(name), str(text)) for name, text in seen["warnings"]),
                seconds=float(seen["seconds"]),
                touched_global_random=seen["touched_global_random"] is not False,
                drew=seen["drew"] is True,
            )
        except Exception:  # a forged answer: any part may be of any type
            self._malformed()

    def _ask(self, **question: Any) -> Any:
        with self._lock:
            if self.broken is not None:
                raise self.broken
            if self._nested >= MAX_NESTED:
                raise RecursionError("the check's function and the notebook's call each other without end")
            self._nested += 1
            try:
                answer = self._answer_to(question)
                error = rebuild(answer["error"]) if "error" in answer else None
            except BaseException as problem:
                self._break(problem)
            finally:
                self._nested -= 1
        if error is not None:
            raise error
        return answer["value"]

    def _break(self, problem: BaseException) -> NoReturn:
        """End the conversation: after an error of the bridge nobody knows which answer would come next."""
        if not isinstance(problem, BridgeError):  # our own memory or stack is exhausted, or Ctrl-C
            problem = BridgeError(f"the conversation broke off ({type(problem).__name__})")
        self.broken = self.broken or problem
        raise self.broken

    def _malformed(self) -> NoReturn:
        self._break(BridgeError("a malformed answer came over the bridge"))

    def _answer_to(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer with its `value` or its `error`; meanwhile our functions may be called back."""
        self._asked += 1
        number = self._asked
        deadline = time.monotonic() + self._call_seconds
        self._wire.send(*self._packed({**question, "id": number}), deadline)
        for _ in range(MAX_CALLBACKS):
            message = unpack(*self._wire.receive(deadline), self._resolve)
            if type(message) is not dict:
                raise BridgeError("a malformed answer came over the bridge")
            if "callback" in message:
                self._call_back(message, deadline)
                continue
            reply = message.get("reply")
            if type(reply) is not int or reply != number or ("value" in message) == ("error" in message):
                raise BridgeError("an answer that nobody asked for came over the bridge")
            return message
        raise BridgeError("the function called the function that it was given too often")

    def _call_back(self, request: dict[str, Any], deadline: float) -> None:
        """Evaluate a function of ours that a check passed to the student."""
        number, args, kwargs = request["callback"], request.get("args"), request.get("kwargs")
        if type(number) is not int or not 0 <= number < len(self._callables):
            raise BridgeError("a call to a function that was never given came over the bridge")
        if type(args) is not tuple or type(kwargs) is not dict or not all(type(key) is str for key in kwargs):
            raise BridgeError("a malformed call came over the bridge")
        try:
            answer = self._packed({"value": self._callables[number](*args, **kwargs)})
        except Exception as error:  # the student passed something that our function does not take
            if self.broken is not None:
                raise
            answer = self._packed({"error": (type(error).__name__, printable(str(error))[:500])})
        self._wire.send(*answer, deadline)

    def _packed(self, message: dict[str, Any]) -> tuple[bytes, list[bytes]]:
        shipment = Shipment()
        return pack(message, lambda value: shipment.describe(value) or self._handle(value))

    def _handle(self, value: Any) -> dict[str, Any] | Described:
        if type(value) is Opaque:
            if value._conversation is not self:
                raise BridgeError("an object of another conversation cannot be sent")
            return {"handle": value._number}
        name = str(getattr(value, "__name__", "function"))
        if isinstance(value, np.ufunc) and getattr(np, name, None) is value:
            return {"ufunc": name}  # NumPy's own: the other side has it, and need not ask
        torch = sys.modules.get("torch")
        if torch is not None and getattr(torch.nn.functional, name, None) is value:
            return {"torch": name}  # evaluated here it would lose the graph
        if callable(value):
            self._callables.append(value)
            return {"callback": [len(self._callables) - 1, name]}
        raise BridgeError(f"a check cannot send a {type(value).__name__} to the student's process")

    def _resolve(self, kind: str, content: Any) -> Any:
        well_formed = type(content) is list and [type(part) for part in content] == [int, str]
        if kind == "handle" and well_formed:
            return Opaque(self, content[0], printable(content[1])[:60])
        if kind == "generator":
            return Opaque(None, -1, "numpy.random.Generator")
        raise BridgeError("a malformed value came over the bridge")


__all__ = ["Conversation", "DeadlinePassed", "Opaque", "OpaqueValueError"]
