"""Points that a person gave: which answer they were given to, and whether it is still the same.

nbgrader lets every such answer wait again after a regrade, and forgets those whose
notebook is missing. Here an answer waits if it is not the one that was looked at.
The gradebook keeps a digest of it in a table of ours, beside the points.
"""

from __future__ import annotations

import hashlib
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from sqlalchemy import Column, Float, MetaData, String, Table, select

from convgrade.cells import tidy

__all__ = ["MISSING", "answer_digests", "approve", "let_wait", "note_missing"]

MISSING = "missing"  # instead of a digest: the notebook was not handed in

# ``recorded``: the answer that was graded last, and ``points``: a person's, at that time.
# ``approved``: the answer to which a person gave points, or which they let stand.
ANSWERS = Table(
    "convgrade_answer",
    MetaData(),
    Column("grade_id", String(32), primary_key=True),
    Column("recorded", String(96)),
    Column("points", Float()),
    Column("approved", String(96)),
)


def answer_digests(nb: NotebookNode) -> dict[str, str]:
    """Return, by grade_id, a digest of what a person looks at who gives points for a cell.

    For a written answer that is its text, for code also the code above it, which
    it may use; for a task the cells up to the next marked one; for a test cell the
    answers since the last one.
    """
    found: dict[str, str] = {}
    code: list[str] = []
    answers: list[str] = []
    task, tested = "", False
    for cell in nb.cells:
        mark = cell.metadata.get("nbgrader", {})
        name, text = mark.get("grade_id", ""), f"{cell.cell_type}\n{tidy(cell.source)}"
        if cell.cell_type == "code" and not utils.is_grade(cell):
            code.append(text)
        if task and (not name or not any(map(mark.get, ("grade", "solution", "locked")))):
            found[task] = _digest([found[task], text])
        else:
            task = ""
        if utils.is_solution(cell):
            answers, tested = [*([] if tested else answers), text], False
        if utils.is_task(cell):
            task, found[name] = name, _digest([text])
        elif utils.is_grade(cell) and utils.is_solution(cell):
            found[name] = _digest([*(code if cell.cell_type == "code" else []), text])
        elif utils.is_grade(cell):
            found[name], tested = _digest(answers), True
    return found


def approve(book: Gradebook, grades: list[Any]) -> None:
    """Note what a person has looked at since it was graded; before it is graded again."""
    _make_table(book)
    for grade in grades:
        row = _row(book, grade)
        if row is None or grade.manual_score is None:
            continue
        if not grade.needs_manual_grade or grade.manual_score != row.points:
            _write(book, grade, row, row.recorded, row.recorded)


def let_wait(book: Gradebook, grade: Any, digest: str) -> None:
    """Let a graded cell wait for a person if its points were given to another answer.

    Parameters
    ----------
    book : Gradebook
    grade : nbgrader.api.Grade
        With its new automatic score. Points that a person gave stay as they are.
    digest : str
        One of `answer_digests`, or `MISSING`.
    """
    _make_table(book)
    row = _row(book, grade)
    approved = row.approved if row is not None else None
    if grade.manual_score is not None:
        grade.needs_manual_grade = approved != digest
    _write(book, grade, row, digest, approved)


def note_missing(coursedir: Any, assignment: str, student: str, there: list[str]) -> None:
    """Let points wait that a person gave in a notebook that is not handed in any more.

    Parameters
    ----------
    coursedir : CourseDirectory
    assignment, student : str
    there : list of str
        Names of the notebooks that will be graded, or that the command is not about.
    """
    with Gradebook(coursedir.db_url, coursedir.course_id) as book:
        for notebook in book.find_submission(assignment, student).notebooks:
            if notebook.name not in there:
                for grade in notebook.grades:
                    let_wait(book, grade, MISSING)
        book.db.commit()


def _make_table(book: Gradebook) -> None:
    if "convgrade_answer" not in book.db.info:
        ANSWERS.create(book.db.connection(), checkfirst=True)
        book.db.info["convgrade_answer"] = True


def _row(book: Gradebook, grade: Any) -> Any:
    return book.db.execute(select(ANSWERS).where(ANSWERS.c.grade_id == grade.id)).first()


def _write(book: Gradebook, grade: Any, row: Any, recorded: str, approved: str | None) -> None:
    values = {"recorded": recorded, "approved": approved, "points": grade.manual_score}
    if row is None:
        book.db.execute(ANSWERS.insert().values(grade_id=grade.id, **values))
    elif any(getattr(row, name) != value for name, value in values.items()):
        here = ANSWERS.c.grade_id == grade.id
        book.db.execute(ANSWERS.update().where(here).values(**values))


def _digest(texts: list[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d\n" % len(data) + data)
    return digest.hexdigest()
