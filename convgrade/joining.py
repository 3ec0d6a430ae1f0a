"""Puts into what a student's function returned those parts that the test has already.

`find(records, "b")` returns one of the records, not a copy: the test may change it, and then look
at the records. The student's side says where such parts stand (`convgrade.copies.shared_parts`).
That is believed: an honest function can return any of them, and they are arguments that it had.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from convgrade.copies import SHARED

__all__ = ["join"]

MAX_WAY = 100  # levels


class _NoWayError(Exception):
    """There is nothing at a place that the student's side names."""


def join(value: Any, said: Any, find: Callable[[Any], Any]) -> Any:
    """Return a value with parts of the test's own.

    Parameters
    ----------
    value : anything
        As it has crossed. Changed in place, but for tuples.
    said : list
        Of a place in the value, a name, and a place in what has that name.
    find : callable
        Returns what the test has by a name; None if it has nothing.
    """
    for entry in said if type(said) is list else ():
        try:
            way, name, there = entry
            ours = _at(find(name), there)
            if type(ours) is type(_at(value, way)) and type(ours).__name__ in SHARED:
                value = _put(value, way, ours)
        except (_NoWayError, TypeError, ValueError):
            continue  # a copy, as of anything else
    return value


def _key(value: Any, place: Any) -> Any:
    """Return the index or key of the how-manieth part of a value."""
    if type(place) is not int or not isinstance(value, (list, tuple, dict, deque)):
        raise _NoWayError
    if not 0 <= place < len(value):
        raise _NoWayError
    return list(value)[place] if isinstance(value, dict) else place


def _at(value: Any, way: Any) -> Any:
    if type(way) is not list or len(way) > MAX_WAY:
        raise _NoWayError
    for place in way:
        value = value[_key(value, place)]
    return value


def _put(value: Any, way: list[int], ours: Any) -> Any:
    if not way:
        return ours
    key = _key(value, way[0])
    part = _put(value[key], way[1:], ours)
    if isinstance(value, tuple):
        made = (*value[:key], part, *value[key + 1 :])
        return made if type(value) is tuple else type(value)(*made)  # it has names
    value[key] = part
    return value
