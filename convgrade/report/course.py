"""What the course's own notebooks say about their exercises: order, headings, answer cells."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convgrade.cells import FLAGS

__all__ = ["Place", "read_source"]

STARS = re.compile(r"\s*★.*")  # how hard, how long, how many points


@dataclass(frozen=True)
class Place:
    """Where an exercise stands.

    Attributes
    ----------
    order : int
        Its number among the graded cells of its notebook.
    heading : str
        What it stands under; "" if nothing.
    answers : tuple of str
        The answer cells that it is about, by grade_id.
    """

    order: int
    heading: str
    answers: tuple[str, ...]


def read_source(folder: Path) -> dict[tuple[str, str], Place]:
    """Return the graded cells of an assignment's source notebooks, by notebook and grade_id.

    Parameters
    ----------
    folder : Path
        Where they are; what cannot be read is left out.
    """
    found: dict[tuple[str, str], Place] = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            cells = json.loads(path.read_bytes())["cells"]
            places = _read(cells)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        found |= {(path.stem, name): place for name, place in places.items()}
    return found


def _read(cells: list[Mapping[str, Any]]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    heading, taken = "", False
    answers: list[str] = []
    for cell in cells:
        mark = cell["metadata"].get("nbgrader", {})
        name = mark.get("grade_id", "") if any(mark.get(flag) for flag in FLAGS) else ""
        if cell["cell_type"] == "markdown" and not name:
            lines = "".join(cell["source"]).splitlines()
            titles = [line for line in lines if re.match(r"#{1,4} ", line)]
            heading = STARS.sub("", titles[0].lstrip("#").strip()) if titles else heading
        if mark.get("solution") or mark.get("task"):
            # A second test of the same answers follows the first one.
            answers = [name] if taken else [*answers, name]
            taken = False
        if mark.get("grade"):
            places[name] = Place(len(places), heading, tuple(answers))
            taken = True
    return places
