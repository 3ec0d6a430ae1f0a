"""Tables of pandas, taken apart into columns of plain data, and built anew.

A column crosses by its dtype, which is one of a fixed list; everything in it is plain data, or
has a form of its own (`convgrade.forms`). Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

from convgrade.plain import ints, text, whole

__all__ = ["build", "take_apart"]

# What is written value by value. "category" has codes, NumPy's own dtypes are arrays.
LISTED = re.compile(r"str|string(\[python\])?|U?Int(8|16|32|64)|Float(32|64)|boolean")
ZONED = re.compile(r"datetime64\[(s|ms|us|ns), [\w/+:\-]{1,60}\]")
PERIODS = re.compile(r"period\[[A-Z0-9-]{1,12}\]")
BETWEEN = re.compile(r"interval\[[\w\[\]]{1,30}, (left|right|both|neither)\]")
UNITS = ("s", "ms", "us", "ns")


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return the name of a value's form and its content; None for what has no form."""
    pd = sys.modules["pandas"]
    if value is pd.NA or value is pd.NaT:
        return "pandas.missing", "NA" if value is pd.NA else "NaT"
    type_ = type(value)
    if type_ is pd.Timestamp:
        zone = None if value.tz is None else str(value.tz)
        return "pandas.Timestamp", [_ticks(value), value.unit, zone]
    if type_ is pd.Timedelta:
        return "pandas.Timedelta", [_ticks(value), value.unit]
    if type_ is pd.Period:
        return "pandas.Period", [value.ordinal, value.freqstr]
    if type_ is pd.Interval:
        return "pandas.Interval", [value.left, value.right, value.closed]
    if type_ is pd.DataFrame:
        columns = [_column(pd, value.iloc[:, place].array) for place in range(value.shape[1])]
        return _of_columns(
            "pandas.DataFrame", columns, [value.columns, value.index, dict(value.attrs)]
        )
    if type_ is pd.Series:
        return _of_columns(
            "pandas.Series",
            [_column(pd, value.array)],
            [value.index, value.name, dict(value.attrs)],
        )
    if type_ is pd.RangeIndex:
        return "pandas.RangeIndex", [value.start, value.stop, value.step, value.name]
    if type_ is pd.MultiIndex:
        codes = [[int(code) for code in level] for level in value.codes]
        return "pandas.MultiIndex", [list(value.levels), codes, list(value.names)]
    if type_ in (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.CategoricalIndex,
                 pd.PeriodIndex, pd.IntervalIndex):  # fmt: skip
        freq = getattr(value, "freqstr", None)
        return _of_columns("pandas.Index", [_column(pd, value.array)], [value.name, freq])
    if type_ is pd.Categorical:
        return _of_columns("pandas.Categorical", [_column(pd, value)], [])
    if issubclass(type_, pd.api.extensions.ExtensionDtype) and _is_known(str(value)):
        return "pandas.dtype", str(value)
    return None


def _ticks(value: Any) -> int:
    return int(value.asm8.astype("int64"))


def _of_columns(name: str, columns: list[Any], more: list[Any]) -> tuple[str, Any] | None:
    return None if any(column is None for column in columns) else (name, [columns, *more])


def _is_known(dtype: str) -> bool:
    return any(kind.fullmatch(dtype) for kind in (LISTED, ZONED, PERIODS, BETWEEN))


def _column(pd: Any, array: Any) -> Any:
    """Return a column's kind and its content; None where it is of no kind that crosses."""
    dtype = str(array.dtype)
    if dtype == "category":
        return ["category", [int(c) for c in array.codes], pd.Index(array.categories),
                bool(array.ordered)]  # fmt: skip
    if ZONED.fullmatch(dtype):
        return [dtype, array.tz_convert("UTC").tz_localize(None).to_numpy().astype("int64")]
    if LISTED.fullmatch(dtype):
        return [dtype, [None if missing else item for item, missing in
                        zip(array.astype(object), array.isna(), strict=True)]]  # fmt: skip
    if PERIODS.fullmatch(dtype):
        return [dtype, array.asi8]
    if BETWEEN.fullmatch(dtype):
        return ["interval", _column(pd, array.left.array), _column(pd, array.right.array),
                array.closed]  # fmt: skip
    found = array.to_numpy()
    return ["numpy", found] if str(found.dtype) == dtype else None


def build(name: str, content: Any) -> Any:
    """Build a value of a form from content that somebody untrusted wrote.

    Raises
    ------
    ValueError, TypeError, and others
        When the content is none of this form.
    """
    return _READERS[name](importlib.import_module("pandas"), content)


def _array(pd: Any, column: Any) -> Any:
    """Return a column, as an array of NumPy's or pandas' own."""
    np = importlib.import_module("numpy")
    kind, content, *more = column
    if kind == "numpy":
        if type(content) is not np.ndarray or content.ndim != 1:
            raise ValueError("no column")
        return content
    if kind == "interval":
        right, closed = more
        ends = _array(pd, content), _array(pd, right)
        return pd.arrays.IntervalArray.from_arrays(*ends, closed=str(closed))
    if kind == "category":
        categories, ordered = more
        if not isinstance(categories, pd.Index) or type(content) is not list:
            raise ValueError("no categories")
        return pd.Categorical.from_codes(content, categories, ordered=ordered is True)
    if type(kind) is str and ZONED.fullmatch(kind):
        unit, zone = re.findall(r"\[(\w+), (.*)\]", kind)[0]
        times = pd.DatetimeIndex(content.view(f"M8[{unit}]"))
        return times.tz_localize("UTC").tz_convert(zone).array
    if type(kind) is str and PERIODS.fullmatch(kind):
        if type(content) is not np.ndarray or content.dtype.name != "int64":
            raise ValueError("no periods")
        return pd.PeriodIndex.from_ordinals(content, freq=kind[7:-1]).array
    if type(kind) is not str or type(content) is not list or not LISTED.fullmatch(kind):
        raise ValueError("a column of a kind that cannot cross")
    return pd.array(content, dtype=kind)


def _index(pd: Any, index: Any) -> Any:
    if not isinstance(index, pd.Index):
        raise ValueError("no index")
    return index


def _read_index(pd: Any, content: Any) -> Any:
    (column,), name, freq = content
    array = _array(pd, column)
    dtype = object if str(array.dtype) == "object" else None
    index = pd.Index(array, name=name, dtype=dtype)
    if freq is not None and type(index) in (pd.DatetimeIndex, pd.TimedeltaIndex):
        index = type(index)(index, freq=str(freq))
    return index


def _frame(pd: Any, content: Any) -> Any:
    columns, names, index, attrs = content
    names, index = _index(pd, names), _index(pd, index)
    if len(columns) != len(names):
        raise ValueError("no table")
    frame = pd.DataFrame(
        {place: _series(pd, column, index) for place, column in enumerate(columns)}, index=index
    )
    frame.columns = names
    frame.attrs = dict(attrs)
    return frame


def _series(pd: Any, column: Any, index: Any) -> Any:
    array = _array(pd, column)
    return pd.Series(array, index=index, dtype=array.dtype)


def _read_series(pd: Any, content: Any) -> Any:
    (column,), index, name, attrs = content
    series = _series(pd, column, _index(pd, index))
    series.name = name
    series.attrs = dict(attrs)
    return series


def _moment(pd: Any, content: Any) -> Any:
    ticks, unit, zone = content
    ticks = whole(ticks)
    if unit not in UNITS:
        raise ValueError("no unit of time")
    moment = pd.Timestamp(ticks, unit=unit).as_unit(unit)
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(str(zone))


def _span(pd: Any, content: Any) -> Any:
    ticks, unit = content
    ticks = whole(ticks)
    if unit not in UNITS:
        raise ValueError("no unit of time")
    return pd.Timedelta(ticks, unit=unit).as_unit(unit)


def _period(pd: Any, content: Any) -> Any:
    ordinal, freq = content
    return pd.Period(ordinal=whole(ordinal), freq=text(freq, 12))


def _interval(pd: Any, content: Any) -> Any:
    left, right, closed = content
    return pd.Interval(left, right, closed=text(closed, 7))


def _range(pd: Any, content: Any) -> Any:
    *numbers, name = content
    start, stop, step = ints(numbers, 3)
    return pd.RangeIndex(start, stop, step, name=name)


def _levels(pd: Any, content: Any) -> Any:
    levels, codes, names = content
    levels = [_index(pd, level) for level in levels]
    return pd.MultiIndex(levels=levels, codes=codes, names=names)


def _dtype(pd: Any, content: Any) -> Any:
    if type(content) is not str or not _is_known(content):
        raise ValueError("no dtype that crosses")
    return pd.api.types.pandas_dtype(content)


_READERS: dict[str, Any] = {
    "pandas.missing": lambda pd, c: {"NA": pd.NA, "NaT": pd.NaT}[c],
    "pandas.Timestamp": _moment,
    "pandas.Timedelta": _span,
    "pandas.Period": _period,
    "pandas.Interval": _interval,
    "pandas.DataFrame": _frame,
    "pandas.Series": _read_series,
    "pandas.RangeIndex": _range,
    "pandas.MultiIndex": _levels,
    "pandas.Index": _read_index,
    "pandas.Categorical": lambda pd, c: _array(pd, c[0][0]),
    "pandas.dtype": _dtype,
}
