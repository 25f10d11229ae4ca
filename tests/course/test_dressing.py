"""A dress changes the make of a result and nothing else, and the checks' own comparison accepts it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder import checks
from tests.course import dressing
from tests.course.dressing import DRESSES, SINGLE, dressed, dresses_of

RESULT = (0.25, 3, True, [np.arange(6.0).reshape(2, 3) / 7, np.array([True, False])], {"a": np.float64(-1.5)})


def result(*_: Any) -> Any:
    return RESULT


@pytest.mark.parametrize("dress", [*DRESSES, SINGLE])
def test_what_wears_a_dress_is_accepted_for_what_it_is(dress: str):
    checks.close(dressed(result, dress)(), RESULT)


@pytest.mark.parametrize(
    ("dress", "value", "is_so"),
    [
        ("rounded to float32", 0.1, lambda v: type(v) is np.float32),
        ("rounded to float32", np.ones(3), lambda v: v.dtype == np.float32),
        ("rounded to float32", 7, lambda v: type(v) is int),
        ("Python numbers", np.float64(0.1), lambda v: type(v) is float),
        ("0-d arrays", 0.1, lambda v: type(v) is np.ndarray and v.shape == ()),
        ("long doubles", np.ones(3), lambda v: v.dtype == np.longdouble),
        ("int32", 7, lambda v: type(v) is np.int32),
        ("whole floats", 7, lambda v: type(v) is np.float64),
        (
            "locked, in Fortran's order",
            np.ones((2, 3)),
            lambda v: v.flags.f_contiguous and not v.flags.writeable,
        ),
        ("a view with steps", np.ones((2, 3)), lambda v: v.base is not None and not v.flags.c_contiguous),
    ],
)
def test_each_dress_is_what_its_name_says(dress: str, value: Any, is_so: Any):
    assert is_so(dressed(lambda: value, dress)())


def test_single_precision_begins_with_the_arguments():
    seen = dressed(lambda x, weights, lr: (x.dtype, weights[0].dtype, type(lr)), SINGLE)

    assert seen(np.ones(2), [np.ones(2)], 0.1) == (np.float32, np.float32, float)
    assert seen(np.arange(2), [np.ones(2)], 0.1)[0] == np.arange(2).dtype


def test_the_source_of_an_answer_in_a_dress_defines_the_function_anew():
    namespace: dict[str, Any] = {}
    exec(dressing.source("def f():\n    return 0.5", "f", "0-d arrays"), namespace)

    assert type(namespace["f"]()) is np.ndarray
    assert namespace["f"].__name__ == "f"


def test_what_gives_no_numbers_has_no_dress_and_a_question_of_1e_9_none_of_single_precision():
    assert dresses_of("build_rescued") == dresses_of("SimpleNN") == []
    assert SINGLE in dresses_of("sigmoid") and SINGLE not in dresses_of("distinct_units")
