"""What a student handed in: which file is which notebook, and what is left out."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import find_all_files

from convgrade.plugins.given import approve
from convgrade.plugins.timestamp import timestamp
from convgrade.submission import UngradableError

__all__ = [
    "HandedIn",
    "candidates",
    "choose",
    "forget_scores",
    "ignoring_strange_files",
    "notebook_files",
    "opened",
    "read_timestamp",
    "submission_folders",
]

RENAMED = "Notebooks keep their names: the only file that looks like this one was taken."


@dataclass
class HandedIn:
    """The notebooks of one submission that are to be graded.

    Attributes
    ----------
    paths : list of str
        Where they stand, or would stand if the student had not renamed or forgotten them.
    renamed : dict of str to Path
        By such a path, the file that was taken for it.
    reasons : dict of str to str
        By such a path, why it is refused without a look at its file.
    """

    paths: list[str] = field(default_factory=list)
    renamed: dict[str, Path] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def choose(folder: Path, known: list[str], wanted: list[str], log: Any) -> HandedIn:
    """Tell which files of a submission are the assignment's notebooks.

    Parameters
    ----------
    folder : Path
        The submission's.
    known, wanted : list of str
        Names of the assignment's notebooks, and of those to be graded.
    log : logging.Logger
        Takes a line for everything that is not as it should be.
    """
    files, chosen = notebook_files(folder), HandedIn()
    for name in wanted:
        path = str(folder / f"{name}.ipynb")
        likely = [] if name in files else candidates(name, files, known)
        if len(likely) == 1:
            chosen.renamed[path] = files[likely[0]]
            log.warning("%s is missing; taking %a for it", path, f"{likely[0]}.ipynb")
        elif likely:
            chosen.reasons[path] = (
                f"it is missing, and {len(likely)} files look like it; keep one of them "
                f"under the name {name}.ipynb"
            )
            log.error("%s is missing, and these look like it: %a", path, sorted(likely))
        elif name not in files:
            if any(other in files or candidates(other, files, known) for other in known):
                continue  # it was not handed in; nbgrader says so and gives no points
            chosen.reasons[path] = (
                f"none of the assignment's notebooks is there; ask for {name}.ipynb"
            )
            log.error("%s holds no notebook of the course but %a", folder, sorted(files))
        chosen.paths.append(path)
    return chosen


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


def notebook_files(folder: Path) -> dict[str, Path]:
    """Return the notebook files of a folder by name."""
    return {path.stem: path for path in sorted(folder.glob("*.ipynb"))}


def candidates(name: str, files: dict[str, Path], known: list[str]) -> list[str]:
    """Return the files whose name is that of a notebook with something added to it."""
    wanted = _words(name)
    found = []
    for stem in files:
        words = _words(stem)
        places = range(len(words))
        if stem not in known and any(words[i : i + len(wanted)] == wanted for i in places):
            found.append(stem)
    return found


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def forget_scores(coursedir: Any, assignment: str, student: str, names: list[str]) -> None:
    """Set the automatic scores of a submission's notebooks to zero, until they are computed.

    Else a regrading that fails would leave the old ones. What a person has looked at is noted.
    """
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return
        for notebook in submission.notebooks:
            if notebook.name in names:
                approve(gradebook, notebook.grades)
                for grade in notebook.grades:
                    if grade.auto_score is not None:
                        grade.auto_score = 0.0
        gradebook.db.commit()


def submission_folders(converter: Any) -> dict[str, str]:
    """Return the folders that a command is about, and whose they are."""
    coursedir = converter.coursedir
    pattern = converter._format_source(coursedir.assignment_id, coursedir.student_id)
    form = converter._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
    matches = {path: re.match(form, path) for path in glob.glob(pattern) if os.path.isdir(path)}
    return {path: match["student"] for path, match in sorted(matches.items()) if match}
