"""What the value in which a test ends says of its points.

Stock nbgrader takes every value for all points that it cannot read as a number, `False` too. Where
its author can have meant points, or whether all was right, a person decides.
"""

from __future__ import annotations

import ast
import dis
import math
import re
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from convgrade.constructs import parsed
from convgrade.libraries import is_library
from convgrade.mirrors import Mirror
from convgrade.proxy import Proxy

__all__ = ["says_nothing"]

CONTAINERS = (list, tuple, set, frozenset, dict)
POINTS = re.compile(r"\s*-?[\d.]+\s*((/|of|out of|%)\s*[\d.]*\s*)?(points?)?\W*", re.IGNORECASE)
DEEP = 20  # containers in one another
NUMBERS = (int, float, complex, type(None))


def says_nothing(value: Any, source: str, course: Callable[[str], Any]) -> bool:
    """Tell whether a value is only shown: True, a text, a table, what holds texts and numbers.

    In a test that asserts nothing, other values than a word of its own could be the verdict.

    Parameters
    ----------
    value : object
        In which the test has ended.
    source : str
        The test's.
    course : callable
        Returns the course's own value of a name, or None: its functions may assert for a test.
    """
    if value is True or not _is_shown(value):
        return value is True
    tree = parsed(source)
    nodes = list(ast.walk(tree)) if tree is not None else []
    if any(isinstance(n, (ast.Assert, ast.Raise)) or _asserts(n, course) for n in nodes):
        return True
    last = tree.body[-1] if tree is not None and tree.body else None
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant)


def _asserts(node: ast.AST, course: Callable[[str], Any]) -> bool:
    """Tell whether it calls what asserts: a function of the course's, or one of such a name."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    first, *rest = name.split(".")
    found = course(first)
    for part in rest:
        found = vars(found).get(part) if type(found) is ModuleType else None
    return "assert" in name.lower() or (type(found) is FunctionType and _has_assert(found))


def _has_assert(function: FunctionType) -> bool:
    code = function.__code__
    return any("assert" in name.lower() for name in code.co_names) or any(
        # Of an `assert`; the second since Python 3.14.
        step.opname == "LOAD_ASSERTION_ERROR" or step.argrepr == "AssertionError"
        for step in dis.get_instructions(code)
    )


def _is_shown(value: Any, deep: int = 0) -> bool:
    kind = type(value)
    if kind is str:
        return deep > 0 or not POINTS.fullmatch(value)
    if kind in CONTAINERS:
        parts = [*value, *value.values()] if kind is dict else [*value]
        if deep == DEEP or (len(parts) == 1 and type(parts[0]) in NUMBERS):  # points in a list
            return False
        return all(type(part) in NUMBERS or _is_shown(part, deep + 1) for part in parts)
    if type(kind) is Mirror or issubclass(kind, Proxy) or not is_library(kind.__module__):
        return False  # what stands for a student's is not asked
    if kind.__module__.startswith("matplotlib."):
        return True
    types = getattr(value, "dtypes", None) if kind.__name__ == "DataFrame" else ()
    types = [*types] if types is not None and len(types) else [getattr(value, "dtype", "bool")]
    if any("bool" in str(dtype) for dtype in types):
        return False
    return getattr(value, "ndim", 0) > 0 and math.prod(value.shape) != 1
