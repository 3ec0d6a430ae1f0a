"""Values of the libraries whose whole content is plain data: taken apart, and built anew.

A value of one of these types is written as the name of its form and what it consists of; whoever
reads it makes a new one with the library's own constructor. Nothing is unpickled, and a form makes
one fixed type: never a subclass, never something that the writer defines.

Like `convgrade.wire` this is also sent, as text, to the student's kernel.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import importlib
import io
import pathlib
import sys
from typing import Any

from convgrade import named_tuples
from convgrade.plain import MAX_TEXT, ints, text, whole

__all__ = ["build", "take_apart"]

GENERATORS = frozenset({"Random", "Generator", "RandomState"})
MAX_DIGITS = 10_000  # of a Decimal

_views: dict[type, str] = {
    type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"
}  # fmt: skip


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return the name of a value's form and its content; None for what has no form."""
    type_ = type(value)
    write = _WRITERS.get(type_)
    if write is not None:
        found: tuple[str, Any] | None = write(value)
        return found
    if type_ in _views:
        return "view", [_views[type_], list(value)]
    named = named_tuples.take_apart(value)
    if named is not None:
        return named
    if type_.__name__ in GENERATORS:
        from convgrade import generators

        state = generators.take_apart(value)
        if state is not None:
            return state
    # By the type itself, not isinstance, to which an object can lie.
    library = str(type_.__module__).partition(".")[0]
    dtype = getattr(sys.modules.get("numpy"), "dtype", ())
    if library in ("numpy", "torch", "scipy") or issubclass(type_, dtype):
        from convgrade import arrays

        return arrays.take_apart(value)
    undefined = getattr(sys.modules.get("sympy.core.function"), "AppliedUndef", ())
    if library == "sympy" or issubclass(type_, undefined):
        from convgrade import formulas

        return formulas.take_apart(value)
    if type_ is getattr(sys.modules.get("sklearn.utils"), "Bunch", None):
        return "Bunch", dict(dict.items(value))
    if "networkx" in sys.modules and library == "networkx":
        from convgrade import graphs

        return graphs.take_apart(value)
    if "pandas" in sys.modules and library == "pandas":
        from convgrade import tables

        return tables.take_apart(value)
    return None


def build(name: str, content: Any) -> Any:
    """Build a value of a form from content that somebody untrusted wrote.

    Raises
    ------
    ValueError, TypeError, and others
        When the content is none of this form.
    """
    if name.startswith("pandas."):
        from convgrade import tables

        return tables.build(name, content)
    if name == "sympy":
        from convgrade import formulas

        return formulas.build(content)
    if name.startswith("graph."):
        from convgrade import graphs

        return graphs.build(name, content)
    if name.startswith("random."):
        from convgrade import generators

        return generators.build(name, content)
    if name.startswith("array."):
        from convgrade import arrays

        return arrays.build(name, content)
    return _READERS[name](content)


# ----------------------------------------------------------- the standard library


def _zone(zone: datetime.tzinfo | None) -> Any:
    """Return a fixed offset as seconds, a named zone as its name, none as None."""
    if zone is None:
        return None
    if type(zone) is datetime.timezone:
        offset = zone.utcoffset(None)
        return [offset.days, offset.seconds, offset.microseconds]
    key = getattr(zone, "key", None)
    if type(zone).__module__.startswith("zoneinfo") and type(key) is str:
        return key
    raise TypeError("a time zone of an unknown kind")


def _zoned(zone: Any) -> datetime.tzinfo | None:
    if zone is None:
        return None
    if type(zone) is str:
        import zoneinfo

        return zoneinfo.ZoneInfo(zone)
    return datetime.timezone(datetime.timedelta(*ints(zone, 3)))


def _datetime(value: datetime.datetime) -> tuple[str, Any] | None:
    try:
        zone = _zone(value.tzinfo)
    except TypeError:
        return None
    parts = [value.year, value.month, value.day, value.hour, value.minute, value.second]
    return "datetime", [[*parts, value.microsecond], zone, value.fold]


def _time(value: datetime.time) -> tuple[str, Any] | None:
    try:
        zone = _zone(value.tzinfo)
    except TypeError:
        return None
    parts = [value.hour, value.minute, value.second, value.microsecond]
    return "time", [parts, zone, value.fold]


def _read_datetime(content: Any) -> datetime.datetime:
    parts, zone, fold = content
    moment = datetime.datetime(*ints(parts, 7))  # type: ignore[arg-type]
    return moment.replace(tzinfo=_zoned(zone), fold=whole(fold))


def _read_time(content: Any) -> datetime.time:
    parts, zone, fold = content
    hour, minute, second, microsecond = ints(parts, 4)
    return datetime.time(hour, minute, second, microsecond, _zoned(zone), fold=whole(fold))


def _decimal(digits: Any) -> decimal.Decimal:
    return decimal.Decimal(text(digits, MAX_DIGITS))


def _stream(value: io.StringIO) -> tuple[str, Any] | None:
    return None if value.closed else ("StringIO", [value.getvalue(), value.tell()])


def _read_stream(content: Any) -> io.StringIO:
    said, place = content
    stream = io.StringIO(text(said, MAX_TEXT))
    stream.seek(whole(place))
    return stream


def _view(content: Any) -> Any:
    kind, items = content
    if kind == "keys":
        return dict.fromkeys(items).keys()
    return dict(enumerate(items)).values() if kind == "values" else dict(items).items()


def _bunch(content: Any) -> Any:
    return importlib.import_module("sklearn.utils").Bunch(**content)


_WRITERS: dict[type, Any] = {
    datetime.date: lambda v: ("date", [v.year, v.month, v.day]),
    datetime.datetime: _datetime,
    datetime.time: _time,
    datetime.timedelta: lambda v: ("timedelta", [v.days, v.seconds, v.microseconds]),
    datetime.timezone: lambda v: ("timezone", _zone(v)),
    decimal.Decimal: lambda v: ("Decimal", str(v)),
    fractions.Fraction: lambda v: ("Fraction", [v.numerator, v.denominator]),
    range: lambda v: ("range", [v.start, v.stop, v.step]),
    slice: lambda v: ("slice", [v.start, v.stop, v.step]),
    bytearray: lambda v: ("bytearray", bytes(v)),
    io.StringIO: _stream,
    collections.deque: lambda v: ("deque", [list(v), v.maxlen]),
    pathlib.PosixPath: lambda v: ("Path", str(v)),
    pathlib.PurePosixPath: lambda v: ("PurePosixPath", str(v)),
    pathlib.PureWindowsPath: lambda v: ("PureWindowsPath", str(v)),
}
_READERS: dict[str, Any] = {
    "date": lambda c: datetime.date(*ints(c, 3)),
    "datetime": _read_datetime,
    "time": _read_time,
    "timedelta": lambda c: datetime.timedelta(*ints(c, 3)),
    "timezone": _zoned,
    "Decimal": _decimal,
    "Fraction": lambda c: fractions.Fraction(*ints(c, 2)),
    "range": lambda c: range(*ints(c, 3)),
    "slice": lambda c: slice(*c),
    "bytearray": bytearray,
    "StringIO": _read_stream,
    "deque": lambda c: collections.deque(c[0], c[1]),
    "Path": lambda c: pathlib.Path(text(c, 10_000)),
    "PurePosixPath": lambda c: pathlib.PurePosixPath(text(c, 10_000)),
    "PureWindowsPath": lambda c: pathlib.PureWindowsPath(text(c, 10_000)),
    "view": _view,
    "Bunch": _bunch,
    **named_tuples.READERS,
}
