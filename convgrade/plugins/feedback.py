"""nbgrader preprocessor: collects for a feedback page what the gradebook and the tests say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades

from convgrade.exercises import Comment, Exercise, Grade, read_exercises
from convgrade.plugins.model_answers import ModelAnswers
from convgrade.plugins.overview import overview

__all__ = ["CollectFeedback"]


class CollectFeedback(GetGrades):  # type: ignore[misc]
    """Stands for nbgrader's GetGrades, which it extends, in ``GenerateFeedback.preprocessors``.

    Goes after the preprocessors that take out what students must not see. Leaves
    ``resources["feedback"]`` behind for the template of `FeedbackExporter`: a list
    of `convgrade.exercises.Exercise`; and ``resources["overview"]``, an `Overview`.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Treat one notebook; called by nbgrader's exporter."""
        self._grades: dict[str, Grade] = {}
        self._comments: dict[str, Comment] = {}
        nb, resources = super().preprocess(nb, resources)
        exercises = read_exercises(nb, self._grades, self._comments)
        ModelAnswers(parent=self).show(exercises, self.assignment_id, self.notebook_id)
        resources["feedback"] = exercises
        graded = Path(resources.get("metadata", {}).get("path", ""))
        with self.gradebook:
            resources["overview"] = overview(
                self.gradebook, self.assignment_id, self.student_id, graded
            )
        _mark(exercises)
        return nb, resources

    def _get_score(self, cell: NotebookNode, resources: Any) -> None:
        name = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        self._grades[name] = Grade(
            score=float(grade.score),
            points=float(grade.max_score),
            tests=grade.auto_score,
            by_person=grade.manual_score is not None,
            waits=bool(grade.needs_manual_grade) and grade.manual_score is None,
        )

    def _get_comment(self, cell: NotebookNode, resources: Any) -> None:
        name = cell.metadata.nbgrader.grade_id
        comment = self.gradebook.find_comment(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        automatic, written = comment.auto_comment or "", comment.manual_comment or ""
        # Formgrader begins a person's comment with the automatic one.
        automatic = "" if automatic and automatic in written else automatic
        self._comments[name] = Comment(automatic, written)


def _mark(exercises: list[Exercise]) -> None:
    """Tell the answer cells of the notebook where on the page they are discussed."""
    for exercise in exercises:
        for cell in exercise.answers:
            cell.metadata["feedback"] = exercise.name
