"""What the course knows of an assignment: its notebooks, their cells, what was given out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convgrade.collect.names import tidy

__all__ = ["Assignment", "AssignmentError", "answers", "read_assignment"]

LARGEST = 64 * 2**20  # of a notebook that is looked into


class AssignmentError(Exception):
    """An assignment that the course does not have."""


@dataclass(frozen=True)
class Assignment:
    """An assignment, as far as collecting needs it.

    Attributes
    ----------
    name : str
    notebooks : tuple of str
        Their names, sorted.
    cells : dict of str to dict of (str, str)
        By notebook, the grade_ids of its cells, and what stands in the answer cells that were
        given out ("" in others).
    files : frozenset of str
        Names of the other files that were given out.
    spelt : dict of str to str
        By notebook, its name in the course's own form of Unicode, which nbgrader looks for.
    """

    name: str
    notebooks: tuple[str, ...]
    cells: dict[str, dict[str, str]]
    files: frozenset[str]
    spelt: dict[str, str]

    def by_content(self, file: Path) -> str | None:
        """Return the one notebook that shares cells with a file, whatever its name."""
        own = set(answers(file))
        shared = [name for name in self.notebooks if own & set(self.cells.get(name, ()))]
        return shared[0] if len(shared) == 1 else None

    def blank(self, notebook: str, file: Path) -> bool:
        """Tell whether a notebook's answers are those that were given out."""
        given = {key: text for key, text in self.cells.get(notebook, {}).items() if text}
        own = answers(file)
        return bool(given) and all(own.get(key, "") in ("", text) for key, text in given.items())


def read_assignment(coursedir: Any) -> Assignment:
    """Read the assignment that a course folder is set to.

    Raises
    ------
    AssignmentError
        When the course has no notebooks of that name; says which assignments there are.
    """
    name = coursedir.assignment_id
    given_out, source = (
        Path(coursedir.format_path(folder, ".", name))
        for folder in (coursedir.release_directory, coursedir.source_directory)
    )
    found = {
        tidy(path.stem): path
        for folder in (source, given_out)  # the release's own cells count
        for path in folder.glob("*.ipynb")
    }
    if not found:
        raise AssignmentError(_what_there_is(coursedir, name))
    files = {
        tidy(path.name)
        for folder in (source, given_out)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".ipynb"
    }
    spelt = {notebook: path.stem for notebook, path in found.items()}
    cells = {notebook: answers(path) for notebook, path in found.items()}
    return Assignment(name, tuple(sorted(found)), cells, frozenset(files), spelt)


def _what_there_is(coursedir: Any, name: str) -> str:
    root = Path(coursedir.format_path(coursedir.source_directory, ".", "."))
    there = sorted({path.parent.name for path in root.glob("*/*.ipynb")})
    listed = ", ".join(there) or "none"
    return f"no assignment {name!r} with notebooks in {root}. There is: {listed}"


def answers(file: Path) -> dict[str, str]:
    """Return what stands in a notebook's answer cells, by grade_id.

    Other cells of nbgrader's are there with "". Empty for what is no notebook: whether that can
    be graded is not decided here.
    """
    try:
        if file.stat().st_size > LARGEST:
            return {}
        cells = json.loads(file.read_bytes())["cells"]
        return {
            str(mark["grade_id"]): _text(cell) if mark.get("solution") else ""
            for cell in cells
            if isinstance(mark := cell.get("metadata", {}).get("nbgrader"), dict)
            and "grade_id" in mark
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
