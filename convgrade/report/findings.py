"""What the class found hard: exercises, their parts, and misconceptions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from convgrade.report.gather import ClassData, Exercise
from convgrade.report.records import Record
from convgrade.report.statistics import difficulty, discrimination, rests

__all__ = [
    "BLANK",
    "UNGRADED",
    "ExerciseRow",
    "IdeaRow",
    "PartRow",
    "exercises",
    "ideas",
    "parts",
    "unanswered",
]

BLANK = "No response."  # nbgrader's comment on an answer cell that is as it was handed out
UNGRADED = "Not graded: "  # how the comments of a file that is no notebook begin
NEAR = 1e-9

Answer = tuple[str, str, str]  # student, notebook, grade_id


@dataclass(frozen=True)
class ExerciseRow:
    """An exercise's statistics.

    Attributes
    ----------
    exercise : Exercise
    graded : int
        Submissions with points for it.
    p, p_tried : float
        Difficulty, over all of those, and over those that answered.
    r : float
        Discrimination. All three are NaN while fewer than half have points: those are the
        blank ones, for which no person is needed.
    full, none, blank, waiting : int
        How many have all points, no points, no answer; for how many a person must look.
    lost : float
        Points lost in it, a submission, by those who answered.
    """

    exercise: Exercise
    graded: int
    p: float
    p_tried: float
    r: float
    full: int
    none: int
    blank: int
    waiting: int
    lost: float


@dataclass(frozen=True)
class PartRow:
    """A part of an exercise, and what became of it."""

    exercise: Exercise
    name: str
    points: float
    visible: bool
    passed: int
    failed: int
    blank: int
    refused: int

    @property
    def tried(self) -> int:
        """Submissions whose answer was tried on it."""
        return self.passed + self.failed


@dataclass(frozen=True)
class IdeaRow:
    """A misconception and who has it.

    Attributes
    ----------
    number, name, reread : str
    who : dict of Exercise to list of str
        Students, by exercise.
    lost_in : dict of Exercise to float
        Points that the answers which show it lose, a submission of the class.
    """

    number: str
    name: str
    reread: str
    who: dict[Exercise, list[str]]
    lost_in: dict[Exercise, float]

    @property
    def lost(self) -> float:
        """Points that it costs, a submission of the class."""
        return sum(self.lost_in.values())

    @property
    def students(self) -> list[str]:
        """Everybody who has it, once."""
        return sorted({student for here in self.who.values() for student in here})


def unanswered(data: ClassData) -> set[Answer]:
    """Return where a student has left an exercise as it was handed out, or its notebook out."""
    blank: defaultdict[Answer, set[str]] = defaultdict(set)
    refused = set()
    for student, notebook, cell, line in data.comments:
        if line.startswith(UNGRADED):
            refused.add((student, notebook))
        exercise = data.exercise_of(notebook, cell) if line == BLANK else None
        if exercise is not None:
            blank[student, notebook, exercise.grade_id].add(cell)
    answers = {exercise.key: set(exercise.answers) for exercise in data.exercises}
    found = {
        place
        for place, cells in blank.items()
        if place[:2] not in refused and cells >= answers[place[1:]]
    }
    found |= {
        place
        for place, record in data.records.items()
        if record.parts and all(part.verdict == "blank" for part in record.parts)
    }
    absent = set(data.absent)
    for exercise in data.exercises:
        found |= {(s, n, exercise.grade_id) for s, n in absent if n == exercise.notebook}
    return found


def exercises(data: ClassData, blank: set[Answer]) -> list[ExerciseRow]:
    """Return the statistics of every exercise, in the order of the course."""
    rest = rests(data.scores, ~np.any(data.waiting, axis=0))
    rows = []
    for j, exercise in enumerate(data.exercises):
        scores, points = data.scores[:, j], exercise.points
        known = scores[~np.isnan(scores)]
        tried = np.array([(s, *exercise.key) not in blank for s in data.students], dtype=bool)
        answered = np.where(tried, scores, np.nan)
        losses = np.nansum(np.maximum(points - answered, 0.0))
        if 2 * known.size < scores.size:
            scores = answered = np.full_like(scores, np.nan)
        rows.append(
            ExerciseRow(
                exercise,
                graded=known.size,
                p=difficulty(scores, points),
                p_tried=difficulty(answered, points),
                r=discrimination(scores, rest[:, j]),
                full=int((known >= points - NEAR).sum()),
                none=int((known <= NEAR).sum()),
                blank=int((~tried).sum()),
                waiting=int(data.waiting[:, j].sum()),
                lost=float(losses) / max(len(data.students), 1),
            )
        )
    return rows


def parts(data: ClassData) -> list[PartRow]:
    """Return every part that a record names, those that most answers failed first."""
    counts: defaultdict[tuple[Exercise, str], Counter[str]] = defaultdict(Counter)
    about: dict[tuple[Exercise, str], tuple[float, bool]] = {}
    for exercise, record in _records(data):
        for part in record.parts:
            counts[exercise, part.name][part.verdict] += 1
            about.setdefault((exercise, part.name), (part.points, part.visible))
    rows = [
        PartRow(
            exercise, name, *about[exercise, name],
            passed=n["passed"], failed=n["failed"], blank=n["blank"], refused=n["refused"],
        )
        for (exercise, name), n in counts.items()
    ]  # fmt: skip
    order = {exercise: i for i, exercise in enumerate(data.exercises)}
    return sorted(rows, key=lambda row: (-row.failed, order[row.exercise], -row.points, row.name))


def ideas(data: ClassData) -> list[IdeaRow]:
    """Return the misconceptions that records name, those that most students have first."""
    who: defaultdict[str, defaultdict[Exercise, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    words: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    lost: defaultdict[tuple[str, Exercise], float] = defaultdict(float)
    by_key = {exercise.key: exercise for exercise in data.exercises}
    for (student, *place), record in sorted(data.records.items()):
        exercise = by_key[place[0], place[1]]
        for idea in record.ideas:
            who[idea.number][exercise].append(student)
            words[idea.number][idea.name, idea.reread] += 1
            # Two ideas in one answer share its lost points: they must not count twice.
            lost[idea.number, exercise] += (exercise.points - record.earned) / len(record.ideas)
    rows = [
        IdeaRow(
            number, *words[number].most_common(1)[0][0],
            {e: who[number][e] for e in data.exercises if e in who[number]},
            {e: lost[number, e] / len(data.students) for e in who[number]},
        )
        for number in who
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-len(row.students), -row.lost, row.number))


def _records(data: ClassData) -> Iterator[tuple[Exercise, Record]]:
    by_key = {exercise.key: exercise for exercise in data.exercises}
    for (_, notebook, grade_id), record in data.records.items():
        yield by_key[notebook, grade_id], record
