"""The grader's process: runs the course's own cells, and test cells to their verdict.

One process a notebook, forked from a server that has imported what test cells
import. It shares nothing with the student's kernel but the socket over which a
test cell uses the student's names (`convgrade.remote`). Cells run in an IPython
shell, so magics, display and pictures work as in a notebook.
"""

from __future__ import annotations

import importlib
import multiprocessing.connection
import os
import secrets
import signal
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convgrade import confine, wire
from convgrade.judging import Place, prepare_cells, run_cell
from convgrade.kernels.preloading import INLINE
from convgrade.messages import UNREACHED, Begun, Cell, Connect, Expect, Gone, Own, Prepare
from convgrade.namespace import Namespace
from convgrade.patched import listen
from convgrade.remote import Lost
from convgrade.shell import Shell
from convgrade.sources import inspect_students
from convgrade.workplace import furnish

__all__ = ["MAX_MEMORY", "NAME", "SUPERVISED", "prepare", "run", "serve"]

NAME = "cg-judges"
SUPERVISED = False  # one process each: what it starts is the course's
MAX_MEMORY = 4 * 2**30  # bytes that the process may take besides what its server had


_made: list[Any] = []  # ahead, before the fork


def prepare() -> None:
    """Make what all of them share: making a shell takes a hundredth second."""
    if "matplotlib" in sys.modules:  # else this course has no use for it
        importlib.import_module("matplotlib_inline.backend_inline")
    _made.append(Shell(Namespace()))


def run(arguments: Sequence[str]) -> None:
    """Be one of them; its pipe is stdin.

    Parameters
    ----------
    arguments : sequence of str
        The parameters of `serve`, and then the path on which modules are found.
    """
    folder, support, *sys.path[:] = arguments
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tempfile.tempdir = None  # where its server's environment says
    pipe = multiprocessing.connection.Connection(os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    serve(pipe, folder, support)


def serve(pipe: Any, folder: str, support: str) -> None:
    """Run what comes through the pipe until the other end is closed.

    Parameters
    ----------
    pipe : Connection
    folder : str
        Where its sockets are, reachable from the student's kernel.
    support : str
        The assignment's files.
    """
    confine.end_with_parent()  # even in the middle of a cell
    _limit_memory()
    os.environ["MPLBACKEND"] = INLINE
    if "matplotlib" in sys.modules and not _made:
        sys.modules["matplotlib"].rcParams["backend"] = INLINE  # it has read the environment
    work = furnish(Path(support))
    os.chdir(work)
    sys.path.insert(0, str(work))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # the same sums on every machine
    os.environ["OMP_NUM_THREADS"] = "1"  # if a test is the first to import it
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()  # its numbers are new in every Python
    warnings.formatwarning = _warning
    shell = _made.pop() if _made else Shell(Namespace())
    listener = _Listener(pipe, folder)
    place = Place(work, Path(support), shell.names)
    listen()
    inspect_students()
    while True:
        try:
            message = pipe.recv()
        except (EOFError, ConnectionError):  # who asked is gone
            return
        if isinstance(message, Expect):
            shell.names.expect(set(message.names), set(message.changes))
            shell.names.model_reads |= message.reads
            place.files.reads |= message.reads
            place.files.changes |= message.changes
        elif isinstance(message, Own):
            shell.names.own(set(message.names))
        elif isinstance(message, Cell):
            pipe.send(Begun())
            pipe.send(run_cell(shell, message, listener.connect, place))
        elif isinstance(message, Prepare):
            pipe.send(Begun())
            pipe.send(prepare_cells(shell, message, listener.connect, place))


def _limit_memory() -> None:
    """Let what a test is given, and what it makes of that, fail here and not fill the machine."""
    if sys.platform == "linux":
        import resource  # Windows has none

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MAX_MEMORY
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _warning(message: Any, category: type[Warning], *where: Any, **line: Any) -> str:
    """Word a warning without the line that it comes from, which may be hidden."""
    return f"{category.__name__}: {message}\n"


class _Listener:
    """Opens the private socket, once a test cell."""

    def __init__(self, pipe: Any, folder: str) -> None:
        self._pipe, self._folder = pipe, folder

    def connect(self, deadline: float) -> socket.socket:
        token = secrets.token_hex(16)
        address: Any
        if hasattr(socket, "AF_UNIX"):
            family, address = socket.AF_UNIX, os.path.join(self._folder, token[:8])
        else:
            family, address = socket.AF_INET, ("127.0.0.1", 0)
        with socket.socket(family, socket.SOCK_STREAM) as listening:
            listening.bind(address)
            try:
                listening.listen(1)
                self._pipe.send(Connect(int(family), listening.getsockname(), token))
                ready = multiprocessing.connection.wait(
                    [listening, self._pipe], max(deadline - time.monotonic(), 0)
                )
                if self._pipe in ready and isinstance(self._pipe.recv(), Gone):
                    raise Lost(UNREACHED)
                if listening not in ready:
                    raise TimeoutError
                connection, _ = listening.accept()
            finally:
                if isinstance(address, str):
                    os.unlink(address)
        try:
            if wire.receive(connection, deadline) != token:
                raise Lost(UNREACHED)
        except wire.WireError:
            raise Lost(UNREACHED) from None
        return connection
