"""What a graded notebook says about each of its exercises: the content of a feedback page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader import utils

from convgrade.cells import is_test
from convgrade.records import Record, read_record

__all__ = ["Comment", "Exercise", "Grade", "Model", "read_exercises"]

UNANSWERED = "No response."  # what nbgrader's automatic comment says of an untouched answer
OURS = {"LeftOut", "NotRun", "Timeout"}  # what `TrustedClient` calls its own errors: no news
STATES = ("full", "part", "none", "not answered", "crashed", "waits for a person", "not gradable")


@dataclass(frozen=True)
class Grade:
    """What the gradebook knows about a graded cell."""

    score: float
    points: float
    tests: float | None  # what the tests gave
    by_person: bool
    waits: bool  # for a person to grade it


@dataclass(frozen=True)
class Comment:
    """What the gradebook holds about an answer cell: the grader's remarks, a person's Markdown."""

    automatic: str
    written: str


@dataclass(frozen=True)
class Model:
    """A model answer: in which style, "" for the course's own, and its cells."""

    style: str
    cells: tuple[NotebookNode, ...]


@dataclass
class Exercise:
    """A graded cell, the answer cells that it is about, and what came of them.

    Attributes
    ----------
    name, title : str
        Its grade_id without "_test"; the heading that it stands under.
    grade : Grade
    state : str
        One of `STATES`.
    records : list of Record
        What its hidden test found out; empty where the test keeps no record.
    errors : list of str
        What stopped an answer cell.
    test_words : list of str
        What a test cell without a record says.
    notes : list of str
        The grader's remarks: repairs, crashes.
    comments : list of str
        What a person wrote, in Markdown.
    answers : list of NotebookNode
        Those that stand between the test cell before and this one.
    about : list of NotebookNode
        The same; where a test cell follows another one, the answers of that one.
    models : list of Model
        Model answers to show beside them.
    """

    name: str
    title: str
    grade: Grade
    state: str = ""
    records: list[Record] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    test_words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    answers: list[NotebookNode] = field(default_factory=list)
    about: list[NotebookNode] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)

    @property
    def lost_points(self) -> bool:
        """Whether it is decided that the answer earned less than all points."""
        open_ = self.state in ("waits for a person", "not gradable")
        return not open_ and self.grade.score < self.grade.points


def read_exercises(
    nb: NotebookNode, grades: Mapping[str, Grade], comments: Mapping[str, Comment]
) -> list[Exercise]:
    """Return the exercises of a graded notebook in order.

    Parameters
    ----------
    nb : NotebookNode
        Graded. Outputs that an `Exercise` tells in its own way are taken out of it.
    grades, comments : mapping
        The gradebook's, by grade_id.
    """
    ungradable = bool(nb.metadata.get("convgrade", {}).get("ungradable"))
    exercises, answers, title = [], list[NotebookNode](), ""
    last: list[NotebookNode] = []
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id in grades:
            if not is_test(cell):  # graded by hand: a test may still be about the others
                about = [cell]
            else:
                about, answers = answers, []
            name = grade_id.removesuffix("_test")
            last = about or last
            exercise = Exercise(name, title, grades[grade_id], answers=about, about=last)
            _fill(exercise, cell, comments)
            exercise.state = "not gradable" if ungradable else _state(exercise)
            exercise.notes = list(_unsaid(exercise))
            exercises.append(exercise)
        elif utils.is_solution(cell):
            answers.append(cell)
        else:
            title = _heading(cell) or title
    return exercises


def _fill(exercise: Exercise, cell: NotebookNode, comments: Mapping[str, Comment]) -> None:
    for answer in exercise.answers:
        comment = comments.get(answer.metadata.nbgrader.grade_id)
        if comment is not None:
            exercise.notes += filter(None, comment.automatic.split("\n"))
            exercise.comments += filter(None, [comment.written])
        exercise.errors += [
            output.evalue if output.ename in OURS else _error_words(output)
            for output in answer.get("outputs", [])
            if output.output_type == "error"
        ]
    if not is_test(cell) or cell.cell_type != "code":
        return
    found = [(output, read_record(output)) for output in cell.outputs]
    exercise.records = [record for _, record in found if record is not None]
    if exercise.records:  # the last line of the test cell, its points, is told as well
        cell.outputs = [
            output for output, record in found
            if record is None and output.output_type != "execute_result"
        ]  # fmt: skip
    else:
        exercise.test_words = list(_words(cell))


def _error_words(output: NotebookNode) -> str:
    words = f"{output.ename}: {output.evalue}".removesuffix(": ")
    # IPython names a cell's text like a file, by a number that nobody has seen.
    return re.sub(r"\(\d+\.py, line (\d+)\)", r"(line \1 of the cell)", words)


def _words(cell: NotebookNode) -> Iterator[str]:
    """Yield what a test cell says, without colours; not the number that it ends in."""
    for output in cell.outputs:
        if output.output_type == "error":
            yield strip_ansi("\n".join(output.traceback))
        elif output.output_type == "stream":
            yield output.text.rstrip("\n")
        elif output.output_type == "display_data" and "text/plain" in output.data:
            yield output.data["text/plain"]


def _unsaid(exercise: Exercise) -> Iterator[str]:
    """Yield the notes that say more than the state and the test do."""
    said = "\n".join([*exercise.errors, *exercise.test_words]).lower()
    for note in exercise.notes:
        if note != UNANSWERED and note.rstrip(".").lower() not in said:
            yield note


def _state(exercise: Exercise) -> str:
    grade = exercise.grade
    if grade.waits:
        return "waits for a person"
    if grade.score >= grade.points:
        return "full"
    if grade.score > 0:
        return "part"
    if grade.by_person:
        return "none"
    verdicts = {part.verdict for record in exercise.records for part in record.parts}
    empty = exercise.answers and all(map(_is_empty, exercise.answers))
    if UNANSWERED in exercise.notes or empty or (verdicts and verdicts <= {"blank"}):
        return "not answered"
    stopped = any(words.startswith("No points: ") for words in exercise.test_words)
    return "crashed" if not verdicts and (exercise.errors or stopped) else "none"


def _is_empty(cell: NotebookNode) -> bool:
    """Tell whether an answer holds comments only."""
    if cell.cell_type == "code":
        return all(line.strip()[:1] in ("", "#") for line in cell.source.split("\n"))
    return not re.sub(r"<!--.*?-->", "", cell.source, flags=re.DOTALL).strip()


def _heading(cell: NotebookNode) -> str:
    """Return the last heading of a text of the course, without stars, minutes and points."""
    if cell.cell_type != "markdown" or str(cell.get("id", "")).startswith("extra_"):
        return ""
    return next(_plain_headings(cell.source), "")


def _plain_headings(source: str) -> Iterator[str]:
    for line in reversed(source.split("\n")):
        found = re.match(r"#{1,4} +(.+)", line)
        if found:
            title = re.split(r"\s{2,}|\s*★|\s*\([^()]*points?\)", found[1])[0]
            yield re.sub(r"[`*]", "", title).strip()
