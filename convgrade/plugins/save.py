"""nbgrader preprocessor: records verdicts, and nothing that only looks like one."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import SaveAutoGrades

from convgrade.plugins.given import answer_digests, let_wait

__all__ = ["WAITS", "SaveVerdicts", "without_marks"]

WAITS = "Waits for a person: "  # how the comment on a test that came to no verdict begins


class SaveVerdicts(SaveAutoGrades):  # type: ignore[misc]
    """Stands where nbgrader's SaveAutoGrades does.

    The points of a test cell are what `ExecuteTrusted` computed, not what stands
    in the cell's output; a test cell without a verdict gets 0, and one that met what does
    not cross gets none: a person grades it. Points that a person gave wait again if the
    answer is another one. What was repaired, crashed or waits becomes part of the automatic
    comment on the exercise's answer.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Record one notebook; called by nbgrader's exporter."""
        if "convgrade" not in resources:
            self.log.warning(
                "%s was not run, so its test cells give no points.", resources["unique_key"]
            )
        self._answers = answer_digests(nb)
        found = resources.get("convgrade", {})
        notes = {name: list(lines) for name, lines in found.get("notes", {}).items()}
        for name, words in found.get("waiting", {}).items():
            words = words.replace("`", "'")  # which Markdown would take for code
            notes.setdefault(name, []).append(f"{WAITS}{words}.")
        self._remarks, self._last = _remarks(nb, notes), len(nb.cells) - 1
        try:
            nb, resources = super().preprocess(nb, resources)
        finally:
            self._commit_again()
        return without_marks(nb), resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Record one cell; called by nbgrader's preprocessor.

        A notebook's are committed at once, where nbgrader does it after each score: a commit
        waits for the disk, and what nbgrader writes first is not yet ours.
        """
        session = self.gradebook.db
        if cell_index == 0:
            session.commit = session.flush
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell_index == self._last:
            self._commit_again()
            session.commit()
        return cell, resources

    def _commit_again(self) -> None:
        gradebook = getattr(self, "gradebook", None)
        if gradebook is not None:  # else it could not be opened
            vars(gradebook.db).pop("commit", None)

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(_without_outputs(cell), resources)
        if utils.is_solution(cell) or cell.cell_type != "code":
            self._let_wait(cell)  # graded by hand
            return
        grade_id = cell.metadata.nbgrader.grade_id
        points = resources.get("convgrade", {}).get("points", {})
        grade = self.gradebook.find_grade(
            grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = float(points.get(grade_id, 0.0))
        grade.needs_manual_grade = grade.manual_score is not None
        if grade_id in resources.get("convgrade", {}).get("waiting", {}):
            # None, not 0.0: nbgrader then goes on waiting where a person takes points back.
            grade.auto_score, grade.needs_manual_grade = None, True
            self._let_wait(cell, " waits")
        else:
            # A person who gave other points had these before them.
            self._let_wait(cell, f" {grade.auto_score:g}")

    def _let_wait(self, cell: NotebookNode, verdict: str = "") -> None:
        """Let it wait for a person whose points were given to another answer, or verdict."""
        grade_id = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(
            grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        let_wait(self.gradebook, grade, self._answers[grade_id] + verdict)

    def _add_comment(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_comment(cell, resources)
        if utils.is_task(cell):
            self._let_wait(cell)
        remarks = self._remarks.get(cell.metadata.nbgrader.grade_id)
        if not remarks:
            return
        comment = self.gradebook.find_comment(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        comment.auto_comment = "\n".join(filter(None, [comment.auto_comment, *remarks]))


def without_marks(nb: NotebookNode) -> NotebookNode:
    """Take from the cells, in place, what was for `ExecuteTrusted`."""
    for cell in nb.cells:
        cell.metadata.pop("convgrade", None)
    return nb


def _without_outputs(cell: NotebookNode) -> NotebookNode:
    """Return the cell as nbgrader may see it: outputs could make its own reading fail."""
    bare = NotebookNode(cell)
    if cell.cell_type == "code":
        bare["outputs"] = []
    return bare


def _remarks(nb: NotebookNode, notes: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what to say about each answer cell: of itself, and of the test cells after it."""
    facts = nb.metadata.get("convgrade", {})
    words: dict[str, list[str]] = {}
    if facts.get("ungradable"):
        words.setdefault("", []).append(f"Not graded: {facts['ungradable']}.")
    for repair in facts.get("repairs", []):
        words.setdefault(repair["grade_id"], []).append(f"Repaired: {repair['words']}")
    for grade_id, lines in notes.items():
        words.setdefault(grade_id, []).extend(lines)
    remarks: dict[str, list[str]] = {}
    waiting, answer = words.pop("", []), ""
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if utils.is_solution(cell) or utils.is_task(cell):
            answer = grade_id
        # What concerns no answer, or stands before the first, goes to the next one.
        waiting += words.pop(grade_id, []) if grade_id else []
        if answer and waiting:
            remarks.setdefault(answer, []).extend(waiting)
            waiting = []
    return {name: [_harmless(line) for line in lines] for name, lines in remarks.items()}


def _harmless(line: str) -> str:
    """Take from a remark what Markdown could make more of than text: feedback renders comments."""
    return re.sub(r"[<>\[\]`&$\\]", " ", line)
