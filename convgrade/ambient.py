"""What is set for all code that runs: modes of libraries, the environment, depths of calls.

What a test sets the student's side has for each call; what a call leaves set otherwise is told.
Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import contextlib
import decimal
import importlib
import locale
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

__all__ = ["KINDS", "LOOKING", "NAMED", "WORDS", "Ambient", "deeper", "found", "put", "settings"]

#: What a test's text says that sets it, or looks at it.
WORDS = {
    "seterr": "errors", "errstate": "errors", "set_printoptions": "printing",
    "printoptions": "printing", "localcontext": "decimal", "getcontext": "decimal",
    "setcontext": "decimal", "no_grad": "gradients", "enable_grad": "gradients",
    "set_grad_enabled": "gradients", "inference_mode": "gradients", "environ": "environment",
    "putenv": "environment", "setenv": "environment", "argv": "arguments",
    "set_option": "tables", "reset_option": "tables", "option_context": "tables",
    "options": "tables", "rcParams": "pictures", "rc_context": "pictures",
    "rcdefaults": "pictures", "set_default_dtype": "numbers", "setlocale": "language",
    "geterr": "errors", "get_printoptions": "printing", "is_grad_enabled": "gradients",
    "getenv": "environment", "get_option": "tables", "get_default_dtype": "numbers",
    "getlocale": "language", "getrecursionlimit": "recursion", "setrecursionlimit": "recursion",
}  # fmt: skip
#: Those of them that look.
LOOKING = frozenset({
    "getcontext", "environ", "options", "rcParams", "geterr", "get_printoptions",
    "is_grad_enabled", "getenv", "get_option", "get_default_dtype", "getlocale",
    "getrecursionlimit",
})  # fmt: skip
PRINTING = (
    "precision", "threshold", "edgeitems", "linewidth", "suppress", "nanstr", "infstr", "sign",
    "floatmode",
)  # fmt: skip


FRAMES = 40  # more than a call from one side to the other takes
_ours = 0  # of the depth to which calls may go, for those
NAMED = frozenset({"environment", "tables", "pictures"})  # many settings, of which some change


def _numpy() -> Any:
    return importlib.import_module("numpy")


def _torch() -> Any:
    return importlib.import_module("torch")


def _pandas() -> Any:
    return importlib.import_module("pandas")


def _pictures() -> Any:
    return importlib.import_module("matplotlib").rcParams


def _tables(options: Any = None, before: str = "") -> dict[str, Any]:
    """Return what pandas is set to, by names such as ``display.max_rows``."""
    options = options or _pandas().options
    found = dict[str, Any]()
    for name in dir(options):
        with warnings.catch_warnings(action="ignore"):  # of names that will go
            value = getattr(options, name)
        if type(value) is type(options):
            found |= _tables(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


def _set_tables(value: Any) -> None:
    for name, option in value.items():
        _pandas().set_option(name, option)


def _decimals() -> list[Any]:
    context = decimal.getcontext()
    trapped = sorted(signal.__name__ for signal, on in context.traps.items() if on)
    return [context.prec, context.rounding, trapped]


def _set_decimal(value: Any) -> None:
    context = decimal.getcontext()
    context.prec, context.rounding, trapped = value
    context.traps = {signal: signal.__name__ in trapped for signal in context.traps}


def _set_environment(value: Any) -> None:
    for name, text in value.items():
        if text is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = text


def _set_arguments(value: Any) -> None:
    sys.argv[:] = value


def _set_recursion(value: Any) -> None:
    sys.setrecursionlimit(value + _ours)


@contextlib.contextmanager
def deeper() -> Iterator[None]:
    """Leave code that one side and the other call in turn as many calls as it has in one process.

    What stands between the two on each side calls functions, too.
    """
    global _ours
    _ours += FRAMES
    sys.setrecursionlimit(sys.getrecursionlimit() + FRAMES)
    try:
        yield
    finally:
        _ours -= FRAMES
        with contextlib.suppress(RecursionError):  # where the calls of others take all
            sys.setrecursionlimit(sys.getrecursionlimit() - FRAMES)


KINDS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "recursion": (lambda: sys.getrecursionlimit() - _ours, _set_recursion),
    "errors": (lambda: _numpy().geterr(), lambda value: _numpy().seterr(**value)),
    "printing": (
        lambda: {name: _numpy().get_printoptions()[name] for name in PRINTING},
        lambda value: _numpy().set_printoptions(**value),
    ),
    "decimal": (_decimals, _set_decimal),
    "gradients": (
        lambda: _torch().is_grad_enabled(), lambda value: _torch().set_grad_enabled(value)
    ),
    "environment": (lambda: dict(os.environ), _set_environment),
    "arguments": (lambda: list(sys.argv), _set_arguments),
    "tables": (_tables, _set_tables),
    "pictures": (lambda: dict(_pictures()), lambda value: _pictures().update(value)),
    "numbers": (
        lambda: _torch().get_default_dtype(), lambda value: _torch().set_default_dtype(value)
    ),
    "language": (
        lambda: locale.setlocale(locale.LC_ALL),
        lambda value: locale.setlocale(locale.LC_ALL, value),
    ),
}  # fmt: skip


def found(kind: str, instead: Any) -> Any:
    """Return how a thing is set here, as far as another setting would change it."""
    value = KINDS[kind][0]()
    return {name: value.get(name) for name in instead} if kind in NAMED else value


def settings(kinds: Iterable[str]) -> dict[str, Any]:
    """Return how things are set here, those of libraries that can be imported."""
    now = dict[str, Any]()
    for kind in kinds:
        with contextlib.suppress(ImportError):
            now[kind] = KINDS[kind][0]()
    return now


def put(kind: str, value: Any) -> None:
    """Set a thing."""
    KINDS[kind][1](value)


class Ambient:
    """How it is in the grader's process, and was when both sides had it alike."""

    def __init__(self) -> None:
        self._kinds, self._alike = {"recursion"}, dict[str, Any]()
        self.begin(())

    def begin(self, kinds: Iterable[str]) -> None:
        """Note how it is before a cell that may change some of it."""
        self._kinds |= set(kinds)
        self._alike |= settings(self._kinds - self._alike.keys())

    def own(self) -> None:
        """Note that a cell has run on both sides."""
        self._alike = settings(self._alike)

    def changes(self) -> dict[str, Any]:
        """Return what is otherwise here by now."""
        changed = {}
        for kind, before in self._alike.items():
            now = KINDS[kind][0]()
            if kind in NAMED:
                names = {n for n in now.keys() | before.keys() if now.get(n) != before.get(n)}
                now, before = {name: now.get(name) for name in names}, {}
            if now != before:
                changed[kind] = now
        return changed
