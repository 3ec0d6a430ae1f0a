"""A part of an exercise: what was tried, what it earns, and how it is told and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from convgrade.records import RECORD
from convkit.checking import message
from convkit.comparing import Difference
from convkit.misconceptions import Misconception
from convkit.pictures.drawing import notebook_display
from convkit.pictures.mistakes import window_on

__all__ = ["Part", "said", "tell"]

WINDOW = (16, 40)  # rows and columns of a matrix answer that a record shows


@dataclass(frozen=True)
class Part:
    """What was tried, what it is worth, and what is wrong with the answer."""

    name: str
    points: float
    visible: bool
    problem: Difference | None
    inputs: str = ""
    idea: Misconception | None = None

    @property
    def verdict(self) -> str:
        """What became of it: passed, failed, or blank."""
        if self.problem is None:
            return "passed"
        return "blank" if self.problem.blank else "failed"

    @property
    def earned(self) -> float:
        """Its points, whole or not at all."""
        return self.points if self.problem is None else 0.0

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What a message says below its first line."""
        if self.problem is None or self.problem.blank:
            return []
        return [("Inputs", self.inputs), *said(self.problem)]

    @property
    def words(self) -> str:
        """The message about it."""
        passed = {
            "passed": f"passed, {self.points:g} of",
            "failed": "failed, 0 of",
            "blank": "not answered, 0 of",
        }[self.verdict]
        return message(self.name, f"{passed} {self.points:g}.", self.lines)

    def record(self, refused: bool) -> dict[str, Any]:
        """Return it as plain data; of an answer that breaks a rule nothing else is told."""
        return {
            "part": self.name,
            "points": self.points,
            "earned": 0.0 if refused else self.earned,
            "verdict": "refused" if refused else self.verdict,
            "visible": self.visible,
            **{label.lower(): "" if refused else words for label, words in self.lines},
            "picture": None if refused else _support(self.problem),
        }


def said(problem: Difference) -> list[tuple[str, str]]:
    """Return what is said of a problem, with labels, in the order of messages."""
    return [("Expected", problem.expected), ("Yours", problem.yours), ("Hint", problem.hint)]


def _support(problem: Difference | None) -> dict[str, Any] | None:
    """Return where a matrix answer is not zero and where it is wrong, around the first place.

    A row of text for each row of the matrix: "." and "x" are right, zero or not; "o" and "X" are
    the same and wrong.
    """
    if problem is None or problem.picture is None:
        return None
    array, wrong = problem.picture
    if array.ndim != 2:  # its words would call one matrix of several the student's
        return None
    top, left, window = window_on(wrong, *WINDOW)
    marks = np.array([".", "x", "o", "X"])[(array[window] != 0) + 2 * wrong[window]]
    return {
        "shape": list(array.shape),
        "origin": [top, left],
        "wrong": int(wrong.sum()),
        "rows": ["".join(line) for line in marks],
    }


def tell(words: str, record: dict[str, Any]) -> None:
    """Show the words, and the record with them where there is a notebook to keep it."""
    display = notebook_display()
    if display is None:
        print(words)
    else:
        display({"text/plain": words, RECORD: record}, raw=True)
