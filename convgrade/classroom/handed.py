"""The client's first part: finds what is to be graded, and makes tasks of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.utils import find_all_files

from convgrade.box import MAX_FILES
from convgrade.classroom.task import Course, Task
from convgrade.plugins.choose import HandedIn, choose
from convgrade.plugins.course import source_folder
from convgrade.plugins.graded import Needs, fingerprint, read_graded, why_again
from convgrade.plugins.handed_in import answers_in, ignoring_strange_files, submission_folders
from convgrade.submission import UngradableError, read_bytes

__all__ = ["Found", "Submission", "read_files", "submissions", "tasks"]


@dataclass(frozen=True)
class Submission:
    """What one student handed in, and is to be graded.

    Attributes
    ----------
    student : str
    folder : Path
    chosen : HandedIn
        Its notebooks.
    fingerprint : str
        Of all that was handed in, from before it was read.
    """

    student: str
    folder: Path
    chosen: HandedIn
    fingerprint: str


@dataclass
class Found:
    """What a run finds below submitted/.

    Attributes
    ----------
    todo : list of Submission
        By folder name.
    done : dict of str to Needs
        By student who is graded already, what a person still has to do.
    again : dict of str to str
        By student, why they are graded although they were before.
    """

    todo: list[Submission] = field(default_factory=list)
    done: dict[str, Needs] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)


def submissions(
    converter: Any, known: list[str], copied: Collection[str], left_out: Collection[str], log: Any
) -> Found:
    """Find what is to be graded.

    A submission is done when the gradebook has scores of just these files and its
    folder is in autograded/, unless ``converter.force`` is set.

    Parameters
    ----------
    converter : Autograde
        After its ``init_notebooks``.
    known : list of str
        Names of the assignment's notebooks.
    copied : collection of str
        By path, the files that the course copies over a student's.
    left_out : collection of str
        Students who must not be graded now.
    log : logging.Logger
    """
    coursedir, assignment = converter.coursedir, converter.coursedir.assignment_id
    students, found = submission_folders(converter), Found()
    excluded = {*coursedir.student_id_exclude.split(","), *left_out}
    graded, answers = read_graded(coursedir, assignment), answers_in(converter, assignment)
    for name in sorted(converter.assignments):
        student, folder = students[name], Path(name)
        if student in excluded:
            continue
        now = fingerprint(folder, coursedir.ignore, copied)
        place = coursedir.format_path(coursedir.autograded_directory, student, assignment)
        why = why_again(graded.get(student), folder, Path(place), known, now)
        if why is None and not converter.force:
            found.done[student] = graded[student].needs
            continue
        if why:
            found.again[student] = why
            log.info("[%s] is graded again: %s", student, why)
        chosen = choose(folder, known, known, coursedir.ignore, answers)
        for bad, words in chosen.lines():
            log.log(logging.ERROR if bad else logging.WARNING, "[%s] %s", student, words)
        found.todo.append(Submission(student, folder, chosen, now))
    return found


def tasks(
    submission: Submission,
    coursedir: Any,
    courses: Mapping[str, Course],
    overlay: Mapping[str, bytes],
    log: Any,
) -> Iterator[tuple[str, Task]]:
    """Make a task of every notebook of a submission, with its path.

    Parameters
    ----------
    submission : Submission
    coursedir : CourseDirectory
    courses : mapping of str to Course
        By the notebook's name.
    overlay : mapping of str to bytes
        The course's files, which nbgrader copies over the student's.
    log : logging.Logger

    Raises
    ------
    ValueError
        When the files are larger than 200 MiB in all.
    """
    chosen = submission.chosen
    source = source_folder(coursedir, coursedir.assignment_id)
    with ignoring_strange_files(coursedir, submission.folder, source, log) as ignored:
        files = {**read_files(submission.folder, ignored), **overlay}
    for path in chosen.paths:
        name, data, why = Path(path).stem, b"", chosen.reasons.get(path, "")
        if not why:
            try:
                file = chosen.taken.get(path)
                data = file.read() if file else read_bytes(Path(path))
            except UngradableError as reason:
                why = str(reason)
        yield path, Task(
            coursedir.assignment_id, submission.student, name, data, why,
            path in chosen.taken, files, courses[name],
        )  # fmt: skip


def read_files(folder: Path, ignored: list[str]) -> dict[str, bytes]:
    """Read what lies beside the notebooks, as nbgrader copies it.

    Raises
    ------
    ValueError
        When the files are larger than 200 MiB in all.
    """
    files, total = {}, 0
    for name in sorted(find_all_files(str(folder), [*ignored, "*.ipynb"])):
        total += os.path.getsize(name)
        if total > MAX_FILES:
            raise ValueError(
                f"the files in {folder} are larger than {MAX_FILES // 2**20} MiB in all; "
                "remove what the notebooks do not need"
            )
        files[os.path.relpath(name, folder)] = Path(name).read_bytes()
    return files
