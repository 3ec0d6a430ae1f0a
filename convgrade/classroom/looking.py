"""What there is to grade in submitted/, and what else is to be told of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from convgrade.classroom.astray import find_astray
from convgrade.classroom.handed import Submission, submissions
from convgrade.classroom.tally import Tally
from convgrade.plugins.course import students_and_assignments
from convgrade.plugins.handed_in import submission_folders
from convgrade.plugins.timestamp import time_problems

__all__ = ["find", "note_times"]


def find(
    coursedir: CourseDirectory,
    converter: Autograde,
    known: list[str],
    copied: set[str],
    tally: Tally,
    say: logging.Logger,
) -> list[Submission]:
    """Look through submitted/, and tell of what is not graded there."""
    students, others = students_and_assignments(coursedir)
    astray = find_astray(coursedir, students, known, others)
    found = submissions(converter, known, copied, astray.left_out, say)
    tally.done, tally.again, tally.unlooked = [*found.done], found.again, astray.unlooked
    tally.left_out |= astray.left_out
    tally.doubts |= astray.odd
    for name, words in (astray.left_out | astray.odd).items():
        say.error("[%s] %s", name, words)
    for student, needs in found.done.items():
        tally.ungradable |= {f"{student}/{k}": words for k, words in needs.ungradable.items()}
        tally.doubts |= {f"{student}/{k}": words for k, words in needs.doubts.items()}
    for submission in found.todo:
        chosen, student = submission.chosen, submission.student
        tally.told |= {f"{student}/{name}": words for name, words in chosen.told.items()}
        tally.doubts |= {f"{student}/{name}": words for name, words in chosen.doubts.items()}
        if chosen.missing:
            tally.missing[student] = chosen.missing
    if coursedir.student_id == "*":
        there = {*found.done, *(s.student for s in found.todo), *astray.left_out}
        tally.absent = sorted(set(students) - there)
    return found.todo


def note_times(coursedir: CourseDirectory, converter: Any, tally: Tally) -> None:
    """Note whose time of handing in a person should look at."""
    excluded = coursedir.student_id_exclude.split(",")
    for folder, student in submission_folders(converter).items():
        if student not in excluded:
            for told, words in zip(
                (tally.times, tally.future), time_problems(Path(folder)), strict=True
            ):
                if words:
                    told[student] = words
