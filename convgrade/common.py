"""What cells of the course's gave to both sides, and whether both still have it.

A test reads the grader's copy, and the student's functions read the student's. In one process
there is one: where the two are not alike any more, nobody knows what the test would have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, NoReturn

from convgrade.about import condition
from convgrade.regions import visible
from convgrade.world import world

__all__ = ["Common", "is_hidden", "read_by"]


class Common:
    """The course's values by name, each as it was when both sides had it."""

    def __init__(self) -> None:
        self._alike: dict[str, str] = {}
        self._accepted: dict[str, str] = {}

    def note(self, names: Mapping[str, Any]) -> None:
        """Note values that a cell has given to both sides, or that the student's has now."""
        for name, value in names.items():
            self._alike.pop(name, None)
            found = None if isinstance(value, ModuleType) else condition(value)
            if found is not None and not is_hidden(found):
                self._alike[name] = found

    def accept(self, name: str, theirs: str) -> None:
        """Note how a student has a value whose cell they may edit: a test means the course's."""
        self._accepted[name] = theirs

    def forget(self, name: str) -> None:
        """Note that a name is something else by now."""
        self._alike.pop(name, None)
        self._accepted.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._alike

    def changed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of some values that the grader's side has changed meanwhile."""
        return {
            name: value for name, value in values.items()
            if name in self._alike and condition(value) != self._alike[name]
        }  # fmt: skip

    def compare(
        self,
        values: Mapping[str, Any],
        words: Iterable[str],
        shared: tuple[list[Any], list[str], list[str]],
        ask: Callable[[Any], Any],
        meet: Callable[[str], NoReturn],
    ) -> None:
        """End a test that reads what the student's code has changed.

        Parameters
        ----------
        values : mapping
            What the test reads of the course's, as it is on the grader's side.
        words : iterable of str
            What it reads of Python's own.
        shared : tuple
            What it reads of what all code of a process shares: the parameters of `world`.
        ask : callable
            Returns how the student's side has the ones, which it has of the others, and what
            `world` says there.
        meet : callable
        """
        asked = values or words or any(shared[:2])
        said = ask([list(values), sorted(words), list(shared)]) if asked else []
        theirs, shadowed, other = said if type(said) is list and len(said) == 3 else ({}, [], {})
        for name in values:
            found = theirs.get(name) if type(theirs) is dict else None
            known = (self._alike.get(name, found), self._accepted.get(name))
            if type(found) is str and found not in (*known, condition(values[name])):
                meet(f"the test reads `{name}`, which the student's code has changed")
        for name in words:
            if type(shadowed) is list and name in shadowed:
                meet(f"the test uses `{name}`, and the student's code has made it something else")
        for name, here in world(*shared).items():
            if type(other) is dict and type(other.get(name)) is str and other[name] != here:
                if "." in name:
                    meet(f"the test reads `{name}`, which the student's code has changed")
                what = f"the test reads what is set for all code ({name})"
                meet(f"{what}, and it is set differently where student code runs")


def is_hidden(text: str) -> bool:
    """Tell whether a function's text has lines that students do not have."""
    return visible(text) != text


def read_by(names: Iterable[str], course: Callable[[str], Any]) -> set[str]:
    """Return names, and those that functions of the course's read which have such names."""
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            function = course(name)
            if type(function) is FunctionType:
                waiting += _names_in(function.__code__)
    return found


def _names_in(code: CodeType) -> set[str]:
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*map(_names_in, inner))
