"""What an exporter of nbgrader does to a notebook, from plain data and without a gradebook."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from convgrade.classroom.task import Task
from convgrade.plugins.course import MATERIAL, Material
from convgrade.plugins.save import without_marks

__all__ = [
    "RECORD", "collecting", "keep_record", "keep_whole", "preprocess", "resources_for",
    "take_marks", "write",
]  # fmt: skip

RECORD = "convgrade_record"  # in resources
MAX_LINES, MAX_LINE = 300, 5000  # of the log of one notebook, in lines and letters


def preprocess(
    exporter: NotebookExporter, steps: Sequence[Any], notebook: NotebookNode, resources: Any
) -> tuple[NotebookNode, Any]:
    """Do what the exporter does between reading and writing, but for its copies.

    It copies notebook and resources twice, for callers that keep theirs.
    """
    exporter._preprocessors = []
    for step in steps:
        exporter.register_preprocessor(step)
    for preprocessor in exporter._preprocessors:
        notebook, resources = preprocessor(notebook, resources)
    nbformat.validate(notebook)
    return notebook, resources


class _Names(dict[str, str]):
    """What nbgrader tells preprocessors, and what to do about those who ask for more."""

    def __missing__(self, key: str) -> str:
        raise KeyError(
            f"{key}: a worker has no gradebook; a preprocessor that uses it stands behind "
            "SaveVerdicts in Autograde.autograde_preprocessors"
        )


def resources_for(task: Task, material: Material) -> dict[str, Any]:
    """Return what nbgrader's converter gives to preprocessors, without a gradebook."""
    names = _Names(student=task.student, assignment=task.assignment, notebook=task.name)
    return {
        "unique_key": task.name,
        "output_files_dir": f"{task.name}_files",
        "nbgrader": names,
        MATERIAL: material,
    }


def keep_record(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Keep, where the writer's preprocessors stand in the list, what they look at."""
    record = copy.deepcopy(notebook)
    for cell in record.cells:
        if "outputs" in cell:
            cell.outputs = []  # verdicts come from the task, not from here
    resources[RECORD] = record
    return notebook, resources


def keep_whole(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Keep what the writer goes on with."""
    resources[RECORD] = copy.deepcopy(notebook)
    return notebook, resources


def take_marks(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Do to the notebook what the writer's preprocessors do to it."""
    return without_marks(notebook), resources


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a new folder."""
    folder.mkdir()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def collecting() -> tuple[logging.Logger, list[tuple[int, str]]]:
    """Return a logger, and the list in which its lines end."""
    lines: list[tuple[int, str]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if len(lines) < MAX_LINES:
                lines.append((record.levelno, self.format(record)[:MAX_LINE]))

    log = logging.Logger("convgrade", logging.INFO)  # of this task alone: threads share the others
    log.addHandler(Collect())
    return log, lines
