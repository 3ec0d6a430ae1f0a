"""Brings together what is known about a class: gradebook, graded notebooks, source, times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convgrade.report.course import Place, read_source
from convgrade.report.gradebook import Book, CellRow
from convgrade.report.notebooks import read_all
from convgrade.report.records import Record

__all__ = ["ClassData", "Exercise", "Folders", "Key", "gather"]

Key = tuple[str, str]  # notebook, and grade_id of the graded cell


@dataclass(frozen=True)
class Exercise:
    """A graded cell of the course, as the report names it."""

    notebook: str
    grade_id: str
    points: float
    written: bool
    heading: str
    answers: tuple[str, ...]

    @property
    def key(self) -> Key:
        """Notebook and grade_id."""
        return self.notebook, self.grade_id

    @property
    def name(self) -> str:
        """What people call it: the test cell's name without its ending."""
        return self.grade_id.removesuffix("_test") or self.grade_id


@dataclass(frozen=True)
class Folders:
    """Where a class's files are.

    Attributes
    ----------
    source : Path
        The assignment's source notebooks.
    autograded : mapping of str to Path
        By student, the folder of graded notebooks.
    submitted : frozenset of str
        Students who have handed something in.
    """

    source: Path
    autograded: Mapping[str, Path]
    submitted: frozenset[str] = frozenset()


@dataclass
class ClassData:
    """A class and an assignment.

    Attributes
    ----------
    exercises : list of Exercise
        In the order of the course.
    students : list of str
        With a graded submission.
    scores : array of float, (students, exercises)
        NaN where nobody has given points.
    waiting : array of bool, (students, exercises)
        Where a person must look.
    comments : list of (str, str, str, str)
        Student, notebook, answer cell, one line of the automatic comment.
    records : dict
        By student, notebook and grade_id, what hidden tests left.
    lost : dict
        By the same, why there is no verdict.
    absent : list of (str, str)
        Student and notebook, where other notebooks are graded and this one is not there.
    unread : dict of (str, str) to str
        By student and notebook, why a graded notebook could not be read.
    read, stale : int
        Graded notebooks that were read; records of theirs that the gradebook contradicts.
    without_folder : list of str
        Students whose graded notebooks are not there.
    missing, ungraded : list of str
        Who has handed in nothing; who has, and is not graded yet.
    penalties, seconds : dict
    """

    assignment: str
    exercises: list[Exercise]
    students: list[str]
    scores: NDArray[np.float64]
    waiting: NDArray[np.bool_]
    comments: list[tuple[str, str, str, str]] = field(default_factory=list)
    records: dict[tuple[str, str, str], Record] = field(default_factory=dict)
    lost: dict[tuple[str, str, str], str] = field(default_factory=dict)
    absent: list[tuple[str, str]] = field(default_factory=list)
    unread: dict[tuple[str, str], str] = field(default_factory=dict)
    read: int = 0
    stale: int = 0
    without_folder: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)
    penalties: dict[str, float] = field(default_factory=dict)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def notebooks(self) -> list[str]:
        """Names of the assignment's notebooks, in order."""
        return list(dict.fromkeys(exercise.notebook for exercise in self.exercises))

    def exercise_of(self, notebook: str, answer: str) -> Exercise | None:
        """Return the exercise to which an answer cell belongs."""
        here = [e for e in self.exercises if e.notebook == notebook]
        return next((e for e in here if answer in e.answers or answer == e.grade_id), None)


def gather(
    assignment: str,
    book: Book,
    folders: Folders,
    seconds: Mapping[tuple[str, str], float],
    processes: int | None = None,
) -> ClassData:
    """Bring everything together.

    Parameters
    ----------
    assignment : str
    book : Book
    folders : Folders
    seconds : mapping of (str, str) to float
        By student and notebook.
    processes : int, optional
        For reading the graded notebooks.
    """
    exercises = _exercises(book.cells, read_source(folders.source))
    row = {student: i for i, student in enumerate(book.graded)}
    column = {exercise.key: j for j, exercise in enumerate(exercises)}
    scores = np.full((len(row), len(column)), np.nan)
    auto = np.full_like(scores, np.nan)
    waiting = np.zeros(scores.shape, dtype=bool)
    for grade in book.grades:
        place = row[grade.student], column[grade.notebook, grade.grade_id]
        scores[place] = np.nan if grade.score is None else grade.score
        auto[place] = np.nan if grade.auto is None else grade.auto
        waiting[place] = grade.waiting
    data = ClassData(assignment, exercises, book.graded, scores, waiting)
    data.comments = [
        (student, notebook, cell, line)
        for student, notebook, cell, words in book.comments
        for line in words.splitlines()
        if line.strip()
    ]
    data.penalties = book.penalties
    data.seconds = {key: s for key, s in seconds.items() if key[0] in row}
    data.ungraded = sorted(folders.submitted - set(row))
    data.missing = sorted(set(book.known) - set(row) - folders.submitted)
    _read_notebooks(data, folders, row, column, auto, processes)
    return data


def _exercises(cells: list[CellRow], places: Mapping[Key, Place]) -> list[Exercise]:
    unknown = Place(10**6, "", ())
    ordered = sorted(
        ((cell, places.get((cell.notebook, cell.grade_id), unknown)) for cell in cells),
        key=lambda pair: (pair[0].notebook, pair[1].order, pair[0].grade_id),
    )
    return [
        Exercise(
            cell.notebook, cell.grade_id, cell.points, cell.written, place.heading,
            place.answers or (cell.grade_id.removesuffix("_test"),),
        )
        for cell, place in ordered
    ]  # fmt: skip


def _read_notebooks(
    data: ClassData,
    folders: Folders,
    row: Mapping[str, int],
    column: Mapping[Key, int],
    auto: NDArray[np.float64],
    processes: int | None,
) -> None:
    """Read the records, and keep those that agree with the gradebook.

    A folder that was graded for another gradebook must not speak for this one.
    """
    found: list[tuple[str, str, Path]] = []
    for student in data.students:
        folder = folders.autograded.get(student)
        names = {p.stem: p for p in folder.glob("*.ipynb")} if folder is not None else {}
        if not names:
            data.without_folder.append(student)
            continue
        found += [(student, name, names[name]) for name in data.notebooks if name in names]
        data.absent += [(student, name) for name in data.notebooks if name not in names]
    paths = [path for _, _, path in found]
    for (student, notebook, _), result in zip(found, read_all(paths, processes), strict=True):
        if result.problem:
            data.unread[student, notebook] = result.problem
            continue
        data.read += 1
        for name, record in result.records.items():
            place = column.get((notebook, name))
            if place is None:
                continue
            known = auto[row[student], place]
            if np.isnan(known) or abs(known - record.earned) > 1e-6:
                data.stale += 1
            else:
                data.records[student, notebook, name] = record
        for name, words in result.lost.items():
            if (notebook, name) in column:
                data.lost[student, notebook, name] = words
