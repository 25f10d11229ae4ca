"""The checks notice small faults: a fixed sample of those that `python -m tests.course.mutants` tries in full."""

from __future__ import annotations

import doctest
import tomllib
from functools import cache

import pytest

from autograder import checks
from tests.course import mutants as command
from tests.course import mutator
from tests.course.corpus import DESIGNS, read_answers
from tests.course.in_process import ROOT, functions_of, solution_of
from tests.course.mutants import EQUIVALENT, examine, reasons, survives
from tests.course.mutator import mutants

SLUGS = [path.name for path in sorted((ROOT / "solutions").iterdir()) if read_answers(path.name)]
FUNCTIONS = [(slug, function) for slug in SLUGS for function in functions_of(slug) if function not in DESIGNS]
SHARE = 15  # one mutant in so many is tried in each run of the tests


@cache
def faults(slug: str, function: str) -> list[mutator.Mutant]:
    return mutants(solution_of(slug, function))


def changes(code: str) -> list[str]:
    return [mutant.change for mutant in mutants(code)]


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(mutator).failed == 0


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("y = a + b", "y = a + b → y = a - b"),
        ("y = a + b", "y = a + b → y = b"),
        ("y = -a", "y = -a → y = a"),
        ("y += a", "y += a → y -= a"),
        ("y = a < b", "y = a < b → y = a <= b"),
        ("y = a and b", "y = a and b → y = a or b"),
        ("y = a if c else b", "y = a if c else b → y = b"),
        ("if c:\n    y = 1", "if c: → if False:"),
        ("y = 3", "y = 3 → y = 2"),
        ("y = 0.5", "y = 0.5 → y = 1.0"),
        ("y = x.mean(axis=0)", "y = x.mean(axis=0) → y = x.mean(axis=1)"),
        ("y = x.mean(axis=0)", "y = x.mean(axis=0) → y = x.mean()"),
        ("y = x.mean(axis=0)", "y = x.mean(axis=0) → y = x.sum(axis=0)"),
        ("y = np.sqrt(x)", "y = np.sqrt(x) → y = x"),
        ("y = x.copy()", "y = x.copy() → y = x"),
        ("y = W.T", "y = W.T → y = W"),
        ("y = z[::-1]", "y = z[::-1] → y = z"),
        ("y = z[1:]", "y = z[1:] → y = z[:]"),
        ("y = f(a, b)", "y = f(a, b) → y = f(b, a)"),
        ("def f(a, b):\n    return g(a)", "return g(a) → return g(b)"),
        ("def f(a, b):\n    return (a, b)", "return (a, b) → return (b, a)"),
        ("with no_grad():\n    y = 1", "with no_grad(): → if True:"),
        ("raise ValueError('why')", "raise ValueError('why') → raise TypeError('why')"),
        ("x = 1\nx = 2", "x = 2 → pass"),
        ("y = [a for a in b if a]", "y = [a for a in b if a] → y = [a for a in b]"),
        ("for k in range(n):\n    pass", "for k in range(n): → for k in range(1, n):"),
    ],
)
def test_each_operator_makes_its_fault(code: str, change: str):
    assert change in changes(code)


def test_text_for_readers_is_left_alone():
    code = 'def f(x: int):\n    """Return 1."""\n    for a, b in zip(x, x, strict=True):\n        raise E(f"{a}")'

    assert not [change for change in changes(code) if "Return 1" in change or "strict=False" in change]
    assert not [change for change in changes(code) if "{b}" in change]


def test_no_mutant_comes_twice_and_none_is_the_solution():
    for slug, function in FUNCTIONS:
        found = faults(slug, function)

        assert len({mutant.source for mutant in found}) == len(found)
        assert len({mutant.change for mutant in found}) == len(found) > 0


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS)
def test_a_sample_of_faults_is_noticed(slug: str, function: str):
    sample = faults(slug, function)[7::SHARE]

    alive = {mutant.change for mutant in sample if survives(slug, function, mutant)}
    checks.use_seed(None)

    assert alive - set(reasons(slug, function)) == set()


def test_every_reason_belongs_to_a_mutant():
    written = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    named = {(slug, function) for slug, functions in written.items() for function in functions}

    assert named <= set(FUNCTIONS)
    for slug, function in named:
        assert set(reasons(slug, function)) <= {mutant.change for mutant in faults(slug, function)}
        assert all(len(reason) > 10 for reason in reasons(slug, function).values())


def test_a_survivor_without_reason_and_a_reason_without_survivor_are_named(capsys, monkeypatch):
    change = "return 1 / (1 + small) → return 1"
    monkeypatch.setattr(command, "reasons", lambda *_: {"x → y": "because it was so"})
    monkeypatch.setattr(command, "survives", lambda *_: True)
    monkeypatch.setattr(command, "mutants", lambda _: [mutator.Mutant(change, "")])

    assert examine("saturation", "sigmoid", [0]) == 2
    assert f"survives: {change}" in capsys.readouterr().out
