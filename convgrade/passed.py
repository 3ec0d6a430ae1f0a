"""Objects of the course's classes that a test passes on: one object on two sides.

Both sides run the locked cell that defines the class, or import the file, so that what an object
holds is all there is to send. Before each request what the test changed goes over, after it what
the student's code changed comes back; and where that gives the object back it is the test's own.
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Callable, Iterator
from typing import Any, Generic, NoReturn

from convgrade import wire
from convgrade.copies import copy_back
from convgrade.libraries import is_of_course

__all__ = ["Passed"]

MAX_OBJECTS = 1000
BASES = frozenset({object, abc.ABC, Generic})
#: By which a class says that its objects are more than what they hold.
SPECIAL = frozenset(
    {"__slots__", "__getattribute__", "__setattr__", "__delattr__", "__del__", "__getstate__",
     "__setstate__", "__reduce__", "__reduce_ex__", "__new__"}
)  # fmt: skip


class Passed:
    """The objects that a notebook's tests have passed on, by their numbers.

    Parameters
    ----------
    is_course : callable
        Tells whether a class is one that the course has defined on both sides.
    was_course : callable
        Tells that of a class whose name may mean another one by now.
    keep, meet : callable
        As for `convgrade.held.Held`.
    """

    def __init__(
        self,
        is_course: Callable[[type], bool],
        was_course: Callable[[type], bool],
        keep: Callable[[Any], Any],
        meet: Callable[[str], NoReturn],
    ) -> None:
        self._is_course, self._was_course = is_course, was_course
        self._keep, self._meet = keep, meet
        self._objects: list[Any] = []
        self._seen: list[bytes] = []
        self._places: dict[int, int] = {}

    def written(self, value: Any) -> list[Any] | None:
        """Return what is written for an object; None for what cannot go over like this."""
        kind = type(value)
        if id(value) not in self._places and not self._holds(kind):
            return None
        place = self._places.setdefault(id(value), len(self._objects))
        if place == len(self._objects):
            if place == MAX_OBJECTS:
                self._meet(f"the test passes on more than {MAX_OBJECTS:,} objects")
            self._objects.append(value)
            self._seen.append(b"")
        return ["object", place, _place_of(kind)]

    def _holds(self, kind: type) -> bool:
        """Tell whether the objects of a class are what they hold, and nothing else."""
        if not is_of_course(kind) or issubclass(kind, enum.Enum):
            return False
        own = [part for part in kind.__mro__ if part not in BASES]
        theirs = [
            part for part in own[1:] if not (self._is_course(part) or self._was_course(part))
        ]
        plain = all(not SPECIAL & vars(part).keys() for part in own)
        return self._is_course(kind) and not theirs and plain and kind.__dictoffset__ != 0

    def object(self, place: Any) -> Any:
        """Return the object of a number.

        Raises
        ------
        WireError
            When there is none.
        """
        if type(place) is not int or not 0 <= place < len(self._objects):
            raise wire.WireError("an object that nobody passed on")
        return self._objects[place]

    def before(self, request: dict[str, Any]) -> None:
        """Put into a request what its objects hold, as far as the other side has it otherwise."""
        named = (request.get(key, {}).values() for key in ("kwargs", "names"))
        request |= self.news([*request.get("args", ()), *(v for values in named for v in values)])

    def news(self, values: list[Any]) -> dict[str, Any]:
        """Return what objects hold that stand in some values, or were passed on before."""
        known = len(self._objects)
        try:
            return self._news(values)
        except BaseException:  # of what cannot go over, nothing was passed on
            for held in self._objects[known:]:
                del self._places[id(held)]
            del self._objects[known:], self._seen[known:]
            raise

    def _news(self, values: list[Any]) -> dict[str, Any]:
        for value in _objects_in(values):
            self.written(value)
        states, place = [], 0
        while place < len(self._objects):  # they may hold others, which come after them
            held = self._objects[place]
            frame = self._frame(held)
            if frame != self._seen[place]:
                self._seen[place] = frame
                states.append([place, _place_of(type(held)), dict(vars(held))])
            place += 1
        return {"objects": states} if self._objects else {}

    def after(self, reply: dict[str, Any], name: str) -> None:
        """Let the objects hold what the student's code has put into them."""
        changed = reply.get("objects")
        for entry in changed if type(changed) is list else ():
            place, new = entry if type(entry) is list and len(entry) == 2 else (None, None)
            held = self.object(place)
            if type(new) is not dict or set(map(type, new)) - {str}:
                self._meet(
                    f"`{name}` changes an object of the test's in a way that does not cross"
                )
            copy_back(vars(held), new)
            self._seen[place] = self._frame(held)  # type: ignore[index]

    def _frame(self, value: Any) -> bytes:
        try:
            return wire.dumps(vars(value), strict=True, exact=self._keep)
        except wire.WireError as error:
            what = str(error).partition(" cannot be passed on")[0]
            self._meet(f"a {type(value).__name__} that is passed on holds what does not: {what}")


def _objects_in(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield what stands in lists and the like, and is none itself."""
    if type(value) is dict:
        value = [*value.keys(), *value.values()]
    if type(value) in (list, tuple, set, frozenset):
        for part in value:
            if depth < 20:
                yield from _objects_in(part, depth + 1)
    elif is_of_course(type(value)):
        yield value


def _place_of(kind: type) -> str:
    """Return where the other side finds a class: its name, with that of a file's module before."""
    file = "" if kind.__module__ == "__main__" else f"{kind.__module__}."
    return file + kind.__name__
