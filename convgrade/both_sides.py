"""The grader's process beside the student's kernel: both at work on one cell."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets import List, Unicode

from convgrade import students_end
from convgrade.judge import Judge, JudgeError
from convgrade.messages import Begun, Cell, Connect, Expect, Gone, Outcome, Own, Prepare
from convgrade.student_kernel import KernelLostError, StudentKernel

__all__ = ["GRACE", "BothSides"]

GRACE = 5.0  # seconds for a side to notice that its work is over


class BothSides(StudentKernel):
    """Lets the grader's process run cells of the course, which the student's kernel serves."""

    kernel_preload = List(
        Unicode(),
        ["numpy", "matplotlib.pyplot", "matplotlib.backends.backend_agg"],
        help="Modules that notebooks import, imported once for all student kernels.",
    ).tag(config=True)
    preload = List(
        Unicode(),
        ["numpy.random", "matplotlib.figure"],
        help="Modules that test cells import, imported once for all notebooks where present.",
    ).tag(config=True)

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self._course: Path  # the working folder of the grader's process
        self._judge: Judge | None = None
        self._starting: asyncio.Task[Judge] | None = None  # the first of them
        # To the judge, for the next one if it is lost.
        self._told: list[Cell | Expect | Own | Prepare] = []

    async def _new_judge(self) -> Judge:
        shared = self.kernel_preload
        return await asyncio.to_thread(
            Judge, self._box.sockets, self._course, self.preload, shared
        )

    async def _close_judge(self) -> None:
        if self._starting is not None:
            await asyncio.wait({self._starting})  # it may have failed; who waited for it knows
            if self._judge is None and self._starting.exception() is None:
                self._judge = self._starting.result()
        if self._judge is not None:
            self._judge.close()

    def _tell(self, news: Expect | Own) -> None:
        """Tell the grader's process whose some names are, and the next one if this is lost."""
        self._told.append(news)
        with contextlib.suppress(OSError):  # it is gone: the next cell will notice
            assert self._judge is not None
            self._judge.send(news)

    async def _try(self, cell: Cell | Prepare) -> tuple[Outcome | None, str]:
        """Run a cell in the grader's process, while the student's kernel serves it.

        Without an outcome the process is of no use any more, and the text says why.

        Raises
        ------
        JudgeError
            When the process ends before it has the cell, or is killed.
        """
        judge = self._judge
        assert judge is not None
        serving: asyncio.Task[bool] | None = None
        outcome, gone, begun, killed = None, False, False, False
        end = time.monotonic() + cell.timeout + GRACE
        why = f"the test itself did not end within {cell.timeout:.0f} s"
        try:
            judge.send(cell)
            while outcome is None and (left := end - time.monotonic()) > 0:
                message = await judge.hear(left, None if gone else serving)
                if isinstance(message, Outcome):
                    outcome = message
                elif isinstance(message, Begun):
                    begun = True
                elif isinstance(message, Connect):
                    serving = asyncio.create_task(self._serve(message))
                elif serving is not None and serving.done() and not gone:
                    gone = True
                    judge.send(Gone())
        except (EOFError, OSError):
            why = "the test itself ended the process that it runs in"
            killed = not begun or await asyncio.to_thread(judge.killed)
        if outcome is None:
            judge.close()  # and with it the connection: the student's end stops serving
        if serving is not None and not await self._finish(serving, bool(outcome and outcome.lost)):
            lost = "after this test the kernel could not be used any more"
            outcome = outcome and replace(outcome, lost=outcome.lost or lost)
        if killed:
            when = "while it ran one" if begun else "before it had one"
            raise JudgeError(f"the process that runs test cells was ended {when}")
        return outcome, why

    async def _serve(self, place: Connect) -> bool:
        """Let the student's kernel serve a test; tell whether it survives that."""
        try:
            await self._aside(students_end.SERVE.format(**vars(place)))
        except KernelLostError:  # the judge notices by itself
            return False
        return True

    async def _finish(self, serving: asyncio.Task[bool], stuck: bool) -> bool:
        """Wait for the student's end to stop serving; tell whether the kernel is still of use."""
        done, _ = await asyncio.wait({serving}, timeout=0.1 if stuck else GRACE / 2)
        if not done:
            await self._interrupt()
            done, _ = await asyncio.wait({serving}, timeout=GRACE / 2)
        if not done:
            self._kill()
        return await serving

    async def _replace_judge(self) -> None:
        """Start the grader's process anew, and tell it what the lost one was told."""
        self._judge = await self._new_judge()
        for place, message in enumerate(self._told):
            if not isinstance(message, (Cell, Prepare)):
                with contextlib.suppress(OSError):  # as in `_tell`
                    self._judge.send(message)
                continue
            outcome, _ = await self._try(replace(message, timeout=self._left(message.timeout)))
            if outcome is None:  # it ended before, but not now
                del self._told[place]
                return await self._replace_judge()
