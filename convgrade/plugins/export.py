"""Export grades with a column for every exercise, quoted so that names may hold commas."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin


class ExerciseCsv(ExportPlugin):  # type: ignore[misc]
    """Write one row a student and assignment: nbgrader's columns, then the exercises.

    Use with ``nbgrader export --exporter=convgrade.plugins.export.ExerciseCsv``, or through
    ``ExportApp.plugin_class`` as in this course's configuration. nbgrader's own exporter joins
    fields with bare commas, so that "Doe, Jane" shifts every column after it.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file named by ``--to`` (``grades.csv`` when unset).

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook
        """
        rows = list(self._rows(gradebook))
        columns = list(dict.fromkeys(name for row in rows for name in row))
        target = self.to or "grades.csv"
        # utf-8-sig: without the mark, Excel reads accented names as another encoding.
        with open(target, "w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        self.log.info("Exported %d rows to %s", len(rows), target)

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        students = {str(name) for name in self.student}
        assignments = {str(name) for name in self.assignment}
        for assignment in gradebook.assignments:
            if assignments and assignment.name not in assignments:
                continue
            for student in gradebook.students:
                if not students or student.id in students:
                    yield self._row(gradebook, assignment, student)

    def _row(self, gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
        row: dict[str, Any] = {
            "assignment": assignment.name,
            "duedate": assignment.duedate,
            "timestamp": "",
            "student_id": student.id,
            "last_name": student.last_name,
            "first_name": student.first_name,
            "email": student.email,
            "raw_score": 0.0,
            "late_submission_penalty": 0.0,
            "score": 0.0,
            "max_score": assignment.max_score,
            "needs_manual_grade": "",
        }
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:  # nothing handed in
            return row
        penalty = submission.late_submission_penalty or 0.0
        row |= {
            "timestamp": submission.timestamp,
            "raw_score": submission.score,
            "late_submission_penalty": penalty,
            "score": max(0.0, submission.score - penalty),
            "needs_manual_grade": submission.needs_manual_grade,
        }
        for notebook in sorted(submission.notebooks, key=lambda n: n.name):
            for grade in notebook.grades:
                row[f"{notebook.name}/{grade.name.removesuffix('_test')}"] = grade.score
        return row
