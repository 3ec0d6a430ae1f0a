"""What was graded: a fingerprint of every submission, kept in the gradebook beside its scores."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, Notebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import find_all_files
from sqlalchemy import Column, MetaData, String, Table, Text, inspect, select

__all__ = [
    "Graded", "Needs", "copied_over", "fingerprint", "forget_print", "keep_print", "read_graded",
    "why_again",
]  # fmt: skip

#: In the gradebook, since there it is committed with the scores, and gone when they are gone.
#: Without a foreign key: nbgrader, which does not know it, could delete no submission then.
TABLE = Table(
    "convgrade_graded",
    MetaData(),
    Column("submission_id", String(32), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("needs", Text, nullable=False),
)


@dataclass
class Graded:
    """What the gradebook has of a student's submission.

    Attributes
    ----------
    notebooks : set of str
        Those that it has scores for.
    fingerprint : str
        Of the files that they are the scores of; "" when nobody kept one.
    needs : Needs
        What a person has to do about these files.
    """

    notebooks: set[str] = field(default_factory=set)
    fingerprint: str = ""
    needs: Needs = field(default_factory=lambda: Needs())


@dataclass(frozen=True)
class Needs:
    """What a person has to do about a submission, as long as it stays as it is.

    Attributes
    ----------
    ungradable, doubts : mapping of str to str
        By notebook, why it has no points, and which of several files may count.
    """

    ungradable: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)


def copied_over(source: Path, ignored: list[str], kept: Collection[str]) -> set[str]:
    """Return by path the files that nbgrader copies over a student's, but for those ``kept``."""
    found = find_all_files(str(source), [*ignored, "*.ipynb"])
    return {os.path.relpath(name, source) for name in found} - set(kept)


def fingerprint(folder: Path, ignored: list[str], copied: Collection[str]) -> str:
    """Return a digest of everything that a student handed in.

    Parameters
    ----------
    folder : Path
    ignored : list of str
        nbgrader's patterns of files that do not count.
    copied : collection of str
        By path, the files that the course copies over the student's: they do not count.
    """
    digest = hashlib.sha256()
    for name in sorted(find_all_files(str(folder), ignored)):
        place = os.path.relpath(name, folder)
        if place not in copied:
            digest.update(os.fsencode(place) + b"\0" + _content(Path(name)) + b"\0")
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return b"link"
        if not stat.S_ISREG(mode):
            return b"strange"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:  # whoever grades it says so
        return b"unreadable"


def read_graded(coursedir: Any, assignment: str, student: str = "") -> dict[str, Graded]:
    """Return what the gradebook has of an assignment, by student; of one, or of all."""
    found: dict[str, Graded] = {}
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            key = gradebook.find_assignment(assignment).id
        except MissingEntry:
            return {}
        has = inspect(gradebook.engine).has_table(TABLE.name)
        kept = {row[0]: row for row in gradebook.db.execute(select(TABLE))} if has else {}
        rows = (
            select(SubmittedAssignment.student_id, SubmittedAssignment.id, Notebook.name)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .where(SubmittedAssignment.assignment_id == key)
        )
        if student:
            rows = rows.where(SubmittedAssignment.student_id == student)
        for name, submission, notebook in gradebook.db.execute(rows):
            if name not in found:
                _, value, needs = kept.get(submission, ("", "", "{}"))
                found[name] = Graded(set(), value, Needs(**json.loads(needs)))
            found[name].notebooks.add(notebook)
    return found


def why_again(
    graded: Graded | None, folder: Path, place: Path, known: list[str], now: str
) -> str | None:
    """Say why a submission is to be graded, although it was before.

    Parameters
    ----------
    graded : Graded or None
        What the gradebook has of it.
    folder, place : Path
        What is handed in, and where it lies when it is graded.
    known : list of str
        Names of the assignment's notebooks.
    now : str
        The `fingerprint` of what is handed in.

    Returns
    -------
    str or None
        None when it is graded already, "" when it never was.
    """
    if graded is None:
        return "the gradebook does not have it" if place.exists() else ""
    lacking = [name for name in known if name not in graded.notebooks]
    if lacking:
        return f"the gradebook lacks {', '.join(lacking)}"
    here = {path.name for path in place.glob("*.ipynb")}
    there = {f"{name}.ipynb" for name in known if (folder / f"{name}.ipynb").is_file()}
    if not here or there - here:
        return "its graded notebooks are not there"
    if not graded.fingerprint:
        return "nothing says which files were graded"
    return "handed in again" if graded.fingerprint != now else None


def keep_print(
    gradebook: Gradebook, assignment: str, student: str, value: str, needs: Needs
) -> None:
    """Note which files the scores of a submission are of; the caller commits."""
    TABLE.create(gradebook.db.connection(), checkfirst=True)
    key = gradebook.find_submission(assignment, student).id
    gradebook.db.execute(TABLE.delete().where(TABLE.c.submission_id == key))
    row = {"submission_id": key, "fingerprint": value, "needs": json.dumps(asdict(needs))}
    gradebook.db.execute(TABLE.insert().values(row))


def forget_print(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Note that a submission's scores are not to be relied upon; the caller commits."""
    if inspect(gradebook.db.connection()).has_table(TABLE.name):
        try:
            key = gradebook.find_submission(assignment, student).id
        except MissingEntry:
            return
        gradebook.db.execute(TABLE.delete().where(TABLE.c.submission_id == key))
