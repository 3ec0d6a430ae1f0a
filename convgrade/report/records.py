"""What hidden tests left in a graded notebook, read without trusting a word of it.

A class has thousands of notebooks: this file imports nothing that takes time, since every
process that reads some of them imports it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convgrade import records
from convgrade.records import RECORD, read_record

__all__ = ["Idea", "Part", "Read", "Record", "read"]

LOST = re.compile(r"^No points: (.+)\.$", re.MULTILINE)  # said by the grader's process
MAX_TEXT = 300  # letters kept of any text


@dataclass(frozen=True)
class Part:
    """A part of an exercise, and what became of it."""

    name: str
    points: float
    visible: bool
    verdict: str


@dataclass(frozen=True)
class Idea:
    """A misconception that a record names."""

    number: str
    name: str
    reread: str


@dataclass(frozen=True)
class Record:
    """What is known about one answer."""

    earned: float
    refused: str
    parts: tuple[Part, ...]
    ideas: tuple[Idea, ...]


@dataclass
class Read:
    """What one graded notebook holds.

    Attributes
    ----------
    records : dict of str to Record
        By grade_id of the test cell.
    lost : dict of str to str
        By grade_id, why a test cell could not reach a verdict.
    problem : str
        Why the file could not be read; "" normally.
    """

    records: dict[str, Record] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def read(path: Path) -> Read:
    """Read the records of one graded notebook.

    Only outputs of graded test cells count: everything else can be a student's. Two cells of
    one name cannot both be the course's, so that neither is believed.

    Parameters
    ----------
    path : Path
    """
    try:
        cells = json.loads(path.read_bytes())["cells"]
        tests = [cell for cell in cells if _is_test(cell)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return Read(problem=f"it cannot be read ({type(error).__name__})")
    names = [cell["metadata"]["nbgrader"].get("grade_id") for cell in tests]
    result = Read()
    for name, cell in zip(names, tests, strict=True):
        if not isinstance(name, str) or names.count(name) > 1:
            continue
        outputs = [out for out in _list(cell.get("outputs")) if isinstance(out, Mapping)]
        found = [out for out in outputs if RECORD in _mapping(out.get("data"))]
        record = read_record(found[-1]) if found else None
        if record is not None:
            result.records[name] = _brief(record)
            continue
        said = "".join(_text(out.get("text")) for out in outputs)
        if "No points: " in said and (match := LOST.search(said)):
            result.lost[name] = match[1][:MAX_TEXT]
    return result


def _is_test(cell: Any) -> bool:
    """Tell whether a cell is graded, and no answer."""
    mark = _mapping(_mapping(_mapping(cell).get("metadata")).get("nbgrader"))
    return (
        mark.get("grade") is True
        and mark.get("solution") is False
        and cell.get("cell_type") == "code"
        and not mark.get("task", False)
    )


def _brief(record: records.Record) -> Record:
    """Return what a report needs of a record: a class has tens of thousands."""
    refused = "".join(words for label, words in record.refused if label == "Yours")
    return Record(
        record.earned,
        (refused or "a rule is broken")[:MAX_TEXT] if record.refused else "",
        tuple(Part(p.name[:MAX_TEXT], p.points, p.visible, p.verdict) for p in record.parts),
        tuple(
            Idea(i.number[:MAX_TEXT], i.name[:MAX_TEXT], i.reread[:MAX_TEXT]) for i in record.ideas
        ),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return (
        value if isinstance(value, str) else "".join(v for v in _list(value) if isinstance(v, str))
    )
