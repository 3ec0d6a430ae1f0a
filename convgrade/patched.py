"""What a test puts for a while in the place of something in a library, as `mock.patch` does.

The student's side gets it before each call: a function as one that asks the test's own.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, NoReturn
from unittest import mock

__all__ = ["listen", "patched", "stand_for"]

#: Of what a mock in their place returns, nobody makes anything.
VOID = frozenset(
    {"print", "sleep", "show", "pause", "draw", "close", "clear_output", "savefig", "system"}
)
OTHERS = frozenset({"stdin", "stdout", "stderr"})  # of `sys`: looked at in their own ways
_active: list[Any] = []
_stands: dict[tuple[str, int], tuple[Any, Any]] = {}  # for what a test puts there, once for each


def listen() -> None:
    """Note from now on what is patched by `unittest.mock`."""
    kind: Any = mock._patch
    enter, leave = kind.__enter__, kind.__exit__

    def begin(self: Any) -> Any:
        made = enter(self)
        _active.append(self)
        return made

    def end(self: Any, *error: Any) -> Any:
        with contextlib.suppress(ValueError):
            _active.remove(self)
        return leave(self, *error)

    kind.__enter__, kind.__exit__ = begin, end


def stand_for(name: str, value: Any) -> Any:
    """Return a function that calls what a test has put in another's place."""

    def stand(*args: Any, **kwargs: Any) -> Any:
        result = value(*args, **kwargs)
        return None if name in VOID and isinstance(result, mock.NonCallableMock) else result

    return _stands.setdefault((name, id(value)), (stand, value))[0]


def patched(
    assigned: Iterable[tuple[str, str]],
    known: Callable[[str], Any],
    theirs: Callable[[Any], bool],
    meet: Callable[[], NoReturn],
) -> dict[str, dict[str, Any]]:
    """Return what stands in libraries in another's place now: by module, and by name.

    Parameters
    ----------
    assigned : iterable of (str, str)
        Names, and attributes of them that the test sets.
    known : callable
        Returns the grader's own value of a name, or None.
    theirs : callable
        Tells whether a value is the student's: what is set in it is set there.
    meet : callable
        Ends the test, undecided.
    """
    found: dict[str, dict[str, Any]] = {}
    for patch in _active:
        target, name, old = patch.target, patch.attribute, patch.temp_original
        if isinstance(target, ModuleType):
            if isinstance(old, type):
                meet()
            _add(found, target, name, meet)
        elif not theirs(target):
            meet()
    for module, name in assigned:
        target = known(module)
        if isinstance(target, ModuleType):
            _add(found, target, name, meet)
    return found


def _add(
    found: dict[str, dict[str, Any]], module: ModuleType, name: str, meet: Callable[[], NoReturn]
) -> None:
    top = module.__name__
    if top == "builtins" or (top == "sys" and name in OTHERS) or not hasattr(module, name):
        return
    if top == "__main__" or sys.modules.get(top) is not module:
        meet()
    value = getattr(module, name)
    if isinstance(value, mock.NonCallableMock):
        value = stand_for(name, value) if callable(value) else meet()
    found.setdefault(top, {})[name] = value
