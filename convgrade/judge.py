"""The grader's process for test cells, as its parent sees it: started, told, heard, ended."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convgrade.kernels.fork import Fork
from convgrade.kernels.forks import ForkServer, ForkServerError, available, fork_server
from convgrade.kernels.readable import readable
from convgrade.messages import Begun, Cell, Connect, Expect, Gone, Outcome, Own, Prepare
from convgrade.spawned import Spawned

__all__ = ["Judge", "JudgeError", "server"]

PROCESS = "convgrade.judge_process"  # the module that it runs
ENDING = 5.0  # seconds until the exit code of a process that is gone is known
# Exit codes of a process that others have ended: by SIGTERM, by SIGKILL, as the system does for
# want of memory, and as is said when its server, which would know, is gone.
KILLED = (-15, -9)


def server(preload: Sequence[str], libraries: Sequence[str]) -> ForkServer:
    """Return this process's fork server for the grader's processes, see `Judge`."""
    return fork_server(preload, PROCESS, libraries, None)


class JudgeError(RuntimeError):
    """The grader's process for test cells cannot be had, or was killed; the message says why."""


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
    libraries : sequence of str
        Those that it shares with the student's kernels.

    Raises
    ------
    JudgeError
        When it does not start.
    """

    def __init__(
        self,
        folder: Path,
        support: Path,
        preload: Sequence[str] = (),
        libraries: Sequence[str] = (),
    ) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        with contextlib.closing(theirs), contextlib.ExitStack() as undo:
            undo.callback(self._pipe.close)
            try:
                self._process: Fork | Spawned
                if available():
                    arguments = [str(folder), str(support), *sys.path]
                    forks = server(preload, libraries)
                    self._process = forks.fork(arguments, stdio=[theirs.fileno()])
                else:
                    self._process = Spawned(theirs, str(folder), str(support))
            except (ForkServerError, EOFError, OSError) as error:
                why = str(error) or "it ended while it started"
                raise JudgeError(
                    f"the process that runs test cells did not start: {why}"
                ) from error
            undo.pop_all()

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
        try:
            return self._process.wait(ENDING) in KILLED
        except TimeoutError:
            return True

    def close(self) -> None:
        """End the process, whatever it is doing; harmless when repeated."""
        self._pipe.close()
        self._process.kill()
        with contextlib.suppress(TimeoutError):  # it ends, but who would see it does not answer
            self._process.wait(ENDING)
