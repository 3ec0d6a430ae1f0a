"""Makes of what is known about a class everything that the report says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from convgrade.report import findings
from convgrade.report.findings import ExerciseRow, IdeaRow, PartRow
from convgrade.report.gather import ClassData
from convgrade.report.incidents import Incident, incidents
from convgrade.report.reteach import Advice, reteach
from convgrade.report.statistics import FEWEST, Spread, histogram, spread

__all__ = ["Report", "ScoreRow", "StudentRow", "TimeRow", "build"]

SLOWEST = 5  # notebooks named


@dataclass(frozen=True)
class ScoreRow:
    """Points in a notebook, or in all of them: `notebook` is "" then."""

    notebook: str
    points: float
    spread: Spread
    bins: list[tuple[float, float, int]]


@dataclass(frozen=True)
class TimeRow:
    """Seconds of grading, a student, for a notebook."""

    notebook: str
    seconds: Spread


@dataclass(frozen=True)
class StudentRow:
    """A student's points, by notebook, and what there is to look at."""

    student: str
    scores: list[float]
    penalty: float
    waiting: int
    ideas: list[str]
    seconds: float | None

    @property
    def score(self) -> float:
        """All points, as the gradebook counts them: without the penalty."""
        return sum(self.scores)


@dataclass(frozen=True)
class Report:
    """Everything that the page and the CSV files say.

    Attributes
    ----------
    data : ClassData
    scores : list of ScoreRow
        The whole first, then the notebooks.
    exercises, ideas, parts, incidents, advice, times, students
    slowest : list of (str, str, float)
        Student, notebook, seconds.
    tests : int
        Test cells in the notebooks that were read: as many records there could be.
    """

    data: ClassData
    scores: list[ScoreRow]
    exercises: list[ExerciseRow]
    ideas: list[IdeaRow]
    parts: list[PartRow]
    incidents: list[Incident]
    advice: list[Advice]
    times: list[TimeRow]
    slowest: list[tuple[str, str, float]]
    students: list[StudentRow]
    tests: int

    @property
    def count(self) -> int:
        """Graded submissions."""
        return len(self.data.students)

    @property
    def small(self) -> bool:
        """Whether the class is too small for a correlation."""
        return self.count < FEWEST


def build(data: ClassData) -> Report:
    """Compute everything."""
    blank = findings.unanswered(data)
    rows = findings.exercises(data, blank)
    ideas = findings.ideas(data)
    parts = findings.parts(data)
    happened = incidents(data)
    return Report(
        data,
        _scores(data),
        rows,
        ideas,
        parts,
        happened,
        reteach(rows, ideas, parts, happened, len(data.students)),
        _times(data),
        _slowest(data),
        _students(data, ideas),
        _tests(data),
    )


def _scores(data: ClassData) -> list[ScoreRow]:
    earned, points = _by_notebook(data)
    whole = [("", sum(points), earned.sum(axis=1))]
    each = [(name, points[j], earned[:, j]) for j, name in enumerate(data.notebooks)]
    return [
        ScoreRow(name, most, spread(values), histogram(values, most))
        for name, most, values in whole + each
    ]


def _by_notebook(data: ClassData) -> tuple[NDArray[np.float64], list[float]]:
    """Return points earned, (students, notebooks), and the most that there are."""
    known = np.nan_to_num(data.scores)
    columns = [
        [j for j, exercise in enumerate(data.exercises) if exercise.notebook == name]
        for name in data.notebooks
    ]
    earned = np.stack([known[:, some].sum(axis=1) for some in columns], axis=1)
    return earned, [sum(data.exercises[j].points for j in some) for some in columns]


def _times(data: ClassData) -> list[TimeRow]:
    by_notebook: dict[str, list[float]] = {}
    for (_, notebook), seconds in data.seconds.items():
        by_notebook.setdefault(notebook, []).append(seconds)
    known = [name for name in data.notebooks if name in by_notebook]
    return [TimeRow(name, spread(by_notebook[name])) for name in known]


def _slowest(data: ClassData) -> list[tuple[str, str, float]]:
    every = [(student, name, seconds) for (student, name), seconds in data.seconds.items()]
    return sorted(every, key=lambda entry: (-entry[2], entry[:2]))[:SLOWEST]


def _students(data: ClassData, ideas: Sequence[IdeaRow]) -> list[StudentRow]:
    earned, _ = _by_notebook(data)
    have: dict[str, list[str]] = {}
    for idea in sorted(ideas, key=lambda idea: idea.number):
        for student in idea.students:
            have.setdefault(student, []).append(idea.number)
    took: dict[str, float] = {}
    for (student, _), seconds in data.seconds.items():
        took[student] = took.get(student, 0.0) + seconds
    return [
        StudentRow(
            student,
            earned[i].tolist(),
            data.penalties.get(student, 0.0),
            int(data.waiting[i].sum()),
            have.get(student, []),
            took.get(student),
        )
        for i, student in enumerate(data.students)
    ]


def _tests(data: ClassData) -> int:
    gone = {*data.absent, *data.unread}
    there = set(data.students) - set(data.without_folder)
    tests = dict.fromkeys(data.notebooks, 0)
    for exercise in data.exercises:
        tests[exercise.notebook] += not exercise.written
    return sum(tests[name] for s in there for name in tests if (s, name) not in gone)
