"""Plain data of exact types cross the bridge unchanged, nothing else crosses, and no forged message does harm."""

from __future__ import annotations

import collections
import contextlib
import enum
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.bridge import decoding, encoding
from autograder.bridge.codec import generator, pack, unpack
from autograder.bridge.plain import MAX_DEPTH, MAX_KEYS, PYTHON_TYPES, SCALARS
from autograder.errors import BridgeError

HANDLE = "a handle"


def refuse(kind, content):
    raise BridgeError("no plain data")


def there_and_back(value):
    """Send a value over; what has no plain type arrives as the word `HANDLE`."""
    header, buffers = pack(value, lambda other: {"handle": [0, "x"]})
    return unpack(header, buffers, lambda kind, content: HANDLE)


def same(a, b):
    """Compare type and bits, NaN and the sign of zero included."""
    assert type(a) is type(b)
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if type(a) is dict:
        return same(list(a.items()), list(b.items()))
    if type(a) is float:
        return a.hex() == b.hex()
    if type(a) is complex:
        return (a.real.hex(), a.imag.hex()) == (b.real.hex(), b.imag.hex())
    if type(a) is np.ndarray:
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if type(a) in SCALARS.values():
        return a.tobytes() == b.tobytes()
    return a == b


keys = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False)
leaves = (
    keys
    | st.floats()
    | st.complex_numbers()
    | st.slices(10)
    | st.builds(range, st.integers(0, 9), st.integers(), st.integers(1, 3))
    | st.sampled_from([*PYTHON_TYPES.values(), *SCALARS.values()])
    | st.sets(keys)
    | st.frozensets(keys)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(keys, inner),
    max_leaves=20,
)
dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.unsigned_integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?")
    | hnp.complex_number_dtypes(endianness="?")
    | hnp.byte_string_dtypes(max_len=4)
    | hnp.unicode_string_dtypes(max_len=4)
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))


@given(values)
def test_values_come_back_with_their_exact_types(value):
    assert same(value, there_and_back(value))


@given(arrays)
def test_arrays_come_back_bit_for_bit_in_their_byte_order(array):
    assert same(array, there_and_back(array))


@given(arrays, st.sampled_from(["order", "step", "transpose"]))
def test_the_layout_in_memory_does_not_matter(array, how):
    view = {"order": np.asfortranarray(array), "step": array[..., ::-1] if array.ndim else array}.get(
        how, array.T
    )

    assert same(np.array(view, order="C"), there_and_back(view))


@given(st.data(), dtypes, st.booleans())
def test_lists_of_arrays_come_back_however_many_and_of_whatever_types(data, dtype, mixed):
    shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    value = data.draw(st.lists(hnp.arrays(dtypes if mixed else dtype, shapes), max_size=9))

    assert same(value, there_and_back(value))
    assert same(tuple(value), there_and_back(tuple(value)))


def test_arrays_of_one_list_share_no_entries():
    first, second, *_ = there_and_back([np.zeros(2)] * encoding.MANY)
    first += 1

    assert second.tolist() == [0, 0]


@pytest.mark.parametrize("kind", SCALARS.values())
def test_numpy_scalars_come_back_as_such(kind):
    assert same(kind(1), there_and_back(kind(1)))


def test_long_long_is_the_64_bit_integer():
    assert same(there_and_back([np.longlong(-3), np.ulonglong(3)]), [np.int64(-3), np.uint64(3)])


@pytest.mark.parametrize("dtype", ["<f4", ">i8", "|b1", "<U3", "S5", "<c16"])
def test_dtypes_come_back(dtype):
    assert there_and_back(np.dtype(dtype)) == np.dtype(dtype)


def test_more_dimensions_than_cross_become_a_handle():
    assert there_and_back(np.zeros((1,) * 40)) == HANDLE


@pytest.mark.parametrize("value", [10**3600, -(10**3600), 0, -1])
def test_long_integers_cross(value):
    assert there_and_back(value) == value


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(2, 3),
        torch.tensor(1.5, dtype=torch.float64),
        torch.ones(0, 2),
        torch.arange(6).reshape(2, 3).T,
        torch.tensor([True, False]),
        torch.ones(3, requires_grad=True),
        torch.nn.Parameter(torch.ones(2)),
        torch.nn.Parameter(torch.ones(2), requires_grad=False),
        torch.tensor([1 + 2j]),
        torch.tensor([1 + 2j]).conj(),
        torch.tensor([1 + 2j]).conj().imag,
    ],
)
def test_tensors_come_back_with_their_flags(tensor):
    back = there_and_back(tensor)

    assert type(back) is type(tensor)
    assert (back.dtype, back.shape, back.requires_grad) == (tensor.dtype, tensor.shape, tensor.requires_grad)
    assert torch.equal(back.detach(), tensor.detach())


def test_a_tensor_in_the_middle_of_a_graph_comes_as_a_leaf():
    back = there_and_back(torch.ones(2, requires_grad=True) * 2)

    assert back.is_leaf and back.requires_grad


@pytest.mark.parametrize(
    "tensor",
    [torch.zeros(2, dtype=torch.bfloat16), torch.zeros(2, 2).to_sparse(), torch.zeros(2, device="meta")],
)
def test_tensors_without_a_counterpart_become_handles(tensor):
    assert there_and_back(tensor) == HANDLE


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_is_rebuilt_in_its_state_and_the_original_stays(name):
    original = np.random.Generator(getattr(np.random, name)(3))
    original.normal(size=5)
    header, buffers = pack(original, None)
    copy = unpack(header, buffers, lambda kind, content: generator(content))

    assert copy.normal() == original.normal()


def test_an_unknown_bit_generator_is_refused():
    with pytest.raises(BridgeError, match="unknown bit generator"):
        generator({"bit_generator": "Popen"})


class Int(int):
    pass


class Text(str):
    pass


class Float(float):
    pass


class List(list):
    pass


class Dict(dict):
    pass


class Array(np.ndarray):
    pass


class Tensor(torch.Tensor):
    pass


class Level(enum.IntEnum):
    ONE = 1


Pair = collections.namedtuple("Pair", "a b")  # the class that students know

SUBCLASSES = [
    *(Int(1), Text("a"), Float(1.0), List([1]), Dict(a=1), Level.ONE, Pair(1, 2)),
    *(collections.OrderedDict(a=1), collections.Counter("aa"), np.str_("a"), np.bytes_(b"a")),
    np.zeros(2).view(Array),
    np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    np.zeros(2).view(np.recarray),
    np.zeros(2, dtype=[("a", "f8")]),
    np.array([1, "a", None], dtype=object),
    np.array(["2020-01-01"], dtype="M8[D]"),
    np.zeros(2).view("V8"),
    torch.zeros(2).as_subclass(Tensor),
    np.dtype([("a", "f8")]),
    np.dtype("M8[D]"),
    np.dtype(object),
    np.dtype(str),
    *(
        object(),
        math,
        len,
        Level,
        lambda: 0,
        iter([]),
        memoryview(b""),
        bytearray(b"a"),
        Ellipsis,
        NotImplemented,
    ),
]


@pytest.mark.parametrize("value", SUBCLASSES, ids=lambda value: type(value).__name__)
def test_what_is_not_exactly_plain_never_crosses_as_plain(value):
    assert there_and_back(value) == HANDLE
    assert there_and_back([value]) == [HANDLE]
    assert there_and_back({"a": value}) == {"a": HANDLE}


def test_a_matrix_is_no_array():
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1.0]])

    assert there_and_back(matrix) == HANDLE


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def itself():
    value = []
    value.append(value)
    return value


def doubled():
    value = [1]
    for _ in range(30):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (nested(MAX_DEPTH + 1), "nested too deeply"),
        (nested(5000), "nested too deeply"),
        (itself(), "nested too deeply"),
        (doubled(), "too many parts"),
        ([0] * 200_001, "too many parts"),
        (1 << 20_000, "too many digits"),
        ([np.zeros(1), np.ones(1, bool)] * 5_001, "too many arrays"),
        ([np.zeros(1)] * 200_001, "too many parts"),
        ([np.broadcast_to(np.float64(1), (10**4, 10**3))] * 4, "larger than the 256 MB"),
        (np.broadcast_to(np.float64(1), (10**6, 10**6)), "larger than the 256 MB"),
        (torch.zeros(1).expand(10**6, 10**6), "larger than the 256 MB"),
    ],
    ids=lambda value: value if type(value) is str else "value",
)
def test_what_is_too_large_is_refused_before_it_takes_memory(value, reason):
    with pytest.raises(BridgeError, match=reason):
        pack(value, lambda other: {"handle": [0, "x"]})


FORGED = [
    *("", "nul", "[", "[" * 100_000, '{"a":' * 100_000, "NaN", "1", "1.5", "-1", "[]", "{}", "[1]"),
    *('{"int": 7}', '{"int": ""}', '{"int": "x"}', '{"int": null}', '{"int": "1", "float": "1"}'),
    json.dumps({"int": "9" * 4_300}),
    "9" * 5_000,
    *('{"float": "1g"}', '{"float": 1}', '{"float": "0x1p99999"}', json.dumps({"float": "1" * 41})),
    *('{"complex": []}', '{"complex": ["1"]}', '{"complex": null}', '{"bytes": 9}', '{"bytes": -1}'),
    *(
        '{"bytes": true}',
        '{"list": {}}',
        '{"list": "ab"}',
        '{"list": [1]}',
        '{"tuple": null}',
        '{"set": [{"list": []}]}',
    ),
    *(
        '{"dict": [[1]]}',
        '{"dict": [["a"]]}',
        '{"dict": [[{"list": []}, "a"]]}',
        '{"dict": 3}',
        '{"slice": []}',
    ),
    *(
        '{"range": ["a", "b", "c"]}',
        '{"range": [{"int": "0"}, {"int": "1"}, {"int": "0"}]}',
        '{"type": "object"}',
    ),
    *(
        '{"type": []}',
        '{"dtype": "O"}',
        '{"dtype": "V8"}',
        '{"dtype": "f8,f8"}',
        '{"dtype": "(2,)f8"}',
        '{"dtype": ""}',
    ),
    *(
        '{"dtype": 1}',
        '{"dtype": "U99999999"}',
        '{"dtype": "M8[s]"}',
        '{"dtype": "no such"}',
        '{"dtype": "U0"}',
    ),
    *('{"array": []}', '{"array": [0, "<f8"]}', '{"array": [0, "O", [1]]}', '{"array": [7, "<f8", [1]]}'),
    *('{"array": [0, "<f8", [2]]}', '{"array": [0, "<f8", [-1]]}', '{"array": [0, "<f8", [true]]}'),
    *(
        '{"array": [0, "<f8", 1]}',
        '{"array": [1, "<f8", [0, 18446744073709551616]]}',
        '{"array": [false, "<f8", [1]]}',
    ),
    json.dumps({"array": [0, "<f8", [1] * 33]}),
    json.dumps({"array": [0, "<f8", [10**4000] * 32]}),
    *('{"scalar": [0, "<f4"]}', '{"scalar": [0, "S8"]}', '{"scalar": [0]}', '{"tensor": [0, "<f8", [1]]}'),
    *('{"tensor": [0, "S8", [1], false, false]}', '{"tensor": [0, "<i8", [1], true, false]}'),
    *(
        '{"tensor": [0, ">f8", [1], false, false]}',
        '{"handle": 0}',
        '{"callback": [0, "f"]}',
        '{"ufunc": "sin"}',
    ),
    *('{"arrays": []}', '{"arrays": ["list", 0, "<f8"]}', '{"arrays": ["set", 0, "<f8", [[1]]]}'),
    *('{"arrays": ["list", 0, "<f8", [1]]}', '{"arrays": ["list", 0, "<f8", [[1], [1]]]}'),
    *('{"arrays": ["list", 0, "O", [[1]]]}', '{"arrays": ["list", 0, "<f8", [[-1], [2]]]}'),
    *('{"arrays": ["list", 7, "<f8", [[1]]]}', '{"arrays": ["list", 0, "<f8", {}]}'),
    json.dumps({"arrays": ["list", 1, "<f8", [[0]] * 200_001]}),
    *('{"generator": 3}', '{"__class__": "x"}', '{"": null}', '{"object": null}', "\ud800"),
]


@pytest.mark.parametrize("text", FORGED, ids=lambda text: text[:24].encode("ascii", "replace").decode())
def test_forged_trees_are_refused(text):
    with pytest.raises(BridgeError):
        unpack(text.encode("utf-8", "surrogatepass"), [b"\0" * 8, b""], refuse)


@pytest.mark.parametrize(
    ("dtype", "data"),
    [("|b1", b"\2"), ("<U1", b"\xff\xff\xff\xff"), (">U1", b"\0\x11\0\0"), ("<U2", b"a\0\0\0\0\0\x11\0")],
)
@pytest.mark.parametrize("form", ["array", "arrays", "scalar"])
def test_bytes_that_no_honest_array_holds_are_refused(dtype, data, form):
    content = {"array": [0, dtype, [1]], "arrays": ["list", 0, dtype, [[1]]], "scalar": [0, dtype]}[form]

    with pytest.raises(BridgeError):
        unpack(json.dumps({form: content}).encode(), [data], refuse)


def test_numbers_that_hash_alike_cannot_keep_us_busy():
    modulus = (1 << 61) - 1
    numbers = [{"int": str(n * modulus)} for n in range(MAX_KEYS + 1)]

    for tree in ({"set": numbers}, {"dict": [[n, None] for n in numbers]}):
        with pytest.raises(BridgeError, match="too many members"):
            unpack(json.dumps(tree).encode(), [], refuse)


def test_a_tree_with_too_many_nodes_is_refused():
    with pytest.raises(BridgeError, match="too many parts"):
        unpack(json.dumps({"list": [None] * 200_001}).encode(), [], refuse)


scraps = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
kinds = st.sampled_from([*decoding._NODES, "handle", "callback", "ufunc", "x"])
trees = st.recursive(
    scraps | st.sampled_from(["<f8", "|b1", "<U1", "7", "0x1p3"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(kinds, inner, max_size=2),
    max_leaves=15,
)


@settings(max_examples=400)
@given(trees, st.lists(st.binary(max_size=16), max_size=3))
def test_whatever_the_tree_only_bridge_errors_come_out(tree, buffers):
    with contextlib.suppress(BridgeError):
        unpack(json.dumps(tree).encode(), buffers, lambda kind, content: HANDLE)


@settings(max_examples=300)
@given(st.data(), values | arrays)
def test_a_message_with_wrong_bytes_is_refused_or_is_another_value(data, value):
    header, buffers = pack([value, np.arange(3.0), "a"], lambda other: {"handle": [0, "x"]})
    mutated = bytearray(header)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BridgeError):
        unpack(bytes(mutated), buffers, lambda kind, content: HANDLE)


def test_the_limits_are_the_same_in_both_directions():
    assert encoding.MAX_DEPTH == decoding.MAX_DEPTH
    assert there_and_back(nested(MAX_DEPTH - 1)) == nested(MAX_DEPTH - 1)
