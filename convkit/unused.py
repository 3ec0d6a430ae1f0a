"""Whether what an exercise requires is computed and then thrown away.

`rule.missed` reads names only. This runs the answer once more, on what the instant check tries,
with what those library functions give spoiled. If every result is right all the same, it does not
come from them. A function of the student's own with one of the names is not spoiled, and an answer
that has one is never accused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from convkit.calling import spoiled
from convkit.comparing import Difference, compare
from convkit.statements import statements


def unused(
    cells: Sequence[str],
    require: Iterable[str],
    function: Callable[..., Any],
    right: Callable[..., Any],
    cases: Sequence[Sequence[Any]],
) -> bool:
    """Tell whether an answer surely does not depend on what it calls by those names.

    Parameters
    ----------
    cells, require
        As for `rule.missed`.
    function, right : callable
        The student's function, which is right in these cases, and the one it is compared with.
    cases : sequence of argument tuples
    """
    require = frozenset(require)
    if not require or not cases or _binds(cells, require):
        return False
    for args in cases:
        value, ran = spoiled(function, args, require)
        if not ran or isinstance(value, Difference) or compare(right(*args), value) is not None:
            return False
    return True


def rule_unused(require: Iterable[str]) -> Difference:
    """Say that the result of an answer does not come from what its exercise is about."""
    names = " or ".join(sorted(require))
    return Difference(
        f"the construction that this exercise is about, by {names}",
        "your code calls it, but your result stays the same whatever it gives",
        "Make the result of what you call, not beside it.",
    )


def _binds(cells: Sequence[str], names: frozenset[str]) -> bool:
    """Tell whether a cell gives one of the names to something, other than by an import."""
    return any(
        (isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names)
        for source in cells
        if type(source) is str and any(name in source for name in names)
        for statement in statements(source)
        for node in ast.walk(statement)
    )
