"""Read what a notebook's function refers to, from the cells that ran.

A name counts for what it is bound to: imports and aliases are followed through the notebook, a
student's own function is what its code says, whatever it is called. Cells run in order, so the
last binding of a name counts, and of names that a cell's own statements read the last one before
them. What cannot be read binds nothing here, and is never a fault.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from convkit.bindings import Binding, Scope, binds_of, function_scope, is_dict_call
from convkit.expressions import LATER, Expressions, constant
from convkit.reached import Box, Code, Reading, Ref
from convkit.statements import DEFINITIONS, alive, blocks, statements

__all__ = ["Reading", "read"]

_USUAL = {"F": "torch.nn.functional", "nn": "torch.nn", "np": "numpy", "torch": "torch"}


def read(cells: Sequence[str], name: str) -> Reading:
    """Read what the latest definition of ``name`` reaches.

    Parameters
    ----------
    cells : sequence of str
        The cells that ran, such as IPython's ``In``.
    name : str
        The student's function.
    """
    reader = _Reader(cells)
    for _ in range(3):  # what an attribute is set to counts only for objects that are reached
        own = set(reader.reading.own)
        reader.start(own)
        try:
            if not reader.name(name, None, LATER):
                reader.reading.complete = False
        except RecursionError:  # code that deep is nobody's answer to an exercise
            return Reading(complete=False)
        if reader.reading.own == own:
            break
    return reader.reading


class _Part(NamedTuple):
    """What one statement of a cell binds, wherever the cell stands."""

    binds: list[tuple[str, str, Any, bool]]
    methods: list[str]  # of the classes in it
    declared: list[tuple[str, str, Any, Scope]]  # what its functions declare global, and assign


@functools.cache  # every check reads the same cells again
def _bound(source: str) -> tuple[bool, list[_Part]]:
    """Return whether a cell is a test cell, and what each of its statements binds."""
    body = statements(source)
    named, declares = ":=" in source, "global" in source  # else there is nothing to look for
    parts = []
    for node in body:
        part = _Part(list(binds_of(node, True, named)), [], [])
        for inner in _definitions(node):
            if isinstance(inner, ast.ClassDef):
                part.methods.extend(b[0] for own in inner.body for b in binds_of(own, True, named))
            elif declares:
                part.declared.extend(_declared_global(inner))
        parts.append(part)
    return any(_is_check(node) for node in body), parts


def _definitions(node: ast.AST) -> Iterator[Any]:
    """Yield the functions and classes in a statement, which stand in blocks only."""
    if isinstance(node, DEFINITIONS):
        yield node
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(node, part, ()):
            yield from _definitions(inner)


def _declared_global(node: Any) -> Iterator[tuple[str, str, Any, Scope]]:
    """Yield what a function declares global and assigns."""
    names = {n for part in ast.walk(node) if isinstance(part, ast.Global) for n in part.names}
    if names:
        scope = function_scope(node, None, with_globals=True)
        for name in names & set(scope.binds):
            for b in scope.binds[name]:
                yield name, b.kind, b.node, scope


class _Reader(Expressions):
    """Knows what names stand for, from the cells, and reads the code that they reach."""

    def __init__(self, cells: Sequence[str]) -> None:
        super().__init__()
        place = 0
        for source in cells:
            course, body = _bound(source) if type(source) is str else (False, ())
            for part in body:
                place += 1
                for bound, kind, value, sure in part.binds:
                    # What a test cell binds hides nothing of a student's.
                    at = -1.0 / (place + 1) if course else float(place)
                    self._bind(Binding(bound, kind, value, sure and not course, at))
                self.methods.update(part.methods)
                for name, kind, value, scope in part.declared:
                    self._bind(Binding(name, kind, value, False, place, scope))
        for bindings in self.binds.values():
            bindings.sort(key=lambda binding: binding.place)

    def _bind(self, binding: Binding) -> None:
        self.binds.setdefault(binding.name, []).append(binding)

    def start(self, own: set[str]) -> None:
        """Begin anew, with the names that are known to be reached."""
        self.reading, self.reached = Reading(), own
        self.memo = {}

    # ------------------------------------------------------------------ names

    def name(self, name: str, scope: Scope | None, place: float, keys: bool = False) -> list[Any]:
        """Return what a name can be bound to; ``keys`` if only its keys are asked for."""
        self.reading.names.add(name)
        while scope is not None:
            if name in scope.binds:
                return [v for b in scope.binds[name] for v in self.value(b, scope, place, keys)]
            scope = scope.parent
        before = [b for b in self.binds.get(name, []) if b.place < place]
        first = max((i for i, b in enumerate(before) if b.sure), default=0)
        stars = [b for b in self.binds.get("*", []) if b.place < place]
        if before[first:]:
            hidden = before[first].place if before[first].sure else -1.0
            stars = [b for b in stars if b.place > hidden]
            if not all(b.kind == "import" for b in before[first:]):
                self.reading.own.add(name)
        elif not stars and (hasattr(builtins, name) or name in ("get_ipython", "__name__", "In")):
            return self.seen(Ref(f"builtins.{name}"))
        elif not stars:
            self.reading.complete = False
            if name in _USUAL:  # imported where it cannot be read, as in a file that was run
                return self.seen(Ref(_USUAL[name]))
        found = [
            v
            for b in before[first:]
            for v in self.value(b, b.scope, min(place, b.place), keys, place)
        ]
        return found + [v for b in stars for v in self.seen(Ref(f"{b.node}.{name}"))]

    def value(
        self, b: Binding, scope: Scope | None, place: float, keys: bool = False,
        later: float | None = None,
    ) -> list[Any]:  # fmt: skip
        """Return what a binding binds its name to."""
        if b.kind == "import":
            self.reading.names.update(b.node.split("."))
            return self.seen(Ref(b.node))
        if b.kind == "nothing":
            return []
        if b.kind == "def":
            code = Code(b.node, scope)
            return self.reach(code, place if later is None else later)
        if b.kind == "put":
            target, value = b.node
            if keys:
                return self.ev(target.slice, scope, place)
            values = self.ev(value, scope, place)
            return [Box(((constant(target.slice), tuple(values)),))]
        if keys and isinstance(b.node, ast.Dict):
            return [v for key in b.node.keys if key for v in self.ev(key, scope, place)]
        if keys and is_dict_call(b.node):
            return []
        values = self.ev(b.node, scope, place)
        if isinstance(b.node, ast.Lambda) and later is not None:
            for value in values:
                self.reach(value, later)
        return self.elements(values) if b.kind == "element" else values

    def reach(self, code: Code, place: float) -> list[Any]:
        """Read the code of a function or class; return it."""
        node = code.node
        key = ("code", id(node), id(code.scope), place)
        if key in self.memo:
            return self.memo[key]
        self.memo[key] = [code]
        for decorator in getattr(node, "decorator_list", []):
            for value in self.ev(decorator, code.scope, place):
                self.call(value, place)
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                self.ev(base, code.scope, place)
            for inner in node.body:
                if isinstance(inner, DEFINITIONS):
                    self.reading.names.add(inner.name)
                    if inner.name.startswith("__"):
                        self.reach(Code(inner, code.scope), place)
                else:
                    self.run([inner], code.scope, place)
            return [code]
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.ev(default, code.scope, place)
        scope = self.scope(code, place)
        if isinstance(node, ast.Lambda):
            self.ev(node.body, scope, place)
        else:
            self.run(node.body, scope, place)
        return [code]

    def scope(self, code: Code, place: float) -> Scope:
        """Return the names of a function."""
        key = ("scope", id(code.node), id(code.scope), place)
        if key not in self.memo:
            self.memo[key] = [function_scope(code.node, code.scope)]
        scope: Scope = self.memo[key][0]
        return scope

    def run(self, body: Sequence[ast.stmt], scope: Scope | None, place: float) -> None:
        """Read statements for what they reach."""
        for node in alive(body):
            if isinstance(node, DEFINITIONS):
                continue  # read where its name is
            if isinstance(node, ast.If) and self.off(node.test, scope, place):
                self.run(node.orelse, scope, place)
                continue
            for _, kind, value, _ in binds_of(node, False) if not blocks(node) else ():
                if kind == "import":
                    self.reading.names.update(value.split("."))
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr) and child is not getattr(node, "annotation", None):
                    self.ev(child, scope, place)
                elif isinstance(child, ast.withitem):
                    self.ev(child.context_expr, scope, place)
            for block in blocks(node):
                self.run(block, scope, place)

    def off(self, test: ast.expr, scope: Scope | None, place: float) -> bool:
        """Tell whether a condition is a switch that is off: one name, bound to False or None."""
        if not isinstance(test, ast.Name):
            return False
        while scope is not None and test.id not in scope.binds:
            scope = scope.parent
        binds = scope.binds[test.id] if scope else self.binds.get(test.id, [])
        return bool(binds) and all(
            b.kind == "is" and isinstance(b.node, ast.Constant) and not b.node.value for b in binds
        )


def _is_check(node: ast.stmt) -> bool:
    """Tell whether a statement is a test cell's: the check of an exercise."""
    match node:
        case ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(str()), *_])):
            return True
    return False
