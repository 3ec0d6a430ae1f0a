"""nbgrader exporter: reads submissions carefully, and keeps one from spoiling the batch."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException

from convgrade.submission import UngradableError, read_submission

__all__ = ["SubmissionExporter"]


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """For ``Autograde.exporter_class``.

    nbgrader offers no place for a plug-in before it reads a file or after its
    last submission, so this puts itself around two methods of the converter
    that it is made for: before a submission, old automatic scores are set to
    zero, renamed notebooks are found and links are left out; after the batch, a
    summary is logged, and what could not be graded makes the command fail.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._renamed: dict[str, Path] = {}
        self._graded = 0
        self._repaired: set[str] = set()
        self._ungradable: dict[str, str] = {}
        self._converter: Any = self.parent
        if hasattr(self._converter, "init_assignment"):
            self._prepare = self._converter.init_assignment
            self._convert = self._converter.convert_notebooks
            self._converter.init_assignment = self._init_assignment
            self._converter.convert_notebooks = self._convert_notebooks

    def from_filename(
        self, filename: str, resources: Any = None, **options: Any
    ) -> tuple[str, Any]:
        """Read and process a notebook; called by nbgrader, twice for each."""
        if not getattr(self._converter, "_sanitizing", False):
            self._graded += 1
            result: tuple[str, Any] = super().from_filename(filename, resources, **options)
            return result
        path = Path(filename)
        facts: dict[str, Any] = {}
        try:
            notebook = read_submission(self._renamed.get(filename, path))
        except UngradableError as reason:
            self._refuse(filename, str(reason))
            notebook, facts["ungradable"] = v4.new_notebook(), str(reason)
        if filename in self._renamed:
            self._repaired.add(filename)
            words = "Notebooks keep their names: the only file that looks like this one was taken."
            facts["repairs"] = [{"grade_id": "", "words": words}]
        notebook.setdefault("metadata", {})
        if not isinstance(notebook["metadata"], dict):
            notebook["metadata"] = {}
        notebook.metadata["convgrade"] = facts
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        result = self.from_notebook_node(notebook, resources, **options)
        return result

    def _refuse(self, filename: str, reason: str) -> None:
        self._ungradable[filename] = reason
        self.log.error("Cannot be graded: %s: %s.", filename, reason)

    # ------------------------------------------------------- before a submission

    def _init_assignment(self, assignment: str, student: str) -> None:
        converter = self._converter
        folder = Path(converter._format_source(assignment, student))
        with Gradebook(converter.coursedir.db_url, converter.coursedir.course_id) as gradebook:
            known = [n.name for n in gradebook.find_assignment(assignment).notebooks]
            wanted = [n for n in known if fnmatch.fnmatch(n, converter.coursedir.notebook_id)]
            _forget_scores(gradebook, assignment, student, wanted)
        found = {Path(path).stem: Path(path) for path in converter.notebooks}
        files = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
        strangers = {stem: path for stem, path in files.items() if stem not in known}
        for name in wanted:
            if name in found:
                continue
            likely = [path for stem, path in strangers.items() if _looks_like(stem, name)]
            if len(likely) == 1:
                expected = str(folder / f"{name}.ipynb")
                self._renamed[expected] = likely[0]
                found[name] = Path(expected)
                self.log.warning("%s is missing; taking %s for it", expected, likely[0].name)
        converter.notebooks = [str(path) for path in found.values()]
        with self._without_links(folder):
            self._prepare(assignment, student)

    @contextmanager
    def _without_links(self, folder: Path) -> Iterator[None]:
        """Let nbgrader copy the regular files of a submission and nothing else."""
        coursedir = self._converter.coursedir
        kept = list(coursedir.ignore)
        for path in folder.rglob("*"):
            mode = path.lstat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                coursedir.ignore = [*coursedir.ignore, glob.escape(str(path))]
                if path.suffix != ".ipynb":
                    self.log.warning("%s is a link or no regular file; left out", path)
        try:
            yield
        finally:
            coursedir.ignore = kept

    # ------------------------------------------------------------ around the batch

    def _convert_notebooks(self) -> None:
        try:
            self._forget_empty_submissions()
            self._convert()
        finally:
            self._summarise()
        if self._ungradable:
            raise NbGraderException(f"{len(self._ungradable)} notebooks could not be graded")

    def _forget_empty_submissions(self) -> None:
        """Take the old scores from submissions in which no notebook is left."""
        converter = self._converter
        coursedir = converter.coursedir
        pattern = converter._format_source(coursedir.assignment_id, coursedir.student_id)
        form = converter._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
        for folder in sorted(set(glob.glob(pattern)) - set(converter.assignments)):
            match = re.match(form, folder)
            if match is None or not os.path.isdir(folder):
                continue
            if coursedir.notebook_id == "*":
                self._refuse(folder, "it holds no notebook; ask for the .ipynb files")
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                notebooks = gradebook.find_assignment(match["assignment"]).notebooks
                names = [n.name for n in notebooks]
                wanted = fnmatch.filter(names, coursedir.notebook_id)
                _forget_scores(gradebook, match["assignment"], match["student"], wanted)

    def _summarise(self) -> None:
        log = self.log.error if self._ungradable else self.log.info
        log(
            "%d notebooks graded, %d files renamed, %d could not be graded%s",
            self._graded - len(self._ungradable),
            len(self._repaired),
            len(self._ungradable),
            "".join(f"\n  {name}: {why}" for name, why in self._ungradable.items()),
        )


def _forget_scores(gradebook: Gradebook, assignment: str, student: str, names: list[str]) -> None:
    """Set the automatic scores of a submission's notebooks to zero, until they are computed.

    Else a regrading that fails would leave the old ones.
    """
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


def _looks_like(stem: str, name: str) -> bool:
    """Tell whether a file name is that of a notebook with something added to it."""
    plain = re.sub(r"[^a-z0-9]+", " ", stem.lower()).split()
    wanted = re.sub(r"[^a-z0-9]+", " ", name.lower()).split()
    return any(plain[i : i + len(wanted)] == wanted for i in range(len(plain)))
