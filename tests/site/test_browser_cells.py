"""How a cell runs in the browser, without the browser: what it shows, how much of it, and how it fails."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "book" / "browser"
Parts = list[tuple[str, str]]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module that runs cells; what it changes of Python is put back."""
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(builtins, "input", builtins.input)
    import runner

    yield runner
    del sys.modules["runner"]


@pytest.fixture
def session(runner: ModuleType):
    return runner.Session()


def run(session, *sources: str) -> tuple[bool, Parts]:
    """Run cells; return whether the last one came to its end, and what it showed."""
    parts: Parts = []
    for number, source in enumerate(sources):
        parts.clear()
        finished = session.run(f"c{number}", source, lambda kind, text, alt: parts.append((kind, text)))
    return finished, parts


def test_cells_share_one_namespace_and_show_prints_and_the_last_value(session):
    assert run(session, "x = 6", "print('six:', x)\nx * 7") == (
        True,
        [("text", "six: 6\n"), ("value", "42")],
    )


@pytest.mark.parametrize("source", ["", "x = 1", "None", "1;", "# nothing", "for i in range(3):\n    i"])
def test_what_has_no_value_shows_none(session, source: str):
    assert run(session, source) == (True, [])


def test_classes_of_a_cell_know_their_module(session):
    source = "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\nA(3), A.__module__"

    assert run(session, source)[1] == [("value", "(A(x=3), '__main__')")]


def test_an_error_shows_the_lines_of_the_cells_and_none_of_ours(session):
    finished, parts = run(session, "def f(x):\n    return 1 / x", "print('before')\nf(0)")
    (_, told) = parts[-1]

    assert not finished and parts[0] == ("text", "before\n")
    assert 'File "cell c1", line 2' in told and 'File "cell c0", line 2, in f' in told
    assert "return 1 / x" in told and "runner.py" not in told
    assert told.endswith("ZeroDivisionError: division by zero")


def test_a_syntax_error_shows_its_line(session):
    finished, parts = run(session, "def f(:\n    pass")

    assert not finished
    assert "def f(:" in parts[0][1] and "^" in parts[0][1] and "SyntaxError" in parts[0][1]
    assert "runner.py" not in parts[0][1] and "ast.py" not in parts[0][1]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%matplotlib inline", "commands of Jupyter"),
        ("!pip install x", "commands of Jupyter"),
        ("import torchvision_of_old", "could not load `torchvision_of_old`"),
        ("input('n?')", "write the value into the code"),
        ("exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f():\n    f()\nf()", "RecursionError"),
    ],
)
def test_an_end_of_another_kind_is_told_and_the_next_cell_runs(session, source: str, words: str):
    finished, parts = run(session, source)

    assert not finished and words in parts[-1][1]
    assert run(session, "1 + 1") == (True, [("value", "2")])


def test_torch_is_said_to_need_another_place(session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch", None)

    assert "on your own computer" in run(session, "import torch")[1][0][1]


def test_a_failed_check_speaks_in_its_own_words_as_in_jupyter(session):
    source = "from autograder import checks\nchecks.close(1.0, 2.0, what='it', see='he#the-fans')"
    finished, parts = run(session, source)

    assert not finished
    assert parts[0][1].startswith("CheckFailed: it is 1, expected 2.")
    assert 'Read again: chapter "he", section "the fans".' in parts[0][1]
    assert "Traceback" not in parts[0][1]


def test_a_huge_print_is_cut_and_counted(session, runner: ModuleType):
    finished, parts = run(session, "for _ in range(1000):\n    print('x' * 999)")
    shown = "".join(text for _, text in parts)

    assert finished and len(shown) < runner.LIMIT + 100
    assert shown.endswith(f"… Characters left out: {1_000_000 - runner.LIMIT:,}.\n")


def test_a_huge_value_and_a_huge_message_are_cut(session, runner: ModuleType):
    for source in ("'x' * 10**6", "raise ValueError('x' * 10**6)"):
        (part,) = run(session, source)[1]

        assert len(part[1]) < runner.LIMIT + 100 and "… Characters left out: " in part[1]


def test_matplotlib_draws_below_the_cell_in_the_order_of_the_prints(tmp_path):
    """With the real matplotlib, in a process of its own: it chooses its backend once."""
    source = f"""
import base64, sys
from itertools import groupby
sys.path.insert(0, {str(FOLDER)!r})
from runner import Session
session, parts = Session(), []
emit = lambda kind, text, alt: parts.append((kind, text, alt))
cell = '''
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.set(title="A title", xlabel="depth $L$", ylabel="norm")
axes.plot([1, 2])
print("before")
plt.show()
print("after")
plt.plot([2, 1])
'''
assert session.run("one", cell, emit), parts
kinds = [kind for kind, _ in groupby(kind for kind, *_ in parts)]
assert kinds == ["text", "picture", "text", "value", "picture"], kinds
(first, second) = (text for kind, text, _ in parts if kind == "picture")
assert base64.b64decode(first).startswith(b"\\x89PNG")
assert [alt for *_, alt in parts if alt] == ["Figure. A title; across: depth $L$; upwards: norm", "Figure"]
parts.clear()
assert not session.run("fails", "plt.plot([1]); 1 / 0", emit)
assert session.run("next", "x = 1", emit) and [kind for kind, *_ in parts] == ["error"], parts
parts.clear()
assert session.run("many", "for _ in range(25):\\n    plt.figure(); plt.show()", emit), parts
assert [kind for kind, *_ in parts].count("picture") == 20
assert "the others are left out" in parts[-1][1]
"""
    command = [sys.executable, "-W", "error", "-c", source]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
