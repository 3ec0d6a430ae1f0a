"""Name what tests use of the course's that a student may edit: there it is theirs to decide."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from convgrade.cells import is_test, read_course
from convgrade.constructs import parsed
from convgrade.course_text import left_to_students, names_taken

__all__ = ["theirs"]

SOLUTION = re.compile(
    r"^[^\n]*BEGIN SOLUTION[^\n]*$.*?^[^\n]*END SOLUTION[^\n]*$", re.DOTALL | re.MULTILINE
)


def theirs(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return test cells whose verdict a student could decide, and why.

    Parameters
    ----------
    notebook : NotebookNode
        The source, with model solutions.

    Returns
    -------
    list of (str, str)
        The grade_id of a test, and what it uses.
    """
    found = []
    lost, given = left_to_students(notebook), dict[str, str]()
    for part in read_course(notebook):
        if part.cell.cell_type != "code":
            continue
        if part.role == "answer":
            given |= dict.fromkeys(_helpers(part.cell.source), part.name)
            continue
        if not is_test(part.cell):
            continue
        taken = names_taken(part.cell.source)
        found += [
            (
                part.name,
                f"`{name}` stands in the answer cell {answer}, outside the solution, where a "
                "student may change it. Put it into a locked cell.",
            )
            for name, answer in sorted(given.items()) if name in taken
        ]  # fmt: skip
        found += [
            (
                part.name,
                f"`{name}` comes from an unmarked cell that runs code of the student's, and that "
                "a student may edit. Lock that cell.",
            )
            for name, place in sorted(lost.items()) if name in taken and place < part.index
        ]  # fmt: skip
    return found


def _helpers(source: str) -> Iterator[str]:
    """Yield functions and classes that an answer cell is handed out with, whole."""
    whole, rest = parsed(source), parsed(SOLUTION.sub("", source))
    if whole is None or rest is None:
        return
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    full = {ast.dump(node) for node in whole.body if isinstance(node, kinds)}
    solved = SOLUTION.search(source) is not None
    for node in rest.body:
        if isinstance(node, kinds) and solved and ast.dump(node) in full:
            yield node.name
