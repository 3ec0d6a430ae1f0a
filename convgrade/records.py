"""The records that hidden tests leave in a graded notebook, read back.

A `convgrade.rubric.Rubric` shows its record as an output of the test cell, under
the MIME type `RECORD`. They are to be believed where the grader's process wrote
them, which is below test cells, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "BY_PARTS",
    "RECORD",
    "RUBRIC",
    "VERDICTS",
    "Idea",
    "Part",
    "Picture",
    "Record",
    "read_record",
]

#: MIME type of the record of an exercise, see `convgrade.rubric.Rubric.record`.
RECORD = "application/vnd.convgrade.exercise+json"
#: What shows such records, as a test cell imports it, and the name of what it makes.
BY_PARTS, RUBRIC = "convgrade.rubric", "Rubric"
VERDICTS = ("passed", "failed", "blank", "refused")


@dataclass(frozen=True)
class Picture:
    """Where a student's matrix is zero and where it is wrong: no number of it.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the whole matrix.
    origin : tuple of int
        Row and column of the first entry that is shown.
    wrong : int
        Wrong entries of the whole matrix.
    rows : tuple of str
        One character an entry: "." and "x" are right, zero or not; "o" and "X" are the same and
        wrong.
    """

    shape: tuple[int, int]
    origin: tuple[int, int]
    wrong: int
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One thing that was tried, and what came of it."""

    name: str
    points: float
    earned: float
    verdict: str  # one of VERDICTS
    visible: bool
    lines: tuple[tuple[str, str], ...]  # label and words of its message
    picture: Picture | None


@dataclass(frozen=True)
class Idea:
    """A known misconception that gives just this answer."""

    number: str
    name: str
    effect: str
    question: str
    reread: str


@dataclass(frozen=True)
class Record:
    """What a hidden test found out about an answer."""

    exercise: str
    earned: float
    parts: tuple[Part, ...]
    ideas: tuple[Idea, ...]
    refused: tuple[tuple[str, str], ...]  # label and words, where a rule is broken

    @property
    def hidden(self) -> int:
        """How many parts a student could not try in the notebook."""
        return sum(not part.visible for part in self.parts)

    @property
    def hidden_passed(self) -> int:
        """How many of those passed."""
        return sum(not part.visible and part.verdict == "passed" for part in self.parts)

    @property
    def failed(self) -> list[Part]:
        """The parts that have something to say."""
        return [part for part in self.parts if part.verdict == "failed"]


def read_record(output: Any) -> Record | None:
    """Return the record that an output of a test cell carries; None if there is none.

    One of another version of this package may lack what this one reads, and one that a student
    has made up may hold anything: what is not of the right form is none.
    """
    data = output.get("data") if isinstance(output, Mapping) else None
    if not isinstance(data, Mapping) or RECORD not in data:
        return None
    try:
        return _record(data[RECORD])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None


def _record(data: Any) -> Record:
    return Record(
        exercise=_text(data["exercise"]),
        earned=_number(data["earned"]),
        parts=tuple(map(_part, data["parts"])),
        ideas=tuple(
            Idea(*(_text(idea[key]) for key in ("number", "name", "effect", "question", "reread")))
            for idea in data["misconceptions"]
        ),
        refused=() if data["refused"] is None else _lines(data["refused"]),
    )


def _part(data: Any) -> Part:
    if data["verdict"] not in VERDICTS:
        raise ValueError(f"{data['verdict']!r} is no verdict")
    return Part(
        name=_text(data["part"]),
        points=_number(data["points"]),
        earned=_number(data["earned"]),
        verdict=data["verdict"],
        visible=data["visible"] is True,
        lines=_lines(data),
        picture=_picture(data["picture"]) if data["picture"] else None,
    )


def _lines(data: Any) -> tuple[tuple[str, str], ...]:
    labels = ("Inputs", "Expected", "Yours", "Hint")
    words = {label: _text(data.get(label.lower()) or "") for label in labels}
    return tuple((label, words[label]) for label in labels if words[label])


def _picture(data: Any) -> Picture:
    rows, columns = map(int, data["shape"])
    top, left = map(int, data["origin"])
    return Picture(
        (rows, columns), (top, left), int(data["wrong"]), tuple(map(_text, data["rows"]))
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is looked for")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e9:
        raise TypeError("a number is looked for")
    return float(value)
