"""What a test sets for all code that runs: modes of libraries, the environment, depths of calls.

The student's side has it for each call. Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import contextlib
import decimal
import importlib
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["WORDS", "Ambient", "found", "put"]

#: What a test's text says that sets it.
WORDS = {
    "seterr": "errors", "errstate": "errors", "set_printoptions": "printing",
    "printoptions": "printing", "localcontext": "decimal", "getcontext": "decimal",
    "setcontext": "decimal", "no_grad": "gradients", "enable_grad": "gradients",
    "set_grad_enabled": "gradients", "inference_mode": "gradients", "environ": "environment",
    "putenv": "environment", "setenv": "environment", "argv": "arguments",
}  # fmt: skip
PRINTING = (
    "precision", "threshold", "edgeitems", "linewidth", "suppress", "nanstr", "infstr", "sign",
    "floatmode",
)  # fmt: skip


def _numpy() -> Any:
    return importlib.import_module("numpy")


def _torch() -> Any:
    return importlib.import_module("torch")


def _set_decimal(value: Any) -> None:
    context = decimal.getcontext()
    context.prec, context.rounding = value


def _set_environment(value: Any) -> None:
    for name, text in value.items():
        if text is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = text


def _set_arguments(value: Any) -> None:
    sys.argv[:] = value


KINDS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "recursion": (sys.getrecursionlimit, sys.setrecursionlimit),
    "errors": (lambda: _numpy().geterr(), lambda value: _numpy().seterr(**value)),
    "printing": (
        lambda: {name: _numpy().get_printoptions()[name] for name in PRINTING},
        lambda value: _numpy().set_printoptions(**value),
    ),
    "decimal": (
        lambda: [decimal.getcontext().prec, decimal.getcontext().rounding], _set_decimal
    ),
    "gradients": (
        lambda: _torch().is_grad_enabled(), lambda value: _torch().set_grad_enabled(value)
    ),
    "environment": (lambda: dict(os.environ), _set_environment),
    "arguments": (lambda: list(sys.argv), _set_arguments),
}  # fmt: skip


def found(kind: str, instead: Any) -> Any:
    """Return how a thing is set here, as far as another setting would change it."""
    value = KINDS[kind][0]()
    return {name: value.get(name) for name in instead} if kind == "environment" else value


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
        for kind in self._kinds - self._alike.keys():
            with contextlib.suppress(ImportError):
                self._alike[kind] = KINDS[kind][0]()

    def own(self) -> None:
        """Note that a cell has run on both sides."""
        self._alike = {kind: KINDS[kind][0]() for kind in self._alike}

    def changes(self) -> dict[str, Any]:
        """Return what is otherwise here by now."""
        changed = {}
        for kind, before in self._alike.items():
            now = KINDS[kind][0]()
            if kind == "environment":
                names = {n for n in now.keys() | before.keys() if now.get(n) != before.get(n)}
                now, before = {name: now.get(name) for name in names}, {}
            if now != before:
                changed[kind] = now
        return changed
