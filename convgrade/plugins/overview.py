"""What a feedback page says of the whole submission: who, all notebooks, the total."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Overview", "Row", "overview"]


@dataclass(frozen=True)
class Row:
    """A notebook of the assignment.

    Attributes
    ----------
    name : str
    score, points : float
        Before the late penalty.
    waiting : float
        Points that a person still decides on.
    graded : bool
        Whether there is a graded notebook, and so a page.
    """

    name: str
    score: float
    points: float
    waiting: float
    graded: bool


@dataclass(frozen=True)
class Overview:
    """A submission. ``score`` is what nbgrader exports: less the late penalty, never below 0."""

    student: str
    name: str
    rows: tuple[Row, ...]
    penalty: float
    score: float
    points: float
    waiting: float


def overview(gradebook: Any, assignment: str, student: str, folder: Path) -> Overview:
    """Read a submission from the gradebook.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment, student : str
    folder : Path
        The graded notebooks.
    """
    submission = gradebook.find_submission(assignment, student)
    who = submission.student
    rows = tuple(
        Row(
            name=notebook.name,
            score=float(notebook.score),
            points=float(notebook.max_score),
            waiting=sum(
                float(grade.max_score)
                for grade in notebook.grades
                if grade.needs_manual_grade and grade.manual_score is None
            ),
            graded=(folder / f"{notebook.name}.ipynb").is_file(),
        )
        for notebook in sorted(submission.notebooks, key=lambda notebook: notebook.name)
    )
    penalty = float(submission.late_submission_penalty or 0)
    return Overview(
        student=who.id,
        name=" ".join(filter(None, [who.first_name, who.last_name])),
        rows=rows,
        penalty=penalty,
        score=max(0.0, sum(row.score for row in rows) - penalty),
        points=sum(row.points for row in rows),
        waiting=sum(row.waiting for row in rows),
    )
