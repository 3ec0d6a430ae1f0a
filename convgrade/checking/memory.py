"""Remembers for which test cells a course was checked."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

import nbformat

from convgrade.cells import is_test
from convgrade.constructs import read_constructs

__all__ = ["FILE", "digest_of", "remember", "reminder"]

FILE = ".convgrade.checked"  # in the course's folder: a digest by assignment


def digest_of(source: Path) -> str:
    """Return what changes with the code of an assignment; "" where nothing can be in doubt.

    Nothing is where all tests grade by parts (`convgrade.records`): these never wait.
    """
    digest, doubtful = hashlib.sha256(), False
    for path in sorted(source.glob("*.ipynb")):
        try:
            notebook = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        except (OSError, ValueError, AttributeError):  # no notebook: grading says so by itself
            continue
        for cell in code:
            cell.source = "".join(cell.source)
        if all(read_constructs(cell.source).rubric for cell in code if is_test(cell)):
            continue
        doubtful = True
        digest.update(json.dumps([path.name, *(cell.source for cell in code)]).encode())
    return digest.hexdigest()[:16] if doubtful else ""


def remember(root: Path, assignment: str, source: Path) -> None:
    """Note that an assignment was checked as it is."""
    known = _read(root) | {assignment: digest_of(source)}
    (root / FILE).write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def reminder(root: Path, assignment: str, source: Path) -> str:
    """Say that an assignment was not checked as it is; "" if it was, or need not be."""
    digest, known = digest_of(source), _read(root)
    if not digest or known.get(assignment) == digest:
        return ""
    when = "since source/ changed" if assignment in known else "yet"
    return (
        f"`convgrade check {assignment}` was not run {when}: it says which tests are graded "
        "otherwise than by nbgrader"
    )


def _read(root: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):  # not there, or damaged: never checked
        found = json.loads((root / FILE).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {str(name): str(digest) for name, digest in found.items()}
    return {}
