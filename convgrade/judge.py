"""The grader's process for test cells, as its parent sees it: started, told, heard, ended."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from convgrade import judge_process
from convgrade.kernels.readable import readable
from convgrade.kernels.sockets import kill_server, use_short_folder
from convgrade.messages import Begun, Cell, Connect, Expect, Gone, Outcome, Own, Prepare

__all__ = ["Judge", "JudgeError"]

START = 120.0  # seconds for its server's imports and its own start
ENDING = 5.0  # seconds until the exit code of a process that is gone is known
# Exit codes of a process that others have ended: by SIGTERM, by SIGKILL (as the system does for
# want of memory), and what `multiprocessing` says when its server, which would know, is gone.
KILLED = (None, -15, -9, 255)


def _context() -> Any:
    """Return the way to start processes that have the usual imports behind them."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return multiprocessing.get_context(method)


class JudgeError(RuntimeError):
    """The grader's process for test cells cannot be had, or was killed; the message says why."""


_starting = threading.Lock()


def _start(process: Any) -> None:
    """Start a process, with ``__main__`` hidden: it would import nbgrader's command line again.

    Raises
    ------
    JudgeError
        With the reason.
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            use_short_folder()
            try:
                _start_in_time(process)
            except (EOFError, OSError):  # the server was killed meanwhile; there is a new one now
                _start_in_time(process)
        except (EOFError, OSError) as error:
            why = str(error) or "it ended while it started"
            raise JudgeError(f"the process that runs test cells did not start: {why}") from error
        finally:
            sys.modules["__main__"] = main


def _start_in_time(process: Any) -> None:
    """Start a process; a server that says nothing is killed, and then this fails."""
    timer = threading.Timer(START, kill_server)
    timer.daemon = True
    timer.start()
    try:
        process.start()
    finally:
        timer.cancel()


class Judge:
    """The grader's process, as its parent sees it.

    Parameters
    ----------
    folder : Path
        Where its sockets are, reachable from the student's kernel.
    support : Path
        Working folder of the test cells, with the assignment's files.
    preload : sequence of str
        Modules that the server imports once for all notebooks.
    """

    def __init__(self, folder: Path, support: Path, preload: Sequence[str] = ()) -> None:
        context = _context()
        if hasattr(context, "set_forkserver_preload"):
            first, last = ["convgrade.hasty", judge_process.__name__], ["convgrade.ready"]
            context.set_forkserver_preload([*first, *preload, *last])
        self._pipe, theirs = context.Pipe()
        with contextlib.closing(theirs), contextlib.ExitStack() as undo:
            undo.callback(self._pipe.close)
            self._process = context.Process(
                target=judge_process.serve, args=(theirs, str(folder), str(support)), daemon=True
            )
            _start(self._process)
            undo.pop_all()
        self._ends = contextlib.ExitStack()  # the last first, and each whatever becomes of it
        for end in (self._process.close, self._process.join, self._process.kill, self._pipe.close):
            self._ends.callback(end)

    def send(self, message: Cell | Expect | Own | Gone | Prepare) -> None:
        """Hand over a cell to run, or news.

        Raises
        ------
        OSError
            When its process is gone.
        """
        self._pipe.send(message)

    async def hear(
        self, timeout: float, unless: asyncio.Task[Any] | None = None
    ) -> Outcome | Connect | Begun | None:
        """Wait for what the judge says next.

        Parameters
        ----------
        timeout : float
            Seconds.
        unless : Task, optional
            Waiting ends with it, too.

        Returns
        -------
        Outcome or Connect or Begun or None
            None when it has said nothing until then.

        Raises
        ------
        EOFError, OSError
            When its process is gone.
        """
        if not self._pipe.poll():
            await self._ready(timeout, unless)
        if not self._pipe.poll():
            return None
        message: Outcome | Connect | Begun = self._pipe.recv()
        return message

    async def _ready(self, timeout: float, unless: asyncio.Task[Any] | None) -> None:
        try:
            async with asyncio.timeout(timeout):
                await readable(self._pipe.fileno(), unless)
        except TimeoutError:
            return
        except NotImplementedError:  # Windows: a thread waits, and looks now and then
            await asyncio.to_thread(self._pipe.poll, min(timeout, 0.05))

    def killed(self) -> bool:
        """Tell whether somebody else has ended its process, which is gone."""
        self._process.join(ENDING)
        return self._process.exitcode in KILLED

    def close(self) -> None:
        """End the process, whatever it is doing; harmless when repeated."""
        self._ends.close()
