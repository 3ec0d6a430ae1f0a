"""What single nodes of a test's syntax tree say."""

from __future__ import annotations

import ast
import re

from convgrade.telling import MUTATORS

__all__ = [
    "assigned_by",
    "can_tell",
    "changes_part",
    "compares_sizes",
    "dotted_name",
    "name_of",
    "names_in",
    "of_none",
    "patches",
    "unused_calls",
]


def name_of(node: ast.AST) -> str:
    """Return a name, or that of an attribute; "" of what is neither."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def compares_sizes(node: ast.AST) -> bool:
    """Tell whether a statement asks which of two values, neither of them written out, is less."""
    if isinstance(node, ast.Assert):
        inner = [part for part in ast.walk(node.test) if isinstance(part, ast.Compare)]
        orders = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
        return any(
            isinstance(part.ops[0], orders)
            and not any(isinstance(side, ast.Constant) for side in (part.left, *part.comparators))
            for part in inner
        )
    return isinstance(node, ast.Call) and name_of(node.func) in ("assertLess", "assertGreater")


def names_in(node: ast.AST) -> list[str]:
    """Return the names that stand in a node itself; a text may be one, for `getattr`."""
    if isinstance(node, ast.Attribute):
        return [node.attr, f".{node.attr}"]
    if isinstance(node, ast.Constant):
        said = node.value if isinstance(node.value, str) and node.value.isidentifier() else ""
        return [said, f".{said}"] if said else []
    if isinstance(node, ast.ExceptHandler) and node.type is None:
        return ["except:"]
    if isinstance(node, ast.ImportFrom):
        return [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    if isinstance(node, ast.Import):
        return [part for alias in node.names for part in alias.name.split(".")]
    return [node.id] if isinstance(node, ast.Name) else []


def changes_part(node: ast.AST, counters: set[str]) -> bool:
    """Tell whether a part of an array may be changed; counters are names that begin as numbers."""
    if isinstance(node, ast.AugAssign):
        return name_of(node.target) not in counters
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)


def can_tell(nodes: list[ast.AST]) -> bool:
    """Tell whether something is changed that is no new list, or asked what it is."""
    made = (ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set)
    bindings = [n for n in nodes if isinstance(n, ast.Assign) and isinstance(n.value, made)]
    new = {t.id for node in bindings for t in node.targets if isinstance(t, ast.Name)}
    return any(
        (isinstance(node, ast.Compare) and not of_none(node)
         and isinstance(node.ops[0], (ast.Is, ast.IsNot)))
        or (isinstance(node, ast.Attribute) and node.attr in MUTATORS
            and not (isinstance(node.value, ast.Name) and node.value.id in new))
        or isinstance(node, ast.Delete)
        for node in nodes
    )  # fmt: skip


def dotted_name(node: ast.AST) -> str:
    """Return an attribute as its dotted name; "" of what is none."""
    parts = list[str]()
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *parts[::-1]]) if parts and isinstance(node, ast.Name) else ""


def of_none(node: ast.Compare) -> bool:
    """Tell whether a comparison only asks whether there is something."""
    right = node.comparators
    return len(right) == 1 and isinstance(right[0], ast.Constant) and right[0].value is None


def patches(node: ast.AST) -> bool:
    """Tell whether a call patches in a way that `convgrade.patched` does not hear of."""
    if not isinstance(node, ast.Call):
        return False
    words = ast.unparse(node.func)
    return re.fullmatch(r"(\w+\.)*(patch\.dict|monkeypatch\.set\w+)", words) is not None


def assigned_by(node: ast.AST) -> list[tuple[str, str]]:
    """Return which attributes of names a statement sets."""
    targets = node.targets if isinstance(node, ast.Assign) else ()
    return [
        (target.value.id, target.attr) for target in targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
    ]  # fmt: skip


def unused_calls(tree: ast.Module) -> list[tuple[int, str]]:
    """Return lines, and names of functions that are called there for nothing but their effects."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            if isinstance(function, ast.Name) and node is not tree.body[-1]:
                found.append((node.lineno, function.id))
    return found
