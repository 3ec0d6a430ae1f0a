"""The rule on builders: read whether an answer calls what it was asked to build."""

from __future__ import annotations

import ast
import copy
import functools
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from convkit.comparing import Difference

#: Ready-made convolutions and matrix builders, by the last part of their name.
BUILDERS: frozenset[str] = frozenset(
    {f"{name}{d}d" for d in (1, 2, 3) for name in (
        "conv", "Conv", "LazyConv", "conv_transpose", "ConvTranspose", "LazyConvTranspose")}
    | {f"conv{d}d_{to}" for d in (1, 2, 3) for to in ("input", "weight")}
    | {"conv_tbc", "convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution",
       "convolve", "correlate", "fftconvolve", "oaconvolve", "convolve1d", "correlate1d",
       "convolve2d", "correlate2d", "convmtx2", "conv_general_dilated", "filter2D",
       "lfilter", "upfirdn", "unfold", "Unfold", "fold", "Fold", "im2col", "col2im",
       "toeplitz", "circulant", "convolution_matrix", "matmul_toeplitz", "hankel",
       "jacobian", "jacrev", "jacfwd", "vjp", "jvp", "hessian", "linearize",
       "matrix_of", "_VF", "_C", "ops", "convkit"}
)  # fmt: skip


# With these, code can reach a builder without naming it, so a rule that reads code cannot allow
# them in an answer that must not call one.
_DYNAMIC = frozenset(
    {"getattr", "__getattribute__", "__dict__", "eval", "exec", "compile", "__import__",
     "import_module", "globals", "locals", "vars", "__builtins__", "builtins", "attrgetter",
     "methodcaller", "get_ipython", "run_cell", "__globals__", "__closure__", "f_globals",
     "f_locals", "getattr_static", "getmembers", "resolve_name", "run_path", "run_module",
     "CompilationUnit", "pickle", "marshal", "ctypes", "pydoc", "__subclasses__"}
)  # fmt: skip


@dataclass(frozen=True)
class _Statement:
    """A top-level statement of some cell: what it binds, reads, mentions and names at all.

    It binds `surely` what it binds whenever it runs, with nothing left of an earlier value;
    of what it reads, `later` is read by calls only. It `patches` an attribute of an object.
    """

    binds: frozenset[str]
    surely: frozenset[str]
    reads: frozenset[str]
    later: frozenset[str]
    mentions: frozenset[str]
    names: frozenset[str]
    patches: frozenset[tuple[str, str]]
    imports: bool
    star: bool
    cell: int = 0


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _read_statement(node: ast.stmt) -> _Statement:
    table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    top = {s.get_name(): s for s in table.get_symbols()}
    binds = {
        name for name, s in top.items() if s.is_assigned() or s.is_imported() or s.is_namespace()
    }
    surely = binds if isinstance(node, (*_DEFINITIONS, ast.Import, ast.ImportFrom)) else set()
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in ast.walk(target)]
        surely = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    now = {name for name, s in top.items() if s.is_referenced()}
    reads = set(now)
    for scope in _scopes(table):
        for s in scope.get_symbols():
            if scope is not table and s.is_global():
                reads.add(s.get_name())
                if s.is_declared_global() and s.is_assigned():
                    binds = binds | {s.get_name()}
    mentions, star = set(), False
    parts = list(ast.walk(node))
    for part in parts:
        if isinstance(part, ast.Attribute):
            mentions.add(part.attr)
        elif isinstance(part, (ast.Import, ast.ImportFrom)):
            mentions.update(piece for alias in part.names for piece in alias.name.split("."))
            module = getattr(part, "module", "") or ""
            star = star or any(alias.name == "*" for alias in part.names)
            if module != "convkit":  # of the kit, what is imported counts: `shift` builds nothing
                mentions.update(module.split("."))
    names = mentions | {s.get_name() for scope in _scopes(table) for s in scope.get_symbols()}
    plain = _read_getattr(parts)
    if plain is not None:
        mentions |= plain
        now, reads = now - {"getattr"}, reads - {"getattr"}
    changed = _changed(parts)
    binds = binds | ({root for root, _ in changed} & reads)
    later = reads - now if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else set()
    return _Statement(
        frozenset(binds), frozenset(surely), frozenset(reads), frozenset(later),
        frozenset(mentions), frozenset(names), frozenset(changed),
        isinstance(node, (ast.Import, ast.ImportFrom)), star,
    )  # fmt: skip


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _read_getattr(parts: Sequence[ast.AST]) -> set[str] | None:
    """Return the names that ``getattr`` is asked for, None unless all are plain text."""
    names, calls = set(), 0
    for part in parts:
        match part:
            case ast.Call(ast.Name("getattr"), [_, ast.Constant(str(wanted)), *_]):
                names.add(wanted)
                calls += 1
    uses = sum(isinstance(part, ast.Name) and part.id == "getattr" for part in parts)
    return names if calls == uses > 0 else None


def _changed(parts: Sequence[ast.AST]) -> set[tuple[str, str]]:
    """Return names whose objects a statement may change, and how: a.b = c, a[b] = c, a.add(c)."""
    changed = set()
    for part in parts:
        match part:
            case ast.Attribute(root, attribute, ast.Store()):
                pass
            case ast.Subscript(root, _, ast.Store()):
                attribute = ""
            case ast.Call(ast.Attribute(root, method)) if method in _FILLING:
                attribute = ""
            case ast.Call(ast.Name("setattr"), [root, ast.Constant(str(attribute)), *_]):
                pass
            case _:
                continue
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name):
            changed.add((root.id, attribute))
    return changed


_FILLING = ("append", "appendleft", "extend", "insert", "add", "update", "setdefault",
            "__setitem__", "__setattr__")  # fmt: skip


def forbidden_name(
    cells: Sequence[str], name: str, forbid: Iterable[str], latest: bool = False
) -> str | None:
    """Find a forbidden name that the definition of ``name`` reaches.

    Reads the syntax trees of the cells, from the statements that bind
    ``name`` through every global name that they use.

    Parameters
    ----------
    cells : sequence of str
        Source of the cells that ran, such as IPython's ``In``.
    name : str
        The student's function.
    forbid : iterable of str
        Last parts of names, such as those in `BUILDERS`.
    latest : bool
        Read only the last cell that binds a name. Right in a live notebook,
        where ``In`` still holds earlier attempts.

    Returns
    -------
    str or None
    """
    forbid = frozenset(forbid)
    statements = _read_cells(cells)
    stars = any(s.star for s in statements)  # then only what is surely bound is known
    bound = frozenset().union(*(s.surely if stars else s.binds for s in statements))
    for s in _reached(statements, name, latest):
        hits = s.mentions & (forbid | _DYNAMIC)
        # A student may call a helper `toeplitz`: a name bound in the notebook is followed
        # instead, unless the exercise itself forbids it by name.
        hits |= {r for r in s.reads & (forbid | _DYNAMIC) if r not in bound or r not in BUILDERS}
        if hits:
            return min(hits)
    return None


def missing_name(
    cells: Sequence[str], name: str, require: Iterable[str], latest: bool = False
) -> bool:
    """Tell whether the definition of ``name`` reaches none of the names in ``require``.

    For an exercise about one construction. It reads names only: a name that
    is used for something else counts, so the exercise says what is read.

    Parameters
    ----------
    cells, name, latest
        As for `forbidden_name`.
    require : iterable of str
        One of them is enough; empty asks for nothing.
    """
    require = frozenset(require)
    if not require:
        return False
    return not any(s.names & require for s in _reached(_read_cells(cells), name, latest))


def _read_cells(cells: Sequence[str]) -> list[_Statement]:
    statements = [
        replace(s, cell=number) for number, source in enumerate(cells) for s in _read_cell(source)
    ]
    imported = {name for s in statements if s.imports for name in s.surely}
    return [
        replace(s, binds=s.binds | {f".{attr}" for root, attr in s.patches if root in imported})
        for s in statements
    ]


@functools.lru_cache(256)  # every check reads the same cells again
def _read_cell(source: str) -> tuple[_Statement, ...]:
    statements = []
    for node in _nodes(source):
        if isinstance(node, (ast.Import, ast.ImportFrom)):  # one name each
            for alias in node.names:
                single = copy.copy(node)
                single.names = [alias]
                statements.append(_read_statement(single))
        else:
            statements.append(_read_statement(node))
    return tuple(statements)


def _nodes(source: str) -> Iterator[ast.stmt]:
    """Yield a cell's statements, those inside a magic such as ``%%time`` too."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return  # a cell that does not parse never ran
    for node in tree.body:
        yield node
        for part in ast.walk(node):  # IPython has made a call of a magic: its last text is code
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                last = part.args[-1] if part.args else None
                if part.func.attr in ("run_cell_magic", "run_line_magic") and isinstance(
                    last, ast.Constant
                ):
                    yield from _nodes(str(last.value))


def _reached(statements: Sequence[_Statement], name: str, latest: bool) -> Iterator[_Statement]:
    """Yield the statements that bind ``name``, then those that bind what they read, and so on.

    What a statement reads was bound last before it, or later, as long as it is a function's to
    read: cells run in order, so a lecture's ``zeros`` is no student's, who binds another one.
    """
    todo, seen = [(name, 0)], {(name, 0)}
    yielded: set[int] = set()
    while todo:
        wanted, start = todo.pop()
        binding = [i for i, s in enumerate(statements) if wanted in s.binds and i >= start]
        if latest and binding:
            cell = statements[binding[-1]].cell
            binding = [i for i in binding if statements[i].cell == cell]
        for i in binding:
            if i in yielded:
                continue
            yielded.add(i)
            s = statements[i]
            yield s
            for r in s.reads | {f".{m}" for m in s.mentions}:
                # The last sure binding before the reading: all before it are gone.
                end = i + 1 if r in s.later else i
                first = 0 if latest else max(
                    (j for j in range(end) if r in statements[j].surely), default=0
                )  # fmt: skip
                if (r, first) not in seen:
                    seen.add((r, first))
                    todo.append((r, first))


def rule_broken(found: str) -> Difference:
    """Say that an answer uses a name that its exercise does not allow."""
    return Difference(
        "your own work: this exercise may not call a ready-made solution",
        f"your code reaches {found!r}",
        "The text of the exercise says what is allowed; loops, slices and arithmetic are.",
    )


def rule_missed(require: Iterable[str]) -> Difference:
    """Say that an answer uses none of the names that its exercise is about."""
    names = sorted(require)
    return Difference(
        f"the construction that this exercise is about, by {' or '.join(names)}",
        "your code uses none of them",
        f"A function of your own counts too: call it {names[0]}." if len(names) == 1 else
        "A function of your own counts too: give it one of these names.",
    )  # fmt: skip
