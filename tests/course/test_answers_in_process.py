"""Every right answer passes its checks and every wrong one fails, in this process; the quick form of the corpora.

`corpus` reads the answers; the same run through the real grader elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from autograder import checks
from autograder.release import slugs
from tests.course import dressing
from tests.course.corpus import DESIGNS, Answer, read_answers
from tests.course.false_alarms import programs, rejections
from tests.course.in_process import (
    PATIENCE,
    ROOT,
    NeverEnds,
    cells_of,
    checks_of,
    failures,
    functions_of,
    solution_of,
)

SLUGS = [slug for slug in slugs(ROOT) if read_answers(slug)]
CORPUS = [answer for slug in SLUGS for answer in read_answers(slug) if answer.function not in DESIGNS]
RIGHT = [answer for answer in CORPUS if answer.kind == "right"]
WRONG = [answer for answer in CORPUS if answer.kind == "wrong"]
FUNCTIONS = [(slug, function) for slug in SLUGS for function in functions_of(slug)]
DRESSED = [
    (
        slug,
        function,
        dresses[number % len(dresses)],
    )  # one each: `false_alarms --answers dressed` takes them all
    for number, (slug, function) in enumerate(FUNCTIONS)
    if (dresses := dressing.dresses_of(function))
]
COUNTED = "blocks|entries|epochs|features|items|layers|losses|samples|speeds|steps|units"
ONE_OF_MANY = re.compile(rf"(?<![\w.=−-])1 (?:hidden )?(?:{COUNTED})\b")
"""A number one before a plural; `checks.counted` writes a number with its noun."""


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


@pytest.mark.parametrize(("slug", "function", "dress"), DRESSED)
def test_the_solution_passes_in_another_dress(slug: str, function: str, dress: str) -> None:
    assert failures(slug, function, dressing.source(solution_of(slug, function), function, dress)) == []


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_fails_with_a_sentence(answer: Answer) -> None:
    found = failures(answer.slug, answer.function, answer.source, seconds=PATIENCE)

    assert found, "it passed"
    for error in found:
        assert isinstance(error, checks.CheckFailed | NeverEnds)
        assert isinstance(error, NeverEnds) or len(str(error)) > 30
        assert ONE_OF_MANY.search(str(error)) is None


@pytest.mark.parametrize(("slug", "function"), FUNCTIONS)
def test_the_untouched_stub_fails_every_check_as_not_written(slug: str, function: str) -> None:
    answer = r"( *)### BEGIN SOLUTION.*?### END SOLUTION"
    stub = re.sub(answer, r"\1raise NotImplementedError()", solution_of(slug, function), flags=re.DOTALL)

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
    """Forty seeds, or one for a design; `python -m tests.course.false_alarms` takes thousands."""
    runs = programs(cells_of(slug))[function]

    assert rejections(runs, range(1 if function in DESIGNS else 40)) == {}
