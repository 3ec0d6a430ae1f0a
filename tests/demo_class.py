"""Build the demo class in submitted/ from release/ and from the answers in tests/answers.

``demo_class.toml`` says, for each invented submission, what it shows and which
answer it gives to which exercise. ``make submitted`` runs this file.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

sys.path.insert(0, str(Path(__file__).parent))
from gate import ROOT, read_answers, source_notebook

ASSIGNMENT = "toeplitz"
EXPECTED = ROOT / "submitted" / "expected_points.csv"


@dataclass(frozen=True)
class Submission:
    """An invented submission: its default answers and those that differ."""

    name: str
    shows: str
    base: str  # "model": the model solutions, "blank": as handed out
    answers: dict[str, str]  # exercise -> title of an answer in tests/answers
    source: dict[str, str]  # exercise -> source of an answer written for this submission
    left_out: list[str]  # notebooks not handed in
    style: str = ""  # a word in the titles of correct answers that this submission prefers


def submissions() -> list[Submission]:
    """Read the class from demo_class.toml."""
    table: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    return [
        Submission(
            name,
            entry["shows"],
            entry.get("base", "model"),
            entry.get("answers", {}),
            entry.get("source", {}),
            entry.get("left_out", []),
            entry.get("style", ""),
        )
        for name, entry in table.items()
    ]


def answer_source(submission: Submission, notebook: str, exercise: str) -> str | None:
    """Return the source that the submission puts into an answer cell; None keeps the stub."""
    if exercise in submission.source:
        return f"# grade_id: {exercise}\n{submission.source[exercise].strip()}"
    known = [
        a for a in read_answers(ASSIGNMENT) if (a.notebook, a.exercise) == (notebook, exercise)
    ]
    if exercise in submission.answers:
        title = submission.answers[exercise]
        found = [a for a in known if a.title == title]
        assert len(found) == 1, f"{submission.name}: {len(found)} answers to {exercise}: {title!r}"
        return found[0].source
    if submission.style:
        for answer in known:
            if answer.kind == "correct" and submission.style in answer.title:
                return answer.source
    if submission.base == "blank":
        return None
    return strip_markers(source_notebook(ASSIGNMENT, notebook).answers[exercise])


def strip_markers(source: str) -> str:
    """Drop nbgrader's region markers from a model solution."""
    return "\n".join(line for line in source.split("\n") if "### " not in line)


def build(target: Path) -> None:
    """Write every submission below ``target``, replacing what is there."""
    for submission in submissions():
        folder = target / submission.name / ASSIGNMENT
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in sorted((ROOT / "release" / ASSIGNMENT).glob("*.ipynb")):
            if path.stem in submission.left_out:
                continue
            nb = nbformat.read(path, as_version=4)
            models = nbformat.read(ROOT / "source" / ASSIGNMENT / path.name, as_version=4)
            written = {c.id: strip_markers(c.source) for c in models.cells}
            for cell in nb.cells:
                grader = cell.metadata.get("nbgrader", {})
                if not grader.get("solution"):
                    continue
                if cell.cell_type == "code":
                    cell.source = answer_source(submission, path.stem, cell.id) or cell.source
                elif submission.base == "model":
                    cell.source = written[cell.id]
            (folder / path.name).write_text(nbformat.writes(nb) + "\n")


def expected_points() -> dict[str, dict[str, float]]:
    """Read the table: submission -> exercise -> automatic points."""
    with EXPECTED.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name != "exercise"]
    return {n: {r["exercise"]: float(r[n]) for r in rows if r[n] != ""} for n in names}


if __name__ == "__main__":
    build(ROOT / "submitted")
