"""Which files a model solution mentions, and which it changes: read in its text."""

from __future__ import annotations

import ast
import os
import re

from convgrade.constructs import parsed
from convgrade.telling import FILE

__all__ = ["files_changed", "files_mentioned", "given_to"]

WRITERS = re.compile(
    r"to_\w+|save\w*|write\w*|dump|imsave|imwrite|remove|unlink|rename|replace|move|copy\w*|touch"
    r"|truncate|rmtree|mkdir|makedirs|connect"
)
MODES = re.compile(r"[rbt]*[wax+][rbt+]*")


def files_mentioned(source: str) -> set[str]:
    """Return the names of files that stand in a model solution."""
    tree = parsed(source)
    names = _texts(tree) if tree is not None else set()
    return {os.path.normpath(name) for name in names} | _written_cell(source)


def given_to(function: str) -> str:
    """Return what stands for the files whose names a function, or a class, is given."""
    return f"{function}(*)"


def files_changed(source: str) -> set[str]:
    """Return the names of files that a model solution writes, and `given_to` others' writers."""
    tree, found = parsed(source), _written_cell(source)
    for part in tree.body if tree is not None else ():
        others = set[str]()
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            others = {given_to(part.name)}
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and _writes(node):
                found |= {os.path.normpath(name) for name in _texts(node)} or others
    return found


def _writes(call: ast.Call) -> bool:
    target = call.func
    name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    if name == "open":
        rest = [*call.args, *(keyword.value for keyword in call.keywords)]
        return any(
            isinstance(part, ast.Constant) and MODES.fullmatch(str(part.value)) for part in rest
        )
    return WRITERS.fullmatch(name) is not None and isinstance(target, ast.Attribute)


def _texts(tree: ast.AST) -> set[str]:
    return {
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and FILE.fullmatch(node.value)
    }  # fmt: skip


def _written_cell(source: str) -> set[str]:
    """Return the file that a cell becomes by ``%%writefile``."""
    found = re.match(r"\s*%%(?:writefile|file)\s+(?:-a\s+)?(\S+)", source)
    return {os.path.normpath(found[1].strip("\"'"))} if found else set()
