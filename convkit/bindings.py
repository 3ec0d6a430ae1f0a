"""What statements bind: names, and what each of them stands for."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convkit.statements import alive, blocks

__all__ = [
    "Binding", "Scope", "binds_of", "bound_by", "function_scope", "is_data", "is_dict",
    "is_dict_call", "root_of",
]  # fmt: skip

_FILLING = frozenset(["append", "appendleft", "extend", "insert", "add", "update", "setdefault"])


@dataclass(frozen=True, eq=False)
class Scope:
    """A function's names. ``place`` tells which of the notebook's bindings it sees."""

    binds: dict[str, list[Binding]]
    parent: Scope | None


@dataclass(frozen=True, eq=False)
class Binding:
    """What a name stands for from its place on."""

    name: str
    kind: str  # "is", "element", "def", "import", "star" or "nothing"
    node: Any
    sure: bool = False
    place: float = math.inf
    scope: Scope | None = None


def binds_of(
    node: ast.stmt, sure: bool, named: bool = True
) -> Iterator[tuple[str, str, Any, bool]]:
    """Yield (name, kind, node, sure) for what a statement binds, blocks inside it included.

    Without ``named`` there is no named expression in it, which would take long to look for.
    """
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, "def", node, sure
        case ast.Import(names):
            for alias in names:
                root = alias.name if alias.asname else alias.name.split(".")[0]
                yield alias.asname or root, "import", root, sure
        case ast.ImportFrom(module, names):
            for alias in names:
                if alias.name == "*":
                    yield "*", "star", module or "", False
                else:
                    yield alias.asname or alias.name, "import", f"{module}.{alias.name}", sure
        case ast.Assign(targets, value):
            for target in targets:
                yield from bound_by(target, value, "is", sure)
        case ast.AnnAssign(target, _, value) if value is not None:
            yield from bound_by(target, value, "is", sure)
        case ast.AugAssign(target, _, value):
            yield from bound_by(target, value, "is", False)
        case ast.For(target, given) | ast.AsyncFor(target, given):
            yield from bound_by(target, given, "element", False)
        case ast.With(items) | ast.AsyncWith(items):
            for item in items:
                if item.optional_vars is not None:
                    yield from bound_by(item.optional_vars, item.context_expr, "is", False)
        case ast.Expr(ast.Call(ast.Attribute(root, method), args)) if method in _FILLING:
            for arg in args:
                yield from bound_by(ast.Subscript(root, ast.Constant(None), ast.Store()), arg,
                                  "is", False)  # fmt: skip
        case ast.Expr(ast.Call(ast.Name("setattr"), [root, ast.Constant(str(attr)), value])):
            yield from bound_by(ast.Attribute(root, attr, ast.Store()), value, "is", False)
    for part in _own_parts(node) if named else ():
        if isinstance(part, ast.NamedExpr):
            yield from bound_by(part.target, part.value, "is", False)
    for block in blocks(node):
        for inner in alive(block):
            yield from binds_of(inner, False, named)


def bound_by(
    target: ast.AST, value: Any, kind: str, sure: bool
) -> Iterator[tuple[str, str, Any, bool]]:
    """Yield what assigning a value binds, as `binds_of` does."""
    match target:
        case ast.Name(name):
            yield name, kind, value, sure
        case ast.Tuple(targets) | ast.List(targets):
            given = value.elts if isinstance(value, (ast.Tuple, ast.List)) else None
            if given is not None and kind == "is" and len(given) == len(targets):
                for one, part in zip(targets, given, strict=True):
                    yield from bound_by(one, part, "is", sure)
            else:
                for one in targets:
                    yield from bound_by(one, value, "element", sure)
        case ast.Starred(one):
            yield from bound_by(one, value, kind, sure)
        case ast.Attribute(root, attr):
            yield f"{root_of(root)}.{attr}", kind, value, False  # an attribute, of that root
        case ast.Subscript(root):
            if root_of(root):
                yield root_of(root), "put", (target, value), False


def root_of(node: ast.AST) -> str:
    """Return the name that attributes and entries are taken from."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _own_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions of a statement, without blocks and functions inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.expr, ast.keyword, ast.comprehension, ast.withitem)):
            yield child
            if not isinstance(child, ast.Lambda):
                yield from _own_parts(child)


def function_scope(node: Any, parent: Scope | None, with_globals: bool = False) -> Scope:
    """Return what a function binds: its arguments and, but for globals, what its body binds."""
    scope = Scope({}, parent)
    args = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(args) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = list(zip(args, defaults, strict=True))
    pairs += list(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    pairs += [(extra, None) for extra in (node.args.vararg, node.args.kwarg) if extra]
    for arg, default in pairs:
        kind = "nothing" if default is None else "is"
        scope.binds.setdefault(arg.arg, []).append(Binding(arg.arg, kind, default))
    body = [] if isinstance(node, ast.Lambda) else node.body
    for part in body:
        for bound, kind, value, _ in binds_of(part, False):
            if bound.isidentifier() and not (kind == "put" and bound not in scope.binds):
                scope.binds.setdefault(bound, []).append(Binding(bound, kind, value))
    for name in [] if with_globals else [n for part in body for n in _declared(part)]:
        scope.binds.pop(name, None)
    return scope


def _declared(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            yield from part.names


def is_dict_call(node: Any) -> bool:
    """Tell whether an expression is a call of dict."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
    )


def is_dict(bindings: Sequence[Binding]) -> bool:
    """Tell whether a name stands for nothing but dicts."""
    return bool(bindings) and all(
        b.kind == "put" or isinstance(b.node, ast.Dict) or is_dict_call(b.node)
        or (isinstance(b.node, ast.Constant) and b.node.value is None)
        for b in bindings
    )  # fmt: skip


def is_data(bindings: Sequence[Binding]) -> bool:
    """Tell whether a name stands for values only: no function, no module."""
    return bool(bindings) and all(b.kind in ("is", "element", "put") for b in bindings)
