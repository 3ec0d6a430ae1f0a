"""Cells of the course and of a submission, read so that they can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from convgrade.regions import visible

__all__ = [
    "ATTACHED",
    "FIRST_LINE",
    "FLAGS",
    "MAX_CODE",
    "Copy",
    "Part",
    "is_test",
    "python_version",
    "read_course",
    "read_submitted",
    "tidy",
]

FLAGS = ("grade", "locked", "solution", "task")
# The first line of an answer cell: "# grade_id: name", in Markdown "<!-- grade_id: name -->".
FIRST_LINE = re.compile(r"\s*(?:#|<!--)[ \t]*grade_id[ \t]*:[ \t]*(\S+)")
MAX_CODE = (
    100_000  # characters of a code cell: read as Python it takes a thousand times the memory
)
ATTACHED = "attachment:"  # how Markdown names a picture that the cell carries


@dataclass(frozen=True)
class Part:
    """A cell of the course."""

    index: int
    cell: NotebookNode
    role: str  # "answer", "locked", and where nbgrader marks nothing: "example", "text"
    name: str  # its grade_id, "" where nbgrader marks nothing
    released: str  # its tidy text as it was handed out

    def changed(self, cell: Copy) -> bool:
        """Say whether a copy of an answer holds more than what was handed out."""
        return bool(cell.text.strip()) and tidy(cell.text) != self.released


@dataclass(frozen=True)
class Copy:
    """A cell of the submission, with every field of the type it should have."""

    place: int
    kind: str
    text: str
    cell_id: str
    mark: Mapping[str, Any]  # nbgrader's metadata; empty when lost
    tags: frozenset[str]

    @property
    def label(self) -> str:
        """The grade_id in nbgrader's metadata."""
        return _string(self.mark.get("grade_id"))

    @property
    def comment(self) -> str:
        """The grade_id in the first line."""
        match = FIRST_LINE.match(self.text)
        return match[1].removesuffix("-->") if match else ""


def is_test(cell: NotebookNode) -> bool:
    """Tell whether a cell of the course is a test cell: graded, and no answer."""
    return bool(utils.is_grade(cell) and not utils.is_solution(cell))


def read_course(course: NotebookNode) -> list[Part]:
    """Return the cells of the course's notebook."""
    parts = []
    for index, cell in enumerate(course.cells):
        mark = cell.metadata.get("nbgrader", {})
        name = mark["grade_id"] if any(mark.get(flag) for flag in FLAGS) else ""
        if mark.get("solution") or (mark.get("task") and not mark.get("locked")):
            role = "answer"
        elif name:
            role = "locked"
        else:
            role = "example" if cell.cell_type == "code" else "text"
        parts.append(Part(index, cell, role, name, tidy(visible(cell.source))))
    return parts


def read_submitted(submitted: Any) -> list[Copy]:
    """Return the cells of a submission in any condition."""
    return [_read(*item) for item in enumerate(_list(_mapping(submitted).get("cells")))]


def _read(place: int, value: Any) -> Copy:
    cell = _mapping(value)
    metadata, source = _mapping(cell.get("metadata")), cell.get("source")
    text = source if isinstance(source, str) else "".join(map(_string, _list(source)))
    return Copy(
        place,
        kind=_string(cell.get("cell_type")),
        # JSON can carry half a surrogate pair, which no file in UTF-8 can hold.
        text=text.encode("utf-8", "replace").decode("utf-8"),
        cell_id=_string(cell.get("id")),
        mark=_mapping(metadata.get("nbgrader")),
        tags=frozenset(map(_string, _list(metadata.get("tags")))) - {""},
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def python_version(submitted: Any) -> str:
    """Return the version of Python that a submission says it was written with; "" if none."""
    about = _mapping(_mapping(_mapping(submitted).get("metadata")).get("language_info"))
    found = re.match(r"3\.\d{1,3}(?![\d])", _string(about.get("version")))
    return found[0] if found else ""


def tidy(text: str) -> str:
    """Drop the white space at the ends of lines, which editors add and remove."""
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()
