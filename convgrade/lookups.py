"""Where Python looks for a global name without asking a `Namespace` for what is missing there.

In the body of a class, and in a text that a function evaluates. At a cell's top and in functions
it asks. What is rewritten here means the same and asks, too.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

__all__ = ["NAME", "NAMES", "ClassBodies", "Evaluating", "name_here", "names_here"]

# Among Python's own names: a test's globals stay as they are.
NAME, NAMES = "__name_here__", "__names_here__"
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


def name_here(name: str) -> Any:
    """Return what a name stands for in the body of a class.

    Raises
    ------
    NameError
        As Python.
    """
    frame = sys._getframe(1)
    try:
        return _Names(frame.f_locals, frame.f_globals)[name]
    except KeyError:
        if not hasattr(builtins, name):
            raise NameError(f"name {name!r} is not defined", name=name) from None
    return getattr(builtins, name)


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


class ClassBodies(ast.NodeTransformer):
    """Has the body of a class ask for what it takes from the globals."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Look at a cell, if there are classes in it."""
        classes = _classes(node)
        tables = _tables(symtable.symtable(ast.unparse(node), "cell", "exec")) if classes else []
        for one, table in zip(classes, tables, strict=True):
            used = [s for s in table.get_symbols() if s.is_referenced() and _is_plain(s)]
            taken = {s.get_name() for s in used if s.is_assigned() and s.is_local()}
            _Taken(taken).look(one)
            asked = sorted(s.get_name() for s in used if s.is_global() and not s.is_assigned())
            if asked:
                place = int(ast.get_docstring(one, clean=False) is not None)
                one.body.insert(place, ast.copy_location(ast.Global(asked), one.body[0]))
        return node


def _is_plain(symbol: symtable.Symbol) -> bool:
    return not symbol.get_name().startswith("__") and not symbol.is_declared_global()


class _Taken(ast.NodeTransformer):
    """Asks for names that the body of a class reads before it sets them, as in ``x = f(x)``."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def look(self, node: ast.ClassDef) -> None:
        """Rewrite a body."""
        if self._names:
            node.body = [self.visit(statement) for statement in node.body]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Ask for a name."""
        if node.id not in self._names or not isinstance(node.ctx, ast.Load):
            return node
        asked = ast.Call(ast.Name(NAME, ast.Load()), [ast.Constant(node.id)], [])
        return ast.fix_missing_locations(ast.copy_location(asked, node))

    def _around(self, node: Any) -> Any:
        """Visit of what has a scope of its own what belongs to the body around it."""
        inner = getattr(node, "args", None)
        for owner, part in (
            (node, "decorator_list"), (node, "bases"), (inner, "defaults"), (inner, "kw_defaults")
        ):  # fmt: skip
            values = getattr(owner, part, [])
            values[:] = [value and self.visit(value) for value in values]
        return node

    def _first(self, node: Any) -> Any:
        """Visit what a comprehension goes through, which is evaluated outside."""
        node.generators[0].iter = self.visit(node.generators[0].iter)
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_ClassDef = _around  # noqa: N815
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _first  # noqa: N815


def _classes(node: ast.AST) -> list[ast.ClassDef]:
    """Return the classes below a node, as they are written."""
    found = []
    for child in ast.iter_child_nodes(node):
        found += [child] if isinstance(child, ast.ClassDef) else []
        found += _classes(child)
    return found


def _tables(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    found = []
    for child in table.get_children():
        found += [child] if child.get_type() == "class" else []
        found += _tables(child)
    return found
