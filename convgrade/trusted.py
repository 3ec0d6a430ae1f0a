"""The order of one notebook's grading: cell after cell, each by its kind.

Student cells run in the student's kernel (`convgrade.student_kernel`), test cells in the
grader's process (`convgrade.both_sides`). A locked cell runs on both sides, so that both know
what it defines (`convgrade.cell_kinds`). A kernel that dies or stops answering costs the exercise
at which it happens; a fresh one replays the other cells, and the notebook goes on
(`convgrade.recovering`).
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from nbclient.util import run_sync
from nbformat import NotebookNode
from nbgrader import utils
from traitlets import Bool, Integer

from convgrade.box import Box
from convgrade.cell_kinds import CellKinds
from convgrade.cells import is_test
from convgrade.furnishing import copy_files
from convgrade.messages import Expect
from convgrade.our_outputs import no_points, said_error
from convgrade.student_kernel import KernelLostError

__all__ = ["TrustedClient"]


class TrustedClient(CellKinds):
    """Executes a rebuilt notebook and computes the verdict of every test cell."""

    memory = Integer(4 * 2**30, help="Bytes of memory for a student's kernel.").tag(config=True)
    confined = Bool(
        True, help="Confine student kernels by what this machine offers (docs/security.md)."
    ).tag(config=True)
    forked = Bool(
        True, help="Fork student kernels from a process that has imported `kernel_preload`."
    ).tag(config=True)

    def __init__(
        self, nb: NotebookNode, files: Path | None, support: Path | None, **options: Any
    ) -> None:
        super().__init__(nb, **options)
        self._files, self._support = files, support

    def refuse(self, why: str) -> None:
        """Give every test cell no points, without running anything."""
        for cell in self.nb.cells:
            if is_test(cell):
                cell.outputs = no_points(why)
                self.points[cell.metadata.nbgrader.grade_id] = 0.0

    def grade(self) -> None:
        """Execute the notebook in place and fill `points` and `notes`."""
        course = Path(tempfile.mkdtemp(prefix="convgrade-"))
        try:
            if self._support is not None:
                copy_files(self._support, course)
            modules = self.kernel_preload if self.forked else None
            box = Box(
                self._files, self.memory, self.confined, modules, self._support, self.environment
            )
            with box as self._box:
                try:
                    run_sync(self._grade)(course)
                except KeyboardInterrupt:  # the event loop has stopped before it closed anything
                    run_sync(self._close)()
                    raise
        finally:
            shutil.rmtree(course, ignore_errors=True)

    async def _grade(self, course: Path) -> None:
        self._course = course
        # Both import what notebooks use: side by side.
        self._starting = asyncio.create_task(self._new_judge())
        try:
            await self._start_kernel()
            self._judge = await self._starting
            # The student's time begins here: imports on a busy machine are not their fault.
            self._deadline = time.monotonic() + self.notebook_timeout
            self._uses = {
                index: _used_names(cell.source)
                for index, cell in enumerate(self.nb.cells)
                if cell.cell_type == "code" and not utils.is_locked(cell)
            }
            for index, cell in enumerate(self.nb.cells):
                if cell.cell_type == "code":
                    left = cell.metadata.get("convgrade", {}).get("left")
                    if left:
                        self._tell(Expect(frozenset(left)))
                    await self._prepare(cell, "before")
                if cell.cell_type == "code" and cell.source.strip():
                    await self._cell(index, cell)
            self._number_cells()
        finally:
            await self._close()

    def _number_cells(self) -> None:
        """Give the code cells numbers in order: each side counts only its own."""
        cells = [c for c in self.nb.cells if c.cell_type == "code" and c.source.strip()]
        for number, cell in enumerate(cells, start=1):
            cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number

    async def _close(self) -> None:
        """End both processes, each whatever becomes of the other."""
        async with contextlib.AsyncExitStack() as ends:
            ends.push_async_callback(self._cleanup)
            ends.push_async_callback(self._close_judge)

    async def _cell(self, index: int, cell: NotebookNode) -> None:
        test = is_test(cell)
        try:
            if test:
                await self._test(index, cell)
                await self._share(index, cell)
                return
            await self._student(index, cell)
        except KernelLostError as lost:
            self._blame(index, cell, str(lost))
            if not test and self._left(1) > 0:
                cell.outputs.append(said_error("LeftOut", f"This cell was left out: {lost}."))
            await self._restart()
        if utils.is_locked(cell) and not test:
            await self._locked(cell)
        if utils.is_solution(cell):
            marks = cell.metadata.get("convgrade", {})
            parts = (frozenset(marks.get(part, [])) for part in ("binds", "changes", "reads"))
            self._tell(Expect(*parts))
            await self._prepare(cell, "imports")


def _used_names(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"\w+", source))  # magics, or worse
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
