"""Leave the lecture's pictures out of graded notebooks."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor


class TrimPictures(NbGraderPreprocessor):  # type: ignore[misc]
    """Replace the kit's pictures in lecture cells by their descriptions.

    They are the same in every submission, and make a graded notebook several
    times as long to store and to scroll. Pictures of checks stay, and so do
    those that a student drew. Goes after `Execute` in
    ``Autograde.autograde_preprocessors``.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Trim one cell; called by nbgrader's exporter."""
        if "nbgrader" not in cell.metadata:
            for output in cell.get("outputs", []):
                picture = output.get("metadata", {}).get("image/png", {})
                if picture.get("alt", "").startswith("Picture: "):
                    output.data.pop("image/png", None)
                    output.data.pop("text/html", None)  # the same picture, with its alt text
                    output.metadata.pop("image/png")
        return cell, resources
