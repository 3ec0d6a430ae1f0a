"""Finds tests that the model solution fails here, and passes in one process with its test.

What a test does can look otherwise through a stand-in in a way that nobody has thought of. Then
the right answer of the course's own fails, too, and the test says nothing about a student's.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from nbformat import NotebookNode
from nbgrader import utils

from convgrade.cells import is_test, tidy
from convgrade.constructs import read_constructs
from convgrade.regions import without_marks
from convgrade.trusted import TrustedClient

__all__ = ["in_doubt", "model_notebook", "unanswered", "undecided"]

FAILS = (
    "the model solution fails this test here, and passes it where answer and test share a process"
)
WAITS = "the model solution waits for a person here, too: "


def in_doubt(nb: NotebookNode, client: TrustedClient) -> list[NotebookNode]:
    """Return the test cells that gave less than all points, and compare by more than parts."""
    return [
        cell for cell in nb.cells
        if is_test(cell) and not read_constructs(cell.source).rubric
        and cell.metadata.nbgrader.grade_id not in client.waiting
        and client.points.get(cell.metadata.nbgrader.grade_id, 0) < cell.metadata.nbgrader.points
    ]  # fmt: skip


def unanswered(nb: NotebookNode, released: Mapping[str, NotebookNode]) -> set[str]:
    """Return the grade_ids of tests all of whose answers are as they were handed out."""
    found, answers = set[str](), list[bool]()
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if utils.is_solution(cell):
            answers.append(name in released and tidy(cell.source) == tidy(released[name].source))
        elif is_test(cell):
            found |= {name} if answers and all(answers) else set()
            answers = []
    return found


def model_notebook(
    course: NotebookNode, binds: Mapping[str, list[str]], solutions: Mapping[str, str]
) -> NotebookNode:
    """Return the course's notebook with its model solutions, as a submission is rebuilt."""
    model = copy.deepcopy(course)
    for cell in model.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = solutions.get(name, cell.source)
        if name in binds:
            cell.metadata.setdefault("convgrade", {})["binds"] = binds[name]
    return model


def undecided(
    model: NotebookNode, client: Callable[[NotebookNode], TrustedClient]
) -> dict[str, str]:
    """Return by grade_id why a test decides nothing here.

    Parameters
    ----------
    model : NotebookNode
    client : callable
        Makes what grades a notebook.
    """
    here = client(copy.deepcopy(model))
    here.grade()
    found = {name: f"{WAITS}{why}" for name, why in here.waiting.items()}
    failed = {cell.metadata.nbgrader.grade_id for cell in in_doubt(model, here)}
    if not failed:
        return found
    together = copy.deepcopy(model)
    for cell in together.cells:  # all are cells of one process now, and nothing in them is hidden
        cell.source = without_marks(cell.source)
        cell.metadata.pop("nbgrader", None)
    client(together).grade()
    for cell, other in zip(model.cells, together.cells, strict=True):
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in failed:
            other.metadata["nbgrader"] = cell.metadata.nbgrader
            if (utils.determine_grade(other)[0] or 0) > here.points.get(name, 0):
                found[name] = FAILS
    return found
