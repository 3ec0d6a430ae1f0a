"""The worker's part: grades one notebook from plain data."""

from __future__ import annotations

import copy
import json
import tempfile
import time
from pathlib import Path

import nbformat
from distributed import get_worker
from jupyter_core.utils import ensure_event_loop
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from convgrade.classroom.fit import prepare, unfit
from convgrade.classroom.steps import (
    RECORD,
    collecting,
    keep_record,
    keep_whole,
    preprocess,
    resources_for,
    take_marks,
    write,
)
from convgrade.classroom.task import Refusal, Result, Task
from convgrade.classroom.warm import warm_up
from convgrade.plugins.course import Material
from convgrade.plugins.handed_in import opened
from convgrade.plugins.rebuild import OLDER
from convgrade.submission import UngradableError, parse_submission

__all__ = ["grade"]


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
    prepare()
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
    log, lines = collecting()

    def read() -> NotebookNode:
        if task.ungradable:
            raise UngradableError(task.ungradable)
        return parse_submission(task.submission)

    notebook, why = opened(read, task.renamed)
    with tempfile.TemporaryDirectory(prefix="cg-task-", ignore_cleanup_errors=True) as folder:
        files, support = Path(folder, "files"), Path(folder, "support")
        write(task.files, files)
        write(task.course.support, support)
        course = nbformat.from_dict(json.loads(task.course.notebook))
        released = nbformat.from_dict(json.loads(task.course.released))
        material = Material(course, task.course.binds, support, released, task.course.solutions)
        config = copy.deepcopy(task.course.config)  # what is still lazy in it keeps its result
        config.Exporter.default_preprocessors = []  # as nbgrader's converters have it
        exporter = NotebookExporter(config=config, log=log)
        clean = resources_for(task, material)
        notebook, _ = preprocess(exporter, task.course.sanitize, notebook, clean)
        resources = resources_for(task, material)
        resources["metadata"] = {"name": task.name, "path": str(files)}
        keep = keep_whole if task.course.whole else keep_record
        steps = [*task.course.before, keep, take_marks, *task.course.after]
        notebook, resources = preprocess(exporter, steps, notebook, resources)
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
