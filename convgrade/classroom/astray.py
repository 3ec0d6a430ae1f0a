"""What lies below submitted/ and not where nbgrader looks: nothing is left out in silence."""

from __future__ import annotations

import difflib
import fnmatch
import os
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convgrade.plugins.choose import names

__all__ = ["Astray", "find_astray"]

SYSTEMS = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems leave in folders
WORK = (".ipynb", ".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")  # of files that hold notebooks
ALIKE = 0.75  # of two names, one of which was meant to be the other
COLLECT = "collect it, or unpack it into STUDENT/{0}"


@dataclass
class Astray:
    """What is not where submissions are.

    Attributes
    ----------
    left_out : dict of str to str
        By student or file, why it is not graded and what to do.
    odd : dict of str to str
        By student who is graded, what else is there, or what follows from the name.
    unlooked : list of str
        Other files, which nobody would take for work.
    here : set of str
        Students who have a folder or a file there.
    """

    left_out: dict[str, str] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    unlooked: list[str] = field(default_factory=list)
    here: set[str] = field(default_factory=set)


def find_astray(
    coursedir: Any, students: Collection[str], known: list[str], others: Collection[str]
) -> Astray:
    """Look at everything in submitted/.

    Parameters
    ----------
    coursedir : CourseDirectory
    students : collection of str
        Of the gradebook.
    known : list of str
        Names of the assignment's notebooks.
    others : collection of str
        The course's other assignments.
    """
    found, assignment = Astray(), coursedir.assignment_id
    top = _top(coursedir)
    if top is None or not top.is_dir():
        return found
    folders = {}
    for path in sorted(top.iterdir()):
        name = path.name
        if path.is_dir() and name.startswith(".") and (path / assignment).is_dir():
            found.left_out[name] = (
                "its name begins with a dot, and nbgrader passes over such names; rename it"
            )
        elif path.is_dir() and not _is_left_behind(name, coursedir.ignore):
            folders[name] = path
        elif not path.is_dir() and not _is_left_behind(name, coursedir.ignore):
            _file(found, coursedir, path, known)
    for name, path in folders.items():
        if not fnmatch.fnmatchcase(name, coursedir.student_id):
            continue
        found.here.add(name)
        twins = [other for other in (*folders, *students) if _is_twin(name, other)]
        if name == assignment or name in known:
            found.left_out[name] = (
                f"it is no student's folder; put what is in it into STUDENT/{assignment}"
            )
        elif twins:
            found.left_out[name] = (
                f"{name!a} and {twins[0]!a} are one name, written in two ways in "
                "Unicode; keep the one that the gradebook has, or the newer work"
            )
        else:
            _student(found, path, assignment, known, others, coursedir.ignore)
    return found


def _top(coursedir: Any) -> Path | None:
    """Return submitted/, where students' folders lie in it; None for another structure."""
    marks = coursedir.format_path(coursedir.submitted_directory, "\0s", "\0a")
    path = Path(marks)
    return path.parent.parent if path.parts[-2:] == ("\0s", "\0a") else None


def _file(found: Astray, coursedir: Any, path: Path, known: list[str]) -> None:
    name, plain = path.name, _plain(path.name)
    if not fnmatch.fnmatchcase(name, coursedir.student_id):
        return
    if name.lower().endswith(WORK) or any(_plain(notebook) in plain for notebook in known):
        found.left_out[name] = "it lies in no student's folder; " + COLLECT.format(
            coursedir.assignment_id
        )
    else:
        found.unlooked.append(name)


def _student(
    found: Astray,
    folder: Path,
    assignment: str,
    known: list[str],
    others: Collection[str],
    ignored: list[str],
) -> None:
    """Look into a student's folder."""
    student = folder.name
    entries = [p for p in sorted(folder.iterdir()) if not _is_left_behind(p.name, ignored)]
    here = [path for path in entries if path.name == assignment and path.is_dir()]
    strays = [p for p in entries if p not in here and _could_be(p, assignment, known, others)]
    do = f"it belongs into {student}/{assignment}"
    if strays and here:
        found.odd[student] = (
            f"{student}/{assignment} was graded, and beside it lies "
            f"{names(p.name for p in strays)}; remove it, or what it replaces"
        )
    elif strays:
        kinds = {path.is_dir() for path in strays}
        what = (
            "the folder is called" if kinds == {True} else f"there is no folder {assignment}, but"
        )
        found.left_out[student] = f"{what} {names(p.name for p in strays)}; {do}"
    elif here and any(letter in student for letter in "*?["):
        found.odd[student] = (
            "graded, but nbgrader's other commands pass over names with * ? or [; rename the "
            "folder, and the student in the gradebook"
        )


def _could_be(path: Path, assignment: str, known: list[str], others: Collection[str]) -> bool:
    """Tell whether something in a student's folder may be work for the assignment."""
    name = path.name
    if not path.is_dir():
        plain = _plain(name)
        return name.lower().endswith(WORK) or any(_plain(n) in plain for n in known)
    if name in others:
        return False
    plain, wanted = _plain(name), _plain(assignment)
    if wanted in plain or difflib.SequenceMatcher(None, plain, wanted).ratio() >= ALIKE:
        return True
    return any(_plain(n) in _plain(file) for file in _below(path) for n in known)


def _below(folder: Path) -> Iterator[str]:
    for _, _, files in os.walk(folder):
        yield from files


def _is_twin(name: str, other: str) -> bool:
    """Tell whether two names differ in their Unicode form only."""
    return name != other and unicodedata.normalize("NFC", name) == unicodedata.normalize(
        "NFC", other
    )


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _is_left_behind(name: str, ignored: list[str]) -> bool:
    hidden = name.startswith(".")
    return hidden or name in SYSTEMS or any(fnmatch.fnmatch(name, pattern) for pattern in ignored)
