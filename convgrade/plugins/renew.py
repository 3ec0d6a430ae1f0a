"""Make feedback pages anew where what stands on them has changed, and nowhere else.

nbgrader makes a page again when a newer submission was handed in, and skips it
after a regrade or points given by hand. A page here says at its end what it was
made of.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback

from convgrade.plugins.model_answers import ModelAnswers

__all__ = ["made_of", "renew_what_changed"]


def renew_what_changed(converter: GenerateFeedback) -> None:
    """Put a look at the pages that are there around the converter's own question.

    Parameters
    ----------
    converter : GenerateFeedback
        Before its first submission.
    """
    ask = converter.init_destination

    def init_destination(assignment: str, student: str) -> bool:
        forced = converter.force
        converter.force = forced or _is_old(converter, assignment, student)
        try:
            return bool(ask(assignment, student))
        finally:
            converter.force = forced

    converter.init_destination = init_destination


def made_of(converter: GenerateFeedback, assignment: str, student: str, name: str) -> str:
    """Return the last line of a page: a digest of what it shows.

    That is the graded notebook, the gradebook's rows, and model answers. "" when the gradebook
    does not know it.
    """
    path = Path(converter._format_source(assignment, student)) / f"{name}.ipynb"
    coursedir = converter.coursedir
    with Gradebook(coursedir.db_url, coursedir.course_id) as book:
        try:
            notebook = book.find_submission_notebook(name, assignment, student)
        except MissingEntry:
            return ""
        grades = sorted(
            (
                g.name,
                g.auto_score,
                g.manual_score,
                g.extra_credit,
                g.needs_manual_grade,
                g.max_score,
            )
            for g in notebook.grades
        )
        comments = sorted((c.name, c.auto_comment, c.manual_comment) for c in notebook.comments)
        rows = json.dumps([grades, comments, notebook.late_submission_penalty])
    rows += ModelAnswers(parent=converter).digest(assignment, name)
    digest = hashlib.sha256(rows.encode() + b"\0" + path.read_bytes()).hexdigest()
    return f"<!-- made of {digest} -->\n"


def _is_old(converter: GenerateFeedback, assignment: str, student: str) -> bool:
    folder = Path(converter._format_dest(assignment, student))
    if not folder.is_dir() or converter.coursedir.notebook_id != "*":
        return False
    for name in (Path(path).stem for path in converter.notebooks):
        page = folder / f"{name}.html"
        line = made_of(converter, assignment, student, name)
        if line and not (page.is_file() and page.read_bytes().endswith(line.encode())):
            converter.log.info("%s is not what it was made of any more", page)
            return True
    return False
