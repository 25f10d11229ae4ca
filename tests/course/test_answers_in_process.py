"""Every right answer passes its checks and every wrong one fails, in this process; the quick form of the corpora.

`corpus` reads the answers; the same run through the real grader elsewhere.
"""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder import checks
from autograder.leaks import outside
from autograder.markers import SourceCell, function_of
from autograder.records import Role
from autograder.release import slugs, source_cells
from tests.course.corpus import NEEDS, Answer, read_answers
from tests.course.false_alarms import programs, rejections

ROOT = Path(__file__).parents[2]
PATIENCE = 2.0  # seconds of processor time after which a wrong answer counts as one that never ends
SLUGS = [slug for slug in slugs(ROOT) if read_answers(slug)]
CELLS = {slug: source_cells(slug, ROOT) for slug in SLUGS}
CORPUS = [answer for slug in SLUGS for answer in read_answers(slug)]
RIGHT = [answer for answer in CORPUS if answer.kind == "right"]
WRONG = [answer for answer in CORPUS if answer.kind == "wrong"]
FUNCTIONS = [(slug, cell.name) for slug in SLUGS for cell in CELLS[slug] if cell.role is Role.SOLUTION]


class NeverEnds(BaseException):
    """The answer ran out of time; no `except Exception` of an answer or check stops it."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise NeverEnds

    previous = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def checks_of(slug: str, function: str) -> list[SourceCell]:
    return [cell for cell in CELLS[slug] if cell.role is Role.CHECK and function_of(cell.name) == function]


def failures(
    slug: str, function: str, code: str, *, visible: bool = False, seconds: float = 60.0
) -> list[BaseException]:
    """Return what the checks of one function raised with this answer in the notebook."""
    found: list[BaseException] = []
    for check in checks_of(slug, function):
        namespace: dict[str, Any] = {"__name__": "__main__"}
        given = [
            cell.source
            for cell in CELLS[slug]
            if cell.role is Role.LOCKED or cell.name == NEEDS.get(function)
        ]
        source = outside(check.source) if visible else check.source
        try:
            with warnings.catch_warnings(), patience(seconds):
                warnings.simplefilter("ignore")
                for cell in (*given, code, source):
                    exec(compile(cell, f"<{check.name}>", "exec"), namespace)
        except (Exception, NeverEnds) as error:
            found.append(error)
    return found


@pytest.fixture(autouse=True)
def fixed_seeds() -> Iterator[None]:
    """Repeat every run exactly; `false_alarms` measures many seeds."""
    checks.use_seed(0)
    yield
    checks.use_seed(None)


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_passes_with_any_seed(answer: Answer) -> None:
    for seed in range(2):
        checks.use_seed(seed)

        assert failures(answer.slug, answer.function, answer.source) == []


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_passes_the_visible_part_too(answer: Answer) -> None:
    assert failures(answer.slug, answer.function, answer.source, visible=True) == []


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_fails_with_a_sentence(answer: Answer) -> None:
    found = failures(answer.slug, answer.function, answer.source, seconds=PATIENCE)

    assert found, "it passed"
    for error in found:
        assert isinstance(error, checks.CheckFailed | NeverEnds)
        assert isinstance(error, NeverEnds) or len(str(error)) > 30


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS)
def test_the_untouched_stub_fails_every_check_as_not_written(slug: str, function: str) -> None:
    (cell,) = [cell for cell in CELLS[slug] if cell.name == function]
    answer = r"( *)### BEGIN SOLUTION.*?### END SOLUTION"
    stub = re.sub(answer, r"\1raise NotImplementedError()", cell.source, flags=re.DOTALL)

    found = failures(slug, function, stub)

    assert len(found) == len(checks_of(slug, function)) > 0
    assert all(isinstance(error, checks.NotWritten) for error in found)


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS)
def test_the_corpus_of_a_function_is_large_enough(slug: str, function: str) -> None:
    kinds = [answer.kind for answer in read_answers(slug) if answer.function == function]

    assert kinds.count("right") >= 4
    assert kinds.count("wrong") >= 8


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS)
def test_a_constant_earns_nothing(slug: str, function: str) -> None:
    for constant in ("None", "0", "1.0", "np.zeros((2, 2))", "[]"):
        code = f"def {function}(*args, **kwargs):\n    return {constant}"

        assert len(failures(slug, function, code)) == len(checks_of(slug, function))


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "function"), FUNCTIONS)
def test_no_false_alarm_on_the_reference(slug: str, function: str) -> None:
    """Forty seeds; `python -m tests.course.false_alarms` takes thousands."""
    runs = programs(CELLS[slug])[function]

    assert rejections(runs, range(40)) == {}
