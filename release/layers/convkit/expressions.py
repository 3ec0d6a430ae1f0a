"""What the expressions of a notebook can give, and which functions they call."""

from __future__ import annotations

import ast
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from convkit.bindings import Binding, Scope, binds_of, bound_by, is_data, is_dict, root_of
from convkit.reached import Box, Code, Reading, Ref
from convkit.statements import DEFINITIONS, blocks, statements, text_of

__all__ = ["LATER", "Expressions", "constant"]

LATER = math.inf  # when a function runs that is called after the last cell
# Calls to which a function can be given without being called by them.
_KEEPS = frozenset((
    "partial", "staticmethod", "classmethod", "property", "compile", "lru_cache", "cache",
    "wraps", "print", "repr", "str", "type", "id", "help", "dict", "list", "tuple", "set",
    "frozenset", "zip", "enumerate", "isinstance", "issubclass", "hasattr", "callable",
    "getattr", "setattr", "vars", "dir", "append", "extend", "insert", "add", "update",
    "setdefault", "getsource", "signature", "format", "getdoc", "partialmethod",
))  # fmt: skip
_SHAPES = frozenset((
    "shape", "dtype", "device", "ndim", "size", "numel", "dim", "keys", "requires_grad",
    "itemsize",
))  # fmt: skip
_KEYED = frozenset((
    "list", "tuple", "set", "frozenset", "sorted", "zip", "enumerate", "iter", "len", "fromkeys",
))  # fmt: skip


class Expressions(ABC):
    """Evaluates expressions, as far as that can be read; what names stand for is asked elsewhere.

    Attributes
    ----------
    reading : Reading
        Gets what is met.
    binds : dict of str to list of Binding
        What the notebook's cells bind, in order.
    methods, reached : set of str
        Names that its classes bind; and names of the notebook's that are reached.
    memo : dict
        What has been read, by what it is and where it stands.
    """

    def __init__(self) -> None:
        self.reading = Reading()
        self.binds: dict[str, list[Binding]] = {}
        self.methods: set[str] = set()
        self.reached: set[str] = set()
        self.memo: dict[Any, list[Any]] = {}

    @abstractmethod
    def name(self, name: str, scope: Scope | None, place: float, keys: bool = False) -> list[Any]:
        """Return what a name can be bound to; ``keys`` if only its keys are asked for."""

    @abstractmethod
    def value(
        self, b: Binding, scope: Scope | None, place: float, keys: bool = False,
        later: float | None = None,
    ) -> list[Any]:  # fmt: skip
        """Return what a binding binds its name to."""

    @abstractmethod
    def reach(self, code: Code, place: float) -> list[Any]:
        """Read the code of a function or class; return it."""

    @abstractmethod
    def scope(self, code: Code, place: float) -> Scope:
        """Return the names of a function."""

    @abstractmethod
    def run(self, body: Sequence[ast.stmt], scope: Scope | None, place: float) -> None:
        """Read statements for what they reach."""

    def seen(self, ref: Ref) -> list[Any]:
        """Note a name that lies outside the notebook; return it."""
        self.reading.mentioned.add(ref.path)
        return [ref]

    def ev(self, node: ast.AST, scope: Scope | None, place: float) -> list[Any]:
        """Return what an expression can give, as far as that can be read."""
        key = (id(node), id(scope), place)
        if key not in self.memo:
            self.memo[key] = []  # what refers to itself adds nothing
            self.memo[key] = self._ev(node, scope, place)
        return self.memo[key]

    def _ev(self, node: ast.AST, scope: Scope | None, place: float) -> list[Any]:
        def ev(part: ast.AST) -> list[Any]:
            return self.ev(part, scope, place)

        match node:
            case ast.Name(_, ast.Store()):
                return []  # to bind a name is not to use it
            case ast.Name(name):
                return self.name(name, scope, place)
            case ast.Attribute(ast.Name(name), attr) if attr in _SHAPES:
                self.reading.names.add(attr)
                if attr == "keys":
                    self.name(name, scope, place, keys=True)
                    return []
                if is_data(self.binds.get(name, [])):  # how it was made says nothing about that
                    return []
                return self.attribute(ev(node.value), attr, root_of(node), place)
            case ast.Attribute(value, attr):
                return self.attribute(ev(value), attr, root_of(node), place)
            case ast.Call():
                return self.called(node, scope, place)
            case ast.Lambda():
                return self.reach(Code(node, scope), place)
            case ast.Dict(keys, values):
                for k in keys:
                    if k is not None:
                        ev(k)
                return [Box(tuple((constant(k), tuple(ev(v)))
                                   for k, v in zip(keys, values, strict=True)))]  # fmt: skip
            case ast.List(items) | ast.Tuple(items) | ast.Set(items):
                return [Box(tuple((i, tuple(ev(v))) for i, v in enumerate(items)))]
            case ast.Subscript(value, index):
                ev(index)
                given, wanted = ev(value), constant(index)
                text = text_of(index)
                refs = [v for v in given if isinstance(v, Ref)]
                if text is not None and refs:
                    return self.attribute(refs, text, "", place)
                return self.elements(given, wanted)
            case ast.IfExp(test, body, orelse):
                ev(test)
                return ev(body) + ev(orelse)
            case ast.BoolOp(_, values):
                return [v for part in values for v in ev(part)]
            case ast.NamedExpr(_, value) | ast.Starred(value) | ast.Await(value):
                return ev(value)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.comprehension(node, scope, place)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.expr, ast.keyword)):
                ev(child)
        return []

    def comprehension(self, node: Any, scope: Scope | None, place: float) -> list[Any]:
        """Evaluate a comprehension, which has names of its own."""
        inner = Scope({}, scope)
        for part in node.generators:
            for bound, kind, value, _ in bound_by(part.target, part.iter, "element", False):
                inner.binds.setdefault(bound, []).append(Binding(bound, kind, value))
        self.memo[("keep", id(inner))] = [inner]  # ids are keys of the memo: keep it alive
        for part in node.generators:
            self.keyed(part.iter, inner, place)
            for condition in part.ifs:
                self.ev(condition, inner, place)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return [Box(tuple((None, tuple(self.ev(r, inner, place))) for r in results))]

    def keyed(self, node: ast.AST, scope: Scope | None, place: float) -> list[Any]:
        """Evaluate what is gone through: of a dict only its keys."""
        if isinstance(node, ast.Name) and is_dict(self.binds.get(node.id, [])):
            return self.name(node.id, scope, place, keys=True)
        return self.ev(node, scope, place)

    def attribute(self, values: list[Any], attr: str, root: str, place: float) -> list[Any]:
        """Return what an attribute of such values, of what ``root`` names, can be."""
        self.reading.names.add(attr)
        found: list[Any] = []
        for value in values:
            if isinstance(value, Ref):
                if attr in ("__dict__", "__wrapped__"):
                    found.append(value)
                else:
                    found += self.seen(Ref(f"{value.path}.{attr}"))
            elif isinstance(value, Code) and isinstance(value.node, ast.ClassDef):
                for inner in value.node.body:
                    for bound, kind, node, _ in binds_of(inner, True):
                        if bound == attr:
                            found += self.value(Binding(attr, kind, node), value.scope, place)
            elif isinstance(value, Box):
                found += (
                    self.elements([value]) if attr in ("values", "items", "get", "pop") else []
                )
        for name, bindings in self.binds.items():
            owner, _, last = name.rpartition(".")
            if last == attr and owner and (owner in self.reached or self._imported(owner)):
                found += [v for b in bindings for v in self.value(b, b.scope, b.place)]
        if not any(isinstance(v, (Ref, Code)) for v in values):
            if attr not in self.methods:
                found += self.seen(Ref(f"?.{attr}"))
            else:
                found += self._method(attr, place)
        return found

    def _imported(self, name: str) -> bool:
        return any(b.kind == "import" for b in self.binds.get(name, []))

    def _method(self, attr: str, place: float) -> list[Any]:
        """Return the methods of that name of the classes that are reached."""
        codes = [v for key, values in list(self.memo.items()) if key[0] == "code" for v in values]
        return [
            self.reach(Code(inner, code.scope), place)[0]
            for code in codes
            if isinstance(code, Code) and isinstance(code.node, ast.ClassDef)
            for inner in code.node.body
            if isinstance(inner, DEFINITIONS) and inner.name == attr
        ]

    def elements(self, values: list[Any], wanted: Any = None) -> list[Any]:
        """Return what lies in boxes; of one whose keys are known only what is ``wanted``."""
        found: list[Any] = []
        for value in values:
            if isinstance(value, Box):
                known = [v for k, v in value.items if k == wanted and type(k) is type(wanted)]
                sure = wanted is not None and known and all(k is not None for k, _ in value.items)
                for group in known if sure else [v for _, v in value.items]:
                    found += group
        return found

    def called(self, node: ast.Call, scope: Scope | None, place: float) -> list[Any]:
        """Return what a call can give, and note it and the calls of what it is given."""

        def ev(part: ast.AST) -> list[Any]:
            return self.ev(part, scope, place)

        functions = ev(node.func)
        last = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else getattr(node.func, "id", "")
        )
        args = [*node.args, *(k.value for k in node.keywords)]
        given = [self.keyed(a, scope, place) if last in _KEYED else ev(a) for a in args]
        refs = {f.path for f in functions if isinstance(f, Ref)}
        text = text_of(node.args[1]) if len(node.args) > 1 else None
        first = text_of(node.args[0]) if node.args else None
        if "builtins.getattr" in refs and text is not None:
            return self.attribute(given[0], text, "", place)
        if "builtins.vars" in refs and args:
            return [v for v in given[0] if isinstance(v, Ref)]
        if refs & {"builtins.__import__", "importlib.import_module"} and first is not None:
            return self.seen(Ref(first))
        if "builtins.eval" in refs and first is not None:
            return self.text(first, scope, place)
        if "builtins.exec" in refs and first is not None:
            self.run(statements(first), scope, place)
            return []
        result = [v for f in functions for v in self.call(f, place)]
        if last == "get" and node.args:
            result = self.elements([v for v in ev(node.func.value) if isinstance(v, Box)],  # type: ignore[attr-defined]
                                   constant(node.args[0]))  # fmt: skip
        passed = [v for values in given for v in values if isinstance(v, (Ref, Code))]
        passed += [v for values in given for v in self.elements(values) if isinstance(v, Ref)]
        if last not in _KEEPS and not (refs and all(r.startswith("torch.compile") for r in refs)):
            for value in passed:
                self.call(value, place)
        return result + passed

    def text(self, source: str, scope: Scope | None, place: float) -> list[Any]:
        """Evaluate the text of an expression."""
        body = statements(source)
        only = body[0] if len(body) == 1 else None
        return self.ev(only.value, scope, place) if isinstance(only, ast.Expr) else []

    def call(self, value: Any, place: float) -> list[Any]:
        """Note a call; return what it can give."""
        if isinstance(value, Ref):
            if not value.path.startswith("?") or place != LATER:  # else a watch knows better
                self.reading.called.add(value.path)
            # A layer gives a function; attrgetter("a")(b) and the like are left to watching.
            return []
        if isinstance(value, Code):
            if isinstance(value.node, ast.ClassDef):
                return [value]
            scope = self.scope(value, place)
            self.reach(value, place)
            if isinstance(value.node, ast.Lambda):
                return self.ev(value.node.body, scope, place)
            return [v for part in _returns(value.node) for v in self.ev(part, scope, place)]
        return []


def _returns(node: Any) -> Iterator[ast.expr]:
    todo = list(node.body)
    while todo:
        part = todo.pop()
        if isinstance(part, ast.Return) and part.value is not None:
            yield part.value
        todo += [inner for block in blocks(part) for inner in block]


def constant(node: ast.AST | None) -> Any:
    """Return the value that is written there; None for any other expression."""
    return node.value if isinstance(node, ast.Constant) else None
