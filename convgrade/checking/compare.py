"""Name each test cell that is graded otherwise than by nbgrader, or waits for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from convgrade.checking.advice import advice_on
from convgrade.checking.trial import BLANK, MODEL, Graded
from convgrade.constructs import parsed, read_constructs
from convgrade.verdict import LEFT

__all__ = ["WHOSE", "Finding", "compare", "facts"]

WHOSE = {MODEL: "the model solution", BLANK: "a blank answer"}
LINE = re.compile(r" \(line (\d+)\)$")
PLACE = re.compile(r"^in the test: (.+)$", re.MULTILINE)
WARNS = re.compile(r"\bwarn(_\w+)?\(|stderr")
WARNED = "stock takes all points for any text on stderr, such as a warning"


@dataclass(frozen=True)
class Finding:
    """One test cell that is graded otherwise than by nbgrader.

    Attributes
    ----------
    notebook, test : str
        Where it stands; the test is "" where a notebook as a whole could not be graded.
    line : int
        Of the test cell; 0 where none can be told.
    text : str
        That line.
    reason, advice : str
        Why, and what to write instead.
    waits : bool
        It waits for a person; else the points differ.
    """

    notebook: str
    test: str
    line: int
    text: str
    reason: str
    advice: str
    waits: bool


def compare(
    stock: Mapping[tuple[str, str], Graded],
    ours: Mapping[tuple[str, str], Graded],
    sources: Mapping[str, NotebookNode],
) -> list[Finding]:
    """Return what differs, in the order of notebooks and cells, each test once."""
    found = []
    for name, notebook in sources.items():
        texts = {
            cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source
            for cell in notebook.cells
        }
        seen = set[str]()
        for student in (MODEL, BLANK):
            for finding in _compared(name, student, stock[student, name], ours[student, name]):
                if finding.test not in seen:
                    seen.add(finding.test)
                    found.append(_placed(finding, texts.get(finding.test, "")))
        order = list(texts)
        found.sort(key=lambda f: order.index(f.test) if f.notebook == name and f.test else -1)
    return sorted(found, key=lambda finding: list(sources).index(finding.notebook))


def facts(
    stock: Mapping[tuple[str, str], Graded],
    sources: Mapping[str, NotebookNode],
    found: Iterable[Finding],
) -> list[str]:
    """Say what nbgrader, too, gives otherwise than an author expects, but for what differs."""
    lines, told = [], {(finding.notebook, finding.test) for finding in found}
    for name, notebook in sources.items():
        for cell in notebook.cells:
            mark = cell.metadata.get("nbgrader", {})
            test, full = mark.get("grade_id"), float(mark.get("points") or 0)
            if (name, test) in told:
                continue
            model, blank = (stock[who, name].points.get(test) for who in (MODEL, BLANK))
            if model is not None and model < full:
                lines.append(
                    f"{name}, {test}: the model solution gets {model:g} of {full:g} points by "
                    f"nbgrader, too: {_ended(stock[MODEL, name].cells.get(test))}"
                )
            if full and blank == full:
                lines.append(f"{name}, {test}: a blank answer gets all {full:g} points")
    return lines


def _compared(name: str, student: str, stock: Graded, ours: Graded) -> Iterator[Finding]:
    whose = WHOSE[student]
    if stock.why or ours.why:
        if bool(stock.why) != bool(ours.why):
            side, why = ("nbgrader", stock.why) if stock.why else ("convgrade", ours.why)
            reason = f"{side} alone cannot grade {whose}: {why}"
            yield Finding(name, "", 0, "", reason, "", False)
        return
    for test, mine in ours.points.items():
        theirs = stock.points.get(test)
        if mine == theirs:
            continue
        if mine is None:
            reason = f"for {whose} {_waiting(ours.cells.get(test))}"
            yield Finding(name, test, 0, "", reason, advice_on(reason), True)
            continue
        cell = stock.cells.get(test)
        warned = _warned(cell) and not theirs
        why = WARNED if warned else f"nbgrader: {_ended(cell)}"
        given = "no verdict" if theirs is None else f"{theirs:g}"
        reason = (
            f"{whose} gets {mine:g}, by nbgrader {given} ({why}; "
            f"convgrade: {_ended(ours.cells.get(test))})"
        )
        yield Finding(name, test, 0, "", reason, advice_on(reason), False)


def _placed(finding: Finding, source: str) -> Finding:
    """Find the line that a reason speaks of."""
    lines = source.split("\n")
    told = LINE.search(finding.reason)
    reason, number = finding.reason, 0
    if told:
        reason, number = reason[: told.start()], int(told[1])
    names = re.findall(r"`([^`]+)`|in the test: ([^;)]+)", reason)
    for name in [a or b for a, b in names]:
        if not number:
            number = next((n for n, line in enumerate(lines, 1) if name in line), 0)
    if not number:
        number = _line_of(reason, source)
    text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return Finding(
        finding.notebook, finding.test, number, text, reason, finding.advice, finding.waits
    )


def _line_of(reason: str, source: str) -> int:
    """Return the line that a reason speaks of without a name that stands there."""
    if "current figure" in reason:
        return read_constructs(source).figures or 0
    if "did not end" in reason:  # in its last statement
        tree = parsed(source)
        return tree.body[-1].lineno if tree is not None and tree.body else 0
    if WARNED in reason:
        lines = enumerate(source.split("\n"), 1)
        return next((number for number, line in lines if WARNS.search(line)), 0)
    return 0


LOST = "No points: "  # as `convgrade.our_outputs` has it


def _waiting(cell: NotebookNode | None) -> str:
    """Return for what a test waits, as it says itself below."""
    for output in _outputs(cell):
        for line in str(output.get("text", "")).splitlines():
            _, said, words = line.partition(LEFT)  # perhaps with no end of line before it
            if said:
                return words.rstrip(".")
    return "it waits for a person"


def _ended(cell: NotebookNode | None) -> str:
    """Say how a test cell ended."""
    for output in _outputs(cell):
        if output.output_type == "error":
            words = f"{output.ename}: {output.evalue}" if output.evalue else output.ename
            place = PLACE.search("\n".join(output.traceback))
            return " ".join(f"{words:.160}{', in the test: ' + place[1] if place else ''}".split())
    lines = [line for o in _outputs(cell) for line in str(o.get("text", "")).splitlines()]
    lost = [line.rstrip(".") for line in lines if line.startswith(LOST)]
    return lost[-1] if lost else "it warned" if _warned(cell) else "no error"


def _warned(cell: NotebookNode | None) -> bool:
    return any(o.output_type == "stream" and o.name == "stderr" for o in _outputs(cell))


def _outputs(cell: NotebookNode | None) -> list[NotebookNode]:
    return [] if cell is None else list(cell.get("outputs", []))
