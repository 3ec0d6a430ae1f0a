"""What a student handed in: which file is which notebook, and what is left out."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
from nbformat import NotebookNode
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import find_all_files

from convgrade.cells import read_course
from convgrade.plugins.choose import Answers
from convgrade.plugins.course import read_course_notebook
from convgrade.plugins.given import approve
from convgrade.plugins.graded import forget_print
from convgrade.plugins.timestamp import timestamp
from convgrade.rebuild import rebuild
from convgrade.submission import UngradableError, parse_submission

__all__ = [
    "answers_in",
    "forget_scores",
    "ignoring_strange_files",
    "opened",
    "read_timestamp",
    "submission_folders",
]

RENAMED = (
    "Notebooks keep their names and places: the only file that looks like this one was taken."
)


def answers_in(part: Any, assignment: str) -> Answers:
    """Return what says which answers of a notebook a file holds, by grade_id.

    Parameters
    ----------
    part : Configurable
        That hangs below an nbgrader command.
    assignment : str
    """

    @cache
    def course(name: str) -> NotebookNode:
        return read_course_notebook(part, assignment, name)[0]

    def said(name: str, data: bytes) -> Mapping[str, str] | None:
        try:
            notebook, _ = rebuild(course(name), parse_submission(data))
        except UngradableError:
            return None
        theirs = {cell.id: cell.source for cell in notebook.cells}
        return {
            answer.name: theirs[answer.cell.id]
            for answer in read_course(course(name))
            if answer.role == "answer" and theirs[answer.cell.id] != answer.cell.source
        }

    return said


def opened(read: Callable[[], NotebookNode], renamed: bool) -> tuple[NotebookNode, str]:
    """Open a notebook for `Rebuild`, which finds in its metadata what is to be told about it.

    Parameters
    ----------
    read : callable
        Returns the notebook, or raises UngradableError.
    renamed : bool
        Whether the file has another name than the notebook.

    Returns
    -------
    notebook : NotebookNode
        Without a cell if it cannot be graded.
    why : str
        Why it cannot be graded; "" if it can.
    """
    facts: dict[str, Any] = {}
    try:
        notebook = read()
    except UngradableError as reason:
        notebook, facts["ungradable"] = v4.new_notebook(), str(reason)
    if renamed:
        facts["repairs"] = [{"grade_id": "", "words": RENAMED}]
    notebook.metadata["convgrade"] = facts
    return notebook, facts.get("ungradable", "")


@contextlib.contextmanager
def ignoring_strange_files(
    coursedir: Any, folder: Path, source: Path, log: Any
) -> Iterator[list[str]]:
    """Let nbgrader copy the regular files of a submission that stand in nobody's way."""
    kept = list(coursedir.ignore)
    for path, why in _strange_files(folder, source):
        coursedir.ignore = [*coursedir.ignore, glob.escape(str(path))]
        if path.suffix != ".ipynb":
            log.warning("%a %s; left out", str(path), why)
    try:
        yield coursedir.ignore
    finally:
        coursedir.ignore = kept


def _strange_files(folder: Path, source: Path) -> Iterator[tuple[Path, str]]:
    course = {Path(name).relative_to(source) for name in find_all_files(str(source))}
    folders = {parent for path in course for parent in path.parents}
    for path in sorted(folder.rglob("*")):
        mode, place = path.lstat().st_mode, path.relative_to(folder)
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            yield path, "is a link or no regular file"
        elif stat.S_ISREG(mode) and (place in folders or course & set(place.parents)):
            yield path, "stands where the course has a folder or a file"


def read_timestamp(log: Any, folder: str) -> datetime | None:
    """Read when something was handed in; what is surely no time says nothing.

    Stands for nbgrader's ``CourseDirectory.get_existing_timestamp``, which takes a
    zone that it does not know for UTC, ``+0100`` for a hundred seconds, and 10.03. for October.
    """
    try:
        return timestamp(Path(folder))
    except ValueError as error:
        log.warning("%s is no time and was left out: %s", Path(folder) / "timestamp.txt", error)
        return None


def forget_scores(coursedir: Any, assignment: str, student: str, names: list[str]) -> None:
    """Set the automatic scores of a submission's notebooks to zero, until they are computed.

    Else a regrading that fails would leave the old ones. Nor do they count as graded meanwhile.
    Notebooks that the gradebook has lost, or got after this submission, are added to it. What
    a person has looked at is noted.
    """
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return
        forget_print(gradebook, assignment, student)
        _complete(gradebook, submission)
        for notebook in submission.notebooks:
            if notebook.name in names:
                approve(gradebook, notebook.grades)
                for grade in notebook.grades:
                    if grade.auto_score is not None:
                        grade.auto_score = 0.0
        gradebook.db.commit()


def _complete(gradebook: Gradebook, submission: SubmittedAssignment) -> None:
    """Add the notebooks that it lacks, as nbgrader does for a new submission."""
    here = {notebook.name for notebook in submission.notebooks}
    for notebook in list(submission.assignment.notebooks):
        if notebook.name in here:
            continue
        added = SubmittedNotebook(notebook=notebook, assignment=submission)
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            Grade(cell_id=cell.id, notebook=added)
        for cell in (*notebook.solution_cells, *notebook.task_cells):
            Comment(cell_id=cell.id, notebook=added)
        gradebook.db.add(added)


def submission_folders(converter: Any) -> dict[str, str]:
    """Return the folders that a command is about, and whose they are."""
    coursedir = converter.coursedir
    pattern = converter._format_source(coursedir.assignment_id, coursedir.student_id)
    form = converter._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
    matches = {path: re.match(form, path) for path in glob.glob(pattern) if os.path.isdir(path)}
    return {path: match["student"] for path, match in sorted(matches.items()) if match}
