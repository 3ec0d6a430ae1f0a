"""Keeps feedback from stumbling over graded files of which the gradebook knows nothing."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException

__all__ = ["pass_over_unknown"]


def pass_over_unknown(converter: Any) -> None:
    """Let a converter say in a line who is not in the gradebook, instead of a traceback each.

    A student was removed, or the gradebook is another one. nbgrader offers no place for a
    plug-in there, so this puts itself around methods of the converter.

    Parameters
    ----------
    converter : GenerateFeedback
    """
    prepare, convert = converter.init_destination, converter.convert_notebooks
    coursedir, unknown = converter.coursedir, []

    def init_destination(assignment: str, student: str) -> bool:
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            try:
                gradebook.find_submission(assignment, student)
            except MissingEntry:
                unknown.append(student)
                converter.log.error(
                    "No feedback for %a: the gradebook has no submission of theirs. Grade "
                    "%s again, or remove %s.",
                    student, assignment, converter._format_source(assignment, student),
                )  # fmt: skip
                return False
        return bool(prepare(assignment, student))

    def convert_notebooks() -> None:
        convert()
        if unknown:
            raise NbGraderException(f"{len(unknown)} students are not in the gradebook")

    converter.init_destination = init_destination
    converter.convert_notebooks = convert_notebooks
