"""Values of the libraries cross as what they are, and hostile content makes none."""

from __future__ import annotations

import collections
import copy
import datetime
import pathlib
import random
import zoneinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as hpd
from test_wire import frame

from convgrade import copies, forms, plain, wire
from convgrade.wire import Opaque, WireError, dumps, loads

CALM = settings(deadline=None, max_examples=60)


class Spot(NamedTuple):
    """One that nothing is added to."""

    row: int
    column: float = 2.0


Pair = collections.namedtuple("Pair", "left right")


class Shouting(NamedTuple):
    """One with a method."""

    word: str

    def loud(self) -> str:
        return self.word.upper()


class Sly(NamedTuple):
    """One that shows itself as it likes."""

    word: str

    def __repr__(self) -> str:
        return "sly"


BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
OFFSET = datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))
PLAIN = [
    datetime.date(2024, 2, 29),
    datetime.datetime(2024, 10, 27, 2, 30, 1, 5, tzinfo=BERLIN, fold=1),
    datetime.datetime(1, 1, 1),
    datetime.datetime(2024, 5, 6, tzinfo=OFFSET),
    datetime.time(23, 59, 59, 999_999, tzinfo=datetime.timezone.utc),  # noqa: UP017
    datetime.timedelta(days=-1, microseconds=7),
    OFFSET,
    Decimal("0.10"),
    Decimal("-Infinity"),
    Fraction(-7, 3),
    range(10, -5, -3),
    slice(None, 4, -1),
    bytearray(b"\0ab"),
    collections.deque([1, [2]], maxlen=4),
    collections.deque(),
    pathlib.Path("a/b.txt"),
    pathlib.PurePosixPath("/x"),
    pathlib.PureWindowsPath("c:/x"),
    [datetime.date(2000, 1, 1), {"a": Decimal(1)}],
    {Fraction(1, 2): {datetime.date(2000, 1, 1)}},
    np.dtype("float32"),
    np.dtype("<U7"),
    torch.float16,
    torch.Size([2, 3]),
    np.str_("mass"),
    np.datetime64("2024-02-29T12:00", "m"),
    np.timedelta64(3, "D"),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_a_value_is_the_same_afterwards(value: Any) -> None:
    back = loads(dumps(value, strict=True, exact=True))
    assert type(back) is type(value)
    assert back == value
    assert repr(back) == repr(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), np.datetime64("NaT")], ids=repr)
def test_what_equals_nothing_crosses(value: Any) -> None:
    back = loads(dumps(value, strict=True, exact=True))
    assert (type(back), str(back)) == (type(value), str(value))


def test_views_of_dicts_are_views() -> None:
    made = {"b": 1, "a": [2]}
    for view in (made.keys(), made.values(), made.items()):
        back = loads(dumps(view, exact=True))
        assert type(back) is type(view)
        assert list(back) == list(view)


@pytest.mark.parametrize("value", [Spot(1), Pair("x", [2])], ids=repr)
def test_named_tuples_keep_their_names(value: Any) -> None:
    back = loads(dumps(value, exact=True))
    assert back == value
    assert repr(back) == repr(value)
    assert (type(back).__name__, back._fields) == (type(value).__name__, value._fields)
    assert type(loads(dumps(value, exact=True))) is type(back)


@pytest.mark.parametrize("value", [Shouting("a"), Sly("a")], ids=lambda v: type(v).__name__)
def test_a_named_tuple_with_code_of_its_own_does_not_cross(value: Any) -> None:
    met: list[str] = []
    loads(dumps(value, exact=True), met)
    assert met == [type(value).__name__]


@pytest.mark.parametrize(
    "array",
    [
        np.array([["ab", "ü"], ["", "d"]]),
        np.array([], dtype="<U3"),
        np.array(["x"], dtype=">U2"),
        np.array([b"a", b"\0b"]),
        np.array(["2024-01-01", "NaT"], dtype="M8[D]"),
        np.array([[1], [2]], dtype="m8[ms]"),
        np.array([None, "a", [1], {"b": (2,)}], dtype=object).reshape(2, 2),
        np.array(None, dtype=object),
        np.array([datetime.date(2000, 1, 1), Fraction(1, 2)]),
    ],
    ids=lambda a: a.dtype.str + str(a.shape),
)
def test_arrays_of_texts_times_and_objects(array: np.ndarray) -> None:
    back = loads(dumps(array, strict=True, exact=True))
    assert type(back) is np.ndarray
    assert back.shape == array.shape
    assert back.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, array)
    if array.size:
        back[...] = array.ravel()[0]  # it can be written to


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_is_a_matrix() -> None:
    back = loads(dumps(np.matrix([[1, 2], [3, 4]]), exact=True))
    assert type(back) is np.matrix
    assert (back * back).tolist() == [[7, 10], [15, 22]]


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
@pytest.mark.parametrize("what", ["array", "matrix"])
def test_sparse_matrices(kind: str, what: str) -> None:
    value = getattr(scipy.sparse, f"{kind}_{what}")(np.array([[0, 1.5, 0], [2, 0, 0]]))
    back = loads(dumps(value, strict=True, exact=True))
    assert type(back) is type(value)
    assert (back.nnz, back.dtype, back.shape) == (value.nnz, value.dtype, value.shape)
    assert (back.toarray() == value.toarray()).all()


FRAME = pd.DataFrame(
    {
        "whole": [1, 2, 3],
        "part": [0.5, None, -1.0],
        "text": ["a", None, "c"],
        "truth": [True, False, True],
        "nullable": pd.array([1, None, 3], dtype="Int64"),
        "maybe": pd.array([True, None, False], dtype="boolean"),
        "kind": pd.Categorical(["u", "v", "u"], categories=["v", "u", "w"], ordered=True),
        "day": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
        "zoned": pd.date_range("2024-10-26", periods=3, tz="Europe/Berlin"),
        "span": pd.to_timedelta([1, 2, None], unit="h"),
        "mixed": pd.Series([1, "x", None], dtype=object),
        "small": np.array([1, 2, 3], dtype="int8"),
        "lists": [[1], [2, 3], []],
    }
)
TABLES = [
    FRAME,
    FRAME.set_index("day"),
    FRAME.T,
    FRAME.groupby("kind", observed=False)[["whole", "part"]].sum(),
    FRAME.set_index(["truth", "text"]),
    FRAME.pivot_table(index="truth", columns="kind", values="part", observed=True),
    FRAME.describe(),
    pd.DataFrame(),
    pd.DataFrame(index=[3, 1]),
    pd.DataFrame([[1, 2], [3, 4]], columns=["x", "x"]),
    pd.DataFrame({"a": [1]}, index=pd.date_range("2024-01-01", periods=1, freq="MS", name="t")),
    FRAME.value_counts("truth").to_frame(),
    pd.DataFrame({1: [2], (2, 3): ["y"]}),
]
SERIES = [
    *(FRAME[name] for name in FRAME),
    FRAME["whole"].rename(None),
    FRAME.dtypes.astype(str),
    pd.Series(dtype="float64"),
    FRAME["text"].value_counts(),
    FRAME.iloc[0],
    pd.Series([1, 2], index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None])),
]


def freq(table: Any) -> Any:
    return getattr(table.index, "freqstr", None)


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_tables_are_the_same_afterwards(table: pd.DataFrame) -> None:
    back = loads(dumps(table, strict=True, exact=True))
    pd.testing.assert_frame_equal(back, table, check_exact=True, check_freq=True)
    assert type(back.index) is type(table.index)
    assert list(back.dtypes) == list(table.dtypes)
    assert freq(back) == freq(table)


@pytest.mark.parametrize("series", SERIES, ids=range(len(SERIES)))
def test_columns_are_the_same_afterwards(series: pd.Series) -> None:
    back = loads(dumps(series, strict=True, exact=True))
    pd.testing.assert_series_equal(back, series, check_exact=True, check_freq=True)
    pd.testing.assert_index_equal(back.index, series.index, exact=True)


@pytest.mark.parametrize(
    "value",
    [
        pd.Timestamp("2024-02-29 12:00:00.000000001"),
        pd.Timestamp("2024-02-29", tz="Asia/Tokyo"),
        pd.Timedelta("1 days 00:00:07"),
        FRAME["kind"].dtype.categories,
        pd.RangeIndex(1, 9, 2, name="n"),
        pd.CategoricalIndex(["a", "b"]),
        pd.array(["a"], dtype="str").dtype,
    ],
    ids=repr,
)
def test_moments_and_indexes(value: Any) -> None:
    back = loads(dumps(value, strict=True, exact=True))
    assert type(back) is type(value)
    assert np.all(back == value)
    assert repr(back) == repr(value)


@pytest.mark.parametrize("value", [pd.NA, pd.NaT])
def test_what_is_missing_is_the_same_object(value: Any) -> None:
    assert loads(dumps([value], strict=True, exact=True))[0] is value


@CALM
@given(
    hpd.data_frames(
        [
            hpd.column("a", dtype=float),
            hpd.column("b", elements=st.text(max_size=5).filter(lambda t: t.isprintable())),
            hpd.column("c", dtype=int),
        ],
        index=hpd.range_indexes(max_size=6),
    )
)
def test_any_table(table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(loads(dumps(table, strict=True, exact=True)), table)


class Own(pd.DataFrame):
    """A class of somebody's own."""


@pytest.mark.parametrize(
    "value",
    [
        Own({"a": [1]}),
        pd.DataFrame({"a": [object()]}),
        FRAME.groupby("whole"),
        np.array([object()]),
        np.zeros(2, dtype=[("a", int, 3)]),
        np.rec.array([(1, 2)]),
        pd.arrays.SparseArray([0, 0, 1]),
        type("Day", (datetime.date,), {})(2024, 1, 1),
        np.longdouble(1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_form_is_told(value: Any) -> None:
    met: list[str] = []
    loads(dumps(value, exact=True), met)
    assert met
    with pytest.raises(WireError, match="cannot be passed on"):
        dumps(value, strict=True, exact=True)


def test_only_where_it_is_asked_for() -> None:
    """Elsewhere a table is what it was: a wrong answer, without its content."""
    for value in (FRAME, Fraction(1, 2), np.array(["a"])):
        assert isinstance(loads(dumps(value)), Opaque)


HOSTILE = [
    ["date", {"list": [2024, 2, 30]}],
    ["date", {"list": [True, 1, 1]}],
    ["date", "2024"],
    ["datetime", {"list": [{"list": [1, 1, 1, 0, 0, 0, 0]}, "../../etc/passwd", 0]}],
    ["time", {"list": [{"list": [1, 1, 1, 0]}, {"list": [10**9, 0, 0]}, 0]}],
    ["Decimal", "1" * 20_000],
    ["Decimal", {"list": [0, {"tuple": [1]}, 999]}],
    ["Fraction", {"list": [1, 0]}],
    ["range", {"list": [0, 5, 0]}],
    ["slice", {"list": [0, 1, 2, 3]}],
    ["deque", {"list": [7, None]}],
    ["Path", "\0" * 20_000],
    ["view", {"list": ["items", {"list": [{"list": [{"list": []}, 1]}]}]}],
    ["namedtuple", {"list": ["A", {"list": ["x; import os"]}, {"list": [1]}]}],
    ["namedtuple", {"list": ["A", {"list": ["class"]}, {"list": [1]}]}],
    ["namedtuple", {"list": ["A", {"list": ["x"] * 200}, {"list": [1] * 200}]}],
    ["array.codes", {"list": ["|O", {"list": [1]}, {"bytes": 8}]}],
    ["array.codes", {"list": ["<U1", {"list": [2]}, {"bytes": 4}]}],
    ["array.codes", {"list": ["<U1", {"list": [1]}, {"bytes": 4}]}],
    ["array.codes", {"list": ["<U0", {"list": [2**30, 2**30, 2**30]}, {"bytes": 0}]}],
    ["array.objects", {"list": [{"list": [3]}, {"list": [1]}]}],
    ["array.objects", {"list": [{"list": [-1, -1]}, {"list": [1]}]}],
    ["array.matrix", {"list": [1]}],
    ["array.scalar", 4],
    ["array.dtype", "O,O" * 30],
    ["array.torch.dtype", "ops"],
    ["array.torch.Size", {"list": ["a"]}],
    ["array.sparse", {"list": ["csr_matrix", {"list": [2, 2]}, {"list": [1]}, {"list": [9]}, 1]}],
    ["array.sparse", {"list": ["os", {"list": [2, 2]}, 1, 1, 1]}],
    ["pandas.read_pickle", "x"],
    ["pandas.DataFrame", {"list": [{"list": []}, 1, 2, {"dict": []}]}],
    ["pandas.Series", {"list": [{"list": [{"list": ["object", {"list": [1]}]}]}, 1, 2, 3]}],
    ["pandas.MultiIndex", {"list": [{"list": [1]}, {"list": [{"list": [5]}]}, {"list": [1]}]}],
    ["pandas.Timestamp", {"list": [10**30, "ns", None]}],
    ["pandas.Timestamp", {"list": [0, "Y", None]}],
    ["pandas.missing", "os"],
    ["pandas.dtype", "category"],
    ["nothing", 1],
    ["take_apart", 1],
    [1, 2],
]


@pytest.mark.parametrize("body", HOSTILE, ids=str)
def test_hostile_content_is_refused(body: Any) -> None:
    with pytest.raises(WireError):
        loads(frame({"form": body}, b"\xff" * _announced(body)))


def _announced(node: Any) -> int:
    if isinstance(node, dict):
        return node.get("bytes", 0) + sum(map(_announced, node.values()))
    return sum(map(_announced, node)) if isinstance(node, list) else 0


def test_there_is_an_end_to_the_classes_that_named_tuples_make() -> None:
    for count in range(200):
        body = ["namedtuple", {"list": [f"A{count}", {"list": ["x"]}, {"list": [1]}]}]
        try:
            loads(frame({"form": body}))
        except WireError:
            break
    else:
        pytest.fail("200 classes were made")
    assert count <= 100
    assert plain.MAX_OPAQUE == 100


GOOD = [np.random.default_rng(3), np.random.RandomState(4), random.Random(5)]


@pytest.mark.parametrize("value", GOOD, ids=lambda value: type(value).__name__)
def test_a_random_generator_goes_on_where_it_stood(value: object) -> None:
    """And so does the caller's, when its copy has drawn numbers."""
    ours = copy.deepcopy(value)
    ours.random()  # type: ignore[attr-defined]
    theirs = wire.loads(wire.dumps(ours, strict=True, exact=True))
    assert type(theirs) is type(value)
    drawn = [theirs.random() for _ in range(700)]
    direct = copy.deepcopy(ours)
    assert drawn == [direct.random() for _ in range(700)]  # type: ignore[attr-defined]
    assert copies.copy_back(ours, theirs)
    assert ours.random() == direct.random()  # type: ignore[attr-defined]


STATES = [
    ("random.Generator", [2**128, 1, 0, 0]), ("random.Generator", [1, 1, 2, 0]),
    ("random.Generator", [1, 1, 0, 2**32]), ("random.Generator", [1, 1]),
    ("random.Generator", [1.0, 1, 0, 0]), ("random.Generator", None),
    ("random.Random", (3, (0,) * 624 + (625,), None)), ("random.Random", (3, (0,) * 10, None)),
    ("random.RandomState", ("MT19937", np.zeros(624, np.uint32), 625, 0, 0.0)),
    ("random.RandomState", ("PCG64", np.zeros(624, np.uint32), 0, 0, 0.0)),
    ("random.SystemRandom", None), ("random.seed", 5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "state"), STATES, ids=lambda value: str(value)[:25])
def test_a_state_that_is_none_makes_no_generator(name: str, state: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        forms.build(name, state)


NO_CLASSES = [
    ["Q", ["x"], {"y": 1}, {}, ""], ["Q", ["x"], [1], {}, ""], ["Q", ["x"], {}, {"x": "int"}, ""],
    ["Q", ["x"], {}, {}, 5], ["Q", ["import"], {}, {}, ""], [5, ["x"], {}, {}, ""],
    ["Q", ["x"], {}],
]  # fmt: skip


@pytest.mark.parametrize("content", NO_CLASSES, ids=str)
def test_a_class_that_is_none_makes_no_named_tuples(content: object) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        forms.build("namedtuple.class", content)


def test_a_class_of_named_tuples_is_not_the_writers_to_change() -> None:
    """One of the same name and fields is another where it has other defaults."""
    ours = collections.namedtuple("Ours", "x y")
    name, content = forms.take_apart(ours) or ("", [])
    assert forms.build(name, content) is ours
    *fields, _, notes, doc = content
    with pytest.raises(ValueError, match="another class"):
        forms.build(name, [*fields, {"y": 5}, notes, doc])
    with pytest.raises(TypeError, match="missing"):
        ours(1)
    assert forms.build("namedtuple", ["Ours", ["x", "y"], [1, 2]]) == ours(1, 2)
