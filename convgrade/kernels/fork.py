"""A process that the fork server made, as its caller sees it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading

from convgrade.kernels.readable import readable

__all__ = ["REPLY", "Fork", "until_ended"]

REPLY = 60.0  # seconds for a fork, on a busy machine


class Fork:
    """A forked process, used as a `subprocess.Popen` is.

    Attributes
    ----------
    pid : int
        Its own, or of a kernel's supervisor, which is also its process group.
    returncode : int or None
        How it ended, negative for a signal; None while it runs.
    reason : str
        Why it could not be started, or "".
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._said, self.reason = b"", ""
        self._lock = threading.Lock()
        self.returncode: int | None = None
        self.pid = int(self._line(REPLY) or 0)

    def fileno(self) -> int:
        """Return the descriptor that turns readable when the kernel has ended."""
        return self._connection.fileno()

    def poll(self) -> int | None:
        """Return how the kernel ended, or None."""
        with contextlib.suppress(TimeoutError):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the kernel and all that it started have ended.

        Raises
        ------
        TimeoutError
            When it still runs after ``timeout`` s.
        """
        with self._lock:
            if self.returncode is None:
                line = self._line(timeout)
                # No word: somebody killed the supervisor, and the box with it.
                self.returncode = int(line) if line else -signal.SIGKILL
                self._connection.close()
            return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it started; SIGKILL ends them all."""
        if self.poll() is not None:
            return
        if number == signal.SIGKILL:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """End the kernel and all that it started."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _line(self, timeout: float | None) -> bytes:
        """Read a line from the supervisor; nothing if it is gone."""
        while b"\n" not in self._said:
            if not select.select([self._connection], [], [], timeout)[0]:
                raise TimeoutError
            try:
                said = self._connection.recv(4096)
            except ConnectionError:
                said = b""
            if not said:
                return b""
            self._said += said
        line, _, self._said = self._said.partition(b"\n")
        if line.startswith(b"!"):
            self.reason = line[2:].decode()
            return b"2"
        return line


async def until_ended(process: Fork) -> None:
    """Wait for a process's end without being asked in steps."""
    if process.returncode is None:
        await readable(process.fileno())
