"""nbgrader exporter: reads submissions carefully, and keeps one from spoiling the batch."""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import logging
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from convgrade.nbgrader_schema import check_schema_once
from convgrade.plugins.choose import File, choose
from convgrade.plugins.course import (
    MATERIAL,
    Material,
    notebook_names,
    read_course_notebook,
    read_released,
    source_folder,
)
from convgrade.plugins.given import note_missing
from convgrade.plugins.graded import (
    Needs,
    copied_over,
    fingerprint,
    keep_print,
    read_graded,
    why_again,
)
from convgrade.plugins.handed_in import (
    answers_in,
    forget_scores,
    ignoring_strange_files,
    opened,
    read_timestamp,
    submission_folders,
)
from convgrade.plugins.rebuild import OLDER
from convgrade.plugins.timestamp import time_problems
from convgrade.submission import UngradableError, parse_submission, read_bytes

__all__ = ["SubmissionExporter"]


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """For ``Autograde.exporter_class``.

    nbgrader offers no place for a plug-in before it reads a file or after its
    last submission, so this puts itself around methods of the converter that it
    is made for. Before the batch, source and gradebook are compared; before a
    submission, it is held against what was graded, old automatic scores are set to
    zero, renamed notebooks are found and links are left out; after the batch, a
    summary is logged, and what could not be graded makes the command fail.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._taken: dict[str, File] = {}
        self._reasons: dict[str, str] = {}  # why a notebook is refused without a look at its file
        self._graded = 0
        self._ungradable: dict[str, str] = {}
        self._older: Counter[str] = Counter()  # submissions, by cell that was handed out otherwise
        self._failed: dict[str, str] = {}  # why one was not graded, with no fault of its own
        self._course = functools.cache(self._read_course)
        self._converter: Any = self.parent
        if isinstance(self._converter, Autograde):
            self._prepare = self._converter.init_assignment
            self._convert = self._converter.convert_notebooks
            self._destination = self._converter.init_destination
            self._done = self._converter.run_post_convert_hook
            self._converter.init_destination = self._init_destination
            self._converter.init_assignment = self._init_assignment
            self._converter.run_post_convert_hook = self._run_post_convert_hook
            self._converter.convert_notebooks = self._convert_notebooks

    def from_filename(
        self, filename: str, resources: Any = None, **options: Any
    ) -> tuple[str, Any]:
        """Read and process a notebook; called by nbgrader, twice for each."""
        try:
            return self._from_filename(filename, resources, **options)
        except Exception as error:  # nbgrader logs it, and goes on with the next submission
            self._failed[filename] = str(error).strip().split("\n")[0] or type(error).__name__
            raise

    def _from_filename(self, filename: str, resources: Any, **options: Any) -> tuple[str, Any]:
        if not getattr(self._converter, "_sanitizing", False):
            result: tuple[str, Any] = super().from_filename(filename, resources, **options)
            self._graded += 1
            return result
        path = Path(filename)

        def read() -> NotebookNode:
            if filename in self._reasons:
                raise UngradableError(self._reasons[filename])
            file = self._taken.get(filename)
            return parse_submission(file.read() if file else read_bytes(path))

        notebook, why = opened(read, filename in self._taken)
        if why:
            self._ungradable[filename] = why
            self._graded -= 1  # its second pass is none
            self.log.error("Cannot be graded: %s: %s.", filename, why)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        names = resources["nbgrader"]
        resources[MATERIAL] = self._course(names["assignment"], names["notebook"])
        with warnings.catch_warnings():
            # nbconvert tidies ids before the first plug-in, which replaces the cells.
            warnings.simplefilter("ignore", DuplicateCellId)
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            result = self.from_notebook_node(notebook, resources, **options)
        for name in result[1].get(OLDER, []):
            self._older[f"{path.stem}, {name}"] += 1
        return result

    def _read_course(self, assignment: str, name: str) -> Material:
        """Read what all copies of a notebook are graded with; it takes as long as one of them."""
        folder = self._converter.coursedir
        course, binds, _, solutions = read_course_notebook(self, assignment, name)
        support = source_folder(folder, assignment)
        released = read_released(folder, assignment, name)
        return Material(course, binds, support, released, solutions)

    # ------------------------------------------------------- before a submission

    def _init_destination(self, assignment: str, student: str) -> bool:
        """Tell nbgrader also what it does not see: files that changed, scores that are lost."""
        converter, coursedir = self._converter, self._converter.coursedir
        folder = Path(converter._format_source(assignment, student))
        place = Path(converter._format_dest(assignment, student))
        self._copied = copied_over(
            source_folder(coursedir, assignment),
            coursedir.ignore,
            converter.exclude_overwriting.get(assignment, []),
        )
        self._print = fingerprint(folder, coursedir.ignore, self._copied)
        graded = read_graded(coursedir, assignment, student).get(student)
        self._partly = coursedir.notebook_id != "*"
        self._same = graded is not None and graded.fingerprint == self._print
        known = notebook_names(coursedir, assignment)
        why = why_again(graded, folder, place, known, self._print)
        if self._partly and not (graded and graded.fingerprint):
            why = None  # nbgrader's rule: what the other notebooks were graded from is not known
        force = converter.force
        if why and place.exists() and not force:
            self.log.warning("%s is graded again: %s", folder, why)
            converter.force = True
        try:
            return bool(self._destination(assignment, student))
        finally:
            converter.force = force

    def _run_post_convert_hook(self) -> None:
        """Note what was graded, when all of a submission is; the hook is nbgrader's last step."""
        self._done()
        if self._partly and not self._same:
            return
        coursedir = self._converter.coursedir
        why = {Path(p).stem: self._ungradable.get(p, "") for p in self._converter.notebooks}
        needs = Needs({k: v for k, v in why.items() if v}, self._doubts)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            keep_print(gradebook, *self._names, self._print, needs)
            gradebook.db.commit()

    def _init_assignment(self, assignment: str, student: str) -> None:
        converter = self._converter
        coursedir = converter.coursedir
        folder = Path(converter._format_source(assignment, student))
        known = notebook_names(coursedir, assignment)
        wanted = fnmatch.filter(known, coursedir.notebook_id)
        forget_scores(coursedir, assignment, student, wanted)
        self._names = assignment, student
        if not self._partly:  # a pre_convert_hook may have unpacked something
            self._print = fingerprint(folder, coursedir.ignore, self._copied)
        said = answers_in(converter, assignment)
        chosen = choose(folder, known, wanted, coursedir.ignore, said)
        for bad, words in chosen.lines():
            self.log.log(logging.ERROR if bad else logging.WARNING, "%s", words)
        self._doubts = chosen.doubts
        self._taken |= chosen.taken
        self._reasons |= chosen.reasons
        converter.notebooks = chosen.paths
        source = source_folder(coursedir, assignment)
        with ignoring_strange_files(coursedir, folder, source, self.log):
            self._prepare(assignment, student)
        there = [Path(path).stem for path in chosen.paths]
        others = [name for name in known if name not in wanted]
        note_missing(coursedir, assignment, student, there + others)

    # ------------------------------------------------------------ around the batch

    def _convert_notebooks(self) -> None:
        coursedir = self._converter.coursedir
        read = coursedir.get_existing_timestamp
        coursedir.get_existing_timestamp = functools.partial(read_timestamp, self.log)
        try:
            self._convert()
        finally:
            coursedir.get_existing_timestamp = read
            self._summarise()
        if self._ungradable:
            raise NbGraderException(f"{len(self._ungradable)} notebooks could not be graded")

    def _summarise(self) -> None:
        told = dict(self._ungradable)
        for folder in submission_folders(self._converter):
            if why := " ".join(time_problems(Path(folder))).strip():
                told[folder] = why
        if self._older:
            cells = ", ".join(f"{cell}: {n}" for cell, n in sorted(self._older.items()))
            told["Changed since they were handed out, which students are not told"] = cells
        log = self.log.warning if told else self.log.info
        log = self.log.error if self._ungradable else log
        log(
            "%d notebooks graded, %d files renamed, %d could not be graded%s",
            self._graded,
            len(self._taken),
            len(self._ungradable),
            "".join(f"\n  {name}: {why}" for name, why in told.items()),
        )
        for name, why in self._failed.items():
            self.log.error("NOT GRADED: %s: %s. Put that right, then grade it again.", name, why)


def _nothing(name: str, data: bytes) -> None:
    """Stand for `answers_in` where only the number of notebooks matters."""


def _carefully(init_notebooks: Callable[[Autograde], None]) -> Callable[[Autograde], None]:
    """Wrap ``Autograde.init_notebooks``, which looks for submissions before it makes an exporter.

    nbgrader passes over a folder without notebooks, and the scores of an earlier
    grading would stay.
    """

    @functools.wraps(init_notebooks)
    def wrapped(converter: Autograde) -> None:
        if not issubclass(converter.exporter_class, SubmissionExporter):
            init_notebooks(converter)
            return
        coursedir = converter.coursedir
        try:
            known = notebook_names(coursedir, coursedir.assignment_id)
            wanted = fnmatch.filter(known, coursedir.notebook_id)
            for name in wanted:
                with contextlib.chdir(coursedir.root):  # nbgrader is there only later
                    found = read_course_notebook(converter, coursedir.assignment_id, name)
                _, _, changed, _ = found
                if changed:
                    converter.log.warning(
                        "%s: source/ has another text than the gradebook recorded, and the "
                        "recorded one counts: %s. To grade against the new one, run `nbgrader "
                        "generate_assignment %s --force` first.",
                        name, ", ".join(changed), coursedir.assignment_id,
                    )  # fmt: skip
        except NbGraderException as error:
            converter.log.error("%s", error)
            raise
        try:
            init_notebooks(converter)
        except NbGraderException:
            if not wanted or not submission_folders(converter):
                raise
        for folder, student in submission_folders(converter).items():
            if folder in converter.assignments or not wanted:
                continue
            chosen = choose(Path(folder), known, wanted, coursedir.ignore, _nothing)
            if chosen.paths:
                converter.assignments[folder] = chosen.paths
                continue
            for name in chosen.missing:
                converter.log.warning("No submitted file: %s", Path(folder) / f"{name}.ipynb")
            forget_scores(coursedir, coursedir.assignment_id, student, wanted)

    return wrapped


Autograde.init_notebooks = _carefully(Autograde.init_notebooks)
check_schema_once()
