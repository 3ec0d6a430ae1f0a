"""Frames: honest values survive them, and hostile ones are refused without harm."""

from __future__ import annotations

import enum
import json
import math
import socket
import struct
import time
import tracemalloc
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convgrade import plain, wire
from convgrade.wire import Opaque, WireError, dumps, loads

PLAIN = (type(None), bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict)
# Hypothesis watches the clock itself; two test processes share these cores.
CALM = settings(deadline=None)


def frame(tree: Any, data: bytes = b"") -> bytes:
    """Return a frame with any JSON text in it."""
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return struct.pack(">I", len(text)) + text + data


def same(a: Any, b: Any) -> bool:
    """Tell whether two values are the same, down to types, NaN and the sign of zero."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        facts = [(t.dtype, t.shape, t.stride(), t.requires_grad) for t in (a, b)]
        return facts[0] == facts[1] and torch.equal(bits(a), bits(b))
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return repr(a) == repr(b) if isinstance(a, (float, complex)) else a == b


def bits(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().resolve_conj().contiguous().reshape(-1).view(torch.uint8)


def only_plain(value: Any) -> bool:
    """Tell whether a value consists of nothing but what may cross."""
    if isinstance(value, Opaque):
        return type(value).__bases__ == (Opaque,)
    if type(value) is dict:
        return all(only_plain(k) and only_plain(v) for k, v in value.items())
    if type(value) in (list, tuple, set, frozenset):
        return all(map(only_plain, value))
    if type(value) in (np.ndarray, torch.Tensor):
        return value.dtype is not np.dtype(object)
    if isinstance(value, np.generic):
        return type(value).__module__ == "numpy" and value.dtype.name in plain.ARRAY_TYPES
    return type(value) in PLAIN


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
)
HASHABLE = st.one_of(st.integers(), st.text(), st.binary(), st.booleans(), st.floats(-1, 1))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(HASHABLE, st.tuples(HASHABLE)), inner),
        st.sets(HASHABLE),
        st.frozensets(HASHABLE),
    ),
    max_leaves=20,
)
ARRAYS = hnp.arrays(
    st.sampled_from(sorted(plain.ARRAY_TYPES)),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)

# ------------------------------------------------------------------- round trips


@CALM
@given(VALUES)
def test_plain_values_survive(value: Any) -> None:
    """Every nesting of the builtin types comes back with the same types and values."""
    assert same(loads(dumps(value)), value)
    assert same(loads(dumps(value, strict=True)), value)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        -0.0,
        math.inf,
        -math.inf,
        complex(-0.0, math.nan),
        2**64,
        -(10**5000),
        2**63 - 1,
        {1: {2.5: [(None,)]}},
        {(1, frozenset({b"x"})): set()},
        "\0 \u2028 \U0001f600",
    ],
    ids=lambda value: type(value).__name__,
)
def test_special_values_survive(value: Any) -> None:
    assert same(loads(dumps(value)), value)


@CALM
@given(ARRAYS)
def test_arrays_survive(array: np.ndarray) -> None:
    """All kinds of numbers, no axis, empty axes; each as array and as scalar."""
    assert same(loads(dumps(array)), array)
    assert same(loads(dumps(array.T)), np.ascontiguousarray(array.T).reshape(array.T.shape))
    for scalar in array.ravel()[:1]:
        assert same(loads(dumps(scalar)), scalar)


def test_foreign_byte_order_and_read_only_arrays_come_back_ordinary() -> None:
    array = np.arange(3, dtype=">i4")
    array.flags.writeable = False
    back = loads(dumps(array))
    assert back.dtype == np.dtype("int32")
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array)


LAID = {
    "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "axes": np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0),
    "backwards": np.arange(6.0)[::-1],
    "backwards by columns": np.arange(6.0).reshape(2, 3)[:, ::-1].T,
}


@pytest.mark.parametrize("name", LAID)
def test_an_array_lies_in_memory_as_it_did(name: str) -> None:
    """Its last digits in a sum depend on that, and whether PyTorch takes it."""
    back = loads(dumps(LAID[name], exact=True))
    np.testing.assert_array_equal(back, LAID[name])
    assert back.strides == LAID[name].strides
    assert loads(dumps(LAID[name])).flags.c_contiguous


def test_what_may_not_be_changed_may_not_be_changed_here() -> None:
    array = np.arange(3)
    array.flags.writeable = False
    back = loads(dumps(array, exact=True))
    assert not back.flags.writeable
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize("ways", [[0, 0], [1], [0, "x"], [0, 1, 2], [-1, 0], [1.0, 0.0], [-3, 0]])
def test_an_impossible_layout_is_none(ways: list[Any]) -> None:
    with pytest.raises(WireError):
        loads(frame({"array": ["float64", [2, 3], *ways]}, np.arange(6.0).tobytes()))


@pytest.mark.parametrize("name", sorted(plain.TENSOR_TYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)], ids=str)
def test_tensors_survive(name: str, shape: tuple[int, ...]) -> None:
    dtype = getattr(torch, name)
    tensor = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    assert same(loads(dumps(tensor)), tensor)
    if dtype.is_floating_point or dtype.is_complex:
        tensor.requires_grad_()
        assert same(loads(dumps(tensor)), tensor)


def test_views_of_tensors_stay_views() -> None:
    """Code can go wrong on strides, so the grader sees the strides that the student had."""
    base = torch.arange(24.0).reshape(4, 6)
    for view in (base.T, base[1:, ::2], base[:, 3], base[2, 2], base[:1].expand(5, 6)):
        assert same(loads(dumps(view)), view)
    overlapping = base.as_strided((3, 3), (1, 1), 2)
    assert same(loads(dumps(overlapping)), overlapping)
    assert len(dumps(torch.zeros(1).expand(10**6))) < 100


def test_sparse_conjugate_and_negated_tensors_come_back_dense() -> None:
    sparse = torch.eye(3).to_sparse()
    assert same(loads(dumps(sparse)), torch.eye(3))
    z = torch.tensor([1 + 2j, 3 - 1j])
    assert same(loads(dumps(z.conj())), z.conj().resolve_conj())
    assert same(loads(dumps(z.conj().imag)), z.conj().imag.resolve_neg())


class Int(int):
    """A number that lies."""

    def __index__(self) -> int:
        return 7

    __int__ = __repr__ = __str__ = __index__


class Text(str):
    """A text that lies."""

    def __str__(self) -> str:
        return "lie"


class Bytes(bytes):
    """Bytes that lie."""

    def __len__(self) -> int:
        return 1

    def __bytes__(self) -> bytes:
        return b"lie"


class Items(list):
    """A list that lies."""

    def __iter__(self) -> Any:
        return iter([1, 2])

    def __len__(self) -> int:
        return 99


class Float(float):
    """A float that lies."""

    def __float__(self) -> float:
        return 7.0

    __repr__ = lambda self: "7.0"  # noqa: E731


class Complex(complex):
    """A complex number that lies."""

    real = imag = 7.0


class Claims:
    """An object that claims to be a list."""

    __class__ = list  # type: ignore[assignment]


def test_subclasses_come_back_as_the_plain_type() -> None:
    """With the value that the plain type's own methods see, whatever theirs say."""
    point = namedtuple("point", "x y")
    color = enum.IntEnum("color", "red")
    cases = [
        (Int(3), 3),
        (Text("text"), "text"),
        (Bytes(b"four"), b"four"),
        (bytearray(b"x"), b"x"),
        (Items([5]), [5]),
        (Float(1.5), 1.5),
        (Complex(1 + 2j), 1 + 2j),
        (point(1, 2), (1, 2)),
        (OrderedDict(a=1), {"a": 1}),
        (color.red, 1),
        (np.str_("s"), "s"),
        (np.array([[1.0]]).view(np.matrix), np.array([[1.0]])),
        (np.ma.array([1.0], mask=[True]), np.array([1.0])),
        (torch.nn.Parameter(torch.ones(2)), torch.ones(2, requires_grad=True)),
    ]
    for value, usual in cases:
        assert same(loads(dumps(value)), usual), type(value)


def test_what_cannot_cross_keeps_the_name_of_its_type() -> None:
    for value, name in [
        (object(), "object"),
        (lambda: 0, "function"),
        (Claims(), "Claims"),
        (np, "module"),
        (np.array([object()]), "array of object"),
        (np.array(["x"]), "array of str32"),
        (torch.zeros(1, dtype=torch.float8_e5m2), "tensor of float8_e5m2"),
    ]:
        back = loads(dumps([value]))[0]
        assert isinstance(back, Opaque)
        assert type(back).__name__ == name
        assert repr(back) == f"<{name}: only plain data can be graded>"
        with pytest.raises(WireError, match="cannot be passed on"):
            dumps({1: [value]}, strict=True)


def test_an_opaque_value_supports_nothing() -> None:
    back = loads(dumps(object()))
    for use in (len, iter, float, lambda v: v + 1, lambda v: v[0], lambda v: v()):
        with pytest.raises(TypeError):
            use(back)
    with pytest.raises(AttributeError):
        back.anything = 1


def test_depth_is_limited() -> None:
    value: Any = 1
    for _ in range(plain.MAX_DEPTH):
        value = [value]
    assert same(loads(dumps(value)), value)
    endless: list[Any] = []
    endless.append(endless)
    for deep in ([value], endless, {1: endless}):
        with pytest.raises(WireError, match="nested deeper than 100"):
            dumps(deep)


def test_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MAX_BYTES", 1000)
    monkeypatch.setattr(plain, "MAX_TEXT", 500)
    assert loads(dumps(b"x" * 900)) == b"x" * 900
    for large in (b"x" * 1000, "x" * 500, [1] * 300, np.zeros(200)):
        with pytest.raises(WireError, match="too large to be graded"):
            dumps(large)
    with pytest.raises(WireError):
        loads(bytes(1001))


def test_half_a_character_becomes_a_question_mark() -> None:
    """Text that UTF-8 cannot hold would stop whoever writes the graded notebook."""
    assert loads(dumps(["\ud800a"])) == ["?a"]
    assert loads(frame(b'"\\ud800a"')) == "?a"


# ---------------------------------------------------------------- hostile frames

SEEDS = [
    None,
    [1, "a", 2.5, (True,), {3}, frozenset({4}), {"k": b"bytes"}, 2**70, 1j, object()],
    np.arange(6.0).reshape(2, 3),
    np.float32(3),
    torch.arange(6).reshape(2, 3).T,
    torch.ones(2, requires_grad=True),
]


def harmless(data: bytes) -> None:
    """Read a frame; it gives plain data or a WireError."""
    try:
        value = loads(data)
    except WireError:
        return
    assert only_plain(value)


@CALM
@given(st.binary(max_size=200))
def test_random_bytes_are_harmless(data: bytes) -> None:
    harmless(data)
    harmless(frame(data))


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(SEEDS), st.data())
def test_mutated_frames_are_harmless(value: Any, data: st.DataObject) -> None:
    good = bytearray(dumps(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good)))
        cut = data.draw(st.integers(0, 8))
        good[at : at + cut] = data.draw(st.one_of(st.binary(max_size=8), st.just(good[:at])))
    harmless(bytes(good))


TAGS = st.sampled_from(
    ["list", "tuple", "set", "frozenset", "dict", "int", "complex", "bytes", "array", "scalar",
     "tensor", "opaque", "object", "", "__class__"]
)  # fmt: skip
TREES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 70),
        st.floats(),
        st.sampled_from([*sorted(plain.TENSOR_TYPES), "object", "O", "V8", "str", "0x1f", "nan"]),
        st.integers(2**31 - 2, 2**65),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TAGS, inner, min_size=1, max_size=2),
        st.builds(lambda *parts: {"array": list(parts)}, inner, st.lists(inner, max_size=3)),
        st.builds(
            lambda *parts: {"tensor": list(parts)},
            st.sampled_from(sorted(plain.TENSOR_TYPES)),
            st.lists(st.integers(0, 3), max_size=3),
            st.lists(st.integers(0, 3), max_size=3),
            inner,
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=500)
@given(TREES, st.binary(max_size=64))
def test_wrong_trees_are_harmless(tree: Any, data: bytes) -> None:
    harmless(frame(tree, data))


HUGE = 2**31 - 1

REFUSED = {
    "nothing": b"",
    "three bytes": b"\0\0\0",
    "more text announced than there is": b"\0\0\1\0null",
    "all the text in the world": b"\xff\xff\xff\xffnull",
    "no text": b"\0\0\0\0",
    "trailing bytes": frame(None, b"x"),
    "no JSON": frame(b"nul"),
    "two values": frame(b"1 2"),
    "not UTF-8": frame(b'"\xff"'),
    "a number of many digits": frame(b"9" * 5000),
    "deep": frame(b"[" * 10**6),
    "deep and balanced": frame(b'{"list":[' * 10**5 + b"]}" * 10**5),
    "deep in keys": frame(b'{"a":' * 10**5),
    "a bare list": frame([1]),
    "an empty node": frame({}),
    "two tags": frame({"list": [], "tuple": []}),
    "an unknown tag": frame({"pickle": "gASVAAAA"}),
    "a list of no list": frame({"list": 3}),
    "a list of a text": frame({"list": "abc"}),
    "a list of a dict": frame({"list": {"a": 1}}),
    "half a pair": frame({"dict": [[1]]}),
    "pairs of text": frame({"dict": ["ab"]}),
    "an unhashable key": frame({"dict": [[{"list": []}, 1]]}),
    "an unhashable element": frame({"set": [{"dict": []}]}),
    "an array as key": frame({"dict": [[{"array": ["int8", []]}, 1]]}, b"\0"),
    "int without digits": frame({"int": "0x"}),
    "int of a list": frame({"int": [1]}),
    "int of a float": frame({"int": 1.5}),
    "int in another base": frame({"int": "zz"}),
    "complex of texts": frame({"complex": ["1", "2"]}),
    "half a complex": frame({"complex": [1.0]}),
    "complex of a huge int": frame(b'{"complex": [1' + b"0" * 400 + b", 0]}"),
    "negative size": frame({"bytes": -1}),
    "size of a float": frame({"bytes": 1.0}, b"x"),
    "size of a bool": frame({"bytes": True}, b"x"),
    "size of a text": frame({"bytes": "1"}, b"x"),
    "more bytes than there are": frame({"bytes": 2}, b"x"),
    "one byte for two": frame({"list": [{"bytes": 1}, {"bytes": 1}]}, b"x"),
    "objects": frame({"array": ["object", [1]]}, bytes(8)),
    "objects by letter": frame({"array": ["O", [1]]}, bytes(8)),
    "records": frame({"array": ["V8", [1]]}, bytes(8)),
    "dates": frame({"array": ["datetime64[s]", [1]]}, bytes(8)),
    "kind of a list": frame({"array": [["int8"], [1]]}, b"x"),
    "kind of an attribute": frame({"tensor": ["nn", [1], [1], False]}, b"x"),
    "no shape": frame({"array": ["int8"]}),
    "shape of an int": frame({"array": ["int8", 3]}, b"xxx"),
    "negative length": frame({"array": ["int8", [-1]]}),
    "two negative lengths": frame({"array": ["int8", [-1, -1]]}, b"x"),
    "length of a float": frame({"array": ["int8", [1.0]]}, b"x"),
    "length of a bool": frame({"array": ["int8", [True]]}, b"x"),
    "huge length": frame({"array": ["int8", [2**70]]}),
    "huge product": frame({"array": ["int8", [HUGE, HUGE, HUGE]]}, b"x"),
    "product of 0 that overflows": frame({"array": ["int8", [0, HUGE, HUGE, HUGE]]}),
    "too many axes": frame({"array": ["int8", [1] * 65]}, b"x"),
    "less data than its shape": frame({"array": ["int16", [2]]}, b"xxx"),
    "a bool of 2": frame({"array": ["bool", [1]]}, b"\2"),
    "a tensor with a bool of 2": frame({"tensor": ["bool", [1], [1], False]}, b"\2"),
    "strides for another shape": frame({"tensor": ["int8", [1], [1, 1], False]}, b"x"),
    "negative strides": frame({"tensor": ["int8", [2], [-1], False]}, b"xx"),
    "strides beyond the data": frame({"tensor": ["int8", [2], [2], False]}, b"xx"),
    "one byte, a gigabyte": frame({"tensor": ["int8", [2**15, 2**15], [0, 0], False]}, b"x"),
    "one byte, many times": frame(
        {"list": [{"tensor": ["int8", [2**14, 2**13], [0, 0], False]}] * 3}, b"xxx"
    ),
    "tensor of 0 that overflows": frame({"tensor": ["int8", [0] + [HUGE] * 4, [1] * 5, False]}),
    "many types": frame({"list": [{"opaque": f"t{i}"} for i in range(1000)]}),
    "a type's name of a number": frame({"opaque": 3}),
    "colliding ints": frame({"set": [k * (2**61 - 1) for k in range(1, 30_000)]}),
    "colliding keys": frame({"dict": [[float(2.0 ** (61 * k)), 1] for k in range(16)] * 20}),
    "colliding tuples": frame(
        {"set": [{"tuple": [1, k * (2**61 - 1)]} for k in range(1, 10_000)]}
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_frames_are_refused(name: str) -> None:
    """At once, and without memory for what they announce."""
    tracemalloc.start()
    start = time.monotonic()
    with pytest.raises(WireError):
        loads(REFUSED[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**25 + 20 * len(REFUSED[name])
    assert time.monotonic() - start < 5


N = plain.MAX_TEXT - 100


@pytest.mark.parametrize(
    "text",
    [
        b'{"int":"0x' + b"f" * N + b'"}',
        b"0." + b"1" * N,
        b"1" * (N - 20) + b"e-8388000",
        b'{"list":[' + b",".join([b"1" * 4299] * (N // 4300)) + b"]}",
        b'{"list":[' + b",".join([b'{"opaque":"a"}'] * (N // 15)) + b"]}",
        b'{"opaque":"' + b"a" * N + b'"}',
    ],
    ids=["hexadecimal", "digits", "exponent", "numbers", "opaque", "name"],
)
@pytest.mark.slow
def test_the_largest_text_is_read_in_seconds(text: bytes) -> None:
    start = time.monotonic()
    value = loads(frame(text))
    assert time.monotonic() - start < 20
    assert only_plain(value)
    assert len(type(value).__name__) <= 60


def test_names_of_types_are_words() -> None:
    """They appear in messages and notes: no markup, nothing long, never empty."""
    assert type(loads(frame({"opaque": "<b>x</b>\n\0\ud800"}))).__name__ == "bxb"
    assert type(loads(frame({"opaque": "<>"}))).__name__ == "object"
    assert type(loads(frame({"opaque": "__class__"}))).__bases__ == (Opaque,)


# ----------------------------------------------------------------------- sockets


@pytest.fixture
def pair() -> Any:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_values_go_through_a_socket(pair: Any) -> None:
    ours, theirs = pair
    for value in (None, {"do": "get"}, [1.5, "x"]):
        wire.send(ours, value)
        assert wire.receive(theirs) == value


def test_nothing_is_sent_of_what_does_not_fit(pair: Any) -> None:
    ours, theirs = pair
    with pytest.raises(WireError):
        wire.send(ours, object(), strict=True)
    wire.send(ours, 1)
    assert wire.receive(theirs) == 1


def test_the_end_of_a_connection_is_told(pair: Any) -> None:
    ours, theirs = pair
    theirs.sendall(struct.pack(">Q", 100) + b"half")
    theirs.close()
    with pytest.raises(EOFError):
        wire.receive(ours)


def test_a_frame_has_one_deadline(pair: Any) -> None:
    """However its bytes trickle in."""
    ours, theirs = pair
    theirs.sendall(struct.pack(">Q", 100) + b"half")
    with pytest.raises(TimeoutError):
        wire.receive(ours, time.monotonic() + 0.1)
    with pytest.raises(TimeoutError):
        wire.receive(ours, time.monotonic() - 1)


@pytest.mark.parametrize("size", [plain.MAX_BYTES + 1, 2**63, 2**64 - 1])
def test_an_enormous_frame_is_refused_by_its_header(pair: Any, size: int) -> None:
    ours, theirs = pair
    theirs.sendall(struct.pack(">Q", size))
    with pytest.raises(WireError, match="too large"):
        wire.receive(ours, time.monotonic() + 5)
