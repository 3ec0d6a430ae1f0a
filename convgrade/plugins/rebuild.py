"""nbgrader preprocessor: replaces what was handed in by the course's notebook with the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from convgrade.judge import bound_names
from convgrade.plugins.course import course_folder
from convgrade.rebuild import rebuild

__all__ = ["Rebuild"]


class Rebuild(NbGraderPreprocessor):  # type: ignore[misc]
    """Stands for ClearOutput, DeduplicateIds, OverwriteKernelspec and OverwriteCells.

    First in ``Autograde.sanitize_preprocessors``. What it repaired is logged, and
    kept in the notebook's metadata for `SaveVerdicts`.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rebuild one notebook; called by nbgrader's exporter."""
        names = resources["nbgrader"]
        course, binds = self._course(names["notebook"], names["assignment"], names["db_url"])
        facts = dict(nb.metadata.pop("convgrade", {}))
        rebuilt, repairs = rebuild(course, nb)
        if facts.get("ungradable"):
            repairs = []  # that nothing was found is no news
        for repair in repairs:
            where = f", cell {repair.grade_id}" if repair.grade_id else ""
            self.log.warning(
                "Repaired %s of %s%s: %s",
                names["notebook"], names["student"], where, repair.words,
            )  # fmt: skip
        facts["repairs"] = [
            *facts.get("repairs", []),
            *({"grade_id": r.grade_id, "words": r.words} for r in repairs),
        ]
        rebuilt.metadata["convgrade"] = facts
        for cell in rebuilt.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in binds:
                cell.metadata["convgrade"] = {"binds": binds[grade_id]}
        return rebuilt, resources

    def _course(
        self, notebook: str, assignment: str, db_url: str
    ) -> tuple[NotebookNode, dict[str, list[str]]]:
        """Return the notebook to grade against, and the names that each answer cell binds.

        Its form is the source notebook's; the text and points of marked cells
        are those that the gradebook recorded when the assignment was generated.
        """
        folder = course_folder(self)
        source = folder.format_path(folder.source_directory, ".", assignment)
        path = Path(source) / f"{notebook}.ipynb"
        if not path.is_file():
            raise NbGraderException(
                f"Grading needs the source notebook, and {path} does not exist. Put it back, or "
                "set CourseDirectory.source_directory to the folder that holds it."
            )
        course: NotebookNode = nbformat.read(path, as_version=4)
        binds: dict[str, list[str]] = {}
        with Gradebook(db_url) as gradebook:
            for cell in course.cells:
                grader = cell.metadata.get("nbgrader", {})
                if not any(grader.get(flag) for flag in ("grade", "solution", "locked", "task")):
                    continue
                name = grader["grade_id"]
                try:
                    record = gradebook.find_source_cell(name, notebook, assignment)
                except MissingEntry:
                    raise NbGraderException(
                        f"The cell {name} of {path} is not in the gradebook: the source was "
                        f"changed after the release. Run `nbgrader generate_assignment "
                        f"{assignment} --force` and grade again."
                    ) from None
                if grader.get("solution") and cell.cell_type == "code":
                    binds[name] = sorted(bound_names(cell.source) | bound_names(record.source))
                cell.source, grader["checksum"] = record.source, record.checksum
                if grader.get("grade") or grader.get("task"):
                    find = gradebook.find_graded_cell
                    grader["points"] = float(find(name, notebook, assignment).max_score)
        return course, binds
