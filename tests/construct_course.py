"""A course whose tests are the constructs of tests/constructs, a notebook a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
from test_foreign_course import STOCK
from tiny import Tiny, _cell

FOLDER = Path(__file__).parent / "constructs"
TABLES: dict[str, dict[str, dict[str, str]]] = {
    path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))
}
CASES = [(book, name) for book, table in TABLES.items() for name in table]
STUDENTS = {"model": "answer", "wrong": "wrong", "blank": None}  # and what of a case each hands in
BOX = "constructs"


def source(table: dict[str, dict[str, str]]) -> Any:
    """Return a notebook with all constructs of a file."""
    cells = []
    for name, case in table.items():
        if "unmarked" in case:
            cells.append(v4.new_code_cell(case["unmarked"].strip(), id=f"{name}-unmarked"))
        if "locked" in case:
            cells.append(_cell(f"{name}-locked", case["locked"].strip(), locked=True))
        text = f"### BEGIN SOLUTION\n{case['answer'].strip()}\n### END SOLUTION"
        cells.append(_cell(name, text, solution=True))
        if "after" in case:
            cells.append(v4.new_code_cell(case["after"].strip(), id=f"{name}-after"))
        if "later" in case:
            cells.append(_cell(f"{name}-later", case["later"].strip(), locked=True))
        cells.append(
            _cell(f"{name}_test", case["test"].strip(), grade=True, locked=True, points=1)
        )
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    return notebook


def handed_in(student: str, book: str) -> dict[str, str]:
    """Return a student's answers in a notebook."""
    part = STUDENTS[student]
    return (
        {} if part is None else {name: case[part].strip() for name, case in TABLES[book].items()}
    )


def graded(root: Path, config: str, books: Iterable[str] = tuple(TABLES)) -> Tiny:
    """Return a course in which everybody is graded, with some of the notebooks or all."""
    folder = root / "source" / BOX
    folder.mkdir(parents=True)
    for book in books:
        nbformat.write(source(TABLES[book]), folder / f"{book}.ipynb")
    path = 'import os, sys\nos.environ["PATH"] += os.pathsep + os.path.dirname(sys.executable)\n'
    (root / "nbgrader_config.py").write_text(path + STOCK)
    course = Tiny(root, BOX)
    course.run("generate_assignment", BOX)
    (root / "nbgrader_config.py").write_text(config)
    for student in STUDENTS:
        target = course.folder(student)
        target.mkdir(parents=True)
        for book in books:
            answers = handed_in(student, book)
            nbformat.write(course.answered(book, answers), target / f"{book}.ipynb")
    course.grade()
    return course
