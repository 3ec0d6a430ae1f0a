"""Small courses of others, from tests/courses, one a file: they know nothing of this package."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
from tiny import Tiny, _cell

FOLDER = Path(__file__).parent / "courses"
COURSES: dict[str, dict[str, dict[str, str]]] = {
    path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))
}
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "small"
c.Execute.timeout = 50"""


def source(table: dict[str, dict[str, str]]) -> Any:
    """Return the notebook of a course."""
    cells = [v4.new_markdown_cell("# Exercises", id="title")]
    for name, case in table.items():
        if "unmarked" in case:
            cells.append(v4.new_code_cell(case["unmarked"], id=f"{name}-unmarked"))
        if "locked" in case:
            cells.append(_cell(f"{name}-locked", case["locked"], locked=True))
        text = f"### BEGIN SOLUTION\n{case['answer'].strip()}\n### END SOLUTION"
        given = f"{case['given']}\n" if "given" in case else ""
        cells.append(_cell(name, f"{given}{text}", solution=True))
        if "after" in case:
            cells.append(v4.new_code_cell(case["after"], id=f"{name}-after"))
        cells.append(
            _cell(f"{name}_test", case["test"].strip(), grade=True, locked=True, points=1)
        )
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    return notebook


def answers(table: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return what a student writes who answers everything as the model does."""
    return {
        name: "\n".join(filter(None, (case.get("given"), case["answer"].strip())))
        for name, case in table.items()
    }


def make(root: Path, name: str) -> Tiny:
    """Write a course as its instructor has it, before anything is released; return it."""
    folder = root / "source" / name
    folder.mkdir(parents=True)
    nbformat.write(source(COURSES[name]), folder / f"{name}.ipynb")
    (root / "nbgrader_config.py").write_text(CONFIG)
    return Tiny(root, name)
