"""What a lost kernel costs: the exercise at which it happened, and no other."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from traitlets import Integer

from convgrade.both_sides import GRACE, BothSides
from convgrade.cells import is_test
from convgrade.judge import JudgeError
from convgrade.messages import Cell, Outcome, Prepare
from convgrade.our_outputs import no_points
from convgrade.regions import visible
from convgrade.student_kernel import KernelLostError

__all__ = ["Recovering"]


class Recovering(BothSides):
    """Goes on after a kernel that died, and keeps account of what was lost.

    Attributes
    ----------
    notes : dict of str to list of str
        By grade_id ("" for cells without one), what an instructor should know:
        crashes, and faults of test cells.
    """

    max_restarts = Integer(
        20, help="How many times a notebook gets a fresh kernel after losing one."
    ).tag(config=True)

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self.notes: dict[str, list[str]] = {}
        self._ran: list[int] = []  # cells that the student's kernel has run, in order
        self._crashed: dict[int, str] = {}  # cells that it must not run again, and why
        self._restarts = 0

    async def _judged(self, cell: Cell | Prepare) -> Outcome:
        """Run a cell in the grader's process; replace that if it does not survive.

        Raises
        ------
        JudgeError
            When it does not survive for reasons that lie outside the cell, and again.
        """
        try:
            outcome, why = await self._try(cell)
        except JudgeError as error:
            self.log.warning("%s; once more in a new process", error)
            await self._replace_judge()
            await self._recover()
            outcome, why = await self._try(cell)
        if outcome is not None:
            return outcome
        await self._replace_judge()
        words = f"{why}. Tell your instructor"
        return Outcome(0.0, [dict(o) for o in no_points(words)], lost=why, fault=why)

    async def _recover(self) -> None:
        """Give the notebook a fresh kernel if the present one is gone or does not answer."""
        if not await self._is_alive():
            await self._restart()
            return
        timeout, self.timeout = self.timeout, int(GRACE)
        try:
            probe = await self._aside("None")
            alive = not any(output.output_type == "error" for output in probe.outputs)
        except KernelLostError:
            alive = False
        finally:
            self.timeout = timeout
        if not alive:
            await self._restart()

    async def _restart(self) -> None:
        """Start a fresh kernel and replay what ran, without the cells that crashed."""
        while True:
            await self._cleanup()
            self._restarts += 1
            if self._restarts > self.max_restarts:
                self._deadline = 0.0
            await self._start_kernel()
            for index in self._ran:
                if index in self._crashed or self._left(1) <= 0:
                    continue
                cell = self.nb.cells[index]
                try:
                    await self._aside(visible(cell.source))
                except KernelLostError as lost:
                    self._blame(index, cell, str(lost))
                    break
            else:
                return

    def _blame(self, index: int, cell: NotebookNode, why: str) -> None:
        self._crashed[index] = why
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        self._note(name, f"this cell was left out: {why}")
        where = name or f"cell {index + 1}"
        self.log.warning("%s: %s; a fresh kernel goes on without it", where, why)

    def _account(self, name: str, outcome: Outcome) -> None:
        """Tell the instructor what a cell gave besides its points."""
        if outcome.fault:
            self._note(name, outcome.fault)
            self.log.error("%s: %s", name, outcome.fault)
        elif outcome.lost:
            self._note(name, outcome.lost)
        if outcome.trace:
            self.log.info("%s did not pass:\n%s", name, outcome.trace)

    def _note(self, name: str, words: str) -> None:
        self.notes.setdefault(name, []).append(f"{words[0].upper()}{words[1:]}.")

    def _exercise_lost(self, index: int) -> str | None:
        """Say why the exercise of a test cell cannot be graded; None if it can."""
        for i in self._answers(index):
            if i in self._crashed:
                return f"the answer cell could not be run: {self._crashed[i]}"
        return None

    def _answers(self, index: int) -> list[int]:
        """Return where the answers stand that a test cell is about.

        They are the answer cells between the test before and this one; of a second
        test of the same exercise, those of the first.
        """
        answers: list[int] = []
        for i in range(index - 1, -1, -1):
            cell = self.nb.cells[i]
            if is_test(cell) and answers:
                break
            if utils.is_solution(cell) and cell.cell_type == "code":
                answers.append(i)
        return answers

    def _time_is_up(self) -> str:
        if self._restarts > self.max_restarts:
            return f"Python had to be started anew too often (limit: {self.max_restarts})"
        return f"the {self.notebook_timeout:g} s for the whole notebook are used up"
