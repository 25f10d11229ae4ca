"""The vocabulary of the check cells: what it accepts, what it refuses, and what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
import traceback
from collections import OrderedDict, defaultdict, namedtuple
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder import checks
from autograder.checks import CheckFailed, NotWritten

ROOT = Path(__file__).resolve().parents[2]


class EqualToAll(float):
    """A number that claims to equal everything, in whatever way it is asked."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __abs__ = __float__ = lambda self: 0.0

    def __array__(self, *args, **kwargs):
        return np.zeros(3)


class EqualArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)


class Looking:
    """Not a number, but an object that NumPy would take for the right array."""

    def __array__(self, *args, **kwargs):
        return np.ones(3)

    __array_interface__ = np.ones(3).__array_interface__


@pytest.fixture(autouse=True)
def fresh_seeds():
    checks.use_seed(None)
    yield
    checks.use_seed(None)


def message_of(function, *args, **kwargs) -> str:
    with pytest.raises(CheckFailed) as failure:
        function(*args, **kwargs)
    return str(failure.value)


# What a result may be


@pytest.mark.parametrize(
    "found",
    [0.5, np.float64(0.5), np.float32(0.5), np.float16(0.5), np.array(0.5), 0.5 + 9e-6, np.longdouble(0.5)],
)
def test_a_number_may_come_in_any_type(found):
    checks.close(found, 0.5)


@pytest.mark.parametrize("found", [127, 127.0, np.int32(127), np.array(127), np.uint8(127), np.float32(127)])
def test_an_integer_may_come_as_a_whole_float(found):
    checks.close(found, 127)
    assert checks.integer(found) == 127


@pytest.mark.parametrize(
    "found",
    [126, 127.5, True, "127", np.array([127]), None, 10**400, -(10**5000), np.inf],
    ids=lambda value: type(value).__name__,
)
def test_another_integer_or_kind_is_refused(found):
    assert "expected" in message_of(checks.close, found, 127)


@pytest.mark.parametrize(
    "found",
    [
        None,
        True,
        np.True_,
        "0.5",
        b"0.5",
        [0.5],
        (0.5,),
        {"a": 0.5},
        np.array([0.5]),
        np.array([[0.5]]),
        0.5 + 0j,
        np.complex128(0.5),
        float("nan"),
        np.array(np.nan),
        float("inf"),
        10**400,
        EqualToAll(0.5),
        object(),
        lambda: 0.5,
        np.array(0.5, dtype=object),
        np.datetime64("2020-01-01"),
        0.5 + 2e-5,
        -0.5,
        torch.tensor(0.5),
    ],
)
def test_what_is_no_such_number_is_refused_with_words(found):
    assert len(message_of(checks.close, found, 0.5)) > 25


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_an_array_may_have_any_float_type(dtype):
    values = np.random.default_rng(0).normal(size=(30, 20))

    checks.close(values.astype(dtype), values)


def test_an_array_of_whole_numbers_may_be_integers():
    checks.close(np.arange(3), np.array([0.0, 1.0, 2.0]))


def test_negative_zero_and_rounding_where_zero_is_exact_pass():
    checks.close(np.array([-0.0, 1e-17]), np.zeros(2))
    checks.close(-0.0, 0.0)


def test_the_tolerance_is_two_hundred_thousandths_of_the_largest_entry():
    expected = np.array([1000.0, 0.0])

    checks.close(np.array([1000.0, 0.0199]), expected)
    assert "0.021" in message_of(checks.close, np.array([1000.0, 0.021]), expected)


@pytest.mark.parametrize(
    "found",
    [
        None,
        [1.0, 1.0, 1.0],
        (1.0, 1.0, 1.0),
        np.ones((3, 1)),
        np.ones(4),
        np.ones(3, dtype=bool),
        np.ones(3, dtype=complex),
        np.ones(3, dtype=object),
        np.array(["1", "1", "1"]),
        np.ones(3).view(EqualArray),
        np.ones((1, 3)).view(np.matrix),
        np.ma.masked_array(np.ones(3), mask=True),
        np.rec.array([(1.0,)] * 3, dtype=[("a", float)]),
        np.array([(1.0,)] * 3, dtype=[("a", float)]),
        np.array([1.0, np.nan, 1.0]),
        np.array([1.0, np.inf, 1.0]),
        np.array([1.0, 1.7e308, -1.7e308]),
        np.broadcast_to(1.0, (10**6, 10**6)),
        EqualToAll(1),
        Looking(),
        torch.ones(3),
        memoryview(np.ones(3)),
        {0: 1.0},
    ],
)
def test_what_is_no_such_array_is_refused_with_words(found):
    assert len(message_of(checks.close, found, np.ones(3))) > 25


def test_a_list_may_be_a_tuple_and_its_items_are_compared():
    expected = [np.ones(2), np.zeros((2, 2))]

    checks.close((np.ones(2), np.zeros((2, 2))), expected)
    assert "2 items" in message_of(checks.close, [np.ones(2)], expected)
    assert "item 1" in message_of(checks.close, [np.ones(2), np.ones((2, 2))], expected)
    assert "list or tuple" in message_of(checks.close, np.ones((2, 2)), expected)
    assert "list or tuple" in message_of(checks.close, iter(expected), expected)


def test_a_list_tuple_or_dict_may_be_of_a_derived_class_and_is_read_by_what_it_holds():
    class Liar(list):
        def __eq__(self, other):
            return True

        def __iter__(self):
            return iter([1.0, 2.0])

    checks.close(namedtuple("State", "h c")(1.0, 2.0), (1.0, 2.0))
    checks.close(OrderedDict(a=1.0), {"a": 1.0})
    checks.close(defaultdict(float, a=1.0), {"a": 1.0})
    assert checks.items(namedtuple("State", "h c")(1.0, 2.0), 2) == (1.0, 2.0)
    with pytest.raises(CheckFailed, match="item 0 of the result is 3"):
        checks.close(Liar([3.0, 2.0]), [1.0, 2.0])


def test_pairs_of_numbers_keep_their_order():
    checks.close([3, 4.0], (3, 4))
    message_of(checks.close, (4, 3), (3, 4))


def test_a_list_that_holds_itself_ends_with_a_message():
    endless: list[object] = []
    endless.append(endless)

    assert "expected" in message_of(checks.close, endless, [1.0])
    assert "list" in message_of(checks.decided_by_generator, lambda rng: endless, np.random.default_rng(0))


def test_dicts_need_the_same_keys():
    expected = {"fc1.weight": 2.0, "fc1.bias": 0.5}

    checks.close({"fc1.bias": 0.5, "fc1.weight": np.float32(2)}, expected)
    assert "missing: fc1.bias." in message_of(checks.close, {"fc1.weight": 2.0}, expected)
    assert "not expected: 7, b." in message_of(checks.close, {**expected, 7: 0.0, "b": 1.0}, expected)
    assert "neither str nor int" in message_of(checks.close, {**expected, 1.5: 0.0}, expected)
    assert "`fc1.bias` of " in message_of(checks.close, {"fc1.weight": 2.0, "fc1.bias": 1.0}, expected)
    assert "dict" in message_of(checks.close, [2.0, 0.5], expected)
    assert "keys" in message_of(checks.close, {EqualToAllKey(): 1.0, "a": 2.0}, expected)


class EqualToAllKey(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("fc1.bias")


def test_boolean_arrays_must_be_boolean():
    expected = np.array([True, False])

    checks.close(np.array([True, False]), expected)
    assert "booleans" in message_of(checks.close, np.array([1, 0]), expected)
    assert "[1]" in message_of(checks.close, np.array([True, True]), expected)
    assert "(3,)" in message_of(checks.close, np.array([True, False, False]), expected)


def test_truth_values_and_strings_are_compared_exactly():
    checks.close(np.True_, True)
    checks.close("fan_in", "fan_in")
    assert "expected True" in message_of(checks.close, False, True)
    assert "truth value" in message_of(checks.close, True, 1.0)
    assert "True or False" in message_of(checks.close, 1, True)
    message_of(checks.close, "fan_out", "fan_in")


def test_tensors_are_compared_with_tensors():
    expected = torch.ones(2, 3)

    checks.close(torch.nn.Parameter(torch.ones(2, 3)), expected)
    checks.close(torch.ones(2, 3, dtype=torch.float64), expected)
    assert "shape (3, 2)" in message_of(checks.close, torch.ones(3, 2), expected)
    assert "torch tensor" in message_of(checks.close, np.ones((2, 3)), expected)
    assert "tensor" in message_of(checks.close, torch.ones(2, 3, device="meta"), expected)


# What a message says


def test_a_message_holds_expectation_finding_misconception_pointer_and_seed():
    checks.use_seed(5)
    checks.rng()

    text = message_of(
        checks.close,
        0.1,
        0.01,
        what="the variance",
        see="xavier#the-forward-half",
        mistaken_for={"That is something else.": 7.0, "That is the standard deviation.": 0.1},
    )

    assert text.splitlines() == [
        "the variance is 0.1, expected 0.01.",
        "That is the standard deviation.",
        'Read again: chapter "xavier", section "the forward half".',
        "The numbers were drawn with seed 5; `checks.use_seed(5)` repeats them.",
    ]


def test_a_misconception_that_gives_the_right_value_is_not_named():
    assert "root" not in message_of(checks.close, 3.0, 1.0, mistaken_for={"take the root": 1.0})


def test_known_wrong_results_that_take_time_are_computed_for_a_wrong_result_only():
    asked = []

    def mistakes():
        asked.append(True)
        return {"That is the standard deviation.": 0.1}

    checks.close(0.01, 0.01, mistaken_for=mistakes)
    checks.gradient(of=np.sin, claimed=np.cos, at=0.5, mistaken_for=mistakes)
    assert not asked

    assert "That is the standard deviation." in message_of(checks.close, 0.1, 0.01, mistaken_for=mistakes)
    assert "deviation" in message_of(checks.gradient, of=np.sin, claimed=0.1, at=0.5, mistaken_for=mistakes)


def test_a_transposed_matrix_is_called_so():
    assert "transposed" in message_of(checks.shape, np.ones((2, 3)), (3, 2))
    assert "transposed" in message_of(checks.close, np.ones((2, 3)), np.ones((3, 2)))


def test_shape_gives_the_entries_back_as_float64():
    entries = checks.shape(np.ones((2, 3), dtype=np.float32), (2, 3))

    assert entries.dtype == np.float64


@pytest.mark.parametrize("condition", [False, np.False_, None, 1, "yes", EqualToAll(1), np.array([True])])
def test_that_takes_nothing_but_a_true_truth_value(condition):
    assert "because" in message_of(checks.that, condition, "because")
    checks.that(True, "")
    checks.that(np.True_, "")


# Calls


def test_the_untouched_stub_is_told_kindly_and_apart():
    def relu(x):
        raise NotImplementedError

    for check in (checks.call, checks.silent, checks.leaves_unchanged):
        with pytest.raises(NotWritten, match="`relu` is not written yet") as failure:
            check(relu, 1.0)
        assert isinstance(failure.value, NotImplementedError)
    with pytest.raises(NotWritten):
        checks.raises(ValueError, relu, 1.0)


def test_an_exception_is_told_with_the_call_and_its_cause():
    def share(a, b):
        return a / b

    with pytest.raises(CheckFailed, match=r"`share\(1, 0\)` raised ZeroDivisionError") as failure:
        checks.call(share, 1, 0)

    shown = failure.value._render_traceback_()
    assert any("return a / b" in line for line in shown)
    assert not any("autograder/checks" in line for line in shown)


def test_shapes_that_do_not_fit_are_called_so():
    product = message_of(checks.call, np.matmul, np.ones((2, 3)), np.ones((2, 3)))
    total = message_of(checks.call, np.add, np.ones((2, 3)), np.ones(2))

    assert "shapes do not fit" in product and "weights are (fan_out, fan_in)" in product
    assert "shapes do not fit" in total and "which axis" in total and "weights" not in total


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        (np.array([0.5, 0.0, np.nan]), "f(array([0.5, 0, nan]))"),
        (np.arange(5.0), "f(array of shape (5,))"),
        ([np.array([np.inf])], "f([array([inf])])"),
        ([1, 2], "f([2 items])"),
        ((3, 4), "f((3, 4))"),
        ((np.ones((2, 2)), 4), "f((2 items))"),
    ],
)
def test_a_call_is_written_with_the_short_vectors_that_it_was_given(argument, written):
    def f(_):
        raise KeyError

    assert written in message_of(checks.call, f, argument)


def test_an_overflow_is_told_with_what_np_where_has_to_do_with_it():
    def elu(x):
        return np.where(x > 0, x, np.exp(x) - 1)

    assert "`np.where` computes both" in message_of(checks.silent, elu, np.array([-1.0, 1e4]))


def test_booleans_in_the_place_of_numbers_are_told_the_way_out():
    assert "`.astype(float)`" in message_of(checks.close, np.array([True, False]), np.array([1.0, 0.0]))


def test_an_exception_that_breaks_its_own_text_is_told_anyway():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError

    def f():
        raise Broken

    assert "Broken" in message_of(checks.call, f)


def test_a_forgotten_return_is_named():
    assert "forget `return`" in message_of(checks.call, lambda: None)


def test_a_call_cannot_change_the_caller():
    x = np.zeros(3)

    checks.call(lambda x: x.__iadd__(1), x)

    assert x.tolist() == [0, 0, 0]


def test_a_print_and_a_deprecation_are_nobodys_fault(recwarn):
    def f():
        import warnings

        print("here")
        print("there", file=sys.stderr)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return 1

    assert checks.silent(f) == checks.call(f) == 1


def test_a_numpy_warning_breaks_silence_only():
    def f(x):
        return np.exp(x)

    assert checks.call(f, np.array([1e4])).tolist() == [np.inf]
    assert "overflow" in message_of(checks.silent, f, np.array([1e4]))


@pytest.mark.parametrize(
    ("change", "which"),
    [
        (lambda x, items, *, name: x.__setitem__(0, 5.0), "first"),
        (lambda x, items, *, name: items.append(1), "second"),
        (lambda x, items, *, name: items[0].sort(), "second"),
        (lambda x, items, *, name: name.update(a=2), "`name`"),
        (lambda x, items, *, name: setattr(x, "shape", (2, 1)), "first"),
    ],
)
def test_changes_in_place_are_seen_in_arrays_lists_and_dicts(change, which):
    def f(x, items, *, name):
        change(x, items, name=name)
        return 1

    assert which in message_of(checks.leaves_unchanged, f, np.ones(2), [np.array([2.0, 1.0])], name={"a": 1})


def test_changes_in_tensors_are_seen():
    assert "first" in message_of(checks.leaves_unchanged, lambda t: t.add_(1), torch.zeros(2))
    checks.leaves_unchanged(lambda t: t + 1, torch.zeros(2))


def test_a_generator_may_move_on_and_a_function_may_be_called():
    assert checks.leaves_unchanged(lambda rng, f: f(rng.normal()), np.random.default_rng(0), np.abs) > 0


def test_raises_takes_this_kind_of_error_and_no_accident():
    class Special(ValueError):
        pass

    def f(kind):
        raise kind("no")

    checks.raises(ValueError, f, ValueError)
    checks.raises(ValueError, f, Special)
    assert "TypeError" in message_of(checks.raises, ValueError, f, TypeError)
    assert "LinAlgError" in message_of(checks.raises, ValueError, f, np.linalg.LinAlgError)
    assert "returned the number 3" in message_of(checks.raises, ValueError, lambda: 3)


# Derivatives


def test_gradient_takes_the_derivative_of_a_function_entry_by_entry():
    z = np.linspace(-3, 3, 11)

    checks.gradient(of=np.tanh, claimed=lambda z: 1 - np.tanh(z) ** 2, at=z)
    assert "finite differences" in message_of(checks.gradient, of=np.tanh, claimed=np.tanh, at=z)


def test_gradient_takes_the_gradient_of_a_number():
    W = np.random.default_rng(0).normal(size=(2, 3))

    checks.gradient(of=lambda W: np.sum(W**3), claimed=3 * W**2, at=W)
    checks.gradient(of=lambda w: w**3, claimed=12.0, at=2.0)
    message_of(checks.gradient, of=lambda W: np.sum(W**3), claimed=W**2, at=W)


def test_a_gradient_of_truth_values_is_refused():
    assert "bool" in message_of(
        checks.gradient, of=lambda z: np.maximum(z, 0), claimed=lambda z: z > 0, at=np.ones(3)
    )


def test_finite_differences_are_precise():
    z = np.linspace(-2, 2, 9)

    np.testing.assert_allclose(checks.numerical_gradient(np.sin, z), np.cos(z), rtol=0, atol=1e-10)


# Seeds


def test_every_run_draws_anew_unless_a_seed_is_set(monkeypatch):
    assert checks.rng().random() != checks.rng().random()

    checks.use_seed(3)
    assert checks.rng().random() == checks.rng().random()

    checks.use_seed(None)
    monkeypatch.setenv("AUTOGRADER_SEED", "3")
    assert checks.rng().random() == checks.rng().random() == np.random.default_rng(3).random()


def test_a_failure_repeats_with_the_seed_that_it_names():
    def cell():
        value = checks.rng().normal()
        checks.close(value, 100.0)

    text = message_of(cell)
    checks.use_seed(int(re.search(r"use_seed\((\d+)\)", text)[1]))

    assert message_of(cell) == text


def test_generators_for_calls_differ():
    rng = np.random.default_rng(0)

    assert checks.generator(rng).random() != checks.generator(rng).random()


# The package


def test_the_public_names_are_these():
    assert checks.__all__ == sorted(checks.__all__, key=lambda name: (name.islower(), name))
    assert set(checks.__all__) == {
        *("CheckFailed", "NotWritten", "Observation", "StudentError"),
        *("rebuilt", "rebuilt_optimizer", "seeded", "trained", "accuracy", "layer_gradients"),
        *("Examined", "examined", "executed", "longest_chain"),
        *("call", "silent", "leaves_unchanged", "raises", "observe", "in_place", "with_arguments"),
        *("parameters", "shapes", "gradients", "buffers", "training", "layers", "run"),
        *("recorder", "recorded"),
        *("Pass", "Recorded"),
        *("close", "shape", "that", "number", "integer", "array", "items", "gradient", "numerical_gradient"),
        "counted",
        *("std", "mean", "frequency", "gaussian", "uniform", "independent", "decided_by_generator"),
        *("rng", "generator", "use_seed"),
    }


def test_the_package_docstring_names_every_word():
    words = set(checks.__all__)

    assert {word for word in words if f"`{word}" not in checks.__doc__} == set()


def test_the_import_is_light_and_needs_nothing_else_of_the_autograder():
    code = (
        "import sys, autograder.checks\n"
        "heavy = {'torch', 'nbgrader', 'matplotlib', 'scipy', 'IPython', 'subprocess', 'multiprocessing'}\n"
        "own = {m for m in sys.modules if m.startswith('autograder.') and not m.startswith('autograder.checks')}\n"
        "print(sorted(heavy & set(sys.modules)), sorted(own))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert run.stdout.strip() == "[] []"


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(checks.__path__)] + [""])
def test_the_examples_in_the_docstrings_run(module):
    found = importlib.import_module(f"autograder.checks.{module}".rstrip("."))

    assert doctest.testmod(found).failed == 0


def test_every_pointer_into_the_book_leads_to_a_section():
    missing = []
    for source in sorted(ROOT.glob("solutions/*/*.py")):
        for see in re.findall(r"""["']?see["']?\s*[=:]\s*"([^"]+)\"""", source.read_text(encoding="utf-8")):
            slug, _, section = see.partition("#")
            chapter = ROOT / "book" / f"{slug}.md"
            if slug == source.stem and not chapter.exists():
                continue  # the assignment was written first
            headings = re.findall(r"^#+ (.+)$", chapter.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = [re.sub(r"[^a-z0-9]+", "-", heading.lower()) for heading in headings]
            slugs += re.findall(r"^\(([a-z0-9-]+)\)=$", chapter.read_text(encoding="utf-8"), re.MULTILINE)
            if section and not any(heading.startswith(section) for heading in slugs):
                missing.append(f"{source.name}: {see}")

    assert missing == []


def test_a_failure_shows_itself_in_a_notebook_without_the_frames_of_the_checks():
    try:
        checks.close(1.0, 2.0)
    except CheckFailed as failed:
        assert failed._render_traceback_() == [f"CheckFailed: {failed}"]
        assert "close" in traceback.format_exc()
