"""What went wrong or waits, so that a person looks: by kind, the same words together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from convgrade.report.findings import BLANK, UNGRADED
from convgrade.report.gather import ClassData

__all__ = ["KINDS", "Incident", "Kind", "incidents"]

REPAIRED = "Repaired: "
WAITS = "Waits for a person: "
FAULT = "The test cell "  # how a note begins that is about a fault of the course's
LATE = re.compile(r"longer than|used up")  # in the notes on time-outs


@dataclass(frozen=True)
class Kind:
    """A kind of incident: its name, and what to do about it."""

    name: str
    title: str
    advice: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("fault", "Test cells at fault", "The course's own mistake: put the test right and "
             "grade again with --force."),
        Kind("waiting", "Answers that wait for a person", "Until they are graded they count as no "
             "points. Formgrader lists them under Manual Grading."),
        Kind("ungradable", "Files that are no notebooks", "Recorded without points: ask for them "
             "again."),
        Kind("unread", "Graded notebooks that cannot be read", "Grade again with --force."),
        Kind("crash", "Crashes", "The answer ended its Python, used up the memory, or sent what "
             "cannot be read; its exercise has no points."),
        Kind("timeout", "Time-outs", "The answer did not end in time; its exercise has no "
             "points."),
        Kind("rule", "Rules broken", "The answer uses what its exercise forbids, or not what it "
             "asks for; no points."),
        Kind("absent", "Notebooks left out", "Other notebooks of the submission are there."),
        Kind("missing", "Students without a submission", "They are in the gradebook, and count in "
             "no figure of this page."),
        Kind("ungraded", "Handed in and not graded yet", "They count in no figure of this page: "
             "grade, then make the report again."),
        Kind("repair", "Repairs", "Put right before grading; they cost no points."),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Incident:
    """The same thing that happened in the same place to some students."""

    kind: Kind
    notebook: str
    place: str
    words: str
    students: tuple[str, ...]


def incidents(data: ClassData) -> list[Incident]:
    """Return everything that a person may want to look at."""
    found: defaultdict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    told: set[tuple[str, str, str]] = set()
    refused: set[tuple[str, str]] = set()
    for student, notebook, cell, line in data.comments:
        if line == BLANK:
            continue
        if line.startswith(UNGRADED):
            found["ungradable", notebook, "", line.removeprefix(UNGRADED)].add(student)
            refused.add((student, notebook))
            continue
        if line.startswith(REPAIRED):
            found["repair", notebook, cell, line.removeprefix(REPAIRED)].add(student)
            continue
        if line.startswith(WAITS):
            continue  # told below, with everything that waits
        kind = "fault" if line.startswith(FAULT) else "timeout" if LATE.search(line) else "crash"
        found[kind, notebook, cell, line].add(student)
        exercise = data.exercise_of(notebook, cell)
        told.add((student, notebook, exercise.grade_id if exercise else cell))
    names = {exercise.key: exercise.name for exercise in data.exercises}
    for (student, notebook, grade_id), words in data.lost.items():
        # When a whole notebook's time is used up, no comment says so.
        if (student, notebook, grade_id) not in told and (student, notebook) not in refused:
            kind = "timeout" if LATE.search(words) else "crash"
            words = f"{words[:1].upper()}{words[1:]}."
            found[kind, notebook, names[notebook, grade_id], words].add(student)
    for (student, notebook, grade_id), record in data.records.items():
        if record.refused:
            found["rule", notebook, names[notebook, grade_id], record.refused].add(student)
    for i, j in zip(*data.waiting.nonzero(), strict=True):
        exercise = data.exercises[j]
        found["waiting", exercise.notebook, exercise.name, ""].add(data.students[i])
    for student, notebook in data.absent:
        found["absent", notebook, "", ""].add(student)
    for (student, notebook), words in data.unread.items():
        found["unread", notebook, "", words].add(student)
    for kind, names_of in (("missing", data.missing), ("ungraded", data.ungraded)):
        if names_of:
            found[kind, "", "", ""].update(names_of)
    order = list(KINDS)
    return sorted(
        (
            Incident(KINDS[kind], notebook, place, words, tuple(sorted(students)))
            for (kind, notebook, place, words), students in found.items()
        ),
        key=lambda i: (order.index(i.kind.name), i.notebook, -len(i.students), i.place, i.words),
    )
