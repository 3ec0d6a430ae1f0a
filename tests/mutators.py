"""Small changes of an answer's syntax tree, one at a time, by operators with the field's names.

No tool is used. mutmut, cosmic-ray and mutatest change the files of an
installed module and then run a command for every mutant. An answer is a cell
of a notebook, not a module, and a command that imports torch takes seconds
where a hidden test takes hundredths of one. Their operators also leave alone
what answers of this course go wrong in: slices, indices, axes, dtypes, the
order of arguments.

An operator is a function that takes a node and yields what may stand in its
place. `changes` tries every operator on every node, in the order of the text,
so the same answer always has the same mutants.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Operator = Callable[[ast.AST], Iterator[ast.AST]]

MODULES = {"torch", "np", "F", "math", "itertools", "functools", "operator", "scipy", "sparse"}
ARITHMETIC: dict[type[ast.operator], list[type[ast.operator]]] = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.FloorDiv],
    ast.Div: [ast.FloorDiv, ast.Mult],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.BitXor: [ast.BitOr],
}
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],  # the boundary, then the negation
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
_PAIRS = (
    "min max, any all, stack cat, vstack hstack, floor ceil, zeros ones, zeros_like ones_like, "
    "rows cols, amin amax, minimum maximum, argmin argmax, add discard, fliplr flipud, triu tril, "
    "append insert, allclose equal, sum prod, union intersection, append extend"
)
SWAPS = {a: b for pair in _PAIRS.split(", ") for a, b in [pair.split(), pair.split()[::-1]]}


@dataclass(frozen=True)
class Change:
    """A mutant of a text.

    Attributes
    ----------
    operator : str
    line, column : int
        Where the change is, from 1.
    old, new : str
        The changed part before and after.
    source : str
        The whole text, changed.
    """

    operator: str
    line: int
    column: int
    old: str
    new: str
    source: str


def changes(source: str, first: int = 1, last: int | None = None) -> list[Change]:
    """Return every mutant of a text, each source once.

    Parameters
    ----------
    source : str
    first, last : int
        Only what begins in these lines is changed.
    """
    tree = ast.parse(source)
    _note_following(tree)
    seen = {ast.unparse(tree)}
    found = []
    for parent, field, place in list(_slots(tree)):
        value = getattr(parent, field)
        node = value if place is None else value[place]
        if not first <= getattr(node, "lineno", 0) <= (last or node.lineno):
            continue
        for name, operator in OPERATORS.items():
            for new in operator(node):
                _put(parent, field, place, ast.fix_missing_locations(new))
                text = ast.unparse(tree)
                _put(parent, field, place, node)
                if text not in seen:
                    seen.add(text)
                    old, short = _part(node), _part(new)
                    found.append(Change(name, node.lineno, node.col_offset + 1, old, short, text))
    return found


def _slots(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield the place of every node below parent: what to assign to, to replace it."""
    for field, value in ast.iter_fields(parent):
        if field in ("returns", "annotation", "decorator_list", "names"):
            continue  # type hints and imports change nothing that a test could see
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _is_docstring(node):
                yield parent, field, place
                yield from _slots(node)


def _note_following(tree: ast.AST) -> None:
    """Write on every use of a parameter or loop variable which one to put in its place.

    The next of the same function, in the order of the text; the last by the first.
    """
    for scope in ast.walk(tree):  # inner functions come last, and have the last word
        if not isinstance(scope, (ast.Module, ast.FunctionDef)):
            continue
        names = [] if isinstance(scope, ast.Module) else [a.arg for a in scope.args.args]
        for loop in ast.walk(scope):
            if isinstance(loop, (ast.For, ast.comprehension)):
                names += [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
        names = list(dict.fromkeys(names))
        after = dict(zip(names, [*names[1:], *names[:1]], strict=True))
        for use in ast.walk(scope):
            if isinstance(use, ast.Name) and isinstance(use.ctx, ast.Load) and use.id in after:
                use.following = after[use.id]  # type: ignore[attr-defined]


def _put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _part(node: ast.AST) -> str:
    """Return a node as one short line."""
    text = ast.unparse(node)
    head, *rest = text.split("\n")
    return f"{head} ..." if rest else head if len(head) <= 80 else f"{head[:76]} ..."


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _swapped(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(items) - 1):
        if ast.dump(items[i]) != ast.dump(items[i + 1]):
            yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def _without(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(items)):
        yield [*items[:i], *items[i + 1 :]]


def _plus(node: ast.expr, by: int) -> ast.expr:
    sign = ast.Add() if by > 0 else ast.Sub()
    return ast.BinOp(node, sign, ast.Constant(abs(by)))


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


# ------------------------------------------------------------------ the operators


def constant_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a number by one more, one less, 0; negate a truth value; empty a text."""
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield from (ast.Constant(v) for v in (node.value + 1, node.value - 1, 0 * node.value))
    elif isinstance(node.value, str) and node.value:
        yield ast.Constant("")


def arithmetic_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Put another arithmetic operator, also in ``x += 1``."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        yield from (_with(node, op=op()) for op in ARITHMETIC.get(type(node.op), []))


def operand_removal(node: ast.AST) -> Iterator[ast.AST]:
    """Replace ``a + b`` by ``a``, by ``b``; the same for ``and``, ``or``, ``a < b < c``."""
    if isinstance(node, ast.BinOp):
        yield from (side for side in (node.left, node.right) if not _is_number(side))
    elif isinstance(node, ast.BoolOp):
        for values in _without(node.values):
            yield values[0] if len(values) == 1 else _with(node, values=values)
    elif isinstance(node, ast.Compare) and len(node.ops) == 2:
        yield _with(node, ops=node.ops[:1], comparators=node.comparators[:1])
        yield ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])


def operand_swap(node: ast.AST) -> Iterator[ast.AST]:
    """Replace ``a - b`` by ``b - a``, where the order matters."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ORDERED):
        yield _with(node, left=node.right, right=node.left)


def comparison_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Move the boundary (``<`` by ``<=``); negate the comparison."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for other in COMPARISONS[type(op)]:
                yield _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])


def boolean_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Exchange ``and`` and ``or``; replace ``not x`` and ``~x`` by ``x``."""
    if isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
        yield node.operand


def condition_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Negate a condition; make it always true, never true."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        for test in (ast.UnaryOp(ast.Not(), node.test), ast.Constant(True), ast.Constant(False)):
            yield _with(node, test=test)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        for i, loop in enumerate(node.generators):
            for j, test in enumerate(loop.ifs):
                for new in ([ast.UnaryOp(ast.Not(), test)], []):
                    ifs = [*loop.ifs[:j], *new, *loop.ifs[j + 1 :]]
                    loops = [*node.generators[:i], _with(loop, ifs=ifs), *node.generators[i + 1 :]]
                    yield _with(node, generators=loops)


def slice_bound(node: ast.AST) -> Iterator[ast.AST]:
    """Move a bound of a slice up, down; leave it out; put one where there is none."""
    if not isinstance(node, ast.Slice):
        return
    for side, missing in (("lower", 1), ("upper", -1)):
        bound = getattr(node, side)
        if bound is None:
            yield _with(node, **{side: ast.Constant(missing)})
        else:
            yield _with(node, **{side: _plus(bound, 1)})
            yield _with(node, **{side: _plus(bound, -1)})
            yield _with(node, **{side: None})
    if node.step is not None:
        yield _with(node, step=None)


def index_shift(node: ast.AST) -> Iterator[ast.AST]:
    """Move an index one up, one down."""
    if not isinstance(node, ast.Subscript):
        return
    plain = not isinstance(node.slice, ast.Tuple)
    items = [node.slice] if plain else list(node.slice.elts)  # type: ignore[attr-defined]
    for i, item in enumerate(items):
        if isinstance(item, (ast.Slice, ast.Constant, ast.List)):
            continue
        for by in (1, -1):
            moved = [*items[:i], _plus(item, by), *items[i + 1 :]]
            yield _with(node, slice=moved[0] if plain else ast.Tuple(moved, ast.Load()))


def range_bound(node: ast.AST) -> Iterator[ast.AST]:
    """Move the start or the end of a range by one."""
    if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("range") and node.args):
        return
    if len(node.args) == 1:
        yield _with(node, args=[ast.Constant(1), *node.args])
    else:
        start, *rest = node.args
        yield _with(node, args=[_plus(start, 1), *rest])
        yield _with(node, args=[_plus(start, -1), *rest])
    end = min(1, len(node.args) - 1)
    for by in (1, -1):
        moved = _plus(node.args[end], by)
        yield _with(node, args=[*node.args[:end], moved, *node.args[end + 1 :]])


def argument_swap(node: ast.AST) -> Iterator[ast.AST]:
    """Exchange two neighbours: arguments, axes, entries, rows, names that are assigned to."""
    if isinstance(node, ast.Call):
        yield from (_with(node, args=args) for args in _swapped(node.args))
    elif isinstance(node, (ast.Tuple, ast.List)):
        yield from (_with(node, elts=elts) for elts in _swapped(node.elts))


def argument_removal(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out a keyword (``dtype=``) or the last argument."""
    if isinstance(node, ast.Call):
        for i in range(len(node.keywords)):
            yield _with(node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]])
        if len(node.args) > 1:
            yield _with(node, args=node.args[:-1])


def element_removal(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out an element of a typed list or set."""
    if isinstance(node, (ast.List, ast.Set)) and len(node.elts) > 1:
        yield from (_with(node, elts=elts) for elts in _without(node.elts))


def call_removal(node: ast.AST) -> Iterator[ast.AST]:
    """Replace ``abs(x)`` and ``x.abs()`` by ``x``."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in MODULES:
        yield node.func.value
    elif len(node.args) == 1 and not isinstance(node.args[0], ast.GeneratorExp):
        yield node.args[0]


def name_swap(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a function or method by its counterpart: min by max, stack by cat."""
    if isinstance(node, ast.Attribute) and node.attr in SWAPS:
        yield _with(node, attr=SWAPS[node.attr])
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in SWAPS:
        yield _with(node, id=SWAPS[node.id])


def transposition(node: ast.AST) -> Iterator[ast.AST]:
    """Replace ``x.T`` by ``x``; transpose a factor of ``@`` or a name that is returned."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield _with(node, left=ast.Attribute(node.left, "T", ast.Load()))
        yield _with(node, right=ast.Attribute(node.right, "T", ast.Load()))
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Name):
        yield _with(node, value=ast.Attribute(node.value, "T", ast.Load()))


def sign_change(node: ast.AST) -> Iterator[ast.AST]:
    """Drop a minus; put one before what is assigned or returned, and before an argument."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)) and node.value is not None:
        if not isinstance(node.value, ast.UnaryOp):
            yield _with(node, value=ast.UnaryOp(ast.USub(), node.value))
    elif isinstance(node, ast.Call):
        for i, arg in enumerate(node.args):
            if isinstance(arg, ast.Name):
                minus = ast.UnaryOp(ast.USub(), arg)
                yield _with(node, args=[*node.args[:i], minus, *node.args[i + 1 :]])


def statement_deletion(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out a statement or an ``else``; exchange ``break`` and ``continue``."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Pass)):
        return
    if isinstance(node, ast.stmt):
        yield ast.Pass()
    if isinstance(node, ast.If) and node.orelse:
        yield _with(node, orelse=[])
    if isinstance(node, ast.Break):
        yield ast.Continue()
    if isinstance(node, ast.Continue):
        yield ast.Break()


def accumulation(node: ast.AST) -> Iterator[ast.AST]:
    """Replace ``x += 1`` by ``x = 1``, and ``x[i] = 1`` by ``x[i] += 1``."""
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[-1], ast.Subscript):
        yield ast.AugAssign(node.targets[-1], ast.Add(), node.value)


def return_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Return 0 instead, or True."""
    if isinstance(node, ast.Return):
        yield from (_with(node, value=ast.Constant(value)) for value in (0, True))


def variable_replacement(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a parameter or loop variable by the next one of its function."""
    if isinstance(node, ast.Name) and hasattr(node, "following"):
        yield ast.Name(node.following, ast.Load())


OPERATORS: dict[str, Operator] = {
    f.__name__.replace("_", " "): f
    for f in (
        constant_replacement,
        arithmetic_replacement,
        operand_removal,
        operand_swap,
        comparison_replacement,
        boolean_replacement,
        condition_replacement,
        slice_bound,
        index_shift,
        range_bound,
        argument_swap,
        argument_removal,
        element_removal,
        call_removal,
        name_swap,
        transposition,
        sign_change,
        statement_deletion,
        accumulation,
        return_replacement,
        variable_replacement,
    )
}
