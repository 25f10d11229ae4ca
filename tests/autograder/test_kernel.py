"""Whatever a cell does, running it ends as a readable status, in time, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from autograder.cage import detect
from autograder.kernel import Kernel, Zygote
from autograder.records import Limits

LIMITS = Limits(memory_bytes=1 << 30, output_bytes=64 << 10, flood_bytes=8 << 20)
PATIENCE = 20.0


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(detect().level, LIMITS, ["numpy"], bridge_entry="autograder.bridge.student:serve") as running:
        yield running


@pytest.fixture
def kernel(zygote: Zygote) -> Iterator[Kernel]:
    with zygote.kernel({"data/numbers.txt": b"1 2 3"}) as running:
        yield running


def text(outputs: list[dict[str, object]]) -> str:
    return "".join(str(output.get("text", "")) for output in outputs)


def test_a_cell_runs_and_its_names_stay(kernel: Kernel) -> None:
    first = kernel.run("x = 6\nprint('six')\nx * 7", PATIENCE)
    second = kernel.run("x", PATIENCE)

    assert first.status == "ok" and first.execution_count == 1 and first.reason == ""
    assert first.outputs[0] == {"output_type": "stream", "name": "stdout", "text": "six\n"}
    assert first.outputs[1]["data"] == {"text/plain": "42"}
    assert second.outputs[0]["data"] == {"text/plain": "6"}


def test_files_lie_in_the_working_folder(kernel: Kernel) -> None:
    run = kernel.run("print(open('data/numbers.txt').read()); open('own.txt', 'w').write('mine')", PATIENCE)

    assert run.status == "ok" and "1 2 3" in text(run.outputs)


def test_a_file_cannot_be_placed_elsewhere(zygote: Zygote) -> None:
    with pytest.raises(ValueError, match="working folder"), zygote.kernel({"../escaped": b""}):
        pass


def test_an_exception_is_an_error_and_the_next_cell_runs(kernel: Kernel) -> None:
    run = kernel.run("print('before')\n1 / 0", PATIENCE)

    assert run.status == "error" and run.error == ("ZeroDivisionError", "division by zero")
    assert [output["output_type"] for output in run.outputs] == ["stream", "error"]
    assert kernel.run("1", PATIENCE).status == "ok"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import sys; sys.exit(3)", "SystemExit"),
        ("quit()", "SystemExit"),
        ("exit", "SystemExit"),
        ("name = input('name? ')", "StdinNotImplementedError"),
        ("def f(:", "SyntaxError"),
        ("class E(Exception):\n  def __str__(self): raise ValueError\nraise E()", "ValueError"),
        ("data = bytearray(3 << 30)", "MemoryError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseException('odd')", "BaseException"),
    ],
)  # fmt: skip
def test_an_error_that_the_notebook_survives(kernel: Kernel, source: str, name: str) -> None:
    run = kernel.run(source, PATIENCE)

    if detect().level == "none" and name == "MemoryError":
        return
    assert run.status == "error" and run.error is not None and run.error[0] == name
    assert kernel.run("'still here'", PATIENCE).status == "ok"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("import os; os._exit(3)", "exit status 3"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
        ("import os; os.closerange(3, 4096)", "kernel"),
        ("import os; os.closerange(0, 4096)", "kernel"),
    ],
)
def test_a_kernel_that_does_not_survive_the_cell_has_died(kernel: Kernel, source: str, word: str) -> None:
    run = kernel.run(source, PATIENCE)
    after = kernel.run("1", PATIENCE)

    assert run.status == "died" and word in run.reason
    assert after.status == "died" and after.reason
    assert not kernel.alive


@pytest.mark.parametrize(
    ("source", "survives"),
    [
        ("while True: pass", True),
        ("import time; time.sleep(100)", True),
        ("import os; os.kill(os.getpid(), 19)", False),
        ("import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(100)", False),
        ("while True:\n  try:\n    while True: pass\n  except BaseException: pass", None),
        ("get_ipython().kernel.session = None", False),
    ],
)
def test_a_cell_without_end_is_interrupted_then_killed(
    kernel: Kernel, source: str, survives: bool | None
) -> None:
    start = time.monotonic()
    run = kernel.run(source, 0.5)
    took = time.monotonic() - start
    after = kernel.run("1", PATIENCE)

    assert run.status == "timed_out" and "0.5 s" in run.reason
    assert took < PATIENCE
    assert after.status == {True: "ok", False: "died"}.get(survives, after.status)  # type: ignore[call-overload]  # `survives` may be None


def test_what_a_cell_printed_before_it_was_interrupted_is_kept(kernel: Kernel) -> None:
    run = kernel.run("print('so far', flush=True)\nwhile True: pass", 1.0)

    assert run.status == "timed_out" and "so far" in text(run.outputs)


def test_output_beyond_the_limit_is_left_out_with_a_note(kernel: Kernel) -> None:
    run = kernel.run("for n in range(200): print('x' * 1000)", PATIENCE)

    assert run.status == "ok" and "left out" in text(run.outputs)
    assert len(text(run.outputs)) < LIMITS.output_bytes + 200


def test_all_cells_share_the_allowance_of_output(kernel: Kernel) -> None:
    runs = [kernel.run("print('x' * 40_000)", PATIENCE) for _ in range(3)]

    assert sum(len(text(run.outputs)) for run in runs) < LIMITS.output_bytes + 500
    assert [run.status for run in runs] == ["ok"] * 3


@pytest.mark.parametrize(
    "source",
    [
        "while True: print('x' * 1000)",
        "print('x' * 50_000_000)",
        "import os\nwhile True: os.write(1, b'x' * 100_000)",
        "from IPython.display import display\nwhile True: display('x' * 1000)",
    ],
)
def test_output_without_end_stops_the_kernel(kernel: Kernel, source: str) -> None:
    run = kernel.run(source, PATIENCE)

    assert run.status in ("flooded", "timed_out") and run.reason
    assert len(text(run.outputs)) < LIMITS.output_bytes + 200
    if run.status == "flooded":
        assert kernel.run("1", PATIENCE).status in ("died", "flooded")


@pytest.mark.parametrize("source", ["'x' * 50_000_000", "display({'text/html': 'x' * 20_000_000}, raw=True)"])
def test_one_large_value_is_left_out_and_the_kernel_lives(kernel: Kernel, source: str) -> None:
    run = kernel.run(source, PATIENCE)

    assert run.status == "ok" and "left out" in str(run.outputs)
    assert kernel.run("1", PATIENCE).status == "ok"


def test_a_large_forged_message_ends_the_kernel_and_not_the_grader(kernel: Kernel) -> None:
    forged = "k = get_ipython().kernel\nk.iopub_socket.send_multipart([b'x' * 30_000_000])\nimport time; time.sleep(60)"

    assert kernel.run(forged, 30.0).status in ("died", "flooded")


@pytest.mark.parametrize(
    "content",
    [
        "{'execution_state': 'idle'}",
        "{'name': [], 'text': {}}",
        "[]",
        "None",
        "{'data': 3, 'metadata': 'x'}",
        "'x'",
    ],
)
@pytest.mark.parametrize(
    "kind", ["status", "stream", "display_data", "error", "clear_output", "execute_result"]
)
def test_forged_messages_are_taken_as_data(zygote_kernel: Kernel, kind: str, content: str) -> None:
    run = zygote_kernel.run(
        f"k = get_ipython().kernel; k.session.send(k.iopub_socket, {kind!r}, {content}, parent=k.get_parent('shell'))",
        PATIENCE,
    )

    assert run.status in ("ok", "error")
    assert all(type(output["output_type"]) is str for output in run.outputs)


@pytest.fixture(scope="module")
def zygote_kernel(zygote: Zygote) -> Iterator[Kernel]:
    with zygote.kernel() as running:
        yield running


@pytest.mark.parametrize(
    "source",
    [
        "get_ipython().kernel.shell_stream.close()",
        "get_ipython().kernel.iopub_thread.stop()",
        "get_ipython().kernel.io_loop.stop()",
        "get_ipython().kernel.do_shutdown(False)",
        "get_ipython().kernel.execute_request = None",
        "del get_ipython().kernel.shell_handlers['execute_request']",
        "import asyncio; asyncio.get_event_loop().stop()",
        "import sys; sys.modules.clear()",
        "import builtins; builtins.__dict__.clear()",
        "get_ipython().reset()",
    ],
)
def test_abuse_of_the_kernel_ends_as_a_status(kernel: Kernel, source: str) -> None:
    runs = [kernel.run(source, 1.0), kernel.run("1", 1.0)]

    assert all(run.status in ("ok", "error", "died", "timed_out") for run in runs)
    assert all(run.status in ("ok", "error") or run.reason for run in runs)


def test_garbage_on_the_channels_is_passed_over(kernel: Kernel) -> None:
    source = """
k = get_ipython().kernel
nested = b'[' * 100_000
for frames in ([b''], [b'<IDS|MSG>'], [b'<IDS|MSG>', b'', b'{}', b'{}', b'{}', b'{}'], [nested] * 6):
    k.iopub_socket.send_multipart(frames)
signed = [k.session.sign([b'{}', nested, b'{}', b'{}']), b'{}', nested, b'{}', b'{}']
k.iopub_socket.send_multipart([b'<IDS|MSG>', *signed])
"""

    assert kernel.run(source, PATIENCE).status == "ok"
    assert kernel.run("1", PATIENCE).status == "ok"


def test_standard_output_may_be_replaced(kernel: Kernel) -> None:
    assert (
        kernel.run("import sys, os; sys.stdout = open(os.devnull, 'w'); print('gone')", PATIENCE).status
        == "ok"
    )
    assert kernel.run("sys.stdout = None; print('gone')", PATIENCE).status == "ok"
    assert text(kernel.run("print('back')", PATIENCE).outputs) == "back\n"


def test_a_thread_that_keeps_printing_does_not_disturb_the_next_cell(kernel: Kernel) -> None:
    source = """
import threading, time
def chatter():
    while True:
        print('blah'); time.sleep(0.001)
threading.Thread(target=chatter, daemon=True).start()
"""
    kernel.run(source, PATIENCE)
    run = kernel.run("'calm'", PATIENCE)

    assert run.status == "ok" and {"text/plain": "'calm'"} in [o.get("data") for o in run.outputs]


def test_an_ordinary_command_prints_into_the_cell(kernel: Kernel) -> None:
    assert "hello" in text(kernel.run("!echo hello", PATIENCE).outputs)


def test_a_figure_is_an_output(kernel: Kernel) -> None:
    run = kernel.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()", 60.0)

    assert run.status == "ok" and any("image/png" in output.get("data", {}) for output in run.outputs)


def test_from_outside_a_kernel_can_be_interrupted_and_killed(kernel: Kernel) -> None:
    threading.Timer(0.5, kernel.interrupt).start()
    interrupted = kernel.run("import time; time.sleep(60)", PATIENCE)
    threading.Timer(0.5, kernel.kill).start()
    killed = kernel.run("import time; time.sleep(60)", PATIENCE)

    assert interrupted.status == "error" and interrupted.error == ("KeyboardInterrupt", "")
    assert killed.status == "died" and "SIGKILL" in killed.reason


def test_a_process_that_outlives_its_cell_does_not_outlive_the_kernel(zygote: Zygote) -> None:
    mark = f"{500 + os.getpid() % 400}.125"
    with zygote.kernel() as kernel:
        kernel.run(
            f"""
import os
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv('/bin/sleep', ['sleep', '{mark}'])
        os._exit(0)
""",
            PATIENCE,
        )
        deadline = time.monotonic() + PATIENCE
        while not _running(mark):  # the cell does not wait for its grandchildren
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert not _running(mark)


def _running(mark: str) -> bool:
    return subprocess.run(["pgrep", "-f", f"sleep {mark}"], capture_output=True, check=False).returncode == 0


def test_ending_says_how(zygote: Zygote) -> None:
    with zygote.kernel() as kernel:
        kernel.run("import os; os._exit(7)", PATIENCE)
        ended = kernel.end()

    assert ended.code == 7 and ended.describe() == "ended itself with exit status 7"
    assert kernel.end() == ended


def test_kernels_do_not_share_random_numbers(zygote: Zygote) -> None:
    draws = []
    for _ in range(2):
        with zygote.kernel() as kernel:
            run = kernel.run("import random, numpy; (random.random(), numpy.random.random())", PATIENCE)
            draws.append(run.outputs[0]["data"]["text/plain"])

    assert draws[0] != draws[1]


def test_many_kernels_live_at_once(zygote: Zygote) -> None:
    with zygote.kernel() as a, zygote.kernel() as b:
        a.run("x = 'a'", PATIENCE)
        b.run("x = 'b'", PATIENCE)

        assert [k.run("x", PATIENCE).outputs[0]["data"]["text/plain"] for k in (a, b)] == ["'a'", "'b'"]


def test_the_main_thread_serves_the_bridge_and_comes_back(serving: Kernel) -> None:
    serving.run("answer = 41", PATIENCE)
    serving.serve()
    serving.bridge.sendall(b"answer\n")
    said = serving.bridge.recv(100)
    serving.bridge.shutdown(socket.SHUT_WR)

    assert said == b"41"
    assert serving.served(PATIENCE)
    assert serving.run("answer + 1", PATIENCE).outputs[0]["data"] == {"text/plain": "42"}


def test_a_bridge_without_end_is_interrupted(serving: Kernel) -> None:
    serving.run("class Slow:\n  def __repr__(self):\n    while True: pass\nanswer = Slow()", PATIENCE)
    serving.serve()
    serving.bridge.sendall(b"answer\n")

    assert not serving.served(0.5)
    assert serving.run("1", PATIENCE).status == "ok"


@pytest.fixture
def serving(served_zygote: Zygote) -> Iterator[Kernel]:
    with served_zygote.kernel() as running:
        running.run(
            "def serve(bridge, names):\n"
            "    for line in bridge.makefile():\n"
            "        bridge.sendall(repr(names[line.strip()]).encode())",
            PATIENCE,
        )
        yield running


@pytest.fixture(scope="module")
def served_zygote() -> Iterator[Zygote]:
    """A zygote whose kernels hand the bridge to a function `serve` of the notebook itself."""
    with Zygote(detect().level, LIMITS, bridge_entry="__main__:serve") as running:
        yield running
