"""No object of a student's talks a check into passing, and no peer, however rude, does more than fail it."""

from __future__ import annotations

import contextlib
import copy
import math
import pickle
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import checks
from autograder.bridge.codec import pack, unpack
from autograder.bridge.proxy import Conversation, Opaque, OpaqueValueError
from autograder.bridge.raised import printable, rebuild
from autograder.bridge.wire import Wire
from autograder.errors import BridgeError, DeadlinePassed, StudentProcessEnded

OPAQUE = Opaque(None, 3, "Cheat")


@pytest.mark.parametrize(
    "use",
    [
        *(
            bool,
            len,
            iter,
            list,
            tuple,
            int,
            float,
            complex,
            abs,
            round,
            hash,
            sorted,
            sum,
            min,
            max,
            dict,
            set,
        ),
        *(np.asarray, np.sum, np.shape, np.float64, np.isfinite, np.std, np.array, np.ravel, np.isnan),
        *(math.sqrt, range, bytes, copy.copy, copy.deepcopy, pickle.dumps),
        *(checks.number, checks.array, checks.integer, checks.items),
        lambda it: it == it,
        lambda it: it != 1,
        lambda it: it == 1,
        lambda it: np.float64(1) == it,
        lambda it: np.ones(3) == it,
        lambda it: it < 1 or it > 1,
        lambda it: it in [1, 2],
        lambda it: 1 in it,
        lambda it: it[0],
        lambda it: it + 1,
        lambda it: 2 * it,
        lambda it: np.ones(3) @ it,
        lambda it: it @ np.ones(3),
        lambda it: np.ones(3) - it,
        lambda it: np.float64(1) / it,
        lambda it: -it,
        lambda it: it**2,
        lambda it: np.allclose(it, 1),
        lambda it: np.isclose(1, it),
        lambda it: np.testing.assert_allclose(it, 1),
        lambda it: np.testing.assert_equal(it, 1),
        lambda it: checks.close(it, 1),
        lambda it: checks.close([it], [1]),
        lambda it: checks.shape(it, (1,)),
        lambda it: pytest.approx(1.0) == it,
        lambda it: {it: 1},
        lambda it: it(1),
        lambda it: it.anything,
        lambda it: f"{it:.3f}",
    ],
)
def test_an_opaque_value_can_be_used_for_nothing(use):
    with pytest.raises((TypeError, AssertionError)):
        use(OPAQUE)


def test_an_opaque_value_does_not_even_equal_itself():
    """NumPy takes whatever goes wrong for a difference."""
    assert not np.array_equal(OPAQUE, OPAQUE)


def test_an_opaque_value_says_what_it_is():
    assert repr(OPAQUE) == "<Cheat of the student's>"
    with pytest.raises(OpaqueValueError, match=r"a plain number, array or list was expected here.*'Cheat'"):
        bool(OPAQUE)


def test_private_attributes_are_not_asked_for():
    for name in ("__dict__", "_x", "__class_getitem__", "__array_interface__", "__wrapped__"):
        assert not hasattr(OPAQUE, name)


class Peer:
    """The other end of a conversation, played by the test."""

    def __init__(self, *script, seconds=5.0):
        self.socket, theirs = socket.socketpair()
        self.conversation = Conversation(Wire(self.socket, 1 << 20), seconds)
        self.theirs = theirs
        self.wire = Wire(theirs, 1 << 20)
        self.thread = threading.Thread(target=self._play, args=(script,))
        self.thread.start()

    def _play(self, script):
        for step in script:
            step(self)

    def question(self):
        return unpack(*self.wire.receive(time.monotonic() + 5), lambda kind, content: (kind, content))

    def say(self, value):
        self.wire.send(*pack(value, lambda other: {"handle": [0, "x"]}))

    def close(self):
        self.thread.join()
        self.socket.close()
        self.theirs.close()


@pytest.fixture
def peer():
    peers = []

    def start(*script, seconds=5.0):
        peers.append(Peer(*script, seconds=seconds))
        return peers[-1].conversation

    yield start
    for one in peers:
        one.close()


def reply(**answer):
    """Answer the next question, with its own number unless told otherwise."""

    def step(peer):
        number = peer.question()["id"]
        peer.say({"reply": number} | answer)

    return step


def raw(data):
    def step(peer):
        peer.question()
        peer.theirs.sendall(data)

    return step


def close(peer):
    peer.question()
    peer.theirs.close()


def test_a_name_is_asked_for(peer):
    assert peer(reply(value=[True, 3])).get("x") == 3


def test_a_name_that_is_not_there_is_a_name_error(peer):
    with pytest.raises(NameError, match="'x' is not defined in the notebook"):
        peer(reply(value=[False, None])).get("x")


MALFORMED = [
    *(reply(value=value) for value in (None, 3, [], [True], (True, 1), "ab", np.zeros(2), {"a": 1})),
    *(reply(reply=number, value=[True, 1]) for number in (0, 2, -1, 1.0, True, None, "1", np.ones(1), [1])),
    *(
        reply(),
        reply(value=[True, 1], error={}),
        reply(error=None),
        reply(error=[]),
        reply(error=np.zeros(3)),
    ),
    *(reply(error={"classes": 3, "text": "", "lines": []}), reply(error={"text": "", "lines": []})),
    *(reply(callback=0, args=(), kwargs={}), reply(callback=-1, args=(), kwargs={}), reply(callback=None)),
    *(lambda peer: (peer.question(), peer.say(3)), lambda peer: (peer.question(), peer.say([]))),
    *(raw(struct.pack("<II", 5, 0) + b"{{{{{"), raw(struct.pack("<II", 0, 0)), raw(b"\xff" * 64)),
]


@pytest.mark.parametrize("answer", MALFORMED)
def test_a_malformed_answer_ends_the_conversation(peer, answer):
    conversation = peer(answer)
    with pytest.raises(BridgeError) as first:
        conversation.get("x")

    assert conversation.broken is first.value
    with pytest.raises(BridgeError) as second:
        conversation.get("y")
    assert second.value is first.value


def test_a_second_answer_is_not_taken_for_the_next_one(peer):
    def twice(peer):
        number = peer.question()["id"]
        peer.say({"reply": number, "value": [True, 1]})
        peer.say({"reply": number, "value": [True, 2]})

    conversation = peer(twice, Peer.question)

    assert conversation.get("x") == 1
    with pytest.raises(BridgeError, match="nobody asked for"):
        conversation.get("y")


def test_an_answer_that_never_comes_is_waited_for_until_the_deadline(peer):
    conversation = peer(Peer.question, seconds=0.05)

    with pytest.raises(DeadlinePassed):
        conversation.get("x")
    assert type(conversation.broken) is DeadlinePassed


def test_a_peer_that_closes_has_ended(peer):
    with pytest.raises(StudentProcessEnded):
        peer(close).get("x")


@pytest.mark.parametrize(
    "answer",
    [
        *(None, 3, [], "text", np.zeros(3), {}),
        *({"result": 1}, {"kwargs": {}}, {"kwargs": []}),
        {
            "result": 1,
            "error": None,
            "args": (),
            "kwargs": {},
            "stdout": "",
            "warnings": [],
            "seconds": 10**400,
        },
        {"result": 1, "error": None, "args": 3, "kwargs": {}, "stdout": "", "warnings": [], "seconds": 0.0},
        {"result": 1, "error": 3, "args": (1,), "kwargs": {}, "stdout": "", "warnings": [], "seconds": 0.0},
        {
            "result": 1,
            "error": None,
            "args": (1,),
            "kwargs": {"a": None},
            "stdout": "",
            "warnings": [],
            "seconds": 0.0,
        },
        {"result": 1, "error": None, "args": (1,), "kwargs": {}, "stdout": "", "warnings": 7, "seconds": 0.0},
        {
            "result": 1,
            "error": None,
            "args": (1,),
            "kwargs": {},
            "stdout": "",
            "warnings": [np.ones(3)],
            "seconds": 0.0,
        },
    ],
)
def test_a_malformed_observation_ends_the_conversation(peer, answer):
    conversation = peer(reply(value=answer))

    with pytest.raises(BridgeError):
        conversation.observe(Opaque(conversation, 0, "function"), (1,), {})
    assert conversation.broken is not None


def test_a_flood_of_call_backs_ends_with_the_deadline(peer):
    def flood(peer):
        peer.question()
        request = pack({"callback": 0, "args": (1.0,), "kwargs": {}}, None)
        try:
            while True:
                peer.wire.send(*request, time.monotonic() + 1)
                peer.wire.receive(time.monotonic() + 1)
        except BridgeError:
            pass

    conversation = peer(flood, seconds=0.2)
    with pytest.raises(DeadlinePassed):
        conversation.call(Opaque(conversation, 0, "function"), (math.sin,), {})


@pytest.mark.parametrize(
    "request_",
    [
        {"callback": 1, "args": (), "kwargs": {}},
        {"callback": True, "args": (), "kwargs": {}},
        {"callback": 0, "args": [], "kwargs": {}},
        {"callback": 0, "args": (), "kwargs": []},
        {"callback": 0, "args": (), "kwargs": {1: 1}},
        {"callback": 0},
    ],
)
def test_a_call_of_what_was_never_given_ends_the_conversation(peer, request_):
    conversation = peer(lambda peer: (peer.question(), peer.say(request_)))

    with pytest.raises(BridgeError):
        conversation.call(Opaque(conversation, 0, "function"), (math.sin,), {})


def test_an_object_of_another_conversation_is_not_sent(peer):
    conversation, other = peer(), peer()

    with pytest.raises(BridgeError, match="another conversation"):
        conversation.call(Opaque(conversation, 0, "f"), (Opaque(other, 0, "g"),), {})


def test_several_threads_get_their_own_answers(peer):
    def echo(peer):
        for _ in range(40):
            question = peer.question()
            peer.say({"reply": question["id"], "value": [True, question["name"]]})

    conversation, wrong = peer(echo), []

    def ask(name):
        wrong.extend(name for _ in range(10) if conversation.get(name) != name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


@pytest.mark.parametrize(
    "kind", [ValueError, TypeError, ZeroDivisionError, NotImplementedError, np.linalg.LinAlgError]
)
def test_an_exception_comes_as_its_own_class_with_the_students_lines(kind):
    names = [base.__name__ for base in kind.__mro__]
    error = rebuild({"classes": names, "text": "why", "lines": ["line 3, in f: x"]})

    assert type(error) is kind
    assert (str(error), error.student_lines) == ("why", ("line 3, in f: x",))


@pytest.mark.parametrize(
    "names",
    [
        ["CheckFailed", "Exception"],
        ["DeadlinePassed", "BridgeError", "Exception"],
        ["SystemExit", "BaseException", "object"],
        ["KeyboardInterrupt"],
        ["ExceptionGroup", "BaseExceptionGroup", "Exception"],
        ["UnicodeDecodeError", "UnicodeError"],
        ["UserWarning"],
        ["Exception"],
        [],
    ],
)
def test_any_other_class_is_a_student_error(names):
    error = rebuild({"classes": names, "text": "why", "lines": []})

    assert type(error) is checks.StudentError
    assert str(error).endswith("why")


def test_a_class_of_the_students_is_its_builtin_base():
    assert type(rebuild({"classes": ["Mine", "ValueError"], "text": "", "lines": []})) is ValueError


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=100)
@given(junk | st.fixed_dictionaries({"classes": junk, "text": junk, "lines": junk}))
def test_whatever_describes_an_exception_only_exceptions_to_raise_come_out(description):
    with contextlib.suppress(BridgeError):
        assert isinstance(rebuild(description), Exception)


def test_text_is_made_printable():
    assert printable("a\x1b[31m\ud800\u202eb\n\tc\0") == "a\ufffd[31m\ufffd\ufffdb\n\tc\ufffd"
