"""What code changes in place, read from its text: names, and what a module keeps for itself."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

from convgrade.bindings import bound_names
from convgrade.constructs import parsed
from convgrade.telling import MUTATORS

__all__ = ["changed_names", "module_keeps_state", "root_of"]

# Functions of libraries that change what they are given.
CHANGERS = frozenset(
    {"shuffle", "heappush", "heappop", "heapify", "heapreplace", "heappushpop", "insort",
     "insort_left", "insort_right", "setattr", "delattr", "fill_diagonal", "put", "place",
     "copyto"}
)  # fmt: skip


def _keeps_state(text: str) -> bool:
    """Tell whether functions of a module change what it holds, so that calls depend on others."""
    tree = parsed(text)
    nodes = list(ast.walk(tree)) if tree is not None else []
    named = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    fixed = [node for node in nodes if isinstance(node, named)]
    held = bound_names(text)
    values = held.difference(*(bound_names(ast.unparse(node)) for node in fixed))
    for function in fixed:
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = list(ast.walk(function))
            called = {_mutated(node) for node in inner if isinstance(node, ast.Call)}
            if any(isinstance(node, ast.Global) for node in inner) or called & values:
                return True
            if _changed([n for n in inner if not isinstance(n, ast.Expr)]) & held:
                return True
    return False


def _mutated(call: ast.Call) -> str:
    """Return the name whose value a call changes; "" of one that changes none."""
    function = call.func
    if isinstance(function, ast.Name) and function.id == "next" and call.args:
        return root_of(call.args[0])
    changes = isinstance(function, ast.Attribute) and function.attr in MUTATORS
    return root_of(function) if changes else ""


def module_keeps_state(module: str, folder: str) -> bool:
    """Tell that of a module by its name, if it is a file in a folder."""
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    if not file.startswith(os.path.join(folder, "")):
        return False
    try:
        return _keeps_state(Path(file).read_text("utf-8", "replace"))
    except OSError:
        return False


def root_of(node: ast.expr) -> str:
    """Return the name with which an expression begins; "" where it is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def changed_names(source: str) -> set[str]:
    """Return the names of others' values that code changes in place."""
    tree = parsed(source)
    nodes = list(ast.walk(tree)) if tree is not None else []
    return _changed(nodes) - bound_names(source) - {""}


def _changed(nodes: list[ast.AST]) -> set[str]:
    found = set[str]()
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.Delete)):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            name = ast.unparse(call.func).rpartition(".")[2]
            targets = [call.func, *(call.args[:1] if name in CHANGERS else [])]
            targets = [t for t in targets if not (t is call.func and isinstance(t, ast.Name))]
            found |= {t.id for t in targets if isinstance(t, ast.Name)}
        else:
            continue
        found |= {root_of(t) for t in targets if isinstance(t, (ast.Attribute, ast.Subscript))}
    shared = {n for node in nodes if isinstance(node, ast.Global) for n in node.names}
    local = {node.arg for node in nodes if isinstance(node, ast.arg)} | {
        node.id for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }  # fmt: skip
    return (found | shared) - (local - shared)
