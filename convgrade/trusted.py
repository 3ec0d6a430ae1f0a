"""Runs a notebook: student cells in the student's kernel, test cells in the grader's process.

A locked cell runs on both sides, so that both know what it defines. A kernel
that dies or stops answering costs the exercise at which it happens; a fresh one
replays the other cells, and the notebook goes on.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import contextlib
import inspect
import json
import re
import shutil
import sys
import tempfile
import time
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async, run_sync
from nbformat import NotebookNode
from nbgrader import utils
from traitlets import Bool, Float, Integer, List, Unicode

from convgrade import about, outputs, serve, wire
from convgrade.box import Box, Unread, copy_files
from convgrade.cells import hidden_lines, is_test, visible
from convgrade.constructs import parsed
from convgrade.judge import (
    UNREACHED,
    Begun,
    Cell,
    Connect,
    Expect,
    Gone,
    Judge,
    JudgeError,
    Outcome,
    Own,
    Prepare,
    bound_names,
)

__all__ = ["TrustedClient"]

# Runs in the student's kernel before the student's first cell. A package of this name is made
# from text: the kernel needs no file of ours, and finds no other part of it.
INSTALL = """
def install(sources):
    import base64, json, sys, types, zlib
    sources = json.loads(zlib.decompress(base64.b85decode(sources)))
    package = sys.modules["convgrade"] = types.ModuleType("convgrade")
    package.__path__ = []
    for name, text in sources.items():
        module = sys.modules["convgrade." + name] = types.ModuleType("convgrade." + name)
        setattr(package, name, module)
        exec(compile(text, "<convgrade." + name + ">", "exec"), module.__dict__)
install({sources!r})
del install
"""
SERVE = """__import__("sys").modules["convgrade.serve"].serve(
    {family}, {address!r}, {token!r}, __import__("IPython").get_ipython().user_ns)"""

GRACE = 5.0  # seconds for a side to notice that its work is over

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


class TrustedClient(NotebookClient):
    """Executes a rebuilt notebook and computes the verdict of every test cell.

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

    call_timeout = Float(20, help="Seconds for one call of a student's function.").tag(config=True)
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
    max_restarts = Integer(
        20, help="How many times a notebook gets a fresh kernel after losing one."
    ).tag(config=True)
    memory = Integer(4 * 2**30, help="Bytes of memory for a student's kernel.").tag(config=True)
    confined = Bool(
        True, help="Confine student kernels by what this machine offers (docs/security.md)."
    ).tag(config=True)
    forked = Bool(
        True, help="Fork student kernels from a process that has imported `kernel_preload`."
    ).tag(config=True)
    kernel_preload = List(
        Unicode(),
        ["numpy", "torch", "matplotlib.pyplot", "matplotlib.backends.backend_agg"],
        help="Modules that notebooks import, imported once for all student kernels.",
    ).tag(config=True)
    preload = List(
        Unicode(),
        ["numpy.random", "torch", "matplotlib.figure", "convkit", "convgrade.rubric"],
        help="Modules that test cells import, imported once for all notebooks where present.",
    ).tag(config=True)

    allow_errors = True
    interrupt_on_timeout = True
    raise_on_iopub_timeout = True
    shutdown_kernel = "immediate"  # nobody waits for a student's kernel to say goodbye
    store_widget_state = False  # whatever a student writes into it

    def __init__(
        self, nb: NotebookNode, files: Path | None, support: Path | None, **options: Any
    ) -> None:
        super().__init__(nb, **options)
        self.points: dict[str, float] = {}
        self.notes: dict[str, list[str]] = {}
        self.waiting: dict[str, str] = {}
        self._files, self._support = files, support
        self._judge: Judge | None = None
        self._starting: asyncio.Task[Judge] | None = None  # the first of them
        # To the judge, for the next one if it is lost.
        self._told: list[Cell | Expect | Own | Prepare] = []
        self._ran: list[int] = []  # cells that the student's kernel has run, in order
        self._crashed: dict[int, str] = {}  # cells that it must not run again, and why
        self._restarts = 0
        self._serving = False
        self._printed = self._kept = 0  # characters of this cell; of those before
        self._room = self.max_output  # of this cell
        self._displays = outputs.Displays()
        self._uses: dict[int, set[str]] = {}  # names that unlocked cells mention, by place
        self._deadline = float("inf")
        self._watch: asyncio.Task[Any] | None = None
        self._killing: asyncio.Task[None] | None = None
        self._exits = False  # the cell that ran last called exit()
        self.on_cell_executed = self._look_for_exit
        self._stopped = False  # the cell that ran last took too long
        self.error_on_timeout = {"ename": "Timeout", "evalue": "", "traceback": []}

    def refuse(self, why: str) -> None:
        """Give every test cell no points, without running anything."""
        for cell in self.nb.cells:
            if is_test(cell):
                cell.outputs = _no_points(why)
                self.points[cell.metadata.nbgrader.grade_id] = 0.0

    def grade(self) -> None:
        """Execute the notebook in place and fill `points` and `notes`."""
        course = Path(tempfile.mkdtemp(prefix="convgrade-"))
        try:
            if self._support is not None:
                copy_files(self._support, course)
            modules = self.kernel_preload if self.forked else None
            with Box(self._files, self.memory, self.confined, modules, self._support) as self._box:
                try:
                    run_sync(self._grade)(course)
                except KeyboardInterrupt:  # the event loop has stopped before it closed anything
                    run_sync(self._close)()
                    raise
        finally:
            shutil.rmtree(course, ignore_errors=True)

    async def _grade(self, course: Path) -> None:
        self._course = course
        # Both import torch: side by side.
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

    async def _new_judge(self) -> Judge:
        return await asyncio.to_thread(Judge, self._box.sockets, self._course, self.preload)

    async def _close(self) -> None:
        """End both processes, each whatever becomes of the other."""
        async with contextlib.AsyncExitStack() as ends:
            ends.push_async_callback(self._cleanup)
            ends.push_async_callback(self._close_judge)

    async def _close_judge(self) -> None:
        if self._starting is not None:
            await asyncio.wait({self._starting})  # it may have failed; who waited for it knows
            if self._judge is None and self._starting.exception() is None:
                self._judge = self._starting.result()
        if self._judge is not None:
            self._judge.close()

    # ------------------------------------------------------------------ one cell

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
                cell.outputs.append(_error("LeftOut", f"This cell was left out: {lost}."))
            await self._restart()
        if utils.is_locked(cell) and not test:
            await self._locked(cell)
        if utils.is_solution(cell):
            marks = cell.metadata.get("convgrade", {})
            names, changes = marks.get("binds", []), marks.get("changes", [])
            self._tell(Expect(frozenset(names), frozenset(changes)))
            await self._prepare(cell, "imports")

    async def _prepare(self, cell: NotebookNode, what: str) -> None:
        """Run in the grader's process what tests need of the course's unmarked and answer cells.

        It is the course's text, whatever the student has made of those cells.
        """
        statements = tuple(cell.metadata.get("convgrade", {}).get(what, ()))
        if not statements or self._left(1) <= 0:
            return
        message = Prepare(statements, self._left(self._seconds))
        outcome = await self._judged(message)
        if outcome.trace or outcome.fault:
            self.log.info(
                "%s: what the course's cells before it define could not all be run:\n%s",
                cell.metadata.nbgrader.grade_id, outcome.trace or outcome.fault,
            )  # fmt: skip
        if not outcome.fault:
            self._told.append(message)

    async def _student(self, index: int, cell: NotebookNode) -> None:
        """Run a cell in the student's kernel; of a locked cell what students may see."""
        if self._left(1) <= 0:
            cell.outputs = [_error("NotRun", f"Not run: {self._time_is_up()}.")]
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
            cell.outputs.append(_error("Timeout", words))

    def _compare_versions(self, cell: NotebookNode) -> None:
        """Say so where a cell may be no Python only for the version that grades it."""
        theirs = self.nb.metadata.get("convgrade", {}).get("python", "")
        ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
        errors = [o for o in cell.outputs if o.output_type == "error"]
        broken = any(o.ename in ("SyntaxError", "IndentationError") for o in errors)
        if not theirs or theirs == ours or not broken or parsed(cell.source) is not None:
            return
        words = f"written with Python {theirs}, graded with Python {ours}"
        cell.outputs.append(_error("PythonVersion", f"This notebook was {words}."))
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        self._note(name, f"this cell is no Python for the version that graded it: {words}")

    async def _locked(self, cell: NotebookNode) -> None:
        """Run a locked cell in the grader's process too, whatever became of it in the student's.

        Its names are the course's even if it fails, here or there: a student who
        stops it must not get to supply them.
        """
        self._tell(Own(frozenset(bound_names(cell.source))))
        if self._left(1) <= 0:
            return
        name = cell.metadata.nbgrader.grade_id
        locked = Cell(cell.source, timeout=self._left(self._seconds))
        outcome = await self._judged(locked)
        self._account(name, outcome)
        if not outcome.fault:
            self._told.append(locked)
        if outcome.lost:
            await self._recover()

    async def _test(self, index: int, cell: NotebookNode) -> None:
        """Run a test cell in the grader's process and record its verdict."""
        name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        self.points[name] = 0.0
        self._tell(Own(frozenset(bound_names(cell.source))))
        why = self._exercise_lost(index)
        if why is None and self._left(1) <= 0:
            why = self._time_is_up()
        if why is not None:
            cell.outputs = _no_points(why)
            return
        # As students have them: what is hidden binds no name of theirs.
        source = [visible(self.nb.cells[i].source) for i in self._ran if i not in self._crashed]
        limits = {"call_timeout": self.call_timeout, "timeout": self._left(self._seconds)}
        hidden = frozenset(hidden_lines(cell.source))
        outcome = await self._judged(
            Cell(cell.source, points, hidden, (*source, visible(cell.source)), **limits)
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

    # ----------------------------------------------------------- the grader's side

    def _tell(self, news: Expect | Own) -> None:
        """Tell the grader's process whose some names are, and the next one if this is lost."""
        self._told.append(news)
        with contextlib.suppress(OSError):  # it is gone: the next cell will notice
            assert self._judge is not None
            self._judge.send(news)

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
        return Outcome(0.0, [dict(o) for o in _no_points(words)], lost=why, fault=why)

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
            while outcome is None and time.monotonic() < end:
                message = await asyncio.to_thread(judge.receive, 0.05)
                if isinstance(message, Outcome):
                    outcome = message
                elif isinstance(message, Begun):
                    begun = True
                elif isinstance(message, Connect):
                    serving = asyncio.create_task(self._serve(SERVE.format(**vars(message))))
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

    async def _serve(self, code: str) -> bool:
        """Let the student's kernel serve a test; tell whether it survives that."""
        try:
            await self._aside(code)
        except KernelLostError:  # the judge notices by itself
            return False
        return True

    async def _finish(self, serving: asyncio.Task[bool], stuck: bool) -> bool:
        """Wait for the student's end to stop serving; tell whether the kernel is still of use."""
        done, _ = await asyncio.wait({serving}, timeout=0.1 if stuck else GRACE / 2)
        if not done and self.km is not None:
            await ensure_async(self.km.interrupt_kernel())
            done, _ = await asyncio.wait({serving}, timeout=GRACE / 2)
        if not done:
            await self._kill()
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

    # --------------------------------------------------------- the student's kernel

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

    async def _recover(self) -> None:
        """Give the notebook a fresh kernel if the present one is gone or does not answer."""
        if self.km is None or not await ensure_async(self.km.is_alive()):
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

    # ------------------------------------------------------------------ accounts

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

    def _left(self, most: float) -> float:
        """Return the seconds that the notebook has left, at most ``most``."""
        return min(most, self._deadline - time.monotonic())

    def _time_is_up(self) -> str:
        if self._restarts > self.max_restarts:
            return f"Python had to be started anew too often (limit: {self.max_restarts})"
        return f"the {self.notebook_timeout:g} s for the whole notebook are used up"

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
    sources = {m.__name__.split(".")[-1]: inspect.getsource(m) for m in (wire, about, serve)}
    packed = base64.b85encode(zlib.compress(json.dumps(sources).encode(), 9)).decode()
    return INSTALL.format(sources=packed)


def _error(name: str, words: str) -> NotebookNode:
    output: NotebookNode = v4.new_output("error", ename=name, evalue=words, traceback=[words])
    return output


def _no_points(why: str) -> list[NotebookNode]:
    return [
        v4.new_output("stream", name="stdout", text=f"No points: {why}.\n"),
        v4.new_output("execute_result", data={"text/plain": "0.0"}, execution_count=None),
    ]


def _is_sound(content: Any, shape: dict[str, type]) -> bool:
    """Tell whether a message's content can go into a notebook."""
    if type(content) not in (dict, Unread) or any(
        type(content.get(k)) is not t for k, t in shape.items()
    ):
        return False
    transient = content.get("transient") or {}
    return type(transient) is dict and isinstance(transient.get("display_id"), (str, type(None)))


def _used_names(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(re.findall(r"\w+", source))  # magics, or worse
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
