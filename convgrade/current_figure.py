"""pyplot's current figure, which a test and a student's code share: the one in their kernel.

A test that asks for it draws there, too, for as long as it runs; what it gets are stand-ins.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

__all__ = ["shared_figure"]

PYPLOT = "matplotlib.pyplot"


@contextlib.contextmanager
def shared_figure(names: dict[str, Any], theirs: Callable[[], Any]) -> Iterator[bool]:
    """Let pyplot's functions act in the student's kernel; tell whether they do.

    They do not where the course's cells hold some of them under names of their own.

    Parameters
    ----------
    names : dict
        The course's globals.
    theirs : callable
        Returns a stand-in for the student's pyplot.
    """
    if importlib.util.find_spec("matplotlib") is None:
        yield False
        return
    pyplot = importlib.import_module(PYPLOT)
    functions = {
        name: value for name, value in vars(pyplot).items()
        if type(value) is FunctionType and value.__module__ == PYPLOT and name[0] != "_"
    }  # fmt: skip
    held = {id(value) for value in dict.values(names)}
    if any(id(function) in held for function in functions.values()):
        yield False
        return
    try:
        for name, function in functions.items():
            setattr(pyplot, name, _there(name, function, theirs))
        yield True
    finally:
        for name, function in functions.items():
            setattr(pyplot, name, function)


def _there(name: str, function: Any, theirs: Callable[[], Any]) -> Any:
    def act(*args: Any, **kwargs: Any) -> Any:
        return getattr(theirs(), name)(*args, **kwargs)

    act.__name__, act.__doc__ = name, function.__doc__
    return act
