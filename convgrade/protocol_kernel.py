"""A student's kernel by Jupyter's protocol: any language's, on any system."""

from __future__ import annotations

import asyncio
from typing import Any

import nbformat.v4 as v4
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode

from convgrade import students_end
from convgrade.box import Box
from convgrade.student_outputs import StudentOutputs

__all__ = ["KernelLostError", "ProtocolKernel"]


class KernelLostError(Exception):
    """The student's kernel died, does not answer, or has to be ended; the message says why."""


class ProtocolKernel(StudentOutputs):
    """Runs cells in a kernel that a student's code may harm."""

    allow_errors = True
    interrupt_on_timeout = True
    raise_on_iopub_timeout = True
    shutdown_kernel = "immediate"  # nobody waits for a student's kernel to say goodbye

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self._box: Box  # where it runs
        self._watch: asyncio.Task[Any] | None = None
        self._killing: asyncio.Task[None] | None = None
        self._exits = False  # the cell that ran last called exit()
        self.on_cell_executed = self._look_for_exit
        self._stopped = False  # the cell that ran last took too long
        self.error_on_timeout = {"ename": "Timeout", "evalue": "", "traceback": []}

    @property
    def _kernel_kind(self) -> str:
        """Return the name of the kernel that the notebook asks for."""
        return str(self.kernel_name or self.nb.metadata.get("kernelspec", {}).get("name", ""))

    async def _start_kernel(self) -> None:
        self.km = self._box.manager(self._kernel_kind, self.config)
        await self.async_start_new_kernel(**self._box.start())
        await self.async_start_new_kernel_client()
        await self._run(NotebookNode(v4.new_code_cell(students_end.install())), 0, False)

    async def _run(self, cell: NotebookNode, index: int, store: bool) -> None:
        """Run a cell, with its outputs; KernelLostError when that goes wrong."""
        before = self.nb.cells[index]
        try:
            await super().async_execute_cell(cell, index, store_history=store)
        except DeadKernelError:
            raise self._died() from None
        except CellTimeoutError:
            raise self._stuck() from None
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise self._garbled(error) from None
        finally:
            self.nb.cells[index] = before  # nbclient puts what it ran into the notebook
            if self._watch is not None:
                self._watch.cancel()  # nbclient forgets it at an error

    def _died(self) -> KernelLostError:
        self._stop_flood()
        return KernelLostError("it made Python exit or crash, or used too much memory")

    def _stuck(self) -> KernelLostError:
        return KernelLostError(f"it ran longer than {self.timeout} s and could not be stopped")

    def _garbled(self, error: Exception) -> KernelLostError:
        # Code of a student's that uses the kernel's own sockets.
        import traceback

        traceback.print_exception(error)
        self.log.warning("a student's kernel sent what is no message", exc_info=error)
        return KernelLostError("it interfered with how its output is passed on")

    def _stop_flood(self) -> None:
        if self._printed > self.max_flood:  # the kernel is being ended
            raise KernelLostError(f"it printed more than {self.max_flood:,} characters")

    def _look_for_exit(self, execute_reply: dict[str, Any], **_: Any) -> None:
        """Notice exit() and quit(), after which a kernel ends while the next cell runs."""
        payload = execute_reply["content"].get("payload")
        self._exits = isinstance(payload, list) and any(
            isinstance(part, dict) and part.get("source") == "ask_exit" for part in payload
        )

    async def _async_poll_kernel_alive(self) -> None:
        """Watch that the kernel lives; called by nbclient for every cell."""
        self._watch = asyncio.current_task()
        await super()._async_poll_kernel_alive()

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        """Interrupt a cell that takes too long; called by nbclient."""
        self._stopped = True
        return await super()._async_handle_timeout(timeout, cell)

    async def _is_alive(self) -> bool:
        return self.km is not None and bool(await ensure_async(self.km.is_alive()))

    async def _interrupt(self) -> None:
        if self.km is not None:
            await ensure_async(self.km.interrupt_kernel())

    def _kill(self) -> asyncio.Task[None]:
        """Begin to end the kernel, once: its manager cannot do it twice at the same time."""
        if self._killing is None or self._killing.done():
            self._killing = asyncio.ensure_future(self._end_kernel())
        return self._killing

    async def _end_kernel(self) -> None:
        if self.km is not None and self.km.has_kernel:
            await ensure_async(self.km.shutdown_kernel(now=True))

    async def _cleanup(self) -> None:
        """End the kernel, if it is not being ended already, and let go of it."""
        if self._killing is not None:
            await asyncio.wait({self._killing})
        if self.km is not None:
            await self._async_cleanup_kernel()
