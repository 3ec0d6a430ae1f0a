"""Which tests wait for a person, as the gradebook says."""

from __future__ import annotations

from collections.abc import Collection

from nbgrader.coursedir import CourseDirectory

from convgrade.classroom.tally import Tally
from convgrade.report.gradebook import ReportError, read_gradebook

__all__ = ["note_waiting"]


def note_waiting(coursedir: CourseDirectory, tally: Tally, students: Collection[str] = ()) -> None:
    """Note which tests wait for a person: since an earlier run, too, and until one has graded.

    Of ``students``, those that were to be graded, and of those that were graded before.
    """
    url, assignment = coursedir.db_url, coursedir.assignment_id
    try:
        book = read_gradebook(url, assignment)
    except ReportError:  # nobody is graded
        return
    by_hand = {(cell.notebook, cell.grade_id) for cell in book.cells if cell.written}
    found: dict[str, list[str]] = {}
    for row in book.grades:
        waits = row.waiting and row.auto is None and row.student in {*students, *tally.done}
        if waits and (row.notebook, row.grade_id) not in by_hand:
            found.setdefault(f"{row.student}/{row.notebook}", []).append(row.grade_id)
    why = tally.waiting
    tally.waiting = {
        name: why.get(name) or f"{', '.join(tests)}: its comment says why"
        for name, tests in found.items()
    }
