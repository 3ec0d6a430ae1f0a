"""What an attack is, and how its file becomes a submission."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from attacks.course import RIGHT, WRONG

CORPUS = Path(__file__).parent / "corpus"
USUAL = 25.0  # seconds that an attack may take

# Attacks that send signals or read memory put this before their first line: they may touch
# the grader of this very test and nothing else on the machine.
FENCE = '''\
def may_touch(pid):
    """Is this a process of the test's own grader?"""
    import os

    try:
        outside = os.readlink("/proc/self/ns/pid") != "@NAMESPACE@"
    except OSError:
        outside = False
    return outside or (pid > 1 and pid not in @PROTECTED@)

'''


@dataclass(frozen=True)
class Places:
    """What a submission is told about the test, by placeholder.

    Attributes
    ----------
    mark : str
        A word of this submission's own, by which its traces are known.
    port : int
        Of the listener on loopback.
    course, outside : Path
        The course folder, and a folder beside it that nobody may write to.
    """

    mark: str
    port: int
    course: Path
    outside: Path

    def fill(self, text: str) -> str:
        """Replace the placeholders in a cell or a file."""
        if "may_touch(" in text:
            text = FENCE + text
        namespace = os.readlink("/proc/self/ns/pid") if Path("/proc/self/ns/pid").exists() else ""
        for name, value in {
            "MARK": self.mark,
            "PORT": str(self.port),
            "COURSE": str(self.course),
            "OUTSIDE": str(self.outside),
            "NAMESPACE": namespace,
            "PROTECTED": repr(_protected()),
        }.items():
            text = text.replace(f"@{name}@", value)
        return text


def _protected() -> set[int]:
    """Return this process and all that started it."""
    pids, pid = {1}, os.getpid()
    while pid > 1:
        pids.add(pid)
        status = Path(f"/proc/{pid}/status")
        if not status.exists():
            break
        pid = int(status.read_text().partition("PPid:")[2].split()[0])
    return pids


@dataclass(frozen=True)
class Attack:
    """One dishonest submission.

    A file of the corpus sets these by their names in capitals; only ``CLASS``
    and ``STOCK`` are needed, besides a docstring and something to hand in.

    Attributes
    ----------
    name : str
        The file's, and the student's who hands it in.
    title : str
        What it tries: the first line of the docstring.
    classes : tuple of str
        Of the list in docs/security.md.
    stock : tuple of str
        Effects (see effects.py) that it has on stock nbgrader: the control.
    cells : mapping
        ``{answer: source}`` replaces an answer; ``first`` and ``last`` are further code cells
        after the helpers and at the end; ``text`` is a further Markdown cell.
    files : mapping
        Handed in beside the notebook.
    tamper : callable, optional
        ``tamper(notebook, places)`` does worse things to the submission.
    assignment : str
    honest : float
        What its answers would earn honestly.
    keeps : float or None
        What must not be lost: a crash costs one exercise.
    alone : bool
        Graded in a course of its own, because it stops or spoils the others'.
    feedback : bool
        Is the feedback page looked at?
    visible_only : bool
        The control runs against a course without hidden tests: they are the defence.
    not_promised : str
        Why it may succeed with us, too; "" for all that docs/security.md promises to stop.
    patience : float
        Seconds that grading it may take, alone and with `zoe` after it. Where the control
        hangs, a smaller number than usual ends it earlier.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    stock: tuple[str, ...]
    cells: Mapping[str, str]
    files: Mapping[str, str]
    tamper: Callable[[Path, Places], None] | None
    assignment: str
    honest: float
    keeps: float | None
    alone: bool
    feedback: bool
    visible_only: bool
    not_promised: str
    patience: float

    def hand_in(self, places: Places) -> None:
        """Write the submission into the course."""
        source = places.course / "release" / self.assignment / f"{self.assignment}.ipynb"
        folder = places.course / "submitted" / self.name / self.assignment
        folder.mkdir(parents=True)
        answers = {
            name: places.fill(text)
            for name, text in self.cells.items()
            if name not in ("first", "last", "text")
        }
        notebook = answered(source, {**WRONG, **answers})
        if "first" in self.cells:
            place = 1 + next(i for i, c in enumerate(notebook.cells) if c.id == "helpers")
            notebook.cells.insert(place, new_code_cell(places.fill(self.cells["first"])))
        if "last" in self.cells:
            notebook.cells.append(new_code_cell(places.fill(self.cells["last"])))
        if "text" in self.cells:
            notebook.cells.append(new_markdown_cell(places.fill(self.cells["text"])))
        path = folder / f"{self.assignment}.ipynb"
        nbformat.write(notebook, path)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(places.fill(text))
        if self.tamper is not None:
            self.tamper(path, places)


def answered(release: Path, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """Return a release notebook with answers filled in, their first line kept."""
    notebook: nbformat.NotebookNode = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and name in answers and cell.metadata.nbgrader.solution:
            cell.source = f"# grade_id: {name}\n{answers[name].strip()}"
    return notebook


def hand_in_honestly(course: Path, student: str, assignment: str, canary: str) -> None:
    """Write an honest student's submission, with a canary in it."""
    notebook = answered(course / "release" / assignment / f"{assignment}.ipynb", RIGHT)
    notebook.cells.append(new_code_cell(f"# {canary}"))
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{assignment}.ipynb")


def load(path: Path) -> Attack:
    """Read one file of the corpus."""
    found: dict[str, Any] = runpy.run_path(str(path))
    text = " ".join(str(found["__doc__"]).split())
    return Attack(
        name=path.stem.replace("_", "-"),
        title=text.partition(". ")[0].rstrip("."),
        classes=_several(found["CLASS"]),
        stock=_several(found["STOCK"]),
        cells=found.get("CELLS", {}),
        files=found.get("FILES", {}),
        tamper=found.get("tamper"),
        assignment=found.get("ASSIGNMENT", "vault"),
        honest=found.get("HONEST", found.get("KEEPS", 0.0)),
        keeps=found.get("KEEPS"),
        alone=found.get("ALONE", False),
        feedback=found.get("FEEDBACK", False),
        visible_only=found.get("VISIBLE_ONLY", False),
        not_promised=found.get("NOT_PROMISED", ""),
        patience=found.get("PATIENCE", USUAL),
    )


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


ATTACKS = [load(path) for path in sorted(CORPUS.glob("[0-9]*.py"))]
