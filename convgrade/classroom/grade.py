"""The worker's part: grades one notebook from plain data."""

from __future__ import annotations

import atexit
import copy
import json
import logging
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from distributed import get_worker
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from jupyter_core.utils import ensure_event_loop
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.nbgraderformat import common

from convgrade import confine
from convgrade.classroom import own_worker
from convgrade.classroom.task import Refusal, Result, Task
from convgrade.classroom.versions import differences, versions
from convgrade.classroom.warm import warm_up
from convgrade.kernels import forks
from convgrade.kernels.folders import held_folder, remove_leftovers
from convgrade.plugins.course import MATERIAL, Material
from convgrade.plugins.handed_in import opened
from convgrade.plugins.rebuild import OLDER
from convgrade.plugins.save import without_marks
from convgrade.submission import UngradableError, parse_submission

__all__ = ["grade", "missing_layers", "unfit"]

RECORD = "convgrade_record"  # in resources
MAX_LINES, MAX_LINE = 300, 5000  # of the log of one notebook, in lines and letters


def grade(task: Task) -> Result | Refusal:
    """Grade one notebook; called by Dask in a worker, in one of its threads.

    A pure function but for the time it takes: it reads and writes nothing but
    temporary files. An exception is a fault of the worker's, never of the student's.
    """
    if task.topic:
        worker = get_worker()
        worker.log_event(task.topic, {"key": task.key, "worker": worker.address})
    wrong = unfit(task.course.versions, task.course.require_sandbox)
    if wrong:
        return Refusal(f"{get_worker().address}: {wrong}")
    _prepare()
    warm_up(task.course.config)
    try:
        return _grade(task)
    finally:
        # Jupyter makes a loop for every task: Dask gives each a context of its own.
        loop = ensure_event_loop()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _grade(task: Task) -> Result:
    started = time.monotonic()
    log, lines = _collecting()

    def read() -> NotebookNode:
        if task.ungradable:
            raise UngradableError(task.ungradable)
        return parse_submission(task.submission)

    notebook, why = opened(read, task.renamed)
    with tempfile.TemporaryDirectory(prefix="cg-task-", ignore_cleanup_errors=True) as folder:
        files, support = Path(folder, "files"), Path(folder, "support")
        _write(task.files, files)
        _write(task.course.support, support)
        course = nbformat.from_dict(json.loads(task.course.notebook))
        released = nbformat.from_dict(json.loads(task.course.released))
        material = Material(course, task.course.binds, support, released)
        config = copy.deepcopy(task.course.config)  # what is still lazy in it keeps its result
        config.Exporter.default_preprocessors = []  # as nbgrader's converters have it
        exporter = NotebookExporter(config=config, log=log)
        clean = _resources(task, material)
        notebook, _ = _preprocess(exporter, task.course.sanitize, notebook, clean)
        resources = _resources(task, material)
        resources["metadata"] = {"name": task.name, "path": str(files)}
        keep = _keep_whole if task.course.whole else _keep_record
        steps = [*task.course.before, keep, _take_marks, *task.course.after]
        notebook, resources = _preprocess(exporter, steps, notebook, resources)
    verdicts = resources.get("convgrade", {})
    record = resources[RECORD]
    return Result(
        nbformat.writes(notebook) + "\n",
        json.dumps(record).encode(),
        dict(verdicts.get("points", {})),
        dict(verdicts.get("notes", {})),
        dict(verdicts.get("waiting", {})),
        repairs=len(record["metadata"].get("convgrade", {}).get("repairs", [])),
        ungradable=why,
        seconds=time.monotonic() - started,
        lines=lines,
        outputs=dict(resources.get("outputs", {})),
        older=clean.get(OLDER, []),
    )


def _keep_record(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Keep, where the writer's preprocessors stand in the list, what they look at."""
    record = copy.deepcopy(notebook)
    for cell in record.cells:
        if "outputs" in cell:
            cell.outputs = []  # verdicts come from the task, not from here
    resources[RECORD] = record
    return notebook, resources


def _keep_whole(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Keep what the writer goes on with."""
    resources[RECORD] = copy.deepcopy(notebook)
    return notebook, resources


def _take_marks(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Do to the notebook what the writer's preprocessors do to it."""
    return without_marks(notebook), resources


def unfit(theirs: Mapping[str, str], require_sandbox: bool) -> str:
    """Say why this worker must not grade for a command; "" if it may.

    Parameters
    ----------
    theirs : mapping of str to str
        The command's `versions`.
    require_sandbox : bool
    """
    wrong = differences(theirs, versions())
    if require_sandbox:
        wrong += [f"its confinement lacks {name}: {why}" for name, why in missing_layers().items()]
    return "; ".join(wrong)


@cache
def missing_layers() -> dict[str, str]:
    """Return the layers of confinement that this machine lacks, and why; tried once a process."""
    return confine.missing_layers()


def _prepare() -> None:
    """Make a Dask worker a process in which notebooks can be graded; harmless when repeated."""
    # Dask's workers are daemons, which may not start processes. They need not: a worker's
    # children end with it.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # as nbgrader's converter sets it
    # The ids that a submission comes with do not matter: the first plug-in replaces its cells.
    warnings.simplefilter("ignore", DuplicateCellId)
    warnings.simplefilter("ignore", MissingIDFieldWarning)
    # nbgrader checks its schema, which never changes, for every cell: half of a tenth of a second
    # a notebook.
    common.jsonschema = SimpleNamespace(validate=_validate)
    # The command removes what workers of its own leave when they are killed.
    if own_worker.LOG not in os.environ and forks.available():
        with _preparing:
            _own_folder()


_preparing = threading.Lock()


@cache
def _own_folder() -> None:
    """Put this worker's temporary files into one folder; remove those of killed workers."""
    top = Path(tempfile.gettempdir())
    remove_leftovers(top)
    folder, _ = held_folder(top)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tempfile.tempdir = str(folder)


def _validate(instance: Any, schema: Any) -> None:
    """Do what ``jsonschema.validate`` does, but for checking the schema itself."""
    error = best_match(_validator(json.dumps(schema)).iter_errors(instance))
    if error is not None:
        raise error


@cache
def _validator(schema: str) -> Any:
    found = json.loads(schema)
    return validator_for(found)(found)


class _Names(dict[str, str]):
    """What nbgrader tells preprocessors, and what to do about those who ask for more."""

    def __missing__(self, key: str) -> str:
        raise KeyError(
            f"{key}: a worker has no gradebook; a preprocessor that uses it stands behind "
            "SaveVerdicts in Autograde.autograde_preprocessors"
        )


def _resources(task: Task, material: Material) -> dict[str, Any]:
    """Return what nbgrader's converter gives to preprocessors, without a gradebook."""
    names = _Names(student=task.student, assignment=task.assignment, notebook=task.name)
    return {
        "unique_key": task.name,
        "output_files_dir": f"{task.name}_files",
        "nbgrader": names,
        MATERIAL: material,
    }


def _preprocess(
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


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _collecting() -> tuple[logging.Logger, list[tuple[int, str]]]:
    """Return a logger, and the list in which its lines end."""
    lines: list[tuple[int, str]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if len(lines) < MAX_LINES:
                lines.append((record.levelno, self.format(record)[:MAX_LINE]))

    log = logging.Logger("convgrade", logging.INFO)  # of this task alone: threads share the others
    log.addHandler(Collect())
    return log, lines
