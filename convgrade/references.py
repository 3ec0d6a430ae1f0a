"""What a test passes on that the student's side has as well: written as where it is found."""

from __future__ import annotations

import enum
import sys
import types
from collections.abc import Callable
from typing import Any
from unittest import mock

from convgrade.about import place

__all__ = ["SIMPLE", "reference"]

SIMPLE = frozenset({type(None), bool, int, float, str})  # what JSON has, too


def reference(value: Any, known: Callable[[str], Any]) -> list[Any] | None:
    """Return what is written for a value; None where it is no such value.

    Parameters
    ----------
    value : anything
    known : callable
        Returns the course's own value of a name, or None.
    """
    if isinstance(value, types.TracebackType):
        return ["nothing"]  # of the test's frames student code sees nothing
    if type(value).__module__ == "builtins" and isinstance(value, Exception):
        simple = all(type(arg) in SIMPLE for arg in value.args)
        return ["error", type(value).__name__, list(value.args)] if simple else None
    if isinstance(value, enum.Enum):
        name = type(value).__name__
        return ["member", name, value.name] if known(name) is type(value) else None
    named = _named(value, known)
    return None if named is None else ["named", *named]


def _named(value: Any, known: Callable[[str], Any]) -> list[str] | None:
    """Return where both sides find a library's value, or the course's class."""
    at = place(value)
    if at is None or isinstance(value, types.ModuleType):
        return at
    module, name = at
    if isinstance(value, mock.NonCallableMock):
        return None
    if isinstance(value, type) and module == "__main__":
        return [module, name] if known(name) is value else None
    found: Any = sys.modules.get(module) if module != "__main__" else None
    for part in name.split("."):
        found = getattr(found, part, None)
    return [module, name] if found is not None and found is value else None
