"""The student's kernel: started in its box, given cells and time, watched, ended."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import time
import zlib
from functools import cache
from typing import Any

import nbformat.v4 as v4
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode
from traitlets import Float, Integer

from convgrade import (
    about,
    arrays,
    copies,
    folder,
    forms,
    formulas,
    generators,
    handles,
    outputs,
    packing,
    plain,
    serve,
    state,
    tables,
    unpacking,
    wire,
)
from convgrade.box import Box
from convgrade.boxed_manager import Unread

__all__ = ["KernelLostError", "StudentKernel"]

# Runs in the student's kernel before the student's first cell. A package of this name is made
# from text: the kernel needs no file of ours, and finds no other part of it.
INSTALL = """
def install(sources):
    import base64, json, sys, types, zlib
    sources = json.loads(zlib.decompress(base64.b85decode(sources)))
    package = sys.modules["convgrade"] = types.ModuleType("convgrade")
    package.__path__ = []
    def make(name):
        if name not in sources:
            raise AttributeError(name)
        module = sys.modules["convgrade." + name] = types.ModuleType("convgrade." + name)
        setattr(package, name, module)
        exec(compile(sources[name], "<convgrade." + name + ">", "exec"), module.__dict__)
        return module
    for name in {first!r}:
        make(name)
    package.__getattr__ = make  # what few notebooks need is made when it is asked for
install({sources!r})
del install
"""

# The kernel's messages that a notebook needs, and what must be in them. A student's code can
# send any message; comm messages (widgets) are among those left out.
MESSAGES: dict[str, dict[str, type]] = {
    "status": {"execution_state": str},
    "execute_input": {"execution_count": int},
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "update_display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": list},
    "clear_output": {},
}


class KernelLostError(Exception):
    """The student's kernel died, does not answer, or has to be ended; the message says why."""


class StudentKernel(NotebookClient):
    """Executes cells of a notebook in a kernel that a student's code may harm."""

    notebook_timeout = Float(
        300, help="Seconds for a whole notebook; what has not run by then earns nothing."
    ).tag(config=True)
    max_output = Integer(
        1_000_000, help="Characters of output kept of a student's cell; the rest is left out."
    ).tag(config=True)
    max_outputs = Integer(
        20_000_000, help="Characters of output kept of all cells of a student's in a notebook."
    ).tag(config=True)
    max_flood = Integer(
        50_000_000, help="Characters of output at which a student's cell is stopped."
    ).tag(config=True)

    allow_errors = True
    interrupt_on_timeout = True
    raise_on_iopub_timeout = True
    shutdown_kernel = "immediate"  # nobody waits for a student's kernel to say goodbye
    store_widget_state = False  # whatever a student writes into it

    def __init__(self, nb: NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self._box: Box  # where it runs
        self._serving = False
        self._printed = self._kept = 0  # characters of this cell; of those before
        self._room = self.max_output  # of this cell
        self._displays = outputs.Displays()
        self._deadline = float("inf")
        self._watch: asyncio.Task[Any] | None = None
        self._killing: asyncio.Task[None] | None = None
        self._exits = False  # the cell that ran last called exit()
        self.on_cell_executed = self._look_for_exit
        self._stopped = False  # the cell that ran last took too long
        self.error_on_timeout = {"ename": "Timeout", "evalue": "", "traceback": []}

    async def _start_kernel(self) -> None:
        name = self.nb.metadata.get("kernelspec", {}).get("name", "")
        self.km = self._box.manager(self.kernel_name or name, self.config)
        await self.async_start_new_kernel(**self._box.start())
        await self.async_start_new_kernel_client()
        await self._aside(_install())

    async def _aside(self, code: str) -> NotebookNode:
        """Run code that is no cell of the notebook in the student's kernel, without output."""
        first, cell = self.nb.cells[0], NotebookNode(v4.new_code_cell(code))
        self._serving = True
        try:
            await self._execute(cell, 0, store_history=False)
        finally:
            self._serving = False
            self.nb.cells[0] = first  # nbclient puts what it ran into the notebook
        return cell

    async def _execute(self, cell: NotebookNode, index: int, **options: Any) -> None:
        """Run a cell in the student's kernel; KernelLostError when that does not survive."""
        self._kept += min(self._printed, self._room)
        self._stopped, self._exits, self._printed = False, False, 0
        self._room = max(0, min(self.max_output, self.max_outputs - self._kept))
        try:
            await super().async_execute_cell(cell, index, **options)
        except DeadKernelError:
            self._stop_flood()
            raise KernelLostError(
                "it made Python exit or crash, or used too much memory"
            ) from None
        except CellTimeoutError:
            raise KernelLostError(
                f"it ran longer than {self.timeout} s and could not be stopped"
            ) from None
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            # Code of a student's that uses the kernel's own sockets.
            self.log.warning("a student's kernel sent what is no message", exc_info=error)
            raise KernelLostError("it interfered with how its output is passed on") from None
        finally:
            if self._watch is not None:
                self._watch.cancel()  # nbclient forgets it at an error
        self._stop_flood()
        if self._exits:
            raise KernelLostError("it asked Python to exit")

    def _look_for_exit(self, execute_reply: dict[str, Any], **_: Any) -> None:
        """Notice exit() and quit(), after which a kernel ends while the next cell runs."""
        payload = execute_reply["content"].get("payload")
        self._exits = isinstance(payload, list) and any(
            isinstance(part, dict) and part.get("source") == "ask_exit" for part in payload
        )

    def _stop_flood(self) -> None:
        if self._printed > self.max_flood:  # the kernel is being ended
            raise KernelLostError(f"it printed more than {self.max_flood:,} characters")

    async def _async_poll_kernel_alive(self) -> None:
        """Watch that the kernel lives; called by nbclient for every cell."""
        self._watch = asyncio.current_task()
        await super()._async_poll_kernel_alive()

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        """Interrupt a cell that takes too long; called by nbclient."""
        self._stopped = True
        return await super()._async_handle_timeout(timeout, cell)

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take an output of the student's kernel, within limits; none while it serves a test."""
        kind, content = msg["msg_type"], msg["content"]
        if kind not in MESSAGES or not _is_sound(content, MESSAGES[kind]):
            return None
        if kind not in ("status", "execute_input", "clear_output"):
            if self._serving and kind != "error":
                return None
            before = self._printed
            self._printed += outputs.weight(content)
            if self._printed > self.max_flood >= before:
                self._kill()
            if kind == "error":
                outputs.shorten_error(content)
            if self._printed > self._room:
                if before <= self._room:
                    kept = content["text"][: self._room - before] if kind == "stream" else ""
                    words = f"{kept}\n[{self._too_much()}]\n"
                    cell.outputs.append(v4.new_output("stream", name="stdout", text=words))
                # The error in which it ended is told all the same, once.
                if kind != "error" or any(o.output_type == "error" for o in cell.outputs[-2:]):
                    return None
            if kind != "update_display_data":
                self._displays.admit(content)
        output: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return output

    def _too_much(self) -> str:
        if self._room < self.max_output:
            return f"Output after {self.max_outputs:,} characters in this notebook is left out."
        return f"Output after {self._room:,} characters is left out."

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

    def _left(self, most: float) -> float:
        """Return the seconds that the notebook has left, at most ``most``."""
        return min(most, self._deadline - time.monotonic())

    @property
    def _seconds(self) -> float:
        """Return the seconds for a cell."""
        return float(self.timeout or self.notebook_timeout)

    def _get_timeout(self, cell: NotebookNode | None) -> int | None:
        """Return the seconds for a cell within those of the notebook; called by nbclient."""
        return max(1, int(self._left(self._seconds)))


@cache
def _install() -> str:
    """Return `INSTALL` with the modules in it, packed: kernels hash every letter of a cell."""
    first, later = (
        {part.__name__.split(".")[-1]: inspect.getsource(part) for part in parts}
        for parts in (
            # each after those that it imports
            (plain, packing, unpacking, wire, about, copies, folder, handles, state, serve),
            (forms, formulas, arrays, generators, tables),
        )
    )
    packed = base64.b85encode(zlib.compress(json.dumps(first | later).encode(), 9)).decode()
    return INSTALL.format(sources=packed, first=list(first))


def _is_sound(content: Any, shape: dict[str, type]) -> bool:
    """Tell whether a message's content can go into a notebook."""
    if type(content) not in (dict, Unread) or any(
        type(content.get(k)) is not t for k, t in shape.items()
    ):
        return False
    transient = content.get("transient") or {}
    return type(transient) is dict and isinstance(transient.get("display_id"), (str, type(None)))
