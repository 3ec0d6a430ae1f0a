"""nbgrader exporter: the old release stays until a new one is complete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files, rmtree

__all__ = ["ReleaseExporter"]


class ReleaseExporter(NotebookExporter):  # type: ignore[misc]
    """For ``GenerateAssignment.exporter_class``.

    nbgrader removes the old release before it makes the new one, and removes what it
    has made when a notebook fails. This puts itself around methods of the converter
    that it is made for: what nbgrader would refuse half-way is refused before anything
    is touched, and a copy of the old release is kept until the new one is complete.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._converter: Any = self.parent
        self._kept: dict[Path, Path] = {}  # by release, its copy
        if isinstance(self._converter, GenerateAssignment):
            self._clear = self._converter.init_destination
            self._finish = self._converter.run_post_convert_hook
            self._convert = self._converter.convert_notebooks
            self._converter.init_destination = self._init_destination
            self._converter.run_post_convert_hook = self._run_post_convert_hook
            self._converter.convert_notebooks = self._convert_notebooks

    def _convert_notebooks(self) -> None:
        converter = self._converter
        for folder, paths in sorted(converter.assignments.items()):
            faults = [*_broken_links(converter.coursedir, Path(folder))]
            marked = {}
            for path in map(Path, paths):
                try:
                    marked[path.stem] = _marked(path)
                except Exception as error:  # whatever nbformat stumbles over
                    faults.append(f"{path} cannot be read as a notebook: {error!r}")
            if not faults and not converter.no_database:
                faults = [*_refused_changes(converter.coursedir, marked)]
            if faults:
                for fault in faults:
                    converter.log.error("%s", fault)
                raise NbGraderException("; ".join(faults))
        try:
            self._convert()
        finally:
            for release, copy in self._kept.items():  # what is still here was not finished
                _put_back(release, copy)
                converter.log.error("%s could not be made anew and is as it was.", release)

    def _init_destination(self, assignment: str, student: str) -> bool:
        release = Path(self._converter._format_dest(assignment, student))
        copy = release.with_name(f".{release.name}.old")
        if copy.exists():  # of a run that was killed
            _put_back(release, copy)
        if release.exists():
            half = release.with_name(f".{release.name}.new")
            if half.exists():
                rmtree(str(half))
            shutil.copytree(release, half)
            half.rename(copy)
            self._kept[release] = copy
        wanted = bool(self._clear(assignment, student))
        if not wanted and release in self._kept:
            rmtree(str(self._kept.pop(release)))
        return wanted

    def _run_post_convert_hook(self) -> None:
        """Let go of the copies: nbgrader calls this when everything has been written."""
        while self._kept:
            rmtree(str(self._kept.popitem()[1]))
        self._finish()


def _put_back(release: Path, copy: Path) -> None:
    if release.exists():
        rmtree(str(release))
    copy.rename(release)


def _broken_links(coursedir: CourseDirectory, folder: Path) -> Iterator[str]:
    """Yield what to say of links that lead nowhere: nbgrader copies what they lead to."""
    for name in find_all_files(str(folder), coursedir.ignore):
        path = Path(name)
        if path.is_symlink() and not path.exists():
            yield (
                f"{path} is a link to {path.readlink()}, and nothing is there. Put the file "
                "itself in its place, from where this folder was copied."
            )


def _refused_changes(coursedir: CourseDirectory, found: dict[str, set[str]]) -> Iterator[str]:
    """Yield what nbgrader refuses: other cells or notebooks than those that were handed in."""
    assignment = coursedir.assignment_id
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            known = gradebook.find_assignment(assignment)
        except MissingEntry:
            return
        handed_in = len(known.submissions)
        if not handed_in:
            return
        records = {
            notebook.name: {
                cell.name
                for cells in ("grade_cells", "solution_cells", "task_cells", "source_cells")
                for cell in getattr(notebook, cells)
            }
            for notebook in known.notebooks
        }
    if coursedir.notebook_id != "*":
        records = {name: cells for name, cells in records.items() if name in found}
    changes = [
        words
        for name in sorted(set(records) | set(found))
        for words in _changes(name, records.get(name), found.get(name))
    ]
    if changes:
        yield (
            f"The gradebook holds {handed_in} submissions of {assignment}, and their exercises "
            f"are no longer those of source/: {'; '.join(changes)}. nbgrader keeps to the "
            "exercises that were handed in. Either take this change back, and give the new "
            "exercise out as a new assignment, in a folder of its own in source/. Or, if those "
            "submissions were only a trial: copy gradebook.db, then run `nbgrader db assignment "
            f"remove {assignment} --force`, which forgets their points, and generate the release "
            "again."
        )


def _changes(name: str, before: set[str] | None, now: set[str] | None) -> Iterator[str]:
    if before is None:
        yield f"notebook {name} is new"
    elif now is None:
        yield f"notebook {name} is gone"
    else:
        for words, cells in (("new", now - before), ("gone", before - now)):
            if cells:
                yield f"{words} in {name}: {', '.join(sorted(cells))}"


def _marked(path: Path) -> set[str]:
    """Return the names of the cells of a source notebook that the gradebook records."""
    notebook = nbformat.read(path, as_version=4)
    tests = (utils.is_grade, utils.is_solution, utils.is_locked, utils.is_task)
    return {
        cell.metadata.nbgrader.grade_id
        for cell in notebook.cells
        if any(test(cell) for test in tests)
    }
