"""Evidence for a person: forbidden means, answers that are alike; never marks."""

from __future__ import annotations

import pytest

from autograder.analysis import evidence, fingerprints, with_similar_pairs
from autograder.records import AnswerKey, CellScore, Graded, KeyCell, Outcome, Role

LONG = """
def variance_by_layer(weights, x, f):
    '''Return the variance of each layer.'''
    result = []
    a = x
    for W in weights:
        a = f(a @ W.T)
        mean = a.sum() / a.size
        result.append(((a - mean) ** 2).sum() / a.size)
    return np.array(result)
"""
RENAMED = """
# my own work
def variance_by_layer(ws, data, act):
    out = []
    h = data
    for M in ws:
        h = act(h @ M.T)
        m = h.sum() / h.size
        out.append(((h - m) ** 2).sum() / h.size)
    return np.array(out)
"""
KEY = AnswerKey(
    "xavier",
    (
        KeyCell("setup", Role.LOCKED, "import numpy as np"),
        KeyCell("variance_by_layer", Role.SOLUTION, "def variance_by_layer(weights, x, f): ..."),
        KeyCell("check_variance_by_layer", Role.CHECK, "pass", 1.0),
    ),
)


def row(student: str, source: str) -> Graded:
    cells = [
        {"id": "setup", "cell_type": "code", "source": "import ctypes  # the key's own, never looked at"},
        {"id": "variance_by_layer", "cell_type": "code", "source": source},
    ]
    scores = (CellScore("check_variance_by_layer", 1.0, 1.0),)
    return Graded(student, "xavier", Outcome.FINISHED, scores, "", 0.1, 1, "strict", (), {"cells": cells})


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("import torch", "NumPy is asked for"),
        ("import torch.nn as nn", "NumPy is asked for"),
        ("from concepts import xavier", "own answers"),
        ("from autograder import bridge", "grader's own parts"),
        ("import autograder.bridge.student", "grader's own parts"),
        ("def f():\n    import ctypes", "raw memory"),
        ("f.__globals__['x'] = 1", "__globals__"),
        ("import sys\nsys._getframe()", "_getframe"),
        ("%time\nexec('1')", "calls exec()"),
    ],
)
def test_forbidden_means_are_named(source, word):
    assert any(word in sentence for sentence in evidence(row("ann", source), KEY))


@pytest.mark.parametrize(
    "source",
    [
        LONG,
        "import numpy as np",
        "from autograder import checks",
        "import autograder.checks",
        "def broken(:",
        "",
    ],
)
def test_ordinary_code_is_no_evidence(source):
    assert evidence(row("ann", source), KEY) == ()


def test_torch_is_no_evidence_where_the_exercise_uses_it():
    key = AnswerKey("pytorch", (KeyCell("setup", Role.LOCKED, "import torch"),))

    assert evidence(row("ann", "import torch"), key) == ()


def flags(*sources: str) -> list[tuple[str, ...]]:
    rows = [row(f"student{n}", source) for n, source in enumerate(sources)]
    prints = {(r.student, r.assignment): fingerprints(r, KEY) for r in rows}
    return [r.flags for r in with_similar_pairs(rows, prints)]


def test_a_pair_that_differs_in_names_and_comments_only_is_flagged_on_both_sides():
    first, second = flags(LONG, RENAMED)

    assert first == ("alike but for names: variance_by_layer, shared with student1",)
    assert second == ("alike but for names: variance_by_layer, shared with student0",)


def test_what_many_share_is_the_usual_way_to_write_it():
    assert flags(LONG, RENAMED, LONG, LONG) == [()] * 4


def test_short_answers_are_alike_by_nature():
    assert flags("def f(n):\n    return 1 / n", "def f(m):\n    return 1 / m") == [(), ()]


def test_different_answers_are_not_alike():
    assert flags(LONG, LONG.replace("a.size", "len(a)")) == [(), ()]


def test_the_instructors_own_way_is_no_evidence():
    key = AnswerKey("xavier", (KeyCell("variance_by_layer", Role.SOLUTION, LONG),))

    assert fingerprints(row("ann", RENAMED), key) == {}


def test_an_answer_that_was_not_written_is_no_evidence():
    key = AnswerKey(
        "xavier", (KeyCell("variance_by_layer", Role.SOLUTION, "pass"),), {"variance_by_layer": LONG}
    )

    assert fingerprints(row("ann", LONG), key) == {}


def test_code_nested_beyond_all_reason_is_passed_over():
    assert fingerprints(row("ann", "x = " + "-" * 5000 + "1"), KEY) == {}


def test_an_unreadable_submission_has_no_evidence():
    unread = Graded("ann", "xavier", Outcome.UNREADABLE, (), "empty", 0.0, 1, "strict")

    assert evidence(unread, KEY) == ()
    assert fingerprints(unread, KEY) == {}
