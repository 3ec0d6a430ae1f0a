"""Lists and the like that a test holds and a student's code holds, too: one value on two sides.

Before each request what the test changed goes over, after it what the student's code changed
comes back. What nobody holds here any more is forgotten.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from convgrade import wire
from convgrade.copies import Seen, copy_back
from convgrade.joining import join

__all__ = ["Held", "Known"]

MAX_HELD = 1000
INNER = (list, dict, set)  # which may stand in others


@dataclass(frozen=True)
class Known:
    """A list or the like that the student's side has already, by its number."""

    number: int


class Held:
    """The values of one test cell, by their numbers on the student's side.

    Parameters
    ----------
    keep : callable
        As for `convgrade.packing.dumps`.
    meet : callable
        Ends the test, undecided.
    """

    def __init__(self, keep: Callable[[Any], Any], meet: Callable[[str], NoReturn]) -> None:
        self._keep, self._meet = keep, meet
        self._values: dict[int, list[Any]] = {}  # the value, and how it was last seen

    def take(self, number: Any, value: Any) -> Any:
        """Return the value of a number: the one that the test holds already, if it does."""
        if type(number) is not int:
            return value
        if number in self._values and type(self._values[number][0]) is type(value):
            held = self._values[number]
            if self._frame(held[0]) == held[1] != self._frame(value):
                # Cells of the student's that ran since have changed it.
                if not self._becomes(held[0], value):
                    self._meet("the student's code changes what the test holds: it does not cross")
                held[1] = self._frame(held[0])
            return held[0]
        self.lend(number, value)
        return value

    def lend(self, number: Any, value: Any) -> None:
        """Note that a value of the test's has a number on the student's side."""
        if type(number) is int and not self._knows(value):
            if len(self._values) >= MAX_HELD:
                self._meet(f"the test holds more than {MAX_HELD:,} of the student's values")
            self._values[number] = [value, self._frame(value)]

    def number(self, value: Any) -> int | None:
        """Return the number of a value that the test holds; None of others."""
        return next((n for n, held in self._values.items() if held[0] is value), None)

    def numbers(self) -> list[int]:
        """Return the numbers of all values that the test holds."""
        return list(self._values)

    def known(self, value: Any) -> Any:
        """Return what stands for a value that the test holds; others as they are."""
        number = self.number(value)
        return value if number is None else Known(number)

    def inner(self) -> dict[int, int]:
        """Return the numbers of lists and the like by id: the student's side has them."""
        return {id(held[0]): n for n, held in self._values.items() if type(held[0]) in INNER}

    def value(self, number: Any) -> Any:
        """Return the value of a number that the test holds; None of others."""
        return self._values[number][0] if number in self._values else None

    def _knows(self, value: Any) -> bool:
        return self.number(value) is not None

    def before(self, request: dict[str, Any]) -> None:
        """Put into a request what the test has changed, and what it holds."""
        changed = []
        for number, held in list(self._values.items()):
            frame = self._frame(held[0], number)
            if frame != held[1]:
                held[1] = frame
                changed.append([number, _contents(held[0])])
        # Also of what nobody holds any more: `box.rows[0][0] = 1` does not.
        free = [n for n, held in self._values.items() if sys.getrefcount(held[0]) <= 2]
        for number in free:  # what stands in one may ask in its turn, and so forget others
            if number in self._values and not _held_inside(self._values[number][0]):
                self._values.pop(number, None)
        request["held"], request["changed"] = self.numbers(), changed

    def after(self, reply: dict[str, Any], name: str) -> None:
        """Change what the test holds into what the student's code made of it."""
        words = f"`{name}` changes a value that the test holds in a way that does not cross"
        if reply.get("apart") is True:
            self._meet(words)
        fresh = reply.get("fresh")
        for entry in fresh if type(fresh) is list else ():
            number, new, said = entry if type(entry) is list and len(entry) == 3 else [None] * 3
            if type(number) is not int or number not in self._values:
                continue
            held = self._values[number]
            new = join(new, said, self.value)
            if not self._becomes(held[0], new):
                self._meet(words)
            held[1] = self._frame(held[0])

    def _becomes(self, ours: Any, new: Any) -> bool:
        """Change a value into a new one, in which others that the test holds may have moved."""
        return copy_back(ours, new, Seen(value for value, _ in self._values.values()))

    def seen(self) -> None:
        """Note how the values are now, after the student's code changed some as arguments."""
        for held in self._values.values():
            held[1] = self._frame(held[0])

    def _frame(self, value: Any, number: int | None = None) -> bytes:
        try:
            return wire.dumps(value, strict=True, exact=self._keep)
        except wire.WireError:
            if number is not None:  # it would end all later tests, too
                self._values.pop(number, None)
            self._meet("the test puts into a value of the student's what does not cross")


def _contents(value: Any) -> Any:
    """Return what is no known value, and holds the same."""
    return copy.copy(value) if type(value) in INNER else value


def _held_inside(value: Any) -> bool:
    """Tell whether somebody holds a list or the like that stands in a value."""
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (list, tuple, dict)):
        return False
    for part in parts:
        # What stands for a student's would ask for its `dtype`, and so begin anew.
        ours = type(type(part)).__name__ not in ("Mirror", "Kind")
        kind = isinstance(part, (list, tuple, dict, set)) or (ours and hasattr(part, "dtype"))
        # References of the value, of this loop and of the call.
        if kind and (sys.getrefcount(part) > 3 or _held_inside(part)):
            return True
    return False
