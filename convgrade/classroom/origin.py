"""A process that has imported all that a worker needs, from which Dask forks its workers.

In a new Python these imports take a second of processor time, as long as some notebooks. A
command that is done with its own, which are the same, forks that process before it reads
anything or starts a thread. Later it is told where to serve, or never.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NoReturn

from convgrade import confine
from convgrade.kernels.zygotes import ONE_THREAD

__all__ = ["fork_origin", "forking", "importing", "let_go"]

_server: Any = forkserver._forkserver
_made: list[tuple[int, socket.socket]] = []  # its process, and the socket that it waits at


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Import much: without threads, and without looking for garbage, a fifth of the time."""
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what is imported stays, and forks share its memory
        gc.enable()
        for name, value in kept.items():
            del os.environ[name]
            if value is not None:
                os.environ[name] = value


def fork_origin() -> None:
    """Fork it, where this can be done safely: in a process with a single thread, on Linux."""
    # Since Python 3.14 a fork server wants a key, which it gets when it starts.
    if sys.platform != "linux" or sys.version_info >= (3, 14):
        return
    if len(os.listdir("/proc/self/task")) > 1:
        return
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _wait(theirs)
    theirs.close()
    _made.append((pid, ours))


@contextlib.contextmanager
def forking(folder: Path) -> Iterator[str]:
    """Return the method by which `multiprocessing` is to start workers, and end what it needs.

    Parameters
    ----------
    folder : Path
        For a socket.
    """
    if not _made or not _serve(folder / "workers"):
        yield "spawn"
        return
    # One that is killed is replaced, by one that imports this.
    forkserver.set_forkserver_preload(["convgrade.classroom.grade"])
    try:
        yield "forkserver"
    finally:
        if _server._forkserver_pid is not None:  # whatever it is doing
            with contextlib.suppress(ProcessLookupError):
                os.kill(_server._forkserver_pid, signal.SIGKILL)
        _server._stop()  # waits for its end


def _serve(address: Path) -> bool:
    """Have `multiprocessing` fork from it; False if it was killed, or the path is too long."""
    pid, control = _made.pop()
    alive, ours = os.pipe()  # nothing is sent
    with control, socket.socket(socket.AF_UNIX) as listener, open(alive):
        try:
            listener.bind(str(address))
            listener.listen()
            socket.send_fds(control, [b"serve"], [listener.fileno(), alive])
        except OSError:
            os.close(ours)
            return False
    # What it would set had it started the server itself.
    _server._forkserver_address = str(address)
    _server._forkserver_alive_fd = ours
    _server._forkserver_pid = pid
    return True


def let_go() -> None:
    """In a worker: let what it was forked from end with the command, even if it is replaced."""
    held, _server._forkserver_alive_fd = _server._forkserver_alive_fd, None
    if held is not None:
        os.close(held)


def _wait(control: socket.socket) -> NoReturn:
    """Be that process."""
    try:
        confine.end_with_parent()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: for the command
        _, files, *_ = socket.recv_fds(control, 16, 2)
        control.close()
        if files:  # else the command is done
            listener, alive = files
            forkserver.main(listener, alive, preload=[])
    finally:
        os._exit(0)
