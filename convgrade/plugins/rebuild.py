"""nbgrader preprocessor: replaces what was handed in by the course's notebook with the answers."""

from __future__ import annotations

import logging
import sys
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from convgrade.cells import python_version
from convgrade.plugins.course import course_notebook, released_cells
from convgrade.rebuild import rebuild

__all__ = ["OLDER", "Rebuild"]

OLDER = "convgrade_older"  # in resources: grade_ids


class Rebuild(NbGraderPreprocessor):  # type: ignore[misc]
    """Stands for ClearOutput, DeduplicateIds, OverwriteKernelspec and OverwriteCells.

    First in ``Autograde.sanitize_preprocessors``. What it repaired is logged, and
    kept in the notebook's metadata for `SaveVerdicts` where it is surely the student's
    doing. Cells that the course has changed since it handed them out stand in ``resources``.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rebuild one notebook; called by nbgrader's exporter."""
        names = resources["nbgrader"]
        course, binds, _ = course_notebook(self, resources)
        facts = dict(nb.metadata.pop("convgrade", {}))
        rebuilt, repairs = rebuild(course, nb, released_cells(self, resources))
        if facts.get("ungradable"):
            repairs = []  # that nothing was found is no news
        for repair in repairs:
            where = f", cell {repair.grade_id}" if repair.grade_id else ""
            level = logging.INFO if repair.older else logging.WARNING  # the course's own doing
            self.log.log(
                level, "Repaired %s of %s%s: %s",
                names["notebook"], names["student"], where, repair.words,
            )  # fmt: skip
        version = python_version(nb)
        if version and version != f"{sys.version_info[0]}.{sys.version_info[1]}":
            facts["python"] = version
        facts["repairs"] = [
            *facts.get("repairs", []),
            *({"grade_id": r.grade_id, "words": r.words} for r in repairs if r.told),
        ]
        resources[OLDER] = [r.grade_id for r in repairs if r.older]
        rebuilt.metadata["convgrade"] = facts
        for cell in rebuilt.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in binds:
                cell.metadata.setdefault("convgrade", {})["binds"] = binds[grade_id]
        return rebuilt, resources
