"""Say what was amiss in a submission, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from convgrade.cells import ATTACHED, FLAGS, MAX_CODE, Copy, Part, tidy

__all__ = ["WORDS", "Repair", "find_repairs"]

# Each says the rule, what was found, and what was done. Nothing is quoted from the submission.
WORDS = {
    "wrong file": "A submission is made from the course's notebook: {found} of its {marked} "
    "marked cells and no answer were found, so this may be the wrong file, and the handed-out "
    "text stays.",
    "lost": "nbgrader's metadata marks cells: it was missing on {lost} of {marked}, which were "
    "recognised by first line, cell id or text, and it was put back.",
    "moved": "Cells keep the course's order: {later} stood before {earlier}, and the order was "
    "restored.",
    "locked missing": "Locked cells come from the course: this one was missing and was put back.",
    "locked twice": "Locked cells come from the course: this one stood {count} times and stands "
    "once again.",
    "locked changed": "Locked cells come from the course: the text of this one was changed and "
    "was put back.",
    "answer missing": "An exercise has an answer cell: none was found, so the handed-out text "
    "stays.",
    "answer twice": "An exercise has one answer cell: {count} were found, the last one with an "
    "answer counts, and other answers stay as extra cells.",
    "guessed": "An answer cell keeps its first line: this one had neither that nor metadata, and "
    "the only cell that defines its name was taken.",
    "disagree": "An answer's first line names it: nbgrader's metadata named another cell, and the "
    "first line was followed.",
    "pasted": "An answer's first line names it: this one's named another exercise, which has an "
    "answer cell of its own, so nbgrader's metadata was followed.",
    "too long": "A code cell has at most {limit:,} characters: this one has {found:,} and was "
    "left out, so look at the file that was handed in; data belongs into a file beside the "
    "notebook.",
    "own too long": "A notebook's own code cells have at most {limit:,} characters each and "
    "{total:,} in all: {count} were left out; data belongs into a file beside the notebook.",
    "picture": "Answers are text: a picture attached to this one was left out, so look for it in "
    "the file that was handed in.",
    "metadata": "A cell's type, marks and tags come from the course: {fields} had been changed "
    "and was set back.",
    "older": "This cell is as the course handed it out, but not as the course is now: the "
    "course's text and points of now count.",
}
#: What nbgrader's checksum covers beside the text. Not "locked": for it, every test cell is.
COVERED = {"points", "grade", "solution", "cell type"}


@dataclass(frozen=True)
class Repair:
    """What was amiss in a submission, and what was done about it.

    Attributes
    ----------
    grade_id : str
        The marked cell that it concerns; "" for the whole notebook.
    words : str
        One sentence for the instructor.
    told : bool
        Whether it is surely the student's doing, so that they are told as well.
    older : bool
        Whether it is the course's doing: the cell was handed out like that.
    """

    grade_id: str
    words: str
    told: bool = True
    older: bool = False


def find_repairs(
    parts: list[Part],
    found: Mapping[int, list[Copy]],
    stands: Mapping[int, Copy],
    guessed: Set[int],
    released: Mapping[str, NotebookNode],
) -> list[Repair]:
    """Compare what was handed in with the course.

    A course may change after it was handed out. A cell that fits nbgrader's checksum
    in its own metadata is as it was handed out, whenever that was; so is one that
    equals the release that is there.

    Parameters
    ----------
    parts : list of Part
        The course's cells.
    found : mapping of int to list of Copy
        By the index of a course's cell, all its copies.
    stands : mapping of int to Copy
        The one of them that stands for it.
    guessed : set of int
        Indices of answers that were recognised by what they define.
    released : mapping of str to cell
        By grade_id, the marked cells of the release that is there; may be empty.
    """
    marked = [part for part in parts if part.name]
    there = [part for part in marked if part.index in found]
    # Notebooks of one course share their first cells, so that a few do not make it the right one.
    if not found or (
        len(there) < len(marked) / 2 and not any(part.role == "answer" for part in there)
    ):
        return [Repair("", WORDS["wrong file"].format(found=len(there), marked=len(marked)))]
    older = {part.index: [_is_handed_out(cell, released.get(part.name)) for cell in same]
             for part in marked if (same := found.get(part.index))}  # fmt: skip
    stale = [part for part in there if _is_older(part, found[part.index], older[part.index])]
    # The course of then may have had other cells, in another order.
    repairs = [Repair("", words, told=not stale) for words in _notebook_words(marked, found)]
    for part in marked:
        same = found.get(part.index, [])
        own = [c for c, as_was in zip(same, older.get(part.index, []), strict=True) if not as_was]
        if part.role == "answer":
            told = [(words, True) for words in _answer_words(part, same, stands.get(part.index))]
        else:
            told = [(words, not stale) for words in _count_words(same)]
            changed = [cell for cell in own if tidy(cell.text) != part.released]
            if changed:
                # Where the checksum was lost, nobody knows what was handed out.
                sure = any(cell.mark.get("checksum") for cell in changed)
                told.append((WORDS["locked changed"], sure))
        repairs += [Repair(part.name, words, sure) for words, sure in told]
        if part.index in guessed:
            repairs.append(Repair(part.name, WORDS["guessed"]))
        fields = {field: cell for cell in same for field in _fields(part, cell)
                  if cell in own or field not in COVERED}  # fmt: skip
        # The checksum of an answer tells nothing once there is one.
        unsure = {"points"} if part.role == "answer" and any(map(part.changed, same)) else set()
        for names, sure in (set(fields) - unsure, True), (set(fields) & unsure, False):
            if names:
                words = WORDS["metadata"].format(fields=", ".join(sorted(names)))
                repairs.append(Repair(part.name, words, sure))
        if part in stale:
            repairs.append(Repair(part.name, WORDS["older"], told=False, older=True))
    return repairs


def _is_handed_out(cell: Copy, released: NotebookNode | None) -> bool:
    """Say whether a cell is as it was handed out, by its own checksum or the release."""
    mark = dict(cell.mark)
    if released is not None and tidy(cell.text) == tidy(released.source):
        given = released.metadata.nbgrader
        if all(mark.get(key) == given.get(key) for key in (*FLAGS, "points")):
            return True
    mark["grade_id"] = cell.label
    node = nbformat.from_dict(
        {"cell_type": cell.kind, "source": cell.text, "metadata": {"nbgrader": mark}}
    )
    try:
        return bool(mark["checksum"] == utils.compute_checksum(node))
    except (KeyError, TypeError, ValueError, OverflowError):
        return False  # the metadata is lost, or not nbgrader's any more


def _is_older(part: Part, same: list[Copy], handed_out: list[bool]) -> bool:
    """Say whether a copy was handed out, and is not what the course is now."""
    return any(
        cell.label == part.name
        and (tidy(cell.text) != part.released or COVERED & set(_fields(part, cell)))
        for cell, as_was in zip(same, handed_out, strict=True)
        if as_was
    )


def _notebook_words(marked: list[Part], found: Mapping[int, list[Copy]]) -> Iterator[str]:
    lost = [p for p in marked if p.index in found and not any(c.mark for c in found[p.index])]
    if lost:
        yield WORDS["lost"].format(lost=len(lost), marked=len(marked))
    # A second copy may stand anywhere: it does not show that the first was moved.
    once = [part for part in marked if len(found.get(part.index, [])) == 1]
    once.sort(key=lambda part: found[part.index][0].place)
    swapped = [(a.name, b.name) for a, b in pairwise(once) if a.index > b.index]
    if swapped:
        yield WORDS["moved"].format(later=swapped[0][0], earlier=swapped[0][1])


def _count_words(same: list[Copy]) -> Iterator[str]:
    if not same:
        yield WORDS["locked missing"]
    if len(same) > 1:
        yield WORDS["locked twice"].format(count=len(same))


def _answer_words(part: Part, same: list[Copy], stands: Copy | None) -> Iterator[str]:
    if stands is None:
        yield WORDS["answer missing"]
        return
    if len(same) > 1:
        yield WORDS["answer twice"].format(count=len(same))
    if part.cell.cell_type == "code" and len(stands.text) > MAX_CODE:
        yield WORDS["too long"].format(limit=MAX_CODE, found=len(stands.text))
    if part.cell.cell_type == "markdown" and ATTACHED in stands.text:
        yield WORDS["picture"]
    if any(cell.comment == part.name and cell.label not in ("", part.name) for cell in same):
        yield WORDS["disagree"]
    if any(cell.label == part.name and cell.comment not in ("", part.name) for cell in same):
        yield WORDS["pasted"]


def _fields(part: Part, cell: Copy) -> Iterator[str]:
    """Name the fields of a copy that are not the course's."""
    ours, theirs = part.cell.metadata.nbgrader, cell.mark
    tags = frozenset(part.cell.metadata.get("tags", []))
    if cell.kind != part.cell.cell_type:
        yield "cell type"
    # Where metadata was lost, a tag that is not there was lost with it.
    if cell.tags - tags or (theirs and cell.tags != tags):
        yield "tags"
    if cell.label == part.name:
        yield from (f for f in FLAGS if f in theirs and theirs[f] != ours.get(f, False))
        if "points" in theirs and _points(theirs["points"]) != _points(ours.get("points")):
            yield "points"
    elif theirs and cell.comment != part.name:
        yield "grade_id"


def _points(value: Any) -> float | None:
    """Read points as older versions of nbgrader wrote them: a number, its text, or nothing."""
    try:
        return float(value or 0)
    except (TypeError, ValueError, OverflowError):
        return None
