"""Rebuild the notebook to grade: the course's cells, with the student's answers in them.

Nothing about a handed-in notebook is trusted. Its cells are read as copies of
the course's, matched, and only their texts go on: an answer into the course's
answer cell, the student's own cells as plain extra cells.
"""

from __future__ import annotations

import ast
import copy
import re
import warnings
from collections.abc import Mapping
from itertools import count

from nbformat import NotebookNode

from convgrade.cells import (
    ATTACHED,
    FIRST_LINE,
    MAX_CODE,
    Copy,
    Part,
    read_course,
    read_submitted,
    tidy,
)
from convgrade.regions import REGIONS
from convgrade.repairs import WORDS, Repair, find_repairs

__all__ = ["Repair", "rebuild"]

MAX_OWN_CODE = 1_000_000  # characters of all code cells that a student added
# Lines that nbgrader takes for its own wherever they stand.
MARKERS = re.compile(rf"(BEGIN|END) ({'|'.join(REGIONS)})")


def rebuild(
    course: NotebookNode,
    submitted: NotebookNode,
    released: Mapping[str, NotebookNode] | None = None,
) -> tuple[NotebookNode, list[Repair]]:
    """Return the notebook to grade, and what had to be repaired.

    Parameters
    ----------
    course : NotebookNode
        The notebook to grade against, in format 4.5: answer cells hold what was
        handed out, test cells their hidden tests as well. Left as it is.
    submitted : NotebookNode
        What a student handed in, in any minor version of format 4 and in any
        condition: it raises nothing. Left as it is.
    released : mapping of str to cell, optional
        By grade_id, the marked cells that were handed out, where they are known.

    Returns
    -------
    notebook : NotebookNode
        The course's cells in its order and with its metadata, without outputs.
        Only answers and examples hold the student's text. Examples that the
        student deleted are left out; other cells of the student's stand behind
        the course's cell that they followed, with ids ``extra_1``, ``extra_2``.
    repairs : list of Repair
        The notebook's, then those of cells in the course's order.
    """
    notebook = copy.deepcopy(course)
    parts, copies = read_course(notebook), read_submitted(submitted)
    owner = _by_label(parts, copies)
    owner |= _by_text(parts, copies, owner)
    guesses = _by_name(parts, copies, owner)
    owner |= guesses
    found: dict[int, list[Copy]] = {}
    for cell in copies:
        if cell.place in owner:
            found.setdefault(owner[cell.place], []).append(cell)
    stands = {index: _standing(parts[index], same) for index, same in found.items()}
    repairs = find_repairs(parts, found, stands, set(guesses.values()), released or {})
    extras = _extras(parts, copies, owner, stands)
    long = _too_long(extras)
    if long:
        words = WORDS["own too long"].format(limit=MAX_CODE, total=MAX_OWN_CODE, count=len(long))
        repairs.append(Repair("", words))
    notebook.cells = _assemble(parts, stands, extras, long)
    return notebook, repairs


# The three ways to tell whose copy a cell is, best first: each returns {place: index of the part}.


def _by_label(parts: list[Part], copies: list[Copy]) -> dict[int, int]:
    """Read the first line, then nbgrader's metadata, then the cell id."""
    marked = {part.name: part for part in parts if part.name}
    answers = {name: part for name, part in marked.items() if part.role == "answer"}
    ids = {part.cell.id: part for part in parts}
    pasted = _pasted(answers, copies)
    owner = {}
    for cell in copies:
        part = answers.get(cell.comment)
        if not part or cell.place in pasted:
            part = marked.get(cell.label)
        same = ids.get(cell.cell_id)
        # A text turned into code, or an example into text, is the student's own cell now.
        if not part and same and (same.name or same.cell.cell_type == cell.kind):
            part = same
        if part:
            owner[cell.place] = part.index
    return owner


def _pasted(answers: dict[str, Part], copies: list[Copy]) -> set[int]:
    """Find answers that began as a pasted text, whose first line names where it came from.

    That exercise has a cell of its own, and the one that the metadata names has no other.
    """
    split = [
        cell
        for cell in copies
        if cell.comment in answers and cell.label in answers and cell.comment != cell.label
    ]
    places = {cell.place for cell in split}
    own = {cell.comment or cell.label for cell in copies if cell.place not in places}
    return {c.place for c in split if c.comment in own and c.label not in own}


def _by_text(parts: list[Part], copies: list[Copy], owner: dict[int, int]) -> dict[int, int]:
    """Compare with what was handed out."""
    texts: dict[str, list[Part]] = {}
    for part in parts:
        texts.setdefault(part.released, []).append(part)
    taken, matches = set(owner.values()), {}
    for cell in copies:
        if cell.place in owner or not cell.text.strip():
            continue
        fits = texts.get(tidy(cell.text), [])
        free = [
            part
            for part in fits
            # An example turned into text did not run; the student left it out.
            if part.index not in taken and (part.role != "example" or cell.kind == "code")
        ]
        # A further copy of an example is the student's: it ran once more.
        best = free or [part for part in fits if part.role != "example"]
        if best:
            matches[cell.place] = best[0].index
            taken.add(best[0].index)
    return matches


def _by_name(parts: list[Part], copies: list[Copy], owner: dict[int, int]) -> dict[int, int]:
    """Guess the answers still missing by what a cell defines, where only one cell does."""
    code = [part for part in parts if part.role == "answer" and part.cell.cell_type == "code"]
    missing = [part for part in code if part.index not in owner.values()]
    if not missing:
        return {}
    left = {c.place: _bound(c.text) for c in copies if c.place not in owner and c.kind == "code"}
    guesses = {}
    for part in missing:
        names = _bound(part.released)
        fits = [place for place, bound in left.items() if names & bound]
        if len(fits) == 1:
            guesses[fits[0]] = part.index
            del left[fits[0]]
    return guesses


def _bound(text: str) -> set[str]:
    """Return the names that a cell defines or assigns at top level."""
    if len(text) > MAX_CODE:
        return set()
    python = re.sub(r"(?m)^[%!?].*$", "", text)  # without IPython's own commands
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the student's strings
            tree = ast.parse(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deep
        return set()
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            leaves = [leaf for target in targets for leaf in ast.walk(target)]
            names |= {
                n.id for n in leaves if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
    return names


def _standing(part: Part, same: list[Copy]) -> Copy:
    """Choose the copy that stands for the course's cell: the answer, or else the first."""
    answers = [cell for cell in same if part.role == "answer" and part.changed(cell)]
    return answers[-1] if answers else same[0]


def _extras(
    parts: list[Part], copies: list[Copy], owner: dict[int, int], stands: dict[int, Copy]
) -> dict[int, list[Copy]]:
    """Collect the student's own cells by the index of the cell they followed, -1 at the top."""
    extras: dict[int, list[Copy]] = {}
    behind = -1
    for cell in copies:
        index = owner.get(cell.place)
        if index is not None and stands[index] is cell:
            behind = index
        elif cell.kind not in ("code", "markdown") or not cell.text.strip():
            continue  # nothing that ran or that a person could read
        elif index is None or _is_own(parts[index], cell, stands[index]):
            extras.setdefault(behind, []).append(cell)
    return extras


def _is_own(part: Part, cell: Copy, stands: Copy) -> bool:
    """Say whether a further copy is worth keeping: of an example, or another answer."""
    if part.role == "answer":
        return part.changed(cell) and tidy(cell.text) != tidy(stands.text)
    return part.role == "example"


def _too_long(extras: dict[int, list[Copy]]) -> set[int]:
    """Return the places of the student's own code cells that are not run: there is too much."""
    long, room = set(), MAX_OWN_CODE
    for cell in sorted((c for cells in extras.values() for c in cells), key=lambda c: c.place):
        if cell.kind != "code":
            continue
        if len(cell.text) > min(MAX_CODE, room):
            long.add(cell.place)
        else:
            room -= len(cell.text)
    return long


def _assemble(
    parts: list[Part],
    stands: dict[int, Copy],
    extras: dict[int, list[Copy]],
    long: set[int],
) -> list[NotebookNode]:
    used = {part.cell.id for part in parts}
    ids = (name for name in (f"extra_{n}" for n in count(1)) if name not in used)
    cells = [_own(cell, next(ids), cell.place in long) for cell in extras.get(-1, [])]
    for part in parts:
        if part.role != "example" or part.index in stands:
            cells.append(_filled(part, stands.get(part.index)))
        cells += [_own(cell, next(ids), cell.place in long) for cell in extras.get(part.index, [])]
    return cells


def _filled(part: Part, cell: Copy | None) -> NotebookNode:
    """Put the student's text into the course's cell, where it may stand."""
    filled = part.cell
    if filled.cell_type == "code":
        filled.outputs, filled.execution_count = [], None
    if cell and (part.role == "example" or (part.role == "answer" and part.changed(cell))):
        filled.source = _text(filled.cell_type, cell)
    return filled


def _own(cell: Copy, cell_id: str, long: bool) -> NotebookNode:
    own = NotebookNode(cell_type=cell.kind, id=cell_id, metadata=NotebookNode())
    own.source = _left_out(cell) if long else _text(cell.kind, cell)
    if cell.kind == "code":
        own.outputs, own.execution_count = [], None
    return own


def _left_out(cell: Copy) -> str:
    """Say in a cell why it is empty; an answer keeps its first line."""
    first = cell.text.split("\n", 1)[0] if FIRST_LINE.match(cell.text[:1000]) else ""
    words = (
        f"# Left out: this cell has {len(cell.text):,} characters. A code cell may have "
        f"{MAX_CODE:,},\n# and all that a student adds {MAX_OWN_CODE:,}."
    )
    return "\n".join(filter(None, [first[:200].strip(), words]))


def _text(kind: str, cell: Copy) -> str:
    if kind == "code" and len(cell.text) > MAX_CODE:
        return _left_out(cell)
    text = MARKERS.sub(r"\1_\2", cell.text)
    if kind != "markdown":
        return text
    # nbconvert makes no page of a notebook that names an attachment which is not there.
    return text.replace(ATTACHED, "attachment left out: ")
