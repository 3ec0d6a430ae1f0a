"""What is done with a cell of each kind: a student's, a locked one, a test."""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from traitlets import Dict, Float

from convgrade.bindings import bound_names, read_first
from convgrade.cells import is_test
from convgrade.changing import changed_names
from convgrade.constructs import parsed, read_constructs
from convgrade.magics import MAGIC, as_python
from convgrade.messages import UNREACHED, Cell, Own, Prepare
from convgrade.our_outputs import no_points, said_error
from convgrade.recovering import Recovering
from convgrade.regions import hidden_lines, visible

__all__ = ["CellKinds"]


class CellKinds(Recovering):
    """Runs a cell on the side where it belongs, and keeps what becomes of a test.

    Attributes
    ----------
    points : dict of str to float
        By grade_id, the points of every test cell that came to a verdict.
    notes : dict of str to list of str
        By grade_id ("" for cells without one), what an instructor should know:
        crashes, and faults of test cells.
    waiting : dict of str to str
        By grade_id, what a test cell met that leaves its verdict to a person. It has no points.
    """

    call_timeout = Float(
        60, help="Seconds for one call of a student's function: it may be all that a test does."
    ).tag(config=True)
    environment = Dict(
        help="Environment variables where what a cell displays is a student's: of their kernel, "
        "and of locked cells in the grader's process; test cells run without them."
    ).tag(config=True)

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self.points: dict[str, float] = {}
        self.waiting: dict[str, str] = {}
        self._exact: bool | None = None
        self._uses: dict[int, set[str]] = {}  # names that unlocked cells mention, by place

    async def _student(self, index: int, cell: NotebookNode) -> None:
        """Run a cell in the student's kernel; of a locked cell what students may see."""
        if self._left(1) <= 0:
            cell.outputs = [said_error("NotRun", f"Not run: {self._time_is_up()}.")]
            return
        self._ran.append(index)
        source = cell.source
        cell.source = visible(source)
        try:
            await self._execute(cell, index)
        finally:
            cell.source = source
        self._compare_versions(cell)
        if self._stopped:
            words = f"This cell ran longer than {self.timeout} s and was stopped."
            cell.outputs.append(said_error("Timeout", words))

    def _compare_versions(self, cell: NotebookNode) -> None:
        """Say so where a cell may be no Python only for the version that grades it."""
        theirs = self.nb.metadata.get("convgrade", {}).get("python", "")
        ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
        errors = [o for o in cell.outputs if o.output_type == "error"]
        broken = any(o.ename in ("SyntaxError", "IndentationError") for o in errors)
        if not theirs or theirs == ours or not broken or parsed(cell.source) is not None:
            return
        words = f"written with Python {theirs}, graded with Python {ours}"
        cell.outputs.append(said_error("PythonVersion", f"This notebook was {words}."))
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        self._note(name, f"this cell is no Python for the version that graded it: {words}")

    async def _locked(self, cell: NotebookNode) -> None:
        """Run a locked cell in the grader's process too, whatever became of it in the student's.

        Its names are the course's even if it fails, here or there: a student who
        stops it must not get to supply them.
        """
        self._tell(Own(bound_names(cell.source) - read_first(cell.source)))
        if self._left(1) <= 0:
            return
        name = cell.metadata.nbgrader.grade_id
        locked = Cell(
            cell.source,
            timeout=self._left(self._seconds),
            environment=self.environment,
            compared=self._compared(),
            fine=not any(output.output_type == "error" for output in cell.outputs),
            **_known(cell.source),
        )
        outcome = await self._judged(locked)
        self._account(name, outcome)
        if not outcome.fault:
            self._told.append(locked)
        if outcome.lost:
            await self._recover()

    def _compared(self) -> bool:
        """Tell whether any test may look at values of the notebook: one by parts does not."""
        if self._exact is None:
            tests = [cell.source for cell in self.nb.cells if is_test(cell)]
            self._exact = not all(read_constructs(source).rubric for source in tests)
        return self._exact

    async def _test(self, index: int, cell: NotebookNode) -> None:
        """Run a test cell in the grader's process and record its verdict."""
        name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        self.points[name] = 0.0
        self._tell(Own(bound_names(cell.source) - read_first(cell.source)))
        why = self._exercise_lost(index)
        if why is None and self._left(1) <= 0:
            why = self._time_is_up()
        if why is not None:
            cell.outputs = no_points(why)
            return
        # As students have them: what is hidden binds no name of theirs.
        ran = [self.nb.cells[i] for i in self._ran if i not in self._crashed]
        source = [visible(part.source) for part in (*ran, cell)]
        read = {visible(part.source) for part in (*ran, cell) if utils.is_locked(part)}
        outcome = await self._judged(
            Cell(
                cell.source,
                points,
                frozenset(hidden_lines(cell.source)),
                source,
                call_timeout=self.call_timeout,
                timeout=self._left(self._seconds),
                environment=self.environment,
                displayed=sum(map(_ends_in_value, ran)),
                scratch=self._scratch(ran),
                **_known(cell.source, *read),
            )
        )
        cell.outputs = [nbformat.from_dict(output) for output in outcome.outputs]
        self.points[name] = outcome.points
        self._account(name, outcome)
        if outcome.waiting:
            self.waiting[name] = outcome.waiting
            self.log.warning("%s waits for a person: %s", name, outcome.waiting)
        if outcome.lost == UNREACHED:
            # Whatever the answer did to the kernel, such as using up its open files, is still so.
            for i in self._answers(index):
                self._blame(i, self.nb.cells[i], outcome.lost)
            await self._restart()
        elif outcome.lost:
            await self._recover()

    def _scratch(self, ran: list[NotebookNode]) -> frozenset[str]:
        """Return the names that cells bind which are neither marked nor the course's."""
        told = {
            text for news in self._told if isinstance(news, Prepare) for text in news.statements
        }
        own = (cell.source for cell in ran if not cell.metadata.get("nbgrader"))
        mine = (source for source in own if not any(text in source for text in told))
        return frozenset().union(*map(_bound, mine))

    async def _share(self, index: int, cell: NotebookNode) -> None:
        """Let later student cells use what the visible part of a test cell defines.

        In their own notebook they can. Only the released text runs, and only if
        a later cell names something that it binds.
        """
        text = visible(cell.source)
        names = bound_names(text)
        if any(names & uses for place, uses in self._uses.items() if place > index):
            await self._aside(text)
            self._ran.append(index)

    async def _prepare(self, cell: NotebookNode, what: str) -> None:
        """Run in the grader's process what tests need of the course's unmarked and answer cells.

        It is the course's text, whatever the student has made of those cells.
        """
        statements = tuple(cell.metadata.get("convgrade", {}).get(what, ()))
        if not statements or self._left(1) <= 0:
            return
        answers = what == "imports"
        compared = not answers and self._compared()
        message = Prepare(statements, self._left(self._seconds), answers, compared)
        outcome = await self._judged(message)
        if outcome.trace or outcome.fault:
            self.log.info(
                "%s: what the course's cells before it define could not all be run:\n%s",
                cell.metadata.nbgrader.grade_id, outcome.trace or outcome.fault,
            )  # fmt: skip
        if not outcome.fault:
            self._told.append(message)
        if outcome.lost:
            await self._recover()


@functools.lru_cache(1000)
def _bound(source: str) -> frozenset[str]:
    return frozenset(bound_names(source) | changed_names(source))


def _ends_in_value(cell: NotebookNode) -> bool:
    return any(output.output_type == "execute_result" for output in cell.outputs)


def _known(source: str, *others: str) -> dict[str, Any]:
    """Return what is known of a cell of the course's, and of others: read once in this process."""
    read = {}
    for text in filter(MAGIC.search, (source, *others)):
        with contextlib.suppress(SyntaxError):  # is told where it runs
            read[text] = as_python(text)
    return {"facts": read_constructs(source), "read": read}
