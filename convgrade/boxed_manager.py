"""A student's kernel as Jupyter manages it, and what of its messages is read."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import time
from collections.abc import Callable
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

from convgrade.session import frames

__all__ = ["MAX_CONTENT", "BoxedManager", "Unread", "end", "read_within"]

RECONNECT = 10  # milliseconds between tries to reach a kernel's sockets
MAX_MESSAGE = 100 * 2**20  # bytes of one that a kernel sends; zmq then drops the connection
MAX_CONTENT = frames.MAX_MESSAGE  # bytes of one that are read, as of a session's
ENDING = 10.0  # seconds for a kernel that was killed


class Unread(dict[str, Any]):
    """Stands for a part of a kernel's message that is too long to be read.

    Attributes
    ----------
    size : int
        Its bytes.
    """

    def __init__(self, size: int) -> None:
        words = "its message is too long to be shown"
        super().__init__(
            status="error", ename="Error", evalue=words, traceback=[f"Error: {words}"],
            execution_count=0, name="stdout", text="", data={}, metadata={},
        )  # fmt: skip
        self.size = size


def read_within(unpack: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read only messages of bearable length; `Unread` stands for the others."""
    return lambda data: Unread(len(data)) if len(data) > MAX_CONTENT else unpack(data)


class _Client(AsyncKernelClient):
    """Does without the heartbeat: whether a kernel lives is asked of its process.

    Student code can garble what its kernel answers to a heartbeat. Then the thread that
    waits for it never ends, and whoever stops the channels waits for the thread.
    """

    def start_channels(self, *args: Any, **options: Any) -> None:
        super().start_channels(*args, **{**options, "hb": False})

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and until what it publishes arrives.

        As its parent does, but for the end: nothing more comes once the kernel has said that
        it is idle again, and its parent waits a fifth of a second to see that.

        Raises
        ------
        RuntimeError
            When the kernel dies, or says nothing for ``timeout`` seconds.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < end:
            request = self.kernel_info()
            with contextlib.suppress(queue.Empty):
                while (await self.shell_channel.get_msg(timeout=1))["parent_header"].get(
                    "msg_id"
                ) != request:
                    pass
                while not _is_idle(await self.iopub_channel.get_msg(timeout=0.2), request):
                    pass
                return
            if not await self.is_alive():
                raise RuntimeError("The kernel died before it answered")
        raise RuntimeError(f"The kernel did not answer within {timeout:g} s")


def _is_idle(message: dict[str, Any], request: str) -> bool:
    """Tell whether a kernel says that it is done with a request."""
    idle = message["msg_type"] == "status" and message["content"].get("execution_state") == "idle"
    return idle and bool(message["parent_header"].get("msg_id") == request)


class BoxedManager(AsyncKernelManager):
    """Makes clients that take no message which would fill the grader's memory."""

    client_factory = Type(_Client)

    def client(  # type: ignore[override]  # as in its parent, which says the same
        self, **options: Any
    ) -> AsyncKernelClient:
        """Return a client of the kernel, with limits on what it takes."""
        client = super().client(**options)
        # Of sockets made from here on. They connect before the kernel has made its own.
        client.context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        client.context.setsockopt(zmq.RECONNECT_IVL, RECONNECT)
        return client


def end(manager: AsyncKernelManager) -> None:
    """End a kernel that is still there: who started it failed before or while ending it."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()
        with contextlib.suppress(TimeoutError, subprocess.TimeoutExpired):
            process.wait(ENDING)
