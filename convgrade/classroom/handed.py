"""The client's first part: finds what is to be graded, and makes tasks of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.utils import find_all_files

from convgrade.box import MAX_FILES
from convgrade.classroom.task import Course, Task
from convgrade.plugins.course import source_folder
from convgrade.plugins.handed_in import (
    HandedIn,
    choose,
    ignoring_strange_files,
    read_timestamp,
    submission_folders,
)
from convgrade.submission import UngradableError, read_bytes

__all__ = ["Submission", "read_files", "submissions", "tasks"]


@dataclass(frozen=True)
class Submission:
    """What one student handed in, and is to be graded.

    Attributes
    ----------
    student : str
    folder : Path
    chosen : HandedIn
        Its notebooks.
    """

    student: str
    folder: Path
    chosen: HandedIn


def submissions(converter: Any, known: list[str], log: Any) -> tuple[list[Submission], int]:
    """Find what is to be graded, by nbgrader's own rule.

    A submission is done when it has a folder in autograded/, unless a newer one
    was handed in since, or ``converter.force`` is set.

    Parameters
    ----------
    converter : Autograde
        After its ``init_notebooks``.
    known : list of str
        Names of the assignment's notebooks.
    log : logging.Logger

    Returns
    -------
    todo : list of Submission
        By folder name.
    done : int
        How many are graded already.
    """
    students, todo, done = submission_folders(converter), [], 0
    excluded = converter.coursedir.student_id_exclude.split(",")
    for name in sorted(converter.assignments):
        student, folder = students[name], Path(name)
        if student in excluded:
            continue
        if not converter.force and _is_done(converter.coursedir, student, folder, log):
            done += 1
            continue
        todo.append(Submission(student, folder, choose(folder, known, known, log)))
    return todo, done


def _is_done(coursedir: Any, student: str, folder: Path, log: Any) -> bool:
    place = coursedir.format_path(coursedir.autograded_directory, student, coursedir.assignment_id)
    if not os.path.exists(place):
        return False
    new, old = (read_timestamp(log, str(path)) for path in (folder, place))
    return new is None or old is None or new <= old


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
                data = read_bytes(chosen.renamed.get(path, Path(path)))
            except UngradableError as reason:
                why = str(reason)
        yield path, Task(
            coursedir.assignment_id, submission.student, name, data, why,
            path in chosen.renamed, files, courses[name],
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
