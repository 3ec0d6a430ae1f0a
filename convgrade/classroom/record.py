"""The only writer: records what workers found out, as nbgrader would."""

from __future__ import annotations

import functools
import glob
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from convgrade.classroom.handed import Submission
from convgrade.classroom.lists import Lists
from convgrade.classroom.task import Result
from convgrade.plugins.course import source_folder
from convgrade.plugins.given import note_missing
from convgrade.plugins.graded import Needs, keep_print
from convgrade.plugins.handed_in import forget_scores, ignoring_strange_files, read_timestamp
from convgrade.plugins.shared_gradebook import SharedGradebook

__all__ = ["Recorder"]

HIDDEN = ".convgrade"  # nbgrader and formgrader look for students with patterns, which skip dots


class Recorder:
    """Drives nbgrader's converter over notebooks that have been run elsewhere.

    It is nbgrader's own code that copies files, reads timestamps, gives missing
    notebooks no points, records scores and comments, and writes what is to be
    written, into a folder out of sight. When everything is there, that folder is
    given its name: an assignment in autograded/ is complete or not there at all.

    Parameters
    ----------
    converter : Autograde
        The command's; stays as it is.
    lists : Lists
        What the writer does.
    known : list of str
        Names of the assignment's notebooks.
    log : logging.Logger
    """

    def __init__(self, converter: Any, lists: Lists, known: list[str], log: Any) -> None:
        ours = converter.coursedir
        self._final = ours
        step = os.path.join(ours.autograded_directory, HIDDEN)
        self._steps = [os.path.join(step, name) for name in ("new", "old")]
        coursedir = CourseDirectory(parent=ours.parent, log=log)
        for name in ours.trait_names(config=True):
            setattr(coursedir, name, getattr(ours, name))
        coursedir.autograded_directory = self._steps[0]
        coursedir.get_existing_timestamp = functools.partial(read_timestamp, log)
        self._converter = Autograde(coursedir=coursedir, parent=converter.parent, log=log)
        self._converter.writer = FilesWriter(
            parent=self._converter, config=self._converter.config, log=log
        )
        self._assignments = converter.assignments
        # An exporter that is given no configuration takes its defaults, not its parent's.
        exporter = self._converter.exporter = NotebookExporter(
            parent=self._converter, config=self._converter.config, log=log
        )
        exporter._preprocessors = []
        for preprocessor in lists.recording:
            exporter.register_preprocessor(preprocessor)
        self._whole = lists.whole
        self._known, self._log = known, log
        self._gradebook = SharedGradebook(coursedir.db_url, coursedir.course_id)
        self._clean()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()
        self._clean()

    def record(self, submission: Submission, results: Mapping[str, Result]) -> None:
        """Record one student: scores in one transaction, then the folder in one step.

        Parameters
        ----------
        submission : Submission
        results : mapping of str to Result
            By path, of all its notebooks.

        Raises
        ------
        OSError, sqlalchemy.exc.SQLAlchemyError
            When a file cannot be written, or the gradebook. Then nothing is recorded.
        """
        new, old = (self._place(step, submission) for step in self._steps)
        final = self._place(self._final.autograded_directory, submission)
        try:
            with self._gradebook.shared(), self._gradebook.transaction():
                self._write(submission, results)
                # It is what says that a student is graded: it must not outlive its scores.
                if final.exists():
                    old.parent.mkdir(parents=True, exist_ok=True)
                    final.rename(old)
            final.parent.mkdir(parents=True, exist_ok=True)
            new.rename(final)
        finally:
            shutil.rmtree(new, ignore_errors=True)
        if self._final.groupshared:
            self._share(submission)
        shutil.rmtree(old, ignore_errors=True)
        self._converter.run_post_convert_hook()  # which looks at what is there now

    def prepare(self, submission: Submission) -> bool:
        """Run the course's hook that stands before everything, which may change what is there.

        Returns
        -------
        bool
            Whether there is one.
        """
        converter = self._converter
        converter.notebooks = sorted(self._assignments.get(str(submission.folder), []))
        converter.run_pre_convert_hook()
        return converter.pre_convert_hook is not None

    def _write(self, submission: Submission, results: Mapping[str, Result]) -> None:
        converter, coursedir = self._converter, self._converter.coursedir
        assignment, student = coursedir.assignment_id, submission.student
        converter.notebooks = list(submission.chosen.paths)
        forget_scores(coursedir, assignment, student, self._known)
        source = source_folder(coursedir, assignment)
        with ignoring_strange_files(coursedir, submission.folder, source, self._log):
            converter.init_assignment(assignment, student)
        note_missing(coursedir, assignment, student, [Path(path).stem for path in results])
        for path in converter.notebooks:
            self._replay(path, results[path])
        converter.set_permissions(assignment, student)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            why = {Path(path).stem: results[path].ungradable for path in converter.notebooks}
            needs = Needs({k: v for k, v in why.items() if v}, submission.chosen.doubts)
            keep_print(gradebook, assignment, student, submission.fingerprint, needs)

    def _replay(self, path: str, result: Result) -> None:
        """Let the recording preprocessors see a notebook as if it had been run here."""
        converter = self._converter
        resources = converter.init_single_notebook_resources(path)
        resources["convgrade"] = {
            "points": result.points,
            "notes": result.notes,
            "waiting": result.waiting,
        }
        names = resources["nbgrader"]
        folder = converter._format_dest(names["assignment"], names["student"])
        resources["metadata"] = {"name": names["notebook"], "path": folder}
        resources["output_extension"] = converter.exporter.file_extension
        resources["outputs"] = dict(result.outputs)
        notebook = nbformat.from_dict(json.loads(result.record))
        for preprocessor in converter.exporter._preprocessors:
            notebook, resources = preprocessor(notebook, resources)
        graded = result.graded  # what they do to the notebook was done on the worker
        if self._whole:
            nbformat.validate(notebook)
            graded = nbformat.writes(notebook) + "\n"
        converter.write_single_notebook(graded, resources)

    def _share(self, submission: Submission) -> None:
        """Let nbgrader open folders to the group, now that they have their names."""
        coursedir, step = self._converter.coursedir, self._steps[0]
        coursedir.autograded_directory = self._final.autograded_directory
        try:
            self._converter.set_permissions(coursedir.assignment_id, submission.student)
        finally:
            coursedir.autograded_directory = step

    def _place(self, step: str, submission: Submission) -> Path:
        assignment = self._final.assignment_id
        return Path(self._final.format_path(step, submission.student, assignment))

    def _clean(self) -> None:
        """Remove what this run or one that was killed left out of sight."""
        pattern = Path(self._final.format_path(self._steps[0], "*", "*"))
        hidden = Path(*pattern.parts[: pattern.parts.index(HIDDEN) + 1])
        for name in glob.glob(str(hidden)):
            shutil.rmtree(name, ignore_errors=True)
