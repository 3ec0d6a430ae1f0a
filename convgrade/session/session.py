"""The grader's end of a session: cells go out, outputs come in, within limits of time and size."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from convgrade.kernels.fork import Fork, until_ended
from convgrade.kernels.forks import ForkServer, fork_server
from convgrade.kernels.readable import readable
from convgrade.session import frames

__all__ = [
    "DONE",
    "STRAY",
    "UNREAD",
    "EndedError",
    "GarbledError",
    "Session",
    "StuckError",
    "server",
]

PROCESS = "convgrade.session.process"  # the module that the student's side runs
ENDING = 10.0  # seconds for a process that was killed
# Kinds of the last that belongs to a cell, of what belongs to none that runs, and of what is too
# long.
DONE, STRAY, UNREAD = "done", "stray", "unread"
TURN = 64  # packets that are read before others get a turn


def server(preload: Sequence[str]) -> ForkServer:
    """Return this process's fork server for sessions that have imported these modules."""
    return fork_server(preload, PROCESS)


class EndedError(Exception):
    """The student's process is gone; the message says why, if it was never there."""


class StuckError(Exception):
    """It has not stopped although it was interrupted."""


class GarbledError(Exception):
    """It sent what is no message."""


class Session:
    """A student's process that runs cells.

    Parameters
    ----------
    line : socket
        To the process, of SOCK_SEQPACKET.
    fork : Fork
        Its process.
    """

    def __init__(self, line: socket.socket, fork: Fork) -> None:
        line.setblocking(False)
        self._line, self._fork = line, fork
        self._packets = frames.Assembly()
        self._asked = 0

    @classmethod
    def start(
        cls,
        preload: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        box: Sequence[str] | None,
    ) -> Self:
        """Start one; the parameters are those of `ForkServer.fork`.

        Raises
        ------
        ForkServerError
            When it does not start; the message says why.
        """
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, open(os.devnull, "r+b", buffering=0) as nowhere:
                stdio = [theirs.fileno(), nowhere.fileno(), nowhere.fileno()]
                return cls(line, server(preload).fork([], folder, environment, box, stdio))
        except BaseException:
            line.close()
            raise

    @property
    def pid(self) -> int:
        """Its supervisor's process."""
        return self._fork.pid

    async def run(
        self,
        code: str,
        store: bool,
        seconds: float,
        grace: float,
        take: Callable[[str, Any], None],
    ) -> bool:
        """Run a cell.

        Parameters
        ----------
        code : str
        store : bool
            Whether it counts, and is kept in ``In`` and ``Out``.
        seconds, grace : float
            After ``seconds`` it is interrupted; then it has ``grace`` more to end.
        take : callable
            Gets what it says, as the kind and the content of a message of Jupyter's; at the end
            `DONE` and the ``payload`` of a reply; of what is not read, `STRAY` or `UNREAD` and
            its size.

        Returns
        -------
        bool
            Whether it was interrupted.

        Raises
        ------
        EndedError, StuckError, GarbledError
        """
        self._asked += 1
        number = str(self._asked)
        message = json.dumps([number, code, store]).encode()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._send(message)
                    await self._listen(number, take)
                    return False
            self.interrupt()
            async with asyncio.timeout(grace):
                await self._listen(number, take)
                return True
        except TimeoutError:
            raise StuckError from None
        except (EOFError, OSError):
            raise EndedError(await self._reason()) from None

    async def _reason(self) -> str:
        """Say why the process could not go into its box; "" when it ended there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING):
                await until_ended(self._fork)
        self._fork.poll()
        return self._fork.reason

    async def _send(self, message: bytes) -> None:
        loop = asyncio.get_running_loop()
        for packet in frames.packets(message):
            await loop.sock_sendall(self._line, packet)

    async def _listen(self, number: str, take: Callable[[str, Any], None]) -> None:
        """Hand on what comes until the cell is done."""
        turn = 0
        while True:
            turn += 1
            if turn % TURN == 0:  # who never stops talking must not keep the clock from being read
                await asyncio.sleep(0)
            packet = await self._packet()
            if not packet:
                raise EOFError
            try:
                message = self._packets.add(packet)
                if message is None:
                    continue
                if isinstance(message, int):
                    take(UNREAD, message)
                    continue
                said = json.loads(message)
                kind, of, content = said["kind"], said["of"], said["content"]
            except (KeyError, RecursionError, TypeError, ValueError) as error:
                raise GarbledError(str(error)) from error
            if of != number or type(kind) is not str or kind in (STRAY, UNREAD):
                take(STRAY, len(message))
            else:
                take(kind, content)
                if kind == DONE:
                    return

    async def _packet(self) -> bytes:
        """Receive a packet; nothing is lost when this is cancelled."""
        while True:
            with contextlib.suppress(BlockingIOError):
                return self._line.recv(frames.PACKET)
            await readable(self._line.fileno())

    def is_alive(self) -> bool:
        """Tell whether the process is there."""
        return self._fork.poll() is None

    def interrupt(self) -> None:
        """Interrupt what runs in it."""
        self._fork.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Begin to end it, with all that it started; harmless when repeated."""
        self._fork.kill()

    async def end(self) -> None:
        """End it, and wait for that."""
        self.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING):
                await until_ended(self._fork)
        self.close()

    def close(self) -> None:
        """End it if nobody has, without an event loop."""
        if self._fork.returncode is None:
            self.kill()
            with contextlib.suppress(TimeoutError):
                self._fork.wait(ENDING)
        self._line.close()
