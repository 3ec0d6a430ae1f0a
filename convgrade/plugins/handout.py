"""nbgrader preprocessor: students get the course's packages as files that they can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from convgrade.modules import packages, unpack
from convgrade.plugins.course import course_folder, source_folder

__all__ = ["UnpackPackages"]


class UnpackPackages(NbGraderPreprocessor):  # type: ignore[misc]
    """Unpack ``name.zip`` of the assignment beside the release notebooks, if it holds ``name/``.

    Goes into ``GenerateAssignment.preprocessors``, anywhere; notebooks stay as they are.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Unpack; called by nbgrader's exporter."""
        folder, assignment = course_folder(self), resources["nbgrader"]["assignment"]
        release = Path(folder.format_path(folder.release_directory, ".", assignment))
        if release.is_dir():
            for archive in packages(source_folder(folder, assignment)):
                unpack(archive, release)
        return nb, resources
