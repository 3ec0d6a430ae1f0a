"""How a session's process publishes what a cell shows: on its socket, without threads of ZMQ's."""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from jupyter_client.session import Session

from convgrade.session import frames

__all__ = ["KINDS", "Direct", "Publisher", "Stream"]

#: Of what a kernel says, the kinds that a notebook needs.
KINDS = frozenset(
    {"clear_output", "display_data", "error", "execute_result", "stream", "update_display_data"}
)


class Publisher(Session):
    """Puts what a kernel publishes on the session's socket, instead of signing it for ZMQ."""

    line: socket.socket
    _payload: Any = None

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None,
             *_: Any, **__: Any) -> Any:  # fmt: skip
        """Send a message, or make one and send it; called by ipykernel."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent)
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "execute_reply":
            self._payload = content.get("payload")
        elif kind in KINDS:
            self._put(kind, message["parent_header"].get("msg_id"), content)
        return message

    def end(self, number: str) -> None:
        """Say that a cell is done, and what it asks of who shows the notebook."""
        self._put("done", number, {"payload": self._payload})
        self._payload = None

    def _put(self, kind: str, of: Any, content: Any) -> None:
        message: bytes = self.pack({"kind": kind, "of": of, "content": content})
        for packet in frames.packets(message):
            self.line.send(packet)


class Direct(IOPubThread):
    """Does at once, in the thread that asks, what ipykernel has a thread for."""

    def __init__(self) -> None:
        self._renew()
        self.background_socket = BackgroundSocket(self)  # type: ignore[no-untyped-call]
        # As a thread that is another and lives: then a flush waits for its turn, see `schedule`.
        self.thread: Any = SimpleNamespace(ident=None, is_alive=lambda: True)
        self.io_loop: Any = SimpleNamespace(call_later=self._later)
        self.socket = None
        os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.RLock()  # a thread that has not come along may hold the other

    def schedule(self, f: Callable[[], Any]) -> None:
        """Do it; called by ipykernel."""
        with self._lock:  # what one thread has begun to flush is sent before another's reply
            f()

    def _later(self, seconds: float, f: Callable[[], Any]) -> None:
        timer = threading.Timer(seconds, self.schedule, [f])
        timer.daemon = True
        timer.start()


class Stream(OutStream):
    """What is printed; what comes on the stream's own file is there when a cell ends."""

    _fid: int

    def __init__(self, *args: Any, **options: Any) -> None:
        self._taking = threading.RLock()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]

    def _watch_pipe_fd(self) -> None:
        """Take what child processes and libraries print; the target of a thread."""
        while self.take(None):
            pass

    def take(self, milliseconds: int | None = 0) -> bool:
        """Take what is there, after waiting for it; tell whether more may come."""
        waiting = select.poll()
        waiting.register(self._fid, select.POLLIN)
        waiting.poll(milliseconds)
        with self._taking, contextlib.suppress(OSError):  # a student may have closed the file
            while waiting.poll(0):  # what is read is also written before another looks
                found = os.read(self._fid, 2**16)
                if not found or not self._should_watch:  # the stream is being closed
                    return False
                self.write(self._decoder.decode(found))
            return self._should_watch
        return False
