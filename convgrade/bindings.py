"""What names a cell binds, and which of them it reads before, read from its text."""

from __future__ import annotations

import ast
import functools
import symtable
from typing import Any

from convgrade.constructs import parsed
from convgrade.magics import as_python, below_magic

__all__ = ["bound_names", "read_first"]


@functools.lru_cache(1000)
def bound_names(source: str) -> frozenset[str]:
    """Return the names that a cell binds at its top level, also inside ``if``, ``for``, ``with``.

    Parameters
    ----------
    source : str
        What is no Python counts as binding nothing.
    """
    try:
        table = symtable.symtable(as_python(below_magic(source)), "cell", "exec")
    except (SyntaxError, ValueError):
        return frozenset()
    symbols = table.get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())


@functools.lru_cache(1000)
def read_first(source: str) -> frozenset[str]:
    """Return the names that a cell binds, and reads before: as ``x`` in ``x = x + 1``.

    Branches count in the order of the text.
    """
    tree, order = parsed(source), _Order()
    for node in tree.body if tree is not None else ():
        order.visit(node)
    return frozenset(order.first & bound_names(source))


class _Order(ast.NodeVisitor):
    """Goes through code in the order in which it runs, and notes what is read before it is bound.

    What a function reads counts as later: it may be called when all is there.
    """

    def __init__(self) -> None:
        self.first, self._bound = set[str](), set[str]()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id not in self._bound:
            self.first.add(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bound.add(node.id)

    def _parts(self, *parts: ast.AST | list[Any] | None) -> None:
        for part in parts:
            for node in part if isinstance(part, list) else [part]:
                if node is not None:
                    self.visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._parts(node.value, node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._parts(node.annotation, node.value, node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.visit(ast.Name(node.target.id, ast.Load()))
        self._parts(node.value, node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._parts(node.value, node.target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._parts(node.iter, node.target, node.body, node.orelse)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._parts(node.type)
        self._bound |= {node.name} if node.name else set()
        self._parts(node.body)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self._parts(node.pattern)
        self._bound |= {node.name} if node.name else set()

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self._bound |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}

    visit_ImportFrom = visit_Import  # noqa: N815

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._parts(node.decorator_list, node.args.defaults, node.args.kw_defaults)
        self._bound.add(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._parts(node.args.defaults, node.args.kw_defaults)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._parts(node.decorator_list, node.bases, node.keywords)
        self._inside(node.body)
        self._bound.add(node.name)

    def _comprehension(self, node: Any) -> None:
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._inside([*node.generators, *parts])

    visit_ListComp = visit_SetComp = _comprehension  # noqa: N815
    visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._parts(node.iter, node.target, node.ifs)

    def _inside(self, parts: list[Any]) -> None:
        """Go through what binds names of its own."""
        outer = set(self._bound)
        self._parts(parts)
        self._bound = outer
