"""nbgrader exporter: reads submissions carefully, and keeps one from spoiling the batch."""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import glob
import os
import re
import stat
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
from nbconvert.exporters import NotebookExporter
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import find_all_files

from convgrade.plugins.course import notebook_names, read_course_notebook, source_folder
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
        if not getattr(self._converter, "_sanitizing", False):
            result: tuple[str, Any] = super().from_filename(filename, resources, **options)
            self._graded += 1
            return result
        path = Path(filename)
        facts: dict[str, Any] = {}
        try:
            if filename in self._reasons:
                raise UngradableError(self._reasons[filename])
            notebook = read_submission(self._renamed.get(filename, path))
        except UngradableError as reason:
            self._ungradable[filename] = str(reason)
            self._graded -= 1  # its second pass is none
            self.log.error("Cannot be graded: %s: %s.", filename, reason)
            notebook, facts["ungradable"] = v4.new_notebook(), str(reason)
        if filename in self._renamed:
            words = "Notebooks keep their names: the only file that looks like this one was taken."
            facts["repairs"] = [{"grade_id": "", "words": words}]
        notebook.metadata["convgrade"] = facts
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        with warnings.catch_warnings():
            # nbconvert tidies ids before the first plug-in, which replaces the cells.
            warnings.simplefilter("ignore", DuplicateCellId)
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            result = self.from_notebook_node(notebook, resources, **options)
        return result

    # ------------------------------------------------------- before a submission

    def _init_assignment(self, assignment: str, student: str) -> None:
        converter = self._converter
        folder = Path(converter._format_source(assignment, student))
        known = notebook_names(converter.coursedir, assignment)
        wanted = fnmatch.filter(known, converter.coursedir.notebook_id)
        _forget_scores(converter.coursedir, assignment, student, wanted)
        converter.notebooks = self._choose(folder, known, wanted)
        with self._without_strange_files(folder, assignment):
            self._prepare(assignment, student)

    def _choose(self, folder: Path, known: list[str], wanted: list[str]) -> list[str]:
        """Return the paths of the notebooks to grade, also of renamed and of missing ones."""
        files, paths = _notebooks(folder), []
        for name in wanted:
            path = str(folder / f"{name}.ipynb")
            likely = [] if name in files else _candidates(name, files, known)
            if len(likely) == 1:
                self._renamed[path] = files[likely[0]]
                self.log.warning("%s is missing; taking %a for it", path, f"{likely[0]}.ipynb")
            elif likely:
                self._reasons[path] = (
                    f"it is missing, and {len(likely)} files look like it; keep one of them "
                    f"under the name {name}.ipynb"
                )
                self.log.error("%s is missing, and these look like it: %a", path, sorted(likely))
            elif name not in files:
                if any(other in files or _candidates(other, files, known) for other in known):
                    continue  # it was not handed in; nbgrader says so and gives no points
                self._reasons[path] = (
                    f"none of the assignment's notebooks is there; ask for {name}.ipynb"
                )
                self.log.error("%s holds no notebook of the course but %a", folder, sorted(files))
            paths.append(path)
        return paths

    @contextlib.contextmanager
    def _without_strange_files(self, folder: Path, assignment: str) -> Iterator[None]:
        """Let nbgrader copy the regular files of a submission that stand in nobody's way."""
        coursedir = self._converter.coursedir
        source = source_folder(coursedir, assignment)
        course = {Path(name).relative_to(source) for name in find_all_files(str(source))}
        folders = {parent for path in course for parent in path.parents}
        kept = list(coursedir.ignore)
        for path in sorted(folder.rglob("*")):
            mode, place = path.lstat().st_mode, path.relative_to(folder)
            why = ""
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                why = "is a link or no regular file"
            elif stat.S_ISREG(mode) and (place in folders or course & set(place.parents)):
                why = "stands where the course has a folder or a file"
            if why:
                coursedir.ignore = [*coursedir.ignore, glob.escape(str(path))]
                if path.suffix != ".ipynb":
                    self.log.warning("%a %s; left out", str(path), why)
        try:
            yield
        finally:
            coursedir.ignore = kept

    # ------------------------------------------------------------ around the batch

    def _convert_notebooks(self) -> None:
        coursedir = self._converter.coursedir
        read = coursedir.get_existing_timestamp
        coursedir.get_existing_timestamp = functools.partial(self._timestamp, read)
        try:
            self._convert()
        finally:
            coursedir.get_existing_timestamp = read
            self._summarise()
        if self._ungradable:
            raise NbGraderException(f"{len(self._ungradable)} notebooks could not be graded")

    def _timestamp(self, read: Callable[[str], Any], folder: str) -> Any:
        """Read when something was handed in; junk, a link or a pipe says nothing."""
        path = Path(folder) / "timestamp.txt"
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise ValueError("it is no regular file")
            return read(folder)
        except FileNotFoundError:
            return None
        except Exception as error:  # also what the parser of dates and nbgrader stumble over
            self.log.warning("%s is no time and was left out: %a", path, str(error))
            return None

    def _summarise(self) -> None:
        log = self.log.error if self._ungradable else self.log.info
        log(
            "%d notebooks graded, %d files renamed, %d could not be graded%s",
            self._graded,
            len(self._renamed),
            len(self._ungradable),
            "".join(f"\n  {name}: {why}" for name, why in self._ungradable.items()),
        )


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
            if not wanted or not _folders(converter):
                raise
        for folder, student in _folders(converter).items():
            if folder in converter.assignments or not wanted:
                continue
            files = _notebooks(Path(folder))
            paths = [str(Path(folder) / f"{name}.ipynb") for name in wanted]
            if any(name in files for name in known) and not any(
                _candidates(name, files, known) for name in wanted
            ):
                for path in paths:
                    converter.log.warning("No submitted file: %s", path)
                _forget_scores(coursedir, coursedir.assignment_id, student, wanted)
            else:
                converter.assignments[folder] = paths

    return wrapped


Autograde.init_notebooks = _carefully(Autograde.init_notebooks)


def _folders(converter: Autograde) -> dict[str, str]:
    """Return the folders that the command is about, and whose they are."""
    coursedir = converter.coursedir
    pattern = converter._format_source(coursedir.assignment_id, coursedir.student_id)
    form = converter._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
    matches = {path: re.match(form, path) for path in glob.glob(pattern) if os.path.isdir(path)}
    return {path: match["student"] for path, match in sorted(matches.items()) if match}


def _notebooks(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.ipynb"))}


def _candidates(name: str, files: dict[str, Path], known: list[str]) -> list[str]:
    """Return the files whose name is that of a notebook with something added to it."""
    wanted = _words(name)
    found = []
    for stem in files:
        words = _words(stem)
        places = range(len(words))
        if stem not in known and any(words[i : i + len(wanted)] == wanted for i in places):
            found.append(stem)
    return found


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def _forget_scores(coursedir: Any, assignment: str, student: str, names: list[str]) -> None:
    """Set the automatic scores of a submission's notebooks to zero, until they are computed.

    Else a regrading that fails would leave the old ones.
    """
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return
        for notebook in submission.notebooks:
            if notebook.name in names:
                for grade in notebook.grades:
                    if grade.auto_score is not None:
                        grade.auto_score = 0.0
        gradebook.db.commit()
