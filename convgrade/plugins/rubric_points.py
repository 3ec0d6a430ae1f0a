"""Hold the points of a `Rubric` against those of the cell that ends in its score."""

from __future__ import annotations

import ast
import warnings

from nbformat import NotebookNode

from convgrade.cells import is_test
from convgrade.records import RUBRIC

__all__ = ["disagreements", "rubric_points"]


def disagreements(course: NotebookNode) -> list[str]:
    """Name the test cells whose rubric is worth something else than nbgrader says they are."""
    told = []
    for cell in course.cells:
        if cell.cell_type != "code" or not is_test(cell):
            continue
        worth, mark = rubric_points(cell.source), cell.metadata.nbgrader
        if worth is not None and worth != float(mark.points):
            told.append(
                f"{mark.grade_id} (its Rubric gives {worth:g} points, the cell {mark.points:g})"
            )
    return told


def rubric_points(source: str) -> float | None:
    """Return the points of a cell that makes one `Rubric` and ends in its ``score()``.

    None for any other cell, and where the points are no number but computed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError):  # a cell with a magic line
        return None
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_rubric(node)]
    if len(made) != 1 or not tree.body:
        return None
    last = tree.body[-1]
    value = last.value if isinstance(last, ast.Expr) else None
    if not (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr == "score"
    ):
        return None
    named = [word.value for word in made[0].keywords if word.arg == "points"]
    points = (*made[0].args[1:2], *named)
    if len(points) != 1:
        return None
    try:
        return float(ast.literal_eval(points[0]))
    except (ValueError, TypeError):
        return None


def _is_rubric(call: ast.Call) -> bool:
    name = call.func
    return (name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")) == RUBRIC
