"""Reads what a gradebook knows about an assignment, in a handful of queries; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Connection, create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

__all__ = ["Book", "CellRow", "GradeRow", "ReportError", "read_gradebook"]


class ReportError(Exception):
    """There is no report; the message says why, and what there is."""


@dataclass(frozen=True)
class CellRow:
    """A graded cell of the course."""

    notebook: str
    grade_id: str
    points: float
    written: bool  # an answer that a person grades, and no test cell


@dataclass(frozen=True)
class GradeRow:
    """A student's points in a cell; `score` is None where nobody has given any."""

    student: str
    notebook: str
    grade_id: str
    auto: float | None
    score: float | None
    waiting: bool


@dataclass
class Book:
    """What the gradebook knows about one assignment.

    Attributes
    ----------
    cells : list of CellRow
    graded : list of str
        Students with a submission.
    known : list of str
        All students of the gradebook.
    grades : list of GradeRow
    comments : list of (str, str, str, str)
        Student, notebook, cell, and the automatic comment on it.
    penalties : dict of str to float
        By student, points off for a late submission, where there are any.
    """

    cells: list[CellRow]
    graded: list[str]
    known: list[str]
    grades: list[GradeRow]
    comments: list[tuple[str, str, str, str]]
    penalties: dict[str, float]


def read_gradebook(url: str, assignment: str) -> Book:
    """Read an assignment.

    nbgrader's own properties compute a sum for every grade, one query each; these are six
    queries for a class of any size.

    Parameters
    ----------
    url : str
        The gradebook's, SQLite or PostgreSQL.
    assignment : str

    Raises
    ------
    ReportError
        When there is no gradebook, or it has no such assignment or no graded submission.
    """
    shown = _shown(url)
    try:
        engine = create_engine(url)
    except (ArgumentError, ImportError) as error:
        raise ReportError(f"The gradebook's address {shown} cannot be used: {error}.") from error
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(Assignment.__tablename__):
                raise ReportError(f"{shown} is no gradebook of nbgrader's.")
            return _read(connection, shown, assignment)
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ReportError(f"The gradebook {shown} cannot be read: {words}.") from error
    finally:
        engine.dispose()


def _shown(url: str) -> str:
    """Return an address without its password; ReportError when its file is missing."""
    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise ReportError("The gradebook's address cannot be read (--db).") from error
    shown = parts.render_as_string(hide_password=True)
    if parts.get_backend_name() == "sqlite" and not Path(parts.database or "").is_file():
        raise ReportError(
            f"There is no gradebook at {shown}. `make demo`, or grading, makes one; --db names "
            "another."
        )
    return shown


def _read(connection: Connection, shown: str, assignment: str) -> Book:
    names = {name: key for key, name in connection.execute(select(Assignment.id, Assignment.name))}
    if assignment not in names:
        there = ", ".join(sorted(names)) or "none"
        raise ReportError(f"{shown} has no assignment {assignment!r}; it has: {there}.")
    key = names[assignment]
    submissions: Sequence[Any] = connection.execute(
        select(SubmittedAssignment.id, SubmittedAssignment.student_id).where(
            SubmittedAssignment.assignment_id == key
        )
    ).all()
    if not submissions:
        raise ReportError(
            f"Nothing of {assignment!r} is graded in {shown}: run `convgrade grade {assignment}` "
            "first."
        )
    place = (SubmittedAssignment.student_id, Notebook.name, BaseCell.name)
    return Book(
        cells=[*_cells(connection, key, GradeCell), *_cells(connection, key, TaskCell)],
        graded=sorted(student for _, student in submissions),
        known=sorted(connection.scalars(select(Student.id))),
        grades=[
            GradeRow(student, notebook, cell, auto, _score(auto, manual, extra), bool(waiting))
            for student, notebook, cell, auto, manual, extra, waiting in connection.execute(
                _joined(Grade, key, *place, Grade.auto_score, Grade.manual_score,
                        Grade.extra_credit, Grade.needs_manual_grade)
            )
        ],
        comments=[
            (student, notebook, cell, words)
            for student, notebook, cell, words in connection.execute(
                _joined(Comment, key, *place, Comment.auto_comment).where(
                    Comment.auto_comment.is_not(None), Comment.auto_comment != ""
                )
            )
        ],
        penalties=_penalties(connection, key),
    )  # fmt: skip


def _cells(connection: Connection, key: str, kind: Any) -> list[CellRow]:
    query = (
        select(Notebook.name, kind.name, kind.max_score, kind.cell_type)
        .join(Notebook, Notebook.id == kind.notebook_id)
        .where(Notebook.assignment_id == key)
    )
    return [
        CellRow(notebook, name, float(points), kind is TaskCell or cell_type == "markdown")
        for notebook, name, points, cell_type in connection.execute(query)
    ]


def _joined(kind: Any, key: str, *columns: Any) -> Any:
    """Select from grades or comments of an assignment, with their student, notebook and cell."""
    return (
        select(*columns)
        .select_from(kind)
        .join(BaseCell.__table__, BaseCell.id == kind.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(SubmittedAssignment.assignment_id == key)
    )


def _penalties(connection: Connection, key: str) -> dict[str, float]:
    query = (
        select(SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(SubmittedAssignment.assignment_id == key)
    )
    found: dict[str, float] = {}
    for student, penalty in connection.execute(query):
        if penalty:
            found[student] = found.get(student, 0.0) + penalty
    return found


def _score(auto: float | None, manual: float | None, extra: float | None) -> float | None:
    """Return a score as nbgrader counts it: a person's before the test's."""
    given = manual if manual is not None else auto
    return None if given is None else given + (extra or 0.0)
