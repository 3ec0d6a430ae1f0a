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
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Reading", "read"]


@dataclass
class Reading:
    """What the definition of a name reaches.

    Attributes
    ----------
    called, mentioned : set of str
        Dotted names of what lies outside the notebook, such as "torch.nn.functional.conv1d".
        "?" is the root of what is asked of an unknown object.
    names, own : set of str
        Every name in the code that is reached; and those that the notebook itself binds.
    complete : bool
        The definition was found, and what its names are bound to.
    """

    called: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    complete: bool = True


@dataclass(frozen=True)
class _Ref:
    path: str


@dataclass(frozen=True, eq=False)
class _Code:
    node: Any
    scope: _Scope | None


@dataclass(frozen=True, eq=False)
class _Box:
    items: tuple[tuple[Any, tuple[Any, ...]], ...]


@dataclass(frozen=True, eq=False)
class _Scope:
    """A function's names. ``place`` tells which of the notebook's bindings it sees."""

    binds: dict[str, list[_Binding]]
    parent: _Scope | None


@dataclass(frozen=True, eq=False)
class _Binding:
    name: str
    kind: str  # "is", "element", "def", "import", "star" or "nothing"
    node: Any
    sure: bool = False
    place: float = math.inf
    scope: _Scope | None = None


_LATER = math.inf  # when a function runs that is called after the last cell
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
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
_FILLING = frozenset(["append", "appendleft", "extend", "insert", "add", "update", "setdefault"])
_USUAL = {"F": "torch.nn.functional", "nn": "torch.nn", "np": "numpy", "torch": "torch"}
_MAGICS = frozenset({"time", "capture", "prun"})  # they run code among the notebook's names


# ------------------------------------------------------------------------ cells


@functools.cache  # every check reads the same cells again
def _statements(source: str) -> tuple[ast.stmt, ...]:
    """Return what a cell runs: of one that Python refuses as a whole, nothing."""
    for text in (source, None):
        try:
            tree = ast.parse(_transformed(source) if text is None else text)
            compile(tree, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            return tuple(_unpacked(tree.body))
        except SyntaxError:
            continue
        except (ValueError, RecursionError, MemoryError, OverflowError):
            break
    return ()


def _transformed(source: str) -> str:
    """Write magics as calls, as IPython does before it runs a cell."""
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        return source
    return str(TransformerManager().transform_cell(source))


def _unpacked(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements, and those in the text of a magic, an exec or an eval instead of it."""
    for node in body:
        text: str | None = None
        match node:
            case ast.Expr(ast.Call(ast.Attribute(_, "run_cell_magic" | "run_line_magic"), args)):
                text = _in_magic([_text(arg) or "" for arg in args])
            case ast.Expr(ast.Call(ast.Name("exec"), [given, *_])):
                text = _text(given)
        if text is None:
            yield node
        else:
            yield from _statements(text)


def _in_magic(texts: Sequence[str]) -> str:
    """Return the code that a magic runs among the notebook's names."""
    return texts[-1] if texts and texts[0] in _MAGICS else ""


def _text(node: ast.AST) -> str | None:
    """Return the text that an expression of constants gives; None for any other."""
    match node:
        case ast.Constant(str(value)):
            return value
        case ast.BinOp(left, ast.Add(), right):
            a, b = _text(left), _text(right)
            return None if a is None or b is None else a + b
        case ast.JoinedStr(values):
            parts = [_text(v.value if isinstance(v, ast.FormattedValue) else v) for v in values]
            return None if None in parts else "".join(p for p in parts if p is not None)
        case ast.Call(ast.Attribute(glue, "join"), [ast.List(items) | ast.Tuple(items)]):
            between, parts = _text(glue), [_text(item) for item in items]
            if between is None or None in parts:
                return None
            return between.join(p for p in parts if p is not None)
        case ast.Subscript(value, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))):
            backwards = _text(value)
            return None if backwards is None else backwards[::-1]
    return None


def _alive(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield a block's statements up to one that ends it."""
    for node in body:
        yield node
        if isinstance(node, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks inside a statement, without those that never run."""
    if isinstance(node, (*_DEFINITIONS,)):
        return []
    if isinstance(node, (ast.If, ast.While)) and isinstance(node.test, ast.Constant):
        return [node.body if node.test.value else node.orelse]
    blocks = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(node, "handlers", [])]
    blocks += [case.body for case in getattr(node, "cases", [])]
    return [block for block in blocks if block]


def _bindings(node: ast.stmt, sure: bool) -> Iterator[tuple[str, str, Any, bool]]:
    """Yield (name, kind, node, sure) for what a statement binds, blocks inside it included."""
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
                yield from _bound(target, value, "is", sure)
        case ast.AnnAssign(target, _, value) if value is not None:
            yield from _bound(target, value, "is", sure)
        case ast.AugAssign(target, _, value):
            yield from _bound(target, value, "is", False)
        case ast.For(target, given) | ast.AsyncFor(target, given):
            yield from _bound(target, given, "element", False)
        case ast.With(items) | ast.AsyncWith(items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _bound(item.optional_vars, item.context_expr, "is", False)
        case ast.Expr(ast.Call(ast.Attribute(root, method), args)) if method in _FILLING:
            for arg in args:
                yield from _bound(ast.Subscript(root, ast.Constant(None), ast.Store()), arg,
                                  "is", False)  # fmt: skip
        case ast.Expr(ast.Call(ast.Name("setattr"), [root, ast.Constant(str(attr)), value])):
            yield from _bound(ast.Attribute(root, attr, ast.Store()), value, "is", False)
    for part in _own_parts(node):
        if isinstance(part, ast.NamedExpr):
            yield from _bound(part.target, part.value, "is", False)
    for block in _blocks(node):
        for inner in _alive(block):
            yield from _bindings(inner, False)


def _bound(
    target: ast.AST, value: Any, kind: str, sure: bool
) -> Iterator[tuple[str, str, Any, bool]]:
    match target:
        case ast.Name(name):
            yield name, kind, value, sure
        case ast.Tuple(targets) | ast.List(targets):
            given = value.elts if isinstance(value, (ast.Tuple, ast.List)) else None
            if given is not None and kind == "is" and len(given) == len(targets):
                for one, part in zip(targets, given, strict=True):
                    yield from _bound(one, part, "is", sure)
            else:
                for one in targets:
                    yield from _bound(one, value, "element", sure)
        case ast.Starred(one):
            yield from _bound(one, value, kind, sure)
        case ast.Attribute(root, attr):
            yield f"{_root(root)}.{attr}", kind, value, False  # an attribute, of that root
        case ast.Subscript(root):
            if _root(root):
                yield _root(root), "put", (target, value), False


def _root(node: ast.AST) -> str:
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


# ----------------------------------------------------------------------- reading


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
            if not reader.name(name, None, _LATER):
                reader.reading.complete = False
        except RecursionError:  # code that deep is nobody's answer to an exercise
            return Reading(complete=False)
        if reader.reading.own == own:
            break
    return reader.reading


class _Reader:
    def __init__(self, cells: Sequence[str]) -> None:
        self.reading = Reading()
        self.binds: dict[str, list[_Binding]] = {}
        self.methods: set[str] = set()
        place = 0
        for source in cells:
            body = _statements(source) if type(source) is str else ()
            course = any(_is_check(node) for node in body)
            for node in body:
                place += 1
                for bound, kind, value, sure in _bindings(node, True):
                    # What a test cell binds hides nothing of a student's.
                    at = -1.0 / (place + 1) if course else float(place)
                    self._bind(_Binding(bound, kind, value, sure and not course, at))
                for inner in ast.walk(node):
                    if isinstance(inner, ast.ClassDef):
                        self._methods(inner)
                    elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                        self._globals(inner, place)
        for bindings in self.binds.values():
            bindings.sort(key=lambda binding: binding.place)

    def _bind(self, binding: _Binding) -> None:
        self.binds.setdefault(binding.name, []).append(binding)

    def _methods(self, node: ast.ClassDef) -> None:
        for inner in node.body:
            for bound, _, _, _ in _bindings(inner, True):
                self.methods.add(bound)

    def _globals(self, node: Any, place: int) -> None:
        """Bind what a function declares global and assigns."""
        names = {n for part in ast.walk(node) if isinstance(part, ast.Global) for n in part.names}
        if names:
            scope = _function_scope(node, None, with_globals=True)
            for name in names & set(scope.binds):
                for b in scope.binds[name]:
                    self._bind(_Binding(name, b.kind, b.node, False, place, scope))

    def start(self, own: set[str]) -> None:
        self.reading, self.reached = Reading(), own
        self.memo: dict[Any, list[Any]] = {}

    # ------------------------------------------------------------------ names

    def name(self, name: str, scope: _Scope | None, place: float, keys: bool = False) -> list[Any]:
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
            return self._seen(_Ref(f"builtins.{name}"))
        elif not stars:
            self.reading.complete = False
            if name in _USUAL:  # imported where it cannot be read, as in a file that was run
                return self._seen(_Ref(_USUAL[name]))
        found = [
            v
            for b in before[first:]
            for v in self.value(b, b.scope, min(place, b.place), keys, place)
        ]
        return found + [v for b in stars for v in self._seen(_Ref(f"{b.node}.{name}"))]

    def value(
        self, b: _Binding, scope: _Scope | None, place: float, keys: bool = False,
        later: float | None = None,
    ) -> list[Any]:  # fmt: skip
        """Return what a binding binds its name to."""
        if b.kind == "import":
            self.reading.names.update(b.node.split("."))
            return self._seen(_Ref(b.node))
        if b.kind == "nothing":
            return []
        if b.kind == "def":
            code = _Code(b.node, scope)
            return self.reach(code, place if later is None else later)
        if b.kind == "put":
            target, value = b.node
            if keys:
                return self.ev(target.slice, scope, place)
            values = self.ev(value, scope, place)
            return [_Box(((_constant(target.slice), tuple(values)),))]
        if keys and isinstance(b.node, ast.Dict):
            return [v for key in b.node.keys if key for v in self.ev(key, scope, place)]
        if keys and _is_dict_call(b.node):
            return []
        values = self.ev(b.node, scope, place)
        if isinstance(b.node, ast.Lambda) and later is not None:
            for value in values:
                self.reach(value, later)
        return self.elements(values) if b.kind == "element" else values

    def _seen(self, ref: _Ref) -> list[Any]:
        self.reading.mentioned.add(ref.path)
        return [ref]

    def reach(self, code: _Code, place: float) -> list[Any]:
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
                if isinstance(inner, _DEFINITIONS):
                    self.reading.names.add(inner.name)
                    if inner.name.startswith("__"):
                        self.reach(_Code(inner, code.scope), place)
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

    def scope(self, code: _Code, place: float) -> _Scope:
        key = ("scope", id(code.node), id(code.scope), place)
        if key not in self.memo:
            self.memo[key] = [_function_scope(code.node, code.scope)]
        scope: _Scope = self.memo[key][0]
        return scope

    def run(self, body: Sequence[ast.stmt], scope: _Scope | None, place: float) -> None:
        """Read statements for what they reach."""
        for node in _alive(body):
            if isinstance(node, _DEFINITIONS):
                continue  # read where its name is
            if isinstance(node, ast.If) and self.off(node.test, scope, place):
                self.run(node.orelse, scope, place)
                continue
            for _, kind, value, _ in _bindings(node, False) if not _blocks(node) else ():
                if kind == "import":
                    self.reading.names.update(value.split("."))
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr) and child is not getattr(node, "annotation", None):
                    self.ev(child, scope, place)
                elif isinstance(child, ast.withitem):
                    self.ev(child.context_expr, scope, place)
            for block in _blocks(node):
                self.run(block, scope, place)

    def off(self, test: ast.expr, scope: _Scope | None, place: float) -> bool:
        """Tell whether a condition is a switch that is off: one name, bound to False or None."""
        if not isinstance(test, ast.Name):
            return False
        while scope is not None and test.id not in scope.binds:
            scope = scope.parent
        binds = scope.binds[test.id] if scope else self.binds.get(test.id, [])
        return bool(binds) and all(
            b.kind == "is" and isinstance(b.node, ast.Constant) and not b.node.value for b in binds
        )

    # ------------------------------------------------------------- expressions

    def ev(self, node: ast.AST, scope: _Scope | None, place: float) -> list[Any]:
        """Return what an expression can give, as far as that can be read."""
        key = (id(node), id(scope), place)
        if key not in self.memo:
            self.memo[key] = []  # what refers to itself adds nothing
            self.memo[key] = self._ev(node, scope, place)
        return self.memo[key]

    def _ev(self, node: ast.AST, scope: _Scope | None, place: float) -> list[Any]:
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
                if _is_data(self.binds.get(name, [])):  # how it was made says nothing about that
                    return []
                return self.attribute(ev(node.value), attr, _root(node), place)
            case ast.Attribute(value, attr):
                return self.attribute(ev(value), attr, _root(node), place)
            case ast.Call():
                return self.called(node, scope, place)
            case ast.Lambda():
                return self.reach(_Code(node, scope), place)
            case ast.Dict(keys, values):
                for k in keys:
                    if k is not None:
                        ev(k)
                return [_Box(tuple((_constant(k), tuple(ev(v)))
                                   for k, v in zip(keys, values, strict=True)))]  # fmt: skip
            case ast.List(items) | ast.Tuple(items) | ast.Set(items):
                return [_Box(tuple((i, tuple(ev(v))) for i, v in enumerate(items)))]
            case ast.Subscript(value, index):
                ev(index)
                given, wanted = ev(value), _constant(index)
                text = _text(index)
                refs = [v for v in given if isinstance(v, _Ref)]
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

    def comprehension(self, node: Any, scope: _Scope | None, place: float) -> list[Any]:
        inner = _Scope({}, scope)
        for part in node.generators:
            for bound, kind, value, _ in _bound(part.target, part.iter, "element", False):
                inner.binds.setdefault(bound, []).append(_Binding(bound, kind, value))
        self.memo[("keep", id(inner))] = [inner]  # ids are keys of the memo: keep it alive
        for part in node.generators:
            self.keyed(part.iter, inner, place)
            for condition in part.ifs:
                self.ev(condition, inner, place)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return [_Box(tuple((None, tuple(self.ev(r, inner, place))) for r in results))]

    def keyed(self, node: ast.AST, scope: _Scope | None, place: float) -> list[Any]:
        """Evaluate what is gone through: of a dict only its keys."""
        if isinstance(node, ast.Name) and _is_dict(self.binds.get(node.id, [])):
            return self.name(node.id, scope, place, keys=True)
        return self.ev(node, scope, place)

    def attribute(self, values: list[Any], attr: str, root: str, place: float) -> list[Any]:
        self.reading.names.add(attr)
        found: list[Any] = []
        for value in values:
            if isinstance(value, _Ref):
                if attr in ("__dict__", "__wrapped__"):
                    found.append(value)
                else:
                    found += self._seen(_Ref(f"{value.path}.{attr}"))
            elif isinstance(value, _Code) and isinstance(value.node, ast.ClassDef):
                for inner in value.node.body:
                    for bound, kind, node, _ in _bindings(inner, True):
                        if bound == attr:
                            found += self.value(_Binding(attr, kind, node), value.scope, place)
            elif isinstance(value, _Box):
                found += (
                    self.elements([value]) if attr in ("values", "items", "get", "pop") else []
                )
        for name, bindings in self.binds.items():
            owner, _, last = name.rpartition(".")
            if last == attr and owner and (owner in self.reached or self._imported(owner)):
                found += [v for b in bindings for v in self.value(b, b.scope, b.place)]
        if not any(isinstance(v, (_Ref, _Code)) for v in values):
            if attr not in self.methods:
                found += self._seen(_Ref(f"?.{attr}"))
            else:
                found += self._method(attr, place)
        return found

    def _imported(self, name: str) -> bool:
        return any(b.kind == "import" for b in self.binds.get(name, []))

    def _method(self, attr: str, place: float) -> list[Any]:
        """Return the methods of that name of the classes that are reached."""
        codes = [v for key, values in list(self.memo.items()) if key[0] == "code" for v in values]
        return [
            self.reach(_Code(inner, code.scope), place)[0]
            for code in codes
            if isinstance(code, _Code) and isinstance(code.node, ast.ClassDef)
            for inner in code.node.body
            if isinstance(inner, _DEFINITIONS) and inner.name == attr
        ]

    def elements(self, values: list[Any], wanted: Any = None) -> list[Any]:
        found: list[Any] = []
        for value in values:
            if isinstance(value, _Box):
                known = [v for k, v in value.items if k == wanted and type(k) is type(wanted)]
                sure = wanted is not None and known and all(k is not None for k, _ in value.items)
                for group in known if sure else [v for _, v in value.items]:
                    found += group
        return found

    def called(self, node: ast.Call, scope: _Scope | None, place: float) -> list[Any]:
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
        refs = {f.path for f in functions if isinstance(f, _Ref)}
        text = _text(node.args[1]) if len(node.args) > 1 else None
        first = _text(node.args[0]) if node.args else None
        if "builtins.getattr" in refs and text is not None:
            return self.attribute(given[0], text, "", place)
        if "builtins.vars" in refs and args:
            return [v for v in given[0] if isinstance(v, _Ref)]
        if refs & {"builtins.__import__", "importlib.import_module"} and first is not None:
            return self._seen(_Ref(first))
        if "builtins.eval" in refs and first is not None:
            return self.text(first, scope, place)
        if "builtins.exec" in refs and first is not None:
            self.run(_statements(first), scope, place)
            return []
        result = [v for f in functions for v in self.call(f, place)]
        if last == "get" and node.args:
            result = self.elements([v for v in ev(node.func.value) if isinstance(v, _Box)],  # type: ignore[attr-defined]
                                   _constant(node.args[0]))  # fmt: skip
        passed = [v for values in given for v in values if isinstance(v, (_Ref, _Code))]
        passed += [v for values in given for v in self.elements(values) if isinstance(v, _Ref)]
        if last not in _KEEPS and not (refs and all(r.startswith("torch.compile") for r in refs)):
            for value in passed:
                self.call(value, place)
        return result + passed

    def text(self, source: str, scope: _Scope | None, place: float) -> list[Any]:
        """Evaluate the text of an expression."""
        body = _statements(source)
        only = body[0] if len(body) == 1 else None
        return self.ev(only.value, scope, place) if isinstance(only, ast.Expr) else []

    def call(self, value: Any, place: float) -> list[Any]:
        """Note a call; return what it can give."""
        if isinstance(value, _Ref):
            if not value.path.startswith("?") or place != _LATER:  # else a watch knows better
                self.reading.called.add(value.path)
            # A layer gives a function; attrgetter("a")(b) and the like are left to watching.
            return []
        if isinstance(value, _Code):
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
        todo += [inner for block in _blocks(part) for inner in block]


def _function_scope(node: Any, parent: _Scope | None, with_globals: bool = False) -> _Scope:
    scope = _Scope({}, parent)
    args = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(args) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = list(zip(args, defaults, strict=True))
    pairs += list(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    pairs += [(extra, None) for extra in (node.args.vararg, node.args.kwarg) if extra]
    for arg, default in pairs:
        kind = "nothing" if default is None else "is"
        scope.binds.setdefault(arg.arg, []).append(_Binding(arg.arg, kind, default))
    body = [] if isinstance(node, ast.Lambda) else node.body
    for part in body:
        for bound, kind, value, _ in _bindings(part, False):
            if bound.isidentifier() and not (kind == "put" and bound not in scope.binds):
                scope.binds.setdefault(bound, []).append(_Binding(bound, kind, value))
    for name in [] if with_globals else [n for part in body for n in _declared(part)]:
        scope.binds.pop(name, None)
    return scope


def _declared(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            yield from part.names


def _constant(node: ast.AST | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def _is_check(node: ast.stmt) -> bool:
    """Tell whether a statement is a test cell's: the check of an exercise."""
    match node:
        case ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(str()), *_])):
            return True
    return False


def _is_dict_call(node: Any) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
    )


def _is_dict(bindings: Sequence[_Binding]) -> bool:
    return bool(bindings) and all(
        b.kind == "put" or isinstance(b.node, ast.Dict) or _is_dict_call(b.node)
        or (isinstance(b.node, ast.Constant) and b.node.value is None)
        for b in bindings
    )  # fmt: skip


def _is_data(bindings: Sequence[_Binding]) -> bool:
    return bool(bindings) and all(b.kind in ("is", "element", "put") for b in bindings)
