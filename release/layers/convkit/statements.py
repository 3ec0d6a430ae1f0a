"""What a cell of a notebook runs: its statements, with those in magics and texts among them."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence

__all__ = ["DEFINITIONS", "alive", "blocks", "statements", "text_of"]

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MAGICS = frozenset({"time", "capture", "prun"})  # they run code among the notebook's names


@functools.cache  # every check reads the same cells again
def statements(source: str) -> tuple[ast.stmt, ...]:
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
                text = _in_magic([text_of(arg) or "" for arg in args])
            case ast.Expr(ast.Call(ast.Name("exec"), [given, *_])):
                text = text_of(given)
        if text is None:
            yield node
        else:
            yield from statements(text)


def _in_magic(texts: Sequence[str]) -> str:
    """Return the code that a magic runs among the notebook's names."""
    return texts[-1] if texts and texts[0] in _MAGICS else ""


def text_of(node: ast.AST) -> str | None:
    """Return the text that an expression of constants gives; None for any other."""
    match node:
        case ast.Constant(str(value)):
            return value
        case ast.BinOp(left, ast.Add(), right):
            a, b = text_of(left), text_of(right)
            return None if a is None or b is None else a + b
        case ast.JoinedStr(values):
            parts = [text_of(v.value if isinstance(v, ast.FormattedValue) else v) for v in values]
            return None if None in parts else "".join(p for p in parts if p is not None)
        case ast.Call(ast.Attribute(glue, "join"), [ast.List(items) | ast.Tuple(items)]):
            between, parts = text_of(glue), [text_of(item) for item in items]
            if between is None or None in parts:
                return None
            return between.join(p for p in parts if p is not None)
        case ast.Subscript(value, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))):
            backwards = text_of(value)
            return None if backwards is None else backwards[::-1]
    return None


def alive(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield a block's statements up to one that ends it."""
    for node in body:
        yield node
        if isinstance(node, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return


def blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks inside a statement, without those that never run."""
    if isinstance(node, (*DEFINITIONS,)):
        return []
    if isinstance(node, (ast.If, ast.While)) and isinstance(node.test, ast.Constant):
        return [node.body if node.test.value else node.orelse]
    blocks = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(node, "handlers", [])]
    blocks += [case.body for case in getattr(node, "cases", [])]
    return [block for block in blocks if block]
