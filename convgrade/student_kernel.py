"""The student's kernel: started in its box, given cells and time, watched, ended."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import nbformat.v4 as v4
from nbclient.client import timestamp
from nbformat import NotebookNode
from traitlets import Float

from convgrade.boxed_manager import Unread
from convgrade.protocol_kernel import KernelLostError, ProtocolKernel
from convgrade.session.session import (
    DONE,
    STRAY,
    UNREAD,
    EndedError,
    GarbledError,
    Session,
    StuckError,
)

__all__ = ["KernelLostError", "StudentKernel"]


class StudentKernel(ProtocolKernel):
    """Executes cells of a notebook in a student's process: a session where there can be one."""

    notebook_timeout = Float(
        300, help="Seconds for a whole notebook; what has not run by then earns nothing."
    ).tag(config=True)

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self._session: Session | None = None
        self._deadline = float("inf")

    async def _start_kernel(self) -> None:
        self._session = await asyncio.to_thread(self._box.session, self._kernel_kind)
        if self._session is None:
            await super()._start_kernel()

    async def _aside(self, code: str) -> NotebookNode:
        """Run code that is no cell of the notebook in the student's kernel, without output."""
        cell = NotebookNode(v4.new_code_cell(code))
        self._serving = True
        try:
            await self._execute(cell, 0, store=False)
        finally:
            self._serving = False
        return cell

    async def _execute(self, cell: NotebookNode, index: int, store: bool = True) -> None:
        """Run a cell in the student's kernel; KernelLostError when that does not survive."""
        self._stopped, self._exits = False, False
        self._new_cell()
        await self._run(cell, index, store)
        self._stop_flood()
        if self._exits:
            raise KernelLostError("it asked Python to exit")

    async def _run(self, cell: NotebookNode, index: int, store: bool) -> None:
        if self._session is None:
            await super()._run(cell, index, store)
            return
        cell.outputs = []
        times: dict[str, str] = {}
        if self.record_timing:
            times = cell.metadata["execution"] = {}
        times["iopub.status.busy"] = times["iopub.execute_input"] = timestamp(None)
        self.clear_before_next_output = False

        def take(kind: str, content: Any) -> None:
            if kind == DONE and type(content) is dict:
                self._look_for_exit({"content": content})
            elif kind == UNREAD:
                self._take("error", Unread(content), cell, index)
            elif kind == STRAY:
                self._count(content)
            elif kind != "status":
                self._take(kind, content, cell, index)

        seconds = self._get_timeout(cell)
        try:
            self._stopped = await self._session.run(
                cell.source, store, float(seconds), float(self.iopub_timeout), take
            )
            times["iopub.status.idle"] = times["shell.execute_reply"] = timestamp(None)
        except EndedError as ended:
            if str(ended):
                self.log.error("The kernel could not be started: %s", ended)
            raise self._died() from None
        except StuckError:
            self._stopped = True
            raise self._stuck() from None
        except (GarbledError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise self._garbled(error) from None

    def _take(self, kind: str, content: Any, cell: NotebookNode, index: int) -> None:
        header = {"msg_type": kind}
        message = {"header": header, "msg_type": kind, "content": content, "parent_header": {}}
        self.process_message(message, cell, index)

    async def _is_alive(self) -> bool:
        return await super()._is_alive() if self._session is None else self._session.is_alive()

    async def _interrupt(self) -> None:
        if self._session is None:
            await super()._interrupt()
        else:
            self._session.interrupt()

    def _kill(self) -> Any:
        return super()._kill() if self._session is None else self._session.kill()

    async def _cleanup(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.end()
        await super()._cleanup()

    def _left(self, most: float) -> float:
        """Return the seconds that the notebook has left, at most ``most``."""
        return min(most, self._deadline - time.monotonic())

    @property
    def _seconds(self) -> float:
        """Return the seconds for a cell."""
        return float(self.timeout or self.notebook_timeout)

    def _get_timeout(self, cell: NotebookNode | None) -> int:
        """Return the seconds for a cell within those of the notebook; called by nbclient, too."""
        return max(1, int(self._left(self._seconds)))
