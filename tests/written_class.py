"""A class that is written down instead of graded: a gradebook, and graded notebooks."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import create_engine, insert

from convgrade.new_gradebook import find_version_here
from convgrade.records import RECORD

COURSE = "written"

Key = tuple[str, str]  # notebook, exercise


@dataclass(frozen=True)
class Given:
    """What a student has for an exercise.

    Attributes
    ----------
    auto, manual : float or None
    waiting : bool
    comment : str
        The automatic one, on the answer cell.
    record : dict or None
        What the hidden test left in the graded notebook.
    """

    auto: float | None
    manual: float | None = None
    waiting: bool = False
    comment: str = ""
    record: Any = None


@dataclass
class Course:
    """An assignment: points by notebook and exercise; which exercises are written answers."""

    points: dict[str, dict[str, float]]
    written: frozenset[Key] = frozenset()
    assignment: str = "written"
    headings: dict[Key, str] = field(default_factory=dict)

    def test(self, key: Key) -> str:
        """Return the grade_id of the graded cell."""
        return key[1] if key in self.written else f"{key[1]}_test"

    @property
    def keys(self) -> list[Key]:
        """Every notebook and exercise, in order."""
        return [(notebook, name) for notebook, here in self.points.items() for name in here]


def record(
    exercise: str,
    points: float,
    parts: Sequence[tuple[str, float, str]],
    ideas: Iterable[tuple[str, str, str]] = (),
    refused: str = "",
) -> dict[str, Any]:
    """Return what `convgrade.rubric.Rubric.record` does, of parts (name, points, verdict)."""
    rows = [
        {
            "part": name, "points": worth, "earned": worth * (verdict == "passed"),
            "verdict": verdict, "visible": i == 0, "picture": None,
        }
        for i, (name, worth, verdict) in enumerate(parts)
    ]  # fmt: skip
    return {
        "exercise": exercise,
        "points": points,
        "earned": sum(row["earned"] for row in rows),
        "refused": {"expected": "", "yours": refused, "hint": ""} if refused else None,
        "misconceptions": [
            {"number": number, "name": name, "effect": "", "question": "", "reread": reread}
            for number, name, reread in ideas
        ],
        "parts": rows,
    }


def output(value: Any) -> dict[str, Any]:
    """Return the output by which a hidden test leaves a record."""
    return {
        "output_type": "display_data",
        "data": {"text/plain": "the messages", RECORD: value},
        "metadata": {},
    }


def cell(name: str, text: str, outputs: Sequence[Any] = (), **marks: Any) -> dict[str, Any]:
    """Return a code cell with nbgrader's marks."""
    mark = {"grade_id": name, "grade": False, "locked": False, "solution": False, "task": False}
    return {
        "cell_type": "code", "id": name, "source": text, "outputs": list(outputs),
        "execution_count": None, "metadata": {"nbgrader": {**mark, "schema_version": 3, **marks}},
    }  # fmt: skip


def notebook(cells: Sequence[Any]) -> dict[str, Any]:
    """Return a notebook."""
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def cells_of(course: Course, name: str, given: Mapping[Key, Given]) -> list[dict[str, Any]]:
    """Return the cells of one notebook of a student; of the course for no student."""
    cells = []
    for exercise in course.points[name]:
        key = name, exercise
        if key in course.headings:
            text = f"## {course.headings[key]}"
            cells.append({"cell_type": "markdown", "id": f"{exercise}_text", "source": text,
                          "metadata": {}})  # fmt: skip
        if key in course.written:
            cells.append(cell(exercise, "words", solution=True, grade=True))
            continue
        found = given[key].record if key in given else None
        cells.append(cell(exercise, "1", solution=True))
        outputs = [] if found is None else [output(found)]
        cells.append(cell(course.test(key), "2", outputs, grade=True, locked=True))
    return cells


def write_source(root: Path, course: Course) -> None:
    """Write the course's own notebooks."""
    folder = root / "source" / course.assignment
    folder.mkdir(parents=True)
    for name in course.points:
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook(cells_of(course, name, {}))))


def write_graded(root: Path, course: Course, class_: Mapping[str, Mapping[Key, Given]]) -> None:
    """Write a class's graded notebooks; those of which a student has nothing are left out."""
    for student, given in class_.items():
        folder = root / "autograded" / student / course.assignment
        folder.mkdir(parents=True)
        for name in {name for name, _ in given}:
            text = json.dumps(notebook(cells_of(course, name, given)))
            (folder / f"{name}.ipynb").write_text(text)


def write_gradebook(
    url: str,
    course: Course,
    class_: Mapping[str, Mapping[Key, Given]],
    also: Iterable[str] = (),
) -> None:
    """Fill a new gradebook, all rows of a table at once; ``also`` are students without work."""
    find_version_here()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # alembic's
        with Gradebook(url, COURSE) as gradebook:
            gradebook.add_assignment(course.assignment)
            assignment = gradebook.find_assignment(course.assignment).id
    notebooks = {name: _id() for name in course.points}
    cells, rows = {}, {kind: [] for kind in ("base", "grade", "solution")}
    for key in course.keys:
        written = key in course.written
        for name, type_ in [(course.test(key), "GradeCell"), (key[1], "SolutionCell")]:
            cells[key, type_] = _id()
            rows["base"].append(
                {"id": cells[key, type_], "name": name, "notebook_id": notebooks[key[0]],
                 "type": type_}
            )  # fmt: skip
        rows["grade"].append(
            {"id": cells[key, "GradeCell"], "max_score": course.points[key[0]][key[1]],
             "cell_type": "markdown" if written else "code"}
        )  # fmt: skip
        rows["solution"].append({"id": cells[key, "SolutionCell"]})
    work = {student: _id() for student in class_}
    books = {(student, name): _id() for student in class_ for name in course.points}
    grades, comments = [], []
    for student, given in class_.items():
        for key in course.keys:
            has = given.get(key, Given(0.0))
            place = {"notebook_id": books[student, key[0]]}
            grades.append(
                {"id": _id(), "cell_id": cells[key, "GradeCell"], **place, "auto_score": has.auto,
                 "manual_score": has.manual, "needs_manual_grade": has.waiting}
            )  # fmt: skip
            comments.append(
                {"id": _id(), "cell_id": cells[key, "SolutionCell"], **place,
                 "auto_comment": has.comment or None}
            )  # fmt: skip
    every: list[tuple[Any, list[dict[str, Any]]]] = [
        (Student, [{"id": name} for name in (*class_, *also)]),
        (Notebook, [{"id": i, "name": n, "assignment_id": assignment}
                    for n, i in notebooks.items()]),
        (BaseCell, rows["base"]),
        (GradeCell, rows["grade"]),
        (SolutionCell, rows["solution"]),
        (SubmittedAssignment, [{"id": i, "assignment_id": assignment, "student_id": s}
                               for s, i in work.items()]),
        (SubmittedNotebook, [{"id": i, "assignment_id": work[s], "notebook_id": notebooks[n]}
                             for (s, n), i in books.items()]),
        (Grade, grades),
        (Comment, comments),
    ]  # fmt: skip
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, values in every:
            if values:
                connection.execute(insert(table.__table__), values)
    engine.dispose()


def _id() -> str:
    return uuid.uuid4().hex
