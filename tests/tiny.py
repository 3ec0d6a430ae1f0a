"""A tiny course, two notebooks without torch, for tests of the grader's plug-ins."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
from conftest import ROOT, run_nbgrader
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from once import once_folder

SUMS, MEANS = "1_sums", "2_means"
POINTS = {"total_test": 3.0, "double_test": 2.0, "why": 2.0, "average_test": 4.0}
FULL = {SUMS: 5.0, MEANS: 4.0}  # what tests give; the written answer is for a person to grade
CANARY = "canary-in-a-hidden-test"
TARGET = "4711.25"  # a value that a hidden test looks for
RIGHT = {
    "total": "# grade_id: total\ndef total(numbers):\n    return float(np.sum(numbers))",
    "double": "# grade_id: double\ndef double(x):\n    return 2 * x",
    "why": "<!-- grade_id: why -->\nBecause addition *commutes*.",
    "average": "# grade_id: average\ndef average(n):\n    return sum(n) / len(n)",
}
OVERRIDE = """
c.CourseDirectory.course_id = "tiny"
c.TrustedClient.preload = ["numpy"]
c.TrustedClient.kernel_preload = ["numpy"]
c.Execute.timeout = 10
"""
STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "tiny"\n'


def _cell(name: str, text: str, kind: str = "code", **marks: Any) -> NotebookNode:
    mark = {"grade_id": name, "grade": False, "locked": False, "solution": False, "task": False}
    mark |= {"schema_version": 3, **marks}
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    cell: NotebookNode = make(text, id=name, metadata={"nbgrader": mark})
    return cell


def _answer(name: str) -> NotebookNode:
    first, *rest = RIGHT[name].split("\n")
    text = "\n".join([first, "### BEGIN SOLUTION", *rest, "### END SOLUTION"])
    return _cell(name, text, solution=True)


def _test(name: str, visible: str, hidden: str) -> NotebookNode:
    text = f'{visible}\n### BEGIN HIDDEN TESTS\nseal = "{CANARY}"\n{hidden}\n### END HIDDEN TESTS'
    return _cell(name, text, grade=True, locked=True, points=POINTS[name])


def sources() -> dict[str, NotebookNode]:
    """Return the source notebooks by name."""
    sums = [
        v4.new_markdown_cell("# Sums", id="title"),
        _cell("setup", "import numpy as np", locked=True),
        _answer("total"),
        _test(
            "total_test",
            "assert total([1, 2]) == 3",
            f"points = 1.0\npoints += float(total([4700, 11.25]) == {TARGET})\n"
            "points += float(total([]) == 0)\npoints",
        ),
        v4.new_code_cell("np.arange(3)", id="example"),
        _answer("double"),
        _test("double_test", "assert double(2) == 4", f"assert double(2355.625) == {TARGET}"),
        _cell(
            "why",
            "<!-- grade_id: why -->\nYour answer here.",
            "markdown",
            grade=True,
            solution=True,
            points=POINTS["why"],
        ),
    ]
    means = [
        _cell("setup", "import numpy as np", locked=True),
        _answer("average"),
        _test("average_test", "assert average([2]) == 2", "assert average([1, 2, 6]) == 3"),
    ]
    both = {SUMS: v4.new_notebook(cells=sums), MEANS: v4.new_notebook(cells=means)}
    for notebook in both.values():
        notebook.metadata.kernelspec = {
            "display_name": "Python 3", "language": "python", "name": "python3",
        }  # fmt: skip
    return both


class Tiny:
    """A course folder, with the assignment ``tiny`` when `make` has made it."""

    def __init__(self, root: Path, assignment: str = "tiny") -> None:
        self.root, self.assignment = root, assignment

    @classmethod
    def make(cls, root: Path, config: str | None = None) -> Tiny:
        """Write source and configuration, and generate the release; once for a configuration."""
        if config is None:
            config = (ROOT / "nbgrader_config.py").read_text() + OVERRIDE
        text = config
        once_folder(("tiny", config), lambda made: cls._make(made, text), root)
        return cls(root)

    @classmethod
    def _make(cls, root: Path, config: str) -> None:
        folder = root / "source" / "tiny"
        folder.mkdir(parents=True)
        for name, notebook in sources().items():
            nbformat.write(notebook, folder / f"{name}.ipynb")
        (folder / "data").mkdir()
        (folder / "data" / "table.csv").write_text("1,2\n")
        (root / "nbgrader_config.py").write_text(config)
        cls(root).run("generate_assignment", "tiny")

    def copy(self, root: Path) -> Tiny:
        """Copy everything into another folder, for a test of its own."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return Tiny(root, self.assignment)

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run an nbgrader command in the course."""
        return run_nbgrader(self.root, *args, check=check)

    def grade(self, *args: str, status: int = 0) -> str:
        """Autograde, hold the exit status, and return the log."""
        run = self.run("autograde", self.assignment, *args, check=False)
        assert run.returncode == status, run.stdout + run.stderr
        return run.stdout + run.stderr

    def released(self, name: str) -> NotebookNode:
        """Return a notebook as it was handed out."""
        return nbformat.read(
            self.root / "release" / self.assignment / f"{name}.ipynb", as_version=4
        )

    def answered(self, name: str, answers: Mapping[str, str] = RIGHT) -> NotebookNode:
        """Return a notebook with answers filled in."""
        notebook = copy.deepcopy(self.released(name))
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        return notebook

    def folder(self, student: str, stage: str = "submitted") -> Path:
        """Return where a student's files are."""
        return self.root / stage / student / self.assignment

    def hand_in(
        self,
        student: str,
        answers: Mapping[str, str] = RIGHT,
        tamper: Callable[[NotebookNode], None] | None = None,
        names: tuple[str, ...] = (SUMS, MEANS),
    ) -> Path:
        """Hand in notebooks, the first of them tampered with; return the folder."""
        folder = self.folder(student)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            notebook = self.answered(name, answers)
            if tamper is not None and name == names[0]:
                tamper(notebook)
            (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
        return folder

    def graded(self, student: str, name: str = SUMS) -> NotebookNode:
        """Return an autograded notebook."""
        return nbformat.read(self.folder(student, "autograded") / f"{name}.ipynb", as_version=4)

    def page(self, student: str, name: str = SUMS) -> str:
        """Return a feedback page."""
        return (self.folder(student, "feedback") / f"{name}.html").read_text(encoding="utf-8")

    def gradebook(self) -> Gradebook:
        """Open the gradebook; use as a context."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "tiny")

    def grades(self, student: str) -> dict[str, tuple[float | None, float | None, bool]]:
        """Return automatic and manual score, and whether a person must look, by grade_id."""
        with self.gradebook() as gradebook:
            try:
                submission = gradebook.find_submission(self.assignment, student)
            except MissingEntry:
                return {}
            return {
                grade.name: (grade.auto_score, grade.manual_score, bool(grade.needs_manual_grade))
                for notebook in submission.notebooks
                for grade in notebook.grades
            }

    def points(self, student: str) -> dict[str, float | None]:
        """Return the automatic scores of test cells by grade_id."""
        return {name: auto for name, (auto, *_) in self.grades(student).items() if name != "why"}

    def comment(self, student: str, name: str, notebook: str = SUMS) -> str:
        """Return the automatic comment on an answer cell."""
        with self.gradebook() as gradebook:
            found = gradebook.find_comment(name, notebook, self.assignment, student)
            return str(found.auto_comment or "")

    def give(self, student: str, name: str, points: float, notebook: str = SUMS) -> None:
        """Let a person set a score."""
        with self.gradebook() as gradebook:
            gradebook.find_grade(name, notebook, self.assignment, student).manual_score = points
            gradebook.db.commit()
