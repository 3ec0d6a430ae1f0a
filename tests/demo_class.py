"""Build the demo class in submitted/ from release/ and from the answers in tests/answers.

``tests/answers/<assignment>/demo_class.toml`` says, for each invented submission, what it shows
and which answer it gives to which exercise. ``make submitted`` runs this file.
"""

from __future__ import annotations

import copy
import csv
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

sys.path.insert(0, str(Path(__file__).parent))
from gate import ANSWERS, ROOT, assignments, read_answers

EXPECTED = ROOT / "submitted" / "expected_points.csv"


@dataclass(frozen=True)
class Submission:
    """An invented submission: its default answers and those that differ."""

    assignment: str
    name: str
    shows: str
    base: str  # "model": the model solutions, "blank": as handed out
    answers: dict[str, str]  # exercise -> title of an answer in tests/answers
    source: dict[str, str]  # exercise -> source of an answer written for this submission
    left_out: list[str]  # notebooks not handed in
    damaged: bool  # as careless editing leaves notebooks


def submissions() -> list[Submission]:
    """Read the class from the file demo_class.toml of every assignment."""
    tables: dict[str, dict[str, Any]] = {
        name: tomllib.loads((ANSWERS / name / "demo_class.toml").read_text())
        for name in assignments()
    }
    return [
        Submission(
            assignment,
            name,
            entry["shows"],
            entry.get("base", "model"),
            entry.get("answers", {}),
            entry.get("source", {}),
            entry.get("left_out", []),
            entry.get("damaged", False),
        )
        for assignment, table in tables.items()
        for name, entry in table.items()
    ]


def answer_source(submission: Submission, notebook: str, exercise: str) -> str | None:
    """Return the answer that the submission names for an exercise; None when it names none."""
    if exercise in submission.source:
        return f"# grade_id: {exercise}\n{submission.source[exercise].strip()}"
    if exercise not in submission.answers:
        return None
    title = submission.answers[exercise]
    found = [
        answer.source
        for answer in read_answers()
        if (answer.assignment, answer.notebook, answer.exercise, answer.title)
        == (submission.assignment, notebook, exercise, title)
    ]
    assert len(found) == 1, f"{submission.name}: {len(found)} answers to {exercise}: {title!r}"
    return found[0]


def strip_markers(source: str) -> str:
    """Drop nbgrader's region markers from a model solution."""
    return "\n".join(line for line in source.split("\n") if "### " not in line)


def damage(nb: nbformat.NotebookNode, notebook: str) -> None:
    """Do to a notebook what editors and people do to it, in each of the five another thing."""
    place = {cell.id: i for i, cell in enumerate(nb.cells)}
    if notebook in ("1_toeplitz_1d", "1_im2col"):  # a test cell and a locked cell deleted
        for name in ("flip_test", "conv1d", "im2col_test", "layer"):
            nb.cells = [cell for cell in nb.cells if cell.id != name]
    elif notebook in ("2_shift_equivariance", "2_conv_layer"):  # a first try copied, with metadata
        name = "shift_matrix" if "shift_matrix" in place else "output_size"
        answer = nb.cells[place[name]]
        first_try = copy.deepcopy(answer)
        first_try.id = "a-copy"
        first_try.source = f"# grade_id: {name}\ndef {name}(*sizes):\n    return 0"
        nb.cells.insert(place[name], first_try)
    elif notebook in ("3_padding", "3_adjoint"):  # all metadata and ids lost
        nb.nbformat_minor = 0
        for cell in nb.cells:
            cell.metadata.clear()
            del cell["id"]
    elif notebook in ("4_block_toeplitz_2d", "4_fourier"):  # an answer moved to the end
        name = "toeplitz_2d" if "toeplitz_2d" in place else "deblur"
        nb.cells.append(nb.cells.pop(place[name]))
    else:  # points and tags changed
        test = nb.cells[place["conv_counts_test"]]
        test.metadata["tags"] = ["skip-execution"]
        test.metadata.nbgrader.points = 40


def build(target: Path) -> None:
    """Write every submission below ``target``, replacing what is there."""
    for submission in submissions():
        folder = target / submission.name / submission.assignment
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in sorted((ROOT / "release" / submission.assignment).glob("*.ipynb")):
            if path.stem in submission.left_out:
                continue
            nb = nbformat.read(path, as_version=4)
            models = nbformat.read(
                ROOT / "source" / submission.assignment / path.name, as_version=4
            )
            written = {c.id: strip_markers(c.source) for c in models.cells}
            for cell in nb.cells:
                if cell.metadata.get("nbgrader", {}).get("solution"):
                    base = written[cell.id] if submission.base == "model" else cell.source
                    cell.source = answer_source(submission, path.stem, cell.id) or base
            if submission.damaged:
                damage(nb, path.stem)
            (folder / path.name).write_text(nbformat.writes(nb) + "\n")


def expected_points() -> dict[tuple[str, str], dict[str, float]]:
    """Read the table: (assignment, submission) -> exercise -> automatic points."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    with EXPECTED.open(newline="") as file:
        for row in csv.DictReader(file):
            assignment, exercise = row.pop("assignment"), row.pop("exercise")
            for name, points in row.items():
                if points:  # not everybody hands in every assignment
                    found.setdefault((assignment, name), {})[exercise] = float(points)
    return found


def automatic_points(course: Path, assignment: str, name: str) -> dict[str, float]:
    """Read from a course's gradebook: exercise -> automatic points of a submission."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "convolution-is-a-matrix") as gradebook:
        submission = gradebook.find_submission(assignment, name)
        return {
            f"{notebook.name}/{grade.name.removesuffix('_test')}": grade.auto_score
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.name.endswith("_test") and grade.auto_score is not None
        }


if __name__ == "__main__":
    build(ROOT / "submitted")
