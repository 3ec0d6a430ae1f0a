"""nbconvert preprocessor: what a person grades stands first in formgrader."""

from __future__ import annotations

from typing import Any

import nbformat.v4 as v4
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from convgrade.cells import is_test

__all__ = ["ByHandFirst", "by_hand_first"]

TOP = "## To grade by hand"
REST = "## The whole notebook\n\nWithout what stands above."


class ByHandFirst(NbGraderPreprocessor):  # type: ignore[misc]
    """For ``HTMLExporter.preprocessors``: nbgrader makes formgrader's pages with that class.

    It changes the page only, not the graded notebook. Other pages that the class makes are
    left alone.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Treat one notebook; called by nbconvert."""
        submission = resources.get("submission_id")
        if submission is not None:
            by_hand_first(nb, self._waiting(submission))
        return nb, resources

    def _waiting(self, submission: str) -> set[str]:
        """Return the graded cells that wait for a person, whatever their kind."""
        folder = CourseDirectory(parent=self)
        with Gradebook(folder.db_url, folder.course_id) as gradebook:
            try:
                found = gradebook.find_submission_notebook_by_id(submission)
            except MissingEntry:
                return set()
            return {grade.name for grade in found.grades if grade.needs_manual_grade}


def by_hand_first(nb: NotebookNode, waiting: set[str]) -> None:
    """Put the written answers, and whatever waits, to the top, each with what belongs to it.

    Parameters
    ----------
    nb : NotebookNode
        Changed in place.
    waiting : set of str
        Names of other graded cells that belong there.
    """
    first: list[int] = []
    for place, cell in enumerate(nb.cells):
        mark = cell.metadata.get("nbgrader", {})
        graded = mark.get("grade") or mark.get("task")
        if graded and (not is_test(cell) or mark.get("grade_id") in waiting):
            first += [i for i in _together(nb.cells, place) if i not in first]
    if not first:
        return
    chosen = set(first)
    rest = [cell for place, cell in enumerate(nb.cells) if place not in chosen]
    nb.cells = [
        v4.new_markdown_cell(TOP),
        *(nb.cells[place] for place in first),
        v4.new_markdown_cell(REST),
        *rest,
    ]


def _together(cells: list[NotebookNode], place: int) -> list[int]:
    """Return a graded cell and what belongs to it, in the order in which a grader needs them.

    First the answer; of a test, the answers that it is about, and the test. Then the texts
    above them, which somebody who grades a class soon knows: exercise and marking guide.
    """
    start = place
    while start and _belongs(cells[start - 1], is_test(cells[place])):
        start -= 1
        if _is_heading(cells[start]):
            break
    block = range(start, place + 1)
    texts = [i for i in block if i != place and not utils.is_solution(cells[i])]
    return [*(i for i in block if i not in texts), *texts]


def _belongs(cell: NotebookNode, to_a_test: bool) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    if mark.get("grade"):
        return False
    return cell.cell_type == "markdown" or (to_a_test and utils.is_solution(cell))


def _is_heading(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and any(
        line.startswith("#") for line in cell.source.split("\n")
    )
