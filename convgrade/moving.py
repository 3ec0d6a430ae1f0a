"""Makes of a call's arguments what a student's function made of its copies, wherever parts went.

A list that was sorted holds the same records in another order: those of the caller's, of which it
may hold some by other names. The student's side says which part became which (`places`), and the
grader's puts its own there (`settle`). Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Mapping
from typing import Any

from convgrade.copies import Seen, copy_back, parts

__all__ = ["places", "settle", "standing"]

MAX_WAY = 100  # levels

#: Of each list and the like by its id: the argument, and the way down from it.
Standing = dict[int, tuple[str, list[int]]]


def standing(arguments: Mapping[str, Any]) -> Standing:
    """Return where each part of a call's arguments stands that can be changed."""
    found: Standing = {}
    for name, value in arguments.items():
        for number, (_, ways) in parts(value).items():
            found.setdefault(number, (name, ways[0]))
    return found


def places(before: Standing, arguments: Mapping[str, Any]) -> list[list[Any]] | None:
    """Return where parts stand now, and stood: argument and way each; None where all stayed."""
    after = standing(arguments)
    stayed = {number: place for number, place in before.items() if place[0] in arguments}
    if after == stayed:
        return None
    return [[*place, *before[number]] for number, place in after.items() if number in before]


def settle(ours: Mapping[str, Any], changed: Mapping[str, Any], said: Any) -> bool:
    """Change arguments in place, parts of which have moved; tell whether that could be done.

    Parameters
    ----------
    ours : mapping
        The caller's own, by name.
    changed : mapping
        As they are on the student's side.
    said : list or None
        What `places` has said there.
    """
    pairs, seen = [], Seen()
    if said is None:
        said = [[*place, *place] for place in standing(changed).values()]
    for entry in said if type(said) is list else ():
        if type(entry) is not list or len(entry) != 4:
            return False
        name, way, old, stood = entry
        try:
            pair = _at(ours[old], stood), _at(changed[name], way)
        except (LookupError, TypeError):
            return False
        if type(pair[0]) is not type(pair[1]):
            return False
        pairs.append(pair)
        seen.note(pair[1], pair[0])
    others = [name for name, new in changed.items() if new not in seen]
    whole = [name for name in others if not isinstance(changed[name], tuple)]
    return all(_becomes(one, new, seen) for one, new in pairs) and all(
        copy_back(ours[name], changed[name]) for name in whole
    )


def _at(value: Any, way: Any) -> Any:
    if type(way) is not list or len(way) > MAX_WAY:
        raise TypeError("no way down")
    for place in way:
        if type(place) is not int or place < 0:
            raise TypeError("no place")
        value = (list(value.values()) if isinstance(value, dict) else value)[place]
    return value


def _becomes(ours: Any, new: Any, seen: Seen) -> bool:
    kind = type(ours)
    if kind in (list, deque):
        kept = _tuples(ours)
        items = [_own(part, seen, kept) for part in new]
        ours.clear()
        ours.extend(items)
    elif issubclass(kind, dict):
        kept = _tuples(ours.values())
        pairs = {key: _own(part, seen, kept) for key, part in new.items()}
        ours.clear()
        ours.update(pairs)
    else:
        return copy_back(ours, new)
    return True


def _tuples(values: Any) -> dict[Any, Any]:
    """Return the tuples among values, which stay those that they are."""
    found = {}
    for value in values:
        if type(value) is tuple:
            try:
                found[value] = value
            except TypeError:  # with a list in it
                continue
    return found


def _own(new: Any, seen: Seen, kept: Mapping[Any, Any]) -> Any:
    """Return the caller's own for a part; of a new one itself, with the caller's own within it."""
    if new in seen:
        return seen.of(new)
    kind = type(new)
    if issubclass(kind, tuple):
        inner = [_own(part, seen, {}) for part in new]
        if any(one is not other for one, other in zip(inner, new, strict=True)):
            return kind(inner) if kind is tuple else kind(*inner)
        try:
            return kept.get(new, new) if kind is tuple else new
        except TypeError:
            return new
    if kind in (list, deque) or issubclass(kind, dict):
        seen.note(new, new)
        _becomes(new, copy.copy(new), seen)
    return new
