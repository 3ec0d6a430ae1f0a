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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

from nbformat import NotebookNode

REGIONS = ("HIDDEN TESTS", "MARK SCHEME")  # nbgrader's defaults, each after BEGIN and END
FLAGS = ("grade", "locked", "solution", "task")
# The first line of an answer cell: "# grade_id: name", in Markdown "<!-- grade_id: name -->".
FIRST_LINE = re.compile(r"\s*(?:#|<!--)[ \t]*grade_id[ \t]*:[ \t]*(\S+)")
ATTACHED = "attachment:"  # how Markdown names a picture that the cell carries
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
    "picture": "Answers are text: a picture attached to this one was left out, so look for it in "
    "the file that was handed in.",
    "metadata": "A cell's type, marks and tags come from the course: {fields} had been changed "
    "and was set back.",
}


@dataclass(frozen=True)
class Repair:
    """What was amiss in a submission, and what was done about it.

    Attributes
    ----------
    grade_id : str
        The marked cell that it concerns; "" for the whole notebook.
    words : str
        One sentence for the instructor.
    """

    grade_id: str
    words: str


@dataclass(frozen=True)
class _Part:
    """A cell of the course."""

    index: int
    cell: NotebookNode
    role: str  # "answer", "locked", and where nbgrader marks nothing: "example", "text"
    name: str  # its grade_id, "" where nbgrader marks nothing
    released: str  # its tidy text as it was handed out


@dataclass(frozen=True)
class _Copy:
    """A cell of the submission, with every field of the type it should have."""

    place: int
    kind: str
    text: str
    cell_id: str
    mark: Mapping[str, Any]  # nbgrader's metadata; empty when lost
    tags: frozenset[str]

    @property
    def comment(self) -> str:
        """The grade_id in the first line."""
        match = FIRST_LINE.match(self.text)
        return match[1].removesuffix("-->") if match else ""


def hidden_lines(source: str) -> set[int]:
    """Return the numbers of the lines that students never see, counted from 1.

    These are the regions of hidden tests and of marking guides, with the lines
    that mark them. A region without an end reaches to the last line.
    """
    hidden: set[int] = set()
    for region in REGIONS:
        inside = False
        for number, line in enumerate(source.split("\n"), 1):
            begins, ends = f"BEGIN {region}" in line, f"END {region}" in line
            if inside or begins or ends:
                hidden.add(number)
            inside = begins or (inside and not ends)
    return hidden


def visible(source: str) -> str:
    """Return a cell's text without its `hidden_lines`: what was handed out."""
    hidden = hidden_lines(source)
    lines = enumerate(source.split("\n"), 1)
    return "\n".join(line for number, line in lines if number not in hidden)


def rebuild(course: NotebookNode, submitted: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Return the notebook to grade, and what had to be repaired.

    Parameters
    ----------
    course : NotebookNode
        The notebook to grade against, in format 4.5: answer cells hold what was
        handed out, test cells their hidden tests as well. Left as it is.
    submitted : NotebookNode
        What a student handed in, in any minor version of format 4 and in any
        condition: it raises nothing. Left as it is.

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
    parts, copies = _parts(notebook), _copies(submitted)
    owner = _by_label(parts, copies)
    owner |= _by_text(parts, copies, owner)
    guesses = _by_name(parts, copies, owner)
    owner |= guesses
    found: dict[int, list[_Copy]] = {}
    for cell in copies:
        if cell.place in owner:
            found.setdefault(owner[cell.place], []).append(cell)
    stands = {index: _standing(parts[index], same) for index, same in found.items()}
    repairs = _repairs(parts, found, set(guesses.values()))
    extras = _extras(parts, copies, owner, stands)
    notebook.cells = _assemble(parts, stands, extras)
    return notebook, repairs


def _parts(course: NotebookNode) -> list[_Part]:
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
        parts.append(_Part(index, cell, role, name, _tidy(visible(cell.source))))
    return parts


def _copies(submitted: Any) -> list[_Copy]:
    return [_read(*item) for item in enumerate(_list(_mapping(submitted).get("cells")))]


def _read(place: int, value: Any) -> _Copy:
    cell = _mapping(value)
    metadata, source = _mapping(cell.get("metadata")), cell.get("source")
    text = source if isinstance(source, str) else "".join(map(_string, _list(source)))
    return _Copy(
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


def _tidy(text: str) -> str:
    """Drop the white space at the ends of lines, which editors add and remove."""
    return "\n".join(line.rstrip() for line in text.split("\n")).rstrip()


# The three ways to tell whose copy a cell is, best first: each returns {place: index of the part}.


def _by_label(parts: list[_Part], copies: list[_Copy]) -> dict[int, int]:
    """Read the first line, then nbgrader's metadata, then the cell id."""
    marked = {part.name: part for part in parts if part.name}
    answers = {name: part for name, part in marked.items() if part.role == "answer"}
    ids = {part.cell.id: part for part in parts}
    owner = {}
    for cell in copies:
        part = answers.get(cell.comment) or marked.get(_string(cell.mark.get("grade_id")))
        same = ids.get(cell.cell_id)
        # A text turned into code, or an example into text, is the student's own cell now.
        if not part and same and (same.name or same.cell.cell_type == cell.kind):
            part = same
        if part:
            owner[cell.place] = part.index
    return owner


def _by_text(parts: list[_Part], copies: list[_Copy], owner: dict[int, int]) -> dict[int, int]:
    """Compare with what was handed out."""
    texts: dict[str, list[_Part]] = {}
    for part in parts:
        texts.setdefault(part.released, []).append(part)
    taken, matches = set(owner.values()), {}
    for cell in copies:
        if cell.place in owner or not cell.text.strip():
            continue
        fits = texts.get(_tidy(cell.text), [])
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


def _by_name(parts: list[_Part], copies: list[_Copy], owner: dict[int, int]) -> dict[int, int]:
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


def _changed(part: _Part, cell: _Copy) -> bool:
    """Say whether a copy of an answer holds more than what was handed out."""
    return bool(cell.text.strip()) and _tidy(cell.text) != part.released


def _standing(part: _Part, same: list[_Copy]) -> _Copy:
    """Choose the copy that stands for the course's cell: the answer, or else the first."""
    answers = [cell for cell in same if part.role == "answer" and _changed(part, cell)]
    return answers[-1] if answers else same[0]


def _extras(
    parts: list[_Part], copies: list[_Copy], owner: dict[int, int], stands: dict[int, _Copy]
) -> dict[int, list[_Copy]]:
    """Collect the student's own cells by the index of the cell they followed, -1 at the top."""
    extras: dict[int, list[_Copy]] = {}
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


def _is_own(part: _Part, cell: _Copy, stands: _Copy) -> bool:
    """Say whether a further copy is worth keeping: of an example, or another answer."""
    if part.role == "answer":
        return _changed(part, cell) and _tidy(cell.text) != _tidy(stands.text)
    return part.role == "example"


def _assemble(
    parts: list[_Part], stands: dict[int, _Copy], extras: dict[int, list[_Copy]]
) -> list[NotebookNode]:
    used = {part.cell.id for part in parts}
    ids = (name for name in (f"extra_{n}" for n in count(1)) if name not in used)
    cells = [_own(cell, next(ids)) for cell in extras.get(-1, [])]
    for part in parts:
        if part.role != "example" or part.index in stands:
            cells.append(_filled(part, stands.get(part.index)))
        cells += [_own(cell, next(ids)) for cell in extras.get(part.index, [])]
    return cells


def _filled(part: _Part, cell: _Copy | None) -> NotebookNode:
    """Put the student's text into the course's cell, where it may stand."""
    filled = part.cell
    if filled.cell_type == "code":
        filled.outputs, filled.execution_count = [], None
    if cell and (part.role == "example" or (part.role == "answer" and _changed(part, cell))):
        filled.source = _text(filled.cell_type, cell)
    return filled


def _own(cell: _Copy, cell_id: str) -> NotebookNode:
    own = NotebookNode(cell_type=cell.kind, id=cell_id, metadata=NotebookNode())
    own.source = _text(cell.kind, cell)
    if cell.kind == "code":
        own.outputs, own.execution_count = [], None
    return own


def _text(kind: str, cell: _Copy) -> str:
    if kind != "markdown":
        return cell.text
    # nbconvert makes no page of a notebook that names an attachment which is not there.
    return cell.text.replace(ATTACHED, "attachment left out: ")


def _repairs(parts: list[_Part], found: dict[int, list[_Copy]], guessed: set[int]) -> list[Repair]:
    marked = [part for part in parts if part.name]
    there = [part for part in marked if part.index in found]
    # Notebooks of one course share their first cells, so that a few do not make it the right one.
    if not found or (
        len(there) < len(marked) / 2 and not any(part.role == "answer" for part in there)
    ):
        return [Repair("", WORDS["wrong file"].format(found=len(there), marked=len(marked)))]
    repairs = [Repair("", words) for words in _notebook_words(marked, found)]
    for part in marked:
        same = found.get(part.index, [])
        tell = _answer_words if part.role == "answer" else _locked_words
        repairs += [Repair(part.name, words) for words in tell(part, same)]
        if part.index in guessed:
            repairs.append(Repair(part.name, WORDS["guessed"]))
        fields = sorted({field for cell in same for field in _fields(part, cell)})
        if fields:
            words = WORDS["metadata"].format(fields=", ".join(fields))
            repairs.append(Repair(part.name, words))
    return repairs


def _notebook_words(marked: list[_Part], found: dict[int, list[_Copy]]) -> Iterator[str]:
    lost = [p for p in marked if p.index in found and not any(c.mark for c in found[p.index])]
    if lost:
        yield WORDS["lost"].format(lost=len(lost), marked=len(marked))
    # A second copy may stand anywhere: it does not show that the first was moved.
    once = [part for part in marked if len(found.get(part.index, [])) == 1]
    once.sort(key=lambda part: found[part.index][0].place)
    swapped = [(a.name, b.name) for a, b in pairwise(once) if a.index > b.index]
    if swapped:
        yield WORDS["moved"].format(later=swapped[0][0], earlier=swapped[0][1])


def _locked_words(part: _Part, same: list[_Copy]) -> Iterator[str]:
    if not same:
        yield WORDS["locked missing"]
    if len(same) > 1:
        yield WORDS["locked twice"].format(count=len(same))
    if any(_tidy(cell.text) != part.released for cell in same):
        yield WORDS["locked changed"]


def _answer_words(part: _Part, same: list[_Copy]) -> Iterator[str]:
    if not same:
        yield WORDS["answer missing"]
        return
    if len(same) > 1:
        yield WORDS["answer twice"].format(count=len(same))
    if part.cell.cell_type == "markdown" and ATTACHED in _standing(part, same).text:
        yield WORDS["picture"]
    names = {_string(cell.mark.get("grade_id")) for cell in same if cell.comment == part.name}
    if names - {"", part.name}:
        yield WORDS["disagree"]


def _fields(part: _Part, cell: _Copy) -> Iterator[str]:
    """Name the fields of a copy that are not the course's."""
    ours, theirs = part.cell.metadata.nbgrader, cell.mark
    tags = frozenset(part.cell.metadata.get("tags", []))
    if cell.kind != part.cell.cell_type:
        yield "cell type"
    # Where metadata was lost, a tag that is not there was lost with it.
    if cell.tags - tags or (theirs and cell.tags != tags):
        yield "tags"
    if theirs.get("grade_id") == part.name:
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
