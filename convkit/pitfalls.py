"""Slips of Python's own, which look like mistakes about convolution."""

from __future__ import annotations

import ast
import dis
import inspect
import textwrap
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import numpy as np
import torch

from convkit.values import as_array

_REPEATED = (
    "[row] * m is one row, m times: what you write into one of them stands in all. "
    "Make each row anew, as in [[0] * n for _ in range(m)]."
)
_AT_ONCE = (
    "The return inside your for loop ends the function in the loop's first round. "
    "Should it stand below the loop?"
)


def pitfall(answer: Any, value: Any) -> str:
    """Return a sentence about a slip of Python's own in a wrong answer, or "".

    Parameters
    ----------
    answer : function or value
        The student's.
    value : anything
        What it gave, or the value itself.
    """
    if _repeats(answer, value):
        return _REPEATED
    if isinstance(answer, FunctionType) and any(map(_ends_at_once, _nodes(answer))):
        return _AT_ONCE
    names = sorted(_from_outside(answer)) if isinstance(answer, FunctionType) else []
    if not names:
        return ""
    return (
        f"Your function reads {names[0]!r}, a variable of the notebook and none of its arguments: "
        "it stays the same whatever the inputs are."
    )


def _repeats(answer: Any, value: Any) -> bool:
    """Tell whether one list stands in several rows."""
    if isinstance(value, list) and all(isinstance(row, list) for row in value):
        return len({id(row) for row in value}) < len(value)
    rows = as_array(value)
    if isinstance(rows, str) or rows.ndim != 2 or len(rows) < 2 or (rows != rows[0]).any():
        return False
    return isinstance(answer, FunctionType) and any(map(_is_repeated_list, _nodes(answer)))


def _nodes(function: FunctionType) -> Iterator[ast.AST]:
    try:
        source = textwrap.dedent(inspect.getsource(function))
        yield from ast.walk(ast.parse(source))
    except (OSError, TypeError, SyntaxError):  # no source is at hand: nothing can be said
        return


def _ends_at_once(node: ast.AST) -> bool:
    """Tell whether a node is a for loop that always returns in its first round."""
    return (
        isinstance(node, ast.For)
        and any(isinstance(statement, ast.Return) for statement in node.body)
        and not any(isinstance(inner, (ast.Continue, ast.Break)) for inner in ast.walk(node))
    )


def _is_repeated_list(node: ast.AST) -> bool:
    """Tell whether a node is [row] * m with a row that is a list."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
        return False
    outer = next((side for side in (node.left, node.right) if isinstance(side, ast.List)), None)
    if outer is None or len(outer.elts) != 1:
        return False
    row: ast.expr = outer.elts[0]
    if isinstance(row, ast.BinOp) and isinstance(row.op, ast.Mult):
        return isinstance(row.left, ast.List) or isinstance(row.right, ast.List)
    return isinstance(row, (ast.List, ast.ListComp))


def _from_outside(function: FunctionType) -> set[str]:
    """Return the notebook's variables with numbers that a function reads."""
    found = {}
    for name in _globals_read(function.__code__):
        if name in function.__globals__ and not name.isupper() and not name.startswith("_"):
            found[name] = function.__globals__[name]
    kinds = (torch.Tensor, np.ndarray, np.generic, int, float, list, tuple)
    return {name for name, value in found.items() if isinstance(value, kinds)}


def _globals_read(code: CodeType) -> set[str]:
    names = {str(i.argval) for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    for part in code.co_consts:
        if isinstance(part, CodeType):
            names |= _globals_read(part)
    return names
