"""A check passes only by running to its end against what the student really wrote."""

from __future__ import annotations

import json
import linecache
import os
import signal
import socket
import threading
import time

import pytest

from autograder.bridge.proxy import Conversation
from autograder.bridge.student import serve
from autograder.bridge.wire import Wire
from autograder.cage import Level
from autograder.errors import BridgeError
from autograder.examiner.cell import MAX_MESSAGE, Verdict, compiled, names_taken, run_cell
from autograder.examiner.child import cell_seed
from autograder.examiner.session import Examiner
from autograder.kernel import Zygote
from autograder.records import AnswerKey, KeyCell, Limits, Role

NOTEBOOK = """
import sys, time
answer = 42
np = checks = helper = print = None

def double(x):
    return 2 * x

def stub(x):
    raise NotImplementedError()

def wrong(x):
    return 7

def crash(x):
    return {}[x]

class Odd(Exception):
    pass

def odd(x):
    raise Odd("strange\\x1b[31m" + "!" * 10_000)

def leave(x):
    sys.exit(0)

def forever(x):
    while not stopped.is_set():
        stopped.wait(0.01)

def thing(x):
    return object()

def interrupt(x):
    raise KeyboardInterrupt

class CheckFailed(AssertionError): pass
def pose(x):
    raise CheckFailed("You have full marks")
"""


def notebook(**names):
    linecache.cache["<nb>"] = (len(NOTEBOOK), None, NOTEBOOK.splitlines(True), "<nb>")
    namespace = {"__name__": "__main__", "stopped": threading.Event(), **names}
    exec(compile(NOTEBOOK, "<nb>", "exec"), namespace)
    return namespace


class Student:
    """A notebook that answers one conversation after the other, in threads."""

    def __init__(self):
        self.names = notebook()
        self._threads = []

    def socket(self):
        ours, theirs = socket.socketpair()
        control, far = socket.socketpair()
        socket.send_fds(control, [b"."], [theirs.fileno()])
        theirs.close()

        def answer():
            with control, far:
                serve(far, self.names)

        self._threads.append(threading.Thread(target=answer))
        self._threads[-1].start()
        return ours

    def end(self):
        self.names["stopped"].set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def student():
    one = Student()
    yield one
    one.end()


GIVEN = {"__name__": "checks", "helper": lambda x: x + 1}
exec("import numpy as np\nfrom autograder import checks", GIVEN)


def examine(student, source, seconds=5.0, seed=3):
    """Run one check cell against the notebook."""
    wire = Wire(student.socket(), 1 << 20)
    try:
        return run_cell("check_x", source, GIVEN, Conversation(wire, seconds), seed)
    finally:
        wire.close()


PASSING = [
    "assert double(2) == 4",
    "assert answer == 42",
    "",
    "checks.close(checks.call(double, 3), 6)",
    "assert helper(1) == 2  # ours, whatever the student calls so",
    "assert np.array_equal(double(np.ones(3)), 2 * np.ones(3))",
    "from autograder import checks as c\nc.raises(NotImplementedError, stub, 1) if False else None",
    "print('noise')\nimport warnings\nwarnings.warn('noise')",
    "for i in range(3):\n    assert double(i) == 2 * i",
    "def inner(y):\n    return double(y)\nassert inner(1) == 2",
    "try:\n    crash(1)\nexcept KeyError:\n    pass\nelse:\n    assert False",
]


@pytest.mark.parametrize("source", PASSING)
def test_a_check_that_runs_to_its_end_passes(student, source):
    assert examine(student, source) == Verdict(True)


FAILING = {
    "assert wrong(2) == 4": "the check was not met",
    "assert wrong(2) == 4, 'twice 2 is 4'": "twice 2 is 4",
    "checks.close(checks.call(wrong, 2), 4)": "expected 4",
    "missing(1)": "name 'missing' is not defined: is the cell that should define it empty",
    "stub(1)": "Your code raised NotImplementedError\n  line 10, in stub: raise NotImplementedError()",
    "checks.call(stub, 1)": "stub",
    "crash(1)": "Your code raised KeyError: '1'\n  line 16, in crash: return {}[x]",
    "odd(1)": "Your code raised Odd: strange\ufffd[31m!!!",
    "leave(1)": "Your code raised SystemExit: 0",
    "pose(1)": "Your code raised AssertionError: You have full marks",
    "assert thing(1) == 1": "a plain number, array or list was expected here, not an object of type 'object'",
    "assert thing(1)": "not an object of type 'object'",
    "checks.close(thing(1), 1)": "object of type",
    "answer(1)": "The check could not handle what your code returned: TypeError",
    "raise SystemExit": "SystemExit",
    "1 / 0": "ZeroDivisionError",
    "a b": "SyntaxError",
    "import nothing_of_the_kind": "ModuleNotFoundError",
}


@pytest.mark.parametrize("source", FAILING)
def test_a_check_that_stops_early_fails_with_words(student, source):
    verdict = examine(student, source)

    assert not verdict.passed
    assert FAILING[source].replace("'1'", "1") in verdict.message.replace("'1'", "1")
    assert len(verdict.message) <= MAX_MESSAGE + 2
    assert all(c.isprintable() or c in "\n\t" for c in verdict.message)


def test_a_check_that_went_wrong_itself_is_marked(student):
    assert examine(student, "1 / 0").own_fault
    assert not examine(student, "crash(1)").own_fault


@pytest.mark.parametrize(
    ("source", "broken", "words"),
    [
        ("forever(1)", "deadline", "a loop that never ends"),
        ("try:\n    forever(1)\nexcept BaseException:\n    pass", "deadline", "a loop that never ends"),
        ("interrupt(1)", "ended", "ended during this check"),
        ("try:\n    interrupt(1)\nexcept BaseException:\n    pass", "ended", "ended during this check"),
        ("import contextlib\nwith contextlib.suppress(BaseException):\n    interrupt(1)\n", "ended", "ended"),
    ],
)
def test_a_check_during_which_the_conversation_ended_never_passes(student, source, broken, words):
    verdict = examine(student, source, seconds=0.2)

    assert (verdict.passed, verdict.broken) == (False, broken)
    assert words in verdict.message


def test_a_malformed_answer_is_said_to_be(student):
    class Forged(Conversation):
        def get(self, name):
            self.broken = BridgeError("a malformed value came over the bridge")
            raise self.broken

    verdict = run_cell("check_x", "double(1)", GIVEN, Forged(None, 1.0), 1)

    assert (verdict.broken, verdict.passed) == ("malformed", False)
    assert "cannot be examined: a malformed value" in verdict.message


def test_each_cell_has_names_of_its_own(student):
    examine(student, "helper = spill = 3")

    assert "spill" in examine(student, "spill").message
    assert examine(student, "assert helper(1) == 2").passed


def test_the_same_seed_gives_the_same_draws(student):
    source = "raise AssertionError(str(checks.rng().normal()))"
    first, again, other = (examine(student, source, seed=seed).message for seed in (5, 5, 6))

    assert first == again != other


def test_a_seed_belongs_to_one_check_of_one_submission():
    seeds = {cell_seed(f"1/he/{student}", check) for student in ("ann", "bob") for check in ("a", "b")}

    assert len(seeds) == 4
    assert cell_seed("1/he/ann", "a") == cell_seed("1/he/ann", "a")
    assert all(0 <= seed < 2**32 for seed in seeds)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("f(g)", ["f", "g"]),
        ("x = f(1)\ny = x", ["f"]),
        ("len([n for n in f()])", ["f"]),
        ("import os.path as p, sys\np, sys, np.ones", []),
        ("lambda a, *b, c=d, **e: (a, b, c, e)", ["d"]),
        ("try:\n    f()\nexcept ValueError as error:\n    error", ["f"]),
        ("class A:\n    pass\nasync def g():\n    pass\nA, g", []),
        ("match f():\n    case [a, *rest]:\n        a, rest\n    case b:\n        b", ["f"]),
        ("with f() as g:\n    g", ["f"]),
        ("helper(np)", []),
        ("f.x.y[0] += z", ["f", "z"]),
    ],
)
def test_names_that_nobody_else_defines_are_the_students(source, names):
    assert names_taken(compiled("check", source), GIVEN) == names


def test_a_cell_is_compiled_once_and_says_what_it_imports() -> None:
    source = "import os.path as p\nfrom json import dumps\ndef f():\n    from . import x\n    import numpy"

    assert compiled("check", source) is compiled("check", source)
    assert compiled("check", source).imports == ("os.path", "json", "json.dumps", "numpy")


KEY = AnswerKey(
    "he",
    (
        KeyCell("setup", Role.LOCKED, "import os, time, signal\nfrom autograder import checks\nhelper = 5"),
        KeyCell("check_good", Role.CHECK, "assert double(2) == 4 and helper == 5", 1.0),
        KeyCell("check_bad", Role.CHECK, "assert wrong(2) == 4, 'no'", 1.0),
        KeyCell("check_slow", Role.CHECK, "time.sleep(600)", 1.0),
        KeyCell("check_dies", Role.CHECK, "os.kill(os.getpid(), signal.SIGKILL)", 1.0),
        KeyCell("check_draw", Role.CHECK, "raise AssertionError(str(checks.rng().normal()))", 1.0),
        KeyCell("check_memory", Role.CHECK, "x = bytearray(64 << 30)", 1.0),
        KeyCell(
            "check_early", Role.CHECK, "import sys\nassert 'colorsys' in sys.modules\nimport colorsys", 1.0
        ),
        KeyCell("check_import", Role.CHECK, "import nowhere_at_all", 1.0),
    ),
)


@pytest.fixture(scope="module")
def server():
    with Zygote(Level.NONE, Limits(), ("numpy", "autograder.examiner.child"), kernels=False) as zygote:
        yield zygote


@pytest.fixture
def ask(server, student):
    """Return a function that has one check run in the examiner's process."""
    with Examiner(server, KEY, "1/he/ann", Limits()) as examiner:

        def check(name, seconds=20.0):
            with student.socket() as conversation:
                return examiner.check(name, conversation, seconds)

        yield check


def test_checks_run_in_a_process_of_their_own(ask):
    assert ask("check_good") == Verdict(True)
    assert ask("check_bad") == Verdict(False, "no")
    assert ask("check_good") == Verdict(True)


def test_a_process_that_dies_or_hangs_is_replaced(ask):
    assert ask("check_dies").broken == "examiner"
    assert ask("check_good") == Verdict(True)
    assert ask("check_slow", seconds=0.2).broken == "deadline"
    assert ask("check_good") == Verdict(True)


def test_what_the_cells_import_is_there_before_the_fork(ask):
    assert ask("check_early") == Verdict(True)


def test_a_module_that_cannot_be_imported_spoils_its_own_cell_alone(ask):
    assert "nowhere_at_all" in ask("check_import").message
    assert ask("check_good") == Verdict(True)


def test_memory_has_an_end(ask):
    verdict = ask("check_memory")

    assert (verdict.passed, "MemoryError" in verdict.message) == (False, True)


def test_draws_depend_on_the_submission_alone(server, student):
    said = []
    for seed in ("1/he/ann", "1/he/ann", "1/he/bob", "2/he/ann"):
        with Examiner(server, KEY, seed, Limits()) as examiner, student.socket() as conversation:
            said.append(examiner.check("check_draw", conversation, 20.0).message)

    assert said[0] == said[1]
    assert len(set(said)) == 3


def test_nothing_is_left_running(server):
    examiner = Examiner(server, KEY, "1", Limits())
    pidfd = os.dup(examiner._pidfd)
    examiner.close()
    deadline = time.monotonic() + 5
    try:
        while time.monotonic() < deadline:
            signal.pidfd_send_signal(pidfd, 0)
    except ProcessLookupError:
        pass
    else:
        pytest.fail("the examiner still runs")
    finally:
        os.close(pidfd)


def test_a_verdict_can_be_sent():
    verdict = Verdict(False, "é", "deadline", True)

    assert Verdict(**json.loads(json.dumps(vars(verdict)))) == verdict
