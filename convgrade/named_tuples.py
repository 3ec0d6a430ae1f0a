"""Named tuples, and classes of them that add no code to what Python makes, by name and fields.

Sent, as text, to the student's kernel as well. What comes back to the side that has such a class
is of that class.
"""

from __future__ import annotations

import collections
import inspect
from typing import Any

from convgrade.plain import MAX_TEXT, text

__all__ = ["READERS", "take_apart"]

MAX_FIELDS = 100  # of a named tuple
MAX_CLASSES = 100  # that are made here

Key = tuple[str, tuple[str, ...]]  # a name and fields

_known: dict[Key, Any] = {}
_built: list[Any] = []  # of those, what a reader has made


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return the name of a value's form and its content; None where it has none here."""
    type_ = type(value)
    if issubclass(type_, tuple) and hasattr(type_, "_fields") and _is_of_pythons_code(type_):
        key = type_.__name__, type_._fields
        _known[key] = type_
        return "namedtuple", [key[0], list(key[1]), list(tuple.__iter__(value))]
    if type_ is type and issubclass(value, tuple) and hasattr(value, "_fields"):
        return _class(value)
    return None


def _class(type_: Any) -> tuple[str, Any] | None:
    notes = inspect.get_annotations(type_).values()
    plain = all(type(note) is type and note.__module__ == "builtins" for note in notes)
    if not plain or not _is_of_pythons_code(type_):
        return None
    key = type_.__name__, type_._fields
    _known[key] = type_
    return "namedtuple.class", [key[0], list(key[1]), *_told(type_)]


def _is_of_pythons_code(type_: Any) -> bool:
    """Tell whether a class of named tuples adds no code of its own to what Python makes."""
    fields, name = type_._fields, type_.__name__
    if type_.__bases__ != (tuple,) or type(fields) is not tuple or len(fields) > MAX_FIELDS:
        return False
    for part in vars(type_).values():
        code = getattr(part, "__func__", part)
        if callable(code) or isinstance(code, property):
            module = getattr(code, "__globals__", {}).get("__name__", "")
            if module not in ("collections", f"namedtuple_{name}"):
                return False
    return True


def _told(type_: Any) -> list[Any]:
    """Return what a class says besides its fields: defaults, types, a text."""
    doc = type_.__doc__ if type(type_.__doc__) is str else ""
    return [dict(type_._field_defaults), inspect.get_annotations(type_), doc]


def _build(key: Key) -> Any:
    if len(_built) == MAX_CLASSES:
        raise ValueError("too many classes of named tuples")
    _known[key] = made = collections.namedtuple(*key, module="__main__")  # it checks the names
    _built.append(made)
    return made


def _key(name: Any, fields: Any) -> Key:
    return text(name, 100), tuple(text(field, 100) for field in fields[: MAX_FIELDS + 1])


def _read(content: Any) -> Any:
    name, fields, values = content
    key = _key(name, fields)
    return (_known[key] if key in _known else _build(key))._make(values)


def _read_class(content: Any) -> Any:
    name, fields, defaults, notes, doc = content
    key = _key(name, fields)
    if type(defaults) is not dict or tuple(defaults) != key[1][len(key[1]) - len(defaults) :]:
        raise ValueError("defaults of no fields")
    if type(notes) is not dict or not all(type(note) is type for note in notes.values()):
        raise ValueError("no annotations")
    made, told = _known.get(key), [defaults, notes, text(doc, MAX_TEXT)]
    if made is not None and _told(made) == told:
        return made
    if made is not None and made not in _built:
        raise ValueError("there is another class of this name")  # not the writer's to change
    if made is None or any(_told(made)[:2]):  # else it was made for a tuple, which tells no more
        made = _build(key)
    made.__new__.__defaults__ = tuple(defaults.values())
    made._field_defaults, made.__annotations__, made.__doc__ = told
    return made


READERS = {"namedtuple": _read, "namedtuple.class": _read_class}
