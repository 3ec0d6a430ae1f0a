"""Grades everything that an assignment's class has handed in."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import setenv
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool, Float, Instance, Integer, Unicode
from traitlets.config import Config, LoggingConfigurable

from convgrade.classroom.flight import Flight
from convgrade.classroom.handed import Submission, read_files, tasks
from convgrade.classroom.lists import Lists, plain_config, split_lists
from convgrade.classroom.lock import CourseLock
from convgrade.classroom.looking import find, note_times
from convgrade.classroom.own_worker import processors
from convgrade.classroom.pool import Pool
from convgrade.classroom.progress import Progress
from convgrade.classroom.record import Recorder
from convgrade.classroom.run_log import log_to
from convgrade.classroom.tally import Tally
from convgrade.classroom.task import Course, Task
from convgrade.classroom.times import times_file
from convgrade.classroom.versions import versions
from convgrade.classroom.waiting import note_waiting
from convgrade.classroom.workers import check_address
from convgrade.kernels.zygotes import shared
from convgrade.plugins.choose import choose
from convgrade.plugins.course import (
    notebook_names,
    read_course_notebook,
    read_released,
    source_folder,
)
from convgrade.plugins.execute import notebook_limit
from convgrade.plugins.graded import copied_over, fingerprint
from convgrade.plugins.handed_in import answers_in, submission_folders
from convgrade.plugins.preload import preloads
from convgrade.trusted import TrustedClient

__all__ = ["ClassRunner", "RunError"]


class RunError(Exception):
    """The run had to stop; the message says why, and what to do."""


class ClassRunner(LoggingConfigurable):
    """Hands notebooks to workers, and records what comes back.

    Only this process opens the gradebook and writes to autograded/. A student is
    recorded when all notebooks of theirs are back.
    """

    workers = Integer(
        len(processors()) or os.cpu_count() or 1,
        min=1,
        help="Processes that grade, each with a processor to itself as far as there are so many.",
    ).tag(config=True)
    threads = Integer(
        2,
        min=1,
        help="Notebooks that a worker grades at a time, so that none waits for a sleeper.",
    ).tag(config=True)
    scheduler = Unicode(
        "", help="Address of a Dask scheduler whose workers grade, instead of workers of our own."
    ).tag(config=True)
    require_sandbox = Bool(
        False, help="Refuse to grade where a layer of confinement is missing (docs/security.md)."
    ).tag(config=True)
    task_timeout = Float(
        0.0,
        min=0.0,
        help="Seconds for a notebook on its worker, after which the worker is replaced and the "
        "notebook is not graded; 0 for what follows from the limits of notebooks, with room.",
    ).tag(config=True)
    retries = Integer(
        2, min=0, help="How many times a notebook is tried again whose worker failed."
    ).tag(config=True)
    logfile = Unicode(
        ".convgrade.log", help="Log of every notebook, in the course folder; lines are added."
    ).tag(config=True)
    coursedir = Instance(CourseDirectory)

    def run(self, force: bool = False) -> Tally:
        """Grade what is not graded yet; with ``force`` everything.

        Raises
        ------
        RunError, LockedError, PoolError, UnfitError, NbGraderException
            When the run cannot start or go on. What is recorded stays, and the same
            command does the rest.
        AddressError
            When `scheduler` cannot be one.
        """
        if self.scheduler:
            check_address(self.scheduler)
        try:
            return self._locked(force)
        except SQLAlchemyError as error:
            words = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise RunError(
                f"The gradebook cannot be used: {words}. What is graded is recorded. See that no "
                "other program holds the gradebook, then run this command again."
            ) from error
        except OSError as error:
            raise RunError(
                f"A file cannot be used: {error}. What is graded is recorded. Put that right, "
                "then run this command again."
            ) from error

    def _locked(self, force: bool) -> Tally:
        root = Path(self.coursedir.root).resolve()
        with (
            CourseLock(root / ".convgrade.lock") as lock,
            contextlib.chdir(root),  # as nbgrader does
            setenv(NBGRADER_EXECUTION="autograde"),
            log_to(root / self.logfile) as self._say,
        ):
            return self._run(force, lock.temporary, root / self.logfile)

    def _run(self, force: bool, temporary: Path, log: Path) -> Tally:
        converter = Autograde(coursedir=self.coursedir, parent=self.parent)
        converter.force = converter.force or force
        lists = split_lists(converter)
        known = notebook_names(self.coursedir, self.coursedir.assignment_id)
        tally = Tally()
        if submission_folders(converter):  # else what there is lies in wrong places
            converter.init_notebooks()
        source = source_folder(self.coursedir, self.coursedir.assignment_id)
        kept = converter.exclude_overwriting.get(self.coursedir.assignment_id, [])
        copied = copied_over(source, self.coursedir.ignore, kept)
        config = self._settings(source)
        libraries = TrustedClient(NotebookNode(), None, None, config=config).kernel_preload
        # Their import begins.
        where = {} if self.scheduler else shared(libraries)
        with Recorder(converter, lists, known, self._say) as recorder:
            todo = find(self.coursedir, converter, known, copied, tally, self._say)
            note_times(self.coursedir, converter, tally)
            if not todo:
                note_waiting(self.coursedir, tally)
                return tally
            courses = self._courses(converter, known, lists, config)
            overlay = {
                name: data
                for name, data in read_files(source, self.coursedir.ignore).items()
                if name in copied
            }
            workers = Pool(
                self.scheduler, self.workers, self.threads, temporary, log, self.retries,
                self.task_timeout or notebook_limit(self.parent or self),
                where,
            )  # fmt: skip
            with workers as pool, Progress(sum(len(s.chosen.paths) for s in todo)) as progress:
                self._check(pool)
                self._say.info(
                    "Grading %s of %d students", self.coursedir.assignment_id, len(todo)
                )
                makes = self._tasks(todo, courses, overlay, recorder, tally, progress)
                Flight(
                    pool, recorder, tally, progress, self._say,
                    self.coursedir.assignment_id, times_file(log),
                ).grade(makes)  # fmt: skip
        note_waiting(self.coursedir, tally, {submission.student for submission in todo})
        return tally

    def _settings(self, source: Path) -> Config:
        """Return the configuration that workers get."""
        config, left_out = plain_config(self.parent.config if self.parent else self.config)
        if left_out:
            self.log.warning(
                "Workers get settings that are plain data, and these are not, so that they have "
                "no part in grading: %s. Where one changes a grade, make it a number, a text or "
                "a list of them, or grade with `nbgrader autograde`.",
                ", ".join(left_out),
            )
        config.TrustedClient.update(preloads(config, source, not self.scheduler))
        return config

    def _courses(
        self, converter: Any, known: list[str], lists: Lists, config: Config
    ) -> dict[str, Course]:
        """Read once what all submissions are graded with."""
        assignment = self.coursedir.assignment_id
        source = source_folder(self.coursedir, assignment)
        # Links are left out here, as they are when nbgrader runs the tests.
        support = {
            name: data
            for name, data in read_files(source, []).items()
            if not (source / name).is_symlink()
        }
        courses = {}
        for name in known:
            notebook, binds, _, solutions = read_course_notebook(converter, assignment, name)
            text = json.dumps(notebook).encode()
            courses[name] = Course(
                text, binds, support, lists.sanitize, lists.before, lists.after, config,
                versions(), self.require_sandbox, lists.whole,
                json.dumps(read_released(self.coursedir, assignment, name)).encode(),
                solutions,
            )  # fmt: skip
        return courses

    def _check(self, pool: Pool) -> None:
        lacking = pool.workers.check(versions(), self.require_sandbox)
        if lacking:
            self.log.warning(
                "Student kernels are confined as far as the workers' machines can; missing: %s. "
                "docs/security.md says what follows.",
                "; ".join(f"{layer} ({why})" for layer, why in lacking.items()),
            )

    def _tasks(
        self,
        todo: list[Submission],
        courses: dict[str, Course],
        overlay: dict[str, bytes],
        recorder: Recorder,
        tally: Tally,
        progress: Progress,
    ) -> Iterator[tuple[Submission, str, Task]]:
        answers = answers_in(self, self.coursedir.assignment_id)
        for submission in todo:
            try:
                if recorder.prepare(submission):  # then other files may be there now
                    names, folder, ignored = (
                        list(courses),
                        submission.folder,
                        self.coursedir.ignore,
                    )
                    submission = dataclasses.replace(
                        submission,
                        chosen=choose(folder, names, names, ignored, answers),
                        fingerprint=fingerprint(folder, ignored, overlay),
                    )
                for path, task in tasks(submission, self.coursedir, courses, overlay, self._say):
                    yield submission, path, task
            except (OSError, ValueError) as error:  # its files cannot be read, or are too large
                tally.failed[submission.student] = str(error)
                self._say.error("[%s] not graded: %s", submission.student, error)
                for _ in submission.chosen.paths:
                    progress.step(failed=True)
