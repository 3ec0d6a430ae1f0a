"""Hand in the model solutions and the blank release, and grade both by nbgrader and by us.

All of it happens in a throw-away copy: nothing of the course or its gradebook is touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from convgrade.cells import is_test

__all__ = ["BLANK", "MODEL", "Graded", "TrialError", "read_sources", "trial"]

MODEL, BLANK = "model", "blank"  # who hands in
SHOWN = 12  # lines of what a command says when it fails
#: As ``python -m nbgrader``, without an import of seconds that `convgrade.classroom` leaves out.
START = """\
import os, runpy, sys
sys.path[0] = os.getcwd()
sys.modules.setdefault("rfc3987_syntax", None)
runpy.run_module("nbgrader", run_name="__main__", alter_sys=True)
"""
CONFIG = """\
from convgrade.checking.settings import settle

settle(get_config(), {root!r}, stock={stock!r})
"""


class TrialError(Exception):
    """Raised when model solutions cannot be graded at all; the message says why."""


@dataclass
class Graded:
    """What one grader made of one student's notebook.

    Attributes
    ----------
    points : dict of str to float or None
        By grade_id of a test cell; None where it waits for a person.
    cells : dict of str to cell
        By grade_id, as graded, with outputs.
    why : str
        Why nothing was graded; "" normally.
    """

    points: dict[str, float | None] = field(default_factory=dict)
    cells: dict[str, NotebookNode] = field(default_factory=dict)
    why: str = ""


Results = dict[tuple[str, str], Graded]  # by student and notebook


def read_sources(source: Path) -> dict[str, NotebookNode]:
    """Return an assignment's notebooks by name.

    Raises
    ------
    TrialError
        When there is none, or one cannot be read.
    """
    found = {}
    for path in sorted(source.glob("*.ipynb")):
        try:
            found[path.stem] = nbformat.read(path, as_version=4)
        except Exception as error:  # whatever nbformat stumbles over
            raise TrialError(f"{path} cannot be read as a notebook: {error!r}") from error
    if not found:
        raise TrialError(f"{source} holds no notebook.")
    return found


@contextmanager
def trial(root: Path, source: Path, assignment: str) -> Iterator[tuple[Results, Results]]:
    """Grade model solutions and blank notebooks.

    Parameters
    ----------
    root : Path
        The course's folder, with its configuration.
    source : Path
        The assignment's.

    Returns
    -------
    stock, ours : dict
        What nbgrader and what this package make of them.

    Raises
    ------
    TrialError
        When no release can be made of the sources.
    """
    notebooks = read_sources(source)
    with TemporaryDirectory(prefix="convgrade-check-") as folder:
        stock, ours = Path(folder, "stock"), Path(folder, "ours")
        place = stock / "source" / assignment
        try:
            shutil.copytree(source, place, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        except shutil.Error as error:
            raise TrialError(f"{source} cannot be copied: {error}") from error
        _configure(stock, root, True)
        done = _nbgrader(stock, root, "generate_assignment", assignment).wait_for()
        if done:
            raise TrialError(f"nbgrader makes no release of {source}:\n{done}")
        for name, notebook in notebooks.items():
            released = stock / "release" / assignment / f"{name}.ipynb"
            if not released.is_file():  # left out by a setting
                continue
            blank = nbformat.read(released, as_version=4)
            for student in (BLANK, MODEL):
                if student == MODEL:
                    _answer(blank, notebook)
                target = stock / "submitted" / student / assignment
                target.mkdir(parents=True, exist_ok=True)
                nbformat.write(blank, target / f"{name}.ipynb")
        shutil.copytree(stock, ours)
        _configure(ours, root, False)
        runs = [_nbgrader(side, root, "autograde", assignment) for side in (stock, ours)]
        try:
            said = [run.wait_for() for run in runs]
        finally:
            for run in runs:
                run.kill()
        yield (
            _results(stock, assignment, notebooks, said[0]),
            _results(ours, assignment, notebooks, said[1]),
        )


def _configure(folder: Path, root: Path, stock: bool) -> None:
    text = CONFIG.format(root=str(root.resolve()), stock=stock)
    (folder / "nbgrader_config.py").write_text(text, encoding="utf-8")


def _answer(released: NotebookNode, source: NotebookNode) -> None:
    """Put the model solutions into a notebook, in place."""
    marked = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    plain = {cell.id: cell.source for cell in source.cells if "id" in cell}
    for cell in released.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("solution"):
            cell.source = marked.get(mark.get("grade_id"), cell.source)
        elif not mark:
            cell.source = plain.get(cell.get("id"), cell.source)


class _Run(subprocess.Popen[str]):
    """A command of nbgrader's, and what it says."""

    def wait_for(self) -> str:
        """Return why it failed; "" if it did not."""
        said, _ = self.communicate()
        lines = [line for line in said.splitlines() if line.strip()]
        faults = [line for line in lines if "| ERROR]" in line or "| CRITICAL]" in line]
        return "\n".join((faults or lines)[-SHOWN:]) or "?" if self.returncode else ""


def _nbgrader(folder: Path, root: Path, *words: str) -> _Run:
    """Start a command as the instructor would, in the trial's folder."""
    paths = [str(root.resolve()), os.environ.get("PYTHONPATH", "")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return _Run(
        [sys.executable, "-c", START, *words], cwd=folder, env=env, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        errors="backslashreplace",
    )  # fmt: skip


def _results(
    folder: Path, assignment: str, notebooks: dict[str, NotebookNode], said: str
) -> Results:
    """Read what one grader has made of everything."""
    found: Results = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for student in (MODEL, BLANK):
            for name, notebook in notebooks.items():
                graded = found[student, name] = Graded()
                path = folder / "autograded" / student / assignment / f"{name}.ipynb"
                if not path.is_file():
                    graded.why = said or "it was left out, and nobody says why"
                    continue
                try:
                    known = gradebook.find_submission_notebook(name, assignment, student)
                except MissingEntry:
                    graded.why = said or "the gradebook holds nothing of it"
                    continue
                tests = {
                    cell.metadata.nbgrader.grade_id
                    for cell in notebook.cells
                    if cell.cell_type == "code" and is_test(cell)
                }
                for grade in known.grades:
                    if grade.name in tests:
                        waits = grade.needs_manual_grade and grade.auto_score is None
                        graded.points[grade.name] = None if waits else grade.auto_score or 0.0
                graded.cells = {
                    cell.metadata.nbgrader.grade_id: cell
                    for cell in nbformat.read(path, as_version=4).cells
                    if cell.metadata.get("nbgrader", {}).get("grade_id") in tests
                }
    return found
