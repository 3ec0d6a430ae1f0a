"""Lets a caller see what a student's function changed in the arguments that it got."""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = [
    "LIVE", "SHARED", "Parts", "Seen", "copy_back", "has_layout", "in_common", "inner_of",
    "is_view", "parts", "shared_parts",
]  # fmt: skip

Parts = dict[int, tuple[Any, list[list[int]]]]  # of `parts`

#: Names of the types of what two who hold it can change for each other.
SHARED = frozenset(
    {"list", "dict", "set", "bytearray", "deque", "Counter", "OrderedDict", "defaultdict",
     "StringIO", "ndarray", "DataFrame", "Series", "Tensor", "Random", "Generator", "RandomState",
     "Graph", "DiGraph", "MultiGraph", "MultiDiGraph"}
)  # fmt: skip
MAX_PARTS = 10_000  # that are told; others are copies
MAX_COURSE = 1000  # of a value of the course's, which another may have in common with it
LIVE: tuple[type, ...] = tuple(
    type(show({})) for show in (dict.keys, dict.values, dict.items)
)  # which show what a dict becomes
FIXED = frozenset({int, float, bool, str, bytes, complex, type(None)})


class Seen:
    """What has become of a copy's parts: one that stands in two places becomes one.

    Parameters
    ----------
    held : iterable, optional
        What is known on both sides by itself: it moves, and becomes like nothing else.
    """

    def __init__(self, held: Iterable[Any] = ()) -> None:
        self._held = {id(value) for value in held}
        self._ours: dict[int, Any] = {}  # by the copy's
        self._taken = set[int]()

    def __contains__(self, theirs: Any) -> bool:
        return id(theirs) in self._ours

    def has(self, ours: Any) -> bool:
        """Tell whether a value of ours has become like some part already."""
        return id(ours) in self._taken

    def moves(self, old: Any, new: Any) -> bool:
        """Tell whether something stands at a place now instead of being changed there."""
        return old is not new and not self._held.isdisjoint((id(old), id(new)))

    def note(self, theirs: Any, ours: Any) -> None:
        """Note what a part becomes; it can be changed, or holds what can."""
        if _holds(theirs):
            self._ours[id(theirs)] = ours
            self._taken.add(id(ours))

    def of(self, theirs: Any) -> Any:
        """Return what a part has become, or itself."""
        return self._ours.get(id(theirs), theirs)


def copy_back(ours: Any, theirs: Any, seen: Seen | None = None) -> bool:
    """Change a value, in place, into what a student's function made of its copy.

    Parameters
    ----------
    ours : anything
        The caller's list, dict, set, array, tensor or table, or a tuple that holds some.
    theirs : anything
        The function's copy, as plain data.
    seen : Seen, optional
        What has become of parts of ``theirs`` so far.

    Returns
    -------
    bool
        Whether that could be done; else ``ours`` may be changed in part.
    """
    if ours is theirs:
        return True
    kind = type(ours)
    if kind is not type(theirs):
        return False
    seen = Seen() if seen is None else seen
    seen.note(theirs, ours)
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if kind is list:
        known = [_kept(old, new, seen) for old, new in zip(ours, theirs, strict=False)]
        ours[:] = [*known, *map(seen.of, theirs[len(known) :])]
    elif issubclass(kind, dict):
        pairs = {
            k: _kept(ours[k], new, seen) if k in ours else seen.of(new)
            for k, new in theirs.items()
        }
        ours.clear()
        dict.update(ours, pairs) if kind is dict else ours.update(pairs)
    elif kind is set:
        ours.clear()
        ours.update(theirs)
    elif kind is deque:
        known = [_kept(old, new, seen) for old, new in zip(ours, theirs, strict=False)]
        ours.clear()
        ours.extend([*known, *map(seen.of, list(theirs)[len(known) :])])
    elif kind is bytearray:
        ours[:] = theirs
    elif kind is tuple:
        both = list(zip(ours, theirs, strict=False))
        fixed = all(_holds(old) or _is_same(old, new) for old, new in both)
        return (
            len(ours) == len(theirs)
            and fixed
            and all(copy_back(old, new, seen) for old, new in both if _holds(old))
        )
    elif kind is io.StringIO:
        ours.seek(0)
        ours.truncate()
        ours.write(theirs.getvalue())
        ours.seek(theirs.tell())
    elif np is not None and kind is np.ndarray:
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype or not ours.flags.writeable:
            return False
        ours[...] = theirs
    elif kind.__name__ in ("DataFrame", "Series") and kind.__module__.startswith("pandas"):
        name = getattr(theirs, "name", None)
        ours.__init__(theirs.copy())
        ours.attrs = dict(theirs.attrs)
        if kind.__name__ == "Series":
            ours.name = name
    elif kind.__module__.startswith("networkx."):
        from convgrade import graphs

        return graphs.copy_into(ours, theirs)
    elif torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
        return _copy_tensor(torch, ours, theirs)
    else:
        from convgrade import generators

        return generators.copy_state(ours, theirs)
    return True


def parts(value: Any, most: int = sys.maxsize) -> Parts:
    """Return a value's parts that can be changed, itself too, by id, and where each stands.

    A place is a way down from the value: the how-manieth part of each list, tuple or dict. Not
    more are looked at than ``most``, and of none more parts than that.
    """
    found: Parts = {}
    waiting: list[tuple[list[int], Any]] = [([], value)]
    for way, part in waiting:  # which grows
        if len(found) >= most:
            break
        kind = type(part)
        is_tuple = issubclass(kind, tuple)
        if not is_tuple and kind.__name__ not in SHARED:
            continue
        if id(part) in found:
            found[id(part)][1].append(way)
            continue
        if not is_tuple:
            found[id(part)] = part, [way]
        inner = itertools.islice(inner_of(part), most)
        waiting += [
            ([*way, place], each) for place, each in enumerate(inner) if type(each) not in FIXED
        ]
    return found


def inner_of(value: Any) -> Iterable[Any]:
    """Return what stands in a list or the like, in its order."""
    if isinstance(value, dict):
        return dict.values(value)
    return value if isinstance(value, (list, tuple, deque)) else ()


def shared_parts(inside: Parts, others: Mapping[Any, Parts]) -> list[list[Any]]:
    """Return where a value has what stands in others: its place, the other's name, the place."""
    known = {
        number: (name, ways[0]) for name, other in others.items()
        for number, (_, ways) in other.items()
    }  # fmt: skip
    same = [(way, *known[n]) for n, (_, ways) in inside.items() if n in known for way in ways]
    return [[way, name, there] for way, name, there in same if way or there][:MAX_PARTS]


def in_common(value: Any, course: Sequence[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the name of the course's that a value has something in common with, if any."""
    inside = parts(value) if course else {}
    for name in course:
        if callable(value) and value is names.get(name):
            return {"course": name}
        theirs = parts(names.get(name), MAX_COURSE) if inside else {}
        if inside.keys() & theirs.keys() or is_view(inside, [theirs]):
            return {"course": name}
    return {}


def is_view(inside: Parts, arguments: Iterable[Parts]) -> bool:
    """Tell whether an array or a tensor has memory in common with another that it is not."""
    theirs = [part for part, _ in inside.values() if hasattr(part, "dtype")]
    if not theirs:
        return False
    every = [part for other in arguments for part, _ in other.values()]
    return any(_has_memory_of(part, [*every, *theirs]) for part in theirs)


def _has_memory_of(value: Any, arguments: Iterable[Any]) -> bool:
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    others = [part for part in arguments if part is not value]
    alike = [part for part in others if type(part) is type(value)]
    if torch is not None and type(value) is torch.Tensor:
        with contextlib.suppress(Exception):  # such as of one without storage
            place = value.untyped_storage().data_ptr()
            if any(part.untyped_storage().data_ptr() == place for part in alike):
                return True
    if np is None or type(value) not in (np.ndarray, getattr(torch, "Tensor", np.ndarray)):
        return False
    arrays = [found for part in (value, *others) if (found := _as_array(part)) is not None]
    own, *rest = arrays if _as_array(value) is not None else [None]
    return any(np.may_share_memory(own, part) for part in rest)


def _as_array(value: Any) -> Any:
    """Return an array of a value's own memory; None where there is none."""
    np, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if np is not None and type(value) is np.ndarray:
        return value
    if np is not None and torch is not None and type(value) is torch.Tensor:
        with contextlib.suppress(Exception):  # of one that is elsewhere, or sparse
            return value.detach().numpy()
    return None


def has_layout(inside: Parts) -> bool:
    """Tell whether an array's memory is another than that of the copy that crosses."""
    np = sys.modules.get("numpy")
    arrays = [part for part, _ in inside.values() if np and type(part) is np.ndarray]
    return any(
        not (a.flags.c_contiguous and a.flags.writeable and a.flags.owndata) for a in arrays
    )


def _copy_tensor(torch: Any, ours: Any, theirs: Any) -> bool:
    kinds = [(t.shape, t.dtype, t.is_leaf) for t in (ours, theirs)]
    if kinds[0] != kinds[1]:
        return False
    with torch.no_grad():
        ours.copy_(theirs)
    if ours.is_leaf:
        ours.requires_grad_(theirs.requires_grad)
        if ours.grad is None or theirs.grad is None:
            ours.grad = theirs.grad
        else:
            ours.grad.copy_(theirs.grad)
    return True


def _holds(value: Any) -> bool:
    if type(type(value)).__name__ == "Mirror":
        return False  # it would be asked, on the other side
    kinds = (list, dict, set, tuple)
    return isinstance(value, kinds) or type(value).__name__ in SHARED or hasattr(value, "dtype")


def _is_same(old: Any, new: Any) -> bool:
    """Tell whether two values that cannot be changed are one, or as good as that."""
    if type(old) is not type(new) or type(old) not in FIXED:
        return old is new
    return bool(old == new) or (old != old and new != new)


def _kept(old: Any, new: Any, seen: Seen) -> Any:
    """Return the old object where it can become like the new one: others may hold it."""
    if new in seen:
        return seen.of(new)
    moves = seen.moves(old, new)
    if _holds(old) and not moves and not seen.has(old) and copy_back(old, new, seen):
        return old
    seen.note(new, new)
    return new
