"""The student's side of a session: built in the fork server, finished and served in its forks.

IPython's kernel is ipykernel's own, with its shell, streams and displays. Only what carries its
messages is another: instead of five ZMQ sockets with their threads, one socket (`frames`). It is
built once, before the fork, and has no thread until after it.
"""

from __future__ import annotations

import asyncio
import copy
import importlib.util
import json
import linecache
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.kernelapp import IPKernelApp
from IPython.core.profiledir import ProfileDir
from tornado.ioloop import IOLoop

from convgrade import students_end
from convgrade.kernels.forked_kernel import forget
from convgrade.magics import Transformers
from convgrade.session import frames
from convgrade.session.publishing import Direct, Publisher, Stream

__all__ = ["NAME", "SUPERVISED", "prepare", "run"]

NAME = "cg-sessions"
SUPERVISED = True
MAX_CELL = 2**30  # bytes: more than a notebook that is read can have
_LAUNCHER = str(getattr(importlib.util.find_spec("ipykernel_launcher"), "origin", ""))


class SessionApp(IPKernelApp):
    """ipykernel's application, without its sockets, files and threads."""

    def init_connection_file(self) -> None:
        """Need none."""

    def init_poller(self) -> None:
        """Need none: its process's supervisor watches."""

    def init_sockets(self) -> None:
        """Publish without ZMQ."""
        self.iopub_thread = Direct()
        self.iopub_socket = self.iopub_thread.background_socket

    def init_heartbeat(self) -> None:
        """Need none."""

    def write_connection_file(self, **_: Any) -> None:
        """Need none."""

    def log_connection_info(self) -> None:
        """Have no ports."""
        self._ports: dict[str, int] = {}

    def init_kernel(self) -> None:
        """Make the kernel, without the streams of ZMQ."""
        kernel_class: Any = self.kernel_class
        self.kernel = kernel = kernel_class.instance(
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
        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)  # type: ignore[no-untyped-call]
        sys.displayhook = self.displayhook
        self.patch_io()  # type: ignore[no-untyped-call]

    def init_streams(self) -> None:
        """Take over what is printed, also by child processes; each of the two has a thread."""
        for name in ("stdout", "stderr"):
            stream = Stream(self.session, self.iopub_thread, name)
            setattr(sys, name, stream)
            _streams.append(stream)


_streams: list[Stream] = []
_made: list[tuple[SessionApp, dict[str, ModuleType]]] = []


def prepare() -> None:
    """Build what all forks share."""
    application = SessionApp.instance(session=Publisher())
    # Not its owner's folder, whose start-up files are not for students.
    with tempfile.TemporaryDirectory() as folder:
        # Nobody will read the history, and writing it takes a thread.
        application.initialize(["--HistoryManager.enabled=False", f"--ipython-dir={folder}"])
    # ipykernel transforms every cell twice.
    application.shell.input_transformer_manager = Transformers()
    # Importing this joins pyplot to the shell that is there: as anywhere, with the first figure.
    if sys.modules.pop("matplotlib_inline.backend_inline", None) is not None:
        del sys.modules["matplotlib_inline"].backend_inline
    _word_an_error(application.shell)
    _made.append((application, students_end.made()))
    forget()


def _word_an_error(shell: Any) -> None:
    """Word an error, for nobody: the first one asks every module that is imported for its file."""
    try:
        raise NotImplementedError
    except NotImplementedError as error:
        words = copy.copy(shell.InteractiveTB)  # which keeps the last one
        words.structured_traceback(type(error), error, error.__traceback__)
    linecache.clearcache()


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
    except RuntimeError:
        if not application.kernel.shell.exit_now:  # exit() stops the loop
            raise


def _settle_in(application: Any) -> None:
    """Use the folders and variables of this student."""
    tempfile.tempdir = None
    kernel, shell = application.kernel, application.shell
    sys.argv = [_LAUNCHER, "-f", os.path.expanduser("~/kernel.json")]  # as programs find it there
    shell.init_environment()
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
    packets, come = frames.Assembly(MAX_CELL), asyncio.Event()
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
        for stream in _streams:  # also when a student has others in their place
            stream.take()
            stream.flush()  # type: ignore[no-untyped-call]
        publisher.end(number)


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
