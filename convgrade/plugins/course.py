"""Where a preprocessor finds the course that it grades for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Configurable

__all__ = ["course_files", "course_folder"]


def course_folder(part: Configurable) -> CourseDirectory:
    """Return the course folder of the nbgrader command that ``part`` belongs to.

    nbgrader hands it to its converter; a preprocessor hangs below that one.
    """
    above: Any = part
    while above is not None:
        folder = getattr(above, "coursedir", None)
        if isinstance(folder, CourseDirectory):
            return folder
        above = above.parent
    return CourseDirectory(parent=part)


def course_files(part: Configurable, resources: Any) -> Path | None:
    """Return the assignment's folder in source/, whose files test cells may use."""
    folder = course_folder(part)
    assignment = resources.get("nbgrader", {}).get("assignment", "")
    path = Path(folder.format_path(folder.source_directory, ".", assignment))
    return path if path.is_dir() else None
