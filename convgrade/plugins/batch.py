"""nbgrader exporter: reads submissions carefully, and keeps one from spoiling the batch."""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from convgrade.plugins.course import notebook_names, read_course_notebook, source_folder
from convgrade.plugins.given import note_missing
from convgrade.plugins.handed_in import (
    candidates,
    choose,
    forget_scores,
    ignoring_strange_files,
    notebook_files,
    opened,
    read_timestamp,
    submission_folders,
)
from convgrade.plugins.rebuild import OLDER
from convgrade.plugins.timestamp import time_problems
from convgrade.submission import UngradableError, read_submission

__all__ = ["SubmissionExporter"]


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """For ``Autograde.exporter_class``.

    nbgrader offers no place for a plug-in before it reads a file or after its
    last submission, so this puts itself around methods of the converter that it
    is made for. Before the batch, source and gradebook are compared; before a
    submission, old automatic scores are set to zero, renamed notebooks are found
    and links are left out; after the batch, a summary is logged, and what could
    not be graded makes the command fail.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._renamed: dict[str, Path] = {}
        self._reasons: dict[str, str] = {}  # why a notebook is refused without a look at its file
        self._graded = 0
        self._ungradable: dict[str, str] = {}
        self._older: Counter[str] = Counter()  # submissions, by cell that was handed out otherwise
        self._failed: dict[str, str] = {}  # why one was not graded, with no fault of its own
        self._converter: Any = self.parent
        if isinstance(self._converter, Autograde):
            self._prepare = self._converter.init_assignment
            self._convert = self._converter.convert_notebooks
            self._converter.init_assignment = self._init_assignment
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
            return read_submission(self._renamed.get(filename, path))

        notebook, why = opened(read, filename in self._renamed)
        if why:
            self._ungradable[filename] = why
            self._graded -= 1  # its second pass is none
            self.log.error("Cannot be graded: %s: %s.", filename, why)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        with warnings.catch_warnings():
            # nbconvert tidies ids before the first plug-in, which replaces the cells.
            warnings.simplefilter("ignore", DuplicateCellId)
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            result = self.from_notebook_node(notebook, resources, **options)
        for name in result[1].get(OLDER, []):
            self._older[f"{path.stem}, {name}"] += 1
        return result

    # ------------------------------------------------------- before a submission

    def _init_assignment(self, assignment: str, student: str) -> None:
        converter = self._converter
        coursedir = converter.coursedir
        folder = Path(converter._format_source(assignment, student))
        known = notebook_names(coursedir, assignment)
        wanted = fnmatch.filter(known, coursedir.notebook_id)
        forget_scores(coursedir, assignment, student, wanted)
        chosen = choose(folder, known, wanted, self.log)
        self._renamed |= chosen.renamed
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
            len(self._renamed),
            len(self._ungradable),
            "".join(f"\n  {name}: {why}" for name, why in told.items()),
        )
        for name, why in self._failed.items():
            self.log.error("NOT GRADED: %s: %s. Put that right, then grade it again.", name, why)


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
                    *_, changed = read_course_notebook(converter, coursedir.assignment_id, name)
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
            files = notebook_files(Path(folder))
            paths = [str(Path(folder) / f"{name}.ipynb") for name in wanted]
            if any(name in files for name in known) and not any(
                candidates(name, files, known) for name in wanted
            ):
                for path in paths:
                    converter.log.warning("No submitted file: %s", path)
                forget_scores(coursedir, coursedir.assignment_id, student, wanted)
            else:
                converter.assignments[folder] = paths

    return wrapped


Autograde.init_notebooks = _carefully(Autograde.init_notebooks)
