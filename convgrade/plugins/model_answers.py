"""Model answers for feedback pages: the course's own, and others that the instructor writes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import nbformat.v4 as v4
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearMarkScheme,
    ClearSolutions,
    IncludeHeaderFooter,
)
from traitlets import List, Unicode
from traitlets.config import LoggingConfigurable

from convgrade.cells import FIRST_LINE
from convgrade.exercises import Exercise, Model
from convgrade.plugins.course import course_folder, source_folder

__all__ = ["ModelAnswers"]

HEADING = re.compile(r"# ?%%(.*)")
MARKDOWN = "[markdown]"


@dataclass(frozen=True)
class _Answer:
    """A cell to show for an answer cell."""

    grade_id: str
    style: str
    cell: NotebookNode


class ModelAnswers(LoggingConfigurable):
    """Decides which model answers stand on feedback pages, and reads them.

    They come from the solution cells in ``source/``, and from files that lie outside
    of it, so that no release can take them along.
    """

    assignments = List(
        Unicode(),
        help="Assignments whose feedback pages show model answers. Name one when all have "
        "handed in: who still works on it can read them on anybody's page.",
    ).tag(config=True)
    directory = Unicode(
        "model_answers",
        help="Folder of the course with further answers, <assignment>/<notebook>.py, each headed "
        "by a line `# %% grade_id | in which style`.",
    ).tag(config=True)

    def show(self, exercises: list[Exercise], assignment: str, notebook: str) -> None:
        """Put model answers to the exercises that lost points, if the assignment shows them."""
        if assignment not in self.assignments:
            return
        own = {answer.grade_id: answer for answer in self._own(assignment, notebook)}
        others = list(self._others(assignment, notebook))
        for exercise in exercises:
            if not exercise.lost_points:
                continue
            names = [cell.metadata.nbgrader.grade_id for cell in exercise.about]
            cells = tuple(own[name].cell for name in names if name in own)
            exercise.models = [Model("", cells)] if cells else []
            exercise.models += [
                Model(answer.style, (answer.cell,))
                for answer in others
                if answer.grade_id in names
            ]

    def digest(self, assignment: str, notebook: str) -> str:
        """Return what changes when other model answers are shown; "" when none are."""
        if assignment not in self.assignments:
            return ""
        answers = [*self._own(assignment, notebook), *self._others(assignment, notebook)]
        text = "\0".join(f"{a.grade_id}\0{a.style}\0{a.cell.source}" for a in answers)
        return hashlib.sha256(text.encode()).hexdigest()

    def announce(self, assignment: str) -> None:
        """Log what an instructor should know before pages with model answers are made."""
        folder = course_folder(self)
        for name in self.assignments:
            if not source_folder(folder, name).is_dir():
                self.log.warning(
                    "ModelAnswers.assignments names %s, and there is no %s: nothing is shown",
                    name, source_folder(folder, name),
                )  # fmt: skip
        if assignment not in self.assignments:
            return
        for path in sorted(self._folder(assignment).glob("*.py")):
            self._check(assignment, path)
        with Gradebook(folder.db_url, folder.course_id) as gradebook:
            try:
                submissions = gradebook.find_assignment(assignment).submissions
            except MissingEntry:
                return
            there = {submission.student.id for submission in submissions}
            missing = sorted({student.id for student in gradebook.students} - there)
        if missing:
            self.log.warning(
                "Feedback pages of %s show model answers, and nothing of it is graded of: %s. Do "
                "not hand pages out while somebody still works on it.",
                assignment, ", ".join(missing),
            )  # fmt: skip

    def _check(self, assignment: str, path: Path) -> None:
        """Log what of a file will be shown nowhere."""
        source = source_folder(course_folder(self), assignment) / f"{path.stem}.ipynb"
        if not source.is_file():
            self.log.warning("%s is shown nowhere: there is no notebook %s", path, source)
            return
        known = {cell.metadata.nbgrader.grade_id for cell in self._solutions(source)}
        for answer in self._others(assignment, path.stem):
            if answer.grade_id not in known:
                self.log.warning(
                    "%s: %r is no answer cell of %s, but these are: %s",
                    path, answer.grade_id, source, ", ".join(sorted(known)),
                )  # fmt: skip

    def _own(self, assignment: str, notebook: str) -> Iterator[_Answer]:
        """Yield what the course's own notebook holds as solutions."""
        path = source_folder(course_folder(self), assignment) / f"{notebook}.ipynb"
        if not path.is_file():
            self.log.warning("%s does not exist: its model answers are not shown", path)
            return
        clear = ClearSolutions(parent=self)
        marks = (clear.begin_solution_delimeter, clear.end_solution_delimeter)
        stubs = {_bare(text) for text in ("", clear.text_stub, *clear.code_stub.values())}
        for cell in self._solutions(path):
            lines = [
                line for number, line in enumerate(cell.source.split("\n"))
                if not any(mark in line for mark in marks)
                and not (number == 0 and FIRST_LINE.match(line))
            ]  # fmt: skip
            text = "\n".join(lines).strip("\n")
            if _bare(text) not in stubs:
                yield _Answer(cell.metadata.nbgrader.grade_id, "", _cell(cell.cell_type, text))

    def _solutions(self, path: Path) -> list[NotebookNode]:
        """Return the answer cells of a source notebook without tests and marking guides."""
        nb: NotebookNode = nbformat.read(path, as_version=4)
        nb, _ = IncludeHeaderFooter(parent=self).preprocess(nb, {})
        for clear in (ClearHiddenTests, ClearMarkScheme):
            nb, _ = clear(parent=self, enforce_metadata=False).preprocess(nb, {})
        return [cell for cell in nb.cells if utils.is_solution(cell)]

    def _others(self, assignment: str, notebook: str) -> Iterator[_Answer]:
        """Yield the answers of the instructor's further file, if there is one."""
        path = self._folder(assignment) / f"{notebook}.py"
        if not path.is_file():
            return
        heading, lines = "", list[str]()
        for line in [*path.read_text(encoding="utf-8").split("\n"), "# %%"]:
            found = HEADING.fullmatch(line)
            if not found:
                lines.append(line)
                continue
            if heading and "\n".join(lines).strip():
                yield _answer(heading, lines)
            heading, lines = found[1].strip(), []

    def _folder(self, assignment: str) -> Path:
        return Path(course_folder(self).root) / self.directory / assignment


def _answer(heading: str, lines: list[str]) -> _Answer:
    kind = "code"
    if heading.startswith(MARKDOWN):
        heading, kind = heading.removeprefix(MARKDOWN), "markdown"
        lines = [re.sub(r"# ?", "", line, count=1) for line in lines]
    grade_id, _, style = heading.partition("|")
    return _Answer(grade_id.strip(), style.strip(), _cell(kind, "\n".join(lines).strip("\n")))


def _bare(text: str) -> str:
    return text.strip(" .\n").casefold()


def _cell(kind: str, text: str) -> NotebookNode:
    if kind == "code":
        return NotebookNode(v4.new_code_cell(text))
    return NotebookNode(v4.new_markdown_cell(text))
