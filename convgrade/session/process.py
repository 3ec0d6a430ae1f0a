"""The student's side of a session: built in the fork server, finished and served in its forks.

IPython's kernel is ipykernel's own, with its shell, streams and displays. Only what carries its
messages is another: instead of five ZMQ sockets with their threads, one socket (`frames`). It is
built once, before the fork, and has no thread until after it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

from IPython.core.profiledir import ProfileDir
from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from tornado.ioloop import IOLoop

from convgrade import students_end
from convgrade.session import frames

__all__ = ["KINDS", "prepare", "run"]

#: Of what a kernel says, the kinds that a notebook needs.
KINDS = frozenset(
    {"clear_output", "display_data", "error", "execute_input", "execute_result", "stream",
     "update_display_data"}
)  # fmt: skip


class _Publisher(Session):
    """Puts what a kernel publishes on the session's socket, instead of signing it for ZMQ."""

    line: socket.socket

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None,
             *_: Any, **options: Any) -> Any:  # fmt: skip
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content, parent, metadata=options.get("metadata"))
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "execute_reply":
            content = {"payload": content.get("payload")}
        if kind in KINDS or kind == "execute_reply":
            of = message["parent_header"].get("msg_id")
            self.put(self.pack({"kind": kind, "of": of, "content": content}))
        return message

    def put(self, message: bytes) -> None:
        for packet in frames.packets(message):
            self.line.send(packet)


class _Direct(IOPubThread):
    """Does at once, in the thread that asks, what ipykernel has a thread for."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.background_socket = BackgroundSocket(self)
        # As a thread that is another and lives: then a flush waits for its turn, see `schedule`.
        self.thread = SimpleNamespace(ident=None, is_alive=lambda: True)
        self.io_loop = SimpleNamespace(call_later=self._later)
        self.socket = None

    def schedule(self, f: Callable[[], Any]) -> None:
        with self._lock:  # what one thread has begun to flush is sent before another's reply
            f()

    def _later(self, seconds: float, f: Callable[[], Any]) -> None:
        timer = threading.Timer(seconds, self.schedule, [f])
        timer.daemon = True
        timer.start()


class SessionApp(IPKernelApp):
    """ipykernel's application, without its sockets, files and threads."""

    def init_connection_file(self) -> None: ...
    def init_poller(self) -> None: ...
    def init_sockets(self) -> None:
        self.iopub_thread = _Direct()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_heartbeat(self) -> None: ...
    def write_connection_file(self, **_: Any) -> None: ...
    def log_connection_info(self) -> None:
        self._ports: dict[str, int] = {}

    def init_kernel(self) -> None:
        self.kernel = kernel = self.kernel_class.instance(
            parent=self,
            session=self.session,
            # Asynchronous cells ask it which thread is the notebook's.
            shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        kernel._execute_sleep = 0  # nothing is sent by another thread
        self.displayhook.get_execution_count = lambda: kernel.execution_count

    def init_io(self) -> None:
        """Set the display hook; the streams have threads and come after the fork."""
        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)
        sys.displayhook = self.displayhook
        self.patch_io()

    def init_streams(self) -> None:
        """Take over what is printed, also by child processes; each of the two has a thread."""
        for name in ("stdout", "stderr"):
            setattr(sys, name, OutStream(self.session, self.iopub_thread, name))


_made: list[tuple[SessionApp, dict[str, ModuleType]]] = []


def prepare() -> None:
    """Build what all forks share."""
    application = SessionApp.instance(session=_Publisher())
    # Not its owner's folder, whose start-up files are not for students.
    with tempfile.TemporaryDirectory() as folder:
        # Nobody will read the history, and writing it takes a thread.
        application.initialize(["--HistoryManager.enabled=False", f"--ipython-dir={folder}"])
    _made.append((application, students_end.made()))


def run(arguments: Sequence[str]) -> None:
    """Be a student's kernel, on the socket that is stdin; returns when that is closed.

    There are no arguments.
    """
    application, modules = _made.pop()
    line = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    sys.modules.update(modules)
    modules["convgrade.serve"].begin()
    _settle_in(application)
    application.session.line = line
    application.init_streams()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_serve(application, line))
    except RuntimeError:  # exit() stops the loop
        if loop.is_running():
            raise


def _settle_in(application: SessionApp) -> None:
    """Use the folders and variables of this student."""
    tempfile.tempdir = None
    kernel, shell = application.kernel, application.shell
    shell.init_environment()
    if sys.path[:1] != [""]:
        sys.path.insert(0, "")
    home = os.environ.get("IPYTHONDIR") or os.path.expanduser("~/.ipython")
    profile = ProfileDir(location=os.path.join(home, "profile_default"))
    for owner in (application, shell):
        owner.ipython_dir, owner.profile_dir = home, profile
    kernel.profile_dir = profile
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # between requests; as ipykernel does


async def _serve(application: SessionApp, line: socket.socket) -> None:
    """Run the cells that come, one after the other."""
    loop = asyncio.get_running_loop()
    kernel, publisher = application.kernel, application.session
    kernel.io_loop = IOLoop.current()
    kernel.shell.exit_now = False
    packets, come = frames.Assembly(), asyncio.Event()
    loop.add_reader(line, come.set)
    while True:
        await come.wait()
        come.clear()
        try:
            packet = line.recv(frames.PACKET, socket.MSG_DONTWAIT)
        except BlockingIOError:
            continue
        if not packet:
            return
        message = packets.add(packet)
        if not isinstance(message, bytes):
            continue
        number, code, store = json.loads(message)
        content = {"code": code, "silent": False, "store_history": store, "allow_stdin": False,
                   "stop_on_error": False}  # fmt: skip
        request = publisher.msg("execute_request", content)
        request["header"]["msg_id"] = request["msg_id"] = number
        await _execute(kernel, request)
        publisher.put(publisher.pack({"kind": "done", "of": number, "content": {}}))


async def _execute(kernel: Any, request: dict[str, Any]) -> None:
    """Do what ipykernel does with a request, so that an interrupt ends a cell and no more."""
    kernel.set_parent([], request)
    kernel.pre_handler_hook()
    try:
        await kernel.execute_request(None, [], request)
    except Exception:
        kernel.log.exception("Exception in message handler:")
    except KeyboardInterrupt:
        kernel.log.error("KeyboardInterrupt caught in kernel.")
    finally:
        kernel.post_handler_hook()
    sys.stdout.flush()
    sys.stderr.flush()
