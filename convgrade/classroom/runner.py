"""Grades everything that an assignment's class has handed in."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from distributed import KilledWorker
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import setenv
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool, Float, Instance, Integer, Unicode
from traitlets.config import LoggingConfigurable

from convgrade.classroom.astray import find_astray
from convgrade.classroom.handed import Submission, read_files, submissions, tasks
from convgrade.classroom.lists import Lists, plain_config, split_lists
from convgrade.classroom.lock import CourseLock
from convgrade.classroom.own_worker import processors
from convgrade.classroom.pool import OUTCOME, Pool, UnfitError, check_address, explain
from convgrade.classroom.printable import printable
from convgrade.classroom.progress import Progress
from convgrade.classroom.record import Recorder
from convgrade.classroom.tally import Tally
from convgrade.classroom.task import Course, Refusal, Result, Task
from convgrade.classroom.times import note_time, times_file
from convgrade.classroom.versions import versions
from convgrade.plugins.choose import choose
from convgrade.plugins.course import (
    notebook_names,
    read_course_notebook,
    read_released,
    source_folder,
    students_and_assignments,
)
from convgrade.plugins.execute import notebook_limit
from convgrade.plugins.graded import copied_over, fingerprint
from convgrade.plugins.handed_in import answers_in, submission_folders
from convgrade.plugins.preload import preloads
from convgrade.plugins.timestamp import time_problems
from convgrade.report.gradebook import ReportError, read_gradebook

__all__ = ["ClassRunner", "RunError"]


class _Lines(logging.Formatter):
    """Keeps what students name their files from looking like a line of ours, or like control."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(map(printable, super().format(record).split("\n")))


class _Log(logging.FileHandler):
    """Ends the run when the disk is full; logging's own prints a traceback and goes on."""

    def emit(self, record: logging.LogRecord) -> None:
        assert self.stream is not None
        self.stream.write(self.format(record) + self.terminator)
        self.flush()


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
            self._log_to(root / self.logfile) as self._say,
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
        with Recorder(converter, lists, known, self._say) as recorder:
            todo = self._find(converter, known, copied, tally)
            self._note_times(converter, tally)
            if not todo:
                self._note_waiting(tally)
                return tally
            courses = self._courses(converter, known, lists)
            overlay = {
                name: data
                for name, data in read_files(source, self.coursedir.ignore).items()
                if name in copied
            }
            workers = Pool(
                self.scheduler, self.workers, self.threads, temporary, log, self.retries,
                self.task_timeout or notebook_limit(self.parent or self),
            )  # fmt: skip
            with workers as pool, Progress(sum(len(s.chosen.paths) for s in todo)) as progress:
                self._check(pool)
                self._say.info(
                    "Grading %s of %d students", self.coursedir.assignment_id, len(todo)
                )
                makes = self._tasks(todo, courses, overlay, recorder, tally, progress)
                self._grade(pool, makes, recorder, tally, progress)
        self._note_waiting(tally, {submission.student for submission in todo})
        return tally

    def _note_times(self, converter: Any, tally: Tally) -> None:
        """Note whose time of handing in a person should look at."""
        excluded = self.coursedir.student_id_exclude.split(",")
        for folder, student in submission_folders(converter).items():
            if student not in excluded:
                for told, words in zip(
                    (tally.times, tally.future), time_problems(Path(folder)), strict=True
                ):
                    if words:
                        told[student] = words

    def _note_waiting(self, tally: Tally, students: Collection[str] = ()) -> None:
        """Note which tests wait for a person: since an earlier run, too, and until one has graded.

        Of ``students``, those that were to be graded, and of those that were graded before.
        """
        url, assignment = self.coursedir.db_url, self.coursedir.assignment_id
        try:
            book = read_gradebook(url, assignment)
        except ReportError:  # nobody is graded
            return
        by_hand = {(cell.notebook, cell.grade_id) for cell in book.cells if cell.written}
        found: dict[str, list[str]] = {}
        for row in book.grades:
            waits = row.waiting and row.auto is None and row.student in {*students, *tally.done}
            if waits and (row.notebook, row.grade_id) not in by_hand:
                found.setdefault(f"{row.student}/{row.notebook}", []).append(row.grade_id)
        why = tally.waiting
        tally.waiting = {
            name: why.get(name) or f"{', '.join(tests)}: its comment says why"
            for name, tests in found.items()
        }

    def _find(
        self, converter: Autograde, known: list[str], copied: set[str], tally: Tally
    ) -> list[Submission]:
        """Look through submitted/, and tell of what is not graded there."""
        students, others = students_and_assignments(self.coursedir)
        astray = find_astray(self.coursedir, students, known, others)
        found = submissions(converter, known, copied, astray.left_out, self._say)
        tally.done, tally.again, tally.unlooked = [*found.done], found.again, astray.unlooked
        tally.left_out |= astray.left_out
        tally.doubts |= astray.odd
        for name, words in (astray.left_out | astray.odd).items():
            self._say.error("[%s] %s", name, words)
        for student, needs in found.done.items():
            tally.ungradable |= {f"{student}/{k}": words for k, words in needs.ungradable.items()}
            tally.doubts |= {f"{student}/{k}": words for k, words in needs.doubts.items()}
        for submission in found.todo:
            chosen, student = submission.chosen, submission.student
            tally.told |= {f"{student}/{name}": words for name, words in chosen.told.items()}
            tally.doubts |= {f"{student}/{name}": words for name, words in chosen.doubts.items()}
            if chosen.missing:
                tally.missing[student] = chosen.missing
        if self.coursedir.student_id == "*":
            there = {*found.done, *(s.student for s in found.todo), *astray.left_out}
            tally.absent = sorted(set(students) - there)
        return found.todo

    def _courses(self, converter: Any, known: list[str], lists: Lists) -> dict[str, Course]:
        """Read once what all submissions are graded with."""
        assignment = self.coursedir.assignment_id
        source = source_folder(self.coursedir, assignment)
        # Links are left out here, as they are when nbgrader runs the tests.
        support = {
            name: data
            for name, data in read_files(source, []).items()
            if not (source / name).is_symlink()
        }
        config, left_out = plain_config(self.parent.config if self.parent else self.config)
        if left_out:
            self.log.warning(
                "Workers get settings that are plain data, and these are not, so that they have "
                "no part in grading: %s. Where one changes a grade, make it a number, a text or "
                "a list of them, or grade with `nbgrader autograde`.",
                ", ".join(left_out),
            )
        config.TrustedClient.update(preloads(config, source))
        courses = {}
        for name in known:
            notebook, binds, _ = read_course_notebook(converter, assignment, name)
            text = json.dumps(notebook).encode()
            courses[name] = Course(
                text, binds, support, lists.sanitize, lists.before, lists.after, config,
                versions(), self.require_sandbox, lists.whole,
                json.dumps(read_released(self.coursedir, assignment, name)).encode(),
            )  # fmt: skip
        return courses

    def _check(self, pool: Pool) -> None:
        lacking = pool.check(versions(), self.require_sandbox)
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

    def _grade(
        self,
        pool: Pool,
        makes: Iterator[tuple[Submission, str, Task]],
        recorder: Recorder,
        tally: Tally,
        progress: Progress,
    ) -> None:
        """Keep the workers busy, and record students whose notebooks are all back.

        When a worker dies, so do all tasks in it, and nobody can tell whose fault
        it was. Those that are given up are run again at the end, each alone.
        """
        back: dict[str, dict[str, OUTCOME]] = {}
        owner: dict[str, tuple[Submission, Task]] = {}
        suspects: deque[str] = deque()
        alone: set[str] = set()
        exhausted = False
        while not exhausted or pool.flying or suspects:
            while not exhausted and pool.has_room():
                made = next(makes, None)
                if made is None:
                    exhausted = True
                    break
                submission, path, task = made
                owner[path] = submission, task
                pool.submit(path, task)
            if suspects and exhausted and not pool.flying:
                path = suspects.popleft()
                alone.add(path)
                pool.submit(path, owner[path][1])
            landed = pool.next(timeout=1.0) if pool.flying else None
            if landed is None:
                continue
            path, outcome = landed
            if isinstance(outcome, Refusal):
                raise UnfitError(f"Worker {outcome.words}")
            unsure = isinstance(outcome, KilledWorker) or getattr(outcome, "shared", False)
            if unsure and path not in alone:
                suspects.append(path)
                continue
            submission, _ = owner.pop(path)
            here = back.setdefault(submission.student, {})
            here[path] = outcome
            progress.step(failed=not isinstance(outcome, Result) or bool(outcome.ungradable))
            if len(here) == len(submission.chosen.paths):
                self._record(submission, back.pop(submission.student), recorder, tally)

    def _record(
        self,
        submission: Submission,
        outcomes: dict[str, OUTCOME],
        recorder: Recorder,
        tally: Tally,
    ) -> None:
        results = {}
        for path, outcome in sorted(outcomes.items()):
            name = f"{submission.student}/{Path(path).stem}"
            if isinstance(outcome, Result):
                results[path] = outcome
                for level, words in outcome.lines:
                    self._say.log(level, "[%s] %s", name, words)
                if outcome.ungradable:
                    self._say.error("[%s] cannot be graded: %s", name, outcome.ungradable)
                continue
            assert isinstance(outcome, BaseException)
            tally.failed[name] = explain(outcome)
            self._say.error("[%s] not graded: %s", name, explain(outcome), exc_info=outcome)
        if len(results) < len(outcomes):
            return  # a notebook that nobody graded must not look like one without points
        try:
            recorder.record(submission, results)
        except (OSError, SQLAlchemyError):
            raise  # it would be the same with the next student
        except Exception as error:  # of a preprocessor or a hook, or what nbgrader stumbles over
            words = f"it cannot be recorded: {type(error).__name__}: {error}"
            tally.failed[submission.student] = words
            self._say.error("[%s] not graded: %s", submission.student, words, exc_info=error)
            return
        tally.submissions += 1
        for path, result in results.items():
            tally.add(f"{submission.student}/{Path(path).stem}", result)
            self._note_time(submission.student, Path(path).stem, result)
            self._say.info("[%s/%s] recorded", submission.student, Path(path).stem)

    def _note_time(self, student: str, notebook: str, result: Result) -> None:
        if not result.ungradable:
            path = times_file(Path(self.logfile))  # the course folder is the working folder
            note_time(path, self.coursedir.assignment_id, student, notebook, result.seconds)

    @contextlib.contextmanager
    def _log_to(self, path: Path) -> Iterator[logging.Logger]:
        """Give a log whose lines go to a file: a class would fill any screen."""
        log = logging.Logger("convgrade", logging.INFO)
        # A name need not be UTF-8, and what is logged about it must not stop the work.
        handler = _Log(path, encoding="utf-8", errors="backslashreplace")
        handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)
        try:
            yield log
        finally:
            handler.close()
