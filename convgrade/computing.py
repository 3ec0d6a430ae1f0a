"""Texts that can do nothing but compute, whoever wrote them: numbers, operators, some names."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable

__all__ = ["is_generated", "only_computes"]

PARTS = (
    ast.Expression, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.Tuple, ast.List, ast.Set, ast.Dict, ast.expr_context, ast.operator, ast.unaryop,
    ast.boolop, ast.cmpop,
)  # fmt: skip
# What a function that sympy writes for a formula consists of, besides.
GENERATED = (
    *PARTS, ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Expr, ast.Return, ast.Assign,
    ast.Subscript, ast.Slice, ast.keyword, ast.GeneratorExp, ast.ListComp, ast.comprehension,
)  # fmt: skip
LIBRARIES = frozenset({"math", "cmath", "numpy", "scipy", "mpmath", "sympy", "special"})
NUMBERS = frozenset(
    {"abs", "min", "max", "sum", "pow", "round", "float", "int", "complex", "bool", "range"}
)
IMPORT = re.compile(rf"from ({'|'.join(sorted(LIBRARIES))})[\w.]* import \w+")


def only_computes(
    text: str,
    names: Callable[[str], bool],
    calls: Callable[[str], bool] = lambda name: False,
    words: bool = True,
) -> bool:
    """Tell whether a text is an expression that reaches nothing but what some names stand for.

    Parameters
    ----------
    text : str
    names, calls : callable
        Tell which names may be read, and which may be called.
    words : bool
        Whether it may have texts in it.
    """
    tree = _parsed(text, "eval")
    if tree is None:
        return False
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if not (calls if node in called else names)(node.id):
                return False
        elif isinstance(node, ast.Call):
            if node.keywords or not isinstance(node.func, ast.Name):
                return False
        elif not isinstance(node, PARTS) or (not words and _says(node)):
            return False
    return True


def is_generated(text: str) -> bool:
    """Tell whether a text is one that ``sympy.lambdify`` writes for a formula, and no more.

    Names in a formula may be any text, and stand in it as they are.
    """
    if IMPORT.fullmatch(text.strip()):
        return True
    tree = _parsed(text, "exec")
    if not isinstance(tree, ast.Module) or len(tree.body) != 1:
        return False
    function = tree.body[0]
    if not isinstance(function, ast.FunctionDef):
        return False
    notes = {function.body[0].value} if isinstance(function.body[0], ast.Expr) else set()
    return not function.decorator_list and all(
        (isinstance(node, GENERATED) and (node in notes or not _says(node)))
        or (isinstance(node, ast.Name) and _is_number(node.id))
        or (isinstance(node, ast.Attribute) and _is_library(node))
        or isinstance(node, ast.Call)
        for node in ast.walk(tree)
    )  # fmt: skip


def _parsed(text: str, mode: str) -> ast.AST | None:
    try:
        return ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _says(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def _is_number(name: str) -> bool:
    return name in NUMBERS or not (hasattr(builtins, name) or name.startswith("__"))


def _is_library(node: ast.Attribute) -> bool:
    """Tell whether an attribute is one of a library's modules, or a sum of Python's."""
    first = node.value
    while isinstance(first, ast.Attribute) and not first.attr.startswith("_"):
        first = first.value
    if not isinstance(first, ast.Name) or node.attr.startswith("_"):
        return False
    return first.id in LIBRARIES or (first.id == "builtins" and node.attr in NUMBERS)
