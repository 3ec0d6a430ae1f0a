"""A text that a function of a test's evaluates finds the student's names, as the function does.

Python looks up the names of such a text in the function's own and then in the globals, and does
not ask a `Namespace` for what is missing there. At a cell's top it does.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

__all__ = ["NAMES", "Evaluating", "names_here"]

NAMES = "__names_here__"  # among Python's own names: a test's globals stay as they are
SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


class _Names(MutableMapping[str, Any]):
    """A function's names, and below them the globals."""

    def __init__(self, own: Any, outer: Any) -> None:
        self._own, self._outer = own, outer

    def __getitem__(self, name: str) -> Any:
        return self._own[name] if name in self._own else self._outer[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._own[name] = value

    def __delitem__(self, name: str) -> None:
        del self._own[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


def names_here() -> MutableMapping[str, Any]:
    """Return the names of the function that asks, and below them its globals."""
    frame = sys._getframe(1)
    return _Names(frame.f_locals, frame.f_globals)


class Evaluating(ast.NodeTransformer):
    """Gives ``eval`` and ``exec`` the names of the function in which they are called."""

    def __init__(self) -> None:
        self._depth = 0

    def visit(self, node: ast.AST) -> Any:
        """Visit a node, within its scope."""
        self._depth += isinstance(node, SCOPES)
        try:
            return super().visit(node)
        finally:
            self._depth -= isinstance(node, SCOPES)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Add the names to a call that leaves them to Python."""
        self.generic_visit(node)
        plain = isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
        if self._depth and plain and len(node.args) == 1 and not node.keywords:
            called = [ast.Call(ast.Name(name, ast.Load()), [], []) for name in ("globals", NAMES)]
            node.args += [ast.copy_location(call, node) for call in called]
            ast.fix_missing_locations(node)
        return node
