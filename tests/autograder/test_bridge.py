"""Both ends together: a notebook's names answer questions, and its tricks earn nothing."""

from __future__ import annotations

import linecache
import math
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from autograder import checks
from autograder.bridge.proxy import Conversation, Opaque, OpaqueValueError
from autograder.bridge.student import serve
from autograder.bridge.wire import Wire
from autograder.checks.observation import outcome
from autograder.errors import BridgeError, StudentProcessEnded
from tests.autograder.notebooks import conversing, executed

NOTEBOOK = """
import sys, threading
import numpy as np
from collections import OrderedDict, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

answer = 42
array = np.eye(3)

def double(x):
    return 2 * x

def fill(x):
    x[:] = 7
    print("filled")
    np.random.seed(0)
    np.float64(1) / np.zeros(1)

def draw(rng):
    return rng.normal(size=3)

def fail(kind):
    raise {"mine": Mine, "value": ValueError, "singular": np.linalg.LinAlgError}[kind]("no")

class Mine(ValueError.__base__):
    pass

def leave():
    sys.exit(3)

def interrupt():
    raise KeyboardInterrupt

def huge():
    return np.zeros(10**6)

def crowd():
    return [0.5] * 300_000

class AlwaysEqual:
    __class__ = float
    shape = (3,)
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return False
    __gt__ = __le__ = __ge__ = __eq__
    def __bool__(self): return True
    def __float__(self): return 1.0
    def __index__(self): return 1
    def __len__(self): return 3
    def __iter__(self): return iter([1.0] * 3)
    def __hash__(self): return 0
    def __array__(self, *args, **kwargs): return np.ones(3)
    def __array_ufunc__(self, *args, **kwargs): return True
    def __array_function__(self, *args, **kwargs): return True

def cheat(*args, **kwargs):
    return AlwaysEqual()

class Sly(np.ndarray):
    def __eq__(self, other): return np.array(True)

def sly(*args):
    return np.zeros(3).view(Sly)

class Unspeakable(Exception):
    def __str__(self): raise self

class Silent(Exception):
    def __str__(self): sys.exit(0)

class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
    __mro__ = property(lambda cls: 1 / 0)

class Nameless(Exception, metaclass=Meta):
    pass

class CheckFailed(AssertionError):
    pass

class DeadlinePassed(Exception):
    pass

def throw(name):
    raise globals()[name]("x")

class Model:
    weight = np.ones(2)
    def forward(self, x):
        return self.weight * x

def model():
    return Model()

def use(model, x):
    return model.forward(x)

class Pair(NamedTuple):
    h: np.ndarray
    c: np.ndarray

def pair():
    return Pair(np.ones(2), np.zeros(2))

def second(pair):
    return pair.c

class AlwaysEqualDict(dict):
    def __eq__(self, other): return True
    def __getitem__(self, key): return 1.0
    def items(self): return [("a", 1.0)]
    keys = __iter__ = lambda self: iter("a")

def mappings():
    return [OrderedDict(a=1.0), defaultdict(float, a=1.0), AlwaysEqualDict(a=2.0)]

def apply(f, *args):
    return f(*args)

def apply_all(f, xs):
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(f, xs))

def swallow(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__
"""


@pytest.fixture(scope="module")
def names():
    linecache.cache["<notebook>"] = (len(NOTEBOOK), None, NOTEBOOK.splitlines(True), "<notebook>")
    return executed(NOTEBOOK)


@pytest.fixture
def conversation(names):
    """A conversation with a notebook that runs in another thread."""
    with conversing(names, 10.0) as conversation:
        yield conversation


def test_plain_names_arrive_as_values(conversation):
    assert conversation.get("answer") == 42
    assert np.array_equal(conversation.get("array"), np.eye(3))


def test_functions_are_called_over_there(conversation):
    double = conversation.get("double")

    assert double.__name__ == "double"
    assert (double(4), double(x="a")) == (8, "aa")
    assert torch.equal(double(torch.ones(2)), 2 * torch.ones(2))


def test_a_call_is_observed_with_all_that_it_did(conversation):
    mine = np.zeros(2)
    seen = checks.observe(conversation.get("fill"), mine)

    assert np.array_equal(mine, [0, 0])
    assert np.array_equal(seen.args[0], [7, 7])
    assert seen.stdout == "filled\n"
    assert seen.touched_global_random
    assert [name for name, _ in seen.warnings] == ["RuntimeWarning"]


def test_arguments_stay_over_there_unless_somebody_asks_for_them(conversation):
    fill, mine = conversation.get("fill"), np.zeros(2)
    here = outcome(lambda x: x.fill(7), (mine,), {})
    there = outcome(fill, (mine,), {})

    assert (there.args, there.kwargs) == (here.args, here.kwargs) == ((), {})
    assert there.stdout == "filled\n"
    assert np.array_equal(mine, [0, 0])


def test_a_generator_crosses_as_a_copy(conversation):
    rng = np.random.default_rng(3)
    seen = checks.observe(conversation.get("draw"), rng)

    assert seen.drew
    assert np.array_equal(seen.result, rng.normal(size=3))


@pytest.mark.parametrize(("kind", "expected"), [("value", ValueError), ("singular", np.linalg.LinAlgError)])
def test_exceptions_arrive_as_their_own_class(conversation, kind, expected):
    with pytest.raises(expected, match="no") as caught:
        conversation.get("fail")(kind)

    assert caught.value.student_lines[-1].startswith("line 24, in fail: raise {")
    assert type(checks.observe(conversation.get("fail"), kind).error) is expected


@pytest.mark.parametrize("name", ["Unspeakable", "Silent", "Nameless", "DeadlinePassed"])
def test_strange_exceptions_are_student_errors(conversation, name):
    with pytest.raises(checks.StudentError, match=name):
        conversation.get("throw")(name)
    assert conversation.broken is None


def test_an_exception_that_poses_as_the_checks_own_is_a_plain_one(conversation):
    with pytest.raises(AssertionError) as caught:
        conversation.get("throw")("CheckFailed")

    assert type(caught.value) is AssertionError
    assert caught.value.student_lines


def test_leaving_is_an_error_and_not_the_end(conversation):
    with pytest.raises(checks.StudentError, match="SystemExit: 3"):
        conversation.get("leave")()
    with pytest.raises(checks.StudentError):
        checks.observe(conversation.get("leave"))

    assert conversation.get("answer") == 42


def test_an_interrupt_ends_the_conversation(conversation):
    with pytest.raises(StudentProcessEnded):
        conversation.get("interrupt")()


@pytest.mark.parametrize(("name", "reason"), [("huge", "larger than the 4 MB"), ("crowd", "too many parts")])
def test_a_result_that_is_too_large_is_said_to_be(conversation, name, reason):
    with pytest.raises(checks.StudentError, match=f"What your code returned cannot be examined: .*{reason}"):
        conversation.get(name)()

    assert conversation.get("answer") == 42


@pytest.mark.parametrize("name", ["cheat", "sly"])
@pytest.mark.parametrize(
    "examine",
    [
        lambda it: it == 1.0,
        lambda it: bool(it),
        lambda it: np.allclose(it, np.ones(3)),
        lambda it: float(it) == 1.0,
        lambda it: checks.close(it, 1.0),
        lambda it: checks.close(it, np.ones(3)),
        lambda it: checks.shape(it, (3,)),
        lambda it: np.testing.assert_allclose(it, np.ones(3)),
        lambda it: checks.that(it, "is true"),
    ],
)
def test_objects_that_equal_everything_earn_nothing(conversation, name, examine):
    found = conversation.get(name)()
    assert type(found) is Opaque

    with pytest.raises((AssertionError, TypeError)):
        examine(found)


def test_objects_stay_where_they_are_and_can_be_handed_back(conversation):
    model = conversation.get("model")()

    assert np.array_equal(model.weight, [1, 1])
    assert np.array_equal(model.forward(np.full(2, 3.0)), [3, 3])
    assert np.array_equal(conversation.get("use")(model, 2.0), [2, 2])
    with pytest.raises(AttributeError):
        _ = model.nothing
    with pytest.raises(OpaqueValueError, match="'Model'"):
        bool(model)


def test_a_named_tuple_and_an_ordered_dictionary_are_read_by_what_they_hold(conversation):
    pair, (ordered, default, agreeable) = conversation.get("pair")(), conversation.get("mappings")()

    checks.close(pair, (np.ones(2), np.zeros(2)))
    assert np.array_equal(conversation.get("second")(pair), [0, 0])  # it is still the student's own
    checks.close(ordered, {"a": 1.0})
    checks.close(default, {"a": 1.0})
    with pytest.raises(checks.CheckFailed, match="`a` of the result is 2, expected 1"):
        checks.close(agreeable, {"a": 1.0})


def test_an_object_is_named_by_the_class_that_it_has_over_there(conversation):
    with pytest.raises(checks.CheckFailed, match="is an object of type Model, expected a list or tuple"):
        checks.items(conversation.get("model")())


def test_our_functions_are_called_from_over_there(conversation):
    apply = conversation.get("apply")

    assert apply(lambda x, y: x + y, 3, 4) == 7
    assert apply(np.tanh, 0.5) == np.tanh(0.5)
    assert apply(math.sin, 1.0) == math.sin(1.0)
    assert np.array_equal(apply(lambda model: model.weight, conversation.get("model")()), [1, 1])


@pytest.mark.parametrize("error", [TypeError, IndexError, ZeroDivisionError, KeyError, np.linalg.LinAlgError])
def test_what_our_functions_raise_is_raised_over_there(conversation, error):
    def ours(x):
        raise error("no")

    assert conversation.get("swallow")(ours, 1) == error.__name__


def test_wrong_arguments_for_our_functions_are_the_students_error(conversation):
    with pytest.raises(TypeError, match="argument"):
        conversation.get("apply")(lambda x, y: 0, 1)
    assert conversation.broken is None


def test_a_result_of_ours_that_cannot_cross_is_an_error_over_there(conversation):
    assert conversation.get("swallow")(threading.Lock) == "ValueError"
    assert conversation.broken is None


def test_our_functions_may_ask_the_notebook_in_turn(conversation):
    double = conversation.get("double")

    assert conversation.get("apply")(lambda x: double(x) + 1, 4) == 9


def test_functions_that_call_each_other_without_end_are_stopped(conversation):
    apply = conversation.get("apply")

    def ours(depth):
        return apply(ours, depth + 1)

    with pytest.raises(RecursionError):
        ours(0)
    assert apply(lambda x: x, 5) == 5


def test_a_notebook_may_call_us_from_several_threads(conversation):
    assert conversation.get("apply_all")(lambda x: x * x, list(range(50))) == [x * x for x in range(50)]


def test_a_check_may_ask_from_several_threads(conversation):
    double = conversation.get("double")
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(double, range(100)))

    assert found == [2 * x for x in range(100)]


def test_what_a_check_cannot_send_is_said(conversation):
    with pytest.raises(BridgeError, match="cannot send a Random"):
        conversation.get("double")(__import__("random").Random())


def test_only_the_newest_conversation_is_answered(names):
    control, far = socket.socketpair()
    pairs = [socket.socketpair() for _ in range(3)]
    for _, theirs in pairs:
        socket.send_fds(control, [b"."], [theirs.fileno()])
        theirs.close()
    thread = threading.Thread(target=serve, args=(far, names))
    thread.start()
    assert Conversation(Wire(pairs[-1][0], 1 << 20), 5.0).get("answer") == 42
    for ours, _ in pairs:
        ours.close()
    thread.join()
    control.close()
    far.close()


def test_without_a_conversation_there_is_nothing_to_serve(names):
    control, far = socket.socketpair()
    with control, far:
        serve(far, names)
